/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "replay-server.h"

#include "ns3/boolean.h"
#include "ns3/inet-socket-address.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-routing-table-entry.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/real-server-helper.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/udp-socket-factory.h"
#include "ns3/uinteger.h"

#include <algorithm>

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

} // namespace

ReplayServer::ReplayServer(Ipv4Address own)
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
}

Ipv4Address
ReplayServer::FindOwnAddress(const ReplayScript& script)
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

bool
ReplayServer::SetIpip(const ReplayScript::Words& words)
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
ReplayServer::SetLink(const ReplayScript::Words& words)
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
ReplayServer::SetAddress(const ReplayScript::Words& words)
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
ReplayServer::RemoveAddress(uint32_t interface, uint32_t index)
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
ReplayServer::SetSysctl(const ReplayScript::Words& words)
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
ReplayServer::ApplySysctls()
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
ReplayServer::Listen(const ReplayScript::Words& words)
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
