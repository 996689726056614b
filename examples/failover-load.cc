/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "failover-load.h"

#include "ns3/string.h"
#include "ns3/uinteger.h"
#include "ns3/workload-helper.h"
#include "ns3/workload-trace.h"

#include <algorithm>
#include <iomanip>
#include <sstream>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/** By when a pair has agreed who is active: it waits for another for 3.6 s (RFC 5798). */
const Time ELECTION = Seconds(5);
/** How long a session or a long connection may last. */
const Time PATIENCE = Seconds(120);

} // namespace

FailoverLoad::FailoverLoad(const FailoverOptions& options,
                           FailoverWorld& world,
                           FailoverService& service)
    : m_options(options),
      m_world(world),
      m_service(service),
      m_end(options.duration + options.timeout)
{
    if (options.workload == "mix")
    {
        Install("request", 0.6);
        Install("session", 0.2);
        Install("udp", 0.2);
    }
    else if (options.workload == "trace")
    {
        InstallTrace();
    }
    else
    {
        Install(options.workload, 1);
    }
    // One after the other: no workload draws from the streams of another.
    WorkloadHelper::AssignStreams(m_applications, 0);
    for (uint32_t i = 0; i < m_applications.GetN(); i++)
    {
        if (world.HasBackup())
        {
            m_applications.Get(i)->SetStartTime(ELECTION);
        }
        m_applications.Get(i)->SetStopTime(m_end + MilliSeconds(1));
    }
}

void
FailoverLoad::Install(const std::string& kind, double share)
{
    const bool isLong = kind == "long";
    WorkloadHelper helper(isLong ? "session" : kind, m_service.GetVip(), m_service.GetPort());
    const NodeContainer& clients = m_world.GetClients();
    // As text, so that each client gets a random variable of its own.
    std::ostringstream interval;
    interval << std::setprecision(17)
             << "ns3::ExponentialRandomVariable[Mean=" << clients.GetN() / (m_options.rate * share)
             << "]";
    helper.SetAttribute("Interval", StringValue(interval.str()));
    helper.SetAttribute("Timeout", TimeValue(m_options.timeout));
    helper.SetAttribute("LastStart", TimeValue(m_options.duration));
    if (isLong)
    {
        // Half a minute of a message a second, to be there when something fails.
        helper.SetAttribute("Name", StringValue("long"));
        helper.SetAttribute("Requests", StringValue("ns3::ConstantRandomVariable[Constant=30]"));
        helper.SetAttribute("ThinkTime", StringValue("ns3::ExponentialRandomVariable[Mean=1]"));
    }
    if (kind == "session" || kind == "udp" || isLong) // UDP asks again after each timeout
    {
        m_end = std::max(m_end, m_options.duration + PATIENCE);
    }
    if (kind == "udp" || kind == "light")
    {
        helper.SetAttribute("ResponseSize", UintegerValue(m_options.responseSize));
    }
    for (uint32_t i = 0; i < clients.GetN(); i++)
    {
        Ptr<Node> node = clients.Get(i);
        if (kind == "light")
        {
            helper.SetAttribute("Network", Ipv4AddressValue(m_world.GetHelper().GetAddress(node)));
            helper.SetAttribute("Mask", Ipv4MaskValue(Ipv4Mask::GetOnes()));
        }
        m_applications.Add(helper.Install(node));
    }
    m_objects.emplace_back("first client, " + kind, m_applications.Get(m_applications.GetN() - 1));
}

void
FailoverLoad::InstallTrace()
{
    WorkloadTrace trace;
    std::string error = trace.ReadFile(m_options.trace);
    if (!error.empty())
    {
        throw BadInput(error);
    }
    WorkloadHelper helper("request", m_service.GetVip(), m_service.GetPort());
    helper.SetAttribute("Timeout", TimeValue(m_options.timeout));
    MultiSiteHelper& world = m_world.GetHelper();
    auto find = [&world](const std::string& name) {
        // A client host, or a city for the first of its client hosts.
        Ptr<Node> node = world.FindNodeByName(name + "-client-1");
        return node ? node : world.FindNodeByName(name);
    };
    m_applications = helper.Install(trace, find, error);
    if (!error.empty())
    {
        throw BadInput(m_options.trace + ": " + error);
    }
    for (const auto& row : trace.GetRows())
    {
        m_end = std::max(m_end, row.start + m_options.timeout);
    }
    if (m_applications.GetN() > 0)
    {
        m_objects.emplace_back("first client, trace", m_applications.Get(0));
    }
}
