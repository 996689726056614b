/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_CONNECTION_REPORT_H
#define GIPT_CONNECTION_REPORT_H

#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief How a connection ended, as its client sees it. Each one ends in exactly one of these ways.
 */
enum class ConnectionOutcome : uint8_t
{
    SERVED,           ///< all that was asked for came
    REFUSED,          ///< a reset in answer to the SYN
    UNREACHABLE,      ///< ICMP destination unreachable in answer to the first packet, or no route
    CONNECT_TIMEOUT,  ///< no connection in time
    RESET,            ///< a reset, or TCP gave up, after the connection was made
    RESPONSE_TIMEOUT, ///< connected, or without a connection to make, but no whole answer in time
    TRUNCATED,        ///< the server closed before the answer was whole
    NOT_SENT,         ///< as many connections as allowed were open
    UNFINISHED        ///< still open when its application stopped
};

/** Number of outcomes. */
constexpr std::size_t CONNECTION_OUTCOME_COUNT = 9;

/**
 * @ingroup global-ip-tunneling
 * @brief The name of an outcome for tables and CSV.
 * @param outcome the outcome
 * @return a word in lower case with dashes, such as "connect-timeout"
 */
const char* ToString(ConnectionOutcome outcome);

/**
 * @ingroup global-ip-tunneling
 * @brief What a client knows of one connection: what the trace sources ConnectionStart and
 * ConnectionEnd of every workload tell.
 *
 * Each connection has one end. It has one start before, unless its outcome is NOT_SENT: such a
 * one never has a port.
 */
struct ConnectionReport
{
    std::string workload; ///< what the workload calls itself (its attribute Name)
    uint64_t id{0};       ///< number of the connection at its application, from 0
    uint8_t protocol{6};  ///< 6 for TCP, 17 for UDP
    Time start;           ///< when it began
    Time latency;         ///< from then to its end
    Time lastProgress;    ///< when last something came from the server; its start when nothing did
    Ipv4Address client{Ipv4Address::GetAny()}; ///< address of the client, 0.0.0.0 with port 0
    uint16_t clientPort{0};                    ///< port of the client, 0 when nothing could be sent
    Ipv4Address remote{Ipv4Address::GetAny()}; ///< whom it was made to: the VIP
    uint16_t remotePort{0};                    ///< port there
    ConnectionOutcome outcome{ConnectionOutcome::UNFINISHED}; ///< how it ended
    std::string server;   ///< what the real server calls itself, empty when it did not answer
    uint64_t bytes{0};    ///< octets of the answers' bodies
    uint32_t requests{0}; ///< requests that were answered whole

    /** The hook on the start and the end of connections. */
    typedef void (*TracedCallback)(const ConnectionReport& report);
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_CONNECTION_REPORT_H
