/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "connection-state.h"

#include <array>

namespace ns3
{
namespace gipt
{

namespace
{

/** One row of the transition table: the next state for each state. */
using Row = std::array<ConnectionState, TCP_STATES>;

constexpr auto NO = ConnectionState::NONE;        ///< short for the table below
constexpr auto ES = ConnectionState::ESTABLISHED; ///< short for the table below
constexpr auto SS = ConnectionState::SYN_SENT;    ///< short for the table below
constexpr auto SR = ConnectionState::SYN_RECV;    ///< short for the table below
constexpr auto FW = ConnectionState::FIN_WAIT;    ///< short for the table below
constexpr auto TW = ConnectionState::TIME_WAIT;   ///< short for the table below
constexpr auto CL = ConnectionState::CLOSE;       ///< short for the table below
constexpr auto CW = ConnectionState::CLOSE_WAIT;  ///< short for the table below
constexpr auto LA = ConnectionState::LAST_ACK;    ///< short for the table below
constexpr auto LI = ConnectionState::LISTEN;      ///< short for the table below
constexpr auto SA = ConnectionState::SYNACK;      ///< short for the table below

// from:                  NO  ES  SS  SR  FW  TW  CL  CW  LA  LI  SA
constexpr Row ON_SYN{SR, ES, ES, SR, SR, SR, SR, SR, SR, SR, SR}; ///< after a segment with SYN
constexpr Row ON_SYN_SECURE{SA, ES, ES, SR, SA, SA, SA, SA, SA, SA, SA}; ///< the same, secure_tcp
constexpr Row ON_FIN{CL, FW, SS, TW, FW, TW, CL, CW, LA, LI, TW}; ///< after a segment with FIN
constexpr Row ON_ACK{ES, ES, SS, ES, FW, TW, CL, CW, CL, LI, ES}; ///< after a segment with ACK
constexpr Row ON_RST{CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, CL}; ///< after a segment with RST

} // namespace

ConnectionState
NextTcpState(ConnectionState state, uint8_t tcpFlags, bool isSecure)
{
    const auto from = static_cast<uint8_t>(state);
    if (tcpFlags & TCP_FLAG_RST)
    {
        return ON_RST[from];
    }
    if (tcpFlags & TCP_FLAG_SYN)
    {
        return isSecure ? ON_SYN_SECURE[from] : ON_SYN[from];
    }
    if (tcpFlags & TCP_FLAG_FIN)
    {
        return ON_FIN[from];
    }
    if (tcpFlags & TCP_FLAG_ACK)
    {
        return ON_ACK[from];
    }
    return CL;
}

bool
IsActive(ConnectionState state)
{
    return state == ES || state == SS || state == SR || state == SA;
}

Time
GetDefaultTimeout(ConnectionState state)
{
    switch (state)
    {
    case NO:
        return Seconds(2);
    case ES:
        return Seconds(900);
    case CL:
        return Seconds(10);
    case SR:
    case CW:
        return Seconds(60);
    case LA:
        return Seconds(30);
    case SS:
    case FW:
    case TW:
    case LI:
    case SA:
        return Seconds(120);
    case ConnectionState::UDP:
        break;
    }
    return Seconds(300);
}

const char*
ToString(ConnectionState state)
{
    static constexpr std::array<const char*, TCP_STATES + 1> NAMES{"NONE",
                                                                   "ESTABLISHED",
                                                                   "SYN_SENT",
                                                                   "SYN_RECV",
                                                                   "FIN_WAIT",
                                                                   "TIME_WAIT",
                                                                   "CLOSE",
                                                                   "CLOSE_WAIT",
                                                                   "LAST_ACK",
                                                                   "LISTEN",
                                                                   "SYNACK",
                                                                   "UDP"};
    return NAMES[static_cast<uint8_t>(state)];
}

} // namespace gipt
} // namespace ns3
