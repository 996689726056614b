/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/director-core.h"
#include "ns3/locality-scheduler.h"
#include "ns3/test.h"

#include <algorithm>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of lblc and lblcr, in a director without a network: SYNs to many VIPs of one firewall-mark
 * service. All choices are those that Linux 6.1 was seen to make.
 *
 * 1. One VIP stays with its server, or its set of servers, until that is too busy.
 * 2. Each VIP has a server of its own.
 * 3. Weight 0: VIPs move; lblcr comes back to the server later, lblc does not.
 * 4. A server deleted, and added again with and without connections.
 * 5. Thresholds: lblc looks at them only when it looks for a server, lblcr always.
 * 6. No server at all: none is chosen, and the VIP is remembered all the same.
 * 7. Another scheduler and back: all is forgotten; the same scheduler once more: nothing is.
 * 8. lblcr_expiration: a set loses its busiest server, deleted ones included, not those of weight
 *    0, and only if a server stays.
 * 9. The sweep 1843 s after the scheduler was bound, by the expiration that is set then.
 * 10. Above 16384 VIPs, those not used for six minutes go, some rows at a time.
 */

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/// A director with one service for all packets with mark 1.
class Bench
{
  public:
    /**
     * @param scheduler its name
     * @param weights weights of the servers 10.0.0.21, 10.0.0.22 ...
     */
    Bench(const std::string& scheduler, const std::vector<uint32_t>& weights)
    {
        ServiceOptions options;
        options.scheduler = scheduler;
        core.AddService(ServiceId(1), options);
        service = core.FindService(ServiceId(1));
        for (std::size_t i = 0; i < weights.size(); i++)
        {
            Add(21 + i, weights[i]);
        }
    }

    ~Bench()
    {
        core.ClearServices();
    }

    /**
     * @param octet last octet of a server to add
     * @param weight its weight
     * @param upper its upper threshold
     */
    void Add(uint32_t octet, uint32_t weight, uint32_t upper = 0)
    {
        core.AddRealServer(service, Ipv4Address(0x0a000000 + octet), 0, weight, upper);
    }

    /**
     * @param octet last octet of a server to change
     * @param weight its weight
     * @param upper its upper threshold
     */
    void Edit(uint32_t octet, uint32_t weight, uint32_t upper = 0)
    {
        core.EditRealServer(service, Ipv4Address(0x0a000000 + octet), 0, weight, upper);
    }

    /**
     * @param octet last octet of a server to delete
     */
    void Remove(uint32_t octet)
    {
        core.RemoveRealServer(service, Ipv4Address(0x0a000000 + octet), 0);
    }

    /**
     * @param scheduler the scheduler to have from now on
     */
    void SetScheduler(const std::string& scheduler)
    {
        ServiceOptions options;
        options.scheduler = scheduler;
        core.EditService(ServiceId(1), options);
    }

    /**
     * @brief Send a packet of a new connection to a VIP.
     * @param vip the VIP
     * @param flags TCP flags, 0 for UDP
     * @return last octet of the server chosen, 0 for none
     */
    uint32_t OpenOne(uint32_t vip, uint8_t flags)
    {
        ConnectionKey key;
        key.client = Ipv4Address("10.1.0.1");
        key.clientPort = flags ? m_port++ : 1;
        key.virtualAddress = Ipv4Address(0x0a020000 + vip);
        key.virtualPort = 80;
        key.protocol = flags ? 6 : 17;
        const auto decision = core.Decide(key, flags, 40, m_now, 1);
        return decision.server ? decision.server->GetAddress().Get() & 0xff : 0;
    }

    /**
     * @brief Open connections, one every 10 ms.
     * @param vips the VIPs: "1 2" are 10.2.0.1 and 10.2.0.2
     * @return last octets of the servers chosen, 0 for none
     */
    std::string Open(const std::string& vips)
    {
        std::istringstream in(vips);
        std::ostringstream choices;
        uint32_t vip;
        while (in >> vip)
        {
            choices << (choices.tellp() > 0 ? " " : "") << OpenOne(vip, 2);
            Wait(MilliSeconds(10));
        }
        return choices.str();
    }

    /**
     * @param time how long to wait
     */
    void Wait(Time time)
    {
        m_now += time;
        core.ExpireConnections(m_now);
    }

    DirectorCore core;           //!< the director
    Ptr<VirtualService> service; //!< the service

  private:
    Time m_now;             //!< the time
    uint16_t m_port{20000}; //!< port of the next connection
};

/// One of the things that are tested, for one scheduler.
class LocalityTestCase : public TestCase
{
  public:
    /**
     * @param scheduler its name
     * @param what what is tested
     * @param weights weights of the servers
     * @param run what is done
     */
    LocalityTestCase(const std::string& scheduler,
                     const std::string& what,
                     const std::vector<uint32_t>& weights,
                     std::function<void(LocalityTestCase&, Bench&)> run)
        : TestCase(scheduler + ": " + what),
          m_scheduler(scheduler),
          m_weights(weights),
          m_run(run)
    {
    }

    /**
     * @brief Open connections and compare the choices.
     * @param bench the director
     * @param vips the VIPs
     * @param lblc choices of lblc
     * @param lblcr choices of lblcr
     */
    void Expect(Bench& bench,
                const std::string& vips,
                const std::string& lblc,
                const std::string& lblcr)
    {
        const auto expected = m_scheduler == "lblc" ? lblc : lblcr;
        const auto choices = bench.Open(vips);
        NS_TEST_EXPECT_MSG_EQ(choices, expected, "choices for " << vips);
    }

    /**
     * @brief Open connections and compare the choices.
     * @param bench the director
     * @param vips the VIPs
     * @param both choices of either scheduler
     */
    void Expect(Bench& bench, const std::string& vips, const std::string& both)
    {
        Expect(bench, vips, both, both);
    }

    /**
     * @brief Set the expiration of the scheduler.
     * @param bench the director
     * @param time the expiration
     */
    void SetExpiration(Bench& bench, Time time)
    {
        m_scheduler == "lblc" ? bench.core.SetLblcExpiration(time)
                              : bench.core.SetLblcrExpiration(time);
    }

  private:
    void DoRun() override
    {
        Bench bench(m_scheduler, m_weights);
        m_run(*this, bench);
    }

    const std::string m_scheduler;                              //!< its name
    const std::vector<uint32_t> m_weights;                      //!< weights of the servers
    const std::function<void(LocalityTestCase&, Bench&)> m_run; //!< what is done
};

/// Above 16384 VIPs.
class CrowdTestCase : public TestCase
{
  public:
    CrowdTestCase()
        : TestCase("too many VIPs")
    {
    }

  private:
    void DoRun() override
    {
        Bench bench("lblc", {1});
        const auto scheduler = DynamicCast<LocalityScheduler>(bench.service->GetScheduler());
        bench.Wait(Seconds(15));
        const auto open = [&bench](uint32_t from, uint32_t to) {
            for (uint32_t vip = from; vip < to; vip++)
            {
                bench.OpenOne(vip, 0);
                bench.Wait(MilliSeconds(10));
            }
        };
        open(0, 1000);
        bench.Wait(Seconds(55));
        open(1000, 16500);
        NS_TEST_EXPECT_MSG_EQ(scheduler->GetSize(), 16500, "all are remembered");
        bench.Wait(Seconds(200));
        bench.Add(22, 1000);
        // 116 too many, so 154 or a few more go: all the old ones of the first rows
        std::vector<uint32_t> gone;
        for (uint32_t vip = 0; vip < 1000; vip++)
        {
            if (bench.OpenOne(vip, 0) == 22)
            {
                gone.push_back(vip);
            }
        }
        NS_TEST_ASSERT_MSG_EQ(gone.size(), 154, "gone");
        const auto getRow = [](uint32_t vip) {
            return (0x0a020000 + vip) * 0x61c88647 >> 22; // hash_32, ten bits
        };
        uint32_t last = 0;
        for (const uint32_t vip : gone)
        {
            last = std::max(last, getRow(vip));
        }
        const auto expected = [&](uint32_t vip) { return getRow(vip) > 0 && getRow(vip) <= last; };
        for (uint32_t vip = 0; vip < 1000; vip++)
        {
            NS_TEST_EXPECT_MSG_EQ(std::binary_search(gone.begin(), gone.end(), vip),
                                  expected(vip),
                                  "VIP " << vip << " in row " << getRow(vip));
        }
    }
};

/// The suite.
class LocalitySchedulerTestSuite : public TestSuite
{
  public:
    LocalitySchedulerTestSuite()
        : TestSuite("gipt-locality-scheduler")
    {
        for (const std::string name : {"lblc", "lblcr"})
        {
            AddCases(name);
        }
        AddShrinkCases();
        AddTestCase(new CrowdTestCase);
    }

  private:
    using Case = LocalityTestCase;

    /**
     * @brief Add a test case.
     * @param scheduler its name
     * @param what what is tested
     * @param weights weights of the servers
     * @param run what is done
     */
    void Add(const std::string& scheduler,
             const std::string& what,
             const std::vector<uint32_t>& weights,
             std::function<void(Case&, Bench&)> run)
    {
        AddTestCase(new LocalityTestCase(scheduler, what, weights, run));
    }

    /**
     * @param name scheduler whose test cases to add
     */
    void AddCases(const std::string& name)
    {
        Add(name, "one VIP", {4, 3, 2, 1}, [](Case& test, Bench& bench) {
            test.Expect(bench,
                        "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
                        "24 24 23 23 23 22 22 22 22 21 21 21 21 21 21 21 21 21 21 21 21 21 21 21 "
                        "21 21 21 21 21",
                        "24 24 23 23 23 22 22 22 22 21 21 21 21 21 21 22 21 23 22 21 21 22 23 24 "
                        "21 22 21 23 22");
        });
        Add(name, "many VIPs", {2, 4, 6}, [](Case& test, Bench& bench) {
            test.Expect(bench,
                        "1 2 3 4 5 6 1 2 3 4 5 6 1 2 3 4 5 6 1 1 1 1 1",
                        "23 22 21 23 22 23 23 22 21 23 22 23 23 22 21 23 22 23 23 23 23 23 23");
        });
        Add(name, "weight 0", {9, 9}, [](Case& test, Bench& bench) {
            test.Expect(bench, "1 1 2 2", "22 22 21 21");
            bench.Edit(22, 0);
            test.Expect(bench, "1 2 1 2", "21 21 21 21");
            bench.Edit(22, 9);
            test.Expect(bench, "1 2 3 1 2 3", "21 21 22 21 21 22", "22 21 22 22 21 22");
            bench.Edit(21, 0);
            bench.Edit(22, 0);
            test.Expect(bench, "1 4", "0 0");
            bench.Edit(22, 9);
            test.Expect(bench, "1 4 1", "22 22 22");
        });
        Add(name, "server deleted", {9, 9}, [](Case& test, Bench& bench) {
            test.Expect(bench, "1 1 2 2", "22 22 21 21");
            bench.Remove(22);
            test.Expect(bench, "1 2 1", "21 21 21");
            bench.Add(22, 9);
            test.Expect(bench, "1 2 3 1 2 3", "21 21 22 21 21 22", "22 21 22 22 21 22");
            bench.Remove(21);
            bench.Add(21, 9);
            test.Expect(bench, "1 2 3 1 2 3", "21 22 22 21 22 22", "22 21 22 21 21 22");
        });
        Add(name, "server deleted without connections", {9, 9}, [](Case& test, Bench& bench) {
            test.Expect(bench, "1", "22");
            bench.Wait(Seconds(70));
            bench.Remove(22);
            bench.Add(22, 9);
            test.Expect(bench, "1", "22");
            bench.Wait(Seconds(70));
            bench.Add(23, 9);
            test.Expect(bench, "1 2 1", "22 23 22");
        });
        Add(name, "thresholds", {9}, [](Case& test, Bench& bench) {
            bench.Add(22, 9, 2);
            test.Expect(bench, "1 1 1 1 2 3", "22 22 22 22 21 21", "22 22 21 21 21 21");
            bench.Edit(21, 9, 1);
            test.Expect(bench, "1 2 5 5", "22 21 0 0", "21 0 0 0");
        });
        Add(name, "edited", {9, 9}, [name](Case& test, Bench& bench) {
            test.Expect(bench, "1 1 1 1 2 2", "22 22 22 22 21 21");
            bench.SetScheduler(name);
            test.Expect(bench, "1 2", "22 21");
            bench.SetScheduler("rr");
            test.Expect(bench, "1 2 1", "22 21 22");
            bench.SetScheduler(name);
            test.Expect(bench, "1 2 1 2", "21 21 21 21");
        });
        Add(name, "sweep", {1}, [](Case& test, Bench& bench) {
            test.SetExpiration(bench, Seconds(10));
            bench.Wait(Seconds(700));
            test.Expect(bench, "1 2", "21 21");
            bench.Add(22, 99);
            bench.Wait(Seconds(1138));
            test.Expect(bench, "1", "21");
            bench.Wait(Seconds(9));
            // 1 was used when the sweep came
            test.Expect(bench, "1 2", "21 22");
        });
        Add(name, "expiration set after the sweep", {9}, [](Case& test, Bench& bench) {
            bench.Wait(Seconds(1));
            test.Expect(bench, "1", "21");
            bench.Wait(Seconds(1900));
            test.SetExpiration(bench, Seconds(1));
            bench.Add(22, 99);
            test.Expect(bench, "1", "21");
            bench.Wait(Seconds(1900));
            test.Expect(bench, "1", "22");
        });
    }

    /**
     * @brief Add the test cases of lblcr's expiration.
     */
    void AddShrinkCases()
    {
        Add("lblcr", "a set shrinks", {1, 1, 1}, [](Case& test, Bench& bench) {
            test.SetExpiration(bench, Seconds(20));
            test.Expect(bench, "1 1 1 1 1 1 1 1 1", "23 23 22 22 21 21 21 22 23");
            bench.Wait(Seconds(15));
            test.Expect(bench, "1 1 1", "21 22 23");
            bench.Wait(Seconds(10));
            test.Expect(bench, "1 1 1 1", "21 22 23 22");
            bench.Wait(Seconds(25));
            test.Expect(bench, "1 1 1", "23 23 23");
            bench.Wait(Seconds(25));
            test.Expect(bench, "1 1 1 1 1", "23 23 23 23 23");
        });
        Add("lblcr", "a deleted server leaves a set", {9, 1, 1}, [](Case& test, Bench& bench) {
            test.SetExpiration(bench, Seconds(20));
            test.Expect(bench, "1 1 1 1 1 1 1 1 1", "23 23 22 22 21 21 21 21 21");
            bench.Remove(23);
            bench.Wait(Seconds(25));
            test.Expect(bench, "1 1 1", "21 21 21");
            bench.Wait(Seconds(25));
            test.Expect(bench, "1 1 1 1", "21 21 21 21");
            bench.Add(23, 1);
            test.Expect(bench, "1 1 1", "21 21 21");
            bench.Wait(Seconds(25));
            test.Expect(bench, "1 1 1", "23 23 22");
        });
        Add("lblcr", "weight 0 stays in a set", {9, 1, 1}, [](Case& test, Bench& bench) {
            test.SetExpiration(bench, Seconds(20));
            test.Expect(bench, "1 1 1 1 1 1 1 1 1", "23 23 22 22 21 21 21 21 21");
            bench.Edit(23, 0);
            bench.Edit(22, 0);
            bench.Wait(Seconds(25));
            test.Expect(bench, "1 1 1", "21 21 21");
            bench.Wait(Seconds(25));
            test.Expect(bench, "1 1 1 1", "21 21 21 21");
            bench.Edit(23, 2);
            bench.Edit(22, 2);
            test.Expect(bench, "1 1 1", "22 23 21");
        });
    }
};

/// Registers the suite.
LocalitySchedulerTestSuite g_localitySchedulerTestSuite;

} // namespace
