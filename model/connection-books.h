/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_CONNECTION_BOOKS_H
#define GIPT_CONNECTION_BOOKS_H

#include "connection-key.h"
#include "connection-observer.h"
#include "connection-state.h"
#include "connection-table.h"
#include "overload-defence.h"
#include "service-table.h"

#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief The connections of a director and what they are to their real servers: states, timers,
 * counts, templates, and what is swept when memory is short.
 *
 * It follows net/netfilter/ipvs/ip_vs_conn.c of Linux 6.1. The public member variables are the
 * kernel's sysctls (net.ipv4.vs.*) and timeouts (ipvsadm --set).
 */
class ConnectionBooks : public ServiceTable, public OverloadDefence
{
  public:
    ConnectionBooks();

    ~ConnectionBooks() override;

    /**
     * @brief Set the sysctl drop_entry, which acts at once.
     * @param level 0 to 3
     */
    void SetDropEntry(uint32_t level);

    /**
     * @brief The sysctl drop_entry.
     * @return 0 to 3
     */
    uint32_t GetDropEntry() const
    {
        return dropEntry;
    }

    /**
     * @brief Set the sysctl drop_packet, which acts at once.
     * @param level 0 to 3
     */
    void SetDropPacket(uint32_t level);

    /**
     * @brief The sysctl drop_packet.
     * @return 0 to 3
     */
    uint32_t GetDropPacket() const
    {
        return dropPacket;
    }

    /**
     * @brief Set the sysctl secure_tcp, which acts at once.
     * @param level 0 to 3
     */
    void SetSecureTcp(uint32_t level);

    /**
     * @brief The sysctl secure_tcp.
     * @return 0 to 3
     */
    uint32_t GetSecureTcp() const
    {
        return secureTcp;
    }

    /**
     * @brief The work of each second against overload (ip_vs_ctl.c, update_defense_level).
     * @param now the time
     */
    void Defend(Time now);

    /**
     * @brief Whether any defence against overload is on, so that Defend is to be called.
     * @return true when drop_entry, drop_packet or secure_tcp is not 0
     */
    bool HasDefence() const
    {
        return dropEntry || dropPacket || secureTcp;
    }

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
     * @brief The port of its real server that a connection of the table names.
     * @param connection an entry of GetTable()
     * @return the server's port; in a service of all ports the connection's own
     */
    uint16_t GetServerPortOf(const Connection& connection) const;

    /**
     * @brief The name of the state of an entry of the table, as ipvsadm -Lc has it.
     * @param connection an entry of GetTable()
     * @return such as "ESTABLISHED"; of a template "NONE" or "ASSURED"
     */
    static const char* GetStateNameOf(const Connection& connection);

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

    /** net.ipv4.vs.expire_nodest_conn: connections of a deleted server go at their next packet. */
    bool expireNodestConn{false};

    /** Timeout of ESTABLISHED (ipvsadm --set, first value). */
    Time tcpTimeout{Seconds(900)};

    /** Timeout of FIN_WAIT (ipvsadm --set, second value). */
    Time tcpFinTimeout{Seconds(120)};

    /** Timeout of UDP (ipvsadm --set, third value). */
    Time udpTimeout{Seconds(300)};

  protected:
    /**
     * @brief A level of the defence against overload was set: the place where a Director sees to
     * it that Defend is called.
     */
    virtual void DefenceChanged();

    TracedCallback<const ConnectionKey&, Ptr<RealServer>> m_expiredTrace; ///< connection gone

    TracedCallback<const ConnectionKey&, const std::string&, const std::string&>
        m_stateTrace; ///< state changed

    /**
     * @brief Forget all connections, as a host does when it loses power.
     */
    void ClearConnections();

    /**
     * @brief Take everything down: services, servers, connections.
     */
    void Dispose();

    ConnectionTable m_table; ///< the connections

    /** Bits of Connection::flags: netmask length of the template in the lowest six. */
    enum Flag : uint16_t
    {
        NETMASK = 0x3f,    ///< netmask length of the template of a controlled connection
        CONTROLLED = 0x40, ///< has a template (ip_vs_conn.c, control)
        ASSURED = 0x80,    ///< template with an established connection (IP_VS_CTPL_S_ASSURED)
        PACKET = 0x100,    ///< one in the count of one-packet connections of a template
        PACKETS = 0xf00,   ///< that count, up to 15
        TOLD = 0xf00, ///< state of a connection that was told to others (ip_vs_conn, old_state)
        TOLD_UNIT = 0x100,   ///< lowest bit of it
        HOLDER = 0x7000,     ///< the director that holds the entry, 0 for this one
        HOLDER_UNIT = 0x1000 ///< lowest bit of it
    };

    ConnectionObserver* m_observer{nullptr}; ///< is told of changes, may be null

    /**
     * @brief The key of a client's template.
     * @param id name of the service
     * @param prefix netmask length of the service
     * @param key a connection of the client
     * @return the template's key
     */
    static ConnectionKey GetTemplateKey(const ServiceId& id,
                                        uint16_t prefix,
                                        const ConnectionKey& key);

    /**
     * @brief The template of a controlled connection.
     * @param connection the connection
     * @return the template, null when it is gone
     */
    Connection* GetTemplate(const Connection& connection);

    /**
     * @brief The template that an entry with CONTROLLED and netmask length belongs to, whether it
     * is referred to already or not.
     * @param connection the connection
     * @return the template, null when there is none
     */
    Connection* FindTemplateFor(const Connection& connection);

    /**
     * @brief How long a template stays after a new connection: what its service said when it was
     * made, or 60 s once it was extended (ip_vs_conn.c, cp->timeout).
     * @param entry the template
     * @return the timeout
     */
    Time GetTemplateTimeout(const Connection& entry) const
    {
        return m_templateTimeouts[entry.state];
    }

    /**
     * @brief Set how long a template stays after a new connection.
     * @param entry the template
     * @param timeout the timeout
     */
    void SetTemplateTimeout(Connection& entry, Time timeout);

    /**
     * @brief Put a template aside that leads to no server any more
     * (ip_vs_conn.c, ip_vs_check_template): it stays until its time is up.
     * @param entry the template
     * @param now the time
     */
    void Invalidate(Connection* entry, Time now);

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
     * @brief Give a connection a state, count it and trace it; its timer stays.
     * @param connection the entry, not a template
     * @param after the state
     */
    void SetState(Connection& connection, ConnectionState after);

    /**
     * @brief Have an entry that is not new count for a server.
     * @param server the server
     * @param isTemplate it is a template
     * @param isActive it counts as active
     */
    static void Bind(RealServer& server, bool isTemplate, bool isActive);

    /**
     * @brief Have an entry count for a server no more.
     * @param server the server
     * @param isTemplate it is a template
     * @param isActive it counted as active
     */
    static void Unbind(RealServer& server, bool isTemplate, bool isActive);

    /**
     * @brief Keep the books of an entry that has left or is leaving the table.
     * @param connection the entry
     */
    void Release(const Connection& connection);

  private:
    /**
     * @brief The time of an entry is up: release it, or extend a template that is referred to
     * (ip_vs_conn.c, ip_vs_conn_expire).
     * @param connection the entry
     * @param now the time
     */
    void HandleExpiry(Connection& connection, Time now);

    /**
     * @brief With expire_nodest_conn, the connections of a deleted server go at once
     * (ip_vs_conn.c, ip_vs_expire_nodest_conn_flush).
     */
    void ServerRetired() override;

    /**
     * @brief Whether drop_entry takes an entry (ip_vs_conn.c, ip_vs_random_dropentry).
     * @param connection the entry
     * @param now the time
     * @return true when it is to go
     */
    bool IsToDrop(const Connection& connection, Time now);

    /**
     * @brief Pages that the bound on connections leaves free.
     * @return number of pages
     */
    uint64_t GetFreePages() const;

    /** Timeouts of templates, by Connection::state: 256 different ones, then the last one is lost.
     */
    std::vector<Time> m_templateTimeouts;

    uint64_t m_maxConnections{ConnectionTable::MAX_SIZE}; ///< bound on the table

    uint32_t m_sweep{0}; ///< how often drop_entry has swept
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_CONNECTION_BOOKS_H
