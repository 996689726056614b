/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "node-power.h"

#include "link-fault.h"
#include "restartable.h"
#include "tcp-abandon.h"

#include "ns3/abort.h"
#include "ns3/application.h"
#include "ns3/arp-cache.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/ipv4-static-routing.h"
#include "ns3/log.h"
#include "ns3/loopback-net-device.h"
#include "ns3/pointer.h"
#include "ns3/queue-disc.h"
#include "ns3/queue.h"
#include "ns3/traffic-control-layer.h"

#include <algorithm>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptNodePower");
NS_OBJECT_ENSURE_REGISTERED(NodePower);

namespace
{

constexpr uint32_t IN_TABLE = UINT32_MAX; ///< position of a route that ns-3 has

} // namespace

TypeId
NodePower::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::NodePower")
                            .SetParent<Object>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<NodePower>()
                            .AddTraceSource("Power",
                                            "The node has lost its power or got it back",
                                            MakeTraceSourceAccessor(&NodePower::m_powerTrace),
                                            "ns3::gipt::NodePower::PowerTracedCallback");
    return tid;
}

NodePower::NodePower()
{
    NS_LOG_FUNCTION(this);
}

NodePower::~NodePower()
{
    NS_LOG_FUNCTION(this);
}

void
NodePower::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_dark.clear();
    Object::DoDispose();
}

Ptr<NodePower>
NodePower::Get(Ptr<Node> node)
{
    Ptr<NodePower> power = node->GetObject<NodePower>();
    if (!power)
    {
        power = CreateObject<NodePower>();
        node->AggregateObject(power);
    }
    return power;
}

void
NodePower::Off()
{
    NS_LOG_FUNCTION(this);
    if (m_offs++ > 0)
    {
        return;
    }
    Ptr<Node> node = GetObject<Node>();
    Ptr<Ipv4L3Protocol> ipv4 = node->GetObject<Ipv4L3Protocol>();
    for (uint32_t i = 0; ipv4 && i < ipv4->GetNInterfaces(); i++)
    {
        if (!DynamicCast<LoopbackNetDevice>(ipv4->GetNetDevice(i)))
        {
            m_held.push_back(i);
            HoldDown(i);
            if (Ptr<ArpCache> arp = ipv4->GetInterface(i)->GetArpCache())
            {
                arp->Flush();
            }
        }
    }
    Darken();
    for (uint32_t i = 0; i < node->GetNDevices(); i++)
    {
        Flush(node->GetDevice(i));
    }
    for (uint32_t i = 0; i < node->GetNApplications(); i++)
    {
        if (auto application = dynamic_cast<Restartable*>(PeekPointer(node->GetApplication(i))))
        {
            application->PowerOff();
        }
    }
    AbandonAllTcp(node); // after the applications, which may have ended theirs in their own way
    m_powerTrace(node->GetId(), false);
}

void
NodePower::On()
{
    NS_LOG_FUNCTION(this);
    NS_ABORT_MSG_IF(m_offs == 0, "The node has power");
    if (--m_offs > 0)
    {
        return;
    }
    Ptr<Node> node = GetObject<Node>();
    for (const auto& fault : m_dark)
    {
        fault->Lighten();
    }
    m_dark.clear();
    for (uint32_t interface : m_held)
    {
        Release(interface);
    }
    m_held.clear();
    for (uint32_t i = 0; i < node->GetNApplications(); i++)
    {
        if (auto application = dynamic_cast<Restartable*>(PeekPointer(node->GetApplication(i))))
        {
            application->PowerOn();
        }
    }
    m_powerTrace(node->GetId(), true);
}

void
NodePower::HoldDown(uint32_t interface)
{
    NS_LOG_FUNCTION(this << interface);
    Hold& hold = m_holds[interface];
    if (hold.count++ > 0)
    {
        return;
    }
    Ptr<Ipv4> ipv4 = GetObject<Ipv4>();
    hold.wasUp = ipv4->IsUp(interface);
    if (hold.wasUp)
    {
        hold.routes = SaveRoutes(interface);
        ipv4->SetDown(interface);
        Flush(ipv4->GetNetDevice(interface));
    }
}

void
NodePower::Release(uint32_t interface)
{
    NS_LOG_FUNCTION(this << interface);
    auto entry = m_holds.find(interface);
    NS_ABORT_MSG_IF(entry == m_holds.end(), "Interface " << interface << " is not held down");
    if (--entry->second.count > 0)
    {
        return;
    }
    const Hold hold = entry->second;
    m_holds.erase(entry);
    if (hold.wasUp)
    {
        GetObject<Ipv4>()->SetUp(interface);
        RestoreRoutes(interface, hold.routes);
    }
}

Ptr<Ipv4StaticRouting>
NodePower::GetStaticRouting() const
{
    return Ipv4StaticRoutingHelper().GetStaticRouting(GetObject<Ipv4>());
}

std::vector<NodePower::Route>
NodePower::GetTable(const Ipv4StaticRouting& routing) const
{
    std::vector<Route> table;
    for (uint32_t i = 0; i < routing.GetNRoutes(); i++)
    {
        table.push_back({IN_TABLE,
                         std::make_shared<const Ipv4RoutingTableEntry>(routing.GetRoute(i)),
                         routing.GetMetric(i)});
    }
    std::vector<Route> held;
    for (const auto& [interface, hold] : m_holds)
    {
        held.insert(held.end(), hold.routes.begin(), hold.routes.end());
    }
    std::stable_sort(held.begin(), held.end(), [](const Route& a, const Route& b) {
        return a.position < b.position;
    });
    for (const auto& route : held)
    {
        table.insert(table.begin() + std::min<std::size_t>(route.position, table.size()), route);
    }
    return table;
}

std::vector<NodePower::Route>
NodePower::SaveRoutes(uint32_t interface) const
{
    std::vector<Route> routes;
    Ptr<Ipv4StaticRouting> routing = GetStaticRouting();
    std::vector<Route> table = routing ? GetTable(*routing) : routes;
    for (uint32_t i = 0; i < table.size(); i++)
    {
        if (table[i].position == IN_TABLE && table[i].entry->GetInterface() == interface)
        {
            routes.push_back({i, table[i].entry, table[i].metric});
        }
    }
    return routes;
}

void
NodePower::RestoreRoutes(uint32_t interface, const std::vector<Route>& routes)
{
    Ptr<Ipv4StaticRouting> routing = GetStaticRouting();
    if (!routing)
    {
        return;
    }
    // ns-3 only adds at the end, and of equal routes the place decides: take all and add all.
    for (uint32_t i = routing->GetNRoutes(); i-- > 0;)
    {
        if (routing->GetRoute(i).GetInterface() == interface)
        {
            routing->RemoveRoute(i);
        }
    }
    m_holds[interface].routes = routes;
    const std::vector<Route> table = GetTable(*routing);
    m_holds.erase(interface);
    while (routing->GetNRoutes() > 0)
    {
        routing->RemoveRoute(0);
    }
    for (const auto& [position, entry, metric] : table)
    {
        if (position != IN_TABLE && m_holds.count(entry->GetInterface()) > 0)
        {
            continue; // of another interface that is held down
        }
        if (entry->IsGateway())
        {
            routing->AddNetworkRouteTo(entry->GetDest(),
                                       entry->GetDestNetworkMask(),
                                       entry->GetGateway(),
                                       entry->GetInterface(),
                                       metric);
        }
        else
        {
            routing->AddNetworkRouteTo(entry->GetDest(),
                                       entry->GetDestNetworkMask(),
                                       entry->GetInterface(),
                                       metric);
        }
    }
}

void
NodePower::Flush(Ptr<NetDevice> device) const
{
    PointerValue value;
    if (device->GetAttributeFailSafe("TxQueue", value))
    {
        if (Ptr<Queue<Packet>> queue = value.Get<Queue<Packet>>())
        {
            queue->Flush();
        }
    }
    Ptr<TrafficControlLayer> traffic = GetObject<TrafficControlLayer>();
    Ptr<QueueDisc> disc = traffic ? traffic->GetRootQueueDiscOnDevice(device) : nullptr;
    while (disc && disc->Dequeue())
    {
    }
}

void
NodePower::Darken()
{
    Ptr<Node> node = GetObject<Node>();
    for (uint32_t i = 0; i < node->GetNDevices(); i++)
    {
        for (Ptr<NetDevice> device : {node->GetDevice(i), LinkFault::GetPeer(node->GetDevice(i))})
        {
            Ptr<LinkFault> fault = device ? LinkFault::Get(device) : nullptr;
            if (fault)
            {
                fault->Darken();
                m_dark.push_back(fault);
            }
        }
    }
}

} // namespace gipt
} // namespace ns3
