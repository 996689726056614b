/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_LOCAL_STACK_H
#define GIPT_LOCAL_STACK_H

#include "director-core.h"
#include "icmp-error-sender.h"
#include "ipv4-datagram.h"

#include "ns3/ip-l4-protocol.h"
#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"

#include <cstdint>

namespace ns3
{

class Ipv4L3Protocol;
class Ipv4Route;
class Node;

namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief The director's own stack: what it leaves to ns-3's TCP, UDP and ICMP is answered as
 * Linux's would.
 *
 * It checks a packet as Linux does before ns-3's protocols see it, and stands where TCP and ICMP
 * send, to make of a RST, a port unreachable and an echo reply what Linux sends: source address,
 * quoted octets, TOS, IP options.
 */
class LocalStack
{
  public:
    /**
     * @param icmp sends ICMP errors, with the rate limit of the node
     */
    explicit LocalStack(IcmpErrorSender& icmp);
    ~LocalStack();

    LocalStack(const LocalStack&) = delete;
    LocalStack& operator=(const LocalStack&) = delete;

    /**
     * @brief Stand between TCP and ICMP of a node and its IPv4.
     * @param node the node, its Internet stack installed
     */
    void Attach(Ptr<Node> node);

    /**
     * @brief Let go of the node.
     */
    void Detach();

    /**
     * @brief Take the options of a packet that has come in; a bad one is answered.
     * @param[in,out] datagram the packet
     * @param own address of the node: the one that was asked, or that of the way on
     * @return false when it goes no further
     */
    bool TakeOptions(Ipv4Datagram& datagram, Ipv4Address own);

    /**
     * @brief Leave a packet to the node's own protocols, unless Linux's would not take it, or ns-3
     * has none to answer it.
     * @param datagram the packet
     * @param[out] reason why it is dropped, if it is
     * @return true when it is dealt with, false when the node's protocols are to have it
     */
    bool Leave(const Ipv4Datagram& datagram, DropReason& reason);

  private:
    /**
     * @brief Where the node's ICMP sends; makes of its answer to the packet last left to it what
     * Linux's is.
     * @param packet the ICMP packet
     * @param source source address that ICMP chose
     * @param destination destination address
     * @param protocol 1
     * @param route route that ICMP chose, null for an echo reply
     */
    void SendIcmp(Ptr<Packet> packet,
                  Ipv4Address source,
                  Ipv4Address destination,
                  uint8_t protocol,
                  Ptr<Ipv4Route> route);

    /**
     * @brief Where the node's TCP sends; makes a RST for a segment of no connection what Linux's
     * is.
     * @param packet the segment
     * @param source source address
     * @param destination destination address
     * @param protocol 6
     * @param route route that TCP chose
     */
    void SendTcp(Ptr<Packet> packet,
                 Ipv4Address source,
                 Ipv4Address destination,
                 uint8_t protocol,
                 Ptr<Ipv4Route> route);

    /**
     * @brief Whether something that is about to be sent may answer the packet last left.
     * @param source its source address
     * @param destination its destination address
     * @param protocol its protocol
     * @return true when the packet was left just now, and went the other way
     */
    bool IsAnswer(Ipv4Address source, Ipv4Address destination, uint8_t protocol) const;

    /**
     * @brief Send an answer to a packet, with what record route and timestamp ask for.
     * @param asked the packet
     * @param header the answer's header
     * @param payload what follows it
     */
    void Answer(const Ipv4Datagram& asked, const Ipv4Header& header, Ptr<const Packet> payload);

    IcmpErrorSender& m_icmp;                           ///< sends ICMP errors
    Ptr<Ipv4L3Protocol> m_ipv4;                        ///< the node's IPv4
    IpL4Protocol::DownTargetCallback m_icmpDownTarget; ///< where the node's ICMP sent before
    IpL4Protocol::DownTargetCallback m_tcpDownTarget;  ///< where the node's TCP sent before
    Ipv4Datagram m_left;                               ///< the packet last left to the protocols
    Time m_leftTime;                                   ///< when that was
    uint16_t m_identification{0};                      ///< of the last ICMP answer
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_LOCAL_STACK_H
