/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "workload-bench.h"

#include "ns3/bulk-send-helper.h"
#include "ns3/inet-socket-address.h"
#include "ns3/on-off-helper.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/request-client.h"
#include "ns3/request-server.h"
#include "ns3/test.h"
#include "ns3/udp-echo-helper.h"
#include "ns3/udp-request-client.h"
#include "ns3/udp-request-server.h"
#include "ns3/workload-helper.h"
#include "ns3/workload-trace.h"

#include <map>
#include <sstream>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of workloads, all through a director.
 *
 * 1. Sessions: several requests on one connection, time to think, one server for all of them;
 * octets that the client asks for; a connection with a request unanswered has broken.
 * 2. Closed loop: never more connections than users, and as many as users and pauses allow.
 * 3. Long-lived connections outlive idle time, and break when the director has forgotten them.
 * 4. UDP: answered from the VIP, sent again when lost, given up, unreachable.
 * 5. Traces: rows, columns in any order, every kind of error with file and line; what is planned is
 *    made, by whom and when, with the length asked for.
 * 6. Loss of a client's power, and its return.
 * 7. ns-3's own applications, unchanged: OnOff, BulkSend and PacketSink, UdpEcho.
 */

using namespace ns3;
using namespace ns3::gipt;
using workloads::Bench;

namespace
{

/**
 * @brief Set a random variable to a constant.
 * @param object its owner
 * @param name the attribute
 * @param value the constant
 */
void
SetConstant(Ptr<Object> object, const std::string& name, double value)
{
    object->SetAttribute(
        name,
        StringValue("ns3::ConstantRandomVariable[Constant=" + std::to_string(value) + "]"));
}

/// 1. Sessions.
class SessionTestCase : public TestCase
{
  public:
    SessionTestCase()
        : TestCase("Several requests on a connection")
    {
    }

  private:
    void DoRun() override
    {
        {
            Bench bench(2);
            auto servers = bench.Serve<RequestServer>();
            auto client = bench.Ask<RequestClient>(1, 4.5);
            SetConstant(client, "Requests", 3);
            SetConstant(client, "ThinkTime", 2);
            SetConstant(servers[0], "ResponseSize", 700);
            SetConstant(servers[1], "ResponseSize", 700);
            bench.Run(20);
            NS_TEST_ASSERT_MSG_EQ(bench.reports.size(), 4, "connections");
            for (const auto& report : bench.reports)
            {
                NS_TEST_EXPECT_MSG_EQ(ToString(report.outcome), std::string("served"), "outcome");
                NS_TEST_EXPECT_MSG_EQ(report.requests, 3, "requests of a connection");
                NS_TEST_EXPECT_MSG_EQ(report.bytes, 2100, "octets of a connection");
                // 20 ms to the server by the director, back 10 ms: four round trips, two thoughts
                NS_TEST_EXPECT_MSG_EQ_TOL(report.latency.GetSeconds(), 4.12, 0.001, "time");
                NS_TEST_EXPECT_MSG_EQ(report.server, (report.id % 2 ? "s1" : "s2"), "round robin");
            }
            NS_TEST_EXPECT_MSG_EQ(servers[0]->GetAnswered() + servers[1]->GetAnswered(),
                                  12,
                                  "answered");
            NS_TEST_EXPECT_MSG_EQ(bench.director->GetTable().GetSize(), 4, "connections");
            bench.Run(300); // TIME_WAIT is over
            ObjectPtrContainerValue sockets;
            bench.nodes.Get(1)->GetObject<TcpL4Protocol>()->GetAttribute("SocketList", sockets);
            NS_TEST_EXPECT_MSG_EQ(sockets.GetN(), 0, "all are closed");
        }
        {
            Bench bench(1); // the server goes silent after the first response
            SetConstant(bench.Serve<RequestServer>()[0], "ResponseSize", 700);
            auto client = bench.Ask<RequestClient>(1, 1.5);
            SetConstant(client, "Requests", 3);
            SetConstant(client, "ThinkTime", 2);
            client->SetAttribute("Timeout", TimeValue(Seconds(1)));
            Simulator::Schedule(Seconds(2),
                                [&]() { bench.GetServer(0)->GetObject<Ipv4>()->SetDown(1); });
            bench.Run(20);
            NS_TEST_ASSERT_MSG_EQ(bench.reports.size(), 1, "connections");
            const auto& report = bench.reports[0];
            NS_TEST_EXPECT_MSG_EQ(ToString(report.outcome),
                                  std::string("response-timeout"),
                                  "outcome");
            NS_TEST_EXPECT_MSG_EQ(report.requests, 1, "answered");
            NS_TEST_EXPECT_MSG_EQ_TOL((report.lastProgress - report.start).GetSeconds(),
                                      0.06,
                                      0.001,
                                      "the first response");
            NS_TEST_EXPECT_MSG_EQ_TOL(report.latency.GetSeconds(), 3.06, 0.001, "gives up");
        }
    }
};

/// 2. Closed loop.
class UsersTestCase : public TestCase
{
  public:
    UsersTestCase()
        : TestCase("Users that make one connection after another")
    {
    }

  private:
    void DoRun() override
    {
        Bench bench(1);
        auto servers = bench.Serve<RequestServer>();
        SetConstant(servers[0], "ServiceTime", 0.95);
        SetConstant(servers[0], "ResponseSize", 100);
        auto client = bench.Ask<RequestClient>(0.001, 19.5); // the interval is not for users
        client->SetAttribute("Users", UintegerValue(3));
        SetConstant(client, "Pause", 1);
        uint32_t open = 0;
        uint32_t most = 0;
        client->TraceConnectWithoutContext("ConnectionStart",
                                           MakeCallback(&UsersTestCase::Begin, this));
        client->TraceConnectWithoutContext("ConnectionEnd",
                                           MakeCallback(&UsersTestCase::End, this));
        m_open = &open;
        m_most = &most;
        bench.Run(30);
        NS_TEST_EXPECT_MSG_EQ(most, 3, "all users at a time, and no more");
        NS_TEST_EXPECT_MSG_EQ(open, 0, "all have ended");
        // 1 s of pause and 1.0 s of a connection, from 1 s to 19.5 s: 10 a user
        NS_TEST_EXPECT_MSG_EQ(client->GetStarted(), 30, "connections");
        NS_TEST_EXPECT_MSG_EQ(client->GetCount(ConnectionOutcome::SERVED), 30, "served");
    }

    /**
     * @brief A connection began.
     * @param report what is known
     */
    void Begin(const ConnectionReport& report)
    {
        *m_most = std::max(*m_most, ++*m_open);
    }

    /**
     * @brief A connection ended.
     * @param report what is known
     */
    void End(const ConnectionReport& report)
    {
        --*m_open;
    }

    uint32_t* m_open{nullptr}; ///< open connections
    uint32_t* m_most{nullptr}; ///< most of them at a time
};

/// 3. Long-lived connections.
class LongLivedTestCase : public TestCase
{
  public:
    LongLivedTestCase()
        : TestCase("Connections kept for hours")
    {
    }

  private:
    void DoRun() override
    {
        for (double idle : {800.0, 1000.0}) // the director's timeout is 900 s
        {
            Bench bench(2);
            auto servers = bench.Serve<RequestServer>();
            auto client = bench.Ask<RequestClient>(1e12, 0);
            SetConstant(client, "Requests", 6);
            SetConstant(client, "ThinkTime", idle);
            client->Plan(Seconds(1), 50);
            bench.Run(7200);
            NS_TEST_ASSERT_MSG_EQ(bench.reports.size(), 1, "connections");
            const auto& report = bench.reports[0];
            const bool survives = idle < 900;
            NS_TEST_EXPECT_MSG_EQ((report.outcome == ConnectionOutcome::SERVED),
                                  survives,
                                  ToString(report.outcome));
            NS_TEST_EXPECT_MSG_EQ(report.requests, (survives ? 6 : 1), "messages answered");
            NS_TEST_EXPECT_MSG_EQ(report.bytes, (survives ? 300 : 50), "octets");
        }
        Bench bench(1);
        SetConstant(bench.Serve<RequestServer>()[0], "ResponseSize", 100);
        WorkloadHelper helper("long-lived", bench.vip, 80);
        helper.SetAttribute("Interval", StringValue("ns3::ConstantRandomVariable[Constant=5]"));
        auto installed = helper.Install(bench.nodes.Get(1));
        NS_TEST_EXPECT_MSG_EQ(WorkloadHelper::AssignStreams(installed, 100), 4, "streams");
        auto client = DynamicCast<WorkloadClient>(installed.Get(0));
        client->SetStopTime(Seconds(400));
        bench.Run(500);
        NS_TEST_EXPECT_MSG_EQ(client->GetStarted(), 79, "one each five seconds");
        NS_TEST_EXPECT_MSG_EQ((client->GetCount(ConnectionOutcome::UNFINISHED) > 60),
                              true,
                              "an hour long on average");
        NS_TEST_EXPECT_MSG_EQ(client->GetCount(ConnectionOutcome::SERVED) +
                                  client->GetCount(ConnectionOutcome::UNFINISHED),
                              client->GetStarted(),
                              "none breaks");
    }
};

/// 4. UDP.
class UdpTestCase : public TestCase
{
  public:
    UdpTestCase()
        : TestCase("UDP requests")
    {
    }

  private:
    void DoRun() override
    {
        {
            Bench bench(2);
            auto servers = bench.Serve<UdpRequestServer>();
            auto client = bench.Ask<UdpRequestClient>(1, 4.5);
            // what answers from another address than the VIP is no answer
            Simulator::Schedule(Seconds(2.5),
                                [&]() { bench.GetServer(1)->GetObject<Ipv4>()->SetDown(1); });
            Simulator::Schedule(Seconds(5.5), [&]() {
                bench.GetServer(1)->GetObject<Ipv4>()->SetUp(1);
                Ipv4StaticRoutingHelper()
                    .GetStaticRouting(bench.GetServer(1)->GetObject<Ipv4>())
                    ->SetDefaultRoute("10.0.0.13", 1);
            });
            bench.Run(20);
            NS_TEST_ASSERT_MSG_EQ(bench.reports.size(), 4, "requests");
            std::map<uint64_t, ConnectionReport> reports;
            for (const auto& report : bench.reports)
            {
                reports[report.id] = report;
                NS_TEST_EXPECT_MSG_EQ(ToString(report.outcome), std::string("served"), "outcome");
                NS_TEST_EXPECT_MSG_EQ(report.protocol, 17, "protocol");
                NS_TEST_EXPECT_MSG_EQ(report.bytes, 512, "the server's length");
                NS_TEST_EXPECT_MSG_EQ(report.client, bench.hosts[0], "client");
                NS_TEST_EXPECT_MSG_EQ(report.server, (report.id % 2 ? "s1" : "s2"), "round robin");
            }
            NS_TEST_EXPECT_MSG_EQ_TOL(reports[0].latency.GetSeconds(), 0.03, 0.001, "at once");
            NS_TEST_EXPECT_MSG_EQ_TOL(reports[2].latency.GetSeconds(), 4.03, 0.001, "the third");
        }
        {
            Bench bench(1); // nobody listens
            auto client = bench.Ask<UdpRequestClient>(1, 1.5);
            bench.Run(20);
            NS_TEST_EXPECT_MSG_EQ(client->GetCount(ConnectionOutcome::UNREACHABLE), 1, "ICMP");
        }
        {
            Bench bench(1);
            auto servers = bench.Serve<UdpRequestServer>();
            auto client = bench.Ask<UdpRequestClient>(1, 1.5);
            bench.GetServer(0)->GetObject<Ipv4>()->SetDown(1);
            bench.Run(20);
            NS_TEST_EXPECT_MSG_EQ(client->GetCount(ConnectionOutcome::RESPONSE_TIMEOUT), 1, "none");
            NS_TEST_EXPECT_MSG_EQ(bench.reports.at(0).latency, Seconds(6), "three times 2 s");
            NS_TEST_EXPECT_MSG_EQ(servers[0]->GetAnswered(), 0, "nothing came");
        }
        {
            Bench bench(1); // an answer given later leaves from the address it is bound to
            auto servers = bench.Serve<UdpRequestServer>();
            servers[0]->SetAttribute("Local", Ipv4AddressValue(bench.vip));
            SetConstant(servers[0], "ServiceTime", 0.5);
            auto client = bench.Ask<UdpRequestClient>(1e12, 0);
            client->Plan(Seconds(1), 900);
            bench.Run(20);
            NS_TEST_EXPECT_MSG_EQ(client->GetCount(ConnectionOutcome::SERVED), 1, "served");
            NS_TEST_EXPECT_MSG_EQ(bench.reports.at(0).bytes, 900, "the client's length");
            NS_TEST_EXPECT_MSG_EQ_TOL(bench.reports[0].latency.GetSeconds(), 0.53, 0.001, "time");
        }
    }
};

/// 5. Traces.
class TraceTestCase : public TestCase
{
  public:
    TraceTestCase()
        : TestCase("Connections listed in CSV")
    {
    }

  private:
    /**
     * @brief Read a text.
     * @param text the text
     * @return the error
     */
    std::string Read(const std::string& text)
    {
        std::istringstream stream(text);
        return m_trace.Read(stream, "t.csv");
    }

    void DoRun() override
    {
        const std::string head = "start_s,client,bytes\n";
        const std::vector<std::pair<std::string, std::string>> bad{
            {"", "t.csv:1: no columns, expected start_s, client and bytes"},
            {"start_s,bytes\n1,2\n",
             "t.csv:1: no column \"client\", expected start_s, client and bytes"},
            {"start_s,client,start_s\n",
             "t.csv:1: column \"start_s\" twice, expected each column once"},
            {head + "1,a,2\n1,a\n", "t.csv:3: 2 fields, expected 3"},
            {head + "\n# no row\nx,a,2\n", "t.csv:4: start_s \"x\", expected seconds, 0 to 1e9"},
            {head + "-1,a,2\n", "t.csv:2: start_s \"-1\", expected seconds, 0 to 1e9"},
            {head + "nan,a,2\n", "t.csv:2: start_s \"nan\", expected seconds, 0 to 1e9"},
            {head + "1,,2\n", "t.csv:2: no client, expected a name"},
            {head + "1,a,1.5\n", "t.csv:2: bytes \"1.5\", expected octets, 0 to 4294967294"},
            {head + "1,a,\n", "t.csv:2: bytes \"\", expected octets, 0 to 4294967294"}};
        for (const auto& [text, error] : bad)
        {
            NS_TEST_EXPECT_MSG_EQ(Read(text), error, text);
            NS_TEST_EXPECT_MSG_EQ(m_trace.GetRows().size(), 0, "nothing is half read");
        }
        NS_TEST_EXPECT_MSG_EQ(m_trace.ReadFile("/no/such.csv"),
                              "/no/such.csv:1: cannot be read, expected a CSV file",
                              "no file");
        NS_TEST_EXPECT_MSG_EQ(
            Read("bytes , client,start_s,note\r\n3000,a,2.5,late\r\n# x\r\n100,a,1,\r\n7,b,1,\r\n"),
            "",
            "other columns, other order, blanks, DOS line ends");
        NS_TEST_ASSERT_MSG_EQ(m_trace.GetRows().size(), 3, "rows");

        Bench bench(1);
        bench.Serve<RequestServer>();
        WorkloadHelper helper("request", bench.vip, 80);
        std::string error;
        auto nobody =
            helper.Install(m_trace, [](const std::string& name) { return Ptr<Node>(); }, error);
        NS_TEST_EXPECT_MSG_EQ(error, "client \"a\", expected the name of a node", "no node");
        NS_TEST_EXPECT_MSG_EQ(nobody.GetN(), 0, "nothing is half installed");
        auto installed = helper.Install(
            m_trace,
            [&](const std::string& name) { return bench.nodes.Get(name == "a" ? 1 : 0); },
            error);
        NS_TEST_EXPECT_MSG_EQ(error, "", "found");
        NS_TEST_ASSERT_MSG_EQ(installed.GetN(), 2, "clients");
        std::vector<ConnectionReport> reports;
        m_reports = &reports;
        for (uint32_t i = 0; i < 2; i++)
        {
            installed.Get(i)->TraceConnectWithoutContext("ConnectionEnd",
                                                         MakeCallback(&TraceTestCase::End, this));
        }
        bench.Run(20);
        NS_TEST_ASSERT_MSG_EQ(reports.size(), 3, "connections");
        NS_TEST_EXPECT_MSG_EQ(reports[2].start, Seconds(2.5), "when");
        NS_TEST_EXPECT_MSG_EQ(reports[2].bytes, 3000, "how much");
        NS_TEST_EXPECT_MSG_EQ(reports[2].client, bench.hosts[0], "by whom");
        NS_TEST_EXPECT_MSG_EQ(reports[0].start, Seconds(1), "when");
        NS_TEST_EXPECT_MSG_EQ(reports[0].bytes + reports[1].bytes, 107, "how much");
    }

    /**
     * @brief A connection ended.
     * @param report what is known
     */
    void End(const ConnectionReport& report)
    {
        m_reports->push_back(report);
    }

    WorkloadTrace m_trace;                             ///< what was read
    std::vector<ConnectionReport>* m_reports{nullptr}; ///< of connections that have ended
};

/// 6. Power.
class ClientPowerTestCase : public TestCase
{
  public:
    ClientPowerTestCase()
        : TestCase("A client loses its power")
    {
    }

  private:
    void DoRun() override
    {
        Bench bench(1);
        auto servers = bench.Serve<RequestServer>();
        auto udpServers = bench.Serve<UdpRequestServer>();
        SetConstant(servers[0], "ServiceTime", 0.4);
        auto tcp = bench.Ask<RequestClient>(1, 6.5);
        auto udp = bench.Ask<UdpRequestClient>(1, 6.5);
        tcp->Plan(Seconds(3.5), 0); // while there is no power
        Simulator::Schedule(Seconds(2.2), [&]() {
            tcp->PowerOff();
            udp->PowerOff();
        });
        Simulator::Schedule(Seconds(4.2), [&]() {
            tcp->PowerOn();
            udp->PowerOn();
        });
        bench.Run(20);
        // 1, 2 s, and 5.2, 6.2 s
        NS_TEST_EXPECT_MSG_EQ(tcp->GetStarted(), 4, "connections");
        NS_TEST_EXPECT_MSG_EQ(tcp->GetCount(ConnectionOutcome::SERVED), 3, "served");
        NS_TEST_EXPECT_MSG_EQ(tcp->GetCount(ConnectionOutcome::UNFINISHED), 1, "in flight");
        NS_TEST_EXPECT_MSG_EQ(udp->GetCount(ConnectionOutcome::SERVED), 4, "answered in 30 ms");
    }
};

/// 7. ns-3's own applications.
class OwnApplicationsTestCase : public TestCase
{
  public:
    OwnApplicationsTestCase()
        : TestCase("OnOff, BulkSend, PacketSink and UdpEcho, unchanged")
    {
    }

  private:
    void DoRun() override
    {
        for (const std::string protocol : {"Tcp", "Udp"})
        {
            Bench bench(2);
            const std::string factory = "ns3::" + protocol + "SocketFactory";
            PacketSinkHelper sink(factory, InetSocketAddress(Ipv4Address::GetAny(), 80));
            auto sinks = sink.Install(NodeContainer(bench.GetServer(0), bench.GetServer(1)));
            OnOffHelper source(factory, InetSocketAddress(bench.vip, 80));
            source.SetAttribute("MaxBytes", UintegerValue(100000));
            source.SetAttribute("PacketSize", UintegerValue(500));
            auto sources = source.Install(bench.nodes.Get(1));
            sources.Add(source.Install(bench.nodes.Get(1)));
            sources.Start(Seconds(1));
            bench.Run(60);
            for (uint32_t i = 0; i < 2; i++)
            {
                NS_TEST_EXPECT_MSG_EQ(DynamicCast<PacketSink>(sinks.Get(i))->GetTotalRx(),
                                      100000,
                                      "one source each, " << protocol);
            }
        }
        {
            Bench bench(2);
            PacketSinkHelper sink("ns3::TcpSocketFactory",
                                  InetSocketAddress(Ipv4Address::GetAny(), 80));
            auto sinks = sink.Install(NodeContainer(bench.GetServer(0), bench.GetServer(1)));
            BulkSendHelper source("ns3::TcpSocketFactory", InetSocketAddress(bench.vip, 80));
            source.SetAttribute("MaxBytes", UintegerValue(1000000));
            source.Install(bench.nodes.Get(1)).Start(Seconds(1));
            bench.Run(60);
            NS_TEST_EXPECT_MSG_EQ(DynamicCast<PacketSink>(sinks.Get(1))->GetTotalRx(),
                                  1000000,
                                  "all of it, at one server");
            NS_TEST_EXPECT_MSG_EQ(DynamicCast<PacketSink>(sinks.Get(0))->GetTotalRx(), 0, "one");
        }
        {
            Bench bench(2);
            UdpEchoServerHelper server(80);
            server.Install(NodeContainer(bench.GetServer(0), bench.GetServer(1)));
            UdpEchoClientHelper client(bench.vip, 80);
            client.SetAttribute("MaxPackets", UintegerValue(5));
            client.SetAttribute("Interval", TimeValue(Seconds(1)));
            auto clients = client.Install(bench.nodes.Get(1));
            clients.Get(0)->TraceConnectWithoutContext(
                "Rx",
                MakeCallback(&OwnApplicationsTestCase::Count, this));
            m_echoes = 0;
            bench.Run(20);
            NS_TEST_EXPECT_MSG_EQ(m_echoes, 5, "echoes from the VIP");
        }
    }

    /**
     * @brief An echo came back.
     * @param packet the echo
     */
    void Count(Ptr<const Packet> packet)
    {
        m_echoes++;
    }

    uint32_t m_echoes{0}; ///< that came back
};

/// Tests of workloads.
class WorkloadTestSuite : public TestSuite
{
  public:
    WorkloadTestSuite()
        : TestSuite("gipt-workload")
    {
        AddTestCase(new SessionTestCase);
        AddTestCase(new UsersTestCase);
        AddTestCase(new LongLivedTestCase);
        AddTestCase(new UdpTestCase);
        AddTestCase(new TraceTestCase);
        AddTestCase(new ClientPowerTestCase);
        AddTestCase(new OwnApplicationsTestCase);
    }
};

WorkloadTestSuite g_workloadTestSuite; ///< the suite

} // namespace
