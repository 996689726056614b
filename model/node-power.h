/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_NODE_POWER_H
#define GIPT_NODE_POWER_H

#include "ns3/ipv4-routing-table-entry.h"
#include "ns3/node.h"
#include "ns3/object.h"
#include "ns3/ptr.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace ns3
{

class Ipv4StaticRouting;

namespace gipt
{

class LinkFault;

/**
 * @ingroup global-ip-tunneling
 * @brief Takes the power from a node and gives it back, and holds interfaces down.
 *
 * One is aggregated to each node that is asked for. Without power
 * - the node's IPv4 interfaces are down, all but the loopback;
 * - what waits in its devices and queueing disciplines is gone, and what is on its point-to-point
 *   links, to it or from it, is lost;
 * - its ARP caches are empty;
 * - its applications that are Restartable have been told;
 * - its TCP connections are gone without a word (AbandonAllTcp()).
 *
 * ns-3's listening TCP sockets and its UDP sockets stay: they stand for servers that start at boot.
 * Applications that are not Restartable go on, but nothing they send leaves the node.
 *
 * With power again, interfaces and static routes are as before, and the Restartable applications
 * begin anew. ns-3's static routing drops the routes of an interface that goes down; they are put
 * back at the places they had.
 *
 * Several failures may hold the same node or interface: it is back when all of them are over.
 */
class NodePower : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    NodePower();
    ~NodePower() override;

    /**
     * @brief The power of a node, made at the first call.
     * @param node the node
     * @return its power
     */
    static Ptr<NodePower> Get(Ptr<Node> node);

    /**
     * @brief Take the power away.
     */
    void Off();

    /**
     * @brief Take back one Off(). After the last, the node has power again.
     */
    void On();

    /**
     * @brief Whether the node has power.
     * @return true when it has
     */
    bool IsOn() const
    {
        return m_offs == 0;
    }

    /**
     * @brief Hold an interface down, as a link without light does.
     * @param interface its index
     */
    void HoldDown(uint32_t interface);

    /**
     * @brief Take back one HoldDown(). After the last the interface is up, if it was before.
     * @param interface its index
     */
    void Release(uint32_t interface);

    /**
     * @brief The hook on nodes that lose their power or get it back.
     * @param node id of the node
     * @param on whether it has power now
     */
    typedef void (*PowerTracedCallback)(uint32_t node, bool on);

  protected:
    void DoDispose() override;

  private:
    /** A static route, and where it was. */
    struct Route
    {
        uint32_t position; ///< its place in the table with all routes that are held
        std::shared_ptr<const Ipv4RoutingTableEntry> entry; ///< the route
        uint32_t metric;                                    ///< its metric
    };

    /** An interface that is held down. */
    struct Hold
    {
        uint32_t count{0};         ///< how many hold it
        bool wasUp{false};         ///< it was up before
        std::vector<Route> routes; ///< the static routes it had
    };

    /**
     * @brief The static routing of the node.
     * @return the protocol, null when there is none
     */
    Ptr<Ipv4StaticRouting> GetStaticRouting() const;

    /**
     * @brief The static routes, with those of interfaces that are held down at their places.
     * @param routing the static routing
     * @return the routes; those that ns-3 has are at no position
     */
    std::vector<Route> GetTable(const Ipv4StaticRouting& routing) const;

    /**
     * @brief Remember the static routes of an interface.
     * @param interface its index
     * @return the routes
     */
    std::vector<Route> SaveRoutes(uint32_t interface) const;

    /**
     * @brief Give an interface the static routes it had, and no others.
     * @param interface its index
     * @param routes the routes
     */
    void RestoreRoutes(uint32_t interface, const std::vector<Route>& routes);

    /**
     * @brief Lose what waits in a device and in the queueing discipline before it.
     * @param device the device
     */
    void Flush(Ptr<NetDevice> device) const;

    /**
     * @brief Darken the links of the node at both ends.
     */
    void Darken();

    uint32_t m_offs{0};                 ///< how many have taken the power away
    std::vector<uint32_t> m_held;       ///< interfaces held down for want of power
    std::vector<Ptr<LinkFault>> m_dark; ///< ends of links that are dark for want of power
    std::map<uint32_t, Hold> m_holds;   ///< by interface

    /// the node has lost its power or got it back
    TracedCallback<uint32_t, bool> m_powerTrace;
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_NODE_POWER_H
