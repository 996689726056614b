/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_UDP_PROBE_H
#define GIPT_UDP_PROBE_H

#include "health-probe.h"

#include <cstdint>
#include <string>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Sends a real server a UDP datagram and waits for another.
 *
 * An ICMP destination unreachable is a failure at once. Without RequireReply silence is no failure,
 * as with keepalived's UDP_CHECK.
 */
class UdpProbe : public HealthProbe
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    UdpProbe() = default;
    ~UdpProbe() override = default;

  protected:
    void DoStart() override;
    void DoRelease() override;
    bool JudgeSilence() const override;

  private:
    /**
     * @brief A datagram came.
     * @param socket the socket
     */
    void HandleReceive(Ptr<Socket> socket);

    /**
     * @brief An ICMP error came.
     * @param source who sent it
     * @param ttl its TTL
     * @param type its type
     * @param code its code
     * @param info its second word
     */
    void HandleIcmp(Ipv4Address source, uint8_t ttl, uint8_t type, uint8_t code, uint32_t info);

    std::string m_payload{"health"}; ///< what is sent
    std::string m_answer;            ///< what is to come back, empty for anything
    bool m_requireReply{true};       ///< silence is a failure
    Ptr<Socket> m_socket;            ///< of the last probe
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_UDP_PROBE_H
