/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "icmp-probe.h"

#include "health-tunnel.h"
#include "ipip-encapsulation.h"

#include "ns3/icmpv4.h"
#include "ns3/inet-socket-address.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv4-raw-socket-factory.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/socket.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptIcmpProbe");
NS_OBJECT_ENSURE_REGISTERED(IcmpProbe);

TypeId
IcmpProbe::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::IcmpProbe")
                            .SetParent<HealthProbe>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<IcmpProbe>()
                            .AddAttribute("Size",
                                          "Data in an echo request (octets); 56 is ping's",
                                          UintegerValue(56),
                                          MakeUintegerAccessor(&IcmpProbe::m_size),
                                          MakeUintegerChecker<uint32_t>(0, 1400));
    return tid;
}

bool
IcmpProbe::UsesPort() const
{
    return false;
}

void
IcmpProbe::DoDispose()
{
    NS_LOG_FUNCTION(this);
    HealthProbe::DoDispose();
    if (m_socket)
    {
        m_socket->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
        m_socket->Close();
        m_socket = nullptr;
    }
}

void
IcmpProbe::MakeRawSocket()
{
    m_socket = Socket::CreateSocket(GetTarget().node, Ipv4RawSocketFactory::GetTypeId());
    m_socket->SetAttribute("Protocol", UintegerValue(IP_PROTOCOL_ICMP));
    // A set bit shuts out a type: nothing but echo replies.
    m_socket->SetAttribute("IcmpFilter", UintegerValue(~(1U << Icmpv4Header::ICMPV4_ECHO_REPLY)));
    m_socket->Connect(InetSocketAddress(GetTarget().address, 0));
    m_socket->SetRecvCallback(MakeCallback(&IcmpProbe::ReceiveRaw, this));
}

void
IcmpProbe::DoStart()
{
    NS_LOG_FUNCTION(this);
    const auto& target = GetTarget();
    m_identifier = target.tunnel ? target.tunnel->MakeIdentifier() : target.identifier;
    Icmpv4Echo echo;
    echo.SetIdentifier(m_identifier);
    echo.SetSequenceNumber(++m_sequence);
    echo.SetData(Create<Packet>(m_size));
    Icmpv4Header header;
    header.SetType(Icmpv4Header::ICMPV4_ECHO);
    if (Node::ChecksumEnabled())
    {
        header.EnableChecksum();
    }
    const auto packet = Create<Packet>();
    packet->AddHeader(echo);
    packet->AddHeader(header);
    if (target.tunnel)
    {
        m_echoTunnel = target.tunnel;
        m_echoTunnel->Open(IP_PROTOCOL_ICMP,
                           m_identifier,
                           target.address,
                           0,
                           target.server,
                           MakeCallback(&IcmpProbe::ReceiveEcho, this));
        m_echoTunnel->SendIcmp(packet, target.address);
        return;
    }
    if (!m_socket)
    {
        MakeRawSocket();
    }
    // Without a route nothing is sent: the same as no answer.
    m_socket->SendTo(packet, 0, InetSocketAddress(target.address, 0));
}

void
IcmpProbe::DoRelease()
{
    if (m_echoTunnel)
    {
        m_echoTunnel->Close(IP_PROTOCOL_ICMP, m_identifier);
        m_echoTunnel = nullptr;
    }
}

void
IcmpProbe::ReceiveRaw(Ptr<Socket> socket)
{
    while (const Ptr<Packet> packet = socket->Recv())
    {
        Ipv4Header header;
        packet->RemoveHeader(header);
        if (!GetTarget().tunnel && header.GetSource() == GetTarget().address)
        {
            ReceiveEcho(packet);
        }
    }
}

void
IcmpProbe::ReceiveEcho(Ptr<const Packet> packet)
{
    NS_LOG_FUNCTION(this << packet);
    // type, code, checksum, identifier, sequence number
    uint8_t icmp[8];
    if (packet->CopyData(icmp, sizeof(icmp)) == sizeof(icmp) && icmp[0] == 0 && icmp[1] == 0 &&
        (icmp[4] << 8 | icmp[5]) == m_identifier && (icmp[6] << 8 | icmp[7]) == m_sequence)
    {
        Finish(true);
    }
}

} // namespace gipt
} // namespace ns3
