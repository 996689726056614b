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
#include <cmath>
#include <limits>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptSiteGraph");

namespace
{

using Cost = uint64_t; ///< nanoseconds

/// The graph in Boost's form; edges carry their cost.
using BoostGraph = boost::adjacency_list<boost::vecS,
                                         boost::vecS,
                                         boost::undirectedS,
                                         boost::no_property,
                                         boost::property<boost::edge_weight_t, Cost>>;

/**
 * @brief What a link costs: its delay, but never nothing, so that every hop is a step forward.
 * @param link the link
 * @return nanoseconds
 */
Cost
GetCost(const SiteGraph::Link& link)
{
    return static_cast<Cost>(std::max<int64_t>(1, link.delay.GetNanoSeconds()));
}

/**
 * @brief Put the links into Boost's form.
 * @param graph the graph
 * @return the same with the links' costs as weights
 */
BoostGraph
ToBoost(const SiteGraph& graph)
{
    BoostGraph result(graph.GetCities().size());
    for (const auto& link : graph.GetLinks())
    {
        boost::add_edge(link.from, link.to, GetCost(link), result);
    }
    return result;
}

} // namespace

uint32_t
SiteGraph::AddCity(const City& city)
{
    NS_LOG_FUNCTION(this << city.name);
    uint32_t known;
    NS_ABORT_MSG_IF(Find(city.name, known), "There is a city named '" << city.name << "' already");
    m_cities.push_back(city);
    return m_cities.size() - 1;
}

uint32_t
SiteGraph::AddLink(const Link& link)
{
    NS_LOG_FUNCTION(this << link.from << link.to << link.delay);
    NS_ABORT_MSG_IF(link.from >= m_cities.size() || link.to >= m_cities.size() ||
                        link.from == link.to,
                    "A link joins two different cities of the graph");
    m_links.push_back(link);
    return m_links.size() - 1;
}

bool
SiteGraph::Find(const std::string& name, uint32_t& index) const
{
    auto city = std::find_if(m_cities.begin(), m_cities.end(), [&name](const City& c) {
        return c.name == name;
    });
    if (city == m_cities.end())
    {
        return false;
    }
    index = city - m_cities.begin();
    return true;
}

std::string
SiteGraph::DescribeCities() const
{
    std::string names;
    for (const auto& city : m_cities)
    {
        names += (names.empty() ? "" : ", ") + city.name;
    }
    return names;
}

std::vector<SiteGraph::Path>
SiteGraph::GetPathsTo(uint32_t destination) const
{
    NS_LOG_FUNCTION(this << destination);
    NS_ABORT_MSG_IF(destination >= m_cities.size(), "No city of index " << destination);

    const Cost unreachable = std::numeric_limits<Cost>::max();
    std::vector<Cost> cost(m_cities.size(), unreachable);
    boost::dijkstra_shortest_paths(
        ToBoost(*this),
        destination,
        boost::distance_map(
            boost::make_iterator_property_map(cost.begin(), boost::identity_property_map()))
            .distance_inf(unreachable));

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
            if (cost[city] == cost[next] + GetCost(link) &&
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
    std::vector<uint32_t> component(m_cities.size());
    return boost::connected_components(
        ToBoost(*this),
        boost::make_iterator_property_map(component.begin(), boost::identity_property_map()));
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
