/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "failover-world.h"

#include "ns3/site-placement.h"
#include "ns3/site-topology-reader.h"

#include <algorithm>
#include <iostream>
#include <set>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

const int64_t PLACEMENT_STREAM = 900000; ///< of sites at random; the workloads' are below

} // namespace

FailoverWorld::FailoverWorld(FailoverOptions& options)
    : m_options(options)
{
    SiteGraph graph = ReadTopology();
    ChooseCities(graph);
    m_helper.SetTopology(graph);
    AddHosts();
}

SiteGraph
FailoverWorld::ReadTopology() const
{
    TopologyReader reader;
    if (!reader.Read(m_options.topology))
    {
        throw BadInput(reader.GetError());
    }
    for (const auto& warning : reader.GetWarnings())
    {
        std::cerr << warning << "\n";
    }
    return reader.GetGraph();
}

void
FailoverWorld::ChooseCities(const SiteGraph& graph)
{
    auto known = [&graph](const std::string& city) {
        uint32_t index;
        return graph.Find(city, index);
    };
    const auto& cities = graph.GetCities();
    std::vector<std::string>& directors = m_options.director;
    const std::string given = Join(directors, ",");
    if (directors.empty())
    {
        directors = {known("Kansas City") ? "Kansas City" : cities.front().name};
    }
    for (const auto& city : directors)
    {
        if (!known(city))
        {
            throw BadInput("--director=" + given + ": unknown city '" + city +
                           "', expected one of: " + graph.DescribeCities());
        }
    }
    const std::set<std::string> different(directors.begin(), directors.end());
    m_hasBackup = directors.size() > 1 && different.size() == 1;
    if (different.size() < directors.size() && !m_hasBackup)
    {
        throw BadInput("--director=" + given + ": a city named twice among others, expected " +
                       "different cities, or one alone named twice for an active and a backup");
    }

    if (!m_options.sites.empty())
    {
        SitePlacement placement;
        placement.AssignStreams(PLACEMENT_STREAM);
        if (!placement.Choose(graph, m_options.sites))
        {
            throw BadInput("--sites=" + m_options.sites + ": " + placement.GetError());
        }
        for (uint32_t index : placement.GetSites())
        {
            m_sites.push_back(cities[index].name);
        }
    }
    else if (known("Seattle") && known("Houston") && known("New York"))
    {
        m_sites = {"Seattle", "Houston", "New York"};
    }
    for (std::size_t i = 0; m_options.sites.empty() && i < cities.size() && m_sites.size() < 3; i++)
    {
        const std::string& city = cities[i].name;
        bool taken = std::find(m_sites.begin(), m_sites.end(), city) != m_sites.end();
        if (!taken && (cities.size() <= 3 || different.count(city) == 0))
        {
            m_sites.push_back(city);
        }
    }
    for (const auto& director : different)
    {
        uint32_t index = 0;
        graph.Find(director, index);
        std::vector<SiteGraph::Path> paths = graph.GetPathsTo(index);
        for (const auto& site : m_sites)
        {
            graph.Find(site, index);
            if (!paths[index].reachable)
            {
                throw BadInput(m_options.topology + ":1: no way between '" + director + "' and '" +
                               site + "', expected sites connected with the director");
            }
        }
    }
    m_options.Choose("director", Join(directors, ","));
    m_options.Choose("sites", Join(m_sites, ","));
}

void
FailoverWorld::AddHosts()
{
    const std::vector<std::string>& directors = m_options.director;
    if (m_hasBackup)
    {
        m_directors = m_helper.AddLanDirectors(directors.front(), directors.size());
    }
    for (std::size_t i = 0; !m_hasBackup && i < directors.size(); i++)
    {
        m_directors.Add(m_helper.AddDirector(directors[i]));
    }
    for (const auto& site : m_sites)
    {
        m_servers.Add(m_helper.AddServers(site, m_options.serversPerSite));
    }
    for (const auto& city : GetGraph().GetCities())
    {
        // Directors have a way to all sites, so to each other.
        if (m_helper.IsConnected(city.name, directors.front()))
        {
            m_clients.Add(m_helper.AddClients(city.name, m_options.clientsPerCity));
        }
        else
        {
            std::cerr << "global-failover: no clients in " << city.name << ", which has no way to "
                      << directors.front() << "\n";
        }
    }
}
