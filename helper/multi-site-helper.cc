/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "multi-site-helper.h"

#include "ns3/abort.h"
#include "ns3/graphml-reader.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-list-routing-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/ipv4-static-routing.h"
#include "ns3/ipv4.h"
#include "ns3/log.h"
#include "ns3/net-device-container.h"
#include "ns3/node.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/simulator.h"
#include "ns3/tcp-abandon.h"

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptMultiSiteHelper");

namespace
{

constexpr uint32_t CITY_BASE = 0x0a000000; ///< 10.0.0.0
constexpr uint32_t CITY_SIZE = 1024;       ///< addresses of a city
constexpr uint32_t LINK_BASE = 0xac100000; ///< 172.16.0.0
constexpr uint32_t LINK_SIZE = 4;          ///< addresses of a link
constexpr uint32_t LINK_MASK = 0xfffffffc; ///< /30
constexpr uint32_t CITY_MASK = 0xfffffc00; ///< /22
constexpr uint32_t LOOPBACK_INTERFACE = 0; ///< ns-3's loopback interface

/**
 * @brief Add a device to a node's stack.
 * @param device the device
 * @param address its address
 * @param mask its mask
 * @return the interface
 */
uint32_t
AddInterface(Ptr<NetDevice> device, Ipv4Address address, Ipv4Mask mask)
{
    // Not by Ipv4AddressHelper, which would also put a queue discipline in front of every device.
    Ptr<Ipv4> ipv4 = device->GetNode()->GetObject<Ipv4>();
    uint32_t interface = ipv4->AddInterface(device);
    ipv4->AddAddress(interface, Ipv4InterfaceAddress(address, mask));
    ipv4->SetMetric(interface, 1);
    ipv4->SetUp(interface);
    return interface;
}

/**
 * @brief The static routes of a node.
 * @param node the node
 * @return its routing protocol for them
 */
Ptr<Ipv4StaticRouting>
GetStaticRouting(Ptr<Node> node)
{
    return Ipv4StaticRoutingHelper().GetStaticRouting(node->GetObject<Ipv4>());
}

/**
 * @brief Give nodes an IPv4 stack with static routing.
 * @param nodes the nodes
 */
void
InstallStack(const NodeContainer& nodes)
{
    Ipv4ListRoutingHelper routing;
    routing.Add(Ipv4StaticRoutingHelper(), 0);
    InternetStackHelper stack;
    stack.SetRoutingHelper(routing);
    stack.SetIpv6StackInstall(false);
    stack.Install(nodes);
}

} // namespace

MultiSiteHelper::MultiSiteHelper()
{
    NS_LOG_FUNCTION(this);
}

void
MultiSiteHelper::SetDefaultLinkRate(DataRate rate)
{
    m_defaultRate = rate;
}

void
MultiSiteHelper::SetHostLink(DataRate rate, Time delay)
{
    m_hostRate = rate;
    m_hostDelay = delay;
}

std::string
MultiSiteHelper::ReadTopology(const std::string& fileName)
{
    NS_LOG_FUNCTION(this << fileName);
    GraphMlReader reader;
    if (!reader.Read(fileName))
    {
        return reader.GetError();
    }
    if (reader.GetGraph().GetCities().size() > MAX_CITIES ||
        reader.GetGraph().GetLinks().size() > MAX_LINKS)
    {
        return fileName + ":1: " + std::to_string(reader.GetGraph().GetCities().size()) +
               " nodes and " + std::to_string(reader.GetGraph().GetLinks().size()) +
               " edges, expected at most " + std::to_string(MAX_CITIES) + " and " +
               std::to_string(MAX_LINKS);
    }
    SetTopology(reader.GetGraph());
    return "";
}

void
MultiSiteHelper::SetTopology(const SiteGraph& graph)
{
    NS_LOG_FUNCTION(this);
    NS_ABORT_MSG_IF(m_routers.GetN() > 0, "This world has its topology already");
    NS_ABORT_MSG_IF(graph.GetCities().size() > MAX_CITIES || graph.GetLinks().size() > MAX_LINKS,
                    "More cities or links than the address plan has room for");
    m_graph = graph;
    m_hostCounts.assign(graph.GetCities().size(), 0);
    m_routers.Create(graph.GetCities().size());
    InstallStack(m_routers);
    for (uint32_t city = 0; city < m_routers.GetN(); city++)
    {
        Ptr<Node> router = m_routers.Get(city);
        Ipv4Address address(CITY_BASE + CITY_SIZE * city + 1);
        router->GetObject<Ipv4>()->AddAddress(LOOPBACK_INTERFACE,
                                              Ipv4InterfaceAddress(address, Ipv4Mask::GetOnes()));
        Place& place = m_places[router->GetId()];
        place.name = graph.GetCities()[city].name;
        place.city = city;
        place.address = address;
        m_nodes[address] = router;
    }
    const Ipv4Mask mask(LINK_MASK);
    for (uint32_t index = 0; index < graph.GetLinks().size(); index++)
    {
        const SiteGraph::Link& link = graph.GetLinks()[index];
        PointToPointHelper helper;
        helper.SetDeviceAttribute("DataRate",
                                  DataRateValue(link.hasRate ? link.rate : m_defaultRate));
        helper.SetChannelAttribute("Delay", TimeValue(link.delay));
        NetDeviceContainer devices =
            helper.Install(m_routers.Get(link.from), m_routers.Get(link.to));
        uint32_t base = LINK_BASE + LINK_SIZE * index;
        std::pair<Port, Port> ports;
        ports.first.address = Ipv4Address(base + 1);
        ports.first.interface = AddInterface(devices.Get(0), ports.first.address, mask);
        ports.second.address = Ipv4Address(base + 2);
        ports.second.interface = AddInterface(devices.Get(1), ports.second.address, mask);
        m_ports.push_back(ports);
    }
}

NodeContainer
MultiSiteHelper::AddServers(const std::string& city, uint32_t count)
{
    return AddHosts(city, "server", count);
}

NodeContainer
MultiSiteHelper::AddClients(const std::string& city, uint32_t count)
{
    return AddHosts(city, "client", count);
}

Ptr<Node>
MultiSiteHelper::AddDirector(const std::string& city)
{
    return AddHosts(city, "director", 1).Get(0);
}

NodeContainer
MultiSiteHelper::AddHosts(const std::string& city, const std::string& role, uint32_t count)
{
    NS_LOG_FUNCTION(this << city << role << count);
    uint32_t index = GetIndex(city);
    NS_ABORT_MSG_IF(m_hostCounts[index] + count > MAX_HOSTS,
                    "More than " << MAX_HOSTS << " hosts in " << city);
    NodeContainer hosts;
    hosts.Create(count);
    InstallStack(hosts);
    PointToPointHelper helper;
    helper.SetDeviceAttribute("DataRate", DataRateValue(m_hostRate));
    helper.SetChannelAttribute("Delay", TimeValue(m_hostDelay));
    const Ipv4Mask mask(LINK_MASK);
    NodeContainer& all = m_hosts[{index, role}];
    for (uint32_t i = 0; i < count; i++)
    {
        Ptr<Node> host = hosts.Get(i);
        NetDeviceContainer devices = helper.Install(m_routers.Get(index), host);
        uint32_t base = CITY_BASE + CITY_SIZE * index + LINK_SIZE * ++m_hostCounts[index];
        all.Add(host);
        Place& place = m_places[host->GetId()];
        place.name = city + "-" + role + "-" + std::to_string(all.GetN());
        place.city = index;
        place.address = Ipv4Address(base + 2);
        place.device = devices.Get(1);
        place.routerInterface = AddInterface(devices.Get(0), Ipv4Address(base + 1), mask);
        AddInterface(devices.Get(1), place.address, mask);
        m_nodes[place.address] = host;
        AddDefaultRoute(host);
    }
    return hosts;
}

void
MultiSiteHelper::AddDefaultRoute(Ptr<Node> host) const
{
    const Place& place = GetPlace(host);
    Ptr<Ipv4> ipv4 = host->GetObject<Ipv4>();
    GetStaticRouting(host)->SetDefaultRoute(Ipv4Address(place.address.Get() - 1),
                                            ipv4->GetInterfaceForDevice(place.device));
}

void
MultiSiteHelper::Announce(Ipv4Address address, Ptr<Node> host)
{
    NS_LOG_FUNCTION(this << address << host);
    GetPlace(host);
    m_announced.emplace_back(address, host);
}

void
MultiSiteHelper::InstallRoutes()
{
    NS_LOG_FUNCTION(this);
    const Ipv4Mask cityMask(CITY_MASK);
    for (uint32_t destination = 0; destination < m_routers.GetN(); destination++)
    {
        const Ipv4Address prefix(CITY_BASE + CITY_SIZE * destination);
        std::vector<SiteGraph::Path> paths = m_graph.GetPathsTo(destination);
        for (uint32_t city = 0; city < paths.size(); city++)
        {
            const SiteGraph::Path& path = paths[city];
            if (path.link == SiteGraph::NO_LINK)
            {
                continue; // the destination itself, or no way there
            }
            const auto& ports = m_ports[path.link];
            bool first = m_graph.GetLinks()[path.link].from == city;
            const Port& mine = first ? ports.first : ports.second;
            const Port& next = first ? ports.second : ports.first;
            Ptr<Ipv4StaticRouting> routing = GetStaticRouting(m_routers.Get(city));
            routing->AddNetworkRouteTo(prefix, cityMask, next.address, mine.interface);
            for (const auto& [address, host] : m_announced)
            {
                if (GetPlace(host).city == destination)
                {
                    routing->AddHostRouteTo(address, next.address, mine.interface);
                }
            }
        }
    }
    for (const auto& [address, host] : m_announced)
    {
        const Place& place = GetPlace(host);
        GetStaticRouting(m_routers.Get(place.city))
            ->AddHostRouteTo(address, place.address, place.routerInterface);
    }
}

void
MultiSiteHelper::SetSitePower(const std::string& city, bool on)
{
    NS_LOG_FUNCTION(this << city << on);
    auto servers = m_hosts.find({GetIndex(city), "server"});
    NS_ABORT_MSG_IF(servers == m_hosts.end(), city << " has no servers");
    for (uint32_t i = 0; i < servers->second.GetN(); i++)
    {
        Ptr<Node> server = servers->second.Get(i);
        Ptr<Ipv4> ipv4 = server->GetObject<Ipv4>();
        auto off = m_unpowered.find(server->GetId());
        if (on && off != m_unpowered.end())
        {
            for (uint32_t interface : off->second)
            {
                ipv4->SetUp(interface);
            }
            m_unpowered.erase(off);
            AddDefaultRoute(server); // went with its interface
        }
        else if (!on && off == m_unpowered.end())
        {
            std::vector<uint32_t>& interfaces = m_unpowered[server->GetId()];
            for (uint32_t interface = 0; interface < ipv4->GetNInterfaces(); interface++)
            {
                if (interface != LOOPBACK_INTERFACE && ipv4->IsUp(interface))
                {
                    interfaces.push_back(interface);
                    ipv4->SetDown(interface);
                }
            }
            AbandonAllTcp(server);
        }
    }
}

void
MultiSiteHelper::SchedulePowerLoss(const std::string& city, Time from, Time to)
{
    NS_LOG_FUNCTION(this << city << from << to);
    Simulator::Schedule(from, &MultiSiteHelper::SetSitePower, this, city, false);
    Simulator::Schedule(to, &MultiSiteHelper::SetSitePower, this, city, true);
}

bool
MultiSiteHelper::IsConnected(const std::string& a, const std::string& b) const
{
    return m_graph.GetPathsTo(GetIndex(a))[GetIndex(b)].reachable;
}

uint32_t
MultiSiteHelper::GetIndex(const std::string& city) const
{
    uint32_t index = 0;
    NS_ABORT_MSG_IF(!m_graph.Find(city, index),
                    "No city '" << city << "', expected one of: " << m_graph.DescribeCities());
    return index;
}

const MultiSiteHelper::Place&
MultiSiteHelper::GetPlace(Ptr<Node> node) const
{
    auto place = m_places.find(node->GetId());
    NS_ABORT_MSG_IF(place == m_places.end(), "Node " << node->GetId() << " is not of this world");
    return place->second;
}

Ptr<Node>
MultiSiteHelper::GetRouter(const std::string& city) const
{
    return m_routers.Get(GetIndex(city));
}

Ipv4Address
MultiSiteHelper::GetAddress(Ptr<Node> node) const
{
    return GetPlace(node).address;
}

Ptr<Node>
MultiSiteHelper::FindNode(Ipv4Address address) const
{
    auto node = m_nodes.find(address);
    return node == m_nodes.end() ? nullptr : node->second;
}

const std::string&
MultiSiteHelper::GetName(Ptr<Node> node) const
{
    return GetPlace(node).name;
}

const std::string&
MultiSiteHelper::GetCity(Ptr<Node> node) const
{
    return m_graph.GetCities()[GetPlace(node).city].name;
}

Ptr<NetDevice>
MultiSiteHelper::GetDevice(Ptr<Node> host) const
{
    return GetPlace(host).device;
}

} // namespace gipt
} // namespace ns3
