/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "flap-damping.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace gipt
{

double
FlapDamping::GetPenalty(const DampingRule& rule, Time now) const
{
    return m_penalty * std::exp2(-(now - m_time).GetSeconds() / rule.halfLife.GetSeconds());
}

bool
FlapDamping::AddFlap(const DampingRule& rule, Time now)
{
    if (rule.halfLife.IsZero())
    {
        return false;
    }
    const bool wasHeld = IsHeld(rule, now);
    const double ceiling =
        rule.reuse * std::exp2(rule.maxHold.GetSeconds() / rule.halfLife.GetSeconds());
    m_penalty = std::min(GetPenalty(rule, now) + 1, ceiling);
    m_time = now;
    m_held = wasHeld || m_penalty > rule.suppress;
    return m_held && !wasHeld;
}

bool
FlapDamping::IsHeld(const DampingRule& rule, Time now)
{
    m_held = m_held && GetHoldTime(rule, now).IsStrictlyPositive();
    return m_held;
}

Time
FlapDamping::GetHoldTime(const DampingRule& rule, Time now) const
{
    const double excess = m_penalty / rule.reuse;
    if (rule.halfLife.IsZero() || excess <= 1)
    {
        return Time(0);
    }
    const double seconds = std::log2(excess) * rule.halfLife.GetSeconds();
    const auto hold = MicroSeconds(static_cast<int64_t>(std::ceil(seconds * 1e6)));
    return std::max(m_time + hold - now, Time(0));
}

} // namespace gipt
} // namespace ns3
