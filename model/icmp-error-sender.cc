/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "icmp-error-sender.h"

#include "internet-checksum.h"
#include "ip-options.h"
#include "ipip-encapsulation.h"

#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-route.h"
#include "ns3/ipv4-routing-protocol.h"
#include "ns3/log.h"
#include "ns3/socket.h"

#include <algorithm>
#include <array>
#include <vector>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptIcmpErrorSender");

namespace
{

constexpr uint32_t LARGEST_ERROR = 576;  ///< octets of an error, all headers included (RFC 1812)
constexpr uint32_t ICMP_HEADER_SIZE = 8; ///< octets
constexpr uint32_t LONGEST_IPV4_HEADER = 60; ///< octets, with options (RFC 791, 3.1)
constexpr uint8_t DEFAULT_TTL = 64;          ///< sysctl net.ipv4.ip_default_ttl
constexpr int BURST = 6;                     ///< errors that one host may get at once
constexpr int UNROUTED_BURST = 5;            ///< packets without a route that are answered at once
constexpr uint32_t MOST_REDIRECTS = 9;       ///< that a host may ignore

const Time UNSEEN = Seconds(60);                   ///< credit of a host that is not known
const Time UNROUTED_COST = Seconds(1);             ///< credit that such an answer takes
const Time REDIRECT_INTERVAL = MilliSeconds(20);   ///< between two redirects, doubled with each
const Time REDIRECT_SILENCE = MilliSeconds(20480); ///< after which a host is told anew

/**
 * Whether the packet is itself an ICMP error, about which none is sent.
 * @param header its header
 * @param packet the packet, its header included
 * @return false for requests, replies and what is no ICMP
 */
bool
IsIcmpError(const Ipv4Header& header, Ptr<const Packet> packet)
{
    if (header.GetProtocol() != IP_PROTOCOL_ICMP)
    {
        return false;
    }
    std::array<uint8_t, LONGEST_IPV4_HEADER + 1> start;
    const uint32_t size = packet->CopyData(start.data(), start.size());
    const uint32_t at = size ? (start[0] & 15) * 4 : 0; // the header does not know of options
    if (size <= at)
    {
        return true;
    }
    const uint8_t type = start[at];
    // net/ipv4/icmp.c, icmp_pointers: what is not known might be one
    return type != 0 && type != 8 && (type < 13 || type > 18);
}

} // namespace

IcmpErrorSender::Credit&
IcmpErrorSender::GetCredit(Ipv4Address host, Time now)
{
    if (m_credit.size() >= m_purgeAt)
    {
        const Time full = BURST * m_interval;
        for (auto it = m_credit.begin(); it != m_credit.end();)
        {
            const Time since = now - it->second.filled;
            it = since > REDIRECT_SILENCE && it->second.amount + since >= full ? m_credit.erase(it)
                                                                               : std::next(it);
        }
        m_purgeAt = std::max<std::size_t>(1024, 2 * m_credit.size());
    }
    return m_credit.emplace(host, Credit{now - UNSEEN, Time(0)}).first->second;
}

bool
IcmpErrorSender::TakeCredit(Ipv4Address host, Time now)
{
    if (!m_interval.IsStrictlyPositive())
    {
        return true;
    }
    auto& credit = GetCredit(host, now);
    credit.amount = std::min(BURST * m_interval, credit.amount + (now - credit.filled));
    credit.filled = now;
    if (credit.amount < m_interval)
    {
        return false;
    }
    credit.amount -= m_interval;
    return true;
}

void
IcmpErrorSender::SendUnrouted(Ptr<Ipv4> ipv4, const Ipv4Datagram& datagram, Time now)
{
    auto& credit = GetCredit(datagram.header.GetSource(), now);
    credit.amount = std::min(UNROUTED_BURST * UNROUTED_COST, credit.amount + now - credit.filled);
    credit.filled = now;
    if (credit.amount >= UNROUTED_COST)
    {
        credit.amount -= UNROUTED_COST;
        Send(ipv4, Ipv4Address::GetAny(), NET_UNREACHABLE, 0, datagram, now);
    }
}

void
IcmpErrorSender::SendRedirect(Ptr<Ipv4> ipv4,
                              Ipv4Address gateway,
                              const Ipv4Datagram& datagram,
                              Time now)
{
    auto& credit = GetCredit(datagram.header.GetSource(), now);
    if (now - credit.filled > REDIRECT_SILENCE)
    {
        credit.amount = Time(0);
        credit.redirects = 0;
    }
    if (credit.redirects >= MOST_REDIRECTS)
    {
        credit.filled = now;
        return;
    }
    if (credit.redirects > 0 &&
        now - credit.filled <= REDIRECT_INTERVAL * (int64_t{1} << credit.redirects))
    {
        return;
    }
    credit.filled = now;
    credit.redirects++;
    Send(ipv4, Ipv4Address::GetAny(), REDIRECT_HOST, gateway.Get(), datagram, now);
}

void
IcmpErrorSender::Clear()
{
    m_credit.clear();
}

uint32_t
IcmpErrorSender::Send(Ptr<Ipv4> ipv4,
                      Ipv4Address from,
                      Error error,
                      uint32_t rest,
                      const Ipv4Datagram& datagram,
                      Time now)
{
    return SendQuoting(ipv4,
                       from,
                       error,
                       rest,
                       datagram.header,
                       datagram.ToQuote(),
                       now,
                       datagram.options);
}

uint32_t
IcmpErrorSender::SendQuoting(Ptr<Ipv4> ipv4,
                             Ipv4Address from,
                             Error error,
                             uint32_t rest,
                             const Ipv4Header& header,
                             Ptr<const Packet> packet,
                             Time now,
                             const IpOptions& options)
{
    NS_LOG_FUNCTION(this << from << error << rest << header);
    const Ipv4Address to = header.GetSource();
    if (header.GetFragmentOffset() != 0 || IsIcmpError(header, packet) || to.IsBroadcast() ||
        to.IsMulticast() || to == Ipv4Address::GetAny() || header.GetDestination().IsBroadcast() ||
        header.GetDestination().IsMulticast())
    {
        return 0;
    }
    Ipv4Datagram answer;
    Ipv4Header& reply = answer.header;
    reply.SetSource(from);
    reply.SetDestination(to);
    reply.SetProtocol(IP_PROTOCOL_ICMP);
    reply.SetTtl(DEFAULT_TTL);
    // precedence "internetwork control", the TOS bits of the packet (icmp.c, __icmp_send)
    reply.SetTos(0xc0 | (header.GetTos() & 0x1e));
    reply.SetMayFragment();

    Socket::SocketErrno routeError;
    const auto l3 = ipv4->GetObject<Ipv4L3Protocol>();
    const auto route =
        ipv4->GetRoutingProtocol()->RouteOutput(Create<Packet>(), reply, nullptr, routeError);
    if (!route)
    {
        NS_LOG_LOGIC("no route to " << to);
        return 0;
    }
    if (from.IsAny())
    {
        reply.SetSource(route->GetSource());
    }
    if (!EchoIpOptions(options, reply.GetSource(), now, ipv4, answer.options))
    {
        NS_LOG_LOGIC("no room in the options");
        return 0;
    }
    if (error != FRAGMENTATION_NEEDED && error != REDIRECT_HOST && !TakeCredit(to, now))
    {
        NS_LOG_LOGIC("rate limit for " << to);
        return 0;
    }
    reply.SetIdentification(++m_identification);

    const uint32_t room =
        LARGEST_ERROR - IPV4_HEADER_SIZE - answer.options.size() - ICMP_HEADER_SIZE;
    const uint32_t quotedSize = std::min(packet->GetSize(), room);
    std::vector<uint8_t> octets(ICMP_HEADER_SIZE + quotedSize);
    octets[0] = error >> 8;
    octets[1] = error & 0xff;
    for (uint32_t i = 0; i < 4; ++i)
    {
        octets[4 + i] = rest >> (24 - 8 * i);
    }
    packet->CopyData(octets.data() + ICMP_HEADER_SIZE, quotedSize);
    const uint16_t checksum = InternetChecksum(octets);
    octets[2] = checksum >> 8;
    octets[3] = checksum & 0xff;

    reply.SetPayloadSize(octets.size());
    answer.payload = Create<Packet>(octets.data(), octets.size());
    answer.Send(l3, route);
    return answer.GetSize();
}

} // namespace gipt
} // namespace ns3
