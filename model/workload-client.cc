/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "workload-client.h"

#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptWorkloadClient");
NS_OBJECT_ENSURE_REGISTERED(WorkloadClient);

TypeId
WorkloadClient::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::WorkloadClient")
            .SetParent<Application>()
            .SetGroupName("GlobalIpTunneling")
            .AddAttribute("Name",
                          "What the workload calls itself in its reports; auto: the usual name of "
                          "its class",
                          StringValue("auto"),
                          MakeStringAccessor(&WorkloadClient::m_name),
                          MakeStringChecker())
            .AddAttribute("Remote",
                          "Address to make the connections to: the VIP",
                          Ipv4AddressValue("198.51.100.1"),
                          MakeIpv4AddressAccessor(&WorkloadClient::m_remote),
                          MakeIpv4AddressChecker())
            .AddAttribute("Port",
                          "Port to make the connections to",
                          UintegerValue(80),
                          MakeUintegerAccessor(&WorkloadClient::m_port),
                          MakeUintegerChecker<uint16_t>(1))
            .AddTraceSource("ConnectionStart",
                            "A connection began; its outcome is not known yet",
                            MakeTraceSourceAccessor(&WorkloadClient::m_startTrace),
                            "ns3::gipt::ConnectionReport::TracedCallback")
            .AddTraceSource("ConnectionEnd",
                            "A connection ended",
                            MakeTraceSourceAccessor(&WorkloadClient::m_endTrace),
                            "ns3::gipt::ConnectionReport::TracedCallback");
    return tid;
}

WorkloadClient::WorkloadClient(const char* name, uint8_t protocol)
    : m_usualName(name),
      m_protocol(protocol)
{
}

ConnectionReport
WorkloadClient::Recall(uint64_t id, Time start) const
{
    ConnectionReport report;
    report.workload = m_name == "auto" ? m_usualName : m_name;
    report.id = id;
    report.protocol = m_protocol;
    report.start = start;
    report.lastProgress = start;
    report.remote = m_remote;
    report.remotePort = m_port;
    return report;
}

ConnectionReport
WorkloadClient::Count()
{
    return Recall(m_started++, Simulator::Now());
}

void
WorkloadClient::Plan(Time start, uint32_t bytes)
{
    NS_LOG_FUNCTION(this << start << bytes);
    const auto isEarlier = [](const auto& a, const auto& b) { return a.first < b.first; };
    const std::pair<Time, uint32_t> planned(start, bytes);
    // nearly always at the end
    m_plan.insert(std::upper_bound(m_plan.begin() + m_planned, m_plan.end(), planned, isEarlier),
                  planned);
    if (m_isPlanOn)
    {
        SchedulePlanned();
    }
}

void
WorkloadClient::StartPlan()
{
    m_isPlanOn = true;
    while (m_planned < m_plan.size() && m_plan[m_planned].first < Simulator::Now())
    {
        m_planned++;
    }
    SchedulePlanned();
}

void
WorkloadClient::StopPlan()
{
    m_isPlanOn = false;
    m_nextPlanned.Cancel();
}

void
WorkloadClient::DoDispose()
{
    StopPlan();
    Application::DoDispose();
}

void
WorkloadClient::SchedulePlanned()
{
    m_nextPlanned.Cancel();
    if (m_planned < m_plan.size())
    {
        Time wait = std::max(Time(0), m_plan[m_planned].first - Simulator::Now());
        m_nextPlanned = Simulator::Schedule(wait, &WorkloadClient::HandlePlanned, this);
    }
}

void
WorkloadClient::HandlePlanned()
{
    const uint32_t bytes = m_plan[m_planned++].second;
    SchedulePlanned();
    BeginPlanned(bytes);
}

void
WorkloadClient::TraceEnd(ConnectionReport& report, ConnectionOutcome outcome)
{
    NS_LOG_FUNCTION(this << report.id << ToString(outcome));
    report.outcome = outcome;
    report.latency = Simulator::Now() - report.start;
    m_counts[static_cast<std::size_t>(outcome)]++;
    if (outcome == ConnectionOutcome::SERVED)
    {
        m_servedLatency += report.latency;
    }
    m_endTrace(report);
}

} // namespace gipt
} // namespace ns3
