/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "routing-net.h"

#include "ns3/shortest-path-tree.h"
#include "ns3/site-graph.h"
#include "ns3/test.h"

#include <algorithm>
#include <set>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of shortest-path trees.
 *
 * 1. Trees against the paths of SiteGraph, ties and parallel links included.
 * 2. Trees after long random sequences of changes against trees computed from nothing, as of every
 *    version that is remembered; a link that no way takes changes nothing.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace ns3::gipt::tests;

namespace
{

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

/// Tests of shortest-path trees.
class ShortestPathTreeTestSuite : public TestSuite
{
  public:
    ShortestPathTreeTestSuite()
        : TestSuite("gipt-shortest-path-tree")
    {
        AddTestCase(new TreeTestCase);
        AddTestCase(new UpdateTestCase);
    }
};

ShortestPathTreeTestSuite g_shortestPathTreeTestSuite; ///< the suite

} // namespace
