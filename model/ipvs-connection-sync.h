/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_IPVS_CONNECTION_SYNC_H
#define GIPT_IPVS_CONNECTION_SYNC_H

#include "connection-sync.h"

#include "ns3/event-id.h"
#include "ns3/nstime.h"

#include <cstdint>
#include <deque>
#include <map>
#include <tuple>
#include <vector>

namespace ns3
{

class Packet;
class Socket;

namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Connection synchronisation as Linux's sync daemon does it (ipvsadm --start-daemon).
 *
 * The rules are those of net/netfilter/ipvs/ip_vs_sync.c of Linux 6.1, messages of version 1 over
 * UDP to 224.0.0.81:8848: one way, without acknowledgement, without the connections that were there
 * before. A connection is told at its third packet and then at each fiftieth, and at once when it
 * begins to end; one that is half open is never told. A template is told with each packet of its
 * connections.
 *
 * Directors on different networks are given each other's addresses by AddPeer(): then each message
 * goes to each of them instead of the group. Linux knows only the group.
 */
class IpvsConnectionSync : public ConnectionSync
{
  public:
    /** What the daemon does (ip_vs.h, IP_VS_STATE_*). */
    enum Role
    {
        MASTER = 1, ///< sends
        BACKUP = 2, ///< receives
        BOTH = 3    ///< sends and receives
    };

    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    IpvsConnectionSync() = default;
    ~IpvsConnectionSync() override = default;

    /**
     * @brief Change what the daemon does, as keepalived does on MASTER and BACKUP.
     * @param role the role
     */
    void SetRole(Role role);

    /**
     * @brief What the daemon does.
     * @return the role
     */
    Role GetRole() const
    {
        return m_role;
    }

    // from ConnectionObserver
    void Counted(Connection& connection, Time now) override;
    void CountedTemplate(Connection& entry, Time now) override;
    void TemplateChanged(Connection& entry, Time now) override;
    void TemplateExtended(Connection& entry, Time now) override;
    void Removed(const Connection& connection) override;

  private:
    /** A connection's name in the maps below. */
    using Name = std::tuple<uint64_t, uint64_t>;

    void Begin() override;
    void Halt(bool hasPower) override;

    /**
     * @brief Name a connection.
     * @param connection the entry
     * @return its name
     */
    static Name NameOf(const Connection& connection);

    /**
     * @brief Open the sockets that the role needs, close the others.
     */
    void OpenSockets();

    /**
     * @brief Close the sockets.
     */
    void CloseSockets();

    /**
     * @brief Whether an entry is to be told now (ip_vs_sync.c, ip_vs_sync_conn_needed).
     * @param connection the entry
     * @param packets its packets
     * @param now the time
     * @return true when it is; that is noted
     */
    bool IsNeeded(Connection& connection, uint32_t packets, Time now);

    /**
     * @brief Whether sync_refresh_period lets an entry be told now.
     * @param connection the entry
     * @param now the time
     * @param[out] retry what to note of it
     * @return true when it does
     */
    bool IsDue(const Connection& connection, Time now, int64_t& retry) const;

    /**
     * @brief Tell an entry, and then its template, if they are to be told.
     * @param connection the entry
     * @param packets its packets
     * @param now the time
     */
    void Consider(Connection& connection, uint32_t packets, Time now);

    /**
     * @brief Tell a template if it is to be told.
     * @param entry the template
     * @param now the time
     */
    void ConsiderTemplate(Connection& entry, Time now);

    /**
     * @brief Append an entry to the message that is being filled.
     * @param connection the entry
     * @param now the time
     */
    void Append(const Connection& connection, Time now);

    /**
     * @brief The message is full: put it into the queue (sb_queue_tail).
     * @param now the time
     */
    void Enqueue(Time now);

    /**
     * @brief Wake the sending thread at a time, unless it wakes earlier.
     * @param time when
     */
    void WakeAt(Time time);

    /**
     * @brief The sending thread wakes: send what there is (sync_thread_master).
     */
    void Wake();

    /**
     * @brief Send a message to the group or to each peer.
     * @param message the message
     */
    void Send(const SyncMessage& message);

    /**
     * @brief A message came in.
     * @param socket the socket
     */
    void HandleRead(Ptr<Socket> socket);

    Role m_role{BOTH};         ///< what the daemon does
    Ipv4Address m_group;       ///< where messages go
    uint16_t m_port{0};        ///< UDP port
    uint8_t m_ttl{1};          ///< TTL of messages
    uint32_t m_interface{1};   ///< interface for the group
    uint8_t m_syncId{0};       ///< --syncid
    uint32_t m_maxLength{0};   ///< --sync-maxlen
    uint32_t m_threshold{0};   ///< first value of sync_threshold
    uint32_t m_period{0};      ///< second value of sync_threshold
    Time m_refreshPeriod;      ///< sync_refresh_period
    uint32_t m_retries{0};     ///< sync_retries
    bool m_persistMode{false}; ///< sync_persist_mode
    uint32_t m_queueLength{0}; ///< sync_qlen_max

    Ptr<Socket> m_sender;                       ///< open for a master
    Ptr<Socket> m_listener;                     ///< open for a backup
    std::vector<SyncMessage> m_filling;         ///< the message that is being filled, if any
    Time m_firstUse;                            ///< when that was begun
    std::deque<SyncMessage> m_queue;            ///< full messages
    uint32_t m_queued{0};                       ///< put into the queue since it was empty
    Time m_lastWake;                            ///< when the thread woke last
    EventId m_wakeEvent;                        ///< its next waking
    Time m_wakeTime;                            ///< when that is
    std::map<Name, int64_t> m_endTimes;         ///< sync_endtime in ticks, with sync_refresh_period
    std::map<Name, uint32_t> m_templatePackets; ///< of templates, without any period
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_IPVS_CONNECTION_SYNC_H
