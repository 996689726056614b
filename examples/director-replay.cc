/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup global-ip-tunneling
 * Drives a Director without a network around it: a script of packets and ipvsadm commands goes in,
 * what the director does with each packet comes out.
 *
 *     script -> eth0 [director] eth0 -> one line per packet
 *
 * The node has one interface, eth0 with the director's address and the default route. What would
 * leave by it is printed instead.
 */

#include "ns3/boolean.h"
#include "ns3/command-line.h"
#include "ns3/director.h"
#include "ns3/global-value.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipip-encapsulation.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-list-routing-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/ipvsadm-command.h"
#include "ns3/mac48-address.h"
#include "ns3/node.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-header.h"
#include "ns3/udp-header.h"
#include "ns3/uinteger.h"
#include "ns3/virtual-net-device.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/// Time between two events of a script.
const Time STEP = MilliSeconds(10);

/// The letters of a hexadecimal number.
const std::string HEX_DIGITS = "0123456789abcdef";

/**
 * Write octets in hexadecimal.
 * @param packet the octets
 * @return two digits for each
 */
std::string
ToHex(Ptr<const Packet> packet)
{
    std::vector<uint8_t> octets(packet->GetSize());
    packet->CopyData(octets.data(), octets.size());
    std::string text;
    for (const uint8_t octet : octets)
    {
        text += HEX_DIGITS[octet >> 4];
        text += HEX_DIGITS[octet & 15];
    }
    return text;
}

/**
 * Read octets in hexadecimal.
 * @param text two digits for each octet
 * @param[out] octets the octets
 * @return false when it is not such a text
 */
bool
FromHex(const std::string& text, std::vector<uint8_t>& octets)
{
    if (text.size() % 2 != 0)
    {
        return false;
    }
    for (std::size_t i = 0; i < text.size(); i += 2)
    {
        const auto high = HEX_DIGITS.find(static_cast<char>(std::tolower(text[i])));
        const auto low = HEX_DIGITS.find(static_cast<char>(std::tolower(text[i + 1])));
        if (high == std::string::npos || low == std::string::npos)
        {
            return false;
        }
        octets.push_back(high << 4 | low);
    }
    return true;
}

/**
 * The director of a script, and what is around it.
 */
class Replay
{
  public:
    /**
     * @param counts print the connections of the real servers after each packet
     */
    explicit Replay(bool counts)
        : m_counts(counts)
    {
    }

    /**
     * Look whether a line of the script says what the director is, from its beginning on.
     * @param line the line
     * @param[out] error why it was refused: "what, expected what"
     * @return false when it was refused
     */
    bool Prepare(const std::string& line, std::string& error);

    /**
     * Take a line of the script.
     * @param line the line
     * @param[out] error why it was refused: "what, expected what"
     * @return false when it was refused
     */
    bool Take(const std::string& line, std::string& error);

  private:
    /// Make node and director, once address and MTU are known.
    void Build();

    /**
     * Let the packet of a line come in, and print what leaves.
     * @param packet the packet
     * @param label what the printed line begins with
     * @param raw print octets, not words
     */
    void Run(Ptr<Packet> packet, const std::string& label, bool raw);

    /**
     * Read a word such as "10.0.0.100:80".
     * @param word the word
     * @param[out] address the address
     * @param[out] port the port
     * @return false when it is not such a word
     */
    static bool ReadEndpoint(const std::string& word, Ipv4Address& address, uint16_t& port);

    /**
     * Make the packet of an operation.
     * @param operation SYN, ACK, FIN, RST or UDP
     * @param words source and destination
     * @param[out] packet the packet
     * @param[out] error why there is none
     * @return false when there is none
     */
    static bool Make(const std::string& operation,
                     const std::vector<std::string>& words,
                     Ptr<Packet>& packet,
                     std::string& error);

    /**
     * Set an attribute by the kernel's name for it.
     * @param assignment NAME=VALUE
     * @param[out] error why it was refused
     * @return false when it was refused
     */
    bool SetSysctl(const std::string& assignment, std::string& error);

    /**
     * What became of a packet, in a word.
     * @return RIP, "icmp TYPE/CODE from ADDRESS", "rst from ADDRESS" or "-"
     */
    std::string GetWhere() const;

    /// Print what left since the last packet, because a timer of the director ran out.
    void PrintLate();

    /// Print the counts of all real servers.
    void PrintCounts() const;

    bool m_counts;                      ///< print counts
    Ipv4Address m_address{"10.0.0.10"}; ///< DIP
    uint16_t m_mtu{1500};               ///< of eth0, in octets
    Time m_now;                         ///< of the next event
    uint64_t m_number{0};               ///< of the next packet
    Ptr<Node> m_node;                   ///< the director's node
    Ptr<VirtualNetDevice> m_device;     ///< eth0
    Ptr<Director> m_director;           ///< the director
    std::vector<Ptr<Packet>> m_left;    ///< what left since the last packet
};

void
Replay::Build()
{
    if (m_node)
    {
        return;
    }
    m_node = CreateObject<Node>();
    InternetStackHelper stack;
    Ipv4StaticRoutingHelper routing;
    Ipv4ListRoutingHelper list;
    list.Add(routing, 0);
    stack.SetRoutingHelper(list);
    stack.SetIpv6StackInstall(false);
    stack.Install(m_node);
    m_device = CreateObject<VirtualNetDevice>();
    m_device->SetAddress(Mac48Address::Allocate());
    m_device->SetMtu(m_mtu);
    m_device->SetSendCallback(Callback<bool, Ptr<Packet>, const Address&, const Address&, uint16_t>(
        [this](Ptr<Packet> packet, const Address&, const Address&, uint16_t) {
            m_left.push_back(packet->Copy());
            return true;
        }));
    m_node->AddDevice(m_device);
    const auto ipv4 = m_node->GetObject<Ipv4>();
    const uint32_t interface = ipv4->AddInterface(m_device);
    ipv4->AddAddress(interface, Ipv4InterfaceAddress(m_address, Ipv4Mask("255.255.255.0")));
    ipv4->SetAttribute("IpForward", BooleanValue(false));
    ipv4->SetUp(interface);
    routing.GetStaticRouting(ipv4)->SetDefaultRoute("10.0.0.1", interface);
    m_director = CreateObject<Director>();
    m_node->AddApplication(m_director);
    m_director->SetStartTime(Seconds(0));
    Simulator::Stop(STEP);
    Simulator::Run();
    m_now = Simulator::Now() + STEP;
}

bool
Replay::ReadEndpoint(const std::string& word, Ipv4Address& address, uint16_t& port)
{
    unsigned a;
    unsigned b;
    unsigned c;
    unsigned d;
    unsigned number;
    char rest;
    if (std::sscanf(word.c_str(), "%3u.%3u.%3u.%3u:%5u%c", &a, &b, &c, &d, &number, &rest) != 5 ||
        std::max({a, b, c, d}) > 255 || number > 65535)
    {
        return false;
    }
    address = Ipv4Address(a << 24 | b << 16 | c << 8 | d);
    port = number;
    return true;
}

bool
Replay::Make(const std::string& operation,
             const std::vector<std::string>& words,
             Ptr<Packet>& packet,
             std::string& error)
{
    Ipv4Address client;
    Ipv4Address vip;
    uint16_t clientPort;
    uint16_t port;
    if (words.size() != 2 || !ReadEndpoint(words[0], client, clientPort) ||
        !ReadEndpoint(words[1], vip, port))
    {
        error = operation + " without two end points, expected CIP:PORT VIP:PORT";
        return false;
    }
    packet = Create<Packet>();
    Ipv4Header header;
    header.SetSource(client);
    header.SetDestination(vip);
    header.SetTtl(64);
    header.SetDontFragment();
    if (operation == "UDP")
    {
        UdpHeader udp;
        udp.EnableChecksums();
        udp.InitializeChecksum(client, vip, IP_PROTOCOL_UDP);
        udp.SetSourcePort(clientPort);
        udp.SetDestinationPort(port);
        packet->AddHeader(udp);
        header.SetProtocol(IP_PROTOCOL_UDP);
    }
    else
    {
        static const std::map<std::string, uint8_t> FLAGS{{"SYN", TcpHeader::SYN},
                                                          {"ACK", TcpHeader::ACK},
                                                          {"FIN", TcpHeader::FIN | TcpHeader::ACK},
                                                          {"RST", TcpHeader::RST}};
        TcpHeader tcp;
        tcp.EnableChecksums();
        tcp.InitializeChecksum(client, vip, IP_PROTOCOL_TCP);
        tcp.SetSourcePort(clientPort);
        tcp.SetDestinationPort(port);
        tcp.SetFlags(FLAGS.at(operation));
        packet->AddHeader(tcp);
        header.SetProtocol(IP_PROTOCOL_TCP);
    }
    header.SetPayloadSize(packet->GetSize());
    header.EnableChecksum();
    packet->AddHeader(header);
    return true;
}

bool
Replay::SetSysctl(const std::string& assignment, std::string& error)
{
    const auto equals = assignment.find('=');
    std::string name = assignment.substr(0, equals);
    std::replace(name.begin(), name.end(), '/', '.');
    name = name.substr(name.rfind('.') == std::string::npos ? 0 : name.rfind('.') + 1);
    std::string attribute;
    bool isUpper = true;
    for (const char c : name)
    {
        if (c == '_')
        {
            isUpper = true;
            continue;
        }
        attribute += isUpper ? static_cast<char>(std::toupper(c)) : c;
        isUpper = false;
    }
    std::string value = equals == std::string::npos ? "" : assignment.substr(equals + 1);
    if (attribute == "IcmpRatelimit")
    {
        attribute = "IcmpRateLimit";
        value += "ms";
    }
    else if (attribute == "LblcExpiration" || attribute == "LblcrExpiration")
    {
        value += "s";
    }
    if (value.empty() || !m_director->SetAttributeFailSafe(attribute, StringValue(value)))
    {
        error = "sysctl '" + assignment + "', expected NAME=VALUE as net.ipv4.vs has it";
        return false;
    }
    return true;
}

bool
Replay::Prepare(const std::string& line, std::string& error)
{
    std::istringstream stream(line);
    std::string operation;
    std::string value;
    std::string rest;
    stream >> operation >> value >> rest;
    if (operation == "address")
    {
        uint16_t port;
        if (!rest.empty() || !ReadEndpoint(value + ":0", m_address, port))
        {
            error = "address '" + value + "', expected the director's, such as 10.0.0.10";
            return false;
        }
    }
    else if (operation == "mtu")
    {
        char* end = nullptr;
        const unsigned long mtu = std::strtoul(value.c_str(), &end, 10);
        if (!rest.empty() || *end || mtu < 68 || mtu > 65535)
        {
            error = "mtu '" + value + "', expected octets from 68 to 65535";
            return false;
        }
        m_mtu = mtu;
    }
    return true;
}

bool
Replay::Take(const std::string& line, std::string& error)
{
    std::istringstream stream(line);
    std::string operation;
    std::vector<std::string> words;
    stream >> operation;
    for (std::string word; stream >> word;)
    {
        words.push_back(word);
    }
    if (operation.empty() || operation[0] == '#')
    {
        return true;
    }
    if (operation == "address" || operation == "mtu")
    {
        return true; // Prepare has read it
    }
    Build();
    if (operation == "wait")
    {
        char* end = nullptr;
        const double seconds = words.size() == 1 ? std::strtod(words[0].c_str(), &end) : -1;
        if (seconds < 0 || *end)
        {
            error = "wait, expected seconds";
            return false;
        }
        m_now += Seconds(seconds);
        return true;
    }
    // everything else is an event at its time
    Simulator::Stop(m_now - Simulator::Now());
    Simulator::Run();
    m_now += STEP;
    PrintLate();
    if (operation == "ipvsadm")
    {
        IpvsadmCommand command;
        std::ostringstream listing;
        if (!command.Parse(words, error) ||
            !command.Apply(*m_director, Simulator::Now(), listing, error))
        {
            return false;
        }
        if (!listing.str().empty())
        {
            std::cout << "$ " << line << '\n' << listing.str();
        }
        return true;
    }
    if (operation == "sysctl" && words.size() == 1)
    {
        return SetSysctl(words[0], error);
    }
    if (operation == "mark" && words.size() == 2)
    {
        const auto slash = words[1].find('/');
        const std::string prefix = slash == std::string::npos ? "32" : words[1].substr(slash + 1);
        Ipv4Address network;
        uint16_t port;
        const unsigned long mark = std::strtoul(words[0].c_str(), nullptr, 0);
        const unsigned long length = std::strtoul(prefix.c_str(), nullptr, 10);
        if (mark == 0 || length > 32 ||
            !ReadEndpoint(words[1].substr(0, slash) + ":0", network, port))
        {
            error = "mark '" + words[0] + " " + words[1] + "', expected N PREFIX";
            return false;
        }
        m_director->MarkPackets(network, Ipv4Mask(("/" + prefix).c_str()), mark);
        return true;
    }
    if (operation == "packet" && words.size() == 1)
    {
        std::vector<uint8_t> octets;
        if (!FromHex(words[0], octets) || octets.empty())
        {
            error = "packet, expected an IPv4 packet in hexadecimal";
            return false;
        }
        Run(Create<Packet>(octets.data(), octets.size()), "packet", true);
        return true;
    }
    static const std::vector<std::string> OPERATIONS{"SYN", "ACK", "FIN", "RST", "UDP"};
    if (std::find(OPERATIONS.begin(), OPERATIONS.end(), operation) == OPERATIONS.end())
    {
        error = "'" + operation +
                "', expected ipvsadm, sysctl, mark, wait, address, mtu, packet, SYN, ACK, FIN, "
                "RST or UDP";
        return false;
    }
    Ptr<Packet> packet;
    if (!Make(operation, words, packet, error))
    {
        return false;
    }
    Run(packet, operation + " " + words[0] + " " + words[1], false);
    return true;
}

std::string
Replay::GetWhere() const
{
    if (m_left.empty())
    {
        return "-";
    }
    const auto packet = m_left.front()->Copy();
    Ipv4Header header;
    packet->RemoveHeader(header);
    std::ostringstream where;
    if (header.GetProtocol() == IP_PROTOCOL_IPIP)
    {
        where << header.GetDestination();
    }
    else if (header.GetProtocol() == IP_PROTOCOL_ICMP)
    {
        std::array<uint8_t, 2> start{};
        packet->CopyData(start.data(), start.size());
        where << "icmp " << +start[0] << '/' << +start[1] << " from " << header.GetSource();
    }
    else
    {
        where << "rst from " << header.GetSource();
    }
    return where.str();
}

void
Replay::PrintCounts() const
{
    std::multimap<std::tuple<Ipv4Address, uint16_t, std::string>, Ptr<RealServer>> servers;
    for (const auto& service : m_director->GetServices())
    {
        for (const auto& server : service->GetServers())
        {
            servers.emplace(
                std::make_tuple(server->GetAddress(), server->GetPort(), service->GetLabel()),
                server);
        }
    }
    for (const auto& [place, server] : servers)
    {
        std::cout << " | " << server->GetAddress() << ' ' << server->GetWeight() << ' '
                  << server->GetActiveConnections() << ' ' << server->GetInactiveConnections();
    }
}

void
Replay::PrintLate()
{
    for (const auto& left : m_left)
    {
        std::cout << (m_number ? m_number - 1 : 0) << " packet -> " << ToHex(left) << '\n';
    }
    m_left.clear();
}

void
Replay::Run(Ptr<Packet> packet, const std::string& label, bool raw)
{
    m_left.clear();
    InnerHeader header;
    if (ReadInnerHeader(*packet, header))
    {
        Simulator::ScheduleWithContext(m_node->GetId(), Time(0), [this, packet]() {
            m_device->Receive(packet,
                              Ipv4L3Protocol::PROT_NUMBER,
                              m_device->GetAddress(),
                              m_device->GetAddress(),
                              NetDevice::PACKET_HOST);
        });
    }
    // what comes of it, up to the next event
    Simulator::Stop(m_now - NanoSeconds(1) - Simulator::Now());
    Simulator::Run();
    if (raw)
    {
        if (m_left.empty())
        {
            std::cout << m_number << " packet -> -\n";
        }
        for (const auto& left : m_left)
        {
            std::cout << m_number << " packet -> " << ToHex(left) << '\n';
        }
    }
    else
    {
        std::cout << m_number << ' ' << label << " -> " << GetWhere();
        if (m_counts)
        {
            PrintCounts();
        }
        std::cout << '\n';
    }
    m_left.clear();
    m_number++;
}

} // namespace

int
main(int argc, char* argv[])
{
    bool counts = false;
    std::string script = "-";
    CommandLine cmd(__FILE__);
    cmd.Usage("Drives a director with a script: lines 'ipvsadm ARGS', 'sysctl NAME=VALUE',\n"
              "'mark N PREFIX', 'SYN|ACK|FIN|RST|UDP CIP:PORT VIP:PORT', 'packet HEX',\n"
              "'wait SECONDS', 'address DIP', 'mtu OCTETS', '# comment'; events are 10 ms apart.");
    cmd.AddValue("counts", "print weight and connections of each real server", counts);
    cmd.AddNonOption("script", "file with the script, - for standard input", script);
    // a lone "-" is what there is without a script, but no argument to CommandLine
    std::vector<char*> arguments(argv, argv + argc);
    arguments.erase(std::remove(arguments.begin(), arguments.end(), std::string("-")),
                    arguments.end());
    cmd.Parse(static_cast<int>(arguments.size()), arguments.data());

    GlobalValue::Bind("ChecksumEnabled", BooleanValue(true));
    std::ifstream file;
    if (script != "-")
    {
        file.open(script);
        if (!file)
        {
            std::cerr << script << ":1: cannot be read, expected a script\n";
            return 2;
        }
    }
    std::istream& input = script == "-" ? std::cin : file;
    Replay replay(counts);
    std::vector<std::string> lines;
    for (std::string line; std::getline(input, line);)
    {
        lines.push_back(line);
    }
    const auto run = [&](auto method) {
        for (std::size_t i = 0; i < lines.size(); ++i)
        {
            std::string error;
            if (!(replay.*method)(lines[i], error))
            {
                std::cerr << (script == "-" ? "standard input" : script) << ':' << i + 1 << ": "
                          << error << '\n';
                return false;
            }
        }
        return true;
    };
    const bool isDone = run(&Replay::Prepare) && run(&Replay::Take);
    Simulator::Destroy();
    return isDone ? 0 : 2;
}
