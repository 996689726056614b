/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "packet-bench.h"

#include "ns3/arp-cache.h"
#include "ns3/boolean.h"
#include "ns3/csma-helper.h"
#include "ns3/data-rate.h"
#include "ns3/director-group-helper.h"
#include "ns3/error-model.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/net-device-container.h"
#include "ns3/node-container.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"
#include "ns3/vrrp-instance.h"

#include <string>
#include <tuple>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of an active director and its backup on a network (VRRP).
 *
 * 1. The advertisement, octet by octet; malformed ones are dropped for the right reason.
 * 2. The time of a take-over to the millisecond, for several intervals and priorities: after a loss
 *    of power three intervals and the skew after the last advertisement, after a stop the skew.
 * 3. Preemption by a director that comes back, and none with Preempt off.
 * 4. A network that falls in two has two masters, and one again when it is whole.
 * 5. The addresses go with the state, and a neighbour's ARP entry with the addresses.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace packets;

namespace
{

/// Two directors and a neighbour on a network
class VrrpBench : public Simulation
{
  public:
    /**
     * @param interval between advertisements
     * @param priorities of the two
     * @param preempt whether they preempt
     */
    explicit VrrpBench(Time interval = Seconds(1),
                       std::vector<uint32_t> priorities = {101, 100},
                       bool preempt = true)
        : nodes(3)
    {
        CsmaHelper lan;
        lan.SetChannelAttribute("DataRate", DataRateValue(DataRate("1Gbps")));
        devices = lan.Install(nodes);
        InternetStackHelper().Install(nodes);
        Ipv4AddressHelper("10.0.1.0", "255.255.255.0", "0.0.0.1").Assign(devices);
        NodeContainer pair;
        for (uint32_t i = 0; i < 2; i++)
        {
            pair.Add(nodes.Get(i));
            directors.push_back(CreateObject<Director>());
            nodes.Get(i)->AddApplication(directors[i]);
            directors[i]->AddService("10.0.0.100", 80, 6, "rr");
        }
        DirectorGroupHelper group;
        group.SetVrrpAttribute("AdvertisementInterval", TimeValue(interval));
        group.SetVrrpAttribute("Preempt", BooleanValue(preempt));
        const auto applications = group.InstallPair(pair, "10.0.1.100");
        for (uint32_t i = 0; i < 2; i++)
        {
            instances.push_back(DynamicCast<VrrpInstance>(applications.Get(i)));
            instances[i]->SetAttribute("Priority", UintegerValue(priorities[i]));
            instances[i]->TraceConnectWithoutContext("StateChange",
                                                     MakeBoundCallback(&VrrpBench::Note, this, i));
        }
    }

    /**
     * @brief Note a change.
     * @param bench where
     * @param index of the director
     * @param from the state before
     * @param to the state after
     */
    static void Note(VrrpBench* bench,
                     uint32_t index,
                     VrrpInstance::State from,
                     VrrpInstance::State to)
    {
        bench->changes.emplace_back(index, to, Simulator::Now());
    }

    /**
     * @brief Take a director's power, or give it back.
     * @param index of the director
     * @param isOn whether it has power
     */
    void SetPower(uint32_t index, bool isOn)
    {
        const auto ipv4 = nodes.Get(index)->GetObject<Ipv4>();
        if (isOn)
        {
            ipv4->SetUp(1);
            directors[index]->PowerOn();
            instances[index]->PowerOn();
        }
        else
        {
            ipv4->SetDown(1);
            directors[index]->PowerOff();
            instances[index]->PowerOff();
        }
    }

    /**
     * @brief Who is master.
     * @return "0", "1", "" for none, "01" for both
     */
    std::string GetMasters() const
    {
        std::string masters;
        for (uint32_t i = 0; i < 2; i++)
        {
            if (instances[i]->GetState() == VrrpInstance::State::MASTER)
            {
                masters += std::to_string(i);
            }
        }
        return masters;
    }

    NodeContainer nodes;                      ///< directors, then a neighbour
    NetDeviceContainer devices;               ///< theirs
    std::vector<Ptr<Director>> directors;     ///< both
    std::vector<Ptr<VrrpInstance>> instances; ///< both
    /// director, state after, time
    std::vector<std::tuple<uint32_t, VrrpInstance::State, Time>> changes;
};

/// Advertisements
class AdvertisementTestCase : public TestCase
{
  public:
    AdvertisementTestCase()
        : TestCase("The advertisement, and what is none")
    {
    }

  private:
    void DoRun() override
    {
        VrrpAdvertisement advertisement;
        advertisement.id = 7;
        advertisement.priority = 100;
        advertisement.addresses.emplace_back("10.0.1.100");
        const auto octets = advertisement.Write("10.0.1.1", "224.0.0.18");
        // the checksum by another program
        NS_TEST_EXPECT_MSG_EQ(ToHex(octets), "310764010064739f0a000164", "octets");

        DirectorBench bench;
        const auto instance = CreateObject<VrrpInstance>();
        instance->SetAttribute("VirtualRouterId", UintegerValue(7));
        instance->SetAttribute("Interface", UintegerValue(bench.servers.GetInterface()));
        bench.node->AddApplication(instance);
        bench.Run(MilliSeconds(10));
        const auto send = [&](const Octets& payload, uint8_t ttl) {
            Ip ip;
            ip.source = "10.0.0.1";
            ip.destination = "224.0.0.18";
            ip.protocol = 112;
            ip.ttl = ttl;
            bench.servers.Send(ip(payload));
            bench.Run(MilliSeconds(10));
        };
        const auto good = advertisement.Write("10.0.0.1", "224.0.0.18");
        const auto change = [&](std::size_t at, uint8_t value) {
            Octets changed = good;
            changed[at] = value;
            return changed;
        };
        advertisement.id = 8;
        const auto other = advertisement.Write("10.0.0.1", "224.0.0.18");
        const std::vector<std::tuple<VrrpDrop, Octets, uint8_t>> cases{
            {VrrpDrop::BAD_TTL, good, 254},
            {VrrpDrop::TRUNCATED, First(good, 11), 255},
            {VrrpDrop::TRUNCATED, First(good, 3), 255},
            {VrrpDrop::BAD_VERSION, change(0, 0x21), 255},
            {VrrpDrop::BAD_TYPE, change(0, 0x32), 255},
            {VrrpDrop::BAD_CHECKSUM, change(2, 101), 255},
            {VrrpDrop::OTHER_ID, other, 255},
        };
        for (const auto& [reason, payload, ttl] : cases)
        {
            const uint64_t before = instance->GetDropped(reason);
            send(payload, ttl);
            NS_TEST_EXPECT_MSG_EQ(instance->GetDropped(reason), before + 1, ToString(reason));
        }
        // none of them has put the take-over off, a good one does
        bench.Run(Seconds(3));
        NS_TEST_EXPECT_MSG_EQ((instance->GetState() == VrrpInstance::State::BACKUP), true, "");
        send(good, 255);
        bench.Run(Seconds(3));
        NS_TEST_EXPECT_MSG_EQ((instance->GetState() == VrrpInstance::State::BACKUP), true, "off");
        bench.Run(Seconds(1));
        NS_TEST_EXPECT_MSG_EQ((instance->GetState() == VrrpInstance::State::MASTER), true, "on");
        const auto random = CreateObject<UniformRandomVariable>();
        random->SetStream(1);
        for (uint32_t i = 0; i < 1000; i++)
        {
            Octets changed = good;
            changed[random->GetInteger(0, 11)] = static_cast<uint8_t>(random->GetInteger(0, 255));
            changed.resize(random->GetInteger(0, 20));
            send(changed, 255);
        }
    }
};

/// Times
class TakeOverTestCase : public TestCase
{
  public:
    TakeOverTestCase()
        : TestCase("The time of a take-over to the millisecond")
    {
    }

  private:
    /**
     * @brief Let the master fall.
     * @param interval between advertisements
     * @param priority of the backup
     * @param isGraceful it is stopped, not without power
     * @param expected time from its last word to the take-over, in milliseconds
     */
    void Check(Time interval, uint32_t priority, bool isGraceful, int64_t expected)
    {
        VrrpBench bench(interval, {200, priority});
        if (isGraceful)
        {
            bench.instances[0]->SetStopTime(interval * 20 + interval / 3);
        }
        bench.Run(interval * 20 + interval / 3);
        // the first master's own wait, whole intervals since
        const Time first = interval * 3 + interval * 56 / 256;
        const Time last = isGraceful
                              ? Simulator::Now()
                              : first + interval * ((Simulator::Now() - first).GetNanoSeconds() /
                                                    interval.GetNanoSeconds());
        if (!isGraceful)
        {
            bench.SetPower(0, false);
        }
        bench.Run(interval * 10);
        NS_TEST_EXPECT_MSG_EQ(bench.GetMasters(), "1", "taken over");
        const auto& [index, state, time] = bench.changes.back();
        NS_TEST_EXPECT_MSG_EQ(index, 1, "by the backup");
        NS_TEST_EXPECT_MSG_EQ((time - last).GetMilliSeconds(), expected, "after");
    }

    void DoRun() override
    {
        Check(Seconds(1), 100, false, 3609); // 3 s + 156/256 s
        Check(Seconds(1), 1, false, 3996);
        Check(Seconds(1), 199, false, 3222);
        Check(MilliSeconds(100), 100, false, 360);
        Check(Seconds(1), 100, true, 609);
        Check(MilliSeconds(100), 50, true, 80);
    }
};

/// Coming back
class PreemptTestCase : public TestCase
{
  public:
    PreemptTestCase()
        : TestCase("Preemption, and none; two networks of one")
    {
    }

  private:
    void DoRun() override
    {
        for (const bool preempt : {true, false})
        {
            VrrpBench bench(Seconds(1), {150, 100}, preempt);
            bench.Run(Seconds(10));
            NS_TEST_EXPECT_MSG_EQ(bench.GetMasters(), "0", "the greater priority");
            bench.SetPower(0, false);
            bench.Run(Seconds(5));
            NS_TEST_EXPECT_MSG_EQ(bench.GetMasters(), "1", "the backup");
            bench.SetPower(0, true);
            bench.Run(Seconds(5));
            NS_TEST_EXPECT_MSG_EQ(bench.GetMasters(),
                                  std::string(preempt ? "0" : "1"),
                                  "preempt " << preempt);
        }
        // equal priorities: the greater address; the network falls in two, and is whole again
        VrrpBench bench(Seconds(1), {100, 100});
        bench.Run(Seconds(10));
        NS_TEST_EXPECT_MSG_EQ(bench.GetMasters(), "1", "the greater address");
        std::vector<Ptr<RateErrorModel>> models;
        for (uint32_t i = 0; i < 2; i++)
        {
            models.push_back(CreateObject<RateErrorModel>());
            models[i]->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
            models[i]->SetRate(1);
            bench.devices.Get(i)->SetAttribute("ReceiveErrorModel", PointerValue(models[i]));
        }
        bench.Run(Seconds(5));
        NS_TEST_EXPECT_MSG_EQ(bench.GetMasters(), "01", "two masters");
        models[0]->SetRate(0);
        models[1]->SetRate(0);
        bench.Run(Seconds(2));
        NS_TEST_EXPECT_MSG_EQ(bench.GetMasters(), "1", "one master");
    }
};

/// Addresses
class AddressTestCase : public TestCase
{
  public:
    AddressTestCase()
        : TestCase("The addresses go with the state, and neighbours follow")
    {
    }

  private:
    void DoRun() override
    {
        VrrpBench bench;
        const auto owner = [&](const char* address) {
            std::string owners;
            for (uint32_t i = 0; i < 2; i++)
            {
                if (bench.nodes.Get(i)->GetObject<Ipv4>()->GetInterfaceForAddress(address) >= 0)
                {
                    owners += std::to_string(i);
                }
            }
            return owners;
        };
        const auto interface = bench.nodes.Get(2)->GetObject<Ipv4L3Protocol>()->GetInterface(1);
        const auto ping = [&]() {
            Ipv4Header header;
            header.SetSource("10.0.1.3");
            header.SetDestination("10.0.1.100");
            header.SetProtocol(1);
            header.SetTtl(64);
            interface->Send(Create<Packet>(100), header, "10.0.1.100");
        };
        const auto neighbour = [&]() {
            ArpCache::Entry* entry = interface->GetArpCache()->Lookup("10.0.1.100");
            for (uint32_t i = 0; entry && entry->IsAlive() && i < 2; i++)
            {
                if (entry->GetMacAddress() == bench.devices.Get(i)->GetAddress())
                {
                    return std::to_string(i);
                }
            }
            return std::string();
        };
        bench.Run(Seconds(1));
        NS_TEST_EXPECT_MSG_EQ(owner("10.0.1.100"), "", "nobody at first");
        NS_TEST_EXPECT_MSG_EQ(owner("10.0.0.100"), "", "nobody has the VIP");
        bench.Run(Seconds(4));
        NS_TEST_EXPECT_MSG_EQ(neighbour(), "", "no entry, none made by an announcement");
        ping();
        bench.Run(Seconds(1));
        NS_TEST_EXPECT_MSG_EQ(owner("10.0.1.100"), "0", "the master");
        NS_TEST_EXPECT_MSG_EQ(owner("10.0.0.100"), "0", "and the VIP");
        NS_TEST_EXPECT_MSG_EQ(neighbour(), "0", "its neighbour knows");
        bench.SetPower(0, false);
        bench.Run(Seconds(5));
        NS_TEST_EXPECT_MSG_EQ(owner("10.0.1.100"), "1", "the new master");
        NS_TEST_EXPECT_MSG_EQ(owner("10.0.0.100"), "1", "and the VIP");
        NS_TEST_EXPECT_MSG_EQ(neighbour(), "1", "its neighbour was told");
        bench.SetPower(0, true);
        bench.Run(Seconds(5));
        NS_TEST_EXPECT_MSG_EQ(owner("10.0.1.100"), "0", "back again");
        NS_TEST_EXPECT_MSG_EQ(neighbour(), "0", "its neighbour too");
    }
};

/// The test suite
class VrrpTestSuite : public TestSuite
{
  public:
    VrrpTestSuite()
        : TestSuite("gipt-vrrp")
    {
        AddTestCase(new AdvertisementTestCase);
        AddTestCase(new TakeOverTestCase);
        AddTestCase(new PreemptTestCase);
        AddTestCase(new AddressTestCase);
    }
};

/// The suite
VrrpTestSuite g_vrrpTestSuite;

} // namespace
