/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "lblc-scheduler.h"

#include "virtual-service.h"

#include "ns3/log.h"

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptLblcScheduler");

namespace gipt
{

NS_OBJECT_ENSURE_REGISTERED(LblcScheduler);

TypeId
LblcScheduler::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::LblcScheduler")
                            .SetParent<LocalityScheduler>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<LblcScheduler>();
    return tid;
}

void
LblcScheduler::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_entries.clear();
    LocalityScheduler::DoDispose();
}

RealServer*
LblcScheduler::Schedule(const VirtualService& service, const ConnectionKey& key, Time now)
{
    auto found = m_entries.find(key.virtualAddress);
    if (found != m_entries.end())
    {
        auto& entry = found->second;
        const bool isCollected =
            IsCollected(entry.used, service.GetSchedulerSysctls().lblcExpiration, now);
        entry.used = now;
        Renew(entry.server, service);
        if (!isCollected && entry.server->IsInService() && entry.server->GetWeight() > 0 &&
            !IsTooBusy(*entry.server, service))
        {
            return PeekPointer(entry.server);
        }
        if (isCollected)
        {
            m_entries.erase(found);
        }
    }
    RealServer* least = FindLeast(service);
    if (least)
    {
        m_entries[key.virtualAddress] = {Ptr<RealServer>(least), now};
    }
    return least;
}

} // namespace gipt
} // namespace ns3
