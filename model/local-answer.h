/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_LOCAL_ANSWER_H
#define GIPT_LOCAL_ANSWER_H

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
 * @brief What Linux's own stack makes of a packet that ns-3's stack is to have.
 */
enum class LocalCheck : uint8_t
{
    GOOD,        ///< it can go there
    TRUNCATED,   ///< shorter than its headers say: silence
    BAD_CHECKSUM ///< silence
};

/**
 * @ingroup global-ip-tunneling
 * @brief Check the transport header as Linux does (net/ipv4/tcp_ipv4.c, tcp_v4_rcv; udp.c,
 * __udp4_lib_rcv; icmp.c, icmp_rcv). Nothing that fails may reach a transport protocol of ns-3,
 * which would read past the packet's end.
 * @param header the IPv4 header
 * @param payload what follows it
 * @param checksums whether checksums are used at all
 * @return GOOD, TRUNCATED or BAD_CHECKSUM
 */
LocalCheck CheckTransport(const Ipv4Header& header, Ptr<const Packet> payload, bool checksums);

/**
 * @ingroup global-ip-tunneling
 * @brief Make the RST that Linux answers a segment of no connection with
 * (net/ipv4/tcp_ipv4.c, tcp_v4_send_reset).
 * @param header IPv4 header of the segment
 * @param segment the segment, checked
 * @param[out] answer IPv4 header of the RST
 * @return the RST, null when the segment is one itself
 */
Ptr<Packet> MakeReset(const Ipv4Header& header, Ptr<const Packet> segment, Ipv4Header& answer);

} // namespace gipt
} // namespace ns3

#endif // GIPT_LOCAL_ANSWER_H
