/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup global-ip-tunneling
 * What a RoutingGraph knows of networks, and the routes to them.
 */

#include "routing-graph.h"

#include "ns3/log.h"

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <tuple>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptRoutingGraphNetworks");

namespace
{

/**
 * @brief A network in the table's form.
 * @param network its address
 * @param mask its mask
 * @return the prefix
 */
Prefix
ToPrefix(Ipv4Address network, Ipv4Mask mask)
{
    return Prefix::Of(network.Get(), mask.GetPrefixLength());
}

/**
 * @brief The mask of a prefix.
 * @param prefix the prefix
 * @return its mask
 */
Ipv4Mask
ToMask(const Prefix& prefix)
{
    return Ipv4Mask(Prefix::Of(0xffffffff, prefix.length).network);
}

} // namespace

bool
RoutingGraph::Announcement::operator<(const Announcement& other) const
{
    return std::tie(router, node, interface, gateway) <
           std::tie(other.router, other.node, other.interface, other.gateway);
}

void
RoutingGraph::AttachHost(Ptr<Node> host, Ptr<NetDevice> device, Ipv4Address address)
{
    NS_LOG_FUNCTION(this << host << device << address);
    End end = GetEnd(device);
    m_hosts[host->GetId()] = {end.router, host->GetId(), end.interface, address.Get()};
}

RoutingGraph::Announcement
RoutingGraph::GetAnnouncement(Ptr<Node> node) const
{
    auto host = m_hosts.find(node->GetId());
    if (host != m_hosts.end())
    {
        return host->second;
    }
    Announcement announcement;
    announcement.router = GetIndex(node);
    announcement.node = node->GetId();
    return announcement;
}

bool
RoutingGraph::Announce(Ipv4Address network, Ipv4Mask mask, Ptr<Node> node)
{
    NS_LOG_FUNCTION(this << network << mask << node);
    return SetAnnounced(ToPrefix(network, mask), node, GetAnnouncement(node), true);
}

bool
RoutingGraph::Withdraw(Ipv4Address network, Ipv4Mask mask, Ptr<Node> node)
{
    NS_LOG_FUNCTION(this << network << mask << node);
    return SetAnnounced(ToPrefix(network, mask), node, GetAnnouncement(node), false);
}

bool
RoutingGraph::AnnounceVia(Ipv4Address network,
                          Ipv4Mask mask,
                          Ptr<NetDevice> device,
                          Ipv4Address gateway)
{
    NS_LOG_FUNCTION(this << network << mask << device << gateway);
    return SetAnnounced(ToPrefix(network, mask),
                        device->GetNode(),
                        GetAnnouncement(device, gateway),
                        true);
}

bool
RoutingGraph::WithdrawVia(Ipv4Address network,
                          Ipv4Mask mask,
                          Ptr<NetDevice> device,
                          Ipv4Address gateway)
{
    NS_LOG_FUNCTION(this << network << mask << device << gateway);
    return SetAnnounced(ToPrefix(network, mask),
                        device->GetNode(),
                        GetAnnouncement(device, gateway),
                        false);
}

RoutingGraph::Announcement
RoutingGraph::GetAnnouncement(Ptr<NetDevice> device, Ipv4Address gateway) const
{
    End end = GetEnd(device);
    return {end.router, device->GetNode()->GetId(), end.interface, gateway.Get()};
}

bool
RoutingGraph::SetAnnounced(Prefix prefix,
                           Ptr<Node> node,
                           const Announcement& announcement,
                           bool isAnnounced)
{
    if (!isAnnounced && !m_networks.Find(prefix))
    {
        return false;
    }
    Network& network = m_networks.Insert(prefix);
    if (isAnnounced ? !network.announcements.insert(announcement).second
                    : network.announcements.erase(announcement) == 0)
    {
        return false;
    }
    std::vector<uint32_t> roots;
    for (const auto& a : network.announcements)
    {
        if (roots.empty() || roots.back() != a.router)
        {
            roots.push_back(a.router);
        }
    }
    if (!network.group || network.group->roots != roots)
    {
        BeginChange();
        if (uint32_t version = GetVersionToKeep())
        {
            network.past.emplace_back(version, network.group);
            m_changedNetworks.insert(prefix);
        }
        network.group = m_forest.GetGroup(roots);
    }
    if (network.announcements.empty() && network.past.empty())
    {
        m_networks.Erase(prefix);
    }
    m_announcementTrace(Ipv4Address(prefix.network), ToMask(prefix), node, isAnnounced);
    return true;
}

RoutingGraph::Route
RoutingGraph::Lookup(uint32_t index, Ipv4Address destination, uint32_t flow)
{
    Router& router = m_routers[index];
    Route route;
    int connected = -1;
    uint32_t interface = 0;
    router.connected.Match(destination.Get(),
                           [&](uint8_t length, const std::set<uint32_t>& interfaces) {
                               connected = length;
                               interface = *interfaces.begin();
                               return true;
                           });
    m_networks.Match(destination.Get(), [&](uint8_t length, const Network& network) {
        if (length > connected)
        {
            bool isOwn = false;
            route = Decide(index, network, flow, isOwn);
            if (isOwn)
            {
                return true;
            }
        }
        return route.found || length <= connected;
    });
    if (!route.found && connected >= 0)
    {
        route.found = true;
        route.interface = interface;
        route.gateway = Ipv4Address::GetAny();
    }
    return route;
}

RoutingGraph::Route
RoutingGraph::Decide(uint32_t index, const Network& network, uint32_t flow, bool& isOwn)
{
    const Router& router = m_routers[index];
    // A host of its own first: that it is there, no other router has to tell.
    std::vector<const Announcement*> own;
    for (auto a = network.announcements.lower_bound({index, 0, 0, 0});
         a != network.announcements.end() && a->router == index;
         ++a)
    {
        if (a->interface != NO_INTERFACE && router.interfaces[a->interface].isUp)
        {
            own.push_back(&*a);
            if (!m_ecmp)
            {
                break;
            }
        }
    }
    Route route;
    if (!own.empty())
    {
        const Announcement& chosen = *own[uint64_t(flow) * own.size() >> 32];
        route.found = true;
        route.interface = chosen.interface;
        route.gateway = Ipv4Address(chosen.gateway);
        return route;
    }
    PathForest::Group* group = network.group.get();
    for (const auto& [until, past] : network.past)
    {
        if (until > router.version)
        {
            group = past.get();
            break;
        }
    }
    if (!group)
    {
        return route;
    }
    // Who announces a network and does not know where it is passes its packets to nobody else.
    isOwn = std::binary_search(group->roots.begin(), group->roots.end(), index);
    if (isOwn)
    {
        return route;
    }
    const ShortestPathTree& tree = m_forest.GetTree(*group);
    if (m_ecmp)
    {
        return DecideByFlow(index, tree, flow);
    }
    const auto& way =
        router.version == m_version ? tree.Get(index) : tree.Get(index, router.version);
    return way.link == NO_LINK ? route : GetRouteByLink(index, way.link);
}

RoutingGraph::Route
RoutingGraph::GetRouteByLink(uint32_t router, uint32_t index) const
{
    const auto& ends = m_links[index].ends;
    const uint32_t far = ends[0].router == router ? 1 : 0;
    Route route;
    route.interface = ends[1 - far].interface;
    route.found = m_routers[router].interfaces[route.interface].isUp;
    route.gateway = ends[far].address;
    route.link = index;
    return route;
}

RoutingGraph::Route
RoutingGraph::DecideByFlow(uint32_t router, const ShortestPathTree& tree, uint32_t flow) const
{
    const uint32_t version = m_routers[router].version;
    const auto& way = tree.Get(router, version);
    std::vector<Route> routes;
    if (way.link != NO_LINK)
    {
        for (const auto& arc : m_forest.GetGraph().GetArcs(router))
        {
            const uint64_t step = m_forest.GetCost(arc.link, arc.end, version);
            const auto& next = tree.Get(arc.to, version);
            if (step != PathGraph::NO_WAY && next.cost != PathGraph::NO_WAY &&
                next.cost + step == way.cost)
            {
                routes.push_back(GetRouteByLink(router, arc.link));
                if (!routes.back().found)
                {
                    routes.pop_back();
                }
            }
        }
    }
    return routes.empty() ? Route() : routes[uint64_t(flow) * routes.size() >> 32];
}

RoutingGraph::Route
RoutingGraph::GetRoute(Ptr<Node> router, Ipv4Address destination, uint32_t flow)
{
    return Lookup(GetIndex(router), destination, flow);
}

RoutingGraph::Path
RoutingGraph::GetPath(Ptr<Node> router, Ipv4Address destination, uint32_t flow)
{
    Path path;
    std::set<uint32_t> seen;
    uint32_t index = GetIndex(router);
    while (true)
    {
        path.routers.push_back(m_routers[index].node);
        if (!seen.insert(index).second)
        {
            path.ending = LOOP;
            return path;
        }
        const Route route = Lookup(index, destination, flow);
        if (!route.found || route.link == NO_LINK)
        {
            path.ending = route.found ? DELIVERED : NO_ROUTE;
            return path;
        }
        const auto& ends = m_links[route.link].ends;
        index = ends[ends[0].router == index ? 1 : 0].router;
        path.delay += NanoSeconds(m_links[route.link].delay);
    }
}

void
RoutingGraph::Print(uint32_t index, std::ostream& stream)
{
    Router& router = m_routers[index];
    const auto show = [&](const Prefix& prefix, const Route& route, const char* kind) {
        std::ostringstream network;
        std::ostringstream gateway;
        network << Ipv4Address(prefix.network) << "/" << +prefix.length;
        gateway << route.gateway;
        stream << std::left << std::setw(20) << network.str() << std::setw(16) << gateway.str()
               << std::setw(10) << route.interface << kind << "\n";
    };
    stream << std::left << std::setw(20) << "Network" << std::setw(16) << "Gateway" << std::setw(10)
           << "Interface"
           << "Kind\n";
    for (const auto& prefix : router.connected.GetPrefixes())
    {
        Route route;
        route.interface = *router.connected.Find(prefix)->begin();
        route.gateway = Ipv4Address::GetAny();
        show(prefix, route, "connected");
    }
    for (const auto& prefix : m_networks.GetPrefixes())
    {
        bool isOwn = false;
        const Route route = Decide(index, *m_networks.Find(prefix), 0, isOwn);
        if (route.found && !router.connected.Find(prefix))
        {
            show(prefix, route, route.link == NO_LINK ? "attached" : "remote");
        }
    }
}

} // namespace gipt
} // namespace ns3
