/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_IPV4_DATAGRAM_H
#define GIPT_IPV4_DATAGRAM_H

#include "ns3/ipv4-header.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <vector>

namespace ns3
{

class Ipv4L3Protocol;
class Ipv4Route;

namespace gipt
{

/** The options of an IPv4 header (RFC 791, 3.1), which ns-3's Ipv4Header does not keep. */
typedef std::vector<uint8_t> IpOptions;

/**
 * @ingroup global-ip-tunneling
 * @brief An IPv4 packet with all that ns-3 tells apart or forgets.
 */
struct Ipv4Datagram
{
    Ipv4Header header;           ///< the header, as it is without options
    IpOptions options;           ///< the options
    Ptr<const Packet> payload;   ///< what follows the header
    uint32_t longestFragment{0}; ///< IPv4 total length of the longest fragment that it came in,
                                 ///< octets; 0 when it came whole
    uint32_t fragments{0};       ///< how many fragments it took, or went with it
    IpOptions received{};        ///< the options as they came, when they have changed since

    /**
     * @brief The length of the packet.
     * @return octets, header and options included
     */
    uint32_t GetSize() const;

    /**
     * @brief Put all together; the header has a checksum when it came with one, or has options.
     * @return the packet
     */
    Ptr<Packet> ToPacket() const;

    /**
     * @brief Put all together as an ICMP error quotes it: Linux mends the checksum of a header
     * whose options have changed only when the packet goes on.
     * @return the packet
     */
    Ptr<Packet> ToQuote() const;

    /**
     * @brief Send it from a node.
     *
     * ns-3's Ipv4L3Protocol has no way for options: a packet with options goes to the traffic
     * control layer of the node at once. While the link-layer address of the next hop is not known,
     * or where the packet is too long for the link, it goes without its options.
     *
     * @param ipv4 the node's IPv4
     * @param route where to
     */
    void Send(Ptr<Ipv4L3Protocol> ipv4, Ptr<Ipv4Route> route) const;

  private:
    /**
     * @brief Put all together.
     * @param summed the options that the header's checksum is made of
     * @return the packet
     */
    Ptr<Packet> ToPacket(const IpOptions& summed) const;
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_IPV4_DATAGRAM_H
