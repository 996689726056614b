/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_DIRECTOR_CORE_H
#define GIPT_DIRECTOR_CORE_H

#include "connection-key.h"
#include "connection-state.h"
#include "connection-table.h"
#include "real-server.h"
#include "virtual-service.h"

#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief What came of a change of services or real servers; the words are ipvsadm's.
 */
enum class RuleResult : uint8_t
{
    OK,             ///< done
    SERVICE_EXISTS, ///< a service of that address, port and protocol is there already
    NO_SERVICE,     ///< no such service
    SERVER_EXISTS,  ///< the real server is in the service already
    NO_SERVER,      ///< no such real server in the service
    NO_SCHEDULER,   ///< no scheduler of that name
    BAD_WEIGHT,     ///< the weight is above RealServer::MAX_WEIGHT
    BAD_THRESHOLDS, ///< the lower threshold is above the upper one
    BAD_PORT,       ///< port 0, or a real server's port that is not the service's
    BAD_PROTOCOL,   ///< neither TCP nor UDP
    BAD_FLAG        ///< the scheduler does not know the flag
};

/**
 * @ingroup global-ip-tunneling
 * @brief One line that says what a RuleResult means.
 * @param result the result
 * @return text without a full stop, such as "service already exists"
 */
const char* ToString(RuleResult result);

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
    NO_PROTOCOL,      ///< a tunnel packet for the director itself, which is no real server
    MARTIAN_SOURCE,   ///< its source is an address of the node, and it came from outside
    LOOP              ///< its source is the director itself or the real server (RFC 2003, 3.2)
};

/** Number of drop reasons. */
static constexpr uint8_t DROP_REASONS = 13;

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
    bool timerChanged{false};            ///< a timer may run out earlier than any before
};

/**
 * @ingroup global-ip-tunneling
 * @brief The part of a director that knows no network: services, connections, decisions.
 *
 * It follows net/netfilter/ipvs/ip_vs_core.c and ip_vs_ctl.c of Linux 6.1. The time is passed in,
 * so that the same code serves simulation, emulation and replay from a file. A Director is a
 * DirectorCore with a node around it.
 *
 * The public member variables are the kernel's sysctls (net.ipv4.vs.*) and timeouts
 * (ipvsadm --set); Director makes Attributes of them.
 */
class DirectorCore
{
  public:
    DirectorCore();
    virtual ~DirectorCore();
    DirectorCore(const DirectorCore&) = delete;
    DirectorCore& operator=(const DirectorCore&) = delete;

    /**
     * @brief Add a virtual service (ipvsadm -A).
     * @param address VIP
     * @param port service port, 1 to 65535
     * @param protocol 6 TCP, 17 UDP
     * @param scheduler short name or TypeId name
     * @param flags scheduler flags such as "sh-port" (ipvsadm -b)
     * @return OK, SERVICE_EXISTS, NO_SCHEDULER, BAD_FLAG, BAD_PORT or BAD_PROTOCOL
     */
    RuleResult AddService(Ipv4Address address,
                          uint16_t port,
                          uint8_t protocol,
                          const std::string& scheduler,
                          const std::vector<std::string>& flags = {});

    /**
     * @brief Change the scheduler of a service (ipvsadm -E).
     * @param address VIP
     * @param port service port
     * @param protocol 6 TCP, 17 UDP
     * @param scheduler short name or TypeId name
     * @param flags scheduler flags such as "sh-port"
     * @return OK, NO_SERVICE, NO_SCHEDULER or BAD_FLAG
     */
    RuleResult EditService(Ipv4Address address,
                           uint16_t port,
                           uint8_t protocol,
                           const std::string& scheduler,
                           const std::vector<std::string>& flags = {});

    /**
     * @brief Remove a service and its servers; their connections stay (ipvsadm -D).
     * @param address VIP
     * @param port service port
     * @param protocol 6 TCP, 17 UDP
     * @return OK or NO_SERVICE
     */
    RuleResult RemoveService(Ipv4Address address, uint16_t port, uint8_t protocol);

    /**
     * @brief Remove all services (ipvsadm -C).
     */
    void ClearServices();

    /**
     * @brief Find a service by its exact name.
     * @param address VIP
     * @param port service port
     * @param protocol 6 TCP, 17 UDP
     * @return the service, null when there is none
     */
    Ptr<VirtualService> FindService(Ipv4Address address, uint16_t port, uint8_t protocol) const;

    /**
     * @brief All services.
     * @return the services, in the order they were added
     */
    const std::vector<Ptr<VirtualService>>& GetServices() const
    {
        return m_services;
    }

    /**
     * @brief Add a real server at the head of a service's list (ipvsadm -a -i).
     *
     * A server that was deleted while connections still name it comes back with its counters.
     *
     * @param service a service of this director
     * @param address RIP
     * @param port port of the server: the service's
     * @param weight 0 (quiesced) to RealServer::MAX_WEIGHT
     * @param upper upper threshold (-x), 0 for none
     * @param lower lower threshold (-y), 0 for three quarters of upper
     * @return OK, NO_SERVICE, SERVER_EXISTS, BAD_PORT, BAD_WEIGHT or BAD_THRESHOLDS
     */
    RuleResult AddRealServer(Ptr<VirtualService> service,
                             Ipv4Address address,
                             uint16_t port,
                             uint32_t weight = 1,
                             uint32_t upper = 0,
                             uint32_t lower = 0);

    /**
     * @brief Change weight and thresholds of a real server (ipvsadm -e).
     * @param service a service of this director
     * @param address RIP
     * @param port port of the server
     * @param weight 0 (quiesced) to RealServer::MAX_WEIGHT
     * @param upper upper threshold (-x), 0 for none
     * @param lower lower threshold (-y), 0 for three quarters of upper
     * @return OK, NO_SERVICE, NO_SERVER, BAD_WEIGHT or BAD_THRESHOLDS
     */
    RuleResult EditRealServer(Ptr<VirtualService> service,
                              Ipv4Address address,
                              uint16_t port,
                              uint32_t weight,
                              uint32_t upper = 0,
                              uint32_t lower = 0);

    /**
     * @brief Take a real server out of a service (ipvsadm -d).
     *
     * Its connections stay in the table; their packets are dropped, or, with expireNodestConn, the
     * connections go at their next packet.
     *
     * @param service a service of this director
     * @param address RIP
     * @param port port of the server
     * @return OK, NO_SERVICE or NO_SERVER
     */
    RuleResult RemoveRealServer(Ptr<VirtualService> service, Ipv4Address address, uint16_t port);

    /**
     * @brief Decide for one packet, and keep the books: connection, state, timer, counters.
     * @param key addresses, ports and protocol
     * @param tcpFlags the flags octet of the TCP header, 0 for UDP
     * @param bytes length of the IPv4 packet
     * @param now time of the packet
     * @return what to do with it
     */
    Decision Decide(const ConnectionKey& key, uint8_t tcpFlags, uint32_t bytes, Time now);

    /**
     * @brief Remove the connections whose time is up.
     * @param now the time
     */
    void ExpireConnections(Time now);

    /**
     * @brief The connection table, for listings and tests.
     * @return the table
     */
    const ConnectionTable& GetTable() const
    {
        return m_table;
    }

    /**
     * @brief Bound the number of connections.
     * @param number connections and templates above which no new one is made
     */
    void SetMaxConnections(uint64_t number);

    /**
     * @brief The bound on the number of connections.
     * @return connections and templates
     */
    uint64_t GetMaxConnections() const
    {
        return m_maxConnections;
    }

    /**
     * @brief The real server that a connection of the table names.
     * @param connection an entry of GetTable()
     * @return the server, in service or not
     */
    Ptr<RealServer> GetServerOf(const Connection& connection) const;

    /**
     * @brief The hook on scheduling and expiry.
     * @param key the connection
     * @param server its real server
     */
    typedef void (*ConnectionTracedCallback)(const ConnectionKey& key, Ptr<RealServer> server);

    /**
     * @brief The hook on changes of state.
     * @param key the connection
     * @param from name of the state before, such as "SYN_RECV"
     * @param to name of the state after
     */
    typedef void (*StateTracedCallback)(const ConnectionKey& key,
                                        const std::string& from,
                                        const std::string& to);

    /**
     * @brief The hook on real servers that come, go or change.
     * @param service the service
     * @param server the real server
     * @param weight its weight after the change, in no service: 0
     */
    typedef void (*ServerTracedCallback)(Ptr<VirtualService> service,
                                         Ptr<RealServer> server,
                                         uint32_t weight);

    /** net.ipv4.vs.expire_nodest_conn: connections of a deleted server go at their next packet. */
    bool expireNodestConn{false};
    /** net.ipv4.vs.conn_reuse_mode: other than 0 reschedules a SYN on a TIME_WAIT or CLOSE entry, 2
     * and 3 also on a FIN_WAIT one. */
    uint32_t connReuseMode{1};
    /** net.ipv4.vs.sloppy_tcp: any TCP packet but RST may begin a connection. */
    bool sloppyTcp{false};
    /** Timeout of ESTABLISHED (ipvsadm --set, first value). */
    Time tcpTimeout{Seconds(900)};
    /** Timeout of FIN_WAIT (ipvsadm --set, second value). */
    Time tcpFinTimeout{Seconds(120)};
    /** Timeout of UDP (ipvsadm --set, third value). */
    Time udpTimeout{Seconds(300)};

  protected:
    /**
     * @brief A service was added: the place where a Director takes the VIP on its device.
     * @param service the new service
     */
    virtual void ServiceAdded(const VirtualService& service);

    TracedCallback<const ConnectionKey&, Ptr<RealServer>> m_scheduledTrace; ///< new connection
    TracedCallback<const ConnectionKey&, Ptr<RealServer>> m_expiredTrace;   ///< connection gone
    TracedCallback<const ConnectionKey&, const std::string&, const std::string&>
        m_stateTrace; ///< state changed
    TracedCallback<Ptr<VirtualService>, Ptr<RealServer>, uint32_t>
        m_serverTrace; ///< real server added, changed or removed

    /**
     * @brief Forget all connections, as a host does when it loses power.
     */
    void ClearConnections();

    /**
     * @brief Take everything down: services, servers, connections.
     */
    void Dispose();

    ConnectionTable m_table; ///< the connections

  private:
    /** What names a service: VIP, port, protocol. */
    using ServiceKey = std::tuple<uint32_t, uint16_t, uint8_t>;

    /** A real server that is in service or that connections still name. */
    struct PoolEntry
    {
        Ptr<RealServer> server;           ///< null in a free place
        ServiceKey serviceKey;            ///< service it belongs or belonged to
        VirtualService* service{nullptr}; ///< the service, null once out of service
    };

    /**
     * @brief Make a scheduler with its flags.
     * @param name short name or TypeId name
     * @param flags flags such as "sh-port"
     * @param[out] scheduler the scheduler
     * @return OK, NO_SCHEDULER or BAD_FLAG
     */
    static RuleResult MakeScheduler(const std::string& name,
                                    const std::vector<std::string>& flags,
                                    Ptr<Scheduler>& scheduler);

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
     * @brief Whether a SYN on an existing entry begins another connection
     * (ip_vs_core.c, is_new_conn_expected).
     * @param state state of the entry
     * @return true when the entry is to be replaced
     */
    bool IsReused(ConnectionState state) const;

    /**
     * @brief The timeout of a state, with what ipvsadm --set changed.
     * @param state the state
     * @return the timeout
     */
    Time GetTimeout(ConnectionState state) const;

    /**
     * @brief Move a connection to its next state, count it and restart its timer.
     * @param connection the entry
     * @param tcpFlags flags of the packet
     * @param now time of the packet
     * @return true when it now ends earlier than before
     */
    bool Track(Connection& connection, uint8_t tcpFlags, Time now);

    /**
     * @brief Keep the books of an entry that has left or is leaving the table.
     * @param connection the entry
     */
    void Release(const Connection& connection);

    /**
     * @brief Take a server out of its service, and forget it unless connections name it.
     * @param service its service
     * @param server the server
     */
    void Retire(VirtualService& service, Ptr<RealServer> server);

    /**
     * @brief Forget a server that is neither in service nor named by a connection.
     * @param index its place in the pool
     */
    void Forget(uint32_t index);

    uint64_t m_maxConnections{ConnectionTable::MAX_SIZE}; ///< bound on the table
    std::vector<Ptr<VirtualService>> m_services;          ///< in the order they were added
    std::map<ServiceKey, VirtualService*> m_serviceByKey; ///< the same, for look-ups
    std::vector<PoolEntry> m_pool;                        ///< by the index that connections keep
    std::vector<uint32_t> m_freePlaces;                   ///< places of the pool to use again
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_DIRECTOR_CORE_H
