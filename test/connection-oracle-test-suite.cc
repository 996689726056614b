/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "workload-bench.h"

#include "ns3/connection-oracle.h"
#include "ns3/error-model.h"
#include "ns3/ipv4-routing-table-entry.h"
#include "ns3/light-clients.h"
#include "ns3/light-responder.h"
#include "ns3/oracle-observer.h"
#include "ns3/oracle-report.h"
#include "ns3/request-client.h"
#include "ns3/request-server.h"
#include "ns3/test.h"

#include <cmath>
#include <functional>
#include <sstream>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of the oracle.
 *
 * 1. Rules, without a network: each category by what leads to it; what was seen before the last
 *    progress does not count; of several causes the first rule wins; nothing seen is unexplained.
 * 2. Books: sums, connections that never got a port, records and buckets; memory is given back.
 * 3. Failures: time to detect, time to recover, connections broken, extra latency, Jain's index.
 * 4. CSV and JSON, octet by octet.
 * 5. In a network, each cause provoked once: every connection is explained, and rightly.
 */

using namespace ns3;
using namespace ns3::gipt;
using workloads::Bench;

namespace
{

const Ipv4Address CLIENT("192.0.2.1");  ///< of the connections
const Ipv4Address VIP("198.51.100.1");  ///< asked
const Ipv4Address SERVER("10.0.0.21");  ///< on node 21
const Ipv4Address SERVER2("10.0.0.22"); ///< on node 22

/// An oracle and one connection from 10 s on
class Story
{
  public:
    Story()
    {
        oracle->AddServer(SERVER, 21, "s1", "East");
        oracle->AddServer(SERVER2, 22, "s2", "West");
        oracle->AddDirector("d1", 11);
        oracle->AddDirector("d2", 12);
        oracle->AddClients("192.0.2.0", "255.255.255.0", "Oslo");
        report.start = Seconds(10);
        report.lastProgress = Seconds(10);
        report.client = CLIENT;
        report.clientPort = 50000;
        report.remote = VIP;
        report.remotePort = 80;
        oracle->Start(report);
    }

    /**
     * @brief A director gave it a real server.
     * @param time when, s
     * @param director which
     * @param server which
     * @return this
     */
    Story& Give(double time, const std::string& director, Ipv4Address server)
    {
        oracle->Schedule(director, GetKey(), server, Seconds(time));
        return *this;
    }

    /**
     * @brief Something was seen.
     * @param time when, s
     * @param sighting what
     * @param node where
     * @param isBack of a packet to the client
     * @return this
     */
    Story& See(double time, Sighting sighting, uint32_t node, bool isBack = false)
    {
        std::pair<Ipv4Address, uint16_t> client(CLIENT, 50000);
        std::pair<Ipv4Address, uint16_t> vip(VIP, 80);
        oracle->See(isBack ? vip : client, isBack ? client : vip, 6, sighting, node, Seconds(time));
        return *this;
    }

    /**
     * @brief A failure begins, and ends after a second.
     * @param time when, s
     * @param kind what
     * @param node where
     * @return this
     */
    Story& Fail(double time, FailureKind kind, uint32_t node)
    {
        FailureEvent event;
        event.id = m_failures++;
        event.kind = kind;
        event.target = "it";
        event.time = Seconds(time);
        event.nodes = {node};
        oracle->Fail(event);
        event.begins = false;
        event.time = Seconds(time + 1);
        oracle->Fail(event);
        return *this;
    }

    /**
     * @brief The director d1 forgets it.
     * @param time when, s
     * @return this
     */
    Story& Expire(double time)
    {
        oracle->Expire("d1", GetKey(), Seconds(time));
        return *this;
    }

    /**
     * @brief Something comes from the server.
     * @param time when, s
     * @return this
     */
    Story& Progress(double time)
    {
        report.lastProgress = Seconds(time);
        return *this;
    }

    /**
     * @brief It ends at 20 s.
     * @param outcome how, to its client
     * @return its category
     */
    std::string End(ConnectionOutcome outcome)
    {
        report.outcome = outcome;
        report.latency = Seconds(10);
        oracle->End(report);
        return ToString(oracle->GetRecords().back().category);
    }

    Ptr<ConnectionOracle> oracle{CreateObject<ConnectionOracle>()}; ///< the oracle
    ConnectionReport report;                                        ///< of the connection

  private:
    /**
     * @brief The key of the connection.
     * @return the key
     */
    ConnectionKey GetKey() const
    {
        return {CLIENT, 50000, VIP, 80, 6};
    }

    uint32_t m_failures{0}; ///< number of failures
};

/// 1. Rules.
class OracleRulesTestCase : public TestCase
{
  public:
    OracleRulesTestCase()
        : TestCase("Each category, by what leads to it")
    {
    }

  private:
    void DoRun() override
    {
        using O = ConnectionOutcome;
        using S = Sighting;
        using F = FailureKind;
        const auto expect = [this](const std::string& category, O outcome, Story& story) {
            NS_TEST_EXPECT_MSG_EQ(story.End(outcome), category, "category");
            NS_TEST_EXPECT_MSG_EQ(story.oracle->IsComplete(), true, "sum");
            NS_TEST_EXPECT_MSG_EQ(story.oracle->GetOpen(), 0, "open");
        };
        const auto tell =
            [&](const std::string& category, O outcome, const std::function<void(Story&)>& events) {
                Story story;
                events(story);
                expect(category, outcome, story);
            };
        const auto nothing = [](Story& s) {};
        tell("served", O::SERVED, [](Story& s) { s.Fail(12, F::SITE_POWER, 21); });
        tell("not-sent", O::NOT_SENT, nothing);
        tell("unfinished", O::UNFINISHED, nothing);
        tell("refused", O::REFUSED, nothing);
        tell("reset", O::RESET, nothing);
        tell("truncated", O::TRUNCATED, nothing);
        tell("unreachable", O::UNREACHABLE, nothing);
        tell("unexplained", O::CONNECT_TIMEOUT, nothing);
        tell("unexplained", O::RESPONSE_TIMEOUT, [](Story& s) { s.Give(10, "d1", SERVER); });
        const std::vector<std::pair<F, std::string>> ofServer{{F::SITE_POWER, "site-failure"},
                                                              {F::SERVER_CRASH, "server-crash"},
                                                              {F::BLACK_HOLE, "black-hole"},
                                                              {F::SLOW_SERVER, "slow-server"},
                                                              {F::DRAIN, "drain"}};
        for (const auto& [kind, category] : ofServer)
        {
            const F failure = kind;
            tell(category, O::RESPONSE_TIMEOUT, [&](Story& s) {
                s.Give(10, "d1", SERVER).Fail(12, failure, 21).See(13, S::INTERFACE_DOWN, 21);
            });
            // another server's failure is none of its business
            tell("timed-out", O::RESPONSE_TIMEOUT, [&](Story& s) {
                s.Give(10, "d1", SERVER).Fail(12, failure, 22).See(13, S::DELIVERED, 21);
            });
            // it has outlived it: what breaks it comes later
            tell("timed-out", O::RESPONSE_TIMEOUT, [&](Story& s) {
                s.Give(10, "d1", SERVER).Fail(12, failure, 21).Progress(14);
                s.See(15, S::DELIVERED, 21);
            });
            // not its server any more
            tell("reset", O::RESET, [&](Story& s) {
                s.Give(10, "d1", SERVER).Give(11, "d1", SERVER2).Fail(12, failure, 21);
            });
        }
        const std::vector<std::pair<S, std::string>> seen{{S::TTL_EXPIRED, "loop"},
                                                          {S::NO_SERVER, "no-server"},
                                                          {S::TABLE_FULL, "table-full"},
                                                          {S::OVERLOAD, "overload"},
                                                          {S::TOO_BIG, "mtu-black-hole"},
                                                          {S::TUNNEL, "bad-tunnel"},
                                                          {S::NO_ROUTE, "no-route"},
                                                          {S::INTERFACE_DOWN, "no-route"},
                                                          {S::QUEUE_FULL, "congestion"},
                                                          {S::LINK, "packet-loss"},
                                                          {S::SERVER_GONE, "server-removed"},
                                                          {S::DELIVERED, "timed-out"}};
        for (const auto& [sighting, category] : seen)
        {
            const S what = sighting;
            tell(category, O::CONNECT_TIMEOUT, [&](Story& s) { s.See(12, what, 5); });
            tell(category, O::CONNECT_TIMEOUT, [&](Story& s) { s.See(12, what, 5, true); });
            // survived: what came after it counts
            tell("unexplained", O::RESPONSE_TIMEOUT, [&](Story& s) {
                s.See(12, what, 5).Progress(13);
            });
        }
        tell("state-lost", O::RESET, [](Story& s) {
            s.Give(10, "d1", SERVER).Fail(12, F::DIRECTOR, 11);
        });
        tell("state-lost", O::RESET, [](Story& s) {
            s.Give(10, "d1", SERVER).Give(12, "d2", SERVER2);
        });
        tell("state-lost", O::RESET, [](Story& s) {
            s.Give(10, "d1", SERVER).See(12, S::STRAY, 12);
        });
        tell("director-down", O::CONNECT_TIMEOUT, [](Story& s) {
            s.Fail(9.5, F::DIRECTOR, 11).See(10.2, S::INTERFACE_DOWN, 11);
        });
        tell("refused", O::REFUSED, [](Story& s) { s.See(12, S::STRAY, 11); });
        tell("table-expiry", O::RESET, [](Story& s) {
            s.Give(10, "d1", SERVER).Expire(15).See(16, S::STRAY, 11);
        });
        tell("timed-out", O::RESPONSE_TIMEOUT, [](Story& s) { // and given again since
            s.Give(10, "d1", SERVER).Expire(12).Progress(14).See(15, S::DELIVERED, 21);
        });
        for (S sighting : {S::LINK, S::INTERFACE_DOWN, S::NO_ROUTE})
        {
            tell("link-cut", O::CONNECT_TIMEOUT, [&](Story& s) {
                s.Fail(9.5, F::LINK_CUT, 5).See(10.1, sighting, 6);
            });
            tell("router-failure", O::CONNECT_TIMEOUT, [&](Story& s) {
                s.Fail(9.5, F::ROUTER, 5).See(10.1, sighting, 6);
            });
        }
        tell("one-way", O::CONNECT_TIMEOUT, [](Story& s) {
            s.Fail(9.5, F::ONE_WAY, 5).See(10.1, S::LINK, 5);
        });
        tell("loss", O::CONNECT_TIMEOUT, [](Story& s) {
            s.Fail(9.5, F::LOSS, 5).See(10.1, S::LINK, 5);
        });
        tell("packet-loss", O::CONNECT_TIMEOUT, [](Story& s) { // elsewhere
            s.Fail(9.5, F::LOSS, 5).See(10.1, S::LINK, 6);
        });
        tell("delay", O::CONNECT_TIMEOUT, [](Story& s) { s.Fail(12, F::DELAY, 5); });
        // the same failure, again and again: each time is one of its own
        for (double progress : {10.5, 13.5})
        {
            Story story;
            FailureEvent event;
            event.kind = F::SERVER_CRASH;
            event.nodes = {21};
            story.Give(10, "d1", SERVER).Progress(progress);
            for (double time : {10.2, 14.2, 30.0})
            {
                event.begins = true;
                event.time = Seconds(time);
                story.oracle->Fail(event);
                event.begins = false;
                event.time = Seconds(time + 1);
                story.oracle->Fail(event);
            }
            expect("server-crash", O::RESPONSE_TIMEOUT, story);
            NS_TEST_EXPECT_MSG_EQ(story.oracle->GetRecords()[0].failure,
                                  (progress < 12 ? 0 : 1),
                                  "the first since its last progress");
            NS_TEST_EXPECT_MSG_EQ(
                (story.oracle->GetFailures().at(0).open + story.oracle->GetFailures().at(0).fresh),
                (progress < 12 ? 1 : 0),
                "broken by the first");
        }
        // the first rule wins
        tell("loop", O::CONNECT_TIMEOUT, [](Story& s) {
            s.Give(10, "d1", SERVER).Fail(12, F::SITE_POWER, 21).See(13, S::TTL_EXPIRED, 5);
        });
        tell("site-failure", O::RESET, [](Story& s) {
            s.Give(10, "d1", SERVER).Fail(12, F::SITE_POWER, 21).Fail(12, F::DIRECTOR, 11);
        });
    }
};

/// 2. and 3. Books and failures.
class OracleBooksTestCase : public TestCase
{
  public:
    OracleBooksTestCase()
        : TestCase("Sums, failures, figures, files")
    {
    }

  private:
    /**
     * @brief Have a connection come and go.
     * @param start when, s
     * @param latency how long, s
     * @param server who serves it
     * @param outcome how it ends
     */
    void Connect(double start, double latency, Ipv4Address server, ConnectionOutcome outcome)
    {
        ConnectionReport report;
        report.workload = "request";
        report.id = m_id;
        report.start = Seconds(start);
        report.lastProgress = report.start;
        report.client = CLIENT;
        report.clientPort = static_cast<uint16_t>(1024 + m_id++);
        report.remote = VIP;
        report.remotePort = 80;
        m_oracle->Start(report);
        m_oracle->Schedule("d1", {CLIENT, report.clientPort, VIP, 80, 6}, server, Seconds(start));
        report.latency = Seconds(latency);
        report.outcome = outcome;
        m_oracle->End(report);
    }

    void DoRun() override
    {
        Story story;
        m_oracle = story.oracle;
        story.End(ConnectionOutcome::SERVED);
        m_oracle = CreateObject<ConnectionOracle>();
        m_oracle->AddServer(SERVER, 21, "s1", "East");
        m_oracle->AddServer(SERVER2, 22, "s2", "West");
        m_oracle->AddClients("192.0.2.0", "255.255.255.0", "Oslo, East");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(m_oracle->GetFairness()), true, "nothing to compare");
        FailureEvent event;
        event.id = 7;
        event.target = "East";
        event.time = Seconds(2);
        event.nodes = {21};
        Connect(0.5, 0.1, SERVER, ConnectionOutcome::SERVED);
        Connect(1.5, 0.3, SERVER2, ConnectionOutcome::SERVED);
        m_oracle->Fail(event);
        Connect(1.9, 5, SERVER, ConnectionOutcome::RESPONSE_TIMEOUT);
        Connect(2.5, 5, SERVER, ConnectionOutcome::CONNECT_TIMEOUT);
        Connect(3.25, 5, SERVER, ConnectionOutcome::CONNECT_TIMEOUT);
        m_oracle->Check(SERVER2, true, Seconds(3)); // not one of those that were hit
        NS_TEST_EXPECT_MSG_EQ(
            (ConnectionOracle::GetTimeToDetect(m_oracle->GetFailures()[0]) == Time::Max()),
            true,
            "not yet");
        m_oracle->Check(SERVER, true, Seconds(3.5));
        Connect(5.5, 0.6, SERVER2, ConnectionOutcome::SERVED);
        ConnectionReport never;
        never.start = Seconds(5.75);
        never.lastProgress = never.start;
        never.outcome = ConnectionOutcome::NOT_SENT;
        m_oracle->End(never);
        event.begins = false;
        event.time = Seconds(9);
        m_oracle->Fail(event);
        m_oracle->Check(SERVER, false, Seconds(10));
        NS_TEST_EXPECT_MSG_EQ(m_oracle->GetStarted(), 7, "begun");
        NS_TEST_EXPECT_MSG_EQ(m_oracle->IsComplete(), true, "sum");
        NS_TEST_EXPECT_MSG_EQ(m_oracle->GetCount(ConnectionCategory::SITE_FAILURE), 3, "broken");
        const auto& failure = m_oracle->GetFailures().at(0);
        NS_TEST_EXPECT_MSG_EQ(failure.open, 1, "open ones");
        NS_TEST_EXPECT_MSG_EQ(failure.fresh, 2, "new ones");
        NS_TEST_EXPECT_MSG_EQ(ConnectionOracle::GetTimeToDetect(failure), Seconds(1.5), "detect");
        NS_TEST_EXPECT_MSG_EQ(ConnectionOracle::GetTimeToRecover(failure),
                              Seconds(1.25),
                              "recover");
        NS_TEST_EXPECT_MSG_EQ_TOL(m_oracle->GetExtraLatency(0), 0.4, 1e-9, "0.6 s, not 0.2 s");
        NS_TEST_EXPECT_MSG_EQ_TOL(m_oracle->GetFairness(), 36.0 / (2 * 20), 1e-9, "4 and 2");

        OracleReport files(m_oracle);
        std::ostringstream text;
        files.WriteFailures(text);
        NS_TEST_EXPECT_MSG_EQ(
            text.str(),
            "failure,kind,target,begin_s,end_s,time_to_detect_s,time_to_recover_s,"
            "open_broken,new_broken,extra_latency_ms\n"
            "0,site-power,East,2.000000,9.000000,1.500000,1.250000,1,2,400.000\n",
            "failures");
        text.str("");
        files.WriteAvailability(text);
        NS_TEST_EXPECT_MSG_EQ(text.str(),
                              "time_s,client_city,connections,served,failed,mean_latency_ms\n"
                              "0,\"Oslo, East\",1,1,0,100.000\n"
                              "1,\"Oslo, East\",2,1,1,300.000\n"
                              "2,\"Oslo, East\",1,0,1,\n"
                              "3,\"Oslo, East\",1,0,1,\n"
                              "5,,1,0,1,\n"
                              "5,\"Oslo, East\",1,1,0,600.000\n",
                              "availability");
        text.str("");
        files.WriteConnections(text);
        const std::string line = "1.900000,5000.000,request,2,tcp,\"Oslo, East\",192.0.2.1,1026,"
                                 "198.51.100.1,80,response-timeout,site-failure,0,"
                                 "failure of East,2.000000,s1,s1,d1,d1,,0,0\n";
        NS_TEST_EXPECT_MSG_EQ((text.str().find(line) != std::string::npos), true, text.str());
        const std::string none = "5.750000,0.000,,0,tcp,,0.0.0.0,0,0.0.0.0,0,not-sent,not-sent,,"
                                 "client: not-sent,5.750000,,,,,,0,0\n";
        NS_TEST_EXPECT_MSG_EQ((text.str().find(none) != std::string::npos), true, text.str());
        text.str("");
        files.WriteSummary(text);
        NS_TEST_EXPECT_MSG_EQ((text.str().find("\"site-failure\": 3") != std::string::npos &&
                               text.str().find("\"jain_index\": 0.900000") != std::string::npos &&
                               text.str().find("\"Oslo, East\": 0.500000") != std::string::npos),
                              true,
                              text.str());
        m_oracle = nullptr;
    }

    Ptr<ConnectionOracle> m_oracle; ///< the oracle
    uint64_t m_id{0};               ///< connections begun
};

/// 5. In a network.
class OracleNetworkTestCase : public TestCase
{
  public:
    OracleNetworkTestCase()
        : TestCase("Each cause, provoked in a network")
    {
    }

  private:
    /// A small world that is watched
    struct World : public Bench
    {
        /**
         * @param servers number of real servers
         */
        explicit World(uint32_t servers)
            : Bench(servers)
        {
            observer->SetOracle(oracle);
            observer->WatchDirector("d", director);
            for (uint32_t i = 0; i < nodes.GetN(); i++)
            {
                observer->WatchNode(nodes.Get(i));
            }
            for (uint32_t i = 0; i < servers; i++)
            {
                observer->WatchServer("s" + std::to_string(i + 1),
                                      "site",
                                      hosts[2 + i],
                                      GetServer(i));
            }
        }

        /**
         * @brief Have a failure happen now.
         * @param kind what
         * @param node where
         */
        void Fail(FailureKind kind, uint32_t node)
        {
            FailureEvent event;
            event.kind = kind;
            event.target = "it";
            event.time = Simulator::Now();
            event.nodes = {nodes.Get(node)->GetId()};
            oracle->Fail(event);
        }

        Ptr<ConnectionOracle> oracle{CreateObject<ConnectionOracle>()}; ///< the oracle
        Ptr<OracleObserver> observer{CreateObject<OracleObserver>()};   ///< who watches for it
    };

    /**
     * @brief Make connections at 1, 2, 3, 4 and 5 s, have something happen at 2.5 s, and look what
     * became of them.
     * @param what what happens
     * @param category what the broken ones are to be in
     * @param broken how many of the five are broken
     * @param event makes it happen
     * @param before is done first
     */
    void Provoke(const std::string& what,
                 ConnectionCategory category,
                 uint64_t broken,
                 const std::function<void(World&)>& event,
                 const std::function<void(World&)>& before = nullptr)
    {
        World world(1);
        auto servers = world.Serve<RequestServer>();
        servers[0]->SetAttribute("ResponseSize",
                                 StringValue("ns3::ConstantRandomVariable[Constant=3000]"));
        auto client = world.Ask<RequestClient>(1, 5.5);
        world.observer->WatchWorkload(client);
        if (before)
        {
            before(world);
        }
        Simulator::Schedule(Seconds(2.5), [&]() { event(world); });
        world.Run(60);
        const auto& oracle = *world.oracle;
        NS_TEST_EXPECT_MSG_EQ(oracle.GetStarted(), 5, what << ": connections");
        NS_TEST_EXPECT_MSG_EQ(oracle.IsComplete(), true, what << ": sum");
        NS_TEST_EXPECT_MSG_EQ(oracle.GetOpen(), 0, what << ": open");
        for (const auto& record : oracle.GetRecords())
        {
            if (record.category != ConnectionCategory::SERVED && record.category != category)
            {
                NS_TEST_EXPECT_MSG_EQ(ToString(record.category),
                                      std::string(ToString(category)),
                                      what << ": " << record.evidence);
            }
        }
        NS_TEST_EXPECT_MSG_EQ(oracle.GetCount(category), broken, what);
        NS_TEST_EXPECT_MSG_EQ(oracle.GetCount(ConnectionCategory::UNEXPLAINED), 0, what);
    }

    void DoRun() override
    {
        using C = ConnectionCategory;
        Provoke("a server without power", C::SERVER_CRASH, 3, [](World& w) {
            w.Fail(FailureKind::SERVER_CRASH, 3);
            w.GetServer(0)->GetObject<Ipv4>()->SetDown(1);
        });
        Provoke("a site without power", C::SITE_FAILURE, 3, [](World& w) {
            w.Fail(FailureKind::SITE_POWER, 3);
            w.GetServer(0)->GetObject<Ipv4>()->SetDown(1);
        });
        Provoke("a director without power", C::DIRECTOR_DOWN, 3, [](World& w) {
            w.Fail(FailureKind::DIRECTOR, 2);
            w.nodes.Get(2)->GetObject<Ipv4>()->SetDown(1);
        });
        Provoke("an interface down, without a failure", C::NO_ROUTE, 3, [](World& w) {
            w.GetServer(0)->GetObject<Ipv4>()->SetDown(1);
        });
        Provoke("a link cut", C::LINK_CUT, 3, [](World& w) {
            w.Fail(FailureKind::LINK_CUT, 0);
            w.nodes.Get(0)->GetObject<Ipv4>()->SetDown(2);
            w.nodes.Get(2)->GetObject<Ipv4>()->SetDown(1);
        });
        Provoke("all packets lost on a link", C::PACKET_LOSS, 3, [](World& w) {
            auto loss = CreateObject<RateErrorModel>();
            loss->SetAttribute("ErrorRate", DoubleValue(1));
            DynamicCast<PointToPointNetDevice>(w.devices[0].Get(1))->SetReceiveErrorModel(loss);
        });
        Provoke("a link that carries one direction", C::ONE_WAY, 3, [](World& w) {
            w.Fail(FailureKind::ONE_WAY, 1);
            auto loss = CreateObject<RateErrorModel>();
            loss->SetAttribute("ErrorRate", DoubleValue(1));
            DynamicCast<PointToPointNetDevice>(w.devices[0].Get(1))->SetReceiveErrorModel(loss);
        });
        Provoke("no real server", C::NO_SERVER, 3, [](World& w) {
            w.director->RemoveRealServer(w.director->FindService(w.vip, 80, 6), w.hosts[2], 80);
        });
        Provoke("no room in the table", C::TABLE_FULL, 3, [](World& w) {
            w.director->SetMaxConnections(2);
        });
        Provoke("a loop", C::LOOP, 3, [](World& w) {
            // the router thinks the VIP is behind the client, which forwards to the router
            auto routes =
                Ipv4StaticRoutingHelper().GetStaticRouting(w.nodes.Get(0)->GetObject<Ipv4>());
            for (uint32_t i = 0; i < routes->GetNRoutes(); i++)
            {
                if (routes->GetRoute(i).GetDest() == w.vip)
                {
                    routes->RemoveRoute(i);
                    break;
                }
            }
            routes->AddHostRouteTo(w.vip, w.hosts[0], 1);
        });
        Provoke("the tunnel device down", C::BAD_TUNNEL, 3, [](World& w) {
            auto ipv4 = w.GetServer(0)->GetObject<Ipv4>();
            ipv4->SetDown(ipv4->GetInterfaceForAddress(w.vip));
        });
        const auto silence = [](World& w) {
            w.GetServer(0)->GetApplication(0)->SetAttribute(
                "ServiceTime",
                StringValue("ns3::ConstantRandomVariable[Constant=30]"));
        };
        Provoke("a server that does not answer", C::TIMED_OUT, 3, silence);
        Provoke("a slow server", C::SLOW_SERVER, 3, [silence](World& w) {
            w.Fail(FailureKind::SLOW_SERVER, 3);
            silence(w);
        });
        Provoke("nobody listens", C::REFUSED, 3, [](World& w) { StopServer(w); });
        Provoke(
            "the director forgets connections that are open",
            C::TABLE_EXPIRY,
            5,
            [](World& w) {},
            [](World& w) {
                w.director->tcpTimeout = Seconds(5);
                auto client = w.nodes.Get(1)->GetApplication(0);
                client->SetAttribute("Requests",
                                     StringValue("ns3::ConstantRandomVariable[Constant=2]"));
                client->SetAttribute("ThinkTime",
                                     StringValue("ns3::ConstantRandomVariable[Constant=20]"));
            });
        Provoke(
            "the director loses its power and its connections",
            C::STATE_LOST,
            2,
            [](World& w) {
                w.Fail(FailureKind::DIRECTOR, 2);
                w.director->PowerOff();
                w.director->PowerOn();
                FailureEvent event;
                event.begins = false;
                event.time = Simulator::Now();
                w.oracle->Fail(event);
            },
            [](World& w) {
                auto client = w.nodes.Get(1)->GetApplication(0);
                client->SetAttribute("Requests",
                                     StringValue("ns3::ConstantRandomVariable[Constant=2]"));
                client->SetAttribute("ThinkTime",
                                     StringValue("ns3::ConstantRandomVariable[Constant=3]"));
            });
    }

    /**
     * @brief Close the listening socket of the server.
     * @param w the world
     */
    static void StopServer(World& w)
    {
        ObjectPtrContainerValue sockets;
        w.GetServer(0)->GetObject<TcpL4Protocol>()->GetAttribute("SocketList", sockets);
        for (auto socket = sockets.Begin(); socket != sockets.End(); ++socket)
        {
            DynamicCast<Socket>(socket->second)->Close();
        }
    }
};

/// Tests of the oracle.
class ConnectionOracleTestSuite : public TestSuite
{
  public:
    ConnectionOracleTestSuite()
        : TestSuite("gipt-connection-oracle")
    {
        AddTestCase(new OracleRulesTestCase);
        AddTestCase(new OracleBooksTestCase);
        AddTestCase(new OracleNetworkTestCase);
    }
};

ConnectionOracleTestSuite g_connectionOracleTestSuite; ///< the suite

} // namespace
