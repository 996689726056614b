/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "lblcr-scheduler.h"

#include "virtual-service.h"

#include "ns3/log.h"

#include <algorithm>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptLblcrScheduler");

namespace gipt
{

NS_OBJECT_ENSURE_REGISTERED(LblcrScheduler);

TypeId
LblcrScheduler::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::LblcrScheduler")
                            .SetParent<LocalityScheduler>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<LblcrScheduler>();
    return tid;
}

Time
LblcrScheduler::GetExpiration(const SchedulerSysctls& sysctls) const
{
    return sysctls.lblcrExpiration;
}

RealServer*
LblcrScheduler::FindLeastOf(const Entry& entry)
{
    RealServer* least = nullptr;
    for (const auto& server : entry.servers)
    {
        if (server->IsInService() && server->IsAvailable() &&
            (!least || least->GetOverhead() * server->GetWeight() >
                           server->GetOverhead() * least->GetWeight()))
        {
            least = PeekPointer(server);
        }
    }
    return least;
}

void
LblcrScheduler::RemoveMost(Entry& entry, Time now)
{
    auto most = entry.servers.end();
    for (auto it = entry.servers.begin(); it != entry.servers.end(); ++it)
    {
        if ((*it)->GetWeight() > 0 &&
            (most == entry.servers.end() || (*most)->GetOverhead() * (*it)->GetWeight() <
                                                (*it)->GetOverhead() * (*most)->GetWeight()))
        {
            most = it;
        }
    }
    if (most != entry.servers.end())
    {
        entry.servers.erase(most);
        entry.changed = now;
    }
}

RealServer*
LblcrScheduler::Schedule(const VirtualService& service, const ConnectionKey& key, Time now)
{
    Entry* entry = Find(service, key.virtualAddress, now);
    if (entry)
    {
        RealServer* least = FindLeastOf(*entry);
        const Time expiration = service.GetSchedulerSysctls().lblcrExpiration;
        if (entry->servers.size() > 1 && now > entry->changed + expiration)
        {
            RemoveMost(*entry, now);
        }
        if (least && !IsTooBusy(*least, service))
        {
            return least;
        }
    }
    RealServer* least = FindLeast(service);
    if (least && !entry)
    {
        Remember(key.virtualAddress, least, now);
    }
    else if (least)
    {
        auto& servers = entry->servers;
        const Ptr<RealServer> server(least);
        if (std::find(servers.begin(), servers.end(), server) == servers.end())
        {
            servers.push_front(server);
            entry->changed = now;
        }
    }
    return least;
}

} // namespace gipt
} // namespace ns3
