/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "failover-report.h"

#include "ns3/ns3-release.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/string.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <system_error>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/**
 * @brief A quantile of sorted values, by the nearest rank.
 * @param sorted the values
 * @param q the quantile, 0 to 1
 * @return a value, NaN without any
 */
double
Quantile(const std::vector<double>& sorted, double q)
{
    if (sorted.empty())
    {
        return std::nan("");
    }
    auto rank = static_cast<std::size_t>(std::ceil(q * sorted.size()));
    return sorted[std::max<std::size_t>(rank, 1) - 1];
}

/**
 * @brief Write a number with a fixed number of decimals, "-" when there is none.
 * @param number the number
 * @param decimals how many
 * @return the text
 */
std::string
Format(double number, int decimals)
{
    if (std::isnan(number))
    {
        return "-";
    }
    std::ostringstream text;
    text << std::fixed << std::setprecision(decimals) << number;
    return text.str();
}

/**
 * @brief Write a text as a field of a CSV file (RFC 4180).
 * @param text the text
 * @return the field
 */
std::string
Csv(const std::string& text)
{
    if (text.find_first_of(",\"\n\r") == std::string::npos)
    {
        return text;
    }
    std::string quoted = "\"";
    for (char c : text)
    {
        quoted += c == '"' ? "\"\"" : std::string(1, c);
    }
    return quoted + "\"";
}

/**
 * @brief Write a text as a string of JSON (RFC 8259).
 * @param text the text
 * @return the string
 */
std::string
Json(const std::string& text)
{
    std::ostringstream quoted;
    quoted << '"';
    for (unsigned char c : text)
    {
        if (c == '"' || c == '\\')
        {
            quoted << '\\' << c;
        }
        else if (c < 0x20)
        {
            quoted << "\\u" << std::hex << std::setw(4) << std::setfill('0') << int(c);
        }
        else
        {
            quoted << c;
        }
    }
    quoted << '"';
    return quoted.str();
}

/**
 * @brief Write an address.
 * @param address the address
 * @return in dotted decimals
 */
std::string
ToText(Ipv4Address address)
{
    std::ostringstream text;
    text << address;
    return text.str();
}

/**
 * @brief All attributes of an object that can be read, of its own class and its parents.
 * @param object the object
 * @return names and values
 */
std::map<std::string, std::string>
GetAttributes(Ptr<Object> object)
{
    std::map<std::string, std::string> attributes;
    for (TypeId tid = object->GetInstanceTypeId(); tid != tid.GetParent(); tid = tid.GetParent())
    {
        for (std::size_t i = 0; i < tid.GetAttributeN(); i++)
        {
            TypeId::AttributeInformation information = tid.GetAttribute(i);
            if (!(information.flags & TypeId::ATTR_GET) || !information.accessor->HasGetter())
            {
                continue;
            }
            StringValue value;
            PointerValue pointer;
            if (information.checker->GetValueTypeName() == "ns3::PointerValue")
            {
                // Its address would differ from run to run.
                object->GetAttribute(information.name, pointer);
                Ptr<Object> target = pointer.GetObject();
                attributes[information.name] =
                    target ? target->GetInstanceTypeId().GetName() : "none";
            }
            else if (object->GetAttributeFailSafe(information.name, value))
            {
                attributes[information.name] = value.Get();
            }
        }
    }
    return attributes;
}

/**
 * @brief Open a file to write.
 * @param folder where
 * @param name its name
 * @return the file
 */
std::ofstream
Create(const std::string& folder, const std::string& name)
{
    std::ofstream file(folder + "/" + name);
    if (!file)
    {
        throw BadInput("--results=" + folder + ": cannot write " + name +
                       ", expected a folder to write to");
    }
    return file;
}

} // namespace

FailoverReport::FailoverReport(const FailoverOptions& options)
    : m_options(options)
{
}

void
FailoverReport::AddServer(Ipv4Address address, const Server& server)
{
    m_servers[address] = server;
}

void
FailoverReport::AddClient(Ipv4Address address, const std::string& city)
{
    m_clients[address] = city;
}

void
FailoverReport::Scheduled(const ConnectionKey& key, Ipv4Address server)
{
    const Server& assigned = m_servers.at(server);
    m_assigned[{key.client, key.clientPort}] = &assigned;
    auto second = static_cast<std::size_t>(Simulator::Now().GetSeconds());
    std::vector<uint64_t>& load = m_load[assigned.site];
    load.resize(std::max(load.size(), second + 1));
    load[second]++;
}

void
FailoverReport::Begun(const ConnectionReport& report)
{
    m_begun++;
    // A port that is used again belongs to a new connection now.
    m_assigned.erase({report.client, report.clientPort});
}

void
FailoverReport::Ended(const ConnectionReport& report)
{
    Row row;
    row.report = report;
    auto assigned = m_assigned.find({report.client, report.clientPort});
    if (assigned != m_assigned.end())
    {
        row.assigned = assigned->second;
        m_assigned.erase(assigned);
    }
    m_rows.push_back(row);
    m_served += report.outcome == ConnectionOutcome::SERVED ? 1 : 0;
}

void
FailoverReport::Event(const std::string& event, const std::string& site, const std::string& server)
{
    m_events.push_back(Format(Simulator::Now().GetSeconds(), 6) + "," + event + "," + Csv(site) +
                       "," + Csv(server));
}

void
FailoverReport::HealthEvent(const std::string& event, Ipv4Address address)
{
    auto server = m_servers.find(address);
    if (server != m_servers.end())
    {
        Event(event, server->second.site, server->second.name);
    }
}

std::string
FailoverReport::DescribeProgress() const
{
    std::ostringstream text;
    double now = Simulator::Now().GetSeconds();
    double end = m_options.duration.GetSeconds();
    const int width = 30;
    int done = static_cast<int>(width * std::min(1.0, now / end));
    text << "[" << std::string(done, '#') << std::string(width - done, '.') << "] "
         << Format(now, 0) << " of " << Format(end, 0) << " s, " << m_begun
         << " requests: " << m_served << " served, " << m_rows.size() - m_served << " failed, "
         << m_begun - m_rows.size() << " open";
    return text.str();
}

std::string
FailoverReport::GetPhase(Time time) const
{
    for (const auto& failure : m_options.failures)
    {
        if (failure.from <= time && time < failure.to)
        {
            return "during";
        }
    }
    return m_options.failures.empty() || time < m_options.failures.front().from ? "before"
                                                                                : "after";
}

FailoverReport::Summary
FailoverReport::SumUp(const std::string& phase) const
{
    Summary summary;
    for (const auto& row : m_rows)
    {
        if (phase != "total" && phase != GetPhase(row.report.start))
        {
            continue;
        }
        summary.requests++;
        if (row.report.outcome == ConnectionOutcome::SERVED)
        {
            summary.served++;
            summary.latencies.push_back(row.report.latency.GetSeconds() * 1000);
        }
        else
        {
            summary.failed[ToString(row.report.outcome)]++;
        }
        if (row.assigned)
        {
            summary.assigned[row.assigned->site]++;
            summary.assignedTotal++;
        }
    }
    std::sort(summary.latencies.begin(), summary.latencies.end());
    return summary;
}

FailoverReport::Blame
FailoverReport::FindBlame() const
{
    Blame blame;
    for (const auto& row : m_rows)
    {
        if (row.report.outcome == ConnectionOutcome::SERVED)
        {
            continue;
        }
        if (!row.assigned)
        {
            blame.nobody++;
        }
        else if (m_options.IsWithoutPower(row.assigned->site,
                                          row.report.start,
                                          row.report.start + row.report.latency))
        {
            blame.failedSite++;
        }
        else
        {
            blame.survivors++;
        }
    }
    return blame;
}

void
FailoverReport::PrintTable(std::ostream& os) const
{
    std::vector<std::string> phases{"total"};
    if (!m_options.failures.empty())
    {
        phases = {"before", "during", "after", "total"};
    }
    std::vector<Summary> columns;
    for (const auto& phase : phases)
    {
        columns.push_back(SumUp(phase));
    }
    auto line = [&os](const std::string& label, const std::vector<std::string>& cells) {
        os << std::left << std::setw(28) << label << std::right;
        for (const auto& cell : cells)
        {
            os << std::setw(12) << cell;
        }
        os << "\n";
    };
    auto row = [&](const std::string& label, auto cell) {
        std::vector<std::string> cells;
        for (const auto& column : columns)
        {
            cells.push_back(cell(column));
        }
        line(label, cells);
    };
    auto percent = [](uint64_t part, uint64_t whole) {
        return whole ? Format(100.0 * part / whole, 2) : "-";
    };

    line("requests that began", phases);
    row("  requests", [](const Summary& s) { return std::to_string(s.requests); });
    row("  served", [](const Summary& s) { return std::to_string(s.served); });
    row("  served (%)", [&](const Summary& s) { return percent(s.served, s.requests); });
    for (const auto& failed : columns.back().failed)
    {
        row("  failed: " + failed.first, [&](const Summary& s) {
            auto count = s.failed.find(failed.first);
            return std::to_string(count == s.failed.end() ? 0 : count->second);
        });
    }
    row("  latency, median (ms)",
        [](const Summary& s) { return Format(Quantile(s.latencies, 0.5), 1); });
    row("  latency, p99 (ms)",
        [](const Summary& s) { return Format(Quantile(s.latencies, 0.99), 1); });
    for (const auto& site : m_options.sites)
    {
        row("  share of " + site + " (%)", [&](const Summary& s) {
            auto count = s.assigned.find(site);
            return percent(count == s.assigned.end() ? 0 : count->second, s.assignedTotal);
        });
    }
}

void
FailoverReport::PrintConclusion(std::ostream& os) const
{
    Summary total = SumUp("total");
    Blame blame = FindBlame();
    os << "connections to surviving sites broken: " << blame.survivors << "\n";
    if (m_options.failures.empty())
    {
        os << "No site failed, and " << total.served << " of " << total.requests
           << " requests were served.\n";
        return;
    }
    const Failure& first = m_options.failures.front();
    Time last = first.from;
    for (const auto& row : m_rows)
    {
        if (row.report.outcome != ConnectionOutcome::SERVED && row.assigned &&
            row.assigned->site == first.city && row.report.start < first.to)
        {
            last = std::max(last, row.report.start);
        }
    }
    os << "When " << first.city << " lost its power at " << Format(first.from.GetSeconds(), 1)
       << " s, " << (blame.survivors ? "" : "none but ") << "its own connections "
       << (blame.survivors ? "were not the only ones that failed" : "failed")
       << ", the last of them begun " << Format((last - first.from).GetSeconds(), 1) << " s later; "
       << Format(total.requests ? 100.0 * total.served / total.requests : 0, 2)
       << " % of all requests were served (failed with a dead site: " << blame.failedSite
       << ", never given to a server: " << blame.nobody << ").\n";
}

void
FailoverReport::PrepareFolder() const
{
    std::error_code ignored; // what matters is whether files can be written there
    std::filesystem::create_directories(m_options.results, ignored);
    Create(m_options.results, "manifest.json");
}

void
FailoverReport::WriteFiles(const std::vector<std::pair<std::string, Ptr<Object>>>& objects) const
{
    std::ofstream requests = Create(m_options.results, "requests.csv");
    requests << "start_s,client_city,client_address,client_port,outcome,latency_ms,assigned_site,"
                "assigned_server,answered_by,response_bytes\n";
    std::vector<const Row*> rows;
    for (const auto& row : m_rows)
    {
        rows.push_back(&row);
    }
    std::stable_sort(rows.begin(), rows.end(), [](const Row* a, const Row* b) {
        return a->report.start < b->report.start;
    });
    for (const Row* row : rows)
    {
        const ConnectionReport& report = row->report;
        auto city = m_clients.find(report.client);
        requests << Format(report.start.GetSeconds(), 6) << ","
                 << (city == m_clients.end() ? "" : Csv(city->second)) << ","
                 << ToText(report.client) << "," << report.clientPort << ","
                 << ToString(report.outcome) << "," << Format(report.latency.GetSeconds() * 1000, 3)
                 << "," << (row->assigned ? Csv(row->assigned->site) : "") << ","
                 << (row->assigned ? Csv(row->assigned->name) : "") << "," << Csv(report.server)
                 << "," << report.bytes << "\n";
    }

    std::ofstream sites = Create(m_options.results, "sites.csv");
    sites << "time_s,site,new_connections_per_s,has_power\n";
    auto seconds = static_cast<std::size_t>(std::ceil(m_options.duration.GetSeconds()));
    for (std::size_t second = 0; second < seconds; second++)
    {
        for (const auto& site : m_options.sites)
        {
            auto load = m_load.find(site);
            bool any = load != m_load.end() && second < load->second.size();
            Time begin = Seconds(static_cast<double>(second));
            sites << second << "," << Csv(site) << "," << (any ? load->second[second] : 0) << ","
                  << (m_options.IsWithoutPower(site, begin, begin) ? 0 : 1) << "\n";
        }
    }

    std::ofstream events = Create(m_options.results, "events.csv");
    events << "time_s,event,site,server\n";
    for (const auto& event : m_events)
    {
        events << event << "\n";
    }

    std::ofstream manifest = Create(m_options.results, "manifest.json");
    manifest << "{\n  \"program\": \"global-failover\",\n  \"ns3\": \"3." << GIPT_NS3_RELEASE
             << "\",\n  \"compiler\": " << Json(__VERSION__) << ",\n  \"seed\": " << m_options.seed
             << ",\n  \"run\": " << m_options.run << ",\n  \"options\": {";
    const char* separator = "\n";
    for (const auto& [name, value] : m_options.given)
    {
        manifest << separator << "    " << Json(name) << ": " << Json(value);
        separator = ",\n";
    }
    manifest << "\n  },\n  \"failures\": [";
    separator = "\n";
    for (const auto& failure : m_options.failures)
    {
        manifest << separator << "    {\"site\": " << Json(failure.city)
                 << ", \"from_s\": " << Format(failure.from.GetSeconds(), 6)
                 << ", \"to_s\": " << Format(failure.to.GetSeconds(), 6) << "}";
        separator = ",\n";
    }
    manifest << "\n  ],\n  \"attributes\": {";
    separator = "\n";
    for (const auto& [name, object] : objects)
    {
        manifest << separator << "    " << Json(name)
                 << ": {\n      \"TypeId\": " << Json(object->GetInstanceTypeId().GetName());
        for (const auto& [attribute, value] : GetAttributes(object))
        {
            manifest << ",\n      " << Json(attribute) << ": " << Json(value);
        }
        manifest << "\n    }";
        separator = ",\n";
    }
    manifest << "\n  }\n}\n";
}
