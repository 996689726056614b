/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "shared-books.h"

#include <vector>

namespace ns3
{
namespace gipt
{

namespace
{

/** How long a template stays of which no timeout was told (ip_vs_proc_conn). */
const Time UNTOLD_TIMEOUT = Seconds(180);

} // namespace

SyncRecord
SharedBooks::GetRecord(const Connection& connection) const
{
    const PoolEntry& place = m_pool[connection.server];
    SyncRecord record;
    record.key = ConnectionTable::GetKey(connection);
    record.server = place.server->GetAddress();
    record.serverPort = GetServerPortOf(connection);
    record.mark = place.id.mark;
    record.isTemplate = connection.IsTemplate();
    if (record.isTemplate)
    {
        record.isAssured = connection.flags & ASSURED;
        record.timeout = GetTemplateTimeout(connection);
        return record;
    }
    record.state = static_cast<ConnectionState>(connection.state);
    record.isControlled = connection.flags & CONTROLLED;
    record.prefix = connection.flags & NETMASK;
    record.timeout = GetTimeout(record.state);
    return record;
}

Connection*
SharedBooks::FindTemplate(const Connection& connection)
{
    return connection.flags & CONTROLLED ? GetTemplate(connection) : nullptr;
}

void
SharedBooks::Rebind(Connection& entry, uint32_t place)
{
    if (entry.server == place)
    {
        return;
    }
    const bool isActive =
        !entry.IsTemplate() && IsActive(static_cast<ConnectionState>(entry.state));
    const auto before = m_pool[entry.server].server;
    Unbind(*before, entry.IsTemplate(), isActive);
    ForgetUnlessNamed(*before);
    entry.server = place;
    Bind(*m_pool[place].server, entry.IsTemplate(), isActive);
}

void
SharedBooks::Update(Connection& entry, const SyncRecord& record, Time now)
{
    Time timeout = record.timeout;
    if (entry.IsTemplate())
    {
        timeout = timeout.IsZero() ? UNTOLD_TIMEOUT : timeout;
        SetTemplateTimeout(entry, timeout);
        entry.flags = static_cast<uint16_t>(record.isAssured ? entry.flags | ASSURED
                                                             : entry.flags & ~ASSURED);
    }
    else
    {
        timeout = timeout.IsZero() ? GetTimeout(record.state) : timeout;
        SetState(entry, record.state);
        SetTold(entry);
    }
    m_table.Restart(&entry, now, timeout);
}

Connection*
SharedBooks::Enter(const SyncRecord& record, uint32_t place, Time now)
{
    Connection* entry = m_table.Insert(record.key, place, now, Seconds(1));
    if (entry)
    {
        Bind(*m_pool[place].server, record.isTemplate, false);
    }
    return entry;
}

void
SharedBooks::Discard(Connection* entry)
{
    const Connection copy = *entry;
    m_table.Erase(entry);
    Release(copy);
}

SyncDrop
SharedBooks::TakeRecord(const SyncRecord& record, uint16_t packets, Time now)
{
    Advance(now);
    Connection* entry = m_table.Find(record.key, now);
    if (entry && !record.isTemplate &&
        (m_pool[entry->server].server->GetAddress() != record.server ||
         GetServerPortOf(*entry) != record.serverPort))
    {
        if (!IsActive(record.state))
        {
            return SyncDrop::NONE; // the end of a connection that was replaced here already
        }
        Discard(entry);
        entry = nullptr;
    }
    if (!entry || m_pool[entry->server].isForeign)
    {
        const uint32_t place = FindPlace(record.key, record.mark, record.server, record.serverPort);
        if (entry)
        {
            Rebind(*entry, place);
        }
        else
        {
            entry = Enter(record, place, now);
        }
    }
    if (!entry)
    {
        return SyncDrop::TABLE_FULL;
    }
    Update(*entry, record, now);
    if (!record.isTemplate)
    {
        entry->packets = packets;
    }
    TimersChanged();
    return SyncDrop::NONE;
}

SyncDrop
SharedBooks::TakeHeld(const SyncRecord& record, uint8_t holder, Time now)
{
    Advance(now);
    const uint32_t place = FindPlace(record.key, record.mark, record.server, record.serverPort);
    Connection* entry = m_table.Find(record.key, now);
    const auto link = static_cast<uint16_t>(CONTROLLED | record.prefix);
    if (entry && !record.isTemplate &&
        (entry->server != place ||
         (entry->flags & (CONTROLLED | NETMASK)) != (record.isControlled ? link : 0)))
    {
        Own(*entry);
        Discard(entry);
        entry = nullptr;
    }
    if (entry && record.isTemplate && entry->server != place)
    {
        Own(*entry);
        Invalidate(entry, now); // connections may still refer to it
        entry = nullptr;
    }
    if (!entry)
    {
        entry = Enter(record, place, now);
        if (!entry)
        {
            return SyncDrop::TABLE_FULL;
        }
        if (record.isControlled)
        {
            // the template was told before its connections, unless there was no room for it
            entry->flags |= link;
            Connection* control = FindTemplateFor(*entry);
            if (control)
            {
                control->SetReferences(control->GetReferences() + 1);
            }
            else
            {
                entry->flags &= ~(CONTROLLED | NETMASK);
            }
        }
    }
    Update(*entry, record, now);
    entry->flags = static_cast<uint16_t>((entry->flags & ~HOLDER) | holder * HOLDER_UNIT);
    TimersChanged();
    return SyncDrop::NONE;
}

void
SharedBooks::RemoveHeld(const ConnectionKey& key, uint8_t holder, Time now)
{
    Advance(now);
    Connection* entry = m_table.Peek(key);
    if (!entry || GetHolder(*entry) != holder)
    {
        return;
    }
    Own(*entry);
    if (entry->IsTemplate() && entry->GetReferences() > 0)
    {
        m_table.Restart(entry, now, Time(0)); // after its connections
        TimersChanged();
        return;
    }
    Discard(entry);
}

Connection*
SharedBooks::FindUsed(const ConnectionKey& key, Time since, Time now)
{
    Connection* entry = m_table.Peek(key);
    if (!entry || entry->IsTemplate() || GetHolder(*entry) != 0)
    {
        return nullptr;
    }
    const Time timeout = GetTimeout(static_cast<ConnectionState>(entry->state));
    return timeout - m_table.GetTimeLeft(*entry, now) < since ? entry : nullptr;
}

bool
SharedBooks::IsTaken(const ConnectionKey& key, uint8_t holder)
{
    const Connection* entry = m_table.Peek(key);
    return entry && GetHolder(*entry) != holder;
}

void
SharedBooks::InheritFrom(uint8_t holder, Time now)
{
    Advance(now);
    Visit(0, UINT64_MAX, [&](Connection& entry) {
        if (GetHolder(entry) == holder)
        {
            Own(entry);
            m_table.Restart(&entry,
                            now,
                            entry.IsTemplate()
                                ? GetTemplateTimeout(entry)
                                : GetTimeout(static_cast<ConnectionState>(entry.state)));
        }
    });
    TimersChanged();
}

void
SharedBooks::TimersChanged()
{
}

uint32_t
SharedBooks::Visit(uint32_t cursor, uint64_t count, const std::function<void(Connection&)>& visitor)
{
    const auto stay = [&visitor](Connection& entry) {
        visitor(entry);
        return false;
    };
    return m_table.Sweep(cursor, count, stay, GetTime());
}

} // namespace gipt
} // namespace ns3
