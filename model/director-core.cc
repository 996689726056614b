/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "director-core.h"

#include <algorithm>
#include <array>

namespace ns3
{
namespace gipt
{

namespace
{

constexpr uint8_t PROTOCOL_TCP = 6;  ///< IANA protocol number
constexpr uint8_t PROTOCOL_UDP = 17; ///< IANA protocol number

} // namespace

const char*
ToString(RuleResult result)
{
    static constexpr std::array<const char*, 11> TEXTS{
        "done",
        "service already exists",
        "no such service",
        "real server already exists",
        "no such real server",
        "unknown scheduler",
        "weight above 65535",
        "lower threshold above the upper one",
        "bad port",
        "protocol is neither TCP nor UDP",
        "unknown scheduler flag",
    };
    return TEXTS[static_cast<uint8_t>(result)];
}

const char*
ToString(DropReason reason)
{
    static constexpr std::array<const char*, DROP_REASONS> TEXTS{
        "none",
        "server-gone",
        "no-server",
        "table-full",
        "truncated",
        "ttl-expired",
        "too-big",
        "no-route",
        "fragment-timeout",
        "bad-fragment",
        "no-protocol",
        "martian-source",
        "loop",
    };
    return TEXTS[static_cast<uint8_t>(reason)];
}

DirectorCore::DirectorCore()
{
    m_table.SetExpiryCallback([this](Connection& connection, Time now) { Release(connection); });
}

DirectorCore::~DirectorCore() = default;

void
DirectorCore::ClearConnections()
{
    m_table.ForEach([this](const Connection& connection) { Release(connection); });
    m_table.Clear();
}

void
DirectorCore::Dispose()
{
    m_table.Clear();
    for (auto& service : m_services)
    {
        service->Dispose();
    }
    m_services.clear();
    m_serviceByKey.clear();
    m_pool.clear();
    m_freePlaces.clear();
}

void
DirectorCore::SetMaxConnections(uint64_t number)
{
    m_maxConnections = number;
    m_table.SetMaxSize(number);
}

void
DirectorCore::ServiceAdded(const VirtualService& service)
{
}

RuleResult
DirectorCore::MakeScheduler(const std::string& name,
                            const std::vector<std::string>& flags,
                            Ptr<Scheduler>& scheduler)
{
    scheduler = Scheduler::Create(name);
    if (!scheduler)
    {
        return RuleResult::NO_SCHEDULER;
    }
    const bool known = std::all_of(flags.begin(), flags.end(), [&](const std::string& flag) {
        return scheduler->SetFlag(flag);
    });
    return known ? RuleResult::OK : RuleResult::BAD_FLAG;
}

RuleResult
DirectorCore::AddService(Ipv4Address address,
                         uint16_t port,
                         uint8_t protocol,
                         const std::string& scheduler,
                         const std::vector<std::string>& flags)
{
    if (protocol != PROTOCOL_TCP && protocol != PROTOCOL_UDP)
    {
        return RuleResult::BAD_PROTOCOL;
    }
    if (port == 0)
    {
        // port 0 stands for all ports, which Linux too refuses without persistence
        return RuleResult::BAD_PORT;
    }
    const ServiceKey key{address.Get(), port, protocol};
    if (m_serviceByKey.count(key))
    {
        return RuleResult::SERVICE_EXISTS;
    }
    Ptr<Scheduler> made;
    const auto result = MakeScheduler(scheduler, flags, made);
    if (result != RuleResult::OK)
    {
        return result;
    }
    auto service = CreateObject<VirtualService>();
    service->m_address = address;
    service->m_port = port;
    service->m_protocol = protocol;
    service->SetScheduler(made);
    m_services.push_back(service);
    m_serviceByKey[key] = PeekPointer(service);
    ServiceAdded(*service);
    return RuleResult::OK;
}

RuleResult
DirectorCore::EditService(Ipv4Address address,
                          uint16_t port,
                          uint8_t protocol,
                          const std::string& scheduler,
                          const std::vector<std::string>& flags)
{
    auto service = FindService(address, port, protocol);
    if (!service)
    {
        return RuleResult::NO_SERVICE;
    }
    Ptr<Scheduler> made;
    const auto result = MakeScheduler(scheduler, flags, made);
    if (result != RuleResult::OK)
    {
        return result;
    }
    const auto present = service->GetScheduler();
    if (present->GetInstanceTypeId() != made->GetInstanceTypeId())
    {
        service->SetScheduler(made);
        return result;
    }
    // A scheduler that stays keeps its place and table (ip_vs_ctl.c, ip_vs_edit_service).
    present->ClearFlags();
    for (const auto& flag : flags)
    {
        present->SetFlag(flag);
    }
    return result;
}

RuleResult
DirectorCore::RemoveService(Ipv4Address address, uint16_t port, uint8_t protocol)
{
    auto service = FindService(address, port, protocol);
    if (!service)
    {
        return RuleResult::NO_SERVICE;
    }
    while (!service->GetServers().empty())
    {
        Retire(*service, service->GetServers().back());
    }
    m_serviceByKey.erase({address.Get(), port, protocol});
    m_services.erase(std::find(m_services.begin(), m_services.end(), service));
    service->Dispose();
    return RuleResult::OK;
}

void
DirectorCore::ClearServices()
{
    while (!m_services.empty())
    {
        const auto service = m_services.back();
        RemoveService(service->GetAddress(), service->GetPort(), service->GetProtocol());
    }
}

Ptr<VirtualService>
DirectorCore::FindService(Ipv4Address address, uint16_t port, uint8_t protocol) const
{
    const auto found = m_serviceByKey.find({address.Get(), port, protocol});
    return found == m_serviceByKey.end() ? nullptr : Ptr<VirtualService>(found->second);
}

RuleResult
DirectorCore::AddRealServer(Ptr<VirtualService> service,
                            Ipv4Address address,
                            uint16_t port,
                            uint32_t weight,
                            uint32_t upper,
                            uint32_t lower)
{
    if (!service)
    {
        return RuleResult::NO_SERVICE;
    }
    if (port != service->m_port)
    {
        // the inner packet goes to the server as it came: the port cannot be another
        return RuleResult::BAD_PORT;
    }
    if (weight > RealServer::MAX_WEIGHT)
    {
        return RuleResult::BAD_WEIGHT;
    }
    if (lower > upper)
    {
        return RuleResult::BAD_THRESHOLDS;
    }
    if (service->FindServer(address, port))
    {
        return RuleResult::SERVER_EXISTS;
    }
    const ServiceKey key{service->m_address.Get(), service->m_port, service->m_protocol};
    auto place = std::find_if(m_pool.begin(), m_pool.end(), [&](const PoolEntry& entry) {
        return entry.server && !entry.service && entry.serviceKey == key &&
               entry.server->m_address == address && entry.server->m_port == port;
    });
    if (place == m_pool.end())
    {
        uint32_t index = m_pool.size();
        if (m_freePlaces.empty())
        {
            m_pool.emplace_back();
        }
        else
        {
            index = m_freePlaces.back();
            m_freePlaces.pop_back();
        }
        place = m_pool.begin() + index;
        place->server = CreateObject<RealServer>();
        place->serviceKey = key;
        place->server->m_address = address;
        place->server->m_port = port;
        place->server->m_index = index;
    }
    const auto server = place->server;
    place->service = PeekPointer(service);
    server->SetWeight(weight);
    server->SetThresholds(upper, lower);
    service->AddServer(server);
    m_serverTrace(service, server, weight);
    return RuleResult::OK;
}

RuleResult
DirectorCore::EditRealServer(Ptr<VirtualService> service,
                             Ipv4Address address,
                             uint16_t port,
                             uint32_t weight,
                             uint32_t upper,
                             uint32_t lower)
{
    if (!service)
    {
        return RuleResult::NO_SERVICE;
    }
    const auto server = service->FindServer(address, port);
    if (!server)
    {
        return RuleResult::NO_SERVER;
    }
    if (weight > RealServer::MAX_WEIGHT)
    {
        return RuleResult::BAD_WEIGHT;
    }
    if (lower > upper)
    {
        return RuleResult::BAD_THRESHOLDS;
    }
    service->UpdateServer(server, weight, upper, lower);
    m_serverTrace(service, server, weight);
    return RuleResult::OK;
}

RuleResult
DirectorCore::RemoveRealServer(Ptr<VirtualService> service, Ipv4Address address, uint16_t port)
{
    if (!service)
    {
        return RuleResult::NO_SERVICE;
    }
    const auto server = service->FindServer(address, port);
    if (!server)
    {
        return RuleResult::NO_SERVER;
    }
    Retire(*service, server);
    return RuleResult::OK;
}

void
DirectorCore::Retire(VirtualService& service, Ptr<RealServer> server)
{
    service.RemoveServer(server);
    m_pool[server->m_index].service = nullptr;
    m_serverTrace(Ptr<VirtualService>(&service), server, 0);
    if (server->m_references == 0)
    {
        Forget(server->m_index);
    }
}

void
DirectorCore::Forget(uint32_t index)
{
    m_pool[index] = PoolEntry{};
    m_freePlaces.push_back(index);
}

Ptr<RealServer>
DirectorCore::GetServerOf(const Connection& connection) const
{
    return m_pool[connection.server].server;
}

bool
DirectorCore::IsReused(ConnectionState state) const
{
    if (connReuseMode == 0)
    {
        return false;
    }
    return state == ConnectionState::TIME_WAIT || state == ConnectionState::CLOSE ||
           ((connReuseMode & 2) && state == ConnectionState::FIN_WAIT);
}

Time
DirectorCore::GetTimeout(ConnectionState state) const
{
    switch (state)
    {
    case ConnectionState::ESTABLISHED:
        return tcpTimeout;
    case ConnectionState::FIN_WAIT:
        return tcpFinTimeout;
    case ConnectionState::UDP:
        return udpTimeout;
    default:
        return GetDefaultTimeout(state);
    }
}

Connection*
DirectorCore::Schedule(VirtualService& service,
                       const ConnectionKey& key,
                       Time now,
                       Decision& decision)
{
    RealServer* server = service.m_scheduler->Schedule(service, key, now);
    if (!server)
    {
        decision.verdict = Verdict::UNREACHABLE;
        decision.reason = DropReason::NO_SERVER;
        return nullptr;
    }
    const auto first = key.protocol == PROTOCOL_TCP ? ConnectionState::NONE : ConnectionState::UDP;
    Connection* connection = m_table.Insert(key, server->m_index, now, GetTimeout(first));
    if (!connection)
    {
        decision.verdict = Verdict::DROP;
        decision.reason = DropReason::TABLE_FULL;
        return nullptr;
    }
    decision.timerChanged = true;
    connection->state = static_cast<uint8_t>(first);
    server->Bind(false);
    server->m_stats.connections++;
    service.m_stats.connections++;
    m_scheduledTrace(key, Ptr<RealServer>(server));
    return connection;
}

Decision
DirectorCore::Decide(const ConnectionKey& key, uint8_t tcpFlags, uint32_t bytes, Time now)
{
    Decision decision;
    if (m_services.empty())
    {
        // without a service Linux has no hooks in the packet path
        return decision;
    }
    const bool isTcp = key.protocol == PROTOCOL_TCP;
    Connection* connection = m_table.Find(key, now);
    // A replaced entry counts until the next one is scheduled: Linux lets its timer fire later.
    Connection replaced;
    bool isReplaced = false;
    if (connection)
    {
        const RealServer& server = *m_pool[connection->server].server;
        const auto state = static_cast<ConnectionState>(connection->state);
        isReplaced = isTcp && (tcpFlags & TCP_FLAG_SYN) &&
                     ((expireNodestConn && server.GetWeight() == 0) || IsReused(state));
        if (!isReplaced && !server.IsInService())
        {
            if (!expireNodestConn)
            {
                decision.verdict = Verdict::DROP;
                decision.reason = DropReason::SERVER_GONE;
                return decision;
            }
            isReplaced = true;
        }
        if (isReplaced)
        {
            replaced = *connection;
            m_table.Erase(connection);
            connection = nullptr;
        }
    }
    if (!connection)
    {
        const auto found =
            m_serviceByKey.find({key.virtualAddress.Get(), key.virtualPort, key.protocol});
        const bool begins =
            !isTcp || ((sloppyTcp || (tcpFlags & TCP_FLAG_SYN)) && !(tcpFlags & TCP_FLAG_RST));
        if (begins && found != m_serviceByKey.end())
        {
            connection = Schedule(*found->second, key, now, decision);
        }
        if (isReplaced)
        {
            Release(replaced);
        }
        if (!connection)
        {
            return decision;
        }
    }
    PoolEntry& entry = m_pool[connection->server];
    entry.server->m_stats.packets++;
    entry.server->m_stats.bytes += bytes;
    if (entry.service)
    {
        entry.service->m_stats.packets++;
        entry.service->m_stats.bytes += bytes;
    }
    decision.timerChanged |= Track(*connection, tcpFlags, now);
    decision.verdict = Verdict::FORWARD;
    decision.server = PeekPointer(entry.server);
    return decision;
}

bool
DirectorCore::Track(Connection& connection, uint8_t tcpFlags, Time now)
{
    const auto before = static_cast<ConnectionState>(connection.state);
    const auto after = before == ConnectionState::UDP ? before : NextTcpState(before, tcpFlags);
    if (after != before)
    {
        connection.state = static_cast<uint8_t>(after);
        if (IsActive(after) != IsActive(before))
        {
            m_pool[connection.server].server->Count(IsActive(after));
        }
        if (!m_stateTrace.IsEmpty())
        {
            m_stateTrace(ConnectionTable::GetKey(connection), ToString(before), ToString(after));
        }
    }
    return m_table.Restart(&connection, now, GetTimeout(after));
}

void
DirectorCore::Release(const Connection& connection)
{
    const auto server = m_pool[connection.server].server;
    server->Unbind(false, IsActive(static_cast<ConnectionState>(connection.state)));
    m_expiredTrace(ConnectionTable::GetKey(connection), server);
    if (server->m_references == 0 && !server->m_inService)
    {
        Forget(server->m_index);
    }
}

void
DirectorCore::ExpireConnections(Time now)
{
    m_table.Advance(now);
}

} // namespace gipt
} // namespace ns3
