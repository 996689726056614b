/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_REAL_SERVER_ROUTING_H
#define GIPT_REAL_SERVER_ROUTING_H

#include "fragment-reassembler.h"
#include "ipip-l4-protocol.h"
#include "ipv4-datagram.h"
#include "local-stack.h"
#include "routing-hook.h"

#include "ns3/event-id.h"

#include <memory>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief The IPv4 input of a real server, for what comes by its wire and out of its tunnel.
 *
 * ns-3's own stack takes what Linux refuses, and forgets IP options. This is the way of
 * net/ipv4/route.c (ip_route_input_slow), fib_frontend.c (fib_validate_source), ip_options.c,
 * ip_fragment.c and ip_forward.c of Linux 6.1: an address is the node's own whatever interface has
 * it, up or down; a source must be possible, and pass the reverse path filter; a packet for
 * somewhere else is forwarded if its interface forwards (Ipv4::SetForwarding), otherwise dropped.
 * What is left goes to ns-3's own protocols.
 */
class RealServerRouting : public RoutingHook
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    RealServerRouting() = default;
    ~RealServerRouting() override = default;

    /**
     * @brief Put the hook into a node's IPv4, in front of the routing protocol that is there.
     * @param tunnel the real server's end of the tunnel, which has its attributes and counters
     * @param icmp sends ICMP errors, with the rate limit of the node
     * @param node the node, its Internet stack installed
     * @return the hook
     */
    static Ptr<RealServerRouting> Install(Ptr<IpipL4Protocol> tunnel,
                                          IcmpErrorSender& icmp,
                                          Ptr<Node> node);

    /**
     * @brief See a packet that comes in.
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
    /** Where a packet is to go. */
    enum class Way : uint8_t
    {
        DELIVER, ///< to the node's own protocols
        FORWARD, ///< to another host
        REFUSE   ///< nowhere
    };

    /**
     * @brief Find the way of a packet (ip_route_input_rcu).
     * @param header its header
     * @param idev the device it came in by
     * @param[out] reason why it is refused
     * @return its way
     */
    Way FindWay(const Ipv4Header& header,
                Ptr<const NetDevice> idev,
                TunnelDropReason& reason) const;

    /**
     * @brief The checks of a source: none of the node's own addresses, and the reverse path filter
     * (fib_validate_source).
     * @param source source address
     * @param idev the device it came in by
     * @param isBack the packet would be forwarded to where it came from
     * @param[out] reason why it fails
     * @return true when the packet may pass
     */
    bool CheckSource(Ipv4Address source,
                     Ptr<const NetDevice> idev,
                     bool isBack,
                     TunnelDropReason& reason) const;

    /**
     * @brief Find the way to an address.
     * @param destination the address
     * @return the route, null when there is none
     */
    Ptr<Ipv4Route> GetRoute(Ipv4Address destination) const;

    /**
     * @brief Put a fragment to the others.
     * @param[in,out] datagram the fragment, then the whole packet
     * @return false when others are missing, or it was dropped
     */
    bool Reassemble(Ipv4Datagram& datagram);

    /**
     * @brief Give up the datagrams of which fragments are missing.
     */
    void HandleTimeout();

    /**
     * @brief Whether a packet is for the node's own protocols, after Linux's checks of it.
     * @param datagram the packet
     * @return false when it is dealt with
     */
    bool Leave(const Ipv4Datagram& datagram);

    /**
     * @brief Whether a packet is of a TCP connection that the node has, though its destination is
     * none of the node's addresses any more: Linux finds the connection first (tcp_v4_early_demux)
     * and forwards no such packet.
     * @param datagram the packet
     * @return true when there is such a connection
     */
    bool HasConnection(const Ipv4Datagram& datagram) const;

    /**
     * @brief Send a packet on (ip_forward).
     * @param datagram the packet
     * @param route where to
     * @param idev the device it came in by
     */
    void Forward(Ipv4Datagram& datagram, Ptr<Ipv4Route> route, Ptr<const NetDevice> idev);

    /**
     * @brief Count and trace a dropped packet.
     * @param datagram the packet
     * @param reason why
     */
    void Refuse(const Ipv4Datagram& datagram, TunnelDropReason reason) const;

    Ptr<IpipL4Protocol> m_tunnel;        ///< the end of the tunnel
    IcmpErrorSender* m_icmp{nullptr};    ///< sends ICMP errors
    std::unique_ptr<LocalStack> m_stack; ///< in front of the protocols
    FragmentReassembler m_reassembler;   ///< fragments for the node
    EventId m_timeout;                   ///< gives up fragments
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_REAL_SERVER_ROUTING_H
