/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "health-bench.h"

#include "ns3/test.h"

#include <cmath>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of what the health monitor does to services: quorum and sorry server, draining, slow start,
 * restart.
 *
 * 1. Quorum with hysteresis: lost below quorum - hysteresis, gained at quorum + hysteresis, told
 *    once each; without a sorry server those that live go on.
 * 2. Sorry server: serves alone while the quorum is lost, deleting and inhibiting; servers that die
 *    and live again meanwhile are known at the end; one service's rule of its own leaves the other
 *    alone; changes of the rules by hand count.
 * 3. Slow start: the law; the weights over time; the load curve with wrr, and that wlc keeps to it;
 *    ended by a change by hand; a death in the middle does not lose the whole weight; by code.
 * 4. Draining: no new connections, the old ones go on; deleted when they have ended, or at the
 *    timeout with those left counted; cancelled; a dead server that is drained does not come back;
 *    a drained server counts for nothing in the quorum.
 * 5. Power lost and back: the services are what they were configured to be, and what is dead is
 *    found dead again.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace packets;

namespace
{

/// New connections, given straight to a farm's director
class Load
{
  public:
    /**
     * @param target the farm
     */
    explicit Load(ServerFarm& target)
        : m_farm(target)
    {
    }

    /**
     * @brief One packet of a connection.
     * @param number of the connection
     * @param flags TCP flags
     * @return last number of the server's address, 0 when it went to none
     */
    uint32_t Send(uint32_t number, uint8_t flags)
    {
        ConnectionKey key;
        key.client = Ipv4Address(Ipv4Address("192.0.2.0").Get() + number / 50000);
        key.clientPort = static_cast<uint16_t>(1024 + number % 50000);
        key.virtualAddress = Ipv4Address("10.0.0.100");
        key.virtualPort = 80;
        key.protocol = 6;
        const auto decision = m_farm.director->Decide(key, flags, 60, Simulator::Now());
        return decision.verdict == Verdict::FORWARD ? decision.server->GetAddress().Get() & 255 : 0;
    }

    /**
     * @brief Begin connections.
     * @param count how many
     * @param server last number of an address
     * @return how many of them that server got
     */
    uint32_t Begin(uint32_t count, uint32_t server)
    {
        uint32_t hits = 0;
        for (uint32_t i = 0; i < count; i++)
        {
            hits += Send(m_next++, SYN) == server;
        }
        return hits;
    }

    /**
     * @brief Let time pass; the director itself looks at its timers only when it gets packets.
     * @param seconds how much
     */
    void Run(uint32_t seconds)
    {
        for (uint32_t i = 0; i < seconds; i++)
        {
            m_farm.Run(Seconds(1));
            m_farm.director->ExpireConnections(Simulator::Now());
        }
        m_farm.Run(MilliSeconds(1));
    }

  private:
    ServerFarm& m_farm;  //!< whose director gets them
    uint32_t m_next{99}; //!< number of the next connection
};

/// Quorum and hysteresis
class QuorumTestCase : public TestCase
{
  public:
    QuorumTestCase()
        : TestCase("Quorum with hysteresis")
    {
    }

  private:
    /**
     * @brief Four servers die and come back one after the other.
     */
    void CheckHysteresis()
    {
        ServerFarm farm(4);
        farm.check->SetAttribute("Quorum", UintegerValue(3));
        farm.check->SetAttribute("Hysteresis", UintegerValue(1));
        // All four die, one every 20 s, and come back in the same order.
        for (uint32_t i = 1; i <= 4; i++)
        {
            farm.Set(i, Seconds(20 * i), false);
            farm.Set(i, Seconds(100 + 20 * i), true);
        }
        const auto id = farm.service->GetId();
        farm.Run(Seconds(59));
        NS_TEST_EXPECT_MSG_EQ(farm.check->HasQuorum(id), true, "2 of 3 are not below 3 - 1");
        farm.Run(Seconds(20));
        NS_TEST_EXPECT_MSG_EQ(farm.check->HasQuorum(id), false, "1 is");
        NS_TEST_EXPECT_MSG_EQ(farm.Servers(), " 5:1", "it serves all the same");
        farm.Run(Seconds(100));
        NS_TEST_EXPECT_MSG_EQ(farm.check->HasQuorum(id), false, "3 are not 3 + 1");
        farm.Run(Seconds(20));
        NS_TEST_EXPECT_MSG_EQ(farm.check->HasQuorum(id), true, "4 are");
        NS_TEST_ASSERT_MSG_EQ(farm.quorums.size(), 2, "told once each");
        NS_TEST_EXPECT_MSG_EQ(farm.quorums.at(0).first, false, "lost");
        NS_TEST_EXPECT_MSG_EQ((farm.quorums.at(0).second == farm.downs.at(2).second), true, "then");
        NS_TEST_EXPECT_MSG_EQ(farm.quorums.at(1).first, true, "gained");
        NS_TEST_EXPECT_MSG_EQ((farm.quorums.at(1).second == farm.ups.at(3).second), true, "then");
    }

    void DoRun() override
    {
        CheckHysteresis();

        // By default it takes one server, and none is none.
        ServerFarm other(1);
        other.Set(1, Seconds(5), false);
        other.Run(Seconds(20));
        NS_TEST_EXPECT_MSG_EQ(other.quorums.size(), 1, "lost with the last one");
        NS_TEST_EXPECT_MSG_EQ(other.check->HasQuorum(ServiceId("10.0.0.99", 80, 6)),
                              true,
                              "of no service nothing is known");
    }
};

/// Sorry server
class SorryTestCase : public TestCase
{
  public:
    /**
     * @param inhibit whether weights are set to 0
     */
    explicit SorryTestCase(bool inhibit)
        : TestCase(std::string("Sorry server") + (inhibit ? ", inhibiting" : "")),
          m_inhibit(inhibit)
    {
    }

  private:
    void DoRun() override
    {
        ServerFarm farm(3, 5);
        farm.director->RemoveRealServer(farm.service, "10.0.0.4", 80);
        farm.check->SetAttribute("InhibitOnFailure", BooleanValue(m_inhibit));
        farm.check->SetQuorum(farm.service->GetId(), {6, 0, "10.0.0.4"});
        farm.Set(1, Seconds(5), false);
        farm.Run(Seconds(20));
        const std::string sorry = m_inhibit ? " 4:1 3:0 2:0" : " 4:1";
        NS_TEST_EXPECT_MSG_EQ(farm.Servers(), sorry, "alone");
        NS_TEST_EXPECT_MSG_EQ(farm.udpService->GetServers().size(),
                              (m_inhibit ? 3 : 2),
                              "the other service has lost the dead one only");
        NS_TEST_EXPECT_MSG_EQ(farm.downs.size(), 1, "only one is dead");

        // The one that lives dies too and comes back; the sorry server is asked by nobody.
        farm.Set(2, Seconds(0), false);
        farm.Set(3, Seconds(0), false);
        farm.Run(Seconds(20));
        NS_TEST_EXPECT_MSG_EQ(farm.Servers(), sorry, "the sorry server stays, dead or alive");
        farm.Set(2, Seconds(0), true);
        farm.Run(Seconds(10));
        NS_TEST_EXPECT_MSG_EQ(farm.Servers(), sorry, "5 is not enough");
        farm.Set(1, Seconds(0), true);
        farm.Run(Seconds(10));
        NS_TEST_EXPECT_MSG_EQ(farm.Servers(), " 3:5 2:5", "all back, the sorry server gone");
        NS_TEST_EXPECT_MSG_EQ(farm.quorums.size(), 2, "lost once, gained once");

        // Somebody lowers a weight.
        farm.director->EditRealServer(farm.service, "10.0.0.2", 80, 1);
        farm.Run(Seconds(3));
        NS_TEST_EXPECT_MSG_EQ(farm.Servers(), " 3:5 2:1", "6 is enough");
        farm.director->EditRealServer(farm.service, "10.0.0.3", 80, 4);
        farm.Run(Seconds(3));
        NS_TEST_EXPECT_MSG_EQ(farm.Servers(), sorry, "5 is not");
    }

    bool m_inhibit; //!< weight 0 in place of deleting
};

/// Slow start
class SlowStartTestCase : public TestCase
{
  public:
    SlowStartTestCase()
        : TestCase("Slow start")
    {
    }

  private:
    /**
     * @brief Weight of the server 10.0.0.2.
     * @param farm director and servers
     * @return its weight, 0 when it is not in service
     */
    static uint32_t WeightOf(const ServerFarm& farm)
    {
        const auto server = farm.service->FindServer("10.0.0.2", 80);
        return server ? server->GetWeight() : 0;
    }

    /**
     * @brief A farm of two whose first server has just come back.
     * @param farm the farm
     */
    static void Return(ServerFarm& farm)
    {
        farm.check->SetAttribute("SlowStart", TimeValue(Seconds(20)));
        farm.check->SetAttribute("SlowStartSteps", UintegerValue(5));
        farm.check->SetAttribute("SlowStartShare", DoubleValue(0.2));
        farm.Set(1, Seconds(5), false);
        farm.Set(1, Seconds(20), true);
        while (farm.ups.empty())
        {
            farm.Run(MilliSeconds(10));
        }
    }

    void DoRun() override
    {
        const struct
        {
            uint32_t weight;   // the whole weight
            double share;      // at its return
            uint32_t step;     // how far it is
            uint32_t steps;    // of how many
            uint32_t expected; // round(weight * (share + (1 - share) * step / steps))
        } LAW[] = {
            {100, 0.1, 0, 10, 10},
            {100, 0.1, 5, 10, 55},
            {100, 0.1, 10, 10, 100},
            {100, 0.1, 11, 10, 100},
            {10, 0.1, 3, 4, 8}, // 7.75
            {1, 0.1, 0, 10, 1}, // at least 1
            {0, 0.1, 0, 10, 0}, // but a quiesced one stays so
            {2147483647, 0, 1, 2, 1073741824},
        };

        for (const auto& each : LAW)
        {
            NS_TEST_EXPECT_MSG_EQ(
                ServiceKeeper::GetSlowWeight(each.weight, each.share, each.step, each.steps),
                each.expected,
                "step " << each.step << " of " << each.steps);
        }

        const std::vector<uint32_t> weights{20, 36, 52, 68, 84, 100, 100};
        for (const std::string scheduler : {"wrr", "wlc", "sed"})
        {
            ServerFarm farm(2, 100);
            ServiceOptions options;
            options.scheduler = scheduler;
            farm.director->EditService(farm.service->GetId(), options);
            Load load(farm);
            Return(farm);
            for (const uint32_t weight : weights)
            {
                NS_TEST_EXPECT_MSG_EQ(WeightOf(farm), weight, "the law");
                if (scheduler == "wrr")
                {
                    // in whole turns of the wheel the share is that of the weights
                    const uint32_t turn = weight + 100;
                    NS_TEST_EXPECT_MSG_EQ(load.Begin(10 * turn, 2), 10 * weight, "the load curve");
                }
                else
                {
                    load.Begin(1000, 2);
                    const auto server = farm.service->FindServer("10.0.0.2", 80);
                    const auto other = farm.service->FindServer("10.0.0.3", 80);
                    const double ratio = 1.0 * server->GetActiveConnections() /
                                         std::max(1U, other->GetActiveConnections());
                    NS_TEST_EXPECT_MSG_EQ_TOL(ratio, weight / 100.0, 0.02, "connections held");
                }
                farm.Run(Seconds(4));
            }
            NS_TEST_EXPECT_MSG_EQ(farm.check->HasQuorum(farm.service->GetId()), true, "all along");
        }

        // A change by hand ends it.
        {
            ServerFarm farm(2, 100);
            Return(farm);
            farm.Run(Seconds(5));
            farm.director->EditRealServer(farm.service, "10.0.0.2", 80, 7);
            farm.Run(Seconds(30));
            NS_TEST_EXPECT_MSG_EQ(WeightOf(farm), 7, "the last word");
        }
        // A death in the middle; and a quorum counts the whole weight.
        {
            ServerFarm farm(2, 100);
            farm.check->SetAttribute("Quorum", UintegerValue(150));
            Return(farm);
            NS_TEST_EXPECT_MSG_EQ(farm.check->HasQuorum(farm.service->GetId()), true, "100 + 100");
            NS_TEST_EXPECT_MSG_EQ(WeightOf(farm), 20, "20 of them");
            farm.Set(1, Seconds(1), false);
            farm.Set(1, Seconds(15), true);
            farm.Run(Seconds(12));
            NS_TEST_EXPECT_MSG_EQ(WeightOf(farm), 0, "dead again");
            farm.Run(Seconds(30));
            NS_TEST_EXPECT_MSG_EQ(WeightOf(farm), 100, "the whole weight in the end");
        }
        // By code, and off by default.
        {
            ServerFarm farm(2, 100);
            NS_TEST_EXPECT_MSG_EQ(farm.check->StartSlowly(farm.service, "10.0.0.2", 80),
                                  false,
                                  "it takes a time");
            farm.check->SetAttribute("SlowStart", TimeValue(Seconds(10)));
            farm.Run(Seconds(1));
            NS_TEST_EXPECT_MSG_EQ(farm.check->StartSlowly(farm.service, "10.0.0.2", 80),
                                  true,
                                  "begins");
            NS_TEST_EXPECT_MSG_EQ(WeightOf(farm), 10, "with a tenth");
            farm.Run(Seconds(5.5));
            NS_TEST_EXPECT_MSG_EQ(WeightOf(farm), 55, "half way");
            farm.Run(Seconds(5));
            NS_TEST_EXPECT_MSG_EQ(WeightOf(farm), 100, "done");
        }
    }
};

/// Draining
class DrainTestCase : public TestCase
{
  public:
    DrainTestCase()
        : TestCase("Draining")
    {
    }

  private:
    void DoRun() override
    {
        {
            ServerFarm farm(2, 5);
            Load load(farm);
            farm.Run(Seconds(1));
            std::vector<uint32_t> ours; // numbers of the connections of 10.0.0.2
            for (uint32_t i = 0; i < 20; i++)
            {
                if (load.Send(i, SYN) == 2)
                {
                    ours.push_back(i);
                }
                load.Send(i, ACK);
            }
            NS_TEST_ASSERT_MSG_EQ(ours.size(), 10, "half of them");
            NS_TEST_EXPECT_MSG_EQ(farm.check->Drain(farm.service, "10.0.0.2", 80, Seconds(0)),
                                  true,
                                  "begins");
            NS_TEST_EXPECT_MSG_EQ(farm.check->Drain(farm.service, "10.0.0.2", 80, Seconds(0)),
                                  false,
                                  "not twice");
            NS_TEST_EXPECT_MSG_EQ(farm.check->Drain(farm.service, "10.0.0.9", 80, Seconds(0)),
                                  false,
                                  "nobody");
            NS_TEST_EXPECT_MSG_EQ(load.Begin(50, 2), 0, "no new ones");
            load.Run(30);
            NS_TEST_EXPECT_MSG_EQ(farm.Servers(), " 3:5 2:0", "it waits");
            for (const uint32_t number : ours)
            {
                NS_TEST_EXPECT_MSG_EQ(load.Send(number, ACK), 2, "the old ones go on");
            }
            for (std::size_t i = 0; i + 1 < ours.size(); i++)
            {
                load.Send(ours.at(i), RST | ACK); // CLOSE, 10 s
            }
            load.Run(30);
            NS_TEST_EXPECT_MSG_EQ(farm.Servers(), " 3:5 2:0", "one is left");
            NS_TEST_EXPECT_MSG_EQ(farm.drained.size(), 0, "not yet");
            load.Send(ours.back(), RST | ACK);
            const Time closed = Simulator::Now();
            load.Run(15);
            NS_TEST_EXPECT_MSG_EQ(farm.Servers(), " 3:5", "done");
            NS_TEST_ASSERT_MSG_EQ(farm.drained.size(), 1, "told");
            NS_TEST_EXPECT_MSG_EQ(farm.drained.at(0).address, Ipv4Address("10.0.0.2"), "who");
            NS_TEST_EXPECT_MSG_EQ(farm.drained.at(0).connections, 0, "none left");
            NS_TEST_EXPECT_MSG_EQ_TOL((farm.drained.at(0).time - closed).GetSeconds(),
                                      10.0,
                                      1.0,
                                      "when its connection left the table");
            load.Run(30);
            NS_TEST_EXPECT_MSG_EQ(farm.Servers(), " 3:5", "it stays out");
        }
        // Nothing to wait for; a timeout; cancelled.
        {
            ServerFarm farm(3, 5);
            Load load(farm);
            farm.Run(Seconds(1));
            farm.check->Drain(farm.service, "10.0.0.4", 80, Seconds(100));
            farm.Run(MilliSeconds(1));
            NS_TEST_EXPECT_MSG_EQ(farm.Servers(), " 3:5 2:5", "at once");
            load.Begin(20, 2);
            farm.check->Drain(farm.service, "10.0.0.2", 80, Seconds(10));
            farm.check->Drain(farm.service, "10.0.0.3", 80, Seconds(10));
            farm.Run(Seconds(9));
            NS_TEST_EXPECT_MSG_EQ(farm.Servers(), " 3:0 2:0", "wait");
            NS_TEST_EXPECT_MSG_EQ(farm.check->HasQuorum(farm.service->GetId()),
                                  false,
                                  "none of them counts");
            NS_TEST_EXPECT_MSG_EQ(farm.check->CancelDrain(farm.service, "10.0.0.3", 80),
                                  true,
                                  "cancelled");
            NS_TEST_EXPECT_MSG_EQ(farm.check->CancelDrain(farm.service, "10.0.0.3", 80),
                                  false,
                                  "once");
            NS_TEST_EXPECT_MSG_EQ(farm.check->HasQuorum(farm.service->GetId()), true, "it counts");
            farm.Run(Seconds(2));
            NS_TEST_EXPECT_MSG_EQ(farm.Servers(), " 3:5", "one is out, one has its weight");
            NS_TEST_ASSERT_MSG_EQ(farm.drained.size(), 2, "told");
            NS_TEST_EXPECT_MSG_EQ(farm.drained.at(1).connections, 10, "those left");
            NS_TEST_EXPECT_MSG_EQ(farm.drained.at(1).time, Seconds(11) + MilliSeconds(1), "when");
        }
        // A dead server that is drained does not come back.
        {
            ServerFarm farm(2);
            farm.Set(1, Seconds(1), false);
            farm.Run(Seconds(15));
            NS_TEST_EXPECT_MSG_EQ(farm.Servers(), " 3:1", "dead");
            farm.check->Drain(farm.service, "10.0.0.2", 80, Seconds(10));
            farm.Set(1, Seconds(1), true);
            farm.Run(Seconds(20));
            NS_TEST_EXPECT_MSG_EQ(farm.Servers(), " 3:1", "and out");
            NS_TEST_EXPECT_MSG_EQ(farm.udpService->GetServers().size(), 2, "but in the other");
        }
    }
};

/// Power
class PowerTestCase : public TestCase
{
  public:
    PowerTestCase()
        : TestCase("Power lost and back")
    {
    }

  private:
    void DoRun() override
    {
        ServerFarm farm(4, 10);
        farm.director->RemoveRealServer(farm.service, "10.0.0.5", 80);
        farm.check->SetQuorum(farm.service->GetId(), {25, 0, "10.0.0.5"});
        farm.check->SetAttribute("SlowStart", TimeValue(Seconds(100)));
        farm.Set(1, Seconds(5), false);
        farm.Run(Seconds(20));
        NS_TEST_EXPECT_MSG_EQ(farm.Servers(), " 5:1", "sorry");
        farm.director->PowerOff();
        farm.check->PowerOff();
        NS_TEST_EXPECT_MSG_EQ(farm.Servers(), " 4:10 3:10 2:10", "as configured");
        const auto asked = farm.results.size();
        farm.Run(Seconds(20));
        NS_TEST_EXPECT_MSG_EQ(farm.results.size(), asked, "nobody is asked");
        farm.director->PowerOn();
        farm.check->PowerOn();
        farm.check->PowerOn(); // once more changes nothing
        farm.Run(Seconds(3));
        NS_TEST_EXPECT_MSG_EQ(farm.Servers(), " 4:10 3:10 2:10", "all count as alive");
        farm.Run(Seconds(5));
        NS_TEST_EXPECT_MSG_EQ(farm.Servers(), " 5:1", "until found otherwise");
        NS_TEST_EXPECT_MSG_EQ(farm.downs.size(), 2, "twice");

        // Ramps and drains are forgotten too.
        farm.Set(1, Seconds(0), true);
        farm.Run(Seconds(4));
        NS_TEST_EXPECT_MSG_EQ(farm.check->StartSlowly(farm.service, "10.0.0.3", 80), true, "slow");
        farm.check->Drain(farm.udpService, "10.0.0.2", 7, Seconds(0));
        farm.check->PowerOff();
        NS_TEST_EXPECT_MSG_EQ(farm.service->FindServer("10.0.0.3", 80)->GetWeight(),
                              10,
                              "whole weight");
        NS_TEST_EXPECT_MSG_EQ(farm.udpService->FindServer("10.0.0.2", 7)->GetWeight(),
                              10,
                              "whole weight");
        farm.Run(Seconds(200));
        NS_TEST_EXPECT_MSG_EQ(farm.udpService->GetServers().size(), 4, "nothing is deleted");
    }
};

/// All tests of services kept
class QuorumTestSuite : public TestSuite
{
  public:
    QuorumTestSuite()
        : TestSuite("gipt-quorum")
    {
        AddTestCase(new QuorumTestCase);
        AddTestCase(new SorryTestCase(false));
        AddTestCase(new SorryTestCase(true));
        AddTestCase(new SlowStartTestCase);
        AddTestCase(new DrainTestCase);
        AddTestCase(new PowerTestCase);
    }
};

/// The suite
QuorumTestSuite g_quorumTestSuite;

} // namespace
