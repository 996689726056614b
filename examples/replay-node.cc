/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "replay-node.h"

#include "ns3/boolean.h"
#include "ns3/global-value.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipip-encapsulation.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-list-routing-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/mac48-address.h"
#include "ns3/simulator.h"

#include <utility>

using namespace ns3;

const Time ReplayNode::STEP = MilliSeconds(10);

ReplayNode::ReplayNode(Ipv4Address address, uint16_t mtu)
    : m_node(CreateObject<Node>()),
      m_device(CreateObject<VirtualNetDevice>())
{
    GlobalValue::Bind("ChecksumEnabled", BooleanValue(true));
    InternetStackHelper stack;
    Ipv4StaticRoutingHelper routing;
    Ipv4ListRoutingHelper list;
    list.Add(routing, 0);
    stack.SetRoutingHelper(list);
    stack.SetIpv6StackInstall(false);
    stack.Install(m_node);
    m_device->SetAddress(Mac48Address::Allocate());
    m_device->SetMtu(mtu);
    m_device->SetSendCallback(MakeCallback(&ReplayNode::Keep, this));
    m_node->AddDevice(m_device);
    const auto ipv4 = GetIpv4();
    const uint32_t interface = ipv4->AddInterface(m_device);
    ipv4->AddAddress(interface, Ipv4InterfaceAddress(address, Ipv4Mask("/24")));
    ipv4->SetAttribute("IpForward", BooleanValue(false));
    ipv4->SetUp(interface);
    routing.GetStaticRouting(ipv4)->SetDefaultRoute(Ipv4Address::GetZero(), interface);
}

Ptr<Node>
ReplayNode::GetNode() const
{
    return m_node;
}

Ptr<Ipv4>
ReplayNode::GetIpv4() const
{
    return m_node->GetObject<Ipv4>();
}

void
ReplayNode::Wait(Time time)
{
    m_next += time;
}

void
ReplayNode::RunTo(Time time)
{
    Simulator::Stop(time - Simulator::Now());
    Simulator::Run();
}

void
ReplayNode::BeginEvent()
{
    RunTo(m_next);
    m_next += STEP;
}

void
ReplayNode::EndEvent()
{
    RunTo(m_next - TimeStep(1));
}

void
ReplayNode::Receive(Ptr<Packet> packet)
{
    Simulator::ScheduleWithContext(m_node->GetId(), Time(0), &ReplayNode::Deliver, this, packet);
    RunTo(Simulator::Now() + TimeStep(1));
}

void
ReplayNode::Deliver(Ptr<Packet> packet)
{
    gipt::InnerHeader header;
    if (gipt::ReadInnerHeader(*packet, header))
    {
        m_device->Receive(packet,
                          Ipv4L3Protocol::PROT_NUMBER,
                          m_device->GetAddress(),
                          m_device->GetAddress(),
                          NetDevice::PACKET_HOST);
    }
}

bool
ReplayNode::Keep(Ptr<Packet> packet, const Address&, const Address&, uint16_t)
{
    m_left.push_back({Simulator::Now(), packet->Copy()});
    return true;
}

std::vector<ReplayNode::Left>
ReplayNode::TakeLeft()
{
    return std::exchange(m_left, {});
}
