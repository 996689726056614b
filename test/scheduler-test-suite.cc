/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/director-core.h"
#include "ns3/mh-scheduler.h"
#include "ns3/test.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of the schedulers, in a director without a network:
 *  1. schedulers are found by short name and by TypeId name, one of the user's own too;
 *  2. the first 20 choices of rr, wrr, lc, wlc for equal and for falling weights, as a Linux
 *     director was seen to make them;
 *  3. the place of rr when servers come and go;
 *  4. the first round of wrr depends on how the servers came; its mark after a change of weight;
 *  5. servers of weight 0 are skipped by every scheduler; with no other, none is chosen;
 *  6. thresholds: a server is left alone from the upper one on, until enough connections expire;
 *     an edit lets it go;
 *  7. SipHash-1-3 against the vector of the Linux kernel's own test (lib/test_siphash.c);
 *  8. sh and mh against tables computed by another implementation (in Python, from the rules, not
 *     from this code), with and without the client's port; shares of the servers; how few clients
 *     move when a server goes;
 *  9. sh and mh with the client's server quiesced or overloaded, with and without fallback.
 * What they chose on Linux while servers came and went is in trace-test-suite.cc.
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

/// A director with one service, 10.0.0.100:80, and clients that open connections to it.
class Bench
{
  public:
    /**
     * @param scheduler its name
     * @param weights weights of real servers to add: 10.0.0.21, 10.0.0.22 and so on
     * @param flags flags of the scheduler
     */
    Bench(const std::string& scheduler,
          const std::vector<uint32_t>& weights,
          const std::vector<std::string>& flags = {})
    {
        m_core.AddService(m_address, 80, 6, scheduler, flags);
        m_service = m_core.FindService(m_address, 80, 6);
        for (std::size_t i = 0; i < weights.size(); ++i)
        {
            Add(21 + i, weights[i]);
        }
    }

    ~Bench()
    {
        m_core.ClearServices();
    }

    /**
     * @brief Add a server.
     * @param octet last octet of its address
     * @param weight its weight
     * @param upper its upper threshold
     * @param lower its lower threshold
     */
    void Add(uint32_t octet, uint32_t weight, uint32_t upper = 0, uint32_t lower = 0)
    {
        m_core.AddRealServer(m_service, GetAddress(octet), 80, weight, upper, lower);
    }

    /**
     * @brief Change a server.
     * @param octet last octet of its address
     * @param weight its weight
     * @param upper its upper threshold
     * @param lower its lower threshold
     */
    void Edit(uint32_t octet, uint32_t weight, uint32_t upper = 0, uint32_t lower = 0)
    {
        m_core.EditRealServer(m_service, GetAddress(octet), 80, weight, upper, lower);
    }

    /**
     * @brief Remove a server.
     * @param octet last octet of its address
     */
    void Remove(uint32_t octet)
    {
        m_core.RemoveRealServer(m_service, GetAddress(octet), 80);
    }

    /**
     * @brief Open connections from one client, each from the next port.
     * @param count how many
     * @return last octets of the servers chosen, "-" for none
     */
    std::string Open(unsigned count)
    {
        std::string choices;
        for (unsigned i = 0; i < count; ++i)
        {
            choices += (i > 0 ? " " : "") + OpenFrom(Ipv4Address("10.1.0.1"), m_port++);
        }
        return choices;
    }

    /**
     * @brief Open a connection.
     * @param client address of the client
     * @param port port of the client
     * @return last octet of the server chosen, "-" for none
     */
    std::string OpenFrom(Ipv4Address client, uint16_t port)
    {
        ConnectionKey key;
        key.client = client;
        key.clientPort = port;
        key.virtualAddress = m_address;
        key.virtualPort = 80;
        key.protocol = 6;
        const auto decision = m_core.Decide(key, 2, 40, m_now); // SYN
        return decision.server ? std::to_string(decision.server->GetAddress().Get() & 0xff) : "-";
    }

    /**
     * @brief Open connections from 20 clients, 10.1.0.1 to 10.1.0.20.
     * @return last octets of the servers chosen, "-" for none
     */
    std::string OpenFromMany()
    {
        std::string choices;
        for (uint32_t i = 1; i <= 20; ++i)
        {
            choices += (i > 1 ? " " : "") + OpenFrom(Ipv4Address(0x0a010000 + i), m_port);
        }
        ++m_port;
        return choices;
    }

    /**
     * @brief Let time pass.
     * @param time how long
     */
    void Wait(Time time)
    {
        m_now += time;
        m_core.ExpireConnections(m_now);
    }

    /**
     * @brief How many places each server has in a hashing scheduler's table.
     * @return such as "21:1636 22:1227"
     */
    std::string CountPlaces() const
    {
        std::map<uint32_t, unsigned> counts;
        for (const auto server : GetTable())
        {
            ++counts[server->GetAddress().Get() & 0xff];
        }
        std::ostringstream text;
        for (const auto& count : counts)
        {
            text << (text.tellp() > 0 ? " " : "") << count.first << ':' << count.second;
        }
        return text.str();
    }

    /**
     * @brief The table of a hashing scheduler.
     * @return server of each place
     */
    std::vector<RealServer*> GetTable() const
    {
        return DynamicCast<HashScheduler>(m_service->GetScheduler())->GetTable();
    }

  private:
    /**
     * @param octet last octet
     * @return address of a server
     */
    static Ipv4Address GetAddress(uint32_t octet)
    {
        return Ipv4Address(0x0a000000 + octet);
    }

    DirectorCore m_core;                       //!< the director
    const Ipv4Address m_address{"10.0.0.100"}; //!< the VIP
    Ptr<VirtualService> m_service;             //!< the service
    Time m_now{Seconds(1)};                    //!< the time
    uint16_t m_port{20000};                    //!< port of the next connection
};

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
        for (const std::string name : {"lc", "mh", "oldest", "rr", "sh", "wlc", "wrr"})
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
        Bench bench("oldest", {1, 1, 1});
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
        Bench bench(m_scheduler, m_weights);
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
            Bench bench("rr", {1, 1, 1});
            NS_TEST_EXPECT_MSG_EQ(bench.Open(1), "23", "newest first");
            bench.Add(24, 1);
            NS_TEST_EXPECT_MSG_EQ(bench.Open(5), "22 21 24 23 22", "met after the wrap");
        }
        {
            Bench bench("rr", {1, 1, 1});
            bench.Open(2);
            bench.Remove(22);
            NS_TEST_EXPECT_MSG_EQ(bench.Open(3), "21 23 21", "the last chosen removed");
        }
        {
            Bench bench("rr", {1, 1, 1});
            bench.Open(1);
            bench.Remove(23);
            NS_TEST_EXPECT_MSG_EQ(bench.Open(3), "22 21 22", "the head removed");
        }
        {
            Bench bench("rr", {1, 1, 1});
            bench.Open(1);
            bench.Remove(22);
            NS_TEST_EXPECT_MSG_EQ(bench.Open(3), "21 23 21", "the next one removed");
        }
        {
            Bench bench("rr", {1, 1, 1});
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
            Bench bench("wrr", {1, 2, 4});
            NS_TEST_EXPECT_MSG_EQ(bench.Open(10),
                                  "23 22 21 23 23 23 22 23 22 21",
                                  "the first round is at mark 1, the next starts at the top");
            bench.Edit(21, 8);
            bench.Edit(22, 8);
            bench.Edit(23, 8);
            NS_TEST_EXPECT_MSG_EQ(bench.Open(7), "23 22 21 23 22 21 23", "all the same now");
        }
        {
            Bench bench("wrr", {0, 0});
            NS_TEST_EXPECT_MSG_EQ(bench.Open(1), "-", "no weight at all");
            bench.Edit(22, 3);
            NS_TEST_EXPECT_MSG_EQ(bench.Open(2), "22 22", "one with weight");
        }
        {
            Bench bench("wrr", {4, 2, 1});
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
        Bench bench(m_scheduler, {0, 0, 0});
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
            Bench bench("rr", {1});
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
            Bench bench("rr", {1});
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
            Bench bench("sh", weights);
            NS_TEST_EXPECT_MSG_EQ(bench.OpenFromMany(),
                                  "22 22 22 23 22 24 21 24 21 24 21 22 21 22 21 22 23 22 23 21",
                                  "sh by address");
            NS_TEST_EXPECT_MSG_EQ(bench.Open(4), "22 22 22 22", "whatever the port");
            NS_TEST_EXPECT_MSG_EQ(bench.CountPlaces(), "21:100 22:78 23:52 24:26", "places");
        }
        {
            Bench bench("sh", weights);
            bench.Edit(22, 0);
            NS_TEST_EXPECT_MSG_EQ(bench.CountPlaces(),
                                  "21:128 22:32 23:64 24:32",
                                  "sh leaves a quiesced server one place a turn");
        }
        {
            Bench bench("sh", weights, {"sh-port"});
            NS_TEST_EXPECT_MSG_EQ(bench.Open(20),
                                  "24 21 22 21 22 23 22 23 22 23 21 23 21 21 21 21 21 21 22 22",
                                  "sh by address and port");
        }
        {
            Bench bench("mh", weights);
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
            Bench bench("mh", weights);
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
            Bench bench("mh", weights, {"mh-port"});
            NS_TEST_EXPECT_MSG_EQ(bench.Open(20),
                                  "23 24 21 24 22 22 24 21 24 21 21 23 23 21 22 24 22 21 21 24",
                                  "mh by address and port");
        }
        {
            Bench bench("mh", {65535, 30000, 200, 1});
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
        Bench strict(m_scheduler, {1, 1, 1});
        Bench fallback(m_scheduler, {1, 1, 1}, {m_scheduler + "-fallback"});
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
        AddTestCase(new RrPlaceTestCase);
        AddTestCase(new WrrMarkTestCase);
        for (const std::string name : {"rr", "wrr", "lc", "wlc"})
        {
            AddTestCase(new QuiescedTestCase(name));
        }
        AddTestCase(new ThresholdTestCase);
        AddTestCase(new SipHashTestCase);
        AddTestCase(new HashTableTestCase);
        AddTestCase(new FallbackTestCase("sh"));
        AddTestCase(new FallbackTestCase("mh"));
    }
};

SchedulerTestSuite g_schedulerTestSuite; //!< the suite

} // namespace
