/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "packet-bench.h"

#include "ns3/simulator.h"
#include "ns3/test.h"

#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of what a director's node answers by itself, and of IP options, octet by octet, against
 * measurements of Linux 6.1.
 *
 *  1. RST for a segment of no service: flags, numbers, TOS, DF and identification.
 *  2. UDP of no service and unknown protocols: ICMP 3/3 and 3/2, as much quoted as 576 octets take,
 *     TOS; to the VIP and to the director's own address; rate limited together.
 *  3. Echo and timestamp requests.
 *  4. Sources that no packet can have are dropped; those of real servers and of the LAN's broadcast
 *     address are like others.
 *  5. Options that go into the tunnel, filled in where they ask for it.
 *  6. Options that are not well made: ICMP 12/0 at the octet; source routes: silence.
 *  7. Answers carry record route and timestamp back, no other option.
 *  8. Options and the tunnel's MTU, TTL 1, fragments.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace packets;

namespace
{

/**
 * @brief The header of an answer of TCP or echo.
 * @param from the address that was asked
 * @return the header
 */
Ip
AnswerHeader(const std::string& from = "10.0.0.100")
{
    Ip ip;
    ip.source = from;
    ip.destination = "192.0.2.1";
    return ip;
}

/**
 * @brief A TCP segment.
 * @param flags its flags
 * @param port destination port
 * @return the segment
 */
Tcp
Segment(uint8_t flags, uint16_t port = 80)
{
    Tcp tcp;
    tcp.sequence = 1000;
    tcp.acknowledged = (flags & ACK) ? 2000 : 0;
    tcp.flags = flags;
    tcp.destination = port;
    return tcp;
}

/**
 * @brief A number in network order.
 * @param number the number
 * @return its four octets
 */
Octets
Word(uint32_t number)
{
    Octets octets;
    for (int shift = 24; shift >= 0; shift -= 8)
    {
        octets.push_back(static_cast<uint8_t>(number >> shift));
    }
    return octets;
}

/**
 * @brief The time as Linux writes it: milliseconds since midnight.
 * @return four octets
 */
Octets
TimeOfDay()
{
    return Word(Simulator::Now().GetMilliSeconds() % 86400000);
}

/**
 * @brief A packet as ICMP errors quote it: options changed, the header checksum not.
 * @param changed the packet
 * @param original the packet as it came
 * @return what is quoted
 */
Octets
Quoted(Octets changed, const Octets& original)
{
    changed[10] = original[10];
    changed[11] = original[11];
    return changed;
}

/// What the cases have in common
class LocalTestCase : public TestCase
{
  public:
    /**
     * @param what what is tested
     */
    explicit LocalTestCase(const std::string& what)
        : TestCase(what)
    {
    }

  protected:
    /**
     * @brief Send a packet and compare all that leaves, but for identifications without DF.
     * @param bench the director
     * @param packet the packet
     * @param client what clients are to get, empty for nothing
     * @param server what servers are to get, empty for nothing
     * @param what what is tested
     */
    void Expect(DirectorBench& bench,
                const Octets& packet,
                const Octets& client,
                const Octets& server,
                const std::string& what)
    {
        const auto out = bench.Exchange(packet);
        Compare(out.client, client, what + ": to the client");
        Compare(out.server, server, what + ": to the server");
    }

  private:
    /**
     * @brief Compare a packet or nothing.
     * @param packets what left
     * @param expected the packet, empty for nothing
     * @param what what is tested
     */
    void Compare(const std::vector<Octets>& packets,
                 const Octets& expected,
                 const std::string& what)
    {
        NS_TEST_ASSERT_MSG_EQ(packets.size(), (expected.empty() ? 0U : 1U), what);
        if (!expected.empty())
        {
            const bool df = expected[6] & 0x40;
            NS_TEST_EXPECT_MSG_EQ(ToHex(df ? Only(packets) : WithoutId(Only(packets))),
                                  ToHex(expected),
                                  what);
        }
    }
};

/// 1.
class ResetTestCase : public LocalTestCase
{
  public:
    ResetTestCase()
        : LocalTestCase("RST for what belongs to no service")
    {
    }

  private:
    /// A segment and its answer
    struct Case
    {
        uint8_t flags;         ///< of the segment
        uint32_t data;         ///< octets behind its header
        uint8_t tos;           ///< its TOS
        bool df;               ///< its DF
        uint8_t answer;        ///< flags of the answer, 0 for none
        uint32_t sequence;     ///< of the answer
        uint32_t acknowledged; ///< of the answer
        uint8_t answerTos;     ///< of the answer
    };

    void DoRun() override
    {
        constexpr uint8_t URG = 32;
        DirectorBench bench;
        bench.AddService("rr", {1});
        for (const auto& each : std::vector<Case>{
                 {ACK, 100, 0, true, RST, 2000, 0, 0},
                 {ACK, 0, 0, false, RST, 2000, 0, 0},
                 {SYN, 0, 0, true, RST | ACK, 0, 1001, 0},
                 {SYN | ACK, 0, 0, true, RST, 2000, 0, 0},
                 {FIN, 1, 0, true, RST | ACK, 0, 1002, 0},
                 {FIN | ACK, 0, 0, true, RST, 2000, 0, 0},
                 {0, 0, 0, true, RST | ACK, 0, 1000, 0},
                 {RST, 0, 0, true, 0, 0, 0, 0},
                 {RST | ACK, 0, 0, true, 0, 0, 0, 0},
                 {SYN | FIN, 0, 0, true, RST | ACK, 0, 1002, 0},
                 {SYN | PSH | URG, 3, 0, true, RST | ACK, 0, 1004, 0},
                 {SYN, 0, 0xb8, true, RST | ACK, 0, 1001, 0xb8},
                 {SYN, 0, 3, true, RST | ACK, 0, 1001, 0},
             })
        {
            Ip ip;
            ip.tos = each.tos;
            ip.df = each.df;
            auto answer = AnswerHeader();
            answer.tos = each.answerTos;
            Tcp tcp;
            tcp.source = 81;
            tcp.destination = 1024;
            tcp.sequence = each.sequence;
            tcp.acknowledged = each.acknowledged;
            tcp.flags = each.answer;
            tcp.window = 0;
            Expect(bench,
                   Segment(each.flags, 81)(ip, Data(each.data)),
                   each.answer ? tcp(answer) : Octets(),
                   {},
                   "flags " + std::to_string(each.flags) + ", TOS " + std::to_string(each.tos));
        }
        auto bad = Segment(SYN, 81);
        bad.goodChecksum = false;
        Expect(bench, bad(), {}, {}, "a bad TCP checksum");
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetTable().GetSize(), 0, "no entry");
    }
};

/// 2.
class UnreachableTestCase : public LocalTestCase
{
  public:
    UnreachableTestCase()
        : LocalTestCase("Port and protocol unreachable for what belongs to no service")
    {
    }

  private:
    void DoRun() override
    {
        DirectorBench bench;
        bench.AddService("rr", {1});
        bench.director->SetIcmpRateLimit(Time(0));
        for (const int size : {0, 2, 520, 521, 1000})
        {
            const auto packet = Udp(Ip(), 1024, 99, Data(size));
            Expect(bench,
                   packet,
                   Icmp(ErrorHeader(), 3, 3, 0, First(packet, 548)),
                   {},
                   "UDP, " + std::to_string(size));
        }
        Ip ip;
        ip.tos = 0xb8;
        auto answer = ErrorHeader();
        answer.tos = 0xd8;
        auto packet = Udp(ip, 1024, 99);
        Expect(bench, packet, Icmp(answer, 3, 3, 0, packet), {}, "UDP with a TOS");
        for (const int protocol : {4, 47, 99, 132})
        {
            ip = Ip();
            ip.protocol = protocol;
            packet = ip(Segment(SYN)()); // for protocol 4 it is a packet
            Expect(bench,
                   packet,
                   Icmp(ErrorHeader(), 3, 2, 0, packet),
                   {},
                   "protocol " + std::to_string(protocol));
        }
        answer = ErrorHeader();
        answer.source = "10.0.0.10";
        ip.destination = "10.0.0.10";
        ip.protocol = 4;
        packet = ip(Segment(SYN)());
        Expect(bench, packet, Icmp(answer, 3, 2, 0, packet), {}, "IPIP to the director");
        packet = Udp(ip, 80, 80);
        Expect(bench, packet, Icmp(answer, 3, 3, 0, packet), {}, "UDP to the director");
        packet = Udp(Ip(), 1024, 99, Data(10));
        packet[27] ^= 1;
        Expect(bench, packet, {}, {}, "a bad UDP checksum");

        DirectorBench limited;
        limited.AddService("rr", {1});
        ip = Ip();
        ip.protocol = 99;
        std::size_t answers = 0;
        for (uint32_t i = 0; i < 10; i++)
        {
            answers += limited.Exchange(Udp(Ip(), 1024, 99)).client.size();
            answers += limited.Exchange(ip(Data(20))).client.size();
        }
        NS_TEST_EXPECT_MSG_EQ(answers, 6, "a burst of six");
    }
};

/// 3. and 4.
class QueryTestCase : public LocalTestCase
{
  public:
    QueryTestCase()
        : LocalTestCase("Echo, timestamp, and sources that no packet can have")
    {
    }

  private:
    void DoRun() override
    {
        TestQueries();
        TestSources();
    }

    /// 3.
    void TestQueries()
    {
        DirectorBench bench;
        bench.AddService("rr", {1});
        auto answer = AnswerHeader();
        answer.df = false;
        for (const int size : {0, 56, 1400})
        {
            Expect(bench,
                   Icmp(Ip(), 8, 0, 0x10002, Data(size)),
                   Icmp(answer, 0, 0, 0x10002, Data(size)),
                   {},
                   "echo, " + std::to_string(size));
        }
        Expect(bench,
               Icmp(Ip(), 8, 3, 5, Data(3)),
               Icmp(answer, 0, 3, 5, Data(3)),
               {},
               "echo with code 3");
        Ip ip;
        ip.ttl = 1;
        ip.tos = 0xb8;
        ip.df = false;
        answer.tos = 0xb8;
        Expect(bench,
               Icmp(ip, 8, 0, 5, Data(56)),
               Icmp(answer, 0, 0, 5, Data(56)),
               {},
               "echo with TTL 1 and a TOS");
        answer.tos = 0;
        answer.source = "10.0.0.10";
        ip = Ip();
        ip.destination = "10.0.0.10";
        Expect(bench,
               Icmp(ip, 8, 0, 5, Data(56)),
               Icmp(answer, 0, 0, 5, Data(56)),
               {},
               "echo of the director's own address");
        auto packet = Icmp(Ip(), 8, 0, 5, Data(56));
        packet[22] ^= 1;
        Expect(bench, packet, {}, {}, "echo with a bad checksum");
        Expect(bench, Icmp(Ip(), 0, 0, 5, Data(8)), {}, {}, "echo reply");
        Expect(bench, Icmp(Ip(), 17, 0, 5, Data(4)), {}, {}, "mask request");
        Expect(bench, Icmp(Ip(), 15, 0, 5), {}, {}, "information request");

        answer.source = "10.0.0.100";
        for (const int size : {11, 12, 20})
        {
            const auto time = TimeOfDay();
            Expect(bench,
                   Icmp(Ip(), 13, 0, 0x10002, Data(size)),
                   Icmp(answer, 14, 0, 0x10002, Data(4) + time + time),
                   {},
                   "timestamp, " + std::to_string(size));
        }
        ip = Ip();
        ip.tos = answer.tos = 0xb8;
        const auto time = TimeOfDay();
        Expect(bench,
               Icmp(ip, 13, 0, 5, Data(12)),
               Icmp(answer, 14, 0, 5, Data(4) + time + time),
               {},
               "timestamp with a TOS");
    }

    /// 4.
    void TestSources()
    {
        DirectorBench bench;
        bench.AddService("rr", {1});
        for (const std::string source :
             {"10.0.0.100", "10.0.0.10", "127.0.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1"})
        {
            Ip ip;
            ip.source = source;
            Expect(bench, Segment(SYN)(ip), {}, {}, "from " + source);
        }
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetTable().GetSize(), 0, "no entry");
        for (const std::string source : {"10.0.0.21", "10.0.0.255"})
        {
            Ip ip;
            ip.source = source;
            const auto packet = Segment(SYN)(ip);
            Expect(bench, packet, {}, Tunnelled(packet, 21), "from " + source);
        }
    }
};

/// 5., 6. and 7.
class OptionsTestCase : public LocalTestCase
{
  public:
    OptionsTestCase()
        : LocalTestCase("IP options")
    {
    }

  private:
    void DoRun() override
    {
        TestTaken();
        TestBad();
        TestEcho();
        TestLimits();
        TestFragments();
    }

    /// 5.
    void TestTaken()
    {
        DirectorBench bench;
        bench.AddService("rr", {1});
        std::string nops;
        for (int i = 0; i < 40; i++)
        {
            nops += "01";
        }
        // as they come, as they go; T is the time
        for (const auto& [in, out] : std::vector<std::pair<std::string, std::string>>{
                 {"01010101", "01010101"},
                 {nops, nops},
                 {"00000000", "00000000"},
                 {"01000101", "01000000"},
                 {"010100070f040000", "0101000000000000"},
                 {"94040000", "94040000"},
                 {"94040001", "94040001"},
                 {"9e040000", "9e040000"},
                 {"820b00000000000000000000", "820b00000000000000000000"},
                 {"88040001", "88040001"},
                 {"070f0400000000000000000000000000", "070f080a000064000000000000000000"},
                 {"0707080102030400", "0707080102030400"},
                 {"07030400", "07030400"},
                 {"0707090000000000", "0707090000000000"},
                 {"440c05000000000000000000", "440c0900T00000000"},
                 {"440c05010000000000000000", "440c0d010a000064T"},
                 {"440c05030a00006400000000", "440c0d030a000064T"},
                 {"440c05030a00000a00000000", "440c0d030a00000aT"},
                 {"440c05030a00001500000000", "440c05030a00001500000000"},
                 {"440c0503ffffffff00000000", "440c0d03ffffffffT"},
                 {"4408050200000000", "4408050200000000"},
                 {"44040500", "44040510"},
                 {"440405e0", "440405f0"},
                 {"440405f3", "440405f3"},
             })
        {
            auto hex = out;
            const auto at = hex.find('T');
            if (at != std::string::npos)
            {
                hex.replace(at, 1, ToHex(TimeOfDay()));
            }
            Ip ip;
            ip.options = FromHex(in);
            Ip expected;
            expected.options = FromHex(hex);
            Expect(bench, Segment(SYN)(ip), {}, Tunnelled(Segment(SYN)(expected), 21), in);
        }
    }

    /// 6.
    void TestBad()
    {
        DirectorBench bench;
        bench.AddService("rr", {1});
        bench.director->SetIcmpRateLimit(Time(0));
        for (const auto& [options, pointer] : std::vector<std::pair<std::string, uint32_t>>{
                 {"07300400", 20},
                 {"07010101", 20},
                 {"01010107", 23},
                 {"07020400", 21},
                 {"0707030000000000", 22},
                 {"0707050000000000", 22},
                 {"44030500", 21},
                 {"44040400", 22},
                 {"440405f0", 23},
                 {"4408060000000000", 22},
                 {"4408050100000000", 22},
                 {"4408050300000000", 22},
                 {"94030000", 21},
                 {"83020400", 21},
                 {"8307030a00000900", 22},
                 {"8307040a0000098907040a0000090000", 27},
             })
        {
            Ip ip;
            ip.options = FromHex(options);
            const auto packet = Segment(SYN)(ip);
            Expect(bench, packet, Icmp(ErrorHeader(), 12, 0, pointer << 24, packet), {}, options);
        }
        // what a good option before the bad one has got is quoted, with the checksum that came, and
        // goes back
        Ip ip;
        ip.options = FromHex("07070400000000070704000000000000");
        Ip filled;
        filled.options = FromHex("0707080a000064070704000000000000");
        auto answer = ErrorHeader();
        answer.options = FromHex("0707080a00006400");
        Expect(bench,
               Segment(SYN)(ip),
               Icmp(answer, 12, 0, 27U << 24, Quoted(Segment(SYN)(filled), Segment(SYN)(ip))),
               {},
               "two record routes");
        for (const std::string options :
             {"8307040a00000900", "8907040a00000900", "83030400", "8307080a00000900"})
        {
            ip.options = FromHex(options);
            Expect(bench, Segment(SYN)(ip), {}, {}, "source route " + options);
        }
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetDropped(DropReason::BAD_OPTIONS), 21, "counted");
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetTable().GetSize(), 0, "no entry");
    }

    /// 7.
    void TestEcho()
    {
        DirectorBench bench;
        bench.AddService("rr", {1});
        Ip ip;
        ip.options = FromHex("0707040000000000");
        auto answer = AnswerHeader();
        answer.options = FromHex("0707080a00006400");
        Tcp reset;
        reset.source = 81;
        reset.destination = 1024;
        reset.sequence = 0;
        reset.acknowledged = 1001;
        reset.flags = RST | ACK;
        reset.window = 0;
        Expect(bench, Segment(SYN, 81)(ip), reset(answer), {}, "RST");
        answer.df = false;
        Expect(bench,
               Icmp(ip, 8, 0, 5, Data(16)),
               Icmp(answer, 0, 0, 5, Data(16)),
               {},
               "echo reply");
        answer.tos = 0xc0;
        ip.protocol = 99;
        const auto packet = ip(Data(16));
        ip.options = answer.options;
        Expect(bench, packet, Icmp(answer, 3, 2, 0, Quoted(ip(Data(16)), packet)), {}, "ICMP 3/2");
        ip.protocol = 6;
        ip.options = FromHex("01010101");
        const auto udp = Udp(ip, 1024, 99);
        Expect(bench, udp, Icmp(ErrorHeader(), 3, 3, 0, udp), {}, "no operation is not echoed");
        reset.source = 80;
        reset.sequence = 2000;
        reset.acknowledged = 0;
        reset.flags = RST;
        Expect(bench, Segment(ACK)(ip), reset(AnswerHeader()), {}, "neither in a RST");
    }

    /// 8.
    void TestLimits()
    {
        DirectorBench bench;
        bench.AddService("rr", {1});
        Ip ip;
        ip.options = FromHex("01010101");
        auto packet = Segment(SYN)(ip, Data(1436));
        Expect(bench, packet, {}, Tunnelled(packet, 21), "1480 octets");
        packet = Segment(SYN)(ip, Data(1437));
        Expect(bench,
               packet,
               Icmp(ErrorHeader(), 3, 4, 1480, First(Forwarded(packet), 548)),
               {},
               "1481 octets");
        ip.ttl = 1;
        packet = Segment(SYN)(ip);
        Expect(bench, packet, Icmp(ErrorHeader(), 11, 0, 0, packet), {}, "TTL 1");
    }

    /// 8., fragments
    void TestFragments()
    {
        DirectorBench bench;
        bench.AddService("rr", {1});
        const auto whole = Segment(SYN)(Ip(), Data(200));
        const auto send = [&](uint16_t id, const std::string& first, const std::string& rest) {
            Ip ip;
            ip.df = false;
            ip.id = id;
            ip.mf = true;
            ip.options = FromHex(first);
            auto out = bench.Exchange(ip(Part(whole, 20, 124)));
            ip.mf = false;
            ip.offset = 104;
            ip.options = FromHex(rest);
            const auto more = bench.Exchange(ip(Part(whole, 124, whole.size())));
            out.client.insert(out.client.end(), more.client.begin(), more.client.end());
            out.server.insert(out.server.end(), more.server.begin(), more.server.end());
            return out;
        };
        const auto expect = [&](const DirectorBench::Output& out,
                                uint16_t id,
                                const std::string& options,
                                const std::string& what) {
            Octets inner;
            for (const auto& packet : out.server)
            {
                inner = inner + Part(packet, 20, packet.size());
            }
            Ip ip;
            ip.df = false;
            ip.id = id;
            ip.options = FromHex(options);
            const auto expected = Forwarded(ip(Part(whole, 20, whole.size())));
            NS_TEST_EXPECT_MSG_EQ(out.client.size(), 0, what << ": no answer");
            NS_TEST_EXPECT_MSG_EQ(ToHex(inner), ToHex(expected), what << ": what goes on");
        };
        auto out = send(7, "0707040000000000", "");
        expect(out, 7, "0707080a00006400", "record route in the first");
        NS_TEST_ASSERT_MSG_EQ(out.server.size(), 3, "outer fragments");
        NS_TEST_EXPECT_MSG_EQ(At(out.server, 0).size(), 132, "as long as the longest came");
        expect(send(8, "01010101", "01010101"), 8, "01010101", "in both");
        expect(send(9, "", "94040000"), 9, "", "in the second only");
        out = send(11, "07030300", "");
        NS_TEST_EXPECT_MSG_EQ(out.server.size(), 0, "bad in the first: nothing goes on");
        Ip ip;
        ip.df = false;
        ip.id = 11;
        ip.mf = true;
        ip.options = FromHex("07030300");
        NS_TEST_EXPECT_MSG_EQ(
            ToHex(WithoutId(Only(out.client))),
            ToHex(Icmp(ErrorHeader(), 12, 0, 22U << 24, ip(Part(whole, 20, 124)))),
            "bad in the first: answered");
        out = send(12, "", "07030300");
        NS_TEST_EXPECT_MSG_EQ(out.server.size() + out.client.size(), 0, "bad in the second");
    }
};

/// The suite
class LocalAnswerTestSuite : public TestSuite
{
  public:
    LocalAnswerTestSuite()
        : TestSuite("gipt-local-answer")
    {
        AddTestCase(new ResetTestCase);
        AddTestCase(new UnreachableTestCase);
        AddTestCase(new QueryTestCase);
        AddTestCase(new OptionsTestCase);
    }
};

LocalAnswerTestSuite g_localAnswerTestSuite; //!< the suite

} // namespace
