/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "packet-bench.h"

#include "ns3/complete-connection-sync.h"
#include "ns3/csma-helper.h"
#include "ns3/data-rate.h"
#include "ns3/error-model.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipvs-connection-sync.h"
#include "ns3/node-container.h"
#include "ns3/object-factory.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of connection synchronisation between directors.
 *
 * 1. Linux's message, octet by octet; what is malformed is dropped for the right reason, and random
 *    octets never do harm.
 * 2. Linux's rules: of random flows exactly those reach the backup that the rules do not leave out;
 *    with sync_refresh_period and sync_retries exactly as many entries are sent as they say.
 * 3. Linux's times: a full message leaves after 20 ms, another at the first look after 2 s.
 * 4. Complete: every connection, half-open ones and templates included, those from before the peer
 *    asked, and with one frame in twenty lost; what has ended is gone.
 * 5. Take-over: the connections go on at their servers, and their time begins to run; a director
 *    that comes back gets all of them; two directors that see one connection do not hold it both.
 * 6. A server that is in no service at the backup gets its connections' packets all the same.
 * 7. An ICMP error that reaches another director (RFC 7690) goes to the flow's server with, and is
 *    lost without synchronisation.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace packets;

namespace
{

/// Client address and port, and what a director knows of the connection
using Table = std::map<std::tuple<uint32_t, uint16_t, uint16_t>, std::string>;

/// Two directors on a network, that share connections
class PairBench : public Simulation
{
  public:
    /**
     * @param typeId class of the synchronisation, "" for none
     * @param start when the second one's begins
     * @param loss probability for each frame to be lost
     */
    explicit PairBench(const std::string& typeId, Time start = Seconds(0), double loss = 0)
    {
        NodeContainer nodes(2);
        CsmaHelper lan;
        lan.SetChannelAttribute("DataRate", DataRateValue(DataRate("100Mbps")));
        const auto devices = lan.Install(nodes);
        InternetStackHelper().Install(nodes);
        Ipv4AddressHelper("10.0.0.0", "255.255.255.0", "0.0.0.10").Assign(devices);
        for (uint32_t i = 0; i < 2; i++)
        {
            directors.push_back(CreateObject<Director>());
            nodes.Get(i)->AddApplication(directors[i]);
            AddService(i, 80, Time(0));
            if (typeId.empty())
            {
                continue;
            }
            ObjectFactory factory(typeId);
            syncs.push_back(factory.Create<ConnectionSync>());
            syncs[i]->SetStartTime(i == 1 ? start : Seconds(0));
            syncs[i]->AddPeer(i == 0 ? "10.0.0.11" : "10.0.0.10");
            nodes.Get(i)->AddApplication(syncs[i]);
            if (loss > 0)
            {
                const auto model = CreateObject<RateErrorModel>();
                model->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
                model->SetRate(loss);
                model->AssignStreams(70 + i);
                devices.Get(i)->SetAttribute("ReceiveErrorModel", PointerValue(model));
            }
        }
        Run(MilliSeconds(100));
    }

    /**
     * @brief Add a service with three servers.
     * @param director index of the director
     * @param port its port
     * @param persistence how long clients stay
     */
    void AddService(uint32_t director, uint16_t port, Time persistence)
    {
        ServiceOptions options;
        options.scheduler = "rr";
        options.persistence = persistence;
        directors[director]->AddService(ServiceId("10.0.0.100", port, 6), options);
        const auto service = directors[director]->FindService("10.0.0.100", port, 6);
        for (const char* server : {"10.0.0.21", "10.0.0.22", "10.0.0.23"})
        {
            directors[director]->AddRealServer(service, server, port);
        }
    }

    /**
     * @brief The key of a flow.
     * @param flow its number
     * @param port port of the service
     * @return the key
     */
    static ConnectionKey KeyOf(uint32_t flow, uint16_t port = 80)
    {
        ConnectionKey key;
        key.client = Ipv4Address(0xc6336400 + flow / 100);
        key.clientPort = static_cast<uint16_t>(1024 + flow % 100);
        key.virtualAddress = "10.0.0.100";
        key.virtualPort = port;
        key.protocol = 6;
        return key;
    }

    /**
     * @brief A packet of a flow reaches a director.
     * @param director index of the director
     * @param flow number of the flow
     * @param flags TCP flags
     * @param port port of the service
     * @return last number of the server's address, 0 when it goes to none
     */
    uint32_t Send(uint32_t director, uint32_t flow, uint8_t flags, uint16_t port = 80)
    {
        const auto decision =
            directors[director]->Decide(KeyOf(flow, port), flags, 40, Simulator::Now());
        // has the director look to its timers, as it does when the packet comes in by a device
        directors[director]->SetDropEntry(0);
        return decision.verdict == Verdict::FORWARD ? decision.server->GetAddress().Get() & 255 : 0;
    }

    /**
     * @brief What a director knows.
     * @param director its index
     * @return its connections
     */
    Table GetTable(uint32_t director) const
    {
        Table table;
        directors[director]->GetTable().ForEach([&](const Connection& connection) {
            const auto record = directors[director]->GetRecord(connection);
            table[{record.key.client.Get(), record.key.clientPort, record.key.virtualPort}] =
                std::to_string(record.server.Get() & 255) + " " +
                ConnectionBooks::GetStateNameOf(connection);
        });
        return table;
    }

    std::vector<Ptr<Director>> directors;   ///< both
    std::vector<Ptr<ConnectionSync>> syncs; ///< theirs, none without
};

/// A random life of a flow
struct Life
{
    std::vector<uint8_t> flags; ///< of its packets
    bool isTold{false};         ///< by Linux's rules
};

/**
 * @brief Draw a life.
 * @param random where from
 * @return the life
 */
Life
Draw(Ptr<UniformRandomVariable> random)
{
    // Told at the third packet, or when it ends: FIN at any time, RST once it is established.
    Life life;
    life.flags.push_back(SYN);
    const uint32_t more = random->GetInteger(0, 1) ? random->GetInteger(0, 3) : 60;
    life.flags.insert(life.flags.end(), more, ACK);
    const uint32_t end = random->GetInteger(0, 3);
    if (end < 2)
    {
        life.flags.push_back(end == 0 ? FIN | ACK : RST);
    }
    life.isTold = (more > 0 && life.flags.size() >= 3) || end == 0 || (end == 1 && more > 0);
    return life;
}

/// Messages, octet by octet
class MessageTestCase : public TestCase
{
  public:
    MessageTestCase()
        : TestCase("Linux's message, and what is none")
    {
    }

  private:
    /**
     * @brief Read a message.
     * @param octets the message
     * @param syncId the sync ID
     * @return what came of it: number of entries and reasons
     */
    static std::string Read(const Octets& octets, uint8_t syncId = 0)
    {
        uint32_t taken = 0;
        std::string reasons;
        SyncMessage::Read(
            octets,
            syncId,
            [&](const SyncRecord& record) { taken++; },
            [&](SyncDrop reason) { reasons += std::string(" ") + ToString(reason); });
        return std::to_string(taken) + reasons;
    }

    void DoRun() override
    {
        const std::string entry = "0006 0024 00000082 0001 0400 0050 0050 00000000 00000384"
                                  "c0000201 0a000064 0a000015";
        const auto one = FromHex("0007 002c 01 01 0000" + entry);
        SyncRecord record;
        record.key.client = "192.0.2.1";
        record.key.clientPort = 1024;
        record.key.virtualAddress = "10.0.0.100";
        record.key.virtualPort = 80;
        record.key.protocol = 6;
        record.server = "10.0.0.21";
        record.serverPort = 80;
        record.state = ConnectionState::ESTABLISHED;
        record.timeout = Seconds(900);
        SyncMessage message(7);
        message.Add(record);
        NS_TEST_EXPECT_MSG_EQ(ToHex(message.GetOctets()), ToHex(one), "as Linux has it");
        uint32_t seen = 0;
        SyncMessage::Read(
            one,
            7,
            [&](const SyncRecord& read) {
                seen++;
                NS_TEST_EXPECT_MSG_EQ((read.key == record.key), true, "key");
                NS_TEST_EXPECT_MSG_EQ(read.server, record.server, "server");
                NS_TEST_EXPECT_MSG_EQ(ToString(read.state), std::string("ESTABLISHED"), "state");
                NS_TEST_EXPECT_MSG_EQ(read.timeout, Seconds(900), "timeout");
            },
            [](SyncDrop reason) {});
        NS_TEST_EXPECT_MSG_EQ(seen, 1, "one entry");

        const auto with = [&](const std::string& header, const std::string& rest) {
            return FromHex(header + rest);
        };
        const std::vector<std::tuple<Octets, uint8_t, std::string>> cases{
            {one, 0, "1"},
            {one, 8, "0 other-id"},
            {FromHex("0007002c0101"), 0, "0 truncated"},
            {with("0007 002d 01 01 0000", entry), 0, "0 bad-size"},
            {with("0107 002c 01 01 0000", entry), 0, "0 bad-version"},
            {with("0007 002c 01 00 0000", entry), 0, "0 bad-version"},
            {with("0007 002c 02 01 0000", entry), 0, "1 truncated"},
            {with("0007 0050 02 01 0000", entry + entry), 0, "2"},
            {with("0007 002c 01 01 0000", "0006 1024" + entry.substr(10)), 0, "0 bad-version"},
            {with("0007 002c 01 01 0000", "0006 0023" + entry.substr(10)), 0, "0 truncated"},
            {with("0007 002c 01 01 0000", "0006 0028" + entry.substr(10)), 0, "0 truncated"},
            {with("0007 002c 01 01 0000", "0406" + entry.substr(4)), 0, "0 bad-type"},
            {with("0007 0050 02 01 0000", "0106" + entry.substr(4) + entry), 0, "1 bad-type"},
            {with("0007 0050 02 01 0000", "0001" + entry.substr(4) + entry), 0, "1 bad-protocol"},
            {with("0007 0050 02 01 0000", "0011" + entry.substr(4) + entry), 0, "1 bad-state"},
            {with("0007 0046 01 01 0000",
                  "0006 003e" + entry.substr(10) + "01 18" + std::string(48, '0')),
             0,
             "1"}, // sequence numbers
            {with("0007 0030 01 01 0000", "0006 0028" + entry.substr(10) + "0102 0000"),
             0,
             "0 bad-option"},
            {with("0007 0030 01 01 0000", "0006 0028" + entry.substr(10) + "4902 0000"), 0, "1"},
            {with("0007 0030 01 01 0000", "0006 0028" + entry.substr(10) + "0902 0000"),
             0,
             "0 bad-option"},
            {with("0007 0030 01 01 0000", "0006 0028" + entry.substr(10) + "4903 0000"),
             0,
             "0 bad-option"},
        };
        for (const auto& [octets, syncId, expected] : cases)
        {
            NS_TEST_EXPECT_MSG_EQ(Read(octets, syncId), expected, ToHex(octets));
        }

        // random octets, and good ones that were changed
        PairBench bench("");
        const auto random = CreateObject<UniformRandomVariable>();
        random->SetStream(1);
        uint32_t good = 0;
        for (uint32_t i = 0; i < 1000; i++)
        {
            Octets octets = one + Part(one, 8, 44);
            octets[3] = 80;
            octets[4] = 2;
            const uint32_t changes = random->GetInteger(1, 6);
            for (uint32_t j = 0; j < changes; j++)
            {
                octets[random->GetInteger(0, 79)] =
                    static_cast<uint8_t>(random->GetInteger(0, 255));
            }
            octets.resize(random->GetInteger(0, 9) ? 80 : random->GetInteger(0, 90));
            SyncMessage::Read(
                octets,
                0,
                [&](const SyncRecord& read) {
                    good++;
                    bench.directors[0]->TakeRecord(read, 3, Simulator::Now());
                    bench.directors[1]->TakeHeld(read, 1, Simulator::Now());
                },
                [](SyncDrop reason) {});
        }
        NS_TEST_EXPECT_MSG_GT(good, 200, "some are good");
        bench.Run(Days(40));
        NS_TEST_EXPECT_MSG_EQ(bench.directors[0]->GetTable().GetSize(), 0, "all time is up");
        bench.directors[1]->InheritFrom(1, Simulator::Now());
        bench.Run(Days(40));
        NS_TEST_EXPECT_MSG_EQ(bench.directors[1]->GetTable().GetSize(), 0, "here too");
    }
};

/// What Linux's rules leave out
class RulesTestCase : public TestCase
{
  public:
    RulesTestCase()
        : TestCase("Exactly the flows that Linux's rules leave out are missing")
    {
    }

  private:
    void DoRun() override
    {
        PairBench bench("ns3::gipt::IpvsConnectionSync");
        const auto random = CreateObject<UniformRandomVariable>();
        random->SetStream(2);
        std::set<uint32_t> told;
        uint32_t leftOut = 0;
        for (uint32_t flow = 0; flow < 600; flow++)
        {
            const auto life = Draw(random);
            if (life.isTold)
            {
                told.insert(flow);
            }
            leftOut += !life.isTold;
            for (const uint8_t flags : life.flags)
            {
                bench.Send(0, flow, flags);
                bench.Run(MicroSeconds(20));
            }
        }
        bench.Run(Seconds(4));
        const auto active = bench.GetTable(0);
        const auto backup = bench.GetTable(1);
        NS_TEST_EXPECT_MSG_EQ(active.size(), 600, "all flows");
        NS_TEST_EXPECT_MSG_EQ(backup.size(), told.size(), "those that are told");
        NS_TEST_EXPECT_MSG_GT(leftOut, 50, "some are not");
        for (const uint32_t flow : told)
        {
            const auto key = PairBench::KeyOf(flow);
            const auto name = std::make_tuple(key.client.Get(), key.clientPort, key.virtualPort);
            NS_TEST_EXPECT_MSG_EQ(backup.count(name), 1, "flow " << flow);
            if (backup.count(name))
            {
                NS_TEST_EXPECT_MSG_EQ(backup.at(name), active.at(name), "flow " << flow);
            }
        }

        // The counts of the servers at the backup agree with its table, and all ends there too.
        uint32_t isActive = 0;
        for (const auto& entry : backup)
        {
            isActive += entry.second.find("ESTABLISHED") != std::string::npos;
        }
        uint32_t counted = 0;
        const auto service = bench.directors[1]->FindService("10.0.0.100", 80, 6);
        for (const auto& server : service->GetServers())
        {
            counted += server->GetActiveConnections();
        }
        NS_TEST_EXPECT_MSG_EQ(counted, isActive, "active connections");
        bench.Run(Seconds(901));
        NS_TEST_EXPECT_MSG_EQ(bench.GetTable(1).size(), 0, "all time is up");
        for (const auto& server : service->GetServers())
        {
            NS_TEST_EXPECT_MSG_EQ(server->GetActiveConnections(), 0, "none left");
            NS_TEST_EXPECT_MSG_EQ(server->GetInactiveConnections(), 0, "none left");
        }
    }
};

/// How often a connection is told
class PeriodTestCase : public TestCase
{
  public:
    PeriodTestCase()
        : TestCase("How often Linux tells a connection")
    {
    }

  private:
    /**
     * @brief Count the entries sent of one connection.
     * @param threshold sync_threshold
     * @param period its second value
     * @param refresh sync_refresh_period
     * @param retries sync_retries
     * @param packets packets, one a second
     * @return entries
     */
    static uint64_t Count(uint32_t threshold,
                          uint32_t period,
                          Time refresh,
                          uint32_t retries,
                          uint32_t packets)
    {
        PairBench bench("ns3::gipt::IpvsConnectionSync");
        bench.syncs[0]->SetAttribute("SyncThreshold", UintegerValue(threshold));
        bench.syncs[0]->SetAttribute("SyncPeriod", UintegerValue(period));
        bench.syncs[0]->SetAttribute("SyncRefreshPeriod", TimeValue(refresh));
        bench.syncs[0]->SetAttribute("SyncRetries", UintegerValue(retries));
        bench.Run(MilliSeconds(900));
        bench.Send(0, 0, SYN);
        for (uint32_t i = 0; i < packets; i++)
        {
            bench.Send(0, 0, ACK);
            bench.Run(packets > 1000 ? MicroSeconds(1) : Seconds(1));
        }
        bench.Run(Seconds(4));
        return bench.syncs[0]->GetSent();
    }

    void DoRun() override
    {
        NS_TEST_EXPECT_MSG_EQ(Count(3, 50, Time(0), 0, 151), 3, "packets 3, 53, 103");
        NS_TEST_EXPECT_MSG_EQ(Count(3, 50, Time(0), 0, 152), 4, "and 153 of 153");
        NS_TEST_EXPECT_MSG_EQ(Count(0, 10, Time(0), 0, 29), 3, "packets 10, 20, 30");
        NS_TEST_EXPECT_MSG_EQ(Count(5, 0, Time(0), 0, 151), 1, "once, packet 5");
        NS_TEST_EXPECT_MSG_EQ(Count(3, 10000, Time(0), 0, 100001),
                              10,
                              "beyond the count's 16 bits");
        NS_TEST_EXPECT_MSG_EQ(Count(3, 0, Seconds(10), 0, 61), 7, "seconds 0, 10 ... 60");
        NS_TEST_EXPECT_MSG_EQ(Count(3, 0, Seconds(10), 2, 31), 7, "0, 2, 4, 15, 17, 19, 30");
    }
};

/// When messages leave
class FlushTestCase : public TestCase
{
  public:
    FlushTestCase()
        : TestCase("When Linux's messages leave")
    {
    }

  private:
    /**
     * @brief A message has arrived.
     * @param times where to note the time in milliseconds
     * @param entries its entries
     * @param octets its length
     */
    static void Note(std::vector<int64_t>* times, uint32_t entries, uint32_t octets)
    {
        times->push_back(Simulator::Now().GetMilliSeconds());
    }

    void DoRun() override
    {
        PairBench bench("ns3::gipt::IpvsConnectionSync");
        std::vector<int64_t> times;
        bench.syncs[1]->TraceConnectWithoutContext("Received", MakeBoundCallback(&Note, &times));
        const auto establish = [&](uint32_t flow) {
            for (const uint8_t flags : {SYN, ACK, ACK})
            {
                bench.Send(0, flow, flags);
            }
        };
        bench.Run(MilliSeconds(1400)); // 1.5 s
        establish(0);
        bench.Run(MilliSeconds(3600)); // 5.1 s
        for (uint32_t flow = 1; flow <= 41; flow++)
        {
            establish(flow); // 40 fill a message
        }
        bench.Run(Seconds(5));
        // Looks at whole seconds: 1.5 + 2 s is over at 4 s. Waking at 5.12 s moves them.
        const std::vector<int64_t> expected{4000, 5120, 7120};
        NS_TEST_ASSERT_MSG_EQ(times.size(), expected.size(), "messages");
        for (std::size_t i = 0; i < expected.size(); i++)
        {
            // the first one has to ask for the other's link-layer address
            const int64_t tolerance = i == 0 ? 30 : 1;
            NS_TEST_EXPECT_MSG_EQ_TOL(times[i], expected[i], tolerance, "message " << i);
        }
    }
};

/// Everything
class CompleteTestCase : public TestCase
{
  public:
    /**
     * @param name what is special
     * @param start when the second director asks
     * @param loss of frames
     */
    CompleteTestCase(const std::string& name, Time start, double loss)
        : TestCase("Complete synchronisation: " + name),
          m_start(start),
          m_loss(loss)
    {
    }

  private:
    void DoRun() override
    {
        PairBench bench("ns3::gipt::CompleteConnectionSync", m_start, m_loss);
        for (uint32_t i = 0; i < 2; i++)
        {
            bench.AddService(i, 443, Seconds(300));
        }
        const auto random = CreateObject<UniformRandomVariable>();
        random->SetStream(3);
        for (uint32_t flow = 0; flow < 600; flow++)
        {
            for (const uint8_t flags : Draw(random).flags)
            {
                bench.Send(0, flow, flags, flow % 3 ? 80 : 443);
                bench.Run(MicroSeconds(20));
            }
        }
        bench.Run(Seconds(m_loss > 0 ? 20 : 7));
        auto active = bench.GetTable(0);
        NS_TEST_EXPECT_MSG_EQ((active == bench.GetTable(1)), true, "all");
        NS_TEST_EXPECT_MSG_GT(active.size(), 400, "many");
        bench.Run(Seconds(70)); // what was half open or reset has ended
        active = bench.GetTable(0);
        NS_TEST_EXPECT_MSG_LT(active.size(), 420, "fewer");
        NS_TEST_EXPECT_MSG_EQ((active == bench.GetTable(1)), true, "what has ended is gone");
        bench.Run(Seconds(1300));
        NS_TEST_EXPECT_MSG_EQ(bench.GetTable(0).size(), 0, "nothing left");
        NS_TEST_EXPECT_MSG_EQ(bench.GetTable(1).size(), 0, "nothing left there");
        for (uint32_t i = 0; i < 2; i++)
        {
            for (const auto& service : bench.directors[i]->GetServices())
            {
                for (const auto& server : service->GetServers())
                {
                    NS_TEST_EXPECT_MSG_EQ(server->GetActiveConnections(), 0, "active");
                    NS_TEST_EXPECT_MSG_EQ(server->GetInactiveConnections(), 0, "inactive");
                    NS_TEST_EXPECT_MSG_EQ(server->GetPersistentConnections(), 0, "templates");
                }
            }
        }
    }

    Time m_start;  ///< when the second director asks
    double m_loss; ///< of frames
};

/// Who takes over
class TakeOverTestCase : public TestCase
{
  public:
    TakeOverTestCase()
        : TestCase("Complete synchronisation: a director goes, and comes back")
    {
    }

  private:
    void DoRun() override
    {
        PairBench bench("ns3::gipt::CompleteConnectionSync");
        const auto power = [&](bool isOn) {
            if (isOn)
            {
                bench.directors[0]->PowerOn();
                bench.syncs[0]->PowerOn();
            }
            else
            {
                bench.directors[0]->PowerOff();
                bench.syncs[0]->PowerOff();
            }
        };
        const auto complete = DynamicCast<CompleteConnectionSync>(bench.syncs[1]);
        std::vector<uint32_t> servers;
        for (uint32_t flow = 0; flow < 30; flow++)
        {
            servers.push_back(bench.Send(0, flow, SYN));
            if (flow % 2)
            {
                bench.Send(0, flow, ACK);
            }
        }
        bench.Run(Seconds(50));
        NS_TEST_EXPECT_MSG_EQ(complete->IsInSync("10.0.0.10"), true, "in sync");
        power(false);
        NS_TEST_EXPECT_MSG_EQ(bench.GetTable(0).size(), 0, "lost");
        bench.Run(Seconds(5));
        NS_TEST_EXPECT_MSG_EQ(complete->IsInSync("10.0.0.10"), false, "given up");
        for (uint32_t flow = 0; flow < 30; flow += 3)
        {
            NS_TEST_EXPECT_MSG_EQ(bench.Send(1, flow, ACK), servers[flow], "goes on");
        }
        // a half-open one has 60 s from when its holder was given up, 3 s after its last word
        bench.Run(Seconds(50));
        NS_TEST_EXPECT_MSG_EQ(bench.GetTable(1).size(), 30, "there");
        bench.Run(Seconds(15));
        NS_TEST_EXPECT_MSG_EQ(bench.GetTable(1).size(), 20, "half-open ones end");

        power(true);
        bench.Run(Seconds(5));
        NS_TEST_EXPECT_MSG_EQ((bench.GetTable(0) == bench.GetTable(1)), true, "told all of it");
        // the traffic moves back, and meets itself: just one of them holds each connection
        for (uint32_t flow = 1; flow < 30; flow += 2)
        {
            NS_TEST_EXPECT_MSG_EQ(bench.Send(0, flow, ACK), servers[flow], "back again");
            NS_TEST_EXPECT_MSG_EQ(bench.Send(1, flow, ACK), servers[flow], "at both");
            NS_TEST_EXPECT_MSG_EQ(bench.Send(0, flow, FIN | ACK), servers[flow], "at both");
        }
        bench.Run(Seconds(1));
        for (uint32_t i = 0; i < 2; i++)
        {
            bench.directors[i]->GetTable().ForEach([&](const Connection& connection) {
                Connection* other = nullptr;
                const auto key = ConnectionTable::GetKey(connection);
                bench.directors[1 - i]->Visit(0, UINT64_MAX, [&](Connection& each) {
                    other = ConnectionTable::GetKey(each) == key ? &each : other;
                });
                NS_TEST_ASSERT_MSG_EQ((other != nullptr), true, "at both");
                NS_TEST_EXPECT_MSG_EQ((SharedBooks::GetHolder(connection) == 0),
                                      (SharedBooks::GetHolder(*other) != 0),
                                      "held by one");
            });
        }
        bench.Run(Seconds(2000));
        NS_TEST_EXPECT_MSG_EQ(bench.GetTable(0).size(), 0, "all ends");
        NS_TEST_EXPECT_MSG_EQ(bench.GetTable(1).size(), 0, "here too");
    }
};

/// Servers that the other does not know
class ForeignTestCase : public TestCase
{
  public:
    ForeignTestCase()
        : TestCase("A server that is in no service at the backup")
    {
    }

  private:
    void DoRun() override
    {
        PairBench bench("ns3::gipt::IpvsConnectionSync");
        const auto& backup = bench.directors[1];
        const auto service = backup->FindService("10.0.0.100", 80, 6);
        for (uint32_t flow = 0; flow < 3; flow++)
        {
            for (const uint8_t flags : {SYN, ACK, ACK})
            {
                bench.Send(0, flow, flags);
            }
        }
        const uint32_t server = bench.Send(0, 0, ACK);
        const Ipv4Address address(0x0a000000 + server);
        backup->RemoveRealServer(service, address, 80);
        bench.Run(Seconds(4));
        NS_TEST_EXPECT_MSG_EQ(bench.GetTable(1).size(), 3, "entered");
        NS_TEST_EXPECT_MSG_EQ(bench.Send(1, 0, ACK), server, "its packets go there");
        backup->AddRealServer(service, address, 80);
        const auto known = service->FindServer(address, 80);
        NS_TEST_EXPECT_MSG_EQ(known->GetActiveConnections(), 0, "not its own yet");
        for (uint32_t i = 0; i < 50; i++)
        {
            bench.Send(0, 0, ACK);
        }
        bench.Run(Seconds(4));
        NS_TEST_EXPECT_MSG_EQ(known->GetActiveConnections(), 1, "its own when heard of again");
        NS_TEST_EXPECT_MSG_EQ(bench.Send(1, 0, ACK), server, "as before");
        bench.Run(Seconds(1000));
        NS_TEST_EXPECT_MSG_EQ(known->GetActiveConnections(), 0, "none left");
    }
};

/// RFC 7690
class IcmpTestCase : public TestCase
{
  public:
    IcmpTestCase()
        : TestCase("An ICMP error about a flow of another director")
    {
    }

  private:
    /**
     * @brief Put errors about a flow to a director that has not scheduled it.
     * @param typeId class of the synchronisation, "" for none
     * @return number of errors of two that go to the flow's server
     */
    static uint32_t Count(const std::string& typeId)
    {
        PairBench bench(typeId);
        uint32_t server = 0;
        for (const uint8_t flags : {SYN, ACK, ACK})
        {
            server = bench.Send(0, 0, flags);
        }
        bench.Run(Seconds(4));
        // 3/4 about an answer of the real server, and 11/0, come by the path of the other one
        uint32_t relayed = 0;
        for (const uint32_t size : {68, 576})
        {
            const auto decision =
                bench.directors[1]->DecideIcmp(PairBench::KeyOf(0), size, Simulator::Now());
            relayed += decision.verdict == Verdict::FORWARD &&
                       (decision.server->GetAddress().Get() & 255) == server;
        }
        return relayed;
    }

    void DoRun() override
    {
        NS_TEST_EXPECT_MSG_EQ(Count(""), 0, "lost: a black hole for full packets");
        NS_TEST_EXPECT_MSG_EQ(Count("ns3::gipt::IpvsConnectionSync"), 2, "Linux's");
        NS_TEST_EXPECT_MSG_EQ(Count("ns3::gipt::CompleteConnectionSync"), 2, "complete");

        // octet by octet through a director that was told of the flow
        DirectorBench bench;
        bench.AddService("rr", {1, 1});
        Tcp answer;
        answer.source = 80;
        answer.destination = 1024;
        answer.flags = ACK;
        Ip back;
        back.source = "10.0.0.100";
        back.destination = "192.0.2.1";
        Ip router;
        router.source = "203.0.113.1";
        const auto error = Icmp(router, 3, 4, 1400, First(answer(back, Data(1400)), 28));
        NS_TEST_EXPECT_MSG_EQ(bench.Exchange(error).server.size(), 0, "not told: lost");
        SyncRecord record;
        record.key.client = "192.0.2.1";
        record.key.clientPort = 1024;
        record.key.virtualAddress = "10.0.0.100";
        record.key.virtualPort = 80;
        record.key.protocol = 6;
        record.server = "10.0.0.22";
        record.serverPort = 80;
        record.state = ConnectionState::ESTABLISHED;
        bench.director->TakeRecord(record, 3, Simulator::Now());
        NS_TEST_EXPECT_MSG_EQ(ToHex(Only(bench.Exchange(error).server)),
                              ToHex(Tunnelled(error, 22)),
                              "told: to the flow's server");
    }
};

/// The test suite
class ConnectionSyncTestSuite : public TestSuite
{
  public:
    ConnectionSyncTestSuite()
        : TestSuite("gipt-connection-sync")
    {
        AddTestCase(new MessageTestCase);
        AddTestCase(new RulesTestCase);
        AddTestCase(new PeriodTestCase);
        AddTestCase(new FlushTestCase);
        AddTestCase(new CompleteTestCase("from the beginning", Seconds(0), 0));
        AddTestCase(new CompleteTestCase("who asks later", Seconds(3), 0));
        AddTestCase(new CompleteTestCase("one frame in twenty is lost", Seconds(0), 0.05));
        AddTestCase(new TakeOverTestCase);
        AddTestCase(new ForeignTestCase);
        AddTestCase(new IcmpTestCase);
    }
};

/// The suite
ConnectionSyncTestSuite g_connectionSyncTestSuite;

} // namespace
