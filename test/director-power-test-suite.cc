/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "packet-bench.h"

#include "ns3/boolean.h"
#include "ns3/ipv4.h"
#include "ns3/simulator.h"
#include "ns3/test.h"

#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of directors that lose their power or their addresses.
 *
 * 1. Without power a director forwards nothing; afterwards connections, fragments and path MTUs are
 *    gone, services and real servers are there, and the counts of the servers are right.
 * 2. A director that was not started, or was stopped for good, stays so whatever the power does.
 * 3. A director that is not active owns none of its VIPs, also not those of services added later,
 *    and keeps its connections; an address that the node has itself stays.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace packets;

namespace
{

/**
 * @brief A TCP segment from the client to the service.
 * @param flags its flags
 * @param port the client's port
 * @return the packet
 */
Octets
Segment(uint8_t flags, uint16_t port = 1024)
{
    Tcp tcp;
    tcp.source = port;
    tcp.flags = flags;
    return tcp();
}

/**
 * @brief Note that a director begins or stops.
 * @param notes where
 * @param isRunning whether it runs
 */
void
Note(std::vector<bool>* notes, bool isRunning)
{
    notes->push_back(isRunning);
}

/// What is lost, and what is not
class PowerTestCase : public TestCase
{
  public:
    PowerTestCase()
        : TestCase("What a director loses with its power")
    {
    }

  private:
    void DoRun() override
    {
        DirectorBench bench;
        const auto service = bench.AddService("rr", {1, 1});
        std::vector<bool> running;
        bench.director->TraceConnectWithoutContext("Running", MakeBoundCallback(&Note, &running));
        const auto server = bench.ServerOf(Segment(SYN));
        NS_TEST_EXPECT_MSG_EQ(bench.ServerOf(Segment(ACK)), server, "a connection");
        // a path MTU of 1000, and the first half of a datagram
        const auto sent = Tunnelled(Segment(ACK), server);
        Ip ip;
        ip.source = "10.0.0.99";
        ip.destination = "10.0.0.10";
        bench.Exchange(Icmp(ip, 3, 4, 1000, First(sent, 28 + 40)), true);
        Ip fragment;
        fragment.mf = true;
        fragment.df = false;
        bench.Exchange(fragment(Part(Segment(ACK), 20, 36)));
        Tcp tcp;
        tcp.flags = ACK;
        NS_TEST_EXPECT_MSG_EQ(bench.ServerOf(tcp(Ip(), Data(1000))), 0, "too long for the path");

        bench.director->PowerOff();
        NS_TEST_EXPECT_MSG_EQ(bench.director->IsRunning(), false, "off");
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetTable().GetSize(), 0, "no connections");
        NS_TEST_EXPECT_MSG_EQ(bench.ServerOf(Segment(SYN, 1025)), 0, "nothing is forwarded");
        for (const auto& each : service->GetServers())
        {
            NS_TEST_EXPECT_MSG_EQ(each->GetActiveConnections(), 0, "none active");
            NS_TEST_EXPECT_MSG_EQ(each->GetInactiveConnections(), 0, "none inactive");
        }
        bench.Run(Seconds(60));
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetDropped(DropReason::FRAGMENT_TIMEOUT),
                              0,
                              "the fragment was forgotten, not timed out");

        bench.director->PowerOn();
        bench.director->PowerOn();
        const std::vector<bool> expected{false, true};
        NS_TEST_EXPECT_MSG_EQ((running == expected), true, "off and on, once each");
        NS_TEST_EXPECT_MSG_EQ(service->GetServers().size(), 2, "the real servers are there");
        const auto out = bench.Exchange(Segment(ACK));
        NS_TEST_EXPECT_MSG_EQ(out.server.size(), 0, "the connection is not");
        NS_TEST_EXPECT_MSG_EQ(out.client.size(), 1, "the stack refuses it");
        NS_TEST_EXPECT_MSG_EQ((bench.ServerOf(Segment(SYN)) != 0), true, "a new one is");
        NS_TEST_EXPECT_MSG_EQ((bench.ServerOf(tcp(Ip(), Data(1000))) != 0), true, "full MTU");
    }
};

/// Started and stopped
class StartTestCase : public TestCase
{
  public:
    StartTestCase()
        : TestCase("Power and the life of an application")
    {
    }

  private:
    void DoRun() override
    {
        DirectorBench bench;
        const auto director = CreateObject<Director>();
        director->SetStartTime(MilliSeconds(100));
        director->SetStopTime(Seconds(1));
        bench.node->AddApplication(director);
        director->PowerOff();
        director->PowerOn();
        NS_TEST_EXPECT_MSG_EQ(director->IsRunning(), false, "not started yet");
        director->PowerOff();
        bench.Run(MilliSeconds(200));
        NS_TEST_EXPECT_MSG_EQ(director->IsRunning(), false, "started without power");
        director->PowerOn();
        NS_TEST_EXPECT_MSG_EQ(director->IsRunning(), true, "started, with power");
        bench.Run(Seconds(1));
        NS_TEST_EXPECT_MSG_EQ(director->IsRunning(), false, "stopped");
        director->PowerOff();
        director->PowerOn();
        NS_TEST_EXPECT_MSG_EQ(director->IsRunning(), false, "stopped for good");
    }
};

/// Who owns the VIPs
class ActiveTestCase : public TestCase
{
  public:
    ActiveTestCase()
        : TestCase("A director that is not active does not own its VIPs")
    {
    }

  private:
    void DoRun() override
    {
        DirectorBench bench;
        const auto ipv4 = bench.node->GetObject<Ipv4>();
        const auto owns = [&](const char* address) {
            return ipv4->GetInterfaceForAddress(address) >= 0 &&
                   bench.director->GetRouting()->IsLocal(address);
        };
        bench.AddService("rr", {1});
        bench.director->AddService("10.0.0.10", 80, 6, "rr"); // the DIP
        NS_TEST_EXPECT_MSG_EQ(bench.ServerOf(Segment(SYN)), 21, "active by default");

        bench.director->SetActive(false);
        bench.director->AddService("10.0.0.101", 80, 6, "rr");
        NS_TEST_EXPECT_MSG_EQ(owns("10.0.0.100"), false, "given up");
        NS_TEST_EXPECT_MSG_EQ(owns("10.0.0.101"), false, "not taken");
        NS_TEST_EXPECT_MSG_EQ(owns("10.0.0.10"), true, "the node's own");
        NS_TEST_EXPECT_MSG_EQ(bench.ServerOf(Segment(ACK)), 100, "routed on, not taken");
        const auto out = bench.Exchange(Icmp(Ip(), 8, 0, 1));
        NS_TEST_EXPECT_MSG_EQ(out.client.size(), 0, "nothing is answered");
        NS_TEST_EXPECT_MSG_EQ(bench.director->GetTable().GetSize(), 1, "the connection stays");

        bench.director->SetActive(true);
        NS_TEST_EXPECT_MSG_EQ(owns("10.0.0.100"), true, "taken again");
        NS_TEST_EXPECT_MSG_EQ(owns("10.0.0.101"), true, "taken now");
        NS_TEST_EXPECT_MSG_EQ(bench.ServerOf(Segment(ACK)), 21, "goes on");
        NS_TEST_EXPECT_MSG_EQ(bench.Exchange(Icmp(Ip(), 8, 0, 1)).client.size(), 1, "echo");
    }
};

/// The test suite
class DirectorPowerTestSuite : public TestSuite
{
  public:
    DirectorPowerTestSuite()
        : TestSuite("gipt-director-power")
    {
        AddTestCase(new PowerTestCase);
        AddTestCase(new StartTestCase);
        AddTestCase(new ActiveTestCase);
    }
};

DirectorPowerTestSuite g_directorPowerTestSuite; ///< registers the suite

} // namespace
