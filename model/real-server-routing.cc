/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "real-server-routing.h"

#include "ipip-encapsulation.h"

#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-route.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"
#include "ns3/tcp-l4-protocol.h"

#include <array>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptRealServerRouting");
NS_OBJECT_ENSURE_REGISTERED(RealServerRouting);

namespace
{

const Ipv4Address ALL_HOSTS("224.0.0.1"); ///< the group that every host is in (RFC 1112)

constexpr uint32_t TCP_HEADER_SIZE = 20; ///< octets, without options
constexpr uint32_t ICMP_HEADER_SIZE = 8; ///< octets
constexpr uint32_t RP_FILTER_STRICT = 1; ///< sysctl rp_filter: by the receiving interface

// Protocols that Linux has handlers for beside those of ns-3.
constexpr uint8_t IP_PROTOCOL_IPV6 = 41;  ///< IPv6 in IPv4, that of tunnel4
constexpr uint8_t IP_PROTOCOL_MPLS = 137; ///< MPLS in IPv4, that of tunnel4, which tunl0 takes

/**
 * Whether an address never leaves a host (RFC 1122, 3.2.1.3).
 * @param address the address
 * @return true for 127.0.0.0/8
 */
bool
IsLoopback(Ipv4Address address)
{
    return address.Get() >> 24 == 127;
}

} // namespace

TypeId
RealServerRouting::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::RealServerRouting")
                            .SetParent<RoutingHook>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<RealServerRouting>();
    return tid;
}

Ptr<RealServerRouting>
RealServerRouting::Install(Ptr<IpipL4Protocol> tunnel, IcmpErrorSender& icmp, Ptr<Node> node)
{
    const auto hook = InstallHook<RealServerRouting>(node->GetObject<Ipv4>());
    hook->m_tunnel = tunnel;
    hook->m_icmp = &icmp;
    hook->m_stack = std::make_unique<LocalStack>(icmp);
    hook->m_stack->Attach(node);
    return hook;
}

void
RealServerRouting::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_timeout.Cancel();
    m_tunnel = nullptr;
    if (m_stack)
    {
        m_stack->Detach();
    }
    m_icmp = nullptr;
    m_reassembler.Clear();
    RoutingHook::DoDispose();
}

Ptr<Ipv4Route>
RealServerRouting::GetRoute(Ipv4Address destination) const
{
    Ipv4Header header;
    header.SetDestination(destination);
    Socket::SocketErrno error;
    return m_inner->RouteOutput(Create<Packet>(), header, nullptr, error);
}

bool
RealServerRouting::CheckSource(Ipv4Address source,
                               Ptr<const NetDevice> idev,
                               bool isBack,
                               TunnelDropReason& reason) const
{
    reason = TunnelDropReason::MARTIAN_SOURCE;
    const uint32_t filter = m_tunnel->GetRpFilter(idev);
    if (filter == 0 && !isBack)
    {
        return !IsLocal(source);
    }
    if (IsLocal(source) || IsLoopback(source) || IsBroadcast(source))
    {
        return false;
    }
    const auto route = GetRoute(source);
    if (filter == 0 || (route && route->GetOutputDevice() == idev))
    {
        return true;
    }
    reason = TunnelDropReason::RP_FILTER;
    // loose is strict where the interface has no address
    return route && filter != RP_FILTER_STRICT &&
           m_hooked->GetNAddresses(m_hooked->GetInterfaceForDevice(idev)) > 0;
}

RealServerRouting::Way
RealServerRouting::FindWay(const Ipv4Header& header,
                           Ptr<const NetDevice> idev,
                           TunnelDropReason& reason) const
{
    const auto source = header.GetSource();
    const auto destination = header.GetDestination();
    const auto deliver = [&](bool isGood) { return isGood ? Way::DELIVER : Way::REFUSE; };
    reason = TunnelDropReason::MARTIAN_SOURCE;
    if (source.IsMulticast() || source.IsBroadcast())
    {
        return Way::REFUSE;
    }
    if (destination.IsMulticast() && destination != ALL_HOSTS)
    {
        reason = TunnelDropReason::NOT_LOCAL;
        return Way::REFUSE;
    }
    if (destination == ALL_HOSTS || destination.IsBroadcast() ||
        (destination.IsAny() && source.IsAny()))
    {
        const bool isGood = destination != ALL_HOSTS || !IsLoopback(source);
        return deliver(source.IsAny() || (isGood && CheckSource(source, idev, false, reason)));
    }
    if (source.IsAny())
    {
        return Way::REFUSE;
    }
    if (destination.IsAny() || IsLoopback(destination))
    {
        reason = TunnelDropReason::MARTIAN_DESTINATION;
        return Way::REFUSE;
    }
    if (IsLoopback(source))
    {
        return Way::REFUSE;
    }
    if (IsLocal(destination) || IsBroadcast(destination))
    {
        return deliver(CheckSource(source, idev, false, reason));
    }
    const auto route = m_hooked->IsForwarding(m_hooked->GetInterfaceForDevice(idev))
                           ? GetRoute(destination)
                           : nullptr;
    if (!route)
    {
        reason = TunnelDropReason::NO_ROUTE;
        return Way::REFUSE;
    }
    const bool isBack = route->GetOutputDevice() == idev;
    return CheckSource(source, idev, isBack, reason) ? Way::FORWARD : Way::REFUSE;
}

bool
RealServerRouting::RouteInput(Ptr<const Packet> packet,
                              const Ipv4Header& header,
                              Ptr<const NetDevice> idev,
                              UnicastForwardArgument ucb,
                              MulticastForwardArgument mcb,
                              LocalDeliverArgument lcb,
                              ErrorArgument ecb)
{
    if (!m_tunnel || IsLoopbackDevice(idev))
    {
        return m_inner->RouteInput(packet, header, idev, ucb, mcb, lcb, ecb);
    }
    const bool isTunnel = idev == m_tunnel->GetDevice();
    // which groups applications are in is known to ns-3 alone
    const bool isGroup = !isTunnel && header.GetDestination().IsMulticast();
    auto datagram = MakeDatagram(packet, header);
    TunnelDropReason reason;
    const Way way = isGroup ? Way::DELIVER : FindWay(datagram.header, idev, reason);
    if (way == Way::REFUSE)
    {
        if (reason == TunnelDropReason::NO_ROUTE &&
            m_hooked->IsForwarding(m_hooked->GetInterfaceForDevice(idev)))
        {
            m_icmp->SendUnrouted(m_hooked, datagram, Simulator::Now());
        }
        Refuse(datagram, reason);
        return true;
    }
    if (packet->GetSize() < datagram.header.GetPayloadSize())
    {
        Refuse(datagram, TunnelDropReason::TRUNCATED);
        return true;
    }
    const auto route = way == Way::FORWARD ? GetRoute(header.GetDestination()) : nullptr;
    if (!m_stack->TakeOptions(datagram, route ? route->GetSource() : header.GetDestination()))
    {
        Refuse(datagram, TunnelDropReason::BAD_OPTIONS);
        return true;
    }
    if (way == Way::FORWARD)
    {
        Forward(datagram, route, idev);
        return true;
    }
    if ((FragmentReassembler::IsFragment(datagram.header) && !Reassemble(datagram)) ||
        !Leave(datagram))
    {
        return true;
    }
    if (isGroup)
    {
        return m_inner->RouteInput(datagram.payload, datagram.header, idev, ucb, mcb, lcb, ecb);
    }
    const auto request = m_tunnel->BeginRequest(datagram, isTunnel);
    lcb(datagram.payload, datagram.header, m_hooked->GetInterfaceForDevice(idev));
    m_tunnel->EndRequest(request);
    return true;
}

bool
RealServerRouting::Reassemble(Ipv4Datagram& datagram)
{
    const auto fragment = datagram;
    const auto status = m_reassembler.Add(fragment.header,
                                          fragment.payload,
                                          Simulator::Now(),
                                          datagram,
                                          fragment.options);
    if (status == FragmentReassembler::Status::DROPPED)
    {
        Refuse(fragment, TunnelDropReason::BAD_FRAGMENT);
    }
    if (m_timeout.IsExpired() && m_reassembler.GetSize() > 0)
    {
        m_timeout = Simulator::Schedule(m_reassembler.NextTimeout() - Simulator::Now(),
                                        &RealServerRouting::HandleTimeout,
                                        this);
    }
    return status == FragmentReassembler::Status::COMPLETE;
}

void
RealServerRouting::HandleTimeout()
{
    const Time now = Simulator::Now();
    for (const auto& given : m_reassembler.Expire(now))
    {
        // without offset 0 there is nothing the sender would know it by: Send keeps silent
        m_icmp->Send(m_hooked,
                     given.header.GetDestination(),
                     IcmpErrorSender::REASSEMBLY_TIME,
                     0,
                     given,
                     now);
        Refuse(given, TunnelDropReason::FRAGMENT_TIMEOUT);
    }
    if (m_reassembler.GetSize() > 0)
    {
        m_timeout = Simulator::Schedule(m_reassembler.NextTimeout() - now,
                                        &RealServerRouting::HandleTimeout,
                                        this);
    }
}

bool
RealServerRouting::Leave(const Ipv4Datagram& datagram)
{
    const uint8_t protocol = datagram.header.GetProtocol();
    if (m_tunnel->IsLoaded() && (protocol == IP_PROTOCOL_IPV6 || protocol == IP_PROTOCOL_MPLS))
    {
        if (protocol == IP_PROTOCOL_IPV6 || !m_tunnel->IsUp())
        {
            m_icmp->Send(m_hooked,
                         datagram.header.GetDestination(),
                         IcmpErrorSender::PORT_UNREACHABLE,
                         0,
                         datagram,
                         Simulator::Now());
        }
        Refuse(datagram, TunnelDropReason::NO_PROTOCOL);
        return false;
    }
    const bool isGroup = IsGroup(datagram.header.GetDestination());
    if (isGroup && !m_hooked->GetObject<Ipv4L3Protocol>()->GetProtocol(protocol))
    {
        Refuse(datagram, TunnelDropReason::NO_PROTOCOL); // without an answer
        return false;
    }
    auto reason = DropReason::NONE;
    const bool isDone = m_stack->Leave(datagram, reason);
    if (reason == DropReason::BAD_CHECKSUM)
    {
        Refuse(datagram,
               protocol == IP_PROTOCOL_TCP   ? TunnelDropReason::TCP_CHECKSUM
               : protocol == IP_PROTOCOL_UDP ? TunnelDropReason::UDP_CHECKSUM
                                             : TunnelDropReason::ICMP_CHECKSUM);
        return false;
    }
    if (protocol == IP_PROTOCOL_TCP || protocol == IP_PROTOCOL_UDP ||
        (protocol == IP_PROTOCOL_ICMP && datagram.payload->GetSize() >= ICMP_HEADER_SIZE))
    {
        m_tunnel->NotifyDeliver(datagram);
    }
    if (reason != DropReason::NONE)
    {
        Refuse(datagram,
               reason == DropReason::TRUNCATED ? TunnelDropReason::TRUNCATED
                                               : TunnelDropReason::NO_PROTOCOL);
    }
    else if (isGroup && protocol == IP_PROTOCOL_TCP)
    {
        // net/ipv4/tcp_ipv4.c, tcp_v4_conn_request, tcp_v4_send_reset
        Refuse(datagram, TunnelDropReason::NO_PROTOCOL);
        return false;
    }
    return !isDone;
}

bool
RealServerRouting::HasConnection(const Ipv4Datagram& datagram) const
{
    const auto& header = datagram.header;
    std::array<uint8_t, TCP_HEADER_SIZE> start;
    if (header.GetProtocol() != IP_PROTOCOL_TCP || FragmentReassembler::IsFragment(header) ||
        datagram.payload->CopyData(start.data(), start.size()) < start.size() ||
        (start[12] >> 4) * 4U < TCP_HEADER_SIZE)
    {
        return false;
    }
    // ns-3 tells only whether both ends are free
    const auto tcp = m_hooked->GetObject<TcpL4Protocol>();
    const auto end = tcp->Allocate(nullptr,
                                   header.GetDestination(),
                                   start[2] << 8 | start[3],
                                   header.GetSource(),
                                   start[0] << 8 | start[1]);
    if (end)
    {
        tcp->DeAllocate(end);
    }
    return !end;
}

void
RealServerRouting::Forward(Ipv4Datagram& datagram, Ptr<Ipv4Route> route, Ptr<const NetDevice> idev)
{
    auto& header = datagram.header;
    const auto refuse = [&](TunnelDropReason reason, IcmpErrorSender::Error error, uint32_t rest) {
        m_icmp->Send(m_hooked, Ipv4Address::GetAny(), error, rest, datagram, Simulator::Now());
        Refuse(datagram, reason);
    };
    if (HasConnection(datagram))
    {
        Refuse(datagram, TunnelDropReason::OWN_CONNECTION);
        return;
    }
    if (header.GetTtl() <= 1)
    {
        refuse(TunnelDropReason::TTL_EXPIRED, IcmpErrorSender::TTL_EXCEEDED, 0);
        return;
    }
    const uint32_t mtu = route->GetOutputDevice()->GetMtu();
    if (datagram.GetSize() > mtu && header.IsDontFragment())
    {
        refuse(TunnelDropReason::TOO_BIG, IcmpErrorSender::FRAGMENTATION_NEEDED, mtu);
        return;
    }
    header.SetTtl(header.GetTtl() - 1);
    const auto back = route->GetOutputDevice() == idev ? GetRoute(header.GetSource()) : nullptr;
    if (back && back->GetGateway().IsAny())
    {
        // the sender is a neighbour and could have sent it there itself
        const auto gateway = route->GetGateway();
        m_icmp->SendRedirect(m_hooked,
                             gateway.IsAny() ? header.GetDestination() : gateway,
                             datagram,
                             Simulator::Now());
    }
    for (const auto& [piece, content] :
         FragmentIpv4(header, datagram.payload, mtu - datagram.options.size()))
    {
        Ipv4Datagram{piece, datagram.options, content}.Send(m_hooked->GetObject<Ipv4L3Protocol>(),
                                                            route);
    }
}

void
RealServerRouting::Refuse(const Ipv4Datagram& datagram, TunnelDropReason reason) const
{
    m_tunnel->Drop(datagram.header, datagram.payload, reason);
}

} // namespace gipt
} // namespace ns3
