/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/graph-analysis.h"
#include "ns3/random-variable-stream.h"
#include "ns3/site-graph.h"
#include "ns3/site-topology-reader.h"
#include "ns3/test.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of what is said of topologies on paper. That the answers equal those of networkx is
 * tested in test/system/test_topology.py.
 *
 * 1. A small graph with a bit of everything, by hand.
 * 2. Random graphs against the definitions: articulation points and bridges by removal, the
 *    diameter by all distances, cuts by removing their links, failures by removal.
 * 3. Shapes whose answers are known; a world of 2,000 cities in time.
 */

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/// Indices of cities or links.
using Indices = std::vector<uint32_t>;

/**
 * @brief Make a graph.
 * @param cities number of cities, named by their index
 * @param ends pairs of cities; each link takes a millisecond more than the one before
 * @return the graph
 */
SiteGraph
MakeGraph(uint32_t cities, const std::vector<std::pair<uint32_t, uint32_t>>& ends)
{
    SiteGraph graph;
    for (uint32_t index = 0; index < cities; index++)
    {
        SiteGraph::City city;
        city.name = std::to_string(index);
        graph.AddCity(city);
    }
    for (const auto& [from, to] : ends)
    {
        SiteGraph::Link link;
        link.from = from;
        link.to = to;
        link.delay = MilliSeconds(graph.GetLinks().size() + 1);
        graph.AddLink(link);
    }
    return graph;
}

/**
 * @brief A graph without some of its links.
 * @param graph the graph
 * @param links those that fail
 * @param city a city all of whose links fail, NO_LINK for none
 * @return the rest
 */
SiteGraph
Without(const SiteGraph& graph, const Indices& links, uint32_t city = SiteGraph::NO_LINK)
{
    SiteGraph rest;
    for (const auto& each : graph.GetCities())
    {
        rest.AddCity(each);
    }
    for (uint32_t index = 0; index < graph.GetLinks().size(); index++)
    {
        const auto& link = graph.GetLinks()[index];
        if (std::count(links.begin(), links.end(), index) == 0 && link.from != city &&
            link.to != city)
        {
            rest.AddLink(link);
        }
    }
    return rest;
}

/// 1. A small graph.
class SmallTestCase : public TestCase
{
  public:
    SmallTestCase()
        : TestCase("A bit of everything")
    {
    }

  private:
    void DoRun() override
    {
        // A triangle 0-1-2, a bridge to 3, two links to 4; 5 and 6 apart; 7 alone.
        const SiteGraph graph =
            MakeGraph(8, {{0, 1}, {1, 2}, {2, 0}, {2, 3}, {3, 4}, {4, 3}, {6, 5}});
        const GraphAnalysis analysis(graph);
        NS_TEST_EXPECT_MSG_EQ((analysis.GetArticulationPoints() == Indices{2, 3}), true, "points");
        NS_TEST_EXPECT_MSG_EQ((analysis.GetBridges() == Indices{3, 6}), true, "bridges");
        const std::vector<Indices> components{{0, 1, 2}, {2, 3}, {3, 4}, {5, 6}};
        NS_TEST_EXPECT_MSG_EQ((analysis.GetBiconnectedComponents() == components),
                              true,
                              "biconnected components");
        const GraphAnalysis::Diameter diameter = analysis.GetDiameter();
        NS_TEST_EXPECT_MSG_EQ(diameter.delay, MilliSeconds(12), "0-2-3-4");
        NS_TEST_EXPECT_MSG_EQ(diameter.from, 0, "one end");
        NS_TEST_EXPECT_MSG_EQ(diameter.to, 4, "the other end");
        GraphAnalysis::Cut weakest;
        NS_TEST_EXPECT_MSG_EQ((analysis.FindCuts(0, weakest) == Indices{0, 2, 2, 1, 1, 0, 0, 0}),
                              true,
                              "cuts");
        NS_TEST_EXPECT_MSG_EQ(weakest.client, 5, "the first that is not connected");
        NS_TEST_EXPECT_MSG_EQ(weakest.links.size(), 0, "no link");
        NS_TEST_EXPECT_MSG_EQ((analysis.FindCuts(4, weakest) == Indices{1, 1, 1, 2, 0, 0, 0, 0}),
                              true,
                              "parallel links");
        const auto failures = analysis.FindFailures(3, {0, 4});
        NS_TEST_ASSERT_MSG_EQ(failures.size(), 3, "router 2, router 3, the bridge");
        NS_TEST_EXPECT_MSG_EQ(failures[0].isLink, false, "a router");
        NS_TEST_EXPECT_MSG_EQ(failures[0].index, 2, "2");
        NS_TEST_EXPECT_MSG_EQ((failures[0].cities == Indices{0, 1}), true, "behind it");
        NS_TEST_EXPECT_MSG_EQ(failures[1].index, 3, "the director's");
        NS_TEST_EXPECT_MSG_EQ((failures[1].cities == Indices{0, 1, 2, 4}), true, "everybody");
        NS_TEST_EXPECT_MSG_EQ(failures[2].isLink, true, "a link");
        NS_TEST_EXPECT_MSG_EQ(failures[2].index, 3, "the bridge");
        NS_TEST_EXPECT_MSG_EQ((failures[2].cities == Indices{0, 1, 2}), true, "behind it");

        const GraphAnalysis one(MakeGraph(1, {}));
        NS_TEST_EXPECT_MSG_EQ(one.GetDiameter().delay, Seconds(0), "one city");
        NS_TEST_EXPECT_MSG_EQ(one.GetBiconnectedComponents().size(), 0, "in no component");
        NS_TEST_EXPECT_MSG_EQ((one.FindCuts(0, weakest) == Indices{0}), true, "no cut");
        NS_TEST_EXPECT_MSG_EQ(one.FindFailures(0, {0}).size(), 0, "nobody else");
        NS_TEST_EXPECT_MSG_EQ(GraphAnalysis(SiteGraph()).GetDiameter().delay, Seconds(0), "empty");
    }
};

/// 2. Random graphs.
class RandomTestCase : public TestCase
{
  public:
    RandomTestCase()
        : TestCase("Random graphs against the definitions")
    {
    }

  private:
    void DoRun() override
    {
        auto random = CreateObject<UniformRandomVariable>();
        random->SetStream(1);
        for (uint32_t round = 0; round < 150; round++)
        {
            const uint32_t cities = 2 + round % 13;
            std::vector<std::pair<uint32_t, uint32_t>> ends;
            for (uint32_t link = random->GetInteger(0, 2 * cities); link > 0; link--)
            {
                const uint32_t from = random->GetInteger(0, cities - 1);
                const uint32_t to = random->GetInteger(0, cities - 1);
                if (from != to)
                {
                    ends.emplace_back(from, to);
                }
            }
            Test(MakeGraph(cities, ends), "graph " + std::to_string(round));
        }
    }

    /**
     * @brief Compare all answers with the definitions.
     * @param graph a graph
     * @param name for messages
     */
    void Test(const SiteGraph& graph, const std::string& name)
    {
        const GraphAnalysis analysis(graph);
        const uint32_t parts = graph.GetComponentCount();
        Indices points;
        Indices bridges;
        int64_t diameter = 0;
        for (uint32_t city = 0; city < graph.GetCities().size(); city++)
        {
            bool isAlone = true;
            for (int64_t delay : graph.GetDelaysFrom(city))
            {
                diameter = delay == SiteGraph::UNREACHABLE ? diameter : std::max(diameter, delay);
                isAlone = isAlone && (delay == 0 || delay == SiteGraph::UNREACHABLE);
            }
            // The city itself is a part of its own when its links are gone.
            if (!isAlone && Without(graph, {}, city).GetComponentCount() > parts + 1)
            {
                points.push_back(city);
            }
        }
        for (uint32_t link = 0; link < graph.GetLinks().size(); link++)
        {
            if (Without(graph, {link}).GetComponentCount() > parts)
            {
                bridges.push_back(link);
            }
        }
        NS_TEST_EXPECT_MSG_EQ((analysis.GetArticulationPoints() == points), true, name);
        NS_TEST_EXPECT_MSG_EQ((analysis.GetBridges() == bridges), true, name);
        NS_TEST_EXPECT_MSG_EQ(analysis.GetDiameter().delay.GetNanoSeconds(), diameter, name);
        TestCuts(graph, analysis, name);
        TestFailures(graph, analysis, name);
    }

    /**
     * @brief Test the cuts between the cities and the first one.
     * @param graph a graph
     * @param analysis what is said of it
     * @param name for messages
     */
    void TestCuts(const SiteGraph& graph, const GraphAnalysis& analysis, const std::string& name)
    {
        GraphAnalysis::Cut weakest;
        const Indices values = analysis.FindCuts(0, weakest);
        const uint32_t least = *std::min_element(values.begin() + 1, values.end());
        NS_TEST_EXPECT_MSG_EQ(weakest.links.size(), least, name << ": size of the smallest cut");
        NS_TEST_EXPECT_MSG_EQ(values[weakest.client], least, name << ": its client");
        NS_TEST_EXPECT_MSG_EQ(Without(graph, weakest.links).GetDelaysFrom(0)[weakest.client],
                              SiteGraph::UNREACHABLE,
                              name << ": it separates");
        // Against the smallest among all divisions of the cities in two.
        for (uint32_t client = 1; client < values.size(); client++)
        {
            std::size_t best = graph.GetLinks().size();
            for (uint32_t side = 1; side < 1U << values.size(); side += 2)
            {
                std::size_t size = 0;
                for (const auto& link : graph.GetLinks())
                {
                    size += (side >> link.from & 1) != (side >> link.to & 1);
                }
                best = side >> client & 1 ? best : std::min(best, size);
            }
            NS_TEST_EXPECT_MSG_EQ(values[client], best, name << ": cut of " << client);
        }
    }

    /**
     * @brief Test the failures with the director in the first city and a site in the last.
     * @param graph a graph
     * @param analysis what is said of it
     * @param name for messages
     */
    void TestFailures(const SiteGraph& graph,
                      const GraphAnalysis& analysis,
                      const std::string& name)
    {
        const uint32_t site = graph.GetCities().size() - 1;
        auto findServed = [site](const SiteGraph& rest, uint32_t dead) {
            const auto delays = rest.GetDelaysFrom(0);
            Indices served;
            for (uint32_t city = 0; city < delays.size(); city++)
            {
                if (delays[city] != SiteGraph::UNREACHABLE && city != dead && dead != 0 &&
                    dead != site && delays[site] != SiteGraph::UNREACHABLE)
                {
                    served.push_back(city);
                }
            }
            return served;
        };
        const Indices before = findServed(graph, SiteGraph::NO_LINK);
        std::size_t index = 0;
        const auto failures = analysis.FindFailures(0, {site});
        auto test = [&](bool isLink, uint32_t failed, const Indices& after) {
            Indices lost;
            std::set_difference(before.begin(),
                                before.end(),
                                after.begin(),
                                after.end(),
                                std::back_inserter(lost));
            if (!isLink)
            {
                lost.erase(std::remove(lost.begin(), lost.end(), failed), lost.end());
            }
            if (!lost.empty())
            {
                NS_TEST_ASSERT_MSG_LT(index, failures.size(), name << ": a failure is missing");
                NS_TEST_EXPECT_MSG_EQ(failures[index].isLink, isLink, name << ": kind");
                NS_TEST_EXPECT_MSG_EQ(failures[index].index, failed, name << ": what");
                NS_TEST_EXPECT_MSG_EQ((failures[index].cities == lost), true, name << ": whom");
                index++;
            }
        };
        for (uint32_t city = 0; city < graph.GetCities().size(); city++)
        {
            test(false, city, findServed(Without(graph, {}, city), city));
        }
        for (uint32_t link = 0; link < graph.GetLinks().size(); link++)
        {
            test(true, link, findServed(Without(graph, {link}), SiteGraph::NO_LINK));
        }
        NS_TEST_EXPECT_MSG_EQ(index, failures.size(), name << ": failures");
    }
};

/// 3. Shapes and a large world.
class ShapesTestCase : public TestCase
{
  public:
    ShapesTestCase()
        : TestCase("Known shapes, and 2,000 cities")
    {
    }

  private:
    void DoRun() override
    {
        struct Shape
        {
            const char* spec;
            std::size_t points;
            std::size_t bridges;
            std::size_t components;
            int64_t diameter; // ms
            uint32_t cut;     // between the last city and the others
        };

        const std::vector<Shape> shapes{
            {"ring:8", 0, 0, 1, 40, 2},
            {"mesh:5", 0, 0, 1, 10, 4},
            {"hub:6", 1, 6, 6, 20, 1},
            {"sites:3", 0, 0, 1, 20, 2},
        };
        for (const auto& shape : shapes)
        {
            TopologyReader reader;
            NS_TEST_ASSERT_MSG_EQ(reader.Read(shape.spec), true, reader.GetError());
            const GraphAnalysis analysis(reader.GetGraph());
            NS_TEST_EXPECT_MSG_EQ(analysis.GetArticulationPoints().size(),
                                  shape.points,
                                  shape.spec);
            NS_TEST_EXPECT_MSG_EQ(analysis.GetBridges().size(), shape.bridges, shape.spec);
            NS_TEST_EXPECT_MSG_EQ(analysis.GetBiconnectedComponents().size(),
                                  shape.components,
                                  shape.spec);
            NS_TEST_EXPECT_MSG_EQ(analysis.GetDiameter().delay,
                                  MilliSeconds(shape.diameter),
                                  shape.spec);
            GraphAnalysis::Cut weakest;
            analysis.FindCuts(reader.GetGraph().GetCities().size() - 1, weakest);
            NS_TEST_EXPECT_MSG_EQ(weakest.links.size(), shape.cut, shape.spec);
        }
        TopologyReader reader;
        NS_TEST_ASSERT_MSG_EQ(reader.Read("gabriel:2000"), true, reader.GetError());
        const auto begin = std::chrono::steady_clock::now();
        const GraphAnalysis analysis(reader.GetGraph());
        GraphAnalysis::Cut weakest;
        analysis.FindCuts(77, weakest);
        const GraphAnalysis::Diameter diameter = analysis.GetDiameter();
        const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
        const auto delays = reader.GetGraph().GetDelaysFrom(diameter.from);
        NS_TEST_EXPECT_MSG_EQ(diameter.delay.GetNanoSeconds(),
                              *std::max_element(delays.begin(), delays.end()),
                              "the diameter is a distance");
        NS_TEST_EXPECT_MSG_LT(time.count(), 60, "in seconds, even where it is slow");
    }
};

/// Tests of what is said of topologies on paper.
class GraphAnalysisTestSuite : public TestSuite
{
  public:
    GraphAnalysisTestSuite()
        : TestSuite("gipt-graph-analysis")
    {
        AddTestCase(new SmallTestCase);
        AddTestCase(new RandomTestCase);
        AddTestCase(new ShapesTestCase);
    }
};

GraphAnalysisTestSuite g_graphAnalysisTestSuite; ///< the suite

} // namespace
