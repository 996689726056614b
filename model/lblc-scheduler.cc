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

Time
LblcScheduler::GetExpiration(const SchedulerSysctls& sysctls) const
{
    return sysctls.lblcExpiration;
}

RealServer*
LblcScheduler::Schedule(const VirtualService& service, const ConnectionKey& key, Time now)
{
    Entry* entry = Find(service, key.virtualAddress, now);
    if (entry)
    {
        const auto& server = entry->servers.front();
        if (server->IsInService() && server->GetWeight() > 0 && !IsTooBusy(*server, service))
        {
            return PeekPointer(server);
        }
    }
    RealServer* least = FindLeast(service);
    if (least)
    {
        Remember(key.virtualAddress, least, now);
    }
    return least;
}

} // namespace gipt
} // namespace ns3
