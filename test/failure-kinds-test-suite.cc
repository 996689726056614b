/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "failure-bench.h"
#include "packet-bench.h"

#include "ns3/director-helper.h"
#include "ns3/director.h"
#include "ns3/double.h"
#include "ns3/health-check.h"
#include "ns3/inet-socket-address.h"
#include "ns3/ipv4-raw-socket-factory.h"
#include "ns3/ipv4.h"
#include "ns3/link-fault.h"
#include "ns3/pointer.h"
#include "ns3/random-variable-stream.h"
#include "ns3/real-server-helper.h"
#include "ns3/request-client.h"
#include "ns3/request-server.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of failures that leave the power on, by questions and answers over a small world.
 *
 * 1. One way: nothing in one direction, all in the other, interfaces stay up.
 * 2. Loss: the part that was asked for, of several together, the same for the same stream.
 * 3. Delay: to the nanosecond, of several together, and gone without a trace.
 * 4. A slow server: its requests take longer, by what was asked for; without an application that
 * can be slow, what comes through the tunnel does; nothing else is slower.
 * 5. A black hole: pings are answered, also through the tunnel, and nothing else.
 * 6. A drain: no new connection goes to the servers, on no director; the weights are as before,
 * also when drains overlap and when a health check takes servers out and puts them back meanwhile.
 * 7. A crash of a director: its connections are forgotten, its rules are there.
 * 8. Failures at random: mean times, spread, the same for the same stream, none at the end.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace failures;

namespace
{

const char* const VIP = "198.51.100.1"; ///< of the services: TCP on both servers, UDP on the first
constexpr uint16_t UDP_PORT = 5300;     ///< of the UDP service

/// The world with two directors of a service on the servers in East, and requests for it.
class ServiceWorld : public World
{
  public:
    /**
     * @brief Make it.
     * @param withHealthCheck whether the directors watch the servers
     * @param withServers whether the servers have applications
     */
    explicit ServiceWorld(bool withHealthCheck = false, bool withServers = true)
    {
        backup = sites.AddDirector("West");
        DirectorHelper helper;
        helper.AddService("tcp", Ipv4Address(VIP), 80, "wrr");
        helper.AddService("udp", Ipv4Address(VIP), UDP_PORT, "rr");
        for (uint32_t i = 0; i < servers.GetN(); i++)
        {
            helper.AddRealServer(Ipv4Address(VIP), 80, sites.GetAddress(servers.Get(i)), i + 1);
        }
        helper.AddRealServer(Ipv4Address(VIP), UDP_PORT, sites.GetAddress(servers.Get(0)));
        if (withHealthCheck)
        {
            helper.EnableHealthCheck();
            helper.SetHealthCheckAttribute("Interval", TimeValue(MilliSeconds(100)));
            helper.SetHealthCheckAttribute("Timeout", TimeValue(MilliSeconds(50)));
        }
        for (const auto& node : {director, backup})
        {
            directors.push_back(DynamicCast<Director>(helper.Install(node).Get(0)));
        }
        sites.Announce(Ipv4Address(VIP), director);
        RealServerHelper().Install(servers, Ipv4Address(VIP));
        for (uint32_t i = 0; withServers && i < servers.GetN(); i++)
        {
            requestServers.push_back(CreateObject<RequestServer>());
            requestServers[i]->SetAttribute("Name", StringValue(std::to_string(i)));
            requestServers[i]->SetAttribute(
                "ResponseSize",
                StringValue("ns3::ConstantRandomVariable[Constant=100]"));
            servers.Get(i)->AddApplication(requestServers[i]);
        }
        Ptr<RequestClient> requests = CreateObject<RequestClient>();
        requests->SetAttribute("Remote", Ipv4AddressValue(VIP));
        requests->SetAttribute("Interval",
                               StringValue("ns3::ConstantRandomVariable[Constant=0.05]"));
        requests->TraceConnectWithoutContext("ConnectionEnd",
                                             MakeCallback(&ServiceWorld::Note, this));
        client.Get(0)->AddApplication(requests);
    }

    /**
     * @brief The weights of all servers at all directors.
     * @return director by director, service by service; - for a server that is not in service
     */
    std::string Weights() const
    {
        std::string text;
        for (const auto& director : directors)
        {
            for (const auto& service : director->GetServices())
            {
                for (uint32_t i = 0; i < servers.GetN(); i++)
                {
                    Ptr<RealServer> server =
                        service->FindServer(sites.GetAddress(servers.Get(i)), service->GetPort());
                    text += server ? std::to_string(server->GetWeight()) : "-";
                }
                text += ' ';
            }
        }
        return text;
    }

    /**
     * @brief Look at the weights at a time.
     * @param time when, in ms
     */
    void Look(uint32_t time)
    {
        Simulator::Schedule(MilliSeconds(time), [this, time]() { looked[time] = Weights(); });
    }

    /**
     * @brief Count the requests of a span of time.
     * @param from its begin, in ms
     * @param to its end, not included
     * @param what which ones
     * @return their number
     */
    uint32_t Count(uint32_t from,
                   uint32_t to,
                   const std::function<bool(const ConnectionReport&)>& what) const
    {
        uint32_t count = 0;
        for (const auto& report : reports)
        {
            count += report.start >= MilliSeconds(from) && report.start < MilliSeconds(to) &&
                     what(report);
        }
        return count;
    }

    /**
     * @brief The shortest and longest latency of requests served by a server.
     * @param server its number
     * @param from begin of the span of time, in ms
     * @param to its end, not included
     * @return both
     */
    std::pair<Time, Time> GetLatency(const std::string& server, uint32_t from, uint32_t to) const
    {
        std::pair<Time, Time> result{Time::Max(), Seconds(0)};
        Count(from, to, [&](const ConnectionReport& report) {
            if (report.server == server)
            {
                result.first = std::min(result.first, report.latency);
                result.second = std::max(result.second, report.latency);
            }
            return true;
        });
        return result;
    }

    Ptr<Node> backup;                               ///< node of the second director
    std::vector<Ptr<Director>> directors;           ///< both
    std::vector<Ptr<RequestServer>> requestServers; ///< one a server
    std::vector<ConnectionReport> reports;          ///< of requests
    std::map<uint32_t, std::string> looked;         ///< what Look() saw

  private:
    /**
     * @brief A request has ended.
     * @param report what became of it
     */
    void Note(const ConnectionReport& report)
    {
        reports.push_back(report);
    }
};

/// 1. One way.
class OneWayTestCase : public TestCase
{
  public:
    OneWayTestCase()
        : TestCase("A link that carries nothing in one direction")
    {
    }

  private:
    void DoRun() override
    {
        World world;
        Ptr<NetDevice> device = world.GetDevice("East", "Mid");
        world.Fail(FailureKind::ONE_WAY, {}, {device});
        Prober back(world.servers.Get(0),
                    world.client.Get(0),
                    world.sites.GetAddress(world.client.Get(0)));
        bool isUp = false;
        Simulator::Schedule(MilliSeconds(1500), [&isUp, device]() {
            Ptr<Ipv4> ipv4 = device->GetNode()->GetObject<Ipv4>();
            isUp = ipv4->IsUp(ipv4->GetInterfaceForDevice(device));
        });
        world.Run();
        for (uint32_t i : {0, 1})
        {
            const Prober& prober = *world.probers[i];
            NS_TEST_EXPECT_MSG_EQ(prober.Answered(Seconds(0), MilliSeconds(980)), "all", "before");
            NS_TEST_EXPECT_MSG_EQ(prober.GetArrived(Seconds(1), MilliSeconds(1980)), 0, "towards");
            NS_TEST_EXPECT_MSG_EQ(prober.Answered(Seconds(2), MilliSeconds(2950)), "all", "after");
        }
        NS_TEST_EXPECT_MSG_EQ(back.GetArrived(Seconds(0), MilliSeconds(2950)), 1, "from there");
        NS_TEST_EXPECT_MSG_EQ(back.Answered(Seconds(1), MilliSeconds(1980)), "none", "answers");
        NS_TEST_EXPECT_MSG_EQ(world.probers[3]->Answered(Seconds(0), MilliSeconds(2950)),
                              "all",
                              "who is not hit");
        NS_TEST_EXPECT_MSG_EQ(isUp, true, "nobody sees it");
        NS_TEST_EXPECT_MSG_EQ(world.events.at(0).nodes.size(), 2, "both ends");
    }
};

/// 2. Loss.
class LossTestCase : public TestCase
{
  public:
    LossTestCase()
        : TestCase("Loss at random")
    {
    }

  private:
    void DoRun() override
    {
        std::vector<double> parts;
        for (int64_t stream : {5, 5, 6})
        {
            World world;
            Failure failure;
            failure.kind = FailureKind::LOSS;
            failure.target = "link";
            failure.begin = Seconds(1);
            failure.end = Seconds(9);
            failure.value = 0.3;
            failure.devices = {world.GetDevice("East", "Mid"), world.GetDevice("Mid", "East")};
            world.schedule->Add(failure);
            // a second one from 5 s on, of what comes from there
            failure.begin = Seconds(5);
            failure.value = 0.5;
            failure.devices.pop_back();
            world.schedule->Add(failure);
            NS_TEST_EXPECT_MSG_EQ(world.schedule->AssignStreams(stream), 2, "streams");
            world.Run(Seconds(10));
            double first = 0;
            double both = 0;
            for (uint32_t i : {0, 1})
            {
                const Prober& prober = *world.probers[i];
                first += prober.GetArrived(Seconds(1), MilliSeconds(4980)) / 2;
                both += prober.GetArrived(Seconds(5), MilliSeconds(8980)) / 2;
                NS_TEST_EXPECT_MSG_EQ(prober.Answered(Seconds(0), MilliSeconds(980)),
                                      "all",
                                      "before");
                NS_TEST_EXPECT_MSG_EQ(prober.Answered(Seconds(9), MilliSeconds(9950)),
                                      "all",
                                      "after");
            }
            // 800 draws: a standard deviation of 0.017
            NS_TEST_EXPECT_MSG_EQ_TOL(first, 0.7, 0.06, "one");
            NS_TEST_EXPECT_MSG_EQ_TOL(both, 0.35, 0.06, "both");
            NS_TEST_EXPECT_MSG_EQ_TOL(world.probers[0]->GetPart(Seconds(1), MilliSeconds(4980)),
                                      0.49,
                                      0.1,
                                      "both ways");
            NS_TEST_EXPECT_MSG_EQ(world.probers[3]->Answered(Seconds(0), MilliSeconds(9950)),
                                  "all",
                                  "who is not hit");
            parts.push_back(first + both);
        }
        NS_TEST_EXPECT_MSG_EQ(parts[0], parts[1], "the same stream");
        NS_TEST_EXPECT_MSG_NE(parts[0], parts[2], "another stream");
    }
};

/// 3. Delay.
class DelayTestCase : public TestCase
{
  public:
    DelayTestCase()
        : TestCase("Added delay")
    {
    }

  private:
    void DoRun() override
    {
        World world;
        Ptr<NetDevice> device = world.GetDevice("East", "Mid");
        TimeValue before;
        device->GetChannel()->GetAttribute("Delay", before);
        Failure failure = world.Fail(FailureKind::DELAY, {}, {device}, 0.02);
        failure.value = 0.003;
        failure.begin = MilliSeconds(1500);
        failure.end = MilliSeconds(2500);
        world.schedule->Add(failure);
        world.Run(MilliSeconds(3500));
        const Prober& prober = *world.probers[1];
        const Time base = prober.GetLongest(Seconds(0), MilliSeconds(950));
        auto longer = [&prober, base](uint32_t from, uint32_t to) {
            return (prober.GetLongest(MilliSeconds(from), MilliSeconds(to)) - base)
                .GetNanoSeconds();
        };
        NS_TEST_EXPECT_MSG_EQ(longer(1000, 1450), 40000000, "one");
        NS_TEST_EXPECT_MSG_EQ(longer(1500, 1940), 46000000, "both");
        NS_TEST_EXPECT_MSG_EQ(longer(2030, 2450), 6000000, "the other");
        NS_TEST_EXPECT_MSG_EQ(longer(2500, 3400), 0, "none");
        NS_TEST_EXPECT_MSG_EQ(prober.Answered(Seconds(0), MilliSeconds(3400)), "all", "no loss");
        NS_TEST_EXPECT_MSG_EQ(world.probers[3]->GetLongest(Seconds(0), MilliSeconds(3400)),
                              world.probers[3]->GetLongest(Seconds(0), MilliSeconds(950)),
                              "who is not hit");
        TimeValue after;
        device->GetChannel()->GetAttribute("Delay", after);
        NS_TEST_EXPECT_MSG_EQ(after.Get(), before.Get(), "the channel");
    }
};

/// 4. A slow server.
class SlowServerTestCase : public TestCase
{
  public:
    SlowServerTestCase()
        : TestCase("A slow server")
    {
    }

  private:
    void DoRun() override
    {
        {
            ServiceWorld world;
            world.Fail(FailureKind::SLOW_SERVER, {world.servers.Get(0)}, {}, 0.3);
            world.Run(MilliSeconds(3500));
            for (const char* server : {"0", "1"})
            {
                const auto base = world.GetLatency(server, 0, 900);
                const auto slow = world.GetLatency(server, 1000, 1950);
                const auto after = world.GetLatency(server, 2000, 3000);
                const Time extra = MilliSeconds(*server == '0' ? 300 : 0);
                // others' packets on the links make a difference of microseconds
                const Time tolerance = MicroSeconds(10);
                NS_TEST_EXPECT_MSG_EQ_TOL((slow.first - base.first), extra, tolerance, server);
                NS_TEST_EXPECT_MSG_EQ_TOL((slow.second - base.second), extra, tolerance, server);
                NS_TEST_EXPECT_MSG_EQ_TOL(after.first, base.first, tolerance, server);
                NS_TEST_EXPECT_MSG_EQ_TOL(after.second, base.second, tolerance, server);
            }
            NS_TEST_EXPECT_MSG_EQ(world.Count(0,
                                              3000,
                                              [](const ConnectionReport& report) {
                                                  return report.outcome !=
                                                         ConnectionOutcome::SERVED;
                                              }),
                                  0,
                                  "all are served");
        }
        {
            // A UDP server that cannot be slow: what comes out of the tunnel is.
            ServiceWorld world(false, false);
            Ptr<Node> server = world.servers.Get(0);
            Prober tunnel(world.client.Get(0), server, Ipv4Address(VIP), UDP_PORT);
            Failure failure = world.Fail(FailureKind::SLOW_SERVER, {server}, {}, 0.25);
            failure.begin = MilliSeconds(1500);
            failure.end = MilliSeconds(2500);
            failure.value = 0.1;
            world.schedule->Add(failure);
            world.Run(Seconds(4));
            const Time base = tunnel.GetLongest(Seconds(0), MilliSeconds(950));
            auto longer = [&tunnel, base](uint32_t from, uint32_t to) {
                return (tunnel.GetLongest(MilliSeconds(from), MilliSeconds(to)) - base)
                    .GetMilliSeconds();
            };
            NS_TEST_EXPECT_MSG_EQ(tunnel.Answered(Seconds(0), MilliSeconds(3900)), "all", "UDP");
            NS_TEST_EXPECT_MSG_EQ(longer(1000, 1480), 250, "one");
            NS_TEST_EXPECT_MSG_EQ(longer(1500, 1980), 350, "both");
            NS_TEST_EXPECT_MSG_EQ(longer(2000, 2480), 100, "the other");
            NS_TEST_EXPECT_MSG_EQ(longer(2500, 3500), 0, "none");
            const Prober& direct = *world.probers[0];
            NS_TEST_EXPECT_MSG_EQ(direct.GetLongest(Seconds(0), MilliSeconds(3900)),
                                  direct.GetLongest(Seconds(0), MilliSeconds(950)),
                                  "what does not come through the tunnel");
        }
    }
};

/// 5. A black hole.
class BlackHoleTestCase : public TestCase
{
  public:
    BlackHoleTestCase()
        : TestCase("A black hole that answers pings")
    {
    }

  private:
    void DoRun() override
    {
        ServiceWorld world;
        Ptr<Node> server = world.servers.Get(0);
        world.Fail(FailureKind::BLACK_HOLE, {server});
        Prober ping(world.client.Get(0), nullptr, world.sites.GetAddress(server), 0);
        Prober service(world.client.Get(0), server, Ipv4Address(VIP), UDP_PORT);
        // Pings inside the tunnel, as a health check sends them; their answers come from the VIP.
        TunnelPings tunnel(world);
        world.Run(Seconds(4));
        NS_TEST_EXPECT_MSG_EQ(ping.Answered(Seconds(0), MilliSeconds(3900)), "all", "pings");
        NS_TEST_EXPECT_MSG_EQ(tunnel.sent, 39, "pings in the tunnel");
        NS_TEST_EXPECT_MSG_EQ(tunnel.answers, 39, "pings in the tunnel");
        for (const Prober* prober : {world.probers[0].get(), &service})
        {
            NS_TEST_EXPECT_MSG_EQ(prober->Answered(Seconds(0), MilliSeconds(970)), "all", "before");
            NS_TEST_EXPECT_MSG_EQ(prober->GetArrived(Seconds(1), MilliSeconds(1980)), 0, "UDP");
            NS_TEST_EXPECT_MSG_EQ(prober->Answered(Seconds(2), MilliSeconds(3900)), "all", "after");
        }
        NS_TEST_EXPECT_MSG_EQ(world.probers[1]->Answered(Seconds(0), MilliSeconds(3900)),
                              "all",
                              "who is not hit");
        auto by = [](const std::string& server) {
            return [server](const ConnectionReport& report) { return report.server == server; };
        };
        NS_TEST_EXPECT_MSG_EQ(world.Count(1000, 1950, by("0")), 0, "TCP");
        NS_TEST_EXPECT_MSG_GT(world.Count(1000, 1950, by("1")), 10, "TCP of the other");
        NS_TEST_EXPECT_MSG_GT(world.Count(2000, 3000, by("0")), 3, "TCP after");
        Ptr<LinkFault> fault = LinkFault::Get(world.sites.GetDevice(server));
        NS_TEST_EXPECT_MSG_GT(fault->GetLost(LinkFaultReason::BLACK_HOLE), 200, "frames");
    }

    /// Sends an echo request through the tunnel each 100 ms, and counts the replies.
    struct TunnelPings
    {
        /**
         * @brief Begin.
         * @param world the world; the director asks the first server
         */
        explicit TunnelPings(ServiceWorld& world)
        {
            server = world.sites.GetAddress(world.servers.Get(0));
            std::ostringstream text;
            text << world.sites.GetAddress(world.director);
            source = text.str();
            tunnel = Socket::CreateSocket(world.director, Ipv4RawSocketFactory::GetTypeId());
            tunnel->SetAttribute("Protocol", UintegerValue(4));
            replies = Socket::CreateSocket(world.director, Ipv4RawSocketFactory::GetTypeId());
            replies->SetAttribute("Protocol", UintegerValue(1));
            replies->SetRecvCallback(MakeCallback(&TunnelPings::Receive, this));
            for (uint32_t time = 100; time < 4000; time += 100)
            {
                Simulator::Schedule(MilliSeconds(time), &TunnelPings::Send, this);
            }
        }

        /// Send one.
        void Send()
        {
            packets::Ip ip;
            ip.source = source;
            ip.destination = VIP;
            const packets::Octets inner = packets::Icmp(ip, 8, 0, ++sent, packets::Data(20));
            tunnel->SendTo(Create<Packet>(inner.data(), inner.size()),
                           0,
                           InetSocketAddress(server, 0));
        }

        /**
         * @brief Something came by ICMP.
         * @param socket where
         */
        void Receive(Ptr<Socket> socket)
        {
            Address from;
            while (Ptr<Packet> packet = socket->RecvFrom(from))
            {
                answers += InetSocketAddress::ConvertFrom(from).GetIpv4() == Ipv4Address(VIP);
            }
        }

        Ipv4Address server;  ///< who is asked
        std::string source;  ///< who asks
        Ptr<Socket> tunnel;  ///< sends into the tunnel
        Ptr<Socket> replies; ///< gets the replies
        uint32_t sent{0};    ///< requests
        uint32_t answers{0}; ///< replies from the VIP
    };
};

/// 6. A drain.
class DrainTestCase : public TestCase
{
  public:
    DrainTestCase()
        : TestCase("A drain")
    {
    }

  private:
    void DoRun() override
    {
        auto by = [](const std::string& server) {
            return [server](const ConnectionReport& report) { return report.server == server; };
        };
        {
            // The first server, then the whole site for 200 ms of it and 100 ms more.
            ServiceWorld world;
            Failure failure = world.Fail(FailureKind::DRAIN, {world.servers.Get(0)});
            failure.nodes.push_back(world.servers.Get(1));
            failure.begin = MilliSeconds(1800);
            failure.end = MilliSeconds(2100);
            world.schedule->Add(failure);
            for (uint32_t time : {999, 1001, 1801, 2001, 2101})
            {
                world.Look(time);
            }
            world.Run(Seconds(4));
            NS_TEST_EXPECT_MSG_EQ(world.looked[999], "12 1- 12 1- ", "before");
            NS_TEST_EXPECT_MSG_EQ(world.looked[1001], "02 0- 02 0- ", "one");
            NS_TEST_EXPECT_MSG_EQ(world.looked[1801], "00 0- 00 0- ", "both");
            NS_TEST_EXPECT_MSG_EQ(world.looked[2001], "00 0- 00 0- ", "the site still");
            NS_TEST_EXPECT_MSG_EQ(world.looked[2101], "12 1- 12 1- ", "after");
            NS_TEST_EXPECT_MSG_GT(world.Count(0, 990, by("0")), 5, "before");
            NS_TEST_EXPECT_MSG_EQ(world.Count(1000, 2090, by("0")), 0, "no new connection");
            NS_TEST_EXPECT_MSG_EQ(world.Count(1000, 1790, by("1")), 16, "all to the other");
            NS_TEST_EXPECT_MSG_EQ(world.Count(1800, 2090, by("1")), 0, "to nobody");
            NS_TEST_EXPECT_MSG_GT(world.Count(2150, 3500, by("0")), 5, "after");
        }
        {
            // A connection from before the drain goes on.
            ServiceWorld world;
            world.requestServers[0]->SetAttribute(
                "ServiceTime",
                StringValue("ns3::ConstantRandomVariable[Constant=0.5]"));
            world.Fail(FailureKind::DRAIN, {world.servers.Get(0)});
            world.Run(Seconds(4));
            NS_TEST_EXPECT_MSG_GT(world.Count(600, 990, by("0")), 1, "a third of eight");
            NS_TEST_EXPECT_MSG_EQ(world.Count(600, 990, by("")), 0, "all were");
        }
        {
            // An administrator gives a weight of his own meanwhile: it counts from the end on.
            ServiceWorld world;
            world.Fail(FailureKind::DRAIN, {world.servers.Get(0)});
            const Ipv4Address server = world.sites.GetAddress(world.servers.Get(0));
            std::ostringstream command;
            command << "-e -t " << VIP << ":80 -r " << server << ":80 -i -w 9";
            DirectorHelper::ScheduleCommand(MilliSeconds(1500), world.directors[0], command.str());
            world.Look(1501);
            world.Look(2001);
            world.Run();
            NS_TEST_EXPECT_MSG_EQ(world.looked[1501], "02 0- 02 0- ", "drained");
            NS_TEST_EXPECT_MSG_EQ(world.looked[2001], "92 1- 12 1- ", "his and the others");
        }
        {
            // The server crashes from 1.1 s to 1.55 s in the drain; then from 1.8 s until 2.5 s,
            // when the drain is over.
            ServiceWorld world(true);
            Failure failure = world.Fail(FailureKind::DRAIN, {world.servers.Get(0)});
            failure.kind = FailureKind::SERVER_CRASH;
            failure.begin = MilliSeconds(1100);
            failure.end = MilliSeconds(1550);
            world.schedule->Add(failure);
            failure.begin = MilliSeconds(1800);
            failure.end = MilliSeconds(2500);
            world.schedule->Add(failure);
            for (uint32_t time : {1001, 1540, 1799, 2490, 3000})
            {
                world.Look(time);
            }
            world.Run(Seconds(4));
            NS_TEST_EXPECT_MSG_EQ(world.looked[1001], "02 0- 02 0- ", "drained");
            NS_TEST_EXPECT_MSG_EQ(world.looked[1540], "-2 -- -2 -- ", "found dead");
            NS_TEST_EXPECT_MSG_EQ(world.looked[1799], "02 0- 02 0- ", "back, and drained");
            NS_TEST_EXPECT_MSG_EQ(world.looked[2490], "-2 -- -2 -- ", "dead at the end");
            NS_TEST_EXPECT_MSG_EQ(world.looked[3000], "12 1- 12 1- ", "the weight from before");
        }
        {
            // It is dead when the drain begins, and comes back in the midst of it.
            ServiceWorld world(true);
            Failure failure = world.Fail(FailureKind::DRAIN, {world.servers.Get(0)});
            failure.kind = FailureKind::SERVER_CRASH;
            failure.begin = MilliSeconds(300);
            failure.end = MilliSeconds(1300);
            world.schedule->Add(failure);
            for (uint32_t time : {1001, 1700, 2001})
            {
                world.Look(time);
            }
            world.Run();
            NS_TEST_EXPECT_MSG_EQ(world.looked[1001], "-2 -- -2 -- ", "dead");
            NS_TEST_EXPECT_MSG_EQ(world.looked[1700], "02 0- 02 0- ", "back, and drained");
            NS_TEST_EXPECT_MSG_EQ(world.looked[2001], "12 1- 12 1- ", "the weight from before");
        }
    }
};

/// 7. A crash of a director.
class DirectorCrashTestCase : public TestCase
{
  public:
    DirectorCrashTestCase()
        : TestCase("A director forgets its connections, not its rules")
    {
    }

  private:
    void DoRun() override
    {
        ServiceWorld world;
        world.Fail(FailureKind::DIRECTOR, {world.director});
        std::vector<std::size_t> connections;
        for (uint32_t time : {990, 1500, 1999, 2500})
        {
            Simulator::Schedule(MilliSeconds(time), [&world, &connections]() {
                connections.push_back(world.directors[0]->GetTable().GetSize());
            });
        }
        world.Run(Seconds(8));
        NS_TEST_ASSERT_MSG_EQ(connections.size(), 4, "looked");
        NS_TEST_EXPECT_MSG_GT(connections[0], 15, "before");
        NS_TEST_EXPECT_MSG_EQ(connections[1], 0, "forgotten");
        NS_TEST_EXPECT_MSG_EQ(connections[2], 0, "forgotten");
        NS_TEST_EXPECT_MSG_GT(connections[3], 5, "after");
        NS_TEST_EXPECT_MSG_EQ(world.Weights(), "12 1- 12 1- ", "its rules");
        auto served = [](const ConnectionReport& report) {
            return report.outcome == ConnectionOutcome::SERVED;
        };
        NS_TEST_EXPECT_MSG_EQ(world.Count(0, 900, served), 17, "before");
        NS_TEST_EXPECT_MSG_EQ(world.Count(2000, 2900, served), 18, "after");
    }
};

/// 8. Failures at random.
class RandomTestCase : public TestCase
{
  public:
    RandomTestCase()
        : TestCase("Failures at random")
    {
    }

  private:
    void DoRun() override
    {
        std::vector<std::vector<Failure>> runs;
        for (int64_t stream : {1, 1, 3})
        {
            World world;
            Failure failure;
            failure.kind = FailureKind::SERVER_CRASH;
            failure.target = "server";
            failure.nodes = {world.servers.Get(0)};
            failure.begin = Seconds(100);
            failure.end = Seconds(1000000);
            std::vector<Ptr<ExponentialRandomVariable>> times;
            for (double mean : {300, 20})
            {
                times.push_back(CreateObject<ExponentialRandomVariable>());
                times.back()->SetAttribute("Mean", DoubleValue(mean));
                times.back()->SetStream(stream + times.size());
            }
            const uint32_t count = world.schedule->AddRandom(failure, times[0], times[1]);
            NS_TEST_EXPECT_MSG_EQ(count, world.schedule->GetFailures().size(), "all are there");
            runs.push_back(world.schedule->GetFailures());
        }
        // The mean of some 3100 exponential times has a standard deviation of 1.8 per cent.
        const auto& failures = runs[0];
        NS_TEST_ASSERT_MSG_GT(failures.size(), 2900, "one in 320 s");
        NS_TEST_ASSERT_MSG_LT(failures.size(), 3400, "one in 320 s");
        Time last = Seconds(100);
        double up = 0;
        double down = 0;
        uint32_t longUp = 0;
        for (const auto& failure : failures)
        {
            NS_TEST_ASSERT_MSG_EQ((last < failure.begin && failure.begin < failure.end),
                                  true,
                                  "order");
            NS_TEST_ASSERT_MSG_LT(failure.begin, Seconds(1000000), "none at the end");
            up += (failure.begin - last).GetSeconds();
            down += (failure.end - failure.begin).GetSeconds();
            longUp += failure.begin - last > Seconds(600);
            last = failure.end;
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(up / failures.size(), 300, 20, "MTBF");
        NS_TEST_EXPECT_MSG_EQ_TOL(down / failures.size(), 20, 1.4, "MTTR");
        // an exponential time is more than twice its mean with probability exp(-2) = 0.135
        NS_TEST_EXPECT_MSG_EQ_TOL(static_cast<double>(longUp) / failures.size(),
                                  std::exp(-2.0),
                                  0.025,
                                  "spread");
        bool same = runs[0].size() == runs[1].size();
        for (std::size_t i = 0; same && i < runs[0].size(); i++)
        {
            same = runs[0][i].begin == runs[1][i].begin && runs[0][i].end == runs[1][i].end;
        }
        NS_TEST_EXPECT_MSG_EQ(same, true, "the same streams");
        NS_TEST_EXPECT_MSG_NE(runs[0][0].begin, runs[2][0].begin, "other streams");
    }
};

/// Tests of failures that leave the power on.
class FailureKindsTestSuite : public TestSuite
{
  public:
    FailureKindsTestSuite()
        : TestSuite("gipt-failure-kinds")
    {
        AddTestCase(new OneWayTestCase);
        AddTestCase(new LossTestCase);
        AddTestCase(new DelayTestCase);
        AddTestCase(new SlowServerTestCase);
        AddTestCase(new BlackHoleTestCase);
        AddTestCase(new DrainTestCase);
        AddTestCase(new DirectorCrashTestCase);
        AddTestCase(new RandomTestCase);
    }
};

FailureKindsTestSuite g_failureKindsTestSuite; ///< the suite

} // namespace
