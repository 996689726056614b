/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "emulated-frame.h"

#include "internet-checksum.h"

#include <algorithm>
#include <array>
#include <vector>

namespace ns3
{
namespace gipt
{

namespace
{

/// Ethernet types
constexpr uint16_t TYPE_IPV4 = 0x0800;
constexpr uint16_t TYPE_ARP = 0x0806;

/**
 * @brief Two octets in network order.
 * @param octets where they are
 * @return the number
 */
uint16_t
Read16(const uint8_t* octets)
{
    return static_cast<uint16_t>(octets[0] << 8 | octets[1]);
}

/**
 * @brief Whether an ARP packet is one for IPv4 over Ethernet (RFC 826).
 * @param octets the packet
 * @param length its length
 * @return NONE, FOREIGN or MALFORMED
 */
EmulationDrop
FindArpFault(const uint8_t* octets, std::size_t length)
{
    if (length < 28)
    {
        return EmulationDrop::MALFORMED;
    }
    const bool isOurs = Read16(octets) == 1 && Read16(octets + 2) == TYPE_IPV4 && octets[4] == 6 &&
                        octets[5] == 4 && (Read16(octets + 6) == 1 || Read16(octets + 6) == 2);
    return isOurs ? EmulationDrop::NONE : EmulationDrop::FOREIGN;
}

/**
 * @brief Whether a TCP header and its options are there (RFC 9293, 3.1).
 * @param octets the header
 * @param length octets of the packet after the IPv4 header
 * @return true when they are
 */
bool
HasTcpHeader(const uint8_t* octets, std::size_t length)
{
    const std::size_t header = (octets[12] >> 4) * 4U;
    if (header < 20 || header > length)
    {
        return false;
    }
    std::size_t at = 20;
    while (at < header && octets[at] != 0) // 0: end of the options
    {
        if (octets[at] == 1) // no operation
        {
            ++at;
            continue;
        }
        if (at + 1 == header || octets[at + 1] < 2 || at + octets[at + 1] > header)
        {
            return false;
        }
        at += octets[at + 1];
    }
    return true;
}

/**
 * @brief Whether a transport header is there (RFC 9293, 3.1; RFC 768; RFC 792).
 * @param protocol protocol number of IPv4
 * @param octets the header
 * @param length octets of the packet after the IPv4 header
 * @return true when it is, or when the protocol is another
 */
bool
HasTransport(uint8_t protocol, const uint8_t* octets, std::size_t length)
{
    switch (protocol)
    {
    case 1: {
        // an error quotes a header and 64 bits
        const bool isError = length > 0 && (octets[0] == 3 || octets[0] == 11);
        return length >= (isError ? 36U : 8U);
    }
    case 6:
        return length >= 20 && HasTcpHeader(octets, length);
    case 17:
        return length >= 8 && Read16(octets + 4) >= 8 && Read16(octets + 4) <= length;
    default:
        return true;
    }
}

} // namespace

const char*
ToString(EmulationDrop reason)
{
    static constexpr std::array<const char*, EMULATION_DROPS> NAMES{"none",
                                                                    "queue-full",
                                                                    "late-in",
                                                                    "late-out",
                                                                    "runt",
                                                                    "too-long",
                                                                    "foreign",
                                                                    "malformed",
                                                                    "no-checksum",
                                                                    "out-too-long",
                                                                    "refused"};
    return NAMES.at(static_cast<std::size_t>(reason));
}

bool
IsLateness(EmulationDrop reason)
{
    return reason == EmulationDrop::QUEUE_FULL || reason == EmulationDrop::LATE_IN ||
           reason == EmulationDrop::LATE_OUT;
}

EmulationDrop
FindFault(uint16_t type, const uint8_t* octets, std::size_t available, std::size_t length)
{
    if (type == TYPE_ARP)
    {
        return FindArpFault(octets, std::min(available, length));
    }
    if (type != TYPE_IPV4)
    {
        return EmulationDrop::FOREIGN;
    }
    if (length < 20 || available < 20)
    {
        return EmulationDrop::MALFORMED;
    }
    const std::size_t header = (octets[0] & 0x0f) * 4U;
    const std::size_t total = Read16(octets + 2);
    if (octets[0] >> 4 != 4 || header < 20 || total < header || total > length ||
        available < header)
    {
        return EmulationDrop::MALFORMED;
    }
    const bool isFragment = Read16(octets + 6) & 0x3fff;
    if (!isFragment && !HasTransport(octets[9], octets + header, total - header))
    {
        return EmulationDrop::MALFORMED;
    }
    return EmulationDrop::NONE;
}

EmulationDrop
FindFault(const uint8_t* frame, std::size_t length, std::size_t mtu)
{
    if (length < ETHERNET_HEADER)
    {
        return EmulationDrop::RUNT;
    }
    // A frame that is longer for its VLAN tag is none that is too long.
    const auto fault = FindFault(Read16(frame + 12),
                                 frame + ETHERNET_HEADER,
                                 length - ETHERNET_HEADER,
                                 length - ETHERNET_HEADER);
    if (fault == EmulationDrop::FOREIGN)
    {
        return fault;
    }
    return length > mtu + ETHERNET_HEADER ? EmulationDrop::TOO_LONG : fault;
}

bool
CompleteChecksum(uint8_t* frame)
{
    uint8_t* ip = frame + ETHERNET_HEADER;
    const std::size_t header = (ip[0] & 0x0f) * 4U;
    const std::size_t length = Read16(ip + 2) - header;
    const uint8_t protocol = ip[9];
    if (Read16(frame + 12) != TYPE_IPV4 || (Read16(ip + 6) & 0x3fff) ||
        (protocol != 6 && protocol != 17))
    {
        return false;
    }
    uint8_t* checksum = ip + header + (protocol == 6 ? 16 : 6);
    checksum[0] = checksum[1] = 0;
    // the pseudo header (RFC 9293, 3.1): addresses, protocol, length
    std::vector<uint8_t> summed(ip + 12, ip + 20);
    summed.insert(summed.end(),
                  {0, protocol, static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(length)});
    summed.insert(summed.end(), ip + header, ip + header + length);
    uint16_t sum = InternetChecksum(summed);
    if (protocol == 17 && sum == 0)
    {
        sum = 0xffff; // 0 says that there is none (RFC 768)
    }
    checksum[0] = static_cast<uint8_t>(sum >> 8);
    checksum[1] = static_cast<uint8_t>(sum);
    return true;
}

} // namespace gipt
} // namespace ns3
