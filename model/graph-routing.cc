/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "graph-routing.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/ipv4-route.h"
#include "ns3/log.h"
#include "ns3/names.h"
#include "ns3/node.h"
#include "ns3/output-stream-wrapper.h"
#include "ns3/packet.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptGraphRouting");
NS_OBJECT_ENSURE_REGISTERED(GraphRouting);

namespace
{

/// Octets of the ports at the beginning of a transport header.
constexpr uint32_t PORTS_SIZE = 4;

/**
 * @brief Whether a protocol's header begins with its ports.
 * @param protocol number of the protocol
 * @return true for TCP, UDP, DCCP and SCTP
 */
bool
HasPorts(uint8_t protocol)
{
    return protocol == 6 || protocol == 17 || protocol == 33 || protocol == 132;
}

/**
 * @brief Mix the bits of a number so that each one changes about half of the result's (the
 * finalizer of splitmix64: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators").
 * @param bits the number
 * @return the mixed one
 */
uint64_t
Mix(uint64_t bits)
{
    bits = (bits ^ bits >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ bits >> 27) * UINT64_C(0x94d049bb133111eb);
    return bits ^ bits >> 31;
}

} // namespace

TypeId
GraphRouting::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::GraphRouting")
            .SetParent<Ipv4RoutingProtocol>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<GraphRouting>()
            .AddAttribute("AnnounceConnected",
                          "Announce the networks of the router's interfaces in the graph",
                          BooleanValue(true),
                          MakeBooleanAccessor(&GraphRouting::m_announceConnected),
                          MakeBooleanChecker());
    return tid;
}

GraphRouting::GraphRouting()
{
    NS_LOG_FUNCTION(this);
}

GraphRouting::~GraphRouting()
{
    NS_LOG_FUNCTION(this);
}

void
GraphRouting::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_graph = nullptr;
    m_ipv4 = nullptr;
    Ipv4RoutingProtocol::DoDispose();
}

void
GraphRouting::SetGraph(Ptr<RoutingGraph> graph)
{
    NS_LOG_FUNCTION(this << graph);
    NS_ABORT_MSG_IF(m_ipv4, "A router's graph is set before it is a node's");
    m_graph = graph;
}

Ptr<RoutingGraph>
GraphRouting::GetGraph() const
{
    return m_graph;
}

void
GraphRouting::SetIpv4(Ptr<Ipv4> ipv4)
{
    NS_LOG_FUNCTION(this << ipv4);
    NS_ABORT_MSG_UNLESS(m_graph, "A GraphRouting has no graph: GraphRoutingHelper sets it");
    m_ipv4 = ipv4;
    m_index = m_graph->AddRouter(ipv4->GetObject<Node>());
    for (uint32_t interface = 0; interface < ipv4->GetNInterfaces(); interface++)
    {
        TellInterface(interface);
    }
}

void
GraphRouting::TellInterface(uint32_t interface)
{
    m_graph->SetInterface(m_index, interface, m_ipv4->IsUp(interface), m_announceConnected);
}

void
GraphRouting::NotifyInterfaceUp(uint32_t interface)
{
    NS_LOG_FUNCTION(this << interface);
    TellInterface(interface);
}

void
GraphRouting::NotifyInterfaceDown(uint32_t interface)
{
    NS_LOG_FUNCTION(this << interface);
    TellInterface(interface);
}

void
GraphRouting::NotifyAddAddress(uint32_t interface, Ipv4InterfaceAddress address)
{
    NS_LOG_FUNCTION(this << interface << address);
    TellInterface(interface);
}

void
GraphRouting::NotifyRemoveAddress(uint32_t interface, Ipv4InterfaceAddress address)
{
    NS_LOG_FUNCTION(this << interface << address);
    TellInterface(interface);
}

uint32_t
GraphRouting::HashFlow(Ptr<const Packet> packet, const Ipv4Header& header)
{
    uint64_t hash = Mix(uint64_t(header.GetSource().Get()) << 32 | header.GetDestination().Get());
    uint8_t ports[PORTS_SIZE] = {};
    if (HasPorts(header.GetProtocol()) && header.IsLastFragment() &&
        header.GetFragmentOffset() == 0)
    {
        packet->CopyData(ports, PORTS_SIZE);
    }
    hash ^= uint64_t(header.GetProtocol()) << 32 | uint64_t(ports[0]) << 24 |
            uint64_t(ports[1]) << 16 | uint64_t(ports[2]) << 8 | ports[3];
    return Mix(hash) >> 32;
}

uint32_t
GraphRouting::Salt(uint32_t hash) const
{
    return Mix(uint64_t(m_index + 1) << 32 | hash) >> 32;
}

Ptr<Ipv4Route>
GraphRouting::MakeRoute(const RoutingGraph::Route& route, Ipv4Address destination) const
{
    Ptr<Ipv4Route> result = Create<Ipv4Route>();
    result->SetDestination(destination);
    result->SetGateway(route.gateway);
    result->SetOutputDevice(m_ipv4->GetNetDevice(route.interface));
    return result;
}

Ptr<Ipv4Route>
GraphRouting::RouteOutput(Ptr<Packet> packet,
                          const Ipv4Header& header,
                          Ptr<NetDevice> oif,
                          Socket::SocketErrno& error)
{
    NS_LOG_FUNCTION(this << header.GetDestination() << oif);
    const Ipv4Address destination = header.GetDestination();
    error = Socket::ERROR_NOROUTETOHOST;
    if (destination.IsMulticast() || destination.IsBroadcast())
    {
        return nullptr;
    }
    // A socket asks before it has filled in source and ports, and would be told another way then.
    const uint32_t flow = m_graph->IsEcmp() ? Salt(Mix(destination.Get()) >> 32) : 0;
    const RoutingGraph::Route route = m_graph->Lookup(m_index, destination, flow);
    if (!route.found || (oif && oif != m_ipv4->GetNetDevice(route.interface)))
    {
        return nullptr;
    }
    error = Socket::ERROR_NOTERROR;
    Ptr<Ipv4Route> result = MakeRoute(route, destination);
    result->SetSource(m_ipv4->SourceAddressSelection(route.interface, destination));
    return result;
}

bool
GraphRouting::RouteInput(Ptr<const Packet> packet,
                         const Ipv4Header& header,
                         Ptr<const NetDevice> idev,
                         UnicastForwardArgument ucb,
                         MulticastForwardArgument mcb,
                         LocalDeliverArgument lcb,
                         ErrorArgument ecb)
{
    NS_LOG_FUNCTION(this << header.GetDestination() << idev);
    const Ipv4Address destination = header.GetDestination();
    const uint32_t interface = m_ipv4->GetInterfaceForDevice(idev);
    RoutingGraph::Route route;
    if (!destination.IsMulticast() && !destination.IsBroadcast())
    {
        const uint32_t flow = m_graph->IsEcmp() ? Salt(HashFlow(packet, header)) : 0;
        route = m_graph->Lookup(m_index, destination, flow);
    }
    // An address of the node is on a network of its own: no need to look when a link is the way.
    if (route.link == RoutingGraph::NO_LINK && m_ipv4->IsDestinationAddress(destination, interface))
    {
        if (lcb.IsNull())
        {
            return false;
        }
        lcb(packet, header, interface);
        return true;
    }
    if (!m_ipv4->IsForwarding(interface))
    {
        ecb(packet, header, Socket::ERROR_NOROUTETOHOST);
        return true;
    }
    if (!route.found)
    {
        return false;
    }
    ucb(MakeRoute(route, destination), packet, header);
    return true;
}

void
GraphRouting::PrintRoutingTable(Ptr<OutputStreamWrapper> stream, Time::Unit unit) const
{
    std::ostream& out = *stream->GetStream();
    Ptr<Node> node = m_ipv4->GetObject<Node>();
    const std::string name = Names::FindName(node);
    out << "Node: " << (name.empty() ? std::to_string(node->GetId()) : name)
        << ", Time: " << Simulator::Now().As(unit) << ", GraphRouting table\n";
    m_graph->Print(m_index, out);
    out << "\n";
}

} // namespace gipt
} // namespace ns3
