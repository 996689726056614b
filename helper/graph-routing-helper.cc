/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "graph-routing-helper.h"

#include "ns3/abort.h"
#include "ns3/ipv4-list-routing.h"
#include "ns3/ipv4.h"
#include "ns3/log.h"
#include "ns3/node.h"

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptGraphRoutingHelper");

GraphRoutingHelper::GraphRoutingHelper()
    : GraphRoutingHelper(CreateObject<RoutingGraph>())
{
}

GraphRoutingHelper::GraphRoutingHelper(Ptr<RoutingGraph> graph)
    : m_graph(graph)
{
    m_factory.SetTypeId(GraphRouting::GetTypeId());
}

void
GraphRoutingHelper::SetAttribute(const std::string& name, const AttributeValue& value)
{
    m_factory.Set(name, value);
}

Ptr<RoutingGraph>
GraphRoutingHelper::GetGraph() const
{
    return m_graph;
}

GraphRoutingHelper*
GraphRoutingHelper::Copy() const
{
    return new GraphRoutingHelper(*this);
}

Ptr<Ipv4RoutingProtocol>
GraphRoutingHelper::Create(Ptr<Node> node) const
{
    Ptr<GraphRouting> routing = m_factory.Create<GraphRouting>();
    routing->SetGraph(m_graph);
    return routing;
}

void
GraphRoutingHelper::Install(NodeContainer nodes, int16_t priority) const
{
    NS_LOG_FUNCTION(this << priority);
    for (uint32_t i = 0; i < nodes.GetN(); i++)
    {
        Ptr<Node> node = nodes.Get(i);
        auto list = DynamicCast<Ipv4ListRouting>(node->GetObject<Ipv4>()->GetRoutingProtocol());
        NS_ABORT_MSG_UNLESS(list, "Node " << node->GetId() << " has no Ipv4ListRouting");
        list->AddRoutingProtocol(Create(node), priority);
    }
}

Ptr<GraphRouting>
GraphRoutingHelper::GetGraphRouting(Ptr<Node> node)
{
    return GetRouting<GraphRouting>(node->GetObject<Ipv4>()->GetRoutingProtocol());
}

int64_t
GraphRoutingHelper::AssignStreams(int64_t stream)
{
    return m_graph->AssignStreams(stream);
}

} // namespace gipt
} // namespace ns3
