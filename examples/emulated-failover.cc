/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup global-ip-tunneling
 * A site of a world-wide service loses its power while a real client uses the service.
 *
 *     real client                               site
 *          | --client                             |
 *        router ---- routers of the topology -- router -- real servers (VIP on tunl0)
 *                           |
 *                        director (VIP), health check
 *
 * Everything but the client is the world of global-failover, in real time. What happens in it is
 * printed as it happens. "examples/emulation/emulation failover" makes the client, too, and shows
 * what it sees, second by second.
 */

#include "ns3/command-line.h"
#include "ns3/director-control.h"
#include "ns3/director-helper.h"
#include "ns3/emulation-helper.h"
#include "ns3/failure-helper.h"
#include "ns3/failure-schedule.h"
#include "ns3/health-check.h"
#include "ns3/ipv4.h"
#include "ns3/multi-site-helper.h"
#include "ns3/node-list.h"
#include "ns3/real-server-helper.h"
#include "ns3/request-server.h"
#include "ns3/routing-graph.h"
#include "ns3/simulator.h"
#include "ns3/string.h"

#include <cstdio>
#include <iostream>
#include <memory>
#include <sstream>

#ifndef GIPT_SOURCE_DIR
#define GIPT_SOURCE_DIR "contrib/global-ip-tunneling"
#endif

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/// The service's address
const Ipv4Address VIP("198.51.100.1");

/** What the command line says. */
struct Options
{
    std::string client{"tap:client0@192.0.2.1/24"}; ///< attachment of the clients
    std::string city{"Denver"};                     ///< where the clients are
    std::string director{"Chicago"};                ///< where the director is
    std::string sites{"Houston,New York,Seattle"};  ///< where the servers are
    std::string fail{"Houston@10s-25s"};            ///< what fails
    std::string topology{GIPT_SOURCE_DIR "/examples/topologies/abilene.graphml"}; ///< the world
    std::string socket{"no"}; ///< of director-ctl
    std::string pcap;         ///< captures begin with it, empty for none
    uint32_t servers{2};      ///< a site
    uint32_t size{20000};     ///< of a response, octets
    uint32_t duration{40};    ///< seconds
};

/**
 * @brief Say that something has happened.
 * @param what it
 */
void
Say(const std::string& what)
{
    std::printf("event %.1f %s\n", Simulator::Now().GetSeconds(), what.c_str());
    std::fflush(stdout);
}

/** The world, its service and what happens in it. */
class Failover
{
  public:
    /**
     * @brief Make everything.
     * @param options what is wanted
     * @param[out] error why it cannot be
     * @return true when it was made
     */
    bool Make(const Options& options, std::string& error)
    {
        error = m_world.ReadTopology(options.topology);
        if (error.empty())
        {
            error = m_world.AddSites(options.sites, options.servers);
        }
        for (const auto& city : {options.city, options.director})
        {
            if (error.empty() && !m_world.FindNodeByName(city))
            {
                error = city + ": no city of the topology";
            }
        }
        return error.empty() && MakeService(options, error) && MakeClient(options, error) &&
               MakeFailure(options, error);
    }

    /**
     * @brief Have a capture written of each interface of the world, PREFIX-NODE-NUMBER.pcap.
     * @param prefix what names of files begin with
     */
    void EnablePcap(const std::string& prefix) const
    {
        for (auto node = NodeList::Begin(); node != NodeList::End(); ++node)
        {
            auto ipv4 = (*node)->GetObject<Ipv4>();
            for (uint32_t i = 1; ipv4 && i < ipv4->GetNInterfaces(); ++i)
            {
                const auto file = prefix + "-" + m_world.GetName(*node) + "-" + std::to_string(i);
                EmulationHelper::EnablePcap(file + ".pcap", ipv4->GetNetDevice(i));
            }
        }
    }

    EmulationHelper m_emulation; ///< the real interface
    Ptr<Director> m_director;    ///< the director

  private:
    /**
     * @brief Make the director and the servers.
     * @param options what is wanted
     * @param[out] error why it cannot be
     * @return true when they were made
     */
    bool MakeService(const Options& options, std::string& error)
    {
        DirectorHelper helper;
        helper.AddService("tcp", VIP, 80, "rr");
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
                helper.AddRealServer(VIP, 80, m_world.GetAddress(servers.Get(i)));
            }
        }
        helper.EnableHealthCheck();
        auto node = m_world.AddDirector(options.director);
        auto applications = helper.Install(node);
        DirectorHelper::AssignStreams(applications, 1);
        m_world.Announce(VIP, node);
        m_director = DynamicCast<Director>(applications.Get(0));
        auto health = applications.Get(1);
        health->TraceConnectWithoutContext("ServerDown",
                                           MakeCallback(&Failover::HandleServerDown, this));
        health->TraceConnectWithoutContext("ServerUp",
                                           MakeCallback(&Failover::HandleServerUp, this));
        return true;
    }

    /**
     * @brief Attach the client to its city.
     * @param options what is wanted
     * @param[out] error why it cannot be
     * @return true when it was done
     */
    bool MakeClient(const Options& options, std::string& error)
    {
        auto router = m_world.GetRouter(options.city);
        auto device = m_emulation.Install(router, options.client, error);
        auto ipv4 = router->GetObject<Ipv4>();
        const auto interface = device ? ipv4->GetInterfaceForDevice(device) : -1;
        if (interface < 0)
        {
            error = device ? options.client + ": no address, expected one of the router" : error;
            return false;
        }
        const auto address = ipv4->GetAddress(static_cast<uint32_t>(interface), 0);
        const auto mask = address.GetMask();
        m_world.GetRoutingGraph()->Announce(address.GetLocal().CombineMask(mask), mask, router);
        return true;
    }

    /**
     * @brief Let something fail.
     * @param options what is wanted
     * @param[out] error why it cannot be
     * @return true when it will
     */
    bool MakeFailure(const Options& options, std::string& error)
    {
        FailureHelper failures(m_world);
        failures.SetHorizon(Seconds(options.duration));
        m_failures = CreateObject<FailureSchedule>();
        error = failures.Add(options.fail, "--fail=" + options.fail, m_failures);
        m_failures->AssignStreams(100);
        m_failures->TraceConnectWithoutContext("Failure", MakeCallback(&Failover::HandleFailure));
        return error.empty();
    }

    /**
     * @brief A server has been taken out of service.
     * @param server its address
     */
    void HandleServerDown(Ipv4Address server, uint16_t)
    {
        Say(m_world.GetName(m_world.FindNode(server)) + " is taken out of service");
    }

    /**
     * @brief A server is back in service.
     * @param server its address
     */
    void HandleServerUp(Ipv4Address server, uint16_t)
    {
        Say(m_world.GetName(m_world.FindNode(server)) + " is back in service");
    }

    /**
     * @brief Something has failed, or works again.
     * @param event what, and where
     */
    static void HandleFailure(const FailureEvent& event)
    {
        Say(std::string(ToString(event.kind)) + " of " + event.target +
            (event.begins ? " begins" : " ends"));
    }

    MultiSiteHelper m_world;         ///< the world
    Ptr<FailureSchedule> m_failures; ///< what fails
};

} // namespace

int
main(int argc, char* argv[])
{
    DirectorControl::BlockSignals();
    Options options;
    std::string error;
    EmulationHelper::UseRealTime(error);
    CommandLine cmd(__FILE__);
    cmd.Usage("A site of a world-wide service fails while a real client uses it.");
    cmd.AddValue("client", "interface to the clients, outside of 10.0.0.0/8", options.client);
    cmd.AddValue("city", "where the clients are", options.city);
    cmd.AddValue("director", "where the director is", options.director);
    cmd.AddValue("sites", "where the servers are", options.sites);
    cmd.AddValue("servers", "servers a site", options.servers);
    cmd.AddValue("size", "octets of a response", options.size);
    cmd.AddValue("fail", "what fails, and when", options.fail);
    cmd.AddValue("topology", "the world: a file or a generator", options.topology);
    cmd.AddValue("duration", "seconds", options.duration);
    cmd.AddValue("socket", "socket for director-ctl, or no", options.socket);
    cmd.AddValue("pcap", "PREFIX of captures of all interfaces of the world", options.pcap);
    cmd.Parse(argc, argv);
    if (options.servers < 1 || options.servers > 20 || options.duration < 1)
    {
        error = "expected 1 to 20 servers a site, and a second or more";
    }
    auto failover = std::make_unique<Failover>();
    if (!error.empty() || !failover->Make(options, error))
    {
        std::cerr << "emulated-failover: " << error << "\n";
        return 2;
    }
    for (const auto& warning : failover->m_emulation.GetWarnings())
    {
        std::cerr << "warning: " << warning << "\n";
    }
    if (!options.pcap.empty())
    {
        failover->EnablePcap(options.pcap);
    }
    DirectorControl control(failover->m_director, std::cout);
    if (!control.Start(options.socket == "no" ? "" : options.socket, error))
    {
        std::cerr << "emulated-failover: " << error << "\n";
        return 2;
    }
    auto monitor = failover->m_emulation.GetMonitor();
    monitor->Start();
    Simulator::Schedule(Time(0), [] { std::cout << "ready" << std::endl; });
    Simulator::Stop(Seconds(options.duration));
    Simulator::Run();
    control.Stop();
    monitor->Stop();
    monitor->Print(std::cout);
    failover.reset();
    Simulator::Destroy();
    return 0;
}
