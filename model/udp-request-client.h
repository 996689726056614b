/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_UDP_REQUEST_CLIENT_H
#define GIPT_UDP_REQUEST_CLIENT_H

#include "ns3-release.h"
#include "restartable.h"
#include "workload-client.h"

#include "ns3/event-id.h"
#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"
#include "ns3/socket.h"

#include <cstdint>
#include <map>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Sends UDP requests and waits for an answer, as a DNS resolver does: each from a port of
 * its own, each sent again after Timeout until Retries are used up.
 *
 * A request is a datagram that begins with its number and the octets of the answer it asks for, as
 * text ("17 512\n"); the answer begins with the number and the server's name ("17 NAME\n").
 * UdpRequestServer answers so. To a director a request is a connection: its first datagram gets a
 * real server, the ones sent again go to the same.
 */
class UdpRequestClient : public WorkloadClient, public Restartable
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    UdpRequestClient();

    /**
     * @brief Use a fixed stream for the random variables.
     * @param stream first stream index to use
     * @return number of streams used
     */
    int64_t AssignStreams(int64_t stream) GIPT_OVERRIDE_342;

    // from Restartable
    void PowerOff() override;
    void PowerOn() override;

  protected:
    void DoDispose() override;

  private:
    void StartApplication() override;
    void StopApplication() override;

    /** A request under way. */
    struct Request
    {
        ConnectionReport report; ///< what is known so far
        Ptr<Socket> socket;      ///< its socket
        EventId timeout;         ///< end of waiting
        uint32_t sent{0};        ///< how often it was sent
        uint32_t wanted{0};      ///< length of the answer to ask for
    };

    /**
     * @brief Schedule the beginning of the next request.
     */
    void ScheduleNext();

    /**
     * @brief Begin a request, and see to the next one.
     */
    void BeginNext();

    void BeginPlanned(uint32_t bytes) override;

    /**
     * @brief Send a request, once or once more.
     * @param id the request
     */
    void Send(uint64_t id);

    /**
     * @brief No answer has come in time.
     * @param id the request
     */
    void HandleTimeout(uint64_t id);

    /**
     * @brief A datagram came.
     * @param self the client
     * @param id the request
     * @param socket its socket
     */
    static void HandleReceive(UdpRequestClient* self, uint64_t id, Ptr<Socket> socket);

    /**
     * @brief An ICMP error about the request came.
     * @param self the client
     * @param id the request
     * @param source its sender
     * @param ttl its time to live
     * @param type its type
     * @param code its code
     * @param info its second word
     */
    static void HandleIcmp(UdpRequestClient* self,
                           uint64_t id,
                           Ipv4Address source,
                           uint8_t ttl,
                           uint8_t type,
                           uint8_t code,
                           uint32_t info);

    /**
     * @brief A request has ended.
     * @param id the request
     * @param outcome how
     */
    void End(uint64_t id, ConnectionOutcome outcome);

    /**
     * @brief End all requests that are open.
     */
    void EndAll();

    uint32_t m_requestSize;                 ///< attribute RequestSize
    uint32_t m_responseSize;                ///< attribute ResponseSize
    Ptr<RandomVariableStream> m_interval;   ///< attribute Interval
    Time m_timeout;                         ///< attribute Timeout
    uint32_t m_retries;                     ///< attribute Retries
    Time m_lastStart;                       ///< attribute LastStart
    bool m_stopped{true};                   ///< not started, or stopped for good
    EventId m_next;                         ///< beginning of the next request
    std::map<uint64_t, Request> m_requests; ///< those under way, by number
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_UDP_REQUEST_CLIENT_H
