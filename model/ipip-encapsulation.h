/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_IPIP_ENCAPSULATION_H
#define GIPT_IPIP_ENCAPSULATION_H

#include "ns3/ipv4-address.h"
#include "ns3/ipv4-header.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"

#include <cstdint>

namespace ns3
{
namespace gipt
{

/** IANA protocol numbers that the tunnel deals with. */
static constexpr uint8_t IP_PROTOCOL_ICMP = 1;
static constexpr uint8_t IP_PROTOCOL_IPIP = 4; ///< IPv4 in IPv4 (RFC 2003)
static constexpr uint8_t IP_PROTOCOL_TCP = 6;  ///< TCP
static constexpr uint8_t IP_PROTOCOL_UDP = 17; ///< UDP

/** Octets of an IPv4 header without options: what the tunnel adds to a packet. */
static constexpr uint32_t IPV4_HEADER_SIZE = 20;

/**
 * @ingroup global-ip-tunneling
 * @brief The outer header of a packet (net/netfilter/ipvs/ip_vs_xmit.c, ip_vs_tunnel_xmit).
 *
 * DSCP is copied; ECN too, but CE becomes ECT(0) (RFC 6040 4.1 as Linux has it,
 * INET_ECN_encapsulate); the TTL is the inner one; DF is copied, and with DF the identification
 * is 0.
 *
 * @param inner the inner header, its TTL already decremented
 * @param innerSize octets of the inner packet, header included
 * @param source the director's address on the way to the real server (DIP)
 * @param destination the real server (RIP)
 * @param copyDf whether DF is copied (sysctl pmtu_disc); false: never set
 * @param identification used when DF is not set
 * @return the outer header
 */
Ipv4Header MakeOuterHeader(const Ipv4Header& inner,
                           uint32_t innerSize,
                           Ipv4Address source,
                           Ipv4Address destination,
                           bool copyDf,
                           uint16_t identification);

/**
 * @ingroup global-ip-tunneling
 * @brief A header that ns-3 has read, as it writes it: without the options it has forgotten.
 *
 * Ipv4Header keeps the length of the options but not the options; written again it would leave
 * their place to whatever was there.
 *
 * @param header the header
 * @return the same fields in 20 octets
 */
Ipv4Header WithoutOptions(const Ipv4Header& header);

/**
 * @ingroup global-ip-tunneling
 * @brief What comes of the ECN fields at the tunnel's exit.
 */
enum class EcnResult : uint8_t
{
    KEEP,     ///< the inner field stays
    SET_ECT1, ///< the inner field becomes ECT(1)
    SET_CE,   ///< the inner field becomes CE
    DROP      ///< congestion was met by a packet that cannot say so
};

/**
 * @ingroup global-ip-tunneling
 * @brief ECN at the tunnel's exit (RFC 6040, 4.2; Linux, IP_ECN_decapsulate).
 * @param inner ECN field of the inner header
 * @param outer ECN field of the outer header
 * @return what to do
 */
EcnResult DecapsulateEcn(Ipv4Header::EcnType inner, Ipv4Header::EcnType outer);

/**
 * @ingroup global-ip-tunneling
 * @brief What a director or a real server wants to know of a TCP or UDP header.
 */
struct TransportHeader
{
    uint16_t sourcePort{0};      ///< TCP and UDP
    uint16_t destinationPort{0}; ///< TCP and UDP
    uint8_t tcpFlags{0};         ///< the 14th octet of a TCP header, else 0
};

/**
 * @ingroup global-ip-tunneling
 * @brief Read the transport header, if it is all there.
 *
 * Checks the TCP header (RFC 9293, 3.1, with the data offset), the UDP header (RFC 768), or the
 * ICMP header with what an error quotes (RFC 792); any other protocol passes. Nothing that fails
 * may reach a transport protocol of ns-3, which would read past the packet's end.
 *
 * @param protocol IP protocol number
 * @param packet a packet that is no fragment
 * @param offset octets of the packet in front of the transport header, at most 60
 * @param[out] header what was read
 * @return true when the header is complete
 */
bool ReadTransportHeader(uint8_t protocol,
                         const Packet& packet,
                         uint32_t offset,
                         TransportHeader& header);

/**
 * @ingroup global-ip-tunneling
 * @brief The fields of an inner IPv4 header that the tunnel's exit looks at.
 *
 * Ipv4Header reads all of them, at several times the cost.
 */
struct InnerHeader
{
    Ipv4Address source;      ///< source address
    Ipv4Address destination; ///< destination address
    Ipv4Header::EcnType ecn; ///< ECN field
    uint8_t protocol;        ///< IP protocol number
    uint16_t totalSize;      ///< octets of the packet; more would be padding
    uint8_t version;         ///< IP version
    uint8_t size;            ///< octets of the header, options included
    bool isFragment;         ///< more fragments follow, or it is not the first
};

/**
 * @ingroup global-ip-tunneling
 * @brief Read an inner IPv4 header, if it is that of a whole packet.
 * @param packet the inner packet
 * @param[out] header what was read
 * @return true when version, header length and total length fit the packet
 */
bool ReadInnerHeader(const Packet& packet, InnerHeader& header);

} // namespace gipt
} // namespace ns3

#endif // GIPT_IPIP_ENCAPSULATION_H
