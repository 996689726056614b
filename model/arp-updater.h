/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_ARP_UPDATER_H
#define GIPT_ARP_UPDATER_H

#include "ns3/address.h"
#include "ns3/ipv4-address.h"
#include "ns3/net-device.h"
#include "ns3/object.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <vector>

namespace ns3
{

class Node;

namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Lets a node heed gratuitous ARP, which ns-3's own ARP does not.
 *
 * An announcement of an address changes the node's entry for it, if there is one, and sends what
 * waits for it, as Linux does with arp_accept 0 (net/ipv4/arp.c, arp_process).
 */
class ArpUpdater : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    ArpUpdater() = default;
    ~ArpUpdater() override = default;

    /**
     * @brief Let a node heed what comes in by a device; more than once does no harm.
     * @param device a device of a node that has an Internet stack
     */
    static void Install(Ptr<NetDevice> device);

    /**
     * @brief Announce an address to all hosts of a network (RFC 5227, 3): an ARP request for it
     * that comes from it.
     * @param device the device to send by
     * @param address the address
     */
    static void Announce(Ptr<NetDevice> device, Ipv4Address address);

  protected:
    void DoDispose() override;

  private:
    /**
     * @brief An ARP packet came in.
     * @param device where
     * @param packet the packet
     * @param protocol EtherType
     * @param from its sender
     * @param to its receiver
     * @param type whom it was for
     */
    void Receive(Ptr<NetDevice> device,
                 Ptr<const Packet> packet,
                 uint16_t protocol,
                 const Address& from,
                 const Address& to,
                 NetDevice::PacketType type);

    Ptr<Node> m_node;                      ///< the node
    std::vector<Ptr<NetDevice>> m_devices; ///< those that are listened to
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_ARP_UPDATER_H
