/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "oracle-report.h"

#include "quoted-text.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

namespace ns3
{
namespace gipt
{

namespace
{

/**
 * @brief Write a number with a fixed number of decimals.
 * @param number the number
 * @param decimals how many
 * @param none what stands for a number that is none
 * @return the text
 */
std::string
Fix(double number, int decimals, const std::string& none = "")
{
    if (!std::isfinite(number))
    {
        return none;
    }
    std::ostringstream text;
    text << std::fixed << std::setprecision(decimals) << number;
    return text.str();
}

/**
 * @brief Write a time in seconds.
 * @param time the time, Time::Max() for none
 * @param none what stands for none
 * @return the text
 */
std::string
Fix(Time time, const std::string& none = "")
{
    return time == Time::Max() ? none : Fix(time.GetSeconds(), 6);
}

} // namespace

OracleReport::OracleReport(Ptr<const ConnectionOracle> oracle)
    : m_oracle(oracle)
{
}

void
OracleReport::WriteConnections(std::ostream& os) const
{
    os << "start_s,latency_ms,workload,id,protocol,client_city,client_address,client_port,"
          "remote_address,remote_port,outcome,category,failure,evidence,evidence_time_s,"
          "first_server,last_server,first_director,last_director,answered_by,requests,"
          "response_bytes\n";
    std::vector<const ConnectionRecord*> records;
    for (const auto& record : m_oracle->GetRecords())
    {
        records.push_back(&record);
    }
    std::stable_sort(records.begin(),
                     records.end(),
                     [](const ConnectionRecord* a, const ConnectionRecord* b) {
                         return a->report.start < b->report.start;
                     });
    for (const ConnectionRecord* record : records)
    {
        const ConnectionReport& report = record->report;
        os << Fix(report.start) << "," << Fix(report.latency.GetSeconds() * 1000, 3) << ","
           << QuoteCsv(report.workload) << "," << report.id << ","
           << (report.protocol == 6 ? "tcp" : "udp") << "," << QuoteCsv(record->city) << ","
           << report.client << "," << report.clientPort << "," << report.remote << ","
           << report.remotePort << "," << ToString(report.outcome) << ","
           << ToString(record->category) << ","
           << (record->failure == ConnectionRecord::NO_FAILURE ? ""
                                                               : std::to_string(record->failure))
           << "," << QuoteCsv(record->evidence) << "," << Fix(record->evidenceTime) << ","
           << QuoteCsv(record->firstServer) << "," << QuoteCsv(record->lastServer) << ","
           << QuoteCsv(record->firstDirector) << "," << QuoteCsv(record->lastDirector) << ","
           << QuoteCsv(report.server) << "," << report.requests << "," << report.bytes << "\n";
    }
}

void
OracleReport::WriteAvailability(std::ostream& os) const
{
    os << "time_s,client_city,connections,served,failed,mean_latency_ms\n";
    for (const auto& [place, bucket] : m_oracle->GetBuckets())
    {
        const double served = static_cast<double>(bucket.served);
        os << place.first << "," << QuoteCsv(place.second) << "," << bucket.begun << ","
           << bucket.served << "," << bucket.begun - bucket.served - bucket.unfinished << ","
           << (bucket.served ? Fix(bucket.latency * 1000 / served, 3) : "") << "\n";
    }
}

void
OracleReport::WriteFailures(std::ostream& os) const
{
    os << "failure,kind,target,begin_s,end_s,time_to_detect_s,time_to_recover_s,open_broken,new_"
          "broken,"
          "extra_latency_ms\n";
    const auto& failures = m_oracle->GetFailures();
    for (std::size_t i = 0; i < failures.size(); i++)
    {
        const auto& failure = failures[i];
        os << i << "," << ToString(failure.event.kind) << "," << QuoteCsv(failure.event.target)
           << "," << Fix(failure.event.time) << "," << Fix(failure.end) << ","
           << Fix(ConnectionOracle::GetTimeToDetect(failure)) << ","
           << Fix(ConnectionOracle::GetTimeToRecover(failure)) << "," << failure.open << ","
           << failure.fresh << "," << Fix(m_oracle->GetExtraLatency(i) * 1000, 3) << "\n";
    }
}

void
OracleReport::WriteSummary(std::ostream& os) const
{
    os << "{\n  \"started\": " << m_oracle->GetStarted() << ",\n  \"open\": " << m_oracle->GetOpen()
       << ",\n  \"categories\": {";
    const char* separator = "\n";
    for (std::size_t i = 0; i < CONNECTION_CATEGORIES; i++)
    {
        const auto category = static_cast<ConnectionCategory>(i);
        os << separator << "    " << QuoteJson(ToString(category)) << ": "
           << m_oracle->GetCount(category);
        separator = ",\n";
    }
    os << "\n  },\n  \"load\": {";
    separator = "\n";
    for (const auto& [server, load] : m_oracle->GetLoad())
    {
        os << separator << "    " << QuoteJson(server) << ": " << load;
        separator = ",\n";
    }
    os << "\n  },\n  \"jain_index\": " << Fix(m_oracle->GetFairness(), 6, "null")
       << ",\n  \"availability\": {";
    std::map<std::string, ConnectionOracle::Bucket> cities;
    for (const auto& [place, bucket] : m_oracle->GetBuckets())
    {
        auto& city = cities[place.second];
        city.begun += bucket.begun - bucket.unfinished;
        city.served += bucket.served;
    }
    separator = "\n";
    for (const auto& [city, bucket] : cities)
    {
        const double all = static_cast<double>(bucket.begun);
        os << separator << "    " << QuoteJson(city) << ": "
           << Fix(static_cast<double>(bucket.served) / all, 6, "null");
        separator = ",\n";
    }
    os << "\n  }\n}\n";
}

void
OracleReport::PrintTable(std::ostream& os) const
{
    os << std::left << std::setw(20) << "category" << std::right << std::setw(12) << "connections"
       << "\n";
    for (std::size_t i = 0; i < CONNECTION_CATEGORIES; i++)
    {
        const auto category = static_cast<ConnectionCategory>(i);
        const uint64_t count = m_oracle->GetCount(category);
        if (count > 0 || category == ConnectionCategory::UNEXPLAINED)
        {
            os << std::left << std::setw(20) << ToString(category) << std::right << std::setw(12)
               << count << "\n";
        }
    }
    os << std::left << std::setw(20) << "started" << std::right << std::setw(12)
       << m_oracle->GetStarted() << "\n";
    for (const auto& failure : m_oracle->GetFailures())
    {
        os << "failure of " << failure.event.target << " at "
           << Fix(failure.event.time.GetSeconds(), 3) << " s: detected after "
           << Fix(ConnectionOracle::GetTimeToDetect(failure), "(never)") << " s, new connections "
           << "succeed after " << Fix(ConnectionOracle::GetTimeToRecover(failure)) << " s, broke "
           << failure.open << " open and " << failure.fresh << " new connections\n";
    }
}

} // namespace gipt
} // namespace ns3
