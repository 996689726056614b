/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "failover-report.h"

#include "failover-text.h"

#include "ns3/quoted-text.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <sstream>

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
 * @brief Say in words what a failure did.
 * @param event the failure
 * @return such as "Seattle lost its power"
 */
std::string
Describe(const FailureEvent& event)
{
    switch (event.kind)
    {
    case FailureKind::SITE_POWER:
        return event.target + " lost its power";
    case FailureKind::SERVER_CRASH:
    case FailureKind::DIRECTOR:
        return event.target + " crashed";
    case FailureKind::ROUTER:
        return "the router of " + event.target + " crashed";
    case FailureKind::LINK_CUT:
        return "the link " + event.target + " was cut";
    default:
        return std::string(ToString(event.kind)) + " befell " + event.target;
    }
}

} // namespace

FailoverReport::FailoverReport(const FailoverOptions& options,
                               const std::vector<std::string>& sites)
    : m_options(options),
      m_sites(sites),
      m_oracle(CreateObject<ConnectionOracle>())
{
}

void
FailoverReport::AddServer(Ipv4Address address,
                          uint32_t node,
                          const std::string& name,
                          const std::string& site)
{
    m_servers[address] = {name, site, node};
    m_names[name] = address;
}

void
FailoverReport::CountScheduled(Ipv4Address server)
{
    auto second = static_cast<std::size_t>(Simulator::Now().GetSeconds());
    std::vector<uint64_t>& load = m_load[m_servers.at(server).site];
    load.resize(std::max(load.size(), second + 1));
    load[second]++;
}

void
FailoverReport::NoteFailure(const FailureEvent& event)
{
    Note(std::string(ToString(event.kind)) + (event.begins ? " begins" : " ends"),
         event.target,
         "");
}

void
FailoverReport::NoteHealth(const std::string& what, Ipv4Address address)
{
    auto server = m_servers.find(address);
    if (server != m_servers.end())
    {
        Note(what, server->second.site, server->second.name);
    }
}

void
FailoverReport::Note(const std::string& what, const std::string& place, const std::string& node)
{
    m_events.push_back({Simulator::Now(), what, place, node});
}

std::string
FailoverReport::DescribeProgress() const
{
    std::ostringstream text;
    double now = Simulator::Now().GetSeconds();
    double end = m_options.duration.GetSeconds();
    const int width = 30;
    int done = static_cast<int>(width * std::min(1.0, now / end));
    uint64_t begun = m_oracle->GetStarted();
    uint64_t served = m_oracle->GetCount(ConnectionCategory::SERVED);
    uint64_t open = m_oracle->GetOpen();
    text << "[" << std::string(done, '#') << std::string(width - done, '.') << "] "
         << Format(std::min(now, end), 0) << " of " << Format(end, 0) << " s, " << begun
         << " connections: " << served << " served, " << begun - served - open << " broken, "
         << open << " open";
    return text.str();
}

std::string
FailoverReport::GetPhase(Time time) const
{
    const auto& failures = m_oracle->GetFailures();
    for (const auto& failure : failures)
    {
        if (failure.event.time <= time && time < failure.end)
        {
            return "during";
        }
    }
    return failures.empty() || time < failures.front().event.time ? "before" : "after";
}

FailoverReport::Summary
FailoverReport::SumUp(const std::string& phase) const
{
    Summary summary;
    for (const auto& record : m_oracle->GetRecords())
    {
        if (phase != "total" && phase != GetPhase(record.report.start))
        {
            continue;
        }
        summary.begun++;
        if (record.category == ConnectionCategory::SERVED)
        {
            summary.served++;
            summary.latencies.push_back(record.report.latency.GetSeconds() * 1000);
        }
        else
        {
            summary.broken[ToString(record.category)]++;
        }
        const std::string site = GetSite(record.lastServer);
        if (!site.empty())
        {
            summary.assigned[site]++;
            summary.assignedTotal++;
        }
    }
    std::sort(summary.latencies.begin(), summary.latencies.end());
    return summary;
}

uint64_t
FailoverReport::CountBrokenSurvivors() const
{
    const auto& failures = m_oracle->GetFailures();
    uint64_t count = 0;
    for (const auto& record : m_oracle->GetRecords())
    {
        auto name = m_names.find(record.lastServer);
        if (record.category == ConnectionCategory::SERVED || name == m_names.end())
        {
            continue;
        }
        Time begin = record.report.start;
        Time end = begin + record.report.latency;
        bool hit = std::any_of(failures.begin(), failures.end(), [&](const Failure& failure) {
            return failure.servers.count(name->second) > 0 && failure.event.time <= end &&
                   begin < failure.end;
        });
        count += hit ? 0 : 1;
    }
    return count;
}

std::vector<const FailoverReport::Record*>
FailoverReport::GetRecords() const
{
    std::vector<const Record*> records;
    for (const auto& record : m_oracle->GetRecords())
    {
        records.push_back(&record);
    }
    std::stable_sort(records.begin(), records.end(), [](const Record* a, const Record* b) {
        return a->report.start < b->report.start;
    });
    return records;
}

uint64_t
FailoverReport::GetLoad(const std::string& site, std::size_t second) const
{
    auto load = m_load.find(site);
    return load != m_load.end() && second < load->second.size() ? load->second[second] : 0;
}

std::string
FailoverReport::GetSite(const std::string& server) const
{
    auto name = m_names.find(server);
    return name == m_names.end() ? "" : m_servers.at(name->second).site;
}

std::vector<std::pair<std::string, std::string>>
FailoverReport::GetSummary() const
{
    using Members = std::vector<std::pair<std::string, std::string>>;
    auto number = [](double value, int decimals) {
        return std::isnan(value) ? "null" : Format(value, decimals);
    };
    auto time = [](Time value) {
        return value == Time::Max() ? "null" : Format(value.GetSeconds(), 6);
    };
    Summary total = SumUp("total");
    Members categories{{"served", std::to_string(total.served)}};
    for (const auto& [category, count] : total.broken)
    {
        categories.emplace_back(category, std::to_string(count));
    }
    std::map<std::string, std::pair<uint64_t, uint64_t>> cities;
    for (const auto& [key, bucket] : m_oracle->GetBuckets())
    {
        cities[key.second].first += bucket.begun;
        cities[key.second].second += bucket.served;
    }
    Members availability;
    for (const auto& [city, counts] : cities)
    {
        availability.emplace_back(city, Format(100.0 * counts.second / counts.first, 4));
    }
    const auto& failures = m_oracle->GetFailures();
    std::vector<std::string> effects;
    for (std::size_t i = 0; i < failures.size(); i++)
    {
        const Failure& failure = failures[i];
        Members broken;
        for (const auto& [category, count] : failure.broken)
        {
            broken.emplace_back(ToString(category), std::to_string(count));
        }
        effects.push_back(
            JsonObject({{"kind", QuoteJson(ToString(failure.event.kind))},
                        {"target", QuoteJson(failure.event.target)},
                        {"detect_s", time(ConnectionOracle::GetTimeToDetect(failure))},
                        {"recover_s", time(ConnectionOracle::GetTimeToRecover(failure))},
                        {"extra_latency_ms", number(1000 * m_oracle->GetExtraLatency(i), 3)},
                        {"broken_open", std::to_string(failure.open)},
                        {"broken_new", std::to_string(failure.fresh)},
                        {"broken", JsonObject(broken)}}));
    }
    bool any = !failures.empty();
    return {
        {"started", std::to_string(m_oracle->GetStarted())},
        {"categories", JsonObject(categories, 4)},
        {"unexplained", std::to_string(m_oracle->GetCount(ConnectionCategory::UNEXPLAINED))},
        {"open", std::to_string(m_oracle->GetOpen())},
        {"broken_on_surviving_sites", std::to_string(CountBrokenSurvivors())},
        {"availability_percent", Format(total.begun ? 100.0 * total.served / total.begun : 100, 4)},
        {"availability_percent_by_city", JsonObject(availability, 4)},
        {"detect_s",
         any ? time(ConnectionOracle::GetTimeToDetect(failures.front())) : std::string("null")},
        {"recover_s",
         any ? time(ConnectionOracle::GetTimeToRecover(failures.front())) : std::string("null")},
        {"extra_latency_ms",
         any ? number(1000 * m_oracle->GetExtraLatency(0), 3) : std::string("null")},
        {"jain_index", number(m_oracle->GetFairness(), 6)},
        {"failures", JsonArray(effects, 4)},
    };
}

void
FailoverReport::PrintTable(std::ostream& os) const
{
    std::vector<std::string> phases{"total"};
    if (!m_oracle->GetFailures().empty())
    {
        phases = {"before", "during", "after", "total"};
    }
    std::vector<Summary> columns;
    for (const auto& phase : phases)
    {
        columns.push_back(SumUp(phase));
    }
    auto line = [&os](const std::string& label, const std::vector<std::string>& cells) {
        os << std::left << std::setw(30) << label << std::right;
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

    line("connections that began", phases);
    row("  connections", [](const Summary& s) { return std::to_string(s.begun); });
    row("  served", [](const Summary& s) { return std::to_string(s.served); });
    row("  served (%)", [&](const Summary& s) { return percent(s.served, s.begun); });
    for (const auto& broken : columns.back().broken)
    {
        row("  broken: " + broken.first, [&](const Summary& s) {
            auto count = s.broken.find(broken.first);
            return std::to_string(count == s.broken.end() ? 0 : count->second);
        });
    }
    row("  latency, median (ms)",
        [](const Summary& s) { return Format(Quantile(s.latencies, 0.5), 1); });
    row("  latency, p99 (ms)",
        [](const Summary& s) { return Format(Quantile(s.latencies, 0.99), 1); });
    for (const auto& site : m_sites)
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
    uint64_t survivors = CountBrokenSurvivors();
    uint64_t unexplained = m_oracle->GetCount(ConnectionCategory::UNEXPLAINED);
    os << "connections to surviving sites broken: " << survivors << "\n"
       << "connections begun: " << m_oracle->GetStarted() << " = " << total.served << " served";
    for (const auto& [category, count] : total.broken)
    {
        os << " + " << count << " " << category;
    }
    os << (m_oracle->IsComplete() ? "" : ", which does not add up")
       << "; unexplained: " << unexplained << "\n";
    const auto& failures = m_oracle->GetFailures();
    if (failures.empty())
    {
        os << "Nothing failed, and " << total.served << " of " << total.begun
           << " connections were served.\n";
        return;
    }
    const Failure& first = failures.front();
    os << "When " << Describe(first.event) << " at " << Format(first.event.time.GetSeconds(), 1)
       << " s, ";
    if (total.served == total.begun)
    {
        os << "nobody noticed: all of " << total.begun << " connections were served.\n";
        return;
    }
    const bool isServers = !first.servers.empty();
    os << (!isServers  ? std::to_string(total.begun - total.served) + " connections broke"
           : survivors ? "others' connections broke, too"
                       : "none but its own connections broke")
       << ", the last of them begun "
       << Format(ConnectionOracle::GetTimeToRecover(first).GetSeconds(), 1) << " s later; "
       << Format(100.0 * total.served / total.begun, 2) << " % of all were served.\n";
}
