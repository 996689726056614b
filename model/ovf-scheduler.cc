/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ovf-scheduler.h"

#include "virtual-service.h"

#include "ns3/log.h"

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptOvfScheduler");

namespace gipt
{

NS_OBJECT_ENSURE_REGISTERED(OvfScheduler);

TypeId
OvfScheduler::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::OvfScheduler")
                            .SetParent<Scheduler>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<OvfScheduler>();
    return tid;
}

RealServer*
OvfScheduler::Schedule(const VirtualService& service, const ConnectionKey& key, Time now)
{
    RealServer* greatest = nullptr;
    for (const auto& server : service.GetServers())
    {
        if (server->IsAvailable() && server->GetActiveConnections() <= server->GetWeight() &&
            (!greatest || server->GetWeight() > greatest->GetWeight()))
        {
            greatest = PeekPointer(server);
        }
    }
    return greatest;
}

} // namespace gipt
} // namespace ns3
