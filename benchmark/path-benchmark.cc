/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup global-ip-tunneling
 * The way of a packet through a director, or through a plain router, to be counted by callgrind.
 *
 * @verbatim
 *   client ------ director ------ router ------ server
 *         10.1/16          10.2/16       10.3/16
 * @endverbatim
 *
 * The same four nodes and links in both modes, with static routes. In mode "router" the client
 * sends to the server's own address; in mode "director" to the VIP of a service that the second
 * node directs: 10,000 live connections, a health check, and a tunnel to the server. Each packet
 * holds 512 octets of UDP payload, and comes from another of 10,000 client ports.
 *
 * bench.py runs it with two numbers of packets; what the second run costs more, divided by the
 * packets it sends more, is the cost of one.
 */

#include "ns3/callback.h"
#include "ns3/command-line.h"
#include "ns3/director.h"
#include "ns3/health-check.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/real-server-helper.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"
#include "ns3/string.h"
#include "ns3/udp-l4-protocol.h"
#include "ns3/udp-socket-factory.h"

#include <cstdint>
#include <iostream>
#include <string>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

constexpr uint16_t SERVICE_PORT = 9000;  //!< where the server listens
constexpr uint16_t FIRST_PORT = 10000;   //!< the client's lowest port
constexpr uint32_t PAYLOAD = 512;        //!< octets in each packet
constexpr uint8_t UDP = 17;              //!< protocol number
const Time INTERVAL = MicroSeconds(100); //!< between two packets
const char* const VIP = "10.0.0.100";    //!< service address
const char* const RIP = "10.3.0.2";      //!< the server's own address
const char* const CLIENT = "10.1.0.1";   //!< the client's address

/// The client: sends one packet after the other, each from another port
class Sender
{
  public:
    /**
     * @param node the client
     * @param destination where to
     * @param ports how many ports to use
     * @param packets how many packets to send
     */
    Sender(Ptr<Node> node, Ipv4Address destination, uint32_t ports, uint32_t packets)
        : m_udp(node->GetObject<UdpL4Protocol>()),
          m_destination(destination),
          m_ports(ports),
          m_left(packets)
    {
    }

    /**
     * @brief Send a packet, and the others one by one after it.
     */
    void Send()
    {
        if (m_left-- > 0)
        {
            // Far from the last one: no neighbour in any table. A socket for each port would take
            // longer to bind than all packets to be sent.
            m_next = (m_next + 7919) % m_ports;
            m_udp->Send(Create<Packet>(PAYLOAD),
                        Ipv4Address(CLIENT),
                        m_destination,
                        static_cast<uint16_t>(FIRST_PORT + m_next),
                        SERVICE_PORT);
            Simulator::Schedule(INTERVAL, &Sender::Send, this);
        }
    }

  private:
    Ptr<UdpL4Protocol> m_udp;  //!< the client's UDP
    Ipv4Address m_destination; //!< where to
    uint32_t m_ports;          //!< how many ports to use
    uint32_t m_left;           //!< packets not yet sent
    uint32_t m_next{0};        //!< the port that sent last
};

/// Packets that arrived at the server
uint32_t g_received = 0;

/**
 * @brief The server takes what has arrived.
 * @param socket its socket
 */
void
Receive(Ptr<Socket> socket)
{
    while (const auto packet = socket->Recv())
    {
        g_received += packet->GetSize() == PAYLOAD;
    }
}

/**
 * @brief Make the second node a director and the last one its real server.
 * @param nodes client, director, router, server
 * @param connections how many connections are live from the beginning
 */
void
Direct(const NodeContainer& nodes, uint32_t connections)
{
    auto director = CreateObject<Director>();
    nodes.Get(1)->AddApplication(director);
    director->AddService(VIP, SERVICE_PORT, UDP, "rr");
    director->AddRealServer(director->FindService(VIP, SERVICE_PORT, UDP), RIP, SERVICE_PORT);
    RealServerHelper().Install(nodes.Get(3), VIP);

    auto check = CreateObject<HealthCheck>();
    // It is there, but asks only once: what it costs is not a matter of packets.
    check->SetAttribute("Interval", TimeValue(Hours(1)));
    nodes.Get(1)->AddApplication(check);

    Simulator::Schedule(MilliSeconds(1), [director, connections]() {
        for (uint32_t i = 0; i < connections; i++)
        {
            ConnectionKey key;
            key.client = Ipv4Address(CLIENT);
            key.clientPort = FIRST_PORT + i;
            key.virtualAddress = Ipv4Address(VIP);
            key.virtualPort = SERVICE_PORT;
            key.protocol = UDP;
            director->Decide(key, 0, PAYLOAD + 28, Simulator::Now());
        }
    });
}

} // namespace

int
main(int argc, char* argv[])
{
    std::string mode = "director";
    uint32_t packets = 10000;
    uint32_t connections = 10000;
    CommandLine cmd(__FILE__);
    cmd.AddValue("mode", "what the second node is: \"router\" or \"director\"", mode);
    cmd.AddValue("packets", "number of packets to send", packets);
    cmd.AddValue("connections", "number of client ports, 1 to 50000", connections);
    cmd.Parse(argc, argv);
    if ((mode != "router" && mode != "director") || connections < 1 || connections > 50000)
    {
        std::cerr << "path-benchmark: --mode=" << mode << " --connections=" << connections
                  << ": not such a mode or number, see --help" << std::endl;
        return 2;
    }

    NodeContainer nodes(4);
    InternetStackHelper().Install(nodes);
    PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", StringValue("10Gbps"));
    link.SetChannelAttribute("Delay", StringValue("1us"));
    Ipv4StaticRoutingHelper routing;
    for (uint32_t i = 0; i < 3; i++)
    {
        const std::string network = "10." + std::to_string(i + 1) + ".0.0";
        Ipv4AddressHelper(network.c_str(), "255.255.0.0")
            .Assign(link.Install(nodes.Get(i), nodes.Get(i + 1)));
    }
    const auto route = [&](uint32_t node, const char* network, const char* gateway) {
        routing.GetStaticRouting(nodes.Get(node)->GetObject<Ipv4>())
            ->AddNetworkRouteTo(network,
                                "255.255.0.0",
                                gateway,
                                gateway[3] - '0' == int(node) ? 1 : 2);
    };
    // towards the server, and back
    routing.GetStaticRouting(nodes.Get(0)->GetObject<Ipv4>())->SetDefaultRoute("10.1.0.2", 1);
    route(1, "10.3.0.0", "10.2.0.2");
    route(2, "10.1.0.0", "10.2.0.1");
    routing.GetStaticRouting(nodes.Get(3)->GetObject<Ipv4>())->SetDefaultRoute("10.3.0.1", 1);

    if (mode == "director")
    {
        Direct(nodes, connections);
    }
    auto server = Socket::CreateSocket(nodes.Get(3), UdpSocketFactory::GetTypeId());
    server->Bind(InetSocketAddress(Ipv4Address::GetAny(), SERVICE_PORT));
    server->SetRecvCallback(MakeCallback(&Receive));
    Sender sender(nodes.Get(0), mode == "director" ? VIP : RIP, connections, packets);
    Simulator::Schedule(MilliSeconds(2), &Sender::Send, &sender);
    Simulator::Stop(MilliSeconds(10) + INTERVAL * int64_t(packets));
    Simulator::Run();
    Simulator::Destroy();

    std::cout << mode << ": " << g_received << " of " << packets << " packets received"
              << std::endl;
    return g_received == packets ? 0 : 1;
}
