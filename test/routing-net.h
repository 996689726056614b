/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_ROUTING_NET_H
#define GIPT_ROUTING_NET_H

#include "ns3/graph-routing-helper.h"
#include "ns3/ipv4-address.h"
#include "ns3/net-device-container.h"
#include "ns3/node-container.h"
#include "ns3/nstime.h"
#include "ns3/random-variable-stream.h"
#include "ns3/routing-graph.h"
#include "ns3/site-graph.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Networks for the tests of routing.
 */

namespace ns3
{
namespace gipt
{
namespace tests
{

/**
 * @brief A source of random numbers.
 * @param stream its number
 * @return the source
 */
Ptr<UniformRandomVariable> MakeRandom(int64_t stream);

/**
 * @brief Make a random graph with many ties.
 * @param random source of random numbers
 * @param cities how many cities
 * @param links how many links, some of them parallel
 * @return the graph
 */
SiteGraph MakeGraph(Ptr<UniformRandomVariable> random, uint32_t cities, uint32_t links);

/// A network of routers for tests, each with the address 192.168.0.(index + 1) on its loopback.
class RoutingNet
{
  public:
    /**
     * @param count number of routers
     * @param withStatic whether they have static routes too
     */
    explicit RoutingNet(uint32_t count, bool withStatic = false);

    /**
     * @brief The address of a router.
     * @param router its index
     * @return the address on its loopback interface
     */
    static Ipv4Address GetAddress(uint32_t router)
    {
        return Ipv4Address(0xc0a80001 + router);
    }

    /**
     * @brief Connect two routers.
     * @param a a router
     * @param b another
     * @param delay of the channel
     * @param costA metric of the first's interface
     * @param costB metric of the second's interface
     * @return index of the link
     */
    uint32_t Connect(uint32_t a, uint32_t b, Time delay, uint16_t costA = 1, uint16_t costB = 1);

    /**
     * @brief Take the ends of a link down, or up.
     * @param link its index
     * @param up whether up
     * @param ends how many of them
     */
    void SetLink(uint32_t link, bool up, uint32_t ends = 2);

    /**
     * @brief The way packets would go now.
     * @param router where it begins
     * @param destination where it leads
     * @param flow hash of their flow
     * @return the routers' indices, and "nowhere" or "round" when it does not arrive
     */
    std::string Way(uint32_t router, Ipv4Address destination, uint32_t flow = 0);

    /**
     * @brief The graph.
     * @return the graph of all routers
     */
    Ptr<RoutingGraph> GetGraph() const;

    /**
     * @brief Send a packet of protocol 253, which nobody knows, from a router's loopback address.
     * @param router where it begins
     * @param destination where it leads
     */
    void Send(uint32_t router, Ipv4Address destination);

    NodeContainer nodes;                     ///< the routers
    GraphRoutingHelper helper;               ///< their routes
    std::vector<NetDeviceContainer> devices; ///< by link
};

} // namespace tests
} // namespace gipt
} // namespace ns3

#endif // GIPT_ROUTING_NET_H
