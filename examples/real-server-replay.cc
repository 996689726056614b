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

#include "ns3/boolean.h"
#include "ns3/command-line.h"
#include "ns3/inet-socket-address.h"
#include "ns3/ipip-encapsulation.h"
#include "ns3/ipip-l4-protocol.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-routing-table-entry.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/real-server-helper.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"
#include "ns3/string.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/udp-socket-factory.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/**
 * Read the words "ADDRESS DEV" or "ADDRESS/BITS DEV".
 * @param words the line; its last two words are read
 * @param[out] address the address
 * @param[out] mask its mask
 * @return false when they are not such words
 */
bool
ReadInterfaceAddress(const ReplayScript::Words& words, Ipv4Address& address, Ipv4Mask& mask)
{
    const std::string& text = words[words.size() - 2];
    const auto slash = text.find('/');
    const std::string bits = slash != std::string::npos ? text.substr(slash + 1)
                             : words.back() == "eth0"   ? "24"
                                                        : "32";
    uint64_t length;
    if (!ReadAddress(text.substr(0, slash), address) || !ReadNumber(bits, 1, 32, length))
    {
        return false;
    }
    mask = Ipv4Mask(("/" + bits).c_str());
    return true;
}

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
     * Load or unload the ipip module.
     * @param words the line
     * @return false when it is not such a line
     */
    bool SetIpip(const ReplayScript::Words& words);

    /**
     * Set tunl0 up or down.
     * @param words the line
     * @return false when it is not such a line
     */
    bool SetLink(const ReplayScript::Words& words);

    /**
     * Give a device an address, or take it.
     * @param words the line
     * @return false when it is not such a line
     */
    bool SetAddress(const ReplayScript::Words& words);

    /**
     * Take an address from a device.
     * @param interface its interface
     * @param index the address there
     */
    void RemoveAddress(uint32_t interface, uint32_t index);

    /**
     * Set a sysctl.
     * @param words the line
     * @return false when it is not such a line
     */
    bool SetSysctl(const ReplayScript::Words& words);

    /// Have the model filter and forward as the sysctls say.
    void ApplySysctls();

    /**
     * Serve a port.
     * @param words the line
     * @return false when it is not such a line
     */
    bool Listen(const ReplayScript::Words& words);

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

    ReplayNode m_node;                                  ///< the real server
    Ptr<Ipv4> m_ipv4;                                   ///< its IPv4
    Ptr<IpipL4Protocol> m_tunnel;                       ///< its end of the tunnel
    std::map<std::string, uint32_t> m_interfaces;       ///< by name
    bool m_hasIpip{false};                              ///< ipip is loaded
    bool m_isForwarding{false};                         ///< sysctl ip_forward
    std::map<std::string, uint64_t> m_rpFilter;         ///< sysctl rp_filter, by name
    std::set<std::pair<std::string, uint64_t>> m_ports; ///< protocols and ports served
    std::vector<Ptr<Socket>> m_listeners;               ///< who serves them
    std::vector<Ptr<const Packet>> m_delivered;         ///< what the last packet became
    std::string m_reason;                               ///< why the last packet was dropped
    uint64_t m_number{0};                               ///< of the next packet
    std::ostringstream m_output;                        ///< what is to be printed
};

Replay::Replay(Ipv4Address own)
    : m_node(own, 1500),
      m_ipv4(m_node.GetIpv4())
{
    const auto tunnel = RealServerHelper().Install(m_node.GetNode()).Get(0);
    m_interfaces = {{"lo", 0}, {"eth0", 1}, {"tunl0", m_ipv4->GetInterfaceForDevice(tunnel)}};
    m_tunnel = DynamicCast<IpipL4Protocol>(
        m_ipv4->GetObject<Ipv4L3Protocol>()->GetProtocol(IpipL4Protocol::PROT_NUMBER));
    m_tunnel->SetAttribute("Loaded", BooleanValue(false));
    m_ipv4->SetDown(m_interfaces["tunl0"]);
    ApplySysctls();
    m_tunnel->TraceConnectWithoutContext("Deliver", MakeCallback(&Replay::Deliver, this));
    m_tunnel->TraceConnectWithoutContext("Drop", MakeCallback(&Replay::Drop, this));
    m_ipv4->TraceConnectWithoutContext("Drop", MakeCallback(&Replay::DropByIpv4, this));
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
        bool (Replay::*take)(const ReplayScript::Words&); ///< takes it
        std::string syntax;                               ///< how it is written
    };

    static const std::map<std::string, Operation> OPERATIONS{
        {"ipip", {&Replay::SetIpip, "ipip on or ipip off"}},
        {"link", {&Replay::SetLink, "link tunl0 up or link tunl0 down, with ipip on"}},
        {"address",
         {&Replay::SetAddress,
          "address ADDRESS DEV, or address del with an address that DEV has; DEV is eth0, lo or, "
          "with ipip on, tunl0"}},
        {"sysctl",
         {&Replay::SetSysctl,
          "net.ipv4.conf.DEV.rp_filter=0, 1 or 2 (DEV is all, default, eth0, lo or, with ipip on, "
          "tunl0), net.ipv4.ip_forward=0 or 1, or net.ipv4.icmp_ratelimit=MILLISECONDS"}},
        {"listen", {&Replay::Listen, "listen tcp PORT or listen udp PORT, a free one"}},
        {"wait", {&Replay::Wait, "wait SECONDS"}},
        {"packet", {&Replay::RunPacket, "packet HEX"}},
    };
    m_node.BeginEvent();
    m_node.TakeLeft();
    const auto operation = OPERATIONS.find(words[0]);
    if (operation == OPERATIONS.end())
    {
        error = "'" + words[0] + "', expected address, ipip, link, listen, packet, sysctl or wait";
        return false;
    }
    if (!(this->*operation->second.take)(words))
    {
        error = JoinWords(words) + ", expected " + operation->second.syntax;
        return false;
    }
    return true;
}

bool
Replay::SetIpip(const ReplayScript::Words& words)
{
    if (words.size() != 2 || (words[1] != "on" && words[1] != "off"))
    {
        return false;
    }
    const bool isOn = words[1] == "on";
    if (isOn != m_hasIpip)
    {
        // tunl0 comes and goes with it, and begins anew
        const uint32_t interface = m_interfaces["tunl0"];
        while (m_ipv4->GetNAddresses(interface) > 0)
        {
            RemoveAddress(interface, 0);
        }
        m_ipv4->SetDown(interface);
        m_tunnel->SetAttribute("Loaded", BooleanValue(isOn));
        m_hasIpip = isOn;
        m_rpFilter["tunl0"] = m_rpFilter["default"];
        ApplySysctls();
    }
    return true;
}

bool
Replay::SetLink(const ReplayScript::Words& words)
{
    if (words.size() != 3 || words[1] != "tunl0" || !m_hasIpip ||
        (words[2] != "up" && words[2] != "down"))
    {
        return false;
    }
    const uint32_t interface = m_interfaces["tunl0"];
    words[2] == "up" ? m_ipv4->SetUp(interface) : m_ipv4->SetDown(interface);
    return true;
}

bool
Replay::SetAddress(const ReplayScript::Words& words)
{
    const bool isRemoval = words.size() == 4 && words[1] == "del";
    const auto found = m_interfaces.find(words.back());
    Ipv4Address address;
    Ipv4Mask mask;
    if ((words.size() != 3 && !isRemoval) || found == m_interfaces.end() ||
        (found->first == "tunl0" && !m_hasIpip) || !ReadInterfaceAddress(words, address, mask))
    {
        return false;
    }
    const uint32_t interface = found->second;
    for (uint32_t i = 0; i < m_ipv4->GetNAddresses(interface); ++i)
    {
        const auto there = m_ipv4->GetAddress(interface, i);
        if (there.GetLocal() == address && there.GetMask() == mask)
        {
            if (isRemoval)
            {
                RemoveAddress(interface, i);
            }
            return true;
        }
    }
    return !isRemoval && m_ipv4->AddAddress(interface, Ipv4InterfaceAddress(address, mask));
}

void
Replay::RemoveAddress(uint32_t interface, uint32_t index)
{
    const auto address = m_ipv4->GetAddress(interface, index);
    const auto isOfNetwork = [&](uint32_t i) {
        const auto other = m_ipv4->GetAddress(interface, i);
        return other.GetMask() == address.GetMask() &&
               other.GetLocal().CombineMask(other.GetMask()) ==
                   address.GetLocal().CombineMask(address.GetMask());
    };
    bool isFirst = true;
    for (uint32_t i = 0; i < index; ++i)
    {
        isFirst = isFirst && !isOfNetwork(i);
    }
    m_ipv4->RemoveAddress(interface, index);
    // ns-3 leaves a route to the address, and those of an interface without one
    const auto routing = Ipv4StaticRoutingHelper().GetStaticRouting(m_ipv4);
    const bool isLast = m_ipv4->GetNAddresses(interface) == 0;
    for (uint32_t i = routing->GetNRoutes(); i-- > 0;)
    {
        const auto route = routing->GetRoute(i);
        if (route.GetInterface() == interface &&
            (isLast || (route.IsHost() && route.GetDest() == address.GetLocal())))
        {
            routing->RemoveRoute(i);
        }
    }
    // with the first address of a network go the others (sysctl promote_secondaries is off)
    for (uint32_t i = m_ipv4->GetNAddresses(interface); isFirst && i-- > index;)
    {
        if (isOfNetwork(i))
        {
            RemoveAddress(interface, i);
        }
    }
}

bool
Replay::SetSysctl(const ReplayScript::Words& words)
{
    const std::string assignment = words.size() == 2 ? words[1] : "";
    const auto equals = assignment.find('=');
    const std::string name = assignment.substr(0, equals);
    uint64_t value;
    if (equals == std::string::npos ||
        !ReadNumber(assignment.substr(equals + 1), 0, 0x7fffffff, value))
    {
        return false;
    }
    if (name == "net.ipv4.icmp_ratelimit")
    {
        m_tunnel->SetAttribute("IcmpRateLimit", TimeValue(MilliSeconds(value)));
        return true;
    }
    if (name == "net.ipv4.ip_forward" && value <= 1)
    {
        m_isForwarding = value;
        ApplySysctls();
        return true;
    }
    for (const std::string device : {"all", "default", "eth0", "lo", "tunl0"})
    {
        if (name == "net.ipv4.conf." + device + ".rp_filter" && value <= 2 &&
            (device != "tunl0" || m_hasIpip))
        {
            m_rpFilter[device] = value;
            ApplySysctls();
            return true;
        }
    }
    return false;
}

void
Replay::ApplySysctls()
{
    const auto filter = [this](const std::string& device) {
        return UintegerValue(std::max(m_rpFilter["all"], m_rpFilter[device]));
    };
    m_tunnel->SetAttribute("RpFilter", filter("tunl0"));
    m_tunnel->SetAttribute("WireRpFilter", filter("eth0"));
    m_ipv4->SetForwarding(m_interfaces["eth0"], m_isForwarding);
    m_ipv4->SetForwarding(m_interfaces["tunl0"], m_isForwarding);
}

bool
Replay::Listen(const ReplayScript::Words& words)
{
    uint64_t port;
    if (words.size() != 3 || (words[1] != "tcp" && words[1] != "udp") ||
        !ReadNumber(words[2], 1, 65535, port) || !m_ports.emplace(words[1], port).second)
    {
        return false;
    }
    const bool isTcp = words[1] == "tcp";
    const auto listener =
        Socket::CreateSocket(m_node.GetNode(),
                             isTcp ? TcpSocketFactory::GetTypeId() : UdpSocketFactory::GetTypeId());
    listener->Bind(InetSocketAddress(Ipv4Address::GetAny(), port));
    if (isTcp)
    {
        listener->Listen();
    }
    m_listeners.push_back(listener);
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
    m_node.Wait(time);
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
        m_ports.count({"udp", ports[2] << 8 | ports[3]}))
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
    for (const auto& left : m_node.TakeLeft())
    {
        const auto packet = left.packet->Copy();
        Ipv4Header header;
        packet->RemoveHeader(header);
        std::array<uint8_t, 2> start{}; // type and code
        packet->CopyData(start.data(), start.size());
        if (m_ipv4->GetInterfaceForAddress(header.GetSource()) < 0)
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
        m_node.Receive(packet);
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

/**
 * Find the real server's own address in a script.
 * @param script the script
 * @return the first that eth0 gets before a packet comes
 */
Ipv4Address
FindOwnAddress(const ReplayScript& script)
{
    Ipv4Address own("10.0.0.21");
    Ipv4Mask mask;
    bool isFound = false;
    script.ForEach([&](const ReplayScript::Words& words, std::string&) {
        if (words[0] == "address" && words.size() == 3 && words[2] == "eth0" && !isFound)
        {
            isFound = ReadInterfaceAddress(words, own, mask);
        }
        isFound = isFound || words[0] == "packet";
        return true;
    });
    return own;
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
    Replay replay(FindOwnAddress(script));
    const bool isDone = script.ForEach(
        [&replay](const auto& words, std::string& error) { return replay.Take(words, error); });
    if (isDone)
    {
        std::cout << replay.GetOutput();
    }
    Simulator::Destroy();
    return isDone ? 0 : 2;
}
