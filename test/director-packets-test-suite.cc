/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "packet-bench.h"

#include "ns3/boolean.h"
#include "ns3/connection-state.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of what a director does with single packets, octet by octet, against measurements of
 * Linux 6.1.
 *
 * 1. Encapsulation: DSCP, ECN, TTL, DF and ID of the outer header for all their values, the inner
 *    packet unchanged but for TTL and checksum; whole packets in hexadecimal digits.
 * 2. Tunnel MTU: the longest packet that fits; ICMP 3/4 from the VIP with DF, never rate limited;
 *    outer fragments without DF, and with DF under pmtu_disc=0.
 * 3. TTL 1 and 0: ICMP 11/0 from the VIP; the connection is made all the same.
 * 4. Fragments are held, joined, and sent on in pieces no longer than they came; a lone one dies.
 * 5. What the node's own stack answers: RST for strays and for closed ports, ICMP 3/3, echo reply;
 *    nothing for a stray RST; sloppy_tcp.
 * 6. No server available: ICMP 3/3, rate limited; RST for an ACK.
 * 7. Checksums: a bad one in TCP goes through, a bad one in IPv4 ends the packet.
 * 8. IPv4 options stay with the inner packet and are not copied to the outer header.
 * 9. A packet from the VIP that comes in from outside is not forwarded.
 * 10. Damaged packets and TCP to a broadcast or multicast address are dropped.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace packets;

namespace
{

/**
 * @brief A TCP segment from the client to the service.
 * @param flags its flags
 * @param port the client's port
 * @return the TCP header
 */
Tcp
Segment(uint8_t flags, uint16_t port = 1024)
{
    Tcp tcp;
    tcp.source = port;
    tcp.flags = flags;
    tcp.acknowledged = (flags & ACK) ? 7777 : 0;
    return tcp;
}

/// Outer and inner header
class EncapsulationTestCase : public TestCase
{
  public:
    EncapsulationTestCase()
        : TestCase("Encapsulation, octet by octet")
    {
    }

  private:
    void DoRun() override
    {
        {
            DirectorBench bench;
            bench.AddService("rr", {1});
            // A SYN of 40 octets, DSCP EF, ECT(0), TTL 64, DF; checksums by another program.
            const auto out =
                bench.Exchange(FromHex("45ba0028 1234 4000 40065b7d c0000201 0a000064"
                                       "04000050 00000001 00000000 5002 0400 db2c0000"));
            NS_TEST_ASSERT_MSG_EQ(out.server.size(), 1, "one packet");
            NS_TEST_EXPECT_MSG_EQ(ToHex(Only(out.server)),
                                  "45ba003c000040003f0426e60a00000a0a000015"
                                  "45ba0028123440003f065c7dc00002010a000064"
                                  "040000500000000100000000500204"
                                  "00db2c0000",
                                  "whole packet");
            NS_TEST_EXPECT_MSG_EQ(out.client.size(), 0, "nothing to the client");
        }
        for (const bool pmtuDisc : {true, false})
        {
            DirectorBench bench;
            bench.AddService("rr", {1});
            bench.director->SetAttribute("PmtuDisc", BooleanValue(pmtuDisc));
            for (const bool df : {true, false})
            {
                for (uint32_t tos = 0; tos < 256; tos += (tos & 3) == 3 ? 13 : 1)
                {
                    for (const uint8_t ttl : {2, 64, 255})
                    {
                        Ip ip;
                        ip.id = 0x1234;
                        ip.tos = static_cast<uint8_t>(tos);
                        ip.ttl = ttl;
                        ip.df = df;
                        const auto out = bench.Exchange(Segment(SYN)(ip));
                        ip.ttl--;
                        Ip outer;
                        outer.source = "10.0.0.10";
                        outer.destination = "10.0.0.21";
                        outer.protocol = 4;
                        outer.ttl = ip.ttl;
                        outer.tos = (tos & 3) == 3 ? tos - 1 : tos; // CE becomes ECT(0)
                        outer.df = df && pmtuDisc;
                        const auto expected = outer(Segment(SYN)(ip));
                        NS_TEST_ASSERT_MSG_EQ(out.server.size(), 1, "one packet");
                        const auto packet = Only(out.server);
                        NS_TEST_EXPECT_MSG_EQ(ToHex(outer.df ? packet : WithoutId(packet)),
                                              ToHex(expected),
                                              "TOS " << tos << " TTL " << +ttl << " DF " << df);
                    }
                }
            }
        }
    }
};

/// Too long packets
class MtuTestCase : public TestCase
{
  public:
    MtuTestCase()
        : TestCase("Tunnel MTU: fragmentation needed, or outer fragments")
    {
    }

  private:
    /**
     * @brief Send a packet of a connection and check the fragments of its outer packet.
     * @param bench the director
     * @param ip header to send with
     * @param size octets of the whole inner packet
     * @param lengths expected IPv4 total lengths
     */
    void CheckFragments(DirectorBench& bench,
                        Ip ip,
                        uint32_t size,
                        const std::vector<uint32_t>& lengths)
    {
        const auto out = bench.Exchange(Segment(ACK)(ip, Data(size - 40)));
        NS_TEST_EXPECT_MSG_EQ(out.client.size(), 0, size << ": no ICMP");
        NS_TEST_ASSERT_MSG_EQ(out.server.size(), lengths.size(), size << ": number of fragments");
        if (out.server.size() != lengths.size())
        {
            return;
        }
        Octets joined;
        for (std::size_t i = 0; i < lengths.size(); i++)
        {
            const auto& packet = out.server[i];
            Ip outer;
            outer.source = "10.0.0.10";
            outer.destination = "10.0.0.21";
            outer.protocol = 4;
            outer.ttl = ip.ttl - 1;
            outer.tos = (ip.tos & 3) == 3 ? ip.tos - 1 : ip.tos;
            outer.df = false;
            outer.id = out.server[0][4] << 8 | out.server[0][5];
            outer.offset = static_cast<uint16_t>(joined.size());
            outer.mf = i + 1 < lengths.size();
            const Octets payload(packet.begin() + 20, packet.end());
            NS_TEST_EXPECT_MSG_EQ(packet.size(), lengths[i], size << ": length of " << i);
            NS_TEST_EXPECT_MSG_EQ(ToHex(First(packet, 20)),
                                  ToHex(First(outer(payload), 20)),
                                  size << ": header of " << i);
            joined = joined + payload;
        }
        ip.ttl--;
        NS_TEST_EXPECT_MSG_EQ(ToHex(joined),
                              ToHex(Segment(ACK)(ip, Data(size - 40))),
                              size << ": the inner packet in one piece");
    }

    void DoRun() override
    {
        DirectorBench bench;
        const auto service = bench.AddService("rr", {1});
        Ip ip;
        ip.tos = 0x1b;

        // On the first packet of a connection: the entry is made all the same.
        auto packet = Segment(SYN)(ip, Data(1441));
        auto out = bench.Exchange(packet);
        NS_TEST_EXPECT_MSG_EQ(out.server.size(), 0, "a too long SYN is not forwarded");
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetTable().GetSize(), 1, "but makes an entry");
        NS_TEST_EXPECT_MSG_EQ(service->GetServers()[0]->GetActiveConnections(), 1, "that counts");

        out = bench.Exchange(Segment(ACK)(ip, Data(1440)));
        NS_TEST_ASSERT_MSG_EQ(out.server.size(), 1, "1480 octets fit");
        NS_TEST_EXPECT_MSG_EQ(Only(out.server).size(), 1500, "into 1500");

        // From the VIP, 576 octets, next-hop MTU 1480, what was to be sent quoted: TTL 63.
        for (const uint32_t size : {1481, 1500, 9000})
        {
            for (int i = 0; i < 20; i++)
            {
                packet = Segment(ACK)(ip, Data(size - 40));
                out = bench.Exchange(packet);
                NS_TEST_EXPECT_MSG_EQ(out.server.size(), 0, size << ": dropped");
                NS_TEST_ASSERT_MSG_EQ(out.client.size(), 1, size << ": one ICMP for each");
                Ip sent = ip;
                sent.ttl--;
                auto header = ErrorHeader();
                header.tos = 0xc0 | (ip.tos & 0x1e);
                const auto quoted = First(Segment(ACK)(sent, Data(size - 40)), 548);
                NS_TEST_EXPECT_MSG_EQ(ToHex(WithoutId(Only(out.client))),
                                      ToHex(Icmp(header, 3, 4, 1480, quoted)),
                                      size << ": ICMP 3/4");
            }
        }
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetDropped(DropReason::TOO_BIG), 61, "counted");

        ip.df = false;
        CheckFragments(bench, ip, 1480, {1500});
        CheckFragments(bench, ip, 1481, {1500, 21});
        CheckFragments(bench, ip, 1500, {1500, 40});
        CheckFragments(bench, ip, 5000, {1500, 1500, 1500, 580});

        bench.director->SetAttribute("PmtuDisc", BooleanValue(false));
        ip.df = true;
        CheckFragments(bench, ip, 1500, {1500, 40});

        // Another link: its MTU counts, and pieces are multiples of eight octets.
        DirectorBench narrow(1006);
        narrow.AddService("rr", {1});
        ip.tos = 0;
        out = narrow.Exchange(Segment(SYN)(ip, Data(1006 - 60)));
        NS_TEST_ASSERT_MSG_EQ(out.server.size(), 1, "986 octets fit");
        out = narrow.Exchange(Segment(SYN)(ip, Data(1006 - 59)));
        NS_TEST_ASSERT_MSG_EQ(out.client.size(), 1, "987 octets do not");
        NS_TEST_EXPECT_MSG_EQ((Only(out.client)[26] << 8 | Only(out.client)[27]),
                              986,
                              "next-hop MTU");
        ip.df = false;
        CheckFragments(narrow, ip, 1500, {1004, 536});
    }
};

/// TTL too small
class TtlTestCase : public TestCase
{
  public:
    TtlTestCase()
        : TestCase("TTL 1 and 0: time exceeded from the VIP")
    {
    }

  private:
    void DoRun() override
    {
        for (const uint8_t ttl : {1, 0})
        {
            DirectorBench bench;
            const auto service = bench.AddService("rr", {1});
            Ip ip;
            ip.ttl = ttl;
            ip.id = 77;
            const auto packet = Segment(SYN)(ip);
            const auto out = bench.Exchange(packet);
            NS_TEST_EXPECT_MSG_EQ(out.server.size(), 0, "nothing to the server");
            NS_TEST_ASSERT_MSG_EQ(out.client.size(), 1, "one answer");
            NS_TEST_EXPECT_MSG_EQ(ToHex(WithoutId(Only(out.client))),
                                  ToHex(Icmp(ErrorHeader(), 11, 0, 0, packet)),
                                  "ICMP 11/0 quotes the packet as it came, TTL " << +ttl);
            NS_TEST_EXPECT_MSG_EQ(bench.director->GetTable().GetSize(), 1, "the entry is made");
            NS_TEST_EXPECT_MSG_EQ(service->GetServers()[0]->GetActiveConnections(), 1, "counted");
            NS_TEST_EXPECT_MSG_EQ(bench.director->GetDropped(DropReason::TTL_EXPIRED), 1, "drop");
        }
    }
};

/// Fragments to the VIP
class FragmentsTestCase : public TestCase
{
  public:
    FragmentsTestCase()
        : TestCase("Fragments are joined, then sent no longer than they came")
    {
    }

  private:
    /**
     * @brief Send a packet in two fragments.
     * @param bench the director
     * @param whole the packet, without DF
     * @param first IPv4 total length of the first fragment
     * @param swap send the second first
     * @return what left
     */
    static DirectorBench::Output SendTwo(DirectorBench& bench,
                                         const Octets& whole,
                                         uint32_t first,
                                         bool swap)
    {
        Ip ip;
        ip.protocol = whole[9];
        ip.id = whole[4] << 8 | whole[5];
        ip.df = false;
        ip.mf = true;
        const auto a = ip(Octets(whole.begin() + 20, whole.begin() + first));
        ip.mf = false;
        ip.offset = first - 20;
        const auto b = ip(Octets(whole.begin() + first, whole.end()));
        const auto held = bench.Exchange(swap ? b : a);
        auto out = bench.Exchange(swap ? a : b);
        out.client.insert(out.client.begin(), held.client.begin(), held.client.end());
        out.server.insert(out.server.begin(), held.server.begin(), held.server.end());
        return out;
    }

    void DoRun() override
    {
        DirectorBench bench;
        bench.AddService("rr", {1});
        bench.AddService("rr", {1}, 17, 53);
        Ip ip;
        ip.df = false;
        uint16_t id = 100;
        for (const auto& [first, second] :
             std::vector<std::pair<uint32_t, uint32_t>>{{420, 240}, {1420, 640}, {36, 30}})
        {
            for (const bool swap : {false, true})
            {
                for (const bool udp : {false, true})
                {
                    ip.id = id++;
                    const uint32_t size = first + second - 20;
                    const auto whole = udp ? Udp(ip, id, 53, Data(size - 28))
                                           : Segment(SYN, id)(ip, Data(size - 40));
                    const auto out = SendTwo(bench, whole, first, swap);
                    NS_TEST_EXPECT_MSG_EQ(out.client.size(), 0, "nothing to the client");
                    Octets joined;
                    std::vector<uint32_t> lengths;
                    for (const auto& packet : out.server)
                    {
                        NS_TEST_EXPECT_MSG_EQ(((packet[6] & 31) << 8 | packet[7]) * 8U,
                                              joined.size(),
                                              "offset");
                        lengths.push_back(packet.size());
                        joined = joined + Octets(packet.begin() + 20, packet.end());
                    }
                    NS_TEST_ASSERT_MSG_EQ(joined.size(), size, "all octets left");
                    NS_TEST_EXPECT_MSG_LT_OR_EQ(*std::max_element(lengths.begin(), lengths.end()),
                                                first,
                                                "no piece is longer than the longest that came");
                    if (first > 100)
                    {
                        const std::vector<uint32_t> expected{first, second + 20};
                        NS_TEST_EXPECT_MSG_EQ((lengths == expected), true, "as Linux sends them");
                    }
                    Ip inner;
                    inner.protocol = udp ? 17 : 6;
                    inner.id = ip.id;
                    inner.ttl = 63;
                    inner.df = false;
                    NS_TEST_EXPECT_MSG_EQ(ToHex(joined),
                                          ToHex(inner(Octets(whole.begin() + 20, whole.end()))),
                                          "the packet as it was");
                }
            }
        }

        // A fragment that stays alone: nothing leaves, but for ICMP 11/1 when it was the first.
        Ip lone;
        lone.df = false;
        lone.offset = 800;
        lone.id = 9;
        auto out = bench.Exchange(lone(Data(400)));
        bench.Run(Seconds(31));
        NS_TEST_EXPECT_MSG_EQ(out.server.size() + out.client.size(), 0, "held");
        NS_TEST_EXPECT_MSG_EQ(bench.clients.Take().size(), 0, "a last fragment dies in silence");
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetDropped(DropReason::FRAGMENT_TIMEOUT),
                              1,
                              "and is counted");
        lone.offset = 0;
        lone.mf = true;
        const auto packet = lone(Data(400));
        bench.Exchange(packet);
        bench.Run(Seconds(31));
        const auto answer = bench.clients.Take();
        NS_TEST_ASSERT_MSG_EQ(answer.size(), 1, "a first fragment is answered");
        NS_TEST_EXPECT_MSG_EQ(ToHex(WithoutId(Only(answer))),
                              ToHex(Icmp(ErrorHeader(), 11, 1, 0, packet)),
                              "with ICMP 11/1");
    }
};

/// What the director leaves to the node
class LocalStackTestCase : public TestCase
{
  public:
    LocalStackTestCase()
        : TestCase("Strays, closed ports and echo are answered by the node, from the VIP")
    {
    }

  private:
    /**
     * @brief Send a TCP segment and check the answer.
     * @param flags flags to send
     * @param expected flags of the answer, 0 for silence
     * @param port destination port
     */
    void CheckTcp(uint8_t flags, uint8_t expected, uint16_t port = 80)
    {
        DirectorBench bench;
        bench.AddService("rr", {1});
        auto tcp = Segment(flags);
        tcp.destination = port;
        const auto out = bench.Exchange(tcp());
        NS_TEST_EXPECT_MSG_EQ(out.server.size(), 0, +flags << ": nothing to the server");
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetTable().GetSize(), 0, +flags << ": no entry");
        NS_TEST_ASSERT_MSG_EQ(out.client.size(), (expected ? 1 : 0), +flags << ": answer");
        if (expected)
        {
            const auto answer = Only(out.client);
            NS_TEST_EXPECT_MSG_EQ(ToHex(Part(answer, 12, 20)),
                                  "0a000064c0000201",
                                  +flags << ": from the VIP to the client");
            NS_TEST_EXPECT_MSG_EQ(+answer[8], 64, +flags << ": TTL");
            NS_TEST_EXPECT_MSG_EQ(+answer[33], +expected, +flags << ": flags of the answer");
            NS_TEST_EXPECT_MSG_EQ(ToHex(Part(answer, 24, 28)),
                                  ((flags & ACK) ? "00001e61" : "00000000"),
                                  +flags << ": sequence number");
        }
    }

    void DoRun() override
    {
        CheckTcp(ACK, RST);
        CheckTcp(FIN | ACK, RST);
        CheckTcp(PSH | ACK, RST);
        CheckTcp(0, RST | ACK);
        CheckTcp(FIN, RST | ACK);
        CheckTcp(RST, 0);
        CheckTcp(RST | ACK, 0);
        CheckTcp(SYN | RST, 0);
        CheckTcp(SYN, RST | ACK, 81);

        // Scheduled like a SYN
        for (const uint8_t flags : {uint8_t(SYN | ACK), uint8_t(SYN | FIN)})
        {
            DirectorBench bench;
            bench.AddService("rr", {1});
            NS_TEST_EXPECT_MSG_EQ(bench.ServerOf(Segment(flags)()), 21, +flags << ": scheduled");
        }
        for (const uint8_t flags : {ACK, FIN, RST})
        {
            DirectorBench bench;
            bench.AddService("rr", {1});
            bench.director->SetAttribute("SloppyTcp", BooleanValue(true));
            NS_TEST_EXPECT_MSG_EQ(bench.ServerOf(Segment(flags)()),
                                  (flags == RST ? 0 : 21),
                                  +flags << ": sloppy_tcp");
        }

        DirectorBench bench;
        bench.AddService("rr", {1});
        auto out = bench.Exchange(Udp(Ip(), 1024, 53, Data(20)));
        NS_TEST_ASSERT_MSG_EQ(out.client.size(), 1, "UDP without a service is answered");
        NS_TEST_EXPECT_MSG_EQ(ToHex(Part(Only(out.client), 12, 22)),
                              "0a000064c00002010303",
                              "ICMP 3/3 from the VIP");
        Ip ip;
        out = bench.Exchange(Icmp(ip, 8, 0, 0x12340001, Data(56)));
        NS_TEST_ASSERT_MSG_EQ(out.client.size(), 1, "ping is answered");
        Ip reply;
        reply.source = "10.0.0.100";
        reply.destination = "192.0.2.1";
        reply.df = false;
        NS_TEST_EXPECT_MSG_EQ(ToHex(WithoutId(Only(out.client))),
                              ToHex(Icmp(reply, 0, 0, 0x12340001, Data(56))),
                              "by the director itself");
    }
};

/// No server for a new connection
class NoServerTestCase : public TestCase
{
  public:
    NoServerTestCase()
        : TestCase("No server: port unreachable from the VIP, rate limited")
    {
    }

  private:
    void DoRun() override
    {
        for (const auto& weights : std::vector<std::vector<uint32_t>>{{}, {0, 0}})
        {
            DirectorBench bench;
            bench.AddService("rr", weights);
            uint32_t answers = 0;
            for (uint16_t i = 0; i < 20; i++)
            {
                const auto packet = Segment(SYN, 1024 + i)();
                const auto out = bench.Exchange(packet);
                NS_TEST_EXPECT_MSG_EQ(out.server.size(), 0, "nothing to a server");
                answers += out.client.size();
                if (!out.client.empty())
                {
                    NS_TEST_EXPECT_MSG_EQ(ToHex(WithoutId(Only(out.client))),
                                          ToHex(Icmp(ErrorHeader(), 3, 3, 0, packet)),
                                          "ICMP 3/3, all 40 octets quoted");
                }
            }
            NS_TEST_EXPECT_MSG_EQ(answers, 6, "a burst of six, then silence");
            bench.Run(Seconds(1));
            auto out = bench.Exchange(Segment(SYN, 5000)());
            NS_TEST_EXPECT_MSG_EQ(out.client.size(), 1, "one more after a second");
            out = bench.Exchange(Segment(ACK, 5001)());
            NS_TEST_ASSERT_MSG_EQ(out.client.size(), 1, "an ACK is answered");
            NS_TEST_EXPECT_MSG_EQ(+Only(out.client)[9], 6, "by TCP");
            NS_TEST_EXPECT_MSG_EQ(+Only(out.client)[33], +RST, "with RST");
            NS_TEST_EXPECT_MSG_EQ(bench.director->GetTable().GetSize(), 0, "no entry");
            NS_TEST_EXPECT_MSG_EQ(bench.director->GetDropped(DropReason::NO_SERVER), 21, "counted");
        }
    }
};

/// Damaged packets
class DamageTestCase : public TestCase
{
  public:
    DamageTestCase()
        : TestCase("Bad checksums, truncated headers, options, martians")
    {
    }

  private:
    void DoRun() override
    {
        DirectorBench bench;
        bench.AddService("rr", {1});
        auto tcp = Segment(SYN);
        tcp.goodChecksum = false;
        NS_TEST_EXPECT_MSG_EQ(bench.ServerOf(tcp()), 21, "a bad TCP checksum goes through");
        NS_TEST_EXPECT_MSG_EQ(bench.ServerOf(tcp()), 21, "also to an entry");
        auto packet = Segment(SYN, 2000)();
        packet[11] ^= 1;
        auto out = bench.Exchange(packet);
        NS_TEST_EXPECT_MSG_EQ(out.server.size() + out.client.size(), 0, "a bad IPv4 checksum");
        packet = Ip()(First(Octets(packet.begin() + 20, packet.end()), 8));
        out = bench.Exchange(packet);
        NS_TEST_EXPECT_MSG_EQ(out.server.size() + out.client.size(), 0, "8 octets of TCP header");
        packet = Segment(SYN, 2000)(Ip(), Data(100));
        packet.resize(100);
        out = bench.Exchange(packet);
        NS_TEST_EXPECT_MSG_EQ(out.server.size() + out.client.size(), 0, "a truncated packet");
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetTable().GetSize(), 1, "no entry from these");
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetDropped(DropReason::TRUNCATED), 2, "counted");

        Ip ip;
        ip.options = FromHex("94040000");
        out = bench.Exchange(Segment(SYN)(ip));
        NS_TEST_ASSERT_MSG_EQ(out.server.size(), 1, "options: one packet");
        Ip inner = ip;
        inner.ttl = 63;
        Ip outer;
        outer.source = "10.0.0.10";
        outer.destination = "10.0.0.21";
        outer.protocol = 4;
        outer.ttl = 63;
        NS_TEST_EXPECT_MSG_EQ(ToHex(Only(out.server)),
                              ToHex(outer(Segment(SYN)(inner))),
                              "options: inside only");

        // From the VIP itself: a martian, whether for the node or for beyond.
        for (const char* destination : {"192.0.2.77", "198.51.100.10", "10.0.0.100"})
        {
            ip = Ip();
            ip.source = "10.0.0.100";
            ip.destination = destination;
            out = bench.Exchange(Segment(SYN, 3000)(ip));
            NS_TEST_EXPECT_MSG_EQ(out.server.size() + out.client.size(),
                                  0,
                                  "from the VIP to " << destination);
        }

        // To several hosts: ns-3's protocols would end the program at these.
        const uint64_t truncated = bench.director->GetDropped(DropReason::TRUNCATED);
        uint32_t sent = 0;
        for (const char* destination : {"224.0.0.5", "198.51.100.255", "255.255.255.255"})
        {
            for (const uint8_t protocol : {1, 17})
            {
                ip = Ip();
                ip.destination = destination;
                ip.protocol = protocol;
                out = bench.Exchange(ip(Data(3)));
                ip.df = false;
                ip.offset = 16;
                bench.Exchange(ip(Data(3)));
                ip.offset = 0;
                ip.mf = true;
                out = bench.Exchange(ip(Octets(16, 0x11)));
                NS_TEST_EXPECT_MSG_EQ(out.server.size() + out.client.size(), 0, "no answer");
                sent += protocol == 17 ? 3 : 0; // as one, and in two fragments; ICMP: checksum
            }
            ip = Ip();
            ip.destination = destination;
            out = bench.Exchange(Segment(ACK)(ip));
            NS_TEST_EXPECT_MSG_EQ(out.server.size() + out.client.size(), 0, "no RST");
        }
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetDropped(DropReason::TRUNCATED) - truncated,
                              sent,
                              "counted");
    }
};

/// All tests of single packets
class DirectorPacketsTestSuite : public TestSuite
{
  public:
    DirectorPacketsTestSuite()
        : TestSuite("gipt-director-packets")
    {
        AddTestCase(new EncapsulationTestCase);
        AddTestCase(new MtuTestCase);
        AddTestCase(new TtlTestCase);
        AddTestCase(new FragmentsTestCase);
        AddTestCase(new LocalStackTestCase);
        AddTestCase(new NoServerTestCase);
        AddTestCase(new DamageTestCase);
    }
};

/// The suite
DirectorPacketsTestSuite g_directorPacketsTestSuite;

} // namespace
