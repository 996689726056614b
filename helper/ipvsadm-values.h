/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_IPVSADM_VALUES_H
#define GIPT_IPVSADM_VALUES_H

#include "ns3/ipv4-address.h"

#include <cstdint>
#include <string>

/**
 * @file
 * @ingroup global-ip-tunneling
 * The values of ipvsadm's options: numbers, addresses, ports, netmasks. Private to the module.
 */

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Show a piece of input in an error.
 * @param text the input
 * @return the text in quotes, not too long and fit to be printed
 */
std::string Quote(const std::string& text);

/**
 * @ingroup global-ip-tunneling
 * @brief Read a number.
 * @param text its digits
 * @param greatest the greatest it may be
 * @param[out] number the number
 * @return true when it is one
 */
bool ReadNumber(const std::string& text, uint32_t greatest, uint32_t& number);

/**
 * @ingroup global-ip-tunneling
 * @brief An address with or without port.
 */
struct IpvsadmEndPoint
{
    /**
     * @brief Read an end point as ipvsadm does, but for names of hosts.
     * @param text such as "10.0.0.100:80" or "10.0.0.100:http"
     * @param protocol 6 TCP, 17 UDP: whose port a name is
     * @param[out] error why it was refused
     * @return true when it was read
     */
    bool Read(const std::string& text, uint8_t protocol, std::string& error);

    Ipv4Address address; ///< the address
    uint16_t port{0};    ///< the port, 0 when there is none
    bool hasPort{false}; ///< there is one
};

/**
 * @ingroup global-ip-tunneling
 * @brief Read the netmask of persistence.
 * @param text such as "255.255.255.0"
 * @param[out] mask the mask
 * @param[out] error why it was refused
 * @return true when it was read
 */
bool ReadNetmask(const std::string& text, Ipv4Mask& mask, std::string& error);

} // namespace gipt
} // namespace ns3

#endif // GIPT_IPVSADM_VALUES_H
