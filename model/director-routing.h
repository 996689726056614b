/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_DIRECTOR_ROUTING_H
#define GIPT_DIRECTOR_ROUTING_H

#include "ns3-release.h"

#include "ns3/ipv4-list-routing.h"
#include "ns3/ptr.h"

#include <unordered_set>

namespace ns3
{
namespace gipt
{

class Director;

/**
 * @ingroup global-ip-tunneling
 * @brief The hook through which a director sees the packets for its node, as IPVS does at LOCAL_IN.
 *
 * It takes the place of the node's routing protocol and asks that one for everything, but shows
 * each packet for an address of the node to the Director first. What the director does not take
 * goes on to the node's own stack: a RST for a stray ACK, an echo reply and a port unreachable
 * come from where they come from on Linux.
 *
 * It is an Ipv4ListRouting because ns-3's helpers look for the node's routing protocols in one.
 * The protocols stay in the list they are in, since they cannot be moved to another.
 */
class DirectorRouting : public Ipv4ListRouting
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    DirectorRouting() = default;
    ~DirectorRouting() override = default;

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
     * @brief Whether an address belongs to the node.
     * @param address a unicast address
     * @return true when an interface of the node has it
     */
    bool IsLocal(Ipv4Address address) const
    {
        return m_local.count(address) > 0;
    }

    // from Ipv4RoutingProtocol
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
    void NotifyInterfaceUp(uint32_t interface) override;
    void NotifyInterfaceDown(uint32_t interface) override;
    void NotifyAddAddress(uint32_t interface, Ipv4InterfaceAddress address) override;
    void NotifyRemoveAddress(uint32_t interface, Ipv4InterfaceAddress address) override;
    void SetIpv4(Ptr<Ipv4> ipv4) override;
    void PrintRoutingTable(Ptr<OutputStreamWrapper> stream,
                           Time::Unit unit = Time::S) const override;

    // from Ipv4ListRouting
    void AddRoutingProtocol(Ptr<Ipv4RoutingProtocol> protocol, int16_t priority) override;
    uint32_t GetNRoutingProtocols() const override;
    Ptr<Ipv4RoutingProtocol> GetRoutingProtocol(uint32_t index, int16_t& priority) const override;

  protected:
    void DoInitialize() override;
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

    /**
     * @brief Read the node's addresses again.
     */
    void ReadAddresses();

    Ptr<Ipv4> m_hooked;                                   ///< the node's IPv4
    Ptr<Ipv4RoutingProtocol> m_inner;                     ///< what routed before
    Ptr<Ipv4ListRouting> m_innerList;                     ///< the same when it is a list
    Ptr<Director> m_director;                             ///< who sees the packets, may be null
    std::unordered_set<Ipv4Address, AddressHash> m_local; ///< addresses of the node
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_DIRECTOR_ROUTING_H
