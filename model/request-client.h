/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_REQUEST_CLIENT_H
#define GIPT_REQUEST_CLIENT_H

#include "connection-report.h"
#include "ns3-release.h"

#include "ns3/application.h"
#include "ns3/event-id.h"
#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"
#include "ns3/socket.h"
#include "ns3/traced-callback.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>

namespace ns3
{

class Packet;
class TcpHeader;
class TcpSocketBase;

namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Sends TCP requests, one a connection, in the manner of HTTP/1.0 (RFC 1945).
 *
 * Requests begin at random intervals, whether or not earlier ones are answered (an open loop; with
 * exponential intervals, a Poisson process). The server closes first; the client closes when the
 * server has. A response is whole with the last octet its Content-Length promises, or, without
 * one, at the server's close.
 *
 * ns-3 hands out 16,384 client ports a node, and keeps one at the server for twice the attribute
 * ns3::TcpSocketBase::MaxSegLifetime after the close: a client that makes more than 16,384 requests
 * in that time meets its own old connections.
 */
class RequestClient : public Application
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

    /**
     * @brief Number of requests begun.
     * @return requests, those not sent included
     */
    uint64_t GetStarted() const
    {
        return m_started;
    }

    /**
     * @brief Number of requests that ended in one way.
     * @param outcome the way
     * @return requests
     */
    uint64_t GetCount(ConnectionOutcome outcome) const
    {
        return m_counts[static_cast<std::size_t>(outcome)];
    }

    /**
     * @brief Sum of the latencies of all served requests.
     * @return the sum
     */
    Time GetServedLatency() const
    {
        return m_servedLatency;
    }

  protected:
    void DoDispose() override;

  private:
    void StartApplication() override;
    void StopApplication() override;

    /** A request under way. */
    struct Request
    {
        ConnectionReport report; ///< what is known so far
        Ptr<Socket> socket;      ///< its connection
        EventId timeout;         ///< end of its time
        bool connected{false};   ///< the handshake is done
        bool headerRead{false};  ///< the empty line after the header was read
        bool hasLength{false};   ///< the header told the length
        uint64_t length{0};      ///< the length it told
        std::string header;      ///< what was read of the header
    };

    /**
     * @brief Schedule the beginning of the next request.
     */
    void ScheduleNext();

    /**
     * @brief Begin a request.
     */
    void Begin();

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

    /**
     * @brief Count and trace a request's end.
     * @param report what is known of it
     */
    void Report(const ConnectionReport& report);

    std::string m_name;                                        ///< attribute Name
    Ipv4Address m_remote;                                      ///< attribute Remote
    uint16_t m_port;                                           ///< attribute Port
    uint32_t m_requestSize;                                    ///< attribute RequestSize
    Ptr<RandomVariableStream> m_interval;                      ///< attribute Interval
    Time m_timeout;                                            ///< attribute Timeout
    Time m_lastStart;                                          ///< attribute LastStart
    uint32_t m_maxInFlight;                                    ///< attribute MaxInFlight
    EventId m_next;                                            ///< beginning of the next request
    std::map<uint64_t, Request> m_requests;                    ///< those under way, by number
    uint64_t m_started{0};                                     ///< requests begun
    std::array<uint64_t, CONNECTION_OUTCOME_COUNT> m_counts{}; ///< requests by outcome
    Time m_servedLatency;                                      ///< sum over served requests
    TracedCallback<const ConnectionReport&> m_startTrace;      ///< a request began
    TracedCallback<const ConnectionReport&> m_endTrace;        ///< a request ended
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_REQUEST_CLIENT_H
