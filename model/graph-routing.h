/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_GRAPH_ROUTING_H
#define GIPT_GRAPH_ROUTING_H

#include "ns3-release.h"
#include "routing-graph.h"

#include "ns3/ipv4-header.h"
#include "ns3/ipv4-routing-protocol.h"
#include "ns3/ipv4.h"
#include "ns3/ptr.h"

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief A router's routing protocol: routes are those of the RoutingGraph it shares with others.
 *
 * It knows the networks of its own interfaces, the networks announced in the graph, and nothing
 * else: multicast, broadcasts and what it has no route for are left to the other protocols of an
 * Ipv4ListRouting. It can also be a node's only routing protocol.
 *
 * The cost of a packet does not depend on the size of the graph: it is a search in two tables by
 * prefix and a look at the tree.
 */
class GraphRouting : public Ipv4RoutingProtocol
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    GraphRouting();
    ~GraphRouting() override;

    /**
     * @brief Set the graph. Before the protocol is given to a node.
     * @param graph the graph
     */
    void SetGraph(Ptr<RoutingGraph> graph);

    /**
     * @brief The graph.
     * @return the graph
     */
    Ptr<RoutingGraph> GetGraph() const;

    /**
     * @brief Hash of a packet's flow: protocol, addresses, and the ports of TCP, UDP, DCCP and SCTP
     * unless it is a fragment.
     * @param packet what follows the header
     * @param header the header
     * @return the hash, the same on every host
     */
    static uint32_t HashFlow(Ptr<const Packet> packet, const Ipv4Header& header);

    // from Ipv4RoutingProtocol
    Ptr<Ipv4Route> RouteOutput(Ptr<Packet> packet,
                               const Ipv4Header& header,
                               Ptr<NetDevice> oif,
                               Socket::SocketErrno& error) override;
    bool RouteInput(Ptr<const Packet> packet,
                    const Ipv4Header& header,
                    Ptr<const NetDevice> idev,
                    UnicastForwardArgument ucb,
                    MulticastForwardArgument mcb,
                    LocalDeliverArgument lcb,
                    ErrorArgument ecb) override;
    void NotifyInterfaceUp(uint32_t interface) override;
    void NotifyInterfaceDown(uint32_t interface) override;
    void NotifyAddAddress(uint32_t interface, Ipv4InterfaceAddress address) override;
    void NotifyRemoveAddress(uint32_t interface, Ipv4InterfaceAddress address) override;
    void SetIpv4(Ptr<Ipv4> ipv4) override;
    void PrintRoutingTable(Ptr<OutputStreamWrapper> stream,
                           Time::Unit unit = Time::S) const override;

  protected:
    void DoDispose() override;

  private:
    /**
     * @brief Tell the graph of an interface.
     * @param interface the interface
     */
    void TellInterface(uint32_t interface);

    /**
     * @brief Spread by router, so that not all routers choose alike.
     * @param hash of a flow
     * @return hash of the flow at this router
     */
    uint32_t Salt(uint32_t hash) const;

    /**
     * @brief Make a route of ns-3's kind.
     * @param route what the graph says
     * @param destination of the packet
     * @return the route, without a source
     */
    Ptr<Ipv4Route> MakeRoute(const RoutingGraph::Route& route, Ipv4Address destination) const;

    Ptr<RoutingGraph> m_graph;      ///< shared by all routers
    Ptr<Ipv4> m_ipv4;               ///< the node's IPv4
    uint32_t m_index{0};            ///< of the router in the graph
    bool m_announceConnected{true}; ///< announce the networks of the interfaces
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_GRAPH_ROUTING_H
