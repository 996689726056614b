/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_TUNNEL_NET_DEVICE_H
#define GIPT_TUNNEL_NET_DEVICE_H

#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/traced-callback.h"
#include "ns3/virtual-net-device.h"

#include <cstdint>

namespace ns3
{

class Ipv4L3Protocol;

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
     * @brief Give what comes out of the tunnel straight to an IPv4 stack.
     *
     * The way through the node would look for other protocols that listen, of which a tunnel
     * device has none.
     *
     * @param ipv4 the stack of the device's node
     */
    void SetIpv4(Ptr<Ipv4L3Protocol> ipv4);

    /**
     * @brief A packet has come out of the tunnel.
     * @param packet the inner packet, its IPv4 header included
     */
    void Deliver(Ptr<Packet> packet);

  protected:
    void DoDispose() override;

  private:
    /**
     * @brief Give a packet to who receives what comes out of the tunnel.
     * @param packet the packet
     */
    void Hand(Ptr<Packet> packet);

    /**
     * @brief Give a packet to the IPv4 stack.
     * @param device this device
     * @param packet the packet
     * @param protocol EtherType
     * @param from no address
     * @return true
     */
    bool ToIpv4(Ptr<NetDevice> device,
                Ptr<const Packet> packet,
                uint16_t protocol,
                const Address& from);

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

    Time m_deliveryDelay;                            ///< attribute DeliveryDelay
    Ptr<Ipv4L3Protocol> m_ipv4;                      ///< who gets what comes out
    TracedCallback<Ptr<const Packet>> m_txDropTrace; ///< packets sent to the device
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_TUNNEL_NET_DEVICE_H
