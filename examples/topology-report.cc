/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "command-options.h"
#include "topology-view.h"

#include "ns3/command-line.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/site-placement.h"
#include "ns3/site-topology-reader.h"

#include <iostream>
#include <map>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Says on paper what a topology can stand, before anything is simulated.
 *
 *     topology-report examples/topologies/abilene.graphml --sites=Seattle,Houston --json
 */

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/// What the command line says.
struct ReportOptions
{
    /**
     * @brief Read the command line.
     * @param argc number of arguments
     * @param argv arguments
     */
    ReportOptions(int argc, char* argv[])
    {
        CommandLine cmd("topology-report.cc");
        cmd.Usage(
            "What a topology can stand: parts, diameter, weak points, cuts, stretch, failures."
            "\n\nGive one topology: a file in GraphML, GML or CSV (a table of links), or one "
            "of\ntwo-site, ring:N, mesh:N, hub:N, sites:K, gabriel:N[:SEED].");
        std::string file; // read below, named here for --help
        cmd.AddNonOption("FILE", "topology", file);
        cmd.AddValue("json", "write one JSON object", isJson);
        cmd.AddValue("sites",
                     "cities with servers: A,B,C, central:K or random:K [none]",
                     values["sites"]);
        cmd.AddValue("director", "city of the director [central:1]", values["director"]);
        cmd.AddValue("default-delay",
                     "delay of links without one between nodes without position [none]",
                     values["default-delay"]);
        cmd.AddValue("seed", "seed of random:K", values["seed"]);
        cmd.AddValue("run", "run number of random:K", values["run"]);
        values["seed"] = "1";
        values["run"] = "1";
        std::vector<std::string> operands;
        ReadCommandLine(cmd, argc, argv, {"json"}, values, &operands);
        if (operands.size() != 1)
        {
            throw BadInput("topology-report: " + std::to_string(operands.size()) +
                           " topologies, expected one; see --help");
        }
        topology = operands.front();
    }

    bool isJson{false};                        ///< JSON in place of a text
    std::string topology;                      ///< file or generator
    std::map<std::string, std::string> values; ///< the other options by name
};

/**
 * @brief Choose cities by an option.
 * @param graph the topology
 * @param option name of the option
 * @param rule its value
 * @return indices of the cities
 */
std::vector<uint32_t>
Choose(const SiteGraph& graph, const std::string& option, const std::string& rule)
{
    SitePlacement placement;
    placement.AssignStreams(1);
    if (!placement.Choose(graph, rule))
    {
        throw BadInput("--" + option + "=" + rule + ": " + placement.GetError());
    }
    return placement.GetSites();
}

/**
 * @brief Do what the command line says.
 * @param options the command line
 */
void
Report(const ReportOptions& options)
{
    const auto& values = options.values;
    RngSeedManager::SetSeed(ReadCount("seed", values.at("seed"), 1, 1000000000));
    RngSeedManager::SetRun(ReadCount("run", values.at("run"), 1, 1000000000));
    TopologyReader reader;
    const std::string& delay = values.at("default-delay");
    if (!delay.empty())
    {
        const Time time = ReadTime("default-delay", delay, delay);
        if (time > Hours(1))
        {
            throw BadInput("--default-delay=" + delay + ": expected a time up to an hour");
        }
        reader.SetDefaultDelay(time);
    }
    if (!reader.Read(options.topology))
    {
        throw BadInput(reader.GetError());
    }
    for (const auto& warning : reader.GetWarnings())
    {
        std::cerr << "warning: " << warning << "\n";
    }
    const SiteGraph& graph = reader.GetGraph();
    std::vector<uint32_t> sites;
    if (!values.at("sites").empty())
    {
        sites = Choose(graph, "sites", values.at("sites"));
    }
    const std::string& director = values.at("director");
    std::vector<uint32_t> directors{0};
    if (!director.empty() || !sites.empty())
    {
        directors = Choose(graph, "director", director.empty() ? "central:1" : director);
        if (directors.size() > 1)
        {
            throw BadInput("--director=" + director + ": several cities, expected one");
        }
    }
    const TopologyView view(graph, directors.front(), sites);
    if (options.isJson)
    {
        view.WriteJson(std::cout);
    }
    else
    {
        std::cout << "topology                " << options.topology << "\n";
        view.WriteText(std::cout);
    }
}

} // namespace

int
main(int argc, char* argv[])
{
    try
    {
        Report(ReportOptions(argc, argv));
        return 0;
    }
    catch (const BadInput& error)
    {
        std::cerr << error.what() << "\n";
        return 2;
    }
}
