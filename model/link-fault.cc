/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "link-fault.h"

#include "ipip-encapsulation.h"

#include "ns3/abort.h"
#include "ns3/channel.h"
#include "ns3/csma-net-device.h"
#include "ns3/data-rate.h"
#include "ns3/log.h"
#include "ns3/point-to-point-channel.h"
#include "ns3/point-to-point-net-device.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"

#include <algorithm>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptLinkFault");
NS_OBJECT_ENSURE_REGISTERED(LinkFault);

namespace
{

constexpr uint16_t PPP_IPV4 = 0x0021;       ///< PPP protocol number of IPv4 (RFC 1332)
constexpr uint16_t ETHERTYPE_IPV4 = 0x0800; ///< EtherType of IPv4
constexpr uint16_t ETHERTYPE_ARP = 0x0806;  ///< EtherType of ARP
constexpr uint16_t LONGEST_LENGTH = 1500;   ///< an Ethernet length; more is an EtherType
constexpr uint8_t ECHO_REPLY = 0;           ///< ICMP type (RFC 792)
constexpr uint8_t ECHO_REQUEST = 8;         ///< ICMP type (RFC 792)

/**
 * Octets of a frame that are read: its link header and two IPv4 headers with all options, and
 * the first of ICMP.
 */
constexpr uint32_t READ_SIZE = 22 + 60 + 60 + 8;

/**
 * @brief Read a number of two octets.
 * @param octets in network order
 * @return the number
 */
uint16_t
ReadU16(const uint8_t* octets)
{
    return static_cast<uint16_t>(octets[0] << 8 | octets[1]);
}

/**
 * @brief Whether an IPv4 packet is an ICMP echo, perhaps inside tunnels.
 * @param octets its first octets
 * @param size how many
 * @return true for a request or reply, and for the later fragments of any ICMP message
 */
bool
IsEcho(const uint8_t* octets, uint32_t size)
{
    while (size >= IPV4_HEADER_SIZE && octets[0] >> 4 == 4)
    {
        const uint32_t headerSize = (octets[0] & 0xf) * 4;
        const bool isFirst = (ReadU16(octets + 6) & 0x1fff) == 0;
        const uint8_t protocol = octets[9];
        if (headerSize < IPV4_HEADER_SIZE || size <= headerSize)
        {
            return false;
        }
        octets += headerSize;
        size -= headerSize;
        if (protocol == IP_PROTOCOL_ICMP)
        {
            return !isFirst || octets[0] == ECHO_REQUEST || octets[0] == ECHO_REPLY;
        }
        if (protocol != IP_PROTOCOL_IPIP || !isFirst)
        {
            return false;
        }
    }
    return false;
}

} // namespace

const char*
ToString(LinkFaultReason reason)
{
    static constexpr std::array TEXTS{"dark", "loss", "black-hole"};
    static_assert(TEXTS.size() == LINK_FAULT_REASONS, "a word for each");
    return TEXTS[static_cast<uint8_t>(reason)];
}

TypeId
LinkFault::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::LinkFault")
                            .SetParent<ErrorModel>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<LinkFault>()
                            .AddTraceSource("Lose",
                                            "A failure has lost a frame",
                                            MakeTraceSourceAccessor(&LinkFault::m_loseTrace),
                                            "ns3::gipt::LinkFault::LoseTracedCallback");
    return tid;
}

LinkFault::LinkFault()
{
    NS_LOG_FUNCTION(this);
}

LinkFault::~LinkFault()
{
    NS_LOG_FUNCTION(this);
}

void
LinkFault::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_device = nullptr;
    m_inner = nullptr;
    m_losses.clear();
    ErrorModel::DoDispose();
}

Ptr<LinkFault>
LinkFault::Get(Ptr<NetDevice> device)
{
    PointerValue value;
    if (!device->GetAttributeFailSafe("ReceiveErrorModel", value))
    {
        return nullptr;
    }
    Ptr<ErrorModel> model = value.Get<ErrorModel>();
    Ptr<LinkFault> fault = DynamicCast<LinkFault>(model);
    if (!fault)
    {
        fault = CreateObject<LinkFault>();
        fault->m_device = PeekPointer(device);
        fault->m_inner = model;
        device->SetAttribute("ReceiveErrorModel", PointerValue(fault));
    }
    return fault;
}

Ptr<NetDevice>
LinkFault::GetPeer(Ptr<NetDevice> device)
{
    Ptr<PointToPointChannel> channel = DynamicCast<PointToPointChannel>(device->GetChannel());
    if (!channel || channel->GetNDevices() < 2)
    {
        return nullptr;
    }
    return channel->GetDevice(channel->GetDevice(0) == device ? 1 : 0);
}

void
LinkFault::Darken()
{
    NS_LOG_FUNCTION(this);
    m_dark++;
}

void
LinkFault::Lighten()
{
    NS_LOG_FUNCTION(this);
    NS_ABORT_MSG_IF(m_dark == 0, "The link is not dark");
    if (--m_dark == 0)
    {
        m_light = Simulator::Now();
        m_checkBegin = true;
    }
}

void
LinkFault::AddLoss(double rate, Ptr<UniformRandomVariable> random)
{
    NS_LOG_FUNCTION(this << rate << random);
    m_losses.push_back({rate, random});
}

void
LinkFault::RemoveLoss(Ptr<UniformRandomVariable> random)
{
    NS_LOG_FUNCTION(this << random);
    auto loss = std::find_if(m_losses.begin(), m_losses.end(), [&random](const Loss& other) {
        return other.random == random;
    });
    NS_ABORT_MSG_IF(loss == m_losses.end(), "No such loss");
    m_losses.erase(loss);
}

void
LinkFault::AddBlackHole()
{
    NS_LOG_FUNCTION(this);
    m_blackHoles++;
}

void
LinkFault::RemoveBlackHole()
{
    NS_LOG_FUNCTION(this);
    NS_ABORT_MSG_IF(m_blackHoles == 0, "There is no black hole");
    m_blackHoles--;
}

bool
LinkFault::DoCorrupt(Ptr<Packet> frame)
{
    if (m_dark > 0 || (m_checkBegin && IsFromTheDark(frame)))
    {
        return Lose(frame, LinkFaultReason::DARK);
    }
    for (const auto& loss : m_losses)
    {
        if (loss.random->GetValue(0, 1) < loss.rate)
        {
            return Lose(frame, LinkFaultReason::LOSS);
        }
    }
    if (m_inner && m_inner->IsCorrupt(frame))
    {
        return true;
    }
    return m_blackHoles > 0 && !IsPing(frame) && Lose(frame, LinkFaultReason::BLACK_HOLE);
}

void
LinkFault::DoReset()
{
    NS_LOG_FUNCTION(this);
    if (m_inner)
    {
        m_inner->Reset();
    }
}

bool
LinkFault::IsFromTheDark(Ptr<const Packet> frame)
{
    Ptr<NetDevice> peer = GetPeer(Ptr<NetDevice>(m_device));
    if (peer)
    {
        DataRateValue rate;
        TimeValue delay;
        peer->GetAttribute("DataRate", rate);
        m_device->GetChannel()->GetAttribute("Delay", delay);
        const Time begin =
            Simulator::Now() - delay.Get() - rate.Get().CalculateBytesTxTime(frame->GetSize());
        if (begin < m_light)
        {
            return true;
        }
    }
    m_checkBegin = false; // frames arrive in the order they were sent in
    return false;
}

bool
LinkFault::IsPing(Ptr<const Packet> frame) const
{
    std::array<uint8_t, READ_SIZE> octets;
    const uint32_t size = frame->CopyData(octets.data(), octets.size());
    uint32_t header = 0; // octets of the link header
    bool isIpv4 = true;
    if (dynamic_cast<PointToPointNetDevice*>(m_device))
    {
        header = 2;
        isIpv4 = size > header && ReadU16(octets.data()) == PPP_IPV4;
    }
    else if (dynamic_cast<CsmaNetDevice*>(m_device))
    {
        header = 14;
        if (size > header && ReadU16(&octets[12]) <= LONGEST_LENGTH)
        {
            header = 22; // LLC and SNAP
        }
        if (size > header && ReadU16(&octets[header - 2]) == ETHERTYPE_ARP)
        {
            return true;
        }
        isIpv4 = size > header && ReadU16(&octets[header - 2]) == ETHERTYPE_IPV4;
    }
    return isIpv4 && size > header && IsEcho(&octets[header], size - header);
}

bool
LinkFault::Lose(Ptr<const Packet> frame, LinkFaultReason reason)
{
    NS_LOG_LOGIC("lost " << frame->GetUid() << ": " << ToString(reason));
    m_lost[static_cast<uint8_t>(reason)]++;
    m_loseTrace(frame, reason);
    return true;
}

} // namespace gipt
} // namespace ns3
