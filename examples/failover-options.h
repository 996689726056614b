/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef FAILOVER_OPTIONS_H
#define FAILOVER_OPTIONS_H

#include "command-options.h"

#include "ns3/nstime.h"

#include <cstdint>
#include <string>
#include <vector>

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
     * @brief Say what was chosen for an option that was left open, for the manifest.
     * @param name the option
     * @param value what was chosen
     */
    void Choose(const std::string& name, const std::string& value);

    std::vector<std::pair<std::string, std::string>> given; ///< all options and their values
    std::string topology;                                   ///< file or generator
    std::vector<std::string> director; ///< cities of the directors; one named twice has a pair
    std::string sites;                 ///< cities of the servers, or a rule that finds them
    uint32_t serversPerSite{0};        ///< real servers at each site
    uint32_t clientsPerCity{0};        ///< client hosts in each city
    std::string scheduler;             ///< scheduler of the service
    std::string rules;                 ///< file of ipvsadm rules, empty for none
    std::string sync;                  ///< none, ipvs or complete
    std::string fail;                  ///< value of --fail
    std::string convergence;           ///< random variable, in seconds
    ns3::Time hold;                    ///< routes to a dead director are kept
    std::string workload;              ///< request, session, long, udp, light, mix or trace
    std::string trace;                 ///< file of workload trace, empty for others
    double rate{0};                    ///< connections per second, all clients together
    ns3::Time duration;                ///< how long connections begin
    ns3::Time timeout;                 ///< of a request
    uint32_t responseSize{0};          ///< octets
    std::string healthMethod;          ///< icmp, tcp, http, udp or none
    bool healthThroughTunnel{false};   ///< ask the VIP on the real server
    ns3::Time healthInterval;          ///< between two probes of a server
    ns3::Time healthTimeout;           ///< of a probe
    uint32_t healthFall{0};            ///< failures in a row that take a server out
    uint32_t healthRise{0};            ///< answers in a row that put it back
    std::string results;               ///< folder
    uint32_t seed{0};                  ///< of the random number generator
    uint32_t run{0};                   ///< substream of it
    bool pcap{false};                  ///< write captures
};

/**
 * @brief Join texts.
 * @param parts the texts
 * @param separator what is put between them
 * @return all in one
 */
std::string Join(const std::vector<std::string>& parts, const std::string& separator);

#endif // FAILOVER_OPTIONS_H
