/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "realtime-monitor.h"

#include "ns3/log.h"
#include "ns3/realtime-simulator-impl.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptRealtimeMonitor");
NS_OBJECT_ENSURE_REGISTERED(RealtimeMonitor);

namespace
{

/**
 * @brief A time as people read it.
 * @param time the time
 * @return in milliseconds
 */
std::string
ToMilliseconds(Time time)
{
    char text[32];
    std::snprintf(text, sizeof(text), "%.3g ms", time.GetNanoSeconds() / 1e6);
    return text;
}

} // namespace

void
TimeHistogram::Add(Time time)
{
    const auto value = static_cast<uint64_t>(std::max<int64_t>(time.GetNanoSeconds(), 0));
    // up to 63 each value is a class; above, the digit in front and DIGITS more name the class
    unsigned shift = 0;
    while ((value >> shift) >= (uint64_t{2} << DIGITS))
    {
        ++shift;
    }
    ++m_classes[(shift << DIGITS) + (value >> shift)];
    ++m_count;
    m_max = std::max(m_max, static_cast<int64_t>(value));
}

Time
TimeHistogram::GetPercentile(double part) const
{
    const auto wanted = static_cast<uint64_t>(std::ceil(part * m_count));
    uint64_t seen = 0;
    for (std::size_t i = 0; i < m_classes.size(); ++i)
    {
        seen += m_classes[i];
        if (seen >= wanted && seen > 0)
        {
            const uint64_t inClass = (uint64_t{1} << DIGITS) - 1;
            const unsigned shift = i <= 2 * inClass + 1 ? 0 : (i >> DIGITS) - 1;
            const uint64_t upper = ((i - (uint64_t{shift} << DIGITS) + 1) << shift) - 1;
            return NanoSeconds(std::min(static_cast<int64_t>(upper), m_max));
        }
    }
    return Time(0);
}

TypeId
RealtimeMonitor::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::RealtimeMonitor")
            .SetParent<Object>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<RealtimeMonitor>()
            .AddAttribute("Interval",
                          "Time between two looks at the clocks and at what devices have dropped",
                          TimeValue(MilliSeconds(10)),
                          MakeTimeAccessor(&RealtimeMonitor::m_interval),
                          MakeTimeChecker(MicroSeconds(10)))
            .AddAttribute("Bound",
                          "How far the simulation clock may be behind the wall clock in 99 of 100 "
                          "looks, if the times of the run are to mean something",
                          TimeValue(MilliSeconds(10)),
                          MakeTimeAccessor(&RealtimeMonitor::m_bound),
                          MakeTimeChecker(Time(0)))
            .AddTraceSource("Lateness",
                            "How far the simulation clock is behind the wall clock, each Interval",
                            MakeTraceSourceAccessor(&RealtimeMonitor::m_latenessTrace),
                            "ns3::gipt::RealtimeMonitor::LatenessTracedCallback")
            .AddTraceSource(
                "Drop",
                "Frames that devices on real wires have dropped, each Interval in which "
                "there were any: interface, reason, count",
                MakeTraceSourceAccessor(&RealtimeMonitor::m_dropTrace),
                "ns3::gipt::RealtimeMonitor::DropTracedCallback");
    return tid;
}

RealtimeMonitor::RealtimeMonitor()
{
    NS_LOG_FUNCTION(this);
}

RealtimeMonitor::~RealtimeMonitor()
{
    NS_LOG_FUNCTION(this);
}

void
RealtimeMonitor::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_event.Cancel();
    m_ports.clear();
    Object::DoDispose();
}

void
RealtimeMonitor::Start()
{
    NS_LOG_FUNCTION(this);
    m_begin = Simulator::Now();
    m_event.Cancel();
    m_event = Simulator::Schedule(m_interval, &RealtimeMonitor::Sample, this);
}

void
RealtimeMonitor::Stop()
{
    NS_LOG_FUNCTION(this);
    if (!m_event.IsExpired())
    {
        m_event.Cancel();
        m_duration += Simulator::Now() - m_begin;
    }
}

void
RealtimeMonitor::AddPort(std::shared_ptr<EmulationPort> port)
{
    NS_LOG_FUNCTION(this << port->GetName());
    Watched watched;
    watched.port = std::move(port);
    m_ports.push_back(std::move(watched));
}

Time
RealtimeMonitor::GetLateness()
{
    auto simulator =
        dynamic_cast<RealtimeSimulatorImpl*>(PeekPointer(Simulator::GetImplementation()));
    if (!simulator)
    {
        return Time(0);
    }
    return Max(simulator->RealtimeNow() - simulator->Now(), Time(0));
}

uint64_t
RealtimeMonitor::GetDropped(EmulationDrop reason) const
{
    uint64_t sum = 0;
    for (const auto& watched : m_ports)
    {
        sum += watched.port->GetDropped(reason);
    }
    return sum;
}

uint64_t
RealtimeMonitor::GetKernelDrops(const Watched& watched)
{
    // what was dropped before anybody read does not count
    return watched.hasBegun ? watched.port->m_getKernelDrops() - watched.kernelDrops : 0;
}

uint64_t
RealtimeMonitor::GetKernelDrops() const
{
    uint64_t sum = 0;
    for (const auto& watched : m_ports)
    {
        sum += GetKernelDrops(watched);
    }
    return sum;
}

void
RealtimeMonitor::Sample()
{
    NS_LOG_FUNCTION(this);
    const Time lateness = GetLateness();
    m_lateness.Add(lateness);
    m_latenessTrace(lateness);
    for (auto& watched : m_ports)
    {
        if (!watched.hasBegun && watched.port->m_getKernelDrops)
        {
            watched.kernelDrops = watched.port->m_getKernelDrops();
            watched.hasBegun = true;
        }
        for (std::size_t i = 0; i < EMULATION_DROPS; ++i)
        {
            const auto reason = static_cast<EmulationDrop>(i);
            const uint64_t dropped = watched.port->GetDropped(reason);
            if (dropped != watched.reported[i])
            {
                const uint64_t count = dropped - watched.reported[i];
                watched.reported[i] = dropped;
                m_dropTrace(watched.port->GetName(), reason, count);
            }
        }
    }
    m_event = Simulator::Schedule(m_interval, &RealtimeMonitor::Sample, this);
}

bool
RealtimeMonitor::IsTrustworthy(std::string& why) const
{
    uint64_t late = GetKernelDrops();
    for (std::size_t i = 0; i < EMULATION_DROPS; ++i)
    {
        const auto reason = static_cast<EmulationDrop>(i);
        late += IsLateness(reason) ? GetDropped(reason) : 0;
    }
    why.clear();
    const Time percentile = m_lateness.GetPercentile(0.99);
    if (percentile > m_bound)
    {
        why = "the 99th percentile of the lateness, " + ToMilliseconds(percentile) +
              ", is above the bound of " + ToMilliseconds(m_bound);
    }
    if (late > 0)
    {
        why += (why.empty() ? "" : ", and ") + std::to_string(late) +
               " frames were dropped because the model was late";
    }
    return why.empty();
}

void
RealtimeMonitor::Print(std::ostream& stream) const
{
    const Time duration = m_duration + (m_event.IsExpired() ? Time(0) : Simulator::Now() - m_begin);
    char seconds[32];
    std::snprintf(seconds, sizeof(seconds), "%.1f", duration.GetSeconds());
    stream << "time: " << seconds << " s, behind the wall clock by "
           << ToMilliseconds(m_lateness.GetPercentile(0.5)) << " (median), "
           << ToMilliseconds(m_lateness.GetPercentile(0.99)) << " (p99), "
           << ToMilliseconds(m_lateness.GetMax()) << " (max) in " << m_lateness.GetCount()
           << " looks\n";
    for (const auto& watched : m_ports)
    {
        stream << watched.port->GetName() << ": " << watched.port->m_received << " frames in, "
               << watched.port->m_sent << " out; dropped:";
        bool isNone = true;
        for (std::size_t i = 0; i < EMULATION_DROPS; ++i)
        {
            const auto reason = static_cast<EmulationDrop>(i);
            const uint64_t count = watched.port->GetDropped(reason);
            if (count > 0)
            {
                stream << (isNone ? " " : ", ") << count << " " << ToString(reason);
                isNone = false;
            }
        }
        if (const uint64_t kernel = GetKernelDrops(watched))
        {
            stream << (isNone ? " " : ", ") << kernel << " before they could be read";
            isNone = false;
        }
        stream << (isNone ? " none" : "")
               << (watched.port->m_isLost ? "; THE INTERFACE HAS GONE" : "") << "\n";
    }
    std::string why;
    if (IsTrustworthy(why))
    {
        stream << "The times of this run hold.\n";
    }
    else
    {
        stream << "THE TIMES OF THIS RUN DO NOT HOLD: " << why << ".\n";
    }
}

} // namespace gipt
} // namespace ns3
