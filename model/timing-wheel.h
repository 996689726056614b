/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_TIMING_WHEEL_H
#define GIPT_TIMING_WHEEL_H

#include <algorithm>
#include <cstdint>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief A hierarchical timing wheel of 32-bit records (Varghese and Lauck, 1987, scheme 7).
 *
 * Its levels are the digits of the tick: 512 slots of one tick, 256 of 512 ticks, 256 of 2^17 and
 * 128 of 2^25. A record is filed by the highest digit in which its tick differs from the present
 * one. A slot of the lowest level is due at its tick, another one at its first tick; whoever takes
 * a record of the latter files it again, one level lower at least.
 *
 * Records are never taken out early. The owner keeps the number of the slot that File() returned,
 * and lets a record fall when it comes from another slot. So a record needs 4 bytes and no links.
 * Records of one slot come in the order in which they were filed.
 *
 * A tick must not lie 2^31 ticks or more ahead; ticks themselves may grow without bound.
 */
class TimingWheel
{
  public:
    /** What GetNextDue() returns when nothing is filed. */
    static constexpr uint64_t NEVER = UINT64_MAX;

    TimingWheel() = default;
    ~TimingWheel();
    TimingWheel(const TimingWheel&) = delete;
    TimingWheel& operator=(const TimingWheel&) = delete;

    /**
     * @brief File a record. A tick that is over counts as the next one that is not.
     * @param record the record
     * @param due the tick at which it is wanted
     * @return the number of the slot it is in
     */
    uint16_t File(uint32_t record, uint64_t due);

    /**
     * @brief The tick at which a slot is due.
     * @param slot what File() returned, of a record that was not yet taken
     * @return the tick, not after the one that the record was filed for unless that was over
     */
    uint64_t GetDue(uint16_t slot) const;

    /**
     * @brief The tick at which there is something to take.
     * @return the tick of the earliest slot that is not empty, NEVER when all are
     */
    uint64_t GetNextDue() const
    {
        return m_hand ? m_tick : m_nextDue;
    }

    /**
     * @brief The present tick, up to which everything was taken.
     * @return the tick
     */
    uint64_t GetTick() const
    {
        return m_tick;
    }

    /**
     * @brief Tell the time, so that records are filed no higher than need be.
     * @param now the tick; without effect when something is due by then
     */
    void SetTick(uint64_t now)
    {
        if (now > m_tick && now < GetNextDue())
        {
            m_tick = now;
            m_floor = now;
        }
    }

    /**
     * @brief Begin with the next slot that is due, once all of the last one is taken.
     * @param now the tick up to which slots are due
     * @return false when none is; the present tick is then @p now
     */
    bool Open(uint64_t now);

    /**
     * @brief Take a record out of the slot that is open.
     * @param[out] record the record
     * @return false when all are taken
     */
    bool Take(uint32_t& record);

    /**
     * @brief Look at a record that will soon be taken, to prefetch what it names.
     * @param distance how many records ahead
     * @return the record, 0 when it is not at hand
     */
    uint32_t LookAhead(uint32_t distance) const
    {
        return m_hand && m_taken + distance < m_hand->count ? m_hand->records[m_taken + distance]
                                                            : 0;
    }

    /**
     * @brief The slot that is open.
     * @return its number
     */
    uint16_t GetOpenSlot() const
    {
        return m_handSlot;
    }

    /**
     * @brief Forget all records and free their memory; the time stays.
     */
    void Clear();

    /**
     * @brief Bytes allocated beyond the object itself.
     * @return the bytes
     */
    uint64_t GetMemory() const
    {
        return static_cast<uint64_t>(m_blocks) * sizeof(Block);
    }

  private:
    /** Records of a block: with malloc's header it is 512 bytes. */
    static constexpr uint32_t BLOCK_RECORDS = 121;
    /** Slots of all levels. */
    static constexpr uint32_t SLOTS = 512 + 256 + 256 + 128;
    /** Empty blocks kept for later, at most. */
    static constexpr uint32_t SPARE_BLOCKS = 64;

    /** Some records of a slot. */
    struct Block
    {
        Block* next;                     ///< the block with the records filed after these
        uint32_t count;                  ///< how many records there are
        uint32_t records[BLOCK_RECORDS]; ///< the records
    };

    /** The records of a slot. */
    struct List
    {
        Block* first{nullptr}; ///< where to take
        Block* last{nullptr};  ///< where to file
    };

    /** A level of the wheel. */
    struct Level
    {
        uint32_t first; ///< number of its first slot
        uint32_t slots; ///< how many it has
        uint32_t shift; ///< a slot spans 2^shift ticks
    };

    /** The levels, lowest first. */
    static constexpr Level LEVELS[] = {{0, 512, 0}, {512, 256, 9}, {768, 256, 17}, {1024, 128, 25}};

    /**
     * @brief Find the earliest slot that is not empty.
     * @param[out] due the tick at which it is due, NEVER when there is none
     * @return its number
     */
    uint16_t FindNext(uint64_t& due) const;

    /**
     * @brief Find the first slot that is not empty in part of a level.
     * @param from number of the first slot of the part
     * @param to number of the slot after the part
     * @return its number, @p to when all are empty
     */
    uint32_t FindFilled(uint32_t from, uint32_t to) const;

    /**
     * @brief Get an empty block.
     * @return the block
     */
    Block* Allocate();

    /**
     * @brief Give a block back.
     * @param block the block
     */
    void Release(Block* block);

    List m_slots[SLOTS];                ///< the slots
    uint64_t m_filled[SLOTS / 64] = {}; ///< a bit for each slot that is not empty
    uint64_t m_tick{0};                 ///< present tick
    uint64_t m_floor{0};                ///< earliest tick that can be filed for
    uint64_t m_nextDue{NEVER};          ///< when the earliest slot is due
    Block* m_hand{nullptr};             ///< what is left of the open slot
    uint32_t m_taken{0};                ///< records of the first block that were taken
    uint16_t m_handSlot{0};             ///< number of the open slot
    Block* m_spare{nullptr};            ///< empty blocks
    uint32_t m_spares{0};               ///< how many empty blocks there are
    uint32_t m_blocks{0};               ///< how many blocks there are in all
};

inline uint16_t
TimingWheel::File(uint32_t record, uint64_t due)
{
    due = std::max(due, m_floor);
    const uint64_t differing = due ^ m_tick;
    uint32_t level = 0;
    level += differing >> LEVELS[1].shift != 0;
    level += differing >> LEVELS[2].shift != 0;
    level += differing >> LEVELS[3].shift != 0;
    const uint64_t digit = due >> LEVELS[level].shift;
    const auto slot =
        static_cast<uint16_t>(LEVELS[level].first + (digit & (LEVELS[level].slots - 1)));

    List& list = m_slots[slot];
    if (!list.last)
    {
        list.first = list.last = Allocate();
        m_filled[slot / 64] |= uint64_t{1} << (slot % 64);
        m_nextDue = std::min(m_nextDue, digit << LEVELS[level].shift);
    }
    else if (list.last->count == BLOCK_RECORDS)
    {
        list.last->next = Allocate();
        list.last = list.last->next;
    }
    list.last->records[list.last->count++] = record;
    return slot;
}

inline bool
TimingWheel::Take(uint32_t& record)
{
    if (!m_hand)
    {
        return false;
    }
    record = m_hand->records[m_taken++];
    if (m_taken == m_hand->count)
    {
        Block* done = m_hand;
        m_hand = done->next;
        m_taken = 0;
        Release(done);
    }
    return true;
}

} // namespace gipt
} // namespace ns3

#endif // GIPT_TIMING_WHEEL_H
