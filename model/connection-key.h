/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_CONNECTION_KEY_H
#define GIPT_CONNECTION_KEY_H

#include "ns3/ipv4-address.h"

#include <cstdint>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief What tells one connection from another: the five values a director looks up.
 */
struct ConnectionKey
{
    Ipv4Address client;         ///< address of the client (CIP)
    uint16_t clientPort{0};     ///< port of the client, 0 in a persistence template
    Ipv4Address virtualAddress; ///< service address (VIP)
    uint16_t virtualPort{0};    ///< service port, 0 in a template for all ports
    uint8_t protocol{0}; ///< IP protocol number: 6 TCP, 17 UDP, 0 in a firewall-mark template

    /**
     * @brief Compare all five values.
     * @param other the key to compare with
     * @return true when they are the same
     */
    bool operator==(const ConnectionKey& other) const
    {
        return client == other.client && virtualAddress == other.virtualAddress &&
               clientPort == other.clientPort && virtualPort == other.virtualPort &&
               protocol == other.protocol;
    }
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_CONNECTION_KEY_H
