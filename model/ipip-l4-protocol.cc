/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ipip-l4-protocol.h"

#include "ns3/boolean.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-route.h"
#include "ns3/ipv4-routing-protocol.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"
#include "ns3/udp-header.h"
#include "ns3/udp-l4-protocol.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptIpipL4Protocol");
NS_OBJECT_ENSURE_REGISTERED(IpipL4Protocol);

namespace
{

/**
 * Tunnels within tunnels that are unpacked in one go; deeper ones wait for an event of their own,
 * so that no packet can exhaust the stack.
 */
constexpr uint32_t MAX_DEPTH = 4;

constexpr uint32_t RP_FILTER_STRICT = 1; ///< sysctl rp_filter: by the receiving interface
constexpr uint32_t RP_FILTER_LOOSE = 2;  ///< sysctl rp_filter: by any interface

} // namespace

const uint8_t IpipL4Protocol::PROT_NUMBER = IP_PROTOCOL_IPIP;

const char*
ToString(TunnelDropReason reason)
{
    static constexpr std::array<const char*, TUNNEL_DROP_REASONS> TEXTS{
        "not-loaded",
        "device-down",
        "truncated",
        "ecn",
        "rp-filter",
        "martian-source",
        "bad-checksum",
        "bad-fragment",
    };
    return TEXTS[static_cast<uint8_t>(reason)];
}

TypeId
IpipL4Protocol::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::IpipL4Protocol")
            .SetParent<IpL4Protocol>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<IpipL4Protocol>()
            .AddAttribute("Loaded",
                          "The ipip module is there; without it the answer is ICMP 3/2",
                          BooleanValue(true),
                          MakeBooleanAccessor(&IpipL4Protocol::m_loaded),
                          MakeBooleanChecker())
            .AddAttribute("RpFilter",
                          "Reverse path filter, the greater of net.ipv4.conf.all.rp_filter and "
                          "that of tunl0: 0 none, 1 strict (drops everything from the tunnel), "
                          "2 loose",
                          UintegerValue(0),
                          MakeUintegerAccessor(&IpipL4Protocol::m_rpFilter),
                          MakeUintegerChecker<uint32_t>(0, 2))
            .AddAttribute("AnswerFromVip",
                          "A UDP answer that an application sends while it handles a packet from "
                          "the tunnel has the VIP as its source, as with IP_PKTINFO, although its "
                          "socket is bound to no address. An application that answers later binds "
                          "its socket to the VIP.",
                          BooleanValue(true),
                          MakeBooleanAccessor(&IpipL4Protocol::m_answerFromVip),
                          MakeBooleanChecker())
            .AddTraceSource("Decapsulate",
                            "A packet was taken out of the tunnel",
                            MakeTraceSourceAccessor(&IpipL4Protocol::m_decapsulateTrace),
                            "ns3::gipt::IpipL4Protocol::DecapsulateTracedCallback")
            .AddTraceSource("Drop",
                            "A packet was dropped at the tunnel",
                            MakeTraceSourceAccessor(&IpipL4Protocol::m_dropTrace),
                            "ns3::gipt::IpipL4Protocol::DropTracedCallback");
    return tid;
}

IpipL4Protocol::IpipL4Protocol()
{
    NS_LOG_FUNCTION(this);
}

void
IpipL4Protocol::Attach(Ptr<Node> node, Ptr<TunnelNetDevice> device)
{
    NS_LOG_FUNCTION(this << node << device);
    m_node = node;
    m_device = device;
    m_ipv4 = node->GetObject<Ipv4L3Protocol>();
    NS_ABORT_MSG_UNLESS(m_ipv4, "a real server needs an Internet stack");
    m_interface = m_ipv4->GetInterfaceForDevice(device);
    m_device->SetIpv4(m_ipv4);
    m_ipv4->Insert(this);
    if (auto udp = node->GetObject<UdpL4Protocol>())
    {
        m_udpDownTarget = udp->GetDownTarget();
        udp->SetDownTarget(MakeCallback(&IpipL4Protocol::SendUdp, this));
    }
}

void
IpipL4Protocol::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_node = nullptr;
    m_ipv4 = nullptr;
    m_device = nullptr;
    m_reassembler.Clear();
    m_icmp.Clear();
    m_downTarget.Nullify();
    m_downTarget6.Nullify();
    m_udpDownTarget.Nullify();
    IpL4Protocol::DoDispose();
}

int
IpipL4Protocol::GetProtocolNumber() const
{
    return PROT_NUMBER;
}

bool
IpipL4Protocol::CheckSource(Ipv4Address source, TunnelDropReason& reason) const
{
    // net/ipv4/fib_frontend.c, fib_validate_source
    if (m_ipv4->GetInterfaceForAddress(source) >= 0)
    {
        reason = TunnelDropReason::MARTIAN_SOURCE;
        return false;
    }
    if (m_rpFilter == 0)
    {
        return true;
    }
    reason = TunnelDropReason::RP_FILTER;
    Ipv4Header back;
    back.SetDestination(source);
    Socket::SocketErrno error;
    const auto route =
        m_ipv4->GetRoutingProtocol()->RouteOutput(Create<Packet>(), back, nullptr, error);
    return route && (m_rpFilter == RP_FILTER_LOOSE || route->GetOutputDevice() == m_device);
}

IpL4Protocol::RxStatus
IpipL4Protocol::Receive(Ptr<Packet> packet,
                        const Ipv4Header& header,
                        Ptr<Ipv4Interface> incomingInterface)
{
    NS_LOG_FUNCTION(this << packet << header << incomingInterface);
    if (!m_loaded || !m_ipv4->IsUp(m_interface))
    {
        m_icmp.Send(m_ipv4,
                    header.GetDestination(),
                    m_loaded ? IcmpErrorSender::PORT_UNREACHABLE
                             : IcmpErrorSender::PROTOCOL_UNREACHABLE,
                    0,
                    {header, {}, packet},
                    Simulator::Now());
        Drop(header,
             packet,
             m_loaded ? TunnelDropReason::DEVICE_DOWN : TunnelDropReason::NOT_LOADED);
        return RX_OK;
    }
    InnerHeader inner;
    if (!ReadInnerHeader(*packet, inner))
    {
        Drop(header, packet, TunnelDropReason::TRUNCATED);
        return RX_OK;
    }
    if (packet->GetSize() > inner.totalSize)
    {
        // padding must not pass for content
        packet->RemoveAtEnd(packet->GetSize() - inner.totalSize);
    }
    const auto ecn = DecapsulateEcn(inner.ecn, header.GetEcn());
    if (ecn == EcnResult::DROP)
    {
        Drop(header, packet, TunnelDropReason::ECN);
        return RX_OK;
    }
    TunnelDropReason reason;
    if (!CheckSource(inner.source, reason))
    {
        Drop(header, packet, reason);
        return RX_OK;
    }
    if (ecn != EcnResult::KEEP)
    {
        // A new checksum must not make good what was bad.
        Ipv4Header changed;
        if (!TakeHeader(*packet, changed))
        {
            Drop(header, packet, TunnelDropReason::BAD_CHECKSUM);
            return RX_OK;
        }
        changed.SetEcn(ecn == EcnResult::SET_CE ? Ipv4Header::ECN_CE : Ipv4Header::ECN_ECT1);
        PutHeader(*packet, changed);
    }
    m_decapsulated++;
    m_decapsulateTrace(header, packet);
    Deliver(packet, header, inner);
    return RX_OK;
}

Ptr<Packet>
IpipL4Protocol::Reassemble(Ptr<Packet> fragment, const Ipv4Header& outer)
{
    Ipv4Header header;
    auto content = fragment->Copy();
    if (!TakeHeader(*content, header))
    {
        Drop(outer, fragment, TunnelDropReason::BAD_FRAGMENT);
        return nullptr;
    }
    FragmentReassembler::Datagram datagram;
    const Time now = Simulator::Now();
    m_reassembler.Expire(now);
    const auto status = m_reassembler.Add(header, content, now, datagram);
    if (status == FragmentReassembler::Status::DROPPED)
    {
        Drop(outer, fragment, TunnelDropReason::BAD_FRAGMENT);
    }
    if (status != FragmentReassembler::Status::COMPLETE)
    {
        return nullptr;
    }
    auto whole = datagram.payload->Copy();
    PutHeader(*whole, datagram.header);
    return whole;
}

bool
IpipL4Protocol::TakeHeader(Packet& packet, Ipv4Header& header)
{
    if (Node::ChecksumEnabled())
    {
        header.EnableChecksum();
    }
    packet.PeekHeader(header);
    if (!header.IsChecksumOk())
    {
        return false;
    }
    packet.RemoveHeader(header);
    return true;
}

void
IpipL4Protocol::PutHeader(Packet& content, Ipv4Header& header)
{
    if (header.GetSerializedSize() != IPV4_HEADER_SIZE)
    {
        header = WithoutOptions(header);
    }
    if (Node::ChecksumEnabled())
    {
        header.EnableChecksum();
    }
    content.AddHeader(header);
}

void
IpipL4Protocol::Deliver(Ptr<Packet> packet, const Ipv4Header& outer, InnerHeader inner)
{
    const auto isLocal = [this, &inner]() {
        return m_ipv4->IsDestinationAddress(inner.destination, m_interface);
    };
    if (inner.isFragment && isLocal())
    {
        // put together here, so that only whole transport headers go up
        packet = Reassemble(packet, outer);
        if (!packet)
        {
            return;
        }
        ReadInnerHeader(*packet, inner);
    }
    TransportHeader transport;
    if (!ReadTransportHeader(inner.protocol, *packet, inner.size, transport) && isLocal())
    {
        Drop(outer, packet, TunnelDropReason::TRUNCATED);
        return;
    }
    const UdpRequest request{inner.source,
                             inner.destination,
                             transport.sourcePort,
                             transport.destinationPort};
    Hand(packet, m_answerFromVip && inner.protocol == IP_PROTOCOL_UDP, request);
}

void
IpipL4Protocol::Hand(Ptr<Packet> packet, bool mayAnswer, UdpRequest request)
{
    if (m_depth >= MAX_DEPTH)
    {
        Simulator::ScheduleNow(&IpipL4Protocol::Hand,
                               Ptr<IpipL4Protocol>(this),
                               packet,
                               mayAnswer,
                               request);
        return;
    }
    const auto before = m_request;
    m_request = mayAnswer ? &request : nullptr;
    m_depth++;
    m_device->Deliver(packet);
    m_depth--;
    m_request = before;
}

void
IpipL4Protocol::SendUdp(Ptr<Packet> packet,
                        Ipv4Address source,
                        Ipv4Address destination,
                        uint8_t protocol,
                        Ptr<Ipv4Route> route)
{
    NS_LOG_FUNCTION(this << packet << source << destination << route);
    std::array<uint8_t, 4> ports;
    if (m_request && destination == m_request->client && source != m_request->vip &&
        packet->CopyData(ports.data(), ports.size()) == ports.size() &&
        (ports[0] << 8 | ports[1]) == m_request->port &&
        (ports[2] << 8 | ports[3]) == m_request->clientPort)
    {
        // a fresh header: one that was read keeps its old checksum
        UdpHeader old;
        packet->RemoveHeader(old);
        UdpHeader udp;
        udp.SetSourcePort(old.GetSourcePort());
        udp.SetDestinationPort(old.GetDestinationPort());
        if (Node::ChecksumEnabled())
        {
            udp.EnableChecksums();
            udp.InitializeChecksum(m_request->vip, destination, protocol);
        }
        packet->AddHeader(udp);
        source = m_request->vip;
    }
    m_udpDownTarget(packet, source, destination, protocol, route);
}

IpL4Protocol::RxStatus
IpipL4Protocol::Receive(Ptr<Packet> packet,
                        const Ipv6Header& header,
                        Ptr<Ipv6Interface> incomingInterface)
{
    NS_LOG_FUNCTION(this << packet);
    return RX_ENDPOINT_UNREACH; // IPv4 in IPv6 is another tunnel (RFC 2473)
}

void
IpipL4Protocol::Drop(const Ipv4Header& outer, Ptr<const Packet> inner, TunnelDropReason reason)
{
    NS_LOG_LOGIC("drop " << outer << ": " << ToString(reason));
    m_dropped[static_cast<uint8_t>(reason)]++;
    m_dropTrace(outer, inner, reason);
}

void
IpipL4Protocol::SetDownTarget(DownTargetCallback callback)
{
    m_downTarget = callback;
}

void
IpipL4Protocol::SetDownTarget6(DownTargetCallback6 callback)
{
    m_downTarget6 = callback;
}

IpL4Protocol::DownTargetCallback
IpipL4Protocol::GetDownTarget() const
{
    return m_downTarget;
}

IpL4Protocol::DownTargetCallback6
IpipL4Protocol::GetDownTarget6() const
{
    return m_downTarget6;
}

} // namespace gipt
} // namespace ns3
