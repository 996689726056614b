/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "wlc-scheduler.h"

#include "virtual-service.h"

#include "ns3/log.h"

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptWlcScheduler");

namespace gipt
{

NS_OBJECT_ENSURE_REGISTERED(WlcScheduler);

TypeId
WlcScheduler::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::WlcScheduler")
                            .SetParent<Scheduler>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<WlcScheduler>();
    return tid;
}

RealServer*
WlcScheduler::Schedule(const VirtualService& service, const ConnectionKey& key, Time now)
{
    RealServer* least = nullptr;
    for (const auto& server : service.GetServers())
    {
        // Quotients are compared by cross multiplication, as the kernel has no floating point.
        if (server->IsAvailable() && (!least || least->GetOverhead() * server->GetWeight() >
                                                    server->GetOverhead() * least->GetWeight()))
        {
            least = PeekPointer(server);
        }
    }
    return least;
}

} // namespace gipt
} // namespace ns3
