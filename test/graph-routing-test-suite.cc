/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/ipv4.h"
#include "ns3/multi-site-helper.h"
#include "ns3/node.h"
#include "ns3/random-variable-stream.h"
#include "ns3/shortest-path-tree.h"
#include "ns3/simulator.h"
#include "ns3/site-graph.h"
#include "ns3/test.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of routing by a shared graph.
 *
 * 1. Trees against the paths of SiteGraph, ties and parallel links included.
 * 2. Trees after long random sequences of changes against trees computed from nothing, as of every
 *    version that is remembered; a link that no way takes changes nothing.
 * 3. A world of sites: names, links, anycast at any time, and a LAN with a floating address.
 */

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/**
 * @brief A source of random numbers.
 * @param stream its number
 * @return the source
 */
Ptr<UniformRandomVariable>
MakeRandom(int64_t stream)
{
    Ptr<UniformRandomVariable> random = CreateObject<UniformRandomVariable>();
    random->SetStream(stream);
    return random;
}

/**
 * @brief Make a random graph with many ties.
 * @param random source of random numbers
 * @param cities how many cities
 * @param links how many links, some of them parallel
 * @return the graph
 */
SiteGraph
MakeGraph(Ptr<UniformRandomVariable> random, uint32_t cities, uint32_t links)
{
    SiteGraph graph;
    for (uint32_t i = 0; i < cities; i++)
    {
        SiteGraph::City city;
        city.name = "c" + std::to_string(i);
        graph.AddCity(city);
    }
    while (graph.GetLinks().size() < links)
    {
        SiteGraph::Link link;
        link.from = random->GetInteger(0, cities - 1);
        link.to = random->GetInteger(0, cities - 1);
        link.delay = MicroSeconds(random->GetInteger(0, 4));
        if (link.from != link.to)
        {
            graph.AddLink(link);
        }
    }
    return graph;
}

/**
 * @brief The same graph, its links' delays as costs.
 * @param graph the graph
 * @return the graph for trees
 */
PathGraph
ToPathGraph(const SiteGraph& graph)
{
    PathGraph result;
    for (std::size_t i = 0; i < graph.GetCities().size(); i++)
    {
        result.AddVertex();
    }
    for (const auto& link : graph.GetLinks())
    {
        const uint64_t cost = std::max<int64_t>(1, link.delay.GetNanoSeconds());
        result.SetCosts(result.AddLink(link.from, link.to), {cost, cost});
    }
    return result;
}

/// 1. Trees of single roots.
class TreeTestCase : public TestCase
{
  public:
    TreeTestCase()
        : TestCase("Trees have the paths of SiteGraph")
    {
    }

  private:
    void DoRun() override
    {
        Ptr<UniformRandomVariable> random = MakeRandom(1);
        for (uint32_t round = 0; round < 30; round++)
        {
            const uint32_t cities = random->GetInteger(2, 25);
            const SiteGraph sites = MakeGraph(random, cities, random->GetInteger(1, 2 * cities));
            const PathGraph graph = ToPathGraph(sites);
            for (uint32_t root = 0; root < cities; root++)
            {
                ShortestPathTree tree;
                tree.Build(graph, {root});
                const auto paths = sites.GetPathsTo(root);
                for (uint32_t city = 0; city < cities; city++)
                {
                    const auto& way = tree.Get(city);
                    NS_TEST_ASSERT_MSG_EQ((way.cost != PathGraph::NO_WAY),
                                          paths[city].reachable,
                                          "round " << round << ": " << city << " to " << root);
                    NS_TEST_ASSERT_MSG_EQ(way.link,
                                          paths[city].link,
                                          "round " << round << ": " << city << " to " << root);
                }
            }
        }
    }
};

/// 2. Trees that follow changes.
class UpdateTestCase : public TestCase
{
  public:
    UpdateTestCase()
        : TestCase("Trees that follow changes are those computed from nothing")
    {
    }

  private:
    void DoRun() override
    {
        Ptr<UniformRandomVariable> random = MakeRandom(2);
        for (uint32_t round = 0; round < 12; round++)
        {
            const uint32_t cities = random->GetInteger(5, 40);
            PathGraph graph = ToPathGraph(MakeGraph(random, cities, 2 * cities));
            std::set<uint32_t> some{random->GetInteger(0, cities - 1)};
            while (random->GetInteger(0, 1) == 0)
            {
                some.insert(random->GetInteger(0, cities - 1));
            }
            const std::vector<uint32_t> roots(some.begin(), some.end());
            ShortestPathTree tree;
            tree.Build(graph, roots);
            std::vector<ShortestPathTree> asOf(1, tree);
            uint32_t remembered = 0;
            for (uint32_t version = 1; version <= 200; version++)
            {
                const uint32_t link = random->GetInteger(0, graph.GetLinkCount() - 1);
                const PathGraph::Costs before = graph.GetCosts(link);
                PathGraph::Costs after{PathGraph::NO_WAY, PathGraph::NO_WAY};
                if (random->GetInteger(0, 2) > 0)
                {
                    after = {random->GetInteger(1, 4000), random->GetInteger(1, 4000)};
                }
                const bool isTaken = tree.Get(graph.GetEnd(link, 0)).link == link ||
                                     tree.Get(graph.GetEnd(link, 1)).link == link;
                graph.SetCosts(link, after);
                const uint32_t count = tree.Update(graph, link, before, version);
                if (!isTaken && after[0] >= before[0] && after[1] >= before[1])
                {
                    NS_TEST_EXPECT_MSG_EQ(count, 0, "no way takes the link");
                }
                ShortestPathTree fresh;
                fresh.Build(graph, roots);
                asOf.push_back(fresh);
                if (random->GetInteger(0, 9) == 0)
                {
                    remembered = random->GetInteger(remembered, version);
                    tree.ForgetBefore(remembered);
                }
                for (uint32_t vertex = 0; vertex < cities; vertex++)
                {
                    NS_TEST_ASSERT_MSG_EQ((tree.Get(vertex) == fresh.Get(vertex)),
                                          true,
                                          "round " << round << " version " << version << " vertex "
                                                   << vertex);
                    const uint32_t known = random->GetInteger(remembered, version);
                    NS_TEST_ASSERT_MSG_EQ((tree.Get(vertex, known) == asOf[known].Get(vertex)),
                                          true,
                                          "round " << round << " version " << version << " vertex "
                                                   << vertex << " as of " << known);
                }
            }
        }
    }
};

/// 3. A world of sites.
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

/// Tests of routing by a shared graph.
class GraphRoutingTestSuite : public TestSuite
{
  public:
    GraphRoutingTestSuite()
        : TestSuite("gipt-graph-routing")
    {
        AddTestCase(new TreeTestCase);
        AddTestCase(new UpdateTestCase);
        AddTestCase(new WorldTestCase);
    }
};

GraphRoutingTestSuite g_graphRoutingTestSuite; ///< the suite

} // namespace
