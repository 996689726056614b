/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup global-ip-tunneling
 * The connection table against absl::flat_hash_map: memory, search, insertion, longest operation.
 *
 * The baseline has the key in 16 bytes, and 24 bytes for each entry: what a connection keeps and
 * two links of a timer list. It neither files nor runs timers, the table does. Both grow from
 * empty, and look whether the key is there when they insert. Searches find the entries in an order
 * unlike that of insertion. Repetitions alternate between the two; the figures are medians of the
 * thread's CPU time, which other processes disturb least.
 *
 * A director handles one packet after the other, and much else happens between two searches. So
 * each operation needs the result of the last one to begin, or the processor would work on several
 * at once. How fast searches are when it may is in the figures called "overlapped".
 *
 * The longest operation is looked for in several runs of the same operations. What the operating
 * system takes away from the process falls on different operations in different runs, and what the
 * table itself does on the same ones. So the least time over the runs counts for each operation,
 * and the longest of these is the result. Of the baseline it is the longest insertion of each
 * repetition, a rehash, and the shortest of those.
 */

#include "ns3/command-line.h"
#include "ns3/connection-table.h"
#include "ns3/simulator.h"

#ifdef GIPT_HAVE_ABSL
#include <absl/container/flat_hash_map.h>
#endif

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <unistd.h>
#include <vector>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/// Clock of all measurements.
typedef std::chrono::steady_clock Clock;

/// The result of a search, so that it is not optimized away.
uint64_t g_found = 0;

/**
 * @brief Nanoseconds since a point in time.
 * @param start the point
 * @return the nanoseconds
 */
double
Since(Clock::time_point start)
{
    return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

/**
 * @brief CPU time of the thread.
 * @return nanoseconds
 */
double
GetCpuTime()
{
    timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

/**
 * @brief Memory of the process.
 * @return resident bytes
 */
uint64_t
GetResident()
{
    std::ifstream statm("/proc/self/statm");
    uint64_t total = 0;
    uint64_t resident = 0;
    statm >> total >> resident;
    return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

/**
 * @brief Median of some values.
 * @param values the values, not none
 * @return the median
 */
double
Median(std::vector<double> values)
{
    std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
    return values[values.size() / 2];
}

/// The addresses and ports of a connection: clients behind 2^20 addresses, one service.
struct Flow
{
    uint32_t client;         ///< address of the client
    uint16_t clientPort;     ///< its port
    uint32_t virtualAddress; ///< service address
    uint16_t virtualPort;    ///< its port

    /**
     * @brief Make the flow of a number.
     * @param number the number, below 2^34
     */
    explicit Flow(uint64_t number)
        : client(0x0a000000 + static_cast<uint32_t>(number & 0xfffff)),
          clientPort(static_cast<uint16_t>(1024 + (number >> 20))),
          virtualAddress(0xc0000201),
          virtualPort(80)
    {
    }

    /**
     * @brief Its key.
     * @tparam Key what a table calls a key
     * @return the key
     */
    template <typename Key>
    Key GetKey() const
    {
        return Key(*this);
    }
};

/**
 * @brief Its key in the connection table.
 * @return the key
 */
template <>
ConnectionKey
Flow::GetKey<ConnectionKey>() const
{
    ConnectionKey key;
    key.client = Ipv4Address(client);
    key.clientPort = clientPort;
    key.virtualAddress = Ipv4Address(virtualAddress);
    key.virtualPort = virtualPort;
    key.protocol = 6;
    return key;
}

/**
 * @brief Numbers below a size, each once, in an order unlike the natural one.
 * @param size the size
 * @return the numbers
 */
std::vector<uint64_t>
Shuffle(uint64_t size)
{
    uint64_t step = static_cast<uint64_t>(static_cast<double>(size) * 0.6180339887) | 1;
    while (std::gcd(step, size) != 1)
    {
        step += 2;
    }
    std::vector<uint64_t> numbers(size);
    for (uint64_t i = 1; i < size; ++i)
    {
        numbers[i] = (numbers[i - 1] + step) % size;
    }
    return numbers;
}

/// What is measured of a table.
struct Figures
{
    std::vector<double> insert;     ///< nanoseconds of an insertion, of each repetition
    std::vector<double> find;       ///< nanoseconds of a search
    std::vector<double> overlapped; ///< nanoseconds of a search that need not wait for the last
    std::vector<double> longest;    ///< nanoseconds of the longest operation
    double bytes{0};                ///< bytes an entry by the table's own count
    double resident{0};             ///< bytes an entry by which the process grew
};

/**
 * @brief Measure a table once.
 * @tparam Key type of its keys
 * @param entries how many connections
 * @param insert enters a key, returns 1
 * @param find finds a key, returns 1
 * @param bytes tells the memory of the table
 * @param[in,out] figures the results
 */
template <typename Key, typename Insert, typename Find, typename Bytes>
void
Measure(uint64_t entries, Insert&& insert, Find&& find, Bytes&& bytes, Figures& figures)
{
    std::vector<Key> keys;
    keys.reserve(entries);
    for (uint64_t i = 0; i < entries; ++i)
    {
        keys.push_back(Flow(i).GetKey<Key>());
    }
    const uint64_t before = GetResident();
    // What is returned is 1, so the next index is what it should be, but only known afterwards.
    uint64_t one = 1;
    double start = GetCpuTime();
    for (uint64_t i = 0; i < entries; ++i)
    {
        one = insert(keys[i + one - 1]);
    }
    figures.insert.push_back((GetCpuTime() - start) / entries);
    figures.bytes = static_cast<double>(bytes()) / entries;
    if (figures.resident == 0)
    {
        figures.resident = static_cast<double>(GetResident() - before) / entries;
    }

    const std::vector<uint64_t> order = Shuffle(entries);
    for (uint64_t i = 0; i < entries; ++i)
    {
        keys[i] = Flow(order[i]).GetKey<Key>();
    }
    start = GetCpuTime();
    for (uint64_t i = 0; i < entries; ++i)
    {
        one = find(keys[i + one - 1]);
    }
    figures.find.push_back((GetCpuTime() - start) / entries);
    start = GetCpuTime();
    for (uint64_t i = 0; i < entries; ++i)
    {
        g_found += find(keys[i]);
    }
    figures.overlapped.push_back((GetCpuTime() - start) / entries);
    g_found += one;
}

/**
 * @brief Measure the connection table once.
 * @param entries how many connections
 * @param[in,out] figures the results
 */
void
MeasureTable(uint64_t entries, Figures& figures)
{
    const auto table = std::make_unique<ConnectionTable>();
    const Time now = Seconds(1);
    const Time timeout = Seconds(900);
    Measure<ConnectionKey>(
        entries,
        [&](const ConnectionKey& key) { return table->Insert(key, 1, now, timeout)->server; },
        [&](const ConnectionKey& key) { return table->Find(key, now)->server; },
        [&]() { return table->GetMemory(); },
        figures);
}

/// The longest operations of a table that grows, and in which a tenth of the connections end.
class StallMeasurement
{
  public:
    /**
     * @brief Constructor.
     * @param entries how many connections
     */
    explicit StallMeasurement(uint64_t entries)
        : m_entries(entries)
    {
    }

    /**
     * @brief Do all operations once.
     */
    void Run()
    {
        m_operation = 0;
        uint64_t expired = 0;
        auto table = std::make_unique<ConnectionTable>();
        table->SetExpiryCallback([&expired](Connection&, Time) { ++expired; });

        // 100,000 connections a second; every tenth ends in the second that begins then.
        const uint64_t growth = 10 * m_entries;
        const uint64_t end = growth + 200000000;
        const uint64_t ending = m_entries / 10;
        for (uint64_t i = 0; i < m_entries; ++i)
        {
            const Time now = MicroSeconds(10 * i);
            const ConnectionKey key = Flow(i).GetKey<ConnectionKey>();
            const uint64_t last = end + i / 10 * 1000000 / ending;
            const Time timeout =
                i % 10 == 0 ? MicroSeconds(last - 10 * i) : Seconds(900) + Seconds(end / 1000000);
            Measure("insert", [&]() { table->Insert(key, 1, now, timeout); });
            const ConnectionKey other = Flow(i / 2).GetKey<ConnectionKey>();
            Measure("find", [&]() { g_found += table->Find(other, now) != nullptr; });
            Measure("advance", [&]() { table->Advance(now, WORK); });
        }
        // What is due on the way there, then the second in steps of a microsecond.
        while (table->Advance(MicroSeconds(end) - Seconds(1), WORK))
        {
        }
        const std::vector<uint64_t> order = Shuffle(m_entries);
        for (uint64_t i = 0; i < 1100000; ++i)
        {
            const Time now = MicroSeconds(end + i);
            const ConnectionKey other = Flow(order[i % m_entries]).GetKey<ConnectionKey>();
            Measure("find, expiring", [&]() { g_found += table->Find(other, now) != nullptr; });
            Measure("advance, expiring", [&]() { table->Advance(now, WORK); });
        }
        if (expired != ending || table->GetSize() != m_entries - ending)
        {
            std::cerr << "table-benchmark: " << expired << " connections expired, expected "
                      << ending << "\n";
            std::exit(1);
        }
    }

    /**
     * @brief The longest operation of each kind.
     * @return nanoseconds by the name of the kind
     */
    std::map<std::string, double> GetLongest() const
    {
        std::map<std::string, double> longest;
        for (std::size_t i = 0; i < m_least.size(); ++i)
        {
            // The order of kinds is that of Run().
            const bool growing = i < 3 * m_entries;
            const std::size_t kind = growing ? i % 3 : 3 + (i - 3 * m_entries) % 2;
            double& slot = longest[m_kinds[kind]];
            slot = std::max(slot, static_cast<double>(m_least[i]));
        }
        return longest;
    }

  private:
    /// Timer records that one call of Advance() looks at.
    static constexpr uint32_t WORK = 64;

    /**
     * @brief Measure one operation.
     * @param kind what it is
     * @param operation the operation
     */
    template <typename Operation>
    void Measure(const char* kind, Operation&& operation)
    {
        const auto start = Clock::now();
        operation();
        const auto time = static_cast<uint32_t>(Since(start));
        if (m_operation == m_least.size())
        {
            m_least.push_back(time);
            if (std::find(m_kinds.begin(), m_kinds.end(), kind) == m_kinds.end())
            {
                m_kinds.emplace_back(kind);
            }
        }
        m_least[m_operation] = std::min(m_least[m_operation], time);
        ++m_operation;
    }

    uint64_t m_entries;               ///< how many connections
    std::size_t m_operation{0};       ///< how many operations were done in this run
    std::vector<uint32_t> m_least;    ///< least nanoseconds of each operation
    std::vector<std::string> m_kinds; ///< kinds in order of appearance
};

#ifdef GIPT_HAVE_ABSL

/// Bytes allocated by the baseline.
uint64_t g_baselineBytes = 0;

/// An allocator that counts. @tparam T what it allocates
template <typename T>
struct CountingAllocator
{
    typedef T value_type; ///< what it allocates

    CountingAllocator() = default;

    /// Constructor from that of another type. @tparam U its type
    template <typename U>
    CountingAllocator(const CountingAllocator<U>&)
    {
    }

    /// Allocate. @param count how many @return the memory
    T* allocate(std::size_t count)
    {
        g_baselineBytes += count * sizeof(T);
        return std::allocator<T>().allocate(count);
    }

    /// Free. @param memory the memory @param count how many
    void deallocate(T* memory, std::size_t count)
    {
        g_baselineBytes -= count * sizeof(T);
        std::allocator<T>().deallocate(memory, count);
    }

    /// All are the same. @return true
    bool operator==(const CountingAllocator&) const
    {
        return true;
    }

    /// All are the same. @return false
    bool operator!=(const CountingAllocator&) const
    {
        return false;
    }
};

/// Key of the baseline.
struct BaselineKey
{
    uint32_t client;         ///< address of the client
    uint32_t virtualAddress; ///< service address
    uint16_t clientPort;     ///< port of the client
    uint16_t virtualPort;    ///< service port
    uint32_t protocol;       ///< IP protocol number

    /// Constructor. @param flow the flow
    explicit BaselineKey(const Flow& flow)
        : client(flow.client),
          virtualAddress(flow.virtualAddress),
          clientPort(flow.clientPort),
          virtualPort(flow.virtualPort),
          protocol(6)
    {
    }

    /// Compare. @param other the other one @return true when equal
    bool operator==(const BaselineKey& other) const
    {
        return client == other.client && virtualAddress == other.virtualAddress &&
               clientPort == other.clientPort && virtualPort == other.virtualPort &&
               protocol == other.protocol;
    }

    /// Hash in two words. @tparam H the hash state @param state it @param key the key @return it
    template <typename H>
    friend H AbslHashValue(H state, const BaselineKey& key)
    {
        return H::combine(std::move(state),
                          uint64_t{key.client} << 32 | key.virtualAddress,
                          uint64_t{key.protocol} << 32 | uint32_t{key.clientPort} << 16 |
                              key.virtualPort);
    }
};

/// Entry of the baseline.
struct BaselineValue
{
    uint32_t server;   ///< index of the real server
    uint32_t expiry;   ///< when its time is up
    uint32_t next;     ///< next in the timer list
    uint32_t previous; ///< previous in the timer list
    uint16_t packets;  ///< packets from the client
    uint16_t flags;    ///< flags
    uint32_t state;    ///< state
};

/// The baseline.
typedef absl::flat_hash_map<BaselineKey,
                            BaselineValue,
                            absl::container_internal::hash_default_hash<BaselineKey>,
                            absl::container_internal::hash_default_eq<BaselineKey>,
                            CountingAllocator<std::pair<const BaselineKey, BaselineValue>>>
    Baseline;

/**
 * @brief Measure the baseline once.
 * @param entries how many entries
 * @param[in,out] figures the results
 */
void
MeasureBaseline(uint64_t entries, Figures& figures)
{
    const auto table = std::make_unique<Baseline>();
    const BaselineValue value{1, 900, 0, 0, 1, 0, 3};
    Measure<BaselineKey>(
        entries,
        [&](const BaselineKey& key) { return table->try_emplace(key, value).first->second.server; },
        [&](const BaselineKey& key) {
            const auto found = table->find(key);
            return found->second.expiry > 100 ? found->second.server : 0;
        },
        []() { return g_baselineBytes; },
        figures);
}

/**
 * @brief Measure the longest insertion into the baseline.
 * @param entries how many entries
 * @return nanoseconds
 */
double
MeasureBaselineStall(uint64_t entries)
{
    Baseline table;
    double longest = 0;
    for (uint64_t i = 0; i < entries; ++i)
    {
        const BaselineKey key{Flow(i)};
        const auto start = Clock::now();
        table.try_emplace(key, BaselineValue{1, 900, 0, 0, 1, 0, 3});
        longest = std::max(longest, Since(start));
    }
    return longest;
}

#endif

} // namespace

int
main(int argc, char* argv[])
{
    uint64_t entries = 10000000;
    uint32_t repetitions = 3;
    CommandLine cmd(__FILE__);
    cmd.Usage("Measures the connection table; prints one JSON object. Times are in nanoseconds.");
    cmd.AddValue("entries", "Number of connections, at least 1000", entries);
    cmd.AddValue("repetitions", "How often everything is measured, at least 1", repetitions);
    cmd.Parse(argc, argv);
    if (entries < 1000 || entries > 1000000000 || repetitions < 1)
    {
        std::cerr << "table-benchmark: --entries must be 1000 to 1000000000, --repetitions 1 or "
                     "more\n";
        return 2;
    }

    // Until the first run of the simulator, ns-3 keeps a set of all Time objects that exist.
    Simulator::Run();
    Simulator::Destroy();

    Figures table;
    Figures baseline;
    StallMeasurement stall(entries);
    for (uint32_t i = 0; i < repetitions; ++i)
    {
        std::cerr << "repetition " << i + 1 << " of " << repetitions << "\n";
        MeasureTable(entries, table);
#ifdef GIPT_HAVE_ABSL
        MeasureBaseline(entries, baseline);
        baseline.longest.push_back(MeasureBaselineStall(entries));
#endif
        stall.Run();
    }

    double longest = 0;
    std::cout << "{\n";
    for (const auto& [kind, time] : stall.GetLongest())
    {
        std::cerr << "longest " << kind << ": " << time << " ns\n";
        longest = std::max(longest, time);
    }
    std::cout << "  \"table_entries\": " << entries << ",\n"
              << "  \"table_bytes_per_connection\": " << table.bytes << ",\n"
              << "  \"table_resident_bytes_per_connection\": " << table.resident << ",\n"
              << "  \"table_find_ns\": " << Median(table.find) << ",\n"
              << "  \"table_insert_ns\": " << Median(table.insert) << ",\n"
              << "  \"table_find_overlapped_ns\": " << Median(table.overlapped) << ",\n"
              << "  \"table_stall_ns\": " << longest;
#ifdef GIPT_HAVE_ABSL
    const double rehash = *std::min_element(baseline.longest.begin(), baseline.longest.end());
    std::cout << ",\n"
              << "  \"absl_bytes_per_connection\": " << baseline.bytes << ",\n"
              << "  \"absl_resident_bytes_per_connection\": " << baseline.resident << ",\n"
              << "  \"absl_find_ns\": " << Median(baseline.find) << ",\n"
              << "  \"absl_insert_ns\": " << Median(baseline.insert) << ",\n"
              << "  \"absl_find_overlapped_ns\": " << Median(baseline.overlapped) << ",\n"
              << "  \"absl_stall_ns\": " << rehash << ",\n"
              << "  \"table_find_over_absl\": " << Median(table.find) / Median(baseline.find)
              << ",\n"
              << "  \"table_find_overlapped_over_absl\": "
              << Median(table.overlapped) / Median(baseline.overlapped) << ",\n"
              << "  \"table_insert_over_absl\": " << Median(table.insert) / Median(baseline.insert)
              << ",\n"
              << "  \"table_stall_over_absl\": " << longest / rehash;
#endif
    std::cout << "\n}\n";
    return g_found == 0;
}
