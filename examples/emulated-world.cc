/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "emulated-world.h"

#include "ns3/arp-l3-protocol.h"
#include "ns3/csma-helper.h"
#include "ns3/director-helper.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/queue-disc.h"
#include "ns3/real-server-helper.h"
#include "ns3/request-server.h"
#include "ns3/string.h"
#include "ns3/traffic-control-layer.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <sstream>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/// The network of the modelled links
const char* const LINKS = "172.31.0.0";
/// The network of the modelled real servers
const char* const SERVERS = "172.30.0.0";

/**
 * @brief Have a node send what is for a network to a neighbour.
 * @param node the node
 * @param network the network
 * @param mask its mask
 * @param gateway address of the neighbour on a network that both are on
 */
void
AddRoute(Ptr<Node> node, Ipv4Address network, Ipv4Mask mask, Ipv4Address gateway)
{
    auto ipv4 = node->GetObject<Ipv4>();
    for (uint32_t i = 1; i < ipv4->GetNInterfaces(); ++i)
    {
        for (uint32_t j = 0; j < ipv4->GetNAddresses(i); ++j)
        {
            const auto address = ipv4->GetAddress(i, j);
            if (address.GetMask().IsMatch(address.GetLocal(), gateway))
            {
                Ipv4StaticRoutingHelper().GetStaticRouting(ipv4)->AddNetworkRouteTo(network,
                                                                                    mask,
                                                                                    gateway,
                                                                                    i);
                return;
            }
        }
    }
}

/**
 * @brief The network that a node has by its first real interface.
 * @param node the node
 * @param[out] mask its mask
 * @return the network
 */
Ipv4Address
GetNetwork(Ptr<Node> node, Ipv4Mask& mask)
{
    const auto address = node->GetObject<Ipv4>()->GetAddress(1, 0);
    mask = address.GetMask();
    return address.GetLocal().CombineMask(mask);
}

/**
 * @brief An address of a modelled link.
 * @param link number of the link
 * @param end 1 or 2
 * @return the address
 */
Ipv4Address
GetLinkAddress(uint32_t link, uint32_t end)
{
    return Ipv4Address(Ipv4Address(LINKS).Get() + 4 * link + end);
}

} // namespace

bool
EmulatedWorld::Attach(Ptr<Node> node,
                      const std::string& attachment,
                      const std::string& name,
                      std::string& error)
{
    if (attachment.empty())
    {
        return true;
    }
    if (attachment.find('@') == std::string::npos)
    {
        error = "'" + attachment + "': no address, expected KIND:INTERFACE@ADDRESS/LENGTH";
        return false;
    }
    m_devices[name] = m_emulation.Install(node, attachment, error);
    return m_devices[name] != nullptr;
}

NetDeviceContainer
EmulatedWorld::Join(const EmulatedWorldOptions& options,
                    const std::pair<std::string, std::string>& names,
                    Ptr<Node> a,
                    Ptr<Node> b,
                    uint32_t network,
                    Time delay)
{
    PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", StringValue(options.rate));
    if (options.mtu > 0)
    {
        link.SetDeviceAttribute("Mtu", UintegerValue(options.mtu));
    }
    link.SetChannelAttribute("Delay", TimeValue(delay));
    auto ends = link.Install(a, b);
    Ipv4AddressHelper addresses(Ipv4Address(Ipv4Address(LINKS).Get() + 4 * network),
                                "255.255.255.252");
    addresses.Assign(ends);
    m_devices[names.first + "-" + names.second] = ends.Get(0);
    m_devices[names.second + "-" + names.first] = ends.Get(1);
    const auto full = MakeCallback(&EmulatedWorld::HandleFullQueue, this);
    for (uint32_t i = 0; i < 2; ++i)
    {
        const auto end = ends.Get(i);
        const auto control = end->GetNode()->GetObject<TrafficControlLayer>();
        end->TraceConnectWithoutContext("MacTxDrop", full);
        control->GetRootQueueDiscOnDevice(end)->TraceConnectWithoutContext(
            "Drop",
            MakeCallback(&EmulatedWorld::HandleQueueDrop, this));
    }
    return ends;
}

void
EmulatedWorld::HandleFullQueue(Ptr<const Packet>)
{
    ++m_queueDrops;
}

void
EmulatedWorld::HandleQueueDrop(Ptr<const QueueDiscItem>)
{
    ++m_queueDrops;
}

void
EmulatedWorld::HandleArpDrop(Ptr<const Packet>)
{
    ++m_arpDrops;
}

void
EmulatedWorld::WatchArp(Ptr<Node> node)
{
    node->GetObject<ArpL3Protocol>()->TraceConnectWithoutContext(
        "Drop",
        MakeCallback(&EmulatedWorld::HandleArpDrop, this));
}

void
EmulatedWorld::PrintDrops(std::ostream& stream) const
{
    stream << "modelled nodes: " << m_queueDrops << " packets dropped in queues, " << m_arpDrops
           << " for want of an answer to ARP\n";
    if (!m_director)
    {
        return;
    }
    stream << "director: " << m_director->GetForwarded() << " packets forwarded; dropped:";
    bool isNone = true;
    for (uint8_t i = 0; i < DROP_REASONS; ++i)
    {
        const auto reason = static_cast<DropReason>(i);
        if (const uint64_t count = m_director->GetDropped(reason))
        {
            stream << (isNone ? " " : ", ") << count << " " << ToString(reason);
            isNone = false;
        }
    }
    stream << (isNone ? " none" : "") << "\n";
}

bool
EmulatedWorld::MakeDirector(const EmulatedWorldOptions& options, std::string& error)
{
    DirectorHelper helper;
    DirectorCore core; // what the rules name, whoever has them
    const bool isRead =
        options.rules.empty() || (IpvsadmCommand::LoadRules(options.rules, core, error) &&
                                  helper.TryLoadRules(options.rules, error));
    for (const auto& service : core.GetServices())
    {
        if (std::find(m_vips.begin(), m_vips.end(), service->GetAddress()) == m_vips.end())
        {
            m_vips.push_back(service->GetAddress());
        }
    }
    core.ClearServices();
    if (!isRead || options.isPlain)
    {
        return isRead;
    }
    if (options.health != "no")
    {
        if (options.health != "icmp" && options.health != "tcp")
        {
            error = "--health=" + options.health + ": unknown, expected no, icmp or tcp";
            return false;
        }
        helper.EnableHealthCheck();
        helper.SetHealthCheckAttribute("Method", StringValue(options.health));
    }
    auto applications = helper.Install(m_node);
    DirectorHelper::AssignStreams(applications, 1);
    m_director = DynamicCast<Director>(applications.Get(0));
    return true;
}

void
EmulatedWorld::MakeServers(uint32_t count)
{
    NodeContainer servers(count);
    InternetStackHelper stack;
    stack.SetIpv6StackInstall(false);
    stack.Install(servers);
    NodeContainer members(m_serverRouter);
    members.Add(servers);
    auto devices = CsmaHelper().Install(members);
    Ipv4AddressHelper(SERVERS, "255.255.255.0").Assign(devices);
    m_devices["servers-lan"] = devices.Get(0);
    RealServerHelper helper;
    for (uint32_t i = 0; i < count; ++i)
    {
        auto server = servers.Get(i);
        AddRoute(server, "0.0.0.0", "0.0.0.0", Ipv4Address(Ipv4Address(SERVERS).Get() + 1));
        helper.Install(server);
        for (const auto& vip : m_vips)
        {
            helper.Install(server, vip);
        }
        auto application = CreateObject<RequestServer>();
        application->SetAttribute("Name", StringValue("modelled-" + std::to_string(i + 1)));
        server->AddApplication(application);
    }
}

bool
EmulatedWorld::Make(const EmulatedWorldOptions& options, std::string& error)
{
    if (options.client.empty() && options.director.empty())
    {
        error = "no real interface, expected --client or --director";
        return false;
    }
    m_emulation.SetMtu(options.mtu);
    InternetStackHelper stack;
    stack.SetIpv6StackInstall(false);
    m_node = CreateObject<Node>();
    stack.Install(m_node);
    WatchArp(m_node);
    std::istringstream attachments(options.director);
    std::string attachment;
    for (uint32_t i = 1; std::getline(attachments, attachment, '+'); ++i)
    {
        const auto number = i == 1 ? "" : "-" + std::to_string(i);
        if (!Attach(m_node, attachment, "director" + number, error))
        {
            return false;
        }
    }
    const Ipv4Address all("0.0.0.0");
    const Ipv4Mask none("0.0.0.0");
    Ipv4Mask mask;
    if (!options.client.empty())
    {
        m_clientRouter = CreateObject<Node>();
        stack.Install(m_clientRouter);
        WatchArp(m_clientRouter);
        if (!Attach(m_clientRouter, options.client, "client", error))
        {
            return false;
        }
        Join(options,
             {"client-router", "director"},
             m_clientRouter,
             m_node,
             0,
             options.clientDelay);
        AddRoute(m_clientRouter, all, none, GetLinkAddress(0, 2));
        AddRoute(m_node, GetNetwork(m_clientRouter, mask), mask, GetLinkAddress(0, 1));
    }
    if (!MakeDirector(options, error))
    {
        return false;
    }
    if (!options.client.empty() && (!options.servers.empty() || options.modelled > 0))
    {
        m_serverRouter = CreateObject<Node>();
        stack.Install(m_serverRouter);
        WatchArp(m_serverRouter);
        if (!Attach(m_serverRouter, options.servers, "servers", error))
        {
            return false;
        }
        Join(options,
             {"director", "server-router"},
             m_node,
             m_serverRouter,
             1,
             options.serverDelay);
        Join(options,
             {"server-router", "client-router"},
             m_serverRouter,
             m_clientRouter,
             2,
             options.replyDelay);
        AddRoute(m_serverRouter, all, none, GetLinkAddress(2, 2));
        if (!options.servers.empty())
        {
            const auto network = GetNetwork(m_serverRouter, mask);
            AddRoute(m_node, network, mask, GetLinkAddress(1, 2));
            if (!options.isPlain)
            {
                AddRoute(m_clientRouter, network, mask, GetLinkAddress(2, 1));
            }
        }
        if (options.modelled > 0)
        {
            MakeServers(options.modelled);
            AddRoute(m_node, SERVERS, "255.255.255.0", GetLinkAddress(1, 2));
            AddRoute(m_clientRouter, SERVERS, "255.255.255.0", GetLinkAddress(2, 1));
        }
    }
    return true;
}

void
EmulatedWorld::EnablePcap(const std::string& prefix) const
{
    for (const auto& [name, device] : m_devices)
    {
        EmulationHelper::EnablePcap(prefix + "-" + name + ".pcap", device);
    }
}
