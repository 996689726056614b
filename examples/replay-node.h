/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef REPLAY_NODE_H
#define REPLAY_NODE_H

#include "ns3/ipv4.h"
#include "ns3/node.h"
#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/virtual-net-device.h"

#include <cstdint>
#include <vector>

/**
 * A node with one interface, eth0, whose packets are not sent but kept, and the time of a replay:
 * events are one step apart, or more.
 */
class ReplayNode
{
  public:
    /** A packet that left. */
    struct Left
    {
        ns3::Time time;               ///< when
        ns3::Ptr<ns3::Packet> packet; ///< its IPv4 header included
    };

    /** Time between two events. */
    static const ns3::Time STEP;

    /**
     * @brief Make the node.
     * @param address address of eth0, whose network has 24 bits; everything else is there too
     * @param mtu MTU of eth0, in octets
     */
    ReplayNode(ns3::Ipv4Address address, uint16_t mtu);

    /**
     * @brief Get the node.
     * @return the node
     */
    ns3::Ptr<ns3::Node> GetNode() const;

    /**
     * @brief Get the node's IPv4.
     * @return the node's IPv4
     */
    ns3::Ptr<ns3::Ipv4> GetIpv4() const;

    /**
     * @brief Let time pass before the next event.
     * @param time how much
     */
    void Wait(ns3::Time time);

    /// Let time pass up to the next event; its timers run out before it.
    void BeginEvent();

    /// Let time pass up to just before the next event.
    void EndEvent();

    /**
     * @brief Let a packet come in, and all happen that comes of it at once.
     * @param packet the packet, as Deliver() takes it
     */
    void Receive(ns3::Ptr<ns3::Packet> packet);

    /**
     * @brief Hand a packet to the node, in an event of its own.
     * @param packet the packet; what is not a whole IPv4 packet is lost, as on Linux (net/ipv4/
     *        ip_input.c, ip_rcv_core)
     */
    void Deliver(ns3::Ptr<ns3::Packet> packet);

    /**
     * @brief Get what has left since this was asked last.
     * @return the packets, in their order
     */
    std::vector<Left> TakeLeft();

  private:
    /**
     * @brief Let time pass.
     * @param time up to when, what happens then included
     */
    static void RunTo(ns3::Time time);

    /**
     * @brief Where eth0 sends.
     * @param packet the packet
     * @param source from
     * @param destination to
     * @param protocol 0x0800
     * @return true
     */
    bool Keep(ns3::Ptr<ns3::Packet> packet,
              const ns3::Address& source,
              const ns3::Address& destination,
              uint16_t protocol);

    ns3::Time m_next{STEP};                   ///< when the next event is
    ns3::Ptr<ns3::Node> m_node;               ///< the node
    ns3::Ptr<ns3::VirtualNetDevice> m_device; ///< eth0
    std::vector<Left> m_left;                 ///< what left since it was asked for
};

#endif // REPLAY_NODE_H
