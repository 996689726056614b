/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_UDP_REQUEST_SERVER_H
#define GIPT_UDP_REQUEST_SERVER_H

#include "ns3-release.h"
#include "restartable.h"

#include "ns3/address.h"
#include "ns3/application.h"
#include "ns3/ipv4-address.h"
#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"
#include "ns3/socket.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <string>

namespace ns3
{

class Packet;

namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Answers UDP requests of UdpRequestClient: the number of the request, the server's name,
 * and as many octets as were asked for.
 *
 * On a real server the answer to a request that came out of the tunnel leaves from the VIP: the
 * attribute AnswerFromVip of IpipL4Protocol sees to it for an answer given at once; a ServiceTime
 * needs a socket bound to the VIP, see the attribute Local.
 */
class UdpRequestServer : public Application, public Restartable
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    UdpRequestServer() = default;

    /**
     * @brief Use a fixed stream for the random variables.
     * @param stream first stream index to use
     * @return number of streams used
     */
    int64_t AssignStreams(int64_t stream) GIPT_OVERRIDE_342;

    /**
     * @brief Number of requests answered.
     * @return requests
     */
    uint64_t GetAnswered() const
    {
        return m_answered;
    }

    /**
     * @brief The hook on requests.
     * @param client address and port of the client
     * @param bytes length of the answer
     */
    typedef void (*RequestTracedCallback)(const Address& client, uint32_t bytes);

    // from Restartable
    void PowerOff() override;
    void PowerOn() override;

  protected:
    void DoDispose() override;

  private:
    void StartApplication() override;
    void StopApplication() override;

    /**
     * @brief Datagrams came.
     * @param socket the socket
     */
    void HandleReceive(Ptr<Socket> socket);

    /**
     * @brief Answer a request.
     * @param client address and port of the client
     * @param answer the answer
     * @param boot how often the power had been lost when the request came
     */
    void Answer(Address client, Ptr<Packet> answer, uint32_t boot);

    Ipv4Address m_local;                     ///< attribute Local
    uint16_t m_port;                         ///< attribute Port
    std::string m_name;                      ///< attribute Name
    uint32_t m_size;                         ///< attribute ResponseSize
    Ptr<RandomVariableStream> m_serviceTime; ///< attribute ServiceTime
    Ptr<Socket> m_socket;                    ///< the socket
    uint32_t m_boot{0};                      ///< how often the power was lost
    uint64_t m_answered{0};                  ///< requests answered

    TracedCallback<const Address&, uint32_t> m_requestTrace; ///< a request was answered
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_UDP_REQUEST_SERVER_H
