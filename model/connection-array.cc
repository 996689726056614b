/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "connection-array.h"

#include <algorithm>
#include <new>

namespace ns3
{
namespace gipt
{

namespace
{

/** Alignment of chunks, so that no entry lies in two cache lines. */
constexpr std::align_val_t CACHE_LINE{64};
/** Slots of a chunk and its guards. */
constexpr uint32_t CHUNK_ENTRIES = ConnectionChunks::SLOTS + ConnectionChunks::GUARDS;
/** Chunks kept for later: one that was emptied is soon wanted for what was in it. */
constexpr std::size_t SPARE_CHUNKS = 2;

} // namespace

ConnectionChunks::~ConnectionChunks()
{
    Clear();
}

void
ConnectionChunks::Clear()
{
    for (Connection* chunk : m_spare)
    {
        ::operator delete(chunk, CACHE_LINE);
    }
    m_count -= static_cast<uint32_t>(m_spare.size());
    m_spare.clear();
}

Connection*
ConnectionChunks::Allocate()
{
    Connection* chunk;
    if (m_spare.empty())
    {
        chunk = static_cast<Connection*>(
            ::operator new(CHUNK_ENTRIES * sizeof(Connection), CACHE_LINE));
        ++m_count;
    }
    else
    {
        chunk = m_spare.back();
        m_spare.pop_back();
    }
    std::fill(chunk, chunk + SLOTS, Connection());
    Connection guard = Connection();
    guard.hash = GUARD;
    std::fill_n(chunk + SLOTS, GUARDS, guard);
    return chunk;
}

void
ConnectionChunks::Release(Connection* chunk)
{
    if (m_spare.size() < SPARE_CHUNKS)
    {
        m_spare.push_back(chunk);
        return;
    }
    ::operator delete(chunk, CACHE_LINE);
    --m_count;
}

uint64_t
ConnectionChunks::GetMemory() const
{
    return uint64_t{m_count} * CHUNK_ENTRIES * sizeof(Connection) +
           m_spare.capacity() * sizeof(Connection*);
}

void
ConnectionArray::Reset(uint32_t chunks)
{
    m_chunks = std::vector<Connection*>();
    m_chunks.reserve(chunks + 1);
    m_size = chunks * ConnectionChunks::SLOTS - TAIL;
    m_first = 0;
    m_end = 0;
}

void
ConnectionArray::Clear(ConnectionChunks& memory)
{
    for (Connection* chunk : m_chunks)
    {
        if (chunk)
        {
            memory.Release(chunk);
        }
    }
    m_chunks = std::vector<Connection*>();
    m_size = 0;
    m_first = 0;
    m_end = 0;
}

Connection*
ConnectionArray::FindFrom(uint32_t limit) const
{
    if (m_chunks.empty())
    {
        return nullptr;
    }
    for (Place place = Seek(limit); place.slot->hash != ConnectionChunks::GUARD; Next(place))
    {
        if (place.slot->hash >= limit)
        {
            return place.slot;
        }
    }
    return nullptr;
}

ConnectionArray::Place
ConnectionArray::Locate(const Connection* connection) const
{
    Place place = Seek(connection->hash);
    while (place.slot != connection)
    {
        Next(place);
    }
    return place;
}

Connection*
ConnectionArray::Open(Place place, ConnectionChunks& memory)
{
    Place empty = place;
    while (empty.slot->hash)
    {
        if (empty.slot->hash != ConnectionChunks::GUARD)
        {
            ++empty.slot;
        }
        else
        {
            if (empty.chunk + 1 == m_chunks.size())
            {
                m_chunks.push_back(memory.Allocate());
            }
            GoOn(empty);
        }
    }
    m_end = std::max(m_end, GetIndex(empty) + 1);
    if (place.slot->hash == ConnectionChunks::GUARD)
    {
        return empty.slot; // the first one of a chunk that was added for it
    }

    // Everything from the wanted slot to the empty one goes up by one slot.
    while (empty.chunk != place.chunk)
    {
        Connection* front = m_chunks[empty.chunk];
        std::copy_backward(front, empty.slot, empty.slot + 1);
        empty.slot = m_chunks[--empty.chunk] + ConnectionChunks::SLOTS - 1;
        *front = *empty.slot;
    }
    std::copy_backward(place.slot, empty.slot, empty.slot + 1);
    return place.slot;
}

void
ConnectionArray::Close(Place place)
{
    for (;;)
    {
        Place next = place;
        Next(next);
        const uint32_t hash = next.slot->hash;
        if (hash == 0 || hash == ConnectionChunks::GUARD || GetHome(hash) == GetIndex(next))
        {
            break;
        }
        *place.slot = *next.slot;
        place = next;
    }
    place.slot->hash = 0;
}

void
ConnectionArray::Append(const Connection& connection, ConnectionChunks& memory)
{
    uint32_t position = GetHome(connection.hash);
    if (position < m_end)
    {
        position = m_end;
        const uint32_t last = m_end - 1;
        if (!m_chunks[last >> ConnectionChunks::BITS][last & (ConnectionChunks::SLOTS - 1)].hash)
        {
            // Entries at the end were removed: there may be no gap before this one.
            Place place = Seek(connection.hash);
            while (place.slot->hash == connection.hash)
            {
                Next(place);
            }
            *Open(place, memory) = connection;
            return;
        }
    }
    const uint32_t chunk = position >> ConnectionChunks::BITS;
    while (chunk >= m_chunks.size())
    {
        m_chunks.push_back(memory.Allocate());
    }
    m_chunks[chunk][position & (ConnectionChunks::SLOTS - 1)] = connection;
    m_end = position + 1;
}

uint32_t
ConnectionArray::Drain(ConnectionArray& other, uint32_t slots, ConnectionChunks& memory)
{
    const uint64_t capacity = GetCapacity();
    uint64_t first = m_first;
    uint32_t moved = 0;
    const Connection* slot = nullptr;
    for (;; ++first)
    {
        const uint32_t offset = first & (ConnectionChunks::SLOTS - 1);
        if (offset == 0 && slot)
        {
            Connection*& emptied = m_chunks[(first >> ConnectionChunks::BITS) - 1];
            memory.Release(emptied);
            emptied = nullptr;
        }
        if (first == capacity)
        {
            m_chunks.clear();
            other.Provide(UINT32_MAX, memory);
            return UINT32_MAX;
        }
        slot = m_chunks[first >> ConnectionChunks::BITS] + offset;
        if (slots == 0 && (slot->hash == 0 || slot->hash != moved))
        {
            break;
        }
        slots -= slots != 0;
        if (slot->hash)
        {
            moved = slot->hash;
            other.Append(*slot, memory);
        }
    }
    m_first = static_cast<uint32_t>(first);

    // All hashes with a home that is gone belong to the other array, if not to the next entry.
    uint64_t boundary = ((first << 32) - 1) / m_size;
    if (slot->hash)
    {
        boundary = std::min(boundary, uint64_t{slot->hash} - 1);
    }
    boundary = std::min<uint64_t>(boundary, ConnectionChunks::GUARD - 1);
    other.Provide(static_cast<uint32_t>(boundary), memory);
    return static_cast<uint32_t>(boundary);
}

} // namespace gipt
} // namespace ns3
