/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup global-ip-tunneling
 * A million connections, or as many as are asked for, through a director: the light generator plays
 * a network full of clients on one node, and light responders serve without a socket.
 *
 * @verbatim
   10.128.0.0/16: light clients --- router --- 4 real servers, each on a link of its own
                                      |
                                   director
   @endverbatim
 */

#include "ns3/command-line.h"
#include "ns3/director-helper.h"
#include "ns3/director.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/light-clients.h"
#include "ns3/light-responder.h"
#include "ns3/node-container.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/real-server-helper.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"
#include "ns3/workload-helper.h"

#include <chrono>
#include <iostream>

using namespace ns3;
using namespace ns3::gipt;

int
main(int argc, char* argv[])
{
    uint32_t connections = 50000;
    double rate = 10000;
    std::string close = "fin";
    std::string scheduler = "wrr";
    CommandLine cmd(__FILE__);
    cmd.AddValue("connections", "how many to make", connections);
    cmd.AddValue("rate", "new connections per second", rate);
    cmd.AddValue("close", "how clients close: fin, rst or none", close);
    cmd.AddValue("scheduler", "scheduler of the service", scheduler);
    cmd.Parse(argc, argv);
    if (connections == 0 || !(rate > 0) || (close != "fin" && close != "rst" && close != "none"))
    {
        std::cerr << "million-connections: expected --connections of 1 or more, a --rate above 0, "
                     "and --close=fin, rst or none\n";
        return 2;
    }

    NodeContainer nodes(7); // router, clients, director, servers
    InternetStackHelper().Install(nodes);
    PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", StringValue("100Gbps"));
    link.SetChannelAttribute("Delay", StringValue("1ms"));
    Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.252");
    Ipv4StaticRoutingHelper routing;
    const Ipv4Address vip("198.51.100.1");
    DirectorHelper helper;
    helper.AddService("tcp", vip, 80, scheduler);
    const auto router = routing.GetStaticRouting(nodes.Get(0)->GetObject<Ipv4>());
    for (uint32_t i = 1; i < nodes.GetN(); i++)
    {
        auto ends = addresses.Assign(link.Install(nodes.Get(0), nodes.Get(i)));
        addresses.NewNetwork();
        routing.GetStaticRouting(nodes.Get(i)->GetObject<Ipv4>())
            ->SetDefaultRoute(ends.GetAddress(0), 1);
        if (i == 1)
        {
            router->AddNetworkRouteTo("10.128.0.0", "255.255.0.0", ends.GetAddress(1), 1);
        }
        else if (i == 2)
        {
            router->AddHostRouteTo(vip, ends.GetAddress(1), 2);
        }
        else
        {
            helper.AddRealServer(vip, 80, ends.GetAddress(1));
            RealServerHelper().Install(nodes.Get(i), vip);
            auto responder = CreateObject<LightResponder>();
            responder->SetAttribute("Name", StringValue("server-" + std::to_string(i - 2)));
            nodes.Get(i)->AddApplication(responder);
        }
    }
    auto director = DynamicCast<Director>(helper.Install(nodes.Get(2)).Get(0));

    WorkloadHelper workload("light", vip, 80);
    workload.SetAttribute("MaxConnections", UintegerValue(connections));
    workload.SetAttribute("Close", StringValue(close));
    workload.SetAttribute(
        "Interval",
        StringValue("ns3::ExponentialRandomVariable[Mean=" + std::to_string(1 / rate) + "]"));
    auto clients = DynamicCast<LightClients>(workload.Install(nodes.Get(1)).Get(0));

    Simulator::Stop(Seconds(connections / rate * 1.2 + 10));
    const auto begin = std::chrono::steady_clock::now();
    Simulator::Run();
    const double wall =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    const uint64_t served = clients->GetCount(ConnectionOutcome::SERVED);
    std::cout << served << " of " << clients->GetStarted() << " connections were served\n"
              << "director's table: " << director->GetTable().GetSize() << " entries\n"
              << "clients: " << double(clients->GetMemory()) / double(connections) << " octets and "
              << double(clients->GetSent()) / double(connections) << " packets a connection\n"
              << "simulator: " << double(Simulator::GetEventCount()) / double(connections)
              << " events a connection, " << uint64_t(double(connections) / wall)
              << " connections a second of real time\n";
    const bool isRight = served == connections;
    Simulator::Destroy();
    return isRight ? 0 : 1;
}
