/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "fuzz-host.h"

#include "ns3/boolean.h"
#include "ns3/global-value.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-list-routing-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/mac48-address.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

using namespace ns3;

namespace fuzz
{

namespace
{

/// Packets that left a host are kept up to this number.
constexpr std::size_t KEPT = 64;

/**
 * @brief The Internet checksum (RFC 1071).
 * @param data the octets
 * @param size how many
 * @return the checksum, 0 when the octets hold the right one
 */
uint16_t
Checksum(const uint8_t* data, std::size_t size)
{
    uint32_t sum = 0;
    for (std::size_t i = 0; i < size; i++)
    {
        sum += i % 2 == 0 ? data[i] << 8 : data[i];
    }
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<uint16_t>(~sum);
}

/**
 * @brief Write a checksum.
 * @param octets what it is over
 * @param size how many of them
 * @param at where it goes
 */
void
FillChecksum(Octets& octets, std::size_t begin, std::size_t size, std::size_t at)
{
    octets[begin + at] = octets[begin + at + 1] = 0;
    const uint16_t sum = Checksum(&octets[begin], size);
    octets[begin + at] = sum >> 8;
    octets[begin + at + 1] = sum & 0xff;
}

/**
 * @brief The length of an IPv4 header, if the packet has all of it.
 * @param packet the packet
 * @return octets, 0 when it has not
 */
std::size_t
HeaderSize(const Octets& packet)
{
    const std::size_t size = packet.empty() ? 0 : (packet[0] & 15) * 4;
    return size < 20 || packet[0] >> 4 != 4 || packet.size() < size ? 0 : size;
}

/**
 * @brief Print a packet, if that was asked for.
 * @param way in or out
 * @param packet the packet
 */
void
Show(const char* way, const Octets& packet)
{
    static const bool isShown = std::getenv("GIPT_FUZZ_SHOW");
    if (isShown)
    {
        std::fputs(way, stderr);
        for (const uint8_t octet : packet)
        {
            std::fprintf(stderr, "%02x", octet);
        }
        std::fputs("\n", stderr);
    }
}

} // namespace

void
Require(bool condition, const char* text)
{
    if (!condition)
    {
        std::fprintf(stderr, "does not hold: %s\n", text);
        std::abort();
    }
}

uint8_t
Input::Number()
{
    if (m_left == 0)
    {
        return 0;
    }
    m_left--;
    return *m_data++;
}

Octets
Input::Block()
{
    std::size_t size = Number() << 8;
    size = std::min(m_left, size + Number());
    Octets octets(m_data, m_data + size);
    m_data += size;
    m_left -= size;
    return octets;
}

Host::Host(const char* address)
    : node(CreateObject<Node>()),
      m_device(CreateObject<VirtualNetDevice>())
{
    GlobalValue::Bind("ChecksumEnabled", BooleanValue(true));
    InternetStackHelper stack;
    Ipv4StaticRoutingHelper routing;
    Ipv4ListRoutingHelper list;
    list.Add(routing, 0);
    stack.SetRoutingHelper(list);
    stack.SetIpv6StackInstall(false);
    stack.Install(node);
    m_device->SetAddress(Mac48Address::Allocate());
    m_device->SetMtu(MTU);
    m_device->SetSendCallback(Callback<bool, Ptr<Packet>, const Address&, const Address&, uint16_t>(
        [this](Ptr<Packet> packet, const Address&, const Address&, uint16_t) {
            Octets octets(packet->GetSize());
            packet->CopyData(octets.data(), octets.size());
            Show("out ", octets);
            const std::size_t size = HeaderSize(octets);
            Require(size > 0, "what leaves has an IPv4 header");
            if (forwards && ipv4->GetInterfaceForAddress(Ipv4Address::Deserialize(&octets[12])) < 0)
            {
                return true; // ns-3 forwards a header with options as long as it was, but without
                             // them
            }
            Require(octets.size() == static_cast<std::size_t>(octets[2] << 8 | octets[3]),
                    "what leaves is as long as it says");
            Require(Checksum(octets.data(), size) == 0, "what leaves has the right checksum");
            Require(octets.size() <= MTU, "what leaves is no longer than the MTU");
            Require(octets[8] > 0, "what leaves has a TTL above 0");
            if (left.size() < KEPT)
            {
                left.push_back(octets);
            }
            return true;
        }));
    node->AddDevice(m_device);
    ipv4 = node->GetObject<Ipv4>();
    interface = ipv4->AddInterface(m_device);
    ipv4->AddAddress(interface, Ipv4InterfaceAddress(address, Ipv4Mask("255.255.255.0")));
    ipv4->SetAttribute("IpForward", BooleanValue(false));
    ipv4->SetUp(interface);
    routing.GetStaticRouting(ipv4)->SetDefaultRoute("10.0.0.1", interface);
}

Host::~Host()
{
    Simulator::Destroy();
}

void
Host::Send(const Octets& octets)
{
    if (HeaderSize(octets) == 0 || octets.size() > 65535)
    {
        return;
    }
    Show("in ", octets);
    auto packet = Create<Packet>(octets.data(), static_cast<uint32_t>(octets.size()));
    Simulator::ScheduleWithContext(node->GetId(), Time(0), [this, packet]() {
        m_device->Receive(packet,
                          Ipv4L3Protocol::PROT_NUMBER,
                          m_device->GetAddress(),
                          m_device->GetAddress(),
                          NetDevice::PACKET_HOST);
    });
    Run(MilliSeconds(10));
}

void
Host::Run(Time time)
{
    Simulator::Stop(time);
    Simulator::Run();
}

std::vector<Octets>
Prepare(Octets packet, uint8_t changes)
{
    const std::size_t size = HeaderSize(packet);
    if (size == 0)
    {
        return {packet};
    }
    if (changes & MEND_LENGTH)
    {
        packet[2] = packet.size() >> 8;
        packet[3] = packet.size() & 0xff;
    }
    std::vector<Octets> packets;
    // so long that a datagram of an input's size comes in two to nine pieces
    const std::size_t length = std::max<std::size_t>(8, (packet.size() - size) / 64 * 8);
    std::size_t at = size;
    if (changes & CUT)
    {
        for (; at + length < packet.size(); at += length)
        {
            Octets piece(packet.begin(), packet.begin() + size);
            piece.insert(piece.end(), packet.begin() + at, packet.begin() + at + length);
            packets.push_back(piece);
        }
    }
    packets.emplace_back(packet.begin(), packet.begin() + size);
    packets.back().insert(packets.back().end(), packet.begin() + at, packet.end());
    at = 0;
    for (auto& piece : packets)
    {
        if (packets.size() > 1)
        {
            const std::size_t offset = at / 8;
            piece[2] = piece.size() >> 8;
            piece[3] = piece.size() & 0xff;
            piece[6] = (packet[6] & 0xc0) | (offset >> 8 & 0x1f);
            piece[6] |= &piece == &packets.back() ? 0 : 0x20;
            piece[7] = offset & 0xff;
            at += length;
        }
        if (!(changes & KEEP_CHECKSUM))
        {
            FillChecksum(piece, 0, size, 10);
        }
    }
    if (changes & SHUFFLE)
    {
        std::reverse(packets.begin(), packets.end());
    }
    return packets;
}

Octets
QuoteInError(const Octets& packet,
             const uint8_t* destination,
             uint8_t type,
             uint8_t code,
             uint16_t mtu,
             std::size_t length)
{
    constexpr std::size_t SIZE = 28;
    Octets error{0x45, 0, 0, 0, 0, 0, 0, 0, 64, 1, 0, 0, 10, 0, 0, 1};
    error.insert(error.end(), destination, destination + 4);
    error.insert(error.end(), {type, code, 0, 0, 0, 0, uint8_t(mtu >> 8), uint8_t(mtu & 0xff)});
    error.insert(error.end(), packet.begin(), packet.begin() + std::min(length, packet.size()));
    error[2] = error.size() >> 8;
    error[3] = error.size() & 0xff;
    FillChecksum(error, 0, 20, 10);
    FillChecksum(error, 20, error.size() - 20, SIZE - 26);
    return error;
}

} // namespace fuzz
