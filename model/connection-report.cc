/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "connection-report.h"

namespace ns3
{
namespace gipt
{

const char*
ToString(ConnectionOutcome outcome)
{
    switch (outcome)
    {
    case ConnectionOutcome::SERVED:
        return "served";
    case ConnectionOutcome::REFUSED:
        return "refused";
    case ConnectionOutcome::UNREACHABLE:
        return "unreachable";
    case ConnectionOutcome::CONNECT_TIMEOUT:
        return "connect-timeout";
    case ConnectionOutcome::RESET:
        return "reset";
    case ConnectionOutcome::RESPONSE_TIMEOUT:
        return "response-timeout";
    case ConnectionOutcome::TRUNCATED:
        return "truncated";
    case ConnectionOutcome::NOT_SENT:
        return "not-sent";
    case ConnectionOutcome::UNFINISHED:
        return "unfinished";
    }
    return "unknown";
}

} // namespace gipt
} // namespace ns3
