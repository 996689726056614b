/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_VRRP_HEADER_H
#define GIPT_VRRP_HEADER_H

#include "ns3/ipv4-address.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Why a VRRP packet was not taken (RFC 5798, 7.1).
 */
enum class VrrpDrop : uint8_t
{
    NONE,         ///< taken
    BAD_TTL,      ///< its TTL is not 255: it comes from another network
    TRUNCATED,    ///< shorter than it says
    BAD_VERSION,  ///< not version 3
    BAD_TYPE,     ///< not an advertisement
    BAD_CHECKSUM, ///< its checksum is wrong
    OTHER_ID      ///< of another virtual router
};

/** Number of reasons. */
static constexpr uint8_t VRRP_DROPS = 7;

/**
 * @ingroup global-ip-tunneling
 * @brief The name of a reason for listings and CSV.
 * @param reason the reason
 * @return a word in lower case with dashes, such as "bad-ttl"
 */
const char* ToString(VrrpDrop reason);

/**
 * @ingroup global-ip-tunneling
 * @brief An advertisement of VRRP version 3 for IPv4 (RFC 5798, 5.1).
 */
struct VrrpAdvertisement
{
    uint8_t id{0};                      ///< VRID
    uint8_t priority{0};                ///< 0 when the master stops, 255 for the addresses' owner
    uint16_t interval{100};             ///< Max Adver Int, in hundredths of a second, 12 bits
    std::vector<Ipv4Address> addresses; ///< the virtual router's addresses

    /**
     * @brief Write the packet, with its checksum.
     * @param source source address in the IPv4 header
     * @param destination destination address there
     * @return its octets
     */
    std::vector<uint8_t> Write(Ipv4Address source, Ipv4Address destination) const;

    /**
     * @brief Read a packet.
     * @param octets what follows the IPv4 header
     * @param source source address there
     * @param destination destination address there
     * @return NONE when it is well made
     */
    VrrpDrop Read(const std::vector<uint8_t>& octets, Ipv4Address source, Ipv4Address destination);
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_VRRP_HEADER_H
