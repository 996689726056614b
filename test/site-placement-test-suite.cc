/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/random-variable-stream.h"
#include "ns3/site-graph.h"
#include "ns3/site-placement.h"
#include "ns3/site-topology-reader.h"
#include "ns3/test.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of the choice of sites.
 *
 * 1. By name, also names with commas; unknown names, names given twice.
 * 2. central:K against all choices there are, on random graphs; on Abilene; in several parts.
 * 3. central:K on graphs too large for that: within twice the least possible, and in time.
 * 4. random:K: each city as often as any other, the same for the same stream.
 */

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/**
 * @brief Make a graph without links.
 * @param names of its cities
 * @return the graph
 */
SiteGraph
MakeCities(const std::vector<std::string>& names)
{
    SiteGraph graph;
    for (const auto& name : names)
    {
        SiteGraph::City city;
        city.name = name;
        graph.AddCity(city);
    }
    return graph;
}

/**
 * @brief Add a link.
 * @param graph gets it
 * @param from a city
 * @param to another
 * @param milliseconds its delay
 */
void
AddLink(SiteGraph& graph, uint32_t from, uint32_t to, int64_t milliseconds)
{
    SiteGraph::Link link;
    link.from = from;
    link.to = to;
    link.delay = MilliSeconds(milliseconds);
    graph.AddLink(link);
}

/**
 * @brief Generate or read a graph.
 * @param spec its name
 * @return the graph
 */
SiteGraph
Read(const std::string& spec)
{
    TopologyReader reader;
    reader.Read(spec);
    return reader.GetGraph();
}

/// 1. By name.
class NamedTestCase : public TestCase
{
  public:
    NamedTestCase()
        : TestCase("Sites by name")
    {
    }

  private:
    void DoRun() override
    {
        const SiteGraph graph =
            MakeCities({"Paris", "TX", "Paris, TX", "A, B, C", "central:1", "Rome"});
        using Sites = std::vector<uint32_t>;
        const std::vector<std::pair<std::string, Sites>> chosen{
            {"Rome", {5}},
            {"Rome,Paris", {5, 0}},
            {" TX , Paris ", {1, 0}},
            {"Paris, TX", {2}},
            {"Paris,TX", {0, 1}},
            {"Rome,Paris, TX,A, B, C", {5, 2, 3}},
            {"central:1", {4}},
        };
        SitePlacement placement;
        for (const auto& [rule, sites] : chosen)
        {
            bool isChosen = placement.Choose(graph, rule);
            NS_TEST_EXPECT_MSG_EQ(isChosen, true, placement.GetError());
            NS_TEST_EXPECT_MSG_EQ((placement.GetSites() == sites), true, rule);
        }
        const std::string all = "Paris, TX, Paris, TX, A, B, C, central:1, Rome";
        const std::vector<std::pair<std::string, std::string>> refused{
            {"", "a name is missing, expected one of: " + all},
            {"Rome,", "a name is missing, expected one of: " + all},
            {",Rome", "a name is missing, expected one of: " + all},
            {"Rome,Oslo", "unknown city 'Oslo', expected one of: " + all},
            {"Rome,TX,Rome", "'Rome' twice, expected each city once"},
            {"central:0",
             "'central:0', expected central:K with K from 1 to 6, the number of cities"},
            {"random:7", "'random:7', expected random:K with K from 1 to 6, the number of cities"},
            {"random:x", "'random:x', expected random:K with K from 1 to 6, the number of cities"},
        };
        for (const auto& [rule, error] : refused)
        {
            bool isChosen = placement.Choose(graph, rule);
            NS_TEST_EXPECT_MSG_EQ(isChosen, false, rule);
            NS_TEST_EXPECT_MSG_EQ(placement.GetError(), error, "message");
            NS_TEST_EXPECT_MSG_EQ(placement.GetSites().size(), 0, "nothing is left");
        }
    }
};

/// 2. Central sites.
class CentralTestCase : public TestCase
{
  public:
    CentralTestCase()
        : TestCase("Central sites against all choices")
    {
    }

  private:
    /**
     * @brief Find the least possible radius by trying all choices.
     * @param graph the graph, of one part
     * @param count number of sites
     * @return the radius in nanoseconds
     */
    static int64_t FindRadius(const SiteGraph& graph, uint32_t count)
    {
        const uint32_t cities = graph.GetCities().size();
        std::vector<std::vector<int64_t>> delays;
        for (uint32_t city = 0; city < cities; city++)
        {
            delays.push_back(graph.GetDelaysFrom(city));
        }
        int64_t best = SiteGraph::UNREACHABLE;
        std::vector<bool> isSite(cities, false);
        std::fill(isSite.end() - count, isSite.end(), true);
        do
        {
            int64_t radius = 0;
            for (uint32_t city = 0; city < cities; city++)
            {
                int64_t nearest = SiteGraph::UNREACHABLE;
                for (uint32_t site = 0; site < cities; site++)
                {
                    nearest = isSite[site] ? std::min(nearest, delays[site][city]) : nearest;
                }
                radius = std::max(radius, nearest);
            }
            best = std::min(best, radius);
        } while (std::next_permutation(isSite.begin(), isSite.end()));
        return best;
    }

    void DoRun() override
    {
        auto random = CreateObject<UniformRandomVariable>();
        random->SetStream(1);
        for (uint32_t round = 0; round < 60; round++)
        {
            const uint32_t cities = 2 + round % 9;
            std::vector<std::string> names;
            for (uint32_t city = 0; city < cities; city++)
            {
                names.push_back(std::to_string(city));
            }
            SiteGraph graph = MakeCities(names);
            for (uint32_t city = 1; city < cities; city++)
            {
                AddLink(graph, random->GetInteger(0, city - 1), city, random->GetInteger(0, 9));
            }
            for (uint32_t more = 0; more < round % 4; more++)
            {
                const uint32_t from = random->GetInteger(0, cities - 2);
                AddLink(graph, from, random->GetInteger(from + 1, cities - 1), 2);
            }
            for (uint32_t count = 1; count <= cities; count++)
            {
                SitePlacement placement;
                const std::string rule = "central:" + std::to_string(count);
                NS_TEST_ASSERT_MSG_EQ(placement.Choose(graph, rule), true, placement.GetError());
                const auto& sites = placement.GetSites();
                NS_TEST_EXPECT_MSG_EQ(std::set<uint32_t>(sites.begin(), sites.end()).size(),
                                      count,
                                      "different sites");
                NS_TEST_EXPECT_MSG_EQ(placement.IsExact(), true, "small enough");
                NS_TEST_EXPECT_MSG_EQ(SitePlacement::GetRadius(graph, sites).GetNanoSeconds(),
                                      FindRadius(graph, count),
                                      "graph " << round << ", " << rule);
            }
        }
        const SiteGraph abilene = Read(GIPT_SOURCE_DIR "/examples/topologies/abilene.graphml");
        SitePlacement placement;
        for (uint32_t count : {1, 2, 3, 4})
        {
            placement.Choose(abilene, "central:" + std::to_string(count));
            NS_TEST_EXPECT_MSG_EQ(
                SitePlacement::GetRadius(abilene, placement.GetSites()).GetNanoSeconds(),
                FindRadius(abilene, count),
                "Abilene, " << count << " sites");
        }

        SiteGraph parts = MakeCities({"a", "b", "alone", "c", "d", "e"});
        AddLink(parts, 0, 1, 1);
        AddLink(parts, 3, 4, 1);
        AddLink(parts, 4, 5, 1);
        using Sites = std::vector<uint32_t>;
        const std::vector<Sites> expected{{4}, {0, 4}, {0, 2, 4}, {0, 1, 2, 4}};
        for (uint32_t count = 1; count <= 3; count++)
        {
            placement.Choose(parts, "central:" + std::to_string(count));
            NS_TEST_EXPECT_MSG_EQ((placement.GetSites() == expected[count - 1]),
                                  true,
                                  count << " sites in three parts");
            NS_TEST_EXPECT_MSG_EQ(placement.IsExact(), true, "one each");
        }
        placement.Choose(parts, "central:4");
        NS_TEST_EXPECT_MSG_EQ(placement.GetSites().size(), 4, "one more");
        const auto& sites = placement.GetSites();
        NS_TEST_EXPECT_MSG_EQ(std::count(sites.begin(), sites.end(), 2U), 1, "still one alone");
        NS_TEST_EXPECT_MSG_EQ(SitePlacement::GetRadius(parts, sites), MilliSeconds(1), "radius");
    }
};

/// 3. Large graphs.
class LargeTestCase : public TestCase
{
  public:
    LargeTestCase()
        : TestCase("Central sites of large worlds")
    {
    }

  private:
    void DoRun() override
    {
        const SiteGraph world = Read("gabriel:700");
        SitePlacement placement;
        Time last = Time::Max();
        for (uint32_t count : {1, 2, 3, 5, 12})
        {
            placement.Choose(world, "central:" + std::to_string(count));
            const Time radius = SitePlacement::GetRadius(world, placement.GetSites());
            NS_TEST_EXPECT_MSG_LT(radius, last, "more sites are nearer");
            NS_TEST_EXPECT_MSG_EQ(placement.GetSites().size(), count, "number of sites");
            last = radius;
        }
        // On a ring the best is known: the cities divided by the sites, halved.
        const SiteGraph ring = Read("ring:2400");
        placement.Choose(ring, "central:6");
        NS_TEST_EXPECT_MSG_EQ(placement.IsExact(), false, "too large to be sure");
        const Time radius = SitePlacement::GetRadius(ring, placement.GetSites());
        NS_TEST_EXPECT_MSG_EQ((radius <= MilliSeconds(2 * 10 * 2400 / 12)), true, "within twice");
        placement.Choose(ring, "central:1");
        NS_TEST_EXPECT_MSG_EQ(placement.IsExact(), true, "one site of a large world");
    }
};

/// 4. Random sites.
class RandomTestCase : public TestCase
{
  public:
    RandomTestCase()
        : TestCase("Sites at random")
    {
    }

  private:
    void DoRun() override
    {
        const SiteGraph graph = Read("ring:10");
        SitePlacement placement;
        NS_TEST_EXPECT_MSG_EQ(placement.AssignStreams(5), 1, "streams");
        std::vector<int> chosen(10);
        std::vector<std::vector<uint32_t>> first;
        for (int round = 0; round < 10000; round++)
        {
            placement.Choose(graph, "random:3");
            const auto& sites = placement.GetSites();
            NS_TEST_ASSERT_MSG_EQ(std::set<uint32_t>(sites.begin(), sites.end()).size(),
                                  3,
                                  "three");
            for (uint32_t site : sites)
            {
                chosen[site]++;
            }
            first.push_back(sites);
        }
        for (int count : chosen)
        {
            // The standard deviation is 46.
            NS_TEST_EXPECT_MSG_EQ_TOL(count, 3000, 230, "each city as often");
        }
        SitePlacement again;
        again.AssignStreams(5);
        for (int round = 0; round < 10; round++)
        {
            again.Choose(graph, "random:3");
            NS_TEST_EXPECT_MSG_EQ((again.GetSites() == first[round]), true, "the same stream");
        }
        again.Choose(graph, "random:10");
        NS_TEST_EXPECT_MSG_EQ(again.GetSites().size(), 10, "all");
    }
};

/// Tests of the choice of sites.
class SitePlacementTestSuite : public TestSuite
{
  public:
    SitePlacementTestSuite()
        : TestSuite("gipt-site-placement")
    {
        AddTestCase(new NamedTestCase);
        AddTestCase(new CentralTestCase);
        AddTestCase(new LargeTestCase);
        AddTestCase(new RandomTestCase);
    }
};

SitePlacementTestSuite g_sitePlacementTestSuite; ///< the suite

} // namespace
