/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup global-ip-tunneling
 * Routes in square grids of routers, whose links have random delays and costs.
 *
 * Without --packets it measures time, and prints JSON: GraphRouting for 10,000 routers, from nodes
 * that have their addresses to the route of every router to 100 destinations, against ns-3's
 * Ipv4GlobalRoutingHelper::PopulateRoutingTables for 400. With --packets it sends packets through a
 * grid of --routers, one at a time, each to a router at most four rows and four columns away, for
 * callgrind to count: bench.py lets it count within SendPackets alone.
 */

#include "ns3/command-line.h"
#include "ns3/graph-routing-helper.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-global-routing-helper.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-list-routing-helper.h"
#include "ns3/packet.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/random-variable-stream.h"
#include "ns3/simulator.h"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

constexpr uint32_t OUR_ROUTERS = 10000;      //!< routed by GraphRouting
constexpr uint32_t OUR_DESTINATIONS = 100;   //!< routers that all others ask the way to
constexpr uint32_t THEIR_ROUTERS = 400;      //!< routed by global routing
constexpr uint32_t PACKET_DESTINATIONS = 30; //!< routers that packets are sent to
constexpr uint8_t EXPERIMENT = 253;          //!< protocol number for experiments (RFC 3692)
constexpr uint32_t REACH = 4;                //!< rows and columns a packet goes at most

/**
 * @brief Make a square grid of routers with addresses and no routes.
 * @param side routers in a row
 * @param helper of their routing
 * @return the routers, row by row
 */
NodeContainer
MakeGrid(uint32_t side, const Ipv4RoutingHelper& helper)
{
    NodeContainer nodes(side * side);
    InternetStackHelper stack;
    stack.SetRoutingHelper(helper);
    stack.SetIpv6StackInstall(false);
    stack.Install(nodes);
    Ptr<UniformRandomVariable> random = CreateObject<UniformRandomVariable>();
    random->SetStream(1);
    uint32_t network = 0x0a000000;
    const auto connect = [&](uint32_t a, uint32_t b) {
        PointToPointHelper link;
        link.SetChannelAttribute("Delay", TimeValue(MicroSeconds(random->GetInteger(100, 10000))));
        const uint16_t cost = random->GetInteger(1, 100);
        const NetDeviceContainer devices = link.Install(nodes.Get(a), nodes.Get(b));
        for (uint32_t end : {0, 1})
        {
            Ptr<Ipv4> ipv4 = devices.Get(end)->GetNode()->GetObject<Ipv4>();
            const uint32_t interface = ipv4->AddInterface(devices.Get(end));
            ipv4->AddAddress(
                interface,
                Ipv4InterfaceAddress(Ipv4Address(network + 1 + end), Ipv4Mask(0xfffffffc)));
            ipv4->SetMetric(interface, cost);
            ipv4->SetUp(interface);
        }
        network += 4;
    };
    for (uint32_t i = 0; i < nodes.GetN(); i++)
    {
        if (i % side + 1 < side)
        {
            connect(i, i + 1);
        }
        if (i + side < nodes.GetN())
        {
            connect(i, i + side);
        }
    }
    return nodes;
}

/**
 * @brief An address of a router.
 * @param node the router
 * @return that of its first link
 */
Ipv4Address
GetAddress(Ptr<Node> node)
{
    return node->GetObject<Ipv4>()->GetAddress(1, 0).GetLocal();
}

/**
 * @brief Measure time.
 * @param work what takes it
 * @return seconds
 */
template <typename WORK>
double
Measure(WORK work)
{
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/** Time of our routes, and of ns-3's. */
void
MeasureTime()
{
    uint64_t found = 0;
    NodeContainer nodes = MakeGrid(std::lround(std::sqrt(OUR_ROUTERS)), Ipv4ListRoutingHelper());
    const double ours = Measure([&] {
        GraphRoutingHelper helper;
        helper.Install(nodes);
        for (uint32_t to = 0; to < OUR_ROUTERS; to += OUR_ROUTERS / OUR_DESTINATIONS)
        {
            const Ipv4Address destination = GetAddress(nodes.Get(to));
            for (uint32_t from = 0; from < OUR_ROUTERS; from++)
            {
                found += helper.GetGraph()->GetRoute(nodes.Get(from), destination).found;
            }
        }
    });
    Simulator::Destroy();
    nodes = MakeGrid(std::lround(std::sqrt(THEIR_ROUTERS)), Ipv4GlobalRoutingHelper());
    const double theirs = Measure(&Ipv4GlobalRoutingHelper::PopulateRoutingTables);
    Simulator::Destroy();
    NS_ABORT_MSG_UNLESS(found == uint64_t(OUR_ROUTERS) * OUR_DESTINATIONS, "A route is missing");
    std::cout << "{\"routing_graph_10000_seconds\": " << ours
              << ", \"routing_global_400_seconds\": " << theirs
              << ", \"routing_10000_over_global_400\": " << ours / theirs << "}" << std::endl;
}

/// Packets and hops, as the routers saw them
struct
{
    uint64_t delivered{0}; //!< packets that arrived
    uint64_t hops{0};      //!< packets forwarded, by each router
} g_count;

/**
 * @brief A packet has arrived.
 * @param header its header
 * @param packet what follows
 * @param interface where it came in
 */
void
HandleDelivery(const Ipv4Header& header, Ptr<const Packet> packet, uint32_t interface)
{
    g_count.delivered++;
    g_count.hops += 64 - header.GetTtl() + 1; // what forwarding took off, and the first link
}

/**
 * @brief Send packets, one after the other has arrived.
 * @param nodes the grid
 * @param destinations where to, rows and columns from REACH on
 * @param packets how many
 */
__attribute__((noinline)) void
SendPackets(const NodeContainer& nodes, const std::vector<uint32_t>& destinations, uint32_t packets)
{
    Ptr<UniformRandomVariable> random = CreateObject<UniformRandomVariable>();
    random->SetStream(2);
    const uint32_t side = std::lround(std::sqrt(nodes.GetN()));
    for (uint32_t i = 0; i < packets; i++)
    {
        const uint32_t to = destinations[i % destinations.size()];
        Ptr<Node> from =
            nodes.Get(to - random->GetInteger(1, REACH) * side - random->GetInteger(1, REACH));
        from->GetObject<Ipv4L3Protocol>()->Send(Create<Packet>(512),
                                                GetAddress(from),
                                                GetAddress(nodes.Get(to)),
                                                EXPERIMENT,
                                                nullptr);
        Simulator::Run();
    }
}

/**
 * @brief Send packets through a grid.
 * @param routers in the grid
 * @param packets how many
 * @return true when all have arrived
 */
bool
MeasurePackets(uint32_t routers, uint32_t packets)
{
    NodeContainer nodes = MakeGrid(std::lround(std::sqrt(routers)), GraphRoutingHelper());
    for (uint32_t i = 0; i < nodes.GetN(); i++)
    {
        nodes.Get(i)->GetObject<Ipv4L3Protocol>()->TraceConnectWithoutContext(
            "LocalDeliver",
            MakeCallback(&HandleDelivery));
    }
    Ptr<RoutingGraph> graph = GraphRoutingHelper::GetGraphRouting(nodes.Get(0))->GetGraph();
    Ptr<UniformRandomVariable> random = CreateObject<UniformRandomVariable>();
    random->SetStream(3);
    const uint32_t side = std::lround(std::sqrt(routers));
    std::vector<uint32_t> destinations;
    for (uint32_t i = 0; i < PACKET_DESTINATIONS; i++)
    {
        destinations.push_back(random->GetInteger(REACH, side - 1) * side +
                               random->GetInteger(REACH, side - 1));
        graph->GetRoute(nodes.Get(0), GetAddress(nodes.Get(destinations.back()))); // makes the tree
    }
    Simulator::Run(); // initialises all nodes, which is not a matter of packets
    SendPackets(nodes, destinations, packets);
    Simulator::Destroy();
    std::cout << "{\"packets\": " << g_count.delivered << ", \"hops\": " << g_count.hops << "}"
              << std::endl;
    return g_count.delivered == packets;
}

} // namespace

int
main(int argc, char* argv[])
{
    uint32_t routers = 100;
    uint32_t packets = 0;
    CommandLine cmd(__FILE__);
    cmd.AddValue("packets", "number of packets to send; 0: measure time", packets);
    cmd.AddValue("routers", "routers of the grid, a square number from 36 to 10000", routers);
    cmd.Parse(argc, argv);
    const uint32_t side = std::lround(std::sqrt(routers));
    if (routers < 36 || routers > 10000 || side * side != routers)
    {
        std::cerr << "routing-benchmark: --routers=" << routers
                  << ", expected a square number from 36 to 10000" << std::endl;
        return 2;
    }
    if (packets > 0)
    {
        return MeasurePackets(routers, packets) ? 0 : 1;
    }
    MeasureTime();
    return 0;
}
