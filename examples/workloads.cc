/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup global-ip-tunneling
 * Every kind of workload through one director, with an oracle that says what became of each
 * connection; half way one of the two real servers is unplugged.
 *
 * @verbatim
   client 10.0.0.1, light clients 10.128.0.0/16
        |
        +--- LAN --- director 10.0.0.2 --- 2 real servers 10.0.0.3 and 10.0.0.4
   @endverbatim
 */

#include "ns3/command-line.h"
#include "ns3/connection-oracle.h"
#include "ns3/csma-helper.h"
#include "ns3/director-helper.h"
#include "ns3/director.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/light-responder.h"
#include "ns3/node-container.h"
#include "ns3/oracle-observer.h"
#include "ns3/oracle-report.h"
#include "ns3/real-server-helper.h"
#include "ns3/request-server.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/udp-request-server.h"
#include "ns3/uinteger.h"
#include "ns3/workload-helper.h"

#include <iomanip>
#include <iostream>

using namespace ns3;
using namespace ns3::gipt;

int
main(int argc, char* argv[])
{
    double duration = 60;
    bool fail = true;
    CommandLine cmd(__FILE__);
    cmd.AddValue("duration", "seconds in which connections begin", duration);
    cmd.AddValue("fail", "unplug a real server from one half to two thirds of the time", fail);
    cmd.Parse(argc, argv);

    NodeContainer nodes(4); // client, director, servers
    InternetStackHelper().Install(nodes);
    auto lan = Ipv4AddressHelper("10.0.0.0", "255.255.255.0").Assign(CsmaHelper().Install(nodes));
    Ipv4StaticRoutingHelper routing;
    routing.GetStaticRouting(nodes.Get(0)->GetObject<Ipv4>())
        ->AddHostRouteTo("198.51.100.1", lan.GetAddress(1), 1);
    const Ipv4Address vip("198.51.100.1");
    DirectorHelper helper;
    helper.SetHealthCheckAttribute("Interval", TimeValue(Seconds(1)));
    auto oracle = CreateObject<ConnectionOracle>();
    auto observer = CreateObject<OracleObserver>();
    observer->SetOracle(oracle);
    oracle->AddClients("0.0.0.0", "0.0.0.0", "LAN");
    for (uint16_t port : {80, 81, 53})
    {
        helper.AddService(port == 53 ? "udp" : "tcp", vip, port, "rr");
        helper.AddRealServer(vip, port, lan.GetAddress(2));
        helper.AddRealServer(vip, port, lan.GetAddress(3));
    }
    for (uint32_t i = 2; i < 4; i++)
    {
        const std::string name = "server-" + std::to_string(i - 1);
        RealServerHelper().Install(nodes.Get(i), vip);
        auto tcp = CreateObject<RequestServer>();
        auto udp = CreateObject<UdpRequestServer>();
        auto light = CreateObject<LightResponder>();
        light->SetAttribute("Port", UintegerValue(81));
        for (const Ptr<Application>& server :
             {Ptr<Application>(tcp), Ptr<Application>(udp), Ptr<Application>(light)})
        {
            server->SetAttribute("Name", StringValue(name));
            nodes.Get(i)->AddApplication(server);
        }
        routing.GetStaticRouting(nodes.Get(i)->GetObject<Ipv4>())
            ->AddNetworkRouteTo("10.128.0.0", "255.255.0.0", lan.GetAddress(0), 1);
        observer->WatchServer(name, "LAN", lan.GetAddress(i), nodes.Get(i));
    }
    auto applications = helper.Install(nodes.Get(1));
    observer->WatchDirector("director", DynamicCast<Director>(applications.Get(0)));
    observer->WatchHealth(DynamicCast<HealthCheck>(applications.Get(1)));
    for (uint32_t i = 0; i < nodes.GetN(); i++)
    {
        observer->WatchNode(nodes.Get(i));
    }

    ApplicationContainer clients;
    for (const std::string kind : {"request", "session", "long-lived", "udp", "light"})
    {
        WorkloadHelper workload(kind, vip, kind == "udp" ? 53 : kind == "light" ? 81 : 80);
        workload.SetAttribute("Interval", StringValue("ns3::ExponentialRandomVariable[Mean=0.2]"));
        workload.SetAttribute("LastStart", TimeValue(Seconds(duration)));
        clients.Add(workload.Install(nodes.Get(0)));
    }
    WorkloadHelper::AssignStreams(clients, 0);
    clients.Stop(Seconds(duration + 15));
    for (uint32_t i = 0; i < clients.GetN(); i++)
    {
        observer->WatchWorkload(DynamicCast<WorkloadClient>(clients.Get(i)));
    }
    if (fail)
    {
        FailureEvent event;
        event.kind = FailureKind::SERVER_CRASH;
        event.target = "server-1";
        event.nodes = {nodes.Get(2)->GetId()};
        const auto plug = [=](bool isOff) {
            FailureEvent now = event;
            now.begins = isOff;
            now.time = Simulator::Now();
            oracle->Fail(now);
            const auto ipv4 = nodes.Get(2)->GetObject<Ipv4>();
            isOff ? ipv4->SetDown(1) : ipv4->SetUp(1);
        };
        Simulator::Schedule(Seconds(duration / 2), [=]() { plug(true); });
        Simulator::Schedule(Seconds(duration * 2 / 3), [=]() {
            plug(false);
            Ipv4StaticRoutingHelper()
                .GetStaticRouting(nodes.Get(2)->GetObject<Ipv4>())
                ->AddNetworkRouteTo("10.128.0.0", "255.255.0.0", lan.GetAddress(0), 1);
        });
    }
    Simulator::Stop(Seconds(duration + 20));
    Simulator::Run();

    std::cout << std::left << std::setw(14) << "workload" << std::right << std::setw(12)
              << "connections" << std::setw(10) << "served" << std::setw(18) << "mean latency/ms"
              << "\n";
    for (uint32_t i = 0; i < clients.GetN(); i++)
    {
        auto client = DynamicCast<WorkloadClient>(clients.Get(i));
        StringValue name;
        client->GetAttribute("Name", name);
        const uint64_t served = client->GetCount(ConnectionOutcome::SERVED);
        std::cout << std::left << std::setw(14) << name.Get() << std::right << std::setw(12)
                  << client->GetStarted() << std::setw(10) << served << std::setw(18) << std::fixed
                  << std::setprecision(3)
                  << (served ? client->GetServedLatency().GetSeconds() * 1000 / double(served) : 0)
                  << "\n";
    }
    std::cout << "\n";
    OracleReport(oracle).PrintTable(std::cout);
    const bool isRight = oracle->IsComplete() && oracle->GetOpen() == 0 &&
                         oracle->GetCount(ConnectionCategory::UNEXPLAINED) == 0;
    Simulator::Destroy();
    return isRight ? 0 : 1;
}
