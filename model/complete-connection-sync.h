/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_COMPLETE_CONNECTION_SYNC_H
#define GIPT_COMPLETE_CONNECTION_SYNC_H

#include "connection-sync.h"

#include "ns3/event-id.h"
#include "ns3/nstime.h"

#include <cstdint>
#include <list>
#include <memory>
#include <vector>

namespace ns3
{

class Socket;

namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Connection synchronisation that leaves nothing out, to be compared with Linux's.
 *
 * Each director opens a TCP connection to each of its peers and is told there what the peer has:
 * first all connections that it holds, then every change as it happens, half-open connections and
 * ends included. TCP sees to it that nothing is lost; who is not heard of for DeadInterval is given
 * up, and asked again from the beginning.
 *
 * A director holds a connection when it has seen its last packet. With its peers the connection's
 * time does not run out as long as the holder is there: it says when the connection is gone. When
 * the holder is not there any more, its connections are their own, with a full timeout each. When
 * two see packets of a connection within ContendInterval of each other, the one with the greater
 * address holds it.
 *
 * What is told are the entries of IpvsConnectionSync, with the bits for a connection's template
 * that Linux does not send. To TCP they go in batches, BatchDelay after the first of them.
 */
class CompleteConnectionSync : public ConnectionSync
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    CompleteConnectionSync();
    ~CompleteConnectionSync() override;

    /**
     * @brief Whether all that a peer held when it was asked has arrived.
     * @param peer the peer's address
     * @return true when it has, and the peer is there
     */
    bool IsInSync(Ipv4Address peer) const;

    // from ConnectionObserver
    void Counted(Connection& connection, Time now) override;
    void CountedTemplate(Connection& entry, Time now) override;
    void TemplateChanged(Connection& entry, Time now) override;
    void TemplateExtended(Connection& entry, Time now) override;
    void Removed(const Connection& connection) override;

    /**
     * @brief The hook on peers.
     * @param peer the peer's address
     * @param isInSync true when all that it held has arrived, false when it is given up
     */
    typedef void (*PeerTracedCallback)(Ipv4Address peer, bool isInSync);

  private:
    struct Session;
    struct Link;

    void Begin() override;
    void Halt(bool hasPower) override;

    /**
     * @brief Tell all peers of an entry.
     * @param connection the entry
     * @param type what is to be told of it
     */
    void Tell(const Connection& connection, SyncRecord::Type type);

    /**
     * @brief Append an entry to what a peer is to be told.
     * @param session the peer
     * @param record the entry
     * @param type what is to be told of it
     */
    void Append(Session& session, const SyncRecord& record, SyncRecord::Type type);

    /**
     * @brief Have the batch sent when it is time.
     */
    void ScheduleFlush();

    /**
     * @brief Send what there is to all peers.
     */
    void Flush();

    /**
     * @brief Send what there is to a peer, as far as TCP takes it.
     * @param session the peer
     */
    void Pump(Session& session);

    /**
     * @brief Tell a peer some more of what was there before it asked.
     * @param session the peer
     */
    void FillFromTable(Session& session);

    /**
     * @brief Tell all peers that the director is there.
     */
    void SayAlive();

    /**
     * @brief A peer asks.
     * @param socket the connection
     * @param from its address
     */
    void HandleAccept(Ptr<Socket> socket, const Address& from);

    /**
     * @brief TCP takes more.
     * @param socket the connection to a peer that asked
     * @param available octets
     */
    void HandleSend(Ptr<Socket> socket, uint32_t available);

    /**
     * @brief A peer that asked is gone.
     * @param socket the connection
     */
    void HandleSessionEnd(Ptr<Socket> socket);

    /**
     * @brief Ask a peer.
     * @param link the peer
     */
    void Connect(Link* link);

    /**
     * @brief Give a peer up, and ask it again after a while.
     * @param link the peer
     */
    void Lose(Link* link);

    /**
     * @brief A peer tells something.
     * @param socket the connection
     */
    void HandleRead(Ptr<Socket> socket);

    /**
     * @brief A peer that was asked does not answer or is gone.
     * @param socket the connection
     */
    void HandleLinkEnd(Ptr<Socket> socket);

    /**
     * @brief Take an entry.
     * @param link the peer that tells
     * @param octets the entry
     * @return false when the peer cannot be followed any more
     */
    bool Take(Link& link, const uint8_t* octets);

    /**
     * @brief Take what a connection is now.
     * @param link the peer that tells
     * @param record the entry
     * @param wasBefore it was there before the director asked
     */
    void TakeEntry(Link& link, const SyncRecord& record, bool wasBefore);

    /**
     * @brief The peer of a connection that was made to it.
     * @param socket the connection
     * @return the peer, null when it has another one by now
     */
    Link* FindLink(Ptr<Socket> socket);

    uint16_t m_port{0};     ///< TCP port
    Time m_batchDelay;      ///< how long an entry waits for others
    Time m_aliveInterval;   ///< between two signs of life
    Time m_deadInterval;    ///< without any the peer is given up
    Time m_retryInterval;   ///< before a peer is asked again
    Time m_contendInterval; ///< see the class

    Ptr<Socket> m_listener;                     ///< peers ask here
    std::list<Session> m_sessions;              ///< peers that asked
    std::vector<std::unique_ptr<Link>> m_links; ///< peers that are asked
    EventId m_flushEvent;                       ///< the batch
    EventId m_aliveEvent;                       ///< the next sign of life

    TracedCallback<Ipv4Address, bool> m_peerTrace; ///< peer in sync, or lost
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_COMPLETE_CONNECTION_SYNC_H
