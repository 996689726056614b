/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "graph-analysis.h"

#include "ns3/abort.h"
#include "ns3/log.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/biconnected_components.hpp>
#include <deque>
#include <iterator>
#include <map>
#include <utility>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptGraphAnalysis");

namespace
{

/// The graph in Boost's form; edges know their link, and get their biconnected component.
using BoostGraph =
    boost::adjacency_list<boost::vecS,
                          boost::vecS,
                          boost::undirectedS,
                          boost::no_property,
                          boost::property<boost::edge_index_t,
                                          uint32_t,
                                          boost::property<boost::edge_weight_t, uint32_t>>>;

/// Counts the ways between cities and one site that share no link.
template <typename Arc>
class FlowSearch
{
  public:
    /**
     * @param graph the topology
     * @param arcs its links by city
     * @param site the site
     */
    FlowSearch(const SiteGraph& graph, std::vector<std::vector<Arc>> arcs, uint32_t site)
        : m_graph(graph),
          m_arcs(std::move(arcs)),
          m_site(site),
          m_flow(graph.GetLinks().size(), 0),
          m_seen(m_arcs.size(), 0)
    {
        // Nearer to the site first: then a search seldom looks at more than its way.
        std::vector<uint32_t> hops(m_arcs.size(), m_arcs.size());
        std::deque<uint32_t> queue{site};
        hops[site] = 0;
        for (; !queue.empty(); queue.pop_front())
        {
            for (const auto& arc : m_arcs[queue.front()])
            {
                if (hops[arc.to] == m_arcs.size())
                {
                    hops[arc.to] = hops[queue.front()] + 1;
                    queue.push_back(arc.to);
                }
            }
        }
        for (auto& list : m_arcs)
        {
            std::stable_sort(list.begin(), list.end(), [&hops](const Arc& a, const Arc& b) {
                return hops[a.to] < hops[b.to];
            });
        }
    }

    /**
     * @brief Count the ways from a city.
     * @param client the city, not the site
     * @return their number
     */
    uint32_t Count(uint32_t client)
    {
        for (uint32_t link : m_touched)
        {
            m_flow[link] = 0;
        }
        m_touched.clear();
        const std::size_t most = std::min(m_arcs[client].size(), m_arcs[m_site].size());
        uint32_t ways = 0;
        while (ways < most && AddWay(client))
        {
            ways++;
        }
        return ways;
    }

    /**
     * @brief Find the links of a minimum cut: those between what the client still reaches when all
     * ways are taken, and the rest.
     * @param client the city
     * @return the links, ascending
     */
    std::vector<uint32_t> FindCut(uint32_t client)
    {
        Count(client);
        AddWay(client); // in vain; it leaves a mark at what is reached
        std::vector<uint32_t> links;
        for (uint32_t link = 0; link < m_flow.size(); link++)
        {
            const auto& ends = m_graph.GetLinks()[link];
            if ((m_seen[ends.from] == m_mark) != (m_seen[ends.to] == m_mark))
            {
                links.push_back(link);
            }
        }
        return links;
    }

  private:
    /**
     * @brief Add a way from a city to the site.
     *
     * A link that a way takes in one direction is free in the other: there the ways change places.
     *
     * @param client the city
     * @return true when there was one more
     */
    bool AddWay(uint32_t client)
    {
        m_mark++;
        m_seen[client] = m_mark;
        m_way.assign(1, {client, 0});
        while (!m_way.empty() && m_way.back().first != m_site)
        {
            auto& [city, next] = m_way.back();
            if (next == m_arcs[city].size())
            {
                m_way.pop_back();
                continue;
            }
            const Arc& arc = m_arcs[city][next++];
            const int direction = m_graph.GetLinks()[arc.link].from == city ? 1 : -1;
            if (m_seen[arc.to] != m_mark && m_flow[arc.link] != direction)
            {
                m_seen[arc.to] = m_mark;
                m_way.emplace_back(arc.to, 0);
            }
        }
        if (m_way.empty())
        {
            return false;
        }
        m_way.pop_back();
        for (const auto& [city, next] : m_way)
        {
            const uint32_t link = m_arcs[city][next - 1].link;
            m_flow[link] += m_graph.GetLinks()[link].from == city ? 1 : -1;
            m_touched.push_back(link);
        }
        return true;
    }

    const SiteGraph& m_graph;                            ///< the topology
    std::vector<std::vector<Arc>> m_arcs;                ///< by city, nearer to the site first
    uint32_t m_site;                                     ///< the site
    std::vector<int> m_flow;                             ///< by link: 1 from-to, -1 to-from
    std::vector<uint32_t> m_touched;                     ///< links that ways have taken
    std::vector<uint64_t> m_seen;                        ///< by city: mark of the last search there
    uint64_t m_mark{0};                                  ///< of the last search
    std::vector<std::pair<uint32_t, std::size_t>> m_way; ///< cities with their next arc to try
};

} // namespace

GraphAnalysis::GraphAnalysis(const SiteGraph& graph)
    : m_graph(graph),
      m_arcs(graph.GetCities().size())
{
    NS_LOG_FUNCTION(this);
    for (uint32_t index = 0; index < graph.GetLinks().size(); index++)
    {
        const auto& link = graph.GetLinks()[index];
        m_arcs[link.from].push_back({index, link.to});
        m_arcs[link.to].push_back({index, link.from});
    }
    FindComponents();
}

void
GraphAnalysis::FindComponents()
{
    BoostGraph graph(m_graph.GetCities().size());
    std::map<std::pair<uint32_t, uint32_t>, uint32_t> parallel; // links of a pair
    const auto& links = m_graph.GetLinks();
    auto pairOf = [&links](uint32_t link) { return std::minmax(links[link].from, links[link].to); };
    for (uint32_t link = 0; link < links.size(); link++)
    {
        // One for each pair: Boost leaves further ones out of the components.
        if (++parallel[pairOf(link)] == 1)
        {
            boost::add_edge(links[link].from, links[link].to, {link, 0}, graph);
        }
    }
    auto component = boost::get(boost::edge_weight, graph);
    const auto [count, end] =
        boost::biconnected_components(graph, component, std::back_inserter(m_articulationPoints));
    std::sort(m_articulationPoints.begin(), m_articulationPoints.end());
    std::vector<std::vector<uint32_t>> linksOf(count);
    m_components.resize(count);
    for (auto [edge, last] = boost::edges(graph); edge != last; ++edge)
    {
        const uint32_t link = boost::get(boost::edge_index, graph, *edge);
        const uint32_t index = boost::get(component, *edge);
        linksOf[index].push_back(link);
        m_components[index].push_back(links[link].from);
        m_components[index].push_back(links[link].to);
    }
    for (uint32_t index = 0; index < count; index++)
    {
        auto& cities = m_components[index];
        std::sort(cities.begin(), cities.end());
        cities.erase(std::unique(cities.begin(), cities.end()), cities.end());
        if (linksOf[index].size() == 1 && parallel[pairOf(linksOf[index].front())] == 1)
        {
            m_bridges.push_back(linksOf[index].front());
        }
    }
    std::sort(m_components.begin(), m_components.end());
    std::sort(m_bridges.begin(), m_bridges.end());
}

GraphAnalysis::Diameter
GraphAnalysis::GetDiameter() const
{
    NS_LOG_FUNCTION(this);
    const uint32_t cities = m_graph.GetCities().size();
    Diameter diameter;
    int64_t longest = 0;
    std::vector<int64_t> least(cities, 0); // bounds of each city's eccentricity
    std::vector<int64_t> most(cities);
    // No way is longer than all links of its component together: small components need no search.
    const std::vector<uint32_t> components = m_graph.GetComponents();
    std::vector<int64_t> sums(cities, 0);
    for (const auto& link : m_graph.GetLinks())
    {
        int64_t& sum = sums[components[link.from]];
        sum += std::min(link.delay.GetNanoSeconds(), SiteGraph::UNREACHABLE - sum);
    }
    for (uint32_t city = 0; city < cities; city++)
    {
        most[city] = sums[components[city]];
    }
    bool isHigh = true;
    while (true)
    {
        // The city that may have the greatest, then the one that may have the least: the first
        // raises what is known, the second lowers what may be.
        uint32_t city = cities;
        for (uint32_t other = 0; other < cities; other++)
        {
            if (most[other] > longest &&
                (city == cities ||
                 (isHigh ? std::pair(most[other], least[other]) > std::pair(most[city], least[city])
                         : least[other] < least[city])))
            {
                city = other;
            }
        }
        if (city == cities)
        {
            break;
        }
        isHigh = !isHigh;
        const std::vector<int64_t> delays = m_graph.GetDelaysFrom(city);
        int64_t farthest = 0;
        for (uint32_t other = 0; other < cities; other++)
        {
            if (delays[other] != SiteGraph::UNREACHABLE && delays[other] > farthest)
            {
                farthest = delays[other];
                if (farthest > longest)
                {
                    longest = farthest;
                    diameter.from = std::min(city, other);
                    diameter.to = std::max(city, other);
                }
            }
        }
        for (uint32_t other = 0; other < cities; other++)
        {
            if (delays[other] != SiteGraph::UNREACHABLE)
            {
                least[other] = std::max({least[other], delays[other], farthest - delays[other]});
                most[other] = std::min(most[other], farthest + delays[other]);
            }
        }
        most[city] = farthest;
    }
    diameter.delay = NanoSeconds(longest);
    return diameter;
}

std::vector<uint32_t>
GraphAnalysis::FindCuts(uint32_t site, Cut& weakest) const
{
    NS_LOG_FUNCTION(this << site);
    NS_ABORT_MSG_IF(site >= m_arcs.size(), "No city of index " << site);
    FlowSearch<Arc> search(m_graph, m_arcs, site);
    std::vector<uint32_t> ways(m_arcs.size(), 0);
    weakest = Cut();
    weakest.site = site;
    weakest.client = site;
    for (uint32_t client = 0; client < m_arcs.size(); client++)
    {
        if (client != site)
        {
            ways[client] = search.Count(client);
            if (weakest.client == site || ways[client] < ways[weakest.client])
            {
                weakest.client = client;
            }
        }
    }
    if (weakest.client != site)
    {
        weakest.links = search.FindCut(weakest.client);
    }
    return ways;
}

std::vector<bool>
GraphAnalysis::FindReached(uint32_t city, uint32_t deadCity, uint32_t deadLink) const
{
    std::vector<bool> isReached(m_arcs.size(), false);
    if (city == deadCity)
    {
        return isReached;
    }
    std::vector<uint32_t> open{city};
    isReached[city] = true;
    while (!open.empty())
    {
        const uint32_t at = open.back();
        open.pop_back();
        for (const auto& arc : m_arcs[at])
        {
            if (arc.link != deadLink && arc.to != deadCity && !isReached[arc.to])
            {
                isReached[arc.to] = true;
                open.push_back(arc.to);
            }
        }
    }
    return isReached;
}

std::vector<GraphAnalysis::Failure>
GraphAnalysis::FindFailures(uint32_t director, const std::vector<uint32_t>& sites) const
{
    NS_LOG_FUNCTION(this << director);
    auto findServed = [&](uint32_t deadCity, uint32_t deadLink) {
        std::vector<bool> isServed = FindReached(director, deadCity, deadLink);
        const bool hasSite = std::any_of(sites.begin(), sites.end(), [&isServed](uint32_t site) {
            return isServed[site];
        });
        return hasSite ? isServed : std::vector<bool>(m_arcs.size(), false);
    };
    const std::vector<bool> isServed = findServed(NONE, NONE);
    std::vector<Failure> failures;
    auto test = [&](bool isLink, uint32_t index) {
        const std::vector<bool> isStill =
            isLink ? findServed(NONE, index) : findServed(index, NONE);
        Failure failure;
        failure.isLink = isLink;
        failure.index = index;
        for (uint32_t city = 0; city < isServed.size(); city++)
        {
            if (isServed[city] && !isStill[city] && (isLink || city != index))
            {
                failure.cities.push_back(city);
            }
        }
        if (!failure.cities.empty())
        {
            failures.push_back(failure);
        }
    };
    // No other router or link can separate cities; but one may be all there is of something.
    std::vector<uint32_t> routers = m_articulationPoints;
    routers.push_back(director);
    routers.insert(routers.end(), sites.begin(), sites.end());
    std::sort(routers.begin(), routers.end());
    routers.erase(std::unique(routers.begin(), routers.end()), routers.end());
    for (uint32_t router : routers)
    {
        test(false, router);
    }
    for (uint32_t bridge : m_bridges)
    {
        test(true, bridge);
    }
    return failures;
}

} // namespace gipt
} // namespace ns3
