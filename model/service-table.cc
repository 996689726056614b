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
        "weight above 65535",
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
    if (port != service->GetPort())
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
    auto place = std::find_if(m_pool.begin(), m_pool.end(), [&](const PoolEntry& entry) {
        return entry.server && !entry.service && entry.id == service->m_id &&
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
        place->id = service->m_id;
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
    service.RemoveServer(server);
    m_pool[server->m_index].service = nullptr;
    m_serverTrace(Ptr<VirtualService>(&service), server, 0);
    ForgetUnlessNamed(*server);
    ServerRetired();
}

void
ServiceTable::ForgetUnlessNamed(const RealServer& server)
{
    if (server.m_references == 0 && !server.m_inService)
    {
        const uint32_t index = server.m_index;
        m_pool[index] = PoolEntry{};
        m_freePlaces.push_back(index);
    }
}

} // namespace gipt
} // namespace ns3
