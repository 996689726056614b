/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "director.h"

#include "ip-options.h"
#include "ipip-encapsulation.h"
#include "local-answer.h"

#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-route.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"

#include <algorithm>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptDirector");

Director::Director()
{
    NS_LOG_FUNCTION(this);
}

int64_t
Director::AssignStreams(int64_t stream)
{
    int64_t next = stream;
    for (const auto& service : GetServices())
    {
        next += service->GetScheduler()->AssignStreams(next);
    }
    return next - stream;
}

Time
Director::GetTime() const
{
    return Simulator::Now();
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
    m_stack.Detach();
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
    m_stack.Attach(node);
}

void
Director::TakeAddress(Ipv4Address address)
{
    if (!m_isActive || m_routing->IsLocal(address))
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
Director::TakeAddresses()
{
    for (const auto& service : GetServices())
    {
        if (service->GetId().mark == 0)
        {
            TakeAddress(service->GetAddress());
        }
    }
}

void
Director::SetActive(bool active)
{
    NS_LOG_FUNCTION(this << active);
    if (active == m_isActive)
    {
        return;
    }
    m_isActive = active;
    if (!m_routing)
    {
        return;
    }
    if (active)
    {
        TakeAddresses();
        return;
    }
    const uint32_t interface = m_ipv4->GetInterfaceForDevice(m_device);
    while (m_ipv4->GetNAddresses(interface) > 0)
    {
        m_ipv4->RemoveAddress(interface, 0U);
    }
}

void
Director::DefenceChanged()
{
    ScheduleExpiry();
}

void
Director::TimersChanged()
{
    ScheduleExpiry();
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
    m_isStarted = true;
    if (m_hasPower)
    {
        Begin();
    }
}

void
Director::StopApplication()
{
    NS_LOG_FUNCTION(this);
    const bool wasRunning = IsRunning();
    m_isStarted = false;
    Halt();
    if (wasRunning)
    {
        m_runningTrace(false);
    }
}

void
Director::PowerOff()
{
    NS_LOG_FUNCTION(this);
    const bool wasRunning = IsRunning();
    m_hasPower = false;
    Halt();
    if (wasRunning)
    {
        m_runningTrace(false);
    }
}

void
Director::PowerOn()
{
    NS_LOG_FUNCTION(this);
    if (m_hasPower)
    {
        return;
    }
    m_hasPower = true;
    if (m_isStarted)
    {
        Begin();
    }
}

void
Director::Begin()
{
    Attach();
    m_routing->SetDirector(this);
    ScheduleExpiry();
    m_runningTrace(true);
}

void
Director::Halt()
{
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
    Drop({header, {}, payload}, DropReason::MARTIAN_SOURCE);
}

bool
Director::ReceiveGroup(Ipv4Datagram& datagram)
{
    NS_LOG_FUNCTION(this << datagram.header);
    const bool isTruncated = datagram.payload->GetSize() < datagram.header.GetPayloadSize();
    if (!isTruncated && FragmentReassembler::IsFragment(datagram.header) && !Reassemble(datagram))
    {
        return true;
    }
    auto reason = DropReason::TRUNCATED;
    if (!isTruncated && datagram.header.GetProtocol() == IP_PROTOCOL_TCP)
    {
        reason = DropReason::NO_PROTOCOL; // net/ipv4/tcp_ipv4.c, tcp_v4_rcv: not PACKET_HOST
    }
    else if (!isTruncated)
    {
        switch (CheckTransport(datagram.header, datagram.payload, Node::ChecksumEnabled()))
        {
        case LocalCheck::TRUNCATED:
            break;
        case LocalCheck::BAD_CHECKSUM:
            reason = DropReason::BAD_CHECKSUM;
            break;
        case LocalCheck::GOOD:
            return false;
        }
    }
    Drop(datagram, reason);
    return true;
}

bool
Director::Reassemble(Ipv4Datagram& datagram)
{
    auto fragment = datagram;
    const auto status = m_reassembler.Add(fragment.header,
                                          fragment.payload,
                                          Simulator::Now(),
                                          datagram,
                                          fragment.options);
    if (status == FragmentReassembler::Status::DROPPED)
    {
        fragment.fragments = datagram.fragments;
        Drop(fragment, DropReason::BAD_FRAGMENT);
    }
    ScheduleExpiry();
    return status == FragmentReassembler::Status::COMPLETE;
}

bool
Director::Receive(Ipv4Datagram& datagram)
{
    NS_LOG_FUNCTION(this << datagram.header);
    if (!m_stack.TakeOptions(datagram, datagram.header.GetDestination()))
    {
        Drop(datagram, DropReason::BAD_OPTIONS);
        return true;
    }
    if (datagram.payload->GetSize() < datagram.header.GetPayloadSize())
    {
        Drop(datagram, DropReason::TRUNCATED);
        return true;
    }
    if (FragmentReassembler::IsFragment(datagram.header) && !Reassemble(datagram))
    {
        return true;
    }
    switch (datagram.header.GetProtocol())
    {
    case IP_PROTOCOL_TCP:
    case IP_PROTOCOL_UDP:
        return ReceiveTransport(datagram);
    case IP_PROTOCOL_ICMP:
        return ReceiveIcmp(datagram);
    default:
        return LeaveToStack(datagram);
    }
}

bool
Director::LeaveToStack(const Ipv4Datagram& datagram)
{
    auto reason = DropReason::NONE;
    const bool isDone = m_stack.Leave(datagram, reason);
    if (reason != DropReason::NONE)
    {
        Drop(datagram, reason);
    }
    return isDone;
}

uint32_t
Director::SendError(IcmpErrorSender::Error error, uint32_t rest, const Ipv4Datagram& datagram)
{
    const auto asked = datagram.header.GetDestination();
    return m_icmp.Send(m_ipv4, asked, error, rest, datagram, Simulator::Now());
}

bool
Director::ReceiveTransport(const Ipv4Datagram& datagram)
{
    constexpr uint32_t TCP_HEADER_SIZE = 20;
    constexpr uint32_t UDP_HEADER_SIZE = 8;
    std::array<uint8_t, 14> start{}; // up to the flags of TCP
    const uint32_t size = datagram.payload->GetSize();
    datagram.payload->CopyData(start.data(), std::min<uint32_t>(size, start.size()));
    const ConnectionKey key{datagram.header.GetSource(),
                            static_cast<uint16_t>(start[0] << 8 | start[1]),
                            datagram.header.GetDestination(),
                            static_cast<uint16_t>(start[2] << 8 | start[3]),
                            datagram.header.GetProtocol()};
    const uint32_t bytes = datagram.GetSize();
    const bool isTcp = key.protocol == IP_PROTOCOL_TCP;
    const bool isWhole = size >= (isTcp ? TCP_HEADER_SIZE : UDP_HEADER_SIZE);
    const auto decision = isWhole ? Decide(key,
                                           isTcp ? start[13] : 0,
                                           bytes,
                                           Simulator::Now(),
                                           m_markings.empty() ? 0 : GetMark(key.virtualAddress))
                                  : DecideTruncated(key, bytes, Simulator::Now());
    switch (decision.verdict)
    {
    case Verdict::LOCAL:
        return LeaveToStack(datagram);
    case Verdict::FORWARD:
        if (decision.timerChanged)
        {
            ScheduleExpiry();
        }
        if (m_routing->IsLocal(decision.server->GetAddress()))
        {
            // the director is its own real server: ip_vs_tunnel_xmit delivers locally
            return LeaveToStack(datagram);
        }
        Forward(datagram, decision);
        return true;
    case Verdict::UNREACHABLE:
        SendError(IcmpErrorSender::PORT_UNREACHABLE, 0, datagram);
        break;
    case Verdict::DROP:
        break;
    }
    Drop(datagram, decision.reason);
    return true;
}

bool
Director::ReceiveIcmp(const Ipv4Datagram& datagram)
{
    const IcmpQuote quote(datagram.payload);
    if (quote.kind == IcmpQuote::Kind::OTHER ||
        (quote.kind == IcmpQuote::Kind::TUNNEL && !HasServer(quote.server)))
    {
        return LeaveToStack(datagram);
    }
    const Time now = Simulator::Now();
    const bool isAnswer = quote.kind == IcmpQuote::Kind::ANSWER;
    const bool isRight = !Node::ChecksumEnabled() || IcmpQuote::IsChecksumRight(datagram.payload);
    if (isAnswer && isRight)
    {
        // about a client's packet: counted, not relayed (ip_vs_core.c, ip_vs_out_icmp)
        const auto wrongWay = DecideIcmp(quote.reverse, 0, now);
        if (wrongWay.verdict == Verdict::FORWARD)
        {
            CountAnswer(wrongWay, datagram.GetSize());
        }
    }
    const auto decision =
        DecideIcmp(quote.connection, isAnswer && isRight ? datagram.GetSize() : 0, now);
    if (decision.verdict != Verdict::FORWARD)
    {
        return LeaveToStack(datagram);
    }
    if (!isRight)
    {
        Drop(datagram, DropReason::BAD_CHECKSUM);
    }
    else if (isAnswer)
    {
        Forward(datagram, decision);
    }
    else
    {
        Translate(quote, decision);
    }
    return true;
}

void
Director::Translate(const IcmpQuote& quote, const Decision& decision)
{
    const auto error =
        static_cast<IcmpErrorSender::Error>(static_cast<uint16_t>(quote.type << 8 | quote.code));
    uint32_t rest = quote.rest;
    if (error == IcmpErrorSender::FRAGMENTATION_NEEDED)
    {
        const auto route = GetRoute(quote.server, quote.quoted);
        if (!route)
        {
            return;
        }
        const uint32_t linkMtu = route->GetOutputDevice()->GetMtu();
        m_pathMtu.Learn(quote.server, quote.mtu, linkMtu, Simulator::Now());
        if (!quote.dontFragment)
        {
            return;
        }
        // the client is told of the path that the connection's last packet took
        const auto& server = *decision.server; // may be another than the one that is quoted
        rest = m_pathMtu.GetUsed(server.GetAddress(), &server, linkMtu) - IPV4_HEADER_SIZE;
    }
    CountAnswer(decision,
                m_icmp.SendQuoting(m_ipv4,
                                   quote.connection.virtualAddress,
                                   error,
                                   rest,
                                   quote.request,
                                   quote.quoted,
                                   Simulator::Now()));
    CountAnswer(decision, quote.quoted->GetSize()); // as if the quoted packet went back
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
Director::Forward(const Ipv4Datagram& datagram, const Decision& decision)
{
    RealServer& server = *decision.server;
    const auto& header = datagram.header;
    if (m_dropLoops &&
        (header.GetSource() == server.GetAddress() || m_routing->IsLocal(header.GetSource())))
    {
        Drop(datagram, DropReason::LOOP);
        return;
    }
    // The route comes first, and the server takes to a path MTU that was learnt, whatever then
    // becomes of the packet (ip_vs_xmit.c, __ip_vs_get_out_rt).
    Ipv4Datagram inner = datagram;
    inner.header.SetTtl(header.GetTtl() - 1);
    const auto packet = inner.ToPacket();
    const auto route = GetRoute(server.GetAddress(), packet);
    if (!route)
    {
        CountAnswer(decision, SendError(IcmpErrorSender::HOST_UNREACHABLE, 0, datagram));
        Drop(datagram, DropReason::NO_ROUTE);
        return;
    }
    const uint32_t mtu = m_pathMtu.Use(server.GetAddress(),
                                       &server,
                                       route->GetOutputDevice()->GetMtu(),
                                       Simulator::Now());
    if (header.GetTtl() <= 1)
    {
        CountAnswer(decision, SendError(IcmpErrorSender::TTL_EXCEEDED, 0, datagram));
        Drop(datagram, DropReason::TTL_EXPIRED);
        return;
    }
    const uint32_t outerSize = packet->GetSize() + IPV4_HEADER_SIZE;
    if (outerSize > mtu && m_pmtuDisc && header.IsDontFragment() &&
        header.GetProtocol() != IP_PROTOCOL_ICMP)
    {
        CountAnswer(
            decision,
            SendError(IcmpErrorSender::FRAGMENTATION_NEEDED, mtu - IPV4_HEADER_SIZE, inner));
        Drop(datagram, DropReason::TOO_BIG);
        return;
    }

    const auto outer = MakeOuterHeader(inner.header,
                                       packet->GetSize(),
                                       route->GetSource(),
                                       server.GetAddress(),
                                       m_pmtuDisc,
                                       m_identification);
    m_identification += !outer.IsDontFragment();
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
    const uint32_t limit = datagram.longestFragment ? std::min(mtu, datagram.longestFragment) : mtu;
    if (outerSize <= limit)
    {
        m_ipv4->SendWithHeader(packet, outer, route);
        return;
    }
    for (auto& [fragment, content] : FragmentIpv4(outer, packet, limit))
    {
        if (datagram.longestFragment && header.IsDontFragment())
        {
            // as the fragments came (ip_output.c, IPSKB_FRAG_PMTU)
            fragment.SetDontFragment();
        }
        m_ipv4->SendWithHeader(content, fragment, route);
    }
}

void
Director::Drop(const Ipv4Datagram& datagram, DropReason reason)
{
    NS_LOG_LOGIC("drop " << datagram.header << ": " << ToString(reason));
    m_dropped[static_cast<uint8_t>(reason)] += std::max(1U, datagram.fragments);
    m_dropTrace(datagram.header, datagram.payload, reason);
}

void
Director::ScheduleExpiry()
{
    // each second for as long as there is anything to drop, so that a simulation can end
    if (HasDefence() && m_table.GetSize() > 0 && m_defenceTimer.IsExpired())
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
    ScheduleExpiry();
}

void
Director::HandleExpiry()
{
    const Time now = Simulator::Now();
    ExpireConnections(now);
    for (const auto& given : m_reassembler.Expire(now))
    {
        // Without offset 0 there is nothing the sender would know it by: Send keeps silent.
        SendError(IcmpErrorSender::REASSEMBLY_TIME, 0, given);
        Drop(given, DropReason::FRAGMENT_TIMEOUT);
    }
    ScheduleExpiry();
}

} // namespace gipt
} // namespace ns3
