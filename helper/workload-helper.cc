/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "workload-helper.h"

#include "ns3/abort.h"
#include "ns3/light-clients.h"
#include "ns3/node.h"
#include "ns3/request-client.h"
#include "ns3/string.h"
#include "ns3/udp-request-client.h"
#include "ns3/uinteger.h"

#include <map>

namespace ns3
{
namespace gipt
{

WorkloadHelper::WorkloadHelper(const std::string& kind, Ipv4Address vip, uint16_t port)
{
    if (kind == "udp")
    {
        m_factory.SetTypeId(UdpRequestClient::GetTypeId());
    }
    else if (kind == "light")
    {
        m_factory.SetTypeId(LightClients::GetTypeId());
    }
    else
    {
        NS_ABORT_MSG_UNLESS(kind == "request" || kind == "session" || kind == "long-lived",
                            "no kind of workload: " << kind);
        m_factory.SetTypeId(RequestClient::GetTypeId());
    }
    m_factory.Set("Name", StringValue(kind));
    m_factory.Set("Remote", Ipv4AddressValue(vip));
    m_factory.Set("Port", UintegerValue(port));
    if (kind == "session")
    {
        m_factory.Set("Requests", StringValue("ns3::ExponentialRandomVariable[Mean=5]"));
    }
    else if (kind == "long-lived")
    {
        m_factory.Set("Requests", StringValue("ns3::ExponentialRandomVariable[Mean=60]"));
        m_factory.Set("ThinkTime", StringValue("ns3::ConstantRandomVariable[Constant=60]"));
    }
}

void
WorkloadHelper::SetAttribute(const std::string& name, const AttributeValue& value)
{
    m_factory.Set(name, value);
}

ApplicationContainer
WorkloadHelper::Install(Ptr<Node> node) const
{
    const auto workload = m_factory.Create<WorkloadClient>();
    node->AddApplication(workload);
    return ApplicationContainer(workload);
}

ApplicationContainer
WorkloadHelper::Install(const NodeContainer& nodes) const
{
    ApplicationContainer workloads;
    for (auto node = nodes.Begin(); node != nodes.End(); ++node)
    {
        workloads.Add(Install(*node));
    }
    return workloads;
}

ApplicationContainer
WorkloadHelper::Install(const WorkloadTrace& trace,
                        const std::function<Ptr<Node>(const std::string&)>& find,
                        std::string& error) const
{
    error.clear();
    std::map<std::string, Ptr<Node>> nodes;
    for (const auto& row : trace.GetRows())
    {
        nodes.emplace(row.client, nullptr);
    }
    for (auto& [client, node] : nodes)
    {
        node = find(client);
        if (!node)
        {
            error = "client \"" + client + "\", expected the name of a node";
            return ApplicationContainer();
        }
    }
    ApplicationContainer workloads;
    std::map<std::string, Ptr<WorkloadClient>> clients;
    for (const auto& [client, node] : nodes)
    {
        workloads.Add(Install(node));
        const auto workload = DynamicCast<WorkloadClient>(workloads.Get(workloads.GetN() - 1));
        workload->SetAttribute("Interval",
                               StringValue("ns3::ConstantRandomVariable[Constant=1e12]"));
        clients[client] = workload;
    }
    for (const auto& row : trace.GetRows())
    {
        clients[row.client]->Plan(row.start, row.bytes);
    }
    return workloads;
}

int64_t
WorkloadHelper::AssignStreams(const ApplicationContainer& applications, int64_t stream)
{
    const int64_t first = stream;
    for (auto application = applications.Begin(); application != applications.End(); ++application)
    {
        if (const auto request = DynamicCast<RequestClient>(*application))
        {
            stream += request->AssignStreams(stream);
        }
        else if (const auto udp = DynamicCast<UdpRequestClient>(*application))
        {
            stream += udp->AssignStreams(stream);
        }
        else if (const auto light = DynamicCast<LightClients>(*application))
        {
            stream += light->AssignStreams(stream);
        }
    }
    return stream - first;
}

} // namespace gipt
} // namespace ns3
