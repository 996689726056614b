/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "tunnel-net-device.h"

#include "ns3/ipv4-l3-protocol.h"
#include "ns3/log.h"
#include "ns3/nstime.h"
#include "ns3/simulator.h"

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptTunnelNetDevice");
NS_OBJECT_ENSURE_REGISTERED(TunnelNetDevice);

TypeId
TunnelNetDevice::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::TunnelNetDevice")
            .SetParent<VirtualNetDevice>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<TunnelNetDevice>()
            .AddAttribute(
                "DeliveryDelay",
                "Time from when a packet comes out of the tunnel to when the node has it; "
                "a failure of kind slow-server adds to it",
                TimeValue(Seconds(0)),
                MakeTimeAccessor(&TunnelNetDevice::m_deliveryDelay),
                MakeTimeChecker(Seconds(0)))
            .AddTraceSource("TxDrop",
                            "A packet was sent to the device, which has no remote address",
                            MakeTraceSourceAccessor(&TunnelNetDevice::m_txDropTrace),
                            "ns3::Packet::TracedCallback");
    return tid;
}

TunnelNetDevice::TunnelNetDevice()
{
    NS_LOG_FUNCTION(this);
    // global routing asks a point-to-point device for the other end of its channel
    SetIsPointToPoint(false);
    SetSendCallback(MakeCallback(&TunnelNetDevice::Sink, this));
}

void
TunnelNetDevice::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_ipv4 = nullptr;
    VirtualNetDevice::DoDispose();
}

void
TunnelNetDevice::SetIpv4(Ptr<Ipv4L3Protocol> ipv4)
{
    NS_LOG_FUNCTION(this << ipv4);
    m_ipv4 = ipv4;
    SetReceiveCallback(MakeCallback(&TunnelNetDevice::ToIpv4, this));
}

bool
TunnelNetDevice::ToIpv4(Ptr<NetDevice> device,
                        Ptr<const Packet> packet,
                        uint16_t protocol,
                        const Address& from)
{
    m_ipv4->Receive(device, packet, protocol, from, from, PACKET_HOST);
    return true;
}

void
TunnelNetDevice::Deliver(Ptr<Packet> packet)
{
    NS_LOG_FUNCTION(this << packet);
    if (m_deliveryDelay.IsStrictlyPositive())
    {
        Simulator::Schedule(m_deliveryDelay,
                            &TunnelNetDevice::Hand,
                            Ptr<TunnelNetDevice>(this),
                            packet);
        return;
    }
    Hand(packet);
}

void
TunnelNetDevice::Hand(Ptr<Packet> packet)
{
    static const Address none; // a tunnel has no link addresses
    Receive(packet, Ipv4L3Protocol::PROT_NUMBER, none, none, PACKET_HOST);
}

bool
TunnelNetDevice::Sink(Ptr<Packet> packet,
                      const Address& source,
                      const Address& destination,
                      uint16_t protocol)
{
    NS_LOG_FUNCTION(this << packet << source << destination << protocol);
    m_txDropTrace(packet);
    return false;
}

} // namespace gipt
} // namespace ns3
