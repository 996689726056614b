/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "rr-scheduler.h"

#include "virtual-service.h"

#include "ns3/log.h"

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptRrScheduler");

namespace gipt
{

NS_OBJECT_ENSURE_REGISTERED(RrScheduler);

TypeId
RrScheduler::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::RrScheduler")
                            .SetParent<Scheduler>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<RrScheduler>();
    return tid;
}

RealServer*
RrScheduler::Schedule(const VirtualService& service, const ConnectionKey& key, Time now)
{
    const auto& servers = service.GetServers();
    for (std::size_t i = 0; i < servers.size(); ++i)
    {
        const std::size_t place = (m_next + i) % servers.size();
        if (servers[place]->IsAvailable())
        {
            m_next = place + 1;
            return PeekPointer(servers[place]);
        }
    }
    return nullptr;
}

void
RrScheduler::ServiceBound(const VirtualService& service)
{
    NS_LOG_FUNCTION(this << service.GetLabel());
    m_next = 0;
}

void
RrScheduler::ServerAdded(const VirtualService& service, RealServer& server)
{
    NS_LOG_FUNCTION(this << service.GetLabel() << server.GetAddress());
    // At the head of the list, before anything was chosen, the newcomer is next.
    if (m_next > 0)
    {
        ++m_next;
    }
}

void
RrScheduler::ServerRemoving(const VirtualService& service, RealServer& server)
{
    NS_LOG_FUNCTION(this << service.GetLabel() << server.GetAddress());
    const auto& servers = service.GetServers();
    for (std::size_t place = 0; place < m_next && place < servers.size(); ++place)
    {
        if (PeekPointer(servers[place]) == &server)
        {
            --m_next;
            return;
        }
    }
}

} // namespace gipt
} // namespace ns3
