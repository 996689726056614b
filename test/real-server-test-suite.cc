/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "server-bench.h"

#include "ns3/boolean.h"
#include "ns3/random-variable-stream.h"
#include "ns3/simulator.h"
#include "ns3/test.h"
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
 * 8. Random damage to random packets: never a crash, and every packet that reaches the tunnel is
 *    taken out or dropped with a reason.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace packets;

namespace
{

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
        AddTestCase(new DamageTestCase);
    }
};

/// The suite
RealServerTestSuite g_realServerTestSuite;

} // namespace
