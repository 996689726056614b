/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_CONNECTION_ARRAY_H
#define GIPT_CONNECTION_ARRAY_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief An entry of the connection table: half a cache line.
 *
 * What is not said to be the table's is for the owner to read and write. A persistence template is
 * an entry with TEMPLATE set and without a client port; it counts the connections that refer to it
 * in place of packets.
 */
struct Connection
{
    /** Bit of flags, the table's: the entry is a persistence template. */
    static constexpr uint16_t TEMPLATE = 0x8000;

    uint32_t hash;           ///< hash of the key, the table's; 0 in an empty slot
    uint32_t client;         ///< address of the client, in host order; the table's
    uint32_t virtualAddress; ///< service address in host order or firewall mark; the table's
    uint16_t clientPort;     ///< port of the client; the table's
    uint16_t packets;        ///< packets from the client, up to 65535: see CountPacket()
    uint16_t virtualPort;    ///< service port; the table's
    uint8_t protocol;        ///< IP protocol number; the table's
    uint8_t state;           ///< the ConnectionState
    uint32_t server;         ///< index of the real server with the owner
    uint32_t expiry;         ///< tick at which its time is up, modulo 2^32; the table's
    uint16_t flags;          ///< TEMPLATE, and 15 bits for the owner
    uint16_t filed;          ///< slot of the timing wheel with its record; the table's

    /**
     * @brief Whether it is a persistence template.
     * @return true for a template
     */
    bool IsTemplate() const
    {
        return flags & TEMPLATE;
    }

    /**
     * @brief Count a packet of a connection that is not a template.
     */
    void CountPacket()
    {
        packets += packets != UINT16_MAX;
    }

    /**
     * @brief How many connections refer to a template.
     * @return the count
     */
    uint32_t GetReferences() const
    {
        return uint32_t{clientPort} << 16 | packets;
    }

    /**
     * @brief Set how many connections refer to a template.
     * @param references the count
     */
    void SetReferences(uint32_t references)
    {
        clientPort = static_cast<uint16_t>(references >> 16);
        packets = static_cast<uint16_t>(references);
    }
};

static_assert(sizeof(Connection) == 32, "two entries in a cache line");

/**
 * @ingroup global-ip-tunneling
 * @brief Pieces of memory for the arrays of one table, to pass from one array to the next.
 */
class ConnectionChunks
{
  public:
    /** Binary logarithm of the slots of a chunk. */
    static constexpr uint32_t BITS = 11;
    /** Slots of a chunk. */
    static constexpr uint32_t SLOTS = 1 << BITS;
    /** Hash in the slots that follow the last one of a chunk; no entry has it. */
    static constexpr uint32_t GUARD = UINT32_MAX;
    /** Number of slots with that hash. */
    static constexpr uint32_t GUARDS = 8;

    ConnectionChunks() = default;
    ~ConnectionChunks();
    ConnectionChunks(const ConnectionChunks&) = delete;
    ConnectionChunks& operator=(const ConnectionChunks&) = delete;

    /**
     * @brief Get a chunk of empty slots, and the guard.
     * @return the first slot
     */
    Connection* Allocate();

    /**
     * @brief Give a chunk back.
     * @param chunk its first slot
     */
    void Release(Connection* chunk);

    /**
     * @brief Free the chunks that are not in use.
     */
    void Clear();

    /**
     * @brief Bytes allocated.
     * @return the bytes
     */
    uint64_t GetMemory() const;

  private:
    std::vector<Connection*> m_spare; ///< one or two chunks at hand
    uint32_t m_count{0};              ///< chunks in all
};

/**
 * @ingroup global-ip-tunneling
 * @brief A hash table by linear probing in which the entries are sorted by their hash.
 *
 * The home of an entry is its hash scaled to the size of the array, which need not be a power of
 * two, so the order of homes is the order of hashes and the array as a whole is sorted (ordered
 * linear probing; Amble and Knuth, 1974). A search that fails ends as early as one that succeeds,
 * and a larger or smaller array can be filled from this one from front to back, a few entries at a
 * time. It does not wrap around: more slots are added at the end when the last run needs them.
 *
 * While it is being emptied from the front, entries whose home is gone begin at the first slot
 * that is left.
 */
class ConnectionArray
{
  public:
    /** A slot that is known. */
    struct Place
    {
        Connection* slot; ///< the slot
        uint32_t chunk;   ///< index of its chunk
    };

    /**
     * @brief Make it an empty array; no memory is allocated for slots.
     * @param chunks how many chunks it is to have
     */
    void Reset(uint32_t chunks);

    /**
     * @brief Free everything.
     * @param memory where the chunks came from
     */
    void Clear(ConnectionChunks& memory);

    /**
     * @brief Number of homes.
     * @return the number
     */
    uint32_t GetSize() const
    {
        return m_size;
    }

    /**
     * @brief Number of chunks it is to have, but for those added at the end.
     * @return the number
     */
    uint32_t GetChunks() const
    {
        return static_cast<uint32_t>((uint64_t{m_size} + TAIL) >> ConnectionChunks::BITS);
    }

    /**
     * @brief Slots it has now, those gone from the front included.
     * @return the number
     */
    uint64_t GetCapacity() const
    {
        return uint64_t{m_chunks.size()} << ConnectionChunks::BITS;
    }

    /**
     * @brief Bytes allocated besides the chunks.
     * @return the bytes
     */
    uint64_t GetMemory() const
    {
        return m_chunks.capacity() * sizeof(Connection*);
    }

    /**
     * @brief The home of a hash.
     * @param hash the hash
     * @return index of the slot
     */
    uint32_t GetHome(uint32_t hash) const
    {
        return static_cast<uint32_t>(uint64_t{hash} * m_size >> 32);
    }

    /**
     * @brief Have memory for the homes of all hashes up to one.
     * @param hash the greatest hash
     * @param memory where to get chunks
     */
    void Provide(uint32_t hash, ConnectionChunks& memory)
    {
        while (GetCapacity() <= GetHome(hash))
        {
            m_chunks.push_back(memory.Allocate());
        }
    }

    /**
     * @brief Find the first entry with a hash, or else the slot where it belongs: an empty one, one
     * with a greater hash, or the guard at the end of the array.
     * @param hash the hash, of the part that is not gone
     * @return the slot
     */
    Place Seek(uint32_t hash) const
    {
        const uint32_t home = GetHome(hash);
        const uint32_t position = home < m_first ? m_first : home;
        Place place;
        place.chunk = position >> ConnectionChunks::BITS;
        place.slot = m_chunks[place.chunk] + (position & (ConnectionChunks::SLOTS - 1));
        for (;;)
        {
            // The slots of a run that are below come first, so their number leads to the one
            // wanted. Without a branch at each slot the processor need not wait for memory to know
            // where to go on. An empty slot's hash, 0, becomes the greatest one.
            const Connection* slot = place.slot;
            uint32_t below = 0;
            for (uint32_t i = 0; i < WINDOW; ++i)
            {
                below += slot[i].hash - 1 < hash - 1;
            }
            place.slot += below;
            if (below != WINDOW && !GoOn(place))
            {
                return place;
            }
        }
    }

    /**
     * @brief Fetch the home of a hash and the slots behind it into the cache.
     * @param hash the hash
     */
    void Prefetch(uint32_t hash) const
    {
        const uint32_t home = GetHome(hash);
        const uint32_t position = home < m_first ? m_first : home;
        const std::size_t chunk = position >> ConnectionChunks::BITS;
        if (chunk < m_chunks.size())
        {
            const Connection* slot = m_chunks[chunk] + (position & (ConnectionChunks::SLOTS - 1));
            __builtin_prefetch(slot);
            __builtin_prefetch(slot + 2);
            __builtin_prefetch(slot + 4);
        }
    }

    /**
     * @brief Go to the next slot, or to the guard at the end of the array.
     * @param place a slot; changed
     */
    void Next(Place& place) const
    {
        ++place.slot;
        GoOn(place);
    }

    /**
     * @brief Find the first entry whose hash is not below a limit.
     * @param limit the limit, not 0
     * @return the entry, null when there is none
     */
    Connection* FindFrom(uint32_t limit) const;

    /**
     * @brief Find the slot of an entry.
     * @param connection the entry
     * @return the slot
     */
    Place Locate(const Connection* connection) const;

    /**
     * @brief Make room for an entry.
     * @param place the slot where it belongs: Seek(), or behind others of its hash
     * @param memory where to get chunks
     * @return the slot, whose content is to be overwritten
     */
    Connection* Open(Place place, ConnectionChunks& memory);

    /**
     * @brief Remove an entry.
     * @param place its slot
     */
    void Close(Place place);

    /**
     * @brief Move entries from the front of this array to the end of another one.
     *
     * Entries of the same hash stay together.
     *
     * @param other where to
     * @param slots how many slots to empty
     * @param memory where chunks come from and go to
     * @return the greatest hash that now belongs to the other array: UINT32_MAX when all do
     */
    uint32_t Drain(ConnectionArray& other, uint32_t slots, ConnectionChunks& memory);

    /**
     * @brief Visit all entries by order of their hashes.
     * @param visitor called with each entry
     */
    template <typename Visitor>
    void ForEach(Visitor&& visitor) const
    {
        for (std::size_t chunk = m_first >> ConnectionChunks::BITS; chunk < m_chunks.size();
             ++chunk)
        {
            const bool cut = chunk == m_first >> ConnectionChunks::BITS;
            const Connection* slot =
                m_chunks[chunk] + (cut ? m_first & (ConnectionChunks::SLOTS - 1) : 0);
            for (; slot->hash != ConnectionChunks::GUARD; ++slot)
            {
                if (slot->hash)
                {
                    visitor(*slot);
                }
            }
        }
    }

  private:
    /** Slots that a search looks at together. */
    static constexpr uint32_t WINDOW = 4;
    static_assert(WINDOW <= ConnectionChunks::GUARDS, "no search goes past the guards");
    /** Slots of the last chunk that are no one's home. */
    static constexpr uint32_t TAIL = 64;

    /**
     * @brief Go on from the guard of a chunk to the next chunk.
     * @param place a slot; changed
     * @return false when it is no guard, or that of the last chunk
     */
    bool GoOn(Place& place) const
    {
        if (place.slot->hash != ConnectionChunks::GUARD || place.chunk + 1 == m_chunks.size())
        {
            return false;
        }
        place.slot = m_chunks[++place.chunk];
        return true;
    }

    /**
     * @brief The index of a slot.
     * @param place the slot
     * @return the index
     */
    uint32_t GetIndex(const Place& place) const
    {
        return (place.chunk << ConnectionChunks::BITS) +
               static_cast<uint32_t>(place.slot - m_chunks[place.chunk]);
    }

    /**
     * @brief Add an entry that no other one in the array is greater than.
     * @param connection the entry
     * @param memory where to get chunks
     */
    void Append(const Connection& connection, ConnectionChunks& memory);

    std::vector<Connection*> m_chunks; ///< the slots, null where they are gone
    uint32_t m_size{0};                ///< number of homes
    uint32_t m_first{0};               ///< index of the first slot that is not gone
    uint32_t m_end{0};                 ///< no slot from this index on was ever filled
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_CONNECTION_ARRAY_H
