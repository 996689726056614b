/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "overload-defence.h"

#include <algorithm>

namespace ns3
{
namespace gipt
{

void
OverloadDefence::UpdateLevels(uint64_t freePages)
{
    const bool isShort = freePages < amemthresh;
    // level 1 becomes 2 while memory is short, and 2 becomes 1 again
    const auto follow = [isShort](uint32_t& level) {
        if (level == 1 || level == 2)
        {
            level = isShort ? 2 : 1;
        }
        return level > 1;
    };
    m_dropsEntries = follow(dropEntry);
    follow(secureTcp);
    if (!follow(dropPacket))
    {
        m_dropRate = 0;
    }
    else if (dropPacket == 3)
    {
        m_dropRate = amDroprate;
    }
    else
    {
        m_dropRate = m_dropCounter = amemthresh / (amemthresh - freePages);
    }
}

bool
OverloadDefence::RefusesConnection()
{
    if (m_dropRate == 0)
    {
        return false;
    }
    if (m_dropCounter > 1)
    {
        --m_dropCounter;
        return false;
    }
    m_dropCounter = m_dropRate;
    return true;
}

bool
OverloadDefence::DropsIdle(uint32_t packets, Time idle)
{
    if (idle < Seconds(60) || packets == 0 || packets >= m_idle.size())
    {
        return false;
    }
    if (m_idle[packets] > 1)
    {
        --m_idle[packets];
        return false;
    }
    m_idle[packets] = packets;
    return true;
}

} // namespace gipt
} // namespace ns3
