/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_ORACLE_OBSERVER_H
#define GIPT_ORACLE_OBSERVER_H

#include "connection-oracle.h"
#include "director.h"
#include "health-check.h"
#include "ipip-l4-protocol.h"
#include "workload-client.h"

#include "ns3/ipv4-l3-protocol.h"
#include "ns3/object.h"
#include "ns3/ptr.h"
#include "ns3/queue-item.h"

#include <string>
#include <vector>

namespace ns3
{

class Node;

namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Watches a simulation for a ConnectionOracle: connects itself to trace sources, finds out
 * which connection a packet belongs to, and tells the oracle.
 *
 * A packet belongs to the connection of its addresses and ports; one in a tunnel to that of the
 * packet inside, an ICMP error to that of the packet it quotes.
 */
class OracleObserver : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    OracleObserver() = default;

    /**
     * @brief Say whom to tell.
     * @param oracle the oracle
     */
    void SetOracle(Ptr<ConnectionOracle> oracle)
    {
        m_oracle = oracle;
    }

    /**
     * @brief Watch a workload.
     * @param workload the workload
     */
    void WatchWorkload(Ptr<WorkloadClient> workload);

    /**
     * @brief Watch a director, and make it known to the oracle.
     * @param name its name
     * @param director the director, on its node
     */
    void WatchDirector(const std::string& name, Ptr<Director> director);

    /**
     * @brief Watch which real servers a health check takes out and puts back.
     * @param check the health check
     */
    void WatchHealth(Ptr<HealthCheck> check);

    /**
     * @brief Watch a real server, and make it known to the oracle. Call WatchNode for its drops.
     * @param name its name
     * @param site its site
     * @param address its RIP
     * @param node its node
     */
    void WatchServer(const std::string& name,
                     const std::string& site,
                     Ipv4Address address,
                     Ptr<Node> node);

    /**
     * @brief Watch what a node drops: its IPv4, its devices, its queues, its tunnel. Call it for
     * each node of the world, once all its devices are there.
     * @param node the node
     */
    void WatchNode(Ptr<Node> node);

    /**
     * @brief Watch failures.
     * @param schedule an object with a trace source "Failure" of FailureEvent
     */
    void WatchFailures(Ptr<Object> schedule);

  protected:
    void DoDispose() override;

  private:
    /**
     * @brief Tell the oracle of a packet.
     * @param octets the packet from its IPv4 header on, as far as it matters
     * @param sighting what happened
     * @param node id of the node where
     */
    void Tell(const std::vector<uint8_t>& octets, Sighting sighting, uint32_t node);

    /**
     * @brief Tell the oracle of a packet whose header is apart.
     * @param header its IPv4 header
     * @param payload what follows
     * @param sighting what happened
     * @param node id of the node where
     */
    void Tell(const Ipv4Header& header,
              Ptr<const Packet> payload,
              Sighting sighting,
              uint32_t node);

    /** Who is watched: the oracle's man at one node. */
    struct Place
    {
        OracleObserver* observer; ///< whose
        uint32_t node;            ///< id of the node
        std::string name;         ///< of a director

        /**
         * @brief Tell apart, as a bound argument of a callback has to.
         * @param other the other
         * @return whether they differ
         */
        bool operator!=(const Place& other) const
        {
            return observer != other.observer || node != other.node || name != other.name;
        }

        /**
         * @brief The same, as later ns-3 asks for it.
         * @param other the other
         * @return whether they are the same
         */
        bool operator==(const Place& other) const
        {
            return !(*this != other);
        }
    };

    /**
     * @brief A director gave a connection its real server.
     * @param place the director
     * @param key the connection
     * @param server its real server
     */
    static void HandleScheduled(Place place, const ConnectionKey& key, Ptr<RealServer> server);

    /**
     * @brief A director forgot a connection.
     * @param place the director
     * @param key the connection
     * @param server its real server
     */
    static void HandleExpired(Place place, const ConnectionKey& key, Ptr<RealServer> server);

    /**
     * @brief A director dropped a packet.
     * @param place the director
     * @param header its IPv4 header
     * @param payload what followed
     * @param reason why
     */
    static void HandleDirectorDrop(Place place,
                                   const Ipv4Header& header,
                                   Ptr<const Packet> payload,
                                   DropReason reason);

    /**
     * @brief A packet came to the own stack of a director.
     * @param place the director
     * @param header its IPv4 header
     * @param payload what follows
     * @param interface where it came in
     */
    static void HandleLocal(Place place,
                            const Ipv4Header& header,
                            Ptr<const Packet> payload,
                            uint32_t interface);

    /**
     * @brief A node's IPv4 dropped a packet.
     * @param place the node
     * @param header its IPv4 header
     * @param payload what followed
     * @param reason why
     * @param ipv4 the node's IPv4
     * @param interface where
     */
    static void HandleIpv4Drop(Place place,
                               const Ipv4Header& header,
                               Ptr<const Packet> payload,
                               Ipv4L3Protocol::DropReason reason,
                               Ptr<Ipv4> ipv4,
                               uint32_t interface);

    /**
     * @brief A tunnel dropped a packet.
     * @param place the node
     * @param header its IPv4 header
     * @param payload what followed
     * @param reason why
     */
    static void HandleTunnelDrop(Place place,
                                 const Ipv4Header& header,
                                 Ptr<const Packet> payload,
                                 TunnelDropReason reason);

    /**
     * @brief A packet reached the transport protocol of a real server.
     * @param place the node
     * @param packet the packet with its IPv4 header
     */
    static void HandleDeliver(Place place, Ptr<const Packet> packet);

    /**
     * @brief A device lost a packet that came in.
     * @param place the node
     * @param frame the packet with its link header
     */
    static void HandleLinkDrop(Place place, Ptr<const Packet> frame);

    /**
     * @brief A device did not take a packet: it is down, or its queue is full.
     * @param place the node
     * @param frame the packet, perhaps with its link header
     */
    static void HandleDeviceDrop(Place place, Ptr<const Packet> frame);

    /**
     * @brief A queue discipline dropped a packet.
     * @param place the node
     * @param item the packet
     */
    static void HandleQueueDrop(Place place, Ptr<const QueueDiscItem> item);

    /**
     * @brief A real server was taken out of service.
     * @param address its RIP
     * @param port the port asked
     */
    void HandleServerDown(Ipv4Address address, uint16_t port);

    /**
     * @brief A real server was put back.
     * @param address its RIP
     * @param port the port asked
     */
    void HandleServerUp(Ipv4Address address, uint16_t port);

    Ptr<ConnectionOracle> m_oracle; ///< who is told
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_ORACLE_OBSERVER_H
