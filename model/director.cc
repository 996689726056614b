/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "director.h"

#include "ipip-encapsulation.h"

#include "ns3/boolean.h"
#include "ns3/icmpv4-l4-protocol.h"
#include "ns3/ip-l4-protocol.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-route.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptDirector");
NS_OBJECT_ENSURE_REGISTERED(Director);

TypeId
Director::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::Director")
            .SetParent<Application>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<Director>()
            .AddAttribute("ExpireNodestConn",
                          "A connection whose real server was deleted goes at its next packet, "
                          "instead of having its packets dropped (sysctl expire_nodest_conn)",
                          BooleanValue(false),
                          MakeBooleanAccessor(&Director::expireNodestConn),
                          MakeBooleanChecker())
            .AddAttribute("ConnReuseMode",
                          "When a SYN on a known connection is scheduled anew: 0, never; 1, on a "
                          "TIME_WAIT or CLOSE entry; 2 or 3, on a FIN_WAIT entry too "
                          "(sysctl conn_reuse_mode)",
                          UintegerValue(1),
                          MakeUintegerAccessor(&Director::connReuseMode),
                          MakeUintegerChecker<uint32_t>(0, 3))
            .AddAttribute("SloppyTcp",
                          "Any TCP packet but RST may begin a connection, not only one with SYN "
                          "(sysctl sloppy_tcp)",
                          BooleanValue(false),
                          MakeBooleanAccessor(&Director::sloppyTcp),
                          MakeBooleanChecker())
            .AddAttribute("ExpireQuiescentTemplate",
                          "A persistent client of a real server whose weight is 0 is scheduled "
                          "anew (sysctl expire_quiescent_template)",
                          BooleanValue(false),
                          MakeBooleanAccessor(&Director::expireQuiescentTemplate),
                          MakeBooleanChecker())
            .AddAttribute("DropEntry",
                          "Sweep half-open and idle connections: 0 never, 1 and 2 while memory is "
                          "short, 3 always (sysctl drop_entry)",
                          UintegerValue(0),
                          MakeUintegerAccessor(&Director::dropEntry),
                          MakeUintegerChecker<uint32_t>(0, 3))
            .AddAttribute("DropPacket",
                          "Refuse a part of the new connections: 0 never, 1 and 2 while memory is "
                          "short, 3 always (sysctl drop_packet)",
                          UintegerValue(0),
                          MakeUintegerAccessor(&Director::dropPacket),
                          MakeUintegerChecker<uint32_t>(0, 3))
            .AddAttribute("SecureTcp",
                          "Use the transition table against floods: 0 never, 1 and 2 while memory "
                          "is short, 3 always (sysctl secure_tcp)",
                          UintegerValue(0),
                          MakeUintegerAccessor(&Director::secureTcp),
                          MakeUintegerChecker<uint32_t>(0, 3))
            .AddAttribute("Amemthresh",
                          "Pages of 12 connections below which memory counts as short "
                          "(sysctl amemthresh)",
                          UintegerValue(1024),
                          MakeUintegerAccessor(&Director::amemthresh),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("AmDroprate",
                          "DropPacket 3 refuses one new connection in so many "
                          "(sysctl am_droprate)",
                          UintegerValue(10),
                          MakeUintegerAccessor(&Director::amDroprate),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("LblcExpiration",
                          "How long lblc remembers the server of a VIP that is not asked for "
                          "(sysctl lblc_expiration)",
                          TimeValue(Days(1)),
                          MakeTimeAccessor(&Director::lblcExpiration),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("LblcrExpiration",
                          "How long lblcr remembers the servers of a VIP that is not asked for, "
                          "and how long it leaves them as they are (sysctl lblcr_expiration)",
                          TimeValue(Days(1)),
                          MakeTimeAccessor(&Director::lblcrExpiration),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("PmtuDisc",
                          "Copy DF to the outer header and refuse what is too long with it "
                          "(sysctl pmtu_disc); false: the outer packet is fragmented instead",
                          BooleanValue(true),
                          MakeBooleanAccessor(&Director::m_pmtuDisc),
                          MakeBooleanChecker())
            .AddAttribute("TcpTimeout",
                          "How long an ESTABLISHED connection is kept without a packet "
                          "(ipvsadm --set, first value)",
                          TimeValue(Seconds(900)),
                          MakeTimeAccessor(&Director::tcpTimeout),
                          MakeTimeChecker(Seconds(1), Days(31)))
            .AddAttribute("TcpFinTimeout",
                          "How long a FIN_WAIT connection is kept without a packet "
                          "(ipvsadm --set, second value)",
                          TimeValue(Seconds(120)),
                          MakeTimeAccessor(&Director::tcpFinTimeout),
                          MakeTimeChecker(Seconds(1), Days(31)))
            .AddAttribute("UdpTimeout",
                          "How long a UDP connection is kept without a packet "
                          "(ipvsadm --set, third value)",
                          TimeValue(Seconds(300)),
                          MakeTimeAccessor(&Director::udpTimeout),
                          MakeTimeChecker(Seconds(1), Days(31)))
            .AddAttribute(
                "MaxConnections",
                "Number of connections above which no new one is made",
                UintegerValue(ConnectionTable::MAX_SIZE),
                MakeUintegerAccessor(&Director::SetMaxConnections, &Director::GetMaxConnections),
                MakeUintegerChecker<uint64_t>(1, ConnectionTable::MAX_SIZE))
            .AddAttribute(
                "IcmpRateLimit",
                "Time between two ICMP errors to one host after a burst of six; 0 is no "
                "limit; fragmentation needed is never limited (sysctl icmp_ratelimit)",
                TimeValue(Seconds(1)),
                MakeTimeAccessor(&Director::SetIcmpRateLimit, &Director::GetIcmpRateLimit),
                MakeTimeChecker(Seconds(0)))
            .AddAttribute("DropLoops",
                          "Refuse packets whose source is the director itself or the chosen real "
                          "server (RFC 2003, 3.2); Linux tunnels them",
                          BooleanValue(false),
                          MakeBooleanAccessor(&Director::m_dropLoops),
                          MakeBooleanChecker())
            .AddTraceSource("Scheduled",
                            "A new connection got its real server",
                            MakeTraceSourceAccessor(&Director::m_scheduledTrace),
                            "ns3::gipt::DirectorCore::ConnectionTracedCallback")
            .AddTraceSource("Expired",
                            "A connection left the table",
                            MakeTraceSourceAccessor(&Director::m_expiredTrace),
                            "ns3::gipt::DirectorCore::ConnectionTracedCallback")
            .AddTraceSource("State",
                            "A connection changed its state",
                            MakeTraceSourceAccessor(&Director::m_stateTrace),
                            "ns3::gipt::DirectorCore::StateTracedCallback")
            .AddTraceSource("Server",
                            "A real server was added, changed or removed",
                            MakeTraceSourceAccessor(&Director::m_serverTrace),
                            "ns3::gipt::DirectorCore::ServerTracedCallback")
            .AddTraceSource("Forward",
                            "A packet goes into the tunnel",
                            MakeTraceSourceAccessor(&Director::m_forwardTrace),
                            "ns3::gipt::Director::ForwardTracedCallback")
            .AddTraceSource("Drop",
                            "A packet was dropped",
                            MakeTraceSourceAccessor(&Director::m_dropTrace),
                            "ns3::gipt::Director::DropTracedCallback");
    return tid;
}

Director::Director()
{
    NS_LOG_FUNCTION(this);
}

void
Director::SetIcmpRateLimit(Time interval)
{
    m_icmp.SetRateLimit(interval);
}

Time
Director::GetIcmpRateLimit() const
{
    return m_icmp.GetRateLimit();
}

void
Director::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_expiry.Cancel();
    m_defenceTimer.Cancel();
    if (m_routing)
    {
        m_routing->SetDirector(nullptr);
    }
    m_icmpDownTarget.Nullify();
    m_routing = nullptr;
    m_device = nullptr;
    m_ipv4 = nullptr;
    m_reassembler.Clear();
    m_icmp.Clear();
    m_pathMtu.Clear();
    DirectorCore::Dispose();
    Application::DoDispose();
}

void
Director::Attach()
{
    if (m_routing)
    {
        return;
    }
    const auto node = GetNode();
    NS_ABORT_MSG_UNLESS(node, "add the Director to a node before its services");
    m_ipv4 = node->GetObject<Ipv4L3Protocol>();
    NS_ABORT_MSG_UNLESS(m_ipv4, "the Director's node has no Internet stack");
    m_device = CreateObject<DirectorNetDevice>();
    m_device->SetAddress(Mac48Address::Allocate());
    node->AddDevice(m_device);
    m_ipv4->AddInterface(m_device);
    m_routing = DirectorRouting::Install(m_ipv4);
    if (const auto icmp = node->GetObject<Icmpv4L4Protocol>())
    {
        m_icmpDownTarget = icmp->GetDownTarget();
        icmp->SetDownTarget(MakeCallback(&Director::SendIcmp, this));
    }
}

void
Director::SendIcmp(Ptr<Packet> packet,
                   Ipv4Address source,
                   Ipv4Address destination,
                   uint8_t protocol,
                   Ptr<Ipv4Route> route)
{
    NS_LOG_FUNCTION(this << packet << source << destination << route);
    // net/ipv4/icmp.c, icmp_send: destination unreachable comes from the address that was asked,
    // where ns-3 takes that of the interface it leaves by
    constexpr uint8_t DESTINATION_UNREACHABLE = 3;
    std::array<uint8_t, 8 + IPV4_HEADER_SIZE> start; // ICMP header, quoted IPv4 header
    if (packet->CopyData(start.data(), start.size()) == start.size() &&
        start[0] == DESTINATION_UNREACHABLE)
    {
        const auto asked = Ipv4Address::Deserialize(&start[24]);
        source = m_routing->IsLocal(asked) ? asked : source;
    }
    m_icmpDownTarget(packet, source, destination, protocol, route);
}

void
Director::TakeAddress(Ipv4Address address)
{
    if (m_routing->IsLocal(address))
    {
        return;
    }
    const uint32_t interface = m_ipv4->GetInterfaceForDevice(m_device);
    m_ipv4->AddAddress(interface, Ipv4InterfaceAddress(address, Ipv4Mask::GetOnes()));
    m_ipv4->SetUp(interface);
}

void
Director::ServiceAdded(const VirtualService& service)
{
    NS_LOG_FUNCTION(this << service.GetLabel());
    Attach();
    if (service.GetId().mark == 0)
    {
        TakeAddress(service.GetAddress());
    }
}

void
Director::MarkPackets(Ipv4Address network, Ipv4Mask mask, uint32_t mark)
{
    NS_LOG_FUNCTION(this << network << mask << mark);
    m_markings.push_back({network.CombineMask(mask), mask, mark});
}

uint32_t
Director::GetMark(Ipv4Address destination) const
{
    const auto found =
        std::find_if(m_markings.rbegin(), m_markings.rend(), [&](const Marking& marking) {
            return destination.CombineMask(marking.mask) == marking.network;
        });
    return found == m_markings.rend() ? 0 : found->mark;
}

void
Director::StartApplication()
{
    NS_LOG_FUNCTION(this);
    Attach();
    m_routing->SetDirector(this);
    ScheduleExpiry();
}

void
Director::StopApplication()
{
    NS_LOG_FUNCTION(this);
    m_defenceTimer.Cancel();
    // the director's state dies with it, as a host's does; the rules are read again at start
    m_expiry.Cancel();
    if (m_routing)
    {
        m_routing->SetDirector(nullptr);
    }
    ClearConnections();
    m_reassembler.Clear();
    m_icmp.Clear();
    m_pathMtu.Clear();
}

void
Director::RefuseMartian(Ptr<const Packet> payload, const Ipv4Header& header)
{
    Drop(payload, header, DropReason::MARTIAN_SOURCE);
}

bool
Director::Reassemble(Ptr<const Packet> payload,
                     const Ipv4Header& header,
                     FragmentReassembler::Datagram& whole)
{
    if (payload->GetSize() < header.GetPayloadSize())
    {
        Drop(payload, header, DropReason::TRUNCATED);
        return false;
    }
    const auto status = m_reassembler.Add(header, payload, Simulator::Now(), whole);
    if (status == FragmentReassembler::Status::DROPPED)
    {
        Drop(payload, header, DropReason::BAD_FRAGMENT, whole.fragments);
    }
    ScheduleExpiry();
    return status == FragmentReassembler::Status::COMPLETE;
}

bool
Director::Receive(Ptr<const Packet> payload, const Ipv4Header& header, uint32_t longestFragment)
{
    NS_LOG_FUNCTION(this << header << longestFragment);
    if (header.GetSerializedSize() != IPV4_HEADER_SIZE)
    {
        return Receive(payload, WithoutOptions(header), longestFragment);
    }
    const uint8_t protocol = header.GetProtocol();
    TransportHeader transport;
    if (payload->GetSize() < header.GetPayloadSize() ||
        !ReadTransportHeader(protocol, *payload, 0, transport))
    {
        Drop(payload, header, DropReason::TRUNCATED);
        return true;
    }
    if (protocol == IP_PROTOCOL_IPIP && !m_ipv4->GetProtocol(IP_PROTOCOL_IPIP))
    {
        // no ipip here: ns-3's stack would say nothing
        m_icmp.Send(m_ipv4,
                    header.GetDestination(),
                    IcmpErrorSender::PROTOCOL_UNREACHABLE,
                    0,
                    header,
                    payload,
                    Simulator::Now());
        Drop(payload, header, DropReason::NO_PROTOCOL);
        return true;
    }
    if (protocol == IP_PROTOCOL_ICMP)
    {
        return ReceiveIcmp(payload, header, longestFragment);
    }
    if (protocol != IP_PROTOCOL_TCP && protocol != IP_PROTOCOL_UDP)
    {
        return false;
    }
    ConnectionKey key;
    key.client = header.GetSource();
    key.clientPort = transport.sourcePort;
    key.virtualAddress = header.GetDestination();
    key.virtualPort = transport.destinationPort;
    key.protocol = protocol;
    const auto decision = Decide(key,
                                 transport.tcpFlags,
                                 payload->GetSize() + IPV4_HEADER_SIZE,
                                 Simulator::Now(),
                                 m_markings.empty() ? 0 : GetMark(key.virtualAddress));
    switch (decision.verdict)
    {
    case Verdict::LOCAL:
        return false;
    case Verdict::FORWARD:
        if (decision.timerChanged)
        {
            ScheduleExpiry();
        }
        if (m_routing->IsLocal(decision.server->GetAddress()))
        {
            // the director is its own real server: ip_vs_tunnel_xmit delivers locally
            return false;
        }
        Forward(payload, header, longestFragment, *decision.server);
        return true;
    case Verdict::UNREACHABLE:
        m_icmp.Send(m_ipv4,
                    header.GetDestination(),
                    IcmpErrorSender::PORT_UNREACHABLE,
                    0,
                    header,
                    payload,
                    Simulator::Now());
        break;
    case Verdict::DROP:
        break;
    }
    Drop(payload, header, decision.reason);
    return true;
}

bool
Director::ReceiveIcmp(Ptr<const Packet> payload, const Ipv4Header& header, uint32_t longestFragment)
{
    const IcmpQuote quote(payload);
    if (quote.kind == IcmpQuote::Kind::OTHER ||
        (quote.kind == IcmpQuote::Kind::TUNNEL && !HasServer(quote.server)))
    {
        return false;
    }
    const bool isAnswer = quote.kind == IcmpQuote::Kind::ANSWER;
    const auto decision = DecideIcmp(quote.connection,
                                     isAnswer ? payload->GetSize() + IPV4_HEADER_SIZE : 0,
                                     Simulator::Now());
    if (decision.verdict != Verdict::FORWARD)
    {
        return false;
    }
    if (Node::ChecksumEnabled() && !IcmpQuote::IsChecksumRight(payload))
    {
        Drop(payload, header, DropReason::BAD_CHECKSUM);
    }
    else if (isAnswer)
    {
        Forward(payload, header, longestFragment, *decision.server);
    }
    else
    {
        Translate(quote);
    }
    return true;
}

void
Director::Translate(const IcmpQuote& quote)
{
    const auto error =
        static_cast<IcmpErrorSender::Error>(static_cast<uint16_t>(quote.type << 8 | quote.code));
    uint32_t rest = quote.rest;
    if (error == IcmpErrorSender::FRAGMENTATION_NEEDED)
    {
        const auto route = GetRoute(quote.server, quote.content);
        if (!route)
        {
            return;
        }
        const uint32_t linkMtu = route->GetOutputDevice()->GetMtu();
        // the client is told of the path that the last packet took, not of the one just learnt
        const uint32_t used = m_pathMtu.GetUsed(quote.server, linkMtu);
        m_pathMtu.Learn(quote.server, quote.mtu, linkMtu, Simulator::Now());
        if (!quote.dontFragment)
        {
            return;
        }
        rest = used - IPV4_HEADER_SIZE;
    }
    m_icmp.Send(m_ipv4,
                quote.connection.virtualAddress,
                error,
                rest,
                quote.request,
                quote.content,
                Simulator::Now());
}

Ptr<Ipv4Route>
Director::GetRoute(Ipv4Address server, Ptr<Packet> packet)
{
    Ipv4Header target;
    target.SetDestination(server);
    Socket::SocketErrno error;
    return m_routing->RouteOutput(packet, target, nullptr, error);
}

void
Director::Forward(Ptr<const Packet> payload,
                  const Ipv4Header& header,
                  uint32_t longestFragment,
                  RealServer& server)
{
    if (m_dropLoops &&
        (header.GetSource() == server.GetAddress() || m_routing->IsLocal(header.GetSource())))
    {
        Drop(payload, header, DropReason::LOOP);
        return;
    }
    const Ipv4Address vip = header.GetDestination();
    if (header.GetTtl() <= 1)
    {
        m_icmp
            .Send(m_ipv4, vip, IcmpErrorSender::TTL_EXCEEDED, 0, header, payload, Simulator::Now());
        Drop(payload, header, DropReason::TTL_EXPIRED);
        return;
    }
    Ipv4Header inner = header;
    inner.SetTtl(header.GetTtl() - 1);

    auto packet = payload->Copy();
    const auto route = GetRoute(server.GetAddress(), packet);
    if (!route)
    {
        m_icmp.Send(m_ipv4,
                    vip,
                    IcmpErrorSender::HOST_UNREACHABLE,
                    0,
                    inner,
                    payload,
                    Simulator::Now());
        Drop(payload, header, DropReason::NO_ROUTE);
        return;
    }
    const uint32_t mtu =
        m_pathMtu.Use(server.GetAddress(), route->GetOutputDevice()->GetMtu(), Simulator::Now());
    const uint32_t innerSize = payload->GetSize() + IPV4_HEADER_SIZE;
    const uint32_t outerSize = innerSize + IPV4_HEADER_SIZE;
    if (outerSize > mtu && m_pmtuDisc && header.IsDontFragment() &&
        header.GetProtocol() != IP_PROTOCOL_ICMP)
    {
        m_icmp.Send(m_ipv4,
                    vip,
                    IcmpErrorSender::FRAGMENTATION_NEEDED,
                    mtu - IPV4_HEADER_SIZE,
                    inner,
                    payload,
                    Simulator::Now());
        Drop(payload, header, DropReason::TOO_BIG);
        return;
    }

    const auto outer = MakeOuterHeader(inner,
                                       innerSize,
                                       route->GetSource(),
                                       server.GetAddress(),
                                       m_pmtuDisc,
                                       m_identification);
    m_identification += !outer.IsDontFragment();
    packet->AddHeader(inner); // with a checksum when it came with one
    // as ns-3's own forwarding does: the queues on the way out follow the TOS field
    SocketPriorityTag priority;
    packet->RemovePacketTag(priority);
    if (const uint8_t value = Socket::IpTos2Priority(outer.GetTos()))
    {
        priority.SetPriority(value);
        packet->AddPacketTag(priority);
    }
    m_forwarded++;
    m_forwardTrace(outer, packet, Ptr<RealServer>(&server));

    // No outer fragment is longer than the longest fragment received (ip_output.c, ip_fragment
    // keeps to frag_max_size).
    const uint32_t limit = longestFragment ? std::min(mtu, longestFragment) : mtu;
    if (outerSize <= limit)
    {
        m_ipv4->SendWithHeader(packet, outer, route);
        return;
    }
    for (const auto& fragment : FragmentIpv4(outer, packet, limit))
    {
        m_ipv4->SendWithHeader(fragment.second, fragment.first, route);
    }
}

void
Director::Drop(Ptr<const Packet> payload,
               const Ipv4Header& header,
               DropReason reason,
               uint32_t packets)
{
    NS_LOG_LOGIC("drop " << header << ": " << ToString(reason));
    m_dropped[static_cast<uint8_t>(reason)] += packets;
    m_dropTrace(header, payload, reason);
}

void
Director::ScheduleExpiry()
{
    if (HasDefence() && m_defenceTimer.IsExpired())
    {
        m_defenceTimer = Simulator::Schedule(Seconds(1), &Director::HandleDefence, this);
    }
    const Time next = std::min(m_table.NextExpiry(), m_reassembler.NextTimeout());
    if (next == Time::Max() || (!m_expiry.IsExpired() && m_expiryTime <= next))
    {
        return;
    }
    m_expiry.Cancel();
    const Time now = Simulator::Now();
    m_expiryTime = std::max(next, now);
    m_expiry = Simulator::Schedule(m_expiryTime - now, &Director::HandleExpiry, this);
}

void
Director::HandleDefence()
{
    Defend(Simulator::Now());
    if (HasDefence() && m_table.GetSize() > 0)
    {
        m_defenceTimer = Simulator::Schedule(Seconds(1), &Director::HandleDefence, this);
    }
}

void
Director::HandleExpiry()
{
    const Time now = Simulator::Now();
    ExpireConnections(now);
    for (const auto& given : m_reassembler.Expire(now))
    {
        // Without offset 0 there is nothing the sender would know it by: Send keeps silent.
        m_icmp.Send(m_ipv4,
                    given.header.GetDestination(),
                    IcmpErrorSender::REASSEMBLY_TIME,
                    0,
                    given.header,
                    given.payload,
                    now);
        Drop(given.payload, given.header, DropReason::FRAGMENT_TIMEOUT, given.fragments);
    }
    ScheduleExpiry();
}

} // namespace gipt
} // namespace ns3
