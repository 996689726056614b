/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_ICMP_ERROR_SENDER_H
#define GIPT_ICMP_ERROR_SENDER_H

#include "ipv4-datagram.h"

#include "ns3/ipv4-address.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv4.h"
#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <map>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Sends ICMP errors as Linux does (net/ipv4/icmp.c, icmp_send): from a given address, with
 * as much of the packet as fits into 576 octets.
 *
 * ns-3's Icmpv4L4Protocol cannot be told the source address and quotes 8 octets only.
 *
 * No error is sent about an ICMP error, a non-first fragment, or a packet to or from a broadcast
 * or multicast address (RFC 1122, 3.2.2).
 */
class IcmpErrorSender
{
  public:
    /** ICMP types and codes that are sent (RFC 792). */
    enum Error : uint16_t
    {
        NET_UNREACHABLE = 0x0300,      ///< type 3, code 0
        HOST_UNREACHABLE = 0x0301,     ///< type 3, code 1
        PROTOCOL_UNREACHABLE = 0x0302, ///< type 3, code 2
        PORT_UNREACHABLE = 0x0303,     ///< type 3, code 3
        FRAGMENTATION_NEEDED = 0x0304, ///< type 3, code 4; never rate limited
        REDIRECT_HOST = 0x0501,        ///< type 5, code 1, with a rate limit of its own
        TTL_EXCEEDED = 0x0b00,         ///< type 11, code 0
        REASSEMBLY_TIME = 0x0b01,      ///< type 11, code 1
        PARAMETER_PROBLEM = 0x0c00     ///< type 12, code 0
    };

    /**
     * @brief How often one host may get an error: a burst of six, then one an interval
     * (sysctl net.ipv4.icmp_ratelimit, XRLIM_BURST_FACTOR).
     * @param interval time between two errors to one host; 0 is no limit
     */
    void SetRateLimit(Time interval)
    {
        m_interval = interval;
    }

    /**
     * @brief The interval of SetRateLimit.
     * @return time between two errors to one host
     */
    Time GetRateLimit() const
    {
        return m_interval;
    }

    /**
     * @brief Send an error to the source of a packet.
     * @param ipv4 the node's IPv4
     * @param from source address of the error; 0.0.0.0 for that of the way back
     * @param error type and code
     * @param rest second word of the ICMP header: the next-hop MTU in octets for
     *        FRAGMENTATION_NEEDED, the octet in the first octet for PARAMETER_PROBLEM, else 0
     * @param datagram the packet, quoted as it is given
     * @param now the time, for the rate limit
     * @return octets of the error, IPv4 header included; 0 when none was sent
     */
    uint32_t Send(Ptr<Ipv4> ipv4,
                  Ipv4Address from,
                  Error error,
                  uint32_t rest,
                  const Ipv4Datagram& datagram,
                  Time now);

    /**
     * @brief Send an error that quotes the very octets of a packet.
     * @param ipv4 the node's IPv4
     * @param from source address of the error; 0.0.0.0 for that of the way back
     * @param error type and code
     * @param rest second word of the ICMP header
     * @param header header of the packet, to know what it is
     * @param packet the packet, its header included
     * @param now the time, for the rate limit
     * @param options options of the packet, as TakeIpOptions has left them: the error goes on with
     *        them
     * @return octets of the error, IPv4 header included; 0 when none was sent
     */
    uint32_t SendQuoting(Ptr<Ipv4> ipv4,
                         Ipv4Address from,
                         Error error,
                         uint32_t rest,
                         const Ipv4Header& header,
                         Ptr<const Packet> packet,
                         Time now,
                         const IpOptions& options = {});

    /**
     * @brief Tell the source of a packet to be forwarded that there is no route, unless it was told
     * a lot (net/ipv4/route.c, ip_error): such answers take credit of their own beside that of
     * errors.
     * @param ipv4 the node's IPv4
     * @param datagram the packet, quoted as it is given
     * @param now the time
     */
    void SendUnrouted(Ptr<Ipv4> ipv4, const Ipv4Datagram& datagram, Time now);

    /**
     * @brief Tell the source of a packet a better way, unless it was told often enough
     * (net/ipv4/route.c, ip_rt_send_redirect).
     *
     * Redirects share what they know of a host with the rate limit of errors: who is told, or was
     * told too often, begins with no credit.
     *
     * @param ipv4 the node's IPv4
     * @param gateway the better way
     * @param datagram the packet, quoted as it is given
     * @param now the time
     */
    void SendRedirect(Ptr<Ipv4> ipv4, Ipv4Address gateway, const Ipv4Datagram& datagram, Time now);

    /**
     * @brief Forget what the rate limit knows.
     */
    void Clear();

  private:
    /** What is known of a host: its credit is time that has not been used up. */
    struct Credit
    {
        Time filled;           ///< when the credit was last counted, or a redirect sent
        Time amount;           ///< up to six intervals
        uint32_t redirects{0}; ///< how many were sent
    };

    /**
     * @brief Find what is known of a host.
     * @param host the host
     * @param now the time
     * @return its credit
     */
    Credit& GetCredit(Ipv4Address host, Time now);

    /**
     * @brief Take one error's worth from a host's credit.
     * @param host the host
     * @param now the time
     * @return false when there is too little
     */
    bool TakeCredit(Ipv4Address host, Time now);

    Time m_interval{Seconds(1)};            ///< time between two errors to one host
    std::map<Ipv4Address, Credit> m_credit; ///< hosts with less than full credit, and some more
    std::size_t m_purgeAt{1024};            ///< number of hosts at which full ones are forgotten
    uint16_t m_identification{0};           ///< of the last error
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_ICMP_ERROR_SENDER_H
