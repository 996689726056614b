/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "director-script.h"

#include "ns3/ipip-encapsulation.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipvsadm-command.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-header.h"
#include "ns3/udp-header.h"
#include "ns3/udp-l4-protocol.h"

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <sstream>
#include <tuple>
#include <utility>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/// The protocol and the flags of the operations that send a packet; FIN comes with ACK.
const std::map<std::string, std::pair<uint8_t, uint8_t>> OPERATIONS{
    {"SYN", {6, TcpHeader::SYN}},
    {"ACK", {6, TcpHeader::ACK}},
    {"FIN", {6, TcpHeader::FIN | TcpHeader::ACK}},
    {"RST", {6, TcpHeader::RST}},
    {"UDP", {17, 0}},
};

/// The unit of sysctls that are on when they are not 0.
const std::string FLAG = "flag";

/// The attribute of each sysctl, and its unit; none where it changes nothing in a director that
/// tunnels and is alone: those of NAT, SCTP and the synchronisation of connections.
const std::map<std::string, std::pair<std::string, std::string>> SYSCTLS{
    {"net.ipv4.icmp_ratelimit", {"IcmpRateLimit", "ms"}},
    {"net.ipv4.vs.am_droprate", {"AmDroprate", ""}},
    {"net.ipv4.vs.amemthresh", {"Amemthresh", ""}},
    {"net.ipv4.vs.backup_only", {}},
    {"net.ipv4.vs.conn_reuse_mode", {"ConnReuseMode", ""}},
    {"net.ipv4.vs.conntrack", {}},
    {"net.ipv4.vs.drop_entry", {"DropEntry", ""}},
    {"net.ipv4.vs.drop_packet", {"DropPacket", ""}},
    {"net.ipv4.vs.expire_nodest_conn", {"ExpireNodestConn", FLAG}},
    {"net.ipv4.vs.expire_quiescent_template", {"ExpireQuiescentTemplate", FLAG}},
    {"net.ipv4.vs.lblc_expiration", {"LblcExpiration", "s"}},
    {"net.ipv4.vs.lblcr_expiration", {"LblcrExpiration", "s"}},
    {"net.ipv4.vs.nat_icmp_send", {}},
    {"net.ipv4.vs.pmtu_disc", {"PmtuDisc", FLAG}},
    {"net.ipv4.vs.secure_tcp", {"SecureTcp", ""}},
    {"net.ipv4.vs.sloppy_sctp", {}},
    {"net.ipv4.vs.sloppy_tcp", {"SloppyTcp", FLAG}},
    {"net.ipv4.vs.snat_reroute", {}},
    {"net.ipv4.vs.sync_persist_mode", {}},
    {"net.ipv4.vs.sync_ports", {}},
    {"net.ipv4.vs.sync_qlen_max", {}},
    {"net.ipv4.vs.sync_refresh_period", {}},
    {"net.ipv4.vs.sync_retries", {}},
    {"net.ipv4.vs.sync_sock_size", {}},
    {"net.ipv4.vs.sync_threshold", {}},
    {"net.ipv4.vs.sync_version", {}},
};

} // namespace

bool
DirectorSetup::Read(const ReplayScript::Words& words, std::string& error)
{
    if (words[0] == "address" && (words.size() != 2 || !ReadAddress(words[1], address)))
    {
        error = JoinWords(words) + ", expected the director's address, such as 10.0.0.10";
        return false;
    }
    if (words[0] == "mtu" && (words.size() != 2 || !ReadNumber(words[1], 68, 65535, mtu)))
    {
        error = JoinWords(words) + ", expected octets from 68 to 65535";
        return false;
    }
    static const std::set<std::string> SERVICES{"-t", "-u", "--tcp-service", "--udp-service"};
    for (std::size_t i = 1; i < words.size(); ++i)
    {
        // a packet's destination, or the value of an option
        const bool isVip = OPERATIONS.count(words[0])
                               ? i == 2
                               : words[0] == "ipvsadm" && SERVICES.count(words[i - 1]);
        Ipv4Address vip;
        if (isVip && ReadAddress(words[i].substr(0, words[i].find(':')), vip))
        {
            vips.insert(vip);
        }
    }
    return true;
}

DirectorScript::DirectorScript(ReplayNode& node,
                               Ptr<Director> director,
                               const std::set<Ipv4Address>& vips,
                               bool counts)
    : m_counts(counts),
      m_node(node),
      m_director(director)
{
    const auto ipv4 = m_node.GetIpv4();
    for (const auto vip : vips)
    {
        if (ipv4->GetInterfaceForAddress(vip) < 0)
        {
            ipv4->AddAddress(0, Ipv4InterfaceAddress(vip, Ipv4Mask::GetOnes()));
        }
    }
}

bool
DirectorScript::Take(const ReplayScript::Words& words, std::string& error)
{
    const auto& operation = words[0];
    if (operation == "address" || operation == "mtu")
    {
        return true; // Setup has read it
    }
    if (operation == "wait")
    {
        Time time;
        if (words.size() != 2 || !ReadSeconds(words[1], time))
        {
            error = JoinWords(words) + ", expected seconds";
            return false;
        }
        m_node.Wait(time);
        return true;
    }
    // everything else is an event at its time
    m_node.BeginEvent();
    PrintLeft();
    if (operation == "ipvsadm")
    {
        return RunIpvsadm(words, error);
    }
    if (operation == "sysctl")
    {
        return SetSysctl(words, error);
    }
    if (operation == "mark")
    {
        return Mark(words, error);
    }
    if (operation == "packet")
    {
        return RunPacket(words, error);
    }
    if (OPERATIONS.count(operation))
    {
        return RunOperation(words, error);
    }
    error = "'" + operation +
            "', expected ipvsadm, sysctl, mark, wait, address, mtu, packet, SYN, ACK, FIN, RST or "
            "UDP";
    return false;
}

void
DirectorScript::Finish()
{
    m_node.BeginEvent();
    PrintLeft();
}

bool
DirectorScript::RunIpvsadm(const ReplayScript::Words& words, std::string& error)
{
    IpvsadmCommand command;
    std::ostringstream listing;
    if (!command.Parse({words.begin() + 1, words.end()}, error) ||
        !command.Apply(*m_director, Simulator::Now(), listing, error))
    {
        return false;
    }
    if (command.IsListing())
    {
        std::cout << "$ " << JoinWords(words) << '\n' << listing.str();
    }
    return true;
}

bool
DirectorScript::Mark(const ReplayScript::Words& words, std::string& error)
{
    const std::string prefix = words.size() == 3 ? words[2] : "";
    const auto slash = prefix.find('/');
    const std::string bits = slash == std::string::npos ? "32" : prefix.substr(slash + 1);
    Ipv4Address network;
    uint64_t mark;
    uint64_t length;
    if (!ReadAddress(prefix.substr(0, slash), network) || !ReadNumber(bits, 0, 32, length) ||
        !ReadNumber(words[1], 0, 0xffffffff, mark))
    {
        error = JoinWords(words) + ", expected mark N PREFIX, such as mark 7 10.0.0.100/32";
        return false;
    }
    m_director->MarkPackets(network, Ipv4Mask(("/" + bits).c_str()), mark);
    return true;
}

bool
DirectorScript::SetSysctl(const ReplayScript::Words& words, std::string& error)
{
    const std::string assignment = words.size() == 2 ? words[1] : "";
    const auto equals = assignment.find('=');
    std::string name = assignment.substr(0, equals);
    std::replace(name.begin(), name.end(), '/', '.');
    if (name.find('.') == std::string::npos)
    {
        name = "net.ipv4.vs." + name;
    }
    const auto sysctl = SYSCTLS.find(name);
    if (sysctl == SYSCTLS.end())
    {
        error = JoinWords(words) +
                ", expected NAME=VALUE of net.ipv4.vs, or of net.ipv4.icmp_ratelimit";
        return false;
    }
    const auto& [attribute, unit] = sysctl->second;
    if (attribute.empty())
    {
        return true;
    }
    uint64_t number;
    if (equals == std::string::npos ||
        !ReadNumber(assignment.substr(equals + 1), 0, 0x7fffffff, number))
    {
        error = JoinWords(words) + ", expected a number";
        return false;
    }
    if (unit == FLAG)
    {
        number = number != 0;
    }
    const std::string value = std::to_string(number) + (unit == FLAG ? "" : unit);
    if (!m_director->SetAttributeFailSafe(attribute, StringValue(value)))
    {
        error = JoinWords(words) + ", expected a value that Linux takes";
        return false;
    }
    return true;
}

bool
DirectorScript::RunPacket(const ReplayScript::Words& words, std::string& error)
{
    const auto packet = words.size() == 2 ? ReadPacket(words[1]) : nullptr;
    if (!packet)
    {
        error = "packet, expected an IPv4 packet in hexadecimal";
        return false;
    }
    m_node.Receive(packet);
    m_number++;
    if (!PrintLeft())
    {
        std::cout << m_number - 1 << " packet -> -\n";
    }
    m_node.EndEvent();
    PrintLeft();
    return true;
}

bool
DirectorScript::RunOperation(const ReplayScript::Words& words, std::string& error)
{
    const auto packet = Make(words);
    if (!packet)
    {
        error = JoinWords(words) + ", expected " + words[0] + " CIP:PORT VIP:PORT";
        return false;
    }
    m_node.Receive(packet);
    const auto where = GetWhere(m_node.TakeLeft());
    m_node.EndEvent();
    PrintLeft();
    std::cout << m_number << ' ' << JoinWords(words) << " -> " << where;
    if (m_counts)
    {
        PrintCounts();
    }
    std::cout << '\n';
    m_number++;
    return true;
}

Ptr<Packet>
DirectorScript::Make(const ReplayScript::Words& words)
{
    const auto [protocol, flags] = OPERATIONS.at(words[0]);
    Ipv4Address client;
    Ipv4Address vip;
    uint16_t clientPort;
    uint16_t port;
    if (words.size() != 3 || !ReadEndPoint(words[1], client, clientPort) ||
        !ReadEndPoint(words[2], vip, port))
    {
        return nullptr;
    }
    const auto packet = Create<Packet>();
    if (protocol == UdpL4Protocol::PROT_NUMBER)
    {
        UdpHeader udp;
        udp.EnableChecksums();
        udp.InitializeChecksum(client, vip, protocol);
        udp.SetSourcePort(clientPort);
        udp.SetDestinationPort(port);
        packet->AddHeader(udp);
    }
    else
    {
        TcpHeader tcp;
        tcp.EnableChecksums();
        tcp.InitializeChecksum(client, vip, protocol);
        tcp.SetSourcePort(clientPort);
        tcp.SetDestinationPort(port);
        tcp.SetFlags(flags);
        packet->AddHeader(tcp);
    }
    Ipv4Header header;
    header.SetSource(client);
    header.SetDestination(vip);
    header.SetProtocol(protocol);
    header.SetTtl(64);
    header.SetDontFragment();
    header.SetPayloadSize(packet->GetSize());
    header.EnableChecksum();
    packet->AddHeader(header);
    return packet;
}

std::string
DirectorScript::GetWhere(const std::vector<ReplayNode::Left>& left)
{
    if (left.empty())
    {
        return "-";
    }
    const auto packet = left.front().packet;
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
DirectorScript::PrintCounts() const
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

bool
DirectorScript::PrintLeft()
{
    const auto all = m_node.TakeLeft();
    for (const auto& left : all)
    {
        std::cout << (m_number ? m_number - 1 : 0) << " packet -> " << WritePacket(left.packet)
                  << '\n';
    }
    return !all.empty();
}
