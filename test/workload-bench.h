/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_WORKLOAD_BENCH_H
#define GIPT_WORKLOAD_BENCH_H

#include "ns3/application-container.h"
#include "ns3/boolean.h"
#include "ns3/connection-report.h"
#include "ns3/director-helper.h"
#include "ns3/director.h"
#include "ns3/double.h"
#include "ns3/global-value.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipip-l4-protocol.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/names.h"
#include "ns3/node-container.h"
#include "ns3/object-ptr-container.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/point-to-point-net-device.h"
#include "ns3/real-server-helper.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-l4-protocol.h"
#include "ns3/uinteger.h"
#include "ns3/workload-client.h"

#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * A small world for tests of workloads.
 *
 * @verbatim
   client 10.0.0.2 --- router --- director 10.0.0.6, VIP 198.51.100.1
   light 10.128.0.0/16   |
                      servers 10.0.0.10, .14, ...
   @endverbatim
 *
 * Each host hangs on the router by a link of 5 ms and 1 Gbit/s.
 */

namespace workloads
{

/// Everything of the small world
class Bench
{
  public:
    /**
     * @brief Make it.
     * @param serverCount number of real servers
     */
    explicit Bench(uint32_t serverCount)
    {
        ns3::RngSeedManager::SetSeed(1);
        ns3::RngSeedManager::SetRun(1);
        nodes.Create(3 + serverCount); // router, client, director, servers
        ns3::InternetStackHelper().Install(nodes);
        ns3::PointToPointHelper link;
        link.SetDeviceAttribute("DataRate", ns3::StringValue("1Gbps"));
        link.SetChannelAttribute("Delay", ns3::StringValue("5ms"));
        ns3::Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.252");
        ns3::Ipv4StaticRoutingHelper routing;
        for (uint32_t i = 1; i < nodes.GetN(); i++)
        {
            devices.push_back(link.Install(nodes.Get(0), nodes.Get(i)));
            auto ends = addresses.Assign(devices.back());
            addresses.NewNetwork();
            routing.GetStaticRouting(nodes.Get(i)->GetObject<ns3::Ipv4>())
                ->SetDefaultRoute(ends.GetAddress(0), 1);
            hosts.push_back(ends.GetAddress(1));
        }
        auto router = routing.GetStaticRouting(nodes.Get(0)->GetObject<ns3::Ipv4>());
        router->AddHostRouteTo(vip, hosts[1], 2);
        router->AddNetworkRouteTo("10.128.0.0", "255.255.0.0", hosts[0], 1);
        ns3::gipt::DirectorHelper helper;
        helper.SetAttribute("IcmpRateLimit", ns3::TimeValue(ns3::Seconds(0)));
        helper.AddService("tcp", vip, 80, "rr");
        helper.AddService("udp", vip, 80, "rr");
        ns3::gipt::RealServerHelper realServers;
        for (uint32_t i = 0; i < serverCount; i++)
        {
            helper.AddRealServer(vip, 80, hosts[2 + i]);
            realServers.Install(GetServer(i), vip);
        }
        director = ns3::DynamicCast<ns3::gipt::Director>(helper.Install(nodes.Get(2)).Get(0));
    }

    ~Bench()
    {
        ns3::Simulator::Destroy();
    }

    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    /**
     * @brief Put an application on each server.
     * @tparam SERVER its class
     * @return the applications
     */
    template <typename SERVER>
    std::vector<ns3::Ptr<SERVER>> Serve()
    {
        std::vector<ns3::Ptr<SERVER>> servers;
        for (uint32_t i = 0; i + 3 < nodes.GetN(); i++)
        {
            servers.push_back(ns3::CreateObject<SERVER>());
            servers.back()->SetAttribute("Port", ns3::UintegerValue(80));
            servers.back()->SetAttribute("Name", ns3::StringValue("s" + std::to_string(i + 1)));
            GetServer(i)->AddApplication(servers.back());
        }
        return servers;
    }

    /**
     * @brief Put a workload on the client.
     * @tparam CLIENT its class
     * @param interval time between connections, seconds
     * @param last when the last one may begin, seconds
     * @return the workload
     */
    template <typename CLIENT>
    ns3::Ptr<CLIENT> Ask(double interval, double last)
    {
        auto client = ns3::CreateObject<CLIENT>();
        client->SetAttribute("Remote", ns3::Ipv4AddressValue(vip));
        client->SetAttribute("Port", ns3::UintegerValue(80));
        client->SetAttribute("Interval",
                             ns3::StringValue("ns3::ConstantRandomVariable[Constant=" +
                                              std::to_string(interval) + "]"));
        client->SetAttribute("LastStart", ns3::TimeValue(ns3::Seconds(last)));
        client->TraceConnectWithoutContext("ConnectionStart",
                                           ns3::MakeCallback(&Bench::HandleStart, this));
        client->TraceConnectWithoutContext("ConnectionEnd",
                                           ns3::MakeCallback(&Bench::HandleEnd, this));
        nodes.Get(1)->AddApplication(client);
        return client;
    }

    /**
     * @brief Run to a time.
     * @param seconds the time
     */
    void Run(double seconds)
    {
        ns3::Simulator::Stop(ns3::Seconds(seconds) - ns3::Simulator::Now());
        ns3::Simulator::Run();
    }

    /**
     * @brief The node of a server.
     * @param i its number, from 0
     * @return the node
     */
    ns3::Ptr<ns3::Node> GetServer(uint32_t i) const
    {
        return nodes.Get(3 + i);
    }

    /**
     * @brief Count the reported ends of one kind.
     * @param outcome the kind
     * @return connections
     */
    uint64_t Count(ns3::gipt::ConnectionOutcome outcome) const
    {
        uint64_t count = 0;
        for (const auto& report : reports)
        {
            count += report.outcome == outcome ? 1 : 0;
        }
        return count;
    }

    const ns3::Ipv4Address vip{"198.51.100.1"};       ///< address of the services
    ns3::NodeContainer nodes;                         ///< router, client, director, servers
    std::vector<ns3::NetDeviceContainer> devices;     ///< of each link: router, host
    std::vector<ns3::Ipv4Address> hosts;              ///< client, director, servers
    ns3::Ptr<ns3::gipt::Director> director;           ///< the director
    uint64_t starts{0};                               ///< connections begun
    std::vector<ns3::gipt::ConnectionReport> reports; ///< of those that have ended

  private:
    /**
     * @brief A connection began.
     * @param report what is known
     */
    void HandleStart(const ns3::gipt::ConnectionReport& report)
    {
        starts++;
    }

    /**
     * @brief A connection ended.
     * @param report what is known
     */
    void HandleEnd(const ns3::gipt::ConnectionReport& report)
    {
        reports.push_back(report);
    }
};

} // namespace workloads

#endif // GIPT_WORKLOAD_BENCH_H
