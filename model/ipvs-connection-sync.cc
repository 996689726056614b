/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ipvs-connection-sync.h"

#include "connection-state.h"
#include "ns3-release.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/enum.h"
#include "ns3/inet-socket-address.h"
#include "ns3/ipv4.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"
#include "ns3/udp-socket-factory.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cstdlib>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptIpvsConnectionSync");
NS_OBJECT_ENSURE_REGISTERED(IpvsConnectionSync);

namespace
{

constexpr uint8_t PROTOCOL_TCP = 6; ///< IANA protocol number

/** Numbers of include/net/ip_vs.h, IPVS_SYNC_*. */
const Time FLUSH_TIME = Seconds(2);          ///< a message that is not full waits at least so long
const Time CHECK_PERIOD = Seconds(1);        ///< how often the thread looks
const Time SEND_DELAY = MilliSeconds(20);    ///< after the first full message
constexpr uint32_t WAKEUP_RATE = 8;          ///< full messages that are sent at once
const Time LEAST_DIFFERENCE = Seconds(10);   ///< between two ends of a connection's time
constexpr int64_t TICK = 4000000;            ///< nanoseconds of a jiffy with HZ=250
constexpr int64_t RETRIES = 3;               ///< the lowest bits of an end time count retries
constexpr uint16_t WRAPPED_PACKETS = 0x8000; ///< where a full count of packets goes on

/**
 * @brief Whether Linux tells of a TCP connection in a state.
 * @param state the state
 * @return true when it does
 */
bool
IsTold(ConnectionState state)
{
    switch (state)
    {
    case ConnectionState::ESTABLISHED:
    case ConnectionState::FIN_WAIT:
    case ConnectionState::CLOSE:
    case ConnectionState::CLOSE_WAIT:
    case ConnectionState::TIME_WAIT:
        return true;
    default:
        return false;
    }
}

} // namespace

TypeId
IpvsConnectionSync::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::IpvsConnectionSync")
            .SetParent<ConnectionSync>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<IpvsConnectionSync>()
            .AddAttribute(
                "Role",
                "What the daemon does: master sends, backup receives, both do both "
                "(ipvsadm --start-daemon)",
                EnumValue(BOTH),
#if GIPT_NS3_RELEASE >= 41
                MakeEnumAccessor<Role>(&IpvsConnectionSync::SetRole, &IpvsConnectionSync::GetRole),
#else
                MakeEnumAccessor(&IpvsConnectionSync::SetRole, &IpvsConnectionSync::GetRole),
#endif
                MakeEnumChecker(MASTER, "master", BACKUP, "backup", BOTH, "both"))
            .AddAttribute("Group",
                          "Multicast group of the messages (ipvsadm --mcast-group)",
                          Ipv4AddressValue("224.0.0.81"),
                          MakeIpv4AddressAccessor(&IpvsConnectionSync::m_group),
                          MakeIpv4AddressChecker())
            .AddAttribute("Port",
                          "UDP port of the messages (ipvsadm --mcast-port)",
                          UintegerValue(8848),
                          MakeUintegerAccessor(&IpvsConnectionSync::m_port),
                          MakeUintegerChecker<uint16_t>(1))
            .AddAttribute("Ttl",
                          "TTL of the messages to the group (ipvsadm --mcast-ttl)",
                          UintegerValue(1),
                          MakeUintegerAccessor(&IpvsConnectionSync::m_ttl),
                          MakeUintegerChecker<uint8_t>(1))
            .AddAttribute("Interface",
                          "Number of the IPv4 interface that leads to the group "
                          "(ipvsadm --mcast-interface)",
                          UintegerValue(1),
                          MakeUintegerAccessor(&IpvsConnectionSync::m_interface),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("SyncId",
                          "Number in each message; a backup with another one does not take it, "
                          "with 0 it takes all (ipvsadm --syncid)",
                          UintegerValue(0),
                          MakeUintegerAccessor(&IpvsConnectionSync::m_syncId),
                          MakeUintegerChecker<uint8_t>())
            .AddAttribute("MaxLength",
                          "Octets of a message at most (ipvsadm --sync-maxlen)",
                          UintegerValue(1472),
                          MakeUintegerAccessor(&IpvsConnectionSync::m_maxLength),
                          MakeUintegerChecker<uint32_t>(44, 65507))
            .AddAttribute("SyncThreshold",
                          "A connection is told when its packets, modulo SyncPeriod, are so many "
                          "(first value of sysctl sync_threshold)",
                          UintegerValue(3),
                          MakeUintegerAccessor(&IpvsConnectionSync::m_threshold),
                          MakeUintegerChecker<uint32_t>(0, 32766))
            .AddAttribute("SyncPeriod",
                          "See SyncThreshold; 0 is only once (second value of sysctl "
                          "sync_threshold)",
                          UintegerValue(50),
                          MakeUintegerAccessor(&IpvsConnectionSync::m_period),
                          MakeUintegerChecker<uint32_t>(0, 32767))
            .AddAttribute("SyncRefreshPeriod",
                          "A connection is told again only when the end of its time has moved by "
                          "so much; 0 is no such rule (sysctl sync_refresh_period)",
                          TimeValue(Seconds(0)),
                          MakeTimeAccessor(&IpvsConnectionSync::m_refreshPeriod),
                          MakeTimeChecker(Seconds(0)))
            .AddAttribute("SyncRetries",
                          "How often it is told all the same, an eighth of SyncRefreshPeriod apart "
                          "(sysctl sync_retries)",
                          UintegerValue(0),
                          MakeUintegerAccessor(&IpvsConnectionSync::m_retries),
                          MakeUintegerChecker<uint32_t>(0, 3))
            .AddAttribute("SyncPersistMode",
                          "Of persistent clients tell the template only (sysctl sync_persist_mode)",
                          BooleanValue(false),
                          MakeBooleanAccessor(&IpvsConnectionSync::m_persistMode),
                          MakeBooleanChecker())
            .AddAttribute("QueueLength",
                          "How many full messages may wait (sysctl sync_qlen_max)",
                          UintegerValue(8192),
                          MakeUintegerAccessor(&IpvsConnectionSync::m_queueLength),
                          MakeUintegerChecker<uint32_t>(1));
    return tid;
}

void
IpvsConnectionSync::SetRole(Role role)
{
    NS_LOG_FUNCTION(this << role);
    const bool isOpen = m_sender || m_listener;
    m_role = role;
    if (isOpen)
    {
        OpenSockets();
    }
}

void
IpvsConnectionSync::Begin()
{
    m_lastWake = Simulator::Now();
    OpenSockets();
}

void
IpvsConnectionSync::OpenSockets()
{
    CloseSockets();
    const auto ipv4 = GetNode()->GetObject<Ipv4>();
    NS_ABORT_MSG_IF(m_peers.empty() && m_interface >= ipv4->GetNInterfaces(),
                    "IpvsConnectionSync: the node has no interface " << m_interface);
    if (m_role & MASTER)
    {
        m_sender = Socket::CreateSocket(GetNode(), UdpSocketFactory::GetTypeId());
        m_sender->Bind();
        if (m_peers.empty())
        {
            m_sender->BindToNetDevice(ipv4->GetNetDevice(m_interface));
            m_sender->SetAttribute("IpMulticastTtl", UintegerValue(m_ttl));
        }
    }
    if (m_role & BACKUP)
    {
        m_listener = Socket::CreateSocket(GetNode(), UdpSocketFactory::GetTypeId());
        m_listener->Bind(InetSocketAddress(Ipv4Address::GetAny(), m_port));
        m_listener->SetRecvCallback(MakeCallback(&IpvsConnectionSync::HandleRead, this));
    }
}

void
IpvsConnectionSync::CloseSockets()
{
    // what was not sent yet is gone (ip_vs_sync.c, the end of sync_thread_master)
    m_wakeEvent.Cancel();
    m_filling.clear();
    m_queue.clear();
    m_queued = 0;
    if (m_sender)
    {
        m_sender->Close();
        m_sender = nullptr;
    }
    if (m_listener)
    {
        m_listener->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
        m_listener->Close();
        m_listener = nullptr;
    }
}

void
IpvsConnectionSync::Halt(bool hasPower)
{
    NS_LOG_FUNCTION(this << hasPower);
    CloseSockets();
    m_endTimes.clear();
    m_templatePackets.clear();
}

IpvsConnectionSync::Name
IpvsConnectionSync::NameOf(const Connection& connection)
{
    const auto key = ConnectionTable::GetKey(connection);
    return {uint64_t{key.client.Get()} << 32 | key.virtualAddress.Get(),
            uint64_t{key.clientPort} << 32 | uint64_t{key.virtualPort} << 16 | key.protocol};
}

bool
IpvsConnectionSync::IsDue(const Connection& connection, Time now, int64_t& retry) const
{
    const auto known = m_endTimes.find(NameOf(connection));
    if (known == m_endTimes.end())
    {
        return true; // the end it had when it was made is farther off than any bound below
    }
    const Time timeout = m_director->GetRecord(connection).timeout;
    const int64_t end = known->second;
    const int64_t next = (now + timeout).GetNanoSeconds() / TICK & ~RETRIES;
    const Time least = std::max(timeout / 2, LEAST_DIFFERENCE);
    if (std::abs(next - end) >= std::min(m_refreshPeriod, least).GetNanoSeconds() / TICK)
    {
        return true;
    }
    retry = (end & RETRIES) + 1;
    const int64_t told = end - timeout.GetNanoSeconds() / TICK;
    return retry <= m_retries &&
           now.GetNanoSeconds() / TICK >= told + (m_refreshPeriod.GetNanoSeconds() / TICK >> 3);
}

bool
IpvsConnectionSync::IsNeeded(Connection& connection, uint32_t packets, Time now)
{
    const bool isTemplate = connection.IsTemplate();
    const auto state = static_cast<ConnectionState>(connection.state);
    bool isEnding = false;
    if (!isTemplate)
    {
        if (m_persistMode && m_director->FindTemplate(connection))
        {
            return false;
        }
        if (connection.protocol == PROTOCOL_TCP)
        {
            if (!IsTold(state))
            {
                return false;
            }
            isEnding =
                state != SharedBooks::GetTold(connection) && state != ConnectionState::ESTABLISHED;
        }
    }
    int64_t retry = 0;
    if (!isEnding)
    {
        if (!m_refreshPeriod.IsZero() && !IsDue(connection, now, retry))
        {
            return false;
        }
        if (m_period > 0 ? !isTemplate && packets % m_period != m_threshold
                         : m_refreshPeriod.IsZero() && packets != m_threshold)
        {
            return false;
        }
    }
    if (!isTemplate)
    {
        SharedBooks::SetTold(connection);
    }
    if (!m_refreshPeriod.IsZero())
    {
        const Time end = now + m_director->GetRecord(connection).timeout;
        m_endTimes[NameOf(connection)] = (end.GetNanoSeconds() / TICK & ~RETRIES) | retry;
    }
    return true;
}

void
IpvsConnectionSync::Consider(Connection& connection, uint32_t packets, Time now)
{
    if (m_sender && IsNeeded(connection, packets, now))
    {
        Append(connection, now);
    }
}

void
IpvsConnectionSync::ConsiderTemplate(Connection& entry, Time now)
{
    // Linux counts the packets of templates, which matters only here
    const bool counts = m_period == 0 && m_refreshPeriod.IsZero();
    Consider(entry, counts ? ++m_templatePackets[NameOf(entry)] : 0, now);
}

void
IpvsConnectionSync::Counted(Connection& connection, Time now)
{
    Consider(connection, connection.packets, now);
    if (connection.packets == UINT16_MAX && m_period > 0)
    {
        // the count goes on from a number that is as good, for what rules look at
        const uint32_t rounds = (UINT16_MAX - WRAPPED_PACKETS) / m_period;
        connection.packets = static_cast<uint16_t>(UINT16_MAX - rounds * m_period);
    }
    if (Connection* entry = m_sender ? m_director->FindTemplate(connection) : nullptr)
    {
        ConsiderTemplate(*entry, now);
    }
}

void
IpvsConnectionSync::CountedTemplate(Connection& entry, Time now)
{
    if (m_sender)
    {
        ConsiderTemplate(entry, now);
    }
}

void
IpvsConnectionSync::TemplateChanged(Connection& entry, Time now)
{
    // told with the packet that changed it
}

void
IpvsConnectionSync::TemplateExtended(Connection& entry, Time now)
{
    Consider(entry, m_threshold, now);
}

void
IpvsConnectionSync::Removed(const Connection& connection)
{
    // nobody is told
    if (!m_endTimes.empty())
    {
        m_endTimes.erase(NameOf(connection));
    }
    if (!m_templatePackets.empty())
    {
        m_templatePackets.erase(NameOf(connection));
    }
}

void
IpvsConnectionSync::Append(const Connection& connection, Time now)
{
    if (!m_filling.empty())
    {
        const SyncMessage& message = m_filling.front();
        if (message.GetOctets().size() + SyncRecord::SIZE > m_maxLength ||
            message.GetCount() == SyncMessage::MAX_ENTRIES)
        {
            Enqueue(now);
        }
    }
    if (m_filling.empty())
    {
        m_filling.emplace_back(m_syncId);
        m_firstUse = now;
        // at the first look of the thread by which it has waited for long enough
        const int64_t period = CHECK_PERIOD.GetNanoSeconds();
        const int64_t ahead = (now + FLUSH_TIME - m_lastWake).GetNanoSeconds();
        WakeAt(m_lastWake + CHECK_PERIOD * ((ahead + period - 1) / period));
    }
    m_filling.front().Add(m_director->GetRecord(connection));
}

void
IpvsConnectionSync::Enqueue(Time now)
{
    if (m_queue.size() >= m_queueLength)
    {
        for (uint32_t i = 0; i < m_filling.front().GetCount(); i++)
        {
            Drop(SyncDrop::QUEUE_FULL);
        }
        m_filling.clear();
        return;
    }
    if (m_queue.empty())
    {
        const int64_t looks = (now - m_lastWake).GetNanoSeconds() / CHECK_PERIOD.GetNanoSeconds();
        WakeAt(std::min(now + SEND_DELAY, m_lastWake + CHECK_PERIOD * (looks + 1)));
    }
    m_queue.push_back(m_filling.front());
    m_filling.clear();
    if (++m_queued == WAKEUP_RATE)
    {
        WakeAt(now);
    }
}

void
IpvsConnectionSync::WakeAt(Time time)
{
    if (!m_wakeEvent.IsExpired() && m_wakeTime <= time)
    {
        return;
    }
    m_wakeEvent.Cancel();
    m_wakeTime = time;
    m_wakeEvent = Simulator::Schedule(time - Simulator::Now(), &IpvsConnectionSync::Wake, this);
}

void
IpvsConnectionSync::Wake()
{
    m_lastWake = Simulator::Now();
    for (; !m_queue.empty(); m_queue.pop_front())
    {
        Send(m_queue.front());
    }
    m_queued = 0;
    if (m_filling.empty())
    {
        return;
    }
    if (m_lastWake - m_firstUse >= FLUSH_TIME)
    {
        Send(m_filling.front());
        m_filling.clear();
        return;
    }
    const int64_t period = CHECK_PERIOD.GetNanoSeconds();
    const int64_t ahead = (m_firstUse + FLUSH_TIME - m_lastWake).GetNanoSeconds();
    WakeAt(m_lastWake + CHECK_PERIOD * ((ahead + period - 1) / period));
}

void
IpvsConnectionSync::Send(const SyncMessage& message)
{
    const auto& octets = message.GetOctets();
    const auto size = static_cast<uint32_t>(octets.size());
    const auto targets = m_peers.empty() ? std::vector<Ipv4Address>{m_group} : m_peers;
    for (const auto& target : targets)
    {
        const auto packet = Create<Packet>(octets.data(), size);
        m_sender->SendTo(packet, 0, InetSocketAddress(target, m_port));
        CountSent(message.GetCount(), size);
    }
}

void
IpvsConnectionSync::HandleRead(Ptr<Socket> socket)
{
    Address from;
    while (const auto packet = socket->RecvFrom(from))
    {
        std::vector<uint8_t> octets(packet->GetSize());
        packet->CopyData(octets.data(), packet->GetSize());
        uint32_t taken = 0;
        SyncMessage::Read(
            octets,
            m_syncId,
            [&](const SyncRecord& record) {
                const auto reason = m_director->IsRunning()
                                        ? m_director->TakeRecord(record,
                                                                 static_cast<uint16_t>(m_threshold),
                                                                 Simulator::Now())
                                        : SyncDrop::NONE;
                if (reason == SyncDrop::NONE)
                {
                    taken++;
                }
                else
                {
                    Drop(reason);
                }
            },
            [this](SyncDrop reason) { Drop(reason); });
        CountReceived(taken, static_cast<uint32_t>(octets.size()));
    }
}

} // namespace gipt
} // namespace ns3
