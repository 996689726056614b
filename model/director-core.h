/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_DIRECTOR_CORE_H
#define GIPT_DIRECTOR_CORE_H

#include "shared-books.h"

#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/traced-callback.h"

#include <cstdint>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief What a director does with a packet.
 */
enum class Verdict : uint8_t
{
    FORWARD,    ///< into the tunnel to the decision's server
    LOCAL,      ///< not the director's: the node's own stack answers
    DROP,       ///< nothing leaves, for the decision's reason
    UNREACHABLE ///< no server to be had: ICMP 3/3 from the VIP
};

/**
 * @ingroup global-ip-tunneling
 * @brief Why a director dropped a packet.
 */
enum class DropReason : uint8_t
{
    NONE,             ///< not dropped
    SERVER_GONE,      ///< its connection names a server that is no longer in service
    NO_SERVER,        ///< no real server is available
    TABLE_FULL,       ///< MaxConnections reached
    TRUNCATED,        ///< shorter than its headers say
    TTL_EXPIRED,      ///< inner TTL 0 or 1
    TOO_BIG,          ///< longer than the tunnel MTU with DF set
    NO_ROUTE,         ///< no route to the real server
    FRAGMENT_TIMEOUT, ///< not all fragments came in time
    BAD_FRAGMENT,     ///< a fragment that fits no datagram, or above the bound on memory
    NO_PROTOCOL,      ///< for the director itself, which has no such protocol, or not for groups
    MARTIAN_SOURCE,   ///< its source is an address of the node, and it came from outside
    BAD_CHECKSUM,     ///< an ICMP message whose checksum is wrong
    OVERLOAD,         ///< drop_packet: a part of the new connections is refused
    LOOP,             ///< its source is the director itself or the real server (RFC 2003, 3.2)
    BAD_OPTIONS       ///< IP options that are not well made, or a source route
};

/** Number of drop reasons. */
static constexpr uint8_t DROP_REASONS = 16;

/**
 * @ingroup global-ip-tunneling
 * @brief The name of a drop reason for listings and CSV.
 * @param reason the reason
 * @return a word in lower case with dashes, such as "server-gone"
 */
const char* ToString(DropReason reason);

/**
 * @ingroup global-ip-tunneling
 * @brief What the core decided for one packet.
 */
struct Decision
{
    Verdict verdict{Verdict::LOCAL};     ///< what to do
    DropReason reason{DropReason::NONE}; ///< why, when dropped
    RealServer* server{nullptr};         ///< where to, when forwarded
    VirtualService* service{nullptr};    ///< the service it counts for, null when there is none
    bool timerChanged{false};            ///< a timer may run out earlier than any before
};

/**
 * @ingroup global-ip-tunneling
 * @brief The part of a director that knows no network: services, connections, decisions.
 *
 * It follows net/netfilter/ipvs/ip_vs_core.c of Linux 6.1. The time is passed in,
 * so that the same code serves simulation, emulation and replay from a file. A Director is a
 * DirectorCore with a node around it.
 *
 * The public member variables are the kernel's sysctls (net.ipv4.vs.*); Director makes Attributes
 * of them.
 */
class DirectorCore : public SharedBooks
{
  public:
    /**
     * @brief Decide for one packet, and keep the books: connection, state, timer, counters.
     * @param key addresses, ports and protocol
     * @param tcpFlags the flags octet of the TCP header, 0 for UDP
     * @param bytes length of the IPv4 packet
     * @param now time of the packet
     * @param mark firewall mark of the packet, 0 for none
     * @return what to do with it
     */
    Decision Decide(const ConnectionKey& key,
                    uint8_t tcpFlags,
                    uint32_t bytes,
                    Time now,
                    uint32_t mark = 0);

    /**
     * @brief Decide for a packet whose transport header is not all there, but for the ports: one of
     * a known connection goes its way, without a word on the connection's state.
     * @param key addresses, ports and protocol
     * @param bytes length of the IPv4 packet
     * @param now time of the packet
     * @return what to do with it
     */
    Decision DecideTruncated(const ConnectionKey& key, uint32_t bytes, Time now);

    /**
     * @brief Count an ICMP error to the client of a connection: ipvsadm --stats has it among the
     * outbound packets.
     * @param decision the connection's server and service
     * @param bytes length of the IPv4 packet, 0 when none was sent
     */
    static void CountAnswer(const Decision& decision, uint32_t bytes);

    /**
     * @brief Find the server to which an ICMP message about a connection is relayed
     * (ip_vs_core.c, ip_vs_in_icmp). Neither state nor timer change.
     * @param key the connection that the message is about
     * @param bytes length of the IPv4 packet with the message; 0 when it is not to be counted
     * @param now time of the message
     * @return FORWARD with the server, else LOCAL
     */
    Decision DecideIcmp(const ConnectionKey& key, uint32_t bytes, Time now);

    /** net.ipv4.vs.conn_reuse_mode: other than 0 reschedules a SYN on a TIME_WAIT or CLOSE entry, 2
     * and 3 also on a FIN_WAIT one. */
    uint32_t connReuseMode{1};

    /** net.ipv4.vs.expire_quiescent_template: a persistent client of a server whose weight is 0 is
     * scheduled anew. */
    bool expireQuiescentTemplate{false};

    /** net.ipv4.vs.sloppy_tcp: any TCP packet but RST may begin a connection. */
    bool sloppyTcp{false};

  protected:
    TracedCallback<const ConnectionKey&, Ptr<RealServer>> m_scheduledTrace; ///< new connection

  private:
    /**
     * @brief Schedule a new connection and enter it into the table.
     * @param service the service of the packet
     * @param key addresses, ports and protocol
     * @param now time of the packet
     * @param[out] decision gets verdict and reason when there is no connection
     * @return the new entry, null when none could be made
     */
    Connection* Schedule(VirtualService& service,
                         const ConnectionKey& key,
                         Time now,
                         Decision& decision);

    /**
     * @brief Schedule by the client's template, and make one if it has none
     * (ip_vs_core.c, ip_vs_sched_persist).
     * @param service the service of the packet
     * @param key addresses, ports and protocol
     * @param now time of the packet
     * @param[out] decision gets verdict and reason when there is no server
     * @return the server, null when there is none
     */
    RealServer* SchedulePersistent(VirtualService& service,
                                   const ConnectionKey& key,
                                   Time now,
                                   Decision& decision);

    /**
     * @brief Whether a SYN on an existing entry begins another connection
     * (ip_vs_core.c, is_new_conn_expected).
     * @param connection the entry
     * @return true when the entry is to be replaced
     */
    bool IsReused(const Connection& connection) const;

    /**
     * @brief Count a packet for a server and its service.
     * @param connection the packet's connection
     * @param bytes length of the packet, 0 when it does not count
     * @param[out] decision gets server and service
     */
    void CountPacket(const Connection& connection, uint32_t bytes, Decision& decision);
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_DIRECTOR_CORE_H
