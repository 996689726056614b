/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "site-graph.h"

#include "ns3/abort.h"
#include "ns3/log.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <boost/property_map/transform_value_property_map.hpp>
#include <cmath>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptSiteGraph");

namespace
{

using Cost = int64_t; ///< nanoseconds

/// The graph in Boost's form; edges carry their delay in nanoseconds.
using BoostGraph = boost::adjacency_list<boost::vecS,
                                         boost::vecS,
                                         boost::undirectedS,
                                         boost::no_property,
                                         boost::property<boost::edge_weight_t, Cost>>;

/**
 * @brief What a link costs: its delay, but never nothing, so that every hop is a step forward.
 * @param delay of the link in nanoseconds
 * @return nanoseconds
 */
Cost
GetCost(Cost delay)
{
    return std::max<Cost>(1, delay);
}

/**
 * @brief Find the cost of the cheapest ways from a city.
 * @param graph the graph
 * @param city where from
 * @param weights map from an edge to what it costs
 * @return costs by city, SiteGraph::UNREACHABLE where there is no way
 */
template <typename Weights>
std::vector<Cost>
FindCosts(const BoostGraph& graph, uint32_t city, Weights weights)
{
    const Cost unreachable = SiteGraph::UNREACHABLE;
    std::vector<Cost> cost(boost::num_vertices(graph), unreachable);
    boost::dijkstra_shortest_paths(
        graph,
        city,
        boost::weight_map(weights)
            .distance_map(
                boost::make_iterator_property_map(cost.begin(), boost::identity_property_map()))
            .distance_inf(unreachable));
    return cost;
}

} // namespace

/** The links in Boost's form. */
struct SiteGraph::Adjacency
{
    BoostGraph graph; ///< all links
};

const SiteGraph::Adjacency&
SiteGraph::GetAdjacency() const
{
    if (!m_adjacency)
    {
        auto adjacency = std::make_shared<Adjacency>();
        adjacency->graph = BoostGraph(m_cities.size());
        for (const auto& link : m_links)
        {
            boost::add_edge(link.from, link.to, link.delay.GetNanoSeconds(), adjacency->graph);
        }
        m_adjacency = adjacency;
    }
    return *m_adjacency;
}

uint32_t
SiteGraph::AddCity(const City& city)
{
    NS_LOG_FUNCTION(this << city.name);
    bool isNew = m_names.emplace(city.name, m_cities.size()).second;
    NS_ABORT_MSG_UNLESS(isNew, "There is a city named '" << city.name << "' already");
    m_cities.push_back(city);
    m_adjacency = nullptr;
    return m_cities.size() - 1;
}

uint32_t
SiteGraph::AddLink(const Link& link)
{
    NS_LOG_FUNCTION(this << link.from << link.to << link.delay);
    NS_ABORT_MSG_IF(link.from >= m_cities.size() || link.to >= m_cities.size() ||
                        link.from == link.to,
                    "A link joins two different cities of the graph");
    NS_ABORT_MSG_IF(link.delay.IsStrictlyNegative(), "A link's delay is not negative");
    m_links.push_back(link);
    m_adjacency = nullptr;
    return m_links.size() - 1;
}

bool
SiteGraph::Find(const std::string& name, uint32_t& index) const
{
    auto city = m_names.find(name);
    if (city == m_names.end())
    {
        return false;
    }
    index = city->second;
    return true;
}

std::string
SiteGraph::DescribeCities() const
{
    const std::size_t most = 50;
    std::string names;
    for (std::size_t city = 0; city < std::min(most, m_cities.size()); city++)
    {
        names += (names.empty() ? "" : ", ") + m_cities[city].name;
    }
    return m_cities.size() <= most
               ? names
               : names + ", ... (" + std::to_string(m_cities.size()) + " cities)";
}

std::vector<SiteGraph::Path>
SiteGraph::GetPathsTo(uint32_t destination) const
{
    NS_LOG_FUNCTION(this << destination);
    NS_ABORT_MSG_IF(destination >= m_cities.size(), "No city of index " << destination);

    const BoostGraph& graph = GetAdjacency().graph;
    const Cost unreachable = UNREACHABLE;
    auto costs =
        boost::make_transform_value_property_map(&GetCost, boost::get(boost::edge_weight, graph));
    std::vector<Cost> cost = FindCosts(graph, destination, costs);

    std::vector<Path> paths(m_cities.size());
    for (uint32_t city = 0; city < paths.size(); city++)
    {
        paths[city].reachable = cost[city] != unreachable;
        paths[city].next = city;
    }
    // Which of several shortest ways Dijkstra's algorithm finds depends on its heap. The costs do
    // not, so the next hop is chosen from them.
    for (uint32_t index = 0; index < m_links.size(); index++)
    {
        const Link& link = m_links[index];
        if (!paths[link.from].reachable)
        {
            continue; // its other end is not reachable either
        }
        for (auto [city, next] : {std::pair(link.from, link.to), std::pair(link.to, link.from)})
        {
            Path& path = paths[city];
            if (cost[city] == cost[next] + GetCost(link.delay.GetNanoSeconds()) &&
                (path.link == NO_LINK || next < path.next))
            {
                path.link = index;
                path.next = next;
            }
        }
    }
    // Along the ways, nearest city first, so that the delay of the next city is known.
    std::vector<uint32_t> order;
    for (uint32_t city = 0; city < paths.size(); city++)
    {
        if (paths[city].reachable && city != destination)
        {
            order.push_back(city);
        }
    }
    std::sort(order.begin(), order.end(), [&cost](uint32_t a, uint32_t b) {
        return cost[a] < cost[b];
    });
    for (uint32_t city : order)
    {
        paths[city].delay = m_links[paths[city].link].delay + paths[paths[city].next].delay;
    }
    return paths;
}

uint32_t
SiteGraph::GetComponentCount() const
{
    std::vector<uint32_t> components = GetComponents();
    return components.empty() ? 0 : *std::max_element(components.begin(), components.end()) + 1;
}

std::vector<uint32_t>
SiteGraph::GetComponents() const
{
    std::vector<uint32_t> component(m_cities.size());
    boost::connected_components(
        GetAdjacency().graph,
        boost::make_iterator_property_map(component.begin(), boost::identity_property_map()));
    return component;
}

std::vector<int64_t>
SiteGraph::GetDelaysFrom(uint32_t city) const
{
    NS_ABORT_MSG_IF(city >= m_cities.size(), "No city of index " << city);
    const BoostGraph& graph = GetAdjacency().graph;
    return FindCosts(graph, city, boost::get(boost::edge_weight, graph));
}

double
SiteGraph::GetDistance(const City& a, const City& b)
{
    // The haversine form keeps its precision for cities that are near each other.
    const double radian = std::acos(-1.0) / 180;
    double sinLatitude = std::sin((b.latitude - a.latitude) * radian / 2);
    double sinLongitude = std::sin((b.longitude - a.longitude) * radian / 2);
    double h = sinLatitude * sinLatitude + std::cos(a.latitude * radian) *
                                               std::cos(b.latitude * radian) * sinLongitude *
                                               sinLongitude;
    return 2 * EARTH_RADIUS * std::asin(std::sqrt(std::min(1.0, h)));
}

Time
SiteGraph::GetFibreDelay(const City& a, const City& b)
{
    return NanoSeconds(std::llround(GetDistance(a, b) / SIGNAL_SPEED * 1e9));
}

} // namespace gipt
} // namespace ns3
