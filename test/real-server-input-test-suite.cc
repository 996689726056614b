/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "server-bench.h"

#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of the IPv4 input of a real server, against measurements of Linux 6.1.
 *
 * 1. Addresses on interfaces that are down, the reverse path filter on a tunnel device without an
 *    address, sources that none can have, IP options, IPv6 in IPv4.
 * 2. Forwarding: TTL, MTU, redirects and what they leave of the rate limit, connections of the node
 *    itself.
 * 3. What reaches a transport protocol is traced as it came.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace packets;

namespace
{

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

        inner = Ip();
        inner.options = FromHex("0707040000000000");
        const auto deliveries = bench.deliveries[17];
        bench.Exchange({Outer()(Udp(inner, 1024, 7, Data(100)))});
        NS_TEST_EXPECT_MSG_EQ(bench.deliveries[17], deliveries + 1, "record route: delivered");
        inner.options = FromHex("0730040000000000");
        const auto bad = Only(bench.Exchange({Outer()(Udp(inner, 1024, 7, Data(100)))}));
        NS_TEST_ASSERT_MSG_GT(bad.size(), 24, "bad option: an error");
        NS_TEST_EXPECT_MSG_EQ(ToHex(Octets(bad.begin() + 20, bad.begin() + 22)),
                              "0c00",
                              "bad option: ICMP 12/0");
        NS_TEST_EXPECT_MSG_EQ(+bad[24], 20, "bad option: the octet");
        inner.options = FromHex("8307040a00000900");
        NS_TEST_EXPECT_MSG_EQ(bench.Exchange({Outer()(Udp(inner, 1024, 7, Data(100)))}).size(),
                              0,
                              "source route: silence");
        NS_TEST_EXPECT_MSG_EQ(bench.tunnel->GetDropped(TunnelDropReason::BAD_OPTIONS), 2, "both");

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

/// All tests of the IPv4 input
class RealServerInputTestSuite : public TestSuite
{
  public:
    RealServerInputTestSuite()
        : TestSuite("gipt-real-server-input")
    {
        AddTestCase(new InputTestCase);
        AddTestCase(new ForwardTestCase);
        AddTestCase(new DeliverTestCase);
    }
};

/// The suite
RealServerInputTestSuite g_realServerInputTestSuite;

} // namespace
