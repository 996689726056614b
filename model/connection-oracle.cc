/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "connection-oracle.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/log.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptConnectionOracle");
NS_OBJECT_ENSURE_REGISTERED(ConnectionOracle);

const char*
ToString(ConnectionCategory category)
{
    static const char* const names[CONNECTION_CATEGORIES] = {
        "served",        "not-sent",       "unfinished",     "site-failure",   "server-crash",
        "black-hole",    "slow-server",    "drain",          "server-removed", "state-lost",
        "director-down", "table-expiry",   "no-server",      "table-full",     "overload",
        "link-cut",      "router-failure", "one-way",        "loss",           "delay",
        "no-route",      "loop",           "mtu-black-hole", "congestion",     "packet-loss",
        "bad-tunnel",    "refused",        "reset",          "truncated",      "unreachable",
        "timed-out",     "unexplained"};
    return names[static_cast<std::size_t>(category)];
}

const char*
ToString(Sighting sighting)
{
    static const char* const names[SIGHTINGS] = {"delivered",
                                                 "stray",
                                                 "no-server",
                                                 "table-full",
                                                 "overload",
                                                 "server-gone",
                                                 "too-big",
                                                 "ttl-expired",
                                                 "no-route",
                                                 "interface-down",
                                                 "queue-full",
                                                 "link",
                                                 "tunnel"};
    return names[static_cast<std::size_t>(sighting)];
}

std::size_t
ConnectionOracle::KeyHash::operator()(const ConnectionKey& key) const
{
    uint64_t hash = uint64_t(key.client.Get()) << 32 | key.virtualAddress.Get();
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    hash ^= hash >> 32;
    hash += uint64_t(key.clientPort) << 24 | uint64_t(key.virtualPort) << 8 | key.protocol;
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    return static_cast<std::size_t>(hash ^ hash >> 32);
}

TypeId
ConnectionOracle::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::ConnectionOracle")
            .SetParent<Object>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<ConnectionOracle>()
            .AddAttribute("KeepRecords",
                          "Keep a record of each connection; counts are kept always",
                          BooleanValue(true),
                          MakeBooleanAccessor(&ConnectionOracle::m_keepRecords),
                          MakeBooleanChecker())
            .AddTraceSource("Classified",
                            "A connection has ended and was put into its category",
                            MakeTraceSourceAccessor(&ConnectionOracle::m_classifiedTrace),
                            "ns3::gipt::ConnectionRecord::TracedCallback");
    return tid;
}

namespace
{

/**
 * @brief The key of a connection.
 * @param report what its client knows
 * @return the key
 */
ConnectionKey
GetKey(const ConnectionReport& report)
{
    return {report.client, report.clientPort, report.remote, report.remotePort, report.protocol};
}

} // namespace

void
ConnectionOracle::AddServer(Ipv4Address address,
                            uint32_t node,
                            const std::string& name,
                            const std::string& site)
{
    NS_LOG_FUNCTION(this << address << node << name << site);
    m_servers[address] = {node, name, site};
    m_load.emplace(name, 0);
}

void
ConnectionOracle::AddDirector(const std::string& name, uint32_t node)
{
    NS_LOG_FUNCTION(this << name << node);
    m_directors[GetDirector(name) - 1].node = node;
}

void
ConnectionOracle::AddClients(Ipv4Address network, Ipv4Mask mask, const std::string& city)
{
    NS_LOG_FUNCTION(this << network << mask << city);
    m_clients.push_back({network, mask, city});
}

uint16_t
ConnectionOracle::GetDirector(const std::string& name)
{
    for (std::size_t i = 0; i < m_directors.size(); i++)
    {
        if (m_directors[i].name == name)
        {
            return static_cast<uint16_t>(i + 1);
        }
    }
    m_directors.push_back({name, NO_NODE});
    return static_cast<uint16_t>(m_directors.size());
}

std::string
ConnectionOracle::GetServerName(Ipv4Address address) const
{
    const auto server = m_servers.find(address);
    if (server != m_servers.end())
    {
        return server->second.name;
    }
    std::ostringstream text;
    text << address;
    return address.IsAny() ? "" : text.str();
}

std::string
ConnectionOracle::GetCity(Ipv4Address address) const
{
    for (const auto& clients : m_clients)
    {
        if (clients.mask.IsMatch(address, clients.network))
        {
            return clients.city;
        }
    }
    return "";
}

void
ConnectionOracle::Start(const ConnectionReport& report)
{
    if (report.clientPort == 0)
    {
        return; // it never gets a port: its end counts it
    }
    m_started++;
    const auto flow = m_flows.emplace(GetKey(report), Flow());
    NS_ABORT_MSG_UNLESS(flow.second, "a port of a client is used twice at a time");
    flow.first->second.start = report.start;
}

void
ConnectionOracle::End(const ConnectionReport& report)
{
    Flow flow;
    flow.start = report.start;
    const auto there = m_flows.find(GetKey(report));
    if (there != m_flows.end() && report.clientPort != 0)
    {
        flow = std::move(there->second);
        m_flows.erase(there);
    }
    else
    {
        m_started++;
    }
    ConnectionRecord record;
    record.report = report;
    record.city = GetCity(report.client);
    record.firstServer = GetServerName(flow.firstServer);
    record.lastServer = GetServerName(flow.lastServer);
    record.firstDirector = flow.given ? m_directors[flow.firstDirector - 1].name : "";
    record.lastDirector = flow.given ? m_directors[flow.lastDirector - 1].name : "";
    Decide(flow, record);
    m_counts[static_cast<std::size_t>(record.category)]++;

    const auto second = static_cast<uint32_t>(report.start.GetSeconds());
    Bucket& bucket = m_buckets[{second, record.city}];
    bucket.begun++;
    if (record.category == ConnectionCategory::SERVED)
    {
        bucket.served++;
        bucket.latency += report.latency.GetSeconds();
    }
    else if (record.category == ConnectionCategory::UNFINISHED)
    {
        bucket.unfinished++;
    }
    if (record.failure != ConnectionRecord::NO_FAILURE)
    {
        Failure& failure = m_failures[record.failure];
        failure.broken[record.category]++;
        if (report.start < failure.event.time)
        {
            failure.open++;
        }
        else
        {
            failure.fresh++;
            failure.lastBroken = std::max(failure.lastBroken, report.start);
        }
    }
    m_classifiedTrace(record);
    if (m_keepRecords)
    {
        m_records.push_back(std::move(record));
    }
}

void
ConnectionOracle::Schedule(const std::string& director,
                           const ConnectionKey& key,
                           Ipv4Address server,
                           Time now)
{
    const auto entry = m_flows.find(key);
    if (entry == m_flows.end())
    {
        return; // not of a workload that is watched, or over
    }
    Flow& flow = entry->second;
    m_load[GetServerName(server)]++;
    flow.lastServer = server;
    flow.lastDirector = GetDirector(director);
    if (flow.given++ == 0)
    {
        flow.firstServer = server;
        flow.firstDirector = flow.lastDirector;
        flow.given0 = now;
    }
}

void
ConnectionOracle::Expire(const std::string& director, const ConnectionKey& key, Time now)
{
    const auto entry = m_flows.find(key);
    if (entry != m_flows.end())
    {
        entry->second.expiredAt = GetDirector(director);
        entry->second.expired = now;
    }
}

void
ConnectionOracle::See(std::pair<Ipv4Address, uint16_t> source,
                      std::pair<Ipv4Address, uint16_t> destination,
                      uint8_t protocol,
                      Sighting sighting,
                      uint32_t node,
                      Time now)
{
    auto entry = m_flows.find(
        {source.first, source.second, destination.first, destination.second, protocol});
    if (entry == m_flows.end())
    {
        entry = m_flows.find(
            {destination.first, destination.second, source.first, source.second, protocol});
    }
    if (entry == m_flows.end())
    {
        return;
    }
    for (auto& seen : entry->second.seen)
    {
        if (seen.sighting == sighting)
        {
            seen.count++;
            seen.node = node;
            seen.time = now;
            return;
        }
    }
    entry->second.seen.push_back({sighting, node, 1, now});
}

void
ConnectionOracle::Fail(const FailureEvent& event)
{
    NS_LOG_FUNCTION(this << event.id << event.target << event.begins << event.time);
    const auto there = m_failureIds.find(event.id);
    if (!event.begins)
    {
        if (there != m_failureIds.end())
        {
            m_failures[there->second].end = event.time;
        }
        return;
    }
    // one that comes again, as flapping does, is another failure each time
    m_failureIds[event.id] = m_failures.size();
    m_failures.emplace_back();
    Failure& failure = m_failures.back();
    failure.event = event;
    failure.nodes.insert(event.nodes.begin(), event.nodes.end());
    for (const auto& [address, server] : m_servers)
    {
        if (failure.nodes.count(server.node))
        {
            failure.servers.insert(address);
        }
    }
}

void
ConnectionOracle::Check(Ipv4Address server, bool isDown, Time now)
{
    NS_LOG_FUNCTION(this << server << isDown << now);
    for (auto& failure : m_failures)
    {
        if (!failure.servers.count(server))
        {
            continue;
        }
        if (!isDown)
        {
            failure.down.erase(server);
        }
        else if (now <= failure.end)
        {
            failure.down.insert(server);
            if (failure.down == failure.servers && failure.detected == Time::Max())
            {
                failure.detected = now;
            }
        }
    }
}

bool
ConnectionOracle::IsComplete() const
{
    uint64_t ended = 0;
    for (uint64_t count : m_counts)
    {
        ended += count;
    }
    return ended + m_flows.size() == m_started;
}

double
ConnectionOracle::GetFairness() const
{
    double sum = 0;
    double squares = 0;
    for (const auto& [name, load] : m_load)
    {
        sum += static_cast<double>(load);
        squares += static_cast<double>(load) * static_cast<double>(load);
    }
    return squares > 0 ? sum * sum / (static_cast<double>(m_load.size()) * squares) : std::nan("");
}

Time
ConnectionOracle::GetTimeToDetect(const Failure& failure)
{
    return failure.detected == Time::Max() ? failure.detected
                                           : failure.detected - failure.event.time;
}

Time
ConnectionOracle::GetTimeToRecover(const Failure& failure)
{
    return failure.fresh ? failure.lastBroken - failure.event.time : Time(0);
}

double
ConnectionOracle::GetExtraLatency(std::size_t failure) const
{
    const Failure& one = m_failures[failure];
    const double begin = one.event.time.GetSeconds();
    const double again = begin + GetTimeToRecover(one).GetSeconds();
    double end = one.end == Time::Max() ? HUGE_VAL : one.end.GetSeconds();
    double from = 0;
    for (std::size_t i = 0; i < m_failures.size(); i++)
    {
        const Failure& other = m_failures[i];
        const double otherEnd = other.end == Time::Max() ? HUGE_VAL : other.end.GetSeconds();
        if (i < failure)
        {
            from = std::max(from, std::min(begin, otherEnd));
        }
        else if (i > failure)
        {
            end = std::min(end, std::max(begin, other.event.time.GetSeconds()));
        }
    }
    Bucket before;
    Bucket after;
    for (const auto& [place, bucket] : m_buckets)
    {
        // only seconds that lie in the span as a whole
        const bool isBefore = place.first >= from && place.first + 1 <= begin;
        const bool isAfter = place.first >= again && place.first + 1 <= end;
        Bucket* sum = isBefore ? &before : isAfter ? &after : nullptr;
        if (sum)
        {
            sum->served += bucket.served;
            sum->latency += bucket.latency;
        }
    }
    return before.served && after.served ? after.latency / static_cast<double>(after.served) -
                                               before.latency / static_cast<double>(before.served)
                                         : std::nan("");
}

const ConnectionOracle::Seen*
ConnectionOracle::Find(const Flow& flow, Sighting sighting, Time since)
{
    for (const auto& seen : flow.seen)
    {
        if (seen.sighting == sighting && seen.time >= since)
        {
            return &seen;
        }
    }
    return nullptr;
}

const ConnectionOracle::Failure*
ConnectionOracle::FindFailure(const std::vector<FailureKind>& kinds,
                              uint32_t node,
                              Time from,
                              Time to) const
{
    for (FailureKind kind : kinds)
    {
        for (const auto& failure : m_failures)
        {
            if (failure.event.kind == kind && failure.event.time <= to && failure.end >= from &&
                (node == NO_NODE || failure.nodes.count(node)))
            {
                return &failure;
            }
        }
    }
    return nullptr;
}

bool
ConnectionOracle::Blame(const Failure& failure,
                        ConnectionCategory category,
                        ConnectionRecord& record) const
{
    record.category = category;
    record.failure = GetPlace(failure);
    record.evidence = "failure of " + failure.event.target;
    record.evidenceTime = failure.event.time;
    return true;
}

bool
ConnectionOracle::Blame(const Seen& seen, ConnectionCategory category, ConnectionRecord& record)
{
    record.category = category;
    record.evidence = std::string(ToString(seen.sighting)) + " at node " +
                      std::to_string(seen.node) + " (" + std::to_string(seen.count) + ")";
    record.evidenceTime = seen.time;
    return true;
}

void
ConnectionOracle::Decide(const Flow& flow, ConnectionRecord& record) const
{
    const ConnectionReport& report = record.report;
    record.evidence = std::string("client: ") + ToString(report.outcome);
    record.evidenceTime = report.start + report.latency;
    switch (report.outcome)
    {
    case ConnectionOutcome::SERVED:
        record.category = ConnectionCategory::SERVED;
        return;
    case ConnectionOutcome::NOT_SENT:
        record.category = ConnectionCategory::NOT_SENT;
        return;
    case ConnectionOutcome::UNFINISHED:
        record.category = ConnectionCategory::UNFINISHED;
        return;
    default:
        break;
    }
    if (const Seen* seen = Find(flow, Sighting::TTL_EXPIRED, report.lastProgress))
    {
        Blame(*seen, ConnectionCategory::LOOP, record);
        return;
    }
    if (DecideByServer(flow, record) || DecideByDirector(flow, record) ||
        DecideByLoss(flow, record))
    {
        return;
    }
    switch (report.outcome)
    {
    case ConnectionOutcome::REFUSED:
        record.category = ConnectionCategory::REFUSED;
        return;
    case ConnectionOutcome::RESET:
        record.category = ConnectionCategory::RESET;
        return;
    case ConnectionOutcome::TRUNCATED:
        record.category = ConnectionCategory::TRUNCATED;
        return;
    case ConnectionOutcome::UNREACHABLE:
        record.category = ConnectionCategory::UNREACHABLE;
        return;
    default:
        break;
    }
    if (const Seen* seen = Find(flow, Sighting::DELIVERED, report.lastProgress))
    {
        Blame(*seen, ConnectionCategory::TIMED_OUT, record);
    }
}

bool
ConnectionOracle::DecideByServer(const Flow& flow, ConnectionRecord& record) const
{
    const Time since = record.report.lastProgress;
    const Time end = record.evidenceTime;
    const auto server = m_servers.find(flow.lastServer);
    if (server == m_servers.end())
    {
        return false;
    }
    static const std::vector<std::pair<FailureKind, ConnectionCategory>> kinds{
        {FailureKind::SITE_POWER, ConnectionCategory::SITE_FAILURE},
        {FailureKind::SERVER_CRASH, ConnectionCategory::SERVER_CRASH},
        {FailureKind::BLACK_HOLE, ConnectionCategory::BLACK_HOLE},
        {FailureKind::SLOW_SERVER, ConnectionCategory::SLOW_SERVER},
        {FailureKind::DRAIN, ConnectionCategory::DRAIN}};
    for (const auto& [kind, category] : kinds)
    {
        if (const auto failure = FindFailure({kind}, server->second.node, since, end))
        {
            return Blame(*failure, category, record);
        }
    }
    return false;
}

bool
ConnectionOracle::DecideByDirector(const Flow& flow, ConnectionRecord& record) const
{
    const Time since = record.report.lastProgress;
    const Time end = record.evidenceTime;
    static const std::vector<std::pair<Sighting, ConnectionCategory>> verdicts{
        {Sighting::NO_SERVER, ConnectionCategory::NO_SERVER},
        {Sighting::TABLE_FULL, ConnectionCategory::TABLE_FULL},
        {Sighting::OVERLOAD, ConnectionCategory::OVERLOAD}};
    for (const auto& [sighting, category] : verdicts)
    {
        if (const Seen* seen = Find(flow, sighting, since))
        {
            Blame(*seen, category, record);
            // there would have been one but for a failure that is not over
            const auto failure =
                sighting == Sighting::NO_SERVER
                    ? FindFailure({FailureKind::SITE_POWER, FailureKind::SERVER_CRASH},
                                  NO_NODE,
                                  seen->time,
                                  seen->time)
                    : nullptr;
            if (failure && !failure->servers.empty())
            {
                record.failure = GetPlace(*failure);
            }
            return true;
        }
    }
    if (flow.given > 0)
    {
        for (uint16_t number : {flow.lastDirector, flow.firstDirector})
        {
            const auto failure =
                FindFailure({FailureKind::DIRECTOR}, m_directors[number - 1].node, since, end);
            if (failure && flow.given0 <= failure->event.time &&
                m_directors[number - 1].node != NO_NODE)
            {
                return Blame(*failure, ConnectionCategory::STATE_LOST, record);
            }
        }
    }
    else
    {
        for (const auto& director : m_directors)
        {
            const auto failure =
                director.node == NO_NODE
                    ? nullptr
                    : FindFailure({FailureKind::DIRECTOR}, director.node, since, end);
            const Seen* seen = failure ? Find(flow, Sighting::INTERFACE_DOWN, since) : nullptr;
            seen = failure && !seen ? Find(flow, Sighting::LINK, since) : seen;
            seen = failure && !seen ? Find(flow, Sighting::NO_ROUTE, since) : seen;
            if (seen)
            {
                return Blame(*failure, ConnectionCategory::DIRECTOR_DOWN, record);
            }
        }
    }
    if (flow.expiredAt != 0 && flow.expired >= since)
    {
        record.category = ConnectionCategory::TABLE_EXPIRY;
        record.evidence = "expired at " + m_directors[flow.expiredAt - 1].name;
        record.evidenceTime = flow.expired;
        return true;
    }
    if (flow.given > 1 && flow.firstDirector != flow.lastDirector)
    {
        record.category = ConnectionCategory::STATE_LOST;
        record.evidence = "given anew by " + m_directors[flow.lastDirector - 1].name;
        return true;
    }
    const Seen* stray = Find(flow, Sighting::STRAY, since);
    if (stray && flow.given > 0)
    {
        return Blame(*stray, ConnectionCategory::STATE_LOST, record);
    }
    if (const Seen* gone = Find(flow, Sighting::SERVER_GONE, since))
    {
        return Blame(*gone, ConnectionCategory::SERVER_REMOVED, record);
    }
    return false;
}

bool
ConnectionOracle::DecideByLoss(const Flow& flow, ConnectionRecord& record) const
{
    const Time since = record.report.lastProgress;
    const Time end = record.evidenceTime;
    if (const Seen* seen = Find(flow, Sighting::TOO_BIG, since))
    {
        return Blame(*seen, ConnectionCategory::MTU_BLACK_HOLE, record);
    }
    if (const Seen* seen = Find(flow, Sighting::TUNNEL, since))
    {
        return Blame(*seen, ConnectionCategory::BAD_TUNNEL, record);
    }
    static const std::vector<std::pair<FailureKind, ConnectionCategory>> kinds{
        {FailureKind::LINK_CUT, ConnectionCategory::LINK_CUT},
        {FailureKind::ROUTER, ConnectionCategory::ROUTER_FAILURE},
        {FailureKind::ONE_WAY, ConnectionCategory::ONE_WAY},
        {FailureKind::LOSS, ConnectionCategory::LOSS}};
    // a loss on a link is put down to what befell that link, a missing route to what befell any
    for (Sighting sighting : {Sighting::LINK, Sighting::INTERFACE_DOWN, Sighting::NO_ROUTE})
    {
        const Seen* seen = Find(flow, sighting, since);
        if (!seen)
        {
            continue;
        }
        for (const auto& [kind, category] : kinds)
        {
            const bool isCut = kind == FailureKind::LINK_CUT || kind == FailureKind::ROUTER;
            const uint32_t node = isCut ? NO_NODE : seen->node;
            const auto failure = FindFailure({kind}, node, since, seen->time);
            if (failure && (isCut || sighting == Sighting::LINK))
            {
                Blame(*seen, category, record);
                record.failure = GetPlace(*failure);
                return true;
            }
        }
    }
    static const std::vector<std::pair<Sighting, ConnectionCategory>> others{
        {Sighting::NO_ROUTE, ConnectionCategory::NO_ROUTE},
        {Sighting::INTERFACE_DOWN, ConnectionCategory::NO_ROUTE},
        {Sighting::QUEUE_FULL, ConnectionCategory::CONGESTION},
        {Sighting::LINK, ConnectionCategory::PACKET_LOSS}};
    for (const auto& [sighting, category] : others)
    {
        if (const Seen* seen = Find(flow, sighting, since))
        {
            return Blame(*seen, category, record);
        }
    }
    const bool isTimeout = record.report.outcome == ConnectionOutcome::CONNECT_TIMEOUT ||
                           record.report.outcome == ConnectionOutcome::RESPONSE_TIMEOUT;
    const auto failure =
        isTimeout ? FindFailure({FailureKind::DELAY}, NO_NODE, since, end) : nullptr;
    return failure && Blame(*failure, ConnectionCategory::DELAY, record);
}

} // namespace gipt
} // namespace ns3
