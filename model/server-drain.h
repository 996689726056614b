/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_SERVER_DRAIN_H
#define GIPT_SERVER_DRAIN_H

#include "director.h"
#include "virtual-service.h"

#include "ns3/ipv4-address.h"
#include "ns3/node.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Maintenance: gives real servers weight 0 in all services of all directors, as
 * "ipvsadm -e ... -w 0" on each of them does, and their weights back.
 *
 * Connections they have go on. Where somebody adds a server or gives it a weight in the midst of
 * its maintenance, as a health check does that puts it back, it gets weight 0 again, and the last
 * weight it was given when the maintenance is over. Where a health check puts it back later, with
 * the weight 0 it had when it was taken out, the server gets the weight from before.
 */
class ServerDrain
{
  public:
    ServerDrain() = default;
    ~ServerDrain();
    ServerDrain(const ServerDrain&) = delete;
    ServerDrain& operator=(const ServerDrain&) = delete;

    /**
     * @brief Drain servers.
     * @param servers their nodes
     */
    void Begin(const std::vector<Ptr<Node>>& servers);

    /**
     * @brief Take back one Begin(). After the last, the weights are as before, or as somebody has
     * set them meanwhile.
     * @param servers their nodes
     */
    void End(const std::vector<Ptr<Node>>& servers);

    /**
     * @brief Forget all, and listen to no director any more.
     */
    void Clear();

  private:
    /** A server of a service with weight 0. */
    struct Drained
    {
        Ptr<VirtualService> service; ///< the service
        Ipv4Address address;         ///< address of the server
        uint16_t port;               ///< its port
        uint32_t weight;             ///< the weight it had
    };

    /**
     * @brief The addresses of nodes.
     * @param nodes the nodes
     * @return all but those of loopback interfaces
     */
    static std::set<Ipv4Address> GetAddresses(const std::vector<Ptr<Node>>& nodes);

    /**
     * @brief All directors of the simulation.
     * @return the directors, in order of their nodes
     */
    static std::vector<Ptr<Director>> GetDirectors();

    /**
     * @brief Hear of changes of all directors of the simulation, from now on.
     */
    void Listen();

    /**
     * @brief A real server was added, changed or removed.
     * @param service the service
     * @param server the server
     * @param weight its weight
     */
    void HandleServer(Ptr<VirtualService> service, Ptr<RealServer> server, uint32_t weight);

    /**
     * @brief Give weight 0 to all servers that are drained, and their weights to those that are
     * no longer.
     */
    void Update();

    std::map<Ipv4Address, uint32_t> m_counts; ///< how many drain an address
    std::vector<Drained> m_drained;           ///< in the order they were drained
    std::vector<Ptr<Director>> m_directors;   ///< whom it listens to
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_SERVER_DRAIN_H
