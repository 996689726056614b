/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_DIRECTOR_ROUTING_H
#define GIPT_DIRECTOR_ROUTING_H

#include "routing-hook.h"

namespace ns3
{
namespace gipt
{

class Director;
class HealthTunnel;

/**
 * @ingroup global-ip-tunneling
 * @brief The hook through which a director sees the packets for its node, as IPVS does at LOCAL_IN.
 *
 * It shows each packet for an address of the node to the Director first. What the director does not
 * take goes on to the node's own stack: a RST for a stray ACK, an echo reply and a port unreachable
 * come from where they come from on Linux.
 */
class DirectorRouting : public RoutingHook
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    DirectorRouting();
    ~DirectorRouting() override;

    /**
     * @brief Put the hook into a node's IPv4, in front of the routing protocol that is there.
     * @param ipv4 the node's IPv4, its stack installed
     * @return the hook, the one that is there already if any
     */
    static Ptr<DirectorRouting> Install(Ptr<Ipv4> ipv4);

    /**
     * @brief Show packets to a director from now on.
     * @param director the director, null for none
     */
    void SetDirector(Ptr<Director> director);

    /**
     * @brief Let what a health monitor's probes send and get pass by the director.
     * @param tunnel the probes' device
     */
    void SetHealthTunnel(Ptr<HealthTunnel> tunnel);

    /**
     * @brief The device of SetHealthTunnel.
     * @return the device, null when there is none
     */
    Ptr<HealthTunnel> GetHealthTunnel() const;

    /**
     * @brief Send what a probe sends into its tunnel, and all else by the node's own routing.
     * @param packet the packet, may be null
     * @param header its header, destination set
     * @param oif device that the sender is bound to, null for none
     * @param[out] error why there is no route
     * @return the route, null when there is none
     */
    Ptr<Ipv4Route> RouteOutput(Ptr<Packet> packet,
                               const Ipv4Header& header,
                               Ptr<NetDevice> oif,
                               Socket::SocketErrno& error) override;

    /**
     * @brief Show the director what is for the node, and leave the rest to the node's own routing.
     * @param packet what follows the header
     * @param header the IPv4 header
     * @param idev the device it came in by
     * @param ucb forwards a unicast packet
     * @param mcb forwards a multicast packet
     * @param lcb delivers to the node's own stack
     * @param ecb reports an error
     * @return true when somebody has taken the packet
     */
    bool RouteInput(Ptr<const Packet> packet,
                    const Ipv4Header& header,
                    Ptr<const NetDevice> idev,
                    UnicastForwardArgument ucb,
                    MulticastForwardArgument mcb,
                    LocalDeliverArgument lcb,
                    ErrorArgument ecb) override;

  protected:
    void DoDispose() override;

  private:
    /**
     * @brief Whether a packet from outside has a source that none can have (net/ipv4/route.c,
     * ip_route_input_slow): this network, loopback, broadcast, multicast, or the node itself.
     * @param source source address
     * @param destination destination address
     * @return true when it is to be dropped
     */
    bool IsMartian(Ipv4Address source, Ipv4Address destination) const;

    Ptr<Director> m_director;         ///< who sees the packets, may be null
    Ptr<HealthTunnel> m_healthTunnel; ///< the way of probes through the tunnel, may be null
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_DIRECTOR_ROUTING_H
