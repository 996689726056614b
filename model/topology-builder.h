/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_TOPOLOGY_BUILDER_H
#define GIPT_TOPOLOGY_BUILDER_H

#include "site-graph.h"

#include "ns3/nstime.h"

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace gipt
{

/** A defect of a topology's text: where, and what to say. */
struct TopologyDefect : std::runtime_error
{
    /**
     * @param where line, from 1
     * @param what the message without its place
     */
    TopologyDefect(uint32_t where, const std::string& what);

    uint32_t line; ///< where
};

/** A value of a node or a link, with the line it stands in. */
using TopologyValue = std::pair<std::string, uint32_t>;

/** The values of a node or a link, by their names in lower case. */
using TopologyValues = std::map<std::string, TopologyValue>;

/**
 * @brief A text in lower case.
 * @param text ASCII text
 * @return the same in lower case
 */
std::string ToLowerCase(std::string text);

/**
 * @brief Make a text one line of UTF-8.
 * @param text a text that may quote anything from a file
 * @return the same without control characters
 */
std::string ToPrintable(std::string text);

/**
 * @brief Read a whole file, unless it is larger than any topology.
 * @param fileName path of the file
 * @return its text in UTF-8
 */
std::string ReadTopologyFile(const std::string& fileName);

/**
 * @brief Bring a text into UTF-8 without a byte order mark, or refuse it.
 * @param text the text; what XML declares in it as ISO-8859-1 is converted
 * @return the same in UTF-8
 */
std::string DecodeTopologyText(const std::string& text);

/**
 * @ingroup global-ip-tunneling
 * @brief Makes the graph from what the readers of the formats find.
 *
 * What a city's position, a link's delay, rate and cost are, and what is wrong with them, is
 * decided here, for all formats alike. Defects are thrown as TopologyDefect.
 */
class TopologyBuilder
{
  public:
    /**
     * @param graph gets the cities and links
     * @param warnings gets what is left out or renamed
     */
    TopologyBuilder(SiteGraph& graph, std::vector<std::string>& warnings);

    /**
     * @brief Say which file the lines are in from now on.
     * @param file its name in messages
     */
    void SetFile(const std::string& file);

    /**
     * @brief Get the file the lines are in.
     * @return its name in messages
     */
    const std::string& GetFile() const;

    /**
     * @brief Take this delay for links that have none and whose cities have no positions.
     * @param delay the delay
     */
    void SetDefaultDelay(Time delay);

    /**
     * @brief Add a city.
     * @param id what links call it
     * @param line where it is
     * @param values its values: label or name, latitude, longitude
     */
    void AddCity(const std::string& id, uint32_t line, const TopologyValues& values);

    /**
     * @brief Whether there is a city.
     * @param id what links call it
     * @return true when there is
     */
    bool HasCity(const std::string& id) const;

    /**
     * @brief Add a link, unless it leads back to its city.
     * @param source id of one city with its line
     * @param target id of the other city with its line
     * @param line where the link is
     * @param values its values: delay or delay_ms; linkspeedraw, linkspeed and linkspeedunits, or
     *               rate or speed; cost
     */
    void AddLink(const TopologyValue& source,
                 const TopologyValue& target,
                 uint32_t line,
                 const TopologyValues& values);

    /**
     * @brief Say what is read otherwise than it is written.
     * @param line where
     * @param what what
     */
    void Warn(uint32_t line, const std::string& what);

    /**
     * @brief What has been made so far.
     * @return the graph
     */
    const SiteGraph& GetGraph() const;

  private:
    /**
     * @brief Find the city at an end of a link.
     * @param end "source" or "target", for the message
     * @param id its id and line
     * @return index of the city
     */
    uint32_t FindEnd(const std::string& end, const TopologyValue& id) const;

    /**
     * @brief Find the delay of a link.
     * @param link the link
     * @param line where it is
     * @param values its values
     * @return the delay
     */
    Time GetDelay(const SiteGraph::Link& link, uint32_t line, const TopologyValues& values);

    SiteGraph& m_graph;                      ///< what is built
    std::vector<std::string>& m_warnings;    ///< what was read otherwise
    std::string m_file;                      ///< name of the file
    bool m_hasDefaultDelay{false};           ///< a default is set
    Time m_defaultDelay;                     ///< of links without delay and position
    std::map<std::string, uint32_t> m_nodes; ///< city by id
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_TOPOLOGY_BUILDER_H
