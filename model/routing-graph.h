/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_ROUTING_GRAPH_H
#define GIPT_ROUTING_GRAPH_H

#include "path-forest.h"
#include "prefix-table.h"

#include "ns3/ipv4-address.h"
#include "ns3/ipv4.h"
#include "ns3/net-device.h"
#include "ns3/node.h"
#include "ns3/nstime.h"
#include "ns3/object.h"
#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"
#include "ns3/traced-callback.h"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <utility>
#include <vector>

namespace ns3
{

namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief The routers of a world, the links between them and the networks they announce.
 *
 * One object for all routers; each has a GraphRouting that asks it. What a link-state routing
 * protocol would make every router learn and compute for itself is kept once: a shortest-path tree
 * for each set of routers that announce the same network, computed when the first packet asks for
 * it, and kept up to date link by link.
 *
 * A link is usable when the interfaces at both its ends are up. After a change, each router goes
 * on with what it knew until its own ConvergenceDelay has passed, drawn anew for each router and
 * instant of change; then it knows that change and all before it. Changes at time 0 are part of
 * setting up, and known at once. What a router sees itself, it heeds at once: it never sends by an
 * interface of its own that is down, and hosts of its own come and go without delay.
 */
class RoutingGraph : public Object
{
  public:
    /** The link index that means "no link". */
    static constexpr uint32_t NO_LINK = PathGraph::NO_LINK;

    /** What makes a way short. */
    enum Metric
    {
        DELAY, ///< the channels' delays when the links were added, at least 1 ns each
        COST,  ///< the links' costs, those of the interfaces (Ipv4::SetMetric) unless set
        HOPS   ///< the number of links
    };

    /** What a router does with a packet. */
    struct Route
    {
        bool found{false};      ///< this graph tells it what to do
        uint32_t interface{0};  ///< where to send it
        Ipv4Address gateway;    ///< whom to send it; 0.0.0.0: its destination
        uint32_t link{NO_LINK}; ///< the link to the next router, none when it leaves the graph
    };

    /** How a way through the graph ends. */
    enum Ending
    {
        DELIVERED, ///< at the destination's network
        NO_ROUTE,  ///< at a router that knows no way
        LOOP       ///< never: a router comes twice
    };

    /** A way through the graph. */
    struct Path
    {
        std::vector<Ptr<Node>> routers; ///< in order; of a loop the router that comes twice, twice
        Ending ending{NO_ROUTE};        ///< how it ends
        Time delay;                     ///< sum of the links' delays
    };

    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    RoutingGraph();
    ~RoutingGraph() override;

    /**
     * @brief Add a router. GraphRouting does this for its node.
     * @param node the node, its Internet stack installed
     * @return its index, counted from 0; the one it has when it was added before
     */
    uint32_t AddRouter(Ptr<Node> node);

    /**
     * @brief Add a link between routers, or set the cost of one that is there.
     *
     * Routers find links between interfaces of a common network by themselves; this is for links
     * without one, and for costs.
     *
     * @param first a device with an interface of a router
     * @param second a device of another router on the same channel
     * @param cost of the link in both directions, at least 1, for the metric COST
     * @return its index, counted from 0
     */
    uint32_t AddLink(Ptr<NetDevice> first, Ptr<NetDevice> second, uint32_t cost);

    /**
     * @brief Find a link.
     * @param first a device
     * @param second another device
     * @return its index, NO_LINK when there is none
     */
    uint32_t FindLink(Ptr<NetDevice> first, Ptr<NetDevice> second) const;

    /**
     * @brief The devices at the ends of a link.
     * @param link index of the link
     * @return both devices
     */
    std::pair<Ptr<NetDevice>, Ptr<NetDevice>> GetLinkDevices(uint32_t link) const;

    /**
     * @brief Tell whether a link is usable.
     * @param link index of the link
     * @return true when both its interfaces are up
     */
    bool IsUsable(uint32_t link) const;

    /**
     * @brief Number of routers.
     * @return how many there are
     */
    uint32_t GetRouterCount() const
    {
        return m_routers.size();
    }

    /**
     * @brief Number of links.
     * @return how many there are
     */
    uint32_t GetLinkCount() const
    {
        return m_links.size();
    }

    /**
     * @brief Say how a node that is not a router is reached, so that it can announce networks.
     * @param host the node
     * @param device a router's device
     * @param address of the host on the network of that device
     */
    void AttachHost(Ptr<Node> host, Ptr<NetDevice> device, Ipv4Address address);

    /**
     * @brief Lead packets to a network to a node. Several nodes may announce the same (anycast):
     * each router leads to the nearest, of equally near ones to the router of the lowest index, at
     * that router to the host of the lowest node id.
     * @param network its address
     * @param mask its mask
     * @param node a router, which delivers by its other routes, or an attached host
     * @return false when the node had announced it already
     */
    bool Announce(Ipv4Address network, Ipv4Mask mask, Ptr<Node> node);

    /**
     * @brief Take an announcement back.
     * @param network its address
     * @param mask its mask
     * @param node the node
     * @return false when the node had not announced it
     */
    bool Withdraw(Ipv4Address network, Ipv4Mask mask, Ptr<Node> node);

    /**
     * @brief Lead packets to a network to an address next to a router, such as one that moves.
     * @param network its address
     * @param mask its mask
     * @param device a router's device
     * @param gateway the address, on the network of that device
     * @return false when it was announced already
     */
    bool AnnounceVia(Ipv4Address network,
                     Ipv4Mask mask,
                     Ptr<NetDevice> device,
                     Ipv4Address gateway);

    /**
     * @brief Take such an announcement back.
     * @param network its address
     * @param mask its mask
     * @param device a router's device
     * @param gateway the address
     * @return false when it was not announced
     */
    bool WithdrawVia(Ipv4Address network,
                     Ipv4Mask mask,
                     Ptr<NetDevice> device,
                     Ipv4Address gateway);

    /**
     * @brief What a router would do now with a packet.
     * @param router a router
     * @param destination of the packet
     * @param flow hash of its flow, for ECMP
     * @return the route
     */
    Route GetRoute(Ptr<Node> router, Ipv4Address destination, uint32_t flow = 0);

    /**
     * @brief The way a packet would take if all routers stayed as they are.
     * @param router where it begins
     * @param destination of the packet
     * @param flow hash of its flow, for ECMP
     * @return the way
     */
    Path GetPath(Ptr<Node> router, Ipv4Address destination, uint32_t flow = 0);

    /**
     * @brief What a router would do now with a packet, by its index.
     * @param router index of a router
     * @param destination of the packet
     * @param flow hash of its flow, for ECMP
     * @return the route
     */
    Route Lookup(uint32_t router, Ipv4Address destination, uint32_t flow);

    /**
     * @brief Tell whether several ways of equal length are used.
     * @return the attribute Ecmp
     */
    bool IsEcmp() const
    {
        return m_ecmp;
    }

    /**
     * @brief Tell whether every router knows of every change.
     * @return true when none is behind
     */
    bool IsConverged() const;

    /**
     * @brief Print what a router knows, a line a network.
     * @param router index of a router
     * @param stream where to
     */
    void Print(uint32_t router, std::ostream& stream);

    /**
     * @brief Assign a fixed random variable stream number to the convergence delay.
     * @param stream first stream index to use
     * @return the number of streams used
     */
    int64_t AssignStreams(int64_t stream);

    /**
     * @brief An interface of a router, or its addresses, may have changed. GraphRouting tells.
     * @param router index of the router
     * @param interface the interface
     * @param isUp whether the interface is up
     * @param announce whether the networks of its addresses are announced
     */
    void SetInterface(uint32_t router, uint32_t interface, bool isUp, bool announce);

    /**
     * @brief Callback signature for a link that becomes usable or ceases to be.
     * @param first device at one end
     * @param second device at the other end
     * @param isUsable whether it is usable now
     */
    typedef void (*LinkCallback)(Ptr<NetDevice> first, Ptr<NetDevice> second, bool isUsable);

    /**
     * @brief Callback signature for a network that is announced or withdrawn.
     * @param network its address
     * @param mask its mask
     * @param node the router or host
     * @param isAnnounced whether it is announced now
     */
    typedef void (*AnnouncementCallback)(Ipv4Address network,
                                         Ipv4Mask mask,
                                         Ptr<Node> node,
                                         bool isAnnounced);

    /**
     * @brief Callback signature for a router that has learnt of a change.
     * @param router the router
     * @param delay time since the change
     */
    typedef void (*ConvergenceCallback)(Ptr<Node> router, Time delay);

  protected:
    void DoDispose() override;

  private:
    /** Interface number of announcements of a router itself. */
    static constexpr uint32_t NO_INTERFACE = 0xffffffff;

    /** Who announces a network. */
    struct Announcement
    {
        uint32_t router{0};               ///< index of the router packets are led to
        uint32_t node{0};                 ///< id of the node that announces
        uint32_t interface{NO_INTERFACE}; ///< the router's, to a host or gateway
        uint32_t gateway{0};              ///< address of the host or gateway

        /**
         * @brief Order.
         * @param other another announcement
         * @return true when this is preferred
         */
        bool operator<(const Announcement& other) const;
    };

    /** A network that is or was announced. */
    struct Network
    {
        std::set<Announcement> announcements;     ///< by router, then by node
        std::shared_ptr<PathForest::Group> group; ///< their routers, null when there is none
        std::vector<std::pair<uint32_t, std::shared_ptr<PathForest::Group>>>
            past; ///< up to before which version, which group
    };

    /** An interface of a router. */
    struct Interface
    {
        bool isUp{false};             ///< as the router's stack says
        std::vector<uint32_t> links;  ///< that begin here
        std::vector<Prefix> networks; ///< of its addresses, when up
    };

    /** A router. */
    struct Router
    {
        Ptr<Node> node;                            ///< its node
        Ptr<Ipv4> ipv4;                            ///< its stack
        uint32_t version{0};                       ///< the last change it knows
        std::vector<Interface> interfaces;         ///< by number
        PrefixTable<std::set<uint32_t>> connected; ///< networks of its interfaces: interfaces
    };

    /** An end of a link. */
    struct End
    {
        uint32_t router{0};    ///< the router
        uint32_t interface{0}; ///< its interface
        Ipv4Address address;   ///< where the other end sends to
        uint32_t cost{1};      ///< of sending from here
    };

    /** A link. */
    struct Link
    {
        std::array<End, 2> ends; ///< its ends
        uint64_t delay{1};       ///< nanoseconds
        bool isUsable{false};    ///< both ends are up
    };

    /**
     * @brief Set what makes a way short.
     * @param metric the metric
     */
    void SetMetric(Metric metric);

    /**
     * @brief What makes a way short.
     * @return the metric
     */
    Metric GetMetric() const;

    /**
     * @brief Find a router that must be there.
     * @param node its node
     * @return its index
     */
    uint32_t GetIndex(Ptr<const Node> node) const;

    /**
     * @brief Find a device's interface that must be there.
     * @param device a router's device
     * @return an end there
     */
    End GetEnd(Ptr<NetDevice> device) const;

    /**
     * @brief Find a link.
     * @param first an end
     * @param second the other end
     * @return its index, NO_LINK when there is none
     */
    uint32_t FindLink(const End& first, const End& second) const;

    /**
     * @brief Make a link.
     * @param first an end
     * @param second the other end
     * @return its index
     */
    uint32_t MakeLink(const End& first, const End& second);

    /**
     * @brief Find the links that begin at an interface.
     * @param end the interface
     */
    void FindLinks(const End& end);

    /**
     * @brief The address at which one end reaches the other.
     * @param from one end
     * @param to the other end
     * @param[out] isShared whether it is on a network of both
     * @return the address
     */
    Ipv4Address FindGateway(const End& from, const End& to, bool& isShared) const;

    /**
     * @brief Follow the addresses of an interface.
     * @param router index of the router
     * @param interface the interface
     * @param announce whether their networks are announced
     */
    void UpdateNetworks(uint32_t router, uint32_t interface, bool announce);

    /**
     * @brief Follow the state of a link.
     * @param link the link
     */
    void UpdateLink(uint32_t link);

    /**
     * @brief What a link costs by the metric.
     * @param link the link
     * @return its costs
     */
    PathGraph::Costs GetCosts(const Link& link) const;

    /**
     * @brief Add or remove an announcement.
     * @param prefix the network
     * @param node who announces it
     * @param announcement and how
     * @param isAnnounced true to add
     * @return false when there is nothing to do
     */
    bool SetAnnounced(Prefix prefix,
                      Ptr<Node> node,
                      const Announcement& announcement,
                      bool isAnnounced);

    /**
     * @brief How a node announces.
     * @param node a router or attached host
     * @return its announcement
     */
    Announcement GetAnnouncement(Ptr<Node> node) const;

    /**
     * @brief How an address next to a router is announced.
     * @param device a router's device
     * @param gateway the address
     * @return the announcement
     */
    Announcement GetAnnouncement(Ptr<NetDevice> device, Ipv4Address gateway) const;

    /**
     * @brief Something changes now: have the routers learn of it in time.
     */
    void BeginChange();

    /**
     * @brief Number of the change that is being made.
     * @return 0 when every router knows it already
     */
    uint32_t GetVersionToKeep() const;

    /**
     * @brief Routers learn of a change.
     * @param version number of the change
     * @param since when it was
     * @param routers their indices
     */
    void Converge(uint32_t version, Time since, const std::vector<uint32_t>& routers);

    /**
     * @brief Note the last change a router knows.
     * @param router the router
     * @param version number of the change
     */
    void SetVersion(Router& router, uint32_t version);

    /**
     * @brief Forget what no router goes by any more.
     */
    void Forget();

    /**
     * @brief What a router does with a packet to a network.
     * @param router index of the router
     * @param network the network
     * @param flow hash of the packet's flow
     * @param[out] isOwn set when the router announces it itself, as far as it knows
     * @return the route
     */
    Route Decide(uint32_t router, const Network& network, uint32_t flow, bool& isOwn);

    /**
     * @brief The route by a link.
     * @param router index of a router at an end of it
     * @param link the link
     * @return the route, not found when the router's interface is down
     */
    Route GetRouteByLink(uint32_t router, uint32_t link) const;

    /**
     * @brief Choose among the links that begin shortest ways.
     * @param router index of the router
     * @param tree the tree
     * @param flow hash of the packet's flow
     * @return the route
     */
    Route DecideByFlow(uint32_t router, const ShortestPathTree& tree, uint32_t flow) const;

    Metric m_metric{DELAY};                       ///< what makes a way short
    bool m_ecmp{false};                           ///< use several ways
    Ptr<RandomVariableStream> m_convergenceDelay; ///< seconds
    PathForest m_forest;                          ///< vertices are routers
    std::vector<Router> m_routers;                ///< by index
    std::vector<Link> m_links;                    ///< by index
    std::map<uint32_t, uint32_t> m_indices;       ///< routers by node id
    std::map<uint32_t, Announcement> m_hosts;     ///< how hosts announce, by node id
    PrefixTable<Network> m_networks;              ///< all that is or was announced
    uint32_t m_version{0};                        ///< number of the last change
    Time m_changed;                               ///< when it was
    uint32_t m_forgotten{0};                      ///< nobody remembers what was before this change
    std::map<uint32_t, uint32_t> m_versions; ///< number of routers by the last change they know
    std::set<Prefix> m_changedNetworks;      ///< networks with a past
    TracedCallback<Ptr<NetDevice>, Ptr<NetDevice>, bool> m_linkTrace;           ///< links
    TracedCallback<Ipv4Address, Ipv4Mask, Ptr<Node>, bool> m_announcementTrace; ///< networks
    TracedCallback<Ptr<Node>, Time> m_convergenceTrace;                         ///< routers
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_ROUTING_GRAPH_H
