/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_SERVER_BENCH_H
#define GIPT_SERVER_BENCH_H

#include "packet-bench.h"

#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipip-l4-protocol.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/real-server-helper.h"
#include "ns3/udp-echo-helper.h"

#include <vector>

namespace packets
{

using namespace ns3;
using namespace ns3::gipt;

/**
 * @brief An outer header from the director to the server.
 * @return the header
 */
inline Ip
Outer()
{
    Ip ip;
    ip.source = "10.0.0.10";
    ip.destination = "10.0.0.21";
    ip.protocol = 4;
    ip.ttl = 63;
    return ip;
}

/**
 * @brief A UDP packet from the client to the echo server at the VIP.
 * @return the packet
 */
inline Octets
Request()
{
    return Udp(Ip(), 1024, 7, Data(100));
}

/// A real server on a wire: RIP 10.0.0.21, an echo server (UDP 7) and a sink (TCP 80)
class ServerBench : public Simulation
{
  public:
    /**
     * @param vip address on tunl0
     */
    explicit ServerBench(const char* vip = "10.0.0.100")
        : node(CreateObject<Node>()),
          wire(Prepare(), "10.0.0.21", "255.255.255.0"),
          ipv4(node->GetObject<Ipv4L3Protocol>())
    {
        Ipv4StaticRoutingHelper().GetStaticRouting(ipv4)->SetDefaultRoute("10.0.0.1",
                                                                          wire.GetInterface());
        device = RealServerHelper().Install(node, vip).Get(0);
        tunnel = DynamicCast<IpipL4Protocol>(ipv4->GetProtocol(IpipL4Protocol::PROT_NUMBER));
        UdpEchoServerHelper(7).Install(node);
        PacketSinkHelper("ns3::TcpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), 80))
            .Install(node);
        ipv4->TraceConnectWithoutContext("LocalDeliver", MakeCallback(&ServerBench::Deliver, this));
        Run(MilliSeconds(1));
    }

    /**
     * @brief Send packets and see what comes of them within 10 ms.
     * @param sent the packets
     * @return what left the server
     */
    std::vector<Octets> Exchange(const std::vector<Octets>& sent)
    {
        for (const auto& packet : sent)
        {
            wire.Send(packet);
        }
        Run(MilliSeconds(10));
        return wire.Take();
    }

    /**
     * @brief Whether a tunnelled request to the echo server is answered.
     * @param sent what is sent
     * @return true when there is just the answer
     */
    bool IsAnswered(const std::vector<Octets>& sent)
    {
        Ip back;
        back.source = "10.0.0.100";
        back.destination = "192.0.2.1";
        back.df = false;
        const auto out = Exchange(sent);
        return WithoutId(Only(out)) == Udp(back, 7, 1024, Data(100));
    }

    Ptr<Node> node;             //!< the real server
    Wire wire;                  //!< its link
    Ptr<Ipv4L3Protocol> ipv4;   //!< its IPv4
    Ptr<NetDevice> device;      //!< tunl0
    Ptr<IpipL4Protocol> tunnel; //!< protocol 4
    Ipv4Header delivered;       //!< the last header that a transport protocol got
    uint32_t deliveries[256]{}; //!< packets that transport protocols got, by protocol

  private:
    /**
     * @brief Give the node a stack before it gets a link.
     * @return the node
     */
    Ptr<Node> Prepare()
    {
        InternetStackHelper().Install(node);
        return node;
    }

    /**
     * @brief A packet goes up.
     * @param header its header
     * @param packet what follows it
     * @param interface where it came from
     */
    void Deliver(const Ipv4Header& header, Ptr<const Packet> packet, uint32_t interface)
    {
        delivered = header;
        deliveries[header.GetProtocol()]++;
    }
};

} // namespace packets

#endif // GIPT_SERVER_BENCH_H
