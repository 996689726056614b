/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "director-core.h"

#include <algorithm>
#include <array>
#include <functional>

namespace ns3
{
namespace gipt
{

namespace
{

constexpr uint8_t PROTOCOL_TCP = 6;       ///< IANA protocol number
constexpr uint16_t FTP = 21;              ///< port of FTP's control connections
constexpr uint16_t FTP_DATA = 20;         ///< port that active FTP comes from
constexpr uint16_t INVALID_PORT = 0xffff; ///< service port of a template that leads nowhere
constexpr uint64_t ENTRIES_PER_PAGE = 12; ///< connections in a page of Linux's slab
/** How long a template stays on when its time is up but connections refer to it. */
const Time TEMPLATE_EXTENSION = Seconds(60);

} // namespace

const char*
ToString(DropReason reason)
{
    static constexpr std::array<const char*, DROP_REASONS> TEXTS{
        "none",
        "server-gone",
        "no-server",
        "table-full",
        "truncated",
        "ttl-expired",
        "too-big",
        "no-route",
        "fragment-timeout",
        "bad-fragment",
        "no-protocol",
        "martian-source",
        "bad-checksum",
        "overload",
        "loop",
        "bad-options",
    };
    return TEXTS[static_cast<uint8_t>(reason)];
}

DirectorCore::DirectorCore()
{
    m_table.SetExpiryCallback(
        [this](Connection& connection, Time now) { HandleExpiry(connection, now); });
}

DirectorCore::~DirectorCore() = default;

void
DirectorCore::ClearConnections()
{
    m_table.ForEach([this](const Connection& connection) { Release(connection); });
    m_table.Clear();
}

void
DirectorCore::Dispose()
{
    m_table.Clear();
    DisposeServices();
}

void
DirectorCore::SetMaxConnections(uint64_t number)
{
    m_maxConnections = number;
    m_table.SetMaxSize(number);
}

Ptr<RealServer>
DirectorCore::GetServerOf(const Connection& connection) const
{
    return m_pool[connection.server].server;
}

uint16_t
DirectorCore::GetServerPortOf(const Connection& connection) const
{
    // Persistence does not ask for the port of a server by firewall mark.
    const uint16_t port = GetServerOf(connection)->GetPort();
    const bool isPersistent = connection.IsTemplate() || (connection.flags & CONTROLLED);
    return port && !isPersistent ? port : connection.virtualPort;
}

const char*
DirectorCore::GetStateNameOf(const Connection& connection)
{
    if (connection.IsTemplate())
    {
        return connection.flags & ASSURED ? "ASSURED" : "NONE";
    }
    return ToString(static_cast<ConnectionState>(connection.state));
}

bool
DirectorCore::IsReused(const Connection& connection) const
{
    if (connReuseMode == 0 || (connection.flags & CONTROLLED))
    {
        return false;
    }
    const auto state = static_cast<ConnectionState>(connection.state);
    return state == ConnectionState::TIME_WAIT || state == ConnectionState::CLOSE ||
           ((connReuseMode & 2) && state == ConnectionState::FIN_WAIT);
}

Time
DirectorCore::GetTimeout(ConnectionState state) const
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
DirectorCore::GetTemplateKey(const ServiceId& id, uint16_t prefix, const ConnectionKey& key)
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
DirectorCore::GetTemplate(const Connection& connection)
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

void
DirectorCore::Invalidate(Connection* entry, Time now)
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
DirectorCore::SetTemplateTimeout(Connection& entry, Time timeout)
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

RealServer*
DirectorCore::SchedulePersistent(VirtualService& service,
                                 const ConnectionKey& key,
                                 Time now,
                                 Decision& decision)
{
    const uint16_t prefix = service.GetNetmask().GetPrefixLength();
    const auto templateKey = GetTemplateKey(service.GetId(), prefix, key);
    Connection* entry = m_table.Find(templateKey, now);
    if (entry)
    {
        const RealServer& server = *m_pool[entry->server].server;
        if (!server.IsInService() || (expireQuiescentTemplate && server.GetWeight() == 0))
        {
            Invalidate(entry, now);
            entry = nullptr;
        }
    }
    if (!entry)
    {
        RealServer* server = service.m_scheduler->Schedule(service, key, now);
        if (!server)
        {
            decision.verdict = Verdict::UNREACHABLE;
            decision.reason = DropReason::NO_SERVER;
            return nullptr;
        }
        entry = m_table.Insert(templateKey, server->m_index, now, service.GetPersistence());
        if (!entry)
        {
            decision.verdict = Verdict::DROP;
            decision.reason = DropReason::TABLE_FULL;
            return nullptr;
        }
        SetTemplateTimeout(*entry, service.GetPersistence());
        server->Bind(true);
    }
    if (service.IsOnePacket() && key.protocol != PROTOCOL_TCP &&
        (entry->flags & PACKETS) != PACKETS)
    {
        entry->flags += PACKET;
    }
    // each new connection restarts the template's timer
    m_table.Restart(entry, now, GetTemplateTimeout(*entry));
    return PeekPointer(m_pool[entry->server].server);
}

Connection*
DirectorCore::Schedule(VirtualService& service,
                       const ConnectionKey& key,
                       Time now,
                       Decision& decision)
{
    if (RefusesConnection())
    {
        decision.verdict = Verdict::DROP;
        decision.reason = DropReason::OVERLOAD;
        return nullptr;
    }
    if (key.clientPort == FTP_DATA)
    {
        // active FTP of a real server may not be scheduled (ip_vs_core.c, ip_vs_schedule)
        return nullptr;
    }
    const bool isPersistent = !service.GetPersistence().IsZero();
    const bool isFtpData = service.GetId().port == FTP && key.virtualPort != FTP;
    if (isFtpData && !isPersistent)
    {
        // Match has taken it for FTP's, but nothing says where it belongs
        return nullptr;
    }
    RealServer* server = isPersistent ? SchedulePersistent(service, key, now, decision)
                                      : service.m_scheduler->Schedule(service, key, now);
    if (!server)
    {
        if (!isPersistent)
        {
            decision.verdict = Verdict::UNREACHABLE;
            decision.reason = DropReason::NO_SERVER;
        }
        if (isFtpData && decision.reason == DropReason::NO_SERVER)
        {
            decision = Decision(); // perhaps it is not FTP's (ip_vs_core.c, ip_vs_leave)
        }
        return nullptr;
    }
    decision.timerChanged = true;
    decision.server = server;
    const bool isTcp = key.protocol == PROTOCOL_TCP;
    if ((service.IsOnePacket() && !isTcp) || key.clientPort == 0)
    {
        // One packet, no entry: it counts for as long as the packet takes
        // (IP_VS_CONN_F_ONE_PACKET). Client port 0 names templates, which a packet from there must
        // not become.
        server->m_stats.connections++;
        service.m_stats.connections++;
        server->Bind(false);
        server->Unbind(false, false);
        decision.verdict = Verdict::FORWARD;
        return nullptr;
    }
    const auto first = isTcp ? ConnectionState::NONE : ConnectionState::UDP;
    Connection* connection = m_table.Insert(key, server->m_index, now, GetTimeout(first));
    if (!connection)
    {
        decision.verdict = Verdict::DROP;
        decision.reason = DropReason::TABLE_FULL;
        return nullptr;
    }
    connection->state = static_cast<uint8_t>(first);
    server->Bind(false);
    if (isPersistent)
    {
        connection->flags |= CONTROLLED | service.GetNetmask().GetPrefixLength();
        Connection* entry =
            m_table.Peek(GetTemplateKey(service.GetId(), connection->flags & NETMASK, key));
        entry->SetReferences(entry->GetReferences() + 1);
    }
    server->m_stats.connections++;
    service.m_stats.connections++;
    m_scheduledTrace(key, Ptr<RealServer>(server));
    return connection;
}

void
DirectorCore::CountPacket(const Connection& connection, uint32_t bytes, Decision& decision)
{
    PoolEntry& entry = m_pool[connection.server];
    decision.server = PeekPointer(entry.server);
    decision.service = entry.service;
    if (bytes)
    {
        entry.server->m_stats.CountInPacket(bytes);
    }
    if (bytes && entry.service)
    {
        entry.service->m_stats.CountInPacket(bytes);
    }
}

void
DirectorCore::CountAnswer(const Decision& decision, uint32_t bytes)
{
    if (bytes)
    {
        decision.server->m_stats.CountOutPacket(bytes);
    }
    if (bytes && decision.service)
    {
        decision.service->m_stats.CountOutPacket(bytes);
    }
}

Decision
DirectorCore::Decide(const ConnectionKey& key,
                     uint8_t tcpFlags,
                     uint32_t bytes,
                     Time now,
                     uint32_t mark)
{
    Decision decision;
    Advance(now);
    if (GetServices().empty())
    {
        // without a service Linux has no hooks in the packet path
        return decision;
    }
    const bool isTcp = key.protocol == PROTOCOL_TCP;
    Connection* connection = key.clientPort ? m_table.Find(key, now) : nullptr;
    // A replaced entry counts until the next one is scheduled: Linux lets its timer fire later.
    Connection replaced;
    bool isReplaced = false;
    if (connection)
    {
        const RealServer& server = *m_pool[connection->server].server;
        isReplaced = isTcp && (tcpFlags & TCP_FLAG_SYN) &&
                     ((expireNodestConn && server.GetWeight() == 0) || IsReused(*connection));
        if (!isReplaced && !server.IsInService())
        {
            if (!expireNodestConn)
            {
                decision.verdict = Verdict::DROP;
                decision.reason = DropReason::SERVER_GONE;
                return decision;
            }
            isReplaced = true;
        }
        if (isReplaced)
        {
            replaced = *connection;
            m_table.Erase(connection);
            connection = nullptr;
        }
    }
    if (!connection)
    {
        const bool begins =
            !isTcp || ((sloppyTcp || (tcpFlags & TCP_FLAG_SYN)) && !(tcpFlags & TCP_FLAG_RST));
        VirtualService* service = begins ? Match(key, mark) : nullptr;
        if (service)
        {
            connection = Schedule(*service, key, now, decision);
        }
        if (isReplaced)
        {
            Release(replaced);
        }
        if (!connection)
        {
            if (decision.verdict == Verdict::FORWARD)
            {
                decision.service = service;
                decision.server->m_stats.CountInPacket(bytes);
                service->m_stats.CountInPacket(bytes);
            }
            return decision;
        }
    }
    connection->CountPacket();
    CountPacket(*connection, bytes, decision);
    decision.timerChanged |= Track(*connection, tcpFlags, now);
    decision.verdict = Verdict::FORWARD;
    return decision;
}

Decision
DirectorCore::DecideIcmp(const ConnectionKey& key, uint32_t bytes, Time now)
{
    Decision decision;
    Advance(now);
    Connection* connection =
        key.clientPort && !GetServices().empty() ? m_table.Find(key, now) : nullptr;
    if (connection)
    {
        decision.verdict = Verdict::FORWARD;
        CountPacket(*connection, bytes, decision);
    }
    return decision;
}

Decision
DirectorCore::DecideTruncated(const ConnectionKey& key, uint32_t bytes, Time now)
{
    Decision decision;
    decision.verdict = Verdict::DROP;
    decision.reason = DropReason::TRUNCATED;
    Advance(now);
    Connection* connection =
        key.clientPort && !GetServices().empty() ? m_table.Find(key, now) : nullptr;
    if (!connection)
    {
        return decision;
    }
    if (!m_pool[connection->server].server->IsInService() && !expireNodestConn)
    {
        decision.reason = DropReason::SERVER_GONE;
        return decision;
    }
    connection->CountPacket();
    CountPacket(*connection, bytes, decision);
    const auto state = static_cast<ConnectionState>(connection->state);
    decision.timerChanged = m_table.Restart(connection, now, GetTimeout(state));
    decision.verdict = Verdict::FORWARD;
    decision.reason = DropReason::NONE;
    return decision;
}

bool
DirectorCore::Track(Connection& connection, uint8_t tcpFlags, Time now)
{
    const auto before = static_cast<ConnectionState>(connection.state);
    const auto after =
        before == ConnectionState::UDP ? before : NextTcpState(before, tcpFlags, IsSecureTcp());
    if (after != before)
    {
        connection.state = static_cast<uint8_t>(after);
        if (IsActive(after) != IsActive(before))
        {
            m_pool[connection.server].server->Count(IsActive(after));
        }
        if (after == ConnectionState::ESTABLISHED && (connection.flags & CONTROLLED))
        {
            if (Connection* entry = GetTemplate(connection))
            {
                entry->flags |= ASSURED;
            }
        }
        if (!m_stateTrace.IsEmpty())
        {
            m_stateTrace(ConnectionTable::GetKey(connection), ToString(before), ToString(after));
        }
    }
    return m_table.Restart(&connection, now, GetTimeout(after));
}

void
DirectorCore::Release(const Connection& connection)
{
    const auto server = m_pool[connection.server].server;
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
DirectorCore::HandleExpiry(Connection& connection, Time now)
{
    if (connection.IsTemplate() && connection.GetReferences() > 0)
    {
        SetTemplateTimeout(connection, TEMPLATE_EXTENSION);
        m_table.Restart(&connection, now, TEMPLATE_EXTENSION);
        return;
    }
    Release(connection);
}

void
DirectorCore::ServerRetired()
{
    if (!expireNodestConn)
    {
        return;
    }
    // A template goes after the connections that refer to it.
    for (const bool isTemplate : {false, true})
    {
        const auto isOrphan = [this, isTemplate](Connection& connection) {
            return connection.IsTemplate() == isTemplate && !GetPlace(connection.server).service &&
                   (!isTemplate || connection.GetReferences() == 0);
        };
        m_table.Sweep(0, UINT64_MAX, isOrphan, GetTime());
    }
}

uint64_t
DirectorCore::GetFreePages() const
{
    return (m_maxConnections - std::min(m_maxConnections, m_table.GetSize())) / ENTRIES_PER_PAGE;
}

void
DirectorCore::DefenceChanged()
{
}

void
DirectorCore::SetDropEntry(uint32_t level)
{
    dropEntry = level;
    UpdateLevels(GetFreePages());
    DefenceChanged();
}

void
DirectorCore::SetDropPacket(uint32_t level)
{
    dropPacket = level;
    UpdateLevels(GetFreePages());
    DefenceChanged();
}

void
DirectorCore::SetSecureTcp(uint32_t level)
{
    secureTcp = level;
    UpdateLevels(GetFreePages());
    DefenceChanged();
}

void
DirectorCore::ExpireConnections(Time now)
{
    Advance(now);
    m_table.Advance(now);
}

bool
DirectorCore::IsToDrop(const Connection& connection, Time now)
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
DirectorCore::Defend(Time now)
{
    UpdateLevels(GetFreePages());
    if (!DropsEntries())
    {
        return;
    }
    // One row of the table in 32 (ip_vs_conn.c, ip_vs_random_dropentry), of which the kernel draws
    // as many at random; here the number of the sweep decides. Rows are narrow, so that the table
    // thins out everywhere alike.
    constexpr uint32_t ROW_BITS = 16;
    const std::function<bool(Connection&)> drops = [this, now](Connection& connection) {
        if (!IsToDrop(connection, now))
        {
            return false;
        }
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
    for (uint64_t row = 0; row < 1U << (32 - ROW_BITS); row++)
    {
        uint64_t mixed = (sweep << 32 | row) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ mixed >> 32) * 0x94d049bb133111eb;
        if (mixed >> 59 == 0)
        {
            const auto first = static_cast<uint32_t>(row << ROW_BITS);
            m_table.Sweep(first, UINT64_MAX, drops, now, first | ((1U << ROW_BITS) - 1));
        }
    }
}

} // namespace gipt
} // namespace ns3
