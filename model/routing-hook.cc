/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "routing-hook.h"

#include "ipip-encapsulation.h"

#include "ns3/log.h"
#include "ns3/loopback-net-device.h"
#include "ns3/node.h"

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptRoutingHook");
NS_OBJECT_ENSURE_REGISTERED(RoutingHook);

TypeId
RoutingHook::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::RoutingHook")
                            .SetParent<Ipv4ListRouting>()
                            .SetGroupName("GlobalIpTunneling");
    return tid;
}

void
RoutingHook::Wrap(Ptr<Ipv4RoutingProtocol> inner)
{
    NS_LOG_FUNCTION(this << inner);
    m_inner = inner;
    m_innerList = DynamicCast<Ipv4ListRouting>(inner);
}

void
RoutingHook::DoInitialize()
{
    m_inner->Initialize();
    Ipv4RoutingProtocol::DoInitialize();
}

void
RoutingHook::DoDispose()
{
    NS_LOG_FUNCTION(this);
    if (m_hooked)
    {
        m_hooked->TraceDisconnectWithoutContext("Rx", MakeCallback(&RoutingHook::SeePacket, this));
    }
    m_hooked = nullptr;
    m_inner = nullptr;
    m_innerList = nullptr;
    m_loopback = nullptr;
    m_local.clear();
    m_broadcasts.clear();
    Ipv4ListRouting::DoDispose();
}

void
RoutingHook::SetIpv4(Ptr<Ipv4> ipv4)
{
    NS_LOG_FUNCTION(this << ipv4);
    // the inner protocol has its Ipv4 already and would not take one twice
    m_hooked = ipv4;
    ipv4->TraceConnectWithoutContext("Rx", MakeCallback(&RoutingHook::SeePacket, this));
    ReadAddresses();
}

void
RoutingHook::ReadAddresses()
{
    m_local.clear();
    m_broadcasts.clear();
    for (uint32_t i = 0; i < m_hooked->GetNInterfaces(); ++i)
    {
        if (const auto loopback = DynamicCast<LoopbackNetDevice>(m_hooked->GetNetDevice(i)))
        {
            m_loopback = loopback;
        }
        for (uint32_t j = 0; j < m_hooked->GetNAddresses(i); ++j)
        {
            const auto address = m_hooked->GetAddress(i, j);
            m_local.push_back(address.GetLocal().Get());
            const bool isLoopback = address.GetLocal().Get() >> 24 == 127;
            if (m_hooked->IsUp(i) && !isLoopback && address.GetMask().GetPrefixLength() < 31)
            {
                m_broadcasts.push_back(
                    address.GetLocal().GetSubnetDirectedBroadcast(address.GetMask()).Get());
            }
        }
    }
    std::sort(m_local.begin(), m_local.end());
    std::sort(m_broadcasts.begin(), m_broadcasts.end());
}

void
RoutingHook::SeePacket(Ptr<const Packet> packet, Ptr<Ipv4> ipv4, uint32_t interface)
{
    uint8_t first = 0;
    packet->CopyData(&first, 1);
    const uint32_t size = (first & 15) * 4;
    if (size > IPV4_HEADER_SIZE && size <= packet->GetSize())
    {
        std::vector<uint8_t> octets(size);
        packet->CopyData(octets.data(), octets.size());
        m_options.assign(octets.begin() + IPV4_HEADER_SIZE, octets.end());
    }
}

Ipv4Datagram
RoutingHook::MakeDatagram(Ptr<const Packet> packet, const Ipv4Header& header) const
{
    const uint32_t size = header.GetSerializedSize() - IPV4_HEADER_SIZE;
    if (size == 0)
    {
        return {header, {}, packet};
    }
    Ipv4Header plain = WithoutOptions(header);
    if (Node::ChecksumEnabled())
    {
        plain.EnableChecksum();
    }
    return {plain, m_options.size() == size ? m_options : IpOptions(), packet};
}

Ptr<Ipv4Route>
RoutingHook::RouteOutput(Ptr<Packet> packet,
                         const Ipv4Header& header,
                         Ptr<NetDevice> oif,
                         Socket::SocketErrno& error)
{
    return m_inner->RouteOutput(packet, header, oif, error);
}

void
RoutingHook::NotifyInterfaceUp(uint32_t interface)
{
    ReadAddresses();
    m_inner->NotifyInterfaceUp(interface);
}

void
RoutingHook::NotifyInterfaceDown(uint32_t interface)
{
    ReadAddresses();
    m_inner->NotifyInterfaceDown(interface);
}

void
RoutingHook::NotifyAddAddress(uint32_t interface, Ipv4InterfaceAddress address)
{
    ReadAddresses();
    m_inner->NotifyAddAddress(interface, address);
}

void
RoutingHook::NotifyRemoveAddress(uint32_t interface, Ipv4InterfaceAddress address)
{
    ReadAddresses();
    m_inner->NotifyRemoveAddress(interface, address);
}

void
RoutingHook::PrintRoutingTable(Ptr<OutputStreamWrapper> stream, Time::Unit unit) const
{
    m_inner->PrintRoutingTable(stream, unit);
}

void
RoutingHook::AddRoutingProtocol(Ptr<Ipv4RoutingProtocol> protocol, int16_t priority)
{
    NS_ASSERT_MSG(m_innerList, "the node's routing protocol is not a list");
    m_innerList->AddRoutingProtocol(protocol, priority);
}

uint32_t
RoutingHook::GetNRoutingProtocols() const
{
    return m_innerList ? m_innerList->GetNRoutingProtocols() : 1;
}

Ptr<Ipv4RoutingProtocol>
RoutingHook::GetRoutingProtocol(uint32_t index, int16_t& priority) const
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
