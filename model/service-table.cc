/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "service-table.h"

#include <algorithm>
#include <array>

namespace ns3
{
namespace gipt
{

namespace
{

constexpr uint8_t PROTOCOL_TCP = 6;        ///< IANA protocol number
constexpr uint8_t PROTOCOL_UDP = 17;       ///< IANA protocol number
constexpr uint16_t FTP = 21;               ///< port of FTP's control connections
constexpr uint16_t FTP_DATA = 20;          ///< port of active FTP's data
constexpr uint16_t FIRST_USER_PORT = 1024; ///< passive FTP's data take it or one above

/** Longest persistence that ipvsadm takes. */
const Time MAX_PERSISTENCE = Days(31);
/** How often servers out of service are looked at (ip_vs_ctl.c, half of IP_VS_DEST_TRASH_PERIOD).
 */
const Time TRASH_INTERVAL = Seconds(60);
/** How long after the first look without a connection they are forgotten. */
const Time TRASH_PERIOD = Seconds(120);

} // namespace

const char*
ToString(RuleResult result)
{
    static constexpr std::array<const char*, 13> TEXTS{
        "done",
        "service already exists",
        "no such service",
        "real server already exists",
        "no such real server",
        "unknown scheduler",
        "weight above 2147483647",
        "lower threshold above the upper one",
        "bad port",
        "protocol is neither TCP nor UDP",
        "unknown scheduler flag",
        "firewall mark 0",
        "persistence above 31 days, or all ports without it",
    };
    return TEXTS[static_cast<uint8_t>(result)];
}

void
ServiceTable::DisposeServices()
{
    for (auto& service : m_services)
    {
        service->Dispose();
    }
    m_services.clear();
    m_serviceById.clear();
    m_pool.clear();
    m_freePlaces.clear();
    m_trash.clear();
}

void
ServiceTable::ServerRetired()
{
}

void
ServiceTable::ServiceAdded(const VirtualService& service)
{
}

RuleResult
ServiceTable::MakeScheduler(const ServiceOptions& options, Ptr<Scheduler>& scheduler)
{
    if (options.persistence.IsStrictlyNegative() || options.persistence > MAX_PERSISTENCE)
    {
        return RuleResult::BAD_PERSISTENCE;
    }
    scheduler = Scheduler::Create(options.scheduler);
    if (!scheduler)
    {
        return RuleResult::NO_SCHEDULER;
    }
    const bool known =
        std::all_of(options.flags.begin(), options.flags.end(), [&](const std::string& flag) {
            return scheduler->SetFlag(flag);
        });
    return known ? RuleResult::OK : RuleResult::BAD_FLAG;
}

void
ServiceTable::SetOptions(VirtualService& service, const ServiceOptions& options)
{
    service.m_persistence = options.persistence;
    service.m_netmask = options.netmask;
    service.m_onePacket = options.onePacket;
}

RuleResult
ServiceTable::AddService(const ServiceId& id, const ServiceOptions& options)
{
    if (id.mark == 0 && id.protocol != PROTOCOL_TCP && id.protocol != PROTOCOL_UDP)
    {
        return id.protocol == 0 && id.port == 0 ? RuleResult::BAD_MARK : RuleResult::BAD_PROTOCOL;
    }
    if (id.mark == 0 && id.port == 0 && options.persistence.IsZero())
    {
        // without a template a client's ports would go to different servers (ip_vs_schedule)
        return RuleResult::BAD_PERSISTENCE;
    }
    if (m_serviceById.count(id))
    {
        return RuleResult::SERVICE_EXISTS;
    }
    Ptr<Scheduler> scheduler;
    const auto result = MakeScheduler(options, scheduler);
    if (result != RuleResult::OK)
    {
        return result;
    }
    auto service = CreateObject<VirtualService>();
    service->m_id = id;
    service->m_sysctls = this;
    SetOptions(*service, options);
    service->SetScheduler(scheduler);
    m_services.push_back(service);
    m_serviceById[id] = PeekPointer(service);
    m_hasMarks = m_hasMarks || id.mark != 0;
    ServiceAdded(*service);
    return RuleResult::OK;
}

RuleResult
ServiceTable::AddService(Ipv4Address address,
                         uint16_t port,
                         uint8_t protocol,
                         const std::string& scheduler,
                         const std::vector<std::string>& flags)
{
    if (port == 0)
    {
        return RuleResult::BAD_PORT;
    }
    ServiceOptions options;
    options.scheduler = scheduler;
    options.flags = flags;
    return AddService(ServiceId(address, port, protocol), options);
}

RuleResult
ServiceTable::EditService(const ServiceId& id, const ServiceOptions& options)
{
    const auto service = FindService(id);
    if (!service)
    {
        return RuleResult::NO_SERVICE;
    }
    if (id.mark == 0 && id.port == 0 && options.persistence.IsZero())
    {
        return RuleResult::BAD_PERSISTENCE;
    }
    Ptr<Scheduler> scheduler;
    const auto result = MakeScheduler(options, scheduler);
    if (result != RuleResult::OK)
    {
        return result;
    }
    const auto current = service->GetScheduler();
    if (current->GetName() == scheduler->GetName())
    {
        current->ClearFlags();
        for (const auto& flag : options.flags)
        {
            current->SetFlag(flag);
        }
    }
    else
    {
        service->SetScheduler(scheduler);
    }
    SetOptions(*service, options);
    return RuleResult::OK;
}

RuleResult
ServiceTable::RemoveService(const ServiceId& id)
{
    const auto service = FindService(id);
    if (!service)
    {
        return RuleResult::NO_SERVICE;
    }
    while (!service->GetServers().empty())
    {
        Retire(*service, service->GetServers().back());
    }
    m_serviceById.erase(id);
    m_services.erase(std::find(m_services.begin(), m_services.end(), service));
    m_hasMarks = std::any_of(m_services.begin(), m_services.end(), [](const auto& each) {
        return each->GetId().mark != 0;
    });
    service->Dispose();
    return RuleResult::OK;
}

void
ServiceTable::ClearServices()
{
    while (!m_services.empty())
    {
        RemoveService(ServiceId(m_services.back()->GetId()));
    }
}

Ptr<VirtualService>
ServiceTable::FindService(const ServiceId& id) const
{
    const auto found = m_serviceById.find(id);
    return found == m_serviceById.end() ? nullptr : Ptr<VirtualService>(found->second);
}

Ptr<VirtualService>
ServiceTable::FindService(Ipv4Address address, uint16_t port, uint8_t protocol) const
{
    return FindService(ServiceId(address, port, protocol));
}

VirtualService*
ServiceTable::Match(const ConnectionKey& key, uint32_t mark) const
{
    if (mark && m_hasMarks)
    {
        const auto found = m_serviceById.find(ServiceId(mark));
        if (found != m_serviceById.end())
        {
            return found->second;
        }
    }
    auto found = m_serviceById.find(ServiceId(key.virtualAddress, key.virtualPort, key.protocol));
    if (found == m_serviceById.end() && key.protocol == PROTOCOL_TCP &&
        (key.virtualPort == FTP_DATA || key.virtualPort >= FIRST_USER_PORT))
    {
        // it may be the data of an FTP session
        found = m_serviceById.find(ServiceId(key.virtualAddress, FTP, key.protocol));
    }
    if (found == m_serviceById.end())
    {
        found = m_serviceById.find(ServiceId(key.virtualAddress, 0, key.protocol));
    }
    return found == m_serviceById.end() ? nullptr : found->second;
}

bool
ServiceTable::HasServer(Ipv4Address address) const
{
    return std::any_of(m_pool.begin(), m_pool.end(), [address](const PoolEntry& entry) {
        return entry.service && entry.server->m_address == address;
    });
}

RuleResult
ServiceTable::AddRealServer(Ptr<VirtualService> service,
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
    if (service->m_id.mark == 0 && port != service->GetPort())
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
    EmptyTrash();
    PoolEntry* place = FindInTrash(service->m_id, address, port);
    if (place)
    {
        m_trash.erase(std::find(m_trash.begin(), m_trash.end(), place->server->m_index));
        place->server->m_estimator.Resume(GetTime());
    }
    else
    {
        place = &MakePlace(service->m_id, address, port);
    }
    if (place->origin != service)
    {
        place->server->ZeroStats(GetTime());
        place->origin = service;
    }
    const auto server = place->server;
    place->service = PeekPointer(service);
    server->SetWeight(weight);
    server->SetThresholds(upper, lower);
    service->AddServer(server);
    m_serverTrace(service, server, weight);
    return RuleResult::OK;
}

ServiceTable::PoolEntry&
ServiceTable::MakePlace(const ServiceId& id, Ipv4Address address, uint16_t port)
{
    auto index = static_cast<uint32_t>(m_pool.size());
    if (m_freePlaces.empty())
    {
        m_pool.emplace_back();
    }
    else
    {
        index = m_freePlaces.back();
        m_freePlaces.pop_back();
    }
    PoolEntry& place = m_pool[index];
    place.server = CreateObject<RealServer>();
    place.id = id;
    place.server->m_address = address;
    place.server->m_port = port;
    place.server->m_index = index;
    return place;
}

uint32_t
ServiceTable::FindPlace(const ConnectionKey& key, uint32_t mark, Ipv4Address address, uint16_t port)
{
    const VirtualService* service = Match(key, mark);
    for (const uint16_t each : {mark ? uint16_t{0} : port, mark ? port : uint16_t{0}})
    {
        if (const auto server = service ? service->FindServer(address, each) : nullptr)
        {
            return server->m_index;
        }
    }
    const auto id = service ? service->m_id
                    : mark  ? ServiceId(mark)
                            : ServiceId(key.virtualAddress, key.virtualPort, key.protocol);
    for (const auto& place : m_pool)
    {
        if (place.isForeign && place.id == id && place.server->m_address == address &&
            place.server->m_port == port)
        {
            return place.server->m_index;
        }
    }
    EmptyTrash();
    PoolEntry& place = MakePlace(id, address, port);
    place.isForeign = true;
    place.server->m_weight = 1; // it is not quiesced
    place.idleSince = GetTime();
    PutInTrash(place.server->m_index);
    return place.server->m_index;
}

RuleResult
ServiceTable::EditRealServer(Ptr<VirtualService> service,
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
ServiceTable::RemoveRealServer(Ptr<VirtualService> service, Ipv4Address address, uint16_t port)
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
ServiceTable::AdvanceSchedulers()
{
    for (const auto& service : m_services)
    {
        service->GetScheduler()->Advance(*service, GetTime());
    }
}

void
ServiceTable::SetLblcExpiration(Time time)
{
    AdvanceSchedulers();
    lblcExpiration = time;
}

void
ServiceTable::SetLblcrExpiration(Time time)
{
    AdvanceSchedulers();
    lblcrExpiration = time;
}

void
ServiceTable::Retire(VirtualService& service, Ptr<RealServer> server)
{
    EmptyTrash();
    service.RemoveServer(server);
    m_pool[server->m_index].service = nullptr;
    PutInTrash(server->m_index);
    m_serverTrace(Ptr<VirtualService>(&service), server, 0);
    ForgetUnlessNamed(*server);
    ServerRetired();
}

void
ServiceTable::PutInTrash(uint32_t index)
{
    if (m_trash.empty())
    {
        m_trashBegin = GetTime();
        m_nextLook = m_trashBegin + TRASH_INTERVAL;
    }
    m_trash.push_back(index);
}

void
ServiceTable::ForgetUnlessNamed(const RealServer& server)
{
    if (server.m_references == 0 && !server.m_inService)
    {
        m_pool[server.m_index].idleSince = GetTime();
    }
}

ServiceTable::PoolEntry*
ServiceTable::FindInTrash(const ServiceId& id, Ipv4Address address, uint16_t port)
{
    for (const uint32_t index : m_trash)
    {
        PoolEntry& place = m_pool[index];
        if (!place.isForeign && place.id == id && place.server->m_address == address &&
            place.server->m_port == port)
        {
            return &place;
        }
    }
    return nullptr;
}

void
ServiceTable::EmptyTrash()
{
    const Time now = GetTime();
    if (m_trash.empty() || now < m_nextLook)
    {
        return;
    }
    // The first look without a connection starts the clock, the looks after it read it.
    const int64_t interval = TRASH_INTERVAL.GetNanoSeconds();
    const auto getNextLook = [&](Time time) {
        const int64_t looks = (time - m_trashBegin).GetNanoSeconds() / interval + 1;
        return m_trashBegin + NanoSeconds(looks * interval);
    };
    const auto isForgotten = [&](uint32_t index) {
        PoolEntry& place = m_pool[index];
        if (place.server->m_references > 0 || now < getNextLook(place.idleSince) + TRASH_PERIOD)
        {
            return false;
        }
        place = PoolEntry{};
        m_freePlaces.push_back(index);
        return true;
    };
    m_trash.erase(std::remove_if(m_trash.begin(), m_trash.end(), isForgotten), m_trash.end());
    m_nextLook = getNextLook(now);
}

void
ServiceTable::Estimate()
{
    m_nextEstimate = TrafficEstimator::GetNextStep(m_time);
    for (const auto& service : m_services)
    {
        service->m_estimator.Advance(service->m_stats, m_time);
        for (const auto& server : service->m_servers)
        {
            server->m_estimator.Advance(server->m_stats, m_time);
        }
    }
    EmptyTrash();
}

void
ServiceTable::ZeroStats(Ptr<VirtualService> service)
{
    for (const auto& each : m_services)
    {
        if (!service || each == service)
        {
            each->ZeroStats(GetTime());
        }
    }
}

} // namespace gipt
} // namespace ns3
