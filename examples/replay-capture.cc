/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "replay-capture.h"

#include "ns3/simulator.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>

using namespace ns3;

namespace
{

/// Link type Ethernet (www.tcpdump.org/linktypes.html).
constexpr uint32_t LINK_ETHERNET = 1;

/// Link type "raw IP" as it is written.
constexpr uint32_t LINK_RAW = 101;

/// Octets of an Ethernet header.
constexpr uint32_t ETHERNET_SIZE = 14;

/// Octets of an IPv4 header without options.
constexpr uint32_t IPV4_SIZE = 20;

/// Octets in front of all packets of a pcap file, and of each.
constexpr uint32_t FILE_HEADER_SIZE = 24;
constexpr uint32_t RECORD_HEADER_SIZE = 16; ///< see above

/// Longest packet of a capture, in octets (libpcap's MAXIMUM_SNAPLEN).
constexpr uint32_t LONGEST = 262144;

/// The first octets of a pcapng file.
constexpr std::array<char, 4> PCAPNG{0x0a, 0x0d, 0x0d, 0x0a};

} // namespace

ReplayCapture::ReplayCapture(ReplayNode& node)
    : m_node(node),
      m_readSize(FILE_HEADER_SIZE),
      m_octets(LONGEST)
{
}

bool
ReplayCapture::Open(const std::string& input, const std::string& output)
{
    m_inputName = input;
    m_outputName = output;
    std::array<char, 4> magic{};
    std::ifstream file(input, std::ios::binary);
    if (!file.read(magic.data(), magic.size()) && !file.eof())
    {
        std::cerr << input << ": cannot be read, expected a pcap file\n";
        return false;
    }
    if (magic == PCAPNG)
    {
        std::cerr << input << ": a pcapng file, expected pcap ('editcap -F pcap' makes one)\n";
        return false;
    }
    m_input.Open(input, std::ios::in);
    if (m_input.Fail())
    {
        std::cerr << input << ": not a pcap file, expected one\n";
        return false;
    }
    std::error_code ignored;
    m_inputSize = std::filesystem::file_size(input, ignored);
    switch (m_input.GetDataLinkType())
    {
    case LINK_ETHERNET:
        m_linkSize = ETHERNET_SIZE;
        break;
    case 12: // what raw IP is on most systems
    case LINK_RAW:
    case 228: // IPv4 only
        break;
    default:
        std::cerr << input << ": link type " << m_input.GetDataLinkType()
                  << ", expected Ethernet (1) or raw IP (12, 101, 228)\n";
        return false;
    }
    if (std::filesystem::equivalent(input, output, ignored))
    {
        std::cerr << output << ": comes in too, expected another file for what leaves\n";
        return false;
    }
    m_output.Open(output, std::ios::out);
    if (!m_output.Fail())
    {
        m_output.Init(LINK_RAW,
                      PcapFile::SNAPLEN_DEFAULT,
                      PcapFile::ZONE_DEFAULT,
                      false,
                      m_input.IsNanoSecMode());
    }
    if (m_output.Fail())
    {
        std::cerr << output << ": cannot be written, expected a file that can\n";
        return false;
    }
    return true;
}

bool
ReplayCapture::Run()
{
    ScheduleNext();
    Simulator::Run();
    WriteLeft();
    m_output.Close();
    Report();
    if (m_output.Fail())
    {
        std::cerr << m_outputName << ": cannot be written to its end, expected room for it\n";
        return false;
    }
    return true;
}

void
ReplayCapture::ScheduleNext()
{
    Time time;
    const auto packet = ReadPacket(time);
    if (!packet)
    {
        Simulator::Stop(ReplayNode::STEP);
        return;
    }
    Simulator::ScheduleWithContext(m_node.GetNode()->GetId(),
                                   time - m_origin - Simulator::Now(),
                                   &ReplayCapture::Receive,
                                   this,
                                   packet);
}

void
ReplayCapture::Receive(Ptr<Packet> packet)
{
    m_node.Deliver(packet);
    WriteLeft();
    ScheduleNext();
}

Ptr<Packet>
ReplayCapture::ReadPacket(Time& time)
{
    while (!m_input.Fail())
    {
        uint32_t seconds;
        uint32_t fraction;
        uint32_t size;
        uint32_t fullSize;
        uint32_t readSize;
        m_input.Read(m_octets.data(), m_octets.size(), seconds, fraction, size, fullSize, readSize);
        if (m_input.Fail() || size > m_octets.size())
        {
            break;
        }
        m_readSize += RECORD_HEADER_SIZE + size;
        ++m_count;
        time = Seconds(seconds) +
               (m_input.IsNanoSecMode() ? NanoSeconds(fraction) : MicroSeconds(fraction));
        if (!m_hasFirst)
        {
            m_origin = time - ReplayNode::STEP;
            m_hasFirst = true;
        }
        else if (time < m_last)
        {
            time = m_last;
            ++m_backCount;
        }
        m_last = time;
        const auto other = GetOther(size);
        if (!other.empty())
        {
            ++m_skipped[other];
            continue;
        }
        const uint8_t* const header = m_octets.data() + m_linkSize;
        const auto packet = Create<Packet>(header, size - m_linkSize);
        const uint32_t totalSize = header[2] << 8 | header[3];
        const uint32_t sentSize = std::min(totalSize, fullSize - m_linkSize);
        if (fullSize > size && sentSize > packet->GetSize())
        {
            packet->AddAtEnd(Create<Packet>(sentSize - packet->GetSize()));
        }
        return packet;
    }
    return nullptr;
}

std::string
ReplayCapture::GetOther(uint32_t size) const
{
    if (size < m_linkSize + IPV4_SIZE)
    {
        return "too short";
    }
    const uint8_t* const header = m_octets.data() + m_linkSize;
    if (m_linkSize == 0)
    {
        const uint8_t version = header[0] >> 4;
        return version == 4 ? "" : version == 6 ? "IPv6" : "neither IPv4 nor IPv6";
    }
    const uint16_t type = header[-2] << 8 | header[-1];
    static const std::map<uint16_t, std::string> TYPES{{0x0800, ""},
                                                       {0x0806, "ARP"},
                                                       {0x86dd, "IPv6"},
                                                       {0x8100, "VLAN"},
                                                       {0x88a8, "VLAN"}};
    const auto known = TYPES.find(type);
    return known == TYPES.end() ? "other" : known->second;
}

void
ReplayCapture::WriteLeft()
{
    constexpr int64_t SECOND = 1000000000;
    for (const auto& left : m_node.TakeLeft())
    {
        const int64_t time = (m_origin + left.time).GetNanoSeconds();
        const int64_t fraction = time % SECOND;
        if (!m_output.Fail())
        {
            m_output.Write(time / SECOND,
                           m_output.IsNanoSecMode() ? fraction : fraction / 1000,
                           left.packet);
        }
    }
}

void
ReplayCapture::Report() const
{
    std::string report;
    const auto add = [&](uint64_t count, const std::string& what) {
        if (count > 0)
        {
            report += ", " + std::to_string(count) + ' ' + what;
        }
    };
    for (const auto& [what, count] : m_skipped)
    {
        add(count, what + " skipped");
    }
    add(m_backCount, "back in time");
    if (m_readSize != m_inputSize)
    {
        report += ", then a packet that is cut off";
    }
    if (!report.empty())
    {
        std::cerr << m_inputName << ": " << m_count << " packets" << report << '\n';
    }
}
