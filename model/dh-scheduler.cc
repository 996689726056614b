/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "dh-scheduler.h"

#include "virtual-service.h"

#include "ns3/log.h"

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptDhScheduler");

namespace gipt
{

NS_OBJECT_ENSURE_REGISTERED(DhScheduler);

TypeId
DhScheduler::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::DhScheduler")
                            .SetParent<Scheduler>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<DhScheduler>();
    return tid;
}

RealServer*
DhScheduler::Schedule(const VirtualService& service, const ConnectionKey& key, Time now)
{
    const auto& servers = service.GetServers();
    if (servers.empty())
    {
        return nullptr;
    }
    // The kernel's hash_32 to 8 bits (linux/hash.h).
    const uint32_t place = key.virtualAddress.Get() * UINT32_C(0x61C88647) >> 24;
    RealServer* server = PeekPointer(servers[place % servers.size()]);
    return server->IsAvailable() ? server : nullptr;
}

} // namespace gipt
} // namespace ns3
