/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "connection-sync.h"

#include "ns3/abort.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/pointer.h"

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptConnectionSync");
NS_OBJECT_ENSURE_REGISTERED(ConnectionSync);

TypeId
ConnectionSync::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::ConnectionSync")
            .SetParent<Application>()
            .SetGroupName("GlobalIpTunneling")
            .AddAttribute("Director",
                          "The director whose connections are told; none: that of the node",
                          PointerValue(),
                          MakePointerAccessor(&ConnectionSync::m_director),
                          MakePointerChecker<Director>())
            .AddTraceSource("Sent",
                            "A message was sent: entries, octets",
                            MakeTraceSourceAccessor(&ConnectionSync::m_sentTrace),
                            "ns3::gipt::ConnectionSync::MessageTracedCallback")
            .AddTraceSource("Received",
                            "A message was received: entries taken, octets",
                            MakeTraceSourceAccessor(&ConnectionSync::m_receivedTrace),
                            "ns3::gipt::ConnectionSync::MessageTracedCallback")
            .AddTraceSource("Drop",
                            "A message or an entry of one was not taken, or not sent",
                            MakeTraceSourceAccessor(&ConnectionSync::m_dropTrace),
                            "ns3::gipt::ConnectionSync::DropTracedCallback");
    return tid;
}

void
ConnectionSync::DoDispose()
{
    NS_LOG_FUNCTION(this);
    PowerOff();
    m_isStarted = false;
    m_director = nullptr;
    Application::DoDispose();
}

void
ConnectionSync::StartApplication()
{
    NS_LOG_FUNCTION(this);
    for (uint32_t i = 0; i < GetNode()->GetNApplications() && !m_director; i++)
    {
        m_director = DynamicCast<Director>(GetNode()->GetApplication(i));
    }
    NS_ABORT_MSG_IF(!m_director, "there is no Director on the node and none is set");
    m_isStarted = true;
    if (m_hasPower)
    {
        Run();
    }
}

void
ConnectionSync::StopApplication()
{
    NS_LOG_FUNCTION(this);
    if (m_isStarted && m_hasPower)
    {
        Rest();
    }
    m_isStarted = false;
}

void
ConnectionSync::PowerOff()
{
    NS_LOG_FUNCTION(this);
    const bool wasRunning = m_isStarted && m_hasPower;
    m_hasPower = false;
    if (wasRunning)
    {
        Rest();
    }
}

void
ConnectionSync::PowerOn()
{
    NS_LOG_FUNCTION(this);
    if (m_hasPower)
    {
        return;
    }
    m_hasPower = true;
    if (m_isStarted)
    {
        Run();
    }
}

void
ConnectionSync::Run()
{
    m_director->SetObserver(this);
    Begin();
}

void
ConnectionSync::Rest()
{
    if (m_director->GetObserver() == this)
    {
        m_director->SetObserver(nullptr);
    }
    Halt(m_hasPower);
}

void
ConnectionSync::CountSent(uint32_t entries, uint32_t octets)
{
    m_sent += entries;
    m_sentTrace(entries, octets);
}

void
ConnectionSync::CountReceived(uint32_t entries, uint32_t octets)
{
    m_received += entries;
    m_receivedTrace(entries, octets);
}

void
ConnectionSync::Drop(SyncDrop reason)
{
    NS_LOG_LOGIC("drop: " << ToString(reason));
    m_dropped[static_cast<uint8_t>(reason)]++;
    m_dropTrace(reason);
}

} // namespace gipt
} // namespace ns3
