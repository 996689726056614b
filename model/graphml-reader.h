/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_GRAPHML_READER_H
#define GIPT_GRAPHML_READER_H

#include "site-graph.h"

#include <string>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Reads a topology in GraphML, as the Internet Topology Zoo publishes them.
 *
 * What is read (http://graphml.graphdrawing.org/, attribute names by their key declarations,
 * whatever their ids):
 * - node: "label" or "name" (the id, where neither is given), "Latitude", "Longitude" (degrees);
 * - edge: "delay" (with unit, such as 5ms), "LinkSpeedRaw" (bit/s), or "LinkSpeed" with
 *   "LinkSpeedUnits" (K, M, G or T, for bit/s). An edge without a delay takes that of light in
 *   fibre along the great circle, and needs positions at both ends.
 *
 * Names of attributes are compared without regard to case. Directed edges are links like any
 * other. Parallel edges are kept, one link each. Isolated nodes and graphs in several parts are
 * kept: only who uses them can tell whether they matter. Self-loops are left out, and cities of
 * the same label are told apart by their ids, each with a warning.
 *
 * Anything that cannot be understood is refused as a whole, with one line that names the place,
 * what is wrong there, and what was expected.
 */
class GraphMlReader
{
  public:
    /**
     * @brief Read a file.
     * @param fileName path of the file
     * @return true when it was read; else GetError() says why not, and the graph is empty
     */
    bool Read(const std::string& fileName);

    /**
     * @brief Read a text.
     * @param text the document
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
     * @return "FILE:LINE: what, expected what", empty after success
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
    SiteGraph m_graph;                   ///< what was read
    std::string m_error;                 ///< why not
    std::vector<std::string> m_warnings; ///< what was left out or renamed
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_GRAPHML_READER_H
