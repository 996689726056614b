/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup global-ip-tunneling
 * The smallest whole service: a client, a director and two real servers on one LAN. The tutorial
 * (doc/tutorial.rst) explains it line by line; first-director.py is the same in Python.
 *
 *     client     director (VIP)    server 1 (weight 1)    server 2 (weight 3)
 *       |             |                  |                      |
 *     ======================= 10.0.0.0/24 =========================
 */

// listing begins
#include "ns3/core-module.h"
#include "ns3/csma-module.h"
#include "ns3/global-ip-tunneling-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"

#include <iostream>

using namespace ns3;
using namespace ns3::gipt;

int
main(int argc, char* argv[])
{
    std::string scheduler = "wrr";
    CommandLine cmd(__FILE__);
    cmd.AddValue("scheduler", "scheduler of the service", scheduler);
    cmd.Parse(argc, argv);

    NodeContainer nodes(4); // client, director, server 1, server 2
    InternetStackHelper().Install(nodes);
    NetDeviceContainer devices = CsmaHelper().Install(nodes);
    auto lan = Ipv4AddressHelper("10.0.0.0", "255.255.255.0").Assign(devices);

    Ipv4Address vip("198.51.100.1");
    DirectorHelper helper;
    helper.AddService("tcp", vip, 80, scheduler);
    helper.AddRealServer(vip, 80, lan.GetAddress(2), 1);
    helper.AddRealServer(vip, 80, lan.GetAddress(3), 3);
    auto director = DynamicCast<Director>(helper.Install(nodes.Get(1)).Get(0));

    RealServerHelper().Install(NodeContainer(nodes.Get(2), nodes.Get(3)), vip);
    nodes.Get(2)->AddApplication(CreateObject<RequestServer>());
    nodes.Get(3)->AddApplication(CreateObject<RequestServer>());

    auto client = CreateObject<RequestClient>();
    client->SetAttribute("Remote", Ipv4AddressValue(vip));
    nodes.Get(0)->AddApplication(client);

    Ipv4GlobalRoutingHelper::PopulateRoutingTables(); // also leads to the VIP
    Simulator::Stop(Seconds(100));
    Simulator::Run();
    std::cout << client->GetCount(ConnectionOutcome::SERVED) << " of " << client->GetStarted()
              << " requests were served\n";
    DirectorHelper::PrintStats(director, Create<OutputStreamWrapper>(&std::cout));
    Simulator::Destroy();
    return 0;
}
