/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "health-tunnel.h"

#include "director.h"
#include "ipip-encapsulation.h"

#include "ns3/ipv4-l3-protocol.h"
#include "ns3/log.h"
#include "ns3/mac48-address.h"
#include "ns3/node.h"

#include <array>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptHealthTunnel");
NS_OBJECT_ENSURE_REGISTERED(HealthTunnel);

namespace
{

constexpr uint8_t ECHO_REPLY = 0;        ///< ICMP type, RFC 792
constexpr uint8_t UNREACHABLE = 3;       ///< ICMP type, RFC 792
constexpr uint32_t ICMP_HEADER_SIZE = 8; ///< octets

/**
 * @brief Two octets as a number.
 * @param octets the first one
 * @return the number
 */
uint16_t
Read16(const uint8_t* octets)
{
    return static_cast<uint16_t>(octets[0] << 8 | octets[1]);
}

} // namespace

TypeId
HealthTunnel::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::HealthTunnel")
            .SetParent<VirtualNetDevice>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<HealthTunnel>()
            .AddTraceSource("Probe",
                            "A probe's packet goes into the tunnel: outer header, inner packet",
                            MakeTraceSourceAccessor(&HealthTunnel::m_probeTrace),
                            "ns3::gipt::HealthTunnel::ProbeTracedCallback");
    return tid;
}

HealthTunnel::HealthTunnel()
{
    NS_LOG_FUNCTION(this);
    SetIsPointToPoint(false); // as DirectorNetDevice
    SetMtu(1500 - IPV4_HEADER_SIZE);
    SetSendCallback(MakeCallback(&HealthTunnel::Transmit, this));
}

void
HealthTunnel::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_flows.clear();
    m_ipv4 = nullptr;
    m_routing = nullptr;
    VirtualNetDevice::DoDispose();
}

Ptr<HealthTunnel>
HealthTunnel::Get(Ptr<Director> director)
{
    const auto routing = director->GetRouting();
    NS_ASSERT_MSG(routing, "the director has no service yet");
    if (const auto there = routing->GetHealthTunnel())
    {
        return there;
    }
    const auto node = director->GetNode();
    auto tunnel = CreateObject<HealthTunnel>();
    tunnel->SetAddress(Mac48Address::Allocate());
    node->AddDevice(tunnel);
    tunnel->m_routing = routing;
    tunnel->m_ipv4 = node->GetObject<Ipv4>();
    const uint32_t interface = tunnel->m_ipv4->AddInterface(tunnel);
    tunnel->m_ipv4->SetForwarding(interface, false);
    tunnel->m_ipv4->SetUp(interface);
    routing->SetHealthTunnel(tunnel);
    return tunnel;
}

void
HealthTunnel::SetProbeAddress(Ipv4Address address)
{
    NS_LOG_FUNCTION(this << address);
    m_probeAddress = address;
    if (!address.IsAny() && !m_routing->IsLocal(address))
    {
        m_ipv4->AddAddress(m_ipv4->GetInterfaceForDevice(this),
                           Ipv4InterfaceAddress(address, Ipv4Mask::GetOnes()));
    }
}

void
HealthTunnel::Open(uint8_t protocol,
                   uint16_t port,
                   Ipv4Address vip,
                   uint16_t vipPort,
                   Ipv4Address server,
                   EchoCallback echo)
{
    NS_LOG_FUNCTION(this << +protocol << port << vip << vipPort << server);
    m_flows[{protocol, port}] = {vip, vipPort, server, echo};
    m_source = m_probeAddress;
    if (m_source.IsAny())
    {
        Ipv4Header outer;
        outer.SetDestination(server);
        Socket::SocketErrno error;
        if (const auto route = m_routing->RouteOutput(nullptr, outer, nullptr, error))
        {
            m_source = route->GetSource();
        }
    }
}

void
HealthTunnel::Close(uint8_t protocol, uint16_t port)
{
    NS_LOG_FUNCTION(this << +protocol << port);
    m_flows.erase({protocol, port});
}

Ptr<Ipv4Route>
HealthTunnel::GetRoute(Ipv4Address destination)
{
    auto route = Create<Ipv4Route>();
    route->SetDestination(destination);
    route->SetSource(m_source);
    route->SetGateway(Ipv4Address::GetAny());
    route->SetOutputDevice(this);
    return route;
}

void
HealthTunnel::SendIcmp(Ptr<Packet> packet, Ipv4Address vip)
{
    NS_LOG_FUNCTION(this << packet << vip);
    m_ipv4->Send(packet, m_source, vip, IP_PROTOCOL_ICMP, GetRoute(vip));
}

bool
HealthTunnel::Transmit(Ptr<Packet> packet,
                       const Address& source,
                       const Address& destination,
                       uint16_t protocol)
{
    NS_LOG_FUNCTION(this << packet << source << destination << protocol);
    Ipv4Header inner;
    if (protocol != Ipv4L3Protocol::PROT_NUMBER || packet->PeekHeader(inner) == 0)
    {
        return false;
    }
    // The identifier of an echo request is where its probe's port would be two words earlier.
    std::array<uint8_t, IPV4_HEADER_SIZE + ICMP_HEADER_SIZE> octets{};
    packet->CopyData(octets.data(), octets.size());
    const uint8_t* own = &octets[IPV4_HEADER_SIZE];
    const uint16_t port = Read16(inner.GetProtocol() == IP_PROTOCOL_ICMP ? own + 4 : own);
    const auto flow = m_flows.find({inner.GetProtocol(), port});
    if (flow == m_flows.end())
    {
        return false; // what a socket still sends after its probe
    }
    Ipv4Header target;
    target.SetDestination(flow->second.server);
    Socket::SocketErrno error;
    const auto route = m_routing->RouteOutput(packet, target, nullptr, error);
    if (!route)
    {
        return false;
    }
    const auto outer = MakeOuterHeader(inner,
                                       packet->GetSize(),
                                       route->GetSource(),
                                       flow->second.server,
                                       true,
                                       m_outerIdentification);
    m_outerIdentification += !outer.IsDontFragment();
    const auto content = packet->Copy();
    content->RemoveAllPacketTags(); // they would speak of the inner packet
    m_probeTrace(outer, content);
    const auto ipv4 = DynamicCast<Ipv4L3Protocol>(m_ipv4);
    for (auto& [header, part] : FragmentIpv4(outer, content, route->GetOutputDevice()->GetMtu()))
    {
        ipv4->SendWithHeader(part, header, route);
    }
    return true;
}

const HealthTunnel::Flow*
HealthTunnel::Find(Ptr<const Packet> packet, const Ipv4Header& header) const
{
    TransportHeader transport;
    const uint8_t protocol = header.GetProtocol();
    if (header.GetFragmentOffset() != 0 || !header.IsLastFragment() ||
        packet->GetSize() < header.GetPayloadSize() ||
        !ReadTransportHeader(protocol, *packet, 0, transport))
    {
        return nullptr;
    }
    Ipv4Address vip = header.GetSource();
    uint16_t vipPort = transport.sourcePort;
    FlowKey key{protocol, transport.destinationPort};
    if (protocol == IP_PROTOCOL_ICMP)
    {
        std::array<uint8_t, ICMP_HEADER_SIZE + IPV4_HEADER_SIZE + 4> octets{};
        packet->CopyData(octets.data(), octets.size());
        if (octets[0] == ECHO_REPLY)
        {
            key.second = Read16(&octets[4]);
            vipPort = 0;
        }
        else if (octets[0] == UNREACHABLE && octets[ICMP_HEADER_SIZE] == 0x45)
        {
            // the quoted packet is the probe's own, source and destination as it sent it
            const uint8_t* quoted = &octets[ICMP_HEADER_SIZE];
            vip = Ipv4Address::Deserialize(quoted + 16);
            key = {quoted[9], Read16(quoted + IPV4_HEADER_SIZE)};
            vipPort = Read16(quoted + IPV4_HEADER_SIZE + 2);
        }
        else
        {
            return nullptr;
        }
    }
    const auto flow = m_flows.find(key);
    const bool isIt = flow != m_flows.end() && flow->second.vip == vip &&
                      (flow->second.vipPort == vipPort || key.first == IP_PROTOCOL_ICMP);
    return isIt ? &flow->second : nullptr;
}

bool
HealthTunnel::Receive(Ptr<const Packet> packet,
                      const Ipv4Header& header,
                      const Ipv4RoutingProtocol::LocalDeliverCallback& deliver)
{
    const Flow* flow = m_flows.empty() || !m_routing->IsLocal(header.GetDestination())
                           ? nullptr
                           : Find(packet, header);
    if (!flow)
    {
        return false;
    }
    NS_LOG_LOGIC("answer to a probe of " << flow->server);
    if (!flow->echo.IsNull())
    {
        const auto echo = flow->echo; // the probe may close itself
        echo(packet);
        return true;
    }
    deliver(packet, header, m_ipv4->GetInterfaceForDevice(this));
    return true;
}

} // namespace gipt
} // namespace ns3
