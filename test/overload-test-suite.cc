/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "packet-bench.h"

#include "ns3/connection-state.h"
#include "ns3/director-core.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/ipv4.h"
#include "ns3/mac48-address.h"
#include "ns3/simulator.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"
#include "ns3/virtual-net-device.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of a director under attack, against net/netfilter/ipvs/ip_vs_ctl.c (update_defense_level)
 * and ip_vs_conn.c (todrop_entry, ip_vs_random_dropentry) of Linux 6.1.
 *
 * 1. Levels: 1 becomes 2 while memory is below amemthresh and 2 becomes 1 again; 0 and 3 stay.
 * 2. drop_packet: one connection in amemthresh / (amemthresh - free), in am_droprate at level 3;
 *    the first after the switch is refused (measured).
 * 3. drop_entry takes entries by their state, packets and age, and no others; a template goes with
 *    its last connection unless it is assured.
 * 4. drop_entry looks at 1/32 of the table each second.
 * 5. secure_tcp: half-open connections are SYNACK for 120 s, and a RST ends them.
 * 6. The director works each second from the moment a sysctl is set, as long as it has connections.
 * 7. A million spoofed SYNs in a second against 10,000 connections, with each defence and with
 *    MaxConnections alone: no connection breaks, each goes to its server during the flood and
 *    after it, and entries and memory stay under their bounds.
 * 8. The same with packets on a node.
 */

using namespace ns3;
using namespace ns3::gipt;
using packets::Simulation;

namespace
{

/// The VIP of all cases.
const Ipv4Address VIP{"10.0.0.100"};

/// A director's core with a TCP and a UDP service of four servers each
class Core : public DirectorCore
{
  public:
    /**
     * @param persistence of the TCP service; 0 for none
     */
    explicit Core(Time persistence = Time(0))
    {
        for (const uint8_t protocol : {6, 17})
        {
            ServiceOptions options;
            options.scheduler = "rr";
            options.persistence = protocol == 6 ? persistence : Time(0);
            AddService(ServiceId(VIP, 80, protocol), options);
            for (uint32_t i = 0; i < 4; i++)
            {
                AddRealServer(FindService(VIP, 80, protocol), Ipv4Address(0x0a000015 + i), 80);
            }
        }
    }

    /**
     * @brief A packet of a client.
     * @param client number of the client
     * @param tcpFlags TCP flags; 0 for UDP
     * @param now the time
     * @return what becomes of it
     */
    Decision Packet(uint32_t client, uint8_t tcpFlags, Time now)
    {
        ConnectionKey key;
        key.client = Ipv4Address(0x0b000000 + client);
        key.clientPort = 1024;
        key.virtualAddress = VIP;
        key.virtualPort = 80;
        key.protocol = tcpFlags ? 6 : 17;
        return Decide(key, tcpFlags, 40, now);
    }

    /**
     * @brief Some packets of a client, one after the other.
     * @param client number of the client
     * @param letters their TCP flags: S, A, F, R; U for UDP
     * @param now the time
     */
    void Packets(uint32_t client, const std::string& letters, Time now)
    {
        static const std::map<char, uint8_t> FLAGS{{'S', TCP_FLAG_SYN},
                                                   {'A', TCP_FLAG_ACK},
                                                   {'F', TCP_FLAG_FIN},
                                                   {'R', TCP_FLAG_RST},
                                                   {'U', 0}};
        for (const char letter : letters)
        {
            Packet(client, FLAGS.at(letter), now);
        }
    }

    /**
     * @brief The state of a client's connection, or of its template.
     * @param client number of the client
     * @param isTemplate look for the template
     * @return name of the state, "gone" without an entry
     */
    std::string StateOf(uint32_t client, bool isTemplate = false) const
    {
        std::string state = "gone";
        GetTable().ForEach([&](const Connection& connection) {
            if (connection.client == 0x0b000000 + client && connection.IsTemplate() == isTemplate)
            {
                state = GetStateNameOf(connection);
            }
        });
        return state;
    }

    /**
     * @brief The time that passes, with what works each second.
     * @param from when
     * @param seconds how long
     */
    void Pass(Time from, uint32_t seconds)
    {
        for (uint32_t i = 1; i <= seconds; i++)
        {
            Defend(from + Seconds(i));
            ExpireConnections(from + Seconds(i));
        }
    }
};

/// 1.
class LevelsTestCase : public TestCase
{
  public:
    LevelsTestCase()
        : TestCase("Levels follow the free memory")
    {
    }

  private:
    void DoRun() override
    {
        for (const uint32_t level : {0, 1, 2, 3})
        {
            OverloadDefence defence;
            for (const uint64_t free : {5000, 1024, 1023, 0, 1023, 1024, 0, 5000})
            {
                defence.dropEntry = defence.dropEntry == 0 ? level : defence.dropEntry;
                defence.dropPacket = defence.dropPacket == 0 ? level : defence.dropPacket;
                defence.secureTcp = defence.secureTcp == 0 ? level : defence.secureTcp;
                defence.UpdateLevels(free);
                const bool isShort = free < 1024;
                const uint32_t expected = level == 0 || level == 3 ? level : 1 + isShort;
                NS_TEST_EXPECT_MSG_EQ(defence.dropEntry, expected, "drop_entry at " << free);
                NS_TEST_EXPECT_MSG_EQ(defence.dropPacket, expected, "drop_packet at " << free);
                NS_TEST_EXPECT_MSG_EQ(defence.secureTcp, expected, "secure_tcp at " << free);
                NS_TEST_EXPECT_MSG_EQ(defence.DropsEntries(), (expected > 1), "sweeps at " << free);
                NS_TEST_EXPECT_MSG_EQ(defence.IsSecureTcp(), (expected > 1), "table at " << free);
            }
        }
    }
};

/// 2.
class DropPacketTestCase : public TestCase
{
  public:
    DropPacketTestCase()
        : TestCase("drop_packet refuses one new connection in so many")
    {
    }

  private:
    /**
     * @brief The numbers of the connections that are refused.
     * @param defence the defence
     * @return numbers below 40
     */
    static std::vector<int> Refused(OverloadDefence& defence)
    {
        std::vector<int> refused;
        for (int i = 0; i < 40; i++)
        {
            if (defence.RefusesConnection())
            {
                refused.push_back(i);
            }
        }
        return refused;
    }

    void DoRun() override
    {
        OverloadDefence always;
        NS_TEST_EXPECT_MSG_EQ(Refused(always).empty(), true, "off");
        always.dropPacket = 3;
        always.UpdateLevels(1 << 20);
        NS_TEST_EXPECT_MSG_EQ((Refused(always) == std::vector<int>{0, 10, 20, 30}),
                              true,
                              "level 3");
        always.amDroprate = 1;
        always.UpdateLevels(1 << 20);
        NS_TEST_EXPECT_MSG_EQ(Refused(always).size(), 40, "level 3, all");
        // such as 1024 / (1024 - 992) = 32: the 32nd after the switch
        const std::vector<std::pair<uint64_t, std::vector<int>>> cases{
            {1024, {}},
            {992, {31}},
            {922, {9, 19, 29, 39}},
            {512, {1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39}},
        };
        for (const auto& [free, expected] : cases)
        {
            OverloadDefence automatic;
            automatic.dropPacket = 1;
            automatic.UpdateLevels(free);
            NS_TEST_EXPECT_MSG_EQ((Refused(automatic) == expected), true, free << " pages free");
        }
        OverloadDefence full;
        full.dropPacket = 2;
        full.UpdateLevels(0);
        NS_TEST_EXPECT_MSG_EQ(Refused(full).size(), 40, "nothing free: all refused");

        // in the director: what is refused is no connection, and what is known goes on
        Core core;
        core.SetDropPacket(3);
        uint32_t refused = 0;
        for (uint32_t i = 0; i < 1000; i++)
        {
            const auto decision = core.Packet(i, TCP_FLAG_SYN, Seconds(1));
            refused += decision.reason == DropReason::OVERLOAD;
            core.Packet(i, TCP_FLAG_ACK, Seconds(1));
        }
        NS_TEST_EXPECT_MSG_EQ(refused, 100, "one in am_droprate");
        NS_TEST_EXPECT_MSG_EQ(core.GetTable().GetSize(), 900, "the others are entered");
    }
};

/// 3.
class SweepTestCase : public TestCase
{
  public:
    SweepTestCase()
        : TestCase("drop_entry drops what Linux drops")
    {
    }

  private:
    void DoRun() override
    {
        // packets of a client, how long ago (s), and how many of 840 such connections go
        struct Row
        {
            std::string letters; // packets
            int age;             // s
            int gone;            // of 840
        };

        constexpr int CLIENTS = 840 * 32; // of whom the sweep meets about 840
        const std::vector<Row> rows{
            {"S", 0, 840},
            {"SSS", 50, 840},
            {"SA", 59, 0},
            {"SA", 61, 420},
            {"SAA", 61, 280},
            {"SAAAAAA", 61, 120},
            {"SAAAAAAA", 61, 105},
            {"SAAAAAAAA", 61, 0},
            {"SAF", 61, 0},
            {"SF", 61, 0},
            {"SAR", 1, 0},
            {"U", 59, 0},
            {"U", 61, 840},
            {"UU", 61, 420},
            {"UUUUUUUU", 200, 105},
            {"UUUUUUUUU", 200, 0},
        };
        for (const auto& row : rows)
        {
            Core core;
            for (int i = 0; i < CLIENTS; i++)
            {
                core.Packets(i, row.letters, Seconds(1000 - row.age));
            }
            core.SetDropEntry(3);
            core.Defend(Seconds(1000));
            const int gone = CLIENTS - static_cast<int>(core.GetTable().GetSize());
            NS_TEST_EXPECT_MSG_EQ_TOL(gone,
                                      row.gone,
                                      1 + row.gone / 8,
                                      row.letters << " after " << row.age);
            int counted = 0;
            for (const auto& service : core.GetServices())
            {
                for (const auto& server : service->GetServers())
                {
                    counted += static_cast<int>(server->GetActiveConnections() +
                                                server->GetInactiveConnections());
                }
            }
            NS_TEST_EXPECT_MSG_EQ(counted, CLIENTS - gone, "the servers' counters follow");
        }

        // templates: assured, with a connection that stays, with one that goes, with none
        Core core(Seconds(300));
        const Time now = Seconds(1000);
        constexpr uint32_t EACH = 100;
        for (uint32_t i = 0; i < EACH; i++)
        {
            core.Packets(1000 + i, "SAAAAAAAAA", now - Seconds(100));
            core.Packets(2000 + i, "SFF", now - Seconds(1));
            core.Packets(3000 + i, "S", now - Seconds(1));
            core.Packets(4000 + i, "SR", now - Seconds(200));
        }
        core.ExpireConnections(now);
        core.SetDropEntry(3);
        NS_TEST_EXPECT_MSG_EQ(core.StateOf(4000), "gone", "SYN_RECV has expired");
        NS_TEST_EXPECT_MSG_EQ(core.StateOf(4000, true), "NONE", "its template has not");
        core.Pass(now, 50);
        uint32_t left = 0;
        uint32_t unused = 0;
        for (uint32_t i = 0; i < EACH; i++)
        {
            NS_TEST_EXPECT_MSG_EQ(core.StateOf(1000 + i), "ESTABLISHED", "too many packets");
            NS_TEST_EXPECT_MSG_EQ(core.StateOf(1000 + i, true), "ASSURED", "established once");
            NS_TEST_EXPECT_MSG_EQ(core.StateOf(2000 + i), "TIME_WAIT", "not half-open");
            NS_TEST_EXPECT_MSG_EQ(core.StateOf(2000 + i, true), "NONE", "referred to");
            const bool isGone = core.StateOf(3000 + i) == "gone";
            NS_TEST_EXPECT_MSG_EQ(core.StateOf(3000 + i, true),
                                  (isGone ? "gone" : "NONE"),
                                  "a half-open one takes its template along");
            left += !isGone;
            unused += core.StateOf(4000 + i, true) != "gone";
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(left, 20, 15, "(31/32)^50 of the half-open ones");
        NS_TEST_EXPECT_MSG_EQ_TOL(unused, 20, 15, "(31/32)^50 of the unused templates");
    }
};

/// 3. Templates of one-packet services count packets like connections
class OnePacketSweepTestCase : public TestCase
{
  public:
    OnePacketSweepTestCase()
        : TestCase("drop_entry drops templates of one-packet services by packets and age")
    {
    }

  private:
    void DoRun() override
    {
        Core core;
        ServiceOptions options;
        options.scheduler = "rr";
        options.persistence = Seconds(300);
        options.onePacket = true;
        core.EditService(ServiceId(VIP, 80, 17), options);
        core.Packets(1, "U", Seconds(1));
        core.Packets(2, "UUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUU", Seconds(1));
        core.SetDropEntry(3);
        core.Pass(Seconds(1), 59);
        NS_TEST_EXPECT_MSG_EQ(core.StateOf(1, true), "NONE", "too young");
        core.Pass(Seconds(60), 220);
        NS_TEST_EXPECT_MSG_EQ(core.StateOf(1, true), "gone", "one packet, old enough");
        NS_TEST_EXPECT_MSG_EQ(core.StateOf(2, true), "NONE", "many packets");
    }
};

/// 4.
class RateTestCase : public TestCase
{
  public:
    RateTestCase()
        : TestCase("drop_entry looks at one entry in 32 each second")
    {
    }

  private:
    void DoRun() override
    {
        Core core;
        for (uint32_t i = 0; i < 32000; i++)
        {
            core.Packet(i, TCP_FLAG_SYN, Seconds(1));
        }
        core.SetDropEntry(3);
        uint64_t before = core.GetTable().GetSize();
        // 40 s: before those of the first second expire
        for (int i = 1; i <= 40; i++)
        {
            core.Defend(Seconds(1 + i));
            const uint64_t after = core.GetTable().GetSize();
            NS_TEST_EXPECT_MSG_EQ_TOL(before - after, before / 32, before / 64, "second " << i);
            before = after;
        }
        // 32000 * (31/32)^40
        NS_TEST_EXPECT_MSG_EQ_TOL(before, 8987, 900, "left after 40 s");
    }
};

/// 5.
class SecureTcpTestCase : public TestCase
{
  public:
    SecureTcpTestCase()
        : TestCase("secure_tcp has its own states")
    {
    }

  private:
    void DoRun() override
    {
        const std::vector<std::pair<std::string, std::string>> rows{
            {"S", "SYNACK"},
            {"SS", "SYNACK"},
            {"SA", "ESTABLISHED"},
            {"SAS", "ESTABLISHED"},
            {"SR", "CLOSE"},
            {"SF", "TIME_WAIT"},
            {"SAFS", "SYNACK"},
            {"SAR", "CLOSE"},
        };
        Core core;
        core.connReuseMode = 0;
        core.SetSecureTcp(3);
        for (uint32_t i = 0; i < rows.size(); i++)
        {
            core.Packets(i, rows[i].first, Seconds(1));
            NS_TEST_EXPECT_MSG_EQ(core.StateOf(i), rows[i].second, rows[i].first);
        }
        core.SetSecureTcp(0);
        core.Packets(100, "S", Seconds(1));
        NS_TEST_EXPECT_MSG_EQ(core.StateOf(100), "SYN_RECV", "off again");
        core.Packets(0, "S", Seconds(1));
        NS_TEST_EXPECT_MSG_EQ(core.StateOf(0), "SYN_RECV", "the other table for old ones too");
        core.ExpireConnections(Seconds(61.1));
        NS_TEST_EXPECT_MSG_EQ(core.StateOf(100), "gone", "SYN_RECV ends after 60 s");
        NS_TEST_EXPECT_MSG_EQ(core.StateOf(1), "SYNACK", "SYNACK does not");
        core.ExpireConnections(Seconds(121.1));
        NS_TEST_EXPECT_MSG_EQ(core.StateOf(1), "gone", "SYNACK ends after 120 s");
        // level 1: only while memory is short
        core.SetMaxConnections(20000);
        core.SetSecureTcp(1);
        core.Packets(200, "S", Seconds(200));
        NS_TEST_EXPECT_MSG_EQ(core.StateOf(200), "SYN_RECV", "enough memory");
        core.SetMaxConnections(12 * 1024);
        core.Defend(Seconds(201));
        core.Packets(201, "S", Seconds(201));
        NS_TEST_EXPECT_MSG_EQ(core.StateOf(201), "SYNACK", "short of memory");
    }
};

/// A director on a node whose only device counts what leaves for each server
class FloodBench : public Simulation
{
  public:
    FloodBench()
        : director(CreateObject<Director>())
    {
        auto node = CreateObject<Node>();
        InternetStackHelper stack;
        stack.SetIpv6StackInstall(false);
        stack.Install(node);
        auto device = CreateObject<VirtualNetDevice>();
        device->SetAddress(Mac48Address::Allocate());
        device->SetSendCallback(MakeCallback(&FloodBench::Leave, this));
        node->AddDevice(device);
        const auto ipv4 = node->GetObject<Ipv4>();
        const uint32_t interface = ipv4->AddInterface(device);
        ipv4->AddAddress(interface, Ipv4InterfaceAddress("10.0.0.10", "255.255.255.0"));
        ipv4->SetUp(interface);
        Ipv4StaticRoutingHelper().GetStaticRouting(ipv4)->SetDefaultRoute("10.0.0.1", interface);
        node->AddApplication(director);
        Run(MilliSeconds(1));
        director->AddService(VIP, 80, 6, "wlc");
        for (uint32_t i = 0; i < 4; i++)
        {
            director->AddRealServer(director->FindService(VIP, 80, 6),
                                    Ipv4Address(0x0a000015 + i),
                                    80);
        }
    }

    /**
     * @brief A packet leaves by the device.
     * @param packet the packet
     * @param source link-layer address, of no interest
     * @param destination link-layer address, of no interest
     * @param protocol IPv4
     * @return true: it has left
     */
    bool Leave(Ptr<Packet> packet,
               const Address& source,
               const Address& destination,
               uint16_t protocol)
    {
        std::array<uint8_t, 36> start{}; // outer header, inner header up to the source
        packet->CopyData(start.data(), start.size());
        server = start[19];
        sent++;
        return true;
    }

    /**
     * @brief A packet comes in.
     * @param client address of the client
     * @param port its port
     * @param flags TCP flags
     * @return last number of the server that it is sent to, 0 when it is dropped
     */
    uint32_t Send(uint32_t client, uint16_t port, uint8_t flags)
    {
        const std::array<uint8_t, 20> segment{uint8_t(port >> 8),
                                              uint8_t(port & 0xff),
                                              0,
                                              80,
                                              0,
                                              0,
                                              0,
                                              1,
                                              0,
                                              0,
                                              0,
                                              0,
                                              0x50,
                                              flags};
        Ipv4Header header;
        header.SetSource(Ipv4Address(client));
        header.SetDestination(VIP);
        header.SetProtocol(6);
        header.SetTtl(60);
        header.SetDontFragment();
        header.SetPayloadSize(segment.size());
        server = 0;
        Ipv4Datagram datagram;
        datagram.header = header;
        datagram.payload = Create<Packet>(segment.data(), segment.size());
        director->Receive(datagram);
        return server;
    }

    Ptr<Director> director; ///< the director
    uint32_t server{0};     ///< last number of the server of the last packet
    uint64_t sent{0};       ///< packets that left
};

constexpr uint32_t ESTABLISHED = 10000; ///< connections that a flood must not break
constexpr uint32_t FLOOD = 1000000;     ///< SYNs of the flood
constexpr uint32_t BOUND = 200000;      ///< MaxConnections

/**
 * @brief A spoofed source: each of them once, in no order.
 * @param number of the SYN
 * @return an address that none of the others has
 */
uint32_t
Spoof(uint32_t number)
{
    return number * 2654435761U;
}

/**
 * @brief The bound on memory that goes with a bound on connections.
 * @param connections the bound
 * @return octets: 48 for each, and the wheel
 */
uint64_t
MemoryOf(uint64_t connections)
{
    return 48 * connections + 300000;
}

/// 7.
class FloodTestCase : public TestCase
{
  public:
    /**
     * @param name what the director has against it
     * @param level of drop_entry, drop_packet and secure_tcp
     * @param bound MaxConnections
     * @param admitted of 6000 new clients in the minute after the flood, how many must get through
     */
    FloodTestCase(const std::string& name, uint32_t level, uint64_t bound, int admitted)
        : TestCase("A million SYNs in a second, " + name),
          m_level(level),
          m_bound(bound),
          m_admitted(admitted)
    {
    }

  private:
    /**
     * @brief A packet of one of the established connections.
     * @param core the director
     * @param number of the connection
     * @param flags TCP flags
     * @param now the time
     * @return its server, null when the packet does not reach it
     */
    static RealServer* Say(Core& core, uint32_t number, uint8_t flags, Time now)
    {
        ConnectionKey key;
        key.client = Ipv4Address(0x0b000000 + number);
        key.clientPort = 60000;
        key.virtualAddress = VIP;
        key.virtualPort = 80;
        key.protocol = 6;
        const auto decision = core.Decide(key, flags, 40, now);
        return decision.verdict == Verdict::FORWARD ? decision.server : nullptr;
    }

    void DoRun() override
    {
        Core core;
        core.SetMaxConnections(m_bound);
        core.SetDropEntry(m_level);
        core.SetDropPacket(m_level);
        core.SetSecureTcp(m_level);
        std::vector<RealServer*> servers(ESTABLISHED);
        for (uint32_t i = 0; i < ESTABLISHED; i++)
        {
            // drop_packet may refuse a SYN; its client sends another
            for (int j = 0; j < 2 && !servers[i]; j++)
            {
                servers[i] = Say(core, i, TCP_FLAG_SYN, Seconds(9));
            }
            Say(core, i, TCP_FLAG_ACK, Seconds(9));
        }
        uint32_t broken = 0;
        uint64_t size = 0;
        uint64_t memory = 0;
        std::map<DropReason, uint32_t> reasons;
        for (uint32_t i = 0; i < FLOOD; i++)
        {
            const Time now = Seconds(10) + MicroSeconds(i);
            if (i % (FLOOD / ESTABLISHED) == 0)
            {
                const uint32_t number = i / (FLOOD / ESTABLISHED);
                broken += Say(core, number, TCP_FLAG_ACK, now) != servers[number];
                size = std::max(size, core.GetTable().GetSize());
                memory = std::max(memory, core.GetTable().GetMemory());
            }
            if (i == FLOOD / 2)
            {
                core.Defend(now); // the tick of this second
            }
            ConnectionKey key;
            key.client = Ipv4Address(Spoof(i));
            key.clientPort = 1024 + i % 50000;
            key.virtualAddress = VIP;
            key.virtualPort = 80;
            key.protocol = 6;
            reasons[core.Decide(key, TCP_FLAG_SYN, 40, now).reason]++;
        }
        NS_TEST_EXPECT_MSG_EQ(broken, 0, "during the flood");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(size, m_bound, "entries");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(memory, MemoryOf(m_bound), "octets");
        const uint32_t dropped = reasons[DropReason::TABLE_FULL] + reasons[DropReason::OVERLOAD];
        NS_TEST_EXPECT_MSG_EQ(reasons[DropReason::NONE] + dropped, FLOOD, "each has a reason");
        NS_TEST_EXPECT_MSG_EQ((reasons[DropReason::TABLE_FULL] > 0), (m_bound < FLOOD), "full");
        NS_TEST_EXPECT_MSG_EQ((reasons[DropReason::OVERLOAD] > 0), (m_level > 0), "refused");

        // the minute after it: 100 new clients a second, and a word of each connection now and then
        int admitted = 0;
        for (uint32_t i = 1; i <= 60; i++)
        {
            const Time now = Seconds(11 + i);
            core.Pass(now - Seconds(1), 1);
            for (uint32_t j = 0; j < 100; j++)
            {
                admitted += bool(Say(core, 100000 + i * 100 + j, TCP_FLAG_SYN, now));
            }
            for (uint32_t j = i % 20; j < ESTABLISHED; j += 20)
            {
                broken += Say(core, j, TCP_FLAG_ACK, now) != servers[j];
            }
        }
        NS_TEST_EXPECT_MSG_EQ(broken, 0, "after the flood");
        NS_TEST_EXPECT_MSG_EQ_TOL(admitted, m_admitted, 60, "new clients in the minute after it");
    }

    uint32_t m_level; //!< of the three sysctls
    uint64_t m_bound; //!< MaxConnections
    int m_admitted;   //!< new clients that get through
};

/// 8.
class PacketFloodTestCase : public TestCase
{
  public:
    PacketFloodTestCase()
        : TestCase("A million SYNs in a second as packets on a node")
    {
    }

  private:
    void DoRun() override
    {
        FloodBench bench;
        const auto director = bench.director;
        director->SetAttribute("MaxConnections", UintegerValue(BOUND));
        for (const auto* name : {"DropEntry", "SecureTcp"})
        {
            director->SetAttribute(name, UintegerValue(1));
        }
        std::vector<uint32_t> servers(ESTABLISHED);
        for (uint32_t i = 0; i < ESTABLISHED; i++)
        {
            servers[i] = bench.Send(0x0b000000 + i, 60000, TCP_FLAG_SYN);
            bench.Send(0x0b000000 + i, 60000, TCP_FLAG_ACK);
        }
        bench.Run(Seconds(1));
        const uint64_t before = bench.sent;
        uint64_t memory = 0;
        uint32_t broken = 0;
        for (uint32_t i = 0; i < FLOOD; i++)
        {
            bench.Send(Spoof(i), 1024 + i % 50000, TCP_FLAG_SYN);
            if (i % 100 == 99)
            {
                const uint32_t number = i / 100;
                broken += bench.Send(0x0b000000 + number, 60000, TCP_FLAG_ACK) != servers[number];
                memory = std::max(memory, director->GetTable().GetMemory());
                bench.Run(MicroSeconds(100));
            }
        }
        NS_TEST_EXPECT_MSG_EQ(broken, 0, "during the flood");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(director->GetTable().GetSize(), BOUND, "entries");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(memory, MemoryOf(BOUND), "octets");
        const uint64_t full = director->GetDropped(DropReason::TABLE_FULL);
        NS_TEST_EXPECT_MSG_GT(full, FLOOD / 2, "most SYNs find the table full");
        NS_TEST_EXPECT_MSG_EQ(full + bench.sent - before,
                              FLOOD + ESTABLISHED,
                              "each is sent or counted as dropped");
        for (uint32_t i = 0; i < 4; i++)
        {
            bench.Run(Seconds(20));
            for (uint32_t j = 0; j < ESTABLISHED; j++)
            {
                broken += bench.Send(0x0b000000 + j, 60000, TCP_FLAG_ACK) != servers[j];
            }
        }
        NS_TEST_EXPECT_MSG_EQ(broken, 0, "after the flood");
        // SYNACK lasts 120 s: what is gone by now was swept
        NS_TEST_EXPECT_MSG_LT(director->GetTable().GetSize(), BOUND / 100 * 95, "swept");
        bench.Run(Seconds(60));
        NS_TEST_EXPECT_MSG_EQ(director->GetTable().GetSize(), ESTABLISHED, "only they are left");
    }
};

/// 6.
class EachSecondTestCase : public TestCase
{
  public:
    EachSecondTestCase()
        : TestCase("The director works each second from the setting of a sysctl on")
    {
    }

  private:
    void DoRun() override
    {
        FloodBench bench;
        for (uint32_t i = 0; i < 3200; i++)
        {
            bench.Send(0x0b000000 + i, 1024, TCP_FLAG_SYN);
        }
        const auto& table = bench.director->GetTable();
        bench.Run(Seconds(2));
        NS_TEST_EXPECT_MSG_EQ(table.GetSize(), 3200, "off");
        bench.director->SetAttribute("DropEntry", UintegerValue(3));
        bench.Run(Seconds(1.5));
        NS_TEST_EXPECT_MSG_EQ_TOL(table.GetSize(), 3100, 30, "no packet was needed");
        bench.Run(Seconds(1));
        NS_TEST_EXPECT_MSG_EQ_TOL(table.GetSize(), 3003, 40, "and again");
        bench.director->SetAttribute("DropEntry", UintegerValue(0));
        bench.Run(Seconds(5));
        NS_TEST_EXPECT_MSG_EQ_TOL(table.GetSize(), 3003, 40, "off again");
        bench.director->SetAttribute("DropEntry", UintegerValue(3));
        // an end without Stop: nothing is left to do once the connections are gone
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(table.GetSize(), 0, "all gone");
    }
};

/// The suite
class OverloadTestSuite : public TestSuite
{
  public:
    OverloadTestSuite()
        : TestSuite("gipt-overload")
    {
        AddTestCase(new LevelsTestCase);
        AddTestCase(new DropPacketTestCase);
        AddTestCase(new SweepTestCase);
        AddTestCase(new OnePacketSweepTestCase);
        AddTestCase(new RateTestCase);
        AddTestCase(new SecureTcpTestCase);
        AddTestCase(new EachSecondTestCase);
        AddTestCase(new FloodTestCase("MaxConnections alone", 0, BOUND, 100));
        AddTestCase(new FloodTestCase("all defences automatic", 1, BOUND, 5896));
        AddTestCase(new FloodTestCase("all defences always", 3, 2000000, 5400));
        AddTestCase(new PacketFloodTestCase);
    }
};

/// The suite
OverloadTestSuite g_overloadTestSuite;

} // namespace
