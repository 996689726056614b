/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "packet-bench.h"

#include "ns3/boolean.h"
#include "ns3/simulator.h"
#include "ns3/test.h"

#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of what a director does with ICMP errors, octet by octet, against measurements of Linux
 * 6.1.
 *
 * About packets of a server to its client, which a router could not deliver:
 *  1. types 3 (all codes), 4 and 11 go into the tunnel to the connection's server; others nowhere;
 *  2. whatever is quoted, if the ports are;
 *  3. from the client itself, about UDP, to the director's own address, with IP options, about a
 *     fragment, without DF, with a TOS, in fragments, longer than the tunnel with DF;
 *  4. nothing for an unknown flow, the wrong direction, a bad checksum, TTL 1 and 0;
 *  5. the server may have weight 0 or be deleted; state and timer stay, the packet counts.
 *
 * About packets in the tunnel:
 *  6. types 3 (all codes), 4 and 11 are told the client, from the VIP; others are not;
 *  7. as much is quoted as came, up to 576 octets in all; nothing without the ports;
 *  8. from a router, to the VIP, about UDP, about another server of the service;
 *  9. nothing for an unknown flow, a server of no service, a bad checksum, later fragments, what is
 *     no tunnel packet;
 * 10. no more than the host's rate of ICMP errors; as outbound packets count those and, each time,
 *     what was quoted.
 *
 * Path MTU to a server:
 * 11. what 3/4 says is kept; the client is told the path of the packet before, then the new one;
 * 12. it only shrinks, not below 552, and is forgotten 600 s after the last 3/4;
 * 13. each server has its own; without pmtu_disc outer packets are fragmented to it.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace packets;

namespace
{

/// A director with a connection of the client to 10.0.0.21 and one by UDP to 10.0.0.22
class IcmpBench : public DirectorBench
{
  public:
    IcmpBench()
    {
        AddService("rr", {1});
        AddService("rr", {0, 1}, 17, 53);
        Exchange(Tcp()());
        Exchange(Udp(Ip(), 1024, 53));
        director->SetIcmpRateLimit(Time(0));
    }
};

/**
 * @brief Where ICMP errors about answers come from.
 * @return header of a packet from a router to the VIP
 */
Ip
FromRouter()
{
    Ip ip;
    ip.source = "203.0.113.9";
    return ip;
}

/**
 * @brief Where ICMP errors about tunnel packets come from.
 * @return header of a packet from the server to the director
 */
Ip
FromServer()
{
    Ip ip;
    ip.source = "10.0.0.21";
    ip.destination = "10.0.0.10";
    return ip;
}

/**
 * @brief An answer that the client does not get.
 * @param ip its header; source and destination are set here
 * @param size octets of data
 * @param port port of the client
 * @return the packet
 */
Octets
Answer(Ip ip = Ip(), uint32_t size = 100, uint16_t port = 1024)
{
    ip.source = "10.0.0.100";
    ip.destination = "192.0.2.1";
    ip.ttl = 60;
    Tcp tcp;
    tcp.source = 80;
    tcp.destination = port;
    tcp.flags = ACK;
    return tcp(ip, Data(size));
}

/**
 * @brief A packet of the client.
 * @param length its length, 40 or more
 * @param df don't fragment
 * @param port port of the client
 * @return the packet
 */
Octets
Request(uint32_t length, bool df = true, uint16_t port = 1024)
{
    Ip ip;
    ip.df = df;
    Tcp tcp;
    tcp.source = port;
    tcp.flags = ACK;
    return tcp(ip, Data(length - 40));
}

/**
 * @brief What is relayed to the server about an answer, and what is not.
 */
class RelayTestCase : public TestCase
{
  public:
    RelayTestCase()
        : TestCase("ICMP errors about answers go to the server")
    {
    }

  private:
    /**
     * @brief Send an ICMP error about the answer and check that nothing comes of it but, maybe, one
     * tunnel packet.
     * @param bench the director
     * @param packet the ICMP error
     * @param server last number of the server's address, 0 for none
     * @param what what is tested
     */
    void Expect(IcmpBench& bench, const Octets& packet, uint32_t server, const std::string& what)
    {
        const auto out = bench.Exchange(packet);
        NS_TEST_EXPECT_MSG_EQ(out.client.size(), 0, what << ": nothing to clients");
        NS_TEST_ASSERT_MSG_EQ(out.server.size(), (server ? 1 : 0), what);
        if (server)
        {
            NS_TEST_EXPECT_MSG_EQ(ToHex(At(out.server, 0)), ToHex(Tunnelled(packet, server)), what);
        }
    }

    void DoRun() override
    {
        TestTypes();
        TestQuotes();
        TestSizes();
        TestBooks();
    }

    /// 1.
    void TestTypes()
    {
        IcmpBench bench;
        const auto quote = First(Answer(), 28);
        for (int code = 0; code < 16; code++)
        {
            const auto packet = Icmp(FromRouter(), 3, code, code == 4 ? 1300 : 0, quote);
            Expect(bench, packet, 21, "3/" + std::to_string(code));
        }
        for (const int type : {4, 11})
        {
            for (const int code : {0, 1})
            {
                const auto packet = Icmp(FromRouter(), type, code, 0, quote);
                Expect(bench, packet, 21, std::to_string(type) + "/" + std::to_string(code));
            }
        }
        for (const int type : {0, 5, 9, 10, 12, 40})
        {
            Expect(bench, Icmp(FromRouter(), type, 0, 0, quote), 0, std::to_string(type) + "/0");
        }
    }

    /// 2., 3. and 4.
    void TestQuotes()
    {
        IcmpBench bench;
        for (const int size : {0, 10, 20, 22, 24, 28, 100, 140})
        {
            const auto packet = Icmp(FromRouter(), 3, 3, 0, First(Answer(), size));
            Expect(bench, packet, size < 24 ? 0 : 21, std::to_string(size) + " octets quoted");
        }
        const auto quote = First(Answer(), 28);
        Expect(bench, Icmp(Ip(), 3, 4, 1300, quote), 21, "from the client");
        Ip answer;
        answer.source = "10.0.0.100";
        answer.destination = "192.0.2.1";
        Expect(bench, Icmp(FromRouter(), 3, 3, 0, Udp(answer, 53, 1024)), 22, "about UDP");
        answer.options = FromHex("01010101");
        Expect(bench, Icmp(FromRouter(), 3, 3, 0, First(Answer(answer), 32)), 21, "about options");
        answer = Ip();
        answer.df = false;
        answer.mf = true;
        answer.offset = 40; // what is quoted is taken for the ports
        Expect(bench, Icmp(FromRouter(), 3, 3, 0, First(Answer(answer), 28)), 21, "later fragment");
        auto ip = FromRouter();
        ip.destination = "10.0.0.10";
        Expect(bench, Icmp(ip, 3, 1, 0, quote), 21, "to the director's own address");
        ip = FromRouter();
        ip.options = FromHex("01010101");
        Expect(bench, Icmp(ip, 3, 1, 0, quote), 21, "with options");
        ip = FromRouter();
        ip.tos = 0xb9;
        Expect(bench, Icmp(ip, 3, 1, 0, quote), 21, "with a TOS");

        Expect(bench, Icmp(FromRouter(), 3, 3, 0, First(Answer(Ip(), 0, 99), 28)), 0, "unknown");
        Expect(bench, Icmp(FromRouter(), 3, 3, 0, First(Request(40), 28)), 0, "wrong direction");
        auto packet = Icmp(FromRouter(), 3, 3, 0, quote);
        packet[22] ^= 1;
        Expect(bench, packet, 0, "bad checksum");
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetDropped(DropReason::BAD_CHECKSUM), 1, "counted");
        for (const int ttl : {0, 1})
        {
            ip = FromRouter();
            ip.ttl = ttl;
            ip.options.clear();
            Expect(bench, Icmp(ip, 3, 3, 0, quote), 0, "TTL " + std::to_string(ttl));
            ip.options = Octets(12, 1);
            Expect(bench, Icmp(ip, 3, 3, 0, quote), 0, "and options, TTL " + std::to_string(ttl));
        }
    }

    /// 3., what is long or comes in fragments
    void TestSizes()
    {
        IcmpBench bench;
        Expect(bench, Icmp(FromRouter(), 3, 3, 0, First(Answer(Ip(), 1440), 1452)), 21, "1480, DF");
        auto packet = Icmp(FromRouter(), 3, 3, 0, First(Answer(Ip(), 1460), 1453));
        auto out = bench.Exchange(packet);
        NS_TEST_EXPECT_MSG_EQ(out.client.size(), 0, "1481 with DF is not refused");
        NS_TEST_ASSERT_MSG_EQ(out.server.size(), 2, "but fragmented");
        Ip outer;
        outer.source = "10.0.0.10";
        outer.destination = "10.0.0.21";
        outer.protocol = 4;
        outer.ttl = 63;
        outer.df = false;
        const auto inner = Forwarded(packet);
        const auto expect = [&](std::size_t i, std::size_t begin, std::size_t end) {
            outer.offset = begin;
            outer.mf = end < inner.size();
            NS_TEST_EXPECT_MSG_EQ(ToHex(WithoutId(At(out.server, i))),
                                  ToHex(outer(Part(inner, begin, end))),
                                  "fragment " << i);
        };
        expect(0, 0, 1480);
        expect(1, 1480, 1481);
        NS_TEST_EXPECT_MSG_EQ(At(out.server, 0)[4] + At(out.server, 0)[5], 0, "identification 0");

        // one message in three fragments of 220, 220 and 28 octets: sent as long as they came
        auto ip = FromRouter();
        ip.df = false;
        ip.id = 50;
        const auto whole = Icmp(ip, 3, 3, 0, First(Answer(Ip(), 400), 400));
        std::vector<Octets> server;
        for (const std::size_t begin : {0, 200, 400})
        {
            ip.protocol = 1;
            ip.offset = begin;
            ip.mf = begin < 400;
            out = bench.Exchange(ip(Part(whole, 20 + begin, std::min(begin + 220, whole.size()))));
            NS_TEST_EXPECT_MSG_EQ(out.server.size(), (begin < 400 ? 0 : 3), "after " << begin);
        }
        NS_TEST_ASSERT_MSG_EQ(out.server.size(), 3, "whole");
        NS_TEST_EXPECT_MSG_EQ(At(out.server, 0).size(), 220, "first");
        NS_TEST_EXPECT_MSG_EQ(At(out.server, 1).size(), 220, "second");
        NS_TEST_EXPECT_MSG_EQ(ToHex(Part(At(out.server, 0), 20, 220) +
                                    Part(At(out.server, 1), 20, 220) +
                                    Part(At(out.server, 2), 20, At(out.server, 2).size())),
                              ToHex(Forwarded(whole)),
                              "what they carry");
    }

    /// 5.
    void TestBooks()
    {
        IcmpBench bench;
        const auto service = bench.director->FindService("10.0.0.100", 80, 6);
        const auto server = service->GetServers()[0];
        const auto packet = Icmp(FromRouter(), 3, 3, 0, First(Answer(), 28));
        const auto getLeft = [&bench]() {
            Time left;
            bench.director->GetTable().ForEach([&](const Connection& connection) {
                if (connection.protocol == 6)
                {
                    left = bench.director->GetTable().GetTimeLeft(connection, Simulator::Now());
                }
            });
            return left;
        };
        bench.Run(Seconds(30));
        Expect(bench, packet, 21, "after 30 s");
        NS_TEST_EXPECT_MSG_LT(getLeft(), Seconds(30), "the timer goes on");
        NS_TEST_EXPECT_MSG_EQ(server->GetStats().packets, 2, "it counts for the server");
        NS_TEST_EXPECT_MSG_EQ(server->GetStats().bytes, 96, "with its length");
        NS_TEST_EXPECT_MSG_EQ(service->GetStats().packets, 2, "and for the service");
        bench.director->EditRealServer(service, "10.0.0.21", 80, 0);
        Expect(bench, packet, 21, "weight 0");
        bench.director->RemoveRealServer(service, "10.0.0.21", 80);
        Expect(bench, packet, 21, "deleted");
        bench.Run(Seconds(31));
        Expect(bench, packet, 0, "connection expired");
    }
};

/**
 * @brief What clients are told about packets in the tunnel.
 */
class TranslateTestCase : public TestCase
{
  public:
    TranslateTestCase()
        : TestCase("ICMP errors about tunnel packets are told the client")
    {
    }

  private:
    /**
     * @brief Send an ICMP error and check that nothing comes of it but, maybe, one ICMP error.
     * @param bench the director
     * @param packet the ICMP error
     * @param expected what the client gets, but for its identification; empty for nothing
     * @param what what is tested
     */
    void Expect(IcmpBench& bench,
                const Octets& packet,
                const Octets& expected,
                const std::string& what)
    {
        const auto out = bench.Exchange(packet, packet[12] == 10);
        NS_TEST_EXPECT_MSG_EQ(out.server.size(), 0, what << ": nothing to servers");
        NS_TEST_ASSERT_MSG_EQ(out.client.size(), (expected.empty() ? 0 : 1), what);
        if (!expected.empty())
        {
            NS_TEST_EXPECT_MSG_EQ(ToHex(WithoutId(At(out.client, 0))), ToHex(expected), what);
        }
    }

    void DoRun() override
    {
        TestTypes();
        TestQuotes();
        TestRate();
    }

    /// 6.
    void TestTypes()
    {
        IcmpBench bench;
        const auto quote = First(Tunnelled(Request(40), 21), 48);
        const auto inner = Part(quote, 20, 48);
        for (int code = 0; code < 16; code++)
        {
            if (code != 4)
            {
                Expect(bench,
                       Icmp(FromServer(), 3, code, 0, quote),
                       Icmp(ErrorHeader(), 3, code, 0, inner),
                       "3/" + std::to_string(code));
            }
        }
        for (const auto& [type, code] : std::vector<std::pair<int, int>>{{4, 0}, {11, 0}, {11, 1}})
        {
            Expect(bench,
                   Icmp(FromServer(), type, code, 0, quote),
                   Icmp(ErrorHeader(), type, code, 0, inner),
                   std::to_string(type) + "/" + std::to_string(code));
        }
        for (const int type : {0, 5, 9, 12})
        {
            Expect(bench, Icmp(FromServer(), type, 0, 0, quote), {}, std::to_string(type) + "/0");
        }
    }

    /// 7., 8. and 9.
    void TestQuotes()
    {
        IcmpBench bench;
        const auto tunnelled = Tunnelled(Request(1440), 21);
        for (const int size : {28, 40, 43, 44, 47, 48, 60, 500, 548, 568, 1400})
        {
            const auto inner = First(Part(tunnelled, 20, std::max(20, size)), 548);
            Expect(bench,
                   Icmp(FromServer(), 3, 1, 0, First(tunnelled, size)),
                   size < 44 ? Octets() : Icmp(ErrorHeader(), 3, 1, 0, inner),
                   std::to_string(size) + " octets quoted");
        }
        const auto quote = First(tunnelled, 48);
        const auto told = Icmp(ErrorHeader(), 3, 1, 0, Part(quote, 20, 48));
        auto ip = FromRouter();
        ip.destination = "10.0.0.10";
        Expect(bench, Icmp(ip, 3, 1, 0, quote), told, "from a router");
        Expect(bench, Icmp(FromRouter(), 3, 1, 0, quote), told, "to the VIP");
        ip = FromServer();
        ip.ttl = 1;
        ip.tos = 0xb8;
        Expect(bench, Icmp(ip, 3, 1, 0, quote), told, "TTL 1 and a TOS");
        const auto udp = Tunnelled(Udp(Ip(), 1024, 53), 22);
        Expect(bench,
               Icmp(FromServer(), 3, 3, 0, udp),
               Icmp(ErrorHeader(), 3, 3, 0, Part(udp, 20, udp.size())),
               "about UDP");
        // the outer header need not name the connection's server, only one of some service
        auto other = First(Tunnelled(Request(1440), 22), 48);
        Expect(bench, Icmp(FromServer(), 3, 1, 0, other), told, "about another server");
        other = First(Tunnelled(Request(1440), 29), 48);
        Expect(bench, Icmp(FromServer(), 3, 1, 0, other), {}, "a server of no service");
        other = First(Tunnelled(Request(40, true, 99), 21), 48);
        Expect(bench, Icmp(FromServer(), 3, 1, 0, other), {}, "unknown flow");
        other = quote;
        other[9] = 17;
        Expect(bench, Icmp(FromServer(), 3, 1, 0, other), {}, "about what is no tunnel packet");
        other = quote;
        other[7] = 9; // fragment offset
        Expect(bench, Icmp(FromServer(), 3, 1, 0, other), {}, "about a later outer fragment");
        other = quote;
        other[6] |= 0x20; // MF
        Expect(bench, Icmp(FromServer(), 3, 1, 0, other), told, "about a first outer fragment");
        other = quote;
        other[27] = 9;
        Expect(bench, Icmp(FromServer(), 3, 1, 0, other), {}, "about a later inner fragment");
        other = quote;
        other[26] |= 0x20;
        Expect(bench,
               Icmp(FromServer(), 3, 1, 0, other),
               Icmp(ErrorHeader(), 3, 1, 0, Part(other, 20, 48)),
               "about a first inner fragment");
        auto packet = Icmp(FromServer(), 3, 1, 0, quote);
        packet[22] ^= 1;
        Expect(bench, packet, {}, "bad checksum");
    }

    /// 10.
    void TestRate()
    {
        IcmpBench bench;
        bench.director->SetIcmpRateLimit(Seconds(1));
        const auto quote = First(Tunnelled(Request(40), 21), 48);
        std::size_t told = 0;
        for (int i = 0; i < 20; i++)
        {
            told += bench.Exchange(Icmp(FromServer(), 3, 1, 0, quote), true).client.size();
        }
        NS_TEST_EXPECT_MSG_EQ(told, 6, "a burst of six");
        const auto server = bench.director->FindService("10.0.0.100", 80, 6)->GetServers()[0];
        NS_TEST_EXPECT_MSG_EQ(server->GetStats().outPackets, 26, "outbound packets");
        NS_TEST_EXPECT_MSG_EQ(server->GetStats().outBytes,
                              20 * 28 + 6 * 56,
                              "what was quoted and what was told");
        NS_TEST_EXPECT_MSG_EQ(server->GetStats().packets, 1, "the SYN alone is inbound");
    }
};

/**
 * @brief The path MTU to each server.
 */
class PathMtuTestCase : public TestCase
{
  public:
    PathMtuTestCase()
        : TestCase("Path MTU to a server")
    {
    }

  private:
    /**
     * @brief Say that a tunnel packet was too big.
     * @param bench the director
     * @param mtu what the router says
     * @param port the client's port
     * @param server last number of the server's address
     * @return what the client is told, 0 for nothing
     */
    uint32_t Tell(DirectorBench& bench, uint32_t mtu, uint16_t port = 1024, uint32_t server = 21)
    {
        auto ip = FromRouter();
        ip.destination = "10.0.0.10";
        const auto quote = First(Tunnelled(Request(40, true, port), server), 48);
        const auto out = bench.Exchange(Icmp(ip, 3, 4, mtu, quote));
        return GetMtu(out.client, Part(quote, 20, 48));
    }

    /**
     * @brief Send a packet with DF.
     * @param bench the director
     * @param length its length
     * @param port the client's port
     * @return the MTU that the client is told; 0 when the packet went through whole
     */
    uint32_t Try(DirectorBench& bench, uint32_t length, uint16_t port = 1024)
    {
        const auto packet = Request(length, true, port);
        const auto out = bench.Exchange(packet);
        if (out.client.empty())
        {
            NS_TEST_EXPECT_MSG_EQ(Only(out.server).size(), length + 20, "it went through");
            return 0;
        }
        NS_TEST_EXPECT_MSG_EQ(out.server.size(), 0, "it did not go through");
        return GetMtu(out.client, First(Forwarded(packet), 548));
    }

    /**
     * @brief Check that the client is told that a packet was too big.
     * @param packets what the client gets
     * @param quote what is to be quoted
     * @return the MTU it is told, 0 for nothing
     */
    uint32_t GetMtu(const std::vector<Octets>& packets, const Octets& quote)
    {
        const auto packet = Only(packets);
        const uint32_t mtu = packet[26] << 8 | packet[27];
        NS_TEST_EXPECT_MSG_EQ(ToHex(WithoutId(packet)),
                              ToHex(Icmp(ErrorHeader(), 3, 4, mtu, quote)),
                              "fragmentation needed");
        return mtu;
    }

    void DoRun() override
    {
        TestDyingPacket();
        TestOne();
        TestTwo();
    }

    /// 11., when the packet that takes to the path dies of its TTL
    void TestDyingPacket()
    {
        DirectorBench bench;
        bench.AddService("rr", {1});
        bench.Exchange(Tcp()());
        NS_TEST_EXPECT_MSG_EQ(Tell(bench, 1400), 1480, "the path of the SYN");
        NS_TEST_EXPECT_MSG_EQ(Tell(bench, 1400), 1480, "still");
        Ip ip;
        ip.ttl = 1;
        Tcp tcp;
        tcp.flags = ACK;
        bench.Exchange(tcp(ip));
        NS_TEST_EXPECT_MSG_EQ(Tell(bench, 1400), 1380, "the path of a packet of TTL 1");
    }

    /// 11. and 12.
    void TestOne()
    {
        DirectorBench bench;
        bench.AddService("rr", {1});
        bench.Exchange(Tcp()());
        NS_TEST_EXPECT_MSG_EQ(Try(bench, 1480), 0, "before");
        NS_TEST_EXPECT_MSG_EQ(Tell(bench, 1400), 1480, "the path of the packet before");
        NS_TEST_EXPECT_MSG_EQ(Try(bench, 1480), 1380, "1400 - 20");
        NS_TEST_EXPECT_MSG_EQ(Try(bench, 1381), 1380, "one too many");
        NS_TEST_EXPECT_MSG_EQ(Try(bench, 1380), 0, "just fits");
        const auto out = bench.Exchange(Request(1480, false));
        NS_TEST_ASSERT_MSG_EQ(out.server.size(), 2, "without DF: outer fragments");
        NS_TEST_EXPECT_MSG_EQ(At(out.server, 0).size(), 1396, "of at most 1400");
        NS_TEST_EXPECT_MSG_EQ(At(out.server, 1).size(), 124, "and the rest");
        NS_TEST_EXPECT_MSG_EQ(Tell(bench, 1450), 1380, "more");
        NS_TEST_EXPECT_MSG_EQ(Try(bench, 1440), 1380, "is not believed");
        NS_TEST_EXPECT_MSG_EQ(Tell(bench, 600), 580, "less; known to the packet before's route");
        NS_TEST_EXPECT_MSG_EQ(Try(bench, 1480), 580, "600 - 20");
        NS_TEST_EXPECT_MSG_EQ(Try(bench, 580), 0, "just fits");
        for (const int mtu : {500, 68, 0})
        {
            NS_TEST_EXPECT_MSG_EQ(Tell(bench, mtu), 532, mtu << " is below min_pmtu");
            NS_TEST_EXPECT_MSG_EQ(Try(bench, 1480), 532, "552 - 20");
        }
        NS_TEST_EXPECT_MSG_EQ(Try(bench, 440), 0, "shorter");
        auto ip = FromServer();
        const auto quote = First(Tunnelled(Request(40), 21), 28);
        NS_TEST_EXPECT_MSG_EQ(bench.Exchange(Icmp(ip, 3, 4, 1200, quote), true).client.size(),
                              0,
                              "28 quoted: nobody is told");
        bench.Run(Seconds(300));
        NS_TEST_EXPECT_MSG_EQ(Try(bench, 1480), 532, "after 300 s");
        bench.Run(Seconds(299));
        NS_TEST_EXPECT_MSG_EQ(Try(bench, 1480), 532, "after 599 s");
        bench.Run(Seconds(2));
        NS_TEST_EXPECT_MSG_EQ(Try(bench, 1480), 0, "forgotten after 600 s");
    }

    /// 13.
    void TestTwo()
    {
        DirectorBench bench;
        bench.AddService("rr", {1, 1});
        bench.Exchange(Tcp()()); // to 22
        Tcp second;
        second.source = 1025;
        bench.Exchange(second()); // to 21
        NS_TEST_EXPECT_MSG_EQ(Tell(bench, 1400, 1024, 21), 1480, "21, about a flow of 22");
        NS_TEST_EXPECT_MSG_EQ(Try(bench, 1480, 1024), 0, "22 as before");
        NS_TEST_EXPECT_MSG_EQ(Try(bench, 1480, 1025), 1380, "21 has learnt");
        NS_TEST_EXPECT_MSG_EQ(Tell(bench, 1300, 1024, 22), 1480, "22");
        NS_TEST_EXPECT_MSG_EQ(Try(bench, 1480, 1024), 1280, "22 has learnt");
        NS_TEST_EXPECT_MSG_EQ(Try(bench, 1480, 1025), 1380, "21 as before");

        bench.director->SetAttribute("PmtuDisc", BooleanValue(false));
        auto out = bench.Exchange(Request(1480, true, 1024));
        NS_TEST_EXPECT_MSG_EQ(out.client.size(), 0, "pmtu_disc=0: the client is not told");
        NS_TEST_ASSERT_MSG_EQ(out.server.size(), 2, "outer fragments");
        NS_TEST_EXPECT_MSG_EQ(At(out.server, 0).size(), 1300, "of at most 1300");
        NS_TEST_EXPECT_MSG_EQ(At(out.server, 1).size(), 220, "and the rest");
        NS_TEST_EXPECT_MSG_EQ(+At(out.server, 0)[6], 0x20, "no DF, more to come");
        NS_TEST_EXPECT_MSG_EQ(
            ToHex(Part(At(out.server, 0), 20, 1300) + Part(At(out.server, 1), 20, 220)),
            ToHex(Forwarded(Request(1480, true, 1024))),
            "what they carry");
        out = bench.Exchange(Request(1480, true, 1025));
        NS_TEST_ASSERT_MSG_EQ(out.server.size(), 2, "21 as well");
        NS_TEST_EXPECT_MSG_EQ(At(out.server, 0).size(), 1396, "of at most 1400");
    }
};

/// The suite
class IcmpRelayTestSuite : public TestSuite
{
  public:
    IcmpRelayTestSuite()
        : TestSuite("gipt-icmp-relay")
    {
        AddTestCase(new RelayTestCase);
        AddTestCase(new TranslateTestCase);
        AddTestCase(new PathMtuTestCase);
    }
};

IcmpRelayTestSuite g_icmpRelayTestSuite; //!< the suite

} // namespace
