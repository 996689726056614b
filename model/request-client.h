/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_REQUEST_CLIENT_H
#define GIPT_REQUEST_CLIENT_H

#include "ns3-release.h"
#include "restartable.h"
#include "workload-client.h"

#include "ns3/event-id.h"
#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"
#include "ns3/socket.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ns3
{

class Packet;
class TcpHeader;
class TcpSocketBase;

namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Sends TCP requests in the manner of HTTP/1.0 (RFC 1945): one a connection, or several.
 *
 * Connections begin at random intervals, whether or not earlier ones have ended (an open loop; with
 * exponential intervals, a Poisson process). With Users, each of so many users makes a connection,
 * pauses when it has ended, and makes the next (a closed loop). Plan() adds connections at given
 * times.
 *
 * A connection of one request is closed first by the server. One of several asks the server to
 * keep it ("Connection: keep-alive"), thinks between a response and the next request, and is closed
 * first by the client, after the last response. A response is whole with the last octet its
 * Content-Length promises, or, without one, at the server's close. Connections that are kept for
 * hours are the same with a long ThinkTime: that one is broken shows at a request that gets no
 * answer within Timeout.
 *
 * ns-3 hands out 16,384 client ports a node, and keeps one at the server for twice the attribute
 * ns3::TcpSocketBase::MaxSegLifetime after the close: a client that makes more than 16,384 requests
 * in that time meets its own old connections.
 */
class RequestClient : public WorkloadClient, public Restartable
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    RequestClient();
    ~RequestClient() override;
    RequestClient(const RequestClient&) = delete;
    RequestClient& operator=(const RequestClient&) = delete;

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

    /** No user: a connection of the open loop, or a planned one. */
    static constexpr uint32_t NOBODY = UINT32_MAX;

    /** A connection under way. */
    struct Request
    {
        ConnectionReport report; ///< what is known so far
        Ptr<Socket> socket;      ///< its connection
        EventId timeout;         ///< end of its time
        EventId think;           ///< the next request
        bool connected{false};   ///< the handshake is done
        bool headerRead{false};  ///< the empty line after the header was read
        bool hasLength{false};   ///< the header told the length
        bool kept{false};        ///< the server is asked to keep the connection
        uint32_t left{1};        ///< requests whose responses are not whole yet
        uint32_t wanted{0};      ///< length of a response to ask for, 0 for any
        uint32_t user{NOBODY};   ///< who makes the connection
        uint64_t length{0};      ///< the length that the header told
        uint64_t received{0};    ///< octets of the body of this response
        std::string header;      ///< what was read of the header
    };

    /**
     * @brief Schedule the beginning of the next connection of the open loop.
     */
    void ScheduleNext();

    /**
     * @brief Schedule the next connection of a user.
     * @param user the user
     */
    void ScheduleUser(uint32_t user);

    /**
     * @brief Begin a connection of the open loop, and see to the next one.
     */
    void BeginNext();

    void BeginPlanned(uint32_t bytes) override;

    /**
     * @brief Begin a connection.
     * @param user who makes it
     * @param bytes length of a response to ask for, 0 for any
     */
    void Begin(uint32_t user, uint32_t bytes);

    /**
     * @brief Begin to make connections.
     */
    void BeginAll();

    /**
     * @brief Make no more connections.
     */
    void CancelAll();

    /**
     * @brief Send a request.
     * @param id the connection
     */
    void Ask(uint64_t id);

    /**
     * @brief A response is whole.
     * @param id the connection
     */
    void Finish(uint64_t id);

    /**
     * @brief The handshake is done: send the request.
     * @param self the client
     * @param id the request
     * @param socket its socket
     */
    static void HandleConnected(RequestClient* self, uint64_t id, Ptr<Socket> socket);

    /**
     * @brief TCP gave up connecting.
     * @param self the client
     * @param id the request
     * @param socket its socket
     */
    static void HandleConnectFailed(RequestClient* self, uint64_t id, Ptr<Socket> socket);

    /**
     * @brief Octets of the response came.
     * @param self the client
     * @param id the request
     * @param socket its socket
     */
    static void HandleReceive(RequestClient* self, uint64_t id, Ptr<Socket> socket);

    /**
     * @brief The server has closed or reset the connection, or TCP gave up.
     * @param self the client
     * @param id the request
     * @param socket its socket
     */
    static void HandleClose(RequestClient* self, uint64_t id, Ptr<Socket> socket);

    /**
     * @brief A segment came. ns-3 does not take a reset that answers a SYN (RFC 9293, 3.10.7.3)
     * for an end of connecting; this does.
     * @param self the client
     * @param id the request
     * @param packet its data
     * @param header its header
     * @param socket the socket it came to
     */
    static void HandleSegment(RequestClient* self,
                              uint64_t id,
                              Ptr<const Packet> packet,
                              const TcpHeader& header,
                              Ptr<const TcpSocketBase> socket);

    /**
     * @brief An ICMP error about the connection came.
     * @param self the client
     * @param id the request
     * @param source its sender
     * @param ttl its time to live
     * @param type its type
     * @param code its code
     * @param info its second word
     */
    static void HandleIcmp(RequestClient* self,
                           uint64_t id,
                           Ipv4Address source,
                           uint8_t ttl,
                           uint8_t type,
                           uint8_t code,
                           uint32_t info);

    /**
     * @brief A request's time is up.
     * @param id the request
     */
    void HandleTimeout(uint64_t id);

    /**
     * @brief Read what the header of a response says.
     * @param request whose header is complete
     */
    static void ParseHeader(Request& request);

    /**
     * @brief End a request and leave its connection.
     *
     * One that is being made is left without a word, as a Linux client does; one that is made is
     * closed.
     *
     * @param id the request
     * @param outcome how it ended
     */
    void GiveUp(uint64_t id, ConnectionOutcome outcome);

    /**
     * @brief A request has ended: let go of its connection and report.
     * @param id the request
     * @param outcome how it ended
     */
    void End(uint64_t id, ConnectionOutcome outcome);

    uint32_t m_requestSize;                 ///< attribute RequestSize
    Ptr<RandomVariableStream> m_interval;   ///< attribute Interval
    uint32_t m_users;                       ///< attribute Users
    Ptr<RandomVariableStream> m_pause;      ///< attribute Pause
    Ptr<RandomVariableStream> m_count;      ///< attribute Requests
    Ptr<RandomVariableStream> m_thinkTime;  ///< attribute ThinkTime
    Time m_timeout;                         ///< attribute Timeout
    Time m_lastStart;                       ///< attribute LastStart
    uint32_t m_maxInFlight;                 ///< attribute MaxInFlight
    bool m_running{false};                  ///< started, and not stopped or without power
    bool m_stopped{true};                   ///< not started, or stopped for good
    EventId m_next;                         ///< beginning of the next connection
    std::vector<EventId> m_nextOfUsers;     ///< beginning of each user's next connection
    std::map<uint64_t, Request> m_requests; ///< those under way, by number
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_REQUEST_CLIENT_H
