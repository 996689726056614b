/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "failure-schedule.h"

#include "link-fault.h"
#include "node-power.h"
#include "tunnel-net-device.h"

#include "ns3/abort.h"
#include "ns3/application.h"
#include "ns3/channel.h"
#include "ns3/ipv4.h"
#include "ns3/log.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <set>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptFailureSchedule");
NS_OBJECT_ENSURE_REGISTERED(FailureSchedule);

namespace
{

/**
 * @brief Add to an attribute that is a time, or subtract from it: failures add up in any order.
 * @param object whose attribute
 * @param name its name
 * @param seconds how much
 * @param add false to subtract
 */
void
AddToTime(Ptr<Object> object, const std::string& name, double seconds, bool add)
{
    TimeValue value;
    object->GetAttribute(name, value);
    const Time before = value.Get();
    const Time change = Seconds(seconds); // rounded once, so that it can be taken back
    object->SetAttribute(name, TimeValue(add ? before + change : before - change));
}

/**
 * @brief The link fault of a device that must have one.
 * @param device the device
 * @return the link fault
 */
Ptr<LinkFault>
GetFault(Ptr<NetDevice> device)
{
    Ptr<LinkFault> fault = LinkFault::Get(device);
    NS_ABORT_MSG_UNLESS(fault, "A device without a receive error model: " << device);
    return fault;
}

} // namespace

TypeId
FailureSchedule::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::FailureSchedule")
            .SetParent<Object>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<FailureSchedule>()
            .AddTraceSource("Failure",
                            "A failure begins, or has ended",
                            MakeTraceSourceAccessor(&FailureSchedule::m_failureTrace),
                            "ns3::gipt::FailureSchedule::FailureTracedCallback");
    return tid;
}

FailureSchedule::FailureSchedule()
{
    NS_LOG_FUNCTION(this);
}

FailureSchedule::~FailureSchedule()
{
    NS_LOG_FUNCTION(this);
}

void
FailureSchedule::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_failures.clear();
    m_states.clear();
    m_drain.Clear();
    Object::DoDispose();
}

uint32_t
FailureSchedule::Add(const Failure& failure)
{
    NS_LOG_FUNCTION(this << ToString(failure.kind) << failure.target);
    NS_ABORT_MSG_IF(failure.begin < Simulator::Now(), "A failure that began in the past");
    NS_ABORT_MSG_IF(failure.end <= failure.begin, "A failure that ends before it begins");
    NS_ABORT_MSG_IF(failure.nodes.empty() && failure.devices.empty(), "A failure of nothing");
    NS_ABORT_MSG_IF(failure.value < 0, "A value below 0");
    NS_ABORT_MSG_IF(failure.kind == FailureKind::LOSS && failure.value > 1, "A loss above 1");
    NS_ABORT_MSG_IF(failure.period.IsStrictlyNegative(), "A period below 0");
    NS_ABORT_MSG_IF(failure.duty <= 0 || failure.duty > 1, "A duty out of range");
    const auto id = static_cast<uint32_t>(m_failures.size());
    m_failures.push_back(failure);
    m_states.emplace_back();
    if (failure.kind == FailureKind::LOSS)
    {
        m_states.back().random = CreateObject<UniformRandomVariable>();
    }
    Simulator::Schedule(failure.begin - Simulator::Now(),
                        &FailureSchedule::Begin,
                        Ptr<FailureSchedule>(this),
                        id);
    return id;
}

uint32_t
FailureSchedule::AddRandom(const Failure& failure,
                           Ptr<RandomVariableStream> uptime,
                           Ptr<RandomVariableStream> downtime)
{
    NS_LOG_FUNCTION(this << ToString(failure.kind) << failure.target);
    NS_ABORT_MSG_IF(failure.end == Time::Max(), "Failures at random need an end");
    uint32_t count = 0;
    Failure next = failure;
    for (next.begin += Seconds(uptime->GetValue()); next.begin < failure.end;
         next.begin = next.end + Seconds(uptime->GetValue()))
    {
        next.end = next.begin + std::max(Seconds(downtime->GetValue()), Time(TimeStep(1)));
        Add(next);
        count++;
    }
    return count;
}

bool
FailureSchedule::IsOn(uint32_t id) const
{
    return m_states.at(id).isOn;
}

int64_t
FailureSchedule::AssignStreams(int64_t stream)
{
    NS_LOG_FUNCTION(this << stream);
    int64_t used = 0;
    for (const auto& state : m_states)
    {
        if (state.random)
        {
            state.random->SetStream(stream + used++);
        }
    }
    return used;
}

void
FailureSchedule::Begin(uint32_t id)
{
    NS_LOG_FUNCTION(this << id);
    const Failure& failure = m_failures.at(id);
    Tell(id, true);
    m_states[id].isOn = true;
    Apply(id, true);
    Time last = failure.end - Simulator::Now();
    if (failure.period.IsStrictlyPositive())
    {
        const Time on = Seconds(failure.period.GetSeconds() * failure.duty);
        last = std::min(last, std::max(on, TimeStep(1)));
    }
    else if (failure.end == Time::Max())
    {
        return;
    }
    Simulator::Schedule(last, &FailureSchedule::End, Ptr<FailureSchedule>(this), id);
}

void
FailureSchedule::End(uint32_t id)
{
    NS_LOG_FUNCTION(this << id);
    const Failure& failure = m_failures.at(id);
    Apply(id, false);
    m_states[id].isOn = false;
    Tell(id, false);
    if (failure.period.IsStrictlyPositive())
    {
        const int64_t period = failure.period.GetTimeStep();
        const int64_t elapsed = (Simulator::Now() - failure.begin).GetTimeStep();
        const Time next = failure.begin + TimeStep((elapsed + period - 1) / period * period);
        if (next < failure.end)
        {
            Simulator::Schedule(next - Simulator::Now(),
                                &FailureSchedule::Begin,
                                Ptr<FailureSchedule>(this),
                                id);
        }
    }
}

void
FailureSchedule::Apply(uint32_t id, bool on)
{
    const Failure& failure = m_failures[id];
    State& state = m_states[id];
    switch (failure.kind)
    {
    case FailureKind::SITE_POWER:
    case FailureKind::SERVER_CRASH:
    case FailureKind::DIRECTOR:
    case FailureKind::ROUTER:
        for (const auto& node : failure.nodes)
        {
            on ? NodePower::Get(node)->Off() : NodePower::Get(node)->On();
        }
        break;
    case FailureKind::LINK_CUT:
        SetDark(failure, on);
        SetCut(failure, on);
        break;
    case FailureKind::ONE_WAY:
        SetDark(failure, on);
        break;
    case FailureKind::LOSS:
        for (const auto& device : failure.devices)
        {
            Ptr<LinkFault> fault = GetFault(device);
            on ? fault->AddLoss(failure.value, state.random) : fault->RemoveLoss(state.random);
        }
        break;
    case FailureKind::DELAY:
        for (const auto& device : failure.devices)
        {
            AddToTime(device->GetChannel(), "Delay", failure.value, on);
        }
        break;
    case FailureKind::SLOW_SERVER:
        SetSlow(failure, state, on);
        break;
    case FailureKind::BLACK_HOLE:
        for (const auto& node : failure.nodes)
        {
            for (uint32_t i = 0; i < node->GetNDevices(); i++)
            {
                if (Ptr<LinkFault> fault = LinkFault::Get(node->GetDevice(i)))
                {
                    on ? fault->AddBlackHole() : fault->RemoveBlackHole();
                }
            }
        }
        break;
    case FailureKind::DRAIN:
        on ? m_drain.Begin(failure.nodes) : m_drain.End(failure.nodes);
        break;
    }
}

void
FailureSchedule::SetDark(const Failure& failure, bool on)
{
    for (const auto& device : failure.devices)
    {
        Ptr<LinkFault> fault = GetFault(device);
        on ? fault->Darken() : fault->Lighten();
    }
}

void
FailureSchedule::SetCut(const Failure& failure, bool on)
{
    for (const auto& device : failure.devices)
    {
        Ptr<Node> node = device->GetNode();
        Ptr<Ipv4> ipv4 = node->GetObject<Ipv4>();
        const int32_t interface = ipv4 ? ipv4->GetInterfaceForDevice(device) : -1;
        if (interface >= 0)
        {
            Ptr<NodePower> power = NodePower::Get(node);
            on ? power->HoldDown(interface) : power->Release(interface);
        }
    }
}

void
FailureSchedule::SetSlow(const Failure& failure, State& state, bool on)
{
    if (!on)
    {
        for (const auto& [object, attribute] : state.slowed)
        {
            AddToTime(object, attribute, failure.value, false);
        }
        state.slowed.clear();
        return;
    }
    for (const auto& node : failure.nodes)
    {
        std::vector<std::pair<Ptr<Object>, std::string>> slowed;
        auto slow = [&slowed](Ptr<Object> object, const std::string& attribute) {
            TimeValue value;
            if (object->GetAttributeFailSafe(attribute, value))
            {
                slowed.emplace_back(object, attribute);
            }
        };
        for (uint32_t i = 0; i < node->GetNApplications(); i++)
        {
            slow(node->GetApplication(i), "ExtraServiceTime");
        }
        for (uint32_t i = 0; slowed.empty() && i < node->GetNDevices(); i++)
        {
            slow(node->GetDevice(i), "DeliveryDelay");
        }
        for (const auto& [object, attribute] : slowed)
        {
            AddToTime(object, attribute, failure.value, true);
        }
        state.slowed.insert(state.slowed.end(), slowed.begin(), slowed.end());
    }
}

void
FailureSchedule::Tell(uint32_t id, bool begins)
{
    const Failure& failure = m_failures[id];
    FailureEvent event;
    event.id = id;
    event.kind = failure.kind;
    event.target = failure.target;
    event.begins = begins;
    event.time = Simulator::Now();
    event.value = failure.value;
    std::set<uint32_t> nodes;
    for (const auto& node : failure.nodes)
    {
        nodes.insert(node->GetId());
    }
    for (const auto& device : failure.devices)
    {
        nodes.insert(device->GetNode()->GetId());
        if (Ptr<NetDevice> peer = LinkFault::GetPeer(device))
        {
            nodes.insert(peer->GetNode()->GetId());
        }
    }
    event.nodes.assign(nodes.begin(), nodes.end());
    m_failureTrace(event);
}

} // namespace gipt
} // namespace ns3
