/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "failover-results.h"

#include "failover-text.h"

#include "ns3/ns3-release.h"
#include "ns3/quoted-text.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <system_error>

// Set by CMake from the file VERSION.
#ifndef GIPT_VERSION
#define GIPT_VERSION "unknown"
#endif

using namespace ns3;
using namespace ns3::gipt;

FailoverResults::FailoverResults(const FailoverOptions& options)
    : m_options(options)
{
    std::error_code ignored; // what matters is whether files can be written there
    std::filesystem::create_directories(options.results, ignored);
    Create("manifest.json");
}

std::ofstream
FailoverResults::Create(const std::string& name) const
{
    std::ofstream file(m_options.results + "/" + name);
    if (!file)
    {
        throw BadInput("--results=" + m_options.results + ": cannot write " + name +
                       ", expected a folder to write to");
    }
    return file;
}

void
FailoverResults::WriteTables(const FailoverReport& report,
                             const std::vector<std::string>& sites) const
{
    std::ofstream connections = Create("connections.csv");
    connections << "start_s,workload,client_city,client_address,client_port,outcome,category,"
                   "evidence,latency_ms,assigned_site,first_server,assigned_server,director,"
                   "answered_by,requests,response_bytes\n";
    for (const FailoverReport::Record* record : report.GetRecords())
    {
        const ConnectionReport& client = record->report;
        connections << Format(client.start.GetSeconds(), 6) << "," << QuoteCsv(client.workload)
                    << "," << QuoteCsv(record->city) << "," << ToText(client.client) << ","
                    << client.clientPort << "," << ToString(client.outcome) << ","
                    << ToString(record->category) << "," << QuoteCsv(record->evidence) << ","
                    << Format(client.latency.GetSeconds() * 1000, 3) << ","
                    << QuoteCsv(report.GetSite(record->lastServer)) << ","
                    << QuoteCsv(record->firstServer) << "," << QuoteCsv(record->lastServer) << ","
                    << QuoteCsv(record->lastDirector) << "," << QuoteCsv(client.server) << ","
                    << client.requests << "," << client.bytes << "\n";
    }

    std::ofstream load = Create("sites.csv");
    load << "time_s,site,new_connections_per_s\n";
    auto seconds = static_cast<std::size_t>(std::ceil(m_options.duration.GetSeconds()));
    for (std::size_t second = 0; second < seconds; second++)
    {
        for (const auto& site : sites)
        {
            load << second << "," << QuoteCsv(site) << "," << report.GetLoad(site, second) << "\n";
        }
    }

    std::ofstream events = Create("events.csv");
    events << "time_s,event,place,node\n";
    for (const auto& event : report.GetEvents())
    {
        events << Format(event.time.GetSeconds(), 6) << "," << event.what << ","
               << QuoteCsv(event.place) << "," << QuoteCsv(event.node) << "\n";
    }
}

void
FailoverResults::WriteWorld(const FailoverReport& report,
                            const SiteGraph& graph,
                            const std::vector<std::string>& sites) const
{
    std::map<std::string, uint64_t> begun;
    std::map<std::string, uint64_t> served;
    std::map<std::string, uint64_t> assigned;
    for (const FailoverReport::Record* record : report.GetRecords())
    {
        begun[record->city]++;
        served[record->city] += record->category == ConnectionCategory::SERVED ? 1 : 0;
        assigned[report.GetSite(record->lastServer)]++;
    }
    const std::set<std::string> directors(m_options.director.begin(), m_options.director.end());
    std::ofstream file = Create("cities.csv");
    file << "city,latitude_deg,longitude_deg,is_site,is_director,begun,served,assigned\n";
    for (const auto& city : graph.GetCities())
    {
        const std::string& name = city.name;
        bool site = std::find(sites.begin(), sites.end(), name) != sites.end();
        file << QuoteCsv(name) << ",";
        if (city.hasPosition)
        {
            file << Format(city.latitude, 6) << "," << Format(city.longitude, 6);
        }
        else
        {
            file << ",";
        }
        file << "," << site << "," << directors.count(name) << "," << begun[name] << ","
             << served[name] << "," << assigned[name] << "\n";
    }

    std::ofstream links = Create("links.csv");
    links << "from,to,delay_ms,rate_bps\n";
    for (const auto& link : graph.GetLinks())
    {
        links << QuoteCsv(graph.GetCities()[link.from].name) << ","
              << QuoteCsv(graph.GetCities()[link.to].name) << ","
              << Format(link.delay.GetSeconds() * 1000, 6) << ","
              << (link.hasRate ? std::to_string(link.rate.GetBitRate()) : "") << "\n";
    }
}

void
FailoverResults::WriteSummary(const Members& members) const
{
    Create("summary.json") << JsonObject(members, 2) << "\n";
}

void
FailoverResults::WriteManifest(const FailoverReport& report, const Objects& objects) const
{
    Members options;
    for (const auto& [name, value] : m_options.given)
    {
        options.emplace_back(name, QuoteJson(value));
    }
    std::vector<std::string> failures;
    for (const auto& failure : report.GetOracle()->GetFailures())
    {
        const FailureEvent& event = failure.event;
        failures.push_back(JsonObject(
            {{"kind", QuoteJson(ToString(event.kind))},
             {"target", QuoteJson(event.target)},
             {"from_s", Format(event.time.GetSeconds(), 6)},
             {"to_s", failure.end == Time::Max() ? "null" : Format(failure.end.GetSeconds(), 6)},
             {"value", Format(event.value, 6)}}));
    }
    Members attributes;
    for (const auto& [name, object] : objects)
    {
        Members values{{"TypeId", QuoteJson(object->GetInstanceTypeId().GetName())}};
        for (const auto& [attribute, value] : GetAttributes(object))
        {
            values.emplace_back(attribute, QuoteJson(value));
        }
        attributes.emplace_back(name, JsonObject(values, 6));
    }
    Create("manifest.json") << JsonObject(
                                   {{"program", QuoteJson("global-failover")},
                                    {"version", QuoteJson(GIPT_VERSION)},
                                    {"ns3", QuoteJson("3." + std::to_string(GIPT_NS3_RELEASE))},
                                    {"compiler", QuoteJson(__VERSION__)},
                                    {"seed", std::to_string(m_options.seed)},
                                    {"run", std::to_string(m_options.run)},
                                    {"options", JsonObject(options, 4)},
                                    {"failures", JsonArray(failures, 4)},
                                    {"attributes", JsonObject(attributes, 4)},
                                    {"complete", "true"}},
                                   2)
                            << "\n";
}
