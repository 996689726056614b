/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_GRAPH_ROUTING_HELPER_H
#define GIPT_GRAPH_ROUTING_HELPER_H

#include "ns3/graph-routing.h"
#include "ns3/ipv4-routing-helper.h"
#include "ns3/node-container.h"
#include "ns3/object-factory.h"
#include "ns3/ptr.h"
#include "ns3/routing-graph.h"

#include <cstdint>
#include <string>

namespace ns3
{

class AttributeValue;

namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Gives nodes a GraphRouting, all on one graph.
 *
 * With InternetStackHelper::SetRoutingHelper, alone or within an Ipv4ListRoutingHelper; or by
 * Install for nodes that have their stack already. Links are found as interfaces come up.
 */
class GraphRoutingHelper : public Ipv4RoutingHelper
{
  public:
    /** Priority of GraphRouting in a list: before static and global routing. */
    static constexpr int16_t PRIORITY = 10;

    GraphRoutingHelper();

    /**
     * @brief Use a graph that is there.
     * @param graph the graph
     */
    explicit GraphRoutingHelper(Ptr<RoutingGraph> graph);

    /**
     * @brief Set an attribute of each GraphRouting.
     * @param name of the attribute
     * @param value its value
     */
    void SetAttribute(const std::string& name, const AttributeValue& value);

    /**
     * @brief The graph, whose attributes set how routes are found.
     * @return the graph of all nodes
     */
    Ptr<RoutingGraph> GetGraph() const;

    // from Ipv4RoutingHelper
    GraphRoutingHelper* Copy() const override;
    Ptr<Ipv4RoutingProtocol> Create(Ptr<Node> node) const override;

    /**
     * @brief Give nodes that have an Internet stack with Ipv4ListRouting a GraphRouting too.
     * @param nodes the nodes
     * @param priority among the protocols of the list
     */
    void Install(NodeContainer nodes, int16_t priority = PRIORITY) const;

    /**
     * @brief Find the GraphRouting of a node.
     * @param node the node
     * @return it, null when there is none
     */
    static Ptr<GraphRouting> GetGraphRouting(Ptr<Node> node);

    /**
     * @brief Assign a fixed random variable stream number to the graph.
     * @param stream first stream index to use
     * @return the number of streams used
     */
    int64_t AssignStreams(int64_t stream);

  private:
    ObjectFactory m_factory;   ///< of GraphRouting
    Ptr<RoutingGraph> m_graph; ///< of all nodes
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_GRAPH_ROUTING_HELPER_H
