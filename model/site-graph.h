/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_SITE_GRAPH_H
#define GIPT_SITE_GRAPH_H

#include "ns3/data-rate.h"
#include "ns3/nstime.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief A wide-area topology: cities and the links between them.
 *
 * A plain value without simulation objects. Parallel links are kept, one each; links from a city
 * to itself do not exist. Nothing here depends on the order of hashing: the same input gives the
 * same paths. What the searches need is made once and shared by copies, until the graph changes.
 */
class SiteGraph
{
  public:
    /** Speed of light in fibre, two thirds of that in vacuum, in metres per second. */
    static constexpr double SIGNAL_SPEED = 299792458.0 * 2 / 3;
    /** Mean radius of the Earth in metres (IUGG). */
    static constexpr double EARTH_RADIUS = 6371008.8;
    /** The link index that means "no link". */
    static constexpr uint32_t NO_LINK = 0xffffffff;
    /** The delay in nanoseconds that means "no way". */
    static constexpr int64_t UNREACHABLE = 0x7fffffffffffffff;

    /** One city. */
    struct City
    {
        std::string name;        ///< unique name
        bool hasPosition{false}; ///< latitude and longitude are known
        double latitude{0};      ///< degrees, north positive
        double longitude{0};     ///< degrees, east positive
    };

    /** One link, the same in both directions. */
    struct Link
    {
        uint32_t from{0};    ///< index of one city
        uint32_t to{0};      ///< index of the other city
        Time delay;          ///< propagation delay
        bool hasRate{false}; ///< the rate is known
        DataRate rate;       ///< capacity in each direction, when known
        uint32_t cost{1};    ///< what routing by cost pays for it, 1 or more
    };

    /** The way from one city towards a destination. */
    struct Path
    {
        bool reachable{false};  ///< there is a way
        Time delay;             ///< sum of the links' delays up to the destination
        uint32_t link{NO_LINK}; ///< first link of the way, NO_LINK at the destination itself
        uint32_t next{0};       ///< the city that link leads to
    };

    /**
     * @brief Add a city.
     * @param city the city; its name must be new
     * @return its index, counted from 0
     */
    uint32_t AddCity(const City& city);

    /**
     * @brief Add a link.
     * @param link the link between two different cities of this graph
     * @return its index, counted from 0
     */
    uint32_t AddLink(const Link& link);

    /**
     * @brief All cities.
     * @return the cities by index
     */
    const std::vector<City>& GetCities() const
    {
        return m_cities;
    }

    /**
     * @brief All links.
     * @return the links by index
     */
    const std::vector<Link>& GetLinks() const
    {
        return m_links;
    }

    /**
     * @brief Find a city by name.
     * @param name exact name
     * @param[out] index its index, when found
     * @return true when there is such a city
     */
    bool Find(const std::string& name, uint32_t& index) const;

    /**
     * @brief The names of the cities, to tell a user what would have been understood.
     * @return the names of up to 50 in the order of the cities, separated by ", "
     */
    std::string DescribeCities() const;

    /**
     * @brief Shortest paths by delay from every city to one destination.
     *
     * Delays are compared in whole nanoseconds, at least one a link. Of ways that are equally
     * short the one over the next city of the lowest index is taken, of parallel links the one of
     * the lowest index.
     *
     * @param destination index of the destination
     * @return one path for each city, by index
     */
    std::vector<Path> GetPathsTo(uint32_t destination) const;

    /**
     * @brief Number of connected components.
     * @return 1 when every city reaches every other, 0 when there is no city
     */
    uint32_t GetComponentCount() const;

    /**
     * @brief The component each city is in.
     * @return numbers from 0 by index of the city, in the order of the components' first cities
     */
    std::vector<uint32_t> GetComponents() const;

    /**
     * @brief The delays of the shortest ways from one city to all.
     *
     * Without the least cost of a link that GetPathsTo() adds to choose between ways: exactly the
     * least sum of delays. Faster than GetPathsTo(), for those who need no ways.
     *
     * @param city index of the city
     * @return nanoseconds by index of the city, UNREACHABLE where there is no way
     */
    std::vector<int64_t> GetDelaysFrom(uint32_t city) const;

    /**
     * @brief Length of the great circle between two cities whose positions are known.
     * @param a a city
     * @param b another
     * @return metres on a sphere of EARTH_RADIUS
     */
    static double GetDistance(const City& a, const City& b);

    /**
     * @brief Time of light in fibre along the great circle, the delay of a link without one.
     * @param a a city whose position is known
     * @param b another
     * @return the delay in one direction
     */
    static Time GetFibreDelay(const City& a, const City& b);

  private:
    /** The links by city; defined where Boost is known. */
    struct Adjacency;

    /**
     * @brief Get the links in the form of the searches, made when there is none.
     * @return the form
     */
    const Adjacency& GetAdjacency() const;

    std::vector<City> m_cities;                           ///< by index
    std::vector<Link> m_links;                            ///< by index
    std::map<std::string, uint32_t> m_names;              ///< index by name
    mutable std::shared_ptr<const Adjacency> m_adjacency; ///< null until it is needed
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_SITE_GRAPH_H
