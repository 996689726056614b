/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_IP_OPTIONS_H
#define GIPT_IP_OPTIONS_H

#include "ipv4-datagram.h"

#include "ns3/ipv4-address.h"
#include "ns3/ipv4.h"
#include "ns3/nstime.h"
#include "ns3/ptr.h"

#include <cstdint>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief What comes of a packet's options at the host that it is for.
 */
struct IpOptionsResult
{
    bool isBad{false};         ///< not well made: ICMP 12/0
    bool isSourceRoute{false}; ///< it has a source route, which Linux does not accept by default
    uint8_t good{0};           ///< octets of the options in front of the bad one
    uint8_t pointer{0};        ///< octet of the packet at which it is bad
};

/**
 * @ingroup global-ip-tunneling
 * @brief Read the options of a packet that has come to its destination, and write into them what
 * record route and timestamp ask for (net/ipv4/ip_options.c, __ip_options_compile).
 * @param[in,out] options the options
 * @param destination destination address of the packet
 * @param now the time, which timestamps count from midnight
 * @param ipv4 the node's IPv4: a timestamp may ask for any of its addresses
 * @return whether the packet goes on
 */
IpOptionsResult TakeIpOptions(IpOptions& options,
                              Ipv4Address destination,
                              Time now,
                              Ptr<const Ipv4> ipv4);

/**
 * @ingroup global-ip-tunneling
 * @brief The options of an answer to a packet: record route and timestamp go on in it
 * (net/ipv4/ip_options.c, __ip_options_echo).
 * @param options the packet's, as TakeIpOptions has left them
 * @param source source address of the answer, destination of the packet
 * @param now the time
 * @param ipv4 the node's IPv4
 * @param[out] echo the answer's options
 * @return false when they have no room for what they ask for, and there is to be no answer
 */
bool EchoIpOptions(const IpOptions& options,
                   Ipv4Address source,
                   Time now,
                   Ptr<const Ipv4> ipv4,
                   IpOptions& echo);

} // namespace gipt
} // namespace ns3

#endif // GIPT_IP_OPTIONS_H
