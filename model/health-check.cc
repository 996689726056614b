/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "health-check.h"

#include "director.h"
#include "tcp-abandon.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/enum.h"
#include "ns3/icmpv4.h"
#include "ns3/inet-socket-address.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv4-raw-socket-factory.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/pointer.h"
#include "ns3/random-variable-stream.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"
#include "ns3/string.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptHealthCheck");
NS_OBJECT_ENSURE_REGISTERED(HealthCheck);

namespace
{

/// ICMP protocol number
constexpr uint8_t PROTOCOL_ICMP = 1;

/// Octets of data in an echo request, as ping sends
constexpr uint32_t ECHO_DATA = 56;

} // namespace

TypeId
HealthCheck::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::HealthCheck")
            .SetParent<Application>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<HealthCheck>()
            .AddAttribute("Director",
                          "The director whose real servers are watched; none: that of the node",
                          PointerValue(),
                          MakePointerAccessor(&HealthCheck::m_director),
                          MakePointerChecker<Director>())
            .AddAttribute("Method",
                          "How a real server is asked: by ICMP echo, or by a TCP connection",
                          EnumValue(ICMP_ECHO),
#if GIPT_NS3_RELEASE >= 41
                          MakeEnumAccessor<Method>(&HealthCheck::m_method),
#else
                          MakeEnumAccessor(&HealthCheck::m_method),
#endif
                          MakeEnumChecker(ICMP_ECHO, "icmp", TCP_CONNECT, "tcp"))
            .AddAttribute("Interval",
                          "Time between two probes of one real server",
                          TimeValue(Seconds(2)),
                          MakeTimeAccessor(&HealthCheck::m_interval),
                          MakeTimeChecker(MicroSeconds(1)))
            .AddAttribute("Timeout",
                          "How long an answer is waited for",
                          TimeValue(Seconds(1)),
                          MakeTimeAccessor(&HealthCheck::m_timeout),
                          MakeTimeChecker(MicroSeconds(1)))
            .AddAttribute("Retries",
                          "Failures in a row before a real server is taken out of service",
                          UintegerValue(3),
                          MakeUintegerAccessor(&HealthCheck::m_retries),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Rise",
                          "Successes in a row before a real server is put back",
                          UintegerValue(1),
                          MakeUintegerAccessor(&HealthCheck::m_rise),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Port",
                          "TCP port that is connected to; 0 is the real server's own",
                          UintegerValue(0),
                          MakeUintegerAccessor(&HealthCheck::m_port),
                          MakeUintegerChecker<uint16_t>())
            .AddAttribute("InhibitOnFailure",
                          "Set the weight of a dead real server to 0 in place of deleting it, as "
                          "keepalived's inhibit_on_failure does: its connections stay with it",
                          BooleanValue(false),
                          MakeBooleanAccessor(&HealthCheck::m_inhibit),
                          MakeBooleanChecker())
            .AddAttribute("Jitter",
                          "Delay added to each probe, in seconds; below 0 counts as 0",
                          StringValue("ns3::ConstantRandomVariable[Constant=0.0]"),
                          MakePointerAccessor(&HealthCheck::m_jitter),
                          MakePointerChecker<RandomVariableStream>())
            .AddTraceSource("Probe",
                            "A probe has ended: server, whether it answered, time it took",
                            MakeTraceSourceAccessor(&HealthCheck::m_probeTrace),
                            "ns3::gipt::HealthCheck::ProbeTracedCallback")
            .AddTraceSource("ServerDown",
                            "A real server was found dead and is taken out of service",
                            MakeTraceSourceAccessor(&HealthCheck::m_downTrace),
                            "ns3::gipt::HealthCheck::ServerTracedCallback")
            .AddTraceSource("ServerUp",
                            "A real server answers again and is put back into service",
                            MakeTraceSourceAccessor(&HealthCheck::m_upTrace),
                            "ns3::gipt::HealthCheck::ServerTracedCallback");
    return tid;
}

HealthCheck::HealthCheck()
{
    NS_LOG_FUNCTION(this);
}

HealthCheck::~HealthCheck()
{
    NS_LOG_FUNCTION(this);
}

int64_t
HealthCheck::AssignStreams(int64_t stream)
{
    NS_LOG_FUNCTION(this << stream);
    m_jitter->SetStream(stream);
    return 1;
}

void
HealthCheck::DoDispose()
{
    NS_LOG_FUNCTION(this);
    StopApplication();
    m_targets.clear();
    m_director = nullptr;
    m_jitter = nullptr;
    Application::DoDispose();
}

void
HealthCheck::StartApplication()
{
    NS_LOG_FUNCTION(this);
    const Ptr<Node> node = GetNode();
    for (uint32_t i = 0; i < node->GetNApplications(); i++)
    {
        const Ptr<Application> application = node->GetApplication(i);
        if (!m_director)
        {
            m_director = DynamicCast<Director>(application);
        }
        if (application == this)
        {
            m_identifier = static_cast<uint16_t>(i); // no other application has this one
        }
    }
    NS_ABORT_MSG_IF(!m_director, "HealthCheck: there is no Director on the node and none is set");
    if (m_method == ICMP_ECHO)
    {
        m_icmpSocket = Socket::CreateSocket(node, Ipv4RawSocketFactory::GetTypeId());
        m_icmpSocket->SetAttribute("Protocol", UintegerValue(PROTOCOL_ICMP));
        // A set bit shuts out a type: nothing but echo replies.
        m_icmpSocket->SetAttribute("IcmpFilter",
                                   UintegerValue(~(1U << Icmpv4Header::ICMPV4_ECHO_REPLY)));
        m_icmpSocket->SetRecvCallback(MakeCallback(&HealthCheck::ReceiveIcmp, this));
    }
    BeginRound();
}

void
HealthCheck::StopApplication()
{
    NS_LOG_FUNCTION(this);
    m_roundEvent.Cancel();
    for (auto& entry : m_targets)
    {
        entry.second.probeEvent.Cancel();
        Abandon(entry.second);
    }
    if (m_icmpSocket)
    {
        m_icmpSocket->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
        m_icmpSocket->Close();
        m_icmpSocket = nullptr;
    }
}

void
HealthCheck::BeginRound()
{
    NS_LOG_FUNCTION(this);
    FollowServices();
    const auto count = static_cast<int64_t>(m_targets.size());
    int64_t index = 0;
    for (auto& [key, target] : m_targets)
    {
        const Time jitter = Seconds(std::max(0.0, m_jitter->GetValue()));
        if (target.probeEvent.IsExpired()) // else a long jitter holds up the one before
        {
            target.probeEvent = Simulator::Schedule(m_interval * index / count + jitter,
                                                    &HealthCheck::Probe,
                                                    this,
                                                    key);
        }
        index++;
    }
    m_roundEvent = Simulator::Schedule(m_interval, &HealthCheck::BeginRound, this);
}

void
HealthCheck::FollowServices()
{
    NS_LOG_FUNCTION(this);
    Targets targets;
    const auto keep = [&](const Key& key) -> Target& {
        const auto known = m_targets.find(key);
        if (known != m_targets.end())
        {
            targets.insert(m_targets.extract(known));
        }
        return targets[key];
    };
    for (const auto& service : m_director->GetServices())
    {
        for (const auto& server : service->GetServers())
        {
            keep(GetKey(*server));
        }
    }
    std::vector<Key> absent;
    for (auto& [key, target] : m_targets)
    {
        auto& taken = target.taken;
        taken.erase(std::remove_if(taken.begin(),
                                   taken.end(),
                                   [&](const Taken& t) {
                                       // One that was inhibited and is not there was deleted.
                                       return m_inhibit || !IsInService(t.service);
                                   }),
                    taken.end());
        if (taken.empty())
        {
            target.probeEvent.Cancel();
            Abandon(target);
        }
        else
        {
            absent.push_back(key);
        }
    }
    for (const auto& key : absent)
    {
        keep(key);
    }
    m_targets = std::move(targets);
}

void
HealthCheck::Probe(Key key)
{
    NS_LOG_FUNCTION(this << key.first << key.second);
    Target& target = m_targets.at(key);
    if (target.waiting)
    {
        return;
    }
    Abandon(target);
    target.waiting = true;
    target.sent = Simulator::Now();
    target.timeoutEvent = Simulator::Schedule(m_timeout, &HealthCheck::Finish, this, key, false);
    if (m_method == ICMP_ECHO)
    {
        SendEcho(key.first, target);
    }
    else
    {
        Connect(key, target);
    }
}

void
HealthCheck::SendEcho(Ipv4Address address, Target& target)
{
    NS_LOG_FUNCTION(this << address);
    target.sequence = ++m_sequence;
    Icmpv4Echo echo;
    echo.SetIdentifier(m_identifier);
    echo.SetSequenceNumber(target.sequence);
    echo.SetData(Create<Packet>(ECHO_DATA));
    Icmpv4Header header;
    header.SetType(Icmpv4Header::ICMPV4_ECHO);
    if (Node::ChecksumEnabled())
    {
        header.EnableChecksum();
    }
    const auto packet = Create<Packet>();
    packet->AddHeader(echo);
    packet->AddHeader(header);
    // Without a route nothing is sent: the same as no answer.
    m_icmpSocket->SendTo(packet, 0, InetSocketAddress(address, 0));
}

void
HealthCheck::Connect(const Key& key, Target& target)
{
    NS_LOG_FUNCTION(this << key.first << key.second);
    target.socket = Socket::CreateSocket(GetNode(), TcpSocketFactory::GetTypeId());
    target.socket->SetConnectCallback(MakeBoundCallback(&HealthCheck::Connected, this, key),
                                      MakeBoundCallback(&HealthCheck::Closed, this, key));
    target.socket->SetCloseCallbacks(MakeBoundCallback(&HealthCheck::Closed, this, key),
                                     MakeBoundCallback(&HealthCheck::Closed, this, key));
    target.socket->Bind();
    target.socket->Connect(InetSocketAddress(key.first, key.second));
}

void
HealthCheck::ReceiveIcmp(Ptr<Socket> socket)
{
    NS_LOG_FUNCTION(this << socket);
    while (const Ptr<Packet> packet = socket->Recv())
    {
        Ipv4Header ipHeader;
        packet->RemoveHeader(ipHeader);
        // type, code, checksum, identifier, sequence number
        uint8_t icmp[8];
        if (packet->CopyData(icmp, sizeof(icmp)) < sizeof(icmp))
        {
            continue;
        }
        const Key key(ipHeader.GetSource(), 0);
        const auto known = m_targets.find(key);
        if (known != m_targets.end() && known->second.waiting && icmp[0] == 0 && icmp[1] == 0 &&
            (icmp[4] << 8 | icmp[5]) == m_identifier &&
            (icmp[6] << 8 | icmp[7]) == known->second.sequence)
        {
            Finish(key, true);
        }
    }
}

void
HealthCheck::Connected(HealthCheck* check, Key key, Ptr<Socket> socket)
{
    NS_LOG_FUNCTION(check << key.first << key.second << socket);
    const auto known = check->m_targets.find(key);
    if (known != check->m_targets.end() && known->second.socket == socket)
    {
        check->Finish(key, true);
        socket->Close();
    }
}

void
HealthCheck::Closed(HealthCheck* check, Key key, Ptr<Socket> socket)
{
    NS_LOG_FUNCTION(check << key.first << key.second << socket);
    const auto known = check->m_targets.find(key);
    // After an answer the socket is kept until the next probe: then TIME_WAIT has been long enough.
    if (known != check->m_targets.end() && known->second.socket == socket && known->second.waiting)
    {
        known->second.socket = nullptr;
        check->Finish(key, false);
    }
}

void
HealthCheck::Finish(Key key, bool answered)
{
    NS_LOG_FUNCTION(this << key.first << key.second << answered);
    Target& target = m_targets.at(key);
    target.waiting = false;
    target.timeoutEvent.Cancel();
    if (!answered)
    {
        Abandon(target);
    }
    m_probeTrace(key.first, answered, Simulator::Now() - target.sent);
    if (answered)
    {
        target.failures = 0;
        target.successes++;
        if (target.down && target.successes >= m_rise)
        {
            NS_LOG_INFO(key.first << " port " << key.second << " is up");
            target.down = false;
            PutBack(key, target);
            m_upTrace(key.first, key.second);
        }
        return;
    }
    target.successes = 0;
    target.failures++;
    if (target.down)
    {
        TakeOut(key, target); // somebody may have added it again
    }
    else if (target.failures >= m_retries)
    {
        NS_LOG_INFO(key.first << " port " << key.second << " is down");
        target.down = true;
        TakeOut(key, target);
        m_downTrace(key.first, key.second);
    }
}

void
HealthCheck::TakeOut(const Key& key, Target& target)
{
    NS_LOG_FUNCTION(this << key.first << key.second);
    for (const auto& service : m_director->GetServices())
    {
        const std::vector<Ptr<RealServer>> servers = service->GetServers(); // the list changes
        for (const auto& server : servers)
        {
            if (GetKey(*server) != key || (m_inhibit && server->GetWeight() == 0))
            {
                continue;
            }
            const Taken now{service,
                            server->GetPort(),
                            server->GetWeight(),
                            server->GetUpperThreshold(),
                            server->GetLowerThreshold()};
            const auto before =
                std::find_if(target.taken.begin(), target.taken.end(), [&](const Taken& t) {
                    return t.service == service && t.port == server->GetPort();
                });
            if (before != target.taken.end())
            {
                *before = now;
            }
            else
            {
                target.taken.push_back(now);
            }
            if (m_inhibit)
            {
                m_director->EditRealServer(service, key.first, now.port, 0, now.upper, now.lower);
            }
            else
            {
                m_director->RemoveRealServer(service, key.first, now.port);
            }
        }
    }
}

void
HealthCheck::PutBack(const Key& key, Target& target)
{
    NS_LOG_FUNCTION(this << key.first << key.second);
    // What somebody else has put back or changed meanwhile is left as it is.
    for (const auto& t : target.taken)
    {
        if (!IsInService(t.service))
        {
            continue;
        }
        const Ptr<RealServer> server = t.service->FindServer(key.first, t.port);
        if (!m_inhibit && !server)
        {
            m_director->AddRealServer(t.service, key.first, t.port, t.weight, t.upper, t.lower);
        }
        else if (m_inhibit && server && server->GetWeight() == 0)
        {
            m_director->EditRealServer(t.service, key.first, t.port, t.weight, t.upper, t.lower);
        }
    }
    target.taken.clear();
}

HealthCheck::Key
HealthCheck::GetKey(const RealServer& server) const
{
    const uint16_t port = m_method == ICMP_ECHO ? 0 : m_port != 0 ? m_port : server.GetPort();
    return {server.GetAddress(), port};
}

bool
HealthCheck::IsInService(Ptr<VirtualService> service) const
{
    const auto& services = m_director->GetServices();
    return std::find(services.begin(), services.end(), service) != services.end();
}

void
HealthCheck::Abandon(Target& target)
{
    target.waiting = false;
    target.timeoutEvent.Cancel();
    if (!target.socket)
    {
        return;
    }
    // A server that does not answer hears nothing more; one that keeps a closed connection open is
    // left alone with it, as after Linux' tcp_fin_timeout. There is one socket for each server.
    AbandonTcp(target.socket);
    target.socket = nullptr;
}

} // namespace gipt
} // namespace ns3
