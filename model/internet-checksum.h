/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_INTERNET_CHECKSUM_H
#define GIPT_INTERNET_CHECKSUM_H

#include <cstdint>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief The Internet checksum (RFC 1071).
 * @param octets what to sum up; its own checksum field as 0 to make one, as it is to check one
 * @return the checksum in host order; 0 when octets with their checksum are right
 */
inline uint16_t
InternetChecksum(const std::vector<uint8_t>& octets)
{
    uint32_t sum = 0;
    for (std::size_t i = 0; i < octets.size(); ++i)
    {
        sum += i % 2 ? octets[i] : octets[i] << 8;
    }
    while (sum >> 16)
    {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return ~sum & 0xffff;
}

} // namespace gipt
} // namespace ns3

#endif // GIPT_INTERNET_CHECKSUM_H
