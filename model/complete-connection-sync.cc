/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "complete-connection-sync.h"

#include "tcp-abandon.h"

#include "ns3/abort.h"
#include "ns3/inet-socket-address.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptCompleteConnectionSync");
NS_OBJECT_ENSURE_REGISTERED(CompleteConnectionSync);

namespace
{

/** How many entries of the table are looked at in one go. */
constexpr uint64_t TABLE_STEP = 500;
/** Octets that wait for TCP, below which the table is read on. */
constexpr std::size_t FILL_BELOW = 1 << 16;
/** Octets that wait for TCP, above which the peer is given up. */
constexpr std::size_t MAX_PENDING = 1 << 26;
/** What was there before the peer asked: SyncRecord::ENTRY, but for its type. */
constexpr auto BEFORE = static_cast<SyncRecord::Type>(8);

} // namespace

/** A peer that asked. */
struct CompleteConnectionSync::Session
{
    Ptr<Socket> socket;           ///< the connection
    Ipv4Address peer;             ///< its address
    std::vector<uint8_t> pending; ///< what TCP has not taken yet
    uint32_t cursor{0};           ///< how far the table was read
    uint8_t pass{0};              ///< 0: templates are read, 1: connections, 2: done
};

/** A peer that is asked. */
struct CompleteConnectionSync::Link
{
    Ipv4Address peer;              ///< its address
    uint8_t holder{0};             ///< its number in the table
    Ptr<Socket> socket;            ///< the connection, null between two attempts
    std::vector<uint8_t> received; ///< the beginning of an entry
    bool isInSync{false};          ///< all that it held has arrived
    EventId timer;                 ///< it is given up, or asked again
};

CompleteConnectionSync::CompleteConnectionSync()
{
    NS_LOG_FUNCTION(this);
}

CompleteConnectionSync::~CompleteConnectionSync()
{
    NS_LOG_FUNCTION(this);
}

TypeId
CompleteConnectionSync::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::CompleteConnectionSync")
            .SetParent<ConnectionSync>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<CompleteConnectionSync>()
            .AddAttribute("Port",
                          "TCP port on which peers ask",
                          UintegerValue(8849),
                          MakeUintegerAccessor(&CompleteConnectionSync::m_port),
                          MakeUintegerChecker<uint16_t>(1))
            .AddAttribute("BatchDelay",
                          "How long a change waits for others, to be sent with them",
                          TimeValue(MilliSeconds(1)),
                          MakeTimeAccessor(&CompleteConnectionSync::m_batchDelay),
                          MakeTimeChecker(Seconds(0)))
            .AddAttribute("AliveInterval",
                          "Time between two signs of life",
                          TimeValue(Seconds(1)),
                          MakeTimeAccessor(&CompleteConnectionSync::m_aliveInterval),
                          MakeTimeChecker(MilliSeconds(1)))
            .AddAttribute("DeadInterval",
                          "A peer that is not heard of for so long is given up",
                          TimeValue(Seconds(3)),
                          MakeTimeAccessor(&CompleteConnectionSync::m_deadInterval),
                          MakeTimeChecker(MilliSeconds(1)))
            .AddAttribute("RetryInterval",
                          "Time before a peer that was given up is asked again",
                          TimeValue(Seconds(1)),
                          MakeTimeAccessor(&CompleteConnectionSync::m_retryInterval),
                          MakeTimeChecker(MilliSeconds(1)))
            .AddAttribute("ContendInterval",
                          "When two directors see packets of a connection within so long, the one "
                          "with the greater address holds it",
                          TimeValue(Seconds(1)),
                          MakeTimeAccessor(&CompleteConnectionSync::m_contendInterval),
                          MakeTimeChecker(Seconds(0)))
            .AddTraceSource("Peer",
                            "All that a peer held has arrived, or it is given up",
                            MakeTraceSourceAccessor(&CompleteConnectionSync::m_peerTrace),
                            "ns3::gipt::CompleteConnectionSync::PeerTracedCallback");
    return tid;
}

bool
CompleteConnectionSync::IsInSync(Ipv4Address peer) const
{
    return std::any_of(m_links.begin(), m_links.end(), [peer](const auto& link) {
        return link->peer == peer && link->isInSync;
    });
}

void
CompleteConnectionSync::Begin()
{
    NS_LOG_FUNCTION(this);
    NS_ABORT_MSG_IF(m_peers.size() > SharedBooks::MAX_HOLDERS,
                    "CompleteConnectionSync: more than " << +SharedBooks::MAX_HOLDERS << " peers");
    m_listener = Socket::CreateSocket(GetNode(), TcpSocketFactory::GetTypeId());
    m_listener->Bind(InetSocketAddress(Ipv4Address::GetAny(), m_port));
    m_listener->Listen();
    m_listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                  MakeCallback(&CompleteConnectionSync::HandleAccept, this));
    for (const auto& peer : m_peers)
    {
        m_links.push_back(std::make_unique<Link>());
        Link& link = *m_links.back();
        link.peer = peer;
        link.holder = static_cast<uint8_t>(m_links.size());
        Connect(&link);
    }
    m_aliveEvent = Simulator::Schedule(m_aliveInterval, &CompleteConnectionSync::SayAlive, this);
}

void
CompleteConnectionSync::Halt(bool hasPower)
{
    NS_LOG_FUNCTION(this << hasPower);
    m_aliveEvent.Cancel();
    m_flushEvent.Cancel();
    std::vector<Ptr<Socket>> sockets{m_listener};
    for (auto& session : m_sessions)
    {
        sockets.push_back(session.socket);
    }
    for (auto& link : m_links)
    {
        link->timer.Cancel();
        if (link->socket)
        {
            sockets.push_back(link->socket);
        }
    }
    m_sessions.clear();
    m_links.clear();
    m_listener = nullptr;
    for (const auto& socket : sockets)
    {
        if (hasPower)
        {
            socket->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
            socket->SetSendCallback(MakeNullCallback<void, Ptr<Socket>, uint32_t>());
            socket->SetCloseCallbacks(MakeNullCallback<void, Ptr<Socket>>(),
                                      MakeNullCallback<void, Ptr<Socket>>());
            socket->Close();
        }
        else
        {
            AbandonTcp(socket);
        }
    }
}

void
CompleteConnectionSync::Counted(Connection& connection, Time now)
{
    const bool wasHeld = SharedBooks::GetHolder(connection) != 0;
    const auto told = SharedBooks::GetTold(connection);
    if (!wasHeld && told == static_cast<ConnectionState>(connection.state))
    {
        return;
    }
    const bool isNews = wasHeld || told == ConnectionState::NONE;
    if (Connection* entry = isNews ? m_director->FindTemplate(connection) : nullptr)
    {
        TemplateChanged(*entry, now);
    }
    SharedBooks::Own(connection);
    SharedBooks::SetTold(connection);
    Tell(connection, SyncRecord::ENTRY);
}

void
CompleteConnectionSync::CountedTemplate(Connection& entry, Time now)
{
    if (SharedBooks::GetHolder(entry) != 0)
    {
        TemplateChanged(entry, now);
    }
}

void
CompleteConnectionSync::TemplateChanged(Connection& entry, Time now)
{
    SharedBooks::Own(entry);
    Tell(entry, SyncRecord::ENTRY);
}

void
CompleteConnectionSync::TemplateExtended(Connection& entry, Time now)
{
    Tell(entry, SyncRecord::ENTRY);
}

void
CompleteConnectionSync::Removed(const Connection& connection)
{
    if (SharedBooks::GetHolder(connection) == 0)
    {
        Tell(connection, SyncRecord::REMOVED);
    }
}

void
CompleteConnectionSync::Tell(const Connection& connection, SyncRecord::Type type)
{
    if (m_sessions.empty())
    {
        return;
    }
    const auto record = m_director->GetRecord(connection);
    for (auto& session : m_sessions)
    {
        Append(session, record, type);
    }
    ScheduleFlush();
}

void
CompleteConnectionSync::Append(Session& session, const SyncRecord& record, SyncRecord::Type type)
{
    record.Write(session.pending, type, true);
}

void
CompleteConnectionSync::ScheduleFlush()
{
    if (m_flushEvent.IsExpired())
    {
        m_flushEvent = Simulator::Schedule(m_batchDelay, &CompleteConnectionSync::Flush, this);
    }
}

void
CompleteConnectionSync::Flush()
{
    for (auto session = m_sessions.begin(); session != m_sessions.end();)
    {
        if (session->pending.size() > MAX_PENDING)
        {
            const auto socket = session->socket;
            session = m_sessions.erase(session);
            AbandonTcp(socket);
            Drop(SyncDrop::QUEUE_FULL);
            continue;
        }
        Pump(*session);
        ++session;
    }
}

void
CompleteConnectionSync::Pump(Session& session)
{
    for (;;)
    {
        if (session.pass < 2 && session.pending.size() < FILL_BELOW)
        {
            FillFromTable(session);
        }
        const auto size =
            std::min<std::size_t>(session.pending.size(), session.socket->GetTxAvailable());
        // whole entries, so that the count of what was sent is right
        const auto whole = static_cast<uint32_t>(size - size % SyncRecord::SIZE);
        if (whole == 0)
        {
            return;
        }
        const auto packet = Create<Packet>(session.pending.data(), whole);
        if (session.socket->Send(packet) != static_cast<int>(whole))
        {
            return; // it is being closed
        }
        session.pending.erase(session.pending.begin(), session.pending.begin() + whole);
        CountSent(whole / SyncRecord::SIZE, whole);
    }
}

void
CompleteConnectionSync::FillFromTable(Session& session)
{
    const bool templates = session.pass == 0;
    session.cursor = m_director->Visit(session.cursor, TABLE_STEP, [&](Connection& entry) {
        if (entry.IsTemplate() == templates && SharedBooks::GetHolder(entry) == 0)
        {
            Append(session, m_director->GetRecord(entry), BEFORE);
            if (!templates)
            {
                SharedBooks::SetTold(entry);
            }
        }
    });
    if (session.cursor != 0)
    {
        return;
    }
    session.pass++;
    if (session.pass == 2)
    {
        Append(session, SyncRecord(), SyncRecord::COMPLETE);
    }
}

void
CompleteConnectionSync::SayAlive()
{
    for (auto& session : m_sessions)
    {
        Append(session, SyncRecord(), SyncRecord::ALIVE);
    }
    m_flushEvent.Cancel();
    Flush();
    m_aliveEvent = Simulator::Schedule(m_aliveInterval, &CompleteConnectionSync::SayAlive, this);
}

void
CompleteConnectionSync::HandleAccept(Ptr<Socket> socket, const Address& from)
{
    const auto peer = InetSocketAddress::ConvertFrom(from).GetIpv4();
    NS_LOG_FUNCTION(this << peer);
    // a peer that asks again has lost the connection it had, or its power
    const auto before = std::find_if(m_sessions.begin(),
                                     m_sessions.end(),
                                     [peer](const auto& each) { return each.peer == peer; });
    if (before != m_sessions.end())
    {
        const auto old = before->socket;
        m_sessions.erase(before);
        AbandonTcp(old);
        for (auto& link : m_links)
        {
            if (link->peer == peer && link->socket)
            {
                Lose(link.get()); // so that it is told what it held before, if it has lost that
            }
        }
    }
    m_sessions.emplace_back();
    Session& session = m_sessions.back();
    session.socket = socket;
    session.peer = peer;
    socket->SetSendCallback(MakeCallback(&CompleteConnectionSync::HandleSend, this));
    socket->SetCloseCallbacks(MakeCallback(&CompleteConnectionSync::HandleSessionEnd, this),
                              MakeCallback(&CompleteConnectionSync::HandleSessionEnd, this));
    Pump(session);
}

void
CompleteConnectionSync::HandleSend(Ptr<Socket> socket, uint32_t available)
{
    for (auto& session : m_sessions)
    {
        if (session.socket == socket)
        {
            Pump(session);
        }
    }
}

void
CompleteConnectionSync::HandleSessionEnd(Ptr<Socket> socket)
{
    NS_LOG_FUNCTION(this << socket);
    const auto found = std::find_if(m_sessions.begin(), m_sessions.end(), [&](const auto& each) {
        return each.socket == socket;
    });
    if (found != m_sessions.end())
    {
        m_sessions.erase(found);
        AbandonTcp(socket);
    }
}

void
CompleteConnectionSync::Connect(Link* link)
{
    NS_LOG_FUNCTION(this << link->peer);
    link->received.clear();
    link->socket = Socket::CreateSocket(GetNode(), TcpSocketFactory::GetTypeId());
    link->socket->Bind();
    link->socket->SetRecvCallback(MakeCallback(&CompleteConnectionSync::HandleRead, this));
    link->socket->SetConnectCallback(MakeNullCallback<void, Ptr<Socket>>(),
                                     MakeCallback(&CompleteConnectionSync::HandleLinkEnd, this));
    link->socket->SetCloseCallbacks(MakeCallback(&CompleteConnectionSync::HandleLinkEnd, this),
                                    MakeCallback(&CompleteConnectionSync::HandleLinkEnd, this));
    link->timer = Simulator::Schedule(m_deadInterval, &CompleteConnectionSync::Lose, this, link);
    link->socket->Connect(InetSocketAddress(link->peer, m_port));
}

void
CompleteConnectionSync::Lose(Link* link)
{
    NS_LOG_FUNCTION(this << link->peer);
    link->timer.Cancel();
    const auto socket = link->socket;
    link->socket = nullptr;
    if (socket)
    {
        AbandonTcp(socket);
    }
    const bool wasInSync = link->isInSync;
    link->isInSync = false;
    m_director->InheritFrom(link->holder, Simulator::Now());
    if (wasInSync)
    {
        m_peerTrace(link->peer, false);
    }
    link->timer =
        Simulator::Schedule(m_retryInterval, &CompleteConnectionSync::Connect, this, link);
}

CompleteConnectionSync::Link*
CompleteConnectionSync::FindLink(Ptr<Socket> socket)
{
    const auto found = std::find_if(m_links.begin(), m_links.end(), [&](const auto& link) {
        return link->socket == socket;
    });
    return found == m_links.end() ? nullptr : found->get();
}

void
CompleteConnectionSync::HandleLinkEnd(Ptr<Socket> socket)
{
    if (Link* link = FindLink(socket))
    {
        Lose(link);
    }
}

void
CompleteConnectionSync::HandleRead(Ptr<Socket> socket)
{
    Link* link = FindLink(socket);
    if (!link)
    {
        return;
    }
    while (const auto packet = socket->Recv())
    {
        if (packet->GetSize() == 0)
        {
            return; // the peer has closed
        }
        const auto before = link->received.size();
        link->received.resize(before + packet->GetSize());
        packet->CopyData(link->received.data() + before, packet->GetSize());
    }
    link->timer.Cancel();
    link->timer = Simulator::Schedule(m_deadInterval, &CompleteConnectionSync::Lose, this, link);
    std::size_t at = 0;
    uint32_t taken = 0;
    const uint64_t size = link->received.size();
    for (; at + SyncRecord::SIZE <= size; at += SyncRecord::SIZE)
    {
        if (!Take(*link, link->received.data() + at))
        {
            Lose(link);
            return;
        }
        taken++;
    }
    link->received.erase(link->received.begin(), link->received.begin() + at);
    CountReceived(taken, static_cast<uint32_t>(at));
}

bool
CompleteConnectionSync::Take(Link& link, const uint8_t* octets)
{
    if (octets[2] != 0 || octets[3] != SyncRecord::SIZE)
    {
        Drop(SyncDrop::BAD_SIZE); // where the next entry begins is not known
        return false;
    }
    const uint8_t type = octets[0];
    if (type == SyncRecord::ALIVE)
    {
        return true;
    }
    if (type == SyncRecord::COMPLETE)
    {
        link.isInSync = true;
        m_peerTrace(link.peer, true);
        return true;
    }
    if (type != SyncRecord::ENTRY && type != SyncRecord::REMOVED && type != BEFORE)
    {
        Drop(SyncDrop::BAD_TYPE);
        return true;
    }
    SyncRecord record;
    const auto reason = record.Read(octets, SyncRecord::SIZE);
    if (reason != SyncDrop::NONE)
    {
        Drop(reason);
    }
    else if (m_director->IsRunning() && type == SyncRecord::REMOVED)
    {
        m_director->RemoveHeld(record.key, link.holder, Simulator::Now());
    }
    else if (m_director->IsRunning())
    {
        TakeEntry(link, record, type == BEFORE);
    }
    return true;
}

void
CompleteConnectionSync::TakeEntry(Link& link, const SyncRecord& record, bool wasBefore)
{
    const Time now = Simulator::Now();
    if (wasBefore && m_director->IsTaken(record.key, link.holder))
    {
        return; // both had it while they did not hear of each other
    }
    Connection* used = m_director->FindUsed(record.key, m_contendInterval, now);
    if (used && !wasBefore)
    {
        Address self;
        link.socket->GetSockName(self);
        if (link.peer < InetSocketAddress::ConvertFrom(self).GetIpv4())
        {
            Tell(*used, SyncRecord::ENTRY);
            return;
        }
    }
    const auto reason = m_director->TakeHeld(record, link.holder, now);
    if (reason != SyncDrop::NONE)
    {
        Drop(reason);
    }
}

} // namespace gipt
} // namespace ns3
