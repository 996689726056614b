/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "tap-port-net-device.h"

#include "realtime-monitor.h"

#include "ns3/log.h"

#include <array>
#include <utility>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptTapPortNetDevice");
NS_OBJECT_ENSURE_REGISTERED(TapPortNetDevice);

TypeId
TapPortNetDevice::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::TapPortNetDevice")
            .SetParent<CsmaNetDevice>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<TapPortNetDevice>()
            .AddAttribute("MaxLateness",
                          "A frame that enters or leaves the model when its clock is further "
                          "behind the wall clock is dropped",
                          TimeValue(MilliSeconds(50)),
                          MakeTimeAccessor(&TapPortNetDevice::m_maxLateness),
                          MakeTimeChecker(MicroSeconds(1)));
    return tid;
}

TapPortNetDevice::TapPortNetDevice()
    : m_port(std::make_shared<EmulationPort>(""))
{
    NS_LOG_FUNCTION(this);
}

TapPortNetDevice::~TapPortNetDevice()
{
    NS_LOG_FUNCTION(this);
}

void
TapPortNetDevice::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_tapBridge.Nullify();
    CsmaNetDevice::DoDispose();
}

void
TapPortNetDevice::SetPort(std::shared_ptr<EmulationPort> port)
{
    NS_LOG_FUNCTION(this << port->GetName());
    m_port = std::move(port);
}

bool
TapPortNetDevice::Admit(Ptr<Packet> packet, uint16_t protocolNumber)
{
    std::array<uint8_t, EMULATED_FRAME_HEAD> head;
    const uint32_t available = packet->CopyData(head.data(), head.size());
    auto reason = FindFault(protocolNumber, head.data(), available, packet->GetSize());
    if (reason == EmulationDrop::NONE && packet->GetSize() > GetMtu())
    {
        reason = EmulationDrop::TOO_LONG;
    }
    if (reason == EmulationDrop::NONE && RealtimeMonitor::GetLateness() > m_maxLateness)
    {
        reason = EmulationDrop::LATE_IN;
    }
    if (reason != EmulationDrop::NONE)
    {
        m_port->CountDrop(reason);
        return false;
    }
    ++m_port->m_received;
    return true;
}

bool
TapPortNetDevice::Send(Ptr<Packet> packet, const Address& dest, uint16_t protocolNumber)
{
    // CsmaNetDevice::Send comes to SendFrom
    return SendFrom(packet, GetAddress(), dest, protocolNumber);
}

bool
TapPortNetDevice::SendFrom(Ptr<Packet> packet,
                           const Address& source,
                           const Address& dest,
                           uint16_t protocolNumber)
{
    NS_LOG_FUNCTION(this << packet << source << dest << protocolNumber);
    if (!Admit(packet, protocolNumber))
    {
        return false;
    }
    if (!CsmaNetDevice::SendFrom(packet, source, dest, protocolNumber))
    {
        m_port->CountDrop(EmulationDrop::QUEUE_FULL);
        return false;
    }
    return true;
}

void
TapPortNetDevice::SetPromiscReceiveCallback(NetDevice::PromiscReceiveCallback cb)
{
    m_tapBridge = cb;
    CsmaNetDevice::SetPromiscReceiveCallback(MakeCallback(&TapPortNetDevice::PromiscReceive, this));
}

bool
TapPortNetDevice::PromiscReceive(Ptr<NetDevice> device,
                                 Ptr<const Packet> packet,
                                 uint16_t protocol,
                                 const Address& source,
                                 const Address& destination,
                                 PacketType type)
{
    if (RealtimeMonitor::GetLateness() > m_maxLateness)
    {
        m_port->CountDrop(EmulationDrop::LATE_OUT);
        return false;
    }
    ++m_port->m_sent;
    return m_tapBridge(device, packet, protocol, source, destination, type);
}

} // namespace gipt
} // namespace ns3
