/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ipip-encapsulation.h"

#include <array>

namespace ns3
{
namespace gipt
{

namespace
{

/** Octets of an ICMP error that quotes an IPv4 header and the 8 octets after it (RFC 792). */
constexpr uint32_t ICMP_QUOTE_SIZE = 8 + IPV4_HEADER_SIZE + 8;

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
HasWholeTransportHeader(const Ipv4Header& header, Ptr<const Packet> payload)
{
    if (header.GetFragmentOffset() != 0)
    {
        return true;
    }
    const uint32_t size = payload->GetSize();
    switch (header.GetProtocol())
    {
    case IP_PROTOCOL_TCP: {
        std::array<uint8_t, 13> start;
        if (size < 20)
        {
            return false;
        }
        payload->CopyData(start.data(), start.size());
        const uint32_t length = (start[12] >> 4) * 4;
        return length >= 20 && length <= size;
    }
    case IP_PROTOCOL_UDP:
        return size >= 8;
    case IP_PROTOCOL_ICMP: {
        uint8_t type = 0;
        payload->CopyData(&type, 1);
        const bool quotes = type == 3 || type == 11;
        return size >= (quotes ? ICMP_QUOTE_SIZE : 8);
    }
    default:
        return true;
    }
}

bool
IsWholeIpv4Packet(Ptr<const Packet> packet)
{
    std::array<uint8_t, 4> start;
    if (packet->GetSize() < IPV4_HEADER_SIZE)
    {
        return false;
    }
    packet->CopyData(start.data(), start.size());
    const uint32_t headerLength = (start[0] & 0x0f) * 4;
    const uint32_t totalLength = start[2] << 8 | start[3];
    return start[0] >> 4 == 4 && headerLength >= IPV4_HEADER_SIZE && totalLength >= headerLength &&
           totalLength <= packet->GetSize();
}

} // namespace gipt
} // namespace ns3
