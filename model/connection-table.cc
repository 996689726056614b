/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "connection-table.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace gipt
{

namespace
{

/** Percentage of slots filled at which a table grows. Search and insertion slow down above it. */
constexpr uint64_t GROW_PERCENT = 84;
/** Percentage of slots filled at which a table shrinks. */
constexpr uint64_t SHRINK_PERCENT = 50;
/** Percentage of slots filled after a table has shrunk. */
constexpr uint64_t SHRUNK_PERCENT = 70;
/** A table grows by one part in this many: small enough for 48 bytes a connection. */
constexpr uint64_t GROW_PARTS = 8;
/** How many timer records ahead the connections are fetched into the cache. */
constexpr uint32_t LOOK_AHEAD = 8;

} // namespace

ConnectionTable::~ConnectionTable()
{
    Clear();
}

void
ConnectionTable::SetExpiryCallback(ExpiryCallback callback)
{
    m_expiryCallback = std::move(callback);
}

void
ConnectionTable::SetSeed(uint64_t seed)
{
    Clear();
    m_seed = seed;
}

void
ConnectionTable::SetMaxSize(uint64_t size)
{
    m_maxSize = size == 0 ? MAX_SIZE : std::min(size, MAX_SIZE);
}

Connection*
ConnectionTable::PeekNext(const Connection* connection)
{
    const ConnectionArray& array = GetArray(connection->hash);
    ConnectionArray::Place place = array.Locate(connection);
    array.Next(place);
    const Words words(GetKey(*connection));
    return SkipOthers(array, place, connection->hash, words) ? place.slot : nullptr;
}

Connection*
ConnectionTable::Insert(const ConnectionKey& key,
                        uint32_t server,
                        Time now,
                        Time timeout,
                        bool isAnother)
{
    if (m_size >= m_maxSize)
    {
        return nullptr;
    }
    if (m_size >= m_growAt && m_boundary == UINT32_MAX)
    {
        Resize(m_array.GetChunks() + m_array.GetChunks() / GROW_PARTS + 1);
    }
    const Words words(key);
    const uint32_t hash = GetHash(words);
    GetArray(hash).Prefetch(hash);
    Step();

    ConnectionArray& array = GetArray(hash);
    ConnectionArray::Place place = array.Seek(hash);
    if (SkipOthers(array, place, hash, words) && !isAnother)
    {
        return place.slot;
    }
    Connection* connection = array.Open(place, m_chunks);
    *connection = Connection();
    connection->hash = hash;
    connection->client = static_cast<uint32_t>(words.addresses >> 32);
    connection->virtualAddress = static_cast<uint32_t>(words.addresses);
    connection->clientPort = key.clientPort;
    connection->virtualPort = key.virtualPort;
    connection->protocol = key.protocol;
    connection->server = server;
    connection->flags = key.clientPort == 0 ? Connection::TEMPLATE : 0;
    connection->expiry = static_cast<uint32_t>(GetExpiry(now, timeout));
    ++m_size;
    m_wheel.SetTick(GetTick(now));
    File(*connection);
    return connection;
}

void
ConnectionTable::Erase(Connection* connection)
{
    Remove(GetArray(connection->hash).Locate(connection));
}

bool
ConnectionTable::Advance(Time now, uint32_t maxWork)
{
    const uint64_t tick = GetTick(now);
    uint32_t work = 0;
    do
    {
        for (;;)
        {
            if (work == maxWork)
            {
                return m_wheel.GetNextDue() <= tick;
            }
            if (const uint32_t ahead = m_wheel.LookAhead(LOOK_AHEAD))
            {
                GetArray(ahead).Prefetch(ahead);
            }
            uint32_t hash;
            if (!m_wheel.Take(hash))
            {
                break;
            }
            ++work;
            Meet(hash, now);
        }
    } while (m_wheel.Open(tick));
    return false;
}

Time
ConnectionTable::NextExpiry() const
{
    const uint64_t due = m_wheel.GetNextDue();
    return due == TimingWheel::NEVER ? Time::Max() : NanoSeconds(due * TICK);
}

Time
ConnectionTable::GetTimeLeft(const Connection& connection, Time now) const
{
    const auto tick = static_cast<uint32_t>(GetTick(now));
    const auto ticks = static_cast<int32_t>(connection.expiry - tick);
    const Time left = NanoSeconds(ticks * TICK - now.GetNanoSeconds() % TICK);
    return left.IsNegative() ? Time(0) : left;
}

ConnectionKey
ConnectionTable::GetKey(const Connection& connection)
{
    ConnectionKey key;
    key.client = Ipv4Address(connection.client);
    key.clientPort = connection.IsTemplate() ? 0 : connection.clientPort;
    key.virtualAddress = Ipv4Address(connection.virtualAddress);
    key.virtualPort = connection.virtualPort;
    key.protocol = connection.protocol;
    return key;
}

uint64_t
ConnectionTable::GetMemory() const
{
    return sizeof(*this) + m_chunks.GetMemory() + m_array.GetMemory() + m_old.GetMemory() +
           m_wheel.GetMemory();
}

uint32_t
ConnectionTable::Sweep(uint32_t cursor,
                       uint64_t count,
                       const std::function<bool(Connection&)>& visitor,
                       Time now,
                       uint32_t last)
{
    uint64_t visited = 0;
    cursor = std::max(cursor, 1U);
    m_isSweeping = true;
    while (visited < count)
    {
        Connection* connection = cursor <= m_boundary ? m_array.FindFrom(cursor) : nullptr;
        connection = connection ? connection : m_old.FindFrom(cursor);
        if (!connection || connection->hash > last)
        {
            cursor = 0;
            break;
        }
        // All with this hash, so that the hash says how far it has come.
        const uint32_t hash = connection->hash;
        uint32_t stay = 0;
        for (;;)
        {
            const ConnectionArray& array = GetArray(hash);
            ConnectionArray::Place place = array.Seek(hash);
            for (uint32_t i = 0; i < stay && place.slot->hash == hash; ++i)
            {
                array.Next(place);
            }
            if (place.slot->hash != hash)
            {
                break;
            }
            ++visited;
            if (visitor(*place.slot))
            {
                place.slot->expiry = static_cast<uint32_t>(GetTick(now));
                Expire(*place.slot, now);
                if (IsOver(*place.slot, GetTick(now)))
                {
                    Remove(place);
                    continue;
                }
                FileEarlier(*place.slot);
            }
            ++stay;
        }
        cursor = hash + 1;
    }
    m_isSweeping = false;
    Shrink();
    return cursor;
}

void
ConnectionTable::Clear()
{
    m_array.Clear(m_chunks);
    m_old.Clear(m_chunks);
    m_chunks.Clear();
    m_wheel.Clear();
    m_boundary = UINT32_MAX;
    m_growAt = 0;
    m_shrinkAt = 0;
    m_size = 0;
}

void
ConnectionTable::File(Connection& connection)
{
    const uint64_t tick = m_wheel.GetTick();
    const int64_t ahead = static_cast<int32_t>(connection.expiry - static_cast<uint32_t>(tick));
    connection.filed = m_wheel.File(connection.hash, ahead < 0 ? tick : tick + ahead);
}

void
ConnectionTable::FileEarlier(Connection& connection)
{
    const auto due = static_cast<uint32_t>(m_wheel.GetDue(connection.filed));
    if (static_cast<int32_t>(connection.expiry - due) < 0)
    {
        File(connection);
    }
}

void
ConnectionTable::Meet(uint32_t hash, Time now)
{
    if (m_size == 0)
    {
        return;
    }
    ConnectionArray& array = GetArray(hash);
    ConnectionArray::Place place = array.Seek(hash);
    while (place.slot->hash == hash)
    {
        Connection& connection = *place.slot;
        if (connection.filed != m_wheel.GetOpenSlot())
        {
            array.Next(place);
            continue;
        }
        // By the wheel's tick, which may be behind the time, so that they go in order.
        if (IsOver(connection, m_wheel.GetTick()))
        {
            Expire(connection, now);
            if (IsOver(connection, GetTick(now)))
            {
                Remove(place);
                // What is left of this hash, if there was any, has its own record.
                return;
            }
        }
        File(connection);
        array.Next(place);
    }
}

void
ConnectionTable::Expire(Connection& connection, Time now)
{
    if (m_expiryCallback)
    {
        m_expiryCallback(connection, now);
    }
}

void
ConnectionTable::Remove(ConnectionArray::Place place)
{
    GetArray(place.slot->hash).Close(place);
    --m_size;
    if (!m_isSweeping)
    {
        Shrink();
    }
    Step();
}

void
ConnectionTable::Shrink()
{
    if (m_boundary == UINT32_MAX && m_size < m_shrinkAt)
    {
        const uint64_t slots = m_size * 100 / SHRUNK_PERCENT;
        Resize((slots >> ConnectionChunks::BITS) + 1);
    }
}

void
ConnectionTable::Resize(uint64_t chunks)
{
    m_old = std::move(m_array);
    m_array.Reset(static_cast<uint32_t>(chunks));
    m_boundary = 0;
    m_growAt = static_cast<uint32_t>(uint64_t{m_array.GetSize()} * GROW_PERCENT / 100);
    m_shrinkAt =
        chunks == 1 ? 0 : static_cast<uint32_t>(uint64_t{m_array.GetSize()} * SHRINK_PERCENT / 100);
}

void
ConnectionTable::Step()
{
    if (m_boundary != UINT32_MAX)
    {
        m_boundary = m_old.Drain(m_array, STEP, m_chunks);
        if (m_boundary == UINT32_MAX)
        {
            m_old.Clear(m_chunks);
        }
    }
}

} // namespace gipt
} // namespace ns3
