/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup global-ip-tunneling
 * Drives a real server without a network around it: a script of packets and of what its
 * administrator does goes in, what becomes of each packet comes out.
 *
 *     script -> eth0 [tunl0, applications] eth0 -> one line per packet
 *
 * The node has eth0 with its own address (10.0.0.21, or what the script gives eth0 before the first
 * packet) and the default route, tunl0 once there is ipip, and lo.
 */

#include "replay-node.h"
#include "replay-script.h"
#include "replay-server.h"

#include "ns3/command-line.h"
#include "ns3/ipip-encapsulation.h"
#include "ns3/ipip-l4-protocol.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <array>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/**
 * The real server of a script, and what it prints.
 */
class Replay
{
  public:
    /**
     * @param own address of eth0
     */
    explicit Replay(Ipv4Address own);

    /**
     * Take a line of the script.
     * @param words the line
     * @param[out] error why it was refused: "what, expected what"
     * @return false when it was refused
     */
    bool Take(const ReplayScript::Words& words, std::string& error);

    /**
     * Get what is to be printed.
     * @return a line for each packet
     */
    std::string GetOutput() const;

  private:
    /**
     * Let time pass.
     * @param words the line
     * @return false when it is not such a line
     */
    bool Wait(const ReplayScript::Words& words);

    /**
     * Let a packet come in, and print what became of it.
     * @param words the line
     * @return false when it is not such a line
     */
    bool RunPacket(const ReplayScript::Words& words);

    /**
     * Tell what became of the last packet.
     * @return the words, one line for each packet that was delivered or forwarded
     */
    std::vector<std::string> Judge();

    /**
     * A packet reaches TCP, UDP or ICMP.
     * @param packet the packet
     */
    void Deliver(Ptr<const Packet> packet);

    /**
     * A packet is dropped by the model.
     * @param header its header
     * @param packet what followed it
     * @param reason why
     */
    void Drop(const Ipv4Header& header, Ptr<const Packet> packet, TunnelDropReason reason);

    /**
     * A packet is dropped by the node's IPv4.
     * @param header its header
     * @param packet what followed it
     * @param reason why
     * @param ipv4 the node's IPv4
     * @param interface where it came in
     */
    void DropByIpv4(const Ipv4Header& header,
                    Ptr<const Packet> packet,
                    Ipv4L3Protocol::DropReason reason,
                    Ptr<Ipv4> ipv4,
                    uint32_t interface);

    ReplayServer m_server;                      ///< the real server
    std::vector<Ptr<const Packet>> m_delivered; ///< what the last packet became
    std::string m_reason;                       ///< why the last packet was dropped
    uint64_t m_number{0};                       ///< of the next packet
    std::ostringstream m_output;                ///< what is to be printed
};

Replay::Replay(Ipv4Address own)
    : m_server(own)
{
    const auto tunnel = m_server.GetTunnel();
    tunnel->TraceConnectWithoutContext("Deliver", MakeCallback(&Replay::Deliver, this));
    tunnel->TraceConnectWithoutContext("Drop", MakeCallback(&Replay::Drop, this));
    m_server.GetNode().GetIpv4()->TraceConnectWithoutContext(
        "Drop",
        MakeCallback(&Replay::DropByIpv4, this));
}

std::string
Replay::GetOutput() const
{
    return m_output.str();
}

bool
Replay::Take(const ReplayScript::Words& words, std::string& error)
{
    /// What takes a line, and how it is written.
    struct Operation
    {
        std::function<bool(const ReplayScript::Words&)> take; ///< takes it
        std::string syntax;                                   ///< how it is written
    };

    const auto ask = [this](bool (ReplayServer::*method)(const ReplayScript::Words&)) {
        return [this, method](const ReplayScript::Words& line) { return (m_server.*method)(line); };
    };
    const std::map<std::string, Operation> operations{
        {"ipip", {ask(&ReplayServer::SetIpip), "ipip on or ipip off"}},
        {"link", {ask(&ReplayServer::SetLink), "link tunl0 up or link tunl0 down, with ipip on"}},
        {"address",
         {ask(&ReplayServer::SetAddress),
          "address ADDRESS DEV, or address del with an address that DEV has; DEV is eth0, lo or, "
          "with ipip on, tunl0"}},
        {"sysctl",
         {ask(&ReplayServer::SetSysctl),
          "net.ipv4.conf.DEV.rp_filter=0, 1 or 2 (DEV is all, default, eth0, lo or, with ipip on, "
          "tunl0), net.ipv4.ip_forward=0 or 1, or net.ipv4.icmp_ratelimit=MILLISECONDS"}},
        {"listen", {ask(&ReplayServer::Listen), "listen tcp PORT or listen udp PORT, a free one"}},
        {"wait", {[this](const auto& line) { return Wait(line); }, "wait SECONDS"}},
        {"packet", {[this](const auto& line) { return RunPacket(line); }, "packet HEX"}},
    };
    m_server.GetNode().BeginEvent();
    m_server.GetNode().TakeLeft();
    const auto operation = operations.find(words[0]);
    if (operation == operations.end())
    {
        error = "'" + words[0] + "', expected address, ipip, link, listen, packet, sysctl or wait";
        return false;
    }
    if (!operation->second.take(words))
    {
        error = JoinWords(words) + ", expected " + operation->second.syntax;
        return false;
    }
    return true;
}

bool
Replay::Wait(const ReplayScript::Words& words)
{
    Time time;
    if (words.size() != 2 || !ReadSeconds(words[1], time))
    {
        return false;
    }
    m_server.GetNode().Wait(time);
    return true;
}

void
Replay::Deliver(Ptr<const Packet> packet)
{
    m_delivered.push_back(packet);
}

void
Replay::Drop(const Ipv4Header& header, Ptr<const Packet> packet, TunnelDropReason reason)
{
    m_reason = ToString(reason);
    constexpr uint32_t CHECKED_AT_ONCE = 76; // octets (skbuff.h, CHECKSUM_BREAK)
    std::array<uint8_t, 4> ports;
    if (reason == TunnelDropReason::UDP_CHECKSUM && packet->GetSize() > CHECKED_AT_ONCE &&
        packet->CopyData(ports.data(), ports.size()) == ports.size() &&
        m_server.IsServed("udp", ports[2] << 8 | ports[3]))
    {
        // Linux finds out when the application reads it
        const auto whole = packet->Copy();
        whole->AddHeader(header);
        m_delivered.push_back(whole);
    }
}

void
Replay::DropByIpv4(const Ipv4Header& header,
                   Ptr<const Packet> packet,
                   Ipv4L3Protocol::DropReason reason,
                   Ptr<Ipv4> ipv4,
                   uint32_t interface)
{
    if (reason == Ipv4L3Protocol::DROP_BAD_CHECKSUM)
    {
        m_reason = ToString(TunnelDropReason::BAD_CHECKSUM);
    }
}

std::vector<std::string>
Replay::Judge()
{
    std::vector<std::string> answers;
    for (const auto& packet : m_delivered)
    {
        answers.push_back("deliver " + WritePacket(packet));
    }
    if (!answers.empty())
    {
        return answers;
    }
    std::string error;
    const auto ipv4 = m_server.GetNode().GetIpv4();
    for (const auto& left : m_server.GetNode().TakeLeft())
    {
        const auto packet = left.packet->Copy();
        Ipv4Header header;
        packet->RemoveHeader(header);
        std::array<uint8_t, 2> start{}; // type and code
        packet->CopyData(start.data(), start.size());
        if (ipv4->GetInterfaceForAddress(header.GetSource()) < 0)
        {
            answers.push_back("forward " + WritePacket(left.packet));
        }
        else if (error.empty() && header.GetProtocol() == IP_PROTOCOL_ICMP && start[0] != 5)
        {
            error = "icmp " + std::to_string(start[0]) + '/' + std::to_string(start[1]);
        }
    }
    if (answers.empty())
    {
        answers.push_back(error.empty() ? "drop " + m_reason : error);
    }
    return answers;
}

bool
Replay::RunPacket(const ReplayScript::Words& words)
{
    const auto packet = words.size() == 2 ? ReadPacket(words[1]) : nullptr;
    if (!packet)
    {
        return false;
    }
    m_delivered.clear();
    m_reason = "fragment-held"; // what no reason is given for
    TunnelDropReason reason;
    if (IpipL4Protocol::CheckHeader(*packet, reason))
    {
        m_server.GetNode().Receive(packet);
    }
    else
    {
        m_reason = ToString(reason);
    }
    for (const auto& answer : Judge())
    {
        m_output << m_number << " packet -> " << answer << '\n';
    }
    ++m_number;
    return true;
}

} // namespace

int
main(int argc, char* argv[])
{
    std::string fileName = "-";
    CommandLine cmd(__FILE__);
    cmd.Usage("Drives a real server with a script: lines 'ipip on|off', 'link tunl0 up|down',\n"
              "'address [del] ADDRESS DEV', 'sysctl NAME=VALUE', 'listen tcp|udp PORT',\n"
              "'packet HEX', 'wait SECONDS', '# comment'; events are 10 ms apart.");
    cmd.AddNonOption("script", "file with the script, - for standard input", fileName);
    // a lone "-" is what there is without a script, but no argument to CommandLine
    std::vector<char*> arguments(argv, argv + argc);
    arguments.erase(std::remove(arguments.begin(), arguments.end(), std::string("-")),
                    arguments.end());
    cmd.Parse(static_cast<int>(arguments.size()), arguments.data());

    ReplayScript script;
    if (!script.Load(fileName))
    {
        return 2;
    }
    Replay replay(ReplayServer::FindOwnAddress(script));
    const bool isDone = script.ForEach(
        [&replay](const auto& words, std::string& error) { return replay.Take(words, error); });
    if (isDone)
    {
        std::cout << replay.GetOutput();
    }
    Simulator::Destroy();
    return isDone ? 0 : 2;
}
