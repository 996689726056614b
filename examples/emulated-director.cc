/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup global-ip-tunneling
 * A director between real clients and real Linux real servers, with a modelled WAN around it:
 *
 *     real clients                                      real servers (Linux, tunl0)
 *          |  --client                                      |  --servers
 *     client router ---- director ---- servers' router ------+
 *          |                                 |       |
 *          +---------------------------------+   modelled servers (--modelled)
 *                   the replies' way
 *
 * or, with --director alone, a director on a real LAN. The services come from a file that
 * ipvsadm-save -n has written, and director-ctl changes them while traffic runs. It runs until
 * SIGINT, or for --duration; then it says how far its times can be trusted.
 *
 * examples/emulation/emulation makes network namespaces with real clients and servers for it.
 */

#include "emulated-world.h"

#include "ns3/command-line.h"
#include "ns3/director-control.h"
#include "ns3/simulator.h"

#include <cmath>
#include <iostream>
#include <memory>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/** What the command line says. */
struct Options : public EmulatedWorldOptions
{
    std::string socket{"/tmp/emulated-director.sock"}; ///< of director-ctl
    std::string pcap;                                  ///< captures begin with it, empty for none
    double duration{0};                                ///< seconds, 0 for no end
    Time bound{MilliSeconds(10)};                      ///< lateness that is allowed
};

/**
 * @brief Read the command line.
 * @param argc number of arguments
 * @param argv arguments
 * @param[out] options what it says
 * @param[out] error what cannot be used
 * @return true when all can be used
 */
bool
ReadOptions(int argc, char* argv[], Options& options, std::string& error)
{
    double clientDelay = 5;
    double serverDelay = 5;
    double replyDelay = 8;
    double bound = 10;
    uint32_t mtu = 0;
    CommandLine cmd(__FILE__);
    cmd.Usage("A director between real clients and real servers. Interfaces are "
              "KIND:INTERFACE@ADDRESS/LENGTH[,via=ADDRESS], with KIND tap, raw, bridge or local.");
    cmd.AddValue("client", "interface to the clients, at the client router", options.client);
    cmd.AddValue("servers", "interface to the real servers, at their router", options.servers);
    cmd.AddValue("director", "interfaces of the director itself, joined by +", options.director);
    cmd.AddValue("rules", "file of ipvsadm-save -n", options.rules);
    cmd.AddValue("modelled",
                 "number of modelled real servers, 172.30.0.2 and on",
                 options.modelled);
    cmd.AddValue("health", "how real servers are watched: no, icmp, tcp", options.health);
    cmd.AddValue("clientDelay", "delay from the clients to the director, ms", clientDelay);
    cmd.AddValue("serverDelay", "delay from the director to the servers, ms", serverDelay);
    cmd.AddValue("replyDelay", "delay from the servers to the clients, ms", replyDelay);
    cmd.AddValue("rate", "rate of the modelled links", options.rate);
    cmd.AddValue("mtu", "MTU of everything, 0: as the interfaces have it", mtu);
    cmd.AddValue("plain", "a plain router in place of the director", options.isPlain);
    cmd.AddValue("socket", "socket for director-ctl, or no", options.socket);
    cmd.AddValue("pcap",
                 "PREFIX of captures of all interfaces, PREFIX-client.pcap ...",
                 options.pcap);
    cmd.AddValue("duration", "seconds, 0 for until SIGINT", options.duration);
    cmd.AddValue("bound", "lateness up to which the times of the run hold, ms", bound);
    cmd.Parse(argc, argv);
    if (cmd.GetNExtraNonOptions() > 0)
    {
        error = cmd.GetExtraNonOption(0) + ": no option, expected --NAME=VALUE";
        return false;
    }
    for (const double value : {clientDelay, serverDelay, replyDelay, bound, options.duration})
    {
        if (!std::isfinite(value) || value < 0 || value > 1e9)
        {
            error = "a time is below 0 or too long, expected 0 to 1e9";
            return false;
        }
    }
    if (mtu != 0 && (mtu < 68 || mtu > 65521))
    {
        error = "--mtu=" + std::to_string(mtu) + ": expected 68 to 65521";
        return false;
    }
    if (options.modelled > 200)
    {
        error = "--modelled=" + std::to_string(options.modelled) + ": expected 0 to 200";
        return false;
    }
    if (options.socket == "no")
    {
        options.socket.clear();
    }
    options.mtu = static_cast<uint16_t>(mtu);
    options.clientDelay = MicroSeconds(std::llround(clientDelay * 1000));
    options.serverDelay = MicroSeconds(std::llround(serverDelay * 1000));
    options.replyDelay = MicroSeconds(std::llround(replyDelay * 1000));
    options.bound = MicroSeconds(std::llround(bound * 1000));
    return true;
}

/**
 * @brief Say what cannot be used.
 * @param error what
 * @return the exit status for that
 */
int
Refuse(const std::string& error)
{
    std::cerr << "emulated-director: " << error << "\n";
    return 2;
}

} // namespace

int
main(int argc, char* argv[])
{
    DirectorControl::BlockSignals();
    Options options;
    std::string error;
    if (!EmulationHelper::UseRealTime(error) || !ReadOptions(argc, argv, options, error))
    {
        return Refuse(error);
    }
    auto world = std::make_unique<EmulatedWorld>();
    if (!world->Make(options, error))
    {
        return Refuse(error);
    }
    for (const auto& warning : world->m_emulation.GetWarnings())
    {
        std::cerr << "warning: " << warning << "\n";
    }
    if (!options.pcap.empty())
    {
        world->EnablePcap(options.pcap);
    }
    DirectorControl control(world->m_director, std::cout);
    if (!control.Start(options.socket, error))
    {
        return Refuse(error);
    }
    auto monitor = world->m_emulation.GetMonitor();
    monitor->SetAttribute("Bound", TimeValue(options.bound));
    monitor->Start();
    if (options.duration > 0)
    {
        Simulator::Stop(Seconds(options.duration));
    }
    Simulator::Schedule(Time(0), [] { std::cout << "ready" << std::endl; });
    Simulator::Run();
    control.Stop();
    monitor->Stop();
    if (world->m_director)
    {
        std::string listing;
        control.Do({"-L", "-n", "--stats"}, listing, error);
        std::cout << listing;
    }
    world->PrintDrops(std::cout);
    monitor->Print(std::cout);
    world.reset();
    Simulator::Destroy();
    return 0;
}
