/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "failure-bench.h"

#include "ns3/icmpv4.h"
#include "ns3/inet-socket-address.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv4-raw-socket-factory.h"
#include "ns3/link-fault.h"
#include "ns3/simulator.h"
#include "ns3/udp-socket-factory.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <array>

using namespace ns3;
using namespace ns3::gipt;

namespace failures
{

namespace
{

/**
 * @brief The first question of a span of time or later.
 * @param time the begin of the span
 * @return its number
 */
std::size_t
First(Time time)
{
    return (time.GetMilliSeconds() + Prober::INTERVAL - 1) / Prober::INTERVAL;
}

} // namespace

Prober::Prober(Ptr<Node> client, Ptr<Node> server, Ipv4Address address, uint16_t port)
    : m_address(address),
      m_ping(port == 0)
{
    if (m_ping)
    {
        m_client = Socket::CreateSocket(client, Ipv4RawSocketFactory::GetTypeId());
        m_client->SetAttribute("Protocol", UintegerValue(1));
        m_client->Bind();
    }
    else
    {
        m_client = Socket::CreateSocket(client, UdpSocketFactory::GetTypeId());
        m_client->Bind();
        m_server = Socket::CreateSocket(server, UdpSocketFactory::GetTypeId());
        m_server->Bind(InetSocketAddress(Ipv4Address::GetAny(), port));
        m_server->SetRecvCallback(MakeCallback(&Prober::Answer, this));
        m_client->Connect(InetSocketAddress(address, port));
    }
    m_client->SetRecvCallback(MakeCallback(&Prober::Receive, this));
    m_next = Simulator::ScheduleNow(&Prober::Ask, this);
}

Prober::~Prober()
{
    m_next.Cancel();
    auto none = MakeNullCallback<void, Ptr<Socket>>();
    m_client->SetRecvCallback(none);
    if (m_server)
    {
        m_server->SetRecvCallback(none);
    }
}

void
Prober::Ask()
{
    const auto number = static_cast<uint16_t>(m_times.size());
    m_times.push_back(Time(-1));
    m_arrived.push_back(false);
    Ptr<Packet> packet;
    if (m_ping)
    {
        packet = Create<Packet>(8);
        Icmpv4Echo echo;
        echo.SetSequenceNumber(number);
        echo.SetData(packet);
        packet = Create<Packet>();
        packet->AddHeader(echo);
        Icmpv4Header header;
        header.SetType(Icmpv4Header::ICMPV4_ECHO);
        header.SetCode(0);
        packet->AddHeader(header);
        m_client->SendTo(packet, 0, InetSocketAddress(m_address, 0));
    }
    else
    {
        const std::array<uint8_t, 2> octets{static_cast<uint8_t>(number >> 8),
                                            static_cast<uint8_t>(number)};
        m_client->Send(Create<Packet>(octets.data(), octets.size()));
    }
    m_next = Simulator::Schedule(MilliSeconds(INTERVAL), &Prober::Ask, this);
}

void
Prober::Answer(Ptr<Socket> socket)
{
    Address from;
    while (Ptr<Packet> packet = socket->RecvFrom(from))
    {
        std::array<uint8_t, 2> octets;
        packet->CopyData(octets.data(), octets.size());
        m_arrived[octets[0] << 8 | octets[1]] = true;
        socket->SendTo(packet, 0, from);
    }
}

void
Prober::Receive(Ptr<Socket> socket)
{
    while (Ptr<Packet> packet = socket->Recv())
    {
        std::size_t number = 0;
        if (m_ping)
        {
            Ipv4Header header;
            packet->RemoveHeader(header);
            Icmpv4Header icmp;
            packet->RemoveHeader(icmp);
            if (icmp.GetType() != Icmpv4Header::ICMPV4_ECHO_REPLY ||
                header.GetSource() != m_address)
            {
                continue;
            }
            Icmpv4Echo echo;
            packet->RemoveHeader(echo);
            number = echo.GetSequenceNumber();
        }
        else
        {
            std::array<uint8_t, 2> octets;
            packet->CopyData(octets.data(), octets.size());
            number = octets[0] << 8 | octets[1];
        }
        m_times[number] = Simulator::Now() - MilliSeconds(INTERVAL * number);
    }
}

double
Prober::GetPart(Time from, Time to) const
{
    const auto begin = m_times.begin() + First(from);
    const auto end = m_times.begin() + First(to);
    const auto answered = std::count_if(begin, end, [](Time time) { return time.IsPositive(); });
    return static_cast<double>(answered) / (end - begin);
}

std::string
Prober::Answered(Time from, Time to) const
{
    const double part = GetPart(from, to);
    return part == 1 ? "all" : part == 0 ? "none" : "some";
}

Time
Prober::GetLongest(Time from, Time to) const
{
    return *std::max_element(m_times.begin() + First(from), m_times.begin() + First(to));
}

double
Prober::GetArrived(Time from, Time to) const
{
    const auto begin = m_arrived.begin() + First(from);
    const auto end = m_arrived.begin() + First(to);
    return static_cast<double>(std::count(begin, end, true)) / (end - begin);
}

World::World()
    : schedule(CreateObject<FailureSchedule>())
{
    SiteGraph graph;
    for (const char* name : {"West", "Mid", "East"})
    {
        SiteGraph::City city;
        city.name = name;
        graph.AddCity(city);
    }
    for (uint32_t i = 0; i < 2; i++)
    {
        SiteGraph::Link link;
        link.from = i;
        link.to = i + 1;
        link.delay = MilliSeconds(5);
        graph.AddLink(link);
    }
    sites.SetTopology(graph);
    client = sites.AddClients("West", 1);
    director = sites.AddDirector("Mid");
    servers = sites.AddServers("East", 2);
    west = sites.AddServers("West", 1);
    schedule->TraceConnectWithoutContext("Failure", MakeCallback(&World::Note, this));
}

World::~World()
{
    probers.clear();
    Simulator::Destroy();
}

Failure
World::Fail(FailureKind kind,
            const std::vector<Ptr<Node>>& nodes,
            const std::vector<Ptr<NetDevice>>& devices,
            double value)
{
    Failure failure;
    failure.kind = kind;
    failure.target = "target";
    failure.begin = Seconds(1);
    failure.end = Seconds(2);
    failure.nodes = nodes;
    failure.devices = devices;
    failure.value = value;
    schedule->Add(failure);
    return failure;
}

void
World::Run(Time time)
{
    for (const auto& host : {servers.Get(0), servers.Get(1), west.Get(0), director})
    {
        probers.push_back(std::make_unique<Prober>(client.Get(0), host, sites.GetAddress(host)));
    }
    Simulator::Stop(time);
    Simulator::Run();
}

Ptr<NetDevice>
World::GetDevice(const std::string& city, const std::string& other) const
{
    Ptr<Node> router = sites.GetRouter(city);
    for (uint32_t i = 0; i < router->GetNDevices(); i++)
    {
        Ptr<NetDevice> peer = LinkFault::GetPeer(router->GetDevice(i));
        if (peer && peer->GetNode() == sites.GetRouter(other))
        {
            return router->GetDevice(i);
        }
    }
    return nullptr;
}

void
World::Note(const FailureEvent& event)
{
    events.push_back(event);
}

} // namespace failures
