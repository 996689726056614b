/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/connection-table.h"
#include "ns3/simulator.h"
#include "ns3/test.h"

#include <functional>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of the connection table and its timing wheel:
 *  1. random operations against a std::map: insert, find, restart to later and earlier times,
 * erase, advance with and without a bound on its work, sweep; while the table grows and shrinks,
 * with ticks that wrap around; nothing expires early, nor a tick late once advanced;
 *  2. the wheel alone: records of all distances come when due and in order, over the wrap-around of
 *     every level;
 *  3. a connection's time is up at the tick that follows its timeout, for timeouts up to 31 days,
 * and the table asks for no more wake-ups than the wheel has levels;
 *  4. keys with the same hash are kept apart;
 *  5. a template counts its connections in 32 bits, is not mixed up with a connection, and can be
 *     kept by the callback, whoever met it;
 *  6. the size can be bounded;
 *  7. the order of a table depends on keys and seed, not on its history;
 *  8. sweeping visits each connection once a round and removes those it is told to;
 *  9. a connection takes less than 48 bytes, memory falls when connections expire, and clearing
 *     leaves an empty table even while it is being resized.
 */

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/// Length of a tick of the table.
const Time TICK = MilliSeconds(4);

/**
 * @brief Make a key.
 * @param client address and port of the client: 2^40 of them
 * @return the key
 */
ConnectionKey
MakeKey(uint64_t client)
{
    ConnectionKey key;
    key.client = Ipv4Address(0x0a000000 + static_cast<uint32_t>(client & 0xffffff));
    key.clientPort = static_cast<uint16_t>(1 + (client >> 24));
    key.virtualAddress = Ipv4Address("192.0.2.1");
    key.virtualPort = 80;
    key.protocol = 6;
    return key;
}

/**
 * @brief The number that MakeKey() made a connection's key from.
 * @param connection the connection
 * @return the number
 */
uint64_t
GetClient(const Connection& connection)
{
    return (uint64_t{connection.clientPort} - 1) << 24 | (connection.client - 0x0a000000);
}

/// 1. Random operations against a std::map.
class OracleTestCase : public TestCase
{
  public:
    /**
     * @brief Constructor.
     * @param seed of the random operations
     * @param clients how many different keys
     * @param start time of the first operation
     */
    OracleTestCase(uint32_t seed, uint32_t clients, Time start)
        : TestCase("random operations, seed " + std::to_string(seed)),
          m_random(seed),
          m_clients(clients),
          m_now(start.GetNanoSeconds())
    {
    }

  private:
    /// What the oracle knows of a connection.
    struct Entry
    {
        int64_t end;     ///< when its time is up, in nanoseconds
        uint32_t server; ///< its server
    };

    /**
     * @brief A random number.
     * @param bound what it is below
     * @return the number
     */
    uint64_t Draw(uint64_t bound)
    {
        return m_random() % bound;
    }

    void DoRun() override;
    void Expired(Connection& connection, Time now); ///< @param connection it @param now the time
    void Use(bool grow);                            ///< @param grow whether long timeouts are set
    void Step();                                    ///< Let time go by.
    void Sweep();                                   ///< Remove some.

    std::mt19937_64 m_random;           ///< source of operations
    uint32_t m_clients;                 ///< how many keys
    int64_t m_now;                      ///< nanoseconds
    ConnectionTable m_table;            ///< what is tested
    std::map<uint64_t, Entry> m_oracle; ///< what it should contain
    bool m_sweeping{false};             ///< connections may go before their time
};

void
OracleTestCase::Expired(Connection& connection, Time now)
{
    const auto i = m_oracle.find(GetClient(connection));
    NS_TEST_ASSERT_MSG_EQ((i != m_oracle.end()), true, "unknown connection expired");
    NS_TEST_ASSERT_MSG_EQ(connection.server, i->second.server, "wrong server");
    NS_TEST_ASSERT_MSG_EQ((m_sweeping || i->second.end <= now.GetNanoSeconds()),
                          true,
                          "expired early");
    m_oracle.erase(i);
}

void
OracleTestCase::Use(bool grow)
{
    const uint64_t client = Draw(m_clients);
    const ConnectionKey key = MakeKey(client);
    const Time now = NanoSeconds(m_now);
    Connection* connection = m_table.Find(key, now);
    const auto i = m_oracle.find(client); // after Find(), which may remove it
    NS_TEST_ASSERT_MSG_EQ((connection != nullptr), (i != m_oracle.end()), "found or not");
    if (connection)
    {
        NS_TEST_ASSERT_MSG_EQ(connection->server, i->second.server, "wrong server");
        // A tick of its own: at the end, up to one tick may be missing.
        NS_TEST_ASSERT_MSG_GT(i->second.end + TICK.GetNanoSeconds(), m_now, "found when over");
    }
    if (Draw(10) < 3)
    {
        return;
    }
    if (connection && Draw(10) < (grow ? 1 : 6))
    {
        m_table.Erase(connection);
        m_oracle.erase(client);
        return;
    }
    const int64_t second = 1000000000;
    const auto timeout = static_cast<int64_t>(Draw(20) == 0 ? Draw(31 * 86400) * second
                                              : grow        ? Draw(600 * second)
                                                            : Draw(3 * second));
    if (connection)
    {
        m_table.Restart(connection, now, NanoSeconds(timeout));
        i->second.end = m_now + timeout;
    }
    else if (grow || Draw(3) == 0)
    {
        const auto server = static_cast<uint32_t>(m_random());
        connection = m_table.Insert(key, server, now, NanoSeconds(timeout));
        NS_TEST_ASSERT_MSG_EQ((connection != nullptr), true, "not inserted");
        NS_TEST_ASSERT_MSG_EQ((ConnectionTable::GetKey(*connection) == key), true, "wrong key");
        m_oracle[client] = Entry{m_now + timeout, server};
    }
}

void
OracleTestCase::Step()
{
    m_now += static_cast<int64_t>(Draw(2000) == 0 ? Draw(100000000000) : Draw(3000000));
    const Time now = NanoSeconds(m_now);
    if (Draw(2))
    {
        m_table.Advance(now, static_cast<uint32_t>(Draw(50)));
        return;
    }
    NS_TEST_ASSERT_MSG_EQ(m_table.Advance(now), false, "more to do");
    NS_TEST_ASSERT_MSG_GT(m_table.NextExpiry(), now, "something is still due");
    if (Draw(500) == 0)
    {
        for (const auto& [client, entry] : m_oracle)
        {
            NS_TEST_ASSERT_MSG_GT(entry.end + TICK.GetNanoSeconds(),
                                  m_now,
                                  "more than a tick late");
        }
    }
}

void
OracleTestCase::Sweep()
{
    m_sweeping = true;
    const auto cursor = static_cast<uint32_t>(m_random());
    m_table
        .Sweep(cursor, Draw(100), [this](Connection&) { return Draw(4) == 0; }, NanoSeconds(m_now));
    m_sweeping = false;
}

void
OracleTestCase::DoRun()
{
    // Until the first run of the simulator, ns-3 keeps a set of all Time objects that exist.
    Simulator::Run();
    Simulator::Destroy();
    m_table.SetExpiryCallback(
        [this](Connection& connection, Time now) { Expired(connection, now); });
    for (uint32_t i = 0; i < 600000 && !IsStatusFailure(); ++i)
    {
        const bool grow = i / 150000 % 2 == 0;
        const uint64_t what = Draw(1000);
        if (what < 900)
        {
            Use(grow);
        }
        else if (what < 999)
        {
            Step();
        }
        else
        {
            Sweep();
        }
        NS_TEST_ASSERT_MSG_EQ(m_table.GetSize(), m_oracle.size(), "wrong size");
        if (i % 50000 == 0)
        {
            uint64_t count = 0;
            uint32_t last = 0;
            m_table.ForEach([&](const Connection& connection) {
                NS_TEST_ASSERT_MSG_EQ((connection.hash >= last), true, "not in order");
                NS_TEST_ASSERT_MSG_EQ(m_oracle.count(GetClient(connection)),
                                      1,
                                      "not in the oracle");
                last = connection.hash;
                ++count;
            });
            NS_TEST_ASSERT_MSG_EQ(count, m_oracle.size(), "not all were visited");
        }
    }
}

/// 2. The wheel alone.
class WheelTestCase : public TestCase
{
  public:
    /**
     * @brief Constructor.
     * @param start first tick
     */
    explicit WheelTestCase(uint64_t start)
        : TestCase("timing wheel from tick " + std::to_string(start)),
          m_start(start)
    {
    }

  private:
    void DoRun() override
    {
        std::mt19937_64 random(m_start);
        TimingWheel wheel;
        wheel.SetTick(m_start);
        std::multimap<uint64_t, uint32_t> waiting;
        std::vector<uint64_t> due; // of each record
        uint64_t now = m_start;
        uint64_t taken = 0;
        while (taken < 20000)
        {
            for (int i = 0; i < 4 && due.size() < 20000; ++i)
            {
                const uint64_t distance = random() >> (34 + random() % 29);
                const auto record = static_cast<uint32_t>(due.size());
                due.push_back(now + 1 + distance);
                waiting.emplace(due.back(), record);
                const uint16_t slot = wheel.File(record, due.back());
                NS_TEST_ASSERT_MSG_EQ((wheel.GetDue(slot) <= due.back()), true, "comes too late");
            }
            NS_TEST_ASSERT_MSG_EQ((wheel.GetNextDue() <= waiting.begin()->first),
                                  true,
                                  "next one is missed");
            now = random() % 8 == 0 ? waiting.begin()->first : wheel.GetNextDue();
            while (wheel.Open(now))
            {
                uint32_t record;
                while (wheel.Take(record))
                {
                    if (due[record] > wheel.GetTick())
                    {
                        wheel.File(record, due[record]);
                        continue;
                    }
                    NS_TEST_ASSERT_MSG_EQ(due[record], wheel.GetTick(), "late");
                    NS_TEST_ASSERT_MSG_EQ(due[record], waiting.begin()->first, "not in order");
                    auto i = waiting.begin();
                    while (i->second != record)
                    {
                        ++i;
                    }
                    waiting.erase(i);
                    ++taken;
                }
            }
            NS_TEST_ASSERT_MSG_EQ(wheel.GetTick(), now, "wrong time");
        }
        NS_TEST_ASSERT_MSG_EQ(wheel.GetNextDue(), +TimingWheel::NEVER, "something is left");
    }

    uint64_t m_start; ///< first tick
};

/// 3. When the time is up.
class ExpiryTestCase : public TestCase
{
  public:
    ExpiryTestCase()
        : TestCase("a timeout ends at the tick that follows it")
    {
    }

  private:
    void DoRun() override
    {
        const std::vector<Time> timeouts = {NanoSeconds(0),
                                            NanoSeconds(1),
                                            MilliSeconds(4),
                                            MilliSeconds(5),
                                            MilliSeconds(2048),
                                            Seconds(10),
                                            Seconds(60),
                                            Seconds(900),
                                            Seconds(2678400)};
        for (const Time& start : {NanoSeconds(0), NanoSeconds(3999999), Seconds(17179868)})
        {
            for (const Time& timeout : timeouts)
            {
                ConnectionTable table;
                Time expired = Time::Max();
                table.SetExpiryCallback([&expired](Connection&, Time now) { expired = now; });
                NS_TEST_ASSERT_MSG_EQ(table.NextExpiry(), Time::Max(), "timer in an empty table");
                Connection* connection = table.Insert(MakeKey(1), 0, start, timeout);
                const Time left = table.GetTimeLeft(*connection, start);
                NS_TEST_ASSERT_MSG_EQ((left >= timeout && left < timeout + TICK),
                                      true,
                                      "time left");
                uint32_t wakeups = 0;
                while (table.GetSize())
                {
                    table.Advance(table.NextExpiry());
                    ++wakeups;
                }
                // An end in the present tick is met at the next one at the latest.
                NS_TEST_ASSERT_MSG_EQ((expired + TICK > start + timeout), true, "early");
                NS_TEST_ASSERT_MSG_EQ((expired >= start + timeout || timeout.IsZero()),
                                      true,
                                      "early: " << expired << " for " << start + timeout);
                NS_TEST_ASSERT_MSG_EQ((expired < start + timeout + TICK),
                                      true,
                                      "late: " << expired);
                NS_TEST_ASSERT_MSG_EQ((wakeups <= 4), true, wakeups << " wake-ups");
            }
        }

        // Restarted earlier and later before it is met.
        ConnectionTable table;
        Connection* connection = table.Insert(MakeKey(1), 0, Time(0), Seconds(900));
        table.Restart(connection, Seconds(1), Seconds(10));
        table.Advance(Seconds(11) - TICK);
        NS_TEST_ASSERT_MSG_EQ((table.Find(MakeKey(1), Seconds(11) - TICK) != nullptr),
                              true,
                              "early");
        table.Restart(table.Peek(MakeKey(1)), Seconds(10), Seconds(20));
        table.Advance(Seconds(30) - TICK);
        NS_TEST_ASSERT_MSG_EQ(table.GetSize(), 1, "early after restart");
        table.Advance(Seconds(30));
        NS_TEST_ASSERT_MSG_EQ(table.GetSize(), 0, "late after restart");

        // Find() goes by the time, wherever Advance() is.
        table.Insert(MakeKey(1), 0, Seconds(100), Seconds(1));
        NS_TEST_ASSERT_MSG_EQ((table.Find(MakeKey(1), Seconds(101) - TICK) != nullptr),
                              true,
                              "early");
        NS_TEST_ASSERT_MSG_EQ((table.Find(MakeKey(1), Seconds(101)) == nullptr), true, "late");
        NS_TEST_ASSERT_MSG_EQ(table.GetSize(), 0, "not removed");
    }
};

/// 4. Keys with the same hash.
class CollisionTestCase : public TestCase
{
  public:
    CollisionTestCase()
        : TestCase("keys with the same hash")
    {
    }

  private:
    void DoRun() override
    {
        ConnectionTable table;
        std::map<uint32_t, uint64_t> seen;
        std::vector<std::pair<uint64_t, uint64_t>> pairs;
        for (uint64_t i = 0; i < 400000; ++i)
        {
            const auto [other, isNew] = seen.emplace(table.GetHash(MakeKey(i)), i);
            if (!isNew)
            {
                pairs.emplace_back(other->second, i);
            }
        }
        NS_TEST_ASSERT_MSG_GT(pairs.size(), 4, "hardly any collisions, expected about 18");

        // With others around that make the table grow and shrink over them.
        std::set<uint64_t> expired;
        table.SetExpiryCallback([&expired](Connection& c, Time) { expired.insert(GetClient(c)); });
        for (const auto& [first, second] : pairs)
        {
            table.Insert(MakeKey(first), 1, Time(0), Seconds(50));
            table.Insert(MakeKey(second), 2, Time(0), Seconds(50));
        }
        for (uint64_t i = 1000000; i < 1060000; ++i)
        {
            table.Insert(MakeKey(i), 3, Time(0), Seconds(10));
            // At once: a pair may be torn apart by this very step of the resizing.
            for (const auto& [first, second] : pairs)
            {
                NS_TEST_ASSERT_MSG_EQ((table.Peek(MakeKey(first)) != nullptr), true, "lost");
                NS_TEST_ASSERT_MSG_EQ((table.Peek(MakeKey(second)) != nullptr), true, "lost");
            }
        }
        table.Advance(Seconds(11));
        NS_TEST_ASSERT_MSG_EQ(table.GetSize(), 2 * pairs.size(), "wrong connections expired");
        for (const auto& [first, second] : pairs)
        {
            Connection* one = table.Find(MakeKey(first), Seconds(11));
            NS_TEST_ASSERT_MSG_EQ((one && one->server == 1), true, "first one not found");
            table.Restart(one, Seconds(11), Seconds(29));
            Connection* two = table.Find(MakeKey(second), Seconds(11));
            NS_TEST_ASSERT_MSG_EQ((two && two->server == 2), true, "second one not found");
            two = table.Insert(MakeKey(second), 4, Seconds(11), Seconds(1));
            NS_TEST_ASSERT_MSG_EQ(two->server, 2, "entered twice");
        }
        table.Advance(Seconds(45));
        NS_TEST_ASSERT_MSG_EQ(table.GetSize(), pairs.size(), "the first ones are not gone");
        for (const auto& [first, second] : pairs)
        {
            NS_TEST_ASSERT_MSG_EQ(expired.count(first), 1, "wrong one of two expired");
            NS_TEST_ASSERT_MSG_EQ((table.Peek(MakeKey(first)) == nullptr), true, "found again");
            table.Erase(table.Find(MakeKey(second), Seconds(45)));
        }
        NS_TEST_ASSERT_MSG_EQ(table.GetSize(), 0, "some are left");
    }
};

/// 5. Templates.
class TemplateTestCase : public TestCase
{
  public:
    TemplateTestCase()
        : TestCase("persistence templates")
    {
    }

  private:
    void DoRun() override
    {
        ConnectionTable table;
        ConnectionKey key = MakeKey(1);
        key.clientPort = 0;
        key.virtualPort = 0;
        ConnectionKey mark = key;
        mark.virtualAddress = Ipv4Address(7);
        mark.protocol = 0;
        table.Insert(mark, 9, Time(0), Seconds(2));
        table.Insert(key, 3, Time(0), Seconds(2))->SetReferences(0x12345678);
        NS_TEST_ASSERT_MSG_EQ(table.Find(mark, Seconds(1))->server, 9, "firewall mark");
        Connection* found = table.Find(key, Seconds(1));
        NS_TEST_ASSERT_MSG_EQ((found && found->IsTemplate()), true, "not found");
        NS_TEST_ASSERT_MSG_EQ(found->GetReferences(), 0x12345678, "references");
        NS_TEST_ASSERT_MSG_EQ((ConnectionTable::GetKey(*found) == key), true, "key");
        ConnectionKey other = key;
        other.clientPort = 0x1234; // where the references are kept
        NS_TEST_ASSERT_MSG_EQ((table.Find(other, Seconds(1)) == nullptr), true, "no connection");

        // Linux keeps a template that is referred to for another 60 s (ip_vs_conn_expire).
        found->SetReferences(1);
        uint32_t kept = 0;
        table.SetExpiryCallback([&](Connection& connection, Time now) {
            if (connection.GetReferences() != 0)
            {
                ++kept;
                NS_TEST_ASSERT_MSG_EQ((table.Peek(key) == &connection), true, "peek");
                table.Restart(&connection, now, Seconds(60));
            }
        });
        table.Advance(Seconds(2));
        NS_TEST_ASSERT_MSG_EQ(table.GetSize(), 1, "only the other one goes");
        table.Advance(Seconds(62) - TICK);
        NS_TEST_ASSERT_MSG_EQ(kept, 1, "kept once");
        found = table.Find(key, Seconds(62)); // before Advance()
        NS_TEST_ASSERT_MSG_EQ(kept, 2, "kept twice");
        NS_TEST_ASSERT_MSG_EQ((found != nullptr), true, "kept but not found");
        table.Advance(Seconds(62));
        table.Sweep(0, 1, [](Connection&) { return true; }, Seconds(63));
        NS_TEST_ASSERT_MSG_EQ(kept, 3, "kept in a sweep");
        found = table.Find(key, Seconds(64));
        found->SetReferences(0);
        table.Advance(Seconds(123) - TICK);
        NS_TEST_ASSERT_MSG_EQ(table.GetSize(), 1, "gone early");
        table.Advance(Seconds(123));
        NS_TEST_ASSERT_MSG_EQ(table.GetSize(), 0, "not gone");

        // A sweep ends its time, and the callback gives it less than it had.
        table.Insert(key, 3, Seconds(200), Seconds(900))->SetReferences(1);
        table.Sweep(0, 1, [](Connection&) { return true; }, Seconds(200));
        NS_TEST_ASSERT_MSG_EQ(kept, 4, "not kept");
        table.Peek(key)->SetReferences(0);
        table.Advance(Seconds(260) - TICK);
        NS_TEST_ASSERT_MSG_EQ(table.GetSize(), 1, "gone early after a sweep");
        table.Advance(Seconds(260));
        NS_TEST_ASSERT_MSG_EQ(table.GetSize(), 0, "not gone after a sweep");
    }
};

/// 6, 7, 8. Bound, order, sweep.
class OrderTestCase : public TestCase
{
  public:
    OrderTestCase()
        : TestCase("bound, order and sweep")
    {
    }

  private:
    /**
     * @brief The keys of a table in its order.
     * @param table the table
     * @return the numbers they were made from
     */
    static std::vector<uint64_t> List(const ConnectionTable& table)
    {
        std::vector<uint64_t> clients;
        table.ForEach([&](const Connection& c) { clients.push_back(GetClient(c)); });
        return clients;
    }

    void DoRun() override
    {
        const uint64_t size = 5000;
        ConnectionTable table;
        table.SetMaxSize(size);
        for (uint64_t i = 0; i < size; ++i)
        {
            NS_TEST_ASSERT_MSG_EQ((table.Insert(MakeKey(i), 0, Time(0), Seconds(9)) != nullptr),
                                  true,
                                  "full too early");
        }
        NS_TEST_ASSERT_MSG_EQ((table.Insert(MakeKey(size), 0, Time(0), Seconds(9)) == nullptr),
                              true,
                              "not full");
        table.SetMaxSize(0);
        NS_TEST_ASSERT_MSG_EQ((table.Insert(MakeKey(size), 0, Time(0), Seconds(9)) != nullptr),
                              true,
                              "still full");

        ConnectionTable other;
        for (uint64_t i = 40000; i-- > 0;)
        {
            other.Insert(MakeKey(i), 0, Time(0), i > size ? Seconds(1) : Seconds(9));
        }
        other.Advance(Seconds(1));
        NS_TEST_ASSERT_MSG_EQ((List(table) == List(other)), true, "order depends on history");
        other.SetSeed(1);
        NS_TEST_ASSERT_MSG_EQ(other.GetSize(), 0, "not cleared");
        for (uint64_t i = 0; i <= size; ++i)
        {
            other.Insert(MakeKey(i), 0, Time(0), Seconds(9));
        }
        NS_TEST_ASSERT_MSG_EQ((List(table) != List(other)), true, "order does not depend on seed");

        std::vector<uint64_t> visited;
        std::set<uint64_t> removed;
        table.SetExpiryCallback([&](Connection& c, Time) { removed.insert(GetClient(c)); });
        const std::vector<uint64_t> before = List(table);
        uint32_t cursor = 0;
        do
        {
            cursor = table.Sweep(
                cursor,
                size / 32,
                [&](Connection& c) {
                    visited.push_back(GetClient(c));
                    return GetClient(c) % 4 != 0;
                },
                Seconds(2));
        } while (cursor != 0);
        NS_TEST_ASSERT_MSG_EQ((visited == before), true, "not each once, in order");
        NS_TEST_ASSERT_MSG_EQ(removed.size() + table.GetSize(), before.size(), "wrong number");
        for (uint64_t client : List(table))
        {
            NS_TEST_ASSERT_MSG_EQ(client % 4, 0, "not removed");
        }
    }
};

/// 9. Memory.
class MemoryTestCase : public TestCase
{
  public:
    MemoryTestCase()
        : TestCase("memory")
    {
    }

  private:
    void DoRun() override
    {
        ConnectionTable table;
        const uint64_t empty = table.GetMemory();
        const uint64_t size = 300000;
        double most = 0;
        for (uint64_t i = 0; i < size; ++i)
        {
            table.Insert(MakeKey(i), 0, Time(0), Seconds(i < 20000 ? 100 : 10));
            if (i > 100000)
            {
                most = std::max(most, static_cast<double>(table.GetMemory()) / (i + 1));
            }
        }
        NS_TEST_ASSERT_MSG_LT(most, 48, "bytes a connection");
        const uint64_t full = table.GetMemory();
        table.Advance(Seconds(11));
        NS_TEST_ASSERT_MSG_EQ(table.GetSize(), 20000, "wrong number of connections");
        NS_TEST_ASSERT_MSG_LT(table.GetMemory(), full / 8, "memory after most have expired");

        // At any stage of growing and shrinking.
        for (uint64_t i = 0; i < 300; ++i)
        {
            table.Clear();
            NS_TEST_ASSERT_MSG_EQ(table.GetSize(), 0, "not empty");
            NS_TEST_ASSERT_MSG_LT(table.GetMemory(), empty + 1000, "memory of an empty table");
            NS_TEST_ASSERT_MSG_EQ((table.Peek(MakeKey(0)) == nullptr), true, "found when cleared");
            NS_TEST_ASSERT_MSG_EQ(table.NextExpiry(), Time::Max(), "timer of a cleared table");
            for (uint64_t j = 0; j < 1500 + 10 * i; ++j)
            {
                table.Insert(MakeKey(j), 0, Seconds(11), Seconds(1 + j % 5));
            }
            if (i % 2)
            {
                table.Advance(Seconds(14), static_cast<uint32_t>(10 * i));
            }
        }
    }
};

/// The suite.
class ConnectionTableTestSuite : public TestSuite
{
  public:
    ConnectionTableTestSuite()
        : TestSuite("gipt-connection-table")
    {
        // 2^32 ticks are 17,179,869.184 s.
        AddTestCase(new OracleTestCase(1, 200000, MilliSeconds(1)));
        AddTestCase(new OracleTestCase(2, 60000, Seconds(17179800)));
        AddTestCase(new OracleTestCase(3, 3000, Seconds(8589900)));
        for (uint64_t start :
             {uint64_t{0}, (uint64_t{1} << 32) - 100000, (uint64_t{1} << 25) - 3, uint64_t{130900}})
        {
            AddTestCase(new WheelTestCase(start));
        }
        AddTestCase(new ExpiryTestCase);
        AddTestCase(new CollisionTestCase);
        AddTestCase(new TemplateTestCase);
        AddTestCase(new OrderTestCase);
        AddTestCase(new MemoryTestCase);
    }
};

ConnectionTableTestSuite g_connectionTableTestSuite; //!< registers the suite

} // namespace
