/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_ICMP_PROBE_H
#define GIPT_ICMP_PROBE_H

#include "health-probe.h"

#include "ns3/packet.h"

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Asks a real server for an ICMP echo (RFC 792), as ping does.
 */
class IcmpProbe : public HealthProbe
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    IcmpProbe() = default;
    ~IcmpProbe() override = default;

    bool UsesPort() const override;

  protected:
    void DoDispose() override;
    void DoStart() override;
    void DoRelease() override;

  private:
    /**
     * @brief Make the raw socket for echo replies from the real server.
     */
    void MakeRawSocket();

    /**
     * @brief Read what came in at the socket.
     * @param socket the socket
     */
    void ReceiveRaw(Ptr<Socket> socket);

    /**
     * @brief A reply came: is it to the last request?
     * @param packet it, from the ICMP header on
     */
    void ReceiveEcho(Ptr<const Packet> packet);

    uint32_t m_size{56};            ///< octets of data in a request
    Ptr<Socket> m_socket;           ///< kept: ns-3 cannot bear that one goes while it receives
    Ptr<HealthTunnel> m_echoTunnel; ///< tunnel in which the identifier is open, null for none
    uint16_t m_identifier{0};       ///< of the last request
    uint16_t m_sequence{0};         ///< of the last request
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_ICMP_PROBE_H
