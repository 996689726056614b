/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef FAILOVER_OPTIONS_H
#define FAILOVER_OPTIONS_H

#include "command-options.h"

#include "ns3/nstime.h"
#include "ns3/site-graph.h"

#include <cstdint>
#include <string>
#include <vector>

/** A loss of power. */
struct Failure
{
    std::string city; ///< whose servers lose it
    ns3::Time from;   ///< when it goes
    ns3::Time to;     ///< when it is back
};

/** What the command line of global-failover says. */
class FailoverOptions
{
  public:
    /**
     * @brief Read the command line.
     * @param argc number of arguments
     * @param argv arguments
     */
    FailoverOptions(int argc, char* argv[]);

    /**
     * @brief Choose the cities that were not given, and check those that were.
     * @param graph the topology
     */
    void ChooseCities(const ns3::gipt::SiteGraph& graph);

    /**
     * @brief Whether a site is without power at some moment of a span of time.
     * @param city the site
     * @param from begin of the span
     * @param to end of the span
     * @return true when it is
     */
    bool IsWithoutPower(const std::string& city, ns3::Time from, ns3::Time to) const;

    std::vector<std::pair<std::string, std::string>> given; ///< all options and their values
    std::string topology;                                   ///< GraphML file
    std::string director;                                   ///< city of the director
    std::vector<std::string> sites;                         ///< cities of the servers
    uint32_t serversPerSite{0};                             ///< real servers at each site
    uint32_t clientsPerCity{0};                             ///< client hosts in each city
    std::string scheduler;                                  ///< scheduler of the service
    std::string rules;             ///< file of ipvsadm rules, empty for none
    std::vector<Failure> failures; ///< losses of power
    double rate{0};                ///< requests per second, all clients together
    ns3::Time duration;            ///< how long requests begin
    ns3::Time timeout;             ///< of a request
    uint32_t responseSize{0};      ///< octets
    ns3::Time healthInterval;      ///< between two probes of a server
    ns3::Time healthTimeout;       ///< of a probe
    uint32_t healthRetries{0};     ///< failures in a row
    std::string results;           ///< folder
    uint32_t seed{0};              ///< of the random number generator
    uint32_t run{0};               ///< substream of it
    bool pcap{false};              ///< write captures

  private:
    /**
     * @brief Read the losses of power.
     * @param text value of --fail
     * @return the losses, in order of time
     */
    std::vector<Failure> ReadFailures(const std::string& text) const;

    std::string m_fail;  ///< value of --fail
    std::string m_sites; ///< value of --sites
};

#endif // FAILOVER_OPTIONS_H
