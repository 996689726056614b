/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "hash-scheduler.h"

#include "virtual-service.h"

#include "ns3/boolean.h"
#include "ns3/log.h"

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptHashScheduler");

namespace gipt
{

NS_OBJECT_ENSURE_REGISTERED(HashScheduler);

TypeId
HashScheduler::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::HashScheduler")
            .SetParent<Scheduler>()
            .SetGroupName("GlobalIpTunneling")
            .AddAttribute("Port",
                          "Hash the client's port as well as its address (ipvsadm -b sh-port, "
                          "-b mh-port)",
                          BooleanValue(false),
                          MakeBooleanAccessor(&HashScheduler::m_usePort),
                          MakeBooleanChecker())
            .AddAttribute("Fallback",
                          "Look for another server when the client's own is not available (ipvsadm "
                          "-b sh-fallback, -b mh-fallback); without it the client is refused",
                          BooleanValue(false),
                          MakeBooleanAccessor(&HashScheduler::m_fallback),
                          MakeBooleanChecker());
    return tid;
}

void
HashScheduler::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_table.clear();
    Scheduler::DoDispose();
}

RealServer*
HashScheduler::Schedule(const VirtualService& service, const ConnectionKey& key, Time now)
{
    if (m_table.empty())
    {
        return nullptr;
    }
    const uint32_t client = Fold(key.client, m_usePort ? key.clientPort : 0);
    const uint32_t own = GetPlace(client, 0);
    RealServer* server = m_table[own];
    if (!server || server->IsAvailable())
    {
        return server;
    }
    if (m_fallback)
    {
        // Each place is asked once, beginning with the offset that is the own place.
        const auto size = static_cast<uint32_t>(m_table.size());
        for (uint32_t i = 0; i < size; ++i)
        {
            server = m_table[GetPlace(client, (i + own) % size)];
            if (!server || server->IsAvailable())
            {
                return server;
            }
        }
    }
    return nullptr;
}

void
HashScheduler::ServiceBound(const VirtualService& service)
{
    NS_LOG_FUNCTION(this << service.GetLabel());
    Fill(service, m_table);
}

void
HashScheduler::ServerAdded(const VirtualService& service, RealServer& server)
{
    NS_LOG_FUNCTION(this << service.GetLabel() << server.GetAddress());
    Fill(service, m_table);
}

void
HashScheduler::ServerRemoved(const VirtualService& service, RealServer& server)
{
    NS_LOG_FUNCTION(this << service.GetLabel() << server.GetAddress());
    Fill(service, m_table);
}

void
HashScheduler::ServerUpdated(const VirtualService& service, RealServer& server)
{
    NS_LOG_FUNCTION(this << service.GetLabel() << server.GetAddress());
    Fill(service, m_table);
}

bool
HashScheduler::SetFlag(const std::string& flag)
{
    if (flag == GetName() + "-port" || flag == "flag-2")
    {
        m_usePort = true;
        return true;
    }
    if (flag == GetName() + "-fallback" || flag == "flag-1")
    {
        m_fallback = true;
        return true;
    }
    return Scheduler::SetFlag(flag);
}

void
HashScheduler::ClearFlags()
{
    m_usePort = false;
    m_fallback = false;
    Scheduler::ClearFlags();
}

std::vector<std::string>
HashScheduler::GetFlags() const
{
    std::vector<std::string> flags;
    if (m_fallback)
    {
        flags.push_back(GetName() + "-fallback");
    }
    if (m_usePort)
    {
        flags.push_back(GetName() + "-port");
    }
    const auto others = Scheduler::GetFlags();
    flags.insert(flags.end(), others.begin(), others.end());
    return flags;
}

} // namespace gipt
} // namespace ns3
