/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "scheduler-bench.h"

#include "ns3/test.h"

#include <algorithm>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of the schedulers, in a director without a network:
 *  1. schedulers are found by short name and by TypeId name, one of the user's own too;
 *  2. the first 20 choices of rr, wrr, lc, wlc, sed, nq, fo, ovf and dh for equal and for falling
 *     weights, as a Linux director was seen to make them;
 *  3. the place of rr when servers come and go;
 *  4. the first round of wrr depends on how the servers came; its mark after a change of weight;
 *  5. servers of weight 0 are skipped by every scheduler; with no other, none is chosen;
 *  6. thresholds: a server is left alone from the upper one on, until enough connections expire;
 *     an edit lets it go.
 * Those that hash are in hash-scheduler-test-suite.cc, what Linux chose while servers came and went
 * is in trace-test-suite.cc.
 */

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/// A scheduler as a user might add it: always the server that was added first.
class OldestScheduler : public Scheduler
{
  public:
    /// @return the object TypeId
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::gipt::OldestScheduler")
                                .SetParent<Scheduler>()
                                .SetGroupName("GlobalIpTunneling")
                                .AddConstructor<OldestScheduler>();
        return tid;
    }

    RealServer* Schedule(const VirtualService& service, const ConnectionKey& key, Time now) override
    {
        return service.GetServers().empty() ? nullptr : PeekPointer(service.GetServers().back());
    }
};

NS_OBJECT_ENSURE_REGISTERED(OldestScheduler);

/// Schedulers by name.
class NameTestCase : public TestCase
{
  public:
    NameTestCase()
        : TestCase("schedulers are found by name")
    {
    }

  private:
    void DoRun() override
    {
        const auto names = Scheduler::GetNames();
        for (const std::string name :
             {"dh", "fo", "lc", "mh", "nq", "oldest", "ovf", "rr", "sed", "sh", "wlc", "wrr"})
        {
            NS_TEST_EXPECT_MSG_EQ(std::count(names.begin(), names.end(), name),
                                  1,
                                  name << " is listed once");
            const auto scheduler = Scheduler::Create(name);
            NS_TEST_ASSERT_MSG_EQ(bool(scheduler), true, name << " is made");
            NS_TEST_EXPECT_MSG_EQ(scheduler->GetName(), name, "it knows its name");
        }
        NS_TEST_EXPECT_MSG_EQ(bool(Scheduler::Create("ns3::gipt::RrScheduler")), true, "TypeId");
        for (const std::string name : {"", "RR", "hash", "director", "ns3::gipt::HashScheduler"})
        {
            NS_TEST_EXPECT_MSG_EQ(bool(Scheduler::Create(name)), false, "no '" << name << "'");
        }
        schedulers::Bench bench("oldest", {1, 1, 1});
        NS_TEST_EXPECT_MSG_EQ(bench.Open(3), "21 21 21", "a scheduler of the user's own chooses");
    }
};

/// First choices.
class FirstChoicesTestCase : public TestCase
{
  public:
    /**
     * @param scheduler its name
     * @param weights weights of the servers
     * @param expected choices
     */
    FirstChoicesTestCase(const std::string& scheduler,
                         const std::vector<uint32_t>& weights,
                         const std::string& expected)
        : TestCase("first choices of " + scheduler + " among " + std::to_string(weights.size())),
          m_scheduler(scheduler),
          m_weights(weights),
          m_expected(expected)
    {
    }

  private:
    void DoRun() override
    {
        schedulers::Bench bench(m_scheduler, m_weights);
        NS_TEST_EXPECT_MSG_EQ(bench.Open(20), m_expected, "first choices");
    }

    const std::string m_scheduler;         //!< its name
    const std::vector<uint32_t> m_weights; //!< weights of the servers
    const std::string m_expected;          //!< choices
};

/// The place of rr.
class RrPlaceTestCase : public TestCase
{
  public:
    RrPlaceTestCase()
        : TestCase("rr keeps its place when servers come and go")
    {
    }

  private:
    void DoRun() override
    {
        {
            schedulers::Bench bench("rr", {1, 1, 1});
            NS_TEST_EXPECT_MSG_EQ(bench.Open(1), "23", "newest first");
            bench.Add(24, 1);
            NS_TEST_EXPECT_MSG_EQ(bench.Open(5), "22 21 24 23 22", "met after the wrap");
        }
        {
            schedulers::Bench bench("rr", {1, 1, 1});
            bench.Open(2);
            bench.Remove(22);
            NS_TEST_EXPECT_MSG_EQ(bench.Open(3), "21 23 21", "the last chosen removed");
        }
        {
            schedulers::Bench bench("rr", {1, 1, 1});
            bench.Open(1);
            bench.Remove(23);
            NS_TEST_EXPECT_MSG_EQ(bench.Open(3), "22 21 22", "the head removed");
        }
        {
            schedulers::Bench bench("rr", {1, 1, 1});
            bench.Open(1);
            bench.Remove(22);
            NS_TEST_EXPECT_MSG_EQ(bench.Open(3), "21 23 21", "the next one removed");
        }
        {
            schedulers::Bench bench("rr", {1, 1, 1});
            bench.Open(3);
            bench.Remove(23);
            NS_TEST_EXPECT_MSG_EQ(bench.Open(3), "22 21 22", "one before the last chosen removed");
            bench.Remove(22);
            bench.Remove(21);
            NS_TEST_EXPECT_MSG_EQ(bench.Open(2), "- -", "none left");
            bench.Add(25, 1);
            NS_TEST_EXPECT_MSG_EQ(bench.Open(2), "25 25", "one again");
        }
    }
};

/// The mark of wrr.
class WrrMarkTestCase : public TestCase
{
  public:
    WrrMarkTestCase()
        : TestCase("wrr keeps its mark when weights change")
    {
    }

  private:
    void DoRun() override
    {
        {
            schedulers::Bench bench("wrr", {1, 2, 4});
            NS_TEST_EXPECT_MSG_EQ(bench.Open(10),
                                  "23 22 21 23 23 23 22 23 22 21",
                                  "the first round is at mark 1, the next starts at the top");
            bench.Edit(21, 8);
            bench.Edit(22, 8);
            bench.Edit(23, 8);
            NS_TEST_EXPECT_MSG_EQ(bench.Open(7), "23 22 21 23 22 21 23", "all the same now");
        }
        {
            schedulers::Bench bench("wrr", {0, 0});
            NS_TEST_EXPECT_MSG_EQ(bench.Open(1), "-", "no weight at all");
            bench.Edit(22, 3);
            NS_TEST_EXPECT_MSG_EQ(bench.Open(2), "22 22", "one with weight");
        }
        {
            schedulers::Bench bench("wrr", {4, 2, 1});
            bench.Edit(21, 4, 1);
            NS_TEST_EXPECT_MSG_EQ(bench.Open(8),
                                  "23 22 21 22 23 22 22 23",
                                  "an overloaded server is passed over");
            bench.Edit(22, 2, 1);
            bench.Edit(23, 1, 1);
            NS_TEST_EXPECT_MSG_EQ(bench.Open(4), "23 22 - -", "all overloaded");
        }
    }
};

/// Weight 0.
class QuiescedTestCase : public TestCase
{
  public:
    /// @param scheduler its name
    explicit QuiescedTestCase(const std::string& scheduler)
        : TestCase("a server of weight 0 is skipped by " + scheduler),
          m_scheduler(scheduler)
    {
    }

  private:
    void DoRun() override
    {
        schedulers::Bench bench(m_scheduler, {0, 0, 0});
        NS_TEST_EXPECT_MSG_EQ(bench.Open(3), "- - -", "all are quiesced");
        bench.Edit(22, 2);
        NS_TEST_EXPECT_MSG_EQ(bench.Open(3), "22 22 22", "one is not");
        bench.Edit(22, 0);
        NS_TEST_EXPECT_MSG_EQ(bench.Open(2), "- -", "none again");
    }

    const std::string m_scheduler; //!< its name
};

/// Thresholds.
class ThresholdTestCase : public TestCase
{
  public:
    ThresholdTestCase()
        : TestCase("thresholds hold a server back")
    {
    }

  private:
    void DoRun() override
    {
        {
            schedulers::Bench bench("rr", {1});
            bench.Add(22, 1, 4);
            bench.Wait(Seconds(1));
            bench.Open(2); // 22 21
            bench.Wait(Seconds(30));
            NS_TEST_EXPECT_MSG_EQ(bench.Open(8),
                                  "22 21 22 21 22 21 21 21",
                                  "at the fourth connection the server is full");
            bench.Wait(Seconds(31)); // the first connection of 22 expires
            NS_TEST_EXPECT_MSG_EQ(bench.Open(1), "21", "three are three quarters of four");
            bench.Wait(Seconds(30)); // the others expire
            NS_TEST_EXPECT_MSG_EQ(bench.Open(2), "22 21", "fewer than three quarters");
        }
        {
            schedulers::Bench bench("rr", {1});
            bench.Add(22, 1, 2, 1);
            NS_TEST_EXPECT_MSG_EQ(bench.Open(5), "22 21 22 21 21", "full at two");
            bench.Edit(22, 1, 2, 2);
            NS_TEST_EXPECT_MSG_EQ(bench.Open(1),
                                  "21",
                                  "an edit with the same bound changes nothing");
            bench.Edit(22, 1, 3, 1);
            NS_TEST_EXPECT_MSG_EQ(bench.Open(3), "22 21 21", "a greater bound: one more");
            bench.Edit(22, 1);
            NS_TEST_EXPECT_MSG_EQ(bench.Open(3), "22 21 22", "no bound");
        }
    }
};

/**
 * @brief Say a word again and again.
 * @param word the word
 * @param times how often
 * @return the words, spaces between them
 */
std::string
Repeat(const std::string& word, unsigned times)
{
    std::string text = word;
    for (unsigned i = 1; i < times; ++i)
    {
        text += " " + word;
    }
    return text;
}

/// The suite.
class SchedulerTestSuite : public TestSuite
{
  public:
    SchedulerTestSuite()
        : TestSuite("gipt-scheduler")
    {
        AddTestCase(new NameTestCase);
        const std::vector<uint32_t> equal{1, 1, 1};
        const std::vector<uint32_t> falling{4, 3, 2, 1};
        const std::string turns = "23 22 21 23 22 21 23 22 21 23 22 21 23 22 21 23 22 21 23 22";
        const std::string all = "24 23 22 21 24 23 22 21 24 23 22 21 24 23 22 21 24 23 22 21";
        AddTestCase(new FirstChoicesTestCase("rr", equal, turns));
        AddTestCase(new FirstChoicesTestCase("wrr", equal, turns));
        AddTestCase(new FirstChoicesTestCase("lc", equal, turns));
        AddTestCase(new FirstChoicesTestCase("wlc", equal, turns));
        AddTestCase(new FirstChoicesTestCase("sed", equal, turns));
        AddTestCase(new FirstChoicesTestCase("nq", equal, turns));
        AddTestCase(new FirstChoicesTestCase("fo", equal, Repeat("23", 20)));
        AddTestCase(new FirstChoicesTestCase("ovf", equal, "23 23 22 22 21 21 " + Repeat("-", 14)));
        AddTestCase(new FirstChoicesTestCase("rr", falling, all));
        AddTestCase(new FirstChoicesTestCase("lc", falling, all));
        AddTestCase(new FirstChoicesTestCase(
            "wrr",
            falling,
            "24 23 22 21 21 22 21 23 22 21 24 23 22 21 21 22 21 23 22 21"));
        AddTestCase(new FirstChoicesTestCase(
            "wlc",
            falling,
            "24 23 22 21 21 22 23 21 22 21 24 23 22 21 21 22 23 21 22 21"));
        const std::string delays = "21 22 23 21 22 21 24 23 22 21";
        AddTestCase(new FirstChoicesTestCase("sed", falling, delays + " " + delays));
        AddTestCase(
            new FirstChoicesTestCase("nq", falling, "24 23 22 21 21 22 21 23 22 21 " + delays));
        AddTestCase(new FirstChoicesTestCase("fo", falling, Repeat("21", 20)));
        AddTestCase(new FirstChoicesTestCase("ovf",
                                             falling,
                                             "21 21 21 21 21 22 22 22 22 23 23 23 24 24 " +
                                                 Repeat("-", 6)));
        AddTestCase(new FirstChoicesTestCase("dh", falling, Repeat("24", 20)));
        AddTestCase(new RrPlaceTestCase);
        AddTestCase(new WrrMarkTestCase);
        for (const std::string name : {"rr", "wrr", "lc", "wlc", "sed", "nq", "fo"})
        {
            AddTestCase(new QuiescedTestCase(name));
        }
        AddTestCase(new ThresholdTestCase);
    }
};

SchedulerTestSuite g_schedulerTestSuite; //!< the suite

} // namespace
