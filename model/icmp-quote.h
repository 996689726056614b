/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_ICMP_QUOTE_H
#define GIPT_ICMP_QUOTE_H

#include "connection-key.h"

#include "ns3/ipv4-address.h"
#include "ns3/ipv4-header.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"

#include <cstdint>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief An ICMP error and the packet that it quotes, as a director reads them
 * (net/netfilter/ipvs/ip_vs_core.c, ip_vs_in_icmp).
 */
struct IcmpQuote
{
    /** What the quoted packet is to the director. */
    enum class Kind : uint8_t
    {
        OTHER,  ///< nothing of its business
        ANSWER, ///< a packet from a VIP to a client
        TUNNEL  ///< a packet that the director sent into a tunnel
    };

    /**
     * @brief Read an ICMP message.
     * @param payload the message
     */
    explicit IcmpQuote(Ptr<const Packet> payload);

    /**
     * @brief Whether the checksum of the message is right (RFC 792).
     * @param payload the message
     * @return true when it is
     */
    static bool IsChecksumRight(Ptr<const Packet> payload);

    Kind kind{Kind::OTHER};                    ///< what the quoted packet is
    uint8_t type{0};                           ///< ICMP type: 3, 4 or 11, unless kind is OTHER
    uint8_t code{0};                           ///< ICMP code
    uint16_t mtu{0};                           ///< next-hop MTU in octets, of type 3 code 4
    uint32_t rest{0};                          ///< second word of the ICMP header
    Ipv4Address server{Ipv4Address::GetAny()}; ///< destination of a quoted outer packet
    bool dontFragment{false};                  ///< DF of a quoted outer packet
    ConnectionKey connection;                  ///< the connection that the message is about
    ConnectionKey reverse; ///< of kind ANSWER: the same if the quoted packet was the client's
    Ipv4Header request;    ///< inner header of a quoted outer packet
    Ptr<Packet> quoted;    ///< the inner packet with that header, as far as it is quoted
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_ICMP_QUOTE_H
