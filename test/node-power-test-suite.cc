/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/application.h"
#include "ns3/arp-cache.h"
#include "ns3/csma-helper.h"
#include "ns3/error-model.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/ipv4-static-routing.h"
#include "ns3/link-fault.h"
#include "ns3/node-power.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/pointer.h"
#include "ns3/restartable.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"
#include "ns3/string.h"
#include "ns3/tcp-abandon.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/test.h"
#include "ns3/udp-socket-factory.h"
#include "ns3/uinteger.h"

#include <set>
#include <sstream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of the power of nodes.
 *
 * 1. What is in flight is lost, to the frame: what a node had begun to send or held back when its
 *    power went, and what was on its way to it, even when the power is back before it arrives; what
 *    is sent afterwards arrives. A device's own error model goes on judging.
 * 2. Interfaces are down and up again, but those that were down before; static routes are as they
 *    were, in their order, also those of a node whose routes have changed meanwhile.
 * 3. Two causes: the node and its interfaces are back when both are over.
 * 4. Applications that can restart are told once, with interfaces down and up; TCP connections are
 *    gone without a word, listening sockets are there; a server that is back does not answer for
 *    a connection from before.
 * 5. On a shared LAN: a node without power does not answer ARP, and has forgotten its neighbours.
 */

using namespace ns3;
using namespace ns3::gipt;

namespace
{

constexpr uint16_t PORT = 4000; ///< of all sockets here

/// A link of 1 Mbit/s and 100 ms: a frame of 1030 octets takes 8.24 ms to send.
class Link
{
  public:
    /**
     * @brief Make it.
     * @param queue size of the devices' queues
     */
    explicit Link(const std::string& queue = "100p")
        : nodes(2)
    {
        InternetStackHelper().Install(nodes);
        PointToPointHelper link;
        link.SetDeviceAttribute("DataRate", StringValue("1Mbps"));
        link.SetChannelAttribute("Delay", StringValue("100ms"));
        link.SetQueue("ns3::DropTailQueue<Packet>", "MaxSize", StringValue(queue));
        devices = link.Install(nodes);
        // puts a queueing discipline in front of each device
        Ipv4AddressHelper("10.0.0.0", "255.255.255.0").Assign(devices);
        for (uint32_t i = 0; i < 2; i++)
        {
            sockets.push_back(Socket::CreateSocket(nodes.Get(i), UdpSocketFactory::GetTypeId()));
            sockets[i]->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT));
            sockets[i]->SetRecvCallback(MakeCallback(&Link::Receive, this));
        }
    }

    ~Link()
    {
        Simulator::Destroy();
    }

    /**
     * @brief Send numbered packets of 1000 octets from the first node to the second.
     * @param time when
     * @param count how many at once
     */
    void Send(Time time, uint32_t count)
    {
        Simulator::Schedule(time, [this, count]() {
            for (uint32_t i = 0; i < count; i++)
            {
                std::vector<uint8_t> data(1000, m_sent++);
                sockets[0]->SendTo(Create<Packet>(data.data(), data.size()),
                                   0,
                                   InetSocketAddress("10.0.0.2", PORT));
            }
        });
    }

    /**
     * @brief Take the power from a node for some time.
     * @param node its index
     * @param from when it goes
     * @param to when it is back
     */
    void Fail(uint32_t node, Time from, Time to)
    {
        Ptr<NodePower> power = NodePower::Get(nodes.Get(node));
        Simulator::Schedule(from, &NodePower::Off, power);
        Simulator::Schedule(to, &NodePower::On, power);
    }

    NodeContainer nodes;              ///< both
    NetDeviceContainer devices;       ///< their devices
    std::vector<Ptr<Socket>> sockets; ///< their UDP sockets
    std::set<uint32_t> received;      ///< numbers of packets received

  private:
    /**
     * @brief Packets came.
     * @param socket where
     */
    void Receive(Ptr<Socket> socket)
    {
        while (Ptr<Packet> packet = socket->Recv())
        {
            uint8_t number;
            packet->CopyData(&number, 1);
            received.insert(number);
        }
    }

    uint8_t m_sent{0}; ///< number of the next packet
};

/**
 * @brief The numbers of a range.
 * @param first the first
 * @param last the last
 * @return all from first to last
 */
std::set<uint32_t>
Range(uint32_t first, uint32_t last)
{
    std::set<uint32_t> numbers;
    for (uint32_t i = first; i <= last; i++)
    {
        numbers.insert(i);
    }
    return numbers;
}

/**
 * @brief Numbers as text.
 * @param numbers the numbers
 * @return one after the other
 */
std::string
ToText(const std::set<uint32_t>& numbers)
{
    std::ostringstream text;
    for (uint32_t number : numbers)
    {
        text << number << ' ';
    }
    return text.str();
}

/// 1. What is in flight.
class InFlightTestCase : public TestCase
{
  public:
    InFlightTestCase()
        : TestCase("What is in flight is lost, to the frame")
    {
    }

  private:
    void DoRun() override
    {
        // The sender: three frames are on their way or being sent, seven wait, five of them in the
        // queueing discipline. It is back before the first would have arrived.
        for (const char* queue : {"100p", "2p"})
        {
            Link link(queue);
            link.Send(Seconds(1), 10);
            link.Fail(0, MilliSeconds(1020), MilliSeconds(1050));
            link.Send(MilliSeconds(1050), 2);
            Simulator::Run();
            NS_TEST_EXPECT_MSG_EQ(ToText(link.received), ToText(Range(10, 11)), "the sender");
            NS_TEST_EXPECT_MSG_EQ(
                LinkFault::Get(link.devices.Get(1))->GetLost(LinkFaultReason::DARK),
                3,
                "frames it had begun");
        }
        // The receiver: frames 0 to 6 are begun before it is back, at 1, 1.00824, ..., 1.04944 s.
        {
            Link link;
            link.Send(Seconds(1), 10);
            link.Fail(1, MilliSeconds(1020), MilliSeconds(1050));
            Simulator::Run();
            NS_TEST_EXPECT_MSG_EQ(ToText(link.received), ToText(Range(7, 9)), "the receiver");
        }
        // Nothing is lost of what arrived before, nor of what comes when all is over.
        {
            Link link;
            link.Send(Seconds(1), 1);
            link.Send(Seconds(2), 1);
            link.Send(Seconds(3), 1);
            link.Fail(1, MilliSeconds(1109), MilliSeconds(2107)); // arrives 1.10824, 2.10824
            Simulator::Run();
            NS_TEST_EXPECT_MSG_EQ(ToText(link.received), "0 2 ", "before and after");
        }
        // The error model that was there before.
        {
            Link link;
            Ptr<ReceiveListErrorModel> model = CreateObject<ReceiveListErrorModel>();
            model->SetList({1, 3});
            link.devices.Get(1)->SetAttribute("ReceiveErrorModel", PointerValue(model));
            link.Fail(0, MilliSeconds(100), MilliSeconds(200));
            link.Send(Seconds(1), 5);
            Simulator::Run();
            NS_TEST_EXPECT_MSG_EQ(ToText(link.received), "0 2 4 ", "the device's own model");
        }
    }
};

/**
 * @brief The static routes of a node as text.
 * @param node the node
 * @return all, in their order
 */
std::string
Routes(Ptr<Node> node)
{
    Ptr<Ipv4StaticRouting> routing =
        Ipv4StaticRoutingHelper().GetStaticRouting(node->GetObject<Ipv4>());
    std::ostringstream text;
    for (uint32_t i = 0; i < routing->GetNRoutes(); i++)
    {
        text << routing->GetRoute(i) << " metric " << routing->GetMetric(i) << "\n";
    }
    return text.str();
}

/// 2. and 3. Interfaces and routes.
class InterfacesTestCase : public TestCase
{
  public:
    InterfacesTestCase()
        : TestCase("Interfaces and static routes are as before; two causes")
    {
    }

  private:
    void DoRun() override
    {
        NodeContainer nodes(4);
        InternetStackHelper().Install(nodes);
        PointToPointHelper link;
        for (uint32_t i = 1; i < nodes.GetN(); i++)
        {
            const std::string base = "10.0." + std::to_string(i) + ".0";
            Ipv4AddressHelper(base.c_str(), "255.255.255.0")
                .Assign(link.Install(nodes.Get(0), nodes.Get(i)));
        }
        Ptr<Ipv4> ipv4 = nodes.Get(0)->GetObject<Ipv4>();
        Ptr<Ipv4StaticRouting> routing = Ipv4StaticRoutingHelper().GetStaticRouting(ipv4);
        routing->SetDefaultRoute("10.0.2.2", 2, 7);
        routing->AddNetworkRouteTo("10.9.0.0", "255.255.0.0", "10.0.1.2", 1, 3);
        routing->AddHostRouteTo("10.9.0.9", "10.0.2.2", 2);
        routing->AddHostRouteTo("10.9.0.8", 1);
        routing->AddNetworkRouteTo("10.9.0.0", "255.255.0.0", "10.0.2.2", 2, 3);
        ipv4->SetDown(3);
        const std::string before = Routes(nodes.Get(0));
        Ptr<NodePower> power = NodePower::Get(nodes.Get(0));

        power->Off();
        NS_TEST_EXPECT_MSG_EQ(Interfaces(ipv4), "1000", "without power");
        NS_TEST_EXPECT_MSG_EQ(routing->GetNRoutes(), 1, "the loopback's");
        NS_TEST_EXPECT_MSG_EQ(power->IsOn(), false, "without power");
        power->On();
        NS_TEST_EXPECT_MSG_EQ(Interfaces(ipv4), "1110", "the last was down before");
        NS_TEST_EXPECT_MSG_EQ(Routes(nodes.Get(0)), before, "routes");
        NS_TEST_EXPECT_MSG_EQ(power->IsOn(), true, "with power");

        // Two causes, and a cut link beside them, in an order that is not that of their begins.
        power->Off();
        power->HoldDown(2);
        power->Off();
        power->On();
        NS_TEST_EXPECT_MSG_EQ(Interfaces(ipv4), "1000", "one of two is left");
        power->On();
        NS_TEST_EXPECT_MSG_EQ(Interfaces(ipv4), "1100", "the link is cut");
        power->HoldDown(2);
        power->Release(2);
        NS_TEST_EXPECT_MSG_EQ(Interfaces(ipv4), "1100", "it is cut still");
        power->Release(2);
        NS_TEST_EXPECT_MSG_EQ(Interfaces(ipv4), "1110", "all over");
        NS_TEST_EXPECT_MSG_EQ(Routes(nodes.Get(0)), before, "routes");

        // Routes that somebody adds and removes meanwhile stay so.
        power->HoldDown(1);
        routing->AddHostRouteTo("10.9.0.7", "10.0.2.2", 2);
        power->Release(1);
        NS_TEST_EXPECT_MSG_EQ(routing->GetNRoutes(), 9, "one more");
        routing->RemoveRoute(8);
        NS_TEST_EXPECT_MSG_EQ(Routes(nodes.Get(0)), before, "and nothing else");
        Simulator::Destroy();
    }

    /**
     * @brief The state of all interfaces.
     * @param ipv4 the stack
     * @return 1 for each that is up, 0 for each that is down
     */
    static std::string Interfaces(Ptr<Ipv4> ipv4)
    {
        std::string text;
        for (uint32_t i = 0; i < ipv4->GetNInterfaces(); i++)
        {
            text += ipv4->IsUp(i) ? '1' : '0';
        }
        return text;
    }
};

/// An application that writes down what it is told.
class Diary : public Application, public Restartable
{
  public:
    void PowerOff() override
    {
        text += GetNode()->GetObject<Ipv4>()->IsUp(1) ? "off-too-early " : "off ";
    }

    void PowerOn() override
    {
        text += GetNode()->GetObject<Ipv4>()->IsUp(1) ? "on " : "on-too-early ";
    }

    std::string text; ///< what was written
};

/// 4. Applications and TCP.
class ApplicationsTestCase : public TestCase
{
  public:
    ApplicationsTestCase()
        : TestCase("Applications are told, TCP connections are gone")
    {
    }

  private:
    void DoRun() override
    {
        Link link;
        Ptr<Diary> diary = CreateObject<Diary>();
        link.nodes.Get(1)->AddApplication(diary);
        Ptr<NodePower> power = NodePower::Get(link.nodes.Get(1));
        power->TraceConnectWithoutContext("Power",
                                          MakeCallback(&ApplicationsTestCase::Power, this));
        link.Fail(1, Seconds(2), Seconds(4));
        link.Fail(1, Seconds(3), Seconds(5));

        const InetSocketAddress server("10.0.0.2", PORT);
        Ptr<Socket> listener = NewSocket(link.nodes.Get(1));
        listener->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT));
        listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                    MakeCallback(&ApplicationsTestCase::Accept, this));
        listener->Listen();
        Ptr<Socket> client = NewSocket(link.nodes.Get(0));
        Simulator::Schedule(MilliSeconds(500), [client, server]() { client->Connect(server); });
        Ptr<Socket> later = NewSocket(link.nodes.Get(0));
        Simulator::Schedule(Seconds(6), [later, server]() { later->Connect(server); });

        Simulator::Schedule(Seconds(1), [this, client]() {
            NS_TEST_EXPECT_MSG_EQ(m_accepted.size(), 1, "connected");
            NS_TEST_EXPECT_MSG_EQ(GetTcpState(client), TcpSocket::ESTABLISHED, "connected");
        });
        Simulator::Schedule(MilliSeconds(5500), [this, client, listener]() {
            NS_TEST_EXPECT_MSG_EQ(GetTcpState(m_accepted[0]), TcpSocket::CLOSED, "forgotten");
            NS_TEST_EXPECT_MSG_EQ(GetTcpState(listener), TcpSocket::LISTEN, "as at boot");
            NS_TEST_EXPECT_MSG_EQ(GetTcpState(client), TcpSocket::ESTABLISHED, "nobody told it");
            client->Send(Create<Packet>(100));
        });
        Simulator::Stop(Seconds(8));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(diary->text, "off on ", "told once");
        NS_TEST_EXPECT_MSG_EQ(m_power, "off at 2, on at 5, ", "trace");
        NS_TEST_EXPECT_MSG_EQ(m_received, 0, "nobody has the data");
        NS_TEST_EXPECT_MSG_EQ(client->GetRxAvailable(), 0, "no answer");
        NS_TEST_EXPECT_MSG_EQ(GetTcpState(client), TcpSocket::ESTABLISHED, "it tries again");
        NS_TEST_EXPECT_MSG_EQ(GetTcpState(later), TcpSocket::ESTABLISHED, "new connections");
        NS_TEST_EXPECT_MSG_EQ(m_accepted.size(), 2, "new connections");
    }

    /**
     * @brief Make a TCP socket.
     * @param node its node
     * @return the socket
     */
    static Ptr<Socket> NewSocket(Ptr<Node> node)
    {
        return Socket::CreateSocket(node, TcpSocketFactory::GetTypeId());
    }

    /**
     * @brief A connection was accepted.
     * @param socket its socket
     * @param from the client
     */
    void Accept(Ptr<Socket> socket, const Address& from)
    {
        m_accepted.push_back(socket);
        socket->SetRecvCallback(MakeCallback(&ApplicationsTestCase::Receive, this));
    }

    /**
     * @brief Data came.
     * @param socket its socket
     */
    void Receive(Ptr<Socket> socket)
    {
        m_received++;
    }

    /**
     * @brief The power went or is back.
     * @param node id of the node
     * @param on whether it is back
     */
    void Power(uint32_t node, bool on)
    {
        m_power += (on ? "on at " : "off at ") +
                   std::to_string(Simulator::Now().GetTimeStep() / Seconds(1).GetTimeStep()) + ", ";
    }

    std::vector<Ptr<Socket>> m_accepted; ///< the server's sockets
    uint32_t m_received{0};              ///< how often data came
    std::string m_power;                 ///< what the trace said
};

/// 5. A shared LAN.
class LanTestCase : public TestCase
{
  public:
    LanTestCase()
        : TestCase("A node without power on a shared LAN")
    {
    }

  private:
    void DoRun() override
    {
        NodeContainer nodes(3);
        InternetStackHelper().Install(nodes);
        NetDeviceContainer devices = CsmaHelper().Install(nodes);
        Ipv4AddressHelper("10.0.0.0", "255.255.255.0").Assign(devices);
        std::vector<Ptr<Socket>> sockets;
        for (uint32_t i = 0; i < nodes.GetN(); i++)
        {
            sockets.push_back(Socket::CreateSocket(nodes.Get(i), UdpSocketFactory::GetTypeId()));
            sockets[i]->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT));
        }

        struct Message
        {
            uint32_t from;       ///< node that sends
            uint32_t time;       ///< when, in seconds
            const char* address; ///< to whom
        };

        for (const auto& [from, time, address] : std::vector<Message>{{0, 1, "10.0.0.2"},
                                                                      {1, 1, "10.0.0.1"},
                                                                      {0, 3, "10.0.0.2"},
                                                                      {2, 3, "10.0.0.2"},
                                                                      {0, 9, "10.0.0.2"}})
        {
            Simulator::Schedule(Seconds(time), [sockets, from = from, address = address]() {
                sockets[from]->SendTo(Create<Packet>(10), 0, InetSocketAddress(address, PORT));
            });
        }
        Ptr<NodePower> power = NodePower::Get(nodes.Get(1));
        Simulator::Schedule(Seconds(2), &NodePower::Off, power);
        Simulator::Schedule(Seconds(8), &NodePower::On, power);
        auto knows = [nodes](uint32_t node, const char* address) {
            Ptr<ArpCache> cache =
                nodes.Get(node)->GetObject<Ipv4L3Protocol>()->GetInterface(1)->GetArpCache();
            ArpCache::Entry* entry = cache->Lookup(address);
            return entry && entry->IsAlive();
        };
        Simulator::Schedule(MilliSeconds(1900), [&]() {
            NS_TEST_EXPECT_MSG_EQ(sockets[1]->GetRxAvailable(), 10, "before");
            NS_TEST_EXPECT_MSG_EQ(knows(1, "10.0.0.1"), true, "its neighbour");
        });
        Simulator::Schedule(MilliSeconds(7900), [&]() {
            NS_TEST_EXPECT_MSG_EQ(sockets[1]->GetRxAvailable(), 10, "meanwhile");
            NS_TEST_EXPECT_MSG_EQ(knows(1, "10.0.0.1"), false, "forgotten");
            NS_TEST_EXPECT_MSG_EQ(knows(0, "10.0.0.2"), true, "its neighbour remembers it");
            NS_TEST_EXPECT_MSG_EQ(knows(2, "10.0.0.2"), false, "it has not answered");
        });
        Simulator::Stop(Seconds(20));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(sockets[1]->GetRxAvailable(), 20, "after");
        Simulator::Destroy();
    }
};

/// Tests of the power of nodes.
class NodePowerTestSuite : public TestSuite
{
  public:
    NodePowerTestSuite()
        : TestSuite("gipt-node-power")
    {
        AddTestCase(new InFlightTestCase);
        AddTestCase(new InterfacesTestCase);
        AddTestCase(new ApplicationsTestCase);
        AddTestCase(new LanTestCase);
    }
};

NodePowerTestSuite g_nodePowerTestSuite; ///< the suite

} // namespace
