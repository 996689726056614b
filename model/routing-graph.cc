/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "routing-graph.h"

#include "ns3-release.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/channel.h"
#include "ns3/enum.h"
#include "ns3/log.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/string.h"

#include <algorithm>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptRoutingGraph");
NS_OBJECT_ENSURE_REGISTERED(RoutingGraph);

TypeId
RoutingGraph::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::RoutingGraph")
            .SetParent<Object>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<RoutingGraph>()
            .AddAttribute(
                "Metric",
                "What makes a way short: the links' delays, their costs, or their number",
                EnumValue(DELAY),
#if GIPT_NS3_RELEASE >= 41
                MakeEnumAccessor<Metric>(&RoutingGraph::SetMetric, &RoutingGraph::GetMetric),
#else
                MakeEnumAccessor(&RoutingGraph::SetMetric, &RoutingGraph::GetMetric),
#endif
                MakeEnumChecker(DELAY, "delay", COST, "cost", HOPS, "hops"))
            .AddAttribute("Ecmp",
                          "Spread flows over ways of equal length; a flow keeps to one",
                          BooleanValue(false),
                          MakeBooleanAccessor(&RoutingGraph::m_ecmp),
                          MakeBooleanChecker())
            .AddAttribute("ConvergenceDelay",
                          "Seconds until a router goes by a change, drawn for each router",
                          StringValue("ns3::ConstantRandomVariable[Constant=0.0]"),
                          MakePointerAccessor(&RoutingGraph::m_convergenceDelay),
                          MakePointerChecker<RandomVariableStream>())
            .AddTraceSource("Link",
                            "A link has become usable, or has ceased to be",
                            MakeTraceSourceAccessor(&RoutingGraph::m_linkTrace),
                            "ns3::gipt::RoutingGraph::LinkCallback")
            .AddTraceSource("Announcement",
                            "A network is announced, or withdrawn",
                            MakeTraceSourceAccessor(&RoutingGraph::m_announcementTrace),
                            "ns3::gipt::RoutingGraph::AnnouncementCallback")
            .AddTraceSource("Convergence",
                            "A router goes by a change from now on",
                            MakeTraceSourceAccessor(&RoutingGraph::m_convergenceTrace),
                            "ns3::gipt::RoutingGraph::ConvergenceCallback");
    return tid;
}

RoutingGraph::RoutingGraph()
{
    NS_LOG_FUNCTION(this);
}

RoutingGraph::~RoutingGraph()
{
    NS_LOG_FUNCTION(this);
}

void
RoutingGraph::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_routers.clear();
    m_convergenceDelay = nullptr;
    Object::DoDispose();
}

uint32_t
RoutingGraph::AddRouter(Ptr<Node> node)
{
    NS_LOG_FUNCTION(this << node);
    auto known = m_indices.find(node->GetId());
    if (known != m_indices.end())
    {
        return known->second;
    }
    Router router;
    router.node = node;
    router.ipv4 = node->GetObject<Ipv4>();
    NS_ABORT_MSG_UNLESS(router.ipv4, "Node " << node->GetId() << " has no IPv4");
    router.version = m_version;
    m_versions[m_version]++;
    m_routers.push_back(std::move(router));
    return m_indices[node->GetId()] = m_forest.AddVertex();
}

uint32_t
RoutingGraph::GetIndex(Ptr<const Node> node) const
{
    auto index = m_indices.find(node->GetId());
    NS_ABORT_MSG_IF(index == m_indices.end(), "Node " << node->GetId() << " is no router here");
    return index->second;
}

RoutingGraph::End
RoutingGraph::GetEnd(Ptr<NetDevice> device) const
{
    End end;
    end.router = GetIndex(device->GetNode());
    int32_t interface = m_routers[end.router].ipv4->GetInterfaceForDevice(device);
    NS_ABORT_MSG_IF(interface < 0, "A router's device has no interface");
    end.interface = interface;
    return end;
}

uint32_t
RoutingGraph::AddLink(Ptr<NetDevice> first, Ptr<NetDevice> second, uint32_t cost)
{
    NS_LOG_FUNCTION(this << first << second << cost);
    NS_ABORT_MSG_IF(cost == 0, "A link costs at least 1");
    End a = GetEnd(first);
    End b = GetEnd(second);
    uint32_t link = FindLink(a, b);
    if (link == NO_LINK)
    {
        link = MakeLink(a, b);
    }
    for (End& end : m_links[link].ends)
    {
        end.cost = cost;
    }
    UpdateLink(link);
    return link;
}

uint32_t
RoutingGraph::FindLink(Ptr<NetDevice> first, Ptr<NetDevice> second) const
{
    return FindLink(GetEnd(first), GetEnd(second));
}

uint32_t
RoutingGraph::FindLink(const End& first, const End& second) const
{
    const auto& interfaces = m_routers[first.router].interfaces;
    if (first.interface < interfaces.size())
    {
        for (uint32_t link : interfaces[first.interface].links)
        {
            for (const End& end : m_links[link].ends)
            {
                if (end.router == second.router && end.interface == second.interface)
                {
                    return link;
                }
            }
        }
    }
    return NO_LINK;
}

uint32_t
RoutingGraph::MakeLink(const End& first, const End& second)
{
    Link link;
    link.ends = {first, second};
    bool isShared;
    link.ends[0].address = FindGateway(second, first, isShared);
    link.ends[1].address = FindGateway(first, second, isShared);
    Ptr<Channel> channel =
        m_routers[first.router].ipv4->GetNetDevice(first.interface)->GetChannel();
    TimeValue delay;
    if (channel && channel->GetAttributeFailSafe("Delay", delay))
    {
        link.delay = std::max<int64_t>(1, delay.Get().GetNanoSeconds());
    }
    const uint32_t index = m_forest.AddLink(first.router, second.router);
    m_links.push_back(link);
    for (const End& end : {first, second})
    {
        auto& interfaces = m_routers[end.router].interfaces;
        interfaces.resize(std::max<std::size_t>(interfaces.size(), end.interface + 1));
        interfaces[end.interface].links.push_back(index);
    }
    return index;
}

Ipv4Address
RoutingGraph::FindGateway(const End& from, const End& to, bool& isShared) const
{
    const Ptr<Ipv4>& mine = m_routers[from.router].ipv4;
    const Ptr<Ipv4>& theirs = m_routers[to.router].ipv4;
    isShared = true;
    for (uint32_t i = 0; i < mine->GetNAddresses(from.interface); i++)
    {
        const Ipv4InterfaceAddress own = mine->GetAddress(from.interface, i);
        for (uint32_t j = 0; j < theirs->GetNAddresses(to.interface); j++)
        {
            const Ipv4Address other = theirs->GetAddress(to.interface, j).GetLocal();
            if (own.GetMask().IsMatch(own.GetLocal(), other))
            {
                return other;
            }
        }
    }
    isShared = false;
    return theirs->GetNAddresses(to.interface) > 0 ? theirs->GetAddress(to.interface, 0).GetLocal()
                                                   : Ipv4Address::GetAny();
}

void
RoutingGraph::FindLinks(const End& end)
{
    Ptr<NetDevice> device = m_routers[end.router].ipv4->GetNetDevice(end.interface);
    Ptr<Channel> channel = device->GetChannel();
    if (!channel)
    {
        return;
    }
    for (std::size_t i = 0; i < channel->GetNDevices(); i++)
    {
        Ptr<NetDevice> other = channel->GetDevice(i);
        auto index = m_indices.find(other->GetNode()->GetId());
        if (index == m_indices.end() || index->second == end.router)
        {
            continue;
        }
        int32_t interface = m_routers[index->second].ipv4->GetInterfaceForDevice(other);
        if (interface < 0)
        {
            continue;
        }
        End far;
        far.router = index->second;
        far.interface = interface;
        bool isShared;
        FindGateway(end, far, isShared);
        if (isShared && FindLink(end, far) == NO_LINK)
        {
            // The end that was there first is the first one.
            Link& link = m_links[MakeLink(far, end)];
            for (End& e : link.ends)
            {
                e.cost = std::max<uint32_t>(1, m_routers[e.router].ipv4->GetMetric(e.interface));
            }
        }
    }
}

std::pair<Ptr<NetDevice>, Ptr<NetDevice>>
RoutingGraph::GetLinkDevices(uint32_t link) const
{
    const auto& ends = m_links.at(link).ends;
    return {m_routers[ends[0].router].ipv4->GetNetDevice(ends[0].interface),
            m_routers[ends[1].router].ipv4->GetNetDevice(ends[1].interface)};
}

bool
RoutingGraph::IsUsable(uint32_t link) const
{
    return m_links.at(link).isUsable;
}

void
RoutingGraph::SetInterface(uint32_t router, uint32_t interface, bool isUp, bool announce)
{
    NS_LOG_FUNCTION(this << router << interface << isUp << announce);
    auto& interfaces = m_routers[router].interfaces;
    interfaces.resize(std::max<std::size_t>(interfaces.size(), interface + 1));
    interfaces[interface].isUp = isUp;
    if (isUp)
    {
        End end;
        end.router = router;
        end.interface = interface;
        FindLinks(end);
    }
    for (uint32_t link : interfaces[interface].links)
    {
        auto& ends = m_links[link].ends;
        bool isShared;
        ends[0].address = FindGateway(ends[1], ends[0], isShared);
        ends[1].address = FindGateway(ends[0], ends[1], isShared);
        UpdateLink(link);
    }
    UpdateNetworks(router, interface, announce);
}

void
RoutingGraph::UpdateNetworks(uint32_t index, uint32_t interface, bool announce)
{
    Router& router = m_routers[index];
    std::vector<Prefix>& networks = router.interfaces[interface].networks;
    std::vector<Prefix> before;
    before.swap(networks);
    if (router.interfaces[interface].isUp)
    {
        for (uint32_t i = 0; i < router.ipv4->GetNAddresses(interface); i++)
        {
            const Ipv4InterfaceAddress address = router.ipv4->GetAddress(interface, i);
            networks.push_back(
                Prefix::Of(address.GetLocal().Get(), address.GetMask().GetPrefixLength()));
        }
        std::sort(networks.begin(), networks.end());
        networks.erase(std::unique(networks.begin(), networks.end()), networks.end());
    }
    const Announcement self = GetAnnouncement(router.node);
    for (const auto& prefix : before)
    {
        if (!std::binary_search(networks.begin(), networks.end(), prefix))
        {
            std::set<uint32_t>& interfaces = router.connected.Insert(prefix);
            interfaces.erase(interface);
            if (interfaces.empty())
            {
                router.connected.Erase(prefix);
                if (announce)
                {
                    SetAnnounced(prefix, router.node, self, false);
                }
            }
        }
    }
    for (const auto& prefix : networks)
    {
        if (!std::binary_search(before.begin(), before.end(), prefix))
        {
            router.connected.Insert(prefix).insert(interface);
            if (announce && prefix.network >> 24 != 127)
            {
                SetAnnounced(prefix, router.node, self, true);
            }
        }
    }
}

PathGraph::Costs
RoutingGraph::GetCosts(const Link& link) const
{
    if (!link.isUsable)
    {
        return {PathGraph::NO_WAY, PathGraph::NO_WAY};
    }
    switch (m_metric)
    {
    case DELAY:
        return {link.delay, link.delay};
    case COST:
        return {link.ends[0].cost, link.ends[1].cost};
    case HOPS:
        break;
    }
    return {1, 1};
}

void
RoutingGraph::UpdateLink(uint32_t index)
{
    Link& link = m_links[index];
    const bool wasUsable = link.isUsable;
    link.isUsable = true;
    for (const End& end : link.ends)
    {
        link.isUsable &= m_routers[end.router].interfaces[end.interface].isUp;
    }
    const PathGraph::Costs costs = GetCosts(link);
    if (costs != m_forest.GetGraph().GetCosts(index))
    {
        BeginChange();
        m_forest.SetCosts(index, costs, GetVersionToKeep());
    }
    if (wasUsable != link.isUsable)
    {
        const auto [first, second] = GetLinkDevices(index);
        m_linkTrace(first, second, link.isUsable);
    }
}

void
RoutingGraph::SetMetric(Metric metric)
{
    NS_LOG_FUNCTION(this << metric);
    NS_ABORT_MSG_IF(!IsConverged(), "The metric changes while routers converge");
    m_metric = metric;
    m_forest.ClearTrees(); // rather than follow link by link
    for (uint32_t link = 0; link < m_links.size(); link++)
    {
        m_forest.SetCosts(link, GetCosts(m_links[link]), 0);
    }
}

RoutingGraph::Metric
RoutingGraph::GetMetric() const
{
    return m_metric;
}

void
RoutingGraph::BeginChange()
{
    const Time now = Simulator::Now();
    if (now.IsZero() || (m_version > 0 && now == m_changed))
    {
        return;
    }
    m_changed = now;
    m_version++;
    std::map<Time, std::vector<uint32_t>> batches;
    for (uint32_t router = 0; router < m_routers.size(); router++)
    {
        Time delay = Seconds(std::max(0.0, m_convergenceDelay->GetValue()));
        batches[delay].push_back(router);
        if (delay.IsZero())
        {
            SetVersion(m_routers[router], m_version);
        }
    }
    for (auto& [delay, routers] : batches)
    {
        Ptr<RoutingGraph> self(this);
        Simulator::Schedule(delay, [self, version = m_version, now, routers = std::move(routers)] {
            self->Converge(version, now, routers);
        });
    }
}

uint32_t
RoutingGraph::GetVersionToKeep() const
{
    return IsConverged() ? 0 : m_version;
}

bool
RoutingGraph::IsConverged() const
{
    return m_versions.empty() || m_versions.begin()->first == m_version;
}

void
RoutingGraph::SetVersion(Router& router, uint32_t version)
{
    auto old = m_versions.find(router.version);
    if (--old->second == 0)
    {
        m_versions.erase(old);
    }
    m_versions[version]++;
    router.version = version;
}

void
RoutingGraph::Converge(uint32_t version, Time since, const std::vector<uint32_t>& routers)
{
    NS_LOG_FUNCTION(this << version << since << routers.size());
    if (m_routers.empty())
    {
        return; // disposed of
    }
    for (uint32_t index : routers)
    {
        Router& router = m_routers[index];
        const bool isAtOnce = since == Simulator::Now();
        if (router.version < version)
        {
            SetVersion(router, version);
        }
        else if (!isAtOnce)
        {
            continue; // has learnt of a later change before
        }
        m_convergenceTrace(router.node, Simulator::Now() - since);
    }
    if (m_versions.begin()->first > m_forgotten)
    {
        Forget();
    }
}

void
RoutingGraph::Forget()
{
    const uint32_t oldest = m_versions.begin()->first;
    m_forgotten = oldest;
    m_forest.ForgetBefore(oldest);
    for (auto prefix = m_changedNetworks.begin(); prefix != m_changedNetworks.end();)
    {
        Network* network = m_networks.Find(*prefix);
        auto& past = network->past;
        past.erase(past.begin(), std::find_if(past.begin(), past.end(), [oldest](const auto& p) {
                       return p.first > oldest;
                   }));
        if (!past.empty())
        {
            ++prefix;
            continue;
        }
        if (network->announcements.empty())
        {
            m_networks.Erase(*prefix);
        }
        prefix = m_changedNetworks.erase(prefix);
    }
}

int64_t
RoutingGraph::AssignStreams(int64_t stream)
{
    m_convergenceDelay->SetStream(stream);
    return 1;
}

} // namespace gipt
} // namespace ns3
