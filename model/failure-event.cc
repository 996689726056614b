/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "failure-event.h"

#include <array>

namespace ns3
{
namespace gipt
{

const char*
ToString(FailureKind kind)
{
    static constexpr std::array TEXTS{
        "site-power",
        "server-crash",
        "director-crash",
        "router-crash",
        "link-cut",
        "one-way",
        "loss",
        "delay",
        "slow-server",
        "black-hole",
        "drain",
    };
    static_assert(TEXTS.size() == FAILURE_KINDS, "a word for each");
    return TEXTS[static_cast<uint8_t>(kind)];
}

} // namespace gipt
} // namespace ns3
