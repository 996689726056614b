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

#include "emulated-sites.h"

#include "ns3/director-control.h"
#include "ns3/director-helper.h"
#include "ns3/health-check.h"
#include "ns3/simulator.h"

#include <iostream>
#include <memory>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/** The world, its service and what happens in it. */
class Failover : public EmulatedSites
{
  public:
    /**
     * @brief Make everything.
     * @param options what is wanted
     * @param[out] error why it cannot be
     * @return true when it was made
     */
    bool Make(const EmulatedSitesOptions& options, std::string& error)
    {
        if (!MakeServers(options, error))
        {
            return false;
        }
        MakeDirector(options.directorCity);
        return Attach(options.client, options.city, error) && MakeFailure(options, error);
    }

    Ptr<Director> m_director; ///< the director

  private:
    /**
     * @brief Make the director.
     * @param city where it is
     */
    void MakeDirector(const std::string& city)
    {
        DirectorHelper helper;
        AddServiceTo(helper);
        helper.EnableHealthCheck();
        auto node = m_world.AddDirector(city);
        auto applications = helper.Install(node);
        DirectorHelper::AssignStreams(applications, 1);
        m_world.Announce(VIP, node);
        m_director = DynamicCast<Director>(applications.Get(0));
        auto health = applications.Get(1);
        health->TraceConnectWithoutContext("ServerDown",
                                           MakeCallback(&Failover::HandleServerDown, this));
        health->TraceConnectWithoutContext("ServerUp",
                                           MakeCallback(&Failover::HandleServerUp, this));
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
};

} // namespace

int
main(int argc, char* argv[])
{
    DirectorControl::BlockSignals();
    EmulatedSitesOptions options;
    options.fail = "Houston@10s-25s";
    options.duration = 40;
    std::string socket("no");
    std::string error;
    EmulationHelper::UseRealTime(error);
    CommandLine cmd(__FILE__);
    cmd.Usage("A site of a world-wide service fails while a real client uses it.");
    options.AddTo(cmd);
    cmd.AddValue("socket", "socket for director-ctl, or no", socket);
    cmd.Parse(argc, argv);
    error = error.empty() ? options.Check() : error;
    auto failover = std::make_unique<Failover>();
    if (!error.empty() || !failover->Make(options, error))
    {
        std::cerr << "emulated-failover: " << error << "\n";
        return 2;
    }
    DirectorControl control(failover->m_director, std::cout);
    if (!control.Start(socket == "no" ? "" : socket, error))
    {
        std::cerr << "emulated-failover: " << error << "\n";
        return 2;
    }
    failover->EnablePcap(options.pcap);
    failover->Run(options.duration);
    control.Stop();
    failover.reset();
    Simulator::Destroy();
    return 0;
}
