/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "request-server.h"

#include "tcp-abandon.h"

#include "ns3/double.h"
#include "ns3/inet-socket-address.h"
#include "ns3/log.h"
#include "ns3/packet.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <limits>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptRequestServer");
NS_OBJECT_ENSURE_REGISTERED(RequestServer);

namespace
{

/// Octets of a request's header that are kept.
constexpr std::size_t MAX_HEAD = 16384;

} // namespace

TypeId
RequestServer::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::RequestServer")
            .SetParent<Application>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<RequestServer>()
            .AddAttribute("Port",
                          "TCP port to listen on, at any address of the node",
                          UintegerValue(80),
                          MakeUintegerAccessor(&RequestServer::m_port),
                          MakeUintegerChecker<uint16_t>(1))
            .AddAttribute("Name",
                          "What the server calls itself in its responses; no line breaks",
                          StringValue("server"),
                          MakeStringAccessor(&RequestServer::m_name),
                          MakeStringChecker())
            .AddAttribute("ResponseSize",
                          "Length of a response without its header (octets)",
                          StringValue("ns3::ConstantRandomVariable[Constant=10000]"),
                          MakePointerAccessor(&RequestServer::m_size),
                          MakePointerChecker<RandomVariableStream>())
            .AddAttribute("ServiceTime",
                          "Time between a request and its response (seconds)",
                          StringValue("ns3::ConstantRandomVariable[Constant=0]"),
                          MakePointerAccessor(&RequestServer::m_serviceTime),
                          MakePointerChecker<RandomVariableStream>())
            .AddAttribute(
                "ExtraServiceTime",
                "Time that requests which come from now on wait longer; a failure of kind "
                "slow-server adds to it",
                TimeValue(Seconds(0)),
                MakeTimeAccessor(&RequestServer::m_extraServiceTime),
                MakeTimeChecker(Seconds(0)))
            .AddTraceSource("Request",
                            "A request was answered",
                            MakeTraceSourceAccessor(&RequestServer::m_requestTrace),
                            "ns3::gipt::RequestServer::RequestTracedCallback");
    return tid;
}

RequestServer::RequestServer()
{
    NS_LOG_FUNCTION(this);
}

RequestServer::~RequestServer()
{
    NS_LOG_FUNCTION(this);
}

int64_t
RequestServer::AssignStreams(int64_t stream)
{
    NS_LOG_FUNCTION(this << stream);
    m_size->SetStream(stream);
    m_serviceTime->SetStream(stream + 1);
    return 2;
}

void
RequestServer::DoDispose()
{
    NS_LOG_FUNCTION(this);
    for (auto& [socket, connection] : m_connections)
    {
        connection.answer.Cancel();
    }
    m_connections.clear();
    m_listener = nullptr;
    m_size = nullptr;
    m_serviceTime = nullptr;
    Application::DoDispose();
}

void
RequestServer::StartApplication()
{
    NS_LOG_FUNCTION(this);
    m_listener = Socket::CreateSocket(GetNode(), TcpSocketFactory::GetTypeId());
    if (m_listener->Bind(InetSocketAddress(Ipv4Address::GetAny(), m_port)) != 0)
    {
        NS_FATAL_ERROR("TCP port " << m_port << " is taken already on node " << GetNode()->GetId());
    }
    m_listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                  MakeCallback(&RequestServer::HandleAccept, this));
    m_listener->Listen();
}

void
RequestServer::StopApplication()
{
    NS_LOG_FUNCTION(this);
    if (m_listener)
    {
        m_listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                      MakeNullCallback<void, Ptr<Socket>, const Address&>());
        m_listener->Close();
        m_listener = nullptr;
    }
    std::map<Ptr<Socket>, Connection> connections;
    connections.swap(m_connections);
    for (auto& [socket, connection] : connections)
    {
        connection.answer.Cancel();
        auto none = MakeNullCallback<void, Ptr<Socket>>();
        socket->SetCloseCallbacks(none, none);
        socket->SetRecvCallback(none);
        socket->SetSendCallback(MakeNullCallback<void, Ptr<Socket>, uint32_t>());
        socket->Close();
    }
}

void
RequestServer::HandleAccept(Ptr<Socket> socket, const Address& client)
{
    NS_LOG_FUNCTION(this << socket << client);
    m_connections[socket].client = client;
    socket->SetRecvCallback(MakeCallback(&RequestServer::HandleReceive, this));
    socket->SetSendCallback(MakeCallback(&RequestServer::HandleSend, this));
    socket->SetCloseCallbacks(MakeCallback(&RequestServer::HandleClose, this),
                              MakeCallback(&RequestServer::HandleClose, this));
}

void
RequestServer::HandleReceive(Ptr<Socket> socket)
{
    NS_LOG_FUNCTION(this << socket);
    auto entry = m_connections.find(socket);
    while (Ptr<Packet> packet = socket->Recv())
    {
        if (packet->GetSize() == 0)
        {
            break;
        }
        if (entry == m_connections.end() || entry->second.answered)
        {
            continue; // read all the same: unread octets would turn the close into a reset
        }
        Connection& connection = entry->second;
        std::string octets(packet->GetSize(), 0);
        packet->CopyData(reinterpret_cast<uint8_t*>(&octets[0]), octets.size());
        connection.head += octets;
        if (connection.head.find("\r\n\r\n") != std::string::npos)
        {
            connection.answered = true;
            Time wait = Seconds(std::max(0.0, m_serviceTime->GetValue())) + m_extraServiceTime;
            if (wait.IsZero())
            {
                Answer(socket);
                entry = m_connections.find(socket);
            }
            else
            {
                connection.answer = Simulator::Schedule(wait, &RequestServer::Answer, this, socket);
            }
        }
        else if (connection.head.size() > MAX_HEAD)
        {
            // what matters stands at the beginning, and the empty line may be half there
            connection.head.erase(MAX_HEAD / 2, connection.head.size() - MAX_HEAD / 2 - 3);
        }
    }
}

void
RequestServer::Answer(Ptr<Socket> socket)
{
    NS_LOG_FUNCTION(this << socket);
    Connection& connection = m_connections.at(socket);
    const std::string path = "GET /";
    double size = m_size->GetValue();
    if (connection.head.compare(0, path.size(), path) == 0 &&
        std::isdigit(static_cast<unsigned char>(connection.head[path.size()])))
    {
        size = std::strtod(connection.head.c_str() + path.size(), nullptr);
    }
    connection.kept = connection.head.find("\r\nConnection: keep-alive\r\n") != std::string::npos;
    double longest = std::numeric_limits<uint32_t>::max();
    connection.bytesLeft = static_cast<uint64_t>(std::min(std::max(0.0, size), longest));
    m_answered++;
    m_requestTrace(connection.client, static_cast<uint32_t>(connection.bytesLeft));
    std::string header = "HTTP/1.0 200 OK\r\nServer: " + m_name +
                         "\r\nContent-Length: " + std::to_string(connection.bytesLeft) + "\r\n" +
                         (connection.kept ? "Connection: keep-alive\r\n\r\n" : "\r\n");
    socket->Send(reinterpret_cast<const uint8_t*>(header.data()), header.size(), 0);
    SendBody(socket, connection);
}

void
RequestServer::SendBody(Ptr<Socket> socket, Connection& connection)
{
    while (connection.bytesLeft > 0)
    {
        uint32_t length = static_cast<uint32_t>(
            std::min<uint64_t>(connection.bytesLeft, socket->GetTxAvailable()));
        if (length == 0 || socket->Send(Create<Packet>(length)) < 0)
        {
            return; // HandleSend goes on
        }
        connection.bytesLeft -= length;
    }
    if (connection.kept)
    {
        connection.answered = false;
        connection.head.clear();
        return;
    }
    socket->SetSendCallback(MakeNullCallback<void, Ptr<Socket>, uint32_t>());
    socket->Close(); // after what TCP still holds
}

void
RequestServer::HandleSend(Ptr<Socket> socket, uint32_t space)
{
    NS_LOG_FUNCTION(this << socket << space);
    auto entry = m_connections.find(socket);
    if (entry != m_connections.end() && entry->second.bytesLeft > 0)
    {
        SendBody(socket, entry->second);
    }
}

void
RequestServer::HandleClose(Ptr<Socket> socket)
{
    NS_LOG_FUNCTION(this << socket);
    auto entry = m_connections.find(socket);
    if (entry != m_connections.end())
    {
        entry->second.answer.Cancel();
        m_connections.erase(entry);
    }
    if (GetTcpState(socket) == TcpSocket::CLOSE_WAIT) // else it was reset: nothing to close
    {
        socket->Close();
    }
}

} // namespace gipt
} // namespace ns3
