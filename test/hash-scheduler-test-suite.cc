/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "scheduler-bench.h"

#include "ns3/mh-scheduler.h"
#include "ns3/test.h"

#include <sstream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of the schedulers that look the client up in a table, sh and mh:
 *  1. SipHash-1-3 against the vector of the Linux kernel's own test (lib/test_siphash.c);
 *  2. choices against tables computed by another implementation (in Python, from the rules, not
 *     from this code), with and without the client's port; shares of the servers, quiesced ones
 *     too; how few clients of mh move when a server goes;
 *  3. choices with the client's server quiesced or overloaded, with and without fallback.
 */

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/// SipHash.
class SipHashTestCase : public TestCase
{
  public:
    SipHashTestCase()
        : TestCase("SipHash-1-3 of four octets")
    {
    }

  private:
    void DoRun() override
    {
        NS_TEST_EXPECT_MSG_EQ(MhScheduler::SipHash13(0x03020100,
                                                     UINT64_C(0x0706050403020100),
                                                     UINT64_C(0x0f0e0d0c0b0a0908)),
                              0x88d38328,
                              "the kernel's vector for 00 01 02 03");
    }
};

/// The tables of sh and mh.
class HashTableTestCase : public TestCase
{
  public:
    HashTableTestCase()
        : TestCase("sh and mh lead clients where the rules say")
    {
    }

  private:
    void DoRun() override
    {
        const std::vector<uint32_t> weights{4, 3, 2, 1};
        {
            schedulers::Bench bench("sh", weights);
            NS_TEST_EXPECT_MSG_EQ(bench.OpenFromMany(),
                                  "22 22 22 23 22 24 21 24 21 24 21 22 21 22 21 22 23 22 23 21",
                                  "sh by address");
            NS_TEST_EXPECT_MSG_EQ(bench.Open(4), "22 22 22 22", "whatever the port");
            NS_TEST_EXPECT_MSG_EQ(bench.CountPlaces(), "21:100 22:78 23:52 24:26", "places");
        }
        {
            schedulers::Bench bench("sh", weights);
            bench.Edit(22, 0);
            NS_TEST_EXPECT_MSG_EQ(bench.CountPlaces(),
                                  "21:128 22:32 23:64 24:32",
                                  "sh leaves a quiesced server one place a turn");
        }
        {
            schedulers::Bench bench("sh", weights, {"sh-port"});
            NS_TEST_EXPECT_MSG_EQ(bench.Open(20),
                                  "24 21 22 21 22 23 22 23 22 23 21 23 21 21 21 21 21 21 22 22",
                                  "sh by address and port");
        }
        {
            schedulers::Bench bench("mh", weights);
            NS_TEST_EXPECT_MSG_EQ(bench.OpenFromMany(),
                                  "21 22 21 22 21 22 21 21 23 21 22 21 23 22 21 23 22 24 21 21",
                                  "mh by address");
            NS_TEST_EXPECT_MSG_EQ(bench.CountPlaces(), "21:1636 22:1227 23:820 24:410", "places");
            const auto before = bench.GetTable();
            bench.Remove(21);
            const auto after = bench.GetTable();
            unsigned moved = 0;
            for (std::size_t i = 0; i < before.size(); ++i)
            {
                const bool gone = (before[i]->GetAddress().Get() & 0xff) == 21;
                moved += !gone && before[i] != after[i];
            }
            NS_TEST_EXPECT_MSG_EQ(moved, 13, "few others move when a server goes");
            NS_TEST_EXPECT_MSG_EQ(bench.CountPlaces(), "22:2046 23:1364 24:683", "places left");
        }
        {
            schedulers::Bench bench("mh", weights);
            bench.OpenFromMany();
            bench.Edit(22, 0);
            NS_TEST_EXPECT_MSG_EQ(bench.CountPlaces(),
                                  "21:1636 22:1227 23:820 24:410",
                                  "mh leaves a quiesced server its places");
            bench.Remove(22);
            bench.Add(22, 0);
            NS_TEST_EXPECT_MSG_EQ(bench.CountPlaces().find("22"),
                                  std::string::npos,
                                  "a server that comes back without weight has none");
        }
        {
            schedulers::Bench bench("mh", weights, {"mh-port"});
            NS_TEST_EXPECT_MSG_EQ(bench.Open(20),
                                  "23 24 21 24 22 22 24 21 24 21 21 23 23 21 22 24 22 21 21 24",
                                  "mh by address and port");
        }
        {
            schedulers::Bench bench("mh", {65535, 30000, 200, 1});
            NS_TEST_EXPECT_MSG_EQ(bench.OpenFromMany(),
                                  "21 21 21 22 21 22 21 21 21 21 22 21 21 22 21 21 22 21 21 21",
                                  "mh with weights far apart");
            NS_TEST_EXPECT_MSG_EQ(bench.CountPlaces(),
                                  "21:2729 22:1276 23:44 24:44",
                                  "small weights get one place a turn");
        }
    }
};

/// Fallback.
class FallbackTestCase : public TestCase
{
  public:
    /// @param scheduler "sh" or "mh"
    explicit FallbackTestCase(const std::string& scheduler)
        : TestCase(scheduler + " with the client's server not available"),
          m_scheduler(scheduler)
    {
    }

  private:
    void DoRun() override
    {
        schedulers::Bench strict(m_scheduler, {1, 1, 1});
        schedulers::Bench fallback(m_scheduler, {1, 1, 1}, {m_scheduler + "-fallback"});
        const auto first = strict.OpenFromMany();
        NS_TEST_EXPECT_MSG_EQ(fallback.OpenFromMany(), first, "all are available");
        NS_TEST_ASSERT_MSG_NE(first.find("22"), std::string::npos, "22 has clients");
        NS_TEST_ASSERT_MSG_NE(first.find("21"), std::string::npos, "21 has clients");

        strict.Edit(22, 0);
        fallback.Edit(22, 0);
        Compare(first, strict.OpenFromMany(), fallback.OpenFromMany());

        // one connection more fills it
        strict.Edit(22, 1, 1);
        fallback.Edit(22, 1, 1);
        strict.OpenFromMany();
        fallback.OpenFromMany();
        Compare(first, strict.OpenFromMany(), fallback.OpenFromMany());

        for (const uint32_t octet : {21, 22, 23})
        {
            fallback.Edit(octet, 0);
        }
        NS_TEST_EXPECT_MSG_EQ(fallback.Open(1), "-", "none is available");
    }

    /**
     * @brief Compare the choices while 22 is not available with those before.
     * @param first choices before
     * @param strict choices without fallback
     * @param fallback choices with fallback
     */
    void Compare(const std::string& first, const std::string& strict, const std::string& fallback)
    {
        std::istringstream firsts(first);
        std::istringstream stricts(strict);
        std::istringstream fallbacks(fallback);
        std::string a;
        std::string b;
        std::string c;
        while (firsts >> a && stricts >> b && fallbacks >> c)
        {
            NS_TEST_EXPECT_MSG_EQ(b, (a == "22" ? "-" : a), "its clients are refused");
            NS_TEST_EXPECT_MSG_EQ((c == "21" || c == "23"), true, "its clients go elsewhere");
            NS_TEST_EXPECT_MSG_EQ((a == "22" || c == a), true, "the others stay");
        }
    }

    const std::string m_scheduler; //!< its name
};

/// The suite.
class HashSchedulerTestSuite : public TestSuite
{
  public:
    HashSchedulerTestSuite()
        : TestSuite("gipt-hash-scheduler")
    {
        AddTestCase(new SipHashTestCase);
        AddTestCase(new HashTableTestCase);
        AddTestCase(new FallbackTestCase("sh"));
        AddTestCase(new FallbackTestCase("mh"));
    }
};

HashSchedulerTestSuite g_hashSchedulerTestSuite; //!< the suite

} // namespace
