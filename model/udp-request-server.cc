/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "udp-request-server.h"

#include "ns3/inet-socket-address.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/udp-socket-factory.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <sstream>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptUdpRequestServer");
NS_OBJECT_ENSURE_REGISTERED(UdpRequestServer);

TypeId
UdpRequestServer::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::UdpRequestServer")
            .SetParent<Application>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<UdpRequestServer>()
            .AddAttribute("Local",
                          "Address to answer at and from: the VIP, or 0.0.0.0 for any of the node",
                          Ipv4AddressValue("0.0.0.0"),
                          MakeIpv4AddressAccessor(&UdpRequestServer::m_local),
                          MakeIpv4AddressChecker())
            .AddAttribute("Port",
                          "UDP port to answer at",
                          UintegerValue(53),
                          MakeUintegerAccessor(&UdpRequestServer::m_port),
                          MakeUintegerChecker<uint16_t>(1))
            .AddAttribute("Name",
                          "What the server calls itself in its answers; no line breaks",
                          StringValue("server"),
                          MakeStringAccessor(&UdpRequestServer::m_name),
                          MakeStringChecker())
            .AddAttribute("ResponseSize",
                          "Length of an answer whose request asks for none (octets)",
                          UintegerValue(512),
                          MakeUintegerAccessor(&UdpRequestServer::m_size),
                          MakeUintegerChecker<uint32_t>(1, 65507))
            .AddAttribute("ServiceTime",
                          "Time between a request and its answer (seconds)",
                          StringValue("ns3::ConstantRandomVariable[Constant=0]"),
                          MakePointerAccessor(&UdpRequestServer::m_serviceTime),
                          MakePointerChecker<RandomVariableStream>())
            .AddTraceSource("Request",
                            "A request was answered",
                            MakeTraceSourceAccessor(&UdpRequestServer::m_requestTrace),
                            "ns3::gipt::UdpRequestServer::RequestTracedCallback");
    return tid;
}

int64_t
UdpRequestServer::AssignStreams(int64_t stream)
{
    NS_LOG_FUNCTION(this << stream);
    m_serviceTime->SetStream(stream);
    return 1;
}

void
UdpRequestServer::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_socket = nullptr;
    m_serviceTime = nullptr;
    Application::DoDispose();
}

void
UdpRequestServer::StartApplication()
{
    NS_LOG_FUNCTION(this);
    m_socket = Socket::CreateSocket(GetNode(), UdpSocketFactory::GetTypeId());
    if (m_socket->Bind(InetSocketAddress(m_local, m_port)) != 0)
    {
        NS_FATAL_ERROR("UDP port " << m_port << " is taken already on node " << GetNode()->GetId());
    }
    m_socket->SetRecvCallback(MakeCallback(&UdpRequestServer::HandleReceive, this));
}

void
UdpRequestServer::StopApplication()
{
    NS_LOG_FUNCTION(this);
    m_boot++;
    if (m_socket)
    {
        m_socket->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
        m_socket->Close();
        m_socket = nullptr;
    }
}

void
UdpRequestServer::PowerOff()
{
    NS_LOG_FUNCTION(this);
    m_boot++; // the socket stays, as those of servers that start at boot do
}

void
UdpRequestServer::PowerOn()
{
    NS_LOG_FUNCTION(this);
}

void
UdpRequestServer::HandleReceive(Ptr<Socket> socket)
{
    NS_LOG_FUNCTION(this << socket);
    Address client;
    while (Ptr<Packet> packet = socket->RecvFrom(client))
    {
        std::string text(packet->GetSize(), 0);
        packet->CopyData(reinterpret_cast<uint8_t*>(&text[0]), text.size());
        std::istringstream words(text.substr(0, text.find('\n')));
        uint64_t id = 0;
        uint32_t size = 0;
        if (!(words >> id >> size))
        {
            continue; // not a request
        }
        std::string answer = std::to_string(id) + " " + m_name + "\n";
        size = std::min<uint32_t>(size ? size : m_size, 65507);
        answer.resize(std::max<std::size_t>(answer.size(), size), '.');
        auto reply = Create<Packet>(reinterpret_cast<const uint8_t*>(answer.data()), answer.size());
        Time wait = Seconds(std::max(0.0, m_serviceTime->GetValue()));
        if (wait.IsZero())
        {
            Answer(client, reply, m_boot);
        }
        else
        {
            Simulator::Schedule(wait, &UdpRequestServer::Answer, this, client, reply, m_boot);
        }
    }
}

void
UdpRequestServer::Answer(Address client, Ptr<Packet> answer, uint32_t boot)
{
    if (m_socket && boot == m_boot)
    {
        m_answered++;
        m_requestTrace(client, answer->GetSize());
        m_socket->SendTo(answer, 0, client);
    }
}

} // namespace gipt
} // namespace ns3
