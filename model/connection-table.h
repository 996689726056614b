/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_CONNECTION_TABLE_H
#define GIPT_CONNECTION_TABLE_H

#include "connection-array.h"
#include "connection-key.h"
#include "timing-wheel.h"

#include "ns3/nstime.h"

#include <algorithm>
#include <cstdint>
#include <functional>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief The connections of a director, with their timers.
 *
 * Every operation takes a bounded time: the table grows and shrinks by a few entries at each
 * insertion and removal, and Advance() does as much as it is asked to. A connection takes less than
 * 48 bytes, timer included, in a table that was filled.
 *
 * A key with client port 0 names a persistence template. Firewall-mark templates have the mark in
 * place of the service address.
 *
 * Time is kept in ticks of 4 ms, as Linux does with HZ=250. A connection's time is never up before
 * its timeout is over, and at most one tick after that. Connections leave in the order of their
 * ticks, those of one tick in the order in which the timers were set, as a rule. For every
 * connection whose time is up, the expiry callback is called once, when Advance(), or Find() of
 * that very connection, meets it. So Find() never returns a connection whose time is up, however
 * far Advance() has come.
 *
 * A pointer to a connection is valid until the next call of Find(), Insert(), Erase(), Advance() or
 * Sweep().
 */
class ConnectionTable
{
  public:
    /**
     * @brief Called when the time of a connection is up, just before it is removed.
     *
     * It stays in the table if the callback restarts it. The callback may look for other
     * connections with Peek() and restart them, but must not change the table otherwise.
     *
     * @param connection the connection
     * @param now the time
     */
    typedef std::function<void(Connection& connection, Time now)> ExpiryCallback;

    /** A hash seed as good as any. */
    static constexpr uint64_t DEFAULT_SEED = 0x243f6a8885a308d3;
    /** Greatest size a table can have. */
    static constexpr uint64_t MAX_SIZE = uint64_t{1} << 30;

    ConnectionTable() = default;
    ~ConnectionTable();
    ConnectionTable(const ConnectionTable&) = delete;
    ConnectionTable& operator=(const ConnectionTable&) = delete;

    /**
     * @brief Set what is to be called when the time of a connection is up.
     * @param callback the function
     */
    void SetExpiryCallback(ExpiryCallback callback);

    /**
     * @brief Set the seed of the hash function, which decides on the order of the connections.
     * @param seed the seed; the table is cleared
     */
    void SetSeed(uint64_t seed);

    /**
     * @brief Bound the number of entries.
     * @param size the greatest number, 0 for MAX_SIZE; entries beyond it stay
     */
    void SetMaxSize(uint64_t size);

    /**
     * @brief Find a connection whose time is not up.
     *
     * If its time is up, the expiry callback is called, and unless that restarts it, the connection
     * is removed.
     *
     * @param key the key
     * @param now the time
     * @return the connection, null when there is none
     */
    Connection* Find(const ConnectionKey& key, Time now);

    /**
     * @brief Find a connection whether its time is up or not; the table is not changed.
     * @param key the key
     * @return the connection, null when there is none
     */
    Connection* Peek(const ConnectionKey& key);

    /**
     * @brief Find the next connection of the same key, whether its time is up or not.
     * @param connection a connection of the table
     * @return the connection, null when there is no other
     */
    Connection* PeekNext(const Connection* connection);

    /**
     * @brief Enter a connection.
     *
     * All that is the owner's is 0, but for the server. If the key is in the table, nothing
     * happens, unless this is to be another one of the same key.
     *
     * @param key the key
     * @param server index of the real server
     * @param now the time
     * @param timeout how long it stays unless it is restarted, at most 31 days
     * @param isAnother enter it beside those of the same key: PeekNext() leads from one to the next
     * @return the connection that has the key, null when the table is full
     */
    Connection* Insert(const ConnectionKey& key,
                       uint32_t server,
                       Time now,
                       Time timeout,
                       bool isAnother = false);

    /**
     * @brief Set the timer of a connection.
     * @param connection the connection
     * @param now the time
     * @param timeout how long it stays from now, at most 31 days
     * @return true when it ends earlier than before, so that NextExpiry may have changed
     */
    bool Restart(Connection* connection, Time now, Time timeout);

    /**
     * @brief Remove a connection; the expiry callback is not called.
     * @param connection the connection
     */
    void Erase(Connection* connection);

    /**
     * @brief Remove connections whose time is up.
     * @param now the time
     * @param maxWork how many timer records to look at
     * @return true when there is more to do
     */
    bool Advance(Time now, uint32_t maxWork = UINT32_MAX);

    /**
     * @brief When to call Advance() next.
     * @return a time before which no connection's time is up, Time::Max() when there is no timer
     */
    Time NextExpiry() const;

    /**
     * @brief How long a connection stays unless it is restarted.
     * @param connection the connection
     * @param now the time
     * @return the time left, not below 0
     */
    Time GetTimeLeft(const Connection& connection, Time now) const;

    /**
     * @brief The key of a connection.
     * @param connection the connection
     * @return the key
     */
    static ConnectionKey GetKey(const Connection& connection);

    /**
     * @brief Number of connections and templates.
     * @return the number, those included whose time is up and that were not met yet
     */
    uint64_t GetSize() const
    {
        return m_size;
    }

    /**
     * @brief Memory of the table.
     * @return bytes, those of the object itself included
     */
    uint64_t GetMemory() const;

    /**
     * @brief Visit all connections; their order depends on the keys and the seed alone, but for
     * keys with the same hash.
     * @param visitor called with each connection (const Connection&)
     */
    template <typename Visitor>
    void ForEach(Visitor&& visitor) const
    {
        m_array.ForEach(visitor);
        m_old.ForEach(visitor);
    }

    /**
     * @brief Visit some connections and remove those that are not wanted any more.
     *
     * It goes by the order of ForEach(), and begins again after the last connection. Connections
     * that are added or removed between two calls do not disturb it.
     *
     * @param cursor where to begin: 0, or what the last call returned
     * @param count how many to visit, or a few more; it stops after the last connection in any case
     * @param visitor called with each connection (Connection&); when it returns true, the expiry
     *        callback is called and the connection is removed, unless that restarted it
     * @param now the time
     * @param last hash of the last connection to visit
     * @return where to go on, 0 after the last connection
     */
    uint32_t Sweep(uint32_t cursor,
                   uint64_t count,
                   const std::function<bool(Connection&)>& visitor,
                   Time now,
                   uint32_t last = UINT32_MAX);

    /**
     * @brief Remove all connections, without calling the expiry callback, and free the memory.
     */
    void Clear();

    /**
     * @brief The hash of a key.
     * @param key the key
     * @return the hash, neither 0 nor UINT32_MAX
     */
    uint32_t GetHash(const ConnectionKey& key) const;

  private:
    /** Nanoseconds of a tick. */
    static constexpr int64_t TICK = 4000000;
    /** Longest timeout in nanoseconds: 49 days, which leaves room for what is late. */
    static constexpr int64_t MAX_TIMEOUT = TICK << 30;
    /** Slots moved to the other array by an insertion or a removal. */
    static constexpr uint32_t STEP = 32;

    /**
     * @brief The tick that a time is in.
     * @param time the time, not negative
     * @return the tick
     */
    static uint64_t GetTick(Time time)
    {
        return static_cast<uint64_t>(time.GetNanoSeconds()) / TICK;
    }

    /**
     * @brief The first tick that begins when a timeout is over.
     * @param now when it starts
     * @param timeout its duration
     * @return the tick
     */
    static uint64_t GetExpiry(Time now, Time timeout);

    /**
     * @brief Whether the time of a connection is up.
     * @param connection the connection
     * @param tick the present tick
     * @return true when it is
     */
    static bool IsOver(const Connection& connection, uint64_t tick)
    {
        return static_cast<int32_t>(static_cast<uint32_t>(tick) - connection.expiry) >= 0;
    }

    /** A key in the form that is hashed and compared. */
    struct Words
    {
        uint64_t addresses; ///< client and service address
        uint64_t rest;      ///< client port, service port, protocol

        /**
         * @brief Constructor.
         * @param key the key
         */
        explicit Words(const ConnectionKey& key)
            : addresses(uint64_t{key.client.Get()} << 32 | key.virtualAddress.Get()),
              rest(uint64_t{key.clientPort} << 32 | uint64_t{key.virtualPort} << 16 | key.protocol)
        {
        }
    };

    /**
     * @brief Hash a key.
     * @param words the key
     * @return the hash, neither 0 nor UINT32_MAX
     */
    uint32_t GetHash(const Words& words) const;

    /**
     * @brief Whether a connection has a key.
     * @param connection the connection
     * @param words the key
     * @return true when it has
     */
    static bool Matches(const Connection& connection, const Words& words)
    {
        const uint64_t clientPort = connection.IsTemplate() ? 0 : connection.clientPort;
        return (uint64_t{connection.client} << 32 | connection.virtualAddress) == words.addresses &&
               (clientPort << 32 | uint64_t{connection.virtualPort} << 16 | connection.protocol) ==
                   words.rest;
    }

    /**
     * @brief Go on from the first entry of a hash to the one that has a key.
     * @param array the array
     * @param place where to begin; changed
     * @param hash the hash
     * @param words the key
     * @return false when there is none; the place is then behind those of the hash
     */
    static bool SkipOthers(const ConnectionArray& array,
                           ConnectionArray::Place& place,
                           uint32_t hash,
                           const Words& words);

    /**
     * @brief The array in which a hash is.
     * @param hash the hash
     * @return the array
     */
    ConnectionArray& GetArray(uint32_t hash)
    {
        return hash <= m_boundary ? m_array : m_old;
    }

    /**
     * @brief File the timer record of a connection.
     * @param connection the connection
     */
    void File(Connection& connection);

    /**
     * @brief File another timer record of a connection if its own one comes too late.
     * @param connection the connection
     */
    void FileEarlier(Connection& connection);

    /**
     * @brief Look after a connection whose timer record was met in the open slot of the wheel.
     * @param hash its hash
     * @param now the time
     */
    void Meet(uint32_t hash, Time now);

    /**
     * @brief Call the expiry callback.
     * @param connection the connection
     * @param now the time
     */
    void Expire(Connection& connection, Time now);

    /**
     * @brief Remove an entry, and shrink the array if it is worth while.
     * @param place the slot, in the array of its hash
     */
    void Remove(ConnectionArray::Place place);

    /**
     * @brief Shrink the array if it is worth while.
     *
     * A new array has its slots where the hashes would be if they were spread evenly. So this must
     * not be done in the middle of a sweep, which goes by their order.
     */
    void Shrink();

    /**
     * @brief Begin to move the entries to an array of another size.
     * @param chunks how large it is to be
     */
    void Resize(uint64_t chunks);

    /**
     * @brief Move a few entries.
     */
    void Step();

    ConnectionChunks m_chunks;       ///< memory of the arrays
    ConnectionArray m_array;         ///< the entries
    ConnectionArray m_old;           ///< entries not moved yet since the last change of size
    uint32_t m_boundary{UINT32_MAX}; ///< greatest hash in m_array, others are in m_old
    uint32_t m_growAt{0};            ///< number of entries at which to grow
    uint32_t m_shrinkAt{0};          ///< number of entries at which to shrink
    bool m_isSweeping{false};        ///< Sweep() is at work
    uint64_t m_size{0};              ///< number of entries
    uint64_t m_maxSize{MAX_SIZE};    ///< greatest number of entries
    uint64_t m_seed{DEFAULT_SEED};   ///< seed of the hash
    TimingWheel m_wheel;             ///< timer records: hashes of connections
    ExpiryCallback m_expiryCallback; ///< called when a connection's time is up
};

inline uint32_t
ConnectionTable::GetHash(const Words& words) const
{
    // Multiplication carries upwards only, so the high half is folded down after each one.
    // The odd factors are those of Stafford's variant 13 of the MurmurHash3 finalizer.
    uint64_t x = (words.addresses ^ m_seed) * 0xbf58476d1ce4e5b9;
    x = ((x ^ x >> 32) + words.rest) * 0x94d049bb133111eb;
    x = (x ^ x >> 32) * 0xbf58476d1ce4e5b9;
    const auto hash = static_cast<uint32_t>(x >> 32);
    return hash == 0 ? 1 : hash - (hash == UINT32_MAX);
}

inline uint32_t
ConnectionTable::GetHash(const ConnectionKey& key) const
{
    return GetHash(Words(key));
}

inline Connection*
ConnectionTable::Peek(const ConnectionKey& key)
{
    if (m_size == 0)
    {
        return nullptr;
    }
    const Words words(key);
    const uint32_t hash = GetHash(words);
    const ConnectionArray& array = GetArray(hash);
    ConnectionArray::Place place = array.Seek(hash);
    return SkipOthers(array, place, hash, words) ? place.slot : nullptr;
}

inline bool
ConnectionTable::SkipOthers(const ConnectionArray& array,
                            ConnectionArray::Place& place,
                            uint32_t hash,
                            const Words& words)
{
    for (; place.slot->hash == hash; array.Next(place))
    {
        if (Matches(*place.slot, words))
        {
            return true;
        }
    }
    return false;
}

inline Connection*
ConnectionTable::Find(const ConnectionKey& key, Time now)
{
    Connection* connection = Peek(key);
    if (connection && IsOver(*connection, GetTick(now)))
    {
        Expire(*connection, now);
        if (IsOver(*connection, GetTick(now)))
        {
            Erase(connection);
            return nullptr;
        }
    }
    return connection;
}

inline uint64_t
ConnectionTable::GetExpiry(Time now, Time timeout)
{
    const int64_t delay = std::min(timeout.GetNanoSeconds(), MAX_TIMEOUT);
    return static_cast<uint64_t>(now.GetNanoSeconds() + delay + TICK - 1) / TICK;
}

inline bool
ConnectionTable::Restart(Connection* connection, Time now, Time timeout)
{
    const uint32_t before = connection->expiry;
    connection->expiry = static_cast<uint32_t>(GetExpiry(now, timeout));
    if (static_cast<int32_t>(connection->expiry - before) >= 0)
    {
        return false; // the record stays where it is until it is met
    }
    m_wheel.SetTick(GetTick(now));
    FileEarlier(*connection);
    return true;
}

} // namespace gipt
} // namespace ns3

#endif // GIPT_CONNECTION_TABLE_H
