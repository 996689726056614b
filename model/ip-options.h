/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_IP_OPTIONS_H
#define GIPT_IP_OPTIONS_H

#include "ns3/ipv4-address.h"
#include "ns3/ipv4-header.h"
#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace gipt
{

/** The options of an IPv4 header (RFC 791, 3.1), which ns-3's Ipv4Header does not keep. */
typedef std::vector<uint8_t> IpOptions;

/**
 * @ingroup global-ip-tunneling
 * @brief What comes of a packet's options at the host that it is for.
 */
struct IpOptionsResult
{
    bool isBad{false};         ///< not well made: ICMP 12/0
    bool isSourceRoute{false}; ///< it has a source route, which Linux does not accept by default
    uint8_t pointer{0};        ///< octet of the packet at which it is bad
};

/**
 * @ingroup global-ip-tunneling
 * @brief Read the options of a packet that has come to its destination, and write into them what
 * record route and timestamp ask for (net/ipv4/ip_options.c, __ip_options_compile).
 * @param[in,out] options the options
 * @param destination destination address of the packet
 * @param now the time, which timestamps count from midnight
 * @return whether the packet goes on
 */
IpOptionsResult TakeIpOptions(IpOptions& options, Ipv4Address destination, Time now);

/**
 * @ingroup global-ip-tunneling
 * @brief Put a header with options in front of a packet.
 * @param header the header, as it is without options
 * @param options the options
 * @param payload what follows
 * @return the packet
 */
Ptr<Packet> AddHeaderWithOptions(const Ipv4Header& header,
                                 const IpOptions& options,
                                 Ptr<const Packet> payload);

} // namespace gipt
} // namespace ns3

#endif // GIPT_IP_OPTIONS_H
