/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_HEALTH_CHECK_H
#define GIPT_HEALTH_CHECK_H

#include "ns3-release.h"

#include "ns3/application.h"
#include "ns3/event-id.h"
#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace ns3
{

class RandomVariableStream;
class Socket;

namespace gipt
{

class Director;
class RealServer;
class VirtualService;

/**
 * @ingroup global-ip-tunneling
 * @brief Watches the real servers of a director and takes dead ones out of service, as keepalived
 * does.
 *
 * Installed on the director's node, it asks each server for an ICMP echo, or connects to it by TCP
 * and closes again, from the director's own address to the server's own (RIP). After Retries
 * failures in a row a server is deleted from the services it is in (or its weight set to 0, with
 * InhibitOnFailure); after Rise successes it is put back with weight and thresholds it had.
 *
 * Servers added while it runs are watched from the next round on. A server or service that
 * somebody else deletes is forgotten. A server that serves several ports or services at one
 * address is asked once for each port (ICMP: once).
 *
 * The probes of a round are spread evenly over Interval, in order of the servers' addresses. A
 * server that dies is out of service after at most Retries * Interval + Timeout.
 */
class HealthCheck : public Application
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    /** How a server is asked. */
    enum Method
    {
        ICMP_ECHO,  ///< echo request, RFC 792
        TCP_CONNECT ///< three-way handshake, then close
    };

    HealthCheck();
    ~HealthCheck() override;
    HealthCheck(const HealthCheck&) = delete;
    HealthCheck& operator=(const HealthCheck&) = delete;

    /**
     * @brief Assign fixed random variable streams.
     * @param stream first stream index to use
     * @return the number of streams used
     */
    virtual int64_t AssignStreams(int64_t stream) GIPT_OVERRIDE_342;

    /**
     * @brief The hook on probes that have ended.
     * @param address the server's own address (RIP)
     * @param answered whether it answered in time
     * @param time from the request to the answer, or to giving up
     */
    typedef void (*ProbeTracedCallback)(Ipv4Address address, bool answered, Time time);

    /**
     * @brief The hook on servers that are taken out of service or put back.
     * @param address the server's own address (RIP)
     * @param port the port asked, 0 for ICMP
     */
    typedef void (*ServerTracedCallback)(Ipv4Address address, uint16_t port);

  protected:
    void DoDispose() override;

  private:
    /** Address and port that are asked; the port is 0 for ICMP. */
    using Key = std::pair<Ipv4Address, uint16_t>;

    /** A real server as it was before it was taken out. */
    struct Taken
    {
        Ptr<VirtualService> service; ///< where it was
        uint16_t port;               ///< its port there
        uint32_t weight;             ///< its weight
        uint32_t upper;              ///< upper threshold
        uint32_t lower;              ///< lower threshold
    };

    /** What is known of one address and port. */
    struct Target
    {
        uint32_t failures{0};     ///< in a row
        uint32_t successes{0};    ///< in a row
        bool down{false};         ///< found dead
        bool waiting{false};      ///< a probe is under way
        uint16_t sequence{0};     ///< of the last echo request
        Time sent;                ///< when the last probe began
        EventId probeEvent;       ///< next probe
        EventId timeoutEvent;     ///< end of waiting
        Ptr<Socket> socket;       ///< TCP: the last connection
        std::vector<Taken> taken; ///< servers taken out and not yet put back
    };

    using Targets = std::map<Key, Target>; ///< in order of address and port

    void StartApplication() override;
    void StopApplication() override;

    /**
     * @brief Begin a round: see which servers there are and plan a probe of each.
     */
    void BeginRound();

    /**
     * @brief Bring the targets in line with the director's services.
     */
    void FollowServices();

    /**
     * @brief Ask a server, unless the last answer is still awaited.
     * @param key the target
     */
    void Probe(Key key);

    /**
     * @brief Send an echo request.
     * @param address where to
     * @param target gets the sequence number
     */
    void SendEcho(Ipv4Address address, Target& target);

    /**
     * @brief Begin to connect.
     * @param key where to
     * @param target gets the socket
     */
    void Connect(const Key& key, Target& target);

    /**
     * @brief Read what came in at the ICMP socket.
     * @param socket the socket
     */
    void ReceiveIcmp(Ptr<Socket> socket);

    /**
     * @brief A connection was accepted.
     * @param check the health check
     * @param key the target
     * @param socket the connection
     */
    static void Connected(HealthCheck* check, Key key, Ptr<Socket> socket);

    /**
     * @brief A connection was refused, or has ended.
     *
     * ns-3's TCP passes over a RST that answers its SYN, so that a refused probe ends by Timeout.
     *
     * @param check the health check
     * @param key the target
     * @param socket the connection
     */
    static void Closed(HealthCheck* check, Key key, Ptr<Socket> socket);

    /**
     * @brief The probe has ended.
     * @param key the target
     * @param answered whether the server answered
     */
    void Finish(Key key, bool answered);

    /**
     * @brief Take the servers of a target out of service, those that are in.
     * @param key the target
     * @param target gets the servers taken
     */
    void TakeOut(const Key& key, Target& target);

    /**
     * @brief Put the servers of a target back that were taken out.
     * @param key the target
     * @param target its servers
     */
    void PutBack(const Key& key, Target& target);

    /**
     * @brief The target that a server is asked by.
     * @param server the server
     * @return address and port
     */
    Key GetKey(const RealServer& server) const;

    /**
     * @brief Whether the director still has a service.
     * @param service the service
     * @return true when it has
     */
    bool IsInService(Ptr<VirtualService> service) const;

    /**
     * @brief Stop waiting and forget the connection.
     * @param target the target
     */
    static void Abandon(Target& target);

    Ptr<Director> m_director;           ///< whose servers are watched
    Method m_method{ICMP_ECHO};         ///< how a server is asked
    Time m_interval;                    ///< between two probes of one server
    Time m_timeout;                     ///< how long to wait for an answer
    uint32_t m_retries{3};              ///< failures in a row before a server is taken out
    uint32_t m_rise{1};                 ///< successes in a row before it is put back
    uint16_t m_port{0};                 ///< TCP port, 0 for the server's own
    bool m_inhibit{false};              ///< set the weight to 0 in place of deleting
    Ptr<RandomVariableStream> m_jitter; ///< delay of each probe, in seconds
    uint16_t m_identifier{0};           ///< of echo requests
    uint16_t m_sequence{0};             ///< of the last echo request
    Ptr<Socket> m_icmpSocket;           ///< sends echo requests and gets the replies
    EventId m_roundEvent;               ///< next round
    Targets m_targets;                  ///< what is asked

    /// A probe has ended
    TracedCallback<Ipv4Address, bool, Time> m_probeTrace;
    /// A server was found dead and taken out of service
    TracedCallback<Ipv4Address, uint16_t> m_downTrace;
    /// A server answers again and was put back
    TracedCallback<Ipv4Address, uint16_t> m_upTrace;
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_HEALTH_CHECK_H
