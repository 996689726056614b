/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "packet-bench.h"

#include "ns3/bulk-send-helper.h"
#include "ns3/csma-helper.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-global-routing-helper.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/random-variable-stream.h"
#include "ns3/real-server-helper.h"
#include "ns3/server-scheduler.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/test.h"
#include "ns3/udp-echo-helper.h"
#include "ns3/uinteger.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of a director under traffic.
 *
 * 1. Random segments of many connections under each scheduler: every packet of a connection goes to
 *    the server it was scheduled to until it expires, and the counters agree with the packets.
 * 2. Whole nodes, with PacketSink and UdpEchoServer as they are: clients, a router, and a LAN with
 *    the director and three real servers. All data arrives, no answer crosses the director.
 * 3. Random damage to random packets: never a crash, every packet is forwarded, left to the node,
 *    or dropped with a reason, and nothing is left when time has passed.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace packets;

namespace
{

/// A connection as the packet tells it: client address and port, service port
using Flow = std::pair<uint64_t, uint16_t>;

/// One server for each connection
class OneServerTestCase : public TestCase
{
  public:
    /**
     * @param scheduler short name of the scheduler
     */
    explicit OneServerTestCase(const std::string& scheduler)
        : TestCase("Every packet of a connection at one server under " + scheduler),
          m_scheduler(scheduler)
    {
    }

  private:
    /**
     * @brief A connection begins.
     * @param key the connection
     * @param server its server
     */
    void Scheduled(const ConnectionKey& key, Ptr<RealServer> server)
    {
        m_servers[FlowOf(key)].push_back(server->GetAddress());
        m_begun++;
    }

    /**
     * @brief A connection ends.
     * @param key the connection
     * @param server its server
     */
    void Expired(const ConnectionKey& key, Ptr<RealServer> server)
    {
        // One that is replaced ends when the next has begun.
        const auto found = m_servers.find(FlowOf(key));
        NS_TEST_ASSERT_MSG_EQ((found != m_servers.end()), true, "was there");
        NS_TEST_EXPECT_MSG_EQ(found->second.front(), server->GetAddress(), "at its server");
        found->second.erase(found->second.begin());
        if (found->second.empty())
        {
            m_servers.erase(found);
        }
    }

    /**
     * @brief A packet goes into the tunnel.
     * @param outer the outer header
     * @param inner the inner packet
     * @param server the real server
     */
    void Forward(const Ipv4Header& outer, Ptr<const Packet> inner, Ptr<RealServer> server)
    {
        Octets octets(24);
        inner->CopyData(octets.data(), 24);
        ConnectionKey key;
        key.client = Ipv4Address::Deserialize(&octets[12]);
        key.clientPort = octets[20] << 8 | octets[21];
        key.virtualPort = octets[22] << 8 | octets[23];
        const auto found = m_servers.find(FlowOf(key));
        NS_TEST_EXPECT_MSG_EQ((found != m_servers.end()), true, "of a connection");
        if (found != m_servers.end())
        {
            NS_TEST_EXPECT_MSG_EQ(outer.GetDestination(), found->second.back(), "to its server");
        }
        m_forwarded++;
        m_octets += inner->GetSize();
    }

    /**
     * @brief Name a connection.
     * @param key the connection
     * @return its name
     */
    static Flow FlowOf(const ConnectionKey& key)
    {
        return {uint64_t(key.client.Get()) << 16 | key.clientPort, key.virtualPort};
    }

    void DoRun() override
    {
        DirectorBench bench;
        const auto tcp = bench.AddService(m_scheduler, {4, 3, 2, 1});
        const auto udp = bench.AddService(m_scheduler, {1, 1, 1}, 17, 53);
        bench.director->TraceConnectWithoutContext(
            "Scheduled",
            MakeCallback(&OneServerTestCase::Scheduled, this));
        bench.director->TraceConnectWithoutContext("Expired",
                                                   MakeCallback(&OneServerTestCase::Expired, this));
        bench.director->TraceConnectWithoutContext("Forward",
                                                   MakeCallback(&OneServerTestCase::Forward, this));
        auto random = CreateObject<UniformRandomVariable>();
        random->SetStream(7);
        const uint8_t flags[] = {SYN, ACK, ACK, ACK, PSH | ACK, FIN | ACK, RST, SYN | ACK, 0};
        for (uint32_t i = 0; i < 4000; i++)
        {
            Ip ip;
            ip.source = "192.0.2." + std::to_string(random->GetInteger(1, 20));
            const uint16_t port = random->GetInteger(1024, 1034);
            if (random->GetInteger(0, 3) == 0)
            {
                bench.clients.Send(Udp(ip, port, 53, Data(random->GetInteger(0, 50))));
            }
            else
            {
                Tcp segment;
                segment.source = port;
                segment.flags = flags[random->GetInteger(0, 8)];
                bench.clients.Send(segment(ip, Data(random->GetInteger(0, 50))));
            }
            bench.Run(MilliSeconds(random->GetInteger(1, 400)));
            if (i % 500 == 400)
            {
                // servers come, go and change while traffic runs
                const Ipv4Address address(Ipv4Address("10.0.0.20").Get() +
                                          random->GetInteger(1, 4));
                bench.director->EditRealServer(tcp, address, 80, random->GetInteger(0, 3));
            }
        }
        NS_TEST_EXPECT_MSG_GT(m_begun, 300, "many connections");
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetForwarded(), m_forwarded, "packets are counted");
        NS_TEST_EXPECT_MSG_EQ(bench.servers.received, m_forwarded, "and sent");
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetTable().GetSize(), m_servers.size(), "entries");
        TrafficStats sum;
        uint32_t known = 0;
        for (const auto& service : {tcp, udp})
        {
            TrafficStats servers;
            for (const auto& server : service->GetServers())
            {
                servers.connections += server->GetStats().connections;
                servers.packets += server->GetStats().packets;
                servers.bytes += server->GetStats().bytes;
                known += server->GetActiveConnections() + server->GetInactiveConnections();
            }
            NS_TEST_EXPECT_MSG_EQ(service->GetStats().connections, servers.connections, "service");
            NS_TEST_EXPECT_MSG_EQ(service->GetStats().packets, servers.packets, "service");
            NS_TEST_EXPECT_MSG_EQ(service->GetStats().bytes, servers.bytes, "service");
            sum.connections += servers.connections;
            sum.packets += servers.packets;
            sum.bytes += servers.bytes;
        }
        NS_TEST_EXPECT_MSG_EQ(sum.connections, m_begun, "connections of servers");
        NS_TEST_EXPECT_MSG_EQ(sum.packets, m_forwarded, "packets of servers");
        NS_TEST_EXPECT_MSG_EQ(sum.bytes, m_octets, "octets of servers");
        NS_TEST_EXPECT_MSG_EQ(known, m_servers.size(), "active and inactive");
        bench.Run(Seconds(1000));
        NS_TEST_EXPECT_MSG_EQ(m_servers.size(), 0, "all expire");
    }

    std::string m_scheduler;                            //!< short name
    std::map<Flow, std::vector<Ipv4Address>> m_servers; //!< connections and their servers
    uint32_t m_begun{0};                                //!< connections scheduled
    uint64_t m_forwarded{0};                            //!< packets forwarded
    uint64_t m_octets{0};                               //!< octets of those packets
};

/// Nodes with applications
class WholeNetworkTestCase : public TestCase
{
  public:
    WholeNetworkTestCase()
        : TestCase("Unchanged applications serve the VIP, answers do not cross the director")
    {
    }

  private:
    /**
     * @brief A packet arrives at the director.
     * @param packet the packet with its IPv4 header
     * @param ipv4 the director's IPv4
     * @param interface where it came in
     */
    void Rx(Ptr<const Packet> packet, Ptr<Ipv4> ipv4, uint32_t interface)
    {
        Ipv4Header header;
        packet->PeekHeader(header);
        m_arrived++;
        if (header.GetDestination() != Ipv4Address("10.0.0.100"))
        {
            m_others++;
        }
    }

    /**
     * @brief An answer arrives at a client.
     * @param packet the packet
     * @param from who sent it
     * @param to the client
     */
    void Answer(Ptr<const Packet> packet, const Address& from, const Address& to)
    {
        if (InetSocketAddress::ConvertFrom(from).GetIpv4() == Ipv4Address("10.0.0.100"))
        {
            m_answers++;
        }
    }

    void DoRun() override
    {
        Simulation simulation;
        NodeContainer clients(4);
        auto router = CreateObject<Node>();
        auto directorNode = CreateObject<Node>();
        NodeContainer servers(3);
        InternetStackHelper().Install(NodeContainer(clients, router, directorNode, servers));

        CsmaHelper csma;
        csma.SetChannelAttribute("DataRate", StringValue("1Gbps"));
        csma.SetChannelAttribute("Delay", TimeValue(MicroSeconds(5)));
        Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.0", "0.0.0.1");
        const auto lan = csma.Install(NodeContainer(router, directorNode, servers));
        const auto lanAddresses = addresses.Assign(lan);
        PointToPointHelper link;
        link.SetDeviceAttribute("DataRate", StringValue("50Mbps"));
        link.SetChannelAttribute("Delay", TimeValue(MilliSeconds(5)));
        addresses.SetBase("192.0.2.0", "255.255.255.248");
        for (uint32_t i = 0; i < clients.GetN(); i++)
        {
            addresses.Assign(link.Install(clients.Get(i), router));
            addresses.NewNetwork();
        }

        auto director = CreateObject<Director>();
        directorNode->AddApplication(director);
        for (const uint8_t protocol : {6, 17})
        {
            const uint16_t port = protocol == 6 ? 80 : 7;
            director->AddService("10.0.0.100", port, protocol, "rr");
            for (uint32_t i = 0; i < servers.GetN(); i++)
            {
                director->AddRealServer(director->FindService("10.0.0.100", port, protocol),
                                        lanAddresses.GetAddress(2 + i),
                                        port);
            }
        }
        RealServerHelper().Install(servers, "10.0.0.100");
        Ipv4GlobalRoutingHelper::PopulateRoutingTables();
        // The VIP is on a device of its own: ns-3 answers ARP for addresses of the LAN's alone.
        Ipv4StaticRoutingHelper()
            .GetStaticRouting(router->GetObject<Ipv4>())
            ->AddHostRouteTo("10.0.0.100", lanAddresses.GetAddress(1), 1);

        const auto sinks =
            PacketSinkHelper("ns3::TcpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), 80))
                .Install(servers);
        UdpEchoServerHelper(7).Install(servers);
        constexpr uint32_t SIZE = 200000;
        BulkSendHelper sender("ns3::TcpSocketFactory", InetSocketAddress("10.0.0.100", 80));
        sender.SetAttribute("MaxBytes", UintegerValue(SIZE));
        UdpEchoClientHelper asker(InetSocketAddress("10.0.0.100", 7));
        asker.SetAttribute("MaxPackets", UintegerValue(10));
        asker.SetAttribute("Interval", TimeValue(MilliSeconds(50)));
        asker.SetAttribute("PacketSize", UintegerValue(3000)); // in three fragments
        for (uint32_t i = 0; i < clients.GetN(); i++)
        {
            sender.Install(clients.Get(i)).Start(MilliSeconds(100 * i));
            auto application = asker.Install(clients.Get(i));
            application.Start(MilliSeconds(10000 + 100 * i)); // when no queue loses packets
            application.Get(0)->TraceConnectWithoutContext(
                "RxWithAddresses",
                MakeCallback(&WholeNetworkTestCase::Answer, this));
        }
        directorNode->GetObject<Ipv4L3Protocol>()->TraceConnectWithoutContext(
            "Rx",
            MakeCallback(&WholeNetworkTestCase::Rx, this));
        simulation.Run(Seconds(20));

        uint64_t total = 0;
        for (uint32_t i = 0; i < sinks.GetN(); i++)
        {
            const uint64_t received = DynamicCast<PacketSink>(sinks.Get(i))->GetTotalRx();
            NS_TEST_EXPECT_MSG_EQ(received % SIZE, 0, "whole connections at server " << i);
            NS_TEST_EXPECT_MSG_GT(received, 0, "each server had one");
            total += received;
        }
        NS_TEST_EXPECT_MSG_EQ(total, clients.GetN() * SIZE, "all data arrived");
        NS_TEST_EXPECT_MSG_EQ(m_answers, 10 * clients.GetN(), "all echoes, from the VIP");
        NS_TEST_EXPECT_MSG_GT(m_arrived, 1000, "requests cross the director");
        NS_TEST_EXPECT_MSG_EQ(m_others, 0, "answers do not");
    }

    uint32_t m_arrived{0}; //!< packets that arrived at the director
    uint32_t m_others{0};  //!< those that were not for the VIP
    uint32_t m_answers{0}; //!< UDP answers from the VIP
};

/// Random damage
class DamageTestCase : public TestCase
{
  public:
    /**
     * @param fragments whether damage may make fragments, which do not add up
     */
    explicit DamageTestCase(bool fragments)
        : TestCase(fragments ? "Random damage, fragments too"
                             : "Random damage, every packet counted"),
          m_fragments(fragments)
    {
    }

  private:
    /**
     * @brief A packet arrived.
     * @param packet the packet
     * @param ipv4 the node's IPv4
     * @param interface where it came in
     */
    void Rx(Ptr<const Packet> packet, Ptr<Ipv4> ipv4, uint32_t interface)
    {
        m_arrived++;
    }

    /**
     * @brief The node's own stack gets or forwards a packet.
     * @param header its header
     * @param packet the packet
     * @param interface where it came in
     */
    void Local(const Ipv4Header& header, Ptr<const Packet> packet, uint32_t interface)
    {
        m_local++;
    }

    /**
     * @brief The node's own stack drops a packet.
     * @param header its header
     * @param packet the packet
     * @param reason why
     * @param ipv4 the node's IPv4
     * @param interface where it came in
     */
    void Drop(const Ipv4Header& header,
              Ptr<const Packet> packet,
              Ipv4L3Protocol::DropReason reason,
              Ptr<Ipv4> ipv4,
              uint32_t interface)
    {
        m_dropped++;
    }

    void DoRun() override
    {
        DirectorBench bench;
        bench.AddService("wlc", {1, 2});
        bench.AddService("sh", {1, 1}, 17, 53);
        const auto ipv4 = bench.node->GetObject<Ipv4L3Protocol>();
        ipv4->TraceConnectWithoutContext("Rx", MakeCallback(&DamageTestCase::Rx, this));
        ipv4->TraceConnectWithoutContext("LocalDeliver",
                                         MakeCallback(&DamageTestCase::Local, this));
        ipv4->TraceConnectWithoutContext("UnicastForward",
                                         MakeCallback(&DamageTestCase::Local, this));
        ipv4->TraceConnectWithoutContext("Drop", MakeCallback(&DamageTestCase::Drop, this));
        auto random = CreateObject<UniformRandomVariable>();
        random->SetStream(3);
        Tcp ack;
        ack.flags = ACK;
        Ip beyond;
        beyond.destination = "203.0.113.5";
        Ip tunnel;
        tunnel.protocol = 4;
        tunnel.destination = "10.0.0.10";
        const std::vector<Octets> seeds{Tcp()(),
                                        ack(Ip(), Data(200)),
                                        Udp(Ip(), 5000, 53, Data(100)),
                                        Udp(Ip(), 5000, 54, Data(100)),
                                        Icmp(Ip(), 8, 0, 1, Data(56)),
                                        Icmp(Ip(), 3, 4, 1400, ack()),
                                        tunnel(Tcp()()),
                                        Tcp()(beyond)};
        constexpr uint32_t COUNT = 20000;
        for (uint32_t i = 0; i < COUNT; i++)
        {
            auto packet = seeds[i % seeds.size()];
            Damage(packet, random);
            if (!m_fragments)
            {
                packet[6] &= 0x40;
                packet[7] = 0;
            }
            // To the node, to one of its addresses, or beyond: not to a group of hosts, which
            // ns-3's stack gets with whatever is in it.
            if (packet[16] >= 224 || packet[19] == 255 || packet[19] == 0)
            {
                packet[16] = 10;
                packet[19] = 100;
            }
            bench.clients.Send(packet);
            if (i % 100 == 99)
            {
                bench.Run(MilliSeconds(10));
                bench.clients.Take();
                bench.servers.Take();
            }
        }
        bench.Run(Seconds(2000));
        uint64_t known = bench.director->GetForwarded() + m_local + m_dropped;
        for (uint8_t reason = 0; reason < DROP_REASONS; reason++)
        {
            known += bench.director->GetDropped(static_cast<DropReason>(reason));
        }
        // With a source such as 127.1.2.3 the answer comes back to the node itself.
        NS_TEST_EXPECT_MSG_GT_OR_EQ(m_arrived, COUNT, "all arrived");
        if (m_fragments)
        {
            NS_TEST_EXPECT_MSG_LT_OR_EQ(known, m_arrived, "fragments become fewer packets");
        }
        else
        {
            NS_TEST_EXPECT_MSG_EQ(known, m_arrived, "each was forwarded, local, or dropped");
        }
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetTable().GetSize(), 0, "no connection is left");
        NS_TEST_EXPECT_MSG_GT(bench.director->GetForwarded(), COUNT / 20, "some went through");
        const uint32_t server = bench.ServerOf(Tcp()());
        NS_TEST_EXPECT_MSG_EQ((server == 21 || server == 22), true, "and all goes on");
    }

    bool m_fragments;      //!< damage may make fragments
    uint32_t m_arrived{0}; //!< packets that arrived
    uint64_t m_local{0};   //!< packets that the node's own stack got or forwarded
    uint64_t m_dropped{0}; //!< packets that the node's own stack dropped
};

/// All tests under traffic
class DirectorTrafficTestSuite : public TestSuite
{
  public:
    DirectorTrafficTestSuite()
        : TestSuite("gipt-director-traffic")
    {
        for (const auto& name : gipt::Scheduler::GetNames())
        {
            AddTestCase(new OneServerTestCase(name));
        }
        AddTestCase(new WholeNetworkTestCase);
        AddTestCase(new DamageTestCase(false));
        AddTestCase(new DamageTestCase(true));
    }
};

/// The suite
DirectorTrafficTestSuite g_directorTrafficTestSuite;

} // namespace
