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

void
LblcrScheduler::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_entries.clear();
    LocalityScheduler::DoDispose();
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
    const Time expiration = service.GetSchedulerSysctls().lblcrExpiration;
    auto found = m_entries.find(key.virtualAddress);
    if (found != m_entries.end() && IsCollected(found->second.used, expiration, now))
    {
        m_entries.erase(found);
        found = m_entries.end();
    }
    if (found != m_entries.end())
    {
        auto& entry = found->second;
        entry.used = now;
        for (auto& server : entry.servers)
        {
            Renew(server, service);
        }
        RealServer* least = FindLeastOf(entry);
        if (entry.servers.size() > 1 && now > entry.changed + expiration)
        {
            RemoveMost(entry, now);
        }
        if (least && !IsTooBusy(*least, service))
        {
            return least;
        }
    }
    RealServer* least = FindLeast(service);
    if (least)
    {
        auto& entry = m_entries[key.virtualAddress];
        entry.used = now;
        const Ptr<RealServer> server(least);
        if (std::find(entry.servers.begin(), entry.servers.end(), server) == entry.servers.end())
        {
            entry.servers.push_front(server);
            entry.changed = now;
        }
    }
    return least;
}

} // namespace gipt
} // namespace ns3
