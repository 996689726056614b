/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/director-core.h"
#include "ns3/test.h"

#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of the services and real servers of a director:
 *  1. a real server that is deleted and added again has its statistics from before, but only for
 *     the three minutes in which Linux 6.1 remembers one without connections, and only in the same
 *     service;
 *  2. one that connections name is remembered as long as they do, and the places of forgotten ones
 *     are used again;
 *  3. statistics and rates begin anew together; every scheduler takes flags without names.
 */

using namespace ns3;
using namespace ns3::gipt;

namespace
{

const Ipv4Address VIP("10.0.0.100"); //!< service address

/// A director that shows how many places for real servers it has.
class Table : public DirectorCore
{
  public:
    /**
     * @brief Places for real servers, used or not.
     * @return their number
     */
    std::size_t GetPlaces() const
    {
        return m_pool.size();
    }
};

/// One service and packets to it.
class Bench
{
  public:
    Bench()
    {
        AddService();
        Add();
    }

    ~Bench()
    {
        table.ClearServices();
    }

    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    /// Add the service.
    void AddService()
    {
        ServiceOptions options;
        options.scheduler = "rr";
        options.onePacket = true;
        table.AddService(id, options);
    }

    /// Add the server.
    void Add()
    {
        table.AddRealServer(table.FindService(id), Ipv4Address("10.0.0.21"), 53);
    }

    /// Remove the server.
    void Remove()
    {
        table.RemoveRealServer(table.FindService(id), Ipv4Address("10.0.0.21"), 53);
    }

    /**
     * @brief Send a packet.
     * @param now the time
     */
    void Send(Time now)
    {
        ConnectionKey key;
        key.client = Ipv4Address("10.1.0.1");
        key.clientPort = 1000;
        key.virtualAddress = VIP;
        key.virtualPort = 53;
        key.protocol = 17;
        table.Decide(key, 0, 100, now);
    }

    /**
     * @brief What the server was given.
     * @return number of packets
     */
    uint64_t Count() const
    {
        return table.FindService(id)->GetServers().front()->GetStats().packets;
    }

    Table table;               //!< the director
    ServiceId id{VIP, 53, 17}; //!< the service
};

/// Servers without connections.
class TrashTestCase : public TestCase
{
  public:
    TrashTestCase()
        : TestCase("deleted servers are remembered for three minutes")
    {
    }

  private:
    void DoRun() override
    {
        for (const int seconds : {0, 1, 60, 120, 179, 180, 181, 1000})
        {
            Bench bench;
            bench.Send(Seconds(10));
            bench.Remove();
            bench.table.Advance(Seconds(10 + seconds));
            bench.Add();
            NS_TEST_EXPECT_MSG_EQ(bench.Count(), (seconds < 180 ? 1 : 0), "after " << seconds);
            bench.Send(Seconds(2000));
            NS_TEST_EXPECT_MSG_EQ(bench.Count(), (seconds < 180 ? 2 : 1), "goes on");
        }
        // The clock ticks every minute from the first server that was deleted.
        Bench bench;
        bench.table.AddRealServer(bench.table.FindService(bench.id), Ipv4Address("10.0.0.22"), 53);
        bench.table.Advance(Seconds(9));
        bench.table.RemoveRealServer(bench.table.FindService(bench.id),
                                     Ipv4Address("10.0.0.22"),
                                     53);
        bench.Send(Seconds(50));
        bench.Remove();
        bench.table.Advance(Seconds(188));
        bench.Add();
        NS_TEST_EXPECT_MSG_EQ(bench.Count(), 1, "before the tick");
        bench.Remove();
        bench.table.Advance(Seconds(189 + 180));
        bench.Add();
        NS_TEST_EXPECT_MSG_EQ(bench.Count(), 0, "after the tick, 181 s later");

        bench.Send(Seconds(400));
        NS_TEST_EXPECT_MSG_EQ(bench.Count(), 1, "a packet");
        bench.table.RemoveService(bench.id);
        bench.AddService();
        bench.Add();
        NS_TEST_EXPECT_MSG_EQ(bench.Count(), 0, "another service of the same name");
    }
};

/// Servers that connections name.
class NamedTestCase : public TestCase
{
  public:
    NamedTestCase()
        : TestCase("deleted servers are remembered while connections name them")
    {
    }

  private:
    void DoRun() override
    {
        Bench bench;
        ServiceOptions options;
        options.scheduler = "rr";
        bench.table.EditService(bench.id, options);
        bench.Send(Seconds(0)); // a connection that stays for 300 s
        bench.Remove();
        bench.table.ExpireConnections(Seconds(299));
        bench.Add();
        const auto server = bench.table.FindService(bench.id)->GetServers().front();
        NS_TEST_EXPECT_MSG_EQ(bench.Count(), 1, "statistics");
        NS_TEST_EXPECT_MSG_EQ(server->GetInactiveConnections(), 1, "connections");
        bench.Remove();
        bench.table.ExpireConnections(Seconds(400));
        NS_TEST_EXPECT_MSG_EQ(server->GetInactiveConnections(), 0, "the connection is gone");
        bench.table.ExpireConnections(Seconds(538)); // ticks at 299 + 60 n
        bench.Add();
        NS_TEST_EXPECT_MSG_EQ(bench.Count(), 1, "not yet two minutes after the tick at 419 s");
        bench.Remove();
        for (unsigned i = 0; i < 100; ++i)
        {
            bench.table.ExpireConnections(Seconds(1000 + 200 * i));
            bench.Add();
            NS_TEST_EXPECT_MSG_EQ(bench.Count(), 0, "forgotten");
            bench.Remove();
        }
        NS_TEST_EXPECT_MSG_LT(bench.table.GetPlaces(), 3, "places are used again");
    }
};

/// Figures and flags.
class FigureTestCase : public TestCase
{
  public:
    FigureTestCase()
        : TestCase("figures begin anew; flags without names")
    {
    }

  private:
    void DoRun() override
    {
        Bench bench;
        for (unsigned i = 0; i < 100; ++i)
        {
            bench.Send(Seconds(1));
        }
        const auto service = bench.table.FindService(bench.id);
        const auto server = service->GetServers().front();
        NS_TEST_EXPECT_MSG_EQ(service->GetRates(Seconds(2)).connections, 12, "connections");
        NS_TEST_EXPECT_MSG_EQ(server->GetRates(Seconds(2)).bytes, 1250, "octets");
        bench.table.Advance(Seconds(3));
        bench.table.ZeroStats(service);
        NS_TEST_EXPECT_MSG_EQ(service->GetStats().packets, 0, "statistics");
        NS_TEST_EXPECT_MSG_EQ(server->GetRates(Seconds(5)).packets, 0, "rates");
        bench.Send(Seconds(5));
        NS_TEST_EXPECT_MSG_EQ(server->GetRates(Seconds(6)).bytes, 12, "a quarter of 50");

        for (const auto& name : Scheduler::GetNames())
        {
            const auto scheduler = Scheduler::Create(name);
            NS_TEST_EXPECT_MSG_EQ(scheduler->SetFlag("flag-4"), false, name);
            for (const std::string flag : {"flag-3", "flag-1", "flag-2", "flag-1"})
            {
                NS_TEST_EXPECT_MSG_EQ(scheduler->SetFlag(flag), true, name << ' ' << flag);
            }
            const bool isHash = name == "sh" || name == "mh";
            const std::vector<std::string> expected{isHash ? name + "-fallback" : "flag-1",
                                                    isHash ? name + "-port" : "flag-2",
                                                    "flag-3"};
            NS_TEST_EXPECT_MSG_EQ((scheduler->GetFlags() == expected), true, "flags of " << name);
            scheduler->ClearFlags();
            NS_TEST_EXPECT_MSG_EQ(scheduler->GetFlags().empty(), true, "none of " << name);
        }
    }
};

/// The suite.
class ServiceTableTestSuite : public TestSuite
{
  public:
    ServiceTableTestSuite()
        : TestSuite("gipt-service-table")
    {
        AddTestCase(new TrashTestCase);
        AddTestCase(new NamedTestCase);
        AddTestCase(new FigureTestCase);
    }
};

ServiceTableTestSuite g_serviceTableTestSuite; //!< the suite

} // namespace
