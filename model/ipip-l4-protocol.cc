/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ipip-l4-protocol.h"

#include "ipip-encapsulation.h"
#include "real-server-routing.h"

#include "ns3/boolean.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/simulator.h"
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

} // namespace

const uint8_t IpipL4Protocol::PROT_NUMBER = IP_PROTOCOL_IPIP;

const char*
ToString(TunnelDropReason reason)
{
    static constexpr std::array TEXTS{
        "not-loaded",          "device-down",    "truncated",    "ecn",          "rp-filter",
        "martian-source",      "bad-checksum",   "bad-fragment", "bad-header",   "bad-options",
        "martian-destination", "not-local",      "no-route",     "ttl-expired",  "too-big",
        "no-protocol",         "own-connection", "tcp-checksum", "udp-checksum", "icmp-checksum",
        "fragment-timeout",
    };
    static_assert(TEXTS.size() == TUNNEL_DROP_REASONS, "a word for each");
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
                          "2 loose (the same while tunl0 has no address)",
                          UintegerValue(0),
                          MakeUintegerAccessor(&IpipL4Protocol::m_rpFilter),
                          MakeUintegerChecker<uint32_t>(0, 2))
            .AddAttribute("WireRpFilter",
                          "Reverse path filter for packets that come without the tunnel, the "
                          "greater of net.ipv4.conf.all.rp_filter and that of their interface",
                          UintegerValue(0),
                          MakeUintegerAccessor(&IpipL4Protocol::m_wireRpFilter),
                          MakeUintegerChecker<uint32_t>(0, 2))
            .AddAttribute("IcmpRateLimit",
                          "Time between two ICMP errors to one host after a burst of six; 0 is no "
                          "limit; fragmentation needed is never limited (sysctl icmp_ratelimit)",
                          TimeValue(Seconds(1)),
                          MakeTimeAccessor(&IpipL4Protocol::SetIcmpRateLimit,
                                           &IpipL4Protocol::GetIcmpRateLimit),
                          MakeTimeChecker(Seconds(0)))
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
            .AddTraceSource("Deliver",
                            "A packet, from the tunnel or not, reached TCP, UDP or ICMP",
                            MakeTraceSourceAccessor(&IpipL4Protocol::m_deliverTrace),
                            "ns3::gipt::IpipL4Protocol::DeliverTracedCallback")
            .AddTraceSource("Drop",
                            "A packet was dropped at the tunnel or in the IPv4 input",
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
    RealServerRouting::Install(this, m_icmp, node);
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

void
IpipL4Protocol::SetIcmpRateLimit(Time interval)
{
    m_icmp.SetRateLimit(interval);
}

Time
IpipL4Protocol::GetIcmpRateLimit() const
{
    return m_icmp.GetRateLimit();
}

bool
IpipL4Protocol::IsUp() const
{
    return m_ipv4->IsUp(m_interface);
}

bool
IpipL4Protocol::CheckHeader(const Packet& packet, TunnelDropReason& reason)
{
    InnerHeader header;
    if (ReadInnerHeader(packet, header))
    {
        return true;
    }
    // what was read of it tells why
    const bool isGood = packet.GetSize() < IPV4_HEADER_SIZE ||
                        (header.version == 4 && header.size >= IPV4_HEADER_SIZE &&
                         header.size <= packet.GetSize() && header.size <= header.totalSize);
    reason = isGood ? TunnelDropReason::TRUNCATED : TunnelDropReason::BAD_HEADER;
    return false;
}

IpL4Protocol::RxStatus
IpipL4Protocol::Receive(Ptr<Packet> packet,
                        const Ipv4Header& header,
                        Ptr<Ipv4Interface> incomingInterface)
{
    NS_LOG_FUNCTION(this << packet << header << incomingInterface);
    TunnelDropReason reason;
    const bool isGood = CheckHeader(*packet, reason);
    if (m_loaded && packet->GetSize() < IPV4_HEADER_SIZE)
    {
        Drop(header, packet, reason);
        return RX_OK;
    }
    if (!m_loaded || !IsUp())
    {
        // a packet to a broadcast address is not answered
        if (m_ipv4->GetInterfaceForAddress(header.GetDestination()) >= 0)
        {
            m_icmp.Send(m_ipv4,
                        header.GetDestination(),
                        m_loaded ? IcmpErrorSender::PORT_UNREACHABLE
                                 : IcmpErrorSender::PROTOCOL_UNREACHABLE,
                        0,
                        {header, {}, packet},
                        Simulator::Now());
        }
        Drop(header,
             packet,
             m_loaded ? TunnelDropReason::DEVICE_DOWN : TunnelDropReason::NOT_LOADED);
        return RX_OK;
    }
    if (!isGood)
    {
        Drop(header, packet, reason);
        return RX_OK;
    }
    InnerHeader inner;
    ReadInnerHeader(*packet, inner);
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
    if (ecn != EcnResult::KEEP &&
        !SetEcn(packet, ecn == EcnResult::SET_CE ? Ipv4Header::ECN_CE : Ipv4Header::ECN_ECT1))
    {
        Drop(header, packet, TunnelDropReason::BAD_CHECKSUM);
        return RX_OK;
    }
    m_decapsulated++;
    m_decapsulateTrace(header, packet);
    Hand(packet);
    return RX_OK;
}

bool
IpipL4Protocol::SetEcn(Ptr<Packet>& packet, Ipv4Header::EcnType ecn)
{
    Ipv4Datagram datagram;
    if (Node::ChecksumEnabled())
    {
        datagram.header.EnableChecksum();
    }
    packet->PeekHeader(datagram.header);
    if (!datagram.header.IsChecksumOk())
    {
        return false;
    }
    const uint32_t size = datagram.header.GetSerializedSize();
    if (size > IPV4_HEADER_SIZE)
    {
        datagram.options.resize(size);
        packet->CopyData(datagram.options.data(), size);
        datagram.options.erase(datagram.options.begin(),
                               datagram.options.begin() + IPV4_HEADER_SIZE);
        datagram.header = WithoutOptions(datagram.header);
        if (Node::ChecksumEnabled())
        {
            datagram.header.EnableChecksum();
        }
    }
    datagram.header.SetEcn(ecn);
    packet->RemoveAtStart(size);
    datagram.payload = packet;
    packet = datagram.ToPacket();
    return true;
}

void
IpipL4Protocol::Hand(Ptr<Packet> packet)
{
    if (m_depth >= MAX_DEPTH)
    {
        Simulator::ScheduleNow(&IpipL4Protocol::Hand, Ptr<IpipL4Protocol>(this), packet);
        return;
    }
    m_depth++;
    m_device->Deliver(packet);
    m_depth--;
}

std::optional<IpipL4Protocol::UdpRequest>
IpipL4Protocol::BeginRequest(const Ipv4Datagram& datagram, bool isTunnel)
{
    const auto before = m_request;
    m_request.reset();
    const auto& header = datagram.header;
    std::array<uint8_t, 4> ports;
    if (isTunnel && m_answerFromVip && header.GetProtocol() == IP_PROTOCOL_UDP &&
        datagram.payload->CopyData(ports.data(), ports.size()) == ports.size())
    {
        m_request = UdpRequest{header.GetSource(),
                               header.GetDestination(),
                               static_cast<uint16_t>(ports[0] << 8 | ports[1]),
                               static_cast<uint16_t>(ports[2] << 8 | ports[3])};
    }
    return before;
}

void
IpipL4Protocol::EndRequest(const std::optional<UdpRequest>& before)
{
    m_request = before;
}

void
IpipL4Protocol::NotifyDeliver(const Ipv4Datagram& datagram)
{
    if (!m_deliverTrace.IsEmpty())
    {
        m_deliverTrace(datagram.ToQuote()); // what arrived, as far as Linux tells
    }
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
IpipL4Protocol::Drop(const Ipv4Header& header, Ptr<const Packet> packet, TunnelDropReason reason)
{
    NS_LOG_LOGIC("drop " << header << ": " << ToString(reason));
    m_dropped[static_cast<uint8_t>(reason)]++;
    m_dropTrace(header, packet, reason);
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
