/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "oracle-observer.h"

#include "ns3/abort.h"
#include "ns3/config.h"
#include "ns3/ipv4-queue-disc-item.h"
#include "ns3/log.h"
#include "ns3/net-device.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/simulator.h"

#include <algorithm>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptOracleObserver");
NS_OBJECT_ENSURE_REGISTERED(OracleObserver);

namespace
{

constexpr uint32_t ENOUGH = 160;     ///< octets of a packet in which its ports are found
constexpr uint8_t PROTOCOL_ICMP = 1; ///< IP protocol number
constexpr uint8_t PROTOCOL_IPIP = 4; ///< IP protocol number
constexpr uint8_t PROTOCOL_TCP = 6;  ///< IP protocol number
constexpr uint8_t PROTOCOL_UDP = 17; ///< IP protocol number

/**
 * @brief The first octets of a packet.
 * @param packet the packet
 * @return its octets, ENOUGH at most
 */
std::vector<uint8_t>
GetOctets(Ptr<const Packet> packet)
{
    std::vector<uint8_t> octets(std::min(packet->GetSize(), ENOUGH));
    packet->CopyData(octets.data(), static_cast<uint32_t>(octets.size()));
    return octets;
}

/**
 * @brief Take off what a link puts in front of an IPv4 packet: nothing, PPP, Ethernet, or Ethernet
 * with LLC.
 * @param frame the octets
 * @return the octets from the IPv4 header on, none when it is no IPv4 packet
 */
std::vector<uint8_t>
StripLink(std::vector<uint8_t> frame)
{
    const auto is = [&](std::size_t place, uint8_t first, uint8_t second) {
        return frame.size() > place + 2 && frame[place] == first && frame[place + 1] == second;
    };
    std::size_t begin = frame.size();
    if (!frame.empty() && frame[0] >> 4 == 4)
    {
        begin = 0;
    }
    else if (is(0, 0x00, 0x21)) // RFC 1661: IPv4
    {
        begin = 2;
    }
    else if (is(12, 0x08, 0x00))
    {
        begin = 14;
    }
    else if (is(20, 0x08, 0x00))
    {
        begin = 22;
    }
    frame.erase(frame.begin(), frame.begin() + begin);
    return frame;
}

} // namespace

TypeId
OracleObserver::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::OracleObserver")
                            .SetParent<Object>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<OracleObserver>();
    return tid;
}

void
OracleObserver::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_oracle = nullptr;
    Object::DoDispose();
}

void
OracleObserver::WatchWorkload(Ptr<WorkloadClient> workload)
{
    NS_LOG_FUNCTION(this << workload);
    workload->TraceConnectWithoutContext("ConnectionStart",
                                         MakeCallback(&ConnectionOracle::Start, m_oracle));
    workload->TraceConnectWithoutContext("ConnectionEnd",
                                         MakeCallback(&ConnectionOracle::End, m_oracle));
}

void
OracleObserver::WatchDirector(const std::string& name, Ptr<Director> director)
{
    NS_LOG_FUNCTION(this << name << director);
    const Ptr<Node> node = director->GetNode();
    const Place place{this, node->GetId(), name};
    m_oracle->AddDirector(name, node->GetId());
    director->TraceConnectWithoutContext(
        "Scheduled",
        MakeBoundCallback(&OracleObserver::HandleScheduled, place));
    director->TraceConnectWithoutContext("Expired",
                                         MakeBoundCallback(&OracleObserver::HandleExpired, place));
    director->TraceConnectWithoutContext(
        "Drop",
        MakeBoundCallback(&OracleObserver::HandleDirectorDrop, place));
    node->GetObject<Ipv4L3Protocol>()->TraceConnectWithoutContext(
        "LocalDeliver",
        MakeBoundCallback(&OracleObserver::HandleLocal, place));
}

void
OracleObserver::WatchHealth(Ptr<HealthCheck> check)
{
    NS_LOG_FUNCTION(this << check);
    check->TraceConnectWithoutContext("ServerDown",
                                      MakeCallback(&OracleObserver::HandleServerDown, this));
    check->TraceConnectWithoutContext("ServerUp",
                                      MakeCallback(&OracleObserver::HandleServerUp, this));
}

void
OracleObserver::WatchServer(const std::string& name,
                            const std::string& site,
                            Ipv4Address address,
                            Ptr<Node> node)
{
    NS_LOG_FUNCTION(this << name << site << address << node);
    m_oracle->AddServer(address, node->GetId(), name, site);
}

void
OracleObserver::WatchNode(Ptr<Node> node)
{
    NS_LOG_FUNCTION(this << node);
    const Place place{this, node->GetId(), ""};
    if (const auto ipv4 = node->GetObject<Ipv4L3Protocol>())
    {
        ipv4->TraceConnectWithoutContext("Drop",
                                         MakeBoundCallback(&OracleObserver::HandleIpv4Drop, place));
        const auto tunnel =
            DynamicCast<IpipL4Protocol>(ipv4->GetProtocol(IpipL4Protocol::PROT_NUMBER));
        if (tunnel)
        {
            tunnel->TraceConnectWithoutContext(
                "Drop",
                MakeBoundCallback(&OracleObserver::HandleTunnelDrop, place));
            tunnel->TraceConnectWithoutContext(
                "Deliver",
                MakeBoundCallback(&OracleObserver::HandleDeliver, place));
        }
    }
    for (uint32_t i = 0; i < node->GetNDevices(); i++)
    {
        const auto device = node->GetDevice(i);
        // not every kind of device has them: loopback and tunnels have none
        for (const char* name : {"PhyRxDrop", "PhyTxDrop"})
        {
            device->TraceConnectWithoutContext(
                name,
                MakeBoundCallback(&OracleObserver::HandleLinkDrop, place));
        }
        device->TraceConnectWithoutContext(
            "MacTxDrop",
            MakeBoundCallback(&OracleObserver::HandleDeviceDrop, place));
    }
    Config::ConnectWithoutContextFailSafe(
        "/NodeList/" + std::to_string(node->GetId()) +
            "/$ns3::TrafficControlLayer/RootQueueDiscList/*/Drop",
        MakeBoundCallback(&OracleObserver::HandleQueueDrop, place));
}

void
OracleObserver::WatchFailures(Ptr<Object> schedule)
{
    NS_LOG_FUNCTION(this << schedule);
    const bool isThere =
        schedule->TraceConnectWithoutContext("Failure",
                                             MakeCallback(&ConnectionOracle::Fail, m_oracle));
    NS_ABORT_MSG_UNLESS(isThere, "no trace source Failure");
}

void
OracleObserver::Tell(const std::vector<uint8_t>& octets, Sighting sighting, uint32_t node)
{
    std::size_t begin = 0;
    for (int depth = 0; depth < 4; depth++) // a tunnel, an error about it, its quote
    {
        const uint8_t* packet = octets.data() + begin;
        const std::size_t size = octets.size() - begin;
        const std::size_t header = size > 0 ? 4 * (packet[0] & 15u) : 0;
        if (size < 20 || packet[0] >> 4 != 4 || header < 20 || size < header + 4 || !m_oracle)
        {
            return;
        }
        const uint8_t protocol = packet[9];
        const bool isFirst = ((packet[6] & 0x1f) << 8 | packet[7]) == 0;
        if (!isFirst)
        {
            return; // a fragment without ports
        }
        if (protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP)
        {
            const uint8_t* ports = packet + header;
            m_oracle->See({Ipv4Address::Deserialize(packet + 12),
                           static_cast<uint16_t>(ports[0] << 8 | ports[1])},
                          {Ipv4Address::Deserialize(packet + 16),
                           static_cast<uint16_t>(ports[2] << 8 | ports[3])},
                          protocol,
                          sighting,
                          node,
                          Simulator::Now());
            return;
        }
        if (protocol == PROTOCOL_IPIP)
        {
            begin += header;
        }
        else if (protocol == PROTOCOL_ICMP && size >= header + 8 &&
                 (packet[header] == 3 || packet[header] == 11))
        {
            begin += header + 8;
        }
        else
        {
            return;
        }
    }
}

void
OracleObserver::Tell(const Ipv4Header& header,
                     Ptr<const Packet> payload,
                     Sighting sighting,
                     uint32_t node)
{
    const auto packet = payload->Copy();
    packet->AddHeader(header);
    Tell(GetOctets(packet), sighting, node);
}

void
OracleObserver::HandleScheduled(Place place, const ConnectionKey& key, Ptr<RealServer> server)
{
    place.observer->m_oracle->Schedule(place.name, key, server->GetAddress(), Simulator::Now());
}

void
OracleObserver::HandleExpired(Place place, const ConnectionKey& key, Ptr<RealServer> server)
{
    place.observer->m_oracle->Expire(place.name, key, Simulator::Now());
}

void
OracleObserver::HandleDirectorDrop(Place place,
                                   const Ipv4Header& header,
                                   Ptr<const Packet> payload,
                                   DropReason reason)
{
    Sighting sighting;
    switch (reason)
    {
    case DropReason::SERVER_GONE:
        sighting = Sighting::SERVER_GONE;
        break;
    case DropReason::NO_SERVER:
        sighting = Sighting::NO_SERVER;
        break;
    case DropReason::TABLE_FULL:
        sighting = Sighting::TABLE_FULL;
        break;
    case DropReason::OVERLOAD:
        sighting = Sighting::OVERLOAD;
        break;
    case DropReason::TTL_EXPIRED:
    case DropReason::LOOP:
        sighting = Sighting::TTL_EXPIRED;
        break;
    case DropReason::TOO_BIG:
        sighting = Sighting::TOO_BIG;
        break;
    case DropReason::NO_ROUTE:
        sighting = Sighting::NO_ROUTE;
        break;
    default:
        return; // malformed or foreign packets
    }
    place.observer->Tell(header, payload, sighting, place.node);
}

void
OracleObserver::HandleLocal(Place place,
                            const Ipv4Header& header,
                            Ptr<const Packet> payload,
                            uint32_t interface)
{
    if (header.GetProtocol() == PROTOCOL_TCP || header.GetProtocol() == PROTOCOL_UDP)
    {
        place.observer->Tell(header, payload, Sighting::STRAY, place.node);
    }
}

void
OracleObserver::HandleIpv4Drop(Place place,
                               const Ipv4Header& header,
                               Ptr<const Packet> payload,
                               Ipv4L3Protocol::DropReason reason,
                               Ptr<Ipv4> ipv4,
                               uint32_t interface)
{
    switch (reason)
    {
    case Ipv4L3Protocol::DROP_TTL_EXPIRED:
        place.observer->Tell(header, payload, Sighting::TTL_EXPIRED, place.node);
        break;
    case Ipv4L3Protocol::DROP_NO_ROUTE:
    case Ipv4L3Protocol::DROP_ROUTE_ERROR:
        place.observer->Tell(header, payload, Sighting::NO_ROUTE, place.node);
        break;
    case Ipv4L3Protocol::DROP_INTERFACE_DOWN:
        place.observer->Tell(header, payload, Sighting::INTERFACE_DOWN, place.node);
        break;
    default:
        break; // checksums and fragments: malformed
    }
}

void
OracleObserver::HandleTunnelDrop(Place place,
                                 const Ipv4Header& header,
                                 Ptr<const Packet> payload,
                                 TunnelDropReason reason)
{
    place.observer->Tell(header, payload, Sighting::TUNNEL, place.node);
}

void
OracleObserver::HandleDeliver(Place place, Ptr<const Packet> packet)
{
    place.observer->Tell(GetOctets(packet), Sighting::DELIVERED, place.node);
}

void
OracleObserver::HandleLinkDrop(Place place, Ptr<const Packet> frame)
{
    place.observer->Tell(StripLink(GetOctets(frame)), Sighting::LINK, place.node);
}

void
OracleObserver::HandleDeviceDrop(Place place, Ptr<const Packet> frame)
{
    place.observer->Tell(StripLink(GetOctets(frame)), Sighting::QUEUE_FULL, place.node);
}

void
OracleObserver::HandleQueueDrop(Place place, Ptr<const QueueDiscItem> item)
{
    if (const auto packet = DynamicCast<const Ipv4QueueDiscItem>(item))
    {
        place.observer->Tell(packet->GetHeader(),
                             packet->GetPacket(),
                             Sighting::QUEUE_FULL,
                             place.node);
    }
}

void
OracleObserver::HandleServerDown(Ipv4Address address, uint16_t port)
{
    m_oracle->Check(address, true, Simulator::Now());
}

void
OracleObserver::HandleServerUp(Ipv4Address address, uint16_t port)
{
    m_oracle->Check(address, false, Simulator::Now());
}

} // namespace gipt
} // namespace ns3
