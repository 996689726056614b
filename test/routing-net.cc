/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "routing-net.h"

#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-list-routing-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/ipv4.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/string.h"

namespace ns3
{
namespace gipt
{
namespace tests
{

Ptr<UniformRandomVariable>
MakeRandom(int64_t stream)
{
    Ptr<UniformRandomVariable> random = CreateObject<UniformRandomVariable>();
    random->SetStream(stream);
    return random;
}

SiteGraph
MakeGraph(Ptr<UniformRandomVariable> random, uint32_t cities, uint32_t links)
{
    SiteGraph graph;
    for (uint32_t i = 0; i < cities; i++)
    {
        SiteGraph::City city;
        city.name = "c" + std::to_string(i);
        graph.AddCity(city);
    }
    while (graph.GetLinks().size() < links)
    {
        SiteGraph::Link link;
        link.from = random->GetInteger(0, cities - 1);
        link.to = random->GetInteger(0, cities - 1);
        link.delay = MicroSeconds(random->GetInteger(0, 4));
        if (link.from != link.to)
        {
            graph.AddLink(link);
        }
    }
    return graph;
}

RoutingNet::RoutingNet(uint32_t count, bool withStatic)
{
    nodes.Create(count);
    InternetStackHelper stack;
    Ipv4ListRoutingHelper list;
    list.Add(Ipv4StaticRoutingHelper(), 0);
    list.Add(helper, GraphRoutingHelper::PRIORITY);
    if (withStatic)
    {
        stack.SetRoutingHelper(list);
    }
    else
    {
        stack.SetRoutingHelper(helper);
    }
    stack.SetIpv6StackInstall(false);
    stack.Install(nodes);
    for (uint32_t i = 0; i < count; i++)
    {
        nodes.Get(i)->GetObject<Ipv4>()->AddAddress(
            0,
            Ipv4InterfaceAddress(GetAddress(i), Ipv4Mask::GetOnes()));
    }
}

uint32_t
RoutingNet::Connect(uint32_t a, uint32_t b, Time delay, uint16_t costA, uint16_t costB)
{
    PointToPointHelper channel;
    channel.SetChannelAttribute("Delay", TimeValue(delay));
    channel.SetDeviceAttribute("DataRate", StringValue("1Gbps"));
    const NetDeviceContainer pair = channel.Install(nodes.Get(a), nodes.Get(b));
    const uint32_t link = devices.size();
    for (uint32_t end : {0, 1})
    {
        Ptr<Ipv4> ipv4 = pair.Get(end)->GetNode()->GetObject<Ipv4>();
        const uint32_t interface = ipv4->AddInterface(pair.Get(end));
        ipv4->AddAddress(interface,
                         Ipv4InterfaceAddress(Ipv4Address(0x0a000000 + 4 * link + 1 + end),
                                              Ipv4Mask(0xfffffffc)));
        ipv4->SetMetric(interface, end == 0 ? costA : costB);
        ipv4->SetUp(interface);
    }
    devices.push_back(pair);
    return link;
}

void
RoutingNet::SetLink(uint32_t link, bool up, uint32_t ends)
{
    for (uint32_t end = 0; end < ends; end++)
    {
        Ptr<NetDevice> device = devices[link].Get(end);
        Ptr<Ipv4> ipv4 = device->GetNode()->GetObject<Ipv4>();
        const uint32_t interface = ipv4->GetInterfaceForDevice(device);
        up ? ipv4->SetUp(interface) : ipv4->SetDown(interface);
    }
}

std::string
RoutingNet::Way(uint32_t router, Ipv4Address destination, uint32_t flow)
{
    const auto path = GetGraph()->GetPath(nodes.Get(router), destination, flow);
    std::string text;
    for (const auto& node : path.routers)
    {
        for (uint32_t i = 0; i < nodes.GetN(); i++)
        {
            if (nodes.Get(i) == node)
            {
                text += (text.empty() ? "" : " ") + std::to_string(i);
            }
        }
    }
    return text + (path.ending == RoutingGraph::NO_ROUTE ? " nowhere"
                   : path.ending == RoutingGraph::LOOP   ? " round"
                                                         : "");
}

Ptr<RoutingGraph>
RoutingNet::GetGraph() const
{
    return helper.GetGraph();
}

void
RoutingNet::Send(uint32_t router, Ipv4Address destination)
{
    Ptr<Ipv4L3Protocol> ipv4 = nodes.Get(router)->GetObject<Ipv4L3Protocol>();
    ipv4->Send(Create<Packet>(100), GetAddress(router), destination, 253, nullptr);
}

} // namespace tests
} // namespace gipt
} // namespace ns3
