/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_HEALTH_BENCH_H
#define GIPT_HEALTH_BENCH_H

#include "packet-bench.h"

#include "ns3/boolean.h"
#include "ns3/csma-helper.h"
#include "ns3/double.h"
#include "ns3/health-check.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipip-l4-protocol.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/real-server-helper.h"
#include "ns3/request-server.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/udp-echo-helper.h"
#include "ns3/uinteger.h"

#include <string>
#include <utility>
#include <vector>

namespace packets
{

using namespace ns3;
using namespace ns3::gipt;

/**
 * A director, 10.0.0.1, and whole real servers, 10.0.0.2 and on, on a LAN: each has 10.0.0.100 on
 * its tunnel device and answers at TCP port 80 and UDP port 7. The services are TCP 10.0.0.100:80
 * and UDP 10.0.0.100:7.
 */
class ServerFarm : public Simulation
{
  public:
    /**
     * @param servers how many
     * @param weight of each
     */
    explicit ServerFarm(uint32_t servers = 2, uint32_t weight = 1)
        : nodes(servers + 1),
          director(CreateObject<Director>()),
          check(CreateObject<HealthCheck>())
    {
        InternetStackHelper().Install(nodes);
        InternetStackHelper().AssignStreams(nodes, 1000); // ARP draws
        CsmaHelper csma;
        csma.SetChannelAttribute("Delay", TimeValue(MicroSeconds(10)));
        devices = csma.Install(nodes);
        Ipv4AddressHelper("10.0.0.0", "255.255.255.0").Assign(devices);
        nodes.Get(0)->AddApplication(director);
        nodes.Get(0)->AddApplication(check);
        director->AddService("10.0.0.100", 80, 6, "wrr");
        director->AddService("10.0.0.100", 7, 17, "wrr");
        service = director->FindService("10.0.0.100", 80, 6);
        udpService = director->FindService("10.0.0.100", 7, 17);
        for (uint32_t i = 1; i <= servers; i++)
        {
            director->AddRealServer(service, AddressOf(i), 80, weight);
            director->AddRealServer(udpService, AddressOf(i), 7, weight);
            tunnels.push_back(RealServerHelper().Install(nodes.Get(i), "10.0.0.100").Get(0));
            auto server = CreateObject<RequestServer>();
            server->SetAttribute("ResponseSize",
                                 StringValue("ns3::ConstantRandomVariable[Constant=3000]"));
            nodes.Get(i)->AddApplication(server);
            UdpEchoServerHelper(7).Install(nodes.Get(i));
        }
        check->TraceConnectWithoutContext("Probe", MakeCallback(&ServerFarm::Probe, this));
        check->TraceConnectWithoutContext("ServerDown", MakeCallback(&ServerFarm::Down, this));
        check->TraceConnectWithoutContext("ServerUp", MakeCallback(&ServerFarm::Up, this));
        check->TraceConnectWithoutContext("QuorumChanged", MakeCallback(&ServerFarm::Quorum, this));
        check->TraceConnectWithoutContext("Drained", MakeCallback(&ServerFarm::Drained, this));
    }

    /**
     * @brief Watch by a method one of the services only: the other is deleted.
     * @param method "icmp", "tcp", "http" or "udp", with attributes if any
     * @param tunnel through the tunnel
     */
    void Watch(const std::string& method, bool tunnel)
    {
        const bool isUdp = method.compare(0, 3, "udp") == 0;
        director->RemoveService(isUdp ? ServiceId("10.0.0.100", 80, 6)
                                      : ServiceId("10.0.0.100", 7, 17));
        if (isUdp)
        {
            service = udpService;
        }
        check->SetAttribute("Method", StringValue(method));
        check->SetAttribute("Tunnel", BooleanValue(tunnel));
    }

    /**
     * @brief The address of a node.
     * @param index number of the node
     * @return its address
     */
    static Ipv4Address AddressOf(uint32_t index)
    {
        return Ipv4Address(Ipv4Address("10.0.0.1").Get() + index);
    }

    /**
     * @brief The IPv4 of a node.
     * @param index number of the node
     * @return its IPv4
     */
    Ptr<Ipv4L3Protocol> GetIpv4(uint32_t index) const
    {
        return nodes.Get(index)->GetObject<Ipv4L3Protocol>();
    }

    /**
     * @brief Let a server die or come back at a time.
     * @param index number of the node
     * @param time when, from now
     * @param up whether it comes back
     */
    void Set(uint32_t index, Time time, bool up)
    {
        const auto ipv4 = GetIpv4(index);
        Simulator::Schedule(time, [ipv4, up]() { up ? ipv4->SetUp(1) : ipv4->SetDown(1); });
    }

    /**
     * @brief The servers in service, as text.
     * @return last number of each address and its weight, newest first
     */
    std::string Servers() const
    {
        std::string text;
        for (const auto& server : service->GetServers())
        {
            text += ' ' + std::to_string(server->GetAddress().Get() & 255) + ':' +
                    std::to_string(server->GetWeight());
        }
        return text;
    }

    /// What became of a drained server
    struct DrainedServer
    {
        Ipv4Address address;  //!< RIP
        Time time;            //!< when it was out of service
        uint32_t connections; //!< connections that were left
    };

    NodeContainer nodes;                               //!< director and servers
    NetDeviceContainer devices;                        //!< on the LAN
    Ptr<Director> director;                            //!< the director
    Ptr<HealthCheck> check;                            //!< under test
    Ptr<VirtualService> service;                       //!< 10.0.0.100, the one that is watched
    Ptr<VirtualService> udpService;                    //!< 10.0.0.100:7
    std::vector<Ptr<NetDevice>> tunnels;               //!< tunl0 of the servers
    std::vector<std::pair<Ipv4Address, bool>> results; //!< what probes said
    Time slowest;                                      //!< the longest time to an end
    std::vector<std::pair<Ipv4Address, Time>> downs;   //!< servers found dead
    std::vector<std::pair<Ipv4Address, Time>> ups;     //!< servers put back
    std::vector<std::pair<bool, Time>> quorums;        //!< quorum gained or lost
    std::vector<DrainedServer> drained;                //!< servers drained

  private:
    /**
     * @param address the server
     * @param answered whether it answered
     * @param time how long it took
     */
    void Probe(Ipv4Address address, bool answered, Time time)
    {
        results.emplace_back(address, answered);
        slowest = std::max(slowest, time);
    }

    /**
     * @param address the server
     * @param port the port asked
     */
    void Down(Ipv4Address address, uint16_t port)
    {
        downs.emplace_back(address, Simulator::Now());
    }

    /**
     * @param address the server
     * @param port the port asked
     */
    void Up(Ipv4Address address, uint16_t port)
    {
        ups.emplace_back(address, Simulator::Now());
    }

    /**
     * @param changed the service
     * @param has whether it has its quorum
     */
    void Quorum(Ptr<VirtualService> changed, bool has)
    {
        if (changed == service)
        {
            quorums.emplace_back(has, Simulator::Now());
        }
    }

    /**
     * @param from its service
     * @param address the server
     * @param port its port
     * @param connections those left
     */
    void Drained(Ptr<VirtualService> from, Ipv4Address address, uint16_t port, uint32_t connections)
    {
        drained.push_back({address, Simulator::Now(), connections});
    }
};

} // namespace packets

#endif // GIPT_HEALTH_BENCH_H
