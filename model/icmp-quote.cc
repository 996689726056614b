/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "icmp-quote.h"

#include "internet-checksum.h"
#include "ipip-encapsulation.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace ns3
{
namespace gipt
{

namespace
{

constexpr uint32_t ICMP_HEADER_SIZE = 8; ///< octets
constexpr uint32_t PORTS_SIZE = 4;       ///< octets of the two ports

constexpr uint8_t DEST_UNREACHABLE = 3; ///< ICMP type
constexpr uint8_t SOURCE_QUENCH = 4;    ///< ICMP type
constexpr uint8_t TIME_EXCEEDED = 11;   ///< ICMP type

/** What is read of a quoted IPv4 header. */
struct Quoted
{
    /**
     * Read it.
     * @param octets the message
     * @param at where the header begins
     */
    Quoted(const std::vector<uint8_t>& octets, uint32_t at)
    {
        if (octets.size() < at + IPV4_HEADER_SIZE)
        {
            return;
        }
        const uint8_t* start = octets.data() + at;
        const uint32_t size = (start[0] & 0x0f) * 4;
        isRead = start[0] >> 4 == 4 && size >= IPV4_HEADER_SIZE && octets.size() >= at + size;
        isFirst = ((start[6] & 0x1f) << 8 | start[7]) == 0;
        dontFragment = start[6] & 0x40;
        protocol = start[9];
        source = Ipv4Address::Deserialize(start + 12);
        destination = Ipv4Address::Deserialize(start + 16);
        end = at + size;
    }

    bool isRead{false};       ///< it is all there
    bool isFirst{false};      ///< of a whole packet or a first fragment
    bool dontFragment{false}; ///< DF
    uint8_t protocol{0};      ///< IP protocol number
    Ipv4Address source;       ///< source address
    Ipv4Address destination;  ///< destination address
    uint32_t end{0};          ///< where what follows it begins
};

} // namespace

IcmpQuote::IcmpQuote(Ptr<const Packet> payload)
{
    std::vector<uint8_t> octets(payload->GetSize());
    payload->CopyData(octets.data(), octets.size());
    if (octets.size() < ICMP_HEADER_SIZE ||
        (octets[0] != DEST_UNREACHABLE && octets[0] != SOURCE_QUENCH && octets[0] != TIME_EXCEEDED))
    {
        return;
    }
    type = octets[0];
    code = octets[1];
    rest = uint32_t{octets[4]} << 24 | octets[5] << 16 | octets[6] << 8 | octets[7];
    mtu = rest & 0xffff;
    Quoted quoted(octets, ICMP_HEADER_SIZE);
    const uint32_t outerEnd = quoted.end;
    const bool isTunnel = quoted.isRead && quoted.protocol == IP_PROTOCOL_IPIP;
    if (isTunnel && !quoted.isFirst)
    {
        return;
    }
    if (isTunnel)
    {
        server = quoted.destination;
        dontFragment = quoted.dontFragment;
        quoted = Quoted(octets, outerEnd);
    }
    if (!quoted.isRead || octets.size() < quoted.end + PORTS_SIZE ||
        (quoted.protocol != IP_PROTOCOL_TCP && quoted.protocol != IP_PROTOCOL_UDP))
    {
        return;
    }
    const uint8_t* ports = octets.data() + quoted.end;
    const uint16_t sourcePort = ports[0] << 8 | ports[1];
    const uint16_t destinationPort = ports[2] << 8 | ports[3];
    connection.protocol = quoted.protocol;
    connection.client = quoted.source;
    connection.clientPort = sourcePort;
    connection.virtualAddress = quoted.destination;
    connection.virtualPort = destinationPort;
    if (isTunnel)
    {
        this->quoted = payload->Copy();
        this->quoted->RemoveAtStart(outerEnd);
        this->quoted->PeekHeader(request);
        kind = Kind::TUNNEL;
    }
    else
    {
        // the quoted packet went the other way
        reverse = connection;
        std::swap(connection.client, connection.virtualAddress);
        std::swap(connection.clientPort, connection.virtualPort);
        kind = Kind::ANSWER;
    }
}

bool
IcmpQuote::IsChecksumRight(Ptr<const Packet> payload)
{
    std::vector<uint8_t> octets(payload->GetSize());
    payload->CopyData(octets.data(), octets.size());
    return InternetChecksum(octets) == 0;
}

} // namespace gipt
} // namespace ns3
