/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef FAILOVER_WORLD_H
#define FAILOVER_WORLD_H

#include "failover-options.h"

#include "ns3/multi-site-helper.h"
#include "ns3/node-container.h"
#include "ns3/node.h"
#include "ns3/ptr.h"
#include "ns3/site-graph.h"

#include <string>
#include <vector>

/**
 * The world of global-failover: the topology, and in its cities the hosts that directors, real
 * servers and clients run on.
 */
class FailoverWorld
{
  public:
    /**
     * @brief Make everything, or throw BadInput.
     * @param options what was asked for; is told what was chosen where it was left open
     */
    explicit FailoverWorld(FailoverOptions& options);

    /**
     * @brief The routers, links and hosts.
     * @return the helper that made them
     */
    ns3::gipt::MultiSiteHelper& GetHelper()
    {
        return m_helper;
    }

    /**
     * @brief The topology.
     * @return the graph
     */
    const ns3::gipt::SiteGraph& GetGraph() const
    {
        return m_helper.GetGraph();
    }

    /**
     * @brief Cities with real servers.
     * @return their names
     */
    const std::vector<std::string>& GetSites() const
    {
        return m_sites;
    }

    /**
     * @brief Whether the directors are an active one and its backups, in one city.
     * @return true when they are; else each stands for itself
     */
    bool HasBackup() const
    {
        return m_hasBackup;
    }

    /**
     * @brief Hosts of directors.
     * @return the nodes, in the order of the option
     */
    const ns3::NodeContainer& GetDirectors() const
    {
        return m_directors;
    }

    /**
     * @brief Hosts of real servers.
     * @return the nodes, site by site
     */
    const ns3::NodeContainer& GetServers() const
    {
        return m_servers;
    }

    /**
     * @brief Hosts of clients.
     * @return the nodes, city by city
     */
    const ns3::NodeContainer& GetClients() const
    {
        return m_clients;
    }

  private:
    /**
     * @brief Read or generate the topology.
     * @return the graph
     */
    ns3::gipt::SiteGraph ReadTopology() const;

    /**
     * @brief Choose the cities of directors and servers that were not given, check those that were.
     * @param graph the topology
     */
    void ChooseCities(const ns3::gipt::SiteGraph& graph);

    /** Add the hosts. */
    void AddHosts();

    FailoverOptions& m_options;          ///< what was asked for
    ns3::gipt::MultiSiteHelper m_helper; ///< routers, links, hosts
    std::vector<std::string> m_sites;    ///< cities with real servers
    bool m_hasBackup{false};             ///< directors are an active one and its backups
    ns3::NodeContainer m_directors;      ///< in the order of the option
    ns3::NodeContainer m_servers;        ///< site by site
    ns3::NodeContainer m_clients;        ///< city by city
};

#endif // FAILOVER_WORLD_H
