/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_TCP_PROBE_H
#define GIPT_TCP_PROBE_H

#include "health-probe.h"

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Connects to a real server by TCP and closes again.
 *
 * ns-3's TCP passes over a RST that answers its SYN, so that a refused probe ends by the timeout.
 */
class TcpProbe : public HealthProbe
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    TcpProbe() = default;
    ~TcpProbe() override = default;

  protected:
    void DoStart() override;
    void DoRelease() override;

    /**
     * @brief The connection is there.
     * @param socket the connection
     */
    virtual void DoConnected(Ptr<Socket> socket);

    /**
     * @brief The connection was refused, or the peer has closed or reset it.
     * @param socket the connection
     */
    virtual void DoClosed(Ptr<Socket> socket);

  private:
    /**
     * @brief The connection was accepted.
     * @param socket the connection
     */
    void HandleConnected(Ptr<Socket> socket);

    /**
     * @brief The connection was refused, or has ended.
     * @param socket the connection
     */
    void HandleClosed(Ptr<Socket> socket);

    Ptr<Socket> m_socket; ///< kept until the next probe: then TIME_WAIT has been long enough
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_TCP_PROBE_H
