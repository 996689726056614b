/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "routing-net.h"

#include "ns3/boolean.h"
#include "ns3/csma-helper.h"
#include "ns3/graph-routing-helper.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-route.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/ipv4-static-routing.h"
#include "ns3/ipv4.h"
#include "ns3/multi-site-helper.h"
#include "ns3/node.h"
#include "ns3/output-stream-wrapper.h"
#include "ns3/packet.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/test.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of routing by a shared graph.
 *
 * 1. A world of sites: names, links, anycast at any time, and a LAN with a floating address.
 * 2. Routes by all metrics, in random networks with costs that differ by direction, against a
 *    search of all ways.
 * 3. Longest prefix, and what remains when the longest has no way.
 * 4. Anycast: the nearest, ties, failover, several hosts at one router.
 * 5. ECMP: a flow keeps to its way whatever its packets hold, flows are spread, fragments stay
 *    together.
 * 6. In an Ipv4ListRouting beside static routes, and as the only protocol of all nodes of a
 * network of point-to-point links and a CSMA LAN, down and up.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace ns3::gipt::tests;

namespace
{

/// 1. A world of sites.
class WorldTestCase : public TestCase
{
  public:
    WorldTestCase()
        : TestCase("A world of sites is routed by the graph")
    {
    }

  private:
    void DoRun() override
    {
        // West - Middle - East, and a long way round from West to East.
        SiteGraph graph;
        for (const char* name : {"West", "Middle", "East"})
        {
            SiteGraph::City city;
            city.name = name;
            graph.AddCity(city);
        }
        for (auto [from, to, delay] :
             {std::tuple(0, 1, 1), std::tuple(1, 2, 2), std::tuple(0, 2, 9)})
        {
            SiteGraph::Link link;
            link.from = from;
            link.to = to;
            link.delay = MilliSeconds(delay);
            link.cost = delay == 9 ? 1 : 3;
            graph.AddLink(link);
        }
        MultiSiteHelper world;
        world.SetTopology(graph);
        Ptr<RoutingGraph> routing = world.GetRoutingGraph();
        Ptr<Node> west = world.AddDirector("West");
        Ptr<Node> east = world.AddDirector("East");
        world.AddServers("East", 2);
        NodeContainer pair = world.AddLanDirectors("Middle", 2);

        NS_TEST_EXPECT_MSG_EQ(world.FindNodeByName("East-server-2"),
                              world.GetServers("East").Get(1),
                              "a host by name");
        NS_TEST_EXPECT_MSG_EQ(world.FindNodeByName("West"), world.GetRouter("West"), "a router");
        NS_TEST_EXPECT_MSG_EQ(bool(world.FindNodeByName("West-server-1")), false, "nobody");
        NS_TEST_EXPECT_MSG_EQ(world.GetDirectors("Middle").GetN(), 2, "directors");
        NS_TEST_EXPECT_MSG_EQ(world.GetClients("Middle").GetN(), 0, "clients");
        NS_TEST_EXPECT_MSG_EQ(world.FindLink("East", "Middle"), 1, "link");
        NS_TEST_EXPECT_MSG_EQ(routing->GetLinkCount(), 3, "links");
        NS_TEST_EXPECT_MSG_EQ(routing->GetLinkDevices(1).first,
                              world.GetLinkDevices(1).Get(0),
                              "the links of the graph are those of the topology");
        NS_TEST_EXPECT_MSG_EQ(Way(world, "West", world.GetAddress(east)),
                              "West Middle East",
                              "by delay");

        routing->SetAttribute("Metric", StringValue("cost"));
        NS_TEST_EXPECT_MSG_EQ(Way(world, "West", world.GetAddress(east)), "West East", "by cost");
        routing->SetAttribute("Metric", StringValue("delay"));

        // Sites by rule.
        NS_TEST_EXPECT_MSG_EQ(world.AddSites("West,East", 1), "", "by name");
        NS_TEST_EXPECT_MSG_EQ(world.GetSites().size(), 2, "East had servers before");
        NS_TEST_EXPECT_MSG_EQ(world.GetSites().at(1), "West", "the new site");
        NS_TEST_EXPECT_MSG_EQ(world.GetServers("East").GetN(), 3, "one more");
        NS_TEST_EXPECT_MSG_EQ(world.AddSites("central:1", 1), "", "by rule");
        NS_TEST_EXPECT_MSG_EQ(world.GetSites().at(2), "Middle", "in the middle");
        NS_TEST_EXPECT_MSG_EQ(world.AddSites("West,Nowhere", 1).empty(), false, "no such city");
        NS_TEST_EXPECT_MSG_EQ(world.GetServers("West").GetN(), 1, "and nothing was added");

        // Anycast: the nearest, whoever comes and goes.
        const Ipv4Address vip("198.51.100.1");
        NS_TEST_EXPECT_MSG_EQ(Way(world, "West", vip), "West nowhere", "nobody announces");
        world.Announce(vip, east);
        NS_TEST_EXPECT_MSG_EQ(Way(world, "West", vip), "West Middle East", "one");
        world.Announce(vip, west);
        NS_TEST_EXPECT_MSG_EQ(Way(world, "West", vip), "West", "another");
        NS_TEST_EXPECT_MSG_EQ(Way(world, "Middle", vip), "Middle West", "the nearer one");
        NS_TEST_EXPECT_MSG_EQ(Way(world, "East", vip), "East", "its own");
        world.Withdraw(vip, west);
        NS_TEST_EXPECT_MSG_EQ(Way(world, "West", vip), "West Middle East", "one left");
        world.Withdraw(vip, east);
        NS_TEST_EXPECT_MSG_EQ(Way(world, "East", vip), "East nowhere", "none left");

        // The floating address of the LAN, and a director of it by its own address.
        world.AnnounceByFloatingAddress(vip, "Middle");
        NS_TEST_EXPECT_MSG_EQ(Way(world, "East", vip), "East Middle", "to the LAN");
        RoutingGraph::Route route = routing->GetRoute(world.GetRouter("Middle"), vip);
        NS_TEST_EXPECT_MSG_EQ(route.gateway, world.GetFloatingAddress("Middle"), "by the address");
        NS_TEST_EXPECT_MSG_EQ(world.GetFloatingAddress("Middle"),
                              Ipv4Address("10.0.7.194"),
                              "the address plan");
        world.WithdrawByFloatingAddress(vip, "Middle");
        world.Announce(vip, pair.Get(1));
        route = routing->GetRoute(world.GetRouter("Middle"), vip);
        NS_TEST_EXPECT_MSG_EQ(route.gateway, world.GetAddress(pair.Get(1)), "by its own address");
        NS_TEST_EXPECT_MSG_EQ(world.GetAddress(pair.Get(1)),
                              Ipv4Address("10.0.7.196"),
                              "the address plan");

        // A link that is cut, and mended.
        world.GetRouter("Middle")->GetObject<Ipv4>()->SetDown(2);
        NS_TEST_EXPECT_MSG_EQ(routing->IsUsable(1), false, "cut");
        NS_TEST_EXPECT_MSG_EQ(Way(world, "East", vip), "East West Middle", "the long way round");
        world.GetRouter("Middle")->GetObject<Ipv4>()->SetUp(2);
        NS_TEST_EXPECT_MSG_EQ(Way(world, "East", vip), "East Middle", "mended");
        Simulator::Destroy();
    }

    /**
     * @brief Tell a way.
     * @param world the world
     * @param city where it begins
     * @param destination where it leads
     * @return the cities on it, and "nowhere" or "round" when it does not arrive
     */
    std::string Way(const MultiSiteHelper& world, const std::string& city, Ipv4Address destination)
    {
        const auto path = world.GetRoutingGraph()->GetPath(world.GetRouter(city), destination);
        std::string text;
        for (const auto& router : path.routers)
        {
            text += (text.empty() ? "" : " ") + world.GetName(router);
        }
        return text + (path.ending == RoutingGraph::NO_ROUTE ? " nowhere"
                       : path.ending == RoutingGraph::LOOP   ? " round"
                                                             : "");
    }
};

/// 2. Routes by all metrics.
class MetricTestCase : public TestCase
{
  public:
    MetricTestCase()
        : TestCase("Routes are the shortest by delay, cost and hops")
    {
    }

  private:
    void DoRun() override
    {
        Ptr<UniformRandomVariable> random = MakeRandom(4);
        for (uint32_t round = 0; round < 6; round++)
        {
            const uint32_t count = random->GetInteger(4, 12);
            const SiteGraph sites = MakeGraph(random, count, 2 * count);
            RoutingNet net(count);
            // By metric and link: from the first end, and back.
            std::map<std::string, std::vector<PathGraph::Costs>> costs;
            for (const auto& link : sites.GetLinks())
            {
                const uint32_t there = random->GetInteger(1, 5);
                const uint32_t back = random->GetInteger(1, 5);
                const uint64_t delay = std::max<int64_t>(1, link.delay.GetNanoSeconds());
                costs["delay"].push_back({delay, delay});
                costs["cost"].push_back({there, back});
                costs["hops"].push_back({1, 1});
                net.Connect(link.from, link.to, link.delay, there, back);
            }
            for (const auto& [metric, byLink] : costs)
            {
                net.GetGraph()->SetAttribute("Metric", StringValue(metric));
                for (uint32_t to = 0; to < count; to++)
                {
                    Check(net, sites, metric, byLink, to);
                }
            }
            Simulator::Destroy();
        }
    }

    /**
     * @brief Compare the routes to a router with those of Bellman's and Ford's algorithm.
     * @param net the network
     * @param sites its links
     * @param metric name of the metric
     * @param costs of the links
     * @param to the router
     */
    void Check(RoutingNet& net,
               const SiteGraph& sites,
               const std::string& metric,
               const std::vector<PathGraph::Costs>& costs,
               uint32_t to)
    {
        constexpr uint64_t FAR = 1000000000;
        std::vector<uint64_t> length(net.nodes.GetN(), FAR);
        length[to] = 0;
        for (std::size_t round = 0; round < length.size(); round++)
        {
            for (std::size_t i = 0; i < costs.size(); i++)
            {
                const auto& link = sites.GetLinks()[i];
                length[link.from] = std::min(length[link.from], length[link.to] + costs[i][0]);
                length[link.to] = std::min(length[link.to], length[link.from] + costs[i][1]);
            }
        }
        for (uint32_t from = 0; from < length.size(); from++)
        {
            const auto route =
                net.GetGraph()->GetRoute(net.nodes.Get(from), RoutingNet::GetAddress(to));
            const std::string what =
                metric + ": " + std::to_string(from) + " to " + std::to_string(to);
            NS_TEST_ASSERT_MSG_EQ(route.found, (length[from] < FAR), what);
            // The first link of the best ways by the tie rules.
            std::pair<uint32_t, uint32_t> best(RoutingGraph::NO_LINK, RoutingGraph::NO_LINK);
            for (uint32_t i = 0; i < costs.size() && from != to && route.found; i++)
            {
                const auto& link = sites.GetLinks()[i];
                if (link.from == from && length[from] == length[link.to] + costs[i][0])
                {
                    best = std::min(best, std::pair(link.to, i));
                }
                if (link.to == from && length[from] == length[link.from] + costs[i][1])
                {
                    best = std::min(best, std::pair(link.from, i));
                }
            }
            NS_TEST_ASSERT_MSG_EQ(route.link, best.second, what);
        }
    }
};

/// 3. Longest prefix.
class PrefixTestCase : public TestCase
{
  public:
    PrefixTestCase()
        : TestCase("The longest prefix with a way decides")
    {
    }

  private:
    void DoRun() override
    {
        // 1, 2 and 3 hang on 0.
        RoutingNet net(4);
        net.Connect(0, 1, MilliSeconds(1));
        net.Connect(0, 2, MilliSeconds(1));
        net.Connect(0, 3, MilliSeconds(1));
        Ptr<RoutingGraph> graph = net.GetGraph();
        graph->Announce("0.0.0.0", Ipv4Mask("/0"), net.nodes.Get(1));
        graph->Announce("10.128.0.0", Ipv4Mask("/9"), net.nodes.Get(2));
        graph->Announce("10.128.0.0", Ipv4Mask("/16"), net.nodes.Get(3));
        graph->Announce("10.128.0.7", Ipv4Mask("/32"), net.nodes.Get(1));

        struct
        {
            const char* address;
            uint32_t link;
        } const expected[] = {{"8.8.8.8", 0},
                              {"10.129.0.1", 1},
                              {"10.128.255.1", 2},
                              {"10.128.0.7", 0},
                              {"10.128.0.8", 2},
                              {"192.168.0.2", 0}};

        for (const auto& [address, link] : expected)
        {
            NS_TEST_EXPECT_MSG_EQ(graph->GetRoute(net.nodes.Get(0), address).link, link, address);
        }
        NS_TEST_EXPECT_MSG_EQ(net.Way(0, "10.128.0.8"),
                              "0 3 nowhere",
                              "3 keeps what it cannot deliver");
        net.SetLink(2, false);
        NS_TEST_EXPECT_MSG_EQ(graph->GetRoute(net.nodes.Get(0), "10.128.0.8").link,
                              1,
                              "no way to 3");
        NS_TEST_EXPECT_MSG_EQ(graph->GetRoute(net.nodes.Get(0), "10.0.0.9").link,
                              0,
                              "its own network, down");
        const bool isNew = graph->Announce("10.128.0.0", Ipv4Mask("/9"), net.nodes.Get(2));
        NS_TEST_EXPECT_MSG_EQ(isNew, false, "announced before");
        NS_TEST_EXPECT_MSG_EQ(graph->Withdraw("10.128.0.0", Ipv4Mask("/9"), net.nodes.Get(2)),
                              true,
                              "withdrawn");
        NS_TEST_EXPECT_MSG_EQ(graph->Withdraw("10.128.0.0", Ipv4Mask("/9"), net.nodes.Get(2)),
                              false,
                              "withdrawn before");
        NS_TEST_EXPECT_MSG_EQ(graph->GetRoute(net.nodes.Get(0), "10.128.0.8").link, 0, "the rest");
        Simulator::Destroy();
    }
};

/// 4. Anycast.
class AnycastTestCase : public TestCase
{
  public:
    AnycastTestCase()
        : TestCase("Anycast leads to the nearest")
    {
    }

  private:
    void DoRun() override
    {
        // A chain 0 - 1 - 2 - 3 - 4 of equal links.
        RoutingNet net(5);
        for (uint32_t i = 0; i < 4; i++)
        {
            net.Connect(i, i + 1, MilliSeconds(1));
        }
        Ptr<RoutingGraph> graph = net.GetGraph();
        const Ipv4Address vip("198.51.100.1");
        const Ipv4Mask host = Ipv4Mask::GetOnes();
        // The address is that of the routers themselves, so that the ways end there.
        for (uint32_t router : {0, 4})
        {
            net.nodes.Get(router)->GetObject<Ipv4>()->AddAddress(0,
                                                                 Ipv4InterfaceAddress(vip, host));
        }
        NS_TEST_EXPECT_MSG_EQ(net.Way(1, vip), "1 0", "nearest");
        NS_TEST_EXPECT_MSG_EQ(net.Way(3, vip), "3 4", "nearest");
        NS_TEST_EXPECT_MSG_EQ(net.Way(2, vip), "2 1 0", "of equal ones the lowest index");
        net.SetLink(0, false);
        NS_TEST_EXPECT_MSG_EQ(net.Way(1, vip), "1 2 3 4", "the other");
        net.SetLink(0, true);
        graph->Withdraw(vip, host, net.nodes.Get(0));
        NS_TEST_EXPECT_MSG_EQ(net.Way(1, vip), "1 2 3 4", "withdrawn");
        NS_TEST_EXPECT_MSG_EQ(net.Way(0, vip), "0", "it has the address still");

        // Hosts by their router 2: the one of the lowest node id, while its interface is up.
        const Ipv4Address other("198.51.100.2");
        NodeContainer hosts;
        hosts.Create(2);
        for (uint32_t i : {0, 1})
        {
            graph->AttachHost(hosts.Get(i),
                              net.devices[1 + i].Get(1 - i),
                              Ipv4Address(0x0a010001 + i));
        }
        graph->Announce(other, host, hosts.Get(1));
        graph->Announce(other, host, hosts.Get(0));
        NS_TEST_EXPECT_MSG_EQ(net.Way(0, other), "0 1 2", "to their router");
        NS_TEST_EXPECT_MSG_EQ(graph->GetRoute(net.nodes.Get(2), other).gateway,
                              Ipv4Address("10.1.0.1"),
                              "the lowest node id");
        net.SetLink(1, false);
        NS_TEST_EXPECT_MSG_EQ(graph->GetRoute(net.nodes.Get(2), other).gateway,
                              Ipv4Address("10.1.0.2"),
                              "the one whose interface is up");
        net.SetLink(1, true);
        graph->Withdraw(other, host, hosts.Get(0));
        NS_TEST_EXPECT_MSG_EQ(graph->GetRoute(net.nodes.Get(2), other).gateway,
                              Ipv4Address("10.1.0.2"),
                              "the one that is left");
        graph->Withdraw(other, host, hosts.Get(1));
        NS_TEST_EXPECT_MSG_EQ(graph->GetRoute(net.nodes.Get(2), other).found,
                              false,
                              "none is left");
        NS_TEST_EXPECT_MSG_EQ(net.Way(0, other), "0 nowhere", "none is left");
        Simulator::Destroy();
    }
};

/// 5. ECMP.
class EcmpTestCase : public TestCase
{
  public:
    EcmpTestCase()
        : TestCase("A flow keeps to one of several ways, flows are spread")
    {
    }

  private:
    void DoRun() override
    {
        // 0 to 4 by way of 1, 2 or 3, and behind it the same once more: 4 to 8 by way of 5, 6 or 7.
        RoutingNet net(9);
        for (uint32_t first : {0, 4})
        {
            for (uint32_t i = 1; i <= 3; i++)
            {
                net.Connect(first, first + i, MilliSeconds(1));
                net.Connect(first + i, first + 4, MilliSeconds(1));
            }
        }
        const Ipv4Address destination = RoutingNet::GetAddress(8);
        NS_TEST_EXPECT_MSG_EQ(net.Way(0, destination, 0xffffffff), "0 1 4 5 8", "off by default");
        net.GetGraph()->SetAttribute("Ecmp", BooleanValue(true));
        std::map<uint32_t, uint32_t> first;
        std::map<std::pair<uint32_t, uint32_t>, uint32_t> both;
        for (uint16_t flow = 0; flow < FLOWS; flow++)
        {
            // Whatever a packet holds beyond its ports, each router does the same.
            const uint32_t chosen = Choose(net, 0, destination, flow, 10, false);
            const uint32_t then = Choose(net, 4, destination, flow, 10, false);
            NS_TEST_EXPECT_MSG_EQ(Choose(net, 0, destination, flow, 99, false), chosen, "the flow");
            first[chosen]++;
            both[{chosen, then}]++;
            // Fragments have no ports to go by, nor has the first of them.
            NS_TEST_EXPECT_MSG_EQ(Choose(net, 0, destination, flow, 10, true),
                                  Choose(net, 0, destination, 0, 99, true),
                                  "fragments");
        }
        NS_TEST_EXPECT_MSG_EQ(first.size(), 3, "all three ways are used");
        for (const auto& [interface, count] : first)
        {
            // A third of 300 flows, within five standard deviations.
            NS_TEST_EXPECT_MSG_EQ_TOL(double(count), FLOWS / 3, 41, "by interface " << interface);
        }
        NS_TEST_EXPECT_MSG_EQ(both.size(), 9, "the second router chooses for itself");
        // One way less: the router that sees it goes on with the others.
        net.SetLink(0, false);
        NS_TEST_EXPECT_MSG_EQ(first.begin()->first, 1, "the first interface was used");
        for (uint16_t flow = 0; flow < FLOWS; flow++)
        {
            NS_TEST_EXPECT_MSG_EQ((Choose(net, 0, destination, flow, 10, false) > 1),
                                  true,
                                  "by interface 2 or 3");
        }
        Simulator::Destroy();
    }

    /**
     * @brief What a router does with a packet of UDP.
     * @param net the network
     * @param router the router
     * @param destination of the packet
     * @param port it comes from
     * @param fill what it holds
     * @param isFragment whether it is a first fragment
     * @return the interface it is sent by
     */
    uint32_t Choose(RoutingNet& net,
                    uint32_t router,
                    Ipv4Address destination,
                    uint16_t port,
                    uint8_t fill,
                    bool isFragment)
    {
        std::vector<uint8_t> octets(20, fill);
        octets[0] = port >> 8;
        octets[1] = port & 0xff;
        octets[2] = 0;
        octets[3] = 53;
        Ipv4Header header;
        header.SetSource("203.0.113.1");
        header.SetDestination(destination);
        header.SetProtocol(17);
        header.SetPayloadSize(octets.size());
        isFragment ? header.SetMoreFragments() : header.SetLastFragment();
        Ptr<Ipv4> ipv4 = net.nodes.Get(router)->GetObject<Ipv4>();
        m_device = nullptr;
        const bool isRouted =
            ipv4->GetRoutingProtocol()->RouteInput(Create<Packet>(octets.data(), octets.size()),
                                                   header,
                                                   ipv4->GetNetDevice(1),
                                                   MakeCallback(&EcmpTestCase::HandleForward, this),
                                                   Ipv4RoutingProtocol::MulticastForwardCallback(),
                                                   Ipv4RoutingProtocol::LocalDeliverCallback(),
                                                   Ipv4RoutingProtocol::ErrorCallback());
        NS_TEST_EXPECT_MSG_EQ(isRouted, true, "a route");
        return m_device ? ipv4->GetInterfaceForDevice(m_device) : 0;
    }

    /**
     * @brief A packet is forwarded.
     * @param route where to
     * @param packet what follows the header
     * @param header its header
     */
    void HandleForward(Ptr<Ipv4Route> route, Ptr<const Packet> packet, const Ipv4Header& header)
    {
        m_device = route->GetOutputDevice();
    }

    static constexpr uint16_t FLOWS = 300; ///< flows that differ in a port

    Ptr<NetDevice> m_device; ///< by which the last packet was sent
};

/// 6. Beside other protocols, and alone.
class StackTestCase : public TestCase
{
  public:
    StackTestCase()
        : TestCase("In a list beside static routes, and alone on every node")
    {
    }

  private:
    void DoRun() override
    {
        TestList();
        TestAlone();
    }

    /// What the graph does not know is left to static routes; what it knows, it decides.
    void TestList()
    {
        RoutingNet net(3, true);
        net.Connect(0, 1, MilliSeconds(1));
        net.Connect(1, 2, MilliSeconds(1));
        const Ipv4Address elsewhere("198.51.100.9");
        net.nodes.Get(2)->GetObject<Ipv4>()->AddAddress(
            0,
            Ipv4InterfaceAddress(elsewhere, Ipv4Mask::GetOnes()));
        net.GetGraph()->Withdraw(elsewhere, Ipv4Mask::GetOnes(), net.nodes.Get(2));
        Ipv4StaticRoutingHelper helper;
        for (uint32_t i : {0, 1})
        {
            helper.GetStaticRouting(net.nodes.Get(i)->GetObject<Ipv4>())
                ->AddHostRouteTo(elsewhere, Ipv4Address(0x0a000002 + 4 * i), i + 1);
            // The wrong way, by interface 1, to where the graph knows the right one.
            helper.GetStaticRouting(net.nodes.Get(1)->GetObject<Ipv4>())
                ->AddHostRouteTo(RoutingNet::GetAddress(2), "10.0.0.1", 1);
        }
        Listen(net.nodes);
        net.Send(0, elsewhere);
        net.Send(0, RoutingNet::GetAddress(2));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(m_delivered[net.nodes.Get(2)->GetId()], 2, "both arrived");
        std::ostringstream table;
        net.nodes.Get(1)->GetObject<Ipv4>()->GetRoutingProtocol()->PrintRoutingTable(
            Create<OutputStreamWrapper>(&table));
        const std::string text = table.str();
        NS_TEST_EXPECT_MSG_EQ(
            (text.find("192.168.0.3/32      10.0.0.6        2         remote\n") !=
             std::string::npos),
            true,
            text);
        NS_TEST_EXPECT_MSG_EQ(
            (text.find("10.0.0.4/30         0.0.0.0         2         connected\n") !=
             std::string::npos),
            true,
            text);
        Simulator::Destroy();
    }

    /// Hosts and routers of any topology, by GraphRouting alone.
    void TestAlone()
    {
        // Hosts 0 and 1 on a LAN with routers 2 and 3; host 4 at 2, host 5 at 3, 2 - 3 besides.
        NodeContainer nodes(6);
        GraphRoutingHelper routing;
        InternetStackHelper stack;
        stack.SetRoutingHelper(routing);
        stack.SetIpv6StackInstall(false);
        stack.Install(nodes);
        CsmaHelper lan;
        lan.SetChannelAttribute("Delay", StringValue("1ms"));
        Ipv4AddressHelper addresses("10.1.0.0", "255.255.255.0");
        addresses.Assign(
            lan.Install(NodeContainer(nodes.Get(0), nodes.Get(1), nodes.Get(2), nodes.Get(3))));
        PointToPointHelper link;
        link.SetChannelAttribute("Delay", StringValue("3ms"));
        for (auto [a, b] : {std::pair(2, 4), std::pair(3, 5), std::pair(2, 3)})
        {
            addresses.NewNetwork();
            addresses.Assign(link.Install(nodes.Get(a), nodes.Get(b)));
        }
        Ptr<RoutingGraph> graph = routing.GetGraph();
        NS_TEST_EXPECT_MSG_EQ(graph->GetLinkCount(), 6 + 3, "the LAN joins each with each");
        Listen(nodes);
        SendAll(nodes);
        for (uint32_t i = 0; i < 6; i++)
        {
            NS_TEST_EXPECT_MSG_EQ(m_delivered[nodes.Get(i)->GetId()], 5, "to node " << i);
        }
        const Ipv4Address far = nodes.Get(5)->GetObject<Ipv4>()->GetAddress(1, 0).GetLocal();
        NS_TEST_EXPECT_MSG_EQ(graph->GetPath(nodes.Get(4), far).delay,
                              MilliSeconds(4),
                              "by the LAN");
        // Router 2 leaves the LAN: its host goes by the other link.
        nodes.Get(2)->GetObject<Ipv4>()->SetDown(1);
        NS_TEST_EXPECT_MSG_EQ(graph->GetPath(nodes.Get(4), far).delay,
                              MilliSeconds(6),
                              "by the link");
        m_delivered.clear();
        SendAll(nodes);
        NS_TEST_EXPECT_MSG_EQ(m_delivered[nodes.Get(5)->GetId()], 5, "to the far host");
        // Back again, and nothing is lost or twice.
        nodes.Get(2)->GetObject<Ipv4>()->SetUp(1);
        NS_TEST_EXPECT_MSG_EQ(graph->GetLinkCount(), 9, "the same links");
        m_delivered.clear();
        SendAll(nodes);
        for (uint32_t i = 0; i < 6; i++)
        {
            NS_TEST_EXPECT_MSG_EQ(m_delivered[nodes.Get(i)->GetId()], 5, "to node " << i);
        }
        Simulator::Destroy();
    }

    /**
     * @brief Count what arrives.
     * @param nodes where
     */
    void Listen(const NodeContainer& nodes)
    {
        m_delivered.clear();
        for (uint32_t i = 0; i < nodes.GetN(); i++)
        {
            const std::string context = std::to_string(nodes.Get(i)->GetId());
            nodes.Get(i)->GetObject<Ipv4L3Protocol>()->TraceConnect(
                "LocalDeliver",
                context,
                MakeCallback(&StackTestCase::HandleDelivery, this));
        }
    }

    /**
     * @brief Send a packet from each node to each other one's first address, and run.
     * @param nodes the nodes
     */
    void SendAll(const NodeContainer& nodes)
    {
        uint32_t count = 0;
        for (uint32_t from = 0; from < nodes.GetN(); from++)
        {
            for (uint32_t to = 0; to < nodes.GetN(); to++)
            {
                Ptr<Ipv4L3Protocol> ipv4 = nodes.Get(from)->GetObject<Ipv4L3Protocol>();
                if (from != to)
                {
                    // One by one: few packets may wait for an answer to an ARP request.
                    Simulator::Schedule(
                        MilliSeconds(20 * ++count),
                        &Ipv4L3Protocol::Send,
                        ipv4,
                        Create<Packet>(100),
                        ipv4->GetAddress(1, 0).GetLocal(),
                        nodes.Get(to)->GetObject<Ipv4>()->GetAddress(1, 0).GetLocal(),
                        253,
                        nullptr);
                }
            }
        }
        Simulator::Run();
    }

    /**
     * @brief A packet has arrived.
     * @param context the node's id
     * @param header its header
     * @param packet what follows
     * @param interface where it came in
     */
    void HandleDelivery(std::string context,
                        const Ipv4Header& header,
                        Ptr<const Packet> packet,
                        uint32_t interface)
    {
        m_delivered[std::stoul(context)] += header.GetProtocol() == 253;
    }

    std::map<uint32_t, uint32_t> m_delivered; ///< packets that arrived, by node id
};

/// Tests of routing by a shared graph.
class GraphRoutingTestSuite : public TestSuite
{
  public:
    GraphRoutingTestSuite()
        : TestSuite("gipt-graph-routing")
    {
        AddTestCase(new WorldTestCase);
        AddTestCase(new MetricTestCase);
        AddTestCase(new PrefixTestCase);
        AddTestCase(new AnycastTestCase);
        AddTestCase(new EcmpTestCase);
        AddTestCase(new StackTestCase);
    }
};

GraphRoutingTestSuite g_graphRoutingTestSuite; ///< the suite

} // namespace
