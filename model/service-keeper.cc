/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "service-keeper.h"

#include "director.h"

#include "ns3/log.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptServiceKeeper");

ServiceKeeper::ServiceKeeper() = default;

ServiceKeeper::~ServiceKeeper() = default;

ServiceKeeper::ServerName
ServiceKeeper::NameOf(const VirtualService& service, Ipv4Address address, uint16_t port)
{
    return {service.GetId(), {address, port}};
}

bool
ServiceKeeper::IsInService(Ptr<VirtualService> service) const
{
    const auto& services = m_director->GetServices();
    return std::find(services.begin(), services.end(), service) != services.end();
}

void
ServiceKeeper::Release()
{
    NS_LOG_FUNCTION(this);
    m_drainCheck.Cancel();
    for (auto& [name, draining] : m_drained)
    {
        Unwatch(draining);
    }
    for (auto& [name, ramp] : m_ramps)
    {
        ramp.event.Cancel();
    }
    m_drained.clear();
    m_ramps.clear();
    m_absent.clear();
    m_quorums.clear();
}

void
ServiceKeeper::RestoreRules()
{
    NS_LOG_FUNCTION(this);
    while (!m_drained.empty())
    {
        Undrain(m_drained.begin()->first);
    }
    while (!m_ramps.empty())
    {
        const auto& [name, ramp] = *m_ramps.begin();
        const auto service = ramp.service;
        const auto server = service->FindServer(name.second.first, name.second.second);
        const bool isOurs = server && IsInService(service) && server->GetWeight() == ramp.last;
        const uint32_t weight = ramp.weight;
        m_ramps.begin()->second.event.Cancel();
        m_ramps.erase(m_ramps.begin());
        if (isOurs)
        {
            m_director->EditRealServer(service,
                                       server->GetAddress(),
                                       server->GetPort(),
                                       weight,
                                       server->GetUpperThreshold(),
                                       server->GetLowerThreshold());
        }
    }
    for (auto& [id, quorum] : m_quorums)
    {
        if (quorum.isSorry && IsInService(quorum.service))
        {
            m_director->RemoveRealServer(quorum.service, quorum.sorryServer, id.port);
        }
    }
    m_quorums.clear();
    for (const auto& [name, absent] : m_absent)
    {
        Restore(name, absent, false);
    }
    m_absent.clear();
}

void
ServiceKeeper::ForgetAbsent()
{
    for (auto entry = m_absent.begin(); entry != m_absent.end();)
    {
        const auto& [address, port] = entry->first.second;
        // One that was inhibited and is not there was deleted.
        const bool isGone = !IsInService(entry->second.service) ||
                            (inhibitOnFailure && !entry->second.service->FindServer(address, port));
        entry = isGone ? m_absent.erase(entry) : std::next(entry);
    }
    for (auto entry = m_quorums.begin(); entry != m_quorums.end();)
    {
        entry = IsInService(entry->second.service) ? std::next(entry) : m_quorums.erase(entry);
    }
}

ServiceKeeper::Absent&
ServiceKeeper::Remove(Ptr<VirtualService> service, Ptr<RealServer> server)
{
    NS_LOG_FUNCTION(this << service->GetLabel() << server->GetAddress());
    const auto address = server->GetAddress();
    const auto port = server->GetPort();
    const auto name = NameOf(*service, address, port);
    Absent& absent = m_absent[name];
    absent.service = service;
    absent.weight = EndRamp(name, *server);
    absent.upper = server->GetUpperThreshold();
    absent.lower = server->GetLowerThreshold();
    if (inhibitOnFailure)
    {
        m_director->EditRealServer(service, address, port, 0, absent.upper, absent.lower);
    }
    else
    {
        m_director->RemoveRealServer(service, address, port);
    }
    return absent;
}

void
ServiceKeeper::Restore(const ServerName& name, const Absent& absent, bool slowly)
{
    NS_LOG_FUNCTION(this << name.second.first);
    if (!IsInService(absent.service))
    {
        return;
    }
    const auto& [address, port] = name.second;
    const auto server = absent.service->FindServer(address, port);
    const bool ramps = slowly && !slowStart.IsZero() && absent.weight > 0;
    const uint32_t weight =
        ramps ? GetSlowWeight(absent.weight, slowStartShare, 0, slowStartSteps) : absent.weight;
    if (!inhibitOnFailure && !server)
    {
        m_director
            ->AddRealServer(absent.service, address, port, weight, absent.upper, absent.lower);
    }
    else if (inhibitOnFailure && server && server->GetWeight() == 0)
    {
        m_director
            ->EditRealServer(absent.service, address, port, weight, absent.upper, absent.lower);
    }
    else
    {
        return; // somebody else did
    }
    if (ramps)
    {
        BeginRamp(name, absent.service, absent.weight, weight);
    }
}

void
ServiceKeeper::TakeOut(const Choice& choice)
{
    NS_LOG_FUNCTION(this);
    for (auto& [name, absent] : m_absent)
    {
        if (choice(*absent.service, name.second.first, name.second.second))
        {
            absent.dead = true; // it may be one that makes room for the sorry server
        }
    }
    const auto services = m_director->GetServices(); // the lists may change
    for (const auto& service : services)
    {
        const auto servers = service->GetServers();
        for (const auto& server : servers)
        {
            const auto address = server->GetAddress();
            if (choice(*service, address, server->GetPort()) && !IsSorry(*service, address) &&
                !(inhibitOnFailure && server->GetWeight() == 0))
            {
                Remove(service, server).dead = true;
            }
        }
        CheckQuorum(service);
    }
}

void
ServiceKeeper::PutBack(const Choice& choice)
{
    NS_LOG_FUNCTION(this);
    for (auto entry = m_absent.begin(); entry != m_absent.end();)
    {
        auto& [name, absent] = *entry;
        if (!absent.dead || !choice(*absent.service, name.second.first, name.second.second))
        {
            ++entry;
            continue;
        }
        const auto quorumOf = m_quorums.find(name.first);
        absent.dead = false;
        absent.parked = quorumOf != m_quorums.end() && quorumOf->second.isSorry;
        if (absent.parked)
        {
            ++entry;
            continue;
        }
        Restore(name, absent, true);
        entry = m_absent.erase(entry);
    }
    CheckQuorums();
}

void
ServiceKeeper::SetQuorum(const ServiceId& id, const QuorumRule& rule)
{
    NS_LOG_FUNCTION(this << id.GetLabel() << rule.quorum << rule.hysteresis << rule.sorryServer);
    m_rules[id] = rule;
}

bool
ServiceKeeper::HasQuorum(const ServiceId& id) const
{
    const auto known = m_quorums.find(id);
    return known == m_quorums.end() || known->second.has;
}

QuorumRule
ServiceKeeper::GetRule(const ServiceId& id) const
{
    const auto own = m_rules.find(id);
    return own != m_rules.end() ? own->second : QuorumRule{quorum, hysteresis, sorryServer};
}

bool
ServiceKeeper::IsSorry(const VirtualService& service, Ipv4Address address) const
{
    const auto known = m_quorums.find(service.GetId());
    return known != m_quorums.end() && known->second.isSorry &&
           known->second.sorryServer == address;
}

uint64_t
ServiceKeeper::GetLivingWeight(const VirtualService& service) const
{
    uint64_t sum = 0;
    for (const auto& server : service.GetServers())
    {
        const auto name = NameOf(service, server->GetAddress(), server->GetPort());
        if (m_absent.count(name) == 0 && !IsSorry(service, server->GetAddress()))
        {
            const auto ramp = m_ramps.find(name);
            sum += ramp == m_ramps.end() ? server->GetWeight() : ramp->second.weight;
        }
    }
    for (const auto& [name, absent] : m_absent)
    {
        if (PeekPointer(absent.service) == &service && !absent.dead)
        {
            sum += absent.weight;
        }
    }
    return sum;
}

void
ServiceKeeper::CheckQuorums()
{
    const auto services = m_director->GetServices();
    for (const auto& service : services)
    {
        CheckQuorum(service);
    }
}

void
ServiceKeeper::CheckQuorum(Ptr<VirtualService> service)
{
    const auto& id = service->GetId();
    const auto rule = GetRule(id);
    auto& state = m_quorums[id];
    if (state.service != service)
    {
        state = Quorum();
        state.service = service;
    }
    const uint64_t weight = GetLivingWeight(*service);
    if (!state.has && weight >= uint64_t{rule.quorum} + rule.hysteresis)
    {
        NS_LOG_INFO(service->GetLabel() << " has its quorum");
        state.has = true;
        if (state.isSorry)
        {
            m_director->RemoveRealServer(service, state.sorryServer, service->GetPort());
            state.isSorry = false;
            for (auto entry = m_absent.begin(); entry != m_absent.end();)
            {
                const auto& [name, absent] = *entry;
                const bool returns = absent.service == service && absent.parked && !absent.dead;
                if (returns)
                {
                    Restore(name, absent, false);
                }
                entry = returns ? m_absent.erase(entry) : std::next(entry);
            }
        }
        m_quorumTrace(service, true);
    }
    else if (state.has && (weight == 0 || weight + rule.hysteresis < rule.quorum))
    {
        NS_LOG_INFO(service->GetLabel() << " has lost its quorum");
        state.has = false;
        if (!rule.sorryServer.IsAny())
        {
            const auto servers = service->GetServers();
            for (const auto& server : servers)
            {
                const auto name = NameOf(*service, server->GetAddress(), server->GetPort());
                if (m_drained.count(name) == 0 && !(inhibitOnFailure && server->GetWeight() == 0))
                {
                    Remove(service, server).parked = true;
                }
            }
            state.sorryServer = rule.sorryServer;
            state.isSorry =
                m_director->AddRealServer(service, rule.sorryServer, service->GetPort(), 1) ==
                RuleResult::OK;
        }
        m_quorumTrace(service, false);
    }
}

uint32_t
ServiceKeeper::GetSlowWeight(uint32_t weight, double share, uint32_t step, uint32_t steps)
{
    if (weight == 0 || step >= steps)
    {
        return weight;
    }
    const double part = share + (1 - share) * step / steps;
    return std::max(1U, static_cast<uint32_t>(std::lround(weight * part)));
}

bool
ServiceKeeper::StartSlowly(Ptr<VirtualService> service, Ipv4Address address, uint16_t port)
{
    NS_LOG_FUNCTION(this << service->GetLabel() << address << port);
    const auto server = service->FindServer(address, port);
    if (!server || slowStart.IsZero() || server->GetWeight() == 0)
    {
        return false;
    }
    const auto name = NameOf(*service, address, port);
    const uint32_t weight = EndRamp(name, *server);
    const uint32_t first = GetSlowWeight(weight, slowStartShare, 0, slowStartSteps);
    m_director->EditRealServer(service,
                               address,
                               port,
                               first,
                               server->GetUpperThreshold(),
                               server->GetLowerThreshold());
    BeginRamp(name, service, weight, first);
    return true;
}

void
ServiceKeeper::BeginRamp(const ServerName& name,
                         Ptr<VirtualService> service,
                         uint32_t weight,
                         uint32_t first)
{
    Ramp& ramp = m_ramps[name];
    ramp.service = service;
    ramp.weight = weight;
    ramp.last = first;
    ramp.step = 0;
    ramp.steps = slowStartSteps;
    ramp.share = slowStartShare;
    ramp.interval = slowStart / static_cast<int64_t>(slowStartSteps);
    ramp.event = Simulator::Schedule(ramp.interval, &ServiceKeeper::StepRamp, this, name);
}

void
ServiceKeeper::StepRamp(ServerName name)
{
    Ramp& ramp = m_ramps.at(name);
    const auto& [address, port] = name.second;
    const auto server =
        IsInService(ramp.service) ? ramp.service->FindServer(address, port) : nullptr;
    if (!server || server->GetWeight() != ramp.last)
    {
        m_ramps.erase(name); // somebody else has deleted it or changed its weight
        return;
    }
    ramp.step++;
    ramp.last = GetSlowWeight(ramp.weight, ramp.share, ramp.step, ramp.steps);
    const auto service = ramp.service;
    const uint32_t weight = ramp.last;
    if (ramp.step < ramp.steps)
    {
        ramp.event = Simulator::Schedule(ramp.interval, &ServiceKeeper::StepRamp, this, name);
    }
    else
    {
        m_ramps.erase(name);
    }
    m_director->EditRealServer(service,
                               address,
                               port,
                               weight,
                               server->GetUpperThreshold(),
                               server->GetLowerThreshold());
}

uint32_t
ServiceKeeper::EndRamp(const ServerName& name, const RealServer& server)
{
    const auto ramp = m_ramps.find(name);
    if (ramp == m_ramps.end())
    {
        return server.GetWeight();
    }
    const bool isOurs = server.GetWeight() == ramp->second.last;
    const uint32_t weight = isOurs ? ramp->second.weight : server.GetWeight();
    ramp->second.event.Cancel();
    m_ramps.erase(ramp);
    return weight;
}

bool
ServiceKeeper::Drain(Ptr<VirtualService> service, Ipv4Address address, uint16_t port, Time timeout)
{
    NS_LOG_FUNCTION(this << service->GetLabel() << address << port << timeout);
    const auto name = NameOf(*service, address, port);
    const auto server = service->FindServer(address, port);
    const auto absent = m_absent.find(name);
    if (m_drained.count(name) > 0 || (!server && absent == m_absent.end()))
    {
        return false;
    }
    if (!server)
    {
        m_absent.erase(absent); // it is out of service already, and is not to come back
        m_drainedTrace(service, address, port, 0);
        CheckQuorum(service);
        return true;
    }
    Draining& draining = m_drained[name];
    draining.service = service;
    draining.server = server;
    draining.weight = absent != m_absent.end() ? absent->second.weight : EndRamp(name, *server);
    if (absent != m_absent.end())
    {
        absent->second.weight = 0;
    }
    m_director->EditRealServer(service,
                               address,
                               port,
                               0,
                               server->GetUpperThreshold(),
                               server->GetLowerThreshold());
    const auto changed = MakeCallback(&ServiceKeeper::ConnectionsChanged, this);
    server->TraceConnectWithoutContext("ActiveConnections", changed);
    server->TraceConnectWithoutContext("InactiveConnections", changed);
    if (!timeout.IsZero())
    {
        draining.timeout = Simulator::Schedule(timeout, &ServiceKeeper::EndDrain, this, name);
    }
    ConnectionsChanged(0, 0);
    CheckQuorum(service);
    return true;
}

uint32_t
ServiceKeeper::DrainAll(Ipv4Address address, Time timeout)
{
    NS_LOG_FUNCTION(this << address << timeout);
    std::vector<std::pair<Ptr<VirtualService>, uint16_t>> places;
    for (const auto& service : m_director->GetServices())
    {
        for (const auto& server : service->GetServers())
        {
            if (server->GetAddress() == address && !IsSorry(*service, address))
            {
                places.emplace_back(service, server->GetPort());
            }
        }
    }
    for (const auto& [name, absent] : m_absent)
    {
        if (name.second.first == address &&
            !absent.service->FindServer(address, name.second.second))
        {
            places.emplace_back(absent.service, name.second.second);
        }
    }
    uint32_t count = 0;
    for (const auto& [service, port] : places)
    {
        count += Drain(service, address, port, timeout);
    }
    return count;
}

bool
ServiceKeeper::CancelDrain(Ptr<VirtualService> service, Ipv4Address address, uint16_t port)
{
    NS_LOG_FUNCTION(this << service->GetLabel() << address << port);
    const auto name = NameOf(*service, address, port);
    if (m_drained.count(name) == 0)
    {
        return false;
    }
    Undrain(name);
    CheckQuorum(service);
    return true;
}

void
ServiceKeeper::Undrain(ServerName name)
{
    Draining draining = m_drained.at(name);
    Unwatch(draining);
    m_drained.erase(name);
    const auto absent = m_absent.find(name);
    if (absent != m_absent.end())
    {
        absent->second.weight = draining.weight;
    }
    else if (draining.server->IsInService() && draining.server->GetWeight() == 0)
    {
        m_director->EditRealServer(draining.service,
                                   name.second.first,
                                   name.second.second,
                                   draining.weight,
                                   draining.server->GetUpperThreshold(),
                                   draining.server->GetLowerThreshold());
    }
}

void
ServiceKeeper::Unwatch(Draining& draining)
{
    draining.timeout.Cancel();
    const auto changed = MakeCallback(&ServiceKeeper::ConnectionsChanged, this);
    draining.server->TraceDisconnectWithoutContext("ActiveConnections", changed);
    draining.server->TraceDisconnectWithoutContext("InactiveConnections", changed);
}

void
ServiceKeeper::ConnectionsChanged(uint32_t before, uint32_t now)
{
    // Not now: the director is in the middle of a packet or of a sweep.
    if (now == 0 && m_drainCheck.IsExpired())
    {
        m_drainCheck = Simulator::ScheduleNow(&ServiceKeeper::CheckDrains, this);
    }
}

void
ServiceKeeper::CheckDrains()
{
    std::vector<ServerName> done;
    for (const auto& [name, draining] : m_drained)
    {
        if (draining.server->GetActiveConnections() + draining.server->GetInactiveConnections() ==
            0)
        {
            done.push_back(name);
        }
    }
    for (const auto& name : done)
    {
        EndDrain(name);
    }
}

void
ServiceKeeper::EndDrain(ServerName name)
{
    NS_LOG_FUNCTION(this << name.second.first << name.second.second);
    const auto found = m_drained.find(name);
    Unwatch(found->second);
    const auto service = found->second.service;
    const auto server = found->second.server;
    m_drained.erase(found);
    m_absent.erase(name);
    if (server->IsInService() && server->GetWeight() == 0) // else somebody else wants it
    {
        m_director->RemoveRealServer(service, server->GetAddress(), server->GetPort());
    }
    m_drainedTrace(service,
                   server->GetAddress(),
                   server->GetPort(),
                   server->GetActiveConnections() + server->GetInactiveConnections());
    if (IsInService(service))
    {
        CheckQuorum(service);
    }
}

} // namespace gipt
} // namespace ns3
