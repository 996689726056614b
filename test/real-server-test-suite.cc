/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "packet-bench.h"

#include "ns3/boolean.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipip-l4-protocol.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/random-variable-stream.h"
#include "ns3/real-server-helper.h"
#include "ns3/simulator.h"
#include "ns3/test.h"
#include "ns3/tunnel-net-device.h"
#include "ns3/udp-echo-helper.h"
#include "ns3/uinteger.h"

#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of a real server with tunnelled packets on its wire, against measurements of Linux 6.1.
 *
 * 1. TCP, UDP and ping to the VIP in the tunnel are answered by ordinary applications straight to
 *    the client, from the VIP; a closed port too; a packet that came without a tunnel as well.
 * 2. Without ipip: ICMP 3/2; with tunl0 down: ICMP 3/3; both to the director, from the RIP.
 * 3. VIP nowhere: silence; with ip_forward: forwarded, TTL decremented.
 * 4. rp_filter 0 and 2 pass, 1 drops.
 * 5. TTL 1 inside and outside, any outer source; bad checksums; truncated inner packets.
 * 6. ECN: all 16 combinations of RFC 6040, 4.2.
 * 7. Fragments outside and inside, and a tunnel within the tunnel.
 * 8. The IPv4 input: addresses on interfaces that are down, the reverse path filter on a tunnel
 *    device without an address, sources that none can have, IP options, IPv6 in IPv4.
 * 9. Forwarding: TTL, MTU, redirects and what they leave of the rate limit, no route, connections
 *    of the node itself.
 * 10. What reaches a transport protocol is traced as it came.
 * 11. Random damage to random packets: never a crash, and every packet that reaches the tunnel is
 *    taken out or dropped with a reason.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace packets;

namespace
{

/**
 * @brief An outer header from the director to the server.
 * @return the header
 */
Ip
Outer()
{
    Ip ip;
    ip.source = "10.0.0.10";
    ip.destination = "10.0.0.21";
    ip.protocol = 4;
    ip.ttl = 63;
    return ip;
}

/**
 * @brief A UDP packet from the client to the echo server at the VIP.
 * @return the packet
 */
Octets
Request()
{
    return Udp(Ip(), 1024, 7, Data(100));
}

/// A real server on a wire: RIP 10.0.0.21, an echo server (UDP 7) and a sink (TCP 80)
class ServerBench : public Simulation
{
  public:
    /**
     * @param vip address on tunl0
     */
    explicit ServerBench(const char* vip = "10.0.0.100")
        : node(CreateObject<Node>()),
          wire(Prepare(), "10.0.0.21", "255.255.255.0"),
          ipv4(node->GetObject<Ipv4L3Protocol>())
    {
        Ipv4StaticRoutingHelper().GetStaticRouting(ipv4)->SetDefaultRoute("10.0.0.1",
                                                                          wire.GetInterface());
        device = RealServerHelper().Install(node, vip).Get(0);
        tunnel = DynamicCast<IpipL4Protocol>(ipv4->GetProtocol(IpipL4Protocol::PROT_NUMBER));
        UdpEchoServerHelper(7).Install(node);
        PacketSinkHelper("ns3::TcpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), 80))
            .Install(node);
        ipv4->TraceConnectWithoutContext("LocalDeliver", MakeCallback(&ServerBench::Deliver, this));
        Run(MilliSeconds(1));
    }

    /**
     * @brief Send packets and see what comes of them within 10 ms.
     * @param sent the packets
     * @return what left the server
     */
    std::vector<Octets> Exchange(const std::vector<Octets>& sent)
    {
        for (const auto& packet : sent)
        {
            wire.Send(packet);
        }
        Run(MilliSeconds(10));
        return wire.Take();
    }

    /**
     * @brief Whether a tunnelled request to the echo server is answered.
     * @param sent what is sent
     * @return true when there is just the answer
     */
    bool IsAnswered(const std::vector<Octets>& sent)
    {
        Ip back;
        back.source = "10.0.0.100";
        back.destination = "192.0.2.1";
        back.df = false;
        const auto out = Exchange(sent);
        return WithoutId(Only(out)) == Udp(back, 7, 1024, Data(100));
    }

    Ptr<Node> node;             //!< the real server
    Wire wire;                  //!< its link
    Ptr<Ipv4L3Protocol> ipv4;   //!< its IPv4
    Ptr<NetDevice> device;      //!< tunl0
    Ptr<IpipL4Protocol> tunnel; //!< protocol 4
    Ipv4Header delivered;       //!< the last header that a transport protocol got
    uint32_t deliveries[256]{}; //!< packets that transport protocols got, by protocol

  private:
    /**
     * @brief Give the node a stack before it gets a link.
     * @return the node
     */
    Ptr<Node> Prepare()
    {
        InternetStackHelper().Install(node);
        return node;
    }

    /**
     * @brief A packet goes up.
     * @param header its header
     * @param packet what follows it
     * @param interface where it came from
     */
    void Deliver(const Ipv4Header& header, Ptr<const Packet> packet, uint32_t interface)
    {
        delivered = header;
        deliveries[header.GetProtocol()]++;
    }
};

/// Answers of applications
class AnswersTestCase : public TestCase
{
  public:
    AnswersTestCase()
        : TestCase("Applications serve the VIP and answer the client")
    {
    }

  private:
    void DoRun() override
    {
        ServerBench bench;
        NS_TEST_EXPECT_MSG_EQ(bench.IsAnswered({Outer()(Request())}), true, "UDP");
        NS_TEST_EXPECT_MSG_EQ(bench.Exchange({Request()}).size(), 1, "UDP without a tunnel");

        auto answer = Only(bench.Exchange({Outer()(Tcp()())}));
        NS_TEST_EXPECT_MSG_EQ(ToHex(Octets(answer.begin() + 12, answer.begin() + 24)),
                              "0a000064c000020100500400",
                              "SYN: answer from the VIP to the client");
        NS_TEST_EXPECT_MSG_EQ(+answer[33], (SYN | ACK), "SYN: SYN+ACK");
        NS_TEST_EXPECT_MSG_EQ(+answer[8], 64, "SYN: TTL");

        Tcp tcp;
        tcp.destination = 81;
        answer = Only(bench.Exchange({Outer()(tcp())}));
        NS_TEST_EXPECT_MSG_EQ(ToHex(Octets(answer.begin() + 12, answer.begin() + 24)),
                              "0a000064c000020100510400",
                              "closed port: answer from the VIP to the client");
        NS_TEST_EXPECT_MSG_EQ(+answer[33], (RST | ACK), "closed port: RST+ACK");

        Ip back;
        back.source = "10.0.0.100";
        back.destination = "192.0.2.1";
        back.df = false;
        answer = Only(bench.Exchange({Outer()(Icmp(Ip(), 8, 0, 0x00070001, Data(56)))}));
        NS_TEST_EXPECT_MSG_EQ(ToHex(WithoutId(answer)),
                              ToHex(Icmp(back, 0, 0, 0x00070001, Data(56))),
                              "ping");
        NS_TEST_EXPECT_MSG_EQ(bench.tunnel->GetDecapsulated(), 4, "four came by the tunnel");
    }
};

/// Set-ups that do not serve
class SetUpTestCase : public TestCase
{
  public:
    SetUpTestCase()
        : TestCase("No ipip, tunl0 down, VIP nowhere, rp_filter")
    {
    }

  private:
    void DoRun() override
    {
        const auto packet = Outer()(Request());
        Ip error;
        error.source = "10.0.0.21";
        error.destination = "10.0.0.10";
        error.tos = 0xc0;
        error.df = false;
        {
            ServerBench bench;
            bench.tunnel->SetAttribute("Loaded", BooleanValue(false));
            NS_TEST_EXPECT_MSG_EQ(ToHex(WithoutId(Only(bench.Exchange({packet})))),
                                  ToHex(Icmp(error, 3, 2, 0, packet)),
                                  "no ipip");
            bench.tunnel->SetAttribute("Loaded", BooleanValue(true));
            const uint32_t interface = bench.ipv4->GetInterfaceForDevice(bench.device);
            bench.ipv4->SetDown(interface);
            NS_TEST_EXPECT_MSG_EQ(ToHex(WithoutId(Only(bench.Exchange({packet})))),
                                  ToHex(Icmp(error, 3, 3, 0, packet)),
                                  "tunl0 down");
            NS_TEST_EXPECT_MSG_EQ(bench.tunnel->GetDropped(TunnelDropReason::NOT_LOADED), 1, "no");
            NS_TEST_EXPECT_MSG_EQ(bench.tunnel->GetDropped(TunnelDropReason::DEVICE_DOWN), 1, "no");
            bench.ipv4->SetUp(interface);
            NS_TEST_EXPECT_MSG_EQ(bench.IsAnswered({packet}), true, "up again");
            for (const uint32_t filter : {1, 2, 0})
            {
                bench.tunnel->SetAttribute("RpFilter", UintegerValue(filter));
                NS_TEST_EXPECT_MSG_EQ(bench.IsAnswered({packet}),
                                      (filter != 1),
                                      "rp_filter " << filter);
            }
            NS_TEST_EXPECT_MSG_EQ(bench.tunnel->GetDropped(TunnelDropReason::RP_FILTER), 1, "rp");
        }
        {
            ServerBench bench("10.0.0.200"); // not the VIP that is asked for
            NS_TEST_EXPECT_MSG_EQ(bench.Exchange({packet}).size(), 0, "VIP nowhere: silence");
            bench.ipv4->SetForwarding(bench.ipv4->GetInterfaceForDevice(bench.device), true);
            Ip forwarded;
            forwarded.ttl = 63;
            NS_TEST_EXPECT_MSG_EQ(ToHex(Only(bench.Exchange({packet}))),
                                  ToHex(Udp(forwarded, 1024, 7, Data(100))),
                                  "VIP nowhere, ip_forward: forwarded");
        }
    }
};

/// Headers that are odd, or wrong
class HeadersTestCase : public TestCase
{
  public:
    HeadersTestCase()
        : TestCase("TTL, sources, checksums, truncation and ECN")
    {
    }

  private:
    void DoRun() override
    {
        ServerBench bench;
        Ip inner;
        Ip outer = Outer();
        outer.ttl = 1;
        inner.ttl = 1;
        NS_TEST_EXPECT_MSG_EQ(bench.IsAnswered({outer(Udp(inner, 1024, 7, Data(100)))}),
                              true,
                              "TTL 1 inside and outside");
        outer.source = "203.0.113.9";
        NS_TEST_EXPECT_MSG_EQ(bench.IsAnswered({outer(Request())}), true, "any outer source");

        auto packet = Outer()(Request());
        packet[11] ^= 1;
        NS_TEST_EXPECT_MSG_EQ(bench.Exchange({packet}).size(), 0, "bad outer checksum");
        auto wrong = Request();
        wrong[11] ^= 1;
        NS_TEST_EXPECT_MSG_EQ(bench.Exchange({Outer()(wrong)}).size(), 0, "bad inner checksum");
        outer.tos = 3;
        inner = Ip();
        inner.tos = 2;
        wrong = Udp(inner, 1024, 7, Data(100));
        wrong[11] ^= 1;
        NS_TEST_EXPECT_MSG_EQ(bench.Exchange({outer(wrong)}).size(),
                              0,
                              "bad inner checksum, ECN changes");
        Tcp tcp;
        tcp.goodChecksum = false;
        NS_TEST_EXPECT_MSG_EQ(bench.Exchange({Outer()(tcp())}).size(), 0, "bad TCP checksum");

        for (const std::size_t size : {0, 1, 19, 20, 27, 60})
        {
            auto cut = Request();
            cut.resize(size);
            NS_TEST_EXPECT_MSG_EQ(bench.Exchange({Outer()(cut)}).size(), 0, "cut to " << size);
        }
        NS_TEST_EXPECT_MSG_EQ(bench.tunnel->GetDropped(TunnelDropReason::TRUNCATED), 6, "counted");
        NS_TEST_EXPECT_MSG_EQ(bench.IsAnswered({Outer()(Request())}), true, "works all the same");

        // RFC 6040, figure 4, as Linux 6.1 has it: Not-ECT 0, ECT(1) 1, ECT(0) 2, CE 3; -1 drop
        const int result[4][4] = {// outer 0, 1, 2, 3
                                  {0, 0, 0, -1},
                                  {1, 1, 1, 3},
                                  {2, 1, 2, 3},
                                  {3, 3, 3, 3}};
        for (uint8_t in = 0; in < 4; in++)
        {
            for (uint8_t out = 0; out < 4; out++)
            {
                inner = Ip();
                inner.tos = 0xb8 | in;
                outer = Outer();
                outer.tos = 0x20 | out;
                const bool answered = bench.IsAnswered({outer(Udp(inner, 1024, 7, Data(100)))});
                NS_TEST_EXPECT_MSG_EQ(answered,
                                      (result[in][out] >= 0),
                                      "ECN " << +in << " in " << +out);
                if (answered)
                {
                    NS_TEST_EXPECT_MSG_EQ(+bench.delivered.GetTos(),
                                          (0xb8 | result[in][out]),
                                          "ECN " << +in << " in " << +out);
                }
            }
        }
        NS_TEST_EXPECT_MSG_EQ(bench.tunnel->GetDropped(TunnelDropReason::ECN), 1, "counted");
    }
};

/// Fragments and nested tunnels
class FragmentsTestCase : public TestCase
{
  public:
    FragmentsTestCase()
        : TestCase("Fragments outside and inside, tunnels within tunnels")
    {
    }

  private:
    /**
     * @brief Cut a packet in two.
     * @param header its header
     * @param payload what follows the header
     * @return two fragments
     */
    static std::vector<Octets> Cut(Ip header, const Octets& payload)
    {
        header.df = false;
        header.id = 99;
        header.mf = true;
        const auto first = header(Octets(payload.begin(), payload.begin() + 64));
        header.mf = false;
        header.offset = 64;
        return {first, header(Octets(payload.begin() + 64, payload.end()))};
    }

    void DoRun() override
    {
        ServerBench bench;
        auto pieces = Cut(Outer(), Request());
        NS_TEST_EXPECT_MSG_EQ(bench.IsAnswered(pieces), true, "outer fragments");
        NS_TEST_EXPECT_MSG_EQ(bench.IsAnswered({pieces[1], pieces[0]}), true, "the last one first");
        NS_TEST_EXPECT_MSG_EQ(bench.Exchange({pieces[1]}).size(), 0, "a lone one");
        bench.Run(Seconds(40));
        bench.wire.Take();

        const auto request = Request();
        Ip inner;
        inner.protocol = 17;
        pieces = Cut(inner, Octets(request.begin() + 20, request.end()));
        NS_TEST_EXPECT_MSG_EQ(bench.IsAnswered({Outer()(pieces[0]), Outer()(pieces[1])}),
                              true,
                              "inner fragments");
        NS_TEST_EXPECT_MSG_EQ(bench.IsAnswered({Outer()(pieces[1]), Outer()(pieces[0])}),
                              true,
                              "inner fragments, the last one first");

        Ip middle = Outer();
        middle.source = "203.0.113.1";
        NS_TEST_EXPECT_MSG_EQ(bench.IsAnswered({Outer()(middle(Request()))}), true, "twice");
        Octets nested = Request();
        for (int i = 0; i < 60; i++)
        {
            nested = middle(nested);
        }
        NS_TEST_EXPECT_MSG_EQ(bench.IsAnswered({nested}), true, "sixty times");
    }
};

/// The rules of the IPv4 input
class InputTestCase : public TestCase
{
  public:
    InputTestCase()
        : TestCase("Addresses, sources, IP options")
    {
    }

  private:
    void DoRun() override
    {
        ServerBench bench;
        const uint32_t interface = bench.ipv4->GetInterfaceForDevice(bench.device);
        bench.ipv4->SetDown(interface);
        NS_TEST_EXPECT_MSG_EQ(bench.Exchange({Request()}).size(), 1, "VIP on tunl0 that is down");
        NS_TEST_EXPECT_MSG_EQ(bench.Exchange({Outer()(Octets(19))}).size(),
                              0,
                              "less than a header: silence though tunl0 is down");
        bench.ipv4->SetUp(interface);

        const auto drops = [&](const char* source, TunnelDropReason reason) {
            Ip inner;
            inner.source = source;
            const auto before = bench.tunnel->GetDropped(reason);
            const auto left = bench.Exchange({Outer()(Udp(inner, 1024, 7, Data(100)))});
            return left.empty() && bench.tunnel->GetDropped(reason) == before + 1;
        };
        for (const char* source :
             {"10.0.0.100", "10.0.0.21", "127.0.0.1", "0.0.0.0", "224.0.0.9", "255.255.255.255"})
        {
            NS_TEST_EXPECT_MSG_EQ(drops(source, TunnelDropReason::MARTIAN_SOURCE), true, source);
        }
        NS_TEST_EXPECT_MSG_EQ(drops("10.0.0.255", TunnelDropReason::MARTIAN_SOURCE),
                              false,
                              "broadcast address without a filter");
        bench.tunnel->SetAttribute("RpFilter", UintegerValue(2));
        NS_TEST_EXPECT_MSG_EQ(drops("10.0.0.255", TunnelDropReason::MARTIAN_SOURCE),
                              true,
                              "broadcast address with a filter");
        NS_TEST_EXPECT_MSG_EQ(bench.IsAnswered({Outer()(Request())}), true, "loose");
        bench.ipv4->RemoveAddress(interface, 0);
        bench.ipv4->AddAddress(0, Ipv4InterfaceAddress("10.0.0.100", "255.255.255.255"));
        NS_TEST_EXPECT_MSG_EQ(bench.Exchange({Outer()(Request())}).size(),
                              0,
                              "loose, VIP on lo, tunl0 without an address");
        NS_TEST_EXPECT_MSG_EQ(bench.tunnel->GetDropped(TunnelDropReason::RP_FILTER), 1, "reason");
        bench.tunnel->SetAttribute("WireRpFilter", UintegerValue(1));
        NS_TEST_EXPECT_MSG_EQ(bench.Exchange({Request()}).size(), 1, "strict on the wire");
        bench.tunnel->SetAttribute("RpFilter", UintegerValue(0));

        Ip inner;
        inner.destination = "127.0.0.1";
        bench.Exchange({Outer()(Udp(inner, 1024, 7, Data(100)))});
        NS_TEST_EXPECT_MSG_EQ(bench.tunnel->GetDropped(TunnelDropReason::MARTIAN_DESTINATION),
                              1,
                              "to 127.0.0.1");
        inner.destination = "224.0.0.5";
        bench.Exchange({Outer()(Udp(inner, 1024, 7, Data(100)))});
        NS_TEST_EXPECT_MSG_EQ(bench.tunnel->GetDropped(TunnelDropReason::NOT_LOCAL), 1, "group");

        Ip six = Outer();
        six.protocol = 41;
        const auto error = Only(bench.Exchange({six(Data(40))}));
        NS_TEST_ASSERT_MSG_GT(error.size(), 21, "IPv6 in IPv4: an error");
        NS_TEST_EXPECT_MSG_EQ(ToHex(Octets(error.begin() + 20, error.begin() + 22)),
                              "0303",
                              "IPv6 in IPv4: ICMP 3/3");
        six.protocol = 2;
        NS_TEST_EXPECT_MSG_EQ(bench.Exchange({six(Data(40))}).size(), 0, "IGMP: silence");
        NS_TEST_EXPECT_MSG_EQ(bench.tunnel->GetDropped(TunnelDropReason::NO_PROTOCOL), 2, "both");
    }
};

/// A real server that forwards
class ForwardTestCase : public TestCase
{
  public:
    ForwardTestCase()
        : TestCase("Forwarding, and errors about it")
    {
    }

  private:
    void DoRun() override
    {
        ServerBench bench("10.0.0.200");
        for (uint32_t i = 1; i < bench.ipv4->GetNInterfaces(); i++)
        {
            bench.ipv4->SetForwarding(i, true);
        }
        Ip inner;
        inner.ttl = 1;
        const auto late = Outer()(Udp(inner, 1024, 7, Data(100)));
        std::size_t errors = 0;
        for (int i = 0; i < 10; i++)
        {
            errors += bench.Exchange({late}).size();
        }
        NS_TEST_EXPECT_MSG_EQ(errors, 6, "TTL 1: a burst of six");
        NS_TEST_EXPECT_MSG_EQ(bench.tunnel->GetDropped(TunnelDropReason::TTL_EXPIRED), 10, "all");

        inner = Ip();
        inner.source = "192.0.2.2";
        const auto error = Only(bench.Exchange({Outer()(Udp(inner, 1024, 7, Data(1473)))}));
        NS_TEST_ASSERT_MSG_EQ(error.size(), 576, "longer than the MTU, with DF: an error");
        NS_TEST_EXPECT_MSG_EQ(ToHex(Octets(error.begin() + 20, error.begin() + 22)),
                              "0304",
                              "longer than the MTU, with DF: ICMP 3/4");

        // from the wire to the wire: a neighbour is told the better way, and has no credit left
        inner = Ip();
        inner.source = "10.0.0.77";
        auto out = bench.Exchange({Udp(inner, 1024, 7, Data(100))});
        NS_TEST_EXPECT_MSG_EQ(out.size(), 2, "forwarded, and a redirect");
        out = bench.Exchange({Udp(inner, 1024, 7, Data(100))});
        NS_TEST_EXPECT_MSG_EQ(out.size(), 1, "no redirect so soon");
        inner.ttl = 1;
        out = bench.Exchange({Udp(inner, 1024, 7, Data(100))});
        NS_TEST_EXPECT_MSG_EQ(out.size(), 0, "no credit for an error");
        bench.Run(Seconds(1));
        out = bench.Exchange({Udp(inner, 1024, 7, Data(100))});
        NS_TEST_EXPECT_MSG_EQ(out.size(), 1, "but after a second");

        // a connection to an address that the node has no more
        bench.ipv4->AddAddress(0, Ipv4InterfaceAddress("10.0.0.100", "255.255.255.255"));
        NS_TEST_EXPECT_MSG_EQ(bench.Exchange({Outer()(Tcp()())}).size(), 1, "SYN+ACK");
        bench.ipv4->RemoveAddress(0, Ipv4Address("10.0.0.100"));
        bench.Exchange({Outer()(Tcp()())});
        NS_TEST_EXPECT_MSG_EQ(bench.tunnel->GetDropped(TunnelDropReason::OWN_CONNECTION),
                              1,
                              "not forwarded");
    }
};

/// The trace source Deliver
class DeliverTestCase : public TestCase
{
  public:
    DeliverTestCase()
        : TestCase("What reaches a transport protocol is traced as it came")
    {
    }

  private:
    /**
     * @brief Keep a packet.
     * @param packet the packet
     */
    void Keep(Ptr<const Packet> packet)
    {
        Octets octets(packet->GetSize());
        packet->CopyData(octets.data(), octets.size());
        m_seen.push_back(octets);
    }

    void DoRun() override
    {
        ServerBench bench;
        bench.tunnel->TraceConnectWithoutContext("Deliver",
                                                 MakeCallback(&DeliverTestCase::Keep, this));
        bench.Exchange({Outer()(Request())});
        NS_TEST_EXPECT_MSG_EQ(ToHex(Only(m_seen)), ToHex(Request()), "UDP in the tunnel");
        m_seen.clear();
        bench.Exchange({Request()});
        NS_TEST_EXPECT_MSG_EQ(ToHex(Only(m_seen)), ToHex(Request()), "UDP without it");
        m_seen.clear();
        Tcp tcp;
        tcp.goodChecksum = false;
        bench.Exchange({Outer()(tcp())});
        NS_TEST_EXPECT_MSG_EQ(m_seen.size(), 0, "bad TCP checksum");
        NS_TEST_EXPECT_MSG_EQ(bench.tunnel->GetDropped(TunnelDropReason::TCP_CHECKSUM), 1, "why");
    }

    std::vector<Octets> m_seen; //!< what was traced
};

/// Random damage
class DamageTestCase : public TestCase
{
  public:
    DamageTestCase()
        : TestCase("Random damage to tunnelled packets")
    {
    }

  private:
    void DoRun() override
    {
        ServerBench bench;
        auto random = CreateObject<UniformRandomVariable>();
        random->SetStream(1);
        Tcp tcp;
        tcp.flags = ACK;
        const std::vector<Octets> seeds{Request(),
                                        Tcp()(),
                                        tcp(Ip(), Data(200)),
                                        Icmp(Ip(), 8, 0, 1, Data(56)),
                                        Icmp(Ip(), 3, 4, 1400, tcp()),
                                        Outer()(Request())};
        for (uint32_t i = 0; i < 20000; i++)
        {
            auto inner = seeds[i % seeds.size()];
            Damage(inner, random);
            bench.wire.Send(Outer()(inner));
            if (i % 100 == 99)
            {
                bench.Run(MilliSeconds(10));
                bench.wire.Take();
            }
        }
        bench.Run(Seconds(60));
        uint64_t known = bench.tunnel->GetDecapsulated();
        for (const auto reason : {TunnelDropReason::TRUNCATED,
                                  TunnelDropReason::BAD_HEADER,
                                  TunnelDropReason::ECN,
                                  TunnelDropReason::BAD_CHECKSUM})
        {
            known += bench.tunnel->GetDropped(reason);
        }
        NS_TEST_EXPECT_MSG_GT_OR_EQ(known, 20000, "each is accounted for; some held another");
        NS_TEST_EXPECT_MSG_LT(known, 30000, "but not twice");
        bench.wire.Take();
        NS_TEST_EXPECT_MSG_EQ(bench.IsAnswered({Outer()(Request())}), true, "and all goes on");
    }
};

/// All tests of the real server
class RealServerTestSuite : public TestSuite
{
  public:
    RealServerTestSuite()
        : TestSuite("gipt-real-server")
    {
        AddTestCase(new AnswersTestCase);
        AddTestCase(new SetUpTestCase);
        AddTestCase(new HeadersTestCase);
        AddTestCase(new FragmentsTestCase);
        AddTestCase(new InputTestCase);
        AddTestCase(new ForwardTestCase);
        AddTestCase(new DeliverTestCase);
        AddTestCase(new DamageTestCase);
    }
};

/// The suite
RealServerTestSuite g_realServerTestSuite;

} // namespace
