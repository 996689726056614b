/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "director-routing.h"

#include "director.h"

#include "ns3/ipv4.h"
#include "ns3/log.h"
#include "ns3/loopback-net-device.h"
#include "ns3/net-device.h"
#include "ns3/object.h"

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
                            .SetParent<Ipv4ListRouting>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<DirectorRouting>();
    return tid;
}

Ptr<DirectorRouting>
DirectorRouting::Install(Ptr<Ipv4> ipv4)
{
    auto inner = ipv4->GetRoutingProtocol();
    auto hook = DynamicCast<DirectorRouting>(inner);
    if (!hook)
    {
        hook = CreateObject<DirectorRouting>();
        hook->m_inner = inner;
        hook->m_innerList = DynamicCast<Ipv4ListRouting>(inner);
        ipv4->SetRoutingProtocol(hook);
    }
    return hook;
}

void
DirectorRouting::SetDirector(Ptr<Director> director)
{
    NS_LOG_FUNCTION(this << director);
    m_director = director;
}

void
DirectorRouting::DoInitialize()
{
    m_inner->Initialize();
    Ipv4RoutingProtocol::DoInitialize();
}

void
DirectorRouting::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_hooked = nullptr;
    m_inner = nullptr;
    m_innerList = nullptr;
    m_director = nullptr;
    m_local.clear();
    Ipv4ListRouting::DoDispose();
}

void
DirectorRouting::SetIpv4(Ptr<Ipv4> ipv4)
{
    NS_LOG_FUNCTION(this << ipv4);
    // the inner protocol has its Ipv4 already and would not take one twice
    m_hooked = ipv4;
    ReadAddresses();
}

void
DirectorRouting::ReadAddresses()
{
    m_local.clear();
    for (uint32_t i = 0; i < m_hooked->GetNInterfaces(); ++i)
    {
        for (uint32_t j = 0; j < m_hooked->GetNAddresses(i); ++j)
        {
            m_local.insert(m_hooked->GetAddress(i, j).GetLocal());
        }
    }
}

Ptr<Ipv4Route>
DirectorRouting::RouteOutput(Ptr<Packet> packet,
                             const Ipv4Header& header,
                             Ptr<NetDevice> oif,
                             Socket::SocketErrno& error)
{
    return m_inner->RouteOutput(packet, header, oif, error);
}

bool
DirectorRouting::IsMartian(Ipv4Address source, Ipv4Address destination) const
{
    if (destination.IsBroadcast() || destination.IsMulticast())
    {
        return IsLocal(source);
    }
    const uint32_t network = source.Get() >> 24;
    return network == 0 || network == 127 || source.IsBroadcast() || source.IsMulticast() ||
           IsLocal(source);
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
    const Ipv4Address destination = header.GetDestination();
    if (m_director && IsMartian(header.GetSource(), destination) &&
        !DynamicCast<const LoopbackNetDevice>(idev))
    {
        m_director->RefuseMartian(packet, header);
        return true;
    }
    if (!m_director || !(IsLocal(destination) || m_director->GetMark(destination)))
    {
        return m_inner->RouteInput(packet, header, idev, ucb, mcb, lcb, ecb);
    }
    Ipv4Datagram datagram{header, {}, packet};
    if (m_director->Receive(datagram))
    {
        return true;
    }
    if (IsLocal(destination))
    {
        return m_inner->RouteInput(datagram.payload, datagram.header, idev, ucb, mcb, lcb, ecb);
    }
    // its mark makes it the node's own
    lcb(datagram.payload, datagram.header, m_hooked->GetInterfaceForDevice(idev));
    return true;
}

void
DirectorRouting::NotifyInterfaceUp(uint32_t interface)
{
    m_inner->NotifyInterfaceUp(interface);
}

void
DirectorRouting::NotifyInterfaceDown(uint32_t interface)
{
    m_inner->NotifyInterfaceDown(interface);
}

void
DirectorRouting::NotifyAddAddress(uint32_t interface, Ipv4InterfaceAddress address)
{
    ReadAddresses();
    m_inner->NotifyAddAddress(interface, address);
}

void
DirectorRouting::NotifyRemoveAddress(uint32_t interface, Ipv4InterfaceAddress address)
{
    ReadAddresses();
    m_inner->NotifyRemoveAddress(interface, address);
}

void
DirectorRouting::PrintRoutingTable(Ptr<OutputStreamWrapper> stream, Time::Unit unit) const
{
    m_inner->PrintRoutingTable(stream, unit);
}

void
DirectorRouting::AddRoutingProtocol(Ptr<Ipv4RoutingProtocol> protocol, int16_t priority)
{
    NS_ASSERT_MSG(m_innerList, "the node's routing protocol is not a list");
    m_innerList->AddRoutingProtocol(protocol, priority);
}

uint32_t
DirectorRouting::GetNRoutingProtocols() const
{
    return m_innerList ? m_innerList->GetNRoutingProtocols() : 1;
}

Ptr<Ipv4RoutingProtocol>
DirectorRouting::GetRoutingProtocol(uint32_t index, int16_t& priority) const
{
    if (m_innerList)
    {
        return m_innerList->GetRoutingProtocol(index, priority);
    }
    priority = 0;
    return index == 0 ? m_inner : nullptr;
}

} // namespace gipt
} // namespace ns3
