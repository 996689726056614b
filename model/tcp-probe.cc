/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "tcp-probe.h"

#include "ipip-encapsulation.h"
#include "tcp-abandon.h"

#include "ns3/inet-socket-address.h"
#include "ns3/log.h"
#include "ns3/socket.h"
#include "ns3/tcp-socket-factory.h"

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptTcpProbe");
NS_OBJECT_ENSURE_REGISTERED(TcpProbe);

TypeId
TcpProbe::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::TcpProbe")
                            .SetParent<HealthProbe>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<TcpProbe>();
    return tid;
}

void
TcpProbe::DoStart()
{
    NS_LOG_FUNCTION(this);
    m_socket = MakeSocket(TcpSocketFactory::GetTypeId(), IP_PROTOCOL_TCP);
    const auto closed = MakeCallback(&TcpProbe::HandleClosed, this);
    m_socket->SetConnectCallback(MakeCallback(&TcpProbe::HandleConnected, this), closed);
    m_socket->SetCloseCallbacks(closed, closed);
    m_socket->Connect(InetSocketAddress(GetTarget().address, GetTarget().port));
}

void
TcpProbe::DoRelease()
{
    if (m_socket)
    {
        // A server that does not answer hears nothing more; one that keeps a closed connection open
        // is left alone with it, as after Linux' tcp_fin_timeout.
        AbandonTcp(m_socket);
        m_socket = nullptr;
    }
}

void
TcpProbe::HandleConnected(Ptr<Socket> socket)
{
    NS_LOG_FUNCTION(this << socket);
    if (socket == m_socket)
    {
        DoConnected(socket);
    }
}

void
TcpProbe::HandleClosed(Ptr<Socket> socket)
{
    NS_LOG_FUNCTION(this << socket);
    if (socket == m_socket && IsWaiting())
    {
        DoClosed(socket);
    }
}

void
TcpProbe::DoConnected(Ptr<Socket> socket)
{
    Finish(true);
    socket->Close();
}

void
TcpProbe::DoClosed(Ptr<Socket> socket)
{
    m_socket = nullptr; // it ends by itself
    Finish(false);
}

} // namespace gipt
} // namespace ns3
