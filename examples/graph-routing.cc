/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup global-ip-tunneling
 * What routers do between the failure of a link and the time they all know of it.
 *
 *     0 --x-- 1 ----- 2 ----- 3
 *     |                       |
 *     7 ----- 6 ----- 5 ----- 4        a ring, 8 routers unless told otherwise
 *
 * Router 2 sends a packet to router 0 every 10 ms. After one second the link between 0 and 1 is
 * cut. Router 1 sees that at once, and drops what it gets; each router knows the new way only after
 * a delay of its own. When 1 knows it and 2 does not, packets go back and forth between them until
 * their time to live is over.
 *
 * Every packet sent is accounted for, or the program fails.
 */

#include "ns3/command-line.h"
#include "ns3/graph-routing-helper.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/packet.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/string.h"

#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

constexpr uint8_t EXPERIMENT = 253;         //!< protocol number for experiments (RFC 3692)
constexpr uint32_t SENDER = 2;              //!< the router that sends
const Time INTERVAL = MilliSeconds(10);     //!< between two packets
const Time CUT = MilliSeconds(1000);        //!< when the link is cut
const Time AFTER = MilliSeconds(1000);      //!< for how long packets are sent when all know the way
const Ipv4Address DESTINATION("192.0.2.1"); //!< of router 0, on its loopback interface

/** The ring, and what becomes of packets. */
class Ring
{
  public:
    /**
     * @brief Make the ring.
     * @param count number of routers
     * @param delay convergence delay in seconds, a random variable as text
     */
    Ring(uint32_t count, const std::string& delay)
    {
        m_routers.Create(count);
        GraphRoutingHelper routing;
        m_graph = routing.GetGraph();
        m_graph->SetAttribute("ConvergenceDelay", StringValue(delay));
        m_graph->AssignStreams(1);
        InternetStackHelper stack;
        stack.SetRoutingHelper(routing);
        stack.SetIpv6StackInstall(false);
        stack.Install(m_routers);
        PointToPointHelper link;
        link.SetDeviceAttribute("DataRate", StringValue("1Gbps"));
        link.SetChannelAttribute("Delay", StringValue("2ms"));
        Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.252");
        for (uint32_t i = 0; i < count; i++)
        {
            addresses.Assign(link.Install(m_routers.Get(i), m_routers.Get((i + 1) % count)));
            addresses.NewNetwork();
            Ptr<Ipv4L3Protocol> ipv4 = m_routers.Get(i)->GetObject<Ipv4L3Protocol>();
            ipv4->TraceConnectWithoutContext("Drop", MakeCallback(&Ring::HandleDrop, this));
            ipv4->TraceConnectWithoutContext("LocalDeliver",
                                             MakeCallback(&Ring::HandleDelivery, this));
        }
        m_routers.Get(0)->GetObject<Ipv4>()->AddAddress(
            0,
            Ipv4InterfaceAddress(DESTINATION, Ipv4Mask::GetOnes()));
        m_graph->TraceConnectWithoutContext("Convergence",
                                            MakeCallback(&Ring::HandleConvergence, this));
    }

    /**
     * @brief Run until all routers know of the cut, and a second more.
     * @return true when every packet is accounted for
     */
    bool Run()
    {
        Simulator::Schedule(Seconds(0), &Ring::Send, this);
        Simulator::Schedule(CUT, &Ring::Cut, this);
        Tell("before");
        Simulator::Run();
        Tell("after");
        std::cout << "\n" << m_sent << " packets sent";
        uint32_t sum = 0;
        for (const auto& [what, count] : m_counts)
        {
            std::cout << ", " << count << " " << what;
            sum += count;
        }
        std::cout << "\n";
        return sum == m_sent && m_counts["delivered"] > 0;
    }

  private:
    /** Send a packet, and the next one later. */
    void Send()
    {
        if (m_last.IsZero() || Simulator::Now() <= m_last)
        {
            m_sent++;
            Ptr<Ipv4L3Protocol> ipv4 = m_routers.Get(SENDER)->GetObject<Ipv4L3Protocol>();
            const Ipv4Address source = ipv4->GetAddress(1, 0).GetLocal();
            ipv4->Send(Create<Packet>(100), source, DESTINATION, EXPERIMENT, nullptr);
            Simulator::Schedule(INTERVAL, &Ring::Send, this);
        }
    }

    /** Cut the link between 0 and 1: the first interface of both after the loopback. */
    void Cut()
    {
        for (uint32_t router : {0, 1})
        {
            m_routers.Get(router)->GetObject<Ipv4>()->SetDown(1);
        }
        Tell("cut");
    }

    /**
     * @brief Tell the way packets go now.
     * @param what has happened
     */
    void Tell(const std::string& what)
    {
        const auto path = m_graph->GetPath(m_routers.Get(SENDER), DESTINATION);
        std::cout << std::setw(7) << std::fixed << std::setprecision(3)
                  << Simulator::Now().GetSeconds() << " s  " << std::left << std::setw(16) << what
                  << std::right << "  way:";
        for (const auto& router : path.routers)
        {
            std::cout << " " << Find(router);
        }
        std::cout << (path.ending == RoutingGraph::DELIVERED  ? ""
                      : path.ending == RoutingGraph::NO_ROUTE ? " and no further"
                                                              : " and so on, a loop")
                  << "\n";
    }

    /**
     * @brief The number of a router.
     * @param router the router
     * @return its place in the ring
     */
    uint32_t Find(Ptr<Node> router) const
    {
        uint32_t i = 0;
        while (m_routers.Get(i) != router)
        {
            i++;
        }
        return i;
    }

    /**
     * @brief A router has learnt of the cut.
     * @param router the router
     * @param delay since the cut
     */
    void HandleConvergence(Ptr<Node> router, Time delay)
    {
        Tell("router " + std::to_string(Find(router)) + " knows");
        if (m_graph->IsConverged())
        {
            m_last = Simulator::Now() + AFTER;
        }
    }

    /**
     * @brief A packet was dropped.
     * @param header its header
     * @param packet what follows
     * @param reason why
     * @param ipv4 by whom
     * @param interface where
     */
    void HandleDrop(const Ipv4Header& header,
                    Ptr<const Packet> packet,
                    Ipv4L3Protocol::DropReason reason,
                    Ptr<Ipv4> ipv4,
                    uint32_t interface)
    {
        if (header.GetProtocol() == EXPERIMENT)
        {
            m_counts[reason == Ipv4L3Protocol::DROP_TTL_EXPIRED ? "looped" : "lost at the cut"]++;
        }
    }

    /**
     * @brief A packet has arrived.
     * @param header its header
     * @param packet what follows
     * @param interface where it came in
     */
    void HandleDelivery(const Ipv4Header& header, Ptr<const Packet> packet, uint32_t interface)
    {
        if (header.GetProtocol() == EXPERIMENT)
        {
            m_counts["delivered"]++;
        }
    }

    NodeContainer m_routers;                  ///< in the order of the ring
    Ptr<RoutingGraph> m_graph;                ///< their routes
    uint32_t m_sent{0};                       ///< packets
    Time m_last;                              ///< when the last packet is sent, zero: not known yet
    std::map<std::string, uint32_t> m_counts; ///< packets by what became of them
};

} // namespace

int
main(int argc, char* argv[])
{
    uint32_t routers = 8;
    double least = 0.1;
    double most = 2;
    uint32_t run = 1;
    CommandLine cmd(__FILE__);
    cmd.AddValue("routers", "number of routers in the ring, 4 to 60", routers);
    cmd.AddValue("least", "least delay until a router knows of a change, seconds", least);
    cmd.AddValue("most", "greatest delay, seconds", most);
    cmd.AddValue("run", "run number of the random number generator", run);
    cmd.Parse(argc, argv);
    if (routers < 4 || routers > 60 || !(least >= 0 && least <= most))
    {
        std::cerr << "graph-routing: --routers=" << routers << " --least=" << least
                  << " --most=" << most << ", expected 4 to 60 routers and 0 <= least <= most\n";
        return 2;
    }
    RngSeedManager::SetRun(run);
    std::ostringstream delay;
    delay << "ns3::UniformRandomVariable[Min=" << least << "|Max=" << most << "]";
    Ring ring(routers, delay.str());
    const bool isComplete = ring.Run();
    Simulator::Destroy();
    std::cout << (isComplete ? "Every packet is accounted for.\n" : "Packets are missing!\n");
    return isComplete ? 0 : 1;
}
