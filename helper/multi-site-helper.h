/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_MULTI_SITE_HELPER_H
#define GIPT_MULTI_SITE_HELPER_H

#include "ns3/csma-channel.h"
#include "ns3/data-rate.h"
#include "ns3/ipv4-address.h"
#include "ns3/net-device-container.h"
#include "ns3/net-device.h"
#include "ns3/node-container.h"
#include "ns3/node.h"
#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/routing-graph.h"
#include "ns3/site-graph.h"
#include "ns3/site-placement.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{

namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Makes a world of sites from a topology: routers, links, hosts, addresses and routes.
 *
 * Every city is a router, every link of the graph a point-to-point link. Hosts hang on their
 * city's router by a point-to-point link of their own: the ports of a switched LAN. The servers and
 * directors of a city are its site, which can lose its power (FailureHelper); its router and
 * clients have a supply of their own. Directors that share a floating address hang on one CSMA LAN
 * with the router instead.
 *
 * Addresses, city and link counted from 0 in the order of the topology, host from 1 in the order
 * it was added to its city:
 * - each city has one prefix, 10.0.0.0/22 plus 1024 times the city (up to 16,384 cities);
 * - its router is the prefix plus 1, on the loopback interface;
 * - a host's link is the /30 at the prefix plus 4 times the host: router plus 1, host plus 2
 *   (up to 255 hosts a city, 239 with a LAN);
 * - a city's LAN is the /26 at the prefix plus 960: router plus 1, floating address plus 2,
 *   directors from plus 3 on;
 * - a link between cities is the /30 at 172.16.0.0 plus 4 times the link. No route leads there.
 *
 * Routers have a GraphRouting, and routes as soon as there are links: each announces the prefix of
 * its city. The attributes of GetRoutingGraph() set how routes are found, and how long it takes
 * when something changes.
 *
 * The topology comes first, by SetTopology or ReadTopology.
 */
class MultiSiteHelper
{
  public:
    /** Greatest number of cities the address plan has room for. */
    static constexpr uint32_t MAX_CITIES = 16384;
    /** Greatest number of links between cities the address plan has room for. */
    static constexpr uint32_t MAX_LINKS = 262144;
    /** Greatest number of hosts in a city the address plan has room for. */
    static constexpr uint32_t MAX_HOSTS = 255;
    /** Greatest number of hosts besides a LAN in a city the address plan has room for. */
    static constexpr uint32_t MAX_HOSTS_BESIDE_LAN = 239;
    /** Greatest number of directors on a LAN the address plan has room for. */
    static constexpr uint32_t MAX_LAN_DIRECTORS = 60;

    MultiSiteHelper();

    /**
     * @brief Rate of links whose topology tells none; 10 Gbit/s unless set.
     * @param rate bits per second
     */
    void SetDefaultLinkRate(DataRate rate);

    /**
     * @brief Rate and delay of the links between hosts and routers; 1 Gbit/s, 0.1 ms unless set.
     * @param rate bits per second
     * @param delay in one direction
     */
    void SetHostLink(DataRate rate, Time delay);

    /**
     * @brief Read a topology and make its routers and links.
     * @param fileName path of the file, or a generator, as TopologyReader::Read takes it
     * @return empty, or one line "FILE:LINE: what, expected what", and nothing was made
     */
    std::string ReadTopology(const std::string& fileName);

    /**
     * @brief Make the routers and links of a topology.
     * @param graph the topology
     */
    void SetTopology(const SiteGraph& graph);

    /**
     * @brief The topology.
     * @return the graph
     */
    const SiteGraph& GetGraph() const
    {
        return m_graph;
    }

    /**
     * @brief Add servers to a city; they are its site.
     * @param city name of a city
     * @param count number of servers
     * @return the new nodes, named CITY-server-1 and so on
     */
    NodeContainer AddServers(const std::string& city, uint32_t count);

    /**
     * @brief Add servers to cities that are chosen by a rule.
     * @param rule of SitePlacement: names separated by commas, central:K or random:K
     * @param count number of servers for each of them
     * @return empty, or "what, expected what", and nothing was added
     */
    std::string AddSites(const std::string& rule, uint32_t count);

    /**
     * @brief The cities that have servers.
     * @return their names, in the order they got the first ones
     */
    const std::vector<std::string>& GetSites() const
    {
        return m_sites;
    }

    /**
     * @brief Assign fixed random variable stream numbers to the choice of sites and to routing.
     * @param stream first stream index to use
     * @return the number of streams used
     */
    int64_t AssignStreams(int64_t stream);

    /**
     * @brief Add clients to a city.
     * @param city name of a city
     * @param count number of clients
     * @return the new nodes, named CITY-client-1 and so on
     */
    NodeContainer AddClients(const std::string& city, uint32_t count);

    /**
     * @brief Add a node for a director to a city.
     * @param city name of a city
     * @return the new node, named CITY-director-1 and so on
     */
    Ptr<Node> AddDirector(const std::string& city);

    /**
     * @brief Add directors to a city that are on one LAN with its router.
     *
     * Nobody has the LAN's floating address yet: who puts it on its interface gets the packets,
     * and once the router knows a link-layer address, who moves that by gratuitous ARP.
     *
     * @param city name of a city
     * @param count number of directors
     * @return the new nodes, named CITY-director-1 and so on
     */
    NodeContainer AddLanDirectors(const std::string& city, uint32_t count);

    /**
     * @brief The floating address of a city's LAN.
     * @param city name of a city with directors on a LAN
     * @return the address
     */
    Ipv4Address GetFloatingAddress(const std::string& city) const;

    /**
     * @brief Lead packets to an address, such as a VIP, to a host; if to several, each to the
     * nearest. At any time.
     * @param address the address
     * @param host a node of this world
     */
    void Announce(Ipv4Address address, Ptr<Node> host);

    /**
     * @brief Lead packets to an address no longer to a host. At any time.
     * @param address the address
     * @param host a node of this world that had announced it
     */
    void Withdraw(Ipv4Address address, Ptr<Node> host);

    /**
     * @brief Lead packets to an address, such as a VIP, to whoever has a city's floating address.
     * @param address the address
     * @param city name of a city with directors on a LAN
     */
    void AnnounceByFloatingAddress(Ipv4Address address, const std::string& city);

    /**
     * @brief Lead packets to an address no longer to a city's floating address.
     * @param address the address
     * @param city name of a city with directors on a LAN
     */
    void WithdrawByFloatingAddress(Ipv4Address address, const std::string& city);

    /**
     * @brief The graph all routers share.
     * @return the graph; its links have the indices of the topology's
     */
    Ptr<RoutingGraph> GetRoutingGraph() const
    {
        return m_routing;
    }

    /**
     * @brief Tell whether two cities have a way between them.
     * @param a name of a city
     * @param b name of another
     * @return true when there is one
     */
    bool IsConnected(const std::string& a, const std::string& b) const;

    /**
     * @brief The router of a city.
     * @param city name of a city
     * @return the node
     */
    Ptr<Node> GetRouter(const std::string& city) const;

    /**
     * @brief The servers of a city.
     * @param city name of a city
     * @return the nodes, in the order they were added
     */
    NodeContainer GetServers(const std::string& city) const;

    /**
     * @brief The clients of a city.
     * @param city name of a city
     * @return the nodes, in the order they were added
     */
    NodeContainer GetClients(const std::string& city) const;

    /**
     * @brief The directors of a city.
     * @param city name of a city
     * @return the nodes, in the order they were added
     */
    NodeContainer GetDirectors(const std::string& city) const;

    /**
     * @brief Find a node by its name.
     * @param name of a city for its router, or of a host, such as Seattle-server-1
     * @return the node, null when there is none
     */
    Ptr<Node> FindNodeByName(const std::string& name) const;

    /**
     * @brief Find the link between two cities.
     * @param a name of a city
     * @param b name of another
     * @return index of the first such link of the topology, SiteGraph::NO_LINK when there is none
     */
    uint32_t FindLink(const std::string& a, const std::string& b) const;

    /**
     * @brief The devices at the ends of a link between cities.
     * @param link index of the link in the topology
     * @return the device at its first city, then that at its second
     */
    NetDeviceContainer GetLinkDevices(uint32_t link) const;

    /**
     * @brief The address of a router or host.
     * @param node a node of this world
     * @return its address
     */
    Ipv4Address GetAddress(Ptr<Node> node) const;

    /**
     * @brief The node that has an address of this world.
     * @param address address of a router or host
     * @return the node, null when there is none
     */
    Ptr<Node> FindNode(Ipv4Address address) const;

    /**
     * @brief The name of a node.
     * @param node a node of this world
     * @return the city for a router, else as the Add... methods say
     */
    const std::string& GetName(Ptr<Node> node) const;

    /**
     * @brief The city of a node.
     * @param node a node of this world
     * @return name of its city
     */
    const std::string& GetCity(Ptr<Node> node) const;

    /**
     * @brief The device of a host on its link or LAN.
     * @param host a host of this world
     * @return its device
     */
    Ptr<NetDevice> GetDevice(Ptr<Node> host) const;

  private:
    /** What is known of a node. */
    struct Place
    {
        std::string name;      ///< its name
        uint32_t city{0};      ///< index of its city
        Ipv4Address address;   ///< its address
        Ptr<NetDevice> device; ///< of a host, on its link or LAN
        Ipv4Address gateway;   ///< of a host: its router
    };

    /** A city's LAN. */
    struct Lan
    {
        Ptr<CsmaChannel> channel; ///< the wire
        Ptr<NetDevice> device;    ///< of the router
        uint32_t count{0};        ///< directors on it
    };

    /**
     * @brief Find a city that must be there.
     * @param city its name
     * @return its index
     */
    uint32_t GetIndex(const std::string& city) const;

    /**
     * @brief What is known of a node that must be there.
     * @param node the node
     * @return its place
     */
    const Place& GetPlace(Ptr<Node> node) const;

    /**
     * @brief Add hosts to a city.
     * @param city name of a city
     * @param role part of their names
     * @param count how many
     * @return the new nodes
     */
    NodeContainer AddHosts(const std::string& city, const std::string& role, uint32_t count);

    /**
     * @brief Take note of a new host, and connect it to its router.
     * @param host the host
     * @param role part of its name
     * @param place what is known but for its name
     * @param routerDevice the router's device on its link or LAN
     * @param mask of its network
     */
    void PlaceHost(Ptr<Node> host,
                   const std::string& role,
                   Place place,
                   Ptr<NetDevice> routerDevice,
                   Ipv4Mask mask);

    /**
     * @brief The hosts of a city.
     * @param city its name
     * @param role part of their names
     * @return the nodes, in the order they were added
     */
    NodeContainer GetHosts(const std::string& city, const std::string& role) const;

    /**
     * @brief The LAN of a city that must have one.
     * @param city its name
     * @return the LAN
     */
    const Lan& GetLan(const std::string& city) const;

    /**
     * @brief Give a host a default route to its router.
     * @param host the host
     */
    void AddDefaultRoute(Ptr<Node> host) const;

    SiteGraph m_graph;                       ///< the topology
    DataRate m_defaultRate{"10Gbps"};        ///< of links that tell none
    DataRate m_hostRate{"1Gbps"};            ///< of hosts' links
    Time m_hostDelay{MicroSeconds(100)};     ///< of hosts' links
    NodeContainer m_routers;                 ///< by city
    Ptr<RoutingGraph> m_routing;             ///< their routes
    std::vector<NetDeviceContainer> m_links; ///< by link: device at its first and second city
    std::vector<uint32_t> m_hostCounts;      ///< by city: hosts with a link of their own
    std::vector<std::string> m_sites;        ///< cities with servers
    SitePlacement m_placement;               ///< chooses sites
    std::map<uint32_t, Lan> m_lans;          ///< by city
    std::map<std::pair<uint32_t, std::string>, NodeContainer> m_hosts; ///< by city and role
    std::map<uint32_t, Place> m_places;                                ///< by node id
    std::map<Ipv4Address, Ptr<Node>> m_nodes;                          ///< by address
    std::map<std::string, Ptr<Node>> m_names;                          ///< by name
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_MULTI_SITE_HELPER_H
