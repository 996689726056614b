/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "vrrp-header.h"

#include "internet-checksum.h"

#include <array>

namespace ns3
{
namespace gipt
{

namespace
{

constexpr uint8_t PROTOCOL_VRRP = 112;     ///< IANA protocol number
constexpr uint8_t VERSION_AND_TYPE = 0x31; ///< version 3, advertisement
constexpr std::size_t FIXED_SIZE = 8;      ///< octets before the addresses

/**
 * @brief Append an address.
 * @param octets where
 * @param address the address
 */
void
Append(std::vector<uint8_t>& octets, Ipv4Address address)
{
    std::array<uint8_t, 4> four;
    address.Serialize(four.data());
    octets.insert(octets.end(), four.begin(), four.end());
}

/**
 * @brief The checksum over a packet and the pseudo-header in front of it.
 * @param octets the packet
 * @param source source address
 * @param destination destination address
 * @return the checksum; 0 when the packet has its own and that is right
 */
uint16_t
GetChecksum(const std::vector<uint8_t>& octets, Ipv4Address source, Ipv4Address destination)
{
    std::vector<uint8_t> covered;
    Append(covered, source);
    Append(covered, destination);
    covered.push_back(0);
    covered.push_back(PROTOCOL_VRRP);
    covered.push_back(static_cast<uint8_t>(octets.size() >> 8));
    covered.push_back(static_cast<uint8_t>(octets.size()));
    covered.insert(covered.end(), octets.begin(), octets.end());
    return InternetChecksum(covered);
}

} // namespace

const char*
ToString(VrrpDrop reason)
{
    static constexpr std::array<const char*, VRRP_DROPS> TEXTS{
        "none",
        "bad-ttl",
        "truncated",
        "bad-version",
        "bad-type",
        "bad-checksum",
        "other-id",
    };
    return TEXTS[static_cast<uint8_t>(reason)];
}

std::vector<uint8_t>
VrrpAdvertisement::Write(Ipv4Address source, Ipv4Address destination) const
{
    std::vector<uint8_t> octets{VERSION_AND_TYPE,
                                id,
                                priority,
                                static_cast<uint8_t>(addresses.size()),
                                static_cast<uint8_t>(interval >> 8 & 0xf),
                                static_cast<uint8_t>(interval),
                                0,
                                0};
    for (const auto& address : addresses)
    {
        Append(octets, address);
    }
    const uint16_t checksum = GetChecksum(octets, source, destination);
    octets[6] = static_cast<uint8_t>(checksum >> 8);
    octets[7] = static_cast<uint8_t>(checksum);
    return octets;
}

VrrpDrop
VrrpAdvertisement::Read(const std::vector<uint8_t>& octets,
                        Ipv4Address source,
                        Ipv4Address destination)
{
    if (octets.size() < FIXED_SIZE || octets.size() < FIXED_SIZE + 4 * std::size_t{octets[3]})
    {
        return VrrpDrop::TRUNCATED;
    }
    if (octets[0] >> 4 != VERSION_AND_TYPE >> 4)
    {
        return VrrpDrop::BAD_VERSION;
    }
    if (octets[0] != VERSION_AND_TYPE)
    {
        return VrrpDrop::BAD_TYPE;
    }
    if (GetChecksum(octets, source, destination) != 0)
    {
        return VrrpDrop::BAD_CHECKSUM;
    }
    id = octets[1];
    priority = octets[2];
    interval = static_cast<uint16_t>((octets[4] & 0xf) << 8 | octets[5]);
    addresses.clear();
    for (std::size_t i = 0; i < octets[3]; i++)
    {
        addresses.push_back(Ipv4Address::Deserialize(octets.data() + FIXED_SIZE + 4 * i));
    }
    return VrrpDrop::NONE;
}

} // namespace gipt
} // namespace ns3
