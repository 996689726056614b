/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/director-core.h"
#include "ns3/random-variable-stream.h"
#include "ns3/test.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of twos, in a director without a network, against the rules of ip_vs_twos.c in Linux 6.1:
 *
 *  1. two draws from 0 to the sum of the weights, both included, for each new connection and for
 *     nothing else: all choices follow from the stream that AssignStreams gives;
 *  2. the law of one draw, when the servers are equally loaded;
 *  3. the law of the better of two, load against weight;
 *  4. servers of weight 0 or above their threshold are not drawn; without another one nothing is
 *     drawn;
 *  5. another stream, other choices; the other schedulers take no stream;
 *  6. loads are compared in 32 bits.
 */

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/// How often each server was chosen, by the last octet of its address; 0 for none
using Counts = std::map<uint32_t, uint32_t>;

/// A director with one service, in which UDP packets leave no connection.
class Bench
{
  public:
    /**
     * @param weights weights of the servers 10.0.0.21, 10.0.0.22 ...
     */
    explicit Bench(const std::vector<uint32_t>& weights)
    {
        ServiceOptions options;
        options.scheduler = "twos";
        options.onePacket = true;
        m_core.AddService(ServiceId(1), options);
        service = m_core.FindService(ServiceId(1));
        for (std::size_t i = 0; i < weights.size(); i++)
        {
            m_core.AddRealServer(service, Ipv4Address(0x0a000015 + i), 0, weights[i]);
        }
        service->GetScheduler()->AssignStreams(7);
    }

    ~Bench()
    {
        m_core.ClearServices();
    }

    /**
     * @param octet last octet of a server to change
     * @param weight its weight
     * @param upper its upper threshold
     */
    void Edit(uint32_t octet, uint32_t weight, uint32_t upper = 0)
    {
        m_core.EditRealServer(service, Ipv4Address(0x0a000000 + octet), 0, weight, upper);
    }

    /**
     * @brief Load a server, the only one whose weight is not 0, with connections.
     * @param number of connections
     */
    void Load(uint32_t number)
    {
        for (uint32_t i = 0; i < number; i++)
        {
            Choose(2);
        }
    }

    /**
     * @brief Have a packet scheduled.
     * @param flags TCP flags, 0 for UDP
     * @return last octet of the server, 0 for none
     */
    uint32_t Choose(uint8_t flags = 0)
    {
        ConnectionKey key;
        key.client = Ipv4Address("10.1.0.1");
        key.clientPort = flags ? m_port++ : 1000;
        key.virtualAddress = Ipv4Address("10.2.0.1");
        key.virtualPort = 80;
        key.protocol = flags ? 6 : 17;
        const auto decision = m_core.Decide(key, flags, 40, Seconds(1), 1);
        return decision.server ? decision.server->GetAddress().Get() & 0xff : 0;
    }

    /**
     * @brief Count choices.
     * @param number how many packets
     * @return the counts
     */
    Counts Count(uint32_t number)
    {
        Counts counts;
        for (uint32_t i = 0; i < number; i++)
        {
            counts[Choose()]++;
        }
        return counts;
    }

    Ptr<VirtualService> service; //!< the service

  private:
    DirectorCore m_core;    //!< the director
    uint16_t m_port{20000}; //!< port of the next connection
};

/// The test case.
class TwosTestCase : public TestCase
{
  public:
    TwosTestCase()
        : TestCase("twos draws twice and takes the better one")
    {
    }

  private:
    static constexpr uint32_t DRAWS = 49000; //!< packets for a law

    void DoRun() override
    {
        TestStream();
        TestLaws();
        TestUnavailable();
        TestOverflow();
    }

    /**
     * @brief Compare counts with a law, by the sum of squares with two degrees of freedom.
     * @param counts the counts
     * @param shares expected shares of 21, 22 and 23 in 1/49
     * @param what what is tested
     */
    void ExpectLaw(Counts counts, const std::vector<uint32_t>& shares, const std::string& what)
    {
        double sum = 0;
        for (uint32_t i = 0; i < 3; i++)
        {
            const double expected = DRAWS / 49.0 * shares[i];
            sum += (counts[21 + i] - expected) * (counts[21 + i] - expected) / expected;
        }
        NS_TEST_EXPECT_MSG_LT(sum, 13.8, what << ": once in 1000 it would be more");
    }

    /// 1. and 5.
    void TestStream()
    {
        Bench bench({1, 2, 3});
        const auto draw = CreateObject<UniformRandomVariable>();
        draw->SetStream(7);
        for (int i = 0; i < 1000; i++)
        {
            // newest first: 23 up to 3, 22 up to 5, 21 up to 6; all idle, so the first draw counts
            const auto first = draw->GetInteger(0, 6);
            draw->GetInteger(0, 6);
            NS_TEST_ASSERT_MSG_EQ(bench.Choose(),
                                  (first <= 3   ? 23U
                                   : first <= 5 ? 22U
                                                : 21U),
                                  "choice " << i);
        }
        Bench other({1, 2, 3});
        NS_TEST_EXPECT_MSG_EQ(other.service->GetScheduler()->AssignStreams(8), 1, "one stream");
        Bench same({1, 2, 3});
        int differences = 0;
        for (int i = 0; i < 100; i++)
        {
            differences += other.Choose() != same.Choose();
        }
        NS_TEST_EXPECT_MSG_GT(differences, 20, "another stream");
        for (const auto& name : Scheduler::GetNames())
        {
            NS_TEST_EXPECT_MSG_EQ(Scheduler::Create(name)->AssignStreams(0),
                                  (name == "twos" ? 1 : 0),
                                  name << " and streams");
        }
    }

    /// 2. and 3.
    void TestLaws()
    {
        Bench bench({1, 2, 3});
        ExpectLaw(bench.Count(DRAWS), {7, 14, 28}, "one draw");
        // one connection for 21, four for 22, nine for 23: loads by weight 1, 2 and 3
        bench.Edit(22, 0);
        bench.Edit(23, 0);
        bench.Load(1);
        bench.Edit(21, 0);
        bench.Edit(22, 2);
        bench.Load(4);
        bench.Edit(22, 0);
        bench.Edit(23, 3);
        bench.Load(9);
        bench.Edit(21, 1);
        bench.Edit(22, 2);
        // 23 only if drawn twice, with 4/7; 21 if drawn at all, with 1/7
        ExpectLaw(bench.Count(DRAWS), {13, 20, 16}, "the better of two");
    }

    /// 4.
    void TestUnavailable()
    {
        Bench bench({1, 2, 3});
        bench.Edit(23, 0);
        auto counts = bench.Count(400);
        NS_TEST_EXPECT_MSG_EQ(counts[23], 0U, "weight 0");
        // 22 up to 2 of 0 to 3
        NS_TEST_EXPECT_MSG_GT(counts[22], 240U, "three quarters");
        NS_TEST_EXPECT_MSG_LT(counts[22], 360U, "three quarters");
        bench.Edit(21, 0);
        bench.Load(2);
        bench.Edit(22, 2, 3);
        bench.Load(1);
        bench.Edit(21, 1);
        counts = bench.Count(100);
        NS_TEST_EXPECT_MSG_EQ(counts[21], 100U, "22 is at its threshold");
        bench.Edit(21, 0);
        NS_TEST_EXPECT_MSG_EQ(bench.Count(50)[0], 50U, "no server");

        Bench first({0, 0, 0});
        Bench second({0, 0, 0});
        first.Count(50);
        for (const uint32_t octet : {21, 22, 23})
        {
            first.Edit(octet, 1);
            second.Edit(octet, 1);
        }
        for (int i = 0; i < 50; i++)
        {
            NS_TEST_EXPECT_MSG_EQ(first.Choose(), second.Choose(), "nothing was drawn");
        }
    }

    /// 6.
    void TestOverflow()
    {
        Bench bench({65535, 0});
        bench.Load(129); // 129 * 256 * 65535 is above 2^31
        bench.Edit(22, 65535);
        const auto counts = bench.Count(400);
        NS_TEST_EXPECT_MSG_GT(counts.at(21), 240U, "21 looks idle, taken if drawn at all");
    }
};

/// The suite.
class TwosSchedulerTestSuite : public TestSuite
{
  public:
    TwosSchedulerTestSuite()
        : TestSuite("gipt-twos-scheduler")
    {
        AddTestCase(new TwosTestCase);
    }
};

TwosSchedulerTestSuite g_twosSchedulerTestSuite; //!< the suite

} // namespace
