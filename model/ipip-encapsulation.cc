/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ipip-encapsulation.h"

#include "ns3/node.h"

#include <array>

namespace ns3
{
namespace gipt
{

namespace
{

/** Octets of an ICMP error that quotes an IPv4 header and the 8 octets after it (RFC 792). */
constexpr uint32_t ICMP_QUOTE_SIZE = 8 + IPV4_HEADER_SIZE + 8;
constexpr uint32_t LONGEST_IPV4_HEADER = 60; ///< octets, with options (RFC 791, 3.1)
constexpr uint32_t TCP_START = 14;           ///< octets of a TCP header up to its flags

} // namespace

Ipv4Header
MakeOuterHeader(const Ipv4Header& inner,
                uint32_t innerSize,
                Ipv4Address source,
                Ipv4Address destination,
                bool copyDf,
                uint16_t identification)
{
    Ipv4Header outer;
    outer.SetSource(source);
    outer.SetDestination(destination);
    outer.SetProtocol(IP_PROTOCOL_IPIP);
    outer.SetPayloadSize(innerSize);
    outer.SetTtl(inner.GetTtl());
    outer.SetTos(inner.GetTos());
    if (inner.GetEcn() == Ipv4Header::ECN_CE)
    {
        outer.SetEcn(Ipv4Header::ECN_ECT0);
    }
    if (copyDf && inner.IsDontFragment())
    {
        outer.SetDontFragment();
        outer.SetIdentification(0);
    }
    else
    {
        outer.SetMayFragment();
        outer.SetIdentification(identification);
    }
    return outer;
}

Ipv4Header
WithoutOptions(const Ipv4Header& header)
{
    Ipv4Header plain;
    plain.SetSource(header.GetSource());
    plain.SetDestination(header.GetDestination());
    plain.SetProtocol(header.GetProtocol());
    plain.SetPayloadSize(header.GetPayloadSize());
    plain.SetIdentification(header.GetIdentification());
    plain.SetFragmentOffset(header.GetFragmentOffset());
    plain.SetTtl(header.GetTtl());
    plain.SetTos(header.GetTos());
    if (header.IsDontFragment())
    {
        plain.SetDontFragment();
    }
    else
    {
        plain.SetMayFragment();
    }
    if (header.IsLastFragment())
    {
        plain.SetLastFragment();
    }
    else
    {
        plain.SetMoreFragments();
    }
    if (Node::ChecksumEnabled())
    {
        plain.EnableChecksum();
    }
    return plain;
}

EcnResult
DecapsulateEcn(Ipv4Header::EcnType inner, Ipv4Header::EcnType outer)
{
    if (outer == Ipv4Header::ECN_CE)
    {
        return inner == Ipv4Header::ECN_NotECT ? EcnResult::DROP : EcnResult::SET_CE;
    }
    if (outer == Ipv4Header::ECN_ECT1 && inner == Ipv4Header::ECN_ECT0)
    {
        return EcnResult::SET_ECT1;
    }
    return EcnResult::KEEP;
}

bool
ReadTransportHeader(uint8_t protocol,
                    const Packet& packet,
                    uint32_t offset,
                    TransportHeader& header)
{
    std::array<uint8_t, LONGEST_IPV4_HEADER + TCP_START> octets;
    const uint32_t total = packet.GetSize();
    const uint32_t size = total > offset ? total - offset : 0;
    packet.CopyData(octets.data(), offset + TCP_START);
    const uint8_t* start = octets.data() + offset;
    switch (protocol)
    {
    case IP_PROTOCOL_TCP: {
        const uint32_t length = size < 20 ? 0 : (start[12] >> 4) * 4;
        if (length < 20 || length > size)
        {
            return false;
        }
        header.tcpFlags = start[13];
        break;
    }
    case IP_PROTOCOL_UDP:
        if (size < 8)
        {
            return false;
        }
        break;
    case IP_PROTOCOL_ICMP: {
        if (size == 0 || (start[0] != 3 && start[0] != 11))
        {
            return size >= 8;
        }
        // what is quoted may have options, which ns-3 skips
        return size >= ICMP_QUOTE_SIZE &&
               size + IPV4_HEADER_SIZE >= ICMP_QUOTE_SIZE + (start[8] & 0x0f) * 4;
    }
    default:
        return true;
    }
    header.sourcePort = start[0] << 8 | start[1];
    header.destinationPort = start[2] << 8 | start[3];
    return true;
}

bool
ReadInnerHeader(const Packet& packet, InnerHeader& header)
{
    std::array<uint8_t, IPV4_HEADER_SIZE> octets;
    const uint32_t size = packet.GetSize();
    if (size < IPV4_HEADER_SIZE)
    {
        return false;
    }
    packet.CopyData(octets.data(), octets.size());
    header.totalSize = octets[2] << 8 | octets[3];
    header.version = octets[0] >> 4;
    header.size = (octets[0] & 0x0f) * 4;
    header.ecn = static_cast<Ipv4Header::EcnType>(octets[1] & 3);
    // the flag "more fragments" and the offset (RFC 791, 3.1)
    header.isFragment = ((octets[6] << 8 | octets[7]) & 0x3fff) != 0;
    header.protocol = octets[9];
    header.source = Ipv4Address::Deserialize(&octets[12]);
    header.destination = Ipv4Address::Deserialize(&octets[16]);
    return header.version == 4 && header.size >= IPV4_HEADER_SIZE &&
           header.totalSize >= header.size && header.totalSize <= size;
}

} // namespace gipt
} // namespace ns3
