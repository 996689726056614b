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
#include "ns3/ipv4.h"
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
        if (!Attach(attachment, city, error))
        {
            return false;
        }
        auto router = m_world.GetRouter(city);
        auto ipv4 = router->GetObject<Ipv4>();
        const uint32_t interface = ipv4->GetNInterfaces() - 1; // the one just attached
        const auto address = ipv4->GetAddress(interface, 0);
        if (!address.GetMask().IsMatch(address.GetLocal(), host) || address.GetLocal() == host)
        {
            error = "--host: no other host of the network of --director=" + attachment;
            return false;
        }
        return m_world.GetRoutingGraph()->AnnounceVia(VIP,
                                                      Ipv4Mask::GetOnes(),
                                                      ipv4->GetNetDevice(interface),
                                                      host);
    }

    /**
     * @brief Print the rules for the director, as ipvsadm-save -n does.
     */
    void PrintRules() const
    {
        std::cout << "-A -t " << VIP << ":80 -s rr\n";
        for (const auto& site : m_world.GetSites())
        {
            auto servers = m_world.GetServers(site);
            for (uint32_t i = 0; i < servers.GetN(); ++i)
            {
                std::cout << "-a -t " << VIP << ":80 -r " << m_world.GetAddress(servers.Get(i))
                          << ":80 -i -w 1\n";
            }
        }
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
        servers->PrintRules();
    }
    else
    {
        DirectorControl control(nullptr, std::cout); // for the signals
        if (!control.Start("", error))
        {
            std::cerr << "emulated-servers: " << error << "\n";
            return 2;
        }
        servers->Run(options.duration);
        control.Stop();
    }
    servers.reset();
    Simulator::Destroy();
    return 0;
}
