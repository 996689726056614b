/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "timing-wheel.h"

namespace ns3
{
namespace gipt
{

TimingWheel::~TimingWheel()
{
    Clear();
}

uint64_t
TimingWheel::GetDue(uint16_t slot) const
{
    uint32_t level = 0;
    while (level < 3 && slot >= LEVELS[level + 1].first)
    {
        ++level;
    }
    const Level& l = LEVELS[level];
    const uint64_t present = m_tick >> l.shift;
    const uint64_t index = slot - l.first;
    if (level < 3)
    {
        // Its higher digits are those of the present tick, or it would be on a higher level.
        return ((present & ~uint64_t{l.slots - 1}) | index) << l.shift;
    }
    return (present + ((index - present) & (l.slots - 1))) << l.shift;
}

bool
TimingWheel::Open(uint64_t now)
{
    if (m_nextDue > now)
    {
        SetTick(now);
        return false;
    }
    uint64_t due;
    m_handSlot = FindNext(due);
    m_tick = due;
    // A tick's own slot is opened after those of higher levels that may still add to it.
    m_floor = m_handSlot < LEVELS[1].first ? due + 1 : due;
    List& list = m_slots[m_handSlot];
    m_hand = list.first;
    m_taken = 0;
    list = List();
    m_filled[m_handSlot / 64] &= ~(uint64_t{1} << (m_handSlot % 64));
    FindNext(m_nextDue);
    return true;
}

uint16_t
TimingWheel::FindNext(uint64_t& due) const
{
    for (const Level& level : LEVELS)
    {
        const uint32_t end = level.first + level.slots;
        const uint32_t present =
            level.first + static_cast<uint32_t>((m_tick >> level.shift) & (level.slots - 1));
        uint32_t slot = FindFilled(present, end);
        if (slot == end && end == SLOTS)
        {
            // Only the highest level goes round.
            slot = FindFilled(level.first, present);
            slot = slot == present ? end : slot;
        }
        if (slot != end)
        {
            due = GetDue(static_cast<uint16_t>(slot));
            return static_cast<uint16_t>(slot);
        }
    }
    due = NEVER;
    return 0;
}

uint32_t
TimingWheel::FindFilled(uint32_t from, uint32_t to) const
{
    for (uint32_t slot = from; slot < to; slot = (slot | 63) + 1)
    {
        const uint64_t bits = m_filled[slot / 64] >> (slot % 64);
        if (bits)
        {
            return std::min(slot + static_cast<uint32_t>(__builtin_ctzll(bits)), to);
        }
    }
    return to;
}

TimingWheel::Block*
TimingWheel::Allocate()
{
    Block* block = m_spare;
    if (block)
    {
        m_spare = block->next;
        --m_spares;
    }
    else
    {
        block = new Block;
        ++m_blocks;
    }
    block->next = nullptr;
    block->count = 0;
    return block;
}

void
TimingWheel::Release(Block* block)
{
    if (m_spares >= SPARE_BLOCKS)
    {
        delete block;
        --m_blocks;
        return;
    }
    block->next = m_spare;
    m_spare = block;
    ++m_spares;
}

void
TimingWheel::Clear()
{
    uint32_t record;
    while (Take(record))
    {
    }
    for (List& list : m_slots)
    {
        while (list.first)
        {
            Block* block = list.first;
            list.first = block->next;
            Release(block);
        }
        list.last = nullptr;
    }
    while (m_spare)
    {
        Block* block = m_spare;
        m_spare = block->next;
        delete block;
    }
    std::fill_n(m_filled, SLOTS / 64, 0);
    m_blocks = 0;
    m_spares = 0;
    m_nextDue = NEVER;
}

} // namespace gipt
} // namespace ns3
