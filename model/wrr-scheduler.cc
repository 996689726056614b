/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "wrr-scheduler.h"

#include "virtual-service.h"

#include "ns3/log.h"

#include <algorithm>
#include <numeric>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptWrrScheduler");

namespace gipt
{

NS_OBJECT_ENSURE_REGISTERED(WrrScheduler);

TypeId
WrrScheduler::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::WrrScheduler")
                            .SetParent<Scheduler>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<WrrScheduler>();
    return tid;
}

RealServer*
WrrScheduler::Schedule(const VirtualService& service, const ConnectionKey& key, Time now)
{
    if (m_top == 0)
    {
        return nullptr; // every weight is 0
    }
    const auto& servers = service.GetServers();
    const std::size_t start = m_next;
    std::size_t place = start;
    std::size_t end = servers.size();
    bool restarted = false; // the mark has gone back to the top
    bool lastPass = false;  // the mark is at the bottom: any weight will do
    bool lastPart = false;  // of the last pass only the part before the start is left
    while (true)
    {
        for (; place < end; ++place)
        {
            if (!servers[place]->IsOverloaded() && servers[place]->GetWeight() >= m_mark)
            {
                m_next = place + 1;
                return PeekPointer(servers[place]);
            }
        }
        if (lastPart)
        {
            m_next = end;
            return nullptr;
        }
        m_mark -= m_step;
        if (m_mark <= 0)
        {
            m_mark = m_top;
            if (lastPass || start == 0)
            {
                m_next = 0;
                return nullptr;
            }
            restarted = true;
        }
        lastPass = m_mark <= m_step;
        if (lastPass && restarted && start > 0)
        {
            lastPart = true;
            end = start;
        }
        place = 0;
    }
}

void
WrrScheduler::ServiceBound(const VirtualService& service)
{
    NS_LOG_FUNCTION(this << service.GetLabel());
    Measure(service);
    m_mark = m_top;
}

void
WrrScheduler::ServerAdded(const VirtualService& service, RealServer& server)
{
    NS_LOG_FUNCTION(this << service.GetLabel() << server.GetAddress());
    Change(service);
}

void
WrrScheduler::ServerRemoved(const VirtualService& service, RealServer& server)
{
    NS_LOG_FUNCTION(this << service.GetLabel() << server.GetAddress());
    Change(service);
}

void
WrrScheduler::ServerUpdated(const VirtualService& service, RealServer& server)
{
    NS_LOG_FUNCTION(this << service.GetLabel() << server.GetAddress());
    Change(service);
}

void
WrrScheduler::Measure(const VirtualService& service)
{
    int64_t greatest = 0;
    int64_t divisor = 0;
    for (const auto& server : service.GetServers())
    {
        const int64_t weight = server->GetWeight();
        greatest = std::max(greatest, weight);
        divisor = std::gcd(divisor, weight);
    }
    m_next = 0;
    m_step = std::max<int64_t>(divisor, 1);
    m_top = greatest - (m_step - 1);
}

void
WrrScheduler::Change(const VirtualService& service)
{
    Measure(service);
    if (m_mark > m_top || m_mark == 0)
    {
        m_mark = m_top;
    }
    else if (m_step > 1)
    {
        m_mark = m_mark / m_step * m_step + 1;
    }
}

} // namespace gipt
} // namespace ns3
