/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "emulated-sites.h"

#include "ns3/failure-helper.h"
#include "ns3/ipv4.h"
#include "ns3/node-list.h"
#include "ns3/real-server-helper.h"
#include "ns3/request-server.h"
#include "ns3/routing-graph.h"
#include "ns3/simulator.h"
#include "ns3/string.h"

#include <cstdio>
#include <iostream>
#include <sstream>

#ifndef GIPT_SOURCE_DIR
#define GIPT_SOURCE_DIR "contrib/global-ip-tunneling"
#endif

using namespace ns3;
using namespace ns3::gipt;

const Ipv4Address EmulatedSites::VIP("198.51.100.1");

void
EmulatedSitesOptions::AddTo(CommandLine& cmd)
{
    cmd.AddValue("client", "interface to the clients, outside of 10.0.0.0/8", client);
    cmd.AddValue("city", "where the clients are", city);
    cmd.AddValue("directorCity", "where the director is", directorCity);
    cmd.AddValue("sites", "where the servers are", sites);
    cmd.AddValue("servers", "servers a site", servers);
    cmd.AddValue("size", "octets of a response", size);
    cmd.AddValue("fail", "what fails, and when", fail);
    cmd.AddValue("topology", "the world: a file or a generator", topology);
    cmd.AddValue("duration", "seconds, 0 for until SIGINT", duration);
    cmd.AddValue("pcap", "PREFIX of captures of all interfaces of the world", pcap);
}

std::string
EmulatedSitesOptions::Check() const
{
    return servers < 1 || servers > 20 ? "expected 1 to 20 servers a site" : "";
}

bool
EmulatedSites::MakeServers(const EmulatedSitesOptions& options, std::string& error)
{
    error = m_world.ReadTopology(options.topology.empty() ? GIPT_SOURCE_DIR
                                     "/examples/topologies/abilene.graphml"
                                                          : options.topology);
    if (error.empty())
    {
        error = m_world.AddSites(options.sites, options.servers);
    }
    for (const auto& city : {options.city, options.directorCity})
    {
        if (error.empty() && !m_world.FindNodeByName(city))
        {
            error = city + ": no city of the topology";
        }
    }
    if (!error.empty())
    {
        return false;
    }
    for (const auto& site : m_world.GetSites())
    {
        auto servers = m_world.GetServers(site);
        RealServerHelper().Install(servers, VIP);
        for (uint32_t i = 0; i < servers.GetN(); ++i)
        {
            auto application = CreateObject<RequestServer>();
            std::ostringstream size;
            size << "ns3::ConstantRandomVariable[Constant=" << options.size << "]";
            application->SetAttribute("ResponseSize", StringValue(size.str()));
            application->SetAttribute("Name", StringValue(m_world.GetName(servers.Get(i))));
            servers.Get(i)->AddApplication(application);
        }
    }
    return true;
}

void
EmulatedSites::AddServiceTo(DirectorHelper& director) const
{
    director.AddService("tcp", VIP, 80, "rr");
    for (const auto& site : m_world.GetSites())
    {
        const auto servers = m_world.GetServers(site);
        for (uint32_t i = 0; i < servers.GetN(); ++i)
        {
            director.AddRealServer(VIP, 80, m_world.GetAddress(servers.Get(i)));
        }
    }
}

Ptr<NetDevice>
EmulatedSites::Attach(const std::string& attachment, const std::string& city, std::string& error)
{
    auto router = m_world.GetRouter(city);
    auto device = m_emulation.Install(router, attachment, error);
    auto ipv4 = router->GetObject<Ipv4>();
    const auto interface = device ? ipv4->GetInterfaceForDevice(device) : -1;
    if (interface < 0)
    {
        error = device ? attachment + ": no address, expected one of the router" : error;
        return nullptr;
    }
    const auto address = ipv4->GetAddress(static_cast<uint32_t>(interface), 0);
    const auto mask = address.GetMask();
    m_world.GetRoutingGraph()->Announce(address.GetLocal().CombineMask(mask), mask, router);
    return device;
}

bool
EmulatedSites::MakeFailure(const EmulatedSitesOptions& options, std::string& error)
{
    if (options.fail.empty())
    {
        return true;
    }
    FailureHelper failures(m_world);
    if (options.duration > 0)
    {
        failures.SetHorizon(Seconds(options.duration));
    }
    m_failures = CreateObject<FailureSchedule>();
    error = failures.Add(options.fail, "--fail=" + options.fail, m_failures);
    m_failures->AssignStreams(100);
    m_failures->TraceConnectWithoutContext("Failure", MakeCallback(&EmulatedSites::HandleFailure));
    return error.empty();
}

void
EmulatedSites::EnablePcap(const std::string& prefix) const
{
    for (auto node = NodeList::Begin(); !prefix.empty() && node != NodeList::End(); ++node)
    {
        auto ipv4 = (*node)->GetObject<Ipv4>();
        for (uint32_t i = 1; ipv4 && i < ipv4->GetNInterfaces(); ++i)
        {
            const auto name = m_world.GetName(*node) + "-" + std::to_string(i);
            EmulationHelper::EnablePcap(prefix + "-" + name + ".pcap", ipv4->GetNetDevice(i));
        }
    }
}

void
EmulatedSites::Run(uint32_t duration)
{
    for (const auto& warning : m_emulation.GetWarnings())
    {
        std::cerr << "warning: " << warning << "\n";
    }
    auto monitor = m_emulation.GetMonitor();
    monitor->Start();
    Simulator::Schedule(Time(0), [] { std::cout << "ready" << std::endl; });
    if (duration > 0)
    {
        Simulator::Stop(Seconds(duration));
    }
    Simulator::Run();
    monitor->Stop();
    monitor->Print(std::cout);
}

void
EmulatedSites::Say(const std::string& what)
{
    std::printf("event %.1f %s\n", Simulator::Now().GetSeconds(), what.c_str());
    std::fflush(stdout);
}

void
EmulatedSites::HandleFailure(const FailureEvent& event)
{
    Say(std::string(ToString(event.kind)) + " of " + event.target +
        (event.begins ? " begins" : " ends"));
}
