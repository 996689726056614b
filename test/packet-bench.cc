/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "packet-bench.h"

#include "ns3/boolean.h"
#include "ns3/data-rate.h"
#include "ns3/global-value.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/ipv4.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/string.h"

#include <algorithm>

using namespace ns3;

namespace packets
{

namespace
{

/// EtherType of IPv4
constexpr uint16_t ETHERTYPE_IPV4 = 0x0800;

/**
 * @brief Write numbers in network byte order.
 * @param octets where to append
 * @param value the number
 * @param size its octets
 */
void
Append(Octets& octets, uint32_t value, int size)
{
    for (int i = size - 1; i >= 0; i--)
    {
        octets.push_back(static_cast<uint8_t>(value >> (8 * i)));
    }
}

/**
 * @brief Write a checksum over a transport packet and what it covers of the IPv4 header.
 * @param ip the IPv4 header
 * @param segment the transport packet, its checksum 0
 * @param at where the checksum goes
 */
void
FillChecksum(const Ip& ip, Octets& segment, std::size_t at)
{
    Octets covered;
    Append(covered, Ipv4Address(ip.source.c_str()).Get(), 4);
    Append(covered, Ipv4Address(ip.destination.c_str()).Get(), 4);
    Append(covered, ip.protocol, 2);
    Append(covered, static_cast<uint32_t>(segment.size()), 2);
    const uint16_t sum = Checksum(covered + segment);
    segment[at] = sum >> 8;
    segment[at + 1] = sum & 0xff;
}

/**
 * @brief Write the checksum of an IPv4 header.
 * @param packet the packet
 */
void
FillHeaderChecksum(Octets& packet)
{
    packet[10] = packet[11] = 0;
    const std::size_t length = (packet[0] & 15) * 4;
    const uint16_t sum = Checksum(Octets(packet.begin(), packet.begin() + length));
    packet[10] = sum >> 8;
    packet[11] = sum & 0xff;
}

/**
 * @brief Make a node with an Internet stack.
 * @return the node
 */
Ptr<Node>
MakeNode()
{
    auto node = CreateObject<Node>();
    InternetStackHelper().Install(node);
    return node;
}

} // namespace

Octets
FromHex(const std::string& hex)
{
    std::string digits;
    for (const char c : hex)
    {
        if (c != ' ')
        {
            digits += c;
        }
    }
    Octets octets;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    {
        octets.push_back(static_cast<uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
    }
    return octets;
}

std::string
ToHex(const Octets& octets)
{
    static const char* const digits = "0123456789abcdef";
    std::string hex;
    for (const uint8_t octet : octets)
    {
        hex += digits[octet >> 4];
        hex += digits[octet & 15];
    }
    return hex;
}

Octets
operator+(Octets first, const Octets& second)
{
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

uint16_t
Checksum(const Octets& octets)
{
    uint32_t sum = 0;
    for (std::size_t i = 0; i < octets.size(); i++)
    {
        sum += i % 2 == 0 ? octets[i] << 8 : octets[i];
    }
    while (sum > 0xffff)
    {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return static_cast<uint16_t>(~sum);
}

Octets
Ip::operator()(const Octets& payload) const
{
    Octets header;
    Append(header, 0x45 + static_cast<uint32_t>(options.size()) / 4, 1);
    Append(header, tos, 1);
    Append(header, static_cast<uint32_t>(20 + options.size() + payload.size()), 2);
    Append(header, id, 2);
    Append(header, offset / 8 + (df ? 0x4000 : 0) + (mf ? 0x2000 : 0), 2);
    Append(header, ttl, 1);
    Append(header, protocol, 1);
    Append(header, 0, 2);
    Append(header, Ipv4Address(source.c_str()).Get(), 4);
    Append(header, Ipv4Address(destination.c_str()).Get(), 4);
    header = header + options;
    const uint16_t sum = Checksum(header);
    header[10] = sum >> 8;
    header[11] = sum & 0xff;
    return header + payload;
}

Octets
Tcp::operator()(const Ip& ip, const Octets& data) const
{
    Octets segment;
    Append(segment, source, 2);
    Append(segment, destination, 2);
    Append(segment, sequence, 4);
    Append(segment, acknowledged, 4);
    Append(segment, 0x50, 1);
    Append(segment, flags, 1);
    Append(segment, window, 2);
    Append(segment, 0, 4);
    segment = segment + data;
    FillChecksum(ip, segment, 16);
    if (!goodChecksum)
    {
        segment[17] ^= 1;
    }
    return ip(segment);
}

Octets
Udp(Ip ip, uint16_t source, uint16_t destination, const Octets& data)
{
    ip.protocol = 17;
    Octets segment;
    Append(segment, source, 2);
    Append(segment, destination, 2);
    Append(segment, static_cast<uint32_t>(8 + data.size()), 2);
    Append(segment, 0, 2);
    segment = segment + data;
    FillChecksum(ip, segment, 6);
    return ip(segment);
}

Octets
Icmp(Ip ip, uint8_t type, uint8_t code, uint32_t rest, const Octets& data)
{
    ip.protocol = 1;
    Octets message;
    Append(message, type, 1);
    Append(message, code, 1);
    Append(message, 0, 2);
    Append(message, rest, 4);
    message = message + data;
    const uint16_t sum = Checksum(message);
    message[2] = sum >> 8;
    message[3] = sum & 0xff;
    return ip(message);
}

Octets
Only(const std::vector<Octets>& packets)
{
    return packets.size() == 1 ? packets[0] : Octets(64);
}

Octets
At(const std::vector<Octets>& packets, std::size_t place)
{
    return place < packets.size() ? packets[place] : Octets(64);
}

Octets
WithoutId(Octets packet)
{
    packet[4] = packet[5] = 0;
    FillHeaderChecksum(packet);
    return packet;
}

void
Damage(Octets& packet, Ptr<UniformRandomVariable> random)
{
    const uint32_t changes = random->GetInteger(0, 4);
    for (uint32_t i = 0; i < changes; i++)
    {
        // mostly in the headers
        const auto end = static_cast<uint32_t>(packet.size()) - 1;
        const uint32_t at = random->GetInteger(0, random->GetInteger(0, 3) ? 45 : end);
        packet[std::min(at, end)] = static_cast<uint8_t>(random->GetInteger(0, 255));
    }
    if (random->GetInteger(0, 3) == 0)
    {
        packet.resize(random->GetInteger(20, static_cast<uint32_t>(packet.size()) + 40));
        if (random->GetInteger(0, 1))
        {
            packet[2] = static_cast<uint8_t>(packet.size() >> 8);
            packet[3] = packet.size() & 0xff;
        }
    }
    packet[0] = 0x40 | std::max<uint8_t>(5, packet[0] & 15);
    const std::size_t length = (packet[0] & 15) * 4;
    packet.resize(std::max(length, packet.size()));
    if (random->GetInteger(0, 9))
    {
        FillHeaderChecksum(packet);
    }
}

Octets
Part(const Octets& packet, std::size_t begin, std::size_t end)
{
    const std::size_t last = std::min(end, packet.size());
    return Octets(packet.begin() + std::min(begin, last), packet.begin() + last);
}

Octets
First(const Octets& packet, std::size_t size)
{
    return Part(packet, 0, size);
}

Ip
ErrorHeader()
{
    Ip ip;
    ip.source = "10.0.0.100";
    ip.destination = "192.0.2.1";
    ip.tos = 0xc0;
    ip.df = false;
    return ip;
}

Octets
Forwarded(Octets packet)
{
    packet[8]--;
    FillHeaderChecksum(packet);
    return packet;
}

Octets
Tunnelled(const Octets& packet, uint32_t server)
{
    Ip outer;
    outer.source = "10.0.0.10";
    outer.destination = "10.0.0." + std::to_string(server);
    outer.protocol = 4;
    outer.ttl = packet[8] - 1;
    outer.tos = packet[1];
    return outer(Forwarded(packet));
}

Octets
Data(uint32_t size)
{
    Octets octets(size);
    for (uint32_t i = 0; i < size; i++)
    {
        octets[i] = static_cast<uint8_t>(i);
    }
    return octets;
}

Wire::Wire(Ptr<Node> node, const char* address, const char* mask, uint16_t mtu)
{
    PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", DataRateValue(DataRate("100Gbps")));
    link.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue("100000p"));
    const auto devices = link.Install(node, CreateObject<Node>());
    devices.Get(0)->SetMtu(mtu);
    m_farEnd = devices.Get(1);
    m_farEnd->SetReceiveCallback(MakeCallback(&Wire::Receive, this));
    const auto ipv4 = node->GetObject<Ipv4>();
    m_interface = ipv4->AddInterface(devices.Get(0));
    ipv4->AddAddress(m_interface, Ipv4InterfaceAddress(address, mask));
    ipv4->SetUp(m_interface);
}

void
Wire::Send(const Octets& packet)
{
    m_farEnd->Send(Create<Packet>(packet.data(), static_cast<uint32_t>(packet.size())),
                   m_farEnd->GetBroadcast(),
                   ETHERTYPE_IPV4);
}

std::vector<Octets>
Wire::Take()
{
    std::vector<Octets> packets;
    packets.swap(m_packets);
    return packets;
}

bool
Wire::Receive(Ptr<NetDevice> device,
              Ptr<const Packet> packet,
              uint16_t protocol,
              const Address& from)
{
    Octets octets(packet->GetSize());
    packet->CopyData(octets.data(), packet->GetSize());
    m_packets.push_back(octets);
    received++;
    return true;
}

Simulation::Simulation()
{
    GlobalValue::Bind("ChecksumEnabled", BooleanValue(true));
    RngSeedManager::SetSeed(1);
}

Simulation::~Simulation()
{
    Simulator::Destroy();
    GlobalValue::Bind("ChecksumEnabled", BooleanValue(false));
}

void
Simulation::Run(Time time)
{
    Simulator::Stop(time);
    Simulator::Run();
}

DirectorBench::DirectorBench(uint16_t mtu)
    : node(MakeNode()),
      director(CreateObject<gipt::Director>()),
      clients(node, "198.51.100.10", "255.255.255.0"),
      servers(node, "10.0.0.10", "255.255.255.0", mtu)
{
    Ipv4StaticRoutingHelper()
        .GetStaticRouting(node->GetObject<Ipv4>())
        ->SetDefaultRoute("198.51.100.1", clients.GetInterface());
    node->AddApplication(director);
    Run(MilliSeconds(1));
}

Ptr<gipt::VirtualService>
DirectorBench::AddService(const std::string& scheduler,
                          const std::vector<uint32_t>& weights,
                          uint8_t protocol,
                          uint16_t port)
{
    director->AddService("10.0.0.100", port, protocol, scheduler);
    const auto service = director->FindService("10.0.0.100", port, protocol);
    uint32_t address = Ipv4Address("10.0.0.21").Get();
    for (const uint32_t weight : weights)
    {
        director->AddRealServer(service, Ipv4Address(address), port, weight);
        address++;
    }
    return service;
}

DirectorBench::Output
DirectorBench::Exchange(const Octets& packet, bool fromServers)
{
    (fromServers ? servers : clients).Send(packet);
    Run(MilliSeconds(10));
    return {clients.Take(), servers.Take()};
}

uint32_t
DirectorBench::ServerOf(const Octets& packet)
{
    const auto output = Exchange(packet);
    return output.server.size() == 1 ? output.server[0][19] : 0;
}

} // namespace packets
