/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_CONNECTION_STATE_H
#define GIPT_CONNECTION_STATE_H

#include "ns3/nstime.h"

#include <cstdint>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief State of a connection as the director sees it; ipvsadm -Lnc prints these names.
 *
 * The TCP states have the numbers of Linux (include/net/ip_vs.h, IP_VS_TCP_S_*).
 */
enum class ConnectionState : uint8_t
{
    NONE,        ///< new, no packet counted yet; persistence templates stay in it
    ESTABLISHED, ///< the client has acknowledged
    SYN_SENT,    ///< not reached by a tunnelling director
    SYN_RECV,    ///< the client has sent SYN
    FIN_WAIT,    ///< the client has sent FIN on an established connection
    TIME_WAIT,   ///< the client has sent FIN on a half-open connection
    CLOSE,       ///< the client has reset the connection
    CLOSE_WAIT,  ///< not reached by a tunnelling director
    LAST_ACK,    ///< not reached by a tunnelling director
    LISTEN,      ///< not reached by a tunnelling director
    SYNACK,      ///< not reached by a tunnelling director
    UDP          ///< the one state of UDP
};

/** Number of TCP states. */
static constexpr uint8_t TCP_STATES = 11;

/** TCP flag bits of the header's 14th octet (RFC 9293, 3.1) that the state machine looks at. */
static constexpr uint8_t TCP_FLAG_FIN = 1;
static constexpr uint8_t TCP_FLAG_SYN = 2;  ///< begin
static constexpr uint8_t TCP_FLAG_RST = 4;  ///< reset
static constexpr uint8_t TCP_FLAG_ACK = 16; ///< acknowledgement

/**
 * @ingroup global-ip-tunneling
 * @brief The state that follows when the client sends a TCP segment.
 *
 * This is the table for directors that see only the client's half
 * (net/netfilter/ipvs/ip_vs_proto_tcp.c, INPUT_ONLY). RST goes before SYN, SYN before FIN, FIN
 * before ACK; a segment with none of them leads to CLOSE.
 *
 * @param state state before
 * @param tcpFlags flags octet of the TCP header
 * @param isSecure whether the table against floods is in use (sysctl secure_tcp)
 * @return state after
 */
ConnectionState NextTcpState(ConnectionState state, uint8_t tcpFlags, bool isSecure = false);

/**
 * @ingroup global-ip-tunneling
 * @brief Whether a connection in this state counts as active.
 * @param state the state
 * @return true for active, false for inactive connections
 */
bool IsActive(ConnectionState state);

/**
 * @ingroup global-ip-tunneling
 * @brief How long a connection stays in a state without a packet, as Linux has it by default.
 * @param state the state
 * @return the timeout
 */
Time GetDefaultTimeout(ConnectionState state);

/**
 * @ingroup global-ip-tunneling
 * @brief The name of a state as ipvsadm prints it.
 * @param state the state
 * @return name such as "SYN_RECV"
 */
const char* ToString(ConnectionState state);

} // namespace gipt
} // namespace ns3

#endif // GIPT_CONNECTION_STATE_H
