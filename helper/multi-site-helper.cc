/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "multi-site-helper.h"

#include "graph-routing-helper.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/csma-helper.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-list-routing-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/ipv4-static-routing.h"
#include "ns3/ipv4.h"
#include "ns3/log.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/site-topology-reader.h"

#include <algorithm>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptMultiSiteHelper");

namespace
{

constexpr uint32_t CITY_BASE = 0x0a000000; ///< 10.0.0.0
constexpr uint32_t CITY_SIZE = 1024;       ///< addresses of a city
constexpr uint32_t LAN_OFFSET = 960;       ///< a city's LAN from the city's first address on
constexpr uint32_t LINK_BASE = 0xac100000; ///< 172.16.0.0
constexpr uint32_t LINK_SIZE = 4;          ///< addresses of a link
const Ipv4Mask LINK_MASK(0xfffffffc);      ///< /30
const Ipv4Mask CITY_MASK(0xfffffc00);      ///< /22
const Ipv4Mask LAN_MASK(0xffffffc0);       ///< /26
constexpr uint32_t LOOPBACK_INTERFACE = 0; ///< ns-3's loopback interface

/**
 * @brief An address of a city.
 * @param city index of the city
 * @param offset from its first address on
 * @return the address
 */
Ipv4Address
GetCityAddress(uint32_t city, uint32_t offset)
{
    return Ipv4Address(CITY_BASE + CITY_SIZE * city + offset);
}

/**
 * @brief Add a device to a node's stack.
 * @param device the device
 * @param address its address
 * @param mask its mask
 */
void
AddInterface(Ptr<NetDevice> device, Ipv4Address address, Ipv4Mask mask)
{
    // Not by Ipv4AddressHelper, which would also put a queue discipline in front of every device.
    Ptr<Ipv4> ipv4 = device->GetNode()->GetObject<Ipv4>();
    uint32_t interface = ipv4->AddInterface(device);
    ipv4->AddAddress(interface, Ipv4InterfaceAddress(address, mask));
    ipv4->SetMetric(interface, 1);
    ipv4->SetUp(interface);
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
 * @param graph of routers: what they route by first
 */
void
InstallStack(const NodeContainer& nodes, Ptr<RoutingGraph> graph = nullptr)
{
    Ipv4ListRoutingHelper routing;
    routing.Add(Ipv4StaticRoutingHelper(), 0);
    if (graph)
    {
        // One prefix for all hosts of a city; links between cities have none.
        GraphRoutingHelper helper(graph);
        helper.SetAttribute("AnnounceConnected", BooleanValue(false));
        routing.Add(helper, GraphRoutingHelper::PRIORITY);
    }
    InternetStackHelper stack;
    stack.SetRoutingHelper(routing);
    stack.SetIpv6StackInstall(false);
    stack.Install(nodes);
}

} // namespace

MultiSiteHelper::MultiSiteHelper()
    : m_routing(CreateObject<RoutingGraph>())
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
    TopologyReader reader;
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
    InstallStack(m_routers, m_routing);
    for (uint32_t city = 0; city < m_routers.GetN(); city++)
    {
        Ptr<Node> router = m_routers.Get(city);
        Ipv4Address address = GetCityAddress(city, 1);
        router->GetObject<Ipv4>()->AddAddress(LOOPBACK_INTERFACE,
                                              Ipv4InterfaceAddress(address, Ipv4Mask::GetOnes()));
        Place& place = m_places[router->GetId()];
        place.name = graph.GetCities()[city].name;
        place.city = city;
        place.address = address;
        m_nodes[address] = router;
        m_names[place.name] = router;
        m_routing->Announce(GetCityAddress(city, 0), CITY_MASK, router);
    }
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
        AddInterface(devices.Get(0), Ipv4Address(base + 1), LINK_MASK);
        AddInterface(devices.Get(1), Ipv4Address(base + 2), LINK_MASK);
        m_routing->AddLink(devices.Get(0), devices.Get(1), link.cost);
        m_links.push_back(devices);
    }
}

NodeContainer
MultiSiteHelper::AddServers(const std::string& city, uint32_t count)
{
    if (std::find(m_sites.begin(), m_sites.end(), city) == m_sites.end())
    {
        m_sites.push_back(city);
    }
    return AddHosts(city, "server", count);
}

std::string
MultiSiteHelper::AddSites(const std::string& rule, uint32_t count)
{
    NS_LOG_FUNCTION(this << rule << count);
    if (!m_placement.Choose(m_graph, rule))
    {
        return m_placement.GetError();
    }
    for (uint32_t city : m_placement.GetSites())
    {
        AddServers(m_graph.GetCities()[city].name, count);
    }
    return "";
}

int64_t
MultiSiteHelper::AssignStreams(int64_t stream)
{
    const int64_t used = m_placement.AssignStreams(stream);
    return used + m_routing->AssignStreams(stream + used);
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
    const uint32_t room = m_lans.count(index) > 0 ? MAX_HOSTS_BESIDE_LAN : MAX_HOSTS;
    NS_ABORT_MSG_IF(m_hostCounts[index] + count > room,
                    "More than " << room << " hosts in " << city);
    NodeContainer hosts;
    hosts.Create(count);
    InstallStack(hosts);
    PointToPointHelper helper;
    helper.SetDeviceAttribute("DataRate", DataRateValue(m_hostRate));
    helper.SetChannelAttribute("Delay", TimeValue(m_hostDelay));
    for (uint32_t i = 0; i < count; i++)
    {
        NetDeviceContainer devices = helper.Install(m_routers.Get(index), hosts.Get(i));
        const uint32_t offset = LINK_SIZE * ++m_hostCounts[index];
        Place place;
        place.city = index;
        place.device = devices.Get(1);
        place.gateway = GetCityAddress(index, offset + 1);
        place.address = GetCityAddress(index, offset + 2);
        AddInterface(devices.Get(0), place.gateway, LINK_MASK);
        PlaceHost(hosts.Get(i), role, place, devices.Get(0), LINK_MASK);
    }
    return hosts;
}

NodeContainer
MultiSiteHelper::AddLanDirectors(const std::string& city, uint32_t count)
{
    NS_LOG_FUNCTION(this << city << count);
    const uint32_t index = GetIndex(city);
    CsmaHelper helper;
    Lan& lan = m_lans[index];
    if (!lan.channel)
    {
        NS_ABORT_MSG_IF(m_hostCounts[index] > MAX_HOSTS_BESIDE_LAN,
                        "More than " << MAX_HOSTS_BESIDE_LAN << " hosts beside a LAN in " << city);
        lan.channel = CreateObject<CsmaChannel>();
        lan.channel->SetAttribute("DataRate", DataRateValue(m_hostRate));
        lan.channel->SetAttribute("Delay", TimeValue(m_hostDelay));
        lan.device = helper.Install(m_routers.Get(index), lan.channel).Get(0);
        AddInterface(lan.device, GetCityAddress(index, LAN_OFFSET + 1), LAN_MASK);
    }
    NS_ABORT_MSG_IF(lan.count + count > MAX_LAN_DIRECTORS,
                    "More than " << MAX_LAN_DIRECTORS << " directors on the LAN of " << city);
    NodeContainer hosts;
    hosts.Create(count);
    InstallStack(hosts);
    for (uint32_t i = 0; i < count; i++)
    {
        Place place;
        place.city = index;
        place.device = helper.Install(hosts.Get(i), lan.channel).Get(0);
        place.gateway = GetCityAddress(index, LAN_OFFSET + 1);
        place.address = GetCityAddress(index, LAN_OFFSET + 3 + lan.count++);
        PlaceHost(hosts.Get(i), "director", place, lan.device, LAN_MASK);
    }
    return hosts;
}

void
MultiSiteHelper::PlaceHost(Ptr<Node> host,
                           const std::string& role,
                           Place place,
                           Ptr<NetDevice> routerDevice,
                           Ipv4Mask mask)
{
    NodeContainer& all = m_hosts[{place.city, role}];
    all.Add(host);
    place.name =
        m_graph.GetCities()[place.city].name + "-" + role + "-" + std::to_string(all.GetN());
    AddInterface(place.device, place.address, mask);
    m_routing->AttachHost(host, routerDevice, place.address);
    m_nodes[place.address] = host;
    m_names[place.name] = host;
    m_places[host->GetId()] = place;
    AddDefaultRoute(host);
}

void
MultiSiteHelper::AddDefaultRoute(Ptr<Node> host) const
{
    const Place& place = GetPlace(host);
    Ptr<Ipv4> ipv4 = host->GetObject<Ipv4>();
    GetStaticRouting(host)->SetDefaultRoute(place.gateway,
                                            ipv4->GetInterfaceForDevice(place.device));
}

Ipv4Address
MultiSiteHelper::GetFloatingAddress(const std::string& city) const
{
    GetLan(city);
    return GetCityAddress(GetIndex(city), LAN_OFFSET + 2);
}

void
MultiSiteHelper::Announce(Ipv4Address address, Ptr<Node> host)
{
    NS_LOG_FUNCTION(this << address << host);
    GetPlace(host);
    m_routing->Announce(address, Ipv4Mask::GetOnes(), host);
}

void
MultiSiteHelper::Withdraw(Ipv4Address address, Ptr<Node> host)
{
    NS_LOG_FUNCTION(this << address << host);
    GetPlace(host);
    m_routing->Withdraw(address, Ipv4Mask::GetOnes(), host);
}

void
MultiSiteHelper::AnnounceByFloatingAddress(Ipv4Address address, const std::string& city)
{
    NS_LOG_FUNCTION(this << address << city);
    m_routing->AnnounceVia(address,
                           Ipv4Mask::GetOnes(),
                           GetLan(city).device,
                           GetFloatingAddress(city));
}

void
MultiSiteHelper::WithdrawByFloatingAddress(Ipv4Address address, const std::string& city)
{
    NS_LOG_FUNCTION(this << address << city);
    m_routing->WithdrawVia(address,
                           Ipv4Mask::GetOnes(),
                           GetLan(city).device,
                           GetFloatingAddress(city));
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

const MultiSiteHelper::Lan&
MultiSiteHelper::GetLan(const std::string& city) const
{
    auto lan = m_lans.find(GetIndex(city));
    NS_ABORT_MSG_IF(lan == m_lans.end(), city << " has no directors on a LAN");
    return lan->second;
}

NodeContainer
MultiSiteHelper::GetHosts(const std::string& city, const std::string& role) const
{
    auto hosts = m_hosts.find({GetIndex(city), role});
    return hosts == m_hosts.end() ? NodeContainer() : hosts->second;
}

NodeContainer
MultiSiteHelper::GetServers(const std::string& city) const
{
    return GetHosts(city, "server");
}

NodeContainer
MultiSiteHelper::GetClients(const std::string& city) const
{
    return GetHosts(city, "client");
}

NodeContainer
MultiSiteHelper::GetDirectors(const std::string& city) const
{
    return GetHosts(city, "director");
}

Ptr<Node>
MultiSiteHelper::FindNodeByName(const std::string& name) const
{
    auto node = m_names.find(name);
    return node == m_names.end() ? nullptr : node->second;
}

uint32_t
MultiSiteHelper::FindLink(const std::string& a, const std::string& b) const
{
    const uint32_t from = GetIndex(a);
    const uint32_t to = GetIndex(b);
    for (uint32_t link = 0; link < m_graph.GetLinks().size(); link++)
    {
        const SiteGraph::Link& ends = m_graph.GetLinks()[link];
        if ((ends.from == from && ends.to == to) || (ends.from == to && ends.to == from))
        {
            return link;
        }
    }
    return SiteGraph::NO_LINK;
}

NetDeviceContainer
MultiSiteHelper::GetLinkDevices(uint32_t link) const
{
    return m_links.at(link);
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
