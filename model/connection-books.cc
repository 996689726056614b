/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "connection-books.h"

#include <algorithm>
#include <functional>

namespace ns3
{
namespace gipt
{

namespace
{

constexpr uint16_t FTP = 21;              ///< port of FTP's control connections
constexpr uint16_t INVALID_PORT = 0xffff; ///< service port of a template that leads nowhere
constexpr uint64_t ENTRIES_PER_PAGE = 12; ///< connections in a page of Linux's slab
/** How long a template stays on when its time is up but connections refer to it. */
const Time TEMPLATE_EXTENSION = Seconds(60);

} // namespace

ConnectionBooks::ConnectionBooks()
{
    m_table.SetExpiryCallback(
        [this](Connection& connection, Time now) { HandleExpiry(connection, now); });
}

ConnectionBooks::~ConnectionBooks() = default;

void
ConnectionBooks::ClearConnections()
{
    // others are not told: what is lost here is what they are to keep
    ConnectionObserver* const observer = m_observer;
    m_observer = nullptr;
    m_table.ForEach([this](const Connection& connection) { Release(connection); });
    m_table.Clear();
    m_observer = observer;
}

void
ConnectionBooks::Dispose()
{
    m_table.Clear();
    DisposeServices();
}

void
ConnectionBooks::SetMaxConnections(uint64_t number)
{
    m_maxConnections = number;
    m_table.SetMaxSize(number);
}

Ptr<RealServer>
ConnectionBooks::GetServerOf(const Connection& connection) const
{
    return m_pool[connection.server].server;
}

uint16_t
ConnectionBooks::GetServerPortOf(const Connection& connection) const
{
    // Persistence does not ask for the port of a server by firewall mark.
    const uint16_t port = GetServerOf(connection)->GetPort();
    const bool isPersistent = connection.IsTemplate() || (connection.flags & CONTROLLED);
    return port && !isPersistent ? port : connection.virtualPort;
}

const char*
ConnectionBooks::GetStateNameOf(const Connection& connection)
{
    if (connection.IsTemplate())
    {
        return connection.flags & ASSURED ? "ASSURED" : "NONE";
    }
    return ToString(static_cast<ConnectionState>(connection.state));
}

Time
ConnectionBooks::GetTimeout(ConnectionState state) const
{
    switch (state)
    {
    case ConnectionState::ESTABLISHED:
        return tcpTimeout;
    case ConnectionState::FIN_WAIT:
        return tcpFinTimeout;
    case ConnectionState::UDP:
        return udpTimeout;
    default:
        return GetDefaultTimeout(state);
    }
}

ConnectionKey
ConnectionBooks::GetTemplateKey(const ServiceId& id, uint16_t prefix, const ConnectionKey& key)
{
    ConnectionKey result;
    const uint32_t mask = prefix == 0 ? 0 : ~uint32_t{0} << (32 - prefix);
    result.client = Ipv4Address(key.client.Get() & mask);
    if (id.mark)
    {
        result.virtualAddress = Ipv4Address(id.mark);
    }
    else
    {
        result.virtualAddress = key.virtualAddress;
        result.virtualPort = id.port == FTP ? 0 : id.port; // its data go to any port
        result.protocol = id.protocol;
    }
    return result;
}

Connection*
ConnectionBooks::GetTemplate(const Connection& connection)
{
    auto key = GetTemplateKey(m_pool[connection.server].id,
                              connection.flags & NETMASK,
                              ConnectionTable::GetKey(connection));
    for (const uint16_t port : {key.virtualPort, INVALID_PORT})
    {
        key.virtualPort = port;
        for (Connection* entry = m_table.Peek(key); entry; entry = m_table.PeekNext(entry))
        {
            if (entry->server == connection.server && entry->GetReferences() > 0)
            {
                return entry;
            }
        }
    }
    return nullptr;
}

Connection*
ConnectionBooks::FindTemplateFor(const Connection& connection)
{
    Connection* entry = m_table.Peek(GetTemplateKey(m_pool[connection.server].id,
                                                    connection.flags & NETMASK,
                                                    ConnectionTable::GetKey(connection)));
    return entry && entry->server == connection.server ? entry : nullptr;
}

void
ConnectionBooks::Bind(RealServer& server, bool isTemplate, bool isActive)
{
    server.Bind(isTemplate);
    if (isActive)
    {
        server.Count(true);
    }
}

void
ConnectionBooks::Unbind(RealServer& server, bool isTemplate, bool isActive)
{
    server.Unbind(isTemplate, isActive);
}

void
ConnectionBooks::Invalidate(Connection* entry, Time now)
{
    const Connection copy = *entry;
    const Time left = m_table.GetTimeLeft(copy, now);
    auto key = ConnectionTable::GetKey(copy);
    m_table.Erase(entry);
    key.virtualPort = INVALID_PORT;
    entry = m_table.Insert(key, copy.server, now, left, true);
    entry->flags = copy.flags;
    entry->state = copy.state;
    entry->SetReferences(copy.GetReferences());
}

void
ConnectionBooks::SetTemplateTimeout(Connection& entry, Time timeout)
{
    auto known = std::find(m_templateTimeouts.begin(), m_templateTimeouts.end(), timeout);
    if (known == m_templateTimeouts.end() && m_templateTimeouts.size() <= UINT8_MAX)
    {
        known = m_templateTimeouts.insert(known, timeout);
    }
    else if (known == m_templateTimeouts.end())
    {
        --known;
        *known = timeout;
    }
    entry.state = known - m_templateTimeouts.begin();
}

bool
ConnectionBooks::Track(Connection& connection, uint8_t tcpFlags, Time now)
{
    const auto before = static_cast<ConnectionState>(connection.state);
    const auto after =
        before == ConnectionState::UDP ? before : NextTcpState(before, tcpFlags, IsSecureTcp());
    if (after != before)
    {
        SetState(connection, after);
        if (after == ConnectionState::ESTABLISHED && (connection.flags & CONTROLLED))
        {
            Connection* entry = GetTemplate(connection);
            if (entry && !(entry->flags & ASSURED))
            {
                entry->flags |= ASSURED;
                if (m_observer)
                {
                    m_observer->TemplateChanged(*entry, now);
                }
            }
        }
    }
    return m_table.Restart(&connection, now, GetTimeout(after));
}

void
ConnectionBooks::SetState(Connection& connection, ConnectionState after)
{
    const auto before = static_cast<ConnectionState>(connection.state);
    connection.state = static_cast<uint8_t>(after);
    if (IsActive(after) != IsActive(before))
    {
        m_pool[connection.server].server->Count(IsActive(after));
    }
    if (after != before && !m_stateTrace.IsEmpty())
    {
        m_stateTrace(ConnectionTable::GetKey(connection), ToString(before), ToString(after));
    }
}

void
ConnectionBooks::Release(const Connection& connection)
{
    const auto server = m_pool[connection.server].server;
    if (m_observer)
    {
        m_observer->Removed(connection);
    }
    if (connection.IsTemplate())
    {
        server->Unbind(true, false);
    }
    else
    {
        server->Unbind(false, IsActive(static_cast<ConnectionState>(connection.state)));
        if (connection.flags & CONTROLLED)
        {
            if (Connection* entry = GetTemplate(connection))
            {
                entry->SetReferences(entry->GetReferences() - 1);
            }
        }
        m_expiredTrace(ConnectionTable::GetKey(connection), server);
    }
    ForgetUnlessNamed(*server);
}

void
ConnectionBooks::HandleExpiry(Connection& connection, Time now)
{
    if (connection.flags & HOLDER)
    {
        // its holder says when it is gone
        const bool isTemplate = connection.IsTemplate();
        const auto state = static_cast<ConnectionState>(connection.state);
        m_table.Restart(&connection,
                        now,
                        isTemplate ? GetTemplateTimeout(connection) : GetTimeout(state));
        return;
    }
    if (connection.IsTemplate() && connection.GetReferences() > 0)
    {
        SetTemplateTimeout(connection, TEMPLATE_EXTENSION);
        m_table.Restart(&connection, now, TEMPLATE_EXTENSION);
        if (m_observer)
        {
            m_observer->TemplateExtended(connection, now);
        }
        return;
    }
    Release(connection);
}

void
ConnectionBooks::ServerRetired()
{
    if (!expireNodestConn)
    {
        return;
    }
    // A template goes after the connections that refer to it.
    for (const bool isTemplate : {false, true})
    {
        const auto isOrphan = [this, isTemplate](Connection& connection) {
            const PoolEntry& place = GetPlace(connection.server);
            if (connection.IsTemplate() != isTemplate || place.service || place.isForeign ||
                (isTemplate && connection.GetReferences() > 0))
            {
                return false;
            }
            connection.flags &= ~HOLDER;
            return true;
        };
        m_table.Sweep(0, UINT64_MAX, isOrphan, GetTime());
    }
}

uint64_t
ConnectionBooks::GetFreePages() const
{
    return (m_maxConnections - std::min(m_maxConnections, m_table.GetSize())) / ENTRIES_PER_PAGE;
}

void
ConnectionBooks::DefenceChanged()
{
}

void
ConnectionBooks::SetDropEntry(uint32_t level)
{
    dropEntry = level;
    UpdateLevels(GetFreePages());
    DefenceChanged();
}

void
ConnectionBooks::SetDropPacket(uint32_t level)
{
    dropPacket = level;
    UpdateLevels(GetFreePages());
    DefenceChanged();
}

void
ConnectionBooks::SetSecureTcp(uint32_t level)
{
    secureTcp = level;
    UpdateLevels(GetFreePages());
    DefenceChanged();
}

void
ConnectionBooks::ExpireConnections(Time now)
{
    Advance(now);
    m_table.Advance(now);
}

bool
ConnectionBooks::IsToDrop(const Connection& connection, Time now)
{
    const PoolEntry& place = m_pool[connection.server];
    const Time left = m_table.GetTimeLeft(connection, now);
    if (connection.IsTemplate())
    {
        if (connection.GetReferences() > 0)
        {
            return false;
        }
        if (place.service && place.service->IsOnePacket())
        {
            // the only ones whose packets Linux counts (ip_vs_core.c, ip_vs_in_hook)
            return DropsIdle((connection.flags & PACKETS) / PACKET,
                             GetTemplateTimeout(connection) - left);
        }
        return !(connection.flags & ASSURED);
    }
    const auto state = static_cast<ConnectionState>(connection.state);
    switch (state)
    {
    case ConnectionState::SYN_RECV:
    case ConnectionState::SYNACK:
        return true;
    case ConnectionState::ESTABLISHED:
    case ConnectionState::UDP:
        return DropsIdle(connection.packets, GetTimeout(state) - left);
    default:
        return false;
    }
}

void
ConnectionBooks::Defend(Time now)
{
    UpdateLevels(GetFreePages());
    if (!DropsEntries())
    {
        return;
    }
    // One row of the table in 32 (ip_vs_conn.c, ip_vs_random_dropentry), of which the kernel draws
    // as many at random; here the number of the sweep decides. A row has about eight entries, so
    // that the table thins out everywhere alike.
    uint32_t rowBits = 24;
    while (rowBits > 12 && m_table.GetSize() >> (35 - rowBits) > 0)
    {
        rowBits--;
    }
    const std::function<bool(Connection&)> drops = [this, now](Connection& connection) {
        if (!IsToDrop(connection, now))
        {
            return false;
        }
        connection.flags &= ~HOLDER;
        if (connection.flags & CONTROLLED && !connection.IsTemplate())
        {
            // its template goes with it, if it was for nothing else (ip_vs_conn_expire)
            Connection* entry = GetTemplate(connection);
            if (entry && entry->GetReferences() == 1 && !(entry->flags & ASSURED))
            {
                m_table.Restart(entry, now, Time(0));
            }
        }
        return true;
    };
    const uint64_t sweep = m_sweep++;
    for (uint64_t row = 0; row < 1U << (32 - rowBits); row++)
    {
        uint64_t mixed = (sweep << 32 | row) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ mixed >> 32) * 0x94d049bb133111eb;
        mixed = (mixed ^ mixed >> 32) * 0xbf58476d1ce4e5b9;
        if (mixed >> 59 == 0)
        {
            const auto first = static_cast<uint32_t>(row << rowBits);
            m_table.Sweep(first, UINT64_MAX, drops, now, first | ((1U << rowBits) - 1));
        }
    }
}

} // namespace gipt
} // namespace ns3
