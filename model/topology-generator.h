/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_TOPOLOGY_GENERATOR_H
#define GIPT_TOPOLOGY_GENERATOR_H

#include "site-graph.h"

#include "ns3/nstime.h"

#include <string>

namespace ns3
{
namespace gipt
{

/**
 * @brief Whether a text names a generator of topologies.
 * @param spec a name, such as ring:8
 * @return true when its part before the first colon is a generator's name
 */
bool IsGenerator(const std::string& spec);

/**
 * @brief What can be generated, for a message.
 * @return the generators with their arguments
 */
std::string DescribeGenerators();

/**
 * @brief Make a topology.
 * @param spec a generator and its arguments, such as ring:8
 * @param delay of each link of the textbook shapes
 * @param[out] graph gets the topology
 * @return empty, or why not: "what, expected what", and the graph is as it was
 */
std::string GenerateTopology(const std::string& spec, Time delay, SiteGraph& graph);

} // namespace gipt
} // namespace ns3

#endif // GIPT_TOPOLOGY_GENERATOR_H
