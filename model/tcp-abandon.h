/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_TCP_ABANDON_H
#define GIPT_TCP_ABANDON_H

#include "ns3/node.h"
#include "ns3/ptr.h"
#include "ns3/socket.h"
#include "ns3/tcp-socket.h"

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief The state of a TCP socket.
 *
 * ns-3 tells an application with one and the same callback that the peer has closed and that it
 * has sent a reset; only the state tells them apart (CLOSE_WAIT, or any other).
 *
 * @param socket a TCP socket of ns-3's own stack
 * @return its state
 */
TcpSocket::TcpStates_t GetTcpState(Ptr<Socket> socket);

/**
 * @ingroup global-ip-tunneling
 * @brief End a connection without a word to the peer, and without a callback to the owner.
 *
 * This is what close() does on Linux while connecting (net/ipv4/tcp.c, tcp_close, for SYN_SENT),
 * where ns-3's Close() sends a reset.
 *
 * @param socket a TCP socket of ns-3's own stack
 */
void AbandonTcp(Ptr<Socket> socket);

/**
 * @ingroup global-ip-tunneling
 * @brief End all connections of a node without a word to their peers, as a loss of power does.
 *
 * The owners are told by their close callbacks. Listening sockets stay: they stand for servers
 * that start at boot. Take the node's interfaces down first, so that nothing an owner does on
 * being told leaves the node.
 *
 * @param node the node
 */
void AbandonAllTcp(Ptr<Node> node);

} // namespace gipt
} // namespace ns3

#endif // GIPT_TCP_ABANDON_H
