/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_SHARED_BOOKS_H
#define GIPT_SHARED_BOOKS_H

#include "connection-books.h"
#include "sync-record.h"

#include "ns3/nstime.h"

#include <cstdint>
#include <functional>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief The books of a director that shares its connections with other directors.
 *
 * What comes from another director is entered as Linux does (net/netfilter/ipvs/ip_vs_sync.c,
 * ip_vs_proc_conn), or as the other's own word on it (complete synchronisation).
 *
 * For the latter each entry has a holder: 0 for the director itself, 1 to MAX_HOLDERS for another.
 * While another holds it, its time does not run out here.
 */
class SharedBooks : public ConnectionBooks
{
  public:
    /** How many others can hold entries: three bits of an entry. */
    static constexpr uint8_t MAX_HOLDERS = 7;

    /**
     * @brief Tell somebody of each change of the connections.
     * @param observer who is told, null for none
     */
    void SetObserver(ConnectionObserver* observer)
    {
        m_observer = observer;
    }

    /**
     * @brief Who is told of each change.
     * @return the observer, null for none
     */
    ConnectionObserver* GetObserver() const
    {
        return m_observer;
    }

    /**
     * @brief What there is to tell of an entry.
     * @param connection the entry
     * @return the record
     */
    SyncRecord GetRecord(const Connection& connection) const;

    /**
     * @brief The template of an entry.
     * @param connection the entry
     * @return the template, null when it has none
     */
    Connection* FindTemplate(const Connection& connection);

    /**
     * @brief Take what Linux's sync daemon says of a connection.
     *
     * A server that is in no service here gets a place of its own, and the connection's packets go
     * to it, as with an entry without destination on Linux; it finds its server once that is in
     * service and the connection is heard of again (ip_vs_try_bind_dest).
     *
     * @param record what was said
     * @param packets what the entry's count of packets is to be (sync_threshold)
     * @param now the time
     * @return NONE, or TABLE_FULL
     */
    SyncDrop TakeRecord(const SyncRecord& record, uint16_t packets, Time now);

    /**
     * @brief Take what another director says of a connection that it holds.
     * @param record what was said
     * @param holder the other, 1 to MAX_HOLDERS
     * @param now the time
     * @return NONE, or TABLE_FULL
     */
    SyncDrop TakeHeld(const SyncRecord& record, uint8_t holder, Time now);

    /**
     * @brief Whether an entry is the director's own, and was used here lately.
     * @param key its key
     * @param since how lately
     * @param now the time
     * @return the entry when it is
     */
    Connection* FindUsed(const ConnectionKey& key, Time since, Time now);

    /**
     * @brief Whether an entry is there that another does not hold.
     * @param key its key
     * @param holder the other
     * @return true when the director itself or a third one has it
     */
    bool IsTaken(const ConnectionKey& key, uint8_t holder);

    /**
     * @brief Remove an entry of which its holder says that it is gone.
     * @param key its key
     * @param holder the holder; an entry of another one stays
     * @param now the time
     */
    void RemoveHeld(const ConnectionKey& key, uint8_t holder, Time now);

    /**
     * @brief A holder is not heard of any more: its entries are the director's own, and their time
     * begins to run.
     * @param holder the holder
     * @param now the time
     */
    void InheritFrom(uint8_t holder, Time now);

    /**
     * @brief Who holds an entry.
     * @param connection the entry
     * @return 0 for the director itself
     */
    static uint8_t GetHolder(const Connection& connection)
    {
        return static_cast<uint8_t>((connection.flags & HOLDER) / HOLDER_UNIT);
    }

    /**
     * @brief Make an entry the director's own.
     * @param connection the entry
     */
    static void Own(Connection& connection)
    {
        connection.flags &= ~HOLDER;
    }

    /**
     * @brief The state of a connection that was last told.
     * @param connection an entry that is not a template
     * @return the state, NONE when none was
     */
    static ConnectionState GetTold(const Connection& connection)
    {
        return static_cast<ConnectionState>((connection.flags & TOLD) / TOLD_UNIT);
    }

    /**
     * @brief Note that the present state of a connection was told.
     * @param connection an entry that is not a template
     */
    static void SetTold(Connection& connection)
    {
        connection.flags =
            static_cast<uint16_t>((connection.flags & ~TOLD) | connection.state * TOLD_UNIT);
    }

    /**
     * @brief Visit some entries, as ConnectionTable::Sweep does.
     * @param cursor where to begin: 0, or what the last call returned
     * @param count how many to visit, or a few more
     * @param visitor called with each entry
     * @return where to go on, 0 after the last entry
     */
    uint32_t Visit(uint32_t cursor,
                   uint64_t count,
                   const std::function<void(Connection&)>& visitor);

  protected:
    /**
     * @brief Entries came in from outside: the place where a Director looks to its timer.
     */
    virtual void TimersChanged();

  private:
    /**
     * @brief Enter a connection or template that is not there.
     * @param record what was said of it
     * @param place place of its server
     * @param now the time
     * @return the entry, null when there is no room
     */
    Connection* Enter(const SyncRecord& record, uint32_t place, Time now);

    /**
     * @brief Give an entry state and timer.
     * @param entry the entry
     * @param record what was said of it
     * @param now the time
     */
    void Update(Connection& entry, const SyncRecord& record, Time now);

    /**
     * @brief Have an entry name another server.
     * @param entry the entry
     * @param place place of the server
     */
    void Rebind(Connection& entry, uint32_t place);

    /**
     * @brief Remove an entry.
     * @param entry the entry
     */
    void Discard(Connection* entry);
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_SHARED_BOOKS_H
