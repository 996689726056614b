/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_FAILURE_EVENT_H
#define GIPT_FAILURE_EVENT_H

#include "ns3/nstime.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief What can befall a world of sites.
 */
enum class FailureKind : uint8_t
{
    SITE_POWER,   ///< all hosts of a site are without power
    SERVER_CRASH, ///< one real server is without power
    DIRECTOR,     ///< one director is without power
    ROUTER,       ///< the router of a city is without power
    LINK_CUT,     ///< a link carries nothing, and both ends see it
    ONE_WAY,      ///< a link carries nothing in one direction, and nobody sees it
    LOSS,         ///< a part of a link's or host's packets is lost
    DELAY,        ///< a link or host takes longer
    SLOW_SERVER,  ///< a real server answers late
    BLACK_HOLE,   ///< a real server answers pings and nothing else
    DRAIN         ///< maintenance: a real server or site gets no new connections
};

/** Number of kinds. */
constexpr uint8_t FAILURE_KINDS = 11;

/**
 * @ingroup global-ip-tunneling
 * @brief The name of a kind of failure, for tables, CSV and command lines.
 * @param kind the kind
 * @return a word in lower case with dashes, such as "link-cut"
 */
const char* ToString(FailureKind kind);

/**
 * @ingroup global-ip-tunneling
 * @brief A failure that begins or ends now.
 */
struct FailureEvent
{
    uint32_t id{0};                            ///< number of the failure in its schedule, from 0
    FailureKind kind{FailureKind::SITE_POWER}; ///< what happens
    std::string target;                        ///< to whom, as the schedule names it
    bool begins{true};                         ///< it begins; else it ends
    Time time;                                 ///< when
    double value{0};             ///< loss (0 to 1), added delay (s) or service time (s)
    std::vector<uint32_t> nodes; ///< ids of the nodes that are hit; of a link both its ends
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_FAILURE_EVENT_H
