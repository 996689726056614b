/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "packet-bench.h"

#include "ns3/director-group-helper.h"
#include "ns3/graph-routing-helper.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/node-container.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/pointer.h"
#include "ns3/route-announcer.h"
#include "ns3/simulator.h"
#include "ns3/test.h"

#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of directors in two sites that announce the same VIP.
 *
 * 1. Each client's packets go to the nearest director; a stop withdraws at once, a loss of power
 *    after HoldTime, a return announces after ReturnDelay and ends what is left of the session
 *    before.
 * 2. A VIP without quorum is withdrawn, and only that one.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace packets;

namespace
{

/// Two routers, a director at each
class AnycastBench : public Simulation
{
  public:
    /**
     * @param hold HoldTime
     * @param delay ReturnDelay
     * @param stop when the second director stops, 0 for never
     */
    AnycastBench(Time hold, Time delay, Time stop = Seconds(0))
        : routers(2)
    {
        GraphRoutingHelper routing;
        InternetStackHelper stack;
        stack.SetRoutingHelper(routing);
        stack.Install(routers);
        graph = routing.GetGraph();
        PointToPointHelper link;
        Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.252");
        addresses.Assign(link.Install(routers));
        NodeContainer hosts(2);
        InternetStackHelper().Install(hosts);
        for (uint32_t i = 0; i < 2; i++)
        {
            addresses.NewNetwork();
            const auto devices = link.Install(routers.Get(i), hosts.Get(i));
            const auto interfaces = addresses.Assign(devices);
            graph->AttachHost(hosts.Get(i), devices.Get(0), interfaces.GetAddress(1));
            own.push_back(interfaces.GetAddress(1));
            directors.push_back(CreateObject<Director>());
            if (i == 1 && !stop.IsZero())
            {
                directors[i]->SetStopTime(stop);
            }
            hosts.Get(i)->AddApplication(directors[i]);
            directors[i]->AddService("192.0.2.80", 80, 6, "rr");
            directors[i]->AddService("192.0.2.80", 443, 6, "rr");
            directors[i]->AddService("192.0.2.81", 80, 6, "rr");
        }
        DirectorGroupHelper group;
        group.SetAnnouncerAttribute("HoldTime", TimeValue(hold));
        group.SetAnnouncerAttribute("ReturnDelay", TimeValue(delay));
        const auto applications = group.InstallAnycast(hosts, graph);
        for (uint32_t i = 0; i < 2; i++)
        {
            announcers.push_back(DynamicCast<RouteAnnouncer>(applications.Get(i)));
        }
    }

    /**
     * @brief To which directors the routers lead.
     * @param vip address of the service
     * @return for each router "0", "1" or "-"
     */
    std::string Ways(const char* vip = "192.0.2.80") const
    {
        std::string ways;
        for (uint32_t i = 0; i < 2; i++)
        {
            const auto path = graph->GetPath(routers.Get(i), vip);
            if (path.ending != RoutingGraph::DELIVERED)
            {
                ways += "-";
                continue;
            }
            const auto last = path.routers.back();
            ways += std::to_string(last == routers.Get(0) ? 0 : 1);
        }
        return ways;
    }

    /**
     * @brief Take a director's power, or give it back.
     * @param index of the director
     * @param isOn whether it has power
     */
    void SetPower(uint32_t index, bool isOn)
    {
        const std::vector<Restartable*> applications{PeekPointer(directors[index]),
                                                     PeekPointer(announcers[index])};
        for (Restartable* each : applications)
        {
            isOn ? each->PowerOn() : each->PowerOff();
        }
    }

    NodeContainer routers;                       ///< both
    Ptr<RoutingGraph> graph;                     ///< theirs
    std::vector<Ipv4Address> own;                ///< addresses of the directors
    std::vector<Ptr<Director>> directors;        ///< both
    std::vector<Ptr<RouteAnnouncer>> announcers; ///< both
};

/// Coming and going
class AnnouncementTestCase : public TestCase
{
  public:
    AnnouncementTestCase()
        : TestCase("Announced, withdrawn at once, and after the hold time")
    {
    }

  private:
    void DoRun() override
    {
        AnycastBench bench(Seconds(90), Seconds(0));
        NS_TEST_EXPECT_MSG_EQ(bench.Ways(), "--", "nobody yet");
        bench.Run(Seconds(10));
        NS_TEST_EXPECT_MSG_EQ(bench.Ways(), "01", "each to the nearest");
        bench.SetPower(1, false);
        bench.Run(MilliSeconds(89999));
        NS_TEST_EXPECT_MSG_EQ(bench.Ways(), "01", "nobody has noticed");
        bench.Run(MilliSeconds(2));
        NS_TEST_EXPECT_MSG_EQ(bench.Ways(), "00", "after the hold time");
        bench.SetPower(1, true);
        bench.Run(MilliSeconds(1));
        NS_TEST_EXPECT_MSG_EQ(bench.Ways(), "01", "back");
        Simulator::Destroy();

        AnycastBench late(Seconds(90), Seconds(5), Seconds(200));
        late.Run(MilliSeconds(4999));
        NS_TEST_EXPECT_MSG_EQ(late.Ways(), "--", "not yet");
        late.Run(MilliSeconds(2));
        NS_TEST_EXPECT_MSG_EQ(late.Ways(), "01", "after the delay");
        late.SetPower(0, false);
        late.Run(Seconds(10));
        NS_TEST_EXPECT_MSG_EQ(late.Ways(), "01", "nobody has noticed");
        late.SetPower(0, true);
        late.Run(MilliSeconds(4999));
        NS_TEST_EXPECT_MSG_EQ(late.Ways(), "11", "a new session ends the old one");
        late.Run(MilliSeconds(2));
        NS_TEST_EXPECT_MSG_EQ(late.Ways(), "01", "after the delay");
        // power that is lost again before the delay is over
        late.SetPower(0, false);
        late.SetPower(0, true);
        late.Run(Seconds(1));
        late.SetPower(0, false);
        late.Run(Seconds(170));
        NS_TEST_EXPECT_MSG_EQ(late.Ways(), "11", "silent all the time");
        late.SetPower(0, true);
        late.Run(Seconds(209) - Simulator::Now());
        NS_TEST_EXPECT_MSG_EQ(late.Ways(), "00", "who is stopped is withdrawn");
    }
};

/// Quorum
class QuorumTestCase : public TestCase
{
  public:
    QuorumTestCase()
        : TestCase("A VIP without quorum is withdrawn")
    {
    }

  private:
    void DoRun() override
    {
        AnycastBench bench(Seconds(90), Seconds(0));
        bench.Run(Seconds(1));
        const auto& announcer = bench.announcers[1];
        const auto http = bench.directors[1]->FindService("192.0.2.80", 80, 6);
        const auto https = bench.directors[1]->FindService("192.0.2.80", 443, 6);
        announcer->ChangeQuorum(http, false);
        NS_TEST_EXPECT_MSG_EQ(bench.Ways(), "00", "withdrawn");
        NS_TEST_EXPECT_MSG_EQ(bench.Ways("192.0.2.81"), "01", "the other VIP is not");
        announcer->ChangeQuorum(https, false);
        announcer->ChangeQuorum(http, true);
        NS_TEST_EXPECT_MSG_EQ(bench.Ways(), "00", "the other service lacks it");
        announcer->ChangeQuorum(https, true);
        NS_TEST_EXPECT_MSG_EQ(bench.Ways(), "01", "announced again");
        NS_TEST_EXPECT_MSG_EQ(announcer->IsAnnounced("192.0.2.80"), true, "as it says");
    }
};

/// The test suite
class RouteAnnouncerTestSuite : public TestSuite
{
  public:
    RouteAnnouncerTestSuite()
        : TestSuite("gipt-route-announcer")
    {
        AddTestCase(new AnnouncementTestCase);
        AddTestCase(new QuorumTestCase);
    }
};

/// The suite
RouteAnnouncerTestSuite g_routeAnnouncerTestSuite;

} // namespace
