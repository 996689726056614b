/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "workload-bench.h"

#include "ns3/error-model.h"
#include "ns3/light-clients.h"
#include "ns3/light-responder.h"
#include "ns3/request-client.h"
#include "ns3/request-server.h"
#include "ns3/test.h"

#include <set>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of the light generator and its responder.
 *
 * 1. Served: outcome, octets, server, time; packets are few; with and without checksums; each way
 *    of closing, and what the director makes of it. Long responses in several segments.
 * 2. With ns-3's own TCP at either end.
 * 3. Each other outcome, provoked: refused, unreachable, both timeouts, reset, unfinished,
 * not-sent.
 * 4. Losses at random: everything is sent again until it is served, and served once.
 * 5. Addresses and ports: all of the network, rest before they are used again; memory of a
 *    connection.
 * 6. A server that has lost its power, or another one, answers with a reset.
 * 7. The same seed gives the same connections.
 */

using namespace ns3;
using namespace ns3::gipt;
using workloads::Bench;

namespace
{

/// What the cases share.
class LightTestCase : public TestCase
{
  public:
    /**
     * @param name of the test
     */
    explicit LightTestCase(const std::string& name)
        : TestCase(name)
    {
    }

  protected:
    /**
     * @brief Check that all connections have ended in one way.
     * @param bench the world
     * @param outcome the way
     * @param count how many
     */
    void ExpectAll(const Bench& bench, ConnectionOutcome outcome, uint64_t count)
    {
        NS_TEST_EXPECT_MSG_EQ(bench.reports.size(), count, "connections ended");
        NS_TEST_EXPECT_MSG_EQ(bench.Count(outcome), count, ToString(outcome));
    }
};

/// 1. Served.
class LightServedTestCase : public LightTestCase
{
  public:
    /**
     * @param close way of closing
     * @param checksums whether packets have checksums
     */
    LightServedTestCase(const std::string& close, bool checksums)
        : LightTestCase("Served, closed by " + close + (checksums ? ", checksums" : "")),
          m_close(close),
          m_checksums(checksums)
    {
    }

  private:
    void DoRun() override
    {
        GlobalValue::Bind("ChecksumEnabled", BooleanValue(m_checksums));
        for (uint32_t size : {100, 20000})
        {
            Bench bench(2);
            auto servers = bench.Serve<LightResponder>();
            auto client = bench.Ask<LightClients>(0.01, 0);
            client->SetAttribute("MaxConnections", UintegerValue(100));
            client->SetAttribute("ResponseSize", UintegerValue(size));
            client->SetAttribute("Close", StringValue(m_close));
            bench.Run(9);
            ExpectAll(bench, ConnectionOutcome::SERVED, 100);
            NS_TEST_EXPECT_MSG_EQ(bench.starts, 100, "begun");
            NS_TEST_EXPECT_MSG_EQ(client->GetOpen(), 0, "open");
            for (const auto& report : bench.reports)
            {
                NS_TEST_EXPECT_MSG_EQ(report.bytes, size, "octets");
                NS_TEST_EXPECT_MSG_EQ(report.server, (report.id % 2 ? "s1" : "s2"), "round robin");
                NS_TEST_EXPECT_MSG_EQ_TOL(report.latency.GetSeconds(), 0.06, 0.001, "two trips");
                NS_TEST_EXPECT_MSG_EQ(report.requests, 1, "requests");
                NS_TEST_EXPECT_MSG_EQ_TOL((report.lastProgress - report.start).GetSeconds(),
                                          0.06,
                                          0.0011,
                                          "progress");
            }
            // SYN, request, FIN or RST; one acknowledgement for each segment before the last
            const uint64_t segments = (size + 70 + 1459) / 1460 - 1;
            const uint64_t packets = (m_close == "none" ? 2 : 3) + segments;
            NS_TEST_EXPECT_MSG_EQ(client->GetSent(), 100 * packets, "packets");
            NS_TEST_EXPECT_MSG_EQ(servers[0]->GetAnswered(), 50, "answered");
            NS_TEST_EXPECT_MSG_EQ(servers[0]->GetReset(), 0, "resets");
            // RST: CLOSE, 10 s; FIN: FIN_WAIT, 120 s; none: ESTABLISHED, 900 s
            bench.Run(60);
            NS_TEST_EXPECT_MSG_EQ(bench.director->GetTable().GetSize(),
                                  (m_close == "rst" ? 0 : 100),
                                  "closed to the director");
            bench.Run(200);
            NS_TEST_EXPECT_MSG_EQ(bench.director->GetTable().GetSize(),
                                  (m_close == "none" ? 100 : 0),
                                  "closed to the director");
        }
        GlobalValue::Bind("ChecksumEnabled", BooleanValue(false));
    }

    std::string m_close; ///< way of closing
    bool m_checksums;    ///< whether packets have checksums
};

/// 2. With ns-3's TCP.
class LightTcpTestCase : public LightTestCase
{
  public:
    LightTcpTestCase()
        : LightTestCase("With ns-3's TCP at either end")
    {
    }

  private:
    void DoRun() override
    {
        GlobalValue::Bind("ChecksumEnabled", BooleanValue(true));
        for (uint32_t size : {0, 1000, 100000})
        {
            Bench bench(2);
            auto servers = bench.Serve<RequestServer>();
            for (auto& server : servers)
            {
                server->SetAttribute("ResponseSize",
                                     StringValue("ns3::ConstantRandomVariable[Constant=" +
                                                 std::to_string(size) + "]"));
            }
            auto client = bench.Ask<LightClients>(0.02, 0);
            client->SetAttribute("MaxConnections", UintegerValue(50));
            bench.Run(300); // TIME_WAIT is over
            ExpectAll(bench, ConnectionOutcome::SERVED, 50);
            for (const auto& report : bench.reports)
            {
                NS_TEST_EXPECT_MSG_EQ(report.bytes, size, "octets");
            }
            for (uint32_t i = 0; i < 2; i++)
            {
                ObjectPtrContainerValue sockets;
                bench.GetServer(i)->GetObject<TcpL4Protocol>()->GetAttribute("SocketList", sockets);
                NS_TEST_EXPECT_MSG_EQ(sockets.GetN(), 1, "only the listening socket is left");
            }
        }
        {
            Bench bench(2);
            bench.Serve<LightResponder>();
            bench.Ask<RequestClient>(0.02, 1.01);
            bench.Run(300); // TIME_WAIT is over
            ExpectAll(bench, ConnectionOutcome::SERVED, 50);
            ObjectPtrContainerValue sockets;
            bench.nodes.Get(1)->GetObject<TcpL4Protocol>()->GetAttribute("SocketList", sockets);
            NS_TEST_EXPECT_MSG_EQ(sockets.GetN(), 0, "no connection is left");
        }
        GlobalValue::Bind("ChecksumEnabled", BooleanValue(false));
    }
};

/// 3. The other outcomes.
class LightOutcomesTestCase : public LightTestCase
{
  public:
    LightOutcomesTestCase()
        : LightTestCase("Every other outcome")
    {
    }

  private:
    void DoRun() override
    {
        {
            Bench bench(1); // nobody listens
            bench.Ask<LightClients>(1, 3.5);
            bench.Run(20);
            ExpectAll(bench, ConnectionOutcome::REFUSED, 3);
            NS_TEST_EXPECT_MSG_EQ_TOL(bench.reports[0].latency.GetSeconds(), 0.03, 0.001, "trip");
        }
        {
            Bench bench(0); // no server
            bench.Ask<LightClients>(1, 3.5);
            bench.Run(20);
            ExpectAll(bench, ConnectionOutcome::UNREACHABLE, 3);
        }
        {
            Bench bench(1); // no route
            auto client = bench.Ask<LightClients>(1, 3.5);
            auto routing =
                Ipv4StaticRoutingHelper().GetStaticRouting(bench.nodes.Get(1)->GetObject<Ipv4>());
            while (routing->GetNRoutes() > 0)
            {
                routing->RemoveRoute(0);
            }
            bench.Run(20);
            ExpectAll(bench, ConnectionOutcome::UNREACHABLE, 3);
            NS_TEST_EXPECT_MSG_EQ(bench.reports[0].latency, Seconds(0), "at once");
        }
        {
            Bench bench(1);
            bench.Serve<LightResponder>();
            bench.GetServer(0)->GetObject<Ipv4>()->SetDown(1);
            auto client = bench.Ask<LightClients>(1, 3.5);
            client->SetAttribute("Timeout", TimeValue(MilliSeconds(4500)));
            bench.Run(20);
            ExpectAll(bench, ConnectionOutcome::CONNECT_TIMEOUT, 3);
            NS_TEST_EXPECT_MSG_EQ(bench.reports[0].latency, MilliSeconds(4500), "time");
            NS_TEST_EXPECT_MSG_EQ(client->GetSent(), 9, "SYN at 0, 1 and 3 s");
        }
        {
            Bench bench(1);
            auto servers = bench.Serve<LightResponder>();
            servers[0]->SetAttribute("ServiceTime", TimeValue(Seconds(30)));
            auto client = bench.Ask<LightClients>(1, 3.5);
            bench.Run(20);
            ExpectAll(bench, ConnectionOutcome::RESPONSE_TIMEOUT, 3);
            NS_TEST_EXPECT_MSG_EQ(bench.reports[0].latency, Seconds(5), "time");
        }
        {
            Bench bench(1); // from before a loss of power
            auto servers = bench.Serve<LightResponder>();
            Simulator::Schedule(MilliSeconds(1030), &LightResponder::PowerOff, servers[0]);
            Simulator::Schedule(MilliSeconds(1500), &LightResponder::PowerOn, servers[0]);
            auto client = bench.Ask<LightClients>(1, 1.5);
            bench.Run(20);
            ExpectAll(bench, ConnectionOutcome::RESET, 1);
            NS_TEST_EXPECT_MSG_EQ(servers[0]->GetReset(), 1, "reset");
            NS_TEST_EXPECT_MSG_EQ_TOL(bench.reports[0].latency.GetSeconds(), 1.06, 0.002, "time");
        }
        {
            Bench bench(1);
            bench.Serve<LightResponder>();
            auto client = bench.Ask<LightClients>(0.5, 0);
            client->SetStopTime(MilliSeconds(2030));
            bench.Run(20);
            NS_TEST_EXPECT_MSG_EQ(bench.reports.size(), 4, "connections");
            NS_TEST_EXPECT_MSG_EQ(bench.Count(ConnectionOutcome::UNFINISHED), 1, "the last");
        }
    }
};

/// 4. Losses.
class LightLossTestCase : public LightTestCase
{
  public:
    LightLossTestCase()
        : LightTestCase("Losses at random")
    {
    }

  private:
    void DoRun() override
    {
        for (bool isLight : {true, false})
        {
            Bench bench(1);
            if (isLight)
            {
                bench.Serve<LightResponder>();
            }
            else
            {
                bench.Serve<RequestServer>();
            }
            for (uint32_t end : {0, 1})
            {
                auto loss = CreateObject<RateErrorModel>();
                loss->SetAttribute("ErrorRate", DoubleValue(0.1));
                loss->SetAttribute("ErrorUnit", StringValue("ERROR_UNIT_PACKET"));
                loss->AssignStreams(end);
                DynamicCast<PointToPointNetDevice>(bench.devices[0].Get(end))
                    ->SetReceiveErrorModel(loss);
            }
            auto client = bench.Ask<LightClients>(0.05, 0);
            client->SetAttribute("MaxConnections", UintegerValue(200));
            client->SetAttribute("ResponseSize", UintegerValue(5000));
            client->SetAttribute("Timeout", TimeValue(Seconds(300)));
            client->SetAttribute("Retries", UintegerValue(20));
            bench.Run(400);
            ExpectAll(bench, ConnectionOutcome::SERVED, 200);
            uint32_t late = 0;
            for (const auto& report : bench.reports)
            {
                NS_TEST_EXPECT_MSG_EQ(report.bytes, 5000, "octets");
                late += report.latency > MilliSeconds(500) ? 1 : 0;
            }
            NS_TEST_EXPECT_MSG_EQ((late > 30), true, "some were sent again: " << late);
            NS_TEST_EXPECT_MSG_EQ(client->GetOpen(), 0, "none is open");
        }
    }
};

/// 5. Addresses and ports.
class LightPortsTestCase : public LightTestCase
{
  public:
    LightPortsTestCase()
        : LightTestCase("Addresses and ports")
    {
    }

  private:
    void DoRun() override
    {
        {
            Bench bench(1);
            bench.Serve<LightResponder>();
            auto client = bench.Ask<LightClients>(1, 14.5);
            client->SetAttribute("Network", Ipv4AddressValue("10.128.7.4"));
            client->SetAttribute("Mask", Ipv4MaskValue("255.255.255.252")); // two clients
            client->SetAttribute("FirstPort", UintegerValue(65534));        // two ports
            client->SetAttribute("ReuseAfter", TimeValue(Seconds(9)));
            bench.Run(30);
            NS_TEST_ASSERT_MSG_EQ(bench.reports.size(), 14, "connections");
            for (const auto& report : bench.reports)
            {
                // four pairs, 1 to 4 s; the first rests until 10.05 s
                const bool isSent = report.id < 4 || report.id >= 10;
                NS_TEST_EXPECT_MSG_EQ((report.outcome == ConnectionOutcome::SERVED),
                                      isSent,
                                      "connection " << report.id);
                if (isSent)
                {
                    const uint64_t pair = report.id < 4 ? report.id : report.id - 10;
                    NS_TEST_EXPECT_MSG_EQ(report.client,
                                          Ipv4Address(pair % 2 ? "10.128.7.6" : "10.128.7.5"),
                                          "address");
                    NS_TEST_EXPECT_MSG_EQ(report.clientPort, 65534 + pair / 2, "port");
                }
            }
            NS_TEST_EXPECT_MSG_EQ(client->GetCount(ConnectionOutcome::NOT_SENT), 6, "no port");
        }
        Bench second(1);
        second.Serve<LightResponder>();
        auto client = second.Ask<LightClients>(0.0001, 0);
        client->SetAttribute("MaxConnections", UintegerValue(2048));
        second.Run(2);
        NS_TEST_EXPECT_MSG_EQ(second.Count(ConnectionOutcome::SERVED), 2048, "served");
        NS_TEST_EXPECT_MSG_EQ((client->GetMemory() <= 2048 * (40 + 5)),
                              true,
                              client->GetMemory() << " octets: 40 each, and a timer");
        std::set<std::pair<uint32_t, uint16_t>> pairs;
        for (const auto& report : second.reports)
        {
            pairs.emplace(report.client.Get(), report.clientPort);
        }
        NS_TEST_EXPECT_MSG_EQ(pairs.size(), 2048, "none was used again");
    }
};

/// 6. Another server.
class LightMovedTestCase : public LightTestCase
{
  public:
    LightMovedTestCase()
        : LightTestCase("A connection that moves to another server is reset")
    {
    }

  private:
    void DoRun() override
    {
        Bench bench(2);
        auto servers = bench.Serve<LightResponder>();
        servers[1]->SetAttribute("ServiceTime", TimeValue(Seconds(3)));
        auto client = bench.Ask<LightClients>(1, 1.5);
        bench.Run(1.5); // the second server has the request and is slow
        bench.director->SetAttribute("SloppyTcp", BooleanValue(true));
        bench.director->PowerOff(); // and forgets
        bench.director->PowerOn();
        const auto service = bench.director->FindService(bench.vip, 80, 6);
        bench.director->EditRealServer(service, bench.hosts[3], 80, 0);
        bench.Run(20);
        ExpectAll(bench, ConnectionOutcome::RESET, 1);
        NS_TEST_EXPECT_MSG_EQ(servers[1]->GetReset(), 0, "it knows the connection");
        NS_TEST_EXPECT_MSG_EQ(servers[0]->GetReset(), 1, "by the other server");
    }
};

/// 7. The same seed.
class LightSeedTestCase : public LightTestCase
{
  public:
    LightSeedTestCase()
        : LightTestCase("The same seed gives the same connections")
    {
    }

  private:
    void DoRun() override
    {
        std::vector<std::vector<std::pair<Time, Time>>> runs;
        for (int64_t stream : {1, 1, 2})
        {
            Bench bench(2);
            bench.Serve<LightResponder>();
            auto client = bench.Ask<LightClients>(1, 2);
            client->SetAttribute("Interval",
                                 StringValue("ns3::ExponentialRandomVariable[Mean=0.01]"));
            NS_TEST_EXPECT_MSG_EQ(client->AssignStreams(stream), 1, "streams");
            bench.Run(10);
            runs.emplace_back();
            for (const auto& report : bench.reports)
            {
                runs.back().emplace_back(report.start, report.latency);
            }
            NS_TEST_EXPECT_MSG_EQ_TOL(double(bench.reports.size()), 200.0, 60.0, "connections");
        }
        NS_TEST_EXPECT_MSG_EQ((runs[0] == runs[1]), true, "same");
        NS_TEST_EXPECT_MSG_EQ((runs[0] == runs[2]), false, "another");
    }
};

/// Tests of the light generator.
class LightClientsTestSuite : public TestSuite
{
  public:
    LightClientsTestSuite()
        : TestSuite("gipt-light-clients")
    {
        AddTestCase(new LightServedTestCase("fin", true));
        AddTestCase(new LightServedTestCase("rst", false));
        AddTestCase(new LightServedTestCase("none", true));
        AddTestCase(new LightTcpTestCase);
        AddTestCase(new LightOutcomesTestCase);
        AddTestCase(new LightLossTestCase);
        AddTestCase(new LightPortsTestCase);
        AddTestCase(new LightMovedTestCase);
        AddTestCase(new LightSeedTestCase);
    }
};

LightClientsTestSuite g_lightClientsTestSuite; ///< the suite

} // namespace
