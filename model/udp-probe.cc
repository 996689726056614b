/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "udp-probe.h"

#include "ipip-encapsulation.h"

#include "ns3/boolean.h"
#include "ns3/callback.h"
#include "ns3/inet-socket-address.h"
#include "ns3/log.h"
#include "ns3/packet.h"
#include "ns3/socket.h"
#include "ns3/string.h"
#include "ns3/udp-socket-factory.h"

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptUdpProbe");
NS_OBJECT_ENSURE_REGISTERED(UdpProbe);

TypeId
UdpProbe::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::UdpProbe")
            .SetParent<HealthProbe>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<UdpProbe>()
            .AddAttribute("Payload",
                          "What the datagram says",
                          StringValue("health"),
                          MakeStringAccessor(&UdpProbe::m_payload),
                          MakeStringChecker())
            .AddAttribute("Answer",
                          "What a living server answers; empty: anything",
                          StringValue(""),
                          MakeStringAccessor(&UdpProbe::m_answer),
                          MakeStringChecker())
            .AddAttribute("RequireReply",
                          "Silence is a failure; false: only an ICMP destination unreachable is",
                          BooleanValue(true),
                          MakeBooleanAccessor(&UdpProbe::m_requireReply),
                          MakeBooleanChecker());
    return tid;
}

void
UdpProbe::DoStart()
{
    NS_LOG_FUNCTION(this);
    m_socket = MakeSocket(UdpSocketFactory::GetTypeId(), IP_PROTOCOL_UDP);
    m_socket->SetRecvCallback(MakeCallback(&UdpProbe::HandleReceive, this));
    m_socket->SetAttribute("IcmpCallback",
                           CallbackValue(MakeCallback(&UdpProbe::HandleIcmp, this)));
    // Without a route nothing is sent: the same as no answer.
    m_socket->SendTo(Create<Packet>(reinterpret_cast<const uint8_t*>(m_payload.data()),
                                    static_cast<uint32_t>(m_payload.size())),
                     0,
                     InetSocketAddress(GetTarget().address, GetTarget().port));
}

void
UdpProbe::DoRelease()
{
    if (m_socket)
    {
        m_socket->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
        m_socket->Close();
        m_socket = nullptr;
    }
}

bool
UdpProbe::JudgeSilence() const
{
    return !m_requireReply;
}

void
UdpProbe::HandleReceive(Ptr<Socket> socket)
{
    NS_LOG_FUNCTION(this << socket);
    Address from;
    while (const Ptr<Packet> packet = socket->RecvFrom(from))
    {
        const auto sender = InetSocketAddress::ConvertFrom(from);
        std::string octets(packet->GetSize(), 0);
        if (!octets.empty())
        {
            packet->CopyData(reinterpret_cast<uint8_t*>(&octets[0]),
                             static_cast<uint32_t>(octets.size()));
        }
        if (sender.GetIpv4() == GetTarget().address && sender.GetPort() == GetTarget().port &&
            (m_answer.empty() || octets == m_answer))
        {
            FinishSoon(true);
        }
    }
}

void
UdpProbe::HandleIcmp(Ipv4Address source, uint8_t ttl, uint8_t type, uint8_t code, uint32_t info)
{
    NS_LOG_FUNCTION(this << source << +type << +code);
    constexpr uint8_t UNREACHABLE = 3; // RFC 792
    if (type == UNREACHABLE)
    {
        FinishSoon(false);
    }
}

} // namespace gipt
} // namespace ns3
