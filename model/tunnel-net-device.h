/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_TUNNEL_NET_DEVICE_H
#define GIPT_TUNNEL_NET_DEVICE_H

#include "ns3/packet.h"
#include "ns3/traced-callback.h"
#include "ns3/virtual-net-device.h"

#include <cstdint>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief The tunnel device of a real server: tunl0, which takes packets from any outer source.
 *
 * Inner packets come out of it into the node's IPv4 stack. Its IPv4 interface is up or down as
 * "ip link set tunl0 up" has it (Ipv4::SetUp, SetDown), and may own the VIP. Since it has no
 * remote address nothing can be sent into it: replies leave by the node's own routing table.
 */
class TunnelNetDevice : public VirtualNetDevice
{
  public:
    /** MTU of tunl0 over Ethernet, in octets. Nothing in the receive path depends on it. */
    static constexpr uint16_t DEFAULT_MTU = 1480;

    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    TunnelNetDevice();
    ~TunnelNetDevice() override = default;

    /**
     * @brief A packet has come out of the tunnel.
     * @param packet the inner packet, its IPv4 header included
     */
    void Deliver(Ptr<Packet> packet);

  private:
    /**
     * @brief Take what the node sends to the device, and drop it.
     * @param packet the packet
     * @param source source address
     * @param destination destination address
     * @param protocol EtherType
     * @return false: it was not sent
     */
    bool Sink(Ptr<Packet> packet,
              const Address& source,
              const Address& destination,
              uint16_t protocol);

    TracedCallback<Ptr<const Packet>> m_txDropTrace; ///< packets sent to the device
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_TUNNEL_NET_DEVICE_H
