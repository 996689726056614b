/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_GRAPH_ANALYSIS_H
#define GIPT_GRAPH_ANALYSIS_H

#include "site-graph.h"

#include "ns3/nstime.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Says on paper what a topology can stand: its weak points, cuts and distances.
 *
 * All answers are in indices of cities and links, ascending, and the same for the same graph.
 * Parallel links count as many: a pair of cities joined by two has no bridge.
 */
class GraphAnalysis
{
  public:
    /** The longest of the shortest ways. */
    struct Diameter
    {
        Time delay;       ///< its delay
        uint32_t from{0}; ///< the city at one end
        uint32_t to{0};   ///< the city at the other end
    };

    /** The fewest links whose loss separates two cities. */
    struct Cut
    {
        uint32_t site{0};            ///< one city
        uint32_t client{0};          ///< the other city
        std::vector<uint32_t> links; ///< the links
    };

    /** A failure of one city's router or one link, and who is cut off by it. */
    struct Failure
    {
        bool isLink{false};           ///< a link fails, not a router
        uint32_t index{0};            ///< of the city or the link
        std::vector<uint32_t> cities; ///< those cut off, without the one that failed
    };

    /**
     * @param graph the topology
     */
    explicit GraphAnalysis(const SiteGraph& graph);

    /**
     * @brief Find the largest delay of a shortest way.
     *
     * Exact. The distances from one city bound the eccentricities of all others (F. W. Takes and
     * W. A. Kosters, Algorithms 6(1), 2013); cities that these bounds decide need no search of
     * their own. In a graph of several parts it is the largest of the parts' diameters.
     *
     * @return the way's delay and ends; no delay from the first city to itself when there is no
     * link
     */
    Diameter GetDiameter() const;

    /**
     * @brief Find the cities without whose router their part of the graph falls apart.
     * @return their indices
     */
    const std::vector<uint32_t>& GetArticulationPoints() const
    {
        return m_articulationPoints;
    }

    /**
     * @brief Find the links without which their part of the graph falls apart.
     * @return their indices
     */
    const std::vector<uint32_t>& GetBridges() const
    {
        return m_bridges;
    }

    /**
     * @brief Find the largest parts that stay connected when any one of their routers fails.
     *
     * A bridge is a component of its two cities; cities without links are in none.
     *
     * @return the cities of each component; articulation points are in several
     */
    const std::vector<std::vector<uint32_t>>& GetBiconnectedComponents() const
    {
        return m_components;
    }

    /**
     * @brief Find the fewest links whose loss separates each city from a site.
     *
     * Their number is that of the ways from city to site that share no link (K. Menger,
     * Fundamenta Mathematicae 10, 1927), which are counted one by one.
     *
     * @param site index of a city
     * @param[out] weakest the smallest cut, of the first city that has it; without links when there
     *             is no other city
     * @return the numbers of links by index of the city, 0 for the site itself
     */
    std::vector<uint32_t> FindCuts(uint32_t site, Cut& weakest) const;

    /**
     * @brief Find the single failures that cut clients off.
     *
     * A city is cut off when it does not reach the director, or the director reaches no site. Those
     * that are so without a failure do not count.
     *
     * @param director index of the director's city
     * @param sites indices of the sites' cities
     * @return failures of routers, then of links, each by index; only those that cut someone off
     */
    std::vector<Failure> FindFailures(uint32_t director, const std::vector<uint32_t>& sites) const;

  private:
    /** One direction of a link. */
    struct Arc
    {
        uint32_t link; ///< the link
        uint32_t to;   ///< where it leads
    };

    /** Find articulation points, bridges and biconnected components. */
    void FindComponents();

    /**
     * @brief Find the cities that are connected with one.
     * @param city the one
     * @param deadCity a city whose router has failed, NONE for none
     * @param deadLink a link that has failed, NONE for none
     * @return by index, whether the city is reached
     */
    std::vector<bool> FindReached(uint32_t city, uint32_t deadCity, uint32_t deadLink) const;

    static constexpr uint32_t NONE = 0xffffffff; ///< no city, no link

    SiteGraph m_graph;                               ///< the topology
    std::vector<std::vector<Arc>> m_arcs;            ///< by city
    std::vector<uint32_t> m_articulationPoints;      ///< cities
    std::vector<uint32_t> m_bridges;                 ///< links
    std::vector<std::vector<uint32_t>> m_components; ///< biconnected ones
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_GRAPH_ANALYSIS_H
