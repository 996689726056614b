/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "director-routing.h"

#include "director.h"
#include "health-tunnel.h"

#include "ns3/log.h"
#include "ns3/net-device.h"

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptDirectorRouting");
NS_OBJECT_ENSURE_REGISTERED(DirectorRouting);

TypeId
DirectorRouting::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::DirectorRouting")
                            .SetParent<RoutingHook>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<DirectorRouting>();
    return tid;
}

DirectorRouting::DirectorRouting() = default;

DirectorRouting::~DirectorRouting() = default;

Ptr<DirectorRouting>
DirectorRouting::Install(Ptr<Ipv4> ipv4)
{
    return InstallHook<DirectorRouting>(ipv4);
}

void
DirectorRouting::SetDirector(Ptr<Director> director)
{
    NS_LOG_FUNCTION(this << director);
    m_director = director;
}

void
DirectorRouting::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_director = nullptr;
    m_healthTunnel = nullptr;
    RoutingHook::DoDispose();
}

void
DirectorRouting::SetHealthTunnel(Ptr<HealthTunnel> tunnel)
{
    NS_LOG_FUNCTION(this << tunnel);
    m_healthTunnel = tunnel;
}

Ptr<HealthTunnel>
DirectorRouting::GetHealthTunnel() const
{
    return m_healthTunnel;
}

Ptr<Ipv4Route>
DirectorRouting::RouteOutput(Ptr<Packet> packet,
                             const Ipv4Header& header,
                             Ptr<NetDevice> oif,
                             Socket::SocketErrno& error)
{
    if (m_healthTunnel && oif == m_healthTunnel)
    {
        return m_healthTunnel->GetRoute(header.GetDestination());
    }
    return RoutingHook::RouteOutput(packet, header, oif, error);
}

bool
DirectorRouting::IsMartian(Ipv4Address source, Ipv4Address destination) const
{
    if (destination.IsBroadcast() || destination.IsMulticast())
    {
        return IsLocal(source);
    }
    return source.IsAny() || source.Get() >> 24 == 127 || source.IsBroadcast() ||
           source.IsMulticast() || IsLocal(source);
}

bool
DirectorRouting::RouteInput(Ptr<const Packet> packet,
                            const Ipv4Header& header,
                            Ptr<const NetDevice> idev,
                            UnicastForwardArgument ucb,
                            MulticastForwardArgument mcb,
                            LocalDeliverArgument lcb,
                            ErrorArgument ecb)
{
    if (m_healthTunnel && m_healthTunnel->Receive(packet, header, lcb))
    {
        return true;
    }
    const Ipv4Address destination = header.GetDestination();
    if (m_director && IsMartian(header.GetSource(), destination) && !IsLoopbackDevice(idev))
    {
        m_director->RefuseMartian(packet, header);
        return true;
    }
    const bool isGroup = IsGroup(destination);
    if (!m_director || !(isGroup || IsLocal(destination) || m_director->GetMark(destination)))
    {
        return m_inner->RouteInput(packet, header, idev, ucb, mcb, lcb, ecb);
    }
    auto datagram = MakeDatagram(packet, header);
    if (isGroup ? m_director->ReceiveGroup(datagram) : m_director->Receive(datagram))
    {
        return true;
    }
    if (isGroup || IsLocal(destination))
    {
        return m_inner->RouteInput(datagram.payload, datagram.header, idev, ucb, mcb, lcb, ecb);
    }
    // its mark makes it the node's own
    lcb(datagram.payload, datagram.header, m_hooked->GetInterfaceForDevice(idev));
    return true;
}

} // namespace gipt
} // namespace ns3
