/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_DIRECTOR_GROUP_HELPER_H
#define GIPT_DIRECTOR_GROUP_HELPER_H

#include "ns3/application-container.h"
#include "ns3/attribute.h"
#include "ns3/connection-sync.h"
#include "ns3/ipv4-address.h"
#include "ns3/node-container.h"
#include "ns3/object-factory.h"
#include "ns3/ptr.h"
#include "ns3/routing-graph.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Makes directors that stand in for each other: a pair on one network (VRRP), or several in
 * different sites (anycast), with or without connection synchronisation.
 *
 * The directors themselves are made by DirectorHelper, first.
 */
class DirectorGroupHelper
{
  public:
    DirectorGroupHelper();

    /**
     * @brief Choose the connection synchronisation.
     * @param mode "none", "ipvs" (IpvsConnectionSync) or "complete" (CompleteConnectionSync);
     *        anything else ends the program with one line and status 2
     */
    void SetSync(const std::string& mode);

    /**
     * @brief Set an attribute of the synchronisation, after SetSync().
     * @param name name of the attribute
     * @param value its value
     */
    void SetSyncAttribute(const std::string& name, const AttributeValue& value);

    /**
     * @brief Set an attribute of VRRP.
     * @param name name of an attribute of VrrpInstance; not Priority, which InstallPair() sets
     * @param value its value
     */
    void SetVrrpAttribute(const std::string& name, const AttributeValue& value);

    /**
     * @brief Set an attribute of the announcers.
     * @param name name of an attribute of RouteAnnouncer
     * @param value its value
     */
    void SetAnnouncerAttribute(const std::string& name, const AttributeValue& value);

    /**
     * @brief Make an active director and its backups on one network.
     *
     * The first one has priority 100, each other one less. All nodes of the network heed gratuitous
     * ARP from then on.
     *
     * @param directors their nodes, each with a Director
     * @param floating the address that goes with the VIPs, on a network that all are on
     * @return node by node the VrrpInstance, and the ConnectionSync if there is to be one
     */
    ApplicationContainer InstallPair(const NodeContainer& directors, Ipv4Address floating) const;

    /**
     * @brief Make directors in several sites announce their VIPs.
     * @param directors their nodes, each with a Director, attached to the graph
     * @param graph where they are announced
     * @return node by node the RouteAnnouncer, and the ConnectionSync if there is to be one
     */
    ApplicationContainer InstallAnycast(const NodeContainer& directors,
                                        Ptr<RoutingGraph> graph) const;

    /**
     * @brief Let directors synchronise their connections, each with all others.
     * @param directors their nodes, each with a Director
     * @param interfaces for each node the interface that the others know its address of
     * @param isOneNetwork they are on one network, so that a multicast group reaches them
     * @return a ConnectionSync for each node, none when the mode is "none"
     */
    ApplicationContainer InstallSync(const NodeContainer& directors,
                                     const std::vector<uint32_t>& interfaces,
                                     bool isOneNetwork) const;

  private:
    bool m_hasSync{false};     ///< there is to be synchronisation
    ObjectFactory m_sync;      ///< makes it
    ObjectFactory m_vrrp;      ///< makes VrrpInstances
    ObjectFactory m_announcer; ///< makes RouteAnnouncers
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_DIRECTOR_GROUP_HELPER_H
