/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "fuzz-host.h"

#include "ns3/site-topology-reader.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Fuzz target: topologies in GraphML.
 *
 * What is checked beside the sanitizers: a refused document leaves an empty graph and is told in
 * one line with its place, and what was read can be used.
 */

using namespace ns3::gipt;
using namespace fuzz;

/**
 * @brief Run one input.
 * @param data the input
 * @param size its octets
 * @return 0
 */
extern "C" int
LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    TopologyReader reader;
    const bool isRead = reader.Parse(std::string(data, data + size), "input");
    const auto& error = reader.GetError();
    const auto& graph = reader.GetGraph();
    Require(isRead == error.empty(), "an error is told, and only that");
    if (!isRead)
    {
        Require(graph.GetCities().empty() && graph.GetLinks().empty(),
                "a refused document is empty");
        Require(error.compare(0, 6, "input:") == 0, "an error begins with the file's name");
        Require(error.find('\n') == std::string::npos, "an error is one line");
        Require(error.find("expected") != std::string::npos, error.c_str());
    }
    else
    {
        std::set<std::string> names;
        for (const auto& city : graph.GetCities())
        {
            Require(names.insert(city.name).second, "no two cities have one name");
        }
        for (const auto& link : graph.GetLinks())
        {
            Require(std::max(link.from, link.to) < names.size(), "links join cities");
            Require(link.from != link.to, "no link leads back to its city");
            Require(link.delay >= ns3::Time(0), "no delay is negative");
        }
        const uint32_t parts = graph.GetComponentCount();
        Require((parts == 0) == names.empty(), "a graph has parts unless it is empty");
        const auto paths = names.empty() ? std::vector<SiteGraph::Path>() : graph.GetPathsTo(0);
        const auto reached = std::count_if(paths.begin(), paths.end(), [](const auto& path) {
            return path.reachable;
        });
        Require((parts <= 1) == (static_cast<std::size_t>(reached) == names.size()),
                "in a graph of one part every city reaches every other");
    }
    return 0;
}
