/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "route-announcer.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptRouteAnnouncer");
NS_OBJECT_ENSURE_REGISTERED(RouteAnnouncer);

TypeId
RouteAnnouncer::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::RouteAnnouncer")
            .SetParent<Application>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<RouteAnnouncer>()
            .AddAttribute("Graph",
                          "The routing graph in which VIPs are announced",
                          PointerValue(),
                          MakePointerAccessor(&RouteAnnouncer::m_graph),
                          MakePointerChecker<RoutingGraph>())
            .AddAttribute("Director",
                          "The director whose VIPs are announced; none: that of the node",
                          PointerValue(),
                          MakePointerAccessor(&RouteAnnouncer::m_director),
                          MakePointerChecker<Director>())
            .AddAttribute("HoldTime",
                          "How long the neighbours keep the routes of a director that has fallen "
                          "silent: BGP's hold time (RFC 4271, 10), or what BFD takes to detect it",
                          TimeValue(Seconds(90)),
                          MakeTimeAccessor(&RouteAnnouncer::m_holdTime),
                          MakeTimeChecker(Seconds(0)))
            .AddAttribute("ReturnDelay",
                          "Time between the start of the director and its announcement",
                          TimeValue(Seconds(0)),
                          MakeTimeAccessor(&RouteAnnouncer::m_returnDelay),
                          MakeTimeChecker(Seconds(0)))
            .AddAttribute("NeedsQuorum",
                          "Withdraw a VIP while one of its services has no quorum",
                          BooleanValue(true),
                          MakeBooleanAccessor(&RouteAnnouncer::m_needsQuorum),
                          MakeBooleanChecker())
            .AddTraceSource("Announcement",
                            "A VIP was announced or withdrawn",
                            MakeTraceSourceAccessor(&RouteAnnouncer::m_announcementTrace),
                            "ns3::gipt::RouteAnnouncer::AnnouncementTracedCallback");
    return tid;
}

void
RouteAnnouncer::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_event.Cancel();
    m_graph = nullptr;
    m_director = nullptr;
    m_announced.clear();
    Application::DoDispose();
}

void
RouteAnnouncer::StartApplication()
{
    NS_LOG_FUNCTION(this);
    NS_ABORT_MSG_IF(!m_graph, "RouteAnnouncer: no Graph is set");
    const auto node = GetNode();
    for (uint32_t i = 0; i < node->GetNApplications(); i++)
    {
        const auto application = node->GetApplication(i);
        if (!m_director)
        {
            m_director = DynamicCast<Director>(application);
        }
        // whatever watches the real servers here; others have no such trace source
        TypeId::TraceSourceInformation information;
        if (application->GetInstanceTypeId().LookupTraceSourceByName("QuorumChanged", &information))
        {
            application->TraceConnectWithoutContext(
                "QuorumChanged",
                MakeCallback(&RouteAnnouncer::ChangeQuorum, this));
        }
    }
    NS_ABORT_MSG_IF(!m_director, "RouteAnnouncer: there is no Director on the node");
    if (!m_isStarted)
    {
        m_director->TraceConnectWithoutContext(
            "Running",
            MakeCallback(&RouteAnnouncer::DirectorChanged, this));
        m_director->TraceConnectWithoutContext("Server",
                                               MakeCallback(&RouteAnnouncer::ServerChanged, this));
    }
    m_isStarted = true;
    Return();
}

void
RouteAnnouncer::StopApplication()
{
    NS_LOG_FUNCTION(this);
    m_isStarted = false;
    if (m_hasPower)
    {
        m_event.Cancel();
        m_isSpeaking = false;
        WithdrawAll();
    }
}

void
RouteAnnouncer::PowerOff()
{
    NS_LOG_FUNCTION(this);
    m_hasPower = false;
    FallSilent();
}

void
RouteAnnouncer::PowerOn()
{
    NS_LOG_FUNCTION(this);
    m_hasPower = true;
    Return();
}

void
RouteAnnouncer::DirectorChanged(bool isRunning)
{
    NS_LOG_FUNCTION(this << isRunning);
    if (isRunning)
    {
        Return();
    }
    else if (!m_director->HasPower())
    {
        FallSilent();
    }
    else if (m_isStarted && m_hasPower)
    {
        m_event.Cancel();
        m_isSpeaking = false;
        WithdrawAll();
    }
}

void
RouteAnnouncer::FallSilent()
{
    if (!m_isSpeaking)
    {
        if (m_announced.empty())
        {
            m_event.Cancel(); // it was about to speak
        }
        return;
    }
    m_isSpeaking = false;
    m_event.Cancel();
    m_event = Simulator::Schedule(m_holdTime, &RouteAnnouncer::WithdrawAll, this);
}

void
RouteAnnouncer::Return()
{
    if (!m_isStarted || !m_hasPower || m_isSpeaking || !m_director->IsRunning())
    {
        return;
    }
    m_event.Cancel();
    WithdrawAll(); // a new session ends the one before
    m_isSpeaking = true;
    if (m_returnDelay.IsZero())
    {
        Update();
        return;
    }
    m_event = Simulator::Schedule(m_returnDelay, &RouteAnnouncer::Update, this);
}

void
RouteAnnouncer::ChangeQuorum(Ptr<VirtualService> service, bool hasQuorum)
{
    NS_LOG_FUNCTION(this << service->GetLabel() << hasQuorum);
    if (hasQuorum)
    {
        m_lacking.erase(service->GetId());
    }
    else
    {
        m_lacking.insert(service->GetId());
    }
    Update();
}

void
RouteAnnouncer::ServerChanged(Ptr<VirtualService> service, Ptr<RealServer> server, uint32_t weight)
{
    if (!IsAnnounced(service->GetAddress()))
    {
        Update();
    }
}

void
RouteAnnouncer::Update()
{
    if (!m_isSpeaking || !m_event.IsExpired())
    {
        return; // it says so when it may
    }
    std::set<Ipv4Address> wanted;
    for (const auto& service : m_director->GetServices())
    {
        if (service->GetId().mark == 0)
        {
            wanted.insert(service->GetAddress());
        }
    }
    for (const auto& service : m_lacking)
    {
        if (m_needsQuorum)
        {
            wanted.erase(service.address);
        }
    }
    const auto before = m_announced;
    for (const auto& address : before)
    {
        if (wanted.count(address) == 0)
        {
            Say(address, false);
        }
    }
    for (const auto& address : wanted)
    {
        if (!IsAnnounced(address))
        {
            Say(address, true);
        }
    }
}

void
RouteAnnouncer::WithdrawAll()
{
    const auto before = m_announced;
    for (const auto& address : before)
    {
        Say(address, false);
    }
}

void
RouteAnnouncer::Say(Ipv4Address address, bool isAnnounced)
{
    NS_LOG_LOGIC(address << (isAnnounced ? " announced" : " withdrawn"));
    if (isAnnounced)
    {
        m_announced.insert(address);
        m_graph->Announce(address, Ipv4Mask::GetOnes(), GetNode());
    }
    else
    {
        m_announced.erase(address);
        m_graph->Withdraw(address, Ipv4Mask::GetOnes(), GetNode());
    }
    m_announcementTrace(address, isAnnounced);
}

} // namespace gipt
} // namespace ns3
