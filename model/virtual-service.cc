/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "virtual-service.h"

#include "ns3/abort.h"
#include "ns3/log.h"

#include <algorithm>
#include <sstream>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptVirtualService");

namespace gipt
{

NS_OBJECT_ENSURE_REGISTERED(VirtualService);

TypeId
VirtualService::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::VirtualService")
                            .SetParent<Object>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<VirtualService>();
    return tid;
}

void
VirtualService::DoDispose()
{
    NS_LOG_FUNCTION(this);
    if (m_scheduler)
    {
        m_scheduler->Dispose();
        m_scheduler = nullptr;
    }
    m_servers.clear();
    m_sysctls = nullptr;
    Object::DoDispose();
}

void
VirtualService::SetScheduler(Ptr<Scheduler> scheduler)
{
    NS_LOG_FUNCTION(this << scheduler);
    m_scheduler = scheduler;
    m_scheduler->ServiceBound(*this);
}

const SchedulerSysctls&
VirtualService::GetSchedulerSysctls() const
{
    static const SchedulerSysctls DEFAULTS;
    return m_sysctls ? *m_sysctls : DEFAULTS;
}

Ptr<RealServer>
VirtualService::FindServer(Ipv4Address address, uint16_t port) const
{
    for (const auto& server : m_servers)
    {
        if (server->GetAddress() == address && server->GetPort() == port)
        {
            return server;
        }
    }
    return nullptr;
}

void
VirtualService::AddServer(Ptr<RealServer> server)
{
    NS_LOG_FUNCTION(this << server->GetAddress() << server->GetPort());
    server->m_inService = true;
    // A server that comes back without weight has none to remember (ip_vs_ctl.c).
    server->m_lastWeight = server->GetWeight();
    m_servers.insert(m_servers.begin(), server);
    if (m_scheduler)
    {
        m_scheduler->ServerAdded(*this, *server);
    }
}

void
VirtualService::RemoveServer(Ptr<RealServer> server)
{
    NS_LOG_FUNCTION(this << server->GetAddress() << server->GetPort());
    const auto it = std::find(m_servers.begin(), m_servers.end(), server);
    NS_ABORT_MSG_IF(it == m_servers.end(), "not a server of " << GetLabel());
    server->m_inService = false;
    if (m_scheduler)
    {
        m_scheduler->ServerRemoving(*this, *server);
    }
    m_servers.erase(it);
    if (m_scheduler)
    {
        m_scheduler->ServerRemoved(*this, *server);
    }
}

void
VirtualService::UpdateServer(Ptr<RealServer> server,
                             uint32_t weight,
                             uint32_t upper,
                             uint32_t lower)
{
    NS_LOG_FUNCTION(this << server->GetAddress() << weight << upper << lower);
    server->SetWeight(weight);
    server->SetThresholds(upper, lower);
    if (m_scheduler)
    {
        m_scheduler->ServerUpdated(*this, *server);
    }
}

void
VirtualService::SetWeight(Ptr<RealServer> server, uint32_t weight)
{
    UpdateServer(server, weight, server->GetUpperThreshold(), server->GetLowerThreshold());
}

void
VirtualService::ZeroStats(Time now)
{
    NS_LOG_FUNCTION(this << now);
    m_stats = TrafficStats();
    m_estimator.Reset(now);
    for (const auto& server : m_servers)
    {
        server->ZeroStats(now);
    }
}

std::string
ServiceId::GetLabel() const
{
    std::ostringstream label;
    if (mark)
    {
        label << "FWM " << mark;
    }
    else
    {
        label << (protocol == 17 ? "UDP " : "TCP ") << address << ':' << port;
    }
    return label.str();
}

std::string
VirtualService::GetLabel() const
{
    return m_id.GetLabel();
}

ServiceOptions
VirtualService::GetOptions() const
{
    ServiceOptions options;
    options.scheduler = m_scheduler->GetName();
    options.flags = m_scheduler->GetFlags();
    options.persistence = m_persistence;
    options.netmask = m_netmask;
    options.onePacket = m_onePacket;
    return options;
}

} // namespace gipt
} // namespace ns3
