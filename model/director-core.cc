/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "director-core.h"

#include <array>

namespace ns3
{
namespace gipt
{

namespace
{

constexpr uint8_t PROTOCOL_TCP = 6; ///< IANA protocol number
constexpr uint16_t FTP = 21;        ///< port of FTP's control connections
constexpr uint16_t FTP_DATA = 20;   ///< port that active FTP comes from

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
        Own(*entry);
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
        if (m_observer)
        {
            m_observer->TemplateChanged(*entry, now);
        }
    }
    if (service.IsOnePacket() && key.protocol != PROTOCOL_TCP)
    {
        entry->flags += (entry->flags & PACKETS) != PACKETS ? PACKET : 0;
        if (m_observer)
        {
            m_observer->CountedTemplate(*entry, now);
        }
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
        if (!isReplaced && !server.IsInService() && !m_pool[connection->server].isForeign)
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
    if (m_observer)
    {
        m_observer->Counted(*connection, now);
    }
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
    const PoolEntry& place = m_pool[connection->server];
    if (!place.server->IsInService() && !place.isForeign && !expireNodestConn)
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
    if (m_observer)
    {
        m_observer->Counted(*connection, now);
    }
    return decision;
}

} // namespace gipt
} // namespace ns3
