/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup global-ip-tunneling
 * One failure of each kind, and what a client sees of it.
 *
 *              Denver (client, director)
 *             /      \
 *       Seattle --- New York      two servers in Seattle, two in New York
 *
 * A client sends a request every 40 ms for 10 s; each failure lasts from 3 s to 7 s, in a world of
 * its own. With --fail only the failures that are named there befall one world.
 */

#include "ns3/core-module.h"
#include "ns3/global-ip-tunneling-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"

#include <algorithm>
#include <array>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

const Time END = Seconds(10);          ///< no request begins later
const Time TIMEOUT = Seconds(2);       ///< of a request
const Ipv4Address VIP("198.51.100.1"); ///< the service

/// What a client saw in one world.
struct Seen
{
    std::array<uint32_t, CONNECTION_OUTCOME_COUNT> outcomes{}; ///< requests, by outcome
    Time slowest;                                              ///< longest time to an answer
    Time lastLost;     ///< when the last request began that was not served
    uint32_t down{0};  ///< servers that the health check found dead
    uint32_t begun{0}; ///< how often a failure began
};

/**
 * @brief Make the topology.
 * @return three cities and three links
 */
SiteGraph
MakeGraph()
{
    SiteGraph graph;
    for (const char* name : {"Denver", "Seattle", "New York"})
    {
        SiteGraph::City city;
        city.name = name;
        graph.AddCity(city);
    }
    for (const auto& [from, to, delay] :
         std::vector<std::array<uint32_t, 3>>{{0, 1, 8}, {0, 2, 13}, {1, 2, 20}})
    {
        SiteGraph::Link link;
        link.from = from;
        link.to = to;
        link.delay = MilliSeconds(delay);
        graph.AddLink(link);
    }
    return graph;
}

/**
 * @brief Let failures befall a world.
 * @param fail the failures
 * @param[out] seen gets what the client saw
 * @return empty, or one line that says why not
 */
std::string
Run(const std::string& fail, Seen& seen)
{
    RngSeedManager::SetSeed(1);
    MultiSiteHelper world;
    world.SetTopology(MakeGraph());
    Ptr<Node> client = world.AddClients("Denver", 1).Get(0);
    Ptr<Node> directorNode = world.AddDirector("Denver");
    NodeContainer servers = world.AddServers("Seattle", 2);
    servers.Add(world.AddServers("New York", 2));

    DirectorHelper helper;
    helper.AddService("tcp", VIP, 80, "rr");
    for (uint32_t i = 0; i < servers.GetN(); i++)
    {
        helper.AddRealServer(VIP, 80, world.GetAddress(servers.Get(i)));
        servers.Get(i)->AddApplication(CreateObject<RequestServer>());
    }
    helper.SetHealthCheckAttribute("Interval", TimeValue(MilliSeconds(500)));
    helper.SetHealthCheckAttribute("Timeout", TimeValue(MilliSeconds(400)));
    ApplicationContainer applications = helper.Install(directorNode);
    RealServerHelper().Install(servers, VIP);
    world.Announce(VIP, directorNode);

    Ptr<RequestClient> requests = CreateObject<RequestClient>();
    requests->SetAttribute("Remote", Ipv4AddressValue(VIP));
    requests->SetAttribute("Interval", StringValue("ns3::ConstantRandomVariable[Constant=0.04]"));
    requests->SetAttribute("Timeout", TimeValue(TIMEOUT));
    requests->SetAttribute("LastStart", TimeValue(END));
    client->AddApplication(requests);

    Ptr<FailureSchedule> schedule = CreateObject<FailureSchedule>();
    FailureHelper failures(world);
    failures.SetHorizon(END);
    failures.SetStream(100);
    const std::string error = failures.Add(fail, "--fail=" + fail, schedule);
    if (!error.empty())
    {
        Simulator::Destroy();
        return error;
    }
    schedule->AssignStreams(200);

    using Connection = void (*)(Seen*, const ConnectionReport&);
    Connection note = [](Seen* seen, const ConnectionReport& report) {
        seen->outcomes[static_cast<uint8_t>(report.outcome)]++;
        if (report.outcome == ConnectionOutcome::SERVED)
        {
            seen->slowest = std::max(seen->slowest, report.latency);
        }
        else
        {
            seen->lastLost = std::max(seen->lastLost, report.start);
        }
    };
    requests->TraceConnectWithoutContext("ConnectionEnd", MakeBoundCallback(note, &seen));
    using Down = void (*)(Seen*, Ipv4Address, uint16_t);
    Down down = [](Seen* seen, Ipv4Address address, uint16_t port) { seen->down++; };
    applications.Get(1)->TraceConnectWithoutContext("ServerDown", MakeBoundCallback(down, &seen));
    using Event = void (*)(Seen*, const FailureEvent&);
    Event event = [](Seen* seen, const FailureEvent& event) { seen->begun += event.begins; };
    schedule->TraceConnectWithoutContext("Failure", MakeBoundCallback(event, &seen));

    Simulator::Stop(END + TIMEOUT + MilliSeconds(1));
    Simulator::Run();
    Simulator::Destroy();
    return "";
}

/**
 * @brief Print what a client saw.
 * @param fail the failures
 * @param seen what it saw
 */
void
Print(const std::string& fail, const Seen& seen)
{
    auto count = [&seen](ConnectionOutcome outcome) {
        return seen.outcomes[static_cast<uint8_t>(outcome)];
    };
    uint32_t all = 0;
    for (uint32_t outcome : seen.outcomes)
    {
        all += outcome;
    }
    const uint32_t served = count(ConnectionOutcome::SERVED);
    const uint32_t late = count(ConnectionOutcome::CONNECT_TIMEOUT);
    const uint32_t half = count(ConnectionOutcome::RESPONSE_TIMEOUT);
    const double lastLost = served < all ? seen.lastLost.GetSeconds() : 0;
    std::cout << std::left << std::setw(44) << fail << std::right << std::setw(6) << seen.begun
              << std::setw(8) << served << std::setw(10) << late << std::setw(10) << half
              << std::setw(8) << all - served - late - half << std::setw(9)
              << seen.slowest.GetMilliSeconds() << std::setw(9) << std::fixed
              << std::setprecision(2) << lastLost << std::setw(8) << seen.down << "\n";
}

} // namespace

int
main(int argc, char* argv[])
{
    std::string fail;
    CommandLine cmd(__FILE__);
    cmd.AddValue("fail",
                 "only these failures: [KIND:]TARGET@FROM-TO[:VALUE][~PERIOD[/DUTY]] or "
                 "random:KIND:mtbf=TIME,mttr=TIME[,...], separated by commas, or file:PATH",
                 fail);
    cmd.Parse(argc, argv);
    const std::string option = "--fail=";
    for (int i = 1; i < argc; i++)
    {
        // CommandLine cuts values at blanks, which names of cities have
        const std::string argument(argv[i]);
        if (argument.compare(0, option.size(), option) == 0)
        {
            fail = argument.substr(option.size());
        }
    }

    std::vector<std::string> gallery{fail};
    if (fail.empty())
    {
        gallery = {
            "site-power:Seattle@3s-7s",
            "server-crash:Seattle-server-1@3s-7s",
            "director-crash:Denver-director-1@3s-7s",
            "router-crash:New York@3s-7s",
            "link-cut:Denver|Seattle@3s-7s",
            "link-cut:Denver|Seattle@3s-7s~1s/0.5",
            "one-way:Seattle>Denver@3s-7s",
            "loss:Denver|Seattle@3s-7s:5%",
            "delay:Denver|Seattle@3s-7s:100ms",
            "slow-server:Seattle-server-1@3s-7s:500ms",
            "black-hole:Seattle-server-1@3s-7s",
            "drain:Seattle-server-1@3s-7s",
            "random:server-crash:mtbf=10s,mttr=1s",
        };
    }
    std::vector<Seen> seen(gallery.size());
    for (std::size_t i = 0; i < gallery.size(); i++)
    {
        const std::string error = Run(gallery[i], seen[i]);
        if (!error.empty())
        {
            std::cerr << error << "\n";
            return 2;
        }
    }
    std::cout << "                                                    requests               "
                 "               slowest     last servers\n"
                 "failure                                      begun  served no-connect no-answer"
                 "   other     (ms) lost (s)  down\n";
    for (std::size_t i = 0; i < gallery.size(); i++)
    {
        Print(gallery[i], seen[i]);
    }
    return 0;
}
