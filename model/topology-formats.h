/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_TOPOLOGY_FORMATS_H
#define GIPT_TOPOLOGY_FORMATS_H

#include <string>

namespace ns3
{
namespace gipt
{

class TopologyBuilder;

/**
 * @brief Read a topology in GraphML.
 * @param text the document in UTF-8
 * @param builder gets what is read
 */
void ReadGraphMl(const std::string& text, TopologyBuilder& builder);

/**
 * @brief Read a topology in GML.
 * @param text the text in UTF-8
 * @param builder gets what is read
 */
void ReadGml(const std::string& text, TopologyBuilder& builder);

/**
 * @brief Read a table of cities.
 * @param text the table in UTF-8
 * @param builder gets the cities
 */
void ReadCsvNodes(const std::string& text, TopologyBuilder& builder);

/**
 * @brief Read a table of links.
 * @param text the table in UTF-8
 * @param hasNodes true when the cities have been read; else a link makes those it names
 * @param builder gets the links
 */
void ReadCsvLinks(const std::string& text, bool hasNodes, TopologyBuilder& builder);

} // namespace gipt
} // namespace ns3

#endif // GIPT_TOPOLOGY_FORMATS_H
