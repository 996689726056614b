/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_MULTI_SITE_HELPER_H
#define GIPT_MULTI_SITE_HELPER_H

#include "ns3/data-rate.h"
#include "ns3/ipv4-address.h"
#include "ns3/node-container.h"
#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/site-graph.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{

class NetDevice;
class Node;

namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Makes a world of sites from a topology: routers, links, hosts, addresses and routes.
 *
 * Every city is a router, every link of the graph a point-to-point link. Hosts hang on their
 * city's router by a point-to-point link of their own: the ports of a switched LAN. The servers of
 * a city are its site, which can lose its power; its router, clients and director have a supply of
 * their own.
 *
 * Addresses, city and link counted from 0 in the order of the topology, host from 1 in the order
 * it was added to its city:
 * - each city has one prefix, 10.0.0.0/22 plus 1024 times the city (up to 16,384 cities);
 * - its router is the prefix plus 1, on the loopback interface;
 * - a host's link is the /30 at the prefix plus 4 times the host: router plus 1, host plus 2
 *   (up to 255 hosts a city);
 * - a link between cities is the /30 at 172.16.0.0 plus 4 times the link. No route leads there.
 *
 * Call in this order: SetTopology or ReadTopology, Add... for the hosts, Announce for a VIP,
 * InstallRoutes. The helper must live as long as the simulation when power is lost in it.
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
     * @brief Read a topology in GraphML and make its routers and links.
     * @param fileName path of the file
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
     * @brief Lead packets to an address, such as a VIP, to a host.
     * @param address the address
     * @param host a node of this world
     */
    void Announce(Ipv4Address address, Ptr<Node> host);

    /**
     * @brief Give every router its routes: shortest paths by delay, one route for each city and
     * each announced address. Call once, after everything was added.
     */
    void InstallRoutes();

    /**
     * @brief Take the power from a city's servers, or give it back.
     *
     * Without power a server's interfaces are down, and its TCP connections are gone without a
     * word. With power its interfaces and routes are as before; servers that listen do so again,
     * and know nothing of the connections from before: those get no answer (and no reset, since
     * ns-3's listening sockets overlook all segments but SYN).
     *
     * @param city name of a city with servers
     * @param on true to give power
     */
    void SetSitePower(const std::string& city, bool on);

    /**
     * @brief Have a city's servers lose their power and get it back.
     * @param city name of a city with servers
     * @param from when it goes, from now
     * @param to when it is back, from now
     */
    void SchedulePowerLoss(const std::string& city, Time from, Time to);

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
     * @brief The device of a host on its link.
     * @param host a host of this world
     * @return its point-to-point device
     */
    Ptr<NetDevice> GetDevice(Ptr<Node> host) const;

  private:
    /** What is known of a node. */
    struct Place
    {
        std::string name;            ///< its name
        uint32_t city{0};            ///< index of its city
        Ipv4Address address;         ///< its address
        Ptr<NetDevice> device;       ///< of a host, on its link
        uint32_t routerInterface{0}; ///< of a host: the router's interface on its link
    };

    /** A link's end at a router. */
    struct Port
    {
        uint32_t interface{0}; ///< the router's interface
        Ipv4Address address;   ///< address of it
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
     * @brief Give a host its interface's address and a default route to its router.
     * @param host the host
     */
    void AddDefaultRoute(Ptr<Node> host) const;

    SiteGraph m_graph;                          ///< the topology
    DataRate m_defaultRate{"10Gbps"};           ///< of links that tell none
    DataRate m_hostRate{"1Gbps"};               ///< of hosts' links
    Time m_hostDelay{MicroSeconds(100)};        ///< of hosts' links
    NodeContainer m_routers;                    ///< by city
    std::vector<std::pair<Port, Port>> m_ports; ///< by link: at its first and second city
    std::vector<uint32_t> m_hostCounts;         ///< by city
    std::map<std::pair<uint32_t, std::string>, NodeContainer> m_hosts; ///< by city and role
    std::map<uint32_t, Place> m_places;                                ///< by node id
    std::map<Ipv4Address, Ptr<Node>> m_nodes;                          ///< by address
    std::vector<std::pair<Ipv4Address, Ptr<Node>>> m_announced;        ///< addresses led to hosts
    std::map<uint32_t, std::vector<uint32_t>> m_unpowered; ///< interfaces to bring up, by node id
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_MULTI_SITE_HELPER_H
