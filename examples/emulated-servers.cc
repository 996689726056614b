/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup global-ip-tunneling
 * A real Linux director in front of modelled sites.
 *
 *     real client                               site
 *          | --client                             |
 *        router ---- routers of the topology -- router -- real servers (VIP on tunl0)
 *                           |
 *                        router
 *                           | --director
 *                real director (Linux IPVS), at --host
 *
 * The model leads the service's address to the real director, which balances to the modelled real
 * servers through its tunnels; --rules prints the rules for it, as ipvsadm-save -n does. What fails
 * in the world is printed as it happens. "examples/emulation/emulation servers" makes a client and
 * a director (User-Mode Linux), too.
 */

#include "emulated-sites.h"

#include "ns3/director-control.h"
#include "ns3/director-helper.h"
#include "ns3/ipv4.h"
#include "ns3/output-stream-wrapper.h"
#include "ns3/routing-graph.h"
#include "ns3/simulator.h"

#include <iostream>
#include <memory>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/** The world in front of which a real director stands. */
class Servers : public EmulatedSites
{
  public:
    /**
     * @brief Attach the network of the real director, and lead the service's address to it.
     * @param attachment which interface, with an address
     * @param city name of the city it is in
     * @param host the director's address on it
     * @param[out] error why it cannot be
     * @return true when it was done
     */
    bool AttachDirector(const std::string& attachment,
                        const std::string& city,
                        Ipv4Address host,
                        std::string& error)
    {
        const auto device = Attach(attachment, city, error);
        if (!device)
        {
            return false;
        }
        auto ipv4 = device->GetNode()->GetObject<Ipv4>();
        const auto address = ipv4->GetAddress(ipv4->GetInterfaceForDevice(device), 0);
        if (!address.GetMask().IsMatch(address.GetLocal(), host) || address.GetLocal() == host)
        {
            error = "--host: no other host of the network of --director=" + attachment;
            return false;
        }
        m_world.GetRoutingGraph()->AnnounceVia(VIP, Ipv4Mask::GetOnes(), device, host);
        return true;
    }

    /**
     * @brief Print the rules for the director, as ipvsadm-save -n does.
     * @param city where a modelled director would be that has them
     */
    void PrintRules(const std::string& city)
    {
        DirectorHelper helper;
        AddServiceTo(helper);
        const auto director = helper.Install(m_world.AddDirector(city)).Get(0);
        DirectorHelper::SaveRules(DynamicCast<Director>(director),
                                  Create<OutputStreamWrapper>(&std::cout));
    }
};

} // namespace

int
main(int argc, char* argv[])
{
    DirectorControl::BlockSignals();
    EmulatedSitesOptions options;
    std::string director("tap:director0@172.29.0.1/24");
    Ipv4Address host("172.29.0.11");
    bool rules = false;
    std::string error;
    EmulationHelper::UseRealTime(error);
    CommandLine cmd(__FILE__);
    cmd.Usage("A real Linux director in front of modelled sites.");
    options.AddTo(cmd);
    cmd.AddValue("director", "interface to the real director", director);
    cmd.AddValue("host", "address of the real director", host);
    cmd.AddValue("rules", "print the rules for the director, and end", rules);
    cmd.Parse(argc, argv);
    error = error.empty() ? options.Check() : error;
    auto servers = std::make_unique<Servers>();
    const bool isMade =
        error.empty() && servers->MakeServers(options, error) &&
        (rules || (servers->AttachDirector(director, options.directorCity, host, error) &&
                   servers->Attach(options.client, options.city, error) &&
                   servers->MakeFailure(options, error)));
    if (!isMade)
    {
        std::cerr << "emulated-servers: " << error << "\n";
        return 2;
    }
    if (rules)
    {
        servers->PrintRules(options.directorCity);
    }
    else
    {
        DirectorControl control(nullptr, std::cout); // for the signals
        if (!control.Start("", error))
        {
            std::cerr << "emulated-servers: " << error << "\n";
            return 2;
        }
        servers->EnablePcap(options.pcap);
        servers->Run(options.duration);
        control.Stop();
    }
    servers.reset();
    Simulator::Destroy();
    return 0;
}
