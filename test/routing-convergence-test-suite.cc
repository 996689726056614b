/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "routing-net.h"

#include "ns3/ipv4-header.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/pointer.h"
#include "ns3/random-variable-stream.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/test.h"

#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of routing while the network changes.
 *
 * 1. Long random sequences of failures and announcements, with random convergence delays: each
 *    router does what a router would that had just been told of the changes it knows; twice the
 * same.
 * 2. A micro-loop on a network made for it: lost, then looping until the TTL ends, then delivered.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace ns3::gipt::tests;

namespace
{

/// 1. Failures, announcements and convergence at random.
class RandomTestCase : public TestCase
{
  public:
    RandomTestCase()
        : TestCase("Routers do what they would if just told what they know")
    {
    }

  private:
    /// What each router would do about each address, by router, then address.
    using Table = std::vector<std::vector<uint32_t>>;

    void DoRun() override
    {
        for (const char* delay :
             {"ns3::ConstantRandomVariable[Constant=0]", "ns3::UniformRandomVariable[Min=0|Max=3]"})
        {
            const std::string first = Play(delay);
            NS_TEST_EXPECT_MSG_EQ(Play(delay), first, "the same again");
            NS_TEST_EXPECT_MSG_EQ((first.size() > 1000), true, "something happened");
        }
    }

    /**
     * @brief Play a random sequence.
     * @param delay convergence delay, as text
     * @return what routers did, told in numbers
     */
    std::string Play(const std::string& delay)
    {
        m_random = MakeRandom(7);
        m_log.str("");
        m_net = std::make_unique<RoutingNet>(ROUTERS);
        m_links.assign(LINKS, true);
        m_announced.assign(ROUTERS, false);
        m_known.assign(ROUTERS, Seconds(0));
        m_tables.clear();
        const SiteGraph sites = MakeGraph(m_random, ROUTERS, LINKS);
        for (const auto& link : sites.GetLinks())
        {
            m_net->Connect(link.from, link.to, link.delay);
        }
        Ptr<RoutingGraph> graph = m_net->GetGraph();
        graph->SetAttribute("ConvergenceDelay", StringValue(delay));
        graph->AssignStreams(8);
        graph->TraceConnectWithoutContext("Convergence",
                                          MakeCallback(&RandomTestCase::HandleConvergence, this));
        m_tables[Seconds(0)] = MakeTable();
        for (uint32_t i = 1; i <= STEPS; i++)
        {
            Simulator::Schedule(MilliSeconds(400 * i + m_random->GetInteger(0, 399)),
                                &RandomTestCase::Change,
                                this);
            Simulator::Schedule(MilliSeconds(400 * i) + MicroSeconds(1),
                                &RandomTestCase::Check,
                                this);
        }
        Simulator::Schedule(MilliSeconds(400 * STEPS + 5000), &RandomTestCase::Check, this);
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(graph->IsConverged(), true, "at the end all know everything");
        Simulator::Destroy();
        m_net.reset();
        return m_log.str();
    }

    /// Change one to three things at once.
    void Change()
    {
        bool isChange = false;
        Ptr<RoutingGraph> graph = m_net->GetGraph();
        for (uint32_t count = m_random->GetInteger(1, 3); count > 0; count--)
        {
            if (m_random->GetInteger(0, 3) == 0)
            {
                const uint32_t router = m_random->GetInteger(0, ROUTERS - 1);
                m_announced[router] = !m_announced[router];
                isChange = true;
                m_announced[router]
                    ? graph->Announce(VIP, Ipv4Mask::GetOnes(), m_net->nodes.Get(router))
                    : graph->Withdraw(VIP, Ipv4Mask::GetOnes(), m_net->nodes.Get(router));
            }
            else
            {
                const uint32_t link = m_random->GetInteger(0, LINKS - 1);
                m_links[link] = !m_links[link];
                isChange = true;
                m_net->SetLink(link, m_links[link]);
            }
        }
        if (isChange)
        {
            m_tables[Simulator::Now()] = MakeTable();
        }
    }

    /**
     * @brief What routers would do that have just been told everything.
     * @return the table
     */
    Table MakeTable()
    {
        // A graph of its own, made anew from the interfaces; it knows no past.
        Ptr<RoutingGraph> fresh = CreateObject<RoutingGraph>();
        for (uint32_t i = 0; i < ROUTERS; i++)
        {
            fresh->AddRouter(m_net->nodes.Get(i));
        }
        for (const auto& pair : m_net->devices)
        {
            for (uint32_t end : {0, 1})
            {
                Ptr<Node> node = pair.Get(end)->GetNode();
                SetInterface(fresh,
                             node,
                             node->GetObject<Ipv4>()->GetInterfaceForDevice(pair.Get(end)));
            }
        }
        for (uint32_t i = 0; i < ROUTERS; i++)
        {
            SetInterface(fresh, m_net->nodes.Get(i), 0);
            if (m_announced[i])
            {
                fresh->Announce(VIP, Ipv4Mask::GetOnes(), m_net->nodes.Get(i));
            }
        }
        return Read(fresh);
    }

    /**
     * @brief Tell a graph of an interface.
     * @param graph the graph
     * @param node the router
     * @param interface its interface
     */
    void SetInterface(Ptr<RoutingGraph> graph, Ptr<Node> node, uint32_t interface)
    {
        graph->SetInterface(graph->AddRouter(node),
                            interface,
                            node->GetObject<Ipv4>()->IsUp(interface),
                            true);
    }

    /**
     * @brief Read a graph.
     * @param graph the graph
     * @return what each router does
     */
    Table Read(Ptr<RoutingGraph> graph)
    {
        Table table(ROUTERS);
        for (uint32_t router = 0; router < ROUTERS; router++)
        {
            for (uint32_t to = 0; to <= ROUTERS; to++)
            {
                const auto route = graph->GetRoute(m_net->nodes.Get(router),
                                                   to < ROUTERS ? RoutingNet::GetAddress(to) : VIP);
                table[router].push_back(route.found ? route.interface : NOTHING);
            }
        }
        return table;
    }

    /// Compare what each router does now with what it would do by what it knows.
    void Check()
    {
        const Table table = Read(m_net->GetGraph());
        for (uint32_t router = 0; router < ROUTERS; router++)
        {
            const Table& known = m_tables.at(m_known[router]);
            Ptr<Ipv4> ipv4 = m_net->nodes.Get(router)->GetObject<Ipv4>();
            for (uint32_t to = 0; to <= ROUTERS; to++)
            {
                uint32_t expected = known[router][to];
                if (expected != NOTHING && !ipv4->IsUp(expected))
                {
                    expected = NOTHING; // this it sees itself
                }
                NS_TEST_ASSERT_MSG_EQ(table[router][to],
                                      expected,
                                      Simulator::Now() << ": " << router << " to " << to);
                m_log << table[router][to] % 100 << " ";
            }
        }
    }

    /**
     * @brief A router has learnt of a change.
     * @param router the router
     * @param delay since the change
     */
    void HandleConvergence(Ptr<Node> router, Time delay)
    {
        for (uint32_t i = 0; i < ROUTERS; i++)
        {
            if (m_net->nodes.Get(i) == router)
            {
                m_known[i] = Simulator::Now() - delay;
            }
        }
    }

    static constexpr uint32_t ROUTERS = 9;   ///< routers
    static constexpr uint32_t LINKS = 16;    ///< links
    static constexpr uint32_t STEPS = 150;   ///< changes
    static constexpr uint32_t NOTHING = 999; ///< no route
    const Ipv4Address VIP{"198.51.100.1"};   ///< an anycast address

    Ptr<UniformRandomVariable> m_random; ///< of the sequence
    std::unique_ptr<RoutingNet> m_net;   ///< the network
    std::vector<bool> m_links;           ///< which are up
    std::vector<bool> m_announced;       ///< who announces the address
    std::vector<Time> m_known;           ///< by router: time of the last change it knows
    std::map<Time, Table> m_tables;      ///< by time of change: what those do who know it
    std::ostringstream m_log;            ///< what routers did
};

/// 2. A micro-loop.
class LoopTestCase : public TestCase
{
  public:
    LoopTestCase()
        : TestCase("Packets are lost, loop and arrive as routers converge")
    {
    }

  private:
    void DoRun() override
    {
        // 0 - 1 - 2 - 3 - 0, the last link the longest: 2 goes to 0 by way of 1.
        RoutingNet net(4);
        const uint32_t cut = net.Connect(0, 1, MilliSeconds(1));
        net.Connect(1, 2, MilliSeconds(1));
        net.Connect(2, 3, MilliSeconds(1));
        net.Connect(3, 0, MilliSeconds(5));
        Ptr<RoutingGraph> graph = net.GetGraph();
        // Router 1 knows at 1.5 s, router 2 at 3 s.
        Ptr<DeterministicRandomVariable> delay = CreateObject<DeterministicRandomVariable>();
        double delays[] = {0.1, 0.5, 2, 0.1};
        delay->SetValueArray(delays, 4);
        graph->SetAttribute("ConvergenceDelay", PointerValue(delay));
        for (uint32_t i = 0; i < 4; i++)
        {
            net.nodes.Get(i)->GetObject<Ipv4L3Protocol>()->TraceConnectWithoutContext(
                "Drop",
                MakeCallback(&LoopTestCase::HandleDrop, this));
        }
        net.nodes.Get(0)->GetObject<Ipv4L3Protocol>()->TraceConnectWithoutContext(
            "LocalDeliver",
            MakeCallback(&LoopTestCase::HandleDelivery, this));
        Simulator::Schedule(Seconds(1), &RoutingNet::SetLink, &net, cut, false, 2);
        for (uint32_t i = 0; i < 50; i++)
        {
            Simulator::Schedule(MilliSeconds(50 + 100 * i),
                                &RoutingNet::Send,
                                &net,
                                2,
                                RoutingNet::GetAddress(0));
        }
        std::vector<std::string> ways;
        for (int64_t time : {900, 1200, 2000, 4000})
        {
            Simulator::Schedule(MilliSeconds(time),
                                [&] { ways.push_back(net.Way(2, RoutingNet::GetAddress(0))); });
        }
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(ways.at(0), "2 1 0", "before");
        NS_TEST_EXPECT_MSG_EQ(ways.at(1), "2 1 nowhere", "1 sees that its link is down");
        NS_TEST_EXPECT_MSG_EQ(ways.at(2), "2 1 2 round", "1 knows, 2 does not");
        NS_TEST_EXPECT_MSG_EQ(ways.at(3), "2 3 0", "both know");
        // 10 before the cut, 5 until 1.5 s, 15 until 3 s, 20 from then on; a packet takes 64 ms to
        // its death, so that the one sent at 2.95 s gets out of the loop.
        NS_TEST_EXPECT_MSG_EQ(m_delivered, 31, "delivered");
        NS_TEST_EXPECT_MSG_EQ(m_drops[Ipv4L3Protocol::DROP_NO_ROUTE], 5, "lost at the link");
        NS_TEST_EXPECT_MSG_EQ(m_drops[Ipv4L3Protocol::DROP_TTL_EXPIRED], 14, "looped");
        NS_TEST_EXPECT_MSG_EQ(m_drops.size(), 2, "nothing else was dropped");
        Simulator::Destroy();
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
        if (header.GetProtocol() == 253)
        {
            m_drops[reason]++;
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
        m_delivered += header.GetProtocol() == 253;
    }

    uint32_t m_delivered{0};                                ///< packets that arrived
    std::map<Ipv4L3Protocol::DropReason, uint32_t> m_drops; ///< packets that did not
};

/// Tests of routing while the network changes.
class RoutingConvergenceTestSuite : public TestSuite
{
  public:
    RoutingConvergenceTestSuite()
        : TestSuite("gipt-routing-convergence")
    {
        AddTestCase(new RandomTestCase);
        AddTestCase(new LoopTestCase);
    }
};

RoutingConvergenceTestSuite g_routingConvergenceTestSuite; ///< the suite

} // namespace
