/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "director-net-device.h"

#include "ns3/log.h"

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptDirectorNetDevice");
NS_OBJECT_ENSURE_REGISTERED(DirectorNetDevice);

TypeId
DirectorNetDevice::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::DirectorNetDevice")
            .SetParent<VirtualNetDevice>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<DirectorNetDevice>()
            .AddTraceSource("TxDrop",
                            "A packet was sent to the device, which leads nowhere",
                            MakeTraceSourceAccessor(&DirectorNetDevice::m_txDropTrace),
                            "ns3::Packet::TracedCallback");
    return tid;
}

DirectorNetDevice::DirectorNetDevice()
{
    NS_LOG_FUNCTION(this);
    // global routing asks a point-to-point device for the other end of its channel
    SetIsPointToPoint(false);
    SetSendCallback(MakeCallback(&DirectorNetDevice::Sink, this));
}

bool
DirectorNetDevice::Sink(Ptr<Packet> packet,
                        const Address& source,
                        const Address& destination,
                        uint16_t protocol)
{
    NS_LOG_FUNCTION(this << packet << source << destination << protocol);
    m_txDropTrace(packet);
    return true;
}

} // namespace gipt
} // namespace ns3
