/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "local-answer.h"

#include "connection-state.h"
#include "internet-checksum.h"
#include "ipip-encapsulation.h"

#include <array>
#include <vector>

namespace ns3
{
namespace gipt
{

namespace
{

constexpr uint32_t TCP_HEADER_SIZE = 20;    ///< octets, without options
constexpr uint32_t UDP_HEADER_SIZE = 8;     ///< octets
constexpr uint32_t PSEUDO_HEADER_SIZE = 12; ///< octets (RFC 9293, 3.1)

/**
 * The checksum of a TCP or UDP packet with its pseudo header (RFC 9293, 3.1; RFC 768).
 * @param source source address
 * @param destination destination address
 * @param protocol IP protocol number
 * @param octets the packet
 * @return the checksum in host order, 0 when the packet's is right
 */
uint16_t
TransportChecksum(Ipv4Address source,
                  Ipv4Address destination,
                  uint8_t protocol,
                  const std::vector<uint8_t>& octets)
{
    std::vector<uint8_t> all(PSEUDO_HEADER_SIZE);
    source.Serialize(&all[0]);
    destination.Serialize(&all[4]);
    all[9] = protocol;
    all[10] = octets.size() >> 8;
    all[11] = octets.size() & 0xff;
    all.insert(all.end(), octets.begin(), octets.end());
    return InternetChecksum(all);
}

/**
 * Write a number in network order.
 * @param[out] octets where
 * @param number the number
 */
void
Write32(uint8_t* octets, uint32_t number)
{
    for (int i = 0; i < 4; ++i)
    {
        octets[i] = number >> (24 - 8 * i);
    }
}

/**
 * Read a number in network order.
 * @param octets where
 * @return the number
 */
uint32_t
Read32(const uint8_t* octets)
{
    return uint32_t{octets[0]} << 24 | octets[1] << 16 | octets[2] << 8 | octets[3];
}

/**
 * All octets of a packet.
 * @param packet the packet
 * @return its octets
 */
std::vector<uint8_t>
GetOctets(Ptr<const Packet> packet)
{
    std::vector<uint8_t> octets(packet->GetSize());
    packet->CopyData(octets.data(), octets.size());
    return octets;
}

} // namespace

LocalCheck
CheckTransport(const Ipv4Header& header, Ptr<const Packet> payload, bool checksums)
{
    const uint8_t protocol = header.GetProtocol();
    if (protocol == IP_PROTOCOL_ICMP && checksums && InternetChecksum(GetOctets(payload)) != 0)
    {
        return LocalCheck::BAD_CHECKSUM; // before anything else is looked at
    }
    TransportHeader transport;
    if (!ReadTransportHeader(protocol, *payload, 0, transport))
    {
        return LocalCheck::TRUNCATED;
    }
    if (protocol != IP_PROTOCOL_TCP && protocol != IP_PROTOCOL_UDP)
    {
        return LocalCheck::GOOD;
    }
    uint32_t size = payload->GetSize();
    if (protocol == IP_PROTOCOL_UDP)
    {
        std::array<uint8_t, UDP_HEADER_SIZE> start{};
        payload->CopyData(start.data(), start.size());
        const uint32_t said = start[4] << 8 | start[5];
        if (said < UDP_HEADER_SIZE || said > size)
        {
            return LocalCheck::TRUNCATED;
        }
        size = said;
        checksums = checksums && (start[6] || start[7]);
    }
    if (!checksums)
    {
        return LocalCheck::GOOD;
    }
    auto octets = GetOctets(payload);
    octets.resize(size);
    const uint16_t checksum =
        TransportChecksum(header.GetSource(), header.GetDestination(), protocol, octets);
    return checksum == 0 ? LocalCheck::GOOD : LocalCheck::BAD_CHECKSUM;
}

Ptr<Packet>
MakeReset(const Ipv4Header& header, Ptr<const Packet> segment, Ipv4Header& answer)
{
    constexpr uint8_t DEFAULT_TTL = 64; // sysctl net.ipv4.ip_default_ttl
    const auto octets = GetOctets(segment);
    const uint8_t flags = octets[13];
    if (flags & TCP_FLAG_RST)
    {
        return nullptr;
    }
    std::vector<uint8_t> reset(TCP_HEADER_SIZE);
    reset[0] = octets[2];
    reset[1] = octets[3];
    reset[2] = octets[0];
    reset[3] = octets[1];
    reset[12] = TCP_HEADER_SIZE / 4 << 4;
    reset[13] = TCP_FLAG_RST;
    if (flags & TCP_FLAG_ACK)
    {
        Write32(&reset[4], Read32(&octets[8]));
    }
    else
    {
        const uint32_t length = octets.size() - (octets[12] >> 4) * 4 +
                                (flags & TCP_FLAG_SYN ? 1 : 0) + (flags & TCP_FLAG_FIN ? 1 : 0);
        Write32(&reset[8], Read32(&octets[4]) + length);
        reset[13] |= TCP_FLAG_ACK;
    }
    const uint16_t checksum =
        TransportChecksum(header.GetDestination(), header.GetSource(), IP_PROTOCOL_TCP, reset);
    reset[16] = checksum >> 8;
    reset[17] = checksum & 0xff;

    answer.SetSource(header.GetDestination());
    answer.SetDestination(header.GetSource());
    answer.SetProtocol(IP_PROTOCOL_TCP);
    answer.SetTtl(DEFAULT_TTL);
    answer.SetTos(header.GetTos() & ~3);
    answer.SetDontFragment();
    answer.SetIdentification(0);
    answer.SetPayloadSize(TCP_HEADER_SIZE);
    return Create<Packet>(reset.data(), reset.size());
}

} // namespace gipt
} // namespace ns3
