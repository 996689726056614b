/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "locality-scheduler.h"

#include "virtual-service.h"

#include "ns3/log.h"

#include <algorithm>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptLocalityScheduler");

namespace gipt
{

NS_OBJECT_ENSURE_REGISTERED(LocalityScheduler);

TypeId
LocalityScheduler::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::LocalityScheduler")
                            .SetParent<Scheduler>()
                            .SetGroupName("GlobalIpTunneling");
    return tid;
}

RealServer*
LocalityScheduler::FindLeast(const VirtualService& service)
{
    RealServer* least = nullptr;
    for (const auto& server : service.GetServers())
    {
        if (server->IsAvailable() && (!least || least->GetOverhead() * server->GetWeight() >
                                                    server->GetOverhead() * least->GetWeight()))
        {
            least = PeekPointer(server);
        }
    }
    return least;
}

bool
LocalityScheduler::IsTooBusy(const RealServer& server, const VirtualService& service)
{
    const auto& all = service.GetServers();
    return server.GetActiveConnections() > server.GetWeight() &&
           std::any_of(all.begin(), all.end(), [](const auto& other) {
               return uint64_t{other->GetActiveConnections()} * 2 < other->GetWeight();
           });
}

void
LocalityScheduler::Renew(Ptr<RealServer>& server, const VirtualService& service)
{
    if (!server->IsInService())
    {
        const auto current = service.FindServer(server->GetAddress(), server->GetPort());
        server = current ? current : server;
    }
}

bool
LocalityScheduler::IsCollected(Time used, Time expiration, Time now)
{
    const Time period = Minutes(30);
    m_start = std::min(m_start, now);
    const auto periods = (now - m_start).GetNanoSeconds() / period.GetNanoSeconds();
    const Time last = m_start + periods * period;
    return periods > 0 && used + expiration <= last;
}

} // namespace gipt
} // namespace ns3
