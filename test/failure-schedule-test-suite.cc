/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "failure-bench.h"

#include "ns3/failure-event.h"
#include "ns3/ipv4.h"
#include "ns3/node-power.h"
#include "ns3/simulator.h"

#include <set>
#include <sstream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of the schedule of failures, by questions and answers over a small world.
 *
 * 1. Every kind has a name of its own.
 * 2. A loss of power of a site, a server, a director and a router: it is felt from its begin to its
 *    end by the nodes that are hit and by nobody else, and is told.
 * 3. A cut link: nothing gets through, the interfaces at both ends are down and up again.
 * 4. Failures that overlap, that never end, and that come and go.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace failures;

namespace
{

/**
 * @brief Events as text.
 * @param events the events
 * @return for each: number, kind, + or -, milliseconds, and the nodes
 */
std::string
ToText(const std::vector<FailureEvent>& events)
{
    std::ostringstream text;
    for (const auto& event : events)
    {
        text << event.id << ' ' << ToString(event.kind) << (event.begins ? " + " : " - ")
             << event.time.GetMilliSeconds() << " [";
        for (uint32_t node : event.nodes)
        {
            text << ' ' << node;
        }
        text << " ]\n";
    }
    return text.str();
}

/// 1. Names.
class NamesTestCase : public TestCase
{
  public:
    NamesTestCase()
        : TestCase("Names of the kinds of failures")
    {
    }

  private:
    void DoRun() override
    {
        std::set<std::string> names;
        for (uint8_t kind = 0; kind < FAILURE_KINDS; kind++)
        {
            names.insert(ToString(static_cast<FailureKind>(kind)));
        }
        NS_TEST_EXPECT_MSG_EQ(names.size(), FAILURE_KINDS, "all differ");
        NS_TEST_EXPECT_MSG_EQ(ToString(FailureKind::LINK_CUT), std::string("link-cut"), "a word");
        NS_TEST_EXPECT_MSG_EQ(ToString(FailureKind::DRAIN), std::string("drain"), "the last");
    }
};

/// A failure from 1 s to 2 s, and who feels it.
class FeltTestCase : public TestCase
{
  public:
    /**
     * @brief Constructor.
     * @param name name of the test case
     */
    explicit FeltTestCase(const std::string& name)
        : TestCase(name)
    {
    }

  protected:
    /**
     * @brief Check who has felt that nothing got through from 1 s to 2 s.
     *
     * A question takes at most 10.2 ms to each server; what was on its way to or from a node that
     * is hit is lost, too.
     *
     * @param world the world
     * @param hit for each prober, 1 when it must have felt it, else 0
     */
    void Expect(const World& world, const std::string& hit)
    {
        for (std::size_t i = 0; i < hit.size(); i++)
        {
            const Prober& prober = *world.probers[i];
            const bool isHit = hit[i] == '1';
            NS_TEST_EXPECT_MSG_EQ(prober.Answered(Seconds(0), MilliSeconds(970)),
                                  "all",
                                  "before, " << i);
            NS_TEST_EXPECT_MSG_EQ(prober.Answered(Seconds(1), MilliSeconds(1980)),
                                  (isHit ? "none" : "all"),
                                  "meanwhile, " << i);
            NS_TEST_EXPECT_MSG_EQ(prober.Answered(Seconds(2), MilliSeconds(2950)),
                                  "all",
                                  "after, " << i);
            if (!isHit)
            {
                NS_TEST_EXPECT_MSG_EQ(prober.Answered(Seconds(0), MilliSeconds(2950)),
                                      "all",
                                      "at any time, " << i);
            }
        }
    }
};

/// 2. Loss of power.
class PowerTestCase : public FeltTestCase
{
  public:
    PowerTestCase()
        : FeltTestCase("Power of a site, a server, a director, a router")
    {
    }

  private:
    void DoRun() override
    {
        {
            World world;
            world.Fail(FailureKind::SITE_POWER, {world.servers.Get(0), world.servers.Get(1)});
            world.Run();
            Expect(world, "1100");
            const std::string nodes = " [ " + std::to_string(world.servers.Get(0)->GetId()) + " " +
                                      std::to_string(world.servers.Get(1)->GetId()) + " ]\n";
            NS_TEST_EXPECT_MSG_EQ(ToText(world.events),
                                  "0 site-power + 1000" + nodes + "0 site-power - 2000" + nodes,
                                  "the trace");
            NS_TEST_EXPECT_MSG_EQ(world.events[0].target, "target", "as the schedule names it");
        }
        {
            World world;
            world.Fail(FailureKind::SERVER_CRASH, {world.servers.Get(1)});
            world.Run();
            Expect(world, "0100");
        }
        {
            World world;
            world.Fail(FailureKind::DIRECTOR, {world.director});
            world.Run();
            Expect(world, "0001");
        }
        {
            World world;
            world.Fail(FailureKind::ROUTER, {world.sites.GetRouter("East")});
            world.Run();
            Expect(world, "1100");
        }
    }
};

/// 3. A cut link.
class LinkCutTestCase : public FeltTestCase
{
  public:
    LinkCutTestCase()
        : FeltTestCase("A cut link")
    {
    }

  private:
    void DoRun() override
    {
        World world;
        const Ptr<NetDevice> mid = world.GetDevice("Mid", "East");
        const Ptr<NetDevice> east = world.GetDevice("East", "Mid");
        world.Fail(FailureKind::LINK_CUT, {}, {mid, east});
        auto interfaces = [mid, east]() {
            std::string text;
            for (const auto& device : {mid, east})
            {
                Ptr<Ipv4> ipv4 = device->GetNode()->GetObject<Ipv4>();
                for (uint32_t i = 0; i < ipv4->GetNInterfaces(); i++)
                {
                    if (!ipv4->IsUp(i))
                    {
                        text += ipv4->GetNetDevice(i) == device ? "down " : "wrong ";
                    }
                }
            }
            return text;
        };
        std::vector<std::string> seen;
        for (uint32_t time : {999, 1001, 1999, 2001})
        {
            Simulator::Schedule(MilliSeconds(time),
                                [&seen, interfaces]() { seen.push_back(interfaces()); });
        }
        world.Run();
        Expect(world, "1100");
        // questions that were on the link, and answers
        NS_TEST_EXPECT_MSG_EQ(world.probers[0]->Answered(MilliSeconds(985), MilliSeconds(995)),
                              "none",
                              "in flight on the link");
        NS_TEST_ASSERT_MSG_EQ(seen.size(), 4, "looked");
        NS_TEST_EXPECT_MSG_EQ(seen[0] + "/" + seen[1] + "/" + seen[2] + "/" + seen[3],
                              "/down down /down down /",
                              "one interface at each end");
        NS_TEST_ASSERT_MSG_EQ(world.events.size(), 2, "begin and end");
        NS_TEST_EXPECT_MSG_EQ(world.events[0].nodes.size(), 2, "both ends");
    }
};

/// 4. Overlaps, never, that come and go.
class TimesTestCase : public FeltTestCase
{
  public:
    TimesTestCase()
        : FeltTestCase("Overlapping, endless and flapping failures")
    {
    }

  private:
    void DoRun() override
    {
        {
            // The site loses its power in the midst of a crash, and its link is cut meanwhile.
            World world;
            Failure failure = world.Fail(FailureKind::SERVER_CRASH, {world.servers.Get(0)});
            failure.kind = FailureKind::SITE_POWER;
            failure.nodes.push_back(world.servers.Get(1));
            failure.begin = MilliSeconds(1500);
            failure.end = MilliSeconds(2500);
            world.schedule->Add(failure);
            failure.kind = FailureKind::LINK_CUT;
            failure.nodes.clear();
            failure.devices = {world.GetDevice("Mid", "East"), world.GetDevice("East", "Mid")};
            failure.begin = MilliSeconds(2400);
            failure.end = MilliSeconds(2600);
            world.schedule->Add(failure);
            failure.kind = FailureKind::ROUTER;
            failure.nodes = {world.sites.GetRouter("East")};
            failure.devices.clear();
            failure.begin = MilliSeconds(2500);
            failure.end = MilliSeconds(2700);
            world.schedule->Add(failure);
            world.Run(MilliSeconds(3500));
            const Prober& first = *world.probers[0];
            const Prober& second = *world.probers[1];
            NS_TEST_EXPECT_MSG_EQ(first.Answered(Seconds(1), MilliSeconds(2680)), "none", "0");
            NS_TEST_EXPECT_MSG_EQ(second.Answered(Seconds(1), MilliSeconds(1480)), "all", "1");
            NS_TEST_EXPECT_MSG_EQ(second.Answered(MilliSeconds(1500), MilliSeconds(2680)),
                                  "none",
                                  "second server");
            for (const Prober* prober : {&first, &second})
            {
                NS_TEST_EXPECT_MSG_EQ(prober->Answered(MilliSeconds(2700), MilliSeconds(3450)),
                                      "all",
                                      "after the last");
            }
            NS_TEST_EXPECT_MSG_EQ(world.probers[2]->Answered(Seconds(0), MilliSeconds(3450)),
                                  "all",
                                  "who is not hit");
        }
        {
            World world;
            Failure failure = world.Fail(FailureKind::SERVER_CRASH, {world.servers.Get(0)});
            failure.begin = MilliSeconds(2500);
            failure.end = Time::Max();
            const uint32_t id = world.schedule->Add(failure);
            world.Run(Seconds(20));
            NS_TEST_EXPECT_MSG_EQ(world.probers[0]->Answered(Seconds(2), MilliSeconds(2480)),
                                  "all",
                                  "before");
            NS_TEST_EXPECT_MSG_EQ(world.probers[0]->Answered(MilliSeconds(2500), Seconds(20)),
                                  "none",
                                  "for ever");
            NS_TEST_EXPECT_MSG_EQ(world.schedule->IsOn(id), true, "it is on");
            NS_TEST_EXPECT_MSG_EQ(world.schedule->IsOn(0), false, "the first is over");
            NS_TEST_EXPECT_MSG_EQ(world.events.size(), 3, "no end");
        }
        {
            // On for 100 ms of each 400 ms, from 1 s to 2.25 s: 1, 1.4, 1.8 and 2.2 s; the last one
            // is cut short.
            World world;
            Failure failure;
            failure.kind = FailureKind::SERVER_CRASH;
            failure.nodes = {world.servers.Get(0)};
            failure.begin = Seconds(1);
            failure.end = MilliSeconds(2250);
            failure.period = MilliSeconds(400);
            failure.duty = 0.25;
            world.schedule->Add(failure);
            // Always on, in two pieces without a gap.
            failure.nodes = {world.servers.Get(1)};
            failure.end = Seconds(2);
            failure.period = MilliSeconds(500);
            failure.duty = 1;
            world.schedule->Add(failure);
            world.Run();
            std::vector<FailureEvent> events;
            for (FailureEvent event : world.events)
            {
                event.nodes.clear();
                events.push_back(event);
            }
            NS_TEST_EXPECT_MSG_EQ(ToText(events),
                                  "0 server-crash + 1000 [ ]\n"
                                  "1 server-crash + 1000 [ ]\n"
                                  "0 server-crash - 1100 [ ]\n"
                                  "0 server-crash + 1400 [ ]\n"
                                  "1 server-crash - 1500 [ ]\n"
                                  "0 server-crash - 1500 [ ]\n"
                                  "1 server-crash + 1500 [ ]\n"
                                  "0 server-crash + 1800 [ ]\n"
                                  "0 server-crash - 1900 [ ]\n"
                                  "1 server-crash - 2000 [ ]\n"
                                  "0 server-crash + 2200 [ ]\n"
                                  "0 server-crash - 2250 [ ]\n",
                                  "each time it comes and goes");
            const Prober& prober = *world.probers[0];
            for (uint32_t begin : {1000, 1400, 1800})
            {
                NS_TEST_EXPECT_MSG_EQ(
                    prober.Answered(MilliSeconds(begin), MilliSeconds(begin + 80)),
                    "none",
                    "on at " << begin);
                NS_TEST_EXPECT_MSG_EQ(
                    prober.Answered(MilliSeconds(begin + 100), MilliSeconds(begin + 370)),
                    "all",
                    "off after " << begin);
            }
            NS_TEST_EXPECT_MSG_EQ(prober.Answered(MilliSeconds(2250), MilliSeconds(2950)),
                                  "all",
                                  "at the end");
            NS_TEST_EXPECT_MSG_EQ(world.probers[1]->Answered(Seconds(1), MilliSeconds(1980)),
                                  "none",
                                  "all the time");
        }
    }
};

/// Tests of the schedule of failures.
class FailureScheduleTestSuite : public TestSuite
{
  public:
    FailureScheduleTestSuite()
        : TestSuite("gipt-failure-schedule")
    {
        AddTestCase(new NamesTestCase);
        AddTestCase(new PowerTestCase);
        AddTestCase(new LinkCutTestCase);
        AddTestCase(new TimesTestCase);
    }
};

FailureScheduleTestSuite g_failureScheduleTestSuite; ///< the suite

} // namespace
