/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "packet-bench.h"

#include "ns3/boolean.h"
#include "ns3/csma-helper.h"
#include "ns3/double.h"
#include "ns3/health-check.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4.h"
#include "ns3/object-ptr-container.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/pointer.h"
#include "ns3/random-variable-stream.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"
#include "ns3/string.h"
#include "ns3/tcp-l4-protocol.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of the health check, on a LAN with a director and three servers.
 *
 * 1. By ICMP and by TCP, deleting and inhibiting: a server that dies is out after Retries failures,
 *    within Retries * Interval + Timeout; one that comes back is put back with its weight and
 *    thresholds after Rise successes; the others stay all the time.
 * 2. A refused TCP connection counts as a failure.
 * 3. The rules change meanwhile: added servers are watched, deleted servers and services are
 *    forgotten, one that somebody adds while it is dead is taken out again.
 * 4. One probe for each address, and for each port with TCP; spread evenly over the interval.
 * 5. Sockets do not pile up, with a server that never answers and one that never closes.
 * 6. Jitter: other times, the same with the same stream.
 * 7. Detection time: within the bounds of GetDetectionTime() and as computed, for deaths at ten
 *    times, timeouts shorter and longer than the interval.
 * 8. Flap damping: the penalty by numbers; a server that flaps is held out until the predicted
 *    time, one that is damped but calm or not damped at all is not.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace packets;

namespace
{

/// Director 10.0.0.1 and servers 10.0.0.2 to 10.0.0.4 on a LAN, service 10.0.0.100:80
class HealthBench : public Simulation
{
  public:
    HealthBench()
        : nodes(4),
          director(CreateObject<Director>()),
          check(CreateObject<HealthCheck>())
    {
        InternetStackHelper().Install(nodes);
        InternetStackHelper().AssignStreams(nodes, 1000); // ARP draws
        CsmaHelper csma;
        csma.SetChannelAttribute("Delay", TimeValue(MicroSeconds(10)));
        Ipv4AddressHelper("10.0.0.0", "255.255.255.0").Assign(csma.Install(nodes));
        nodes.Get(0)->AddApplication(director);
        nodes.Get(0)->AddApplication(check);
        director->AddService("10.0.0.100", 80, 6, "wrr");
        service = director->FindService("10.0.0.100", 80, 6);
        for (uint32_t i = 1; i < nodes.GetN(); i++)
        {
            director->AddRealServer(service, AddressOf(i), 80, i, 10 * i, 5);
            PacketSinkHelper("ns3::TcpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), 80))
                .Install(nodes.Get(i));
        }
        check->TraceConnectWithoutContext("Probe", MakeCallback(&HealthBench::Probe, this));
        check->TraceConnectWithoutContext("ServerDown", MakeCallback(&HealthBench::Down, this));
        check->TraceConnectWithoutContext("ServerUp", MakeCallback(&HealthBench::Up, this));
    }

    /**
     * @brief The address of a node.
     * @param index number of the node
     * @return its address
     */
    static Ipv4Address AddressOf(uint32_t index)
    {
        return Ipv4Address(Ipv4Address("10.0.0.1").Get() + index);
    }

    /**
     * @brief Let a server die or come back at a time.
     * @param index number of the node
     * @param time when
     * @param up whether it comes back
     */
    void Set(uint32_t index, Time time, bool up)
    {
        const auto ipv4 = nodes.Get(index)->GetObject<Ipv4>();
        Simulator::Schedule(time, [ipv4, up]() { up ? ipv4->SetUp(1) : ipv4->SetDown(1); });
    }

    /**
     * @brief The servers in service, as text.
     * @return last number of each address and its weight, newest first
     */
    std::string Servers() const
    {
        std::string text;
        for (const auto& server : service->GetServers())
        {
            text += ' ' + std::to_string(server->GetAddress().Get() & 255) + ':' +
                    std::to_string(server->GetWeight());
        }
        return text;
    }

    /**
     * @brief How many TCP sockets the director's node has.
     * @return the number
     */
    uint32_t CountSockets() const
    {
        ObjectPtrContainerValue sockets;
        nodes.Get(0)->GetObject<TcpL4Protocol>()->GetAttribute("SocketList", sockets);
        return static_cast<uint32_t>(sockets.GetN());
    }

    NodeContainer nodes;                               //!< director and servers
    Ptr<Director> director;                            //!< the director
    Ptr<HealthCheck> check;                            //!< under test
    Ptr<VirtualService> service;                       //!< 10.0.0.100:80
    std::vector<Time> probes;                          //!< when probes ended
    std::vector<std::pair<Ipv4Address, bool>> results; //!< what they said
    Time slowest;                                      //!< the longest time to an answer
    std::vector<Time> downs;                           //!< when servers were found dead
    std::vector<Time> ups;                             //!< when servers were found alive

  private:
    /**
     * @param address the server
     * @param answered whether it answered
     * @param time how long it took
     */
    void Probe(Ipv4Address address, bool answered, Time time)
    {
        probes.push_back(Simulator::Now());
        results.emplace_back(address, answered);
        if (answered)
        {
            slowest = std::max(slowest, time);
        }
    }

    /**
     * @param address the server
     * @param port the port asked
     */
    void Down(Ipv4Address address, uint16_t port)
    {
        downs.push_back(Simulator::Now());
    }

    /**
     * @param address the server
     * @param port the port asked
     */
    void Up(Ipv4Address address, uint16_t port)
    {
        ups.push_back(Simulator::Now());
    }
};

/// A server dies and comes back
class DeathTestCase : public TestCase
{
  public:
    /**
     * @param method "icmp" or "tcp"
     * @param inhibit whether the weight is set to 0
     */
    DeathTestCase(const std::string& method, bool inhibit)
        : TestCase("Dead server by " + method + (inhibit ? ", inhibited" : ", deleted")),
          m_method(method),
          m_inhibit(inhibit)
    {
    }

  private:
    void DoRun() override
    {
        HealthBench bench;
        bench.check->SetAttribute("Method", StringValue(m_method));
        bench.check->SetAttribute("InhibitOnFailure", BooleanValue(m_inhibit));
        bench.check->SetAttribute("Rise", UintegerValue(2));
        bench.Set(2, Seconds(20.5), false);
        bench.Set(2, Seconds(60.5), true);
        bench.Run(Seconds(20));
        const std::string all = " 4:3 3:2 2:1";
        NS_TEST_EXPECT_MSG_EQ(bench.Servers(), all, "all are alive");
        NS_TEST_EXPECT_MSG_LT(bench.slowest, MilliSeconds(20), "a round trip, at first with ARP");
        bench.Run(Seconds(20));
        NS_TEST_EXPECT_MSG_EQ(bench.Servers(),
                              (m_inhibit ? " 4:3 3:0 2:1" : " 4:3 2:1"),
                              "one died");
        NS_TEST_ASSERT_MSG_EQ(bench.downs.size(), 1, "told once");
        NS_TEST_EXPECT_MSG_GT(bench.downs.at(0), Seconds(20.5 + 2 * 2), "not too early");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(bench.downs.at(0), Seconds(20.5 + 3 * 2 + 1), "not too late");
        NS_TEST_EXPECT_MSG_EQ(bench.ups.size(), 0, "not yet back");
        bench.Run(Seconds(40));
        NS_TEST_ASSERT_MSG_EQ(bench.ups.size(), 1, "back, and told once");
        NS_TEST_EXPECT_MSG_GT(bench.ups.at(0), Seconds(60.5 + 2), "after two successes");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(bench.ups.at(0), Seconds(60.5 + 3 * 2), "not too late");
        NS_TEST_EXPECT_MSG_EQ(bench.Servers(), (m_inhibit ? all : " 3:2 4:3 2:1"), "all are in");
        const auto server = bench.service->FindServer("10.0.0.3", 80);
        NS_TEST_ASSERT_MSG_EQ(bool(server), true, "it is there");
        NS_TEST_EXPECT_MSG_EQ(server->GetUpperThreshold(), 20, "with its upper threshold");
        NS_TEST_EXPECT_MSG_EQ(server->GetLowerThreshold(), 5, "with its lower threshold");
        NS_TEST_EXPECT_MSG_EQ(bench.downs.size(), 1, "the others never died");
        for (const auto& result : bench.results)
        {
            NS_TEST_EXPECT_MSG_EQ((result.second || result.first == Ipv4Address("10.0.0.3")),
                                  true,
                                  "the others always answered");
        }
    }

    std::string m_method; //!< how servers are asked
    bool m_inhibit;       //!< weight 0 in place of deleting
};

/// TCP in particular
class TcpTestCase : public TestCase
{
  public:
    TcpTestCase()
        : TestCase("Refused connections, and sockets that do not pile up")
    {
    }

  private:
    void DoRun() override
    {
        {
            HealthBench bench;
            bench.check->SetAttribute("Method", StringValue("tcp"));
            bench.check->SetAttribute("Port", UintegerValue(81)); // nobody listens there
            bench.check->SetAttribute("Retries", UintegerValue(1));
            bench.Run(Seconds(3));
            NS_TEST_EXPECT_MSG_EQ(bench.Servers(), "", "all refuse");
            NS_TEST_EXPECT_MSG_EQ(bench.downs.size(), 3, "all are dead");
        }
        HealthBench bench;
        bench.check->SetAttribute("Method", StringValue("tcp"));
        bench.check->SetAttribute("Port", UintegerValue(8080));
        // One closes as it should, one never closes, one never answers.
        PacketSinkHelper("ns3::TcpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), 8080))
            .Install(bench.nodes.Get(1));
        auto stubborn = Socket::CreateSocket(bench.nodes.Get(2), TcpSocketFactory::GetTypeId());
        stubborn->Bind(InetSocketAddress(Ipv4Address::GetAny(), 8080));
        stubborn->Listen();
        bench.Set(3, Seconds(0.1), false);
        bench.Run(Seconds(600));
        NS_TEST_EXPECT_MSG_EQ(bench.Servers(), " 3:2 2:1", "two are alive");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(bench.CountSockets(), 4, "one for each server and port");
        NS_TEST_EXPECT_MSG_GT(bench.probes.size(), 890, "after many probes");
    }
};

/// Rules that change
class ChangesTestCase : public TestCase
{
  public:
    ChangesTestCase()
        : TestCase("Servers and services added and deleted meanwhile")
    {
    }

  private:
    void DoRun() override
    {
        HealthBench bench;
        const auto director = bench.director;
        const auto service = bench.service;
        bench.Set(1, Seconds(1), false);
        bench.Run(Seconds(15));
        NS_TEST_EXPECT_MSG_EQ(bench.Servers(), " 4:3 3:2", "one is dead");

        // Somebody does not believe it.
        director->AddRealServer(service, "10.0.0.2", 80, 7);
        NS_TEST_EXPECT_MSG_EQ(bench.Servers(), " 2:7 4:3 3:2", "added by hand");
        bench.Run(Seconds(5));
        NS_TEST_EXPECT_MSG_EQ(bench.Servers(), " 4:3 3:2", "taken out again");
        bench.Set(1, Seconds(0), true);
        bench.Run(Seconds(5));
        NS_TEST_EXPECT_MSG_EQ(bench.Servers(), " 2:7 4:3 3:2", "back with the new weight");

        // A server that is deleted is asked no more and does not come back.
        director->RemoveRealServer(service, "10.0.0.3", 80);
        bench.Run(Seconds(3));
        bench.results.clear();
        bench.Run(Seconds(20));
        for (const auto& result : bench.results)
        {
            NS_TEST_EXPECT_MSG_NE(result.first, Ipv4Address("10.0.0.3"), "asked no more");
        }
        NS_TEST_EXPECT_MSG_EQ(bench.Servers(), " 2:7 4:3", "it stays deleted");

        // A dead server whose service is deleted and made again does not come back by itself.
        bench.Set(3, Seconds(0), false);
        bench.Run(Seconds(15));
        NS_TEST_EXPECT_MSG_EQ(bench.Servers(), " 2:7", "another is dead");
        director->RemoveService(ServiceId("10.0.0.100", 80, 6));
        director->AddService("10.0.0.100", 80, 6, "rr");
        bench.service = director->FindService("10.0.0.100", 80, 6);
        bench.Set(3, Seconds(0), true);
        bench.Run(Seconds(15));
        NS_TEST_EXPECT_MSG_EQ(bench.Servers(), "", "nothing comes back");

        // A new one is watched.
        director->AddRealServer(bench.service, "10.0.0.77", 80);
        bench.Run(Seconds(10));
        NS_TEST_EXPECT_MSG_EQ(bench.Servers(), "", "an address that nobody has");
        director->AddRealServer(bench.service, "10.0.0.3", 80);
        bench.Run(Seconds(10));
        NS_TEST_EXPECT_MSG_EQ(bench.Servers(), " 3:1", "one that answers");
        NS_TEST_EXPECT_MSG_EQ(bench.results.back().second, true, "and is asked");
    }
};

/// How often and when
class TimesTestCase : public TestCase
{
  public:
    TimesTestCase()
        : TestCase("One probe for each address and port, evenly spread, jitter by stream")
    {
    }

  private:
    /**
     * @brief When probes end in 20 s.
     * @param method "icmp" or "tcp"
     * @param jitter greatest delay in seconds
     * @param stream random stream
     * @return the times
     */
    static std::vector<Time> Run(const std::string& method, double jitter, int64_t stream)
    {
        HealthBench bench;
        bench.check->SetAttribute("Method", StringValue(method));
        bench.check->SetAttribute("Interval", TimeValue(Seconds(3)));
        bench.director->AddService("10.0.0.100", 443, 6, "rr");
        bench.director->AddService("10.0.0.101", 80, 6, "rr");
        bench.director->AddRealServer(bench.director->FindService("10.0.0.100", 443, 6),
                                      "10.0.0.2",
                                      443);
        bench.director->AddRealServer(bench.director->FindService("10.0.0.101", 80, 6),
                                      "10.0.0.2",
                                      80);
        if (jitter > 0)
        {
            auto random = CreateObject<UniformRandomVariable>();
            random->SetAttribute("Max", DoubleValue(jitter));
            bench.check->SetAttribute("Jitter", PointerValue(random));
            bench.check->AssignStreams(stream);
        }
        bench.Run(Seconds(20.9));
        return bench.probes;
    }

    void DoRun() override
    {
        const auto icmp = Run("icmp", 0, 0);
        NS_TEST_ASSERT_MSG_EQ(icmp.size(), 21, "three addresses, seven rounds");
        for (std::size_t i = 0; i < icmp.size(); i++)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(icmp[i].GetSeconds(), 1.0 * i, 0.02, "one each second");
        }
        NS_TEST_EXPECT_MSG_EQ(Run("tcp", 0, 0).size(), 28, "four ports, seven rounds");
        const auto jitter = Run("icmp", 0.3, 5);
        NS_TEST_EXPECT_MSG_EQ((jitter == icmp), false, "jitter changes the times");
        NS_TEST_EXPECT_MSG_EQ((jitter == Run("icmp", 0.3, 5)), true, "the same with its stream");
        NS_TEST_EXPECT_MSG_EQ((jitter == Run("icmp", 0.3, 6)), false, "others with another");
    }
};

/// When a death is found
class DetectionTestCase : public TestCase
{
  public:
    DetectionTestCase()
        : TestCase("Detection time as predicted")
    {
    }

  private:
    /**
     * @brief Kill a server ten times within an interval.
     * @param interval between probes
     * @param timeout of a probe
     * @param retries failures in a row
     * @param spacing between two probes that fail
     */
    void Check(Time interval, Time timeout, uint32_t retries, Time spacing)
    {
        for (int64_t i = 0; i < 10; i++)
        {
            HealthBench bench;
            bench.check->SetAttribute("Interval", TimeValue(interval));
            bench.check->SetAttribute("Timeout", TimeValue(timeout));
            bench.check->SetAttribute("Retries", UintegerValue(retries));
            const Time death = MilliSeconds(20100) + interval * i / 10;
            bench.Set(2, death, false);
            bench.Run(Seconds(50));
            NS_TEST_ASSERT_MSG_EQ(bench.downs.size(), 1, "found once");
            Time least;
            Time most;
            bench.check->GetDetectionTime(least, most);
            const Time took = bench.downs.at(0) - death;
            NS_TEST_EXPECT_MSG_GT_OR_EQ(took, least, "not before");
            NS_TEST_EXPECT_MSG_LT_OR_EQ(took, most, "not after");
            NS_TEST_EXPECT_MSG_EQ(most - least, interval, "bounds an interval apart");
            // the second of three servers: a third of an interval after each round
            Time first = interval / 3;
            while (first < death)
            {
                first += interval;
            }
            const Time predicted =
                first + spacing * static_cast<int64_t>(retries - 1) + timeout - death;
            NS_TEST_EXPECT_MSG_EQ_TOL(took.GetSeconds(), predicted.GetSeconds(), 1e-6, "just then");
        }
    }

    void DoRun() override
    {
        Check(Seconds(2), Seconds(1), 3, Seconds(2));
        Check(Seconds(3), Seconds(3), 1, Seconds(3));
        Check(Seconds(1), Seconds(2.5), 2, Seconds(3));
    }
};

/// Servers that flap
class DampingTestCase : public TestCase
{
  public:
    DampingTestCase()
        : TestCase("Flap damping")
    {
    }

  private:
    void DoRun() override
    {
        // half-life 10 s, held above 1.5 down to 0.5, at most 20 s: a ceiling of 0.5 * 2^2 = 2
        const DampingRule rule{Seconds(10), 1.5, 0.5, Seconds(20)};
        FlapDamping damping;
        NS_TEST_EXPECT_MSG_EQ(damping.AddFlap(rule, Seconds(100)), false, "one is none");
        NS_TEST_EXPECT_MSG_EQ(damping.IsHeld(rule, Seconds(100)), false, "not held");
        NS_TEST_EXPECT_MSG_EQ_TOL(damping.GetPenalty(rule, Seconds(110)), 0.5, 1e-12, "halved");
        NS_TEST_EXPECT_MSG_EQ(damping.AddFlap(rule, Seconds(110)), false, "1.5 is not above 1.5");
        NS_TEST_EXPECT_MSG_EQ(damping.AddFlap(rule, Seconds(120)), true, "0.75 + 1 is");
        NS_TEST_EXPECT_MSG_EQ(damping.AddFlap(rule, Seconds(120)), false, "held already");
        NS_TEST_EXPECT_MSG_EQ_TOL(damping.GetPenalty(rule, Seconds(120)), 2.0, 1e-12, "ceiling");
        NS_TEST_EXPECT_MSG_EQ(damping.GetHoldTime(rule, Seconds(121)), Seconds(19), "two halves");
        NS_TEST_EXPECT_MSG_EQ(damping.IsHeld(rule, Seconds(139.9)), true, "to the end");
        NS_TEST_EXPECT_MSG_EQ(damping.IsHeld(rule, Seconds(140)), false, "calm");
        const DampingRule none{};
        NS_TEST_EXPECT_MSG_EQ(damping.AddFlap(none, Seconds(140)), false, "without damping");

        for (const bool isDamped : {false, true})
        {
            HealthBench bench;
            bench.check->SetAttribute("Interval", TimeValue(Seconds(1)));
            bench.check->SetAttribute("Timeout", TimeValue(Seconds(0.5)));
            bench.check->SetAttribute("Retries", UintegerValue(1));
            bench.check->SetAttribute("DampingHalfLife", TimeValue(Seconds(isDamped ? 60 : 0)));
            for (int i = 0; i < 3; i++)
            {
                bench.Set(2, Seconds(10.1 + 10 * i), false);
                bench.Set(2, Seconds(15.1 + 10 * i), true);
            }
            bench.Set(3, Seconds(10.1), false); // flaps twice only
            bench.Set(3, Seconds(15.1), true);
            bench.Set(3, Seconds(20.1), false);
            bench.Set(3, Seconds(25.1), true);
            bench.Run(Seconds(300));
            NS_TEST_EXPECT_MSG_EQ(bench.downs.size(), 5, "all deaths are told");
            NS_TEST_ASSERT_MSG_EQ(bench.ups.size(), 5, "and returns");
            const Time last = bench.downs.back();
            // 1 + 2^(-1/6) + 2^(-2/6) = 2.685 comes down to 0.75 in 110.4 s
            const double penalty = 1 + std::exp2(-1 / 6.0) + std::exp2(-2 / 6.0);
            const double hold = isDamped ? 60 * std::log2(penalty / 0.75) : 5;
            NS_TEST_EXPECT_MSG_EQ_TOL((bench.ups.back() - last).GetSeconds(),
                                      hold,
                                      (isDamped ? 1e-5 : 1),
                                      "held until it is calm");
            NS_TEST_EXPECT_MSG_EQ_TOL(bench.ups.at(3).GetSeconds(), 25.6, 0.6, "twice is no crime");
        }
    }
};

/// All tests of the health check
class HealthCheckTestSuite : public TestSuite
{
  public:
    HealthCheckTestSuite()
        : TestSuite("gipt-health-check")
    {
        for (const char* method : {"icmp", "tcp"})
        {
            for (const bool inhibit : {false, true})
            {
                AddTestCase(new DeathTestCase(method, inhibit));
            }
        }
        AddTestCase(new TcpTestCase);
        AddTestCase(new ChangesTestCase);
        AddTestCase(new TimesTestCase);
        AddTestCase(new DetectionTestCase);
        AddTestCase(new DampingTestCase);
    }
};

/// The suite
HealthCheckTestSuite g_healthCheckTestSuite;

} // namespace
