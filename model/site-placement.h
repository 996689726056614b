/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_SITE_PLACEMENT_H
#define GIPT_SITE_PLACEMENT_H

#include "site-graph.h"

#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Chooses the cities of a topology that become sites.
 *
 * By name ("A,B,C"; a city whose name has a comma is found too), at random ("random:K", each set
 * of K cities as likely as any other), or "central:K": the K cities that minimise the delay of the
 * city that is farthest from its nearest site, where every city has clients (the K-center problem
 * of S. L. Hakimi, Operations Research 12(3), 1964).
 *
 * central:K is exact for one site, and on graphs of up to EXACT_CITIES cities when the search for
 * sites within a delay never takes more than EXACT_STEPS steps; else it is the best that was found
 * within them. On larger graphs it is T. F. Gonzalez's farthest-first choice (Theoretical Computer
 * Science 38, 1985), whose largest delay is at most twice the least possible; the search begins
 * with that, too. IsExact() tells. In a graph of several parts each
 * part gets at least one site; when there are more parts than sites, the largest parts have them,
 * one each, and the cities of the others do not count. The same graph gives the same choice.
 */
class SitePlacement
{
  public:
    /** Greatest number of cities for which central:K looks for the best choice. */
    static constexpr uint32_t EXACT_CITIES = 2000;
    /** Sites that central:K tries before it gives up finding some within a delay. */
    static constexpr uint64_t EXACT_STEPS = 200000;

    SitePlacement();

    /**
     * @brief Use a stream for random:K.
     * @param stream first stream number to use
     * @return number of streams used
     */
    int64_t AssignStreams(int64_t stream);

    /**
     * @brief Choose sites.
     * @param graph the topology
     * @param rule names of cities separated by commas, central:K or random:K
     * @return true when they were chosen; else GetError() says why not
     */
    bool Choose(const SiteGraph& graph, const std::string& rule);

    /**
     * @brief What was chosen.
     * @return indices of the cities: by name in the order of the names, else ascending
     */
    const std::vector<uint32_t>& GetSites() const
    {
        return m_sites;
    }

    /**
     * @brief Whether no choice is better than that of central:K.
     * @return true when that is certain
     */
    bool IsExact() const
    {
        return m_isExact;
    }

    /**
     * @brief Why the last call failed.
     * @return "what, expected what", empty after success
     */
    const std::string& GetError() const
    {
        return m_error;
    }

    /**
     * @brief The largest delay between a city and its nearest site.
     * @param graph the topology
     * @param sites indices of cities
     * @return the delay; cities that reach no site do not count
     */
    static Time GetRadius(const SiteGraph& graph, const std::vector<uint32_t>& sites);

  private:
    /**
     * @brief Choose by names.
     * @param graph the topology
     * @param names separated by commas
     */
    void ChooseNamed(const SiteGraph& graph, const std::string& names);

    /**
     * @brief Choose so that the farthest city is near.
     * @param graph the topology
     * @param count number of sites
     */
    void ChooseCentral(const SiteGraph& graph, uint32_t count);

    /**
     * @brief Choose at random.
     * @param graph the topology
     * @param count number of sites
     */
    void ChooseRandom(const SiteGraph& graph, uint32_t count);

    std::vector<uint32_t> m_sites;       ///< what was chosen
    bool m_isExact{true};                ///< no choice is better
    std::string m_error;                 ///< why not
    Ptr<UniformRandomVariable> m_random; ///< of random:K
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_SITE_PLACEMENT_H
