/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_SITE_TOPOLOGY_READER_H
#define GIPT_SITE_TOPOLOGY_READER_H

#include "site-graph.h"

#include "ns3/nstime.h"

#include <functional>
#include <string>
#include <vector>

namespace ns3
{
namespace gipt
{

class TopologyBuilder;

/**
 * @ingroup global-ip-tunneling
 * @brief Gets a topology from a file or a generator.
 *
 * What Read() takes:
 * - a file in GraphML or GML, as the Internet Topology Zoo publishes them; which of the two it is,
 *   its content tells;
 * - a table of links in CSV. Cities come from the table of nodes beside it (for x-links.csv that
 *   is x-nodes.csv), or from one that is named after a comma: LINKS.csv,NODES.csv. Without one the
 *   links name the cities;
 * - a generator: two-site, ring:N, mesh:N, hub:N, sites:K, gabriel:N or gabriel:N:SEED. A file of
 *   such a name is read as ./ring.
 *
 * A node has a name (in GraphML and GML "label" or "name", the id where neither is given) and may
 * have "Latitude" and "Longitude" (degrees). A link may have "delay" (with unit, such as 5ms), or
 * "delay_ms"; "LinkSpeedRaw" (bit/s), "LinkSpeed" with "LinkSpeedUnits" (K, M, G or T, for
 * bit/s), or "rate" or "speed" (such as 10Gbps); and "cost". Names of values are compared without
 * regard to case. A link without a delay takes that of light in fibre along the great circle; when
 * its cities have no positions, the default delay; when there is none, the topology is refused.
 *
 * Directed edges are links like any other. Parallel edges are kept, one link each. Isolated nodes
 * and graphs in several parts are kept: only who uses them can tell whether they matter.
 * Self-loops are left out, and cities of the same label are told apart by their ids, each with a
 * warning.
 *
 * Anything that cannot be understood is refused as a whole, with one line that names the place,
 * what is wrong there, and what was expected.
 */
class TopologyReader
{
  public:
    TopologyReader();

    /**
     * @brief Take this delay for links that have none and whose cities have no positions, and for
     * the links of generated rings, meshes, hubs and sites (10 ms unless set).
     * @param delay the delay, not negative
     */
    void SetDefaultDelay(Time delay);

    /**
     * @brief Read a file, or generate a topology.
     * @param spec path of the file or name of the generator, as above
     * @return true when it was read; else GetError() says why not, and the graph is empty
     */
    bool Read(const std::string& spec);

    /**
     * @brief Read a text in GraphML, GML or CSV (a table of links).
     * @param text the text
     * @param name what to call it in messages
     * @return true when it was read; else GetError() says why not, and the graph is empty
     */
    bool Parse(const std::string& text, const std::string& name);

    /**
     * @brief What was read.
     * @return the graph
     */
    const SiteGraph& GetGraph() const
    {
        return m_graph;
    }

    /**
     * @brief Why the last call failed.
     * @return "FILE:LINE: what, expected what", empty after success; a generator's name has no line
     */
    const std::string& GetError() const
    {
        return m_error;
    }

    /**
     * @brief What was read otherwise than it is written.
     * @return lines of the form "FILE:LINE: what"
     */
    const std::vector<std::string>& GetWarnings() const
    {
        return m_warnings;
    }

  private:
    /** Forget what was read. */
    void Clear();

    /**
     * @brief Read into an empty graph.
     * @param name what to call it in messages
     * @param read does it, and throws what is wrong
     * @return true when it was read
     */
    bool Build(const std::string& name, const std::function<void(TopologyBuilder&)>& read);

    SiteGraph m_graph;                   ///< what was read
    std::string m_error;                 ///< why not
    std::vector<std::string> m_warnings; ///< what was left out, renamed or assumed
    bool m_hasDefaultDelay;              ///< a default is set
    Time m_defaultDelay;                 ///< of links without delay and position
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_SITE_TOPOLOGY_READER_H
