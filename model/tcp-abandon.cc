/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "tcp-abandon.h"

#include "ns3/log.h"
#include "ns3/object-ptr-container.h"
#include "ns3/tcp-l4-protocol.h"
#include "ns3/tcp-socket-base.h"

#include <vector>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptTcpAbandon");

namespace
{

/// Reaches what TcpSocketBase keeps for classes derived from it. No object of it is ever made.
class Access : public TcpSocketBase
{
  public:
    /**
     * @param socket a socket
     * @return its state
     */
    static TcpStates_t GetState(const TcpSocketBase& socket)
    {
        return (socket.*&Access::m_state).Get();
    }

    /**
     * @brief Close at once: tell the owner unless it knows, stop the timers, free the port.
     * @param socket a socket
     */
    static void Close(TcpSocketBase& socket)
    {
        (socket.*&Access::CloseAndNotify)();
    }
};

} // namespace

TcpSocket::TcpStates_t
GetTcpState(Ptr<Socket> socket)
{
    Ptr<TcpSocketBase> tcp = DynamicCast<TcpSocketBase>(socket);
    return tcp ? Access::GetState(*tcp) : TcpSocket::CLOSED;
}

void
AbandonTcp(Ptr<Socket> socket)
{
    NS_LOG_FUNCTION(socket);
    Ptr<TcpSocketBase> tcp = DynamicCast<TcpSocketBase>(socket);
    if (tcp)
    {
        auto none = MakeNullCallback<void, Ptr<Socket>>();
        tcp->SetConnectCallback(none, none);
        tcp->SetCloseCallbacks(none, none);
        tcp->SetRecvCallback(none);
        tcp->SetSendCallback(MakeNullCallback<void, Ptr<Socket>, uint32_t>());
        Access::Close(*tcp);
    }
}

void
AbandonAllTcp(Ptr<Node> node)
{
    NS_LOG_FUNCTION(node);
    Ptr<TcpL4Protocol> protocol = node->GetObject<TcpL4Protocol>();
    if (!protocol)
    {
        return;
    }
    ObjectPtrContainerValue sockets;
    protocol->GetAttribute("SocketList", sockets);
    for (auto it = sockets.Begin(); it != sockets.End(); ++it)
    {
        Ptr<TcpSocketBase> socket = DynamicCast<TcpSocketBase>(it->second);
        if (socket && Access::GetState(*socket) != TcpSocket::LISTEN)
        {
            Access::Close(*socket);
        }
    }
}

} // namespace gipt
} // namespace ns3
