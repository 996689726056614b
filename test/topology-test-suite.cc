/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/icmpv4.h"
#include "ns3/inet-socket-address.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv4-raw-socket-factory.h"
#include "ns3/ipv4.h"
#include "ns3/multi-site-helper.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/simulator.h"
#include "ns3/site-graph.h"
#include "ns3/site-topology-reader.h"
#include "ns3/socket.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <map>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of topologies.
 *
 * 1. Great circles and fibre delays against figures computed with another formula.
 * 2. Abilene from its file: cities, links, rates; delays and next hops of shortest paths against
 *    those networkx finds.
 * 3. Ties, parallel links, links without delay, cities without a way.
 * 4. A world made of Abilene: every city reaches every other in the time the graph tells.
 */

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/// The topology of the examples.
const std::string ABILENE = GIPT_SOURCE_DIR "/examples/topologies/abilene.graphml";

/**
 * @brief A city by its position.
 * @param latitude degrees
 * @param longitude degrees
 * @return the city
 */
SiteGraph::City
At(double latitude, double longitude)
{
    SiteGraph::City city;
    city.hasPosition = true;
    city.latitude = latitude;
    city.longitude = longitude;
    return city;
}

/// 1. Great circles.
class DistanceTestCase : public TestCase
{
  public:
    DistanceTestCase()
        : TestCase("Great-circle distances and fibre delays")
    {
    }

  private:
    void DoRun() override
    {
        // By the spherical law of cosines, in Python.
        double distance =
            SiteGraph::GetDistance(At(47.60621, -122.33207), At(37.36883, -122.03635));
        NS_TEST_EXPECT_MSG_EQ_TOL(distance, 1138602.104, 0.01, "Seattle to Sunnyvale");
        distance = SiteGraph::GetDistance(At(40.71427, -74.00597), At(38.89511, -77.03637));
        NS_TEST_EXPECT_MSG_EQ_TOL(distance, 328491.176, 0.01, "New York to Washington");
        const double pi = std::acos(-1.0);
        NS_TEST_EXPECT_MSG_EQ_TOL(SiteGraph::GetDistance(At(90, 0), At(-90, 77)),
                                  pi * SiteGraph::EARTH_RADIUS,
                                  0.01,
                                  "pole to pole");
        NS_TEST_EXPECT_MSG_EQ_TOL(SiteGraph::GetDistance(At(0, 179), At(0, -179)),
                                  pi * SiteGraph::EARTH_RADIUS / 90,
                                  0.01,
                                  "across the date line");
        NS_TEST_EXPECT_MSG_EQ(SiteGraph::GetDistance(At(12.5, 7), At(12.5, 7)), 0, "to itself");
        Time delay = SiteGraph::GetFibreDelay(At(47.60621, -122.33207), At(37.36883, -122.03635));
        NS_TEST_EXPECT_MSG_EQ(delay.GetNanoSeconds(), 5696952, "two thirds of the speed of light");
    }
};

/// 2. Abilene.
class AbileneTestCase : public TestCase
{
  public:
    AbileneTestCase()
        : TestCase("Abilene and its shortest paths")
    {
    }

  private:
    void DoRun() override
    {
        TopologyReader reader;
        bool read = reader.Read(ABILENE);
        NS_TEST_ASSERT_MSG_EQ(read, true, reader.GetError());
        const SiteGraph& graph = reader.GetGraph();
        NS_TEST_EXPECT_MSG_EQ(reader.GetWarnings().size(), 0, "warnings");
        NS_TEST_ASSERT_MSG_EQ(graph.GetCities().size(), 11, "points of presence");
        NS_TEST_ASSERT_MSG_EQ(graph.GetLinks().size(), 14, "links");
        NS_TEST_EXPECT_MSG_EQ(graph.GetComponentCount(), 1, "components");
        for (const auto& link : graph.GetLinks())
        {
            NS_TEST_EXPECT_MSG_EQ(link.hasRate, true, "rate known");
            NS_TEST_EXPECT_MSG_EQ(link.rate.GetBitRate(), 9920000000, "OC-192");
        }

        // From networkx 3.6: single_source_dijkstra(graph, destination, weight=...), the weight of
        // an edge its great circle by 2/3 c; city, nanoseconds, next hop.
        struct Expected
        {
            const char* city;
            int64_t delay;
            const char* next;
        };

        const std::map<std::string, std::vector<Expected>> destinations{
            {"Kansas City",
             {{"New York", 10686772, "Chicago"},
              {"Chicago", 4953612, "Indianapolis"},
              {"Washington DC", 11439133, "Atlanta"},
              {"Seattle", 12695391, "Denver"},
              {"Sunnyvale", 12007302, "Denver"},
              {"Los Angeles", 14524829, "Sunnyvale"},
              {"Denver", 4484119, "Kansas City"},
              {"Kansas City", 0, "Kansas City"},
              {"Houston", 5206830, "Kansas City"},
              {"Atlanta", 7076476, "Indianapolis"},
              {"Indianapolis", 3636075, "Kansas City"}}},
            {"Atlanta",
             {{"New York", 6006249, "Washington DC"},
              {"Chicago", 4757939, "Indianapolis"},
              {"Washington DC", 4362656, "Atlanta"},
              {"Seattle", 19771867, "Denver"},
              {"Sunnyvale", 19083778, "Denver"},
              {"Los Angeles", 16683155, "Houston"},
              {"Denver", 11560595, "Kansas City"},
              {"Kansas City", 7076476, "Indianapolis"},
              {"Houston", 5641703, "Atlanta"},
              {"Atlanta", 0, "Atlanta"},
              {"Indianapolis", 3440402, "Atlanta"}}}};
        for (const auto& [destination, rows] : destinations)
        {
            uint32_t index = 0;
            NS_TEST_ASSERT_MSG_EQ(graph.Find(destination, index), true, destination);
            std::vector<SiteGraph::Path> paths = graph.GetPathsTo(index);
            for (const auto& row : rows)
            {
                NS_TEST_ASSERT_MSG_EQ(graph.Find(row.city, index), true, row.city);
                NS_TEST_EXPECT_MSG_EQ(paths[index].reachable, true, row.city);
                // Each link is rounded to a nanosecond.
                NS_TEST_EXPECT_MSG_EQ_TOL(paths[index].delay.GetNanoSeconds(),
                                          row.delay,
                                          10,
                                          row.city << " to " << destination);
                NS_TEST_EXPECT_MSG_EQ(graph.GetCities()[paths[index].next].name,
                                      row.next,
                                      row.city << " to " << destination);
            }
        }
    }
};

/// 3. Paths in small graphs.
class PathsTestCase : public TestCase
{
  public:
    PathsTestCase()
        : TestCase("Ties, parallel links, zero delays, no way")
    {
    }

  private:
    void DoRun() override
    {
        SiteGraph graph;
        for (const char* name : {"a", "b", "c", "d", "alone"})
        {
            SiteGraph::City city;
            city.name = name;
            graph.AddCity(city);
        }
        auto link = [&graph](uint32_t from, uint32_t to, Time delay) {
            SiteGraph::Link l;
            l.from = from;
            l.to = to;
            l.delay = delay;
            return graph.AddLink(l);
        };
        link(3, 2, MilliSeconds(1));
        link(3, 1, MilliSeconds(1));
        uint32_t toA = link(2, 0, MilliSeconds(1));
        link(0, 1, MilliSeconds(1));
        std::vector<SiteGraph::Path> paths = graph.GetPathsTo(0);
        NS_TEST_EXPECT_MSG_EQ(paths[3].next, 1, "of equal ways the one over the lower index");
        NS_TEST_EXPECT_MSG_EQ(paths[3].delay, MilliSeconds(2), "its delay");
        NS_TEST_EXPECT_MSG_EQ(paths[2].link, toA, "the only link");
        NS_TEST_EXPECT_MSG_EQ(paths[0].link, SiteGraph::NO_LINK, "at the destination");
        NS_TEST_EXPECT_MSG_EQ(paths[4].reachable, false, "no way");
        NS_TEST_EXPECT_MSG_EQ(paths[4].link, SiteGraph::NO_LINK, "no way, no link");
        NS_TEST_EXPECT_MSG_EQ(graph.GetComponentCount(), 2, "components");

        link(2, 0, MilliSeconds(1));
        NS_TEST_EXPECT_MSG_EQ(graph.GetPathsTo(0)[2].link, toA, "of equal links the first");
        uint32_t shorter = link(0, 2, MicroSeconds(999));
        paths = graph.GetPathsTo(0);
        NS_TEST_EXPECT_MSG_EQ(paths[2].link, shorter, "of parallel links the shorter");
        NS_TEST_EXPECT_MSG_EQ(paths[3].next, 2, "and the way over it");

        link(2, 1, Seconds(0));
        link(4, 1, Seconds(0));
        paths = graph.GetPathsTo(4);
        NS_TEST_EXPECT_MSG_EQ(paths[2].next, 1, "towards the destination without delay");
        NS_TEST_EXPECT_MSG_EQ(paths[1].next, 4, "and on");
        NS_TEST_EXPECT_MSG_EQ(paths[2].delay, Seconds(0), "in no time");
        NS_TEST_EXPECT_MSG_EQ(paths[3].next, 1, "one hop without delay less");
        uint32_t index = 77;
        NS_TEST_EXPECT_MSG_EQ(graph.Find("e", index), false, "unknown name");
    }
};

/// 4. A world.
class WorldTestCase : public TestCase
{
  public:
    WorldTestCase()
        : TestCase("Every city of Abilene reaches every other in the right time")
    {
    }

  private:
    void DoRun() override
    {
        MultiSiteHelper world;
        NS_TEST_EXPECT_MSG_EQ(world.ReadTopology("no/such/file").substr(0, 36),
                              "no/such/file:1: cannot be read or is",
                              "the helper tells the reader's error");
        NS_TEST_EXPECT_MSG_EQ(world.GetGraph().GetCities().size(), 0, "and makes nothing");
        NS_TEST_ASSERT_MSG_EQ(world.ReadTopology(ABILENE), "", "reading");
        const auto& cities = world.GetGraph().GetCities();
        for (const auto& city : cities)
        {
            m_hosts.push_back(world.AddClients(city.name, 1).Get(0));
        }
        const Ipv4Address announced("198.51.100.1");
        Ptr<Node> owner = m_hosts[3];
        world.Announce(announced, owner);
        owner->GetObject<Ipv4>()->AddAddress(1,
                                             Ipv4InterfaceAddress(announced, Ipv4Mask::GetOnes()));
        for (uint32_t from = 0; from < cities.size(); from++)
        {
            for (uint32_t to = 0; to < cities.size(); to++)
            {
                Time delay = world.GetGraph().GetPathsTo(to)[from].delay;
                // From host to router, and from host to host.
                Ping(from, world.GetAddress(world.GetRouter(cities[to].name)), delay, 1);
                if (from != to)
                {
                    Ping(from, world.GetAddress(m_hosts[to]), delay, 2);
                }
            }
            if (m_hosts[from] != owner)
            {
                Ping(from, announced, world.GetGraph().GetPathsTo(3)[from].delay, 2);
            }
        }
        Simulator::Run();
        for (const auto& probe : m_probes)
        {
            NS_TEST_EXPECT_MSG_EQ(probe.answers, 1, cities[probe.from].name << " to " << probe.to);
            // Besides, only the time to send some short packets.
            NS_TEST_EXPECT_MSG_EQ_TOL((probe.time - probe.expected).GetMicroSeconds(),
                                      5,
                                      5,
                                      cities[probe.from].name << " to " << probe.to);
        }
        NS_TEST_EXPECT_MSG_EQ(m_probes.size(), 11 * 11 + 11 * 10 + 10, "number of probes");
        NS_TEST_EXPECT_MSG_EQ(world.GetName(m_hosts[0]), "New York-client-1", "name");
        NS_TEST_EXPECT_MSG_EQ(world.GetCity(m_hosts[0]), "New York", "city");
        NS_TEST_EXPECT_MSG_EQ(world.GetAddress(m_hosts[1]), Ipv4Address("10.0.4.6"), "address");
        NS_TEST_EXPECT_MSG_EQ(world.FindNode(Ipv4Address("10.0.4.6")), m_hosts[1], "its node");
        NS_TEST_EXPECT_MSG_EQ((world.FindNode(Ipv4Address("10.0.4.7")) == nullptr),
                              true,
                              "no node");
        Simulator::Destroy();
        m_hosts.clear();
        m_probes.clear();
    }

    /// An echo request and its reply.
    struct Probe
    {
        uint32_t from;       ///< the asking host
        Ipv4Address to;      ///< who is asked
        Time expected;       ///< round-trip time of the links
        uint32_t answers{0}; ///< replies
        Time time;           ///< round-trip time seen
    };

    /**
     * @brief Send an echo request at the beginning of the simulation.
     * @param from index of the asking host
     * @param to who is asked
     * @param delay between the cities
     * @param hostLinks how many links of hosts are on the way, 0.1 ms each
     */
    void Ping(uint32_t from, Ipv4Address to, Time delay, int hostLinks)
    {
        std::size_t index = m_probes.size();
        m_probes.emplace_back();
        Probe& probe = m_probes.back();
        probe.from = from;
        probe.to = to;
        probe.expected = delay + delay + MicroSeconds(200 * hostLinks);
        Time start = MilliSeconds(200 * (index + 1));
        Simulator::Schedule(start, &WorldTestCase::SendProbe, this, index);
    }

    /**
     * @brief Send an echo request.
     * @param index number of the probe
     */
    void SendProbe(std::size_t index)
    {
        Ptr<Socket> socket =
            Socket::CreateSocket(m_hosts[m_probes[index].from], Ipv4RawSocketFactory::GetTypeId());
        socket->SetAttribute("Protocol", UintegerValue(1));
        socket->SetRecvCallback(MakeCallback(&WorldTestCase::ReceiveReply, this));
        Icmpv4Echo echo;
        echo.SetIdentifier(1);
        echo.SetSequenceNumber(static_cast<uint16_t>(index));
        Icmpv4Header header;
        header.SetType(Icmpv4Header::ICMPV4_ECHO);
        Ptr<Packet> packet = Create<Packet>();
        packet->AddHeader(echo);
        packet->AddHeader(header);
        m_sent = Simulator::Now();
        socket->SendTo(packet, 0, InetSocketAddress(m_probes[index].to, 0));
    }

    /**
     * @brief Something came in at a probe's socket.
     * @param socket the socket
     */
    void ReceiveReply(Ptr<Socket> socket)
    {
        while (Ptr<Packet> packet = socket->Recv())
        {
            Ipv4Header ip;
            Icmpv4Header icmp;
            Icmpv4Echo echo;
            packet->RemoveHeader(ip);
            packet->RemoveHeader(icmp);
            if (icmp.GetType() != Icmpv4Header::ICMPV4_ECHO_REPLY)
            {
                continue;
            }
            packet->RemoveHeader(echo);
            Probe& probe = m_probes.at(echo.GetSequenceNumber());
            if (ip.GetSource() == probe.to)
            {
                probe.answers++;
                probe.time = Simulator::Now() - m_sent;
            }
        }
        // Not here and now: ns-3 is going through its raw sockets.
        Simulator::ScheduleNow(&Socket::Close, socket);
    }

    std::vector<Ptr<Node>> m_hosts; ///< one in each city
    std::vector<Probe> m_probes;    ///< all probes
    Time m_sent;                    ///< when the last was sent
};

/// Tests of topologies.
class TopologyTestSuite : public TestSuite
{
  public:
    TopologyTestSuite()
        : TestSuite("gipt-topology")
    {
        AddTestCase(new DistanceTestCase);
        AddTestCase(new AbileneTestCase);
        AddTestCase(new PathsTestCase);
        AddTestCase(new WorldTestCase);
    }
};

TopologyTestSuite g_topologyTestSuite; ///< the suite

} // namespace
