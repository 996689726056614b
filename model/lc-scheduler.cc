/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "lc-scheduler.h"

#include "virtual-service.h"

#include "ns3/log.h"

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptLcScheduler");

namespace gipt
{

NS_OBJECT_ENSURE_REGISTERED(LcScheduler);

TypeId
LcScheduler::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::LcScheduler")
                            .SetParent<Scheduler>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<LcScheduler>();
    return tid;
}

RealServer*
LcScheduler::Schedule(const VirtualService& service, const ConnectionKey& key, Time now)
{
    RealServer* least = nullptr;
    for (const auto& server : service.GetServers())
    {
        if (server->IsAvailable() && (!least || server->GetOverhead() < least->GetOverhead()))
        {
            least = PeekPointer(server);
        }
    }
    return least;
}

} // namespace gipt
} // namespace ns3
