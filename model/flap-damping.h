/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_FLAP_DAMPING_H
#define GIPT_FLAP_DAMPING_H

#include "ns3/nstime.h"

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief When a thing that goes and comes is held back until it is calm, as RFC 2439 has it for
 * routes (section 4.2).
 */
struct DampingRule
{
    Time halfLife;          ///< the penalty halves in this time; 0: there is no damping
    double suppress{2};     ///< above this penalty it is held back
    double reuse{0.75};     ///< down to this penalty it is
    Time maxHold{Hours(1)}; ///< the longest time it is held back after its last flap
};

/**
 * @ingroup global-ip-tunneling
 * @brief The penalty of one thing: one for each time it goes, decaying exponentially.
 */
class FlapDamping
{
  public:
    /**
     * @brief It has gone: the penalty grows by one, up to what decays to the reuse limit in
     * maxHold.
     * @param rule the rule
     * @param now the time
     * @return true when it is held back from now on, and was not before
     */
    bool AddFlap(const DampingRule& rule, Time now);

    /**
     * @brief Whether it is held back. Once its penalty has come down to the reuse limit it is not.
     * @param rule the rule
     * @param now the time
     * @return true while it is
     */
    bool IsHeld(const DampingRule& rule, Time now);

    /**
     * @brief The penalty.
     * @param rule the rule
     * @param now the time
     * @return flaps, those of the past at their decayed value
     */
    double GetPenalty(const DampingRule& rule, Time now) const;

    /**
     * @brief How long until the penalty has come down to the reuse limit.
     * @param rule the rule
     * @param now the time
     * @return the time from now, rounded up to a microsecond; 0 when it has
     */
    Time GetHoldTime(const DampingRule& rule, Time now) const;

  private:
    double m_penalty{0}; ///< at the time of the last flap
    Time m_time;         ///< of the last flap
    bool m_held{false};  ///< above the suppress limit, and not yet down to the reuse limit
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_FLAP_DAMPING_H
