/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_TAP_PORT_NET_DEVICE_H
#define GIPT_TAP_PORT_NET_DEVICE_H

#include "emulation-port.h"

#include "ns3/csma-net-device.h"
#include "ns3/nstime.h"

#include <memory>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief The device between a TapBridge and a modelled LAN, which keeps what TapBridge lets through
 * bounded.
 *
 * TapBridge makes an event of each frame it reads, without any bound, and gives the modelled LAN
 * anything that has an Ethernet header. This device drops and counts what comes or goes too late,
 * and what the model cannot stand. So the events cannot pile up: a late one costs next to nothing.
 */
class TapPortNetDevice : public CsmaNetDevice
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    TapPortNetDevice();
    ~TapPortNetDevice() override;

    /**
     * @brief Set where to count.
     * @param port the books of the interface
     */
    void SetPort(std::shared_ptr<EmulationPort> port);

    // inherited from CsmaNetDevice
    bool Send(Ptr<Packet> packet, const Address& dest, uint16_t protocolNumber) override;
    bool SendFrom(Ptr<Packet> packet,
                  const Address& source,
                  const Address& dest,
                  uint16_t protocolNumber) override;
    void SetPromiscReceiveCallback(NetDevice::PromiscReceiveCallback cb) override;

  protected:
    void DoDispose() override;

  private:
    /**
     * @brief Decide about a frame from the wire, and count it.
     * @param packet the frame without its Ethernet header
     * @param protocolNumber Ethernet type
     * @return true when it may pass
     */
    bool Admit(Ptr<Packet> packet, uint16_t protocolNumber);

    /**
     * @brief Hand a frame of the LAN to the TapBridge, unless it is too late.
     * @param device this
     * @param packet the frame without its Ethernet header
     * @param protocol Ethernet type
     * @param source MAC address of the sender
     * @param destination MAC address it was sent to
     * @param type for whom it is
     * @return what the TapBridge says
     */
    bool PromiscReceive(Ptr<NetDevice> device,
                        Ptr<const Packet> packet,
                        uint16_t protocol,
                        const Address& source,
                        const Address& destination,
                        PacketType type);

    std::shared_ptr<EmulationPort> m_port;         ///< the books
    Time m_maxLateness;                            ///< later, nothing passes
    NetDevice::PromiscReceiveCallback m_tapBridge; ///< the TapBridge
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_TAP_PORT_NET_DEVICE_H
