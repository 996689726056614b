/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "local-stack.h"

#include "connection-state.h"
#include "internet-checksum.h"
#include "ip-options.h"
#include "ipip-encapsulation.h"
#include "local-answer.h"

#include "ns3/icmpv4-l4-protocol.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-route.h"
#include "ns3/ipv4-routing-protocol.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"
#include "ns3/tcp-l4-protocol.h"

#include <algorithm>
#include <array>
#include <vector>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptLocalStack");

namespace
{

// ICMP (RFC 792).
constexpr uint8_t ECHO_REPLY = 0;                     ///< type
constexpr uint8_t DESTINATION_UNREACHABLE = 3;        ///< type
constexpr uint8_t PORT = 3;                           ///< code of it
constexpr uint8_t TIMESTAMP_REQUEST = 13;             ///< type
constexpr uint8_t TIMESTAMP_REPLY = 14;               ///< type
constexpr uint32_t ICMP_HEADER_SIZE = 8;              ///< octets
constexpr uint32_t TIMESTAMP_SIZE = 4;                ///< octets of each of three
constexpr std::array<uint8_t, 3> SILENT{2, 103, 136}; ///< protocols: IGMP, PIM, UDP-Lite
constexpr uint8_t DEFAULT_TTL = 64;                   ///< sysctl net.ipv4.ip_default_ttl
constexpr int64_t MILLISECONDS_OF_A_DAY = 86'400'000; ///< timestamps begin anew then

/**
 * Make the answer to a timestamp request (net/ipv4/icmp.c, icmp_timestamp).
 * @param request the request
 * @param now the time
 * @return the reply, null when the request has no time of its own
 */
Ptr<Packet>
MakeTimestampReply(Ptr<const Packet> request, Time now)
{
    std::vector<uint8_t> octets(ICMP_HEADER_SIZE + 3 * TIMESTAMP_SIZE);
    constexpr uint32_t asked = ICMP_HEADER_SIZE + TIMESTAMP_SIZE;
    if (request->CopyData(octets.data(), asked) < asked)
    {
        return nullptr;
    }
    octets[0] = TIMESTAMP_REPLY;
    octets[1] = octets[2] = octets[3] = 0;
    const auto time = static_cast<uint32_t>(now.GetMilliSeconds() % MILLISECONDS_OF_A_DAY);
    for (uint32_t i = 0; i < 2 * TIMESTAMP_SIZE; ++i)
    {
        octets[asked + i] = time >> (24 - 8 * (i % TIMESTAMP_SIZE));
    }
    const uint16_t checksum = InternetChecksum(octets);
    octets[2] = checksum >> 8;
    octets[3] = checksum & 0xff;
    return Create<Packet>(octets.data(), octets.size());
}

/**
 * Give an echo reply the code of its request (net/ipv4/icmp.c, icmp_echo), where ns-3 has 0.
 * @param reply the reply
 * @param code the code
 * @return the reply with that code
 */
Ptr<Packet>
WithCode(Ptr<const Packet> reply, uint8_t code)
{
    std::vector<uint8_t> octets(reply->GetSize());
    reply->CopyData(octets.data(), octets.size());
    octets[1] = code;
    octets[2] = octets[3] = 0;
    const uint16_t checksum = InternetChecksum(octets);
    octets[2] = checksum >> 8;
    octets[3] = checksum & 0xff;
    return Create<Packet>(octets.data(), octets.size());
}

} // namespace

LocalStack::LocalStack(IcmpErrorSender& icmp)
    : m_icmp(icmp)
{
}

LocalStack::~LocalStack() = default;

void
LocalStack::Attach(Ptr<Node> node)
{
    m_ipv4 = node->GetObject<Ipv4L3Protocol>();
    if (const auto icmp = node->GetObject<Icmpv4L4Protocol>())
    {
        m_icmpDownTarget = icmp->GetDownTarget();
        icmp->SetDownTarget(MakeCallback(&LocalStack::SendIcmp, this));
    }
    if (const auto tcp = node->GetObject<TcpL4Protocol>())
    {
        m_tcpDownTarget = tcp->GetDownTarget();
        tcp->SetDownTarget(MakeCallback(&LocalStack::SendTcp, this));
    }
}

void
LocalStack::Detach()
{
    m_icmpDownTarget.Nullify();
    m_tcpDownTarget.Nullify();
    m_left.payload = nullptr;
    m_ipv4 = nullptr;
}

bool
LocalStack::TakeOptions(Ipv4Datagram& datagram, Ipv4Address own)
{
    if (datagram.options.empty())
    {
        return true;
    }
    const Time now = Simulator::Now();
    datagram.received = datagram.options;
    const auto result = TakeIpOptions(datagram.options, own, now, m_ipv4);
    if (result.isBad)
    {
        IpOptions good = datagram.options;
        good.resize(result.good);
        m_icmp.SendQuoting(m_ipv4,
                           own,
                           IcmpErrorSender::PARAMETER_PROBLEM,
                           uint32_t{result.pointer} << 24,
                           datagram.header,
                           datagram.ToQuote(),
                           now,
                           good);
    }
    return !result.isBad && !result.isSourceRoute;
}

bool
LocalStack::Leave(const Ipv4Datagram& datagram, DropReason& reason)
{
    const auto& header = datagram.header;
    const Time now = Simulator::Now();
    switch (CheckTransport(header, datagram.payload, Node::ChecksumEnabled()))
    {
    case LocalCheck::TRUNCATED:
        reason = DropReason::TRUNCATED;
        return true;
    case LocalCheck::BAD_CHECKSUM:
        reason = DropReason::BAD_CHECKSUM;
        return true;
    case LocalCheck::GOOD:
        break;
    }
    if (!m_ipv4->GetProtocol(header.GetProtocol()))
    {
        // Linux has handlers for some more; for others ns-3's stack would say nothing
        if (std::find(SILENT.begin(), SILENT.end(), header.GetProtocol()) == SILENT.end())
        {
            m_icmp.Send(m_ipv4,
                        header.GetDestination(),
                        IcmpErrorSender::PROTOCOL_UNREACHABLE,
                        0,
                        datagram,
                        now);
        }
        reason = DropReason::NO_PROTOCOL;
        return true;
    }
    uint8_t type = 0;
    if (header.GetProtocol() == IP_PROTOCOL_ICMP && datagram.payload->CopyData(&type, 1) == 1 &&
        type == TIMESTAMP_REQUEST)
    {
        // ns-3's ICMP does not know it
        if (const auto reply = MakeTimestampReply(datagram.payload, now))
        {
            Ipv4Header answer;
            answer.SetProtocol(IP_PROTOCOL_ICMP);
            answer.SetTos(header.GetTos());
            answer.SetIdentification(++m_identification);
            Answer(datagram, answer, reply);
        }
        else
        {
            reason = DropReason::TRUNCATED;
        }
        return true;
    }
    m_left = datagram;
    m_leftTime = now;
    return false;
}

bool
LocalStack::IsAnswer(Ipv4Address source, Ipv4Address destination, uint8_t protocol) const
{
    return m_left.payload && m_leftTime == Simulator::Now() &&
           m_left.header.GetProtocol() == protocol && m_left.header.GetSource() == destination &&
           m_left.header.GetDestination() == source;
}

void
LocalStack::Answer(const Ipv4Datagram& asked, const Ipv4Header& header, Ptr<const Packet> payload)
{
    Ipv4Datagram answer;
    answer.header = header;
    answer.header.SetSource(asked.header.GetDestination());
    answer.header.SetDestination(asked.header.GetSource());
    answer.header.SetTtl(DEFAULT_TTL);
    answer.header.SetPayloadSize(payload->GetSize());
    answer.payload = payload;
    Socket::SocketErrno error;
    const auto route =
        m_ipv4->GetRoutingProtocol()->RouteOutput(Create<Packet>(), answer.header, nullptr, error);
    if (route && EchoIpOptions(asked.options,
                               answer.header.GetSource(),
                               Simulator::Now(),
                               m_ipv4,
                               answer.options))
    {
        answer.Send(m_ipv4, route);
    }
}

void
LocalStack::SendIcmp(Ptr<Packet> packet,
                     Ipv4Address source,
                     Ipv4Address destination,
                     uint8_t protocol,
                     Ptr<Ipv4Route> route)
{
    NS_LOG_FUNCTION(this << packet << source << destination << route);
    std::array<uint8_t, ICMP_HEADER_SIZE + IPV4_HEADER_SIZE> start{}; // and the quoted header
    const uint32_t size = packet->CopyData(start.data(), start.size());
    std::array<uint8_t, 2> request{}; // type and code
    if (start[0] == ECHO_REPLY && size >= ICMP_HEADER_SIZE &&
        IsAnswer(source, destination, protocol) &&
        m_left.payload->CopyData(request.data(), request.size()) == request.size() &&
        (m_left.header.GetTos() || !m_left.options.empty() || request[1]))
    {
        // net/ipv4/icmp.c, icmp_reply
        Ipv4Header answer;
        answer.SetProtocol(protocol);
        answer.SetTos(m_left.header.GetTos());
        answer.SetIdentification(++m_identification);
        Answer(m_left, answer, request[1] ? WithCode(packet, request[1]) : packet);
        return;
    }
    if (start[0] == DESTINATION_UNREACHABLE && size == start.size())
    {
        // net/ipv4/icmp.c, __icmp_send: it comes from the address that was asked, and quotes more
        const auto asked = Ipv4Address::Deserialize(&start[24]);
        if (start[1] == PORT && IsAnswer(asked, destination, m_left.header.GetProtocol()))
        {
            m_icmp.Send(m_ipv4,
                        asked,
                        IcmpErrorSender::PORT_UNREACHABLE,
                        0,
                        m_left,
                        Simulator::Now());
            return;
        }
        source = m_ipv4->GetInterfaceForAddress(asked) >= 0 ? asked : source;
    }
    m_icmpDownTarget(packet, source, destination, protocol, route);
}

void
LocalStack::SendTcp(Ptr<Packet> packet,
                    Ipv4Address source,
                    Ipv4Address destination,
                    uint8_t protocol,
                    Ptr<Ipv4Route> route)
{
    NS_LOG_FUNCTION(this << packet << source << destination << route);
    std::array<uint8_t, 14> sent; // up to the flags
    std::array<uint8_t, 4> ports; // of the segment last left to TCP
    if (route && IsAnswer(source, destination, protocol) &&
        packet->CopyData(sent.data(), sent.size()) == sent.size() && (sent[13] & TCP_FLAG_RST) &&
        m_left.payload->CopyData(ports.data(), ports.size()) == ports.size() &&
        std::equal(&ports[0], &ports[2], &sent[2]) && std::equal(&ports[2], &ports[4], &sent[0]))
    {
        Ipv4Header header;
        if (const auto reset = MakeReset(m_left.header, m_left.payload, header))
        {
            Answer(m_left, header, reset);
            return;
        }
    }
    m_tcpDownTarget(packet, source, destination, protocol, route);
}

} // namespace gipt
} // namespace ns3
