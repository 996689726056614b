/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_DIRECTOR_NET_DEVICE_H
#define GIPT_DIRECTOR_NET_DEVICE_H

#include "ns3/traced-callback.h"
#include "ns3/virtual-net-device.h"

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief The device that owns the service addresses on a director, as dummy0 does on Linux.
 *
 * It has no channel. With VIP/32 on it the VIP is a local address of the node, whichever
 * interface a packet comes in by; whatever is sent to the device itself goes nowhere.
 */
class DirectorNetDevice : public VirtualNetDevice
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    DirectorNetDevice();
    ~DirectorNetDevice() override = default;

  private:
    /**
     * @brief Take what the node sends to the device, and drop it.
     * @param packet the packet
     * @param source source address
     * @param destination destination address
     * @param protocol EtherType
     * @return true, as a dummy device does
     */
    bool Sink(Ptr<Packet> packet,
              const Address& source,
              const Address& destination,
              uint16_t protocol);

    TracedCallback<Ptr<const Packet>> m_txDropTrace; ///< packets sent to the device
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_DIRECTOR_NET_DEVICE_H
