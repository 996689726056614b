/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef TOPOLOGY_VIEW_H
#define TOPOLOGY_VIEW_H

#include "ns3/graph-analysis.h"
#include "ns3/site-graph.h"

#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

/** What topology-report shows of a topology, as a text and as JSON. */
class TopologyView
{
  public:
    /**
     * @param graph the topology; it must live as long as this
     * @param director city of the director
     * @param sites cities of the sites; none for no cuts, stretch and failures
     */
    TopologyView(const ns3::gipt::SiteGraph& graph,
                 uint32_t director,
                 const std::vector<uint32_t>& sites);

    /**
     * @brief Write one JSON object.
     * @param out gets it
     */
    void WriteJson(std::ostream& out) const;

    /**
     * @brief Write a text.
     * @param out gets it
     */
    void WriteText(std::ostream& out) const;

  private:
    /** A minimum cut, and those of all cities. */
    struct SiteCut
    {
        ns3::gipt::GraphAnalysis::Cut weakest; ///< of the city that has the smallest
        std::vector<uint32_t> values;          ///< numbers of links by city
    };

    /**
     * @brief Get the names of cities.
     * @param cities their indices
     * @return the names in the order of their octets
     */
    std::vector<std::string> GetNames(const std::vector<uint32_t>& cities) const;

    /**
     * @brief Get the names of the ends of links.
     * @param links their indices
     * @return pairs of names, each and all in the order of their octets
     */
    std::vector<std::pair<std::string, std::string>> GetEnds(
        const std::vector<uint32_t>& links) const;

    /**
     * @brief Write the minimum cuts.
     * @param out gets them
     */
    void WriteCuts(std::ostream& out) const;

    /**
     * @brief Write the round trips of the clients over the director, against those without it.
     * @param out gets them
     */
    void WriteStretch(std::ostream& out) const;

    /**
     * @brief Write which single failures cut whom off.
     * @param out gets them
     */
    void WriteFailures(std::ostream& out) const;

    const ns3::gipt::SiteGraph& m_graph;                ///< the topology
    ns3::gipt::GraphAnalysis m_analysis;                ///< what is known of it
    uint32_t m_director;                                ///< city of the director
    std::vector<uint32_t> m_sites;                      ///< cities of the sites
    ns3::gipt::GraphAnalysis::Diameter m_diameter;      ///< of the topology
    std::vector<std::vector<std::string>> m_components; ///< names in biconnected components
    std::vector<SiteCut> m_cuts;                        ///< by site
};

#endif // TOPOLOGY_VIEW_H
