/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sed-scheduler.h"

#include "virtual-service.h"

#include "ns3/log.h"

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptSedScheduler");

namespace gipt
{

NS_OBJECT_ENSURE_REGISTERED(SedScheduler);

TypeId
SedScheduler::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::SedScheduler")
                            .SetParent<Scheduler>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<SedScheduler>();
    return tid;
}

RealServer*
SedScheduler::Schedule(const VirtualService& service, const ConnectionKey& key, Time now)
{
    RealServer* least = nullptr;
    for (const auto& server : service.GetServers())
    {
        if (server->IsAvailable() &&
            (!least || (uint64_t{least->GetActiveConnections()} + 1) * server->GetWeight() >
                           (uint64_t{server->GetActiveConnections()} + 1) * least->GetWeight()))
        {
            least = PeekPointer(server);
        }
    }
    return least;
}

} // namespace gipt
} // namespace ns3
