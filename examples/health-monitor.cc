/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup global-ip-tunneling
 * A real server whose tunnel is broken answers at its own address all the same. Asked there, it
 * stays in service and half of the clients are lost; asked through the tunnel, it is taken out.
 *
 *     client     director (VIP)    server 1        server 2
 *       |             |               |               |
 *     =================== 10.0.0.0/24 ===================
 *
 * At 20 s "ip link set tunl0 down" happens to server 1, at 60 s it is mended. The same minute and a
 * half is run with each way of asking; the program ends with status 0 when the tunnel's way served
 * more.
 */

#include "ns3/core-module.h"
#include "ns3/csma-module.h"
#include "ns3/global-ip-tunneling-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"

#include <iostream>
#include <string>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/// What came of a run
struct Result
{
    uint64_t started{0}; //!< requests
    uint64_t served{0};  //!< requests served
};

/**
 * @brief Say what the monitor found.
 * @param what "down" or "up"
 * @param server the real server
 * @param port the port asked
 */
void
Tell(std::string what, Ipv4Address server, uint16_t port)
{
    std::cout << "    " << Simulator::Now().GetSeconds() << " s: " << server << " is " << what
              << "\n";
}

/**
 * @brief A minute and a half of service.
 * @param method how servers are asked
 * @param tunnel whether through the tunnel
 * @return what came of it
 */
Result
Run(const std::string& method, bool tunnel)
{
    NodeContainer nodes(4); // client, director, server 1, server 2
    InternetStackHelper().Install(nodes);
    const auto devices = CsmaHelper().Install(nodes);
    const auto lan = Ipv4AddressHelper("10.0.0.0", "255.255.255.0").Assign(devices);

    const Ipv4Address vip("198.51.100.1");
    DirectorHelper helper;
    helper.AddService("tcp", vip, 80, "rr");
    helper.AddRealServer(vip, 80, lan.GetAddress(2));
    helper.AddRealServer(vip, 80, lan.GetAddress(3));
    helper.SetHealthCheckAttribute("Method", StringValue(method));
    helper.SetHealthCheckAttribute("Tunnel", BooleanValue(tunnel));
    const auto check = helper.Install(nodes.Get(1)).Get(1);
    check->TraceConnectWithoutContext("ServerDown", MakeBoundCallback(&Tell, std::string("down")));
    check->TraceConnectWithoutContext("ServerUp", MakeBoundCallback(&Tell, std::string("up")));

    const auto tunnels = RealServerHelper().Install(NodeContainer(nodes.Get(2), nodes.Get(3)), vip);
    nodes.Get(2)->AddApplication(CreateObject<RequestServer>());
    nodes.Get(3)->AddApplication(CreateObject<RequestServer>());
    const auto ipv4 = nodes.Get(2)->GetObject<Ipv4>();
    const auto interface = static_cast<uint32_t>(ipv4->GetInterfaceForDevice(tunnels.Get(0)));
    Simulator::Schedule(Seconds(20), &Ipv4::SetDown, ipv4, interface);
    Simulator::Schedule(Seconds(60), &Ipv4::SetUp, ipv4, interface);

    const auto client = CreateObject<RequestClient>();
    client->SetAttribute("Remote", Ipv4AddressValue(vip));
    client->SetAttribute("Interval", StringValue("ns3::ConstantRandomVariable[Constant=0.1]"));
    client->SetAttribute("Timeout", TimeValue(Seconds(5)));
    client->SetAttribute("LastStart", TimeValue(Seconds(90)));
    nodes.Get(0)->AddApplication(client);

    Ipv4GlobalRoutingHelper::PopulateRoutingTables(); // also leads to the VIP
    Simulator::Stop(Seconds(100));
    Simulator::Run();
    const Result result{client->GetStarted(), client->GetCount(ConnectionOutcome::SERVED)};
    Simulator::Destroy();
    return result;
}

} // namespace

int
main(int argc, char* argv[])
{
    std::string method = "icmp";
    CommandLine cmd(__FILE__);
    cmd.AddValue("method", "how servers are asked: icmp, tcp, http or udp", method);
    cmd.Parse(argc, argv);
    std::string error;
    if (!HealthProbe::FromMethod(method, error))
    {
        std::cerr << "--method=" << method << ": " << error << std::endl;
        return 2;
    }
    Result results[2];
    for (const bool tunnel : {false, true})
    {
        std::cout << "asked by " << method
                  << (tunnel ? " through the tunnel:" : " at its own address:") << "\n";
        results[tunnel] = Run(method, tunnel);
        std::cout << "  " << results[tunnel].served << " of " << results[tunnel].started
                  << " requests were served\n";
    }
    return results[1].served > results[0].served ? 0 : 1;
}
