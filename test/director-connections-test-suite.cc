/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "packet-bench.h"

#include "ns3/boolean.h"
#include "ns3/connection-state.h"
#include "ns3/nstime.h"
#include "ns3/simulator.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <string>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of a director's connections over time, with packets on its wires, against measurements of
 * Linux 6.1.
 *
 * 1. States and timers: every sequence of segments that was measured, its state, whether it counts
 *    as active, its timer to within a jiffy, the traces, and a RST for what comes after the end.
 * 2. A SYN on a known connection: conn_reuse_mode 0 to 3 in every state.
 * 3. Changed timeouts are taken by known connections at their next packet.
 * 4. Weight 0: known connections stay, others go elsewhere, so does a reused 4-tuple.
 * 5. Server deleted: packets dropped, entry stays; added again: goes on with its counters;
 *    expire_nodest_conn: RST for an ACK, another server for a SYN.
 * 6. Service deleted, with and without another one left.
 * 7. Thresholds: overloaded when the upper is reached, free again at an expiry only.
 * 8. UDP: one state, counted as inactive, 300 s.
 * 9. MaxConnections: drops with a reason, known connections go on.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace packets;

namespace
{

/**
 * @brief A segment from the client.
 * @param letters its flags: S, A, F, R, or none
 * @param port the client's port
 * @return the packet
 */
Octets
Segment(const std::string& letters, uint16_t port = 1024)
{
    Tcp tcp;
    tcp.source = port;
    tcp.flags = 0;
    for (const char letter : letters)
    {
        tcp.flags |= letter == 'S'   ? SYN
                     : letter == 'A' ? ACK
                     : letter == 'F' ? FIN
                     : letter == 'R' ? RST
                                     : 0;
    }
    return tcp();
}

/**
 * @brief The state of the only connection.
 * @param director the director
 * @return name of its state, "none" when there is not just one connection
 */
std::string
StateOf(Ptr<Director> director)
{
    std::string state = "none";
    if (director->GetTable().GetSize() == 1)
    {
        director->GetTable().ForEach([&](const Connection& connection) {
            state = ToString(static_cast<ConnectionState>(connection.state));
        });
    }
    return state;
}

/// Listens to the traces of a director
class Recorder
{
  public:
    /**
     * @param director the director
     */
    explicit Recorder(Ptr<Director> director)
    {
        director->TraceConnectWithoutContext("Scheduled", MakeCallback(&Recorder::Scheduled, this));
        director->TraceConnectWithoutContext("Expired", MakeCallback(&Recorder::Expired, this));
        director->TraceConnectWithoutContext("State", MakeCallback(&Recorder::State, this));
    }

    uint32_t scheduled{0}; //!< connections begun
    uint32_t expired{0};   //!< connections ended
    Time lastExpiry;       //!< when the last one ended
    std::string states;    //!< changes of state, each with a blank in front

  private:
    /**
     * @param key the connection
     * @param server its server
     */
    void Scheduled(const ConnectionKey& key, Ptr<RealServer> server)
    {
        scheduled++;
    }

    /**
     * @param key the connection
     * @param server its server
     */
    void Expired(const ConnectionKey& key, Ptr<RealServer> server)
    {
        expired++;
        lastExpiry = Simulator::Now();
    }

    /**
     * @param key the connection
     * @param from state before
     * @param to state after
     */
    void State(const ConnectionKey& key, const std::string& from, const std::string& to)
    {
        states += ' ' + to;
    }
};

/// States and timers
class StatesTestCase : public TestCase
{
  public:
    StatesTestCase()
        : TestCase("States, counters and timers of measured sequences")
    {
    }

  private:
    void DoRun() override
    {
        struct Row
        {
            std::vector<std::string> segments; ///< flags of each
            std::string state;                 ///< state at the end
            uint32_t seconds;                  ///< timer
            bool active;                       ///< counted as active
            uint32_t scheduled;                ///< how many connections were begun
        };

        const std::vector<Row> rows{
            {{"S"}, "SYN_RECV", 60, true, 1},
            {{"S", "S"}, "SYN_RECV", 60, true, 1},
            {{"SA"}, "SYN_RECV", 60, true, 1},
            {{"S", "A"}, "ESTABLISHED", 900, true, 1},
            {{"S", "A", "A"}, "ESTABLISHED", 900, true, 1},
            {{"S", "R"}, "SYN_RECV", 60, true, 1},
            {{"S", "RA"}, "SYN_RECV", 60, true, 1},
            {{"S", "F"}, "TIME_WAIT", 120, false, 1},
            {{"S", "A", "S"}, "ESTABLISHED", 900, true, 1},
            {{"S", "A", "FA"}, "FIN_WAIT", 120, false, 1},
            {{"S", "A", "FA", "A", "FA", "A"}, "FIN_WAIT", 120, false, 1},
            {{"S", "A", "R"}, "CLOSE", 10, false, 1},
            {{"S", "A", "R", "A", "FA"}, "CLOSE", 10, false, 1},
            {{"S", "A", "FA", "R"}, "CLOSE", 10, false, 1},
            {{"S", "A", "FA", "S"}, "SYN_RECV", 60, true, 1},
            {{"S", "A", "R", "S"}, "SYN_RECV", 60, true, 2},
            {{"S", "F", "S"}, "SYN_RECV", 60, true, 2},
            {{"S", ""}, "CLOSE", 10, false, 1},
            {{"S", "A", ""}, "CLOSE", 10, false, 1},
        };
        for (const auto& row : rows)
        {
            DirectorBench bench;
            const auto service = bench.AddService("rr", {1, 1});
            Recorder recorder(bench.director);
            std::string name;
            uint32_t first = 0;
            Time sent;
            for (const auto& flags : row.segments)
            {
                name += '[' + flags + ']';
                sent = Simulator::Now();
                const uint32_t server = bench.ServerOf(Segment(flags));
                first = first ? first : server;
                NS_TEST_EXPECT_MSG_EQ((server != 0), true, name << " is forwarded");
                NS_TEST_EXPECT_MSG_EQ((server == first),
                                      (recorder.scheduled == 1),
                                      name << ": the server changes with a new connection only");
            }
            uint32_t active = 0;
            uint32_t inactive = 0;
            for (const auto& server : service->GetServers())
            {
                active += server->GetActiveConnections();
                inactive += server->GetInactiveConnections();
            }
            NS_TEST_EXPECT_MSG_EQ(StateOf(bench.director), row.state, name << ": state");
            NS_TEST_EXPECT_MSG_EQ(active, (row.active ? 1 : 0), name << ": active");
            NS_TEST_EXPECT_MSG_EQ(inactive, (row.active ? 0 : 1), name << ": inactive");
            NS_TEST_EXPECT_MSG_EQ(recorder.scheduled, row.scheduled, name << ": scheduled");
            NS_TEST_EXPECT_MSG_EQ(recorder.expired, row.scheduled - 1, name << ": expired");
            const auto last = recorder.states.rfind(' ');
            NS_TEST_EXPECT_MSG_EQ(recorder.states.substr(last + 1), row.state, name << ": trace");

            bench.Run(Seconds(1000));
            NS_TEST_EXPECT_MSG_EQ(recorder.expired, row.scheduled, name << ": gone in the end");
            NS_TEST_EXPECT_MSG_EQ_TOL(recorder.lastExpiry.GetSeconds(),
                                      (sent + Seconds(row.seconds)).GetSeconds(),
                                      0.01,
                                      name << ": timer");
            const auto out = bench.Exchange(Segment("A"));
            NS_TEST_EXPECT_MSG_EQ(out.server.size(), 0, name << ": forgotten");
            NS_TEST_EXPECT_MSG_EQ(+Only(out.client)[33], RST, name << ": RST after the end");
        }
    }
};

/// conn_reuse_mode
class ReuseTestCase : public TestCase
{
  public:
    ReuseTestCase()
        : TestCase("A SYN on a known connection in every reuse mode and state")
    {
    }

  private:
    void DoRun() override
    {
        struct Row
        {
            std::vector<std::string> segments; ///< flags of each
            std::string state;                 ///< state they lead to
            bool rescheduled[4];               ///< by mode
        };

        const std::vector<Row> rows{
            {{"S"}, "SYN_RECV", {false, false, false, false}},
            {{"S", "A"}, "ESTABLISHED", {false, false, false, false}},
            {{"S", "F"}, "TIME_WAIT", {false, true, true, true}},
            {{"S", "A", "R"}, "CLOSE", {false, true, true, true}},
            {{"S", "A", "FA"}, "FIN_WAIT", {false, false, true, true}},
        };
        for (const auto& row : rows)
        {
            for (uint32_t mode = 0; mode < 4; mode++)
            {
                DirectorBench bench;
                bench.AddService("rr", {1, 1});
                bench.director->SetAttribute("ConnReuseMode", UintegerValue(mode));
                Recorder recorder(bench.director);
                uint32_t server = 0;
                for (const auto& flags : row.segments)
                {
                    server = bench.ServerOf(Segment(flags));
                }
                NS_TEST_EXPECT_MSG_EQ(StateOf(bench.director), row.state, "state");
                const bool elsewhere = bench.ServerOf(Segment("S")) != server;
                NS_TEST_EXPECT_MSG_EQ(elsewhere,
                                      row.rescheduled[mode],
                                      "mode " << mode << " in " << row.state);
                NS_TEST_EXPECT_MSG_EQ(recorder.scheduled,
                                      (row.rescheduled[mode] ? 2 : 1),
                                      "mode " << mode << " in " << row.state);
                NS_TEST_EXPECT_MSG_EQ(bench.director->GetTable().GetSize(), 1, "one entry");
            }
        }
    }
};

/// ipvsadm --set
class TimeoutsTestCase : public TestCase
{
  public:
    TimeoutsTestCase()
        : TestCase("Changed timeouts are taken at the next packet")
    {
    }

  private:
    void DoRun() override
    {
        DirectorBench bench;
        bench.AddService("rr", {1});
        bench.AddService("rr", {1}, 17, 53);
        Recorder recorder(bench.director);
        bench.Exchange(Segment("S", 1));
        bench.Exchange(Segment("A", 1));
        bench.Exchange(Segment("S", 2));
        bench.Exchange(Segment("A", 2));
        bench.Exchange(Segment("FA", 2));
        bench.Exchange(Udp(Ip(), 3, 53));
        bench.director->SetAttribute("TcpTimeout", TimeValue(Seconds(5)));
        bench.director->SetAttribute("TcpFinTimeout", TimeValue(Seconds(3)));
        bench.director->SetAttribute("UdpTimeout", TimeValue(Seconds(2)));
        bench.Run(Seconds(50));
        NS_TEST_EXPECT_MSG_EQ(recorder.expired, 0, "not before a packet");
        bench.Exchange(Segment("A", 1));
        bench.Exchange(Segment("A", 2));
        bench.Exchange(Udp(Ip(), 3, 53));
        bench.Run(Seconds(2.5));
        NS_TEST_EXPECT_MSG_EQ(recorder.expired, 1, "UDP after 2 s");
        bench.Run(Seconds(1));
        NS_TEST_EXPECT_MSG_EQ(recorder.expired, 2, "FIN_WAIT after 3 s");
        bench.Run(Seconds(2));
        NS_TEST_EXPECT_MSG_EQ(recorder.expired, 3, "ESTABLISHED after 5 s");
    }
};

/// Changes of servers and services
class AdministrationTestCase : public TestCase
{
  public:
    AdministrationTestCase()
        : TestCase("Weight 0, servers and services deleted and added again")
    {
    }

  private:
    /// Weight 0
    void RunQuiesce()
    {
        DirectorBench bench;
        const auto service = bench.AddService("rr", {1, 1});
        const uint32_t server = bench.ServerOf(Segment("S", 1));
        bench.Exchange(Segment("A", 1));
        const Ipv4Address address(Ipv4Address("10.0.0.0").Get() + server);
        bench.director->EditRealServer(service, address, 80, 0);
        NS_TEST_EXPECT_MSG_EQ(bench.ServerOf(Segment("A", 1)), server, "the connection goes on");
        for (uint16_t port = 2; port < 8; port++)
        {
            NS_TEST_EXPECT_MSG_NE(bench.ServerOf(Segment("S", port)),
                                  server,
                                  "others go elsewhere");
        }
        bench.Exchange(Segment("R", 1));
        NS_TEST_EXPECT_MSG_NE(bench.ServerOf(Segment("S", 1)), server, "so does a reused 4-tuple");
    }

    /// A server that goes and comes back
    void RunDelete()
    {
        DirectorBench bench;
        const auto service = bench.AddService("rr", {1, 1});
        const uint32_t number = bench.ServerOf(Segment("S", 1));
        bench.Exchange(Segment("A", 1));
        const Ipv4Address address(Ipv4Address("10.0.0.0").Get() + number);
        const Ptr<RealServer> server = service->FindServer(address, 80);
        const uint64_t packets = server->GetStats().packets;
        bench.director->RemoveRealServer(service, address, 80);
        for (const char* flags : {"A", "S", "FA"})
        {
            const auto out = bench.Exchange(Segment(flags, 1));
            NS_TEST_EXPECT_MSG_EQ(out.server.size() + out.client.size(),
                                  0,
                                  "silence for " << flags);
        }
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetDropped(DropReason::SERVER_GONE), 3, "counted");
        NS_TEST_EXPECT_MSG_EQ(StateOf(bench.director), "ESTABLISHED", "the entry stays as it was");
        NS_TEST_EXPECT_MSG_NE(bench.ServerOf(Segment("S", 2)), number, "others go elsewhere");
        bench.director->AddRealServer(service, address, 80, 3);
        NS_TEST_EXPECT_MSG_EQ(bench.ServerOf(Segment("A", 1)), number, "it goes on");
        NS_TEST_EXPECT_MSG_EQ((service->FindServer(address, 80) == server), true, "same server");
        NS_TEST_EXPECT_MSG_EQ(server->GetStats().packets, packets + 1, "counters go on");
        NS_TEST_EXPECT_MSG_EQ(server->GetActiveConnections(), 1, "connections are counted on");
        NS_TEST_EXPECT_MSG_EQ(server->GetWeight(), 3, "with the new weight");

        // The timer of an entry whose server is gone runs on.
        bench.director->RemoveRealServer(service, address, 80);
        bench.Run(Seconds(901));
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetTable().GetSize(), 0, "expired");
        bench.Run(Seconds(240));
        bench.director->AddRealServer(service, address, 80, 1);
        NS_TEST_EXPECT_MSG_EQ(service->FindServer(address, 80)->GetStats().packets,
                              0,
                              "a server that nothing named for minutes begins anew");
    }

    /// expire_nodest_conn
    void RunExpireNodest()
    {
        DirectorBench bench;
        bench.director->SetAttribute("ExpireNodestConn", BooleanValue(true));
        const auto service = bench.AddService("rr", {1, 1});
        const uint32_t number = bench.ServerOf(Segment("S", 1));
        const uint32_t other = bench.ServerOf(Segment("S", 2));
        NS_TEST_EXPECT_MSG_EQ(bench.ServerOf(Segment("S", 3)), number, "two on the first");
        const Ipv4Address address(Ipv4Address("10.0.0.0").Get() + number);
        bench.director->RemoveRealServer(service, address, 80);
        auto out = bench.Exchange(Segment("A", 1));
        NS_TEST_EXPECT_MSG_EQ(out.server.size(), 0, "ACK: not forwarded");
        NS_TEST_EXPECT_MSG_EQ(+Only(out.client)[33], RST, "ACK: RST");
        NS_TEST_EXPECT_MSG_EQ(bench.ServerOf(Segment("S", 3)), other, "SYN: another server");
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetTable().GetSize(), 2, "entries left");
        bench.director->RemoveRealServer(service,
                                         Ipv4Address(Ipv4Address("10.0.0.0").Get() + other),
                                         80);
        out = bench.Exchange(Segment("S", 2));
        NS_TEST_EXPECT_MSG_EQ(+Only(out.client)[9], 1, "SYN and no server: ICMP");
        NS_TEST_EXPECT_MSG_EQ(+Only(out.client)[21], 3, "SYN and no server: 3/3");
    }

    /// Services that go
    void RunServices()
    {
        DirectorBench bench;
        bench.AddService("rr", {1});
        bench.AddService("rr", {1}, 6, 443);
        bench.Exchange(Segment("S", 1));
        bench.director->RemoveService(ServiceId("10.0.0.100", 80, 6));
        auto out = bench.Exchange(Segment("A", 1));
        NS_TEST_EXPECT_MSG_EQ(out.server.size() + out.client.size(), 0, "another is left: silence");
        out = bench.Exchange(Segment("S", 2));
        NS_TEST_EXPECT_MSG_EQ(+Only(out.client)[33], (RST | ACK), "new ones: RST");
        bench.director->ClearServices();
        out = bench.Exchange(Segment("A", 1));
        NS_TEST_EXPECT_MSG_EQ(+Only(out.client)[33], RST, "none is left: RST");
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetTable().GetSize(), 1, "the entry stays");
    }

    void DoRun() override
    {
        RunQuiesce();
        RunDelete();
        RunExpireNodest();
        RunServices();
    }
};

/// Bounds on connections
class BoundsTestCase : public TestCase
{
  public:
    BoundsTestCase()
        : TestCase("Thresholds of a server, UDP, and MaxConnections")
    {
    }

  private:
    void DoRun() override
    {
        {
            DirectorBench bench;
            const auto service = bench.AddService("rr", {1, 1});
            bench.director->EditRealServer(service, "10.0.0.22", 80, 1, 4, 2);
            std::vector<uint32_t> count(23);
            for (uint16_t port = 31; port <= 50; port++)
            {
                count[bench.ServerOf(Segment("S", port))]++;
            }
            NS_TEST_EXPECT_MSG_EQ(count[22], 4, "the upper threshold holds");
            NS_TEST_EXPECT_MSG_EQ(count[21], 16, "the other one gets the rest");
            const Ptr<RealServer> server = service->FindServer("10.0.0.22", 80);
            for (uint16_t port = 31; port <= 50; port++)
            {
                bench.Exchange(Segment("F", port)); // inactive: TIME_WAIT
            }
            NS_TEST_EXPECT_MSG_EQ(server->IsOverloaded(), true, "not free when merely inactive");
            bench.Run(Seconds(119.9));
            NS_TEST_EXPECT_MSG_EQ(server->IsOverloaded(), false, "free when they have expired");
        }
        {
            DirectorBench bench;
            const auto service = bench.AddService("rr", {1}, 17, 53);
            Recorder recorder(bench.director);
            const Time sent = Simulator::Now();
            NS_TEST_EXPECT_MSG_EQ(bench.ServerOf(Udp(Ip(), 1, 53, Data(30))), 21, "UDP");
            NS_TEST_EXPECT_MSG_EQ(StateOf(bench.director), "UDP", "UDP has one state");
            const auto server = service->GetServers()[0];
            NS_TEST_EXPECT_MSG_EQ(server->GetInactiveConnections(), 1, "UDP is inactive");
            NS_TEST_EXPECT_MSG_EQ(server->GetActiveConnections(), 0, "UDP is inactive");
            NS_TEST_EXPECT_MSG_EQ(server->GetStats().bytes, 58, "octets with the IPv4 header");
            bench.Run(Seconds(400));
            NS_TEST_EXPECT_MSG_EQ_TOL((recorder.lastExpiry - sent).GetSeconds(),
                                      300,
                                      0.01,
                                      "UDP timer");
        }
        {
            DirectorBench bench;
            bench.AddService("rr", {1});
            bench.director->SetAttribute("MaxConnections", UintegerValue(5));
            for (uint16_t port = 1; port <= 9; port++)
            {
                const auto out = bench.Exchange(Segment("S", port));
                NS_TEST_EXPECT_MSG_EQ(out.server.size(), (port <= 5 ? 1 : 0), "five at most");
                NS_TEST_EXPECT_MSG_EQ(out.client.size(), 0, "beyond: silence");
            }
            NS_TEST_EXPECT_MSG_EQ(bench.director->GetDropped(DropReason::TABLE_FULL), 4, "counted");
            NS_TEST_EXPECT_MSG_EQ(bench.ServerOf(Segment("A", 5)), 21, "known ones go on");
            bench.Run(Seconds(61));
            NS_TEST_EXPECT_MSG_EQ(bench.ServerOf(Segment("S", 9)), 21, "room when some expired");
        }
    }
};

/// All tests of connections
class DirectorConnectionsTestSuite : public TestSuite
{
  public:
    DirectorConnectionsTestSuite()
        : TestSuite("gipt-director-connections")
    {
        AddTestCase(new StatesTestCase);
        AddTestCase(new ReuseTestCase);
        AddTestCase(new TimeoutsTestCase);
        AddTestCase(new AdministrationTestCase);
        AddTestCase(new BoundsTestCase);
    }
};

/// The suite
DirectorConnectionsTestSuite g_directorConnectionsTestSuite;

} // namespace
