/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/director-helper.h"
#include "ns3/failure-helper.h"
#include "ns3/failure-schedule.h"
#include "ns3/inet-socket-address.h"
#include "ns3/ipv4.h"
#include "ns3/multi-site-helper.h"
#include "ns3/node.h"
#include "ns3/object-ptr-container.h"
#include "ns3/packet.h"
#include "ns3/request-client.h"
#include "ns3/request-server.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/site-graph.h"
#include "ns3/socket.h"
#include "ns3/string.h"
#include "ns3/tcp-abandon.h"
#include "ns3/tcp-l4-protocol.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of requests, and of sites that lose their power.
 *
 * 1. Served: name of the server, octets, least latency, no connection left at the client; empty
 *    and large responses; a service time.
 * 2. Each other outcome, provoked: refused, unreachable, connect-timeout, reset,
 *    response-timeout, truncated, not-sent, unfinished. A response without a length ends with its
 *    connection. Every request ends once, and ends are as many as beginnings.
 * 3. Length of a request; the time after which none begins; the same seed gives the same requests.
 * 4. Loss of power: requests before it are served, in flight and during it time out, after it are
 *    served; a connection from before meets a server that does not know it.
 */

using namespace ns3;
using namespace ns3::gipt;

namespace
{

const uint16_t PORT = 8080; ///< of the servers

/// Two cities 10 ms apart, a client in one and a server in the other.
class RequestTestCase : public TestCase
{
  public:
    /**
     * @param name of the test
     */
    explicit RequestTestCase(const std::string& name)
        : TestCase(name)
    {
    }

  protected:
    /// Make the world.
    void Build()
    {
        m_reports.clear();
        m_starts = 0;
        m_world.reset(new MultiSiteHelper);
        SiteGraph graph;
        SiteGraph::City city;
        city.name = "West";
        graph.AddCity(city);
        city.name = "East";
        graph.AddCity(city);
        SiteGraph::Link link;
        link.from = 0;
        link.to = 1;
        link.delay = MilliSeconds(10);
        graph.AddLink(link);
        m_world->SetTopology(graph);
        m_serverNode = m_world->AddServers("East", 1).Get(0);
        m_clientNode = m_world->AddClients("West", 1).Get(0);
        m_server = CreateObject<RequestServer>();
        m_server->SetAttribute("Port", UintegerValue(PORT));
        m_server->SetAttribute("Name", StringValue("the server"));
        m_client = CreateObject<RequestClient>();
        m_client->SetAttribute("Remote", Ipv4AddressValue(m_world->GetAddress(m_serverNode)));
        m_client->SetAttribute("Port", UintegerValue(PORT));
        SetInterval("ns3::ConstantRandomVariable[Constant=0.5]");
        m_client->SetAttribute("LastStart", TimeValue(MilliSeconds(5100)));
        m_client->TraceConnectWithoutContext("ConnectionStart",
                                             MakeCallback(&RequestTestCase::HandleStart, this));
        m_client->TraceConnectWithoutContext("ConnectionEnd",
                                             MakeCallback(&RequestTestCase::HandleEnd, this));
        m_clientNode->AddApplication(m_client);
    }

    /**
     * @brief Set when requests begin.
     * @param variable a random variable, as text
     */
    void SetInterval(const std::string& variable)
    {
        m_client->SetAttribute("Interval", StringValue(variable));
    }

    /**
     * @brief Have something else answer in place of the server.
     * @param handle called for each accepted connection
     */
    void Accept(std::function<void(Ptr<Socket>)> handle)
    {
        m_handle = handle;
        Ptr<Socket> socket = Socket::CreateSocket(m_serverNode, TcpSocketFactory::GetTypeId());
        socket->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT));
        socket->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                  MakeCallback(&RequestTestCase::HandleAccept, this));
        socket->Listen();
    }

    /**
     * @brief Run.
     * @param stop end of the simulation
     */
    void Run(Time stop = Seconds(20))
    {
        Simulator::Stop(stop);
        Simulator::Run();
    }

    /// Take everything down, and check the sums.
    void Finish()
    {
        uint64_t sum = 0;
        for (std::size_t i = 0; i < CONNECTION_OUTCOME_COUNT; i++)
        {
            sum += m_client->GetCount(static_cast<ConnectionOutcome>(i));
        }
        NS_TEST_EXPECT_MSG_EQ(sum, m_client->GetStarted(), "every request has an outcome");
        NS_TEST_EXPECT_MSG_EQ(m_reports.size(), sum, "every request is reported");
        Simulator::Destroy();
        m_client = nullptr;
        m_server = nullptr;
        m_clientNode = nullptr;
        m_serverNode = nullptr;
        m_world.reset();
        m_handle = nullptr;
    }

    /**
     * @brief Check that all ten requests ended in one way.
     * @param outcome the way
     * @param least latency, ms
     * @param most latency, ms
     */
    void ExpectAll(ConnectionOutcome outcome, double least, double most)
    {
        NS_TEST_EXPECT_MSG_EQ(m_reports.size(), 10, "requests");
        NS_TEST_EXPECT_MSG_EQ(m_client->GetCount(outcome), 10, ToString(outcome));
        for (const auto& report : m_reports)
        {
            double latency = report.latency.GetSeconds() * 1000;
            NS_TEST_EXPECT_MSG_EQ(ToString(report.outcome),
                                  std::string(ToString(outcome)),
                                  "outcome of " << report.id);
            NS_TEST_EXPECT_MSG_EQ((latency >= least && latency <= most),
                                  true,
                                  "latency of " << report.id << " is " << latency << " ms");
        }
    }

    /**
     * @brief Count a node's TCP sockets.
     * @param node the node
     * @return how many TCP knows
     */
    static std::size_t CountSockets(Ptr<Node> node)
    {
        ObjectPtrContainerValue sockets;
        node->GetObject<TcpL4Protocol>()->GetAttribute("SocketList", sockets);
        return sockets.GetN();
    }

    std::unique_ptr<MultiSiteHelper> m_world; ///< the world
    Ptr<Node> m_clientNode;                   ///< in West
    Ptr<Node> m_serverNode;                   ///< in East
    Ptr<RequestClient> m_client;              ///< begins every 0.5 s, ten times
    Ptr<RequestServer> m_server;              ///< not yet on its node
    std::vector<ConnectionReport> m_reports;  ///< of requests that have ended
    uint64_t m_starts{0};                     ///< requests that began with a connection

  private:
    /**
     * @brief A request began.
     * @param report what is known
     */
    void HandleStart(const ConnectionReport& report)
    {
        m_starts++;
        NS_TEST_EXPECT_MSG_EQ((report.clientPort >= 49152), true, "ephemeral port");
        NS_TEST_EXPECT_MSG_EQ(report.client, m_world->GetAddress(m_clientNode), "client");
    }

    /**
     * @brief A request ended.
     * @param report what is known
     */
    void HandleEnd(const ConnectionReport& report)
    {
        m_reports.push_back(report);
    }

    /**
     * @brief A connection was made.
     * @param socket its socket
     * @param from the client
     */
    void HandleAccept(Ptr<Socket> socket, const Address& from)
    {
        m_handle(socket);
    }

    std::function<void(Ptr<Socket>)> m_handle; ///< answers in place of the server
};

/// 1. Served.
class ServedTestCase : public RequestTestCase
{
  public:
    /**
     * @param size length of a response, octets
     * @param service time a response takes
     */
    ServedTestCase(uint32_t size, Time service)
        : RequestTestCase("Served, " + std::to_string(size) + " octets after " +
                          std::to_string(service.GetMilliSeconds()) + " ms"),
          m_size(size),
          m_service(service)
    {
    }

  private:
    void DoRun() override
    {
        Build();
        m_server->SetAttribute(
            "ResponseSize",
            StringValue("ns3::ConstantRandomVariable[Constant=" + std::to_string(m_size) + "]"));
        m_server->SetAttribute("ServiceTime",
                               StringValue("ns3::ConstantRandomVariable[Constant=" +
                                           std::to_string(m_service.GetSeconds()) + "]"));
        m_serverNode->AddApplication(m_server);
        Run();
        // Two round trips of 2 * (10 + 0.1 + 0.1) ms; slow start takes more for long responses.
        double least = 40.8 + m_service.GetSeconds() * 1000;
        ExpectAll(ConnectionOutcome::SERVED, least, least + 2 + m_size * 0.0025);
        for (const auto& report : m_reports)
        {
            NS_TEST_EXPECT_MSG_EQ(report.server, "the server", "who answered");
            NS_TEST_EXPECT_MSG_EQ(report.bytes, m_size, "octets");
            NS_TEST_EXPECT_MSG_EQ(report.workload, "request", "name of the workload");
            NS_TEST_EXPECT_MSG_EQ(report.requests, 1, "requests answered");
            NS_TEST_EXPECT_MSG_EQ(report.protocol, 6, "protocol");
            NS_TEST_EXPECT_MSG_EQ(report.remote, m_world->GetAddress(m_serverNode), "remote");
            NS_TEST_EXPECT_MSG_EQ(report.remotePort, PORT, "its port");
            NS_TEST_EXPECT_MSG_EQ(report.lastProgress,
                                  report.start + report.latency,
                                  "the last octet ends it");
        }
        NS_TEST_EXPECT_MSG_EQ(m_server->GetAnswered(), 10, "answered");
        NS_TEST_EXPECT_MSG_EQ(m_starts, 10, "begun");
        NS_TEST_EXPECT_MSG_EQ(CountSockets(m_clientNode), 0, "no connection is left");
        Finish();
    }

    uint32_t m_size; ///< length of a response
    Time m_service;  ///< time a response takes
};

/// 2. The other outcomes.
class OutcomesTestCase : public RequestTestCase
{
  public:
    OutcomesTestCase()
        : RequestTestCase("Every other outcome")
    {
    }

  private:
    void DoRun() override
    {
        Build(); // nobody listens
        Run();
        ExpectAll(ConnectionOutcome::REFUSED, 20.4, 22);
        NS_TEST_EXPECT_MSG_EQ(CountSockets(m_clientNode), 0, "no connection is left");
        Finish();

        Build(); // a director without a server
        Ptr<Node> directorNode = m_world->AddDirector("West");
        const Ipv4Address vip("198.51.100.7");
        DirectorHelper director;
        director.SetAttribute("IcmpRateLimit", TimeValue(Seconds(0)));
        director.AddService("tcp", vip, PORT, "rr");
        director.Install(directorNode);
        m_world->Announce(vip, directorNode);
        m_client->SetAttribute("Remote", Ipv4AddressValue(vip));
        Run();
        ExpectAll(ConnectionOutcome::UNREACHABLE, 0.4, 1);
        NS_TEST_EXPECT_MSG_EQ(CountSockets(m_clientNode), 0, "no connection is left");
        Finish();

        Build(); // nobody is there
        m_client->SetAttribute("Remote", Ipv4AddressValue("10.9.9.9"));
        m_client->SetAttribute("Timeout", TimeValue(MilliSeconds(1250)));
        Run();
        ExpectAll(ConnectionOutcome::CONNECT_TIMEOUT, 1250, 1250);
        NS_TEST_EXPECT_MSG_EQ(m_reports[0].lastProgress, m_reports[0].start, "nothing came");
        NS_TEST_EXPECT_MSG_EQ(CountSockets(m_clientNode), 0, "no connection is left");
        Finish();

        Build();
        m_server->SetAttribute("ServiceTime",
                               StringValue("ns3::ConstantRandomVariable[Constant=3]"));
        m_serverNode->AddApplication(m_server);
        m_client->SetAttribute("Timeout", TimeValue(Seconds(2)));
        Run();
        ExpectAll(ConnectionOutcome::RESPONSE_TIMEOUT, 2000, 2000);
        double connected = (m_reports[0].lastProgress - m_reports[0].start).GetSeconds() * 1000;
        NS_TEST_EXPECT_MSG_EQ_TOL(connected, 20.4, 0.1, "what came last is the SYN-ACK");
        Finish();

        Build(); // closing with unread data resets the connection
        Accept([](Ptr<Socket> socket) {
            Simulator::Schedule(MilliSeconds(50), &Socket::Close, socket);
        });
        Run();
        ExpectAll(ConnectionOutcome::RESET, 90.8, 92);
        NS_TEST_EXPECT_MSG_EQ(CountSockets(m_clientNode), 0, "no connection is left");
        Finish();

        Build();
        Answer("HTTP/1.0 200 OK\r\nContent-Length: 100\r\n\r\nshort");
        Run();
        ExpectAll(ConnectionOutcome::TRUNCATED, 40.8, 45);
        NS_TEST_EXPECT_MSG_EQ(m_reports[0].bytes, 5, "octets");
        NS_TEST_EXPECT_MSG_EQ(m_reports[0].requests, 0, "answered whole");
        NS_TEST_EXPECT_MSG_EQ(CountSockets(m_clientNode), 0, "no connection is left");
        Finish();

        Build();
        Answer("HTTP/1.0 200 OK\r\nServer: x\r\n\r\nall there is");
        Run();
        ExpectAll(ConnectionOutcome::SERVED, 40.8, 45);
        NS_TEST_EXPECT_MSG_EQ(m_reports[0].bytes, 12, "octets");
        NS_TEST_EXPECT_MSG_EQ(m_reports[0].server, "x", "who answered");
        Finish();

        Build();
        Answer("garbage");
        Run();
        ExpectAll(ConnectionOutcome::TRUNCATED, 40.8, 45);
        Finish();

        Build(); // two at a time, five seconds each
        m_client->SetAttribute("Remote", Ipv4AddressValue("10.9.9.9"));
        m_client->SetAttribute("MaxInFlight", UintegerValue(2));
        Run();
        NS_TEST_EXPECT_MSG_EQ(m_client->GetCount(ConnectionOutcome::NOT_SENT), 8, "not sent");
        NS_TEST_EXPECT_MSG_EQ(m_client->GetCount(ConnectionOutcome::CONNECT_TIMEOUT), 2, "sent");
        NS_TEST_EXPECT_MSG_EQ(m_starts, 2, "begun with a connection");
        Finish();

        Build();
        m_client->SetAttribute("Remote", Ipv4AddressValue("10.9.9.9"));
        m_client->SetStopTime(MilliSeconds(4200));
        Run();
        NS_TEST_EXPECT_MSG_EQ(m_client->GetCount(ConnectionOutcome::UNFINISHED),
                              8,
                              "open at the end");
        NS_TEST_EXPECT_MSG_EQ(m_client->GetStarted(), 8, "begun before the end");
        Finish();
    }

    /**
     * @brief Answer every request with a text and close.
     * @param text the text
     */
    void Answer(const std::string& text)
    {
        m_text = text;
        Accept([this](Ptr<Socket> socket) {
            socket->SetRecvCallback(MakeCallback(&OutcomesTestCase::SendText, this));
        });
    }

    /**
     * @brief A request came.
     * @param socket its socket
     */
    void SendText(Ptr<Socket> socket)
    {
        while (Ptr<Packet> packet = socket->Recv())
        {
            if (packet->GetSize() == 0)
            {
                break;
            }
        }
        socket->Send(reinterpret_cast<const uint8_t*>(m_text.data()), m_text.size(), 0);
        socket->Close();
    }

    std::string m_text; ///< the answer
};

/// 3. What the client is told to do.
class ClientTestCase : public RequestTestCase
{
  public:
    ClientTestCase()
        : RequestTestCase("Length of requests, end of arrivals, streams")
    {
    }

  private:
    void DoRun() override
    {
        for (uint32_t size : {1, 200, 5000})
        {
            Build();
            m_received = 0;
            m_client->SetAttribute("RequestSize", UintegerValue(size));
            m_client->SetAttribute("LastStart", TimeValue(MilliSeconds(600)));
            Accept([this](Ptr<Socket> socket) {
                socket->SetRecvCallback(MakeCallback(&ClientTestCase::Count, this));
            });
            Run();
            // Two lines and an empty one are the least: the request, and the host's address.
            uint32_t least = std::string("GET / HTTP/1.0\r\nHost: 10.0.4.6\r\n\r\n").size();
            NS_TEST_EXPECT_MSG_EQ(m_received, std::max(size, least), "length of a request");
            Finish();
        }

        std::vector<std::vector<ConnectionReport>> runs;
        for (int64_t stream : {7, 7, 8})
        {
            RngSeedManager::SetSeed(3);
            RngSeedManager::SetRun(5);
            Build();
            SetInterval("ns3::ExponentialRandomVariable[Mean=0.01]");
            NS_TEST_EXPECT_MSG_EQ(m_client->AssignStreams(stream), 4, "streams used");
            m_client->SetAttribute("LastStart", TimeValue(Seconds(3)));
            m_serverNode->AddApplication(m_server);
            Run();
            NS_TEST_EXPECT_MSG_EQ_TOL(m_client->GetStarted(), 300.0, 60.0, "three seconds");
            NS_TEST_EXPECT_MSG_EQ(m_client->GetCount(ConnectionOutcome::SERVED),
                                  m_client->GetStarted(),
                                  "all are served");
            runs.push_back(m_reports);
            Finish();
        }
        bool same = runs[0].size() == runs[1].size();
        for (std::size_t i = 0; same && i < runs[0].size(); i++)
        {
            same = runs[0][i].start == runs[1][i].start && runs[0][i].latency == runs[1][i].latency;
            NS_TEST_EXPECT_MSG_EQ((runs[0][i].start <= Seconds(3)), true, "begun in time");
        }
        NS_TEST_EXPECT_MSG_EQ(same, true, "the same stream gives the same requests");
        NS_TEST_EXPECT_MSG_EQ((runs[0][0].start != runs[2][0].start), true, "another, others");
    }

    /**
     * @brief Octets of a request came.
     * @param socket its socket
     */
    void Count(Ptr<Socket> socket)
    {
        while (Ptr<Packet> packet = socket->Recv())
        {
            if (packet->GetSize() == 0)
            {
                break;
            }
            m_received += packet->GetSize();
        }
    }

    uint32_t m_received{0}; ///< octets of requests
};

/// 4. Loss of power.
class PowerTestCase : public RequestTestCase
{
  public:
    PowerTestCase()
        : RequestTestCase("A site loses its power and gets it back")
    {
    }

  private:
    void DoRun() override
    {
        Build();
        m_server->SetAttribute("ServiceTime",
                               StringValue("ns3::ConstantRandomVariable[Constant=0.2]"));
        m_serverNode->AddApplication(m_server);
        m_client->SetAttribute("Timeout", TimeValue(MilliSeconds(900)));
        m_client->SetAttribute("LastStart", TimeValue(MilliSeconds(5600)));
        // Requests begin at 0.5, 1.0, ..., 5.5 s and take 0.24 s.
        // Twice is as good as once.
        LosePower("East@1600ms-4400ms,East@2000ms-4401ms");
        Simulator::Schedule(MilliSeconds(1700), &PowerTestCase::CheckOff, this);
        Simulator::Schedule(MilliSeconds(4390), &PowerTestCase::CheckOff, this);
        Simulator::Schedule(MilliSeconds(4410), &PowerTestCase::CheckOn, this);
        Run();
        std::vector<std::string> expected{"served",
                                          "served",
                                          "response-timeout", // begun at 1.5 s, in flight
                                          "connect-timeout",
                                          "connect-timeout",
                                          "connect-timeout",
                                          "connect-timeout",
                                          "connect-timeout", // 4.0 s: its second SYN is too late
                                          "served",
                                          "served",
                                          "served"};
        NS_TEST_ASSERT_MSG_EQ(m_reports.size(), expected.size(), "requests");
        for (const auto& report : m_reports)
        {
            NS_TEST_EXPECT_MSG_EQ(ToString(report.outcome),
                                  expected[report.id],
                                  "request at " << report.start.GetSeconds() << " s");
        }
        Finish();

        // A connection that outlives the power gets no answer from a server that does not know it.
        Build();
        m_serverNode->AddApplication(m_server);
        SetInterval("ns3::ConstantRandomVariable[Constant=100]");
        Ptr<Socket> socket = Socket::CreateSocket(m_clientNode, TcpSocketFactory::GetTypeId());
        Ipv4Address remote = m_world->GetAddress(m_serverNode);
        Simulator::Schedule(Seconds(1), [socket, remote]() {
            socket->Connect(InetSocketAddress(remote, PORT));
        });
        LosePower("East@2s-3s");
        const std::string request = "GET / HTTP/1.0\r\n\r\n";
        Simulator::Schedule(MilliSeconds(3500), [this, socket, request]() {
            NS_TEST_EXPECT_MSG_EQ(GetTcpState(socket), TcpSocket::ESTABLISHED, "nobody told it");
            socket->Send(reinterpret_cast<const uint8_t*>(request.data()), request.size(), 0);
        });
        m_answers = 0;
        socket->SetRecvCallback(MakeCallback(&PowerTestCase::HandleAnswer, this));
        Run();
        NS_TEST_EXPECT_MSG_EQ(m_answers, 0, "no answer");
        NS_TEST_EXPECT_MSG_EQ(m_server->GetAnswered(), 0, "no request");
        Finish();
    }

    /**
     * @brief Let a site lose its power.
     * @param text as FailureHelper reads it
     */
    void LosePower(const std::string& text)
    {
        const std::string error =
            FailureHelper(*m_world).Add(text, text, CreateObject<FailureSchedule>());
        NS_TEST_EXPECT_MSG_EQ(error, "", "read");
    }

    /// No interface but the loopback is up, and no connection is left but the listening socket.
    void CheckOff()
    {
        Ptr<Ipv4> ipv4 = m_serverNode->GetObject<Ipv4>();
        NS_TEST_EXPECT_MSG_EQ(ipv4->IsUp(0), true, "loopback");
        NS_TEST_EXPECT_MSG_EQ(ipv4->IsUp(1), false, "link");
        NS_TEST_EXPECT_MSG_EQ(CountSockets(m_serverNode), 1, "sockets");
    }

    /// The interface is up.
    void CheckOn()
    {
        NS_TEST_EXPECT_MSG_EQ(m_serverNode->GetObject<Ipv4>()->IsUp(1), true, "link");
    }

    /**
     * @brief The server has answered.
     * @param socket its socket
     */
    void HandleAnswer(Ptr<Socket> socket)
    {
        m_answers++;
    }

    uint32_t m_answers{0}; ///< to the connection from before
};

/// Tests of requests.
class RequestTestSuite : public TestSuite
{
  public:
    RequestTestSuite()
        : TestSuite("gipt-request")
    {
        AddTestCase(new ServedTestCase(10000, Seconds(0)));
        AddTestCase(new ServedTestCase(0, MilliSeconds(300)));
        AddTestCase(new ServedTestCase(1000000, Seconds(0)));
        AddTestCase(new OutcomesTestCase);
        AddTestCase(new ClientTestCase);
        AddTestCase(new PowerTestCase);
    }
};

RequestTestSuite g_requestTestSuite; ///< the suite

} // namespace
