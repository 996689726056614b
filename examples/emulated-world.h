/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_EMULATED_WORLD_H
#define GIPT_EMULATED_WORLD_H

#include "ns3/director.h"
#include "ns3/emulation-helper.h"
#include "ns3/net-device-container.h"
#include "ns3/node.h"
#include "ns3/nstime.h"
#include "ns3/queue-item.h"

#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

/**
 * @ingroup global-ip-tunneling
 * What an emulated director stands in:
 *
 *     real clients                                      real servers
 *          |                                                 |
 *     client router ---- director ---- servers' router ------+
 *          |                                 |       |
 *          +---------------------------------+   modelled servers
 *                   the replies' way
 *
 * or, with interfaces of the director's own alone, the director without a world.
 */
struct EmulatedWorldOptions
{
    std::string client;        ///< attachment of the client router
    std::string servers;       ///< attachment of the servers' router
    std::string director;      ///< attachments of the director itself, joined by +
    std::string rules;         ///< file of ipvsadm-save -n
    std::string health{"no"};  ///< how real servers are watched: no, icmp, tcp
    std::string rate{"1Gbps"}; ///< of the modelled links
    ns3::Time clientDelay;     ///< client router to director
    ns3::Time serverDelay;     ///< director to servers' router
    ns3::Time replyDelay;      ///< servers' router to client router
    uint16_t mtu{0};           ///< of all interfaces; 0: as they are
    uint32_t modelled{0};      ///< modelled real servers
    bool isPlain{false};       ///< a router in place of the director
};

/**
 * @ingroup global-ip-tunneling
 * The nodes, and what is between them.
 */
class EmulatedWorld
{
  public:
    /**
     * @brief Make everything.
     * @param options what is wanted
     * @param[out] error why it cannot be
     * @return true when it was made
     */
    bool Make(const EmulatedWorldOptions& options, std::string& error);

    /**
     * @brief Have captures written of all interfaces.
     * @param prefix what names of files begin with
     */
    void EnablePcap(const std::string& prefix) const;

    /**
     * @brief Say what the modelled nodes and the director have dropped.
     * @param stream where to
     */
    void PrintDrops(std::ostream& stream) const;

    ns3::gipt::EmulationHelper m_emulation;   ///< the real interfaces
    ns3::Ptr<ns3::gipt::Director> m_director; ///< the director, unless it is a plain router

  private:
    /**
     * @brief Join two nodes by a modelled link.
     * @param options rate and MTU
     * @param names of both ends
     * @param a one node
     * @param b the other
     * @param network number of the link: its addresses are 172.31.0.(4 * network + 1 and 2)
     * @param delay its delay
     * @return both ends
     */
    ns3::NetDeviceContainer Join(const EmulatedWorldOptions& options,
                                 const std::pair<std::string, std::string>& names,
                                 ns3::Ptr<ns3::Node> a,
                                 ns3::Ptr<ns3::Node> b,
                                 uint32_t network,
                                 ns3::Time delay);

    /**
     * @brief Make the modelled real servers, on a LAN of their own: 172.30.0.1 is the router.
     * @param count how many
     */
    void MakeServers(uint32_t count);

    /**
     * @brief Make the director, or not.
     * @param options what is wanted
     * @param[out] error why it cannot be
     * @return true when it was made
     */
    bool MakeDirector(const EmulatedWorldOptions& options, std::string& error);

    /**
     * @brief Attach a real interface.
     * @param node to which node
     * @param attachment which interface, empty for none
     * @param name name of its capture
     * @param[out] error why it cannot be
     * @return true when it was
     */
    bool Attach(ns3::Ptr<ns3::Node> node,
                const std::string& attachment,
                const std::string& name,
                std::string& error);

    /** @brief The queue of a modelled link's device is full: a packet is dropped. */
    void HandleFullQueue(ns3::Ptr<const ns3::Packet>);

    /** @brief The queue discipline of a modelled link drops a packet. */
    void HandleQueueDrop(ns3::Ptr<const ns3::QueueDiscItem>);

    /** @brief A packet is dropped while an address is asked for by ARP. */
    void HandleArpDrop(ns3::Ptr<const ns3::Packet>);

    /**
     * @brief Count what a node drops while it asks for addresses.
     * @param node the node
     */
    void WatchArp(ns3::Ptr<ns3::Node> node);

    ns3::Ptr<ns3::Node> m_node;                                ///< the director's
    ns3::Ptr<ns3::Node> m_clientRouter;                        ///< may be null
    ns3::Ptr<ns3::Node> m_serverRouter;                        ///< may be null
    std::map<std::string, ns3::Ptr<ns3::NetDevice>> m_devices; ///< by name of their capture
    std::vector<ns3::Ipv4Address> m_vips;                      ///< that the rules name
    uint64_t m_queueDrops{0};                                  ///< in queues of modelled links
    uint64_t m_arpDrops{0};                                    ///< for want of an answer to ARP
};

#endif // GIPT_EMULATED_WORLD_H
