/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "light-responder.h"

#include "ns3/ip-l4-protocol.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-route.h"
#include "ns3/ipv6-interface.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-header.h"
#include "ns3/tcp-l4-protocol.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptLightResponder");
NS_OBJECT_ENSURE_REGISTERED(LightResponder);

namespace
{

constexpr uint8_t PROTOCOL_TCP = 6;         ///< IP protocol number
constexpr uint32_t MAX_RESPONSE = 16777216; ///< octets of a response with its header

/**
 * @brief Stands in front of a node's TCP and takes the segments for one port.
 */
class LightTcp : public IpL4Protocol
{
  public:
    /**
     * @param responder who gets the segments
     * @param port for this port
     * @param tcp who gets the others
     */
    LightTcp(LightResponder* responder, uint16_t port, Ptr<IpL4Protocol> tcp)
        : m_responder(responder),
          m_port(port),
          m_tcp(tcp)
    {
    }

    int GetProtocolNumber() const override
    {
        return PROTOCOL_TCP;
    }

    RxStatus Receive(Ptr<Packet> packet,
                     const Ipv4Header& header,
                     Ptr<Ipv4Interface> interface) override
    {
        std::array<uint8_t, 4> ports;
        if (packet->CopyData(ports.data(), ports.size()) == ports.size() &&
            (ports[2] << 8 | ports[3]) == m_port)
        {
            m_responder->Receive(header, packet);
            return RX_OK;
        }
        return m_tcp->Receive(packet, header, interface);
    }

    RxStatus Receive(Ptr<Packet> packet,
                     const Ipv6Header& header,
                     Ptr<Ipv6Interface> interface) override
    {
        return m_tcp->Receive(packet, header, interface);
    }

    void SetDownTarget(DownTargetCallback callback) override
    {
        m_tcp->SetDownTarget(callback);
    }

    void SetDownTarget6(DownTargetCallback6 callback) override
    {
        m_tcp->SetDownTarget6(callback);
    }

    DownTargetCallback GetDownTarget() const override
    {
        return m_tcp->GetDownTarget();
    }

    DownTargetCallback6 GetDownTarget6() const override
    {
        return m_tcp->GetDownTarget6();
    }

  private:
    LightResponder* m_responder; ///< who gets the segments
    uint16_t m_port;             ///< for this port
    Ptr<IpL4Protocol> m_tcp;     ///< who gets the others
};

} // namespace

TypeId
LightResponder::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::LightResponder")
            .SetParent<Application>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<LightResponder>()
            .AddAttribute("Port",
                          "TCP port to answer at, at any address of the node",
                          UintegerValue(80),
                          MakeUintegerAccessor(&LightResponder::m_port),
                          MakeUintegerChecker<uint16_t>(1))
            .AddAttribute("Name",
                          "What the server calls itself in its responses; no line breaks",
                          StringValue("server"),
                          MakeStringAccessor(&LightResponder::m_name),
                          MakeStringChecker())
            .AddAttribute("ResponseSize",
                          "Length of a response without its header, when the request asks for none "
                          "(octets)",
                          UintegerValue(1000),
                          MakeUintegerAccessor(&LightResponder::m_size),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("ServiceTime",
                          "Time between a request and its response",
                          TimeValue(Seconds(0)),
                          MakeTimeAccessor(&LightResponder::m_serviceTime),
                          MakeTimeChecker(Seconds(0)))
            .AddAttribute("SegmentSize",
                          "Greatest length of a segment of a response (octets)",
                          UintegerValue(1460),
                          MakeUintegerAccessor(&LightResponder::m_segmentSize),
                          MakeUintegerChecker<uint32_t>(536, 65495));
    return tid;
}

void
LightResponder::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_ipv4 = nullptr;
    m_protocol = nullptr;
    Application::DoDispose();
}

void
LightResponder::StartApplication()
{
    NS_LOG_FUNCTION(this);
    m_ipv4 = GetNode()->GetObject<Ipv4L3Protocol>();
    m_protocol = Create<LightTcp>(this, m_port, GetNode()->GetObject<TcpL4Protocol>());
    for (uint32_t i = 0; i < m_ipv4->GetNInterfaces(); i++)
    {
        m_ipv4->Insert(m_protocol, i);
        m_interfaces.push_back(i);
    }
    m_stopped = false;
    m_running = true;
}

void
LightResponder::StopApplication()
{
    NS_LOG_FUNCTION(this);
    m_stopped = true;
    m_running = false;
    m_boot++;
    for (uint32_t interface : m_interfaces)
    {
        m_ipv4->Remove(m_protocol, interface);
    }
    m_interfaces.clear();
    m_protocol = nullptr;
}

void
LightResponder::PowerOff()
{
    NS_LOG_FUNCTION(this);
    m_running = false;
    m_boot++;
}

void
LightResponder::PowerOn()
{
    NS_LOG_FUNCTION(this);
    m_running = !m_stopped;
}

uint32_t
LightResponder::GetInitialSequence(const Ipv4Header& header, const TcpHeader& tcp) const
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (uint64_t word : {uint64_t(header.GetSource().Get()) << 32 | header.GetDestination().Get(),
                          uint64_t(tcp.GetSourcePort()) << 16 | tcp.GetDestinationPort(),
                          uint64_t(GetNode()->GetId()) << 32 | m_boot})
    {
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15); // odd: nothing is lost
        hash ^= hash >> 29;
    }
    return static_cast<uint32_t>(hash >> 32);
}

void
LightResponder::Send(const Ipv4Header& header,
                     const TcpHeader& tcp,
                     uint8_t flags,
                     uint32_t sequence,
                     uint32_t acknowledged,
                     Ptr<Packet> data)
{
    const Ipv4Address source = header.GetDestination();
    const Ipv4Address destination = header.GetSource();
    TcpHeader answer;
    answer.SetSourcePort(tcp.GetDestinationPort());
    answer.SetDestinationPort(tcp.GetSourcePort());
    answer.SetFlags(flags);
    answer.SetSequenceNumber(SequenceNumber32(sequence));
    answer.SetAckNumber(SequenceNumber32(acknowledged));
    answer.SetWindowSize(65535);
    if (Node::ChecksumEnabled())
    {
        answer.EnableChecksums();
        answer.InitializeChecksum(source, destination, PROTOCOL_TCP);
    }
    data->AddHeader(answer);
    Ipv4Header outer;
    outer.SetSource(source);
    outer.SetDestination(destination);
    outer.SetProtocol(PROTOCOL_TCP);
    outer.SetPayloadSize(static_cast<uint16_t>(data->GetSize()));
    outer.SetTtl(64);
    outer.SetDontFragment();
    Socket::SocketErrno error;
    const auto route = m_ipv4->GetRoutingProtocol()->RouteOutput(data, outer, nullptr, error);
    if (route)
    {
        m_ipv4->SendWithHeader(data, outer, route);
    }
}

void
LightResponder::Receive(const Ipv4Header& header, Ptr<const Packet> packet)
{
    std::array<uint8_t, 13> octets;
    if (!m_running || packet->GetSize() < 20)
    {
        return;
    }
    packet->CopyData(octets.data(), octets.size());
    const uint32_t length = 4 * (octets[12] >> 4);
    if (length < 20 || length > packet->GetSize())
    {
        return; // cut off
    }
    TcpHeader tcp;
    if (Node::ChecksumEnabled())
    {
        tcp.EnableChecksums();
        tcp.InitializeChecksum(header.GetSource(), header.GetDestination(), PROTOCOL_TCP);
    }
    const auto data = packet->Copy();
    data->RemoveHeader(tcp);
    const uint8_t flags = tcp.GetFlags();
    if ((Node::ChecksumEnabled() && !tcp.IsChecksumOk()) || (flags & TcpHeader::RST))
    {
        return;
    }
    const uint32_t sequence = tcp.GetSequenceNumber().GetValue();
    const uint32_t first = GetInitialSequence(header, tcp);
    if (!(flags & TcpHeader::ACK))
    {
        if (flags & TcpHeader::SYN)
        {
            Send(header,
                 tcp,
                 TcpHeader::SYN | TcpHeader::ACK,
                 first,
                 sequence + 1,
                 Create<Packet>());
        }
        return;
    }
    const uint32_t acknowledged = tcp.GetAckNumber().GetValue();
    const uint32_t offset = acknowledged - first - 1;
    if (offset > MAX_RESPONSE + 1)
    {
        m_resets++; // not a connection of this server
        Send(header, tcp, TcpHeader::RST, acknowledged, 0, Create<Packet>());
        return;
    }
    const bool isFin = flags & TcpHeader::FIN;
    const uint32_t expected = sequence + data->GetSize() + (isFin ? 1 : 0);
    if (data->GetSize() == 0)
    {
        if (isFin)
        {
            Send(header, tcp, TcpHeader::ACK, acknowledged, expected, Create<Packet>());
        }
        return;
    }
    std::string text(std::min<uint32_t>(data->GetSize(), 16), 0);
    data->CopyData(reinterpret_cast<uint8_t*>(&text[0]), text.size());
    const std::string path = "GET /";
    uint32_t bytes = m_size;
    if (text.compare(0, path.size(), path) == 0 && text.size() > path.size() &&
        std::isdigit(static_cast<unsigned char>(text[path.size()])))
    {
        bytes = static_cast<uint32_t>(
            std::min<uint64_t>(std::strtoull(text.c_str() + path.size(), nullptr, 10), UINT32_MAX));
    }
    if (m_serviceTime.IsZero())
    {
        Answer(header, tcp, bytes, expected, m_boot);
    }
    else
    {
        Simulator::Schedule(m_serviceTime,
                            &LightResponder::Answer,
                            this,
                            header,
                            tcp,
                            bytes,
                            expected,
                            m_boot);
    }
}

void
LightResponder::Answer(Ipv4Header header,
                       TcpHeader tcp,
                       uint32_t bytes,
                       uint32_t acknowledged,
                       uint32_t boot)
{
    if (!m_running || boot != m_boot)
    {
        return;
    }
    const std::string text = "HTTP/1.0 200 OK\r\nServer: " + m_name +
                             "\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n";
    const uint64_t head = text.size();
    const uint64_t total = std::min<uint64_t>(head + bytes, MAX_RESPONSE);
    const uint32_t first = GetInitialSequence(header, tcp) + 1;
    uint64_t offset = tcp.GetAckNumber().GetValue() - first;
    if (offset > total)
    {
        return; // all of it is acknowledged
    }
    m_answered++;
    do
    {
        const uint64_t end = std::min<uint64_t>(total, offset + m_segmentSize);
        auto data = Create<Packet>();
        if (offset < head)
        {
            data = Create<Packet>(reinterpret_cast<const uint8_t*>(text.data()) + offset,
                                  static_cast<uint32_t>(std::min(head, end) - offset));
        }
        if (end > std::max(head, offset))
        {
            data->AddAtEnd(Create<Packet>(static_cast<uint32_t>(end - std::max(head, offset))));
        }
        const uint8_t fin = end == total ? TcpHeader::FIN | TcpHeader::PSH : 0;
        Send(header,
             tcp,
             TcpHeader::ACK | fin,
             static_cast<uint32_t>(first + offset),
             acknowledged,
             data);
        offset = end;
    } while (offset < total);
}

} // namespace gipt
} // namespace ns3
