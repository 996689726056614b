/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/director-helper.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4.h"
#include "ns3/simulator.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of DirectorHelper:
 *  1. rules from calls, lines and files are checked as they come and reach every director, each
 *     with services of its own;
 *  2. a health check is made for each director, with its attributes;
 *  3. commands are run at simulated times;
 *  4. director and health check start with the simulation: the VIP is an address of the node.
 */

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/// Directors and their rules.
class HelperTestCase : public TestCase
{
  public:
    HelperTestCase()
        : TestCase("DirectorHelper installs directors with their rules")
    {
    }

  private:
    /**
     * @brief The rules of a director.
     * @param director the director
     * @return as ipvsadm-save -n writes them
     */
    static std::string Save(Ptr<Director> director)
    {
        std::ostringstream text;
        DirectorHelper::SaveRules(director, Create<OutputStreamWrapper>(&text));
        return text.str();
    }

    void DoRun() override
    {
        const Ipv4Address vip("10.0.0.100");
        DirectorHelper helper;
        helper.AddService("tcp", vip, 80, "mh", "mh-port");
        helper.AddService("udp", vip, 80, "wrr");
        helper.AddRealServer(vip, 80, Ipv4Address("10.0.0.21"), 4, 10, 5);
        std::string error;
        NS_TEST_EXPECT_MSG_EQ(helper.TryCommand("-A -t 10.0.0.101:443 -s rr", error), true, error);
        NS_TEST_EXPECT_MSG_EQ(helper.TryCommand("-A -t 10.0.0.101:443", error), false, "twice");
        NS_TEST_EXPECT_MSG_EQ(error,
                              "service TCP 10.0.0.101:443 is there already, expected another or -E",
                              "twice");
        const std::string name = CreateTempDirFilename("rules");
        std::ofstream(name) << "-a -t 10.0.0.101:443 -r 10.0.0.31 -i\n"
                               "-a -t 10.0.0.101:444 -r 10.0.0.31 -i\n";
        NS_TEST_EXPECT_MSG_EQ(helper.TryLoadRules(name, error), false, "a bad line");
        NS_TEST_EXPECT_MSG_EQ(error,
                              name + ":2: no service TCP 10.0.0.101:444, expected one that was "
                                     "added by -A",
                              "a bad line");
        std::ofstream(name) << "-a -t 10.0.0.101:443 -r 10.0.0.32 -i\n";
        helper.LoadRules(name);
        helper.SetHealthCheckAttribute("Retries", UintegerValue(5));

        NodeContainer nodes;
        nodes.Create(2);
        InternetStackHelper().Install(nodes);
        const auto applications = helper.Install(nodes);
        NS_TEST_ASSERT_MSG_EQ(applications.GetN(), 4, "a director and a health check each");
        const std::string rules = "-A -t 10.0.0.100:80 -s mh -b mh-port\n"
                                  "-a -t 10.0.0.100:80 -r 10.0.0.21:80 -i -w 4 --tun-type ipip\n"
                                  "-A -t 10.0.0.101:443 -s rr\n"
                                  "-a -t 10.0.0.101:443 -r 10.0.0.32:443 -i -w 1 --tun-type ipip\n"
                                  "-A -u 10.0.0.100:80 -s wrr\n"
                                  "-a -u 10.0.0.100:80 -r 10.0.0.21:80 -i -w 4 --tun-type ipip\n";
        for (uint32_t i = 0; i < 2; ++i)
        {
            const auto director = DynamicCast<Director>(applications.Get(2 * i));
            NS_TEST_ASSERT_MSG_EQ(bool(director), true, "the director comes first");
            NS_TEST_EXPECT_MSG_EQ(director->GetNode(), nodes.Get(i), "on its node");
            NS_TEST_EXPECT_MSG_EQ(Save(director), rules, "its rules");
            const auto check = applications.Get(2 * i + 1);
            NS_TEST_EXPECT_MSG_EQ(check->GetInstanceTypeId().GetName(),
                                  "ns3::gipt::HealthCheck",
                                  "the health check");
            UintegerValue retries;
            check->GetAttribute("Retries", retries);
            NS_TEST_EXPECT_MSG_EQ(retries.Get(), 5, "its attribute");
        }

        const auto director = DynamicCast<Director>(applications.Get(0));
        const auto server = director->FindService(vip, 80, 6)->GetServers().at(0);
        NS_TEST_EXPECT_MSG_EQ(server->GetUpperThreshold(), 10, "thresholds");
        DirectorHelper::ScheduleCommand(Seconds(2),
                                        director,
                                        "-e -t 10.0.0.100:80 -r 10.0.0.21 -i -w 0");
        std::vector<uint32_t> weights;
        for (const int time : {1, 3})
        {
            Simulator::Schedule(Seconds(time),
                                [&weights, server]() { weights.push_back(server->GetWeight()); });
        }
        Simulator::Stop(Seconds(4));
        Simulator::Run();
        NS_TEST_ASSERT_MSG_EQ(weights.size(), 2, "looked twice");
        NS_TEST_EXPECT_MSG_EQ(weights[0], 4, "before the command");
        NS_TEST_EXPECT_MSG_EQ(weights[1], 0, "after the command");

        NS_TEST_EXPECT_MSG_EQ(Save(DynamicCast<Director>(applications.Get(2))),
                              rules,
                              "the other director is untouched");
        NS_TEST_EXPECT_MSG_GT(nodes.Get(0)->GetObject<Ipv4>()->GetInterfaceForAddress(vip),
                              0,
                              "the VIP is an address of the node");
        Simulator::Destroy();
    }
};

/// The suite.
class DirectorHelperTestSuite : public TestSuite
{
  public:
    DirectorHelperTestSuite()
        : TestSuite("gipt-director-helper")
    {
        AddTestCase(new HelperTestCase);
    }
};

DirectorHelperTestSuite g_directorHelperTestSuite; //!< the suite

} // namespace
