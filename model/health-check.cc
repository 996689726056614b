/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "health-check.h"

#include "director.h"
#include "health-tunnel.h"

#include "ns3/abort.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/random-variable-stream.h"
#include "ns3/simulator.h"

#include <algorithm>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptHealthCheck");

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

bool
HealthCheck::SetMethod(std::string method)
{
    NS_LOG_FUNCTION(this << method);
    std::string error;
    const auto probe = HealthProbe::FromMethod(method, error);
    if (!probe)
    {
        NS_LOG_WARN(error);
        return false;
    }
    m_method = method;
    m_usesPort = probe->UsesPort();
    probe->Dispose();
    return true;
}

std::string
HealthCheck::GetMethod() const
{
    return m_method;
}

void
HealthCheck::GetDetectionTime(Time& least, Time& most, Time jitter) const
{
    const int64_t rounds = std::max<int64_t>(
        1,
        (m_timeout.GetTimeStep() + m_interval.GetTimeStep() - 1) / m_interval.GetTimeStep());
    const Time interval = m_interval * rounds;
    least = interval * static_cast<int64_t>(m_retries - 1) + m_timeout;
    most = least + m_interval + jitter;
    least -= jitter;
}

void
HealthCheck::DoDispose()
{
    NS_LOG_FUNCTION(this);
    Halt();
    m_running = false;
    Release();
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
    m_running = true;
    if (m_hasPower)
    {
        BeginRound();
    }
}

void
HealthCheck::StopApplication()
{
    NS_LOG_FUNCTION(this);
    m_running = false;
    Halt();
}

void
HealthCheck::Halt()
{
    m_roundEvent.Cancel();
    for (auto& [key, target] : m_targets)
    {
        target.probeEvent.Cancel();
        target.reuseEvent.Cancel();
        target.probe->Dispose();
    }
    m_targets.clear();
}

void
HealthCheck::PowerOff()
{
    NS_LOG_FUNCTION(this);
    m_hasPower = false;
    if (m_running)
    {
        Halt();
        RestoreRules();
    }
}

void
HealthCheck::PowerOn()
{
    NS_LOG_FUNCTION(this);
    const bool hadPower = m_hasPower;
    m_hasPower = true;
    if (m_running && !hadPower)
    {
        BeginRound();
    }
}

void
HealthCheck::BeginRound()
{
    NS_LOG_FUNCTION(this);
    FollowServices();
    CheckQuorums();
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
    const auto keep = [&](const Key& key) {
        const auto known = m_targets.find(key);
        if (known != m_targets.end())
        {
            targets.insert(m_targets.extract(known));
        }
        else if (targets.count(key) == 0)
        {
            std::string error; // none: SetMethod() has tried it
            targets[key].probe = HealthProbe::FromMethod(m_method, error);
        }
    };
    ForgetAbsent();
    for (const auto& service : m_director->GetServices())
    {
        for (const auto& server : service->GetServers())
        {
            if (!IsSorry(*service, server->GetAddress()))
            {
                keep(GetKey(*service, server->GetAddress(), server->GetPort()));
            }
        }
    }
    for (const auto& [name, absent] : m_absent)
    {
        keep(GetKey(*absent.service, name.second.first, name.second.second));
    }
    for (auto& [key, target] : m_targets)
    {
        target.probeEvent.Cancel();
        target.reuseEvent.Cancel();
        target.probe->Dispose();
    }
    m_targets = std::move(targets);
}

void
HealthCheck::Probe(Key key)
{
    const auto& [address, port, vip] = key;
    NS_LOG_FUNCTION(this << address << port << vip);
    const auto& probe = m_targets.at(key).probe;
    if (probe->IsWaiting())
    {
        return;
    }
    ProbeTarget target;
    target.node = GetNode();
    target.server = address;
    target.address = address;
    target.port = port;
    target.identifier = m_identifier;
    // What the director would give to itself does not go through a tunnel either.
    if (!vip.IsAny() && !m_director->GetRouting()->IsLocal(address))
    {
        target.address = vip;
        target.tunnel = HealthTunnel::Get(m_director);
        target.tunnel->SetProbeAddress(m_probeAddress);
    }
    probe->Start(target, m_timeout, MakeBoundCallback(&HealthCheck::HandleDone, this, key));
}

void
HealthCheck::HandleDone(HealthCheck* check, Key key, bool answered)
{
    check->Finish(key, answered);
}

void
HealthCheck::Finish(const Key& key, bool answered)
{
    const auto address = std::get<0>(key);
    NS_LOG_FUNCTION(this << address << std::get<1>(key) << answered);
    Target& target = m_targets.at(key);
    m_probeTrace(address, answered, target.probe->GetElapsed());
    if (answered)
    {
        target.failures = 0;
        target.successes++;
        if (target.down && target.successes >= m_rise)
        {
            target.down = false;
            Return(key);
        }
        return;
    }
    target.successes = 0;
    target.failures++;
    if (target.down || target.held)
    {
        TakeOut(ServersOf(key)); // somebody may have added it again
    }
    if (!target.down && target.failures >= m_retries)
    {
        FindDead(key, target);
    }
}

void
HealthCheck::FindDead(const Key& key, Target& target)
{
    const auto& [address, port, vip] = key;
    NS_LOG_INFO(address << " port " << port << " is down");
    const bool wasHeld = target.held;
    const DampingRule rule{m_halfLife, m_suppress, m_reuse, m_maxHold};
    const Time now = Simulator::Now();
    target.down = true;
    target.reuseEvent.Cancel();
    target.damping.AddFlap(rule, now);
    target.held = target.damping.IsHeld(rule, now);
    TakeOut(ServersOf(key));
    if (!wasHeld)
    {
        m_downTrace(address, port);
    }
    if (target.held)
    {
        m_heldTrace(address, port, target.damping.GetHoldTime(rule, now));
    }
}

void
HealthCheck::Return(Key key)
{
    const auto& [address, port, vip] = key;
    Target& target = m_targets.at(key);
    const DampingRule rule{m_halfLife, m_suppress, m_reuse, m_maxHold};
    const Time now = Simulator::Now();
    target.held = target.damping.IsHeld(rule, now);
    if (target.held)
    {
        target.reuseEvent = Simulator::Schedule(target.damping.GetHoldTime(rule, now),
                                                &HealthCheck::Return,
                                                this,
                                                key);
        return;
    }
    NS_LOG_INFO(address << " port " << port << " is up");
    PutBack(ServersOf(key));
    m_upTrace(address, port);
}

ServiceKeeper::Choice
HealthCheck::ServersOf(const Key& key) const
{
    return [this, key](const VirtualService& service, Ipv4Address address, uint16_t port) {
        return GetKey(service, address, port) == key;
    };
}

HealthCheck::Key
HealthCheck::GetKey(const VirtualService& service, Ipv4Address address, uint16_t port) const
{
    const uint16_t asked = !m_usesPort ? 0 : m_port != 0 ? m_port : port;
    return {address, asked, m_tunnel ? service.GetAddress() : Ipv4Address::GetAny()};
}

} // namespace gipt
} // namespace ns3
