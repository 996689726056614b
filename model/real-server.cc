/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "real-server.h"

#include "ns3/log.h"
#include "ns3/trace-source-accessor.h"

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptRealServer");

namespace gipt
{

NS_OBJECT_ENSURE_REGISTERED(RealServer);

TypeId
RealServer::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::RealServer")
            .SetParent<Object>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<RealServer>()
            .AddTraceSource("Weight",
                            "Weight; 0 while the server is quiesced or out of service",
                            MakeTraceSourceAccessor(&RealServer::m_weight),
                            "ns3::TracedValueCallback::Uint32")
            .AddTraceSource("ActiveConnections",
                            "Number of connections that count as active (SYN_RECV, ESTABLISHED)",
                            MakeTraceSourceAccessor(&RealServer::m_active),
                            "ns3::TracedValueCallback::Uint32")
            .AddTraceSource("InactiveConnections",
                            "Number of connections in other states (FIN_WAIT, CLOSE, UDP ...)",
                            MakeTraceSourceAccessor(&RealServer::m_inactive),
                            "ns3::TracedValueCallback::Uint32");
    return tid;
}

void
RealServer::SetWeight(uint32_t weight)
{
    NS_LOG_FUNCTION(this << weight);
    m_weight = weight;
    // The table of mh keeps a quiesced server's places (ip_vs_ctl.c, last_weight).
    if (weight > 0)
    {
        m_lastWeight = weight;
    }
}

void
RealServer::SetThresholds(uint32_t upper, uint32_t lower)
{
    NS_LOG_FUNCTION(this << upper << lower);
    // Raising the bound frees the server at once; lowering it takes effect at the next connection
    // (ip_vs_ctl.c, __ip_vs_update_dest).
    if (upper == 0 || upper > m_upperThreshold)
    {
        m_overloaded = false;
    }
    m_upperThreshold = upper;
    m_lowerThreshold = lower;
}

void
RealServer::Bind(bool isTemplate)
{
    NS_LOG_FUNCTION(this << isTemplate);
    ++m_references;
    if (isTemplate)
    {
        ++m_persistent;
    }
    else
    {
        // Every connection begins inactive; its first state says otherwise.
        m_inactive++;
    }
    if (m_upperThreshold != 0 && m_active.Get() + m_inactive.Get() >= m_upperThreshold)
    {
        m_overloaded = true;
    }
}

void
RealServer::Unbind(bool isTemplate, bool wasActive)
{
    NS_LOG_FUNCTION(this << isTemplate << wasActive);
    --m_references;
    if (isTemplate)
    {
        --m_persistent;
    }
    else if (wasActive)
    {
        m_active--;
    }
    else
    {
        m_inactive--;
    }
    const uint64_t total = uint64_t{m_active.Get()} + m_inactive.Get();
    if (m_lowerThreshold != 0)
    {
        m_overloaded = m_overloaded && total >= m_lowerThreshold;
    }
    else
    {
        m_overloaded =
            m_overloaded && m_upperThreshold != 0 && total * 4 >= uint64_t{m_upperThreshold} * 3;
    }
}

void
RealServer::Count(bool active)
{
    NS_LOG_FUNCTION(this << active);
    if (active)
    {
        m_inactive--;
        m_active++;
    }
    else
    {
        m_active--;
        m_inactive++;
    }
}

} // namespace gipt
} // namespace ns3
