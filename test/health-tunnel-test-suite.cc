/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "health-bench.h"

#include "ns3/error-model.h"
#include "ns3/health-tunnel.h"
#include "ns3/inet-socket-address.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/pointer.h"
#include "ns3/socket.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/test.h"

#include <algorithm>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of the health monitor's probes, to the real server's own address and through the tunnel to
 * the VIP on it.
 *
 * 1. By ICMP, TCP, HTTP and UDP, both ways: living servers answer, in a round trip or a few.
 * 2. Faults that only clients meet - tunnel device down, VIP missing, tunnel packets lost on the
 *    way, ipip not loaded, reverse path filter on the real server: by each method the probe through
 *    the tunnel fails and the server is taken out, while the probe to its own address is answered
 *    and it stays. The other server stays in both. Once the fault is mended the server comes back.
 * 3. On the wire: outer header from the director to the real server, inner from the director to the
 *    VIP; only what answers an open probe is let in, everything else from the VIP is a martian.
 * 4. A closed UDP port fails at once, both ways; silence fails, or does not without RequireReply;
 *    an answer that is not the expected one fails.
 * 5. HTTP: status, ranges, body, digest, length; what is no HTTP.
 * 6. Probes from an address of their own.
 * 7. The list of methods, and methods that cannot be read.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace packets;

namespace
{

/// Loses IPIP packets and nothing else
class TunnelLoss : public ErrorModel
{
  private:
    bool DoCorrupt(Ptr<Packet> packet) override
    {
        constexpr uint32_t PROTOCOL = 14 + 9; // Ethernet header, then the field's place in IPv4's
        uint8_t start[PROTOCOL + 1]{};
        packet->CopyData(start, sizeof(start));
        return IsEnabled() && start[12] == 8 && start[13] == 0 && start[PROTOCOL] == 4;
    }

    void DoReset() override
    {
    }
};

/// What can be wrong with a real server that answers at its own address
enum class Fault
{
    DEVICE_DOWN, //!< "ip link set tunl0 down"
    NO_VIP,      //!< "ip addr del VIP/32 dev tunl0"
    LOSS,        //!< protocol 4 is filtered on the way
    NO_MODULE,   //!< "rmmod ipip"
    RP_FILTER    //!< net.ipv4.conf.tunl0.rp_filter=1
};

/// Faults that only clients meet
class FaultTestCase : public TestCase
{
  public:
    /**
     * @param method how servers are asked
     * @param fault what is wrong
     * @param name its name
     */
    FaultTestCase(const std::string& method, Fault fault, const std::string& name)
        : TestCase("By " + method + ": " + name),
          m_method(method),
          m_fault(fault)
    {
    }

  private:
    /**
     * @brief Break the first server, or mend it.
     * @param farm director and servers
     * @param broken whether it breaks
     */
    void Break(ServerFarm& farm, bool broken) const
    {
        const auto ipv4 = farm.GetIpv4(1);
        const auto interface = ipv4->GetInterfaceForDevice(farm.tunnels.at(0));
        const auto tunnel =
            DynamicCast<IpipL4Protocol>(ipv4->GetProtocol(IpipL4Protocol::PROT_NUMBER));
        switch (m_fault)
        {
        case Fault::DEVICE_DOWN:
            broken ? ipv4->SetDown(interface) : ipv4->SetUp(interface);
            break;
        case Fault::NO_VIP:
            broken ? ipv4->RemoveAddress(interface, Ipv4Address("10.0.0.100"))
                   : ipv4->AddAddress(interface,
                                      Ipv4InterfaceAddress("10.0.0.100", "255.255.255.255"));
            break;
        case Fault::LOSS: {
            auto loss = CreateObject<TunnelLoss>();
            broken ? loss->Enable() : loss->Disable();
            farm.devices.Get(1)->SetAttribute("ReceiveErrorModel", PointerValue(loss));
            break;
        }
        case Fault::NO_MODULE:
            tunnel->SetAttribute("Loaded", BooleanValue(!broken));
            break;
        case Fault::RP_FILTER:
            tunnel->SetAttribute("RpFilter", UintegerValue(broken ? 1 : 0));
            break;
        }
    }

    void DoRun() override
    {
        for (const bool isTunnel : {false, true})
        {
            ServerFarm farm;
            farm.Watch(m_method, isTunnel);
            farm.Run(Seconds(10));
            NS_TEST_EXPECT_MSG_EQ(farm.Servers(), " 3:1 2:1", "both live");
            Break(farm, true);
            farm.Run(Seconds(10));
            NS_TEST_EXPECT_MSG_EQ(farm.Servers(),
                                  (isTunnel ? " 3:1" : " 3:1 2:1"),
                                  "only a probe through the tunnel sees it");
            Break(farm, false);
            farm.Run(Seconds(10));
            NS_TEST_EXPECT_MSG_EQ(farm.Servers(),
                                  (isTunnel ? " 2:1 3:1" : " 3:1 2:1"),
                                  "it comes back");
            for (const auto& result : farm.results)
            {
                NS_TEST_EXPECT_MSG_EQ(
                    (result.second || (isTunnel && result.first == farm.AddressOf(1))),
                    true,
                    "the other one always answers");
            }
        }
    }

    std::string m_method; //!< how servers are asked
    Fault m_fault;        //!< what is wrong
};

/// Living servers
class LivingTestCase : public TestCase
{
  public:
    LivingTestCase()
        : TestCase("Living servers answer all probes, both ways")
    {
    }

  private:
    void DoRun() override
    {
        for (const std::string method :
             {"icmp", "tcp", "http", "udp", "http[Path=/alive|Host=www|Status=200-299]"})
        {
            for (const bool isTunnel : {false, true})
            {
                ServerFarm farm;
                farm.Watch(method, isTunnel);
                farm.Run(Seconds(20.5));
                NS_TEST_EXPECT_MSG_EQ(farm.results.size(), 21, "every second, " << method);
                const bool isGood = std::all_of(farm.results.begin(),
                                                farm.results.end(),
                                                [](const auto& result) { return result.second; });
                NS_TEST_EXPECT_MSG_EQ(isGood, true, "all answered, " << method);
                NS_TEST_EXPECT_MSG_LT(farm.slowest, MilliSeconds(30), "with ARP, " << method);
                NS_TEST_EXPECT_MSG_EQ(farm.director->GetDropped(DropReason::MARTIAN_SOURCE),
                                      0,
                                      "no answer is too late or too much, " << method);
                NS_TEST_EXPECT_MSG_EQ(farm.director->GetForwarded(),
                                      0,
                                      "probes are no clients, " << method);
            }
        }
    }
};

/// The packets
class WireTestCase : public TestCase
{
  public:
    WireTestCase()
        : TestCase("Probes on the wire, and martians")
    {
    }

  private:
    /**
     * @brief The header of an answer from the VIP to the director.
     * @return the header
     */
    static Ip Answer()
    {
        Ip ip;
        ip.source = "10.0.0.100";
        ip.destination = "10.0.0.10";
        return ip;
    }

    /**
     * @brief Note what a probe said.
     * @param address the server
     * @param answered whether it answered
     * @param time how long it took
     */
    void Probed(Ipv4Address address, bool answered, Time time)
    {
        m_results.push_back(answered);
    }

    void DoRun() override
    {
        DirectorBench bench;
        bench.AddService("rr", {1});
        auto check = CreateObject<HealthCheck>();
        check->SetAttribute("Tunnel", BooleanValue(true));
        check->SetAttribute("Retries", UintegerValue(100));
        check->TraceConnectWithoutContext("Probe", MakeCallback(&WireTestCase::Probed, this));
        bench.node->AddApplication(check);
        const auto martians = [&]() {
            return bench.director->GetDropped(DropReason::MARTIAN_SOURCE);
        };

        bench.Run(MilliSeconds(10));
        auto sent = Only(bench.servers.Take());
        NS_TEST_ASSERT_MSG_EQ(sent.size(), 20 + 20 + 8 + 56, "one echo request in the tunnel");
        Ip outer;
        outer.source = "10.0.0.10";
        outer.destination = "10.0.0.21";
        outer.protocol = 4;
        outer.df = false;
        Ip inner = outer;
        inner.destination = "10.0.0.100";
        const Octets data(56, 0);
        const auto expected = outer(Icmp(inner, 8, 0, 1 << 16 | 1, data));
        NS_TEST_EXPECT_MSG_EQ(ToHex(sent), ToHex(expected), "from the director to VIP in RIP");

        // Others than the one that is awaited are martians: source, identifier, type.
        bench.servers.Send(Icmp(Answer(), 0, 0, 2 << 16 | 1, data));
        bench.servers.Send(Icmp(Answer(), 8, 0, 1 << 16 | 1, data));
        bench.servers.Send(Tcp()(Answer()));
        bench.servers.Send(Udp(Answer(), 7, 1, data));
        bench.Run(MilliSeconds(10));
        NS_TEST_EXPECT_MSG_EQ(martians(), 4, "nobody asked for these");
        NS_TEST_EXPECT_MSG_EQ(m_results.size(), 0, "no answer yet");
        bench.servers.Send(Icmp(Answer(), 0, 0, 1 << 16 | 2, data));
        bench.Run(MilliSeconds(10));
        NS_TEST_EXPECT_MSG_EQ(m_results.size(), 0, "another sequence number is no answer");
        bench.servers.Send(Icmp(Answer(), 0, 0, 1 << 16 | 1, data));
        bench.Run(MilliSeconds(10));
        NS_TEST_EXPECT_MSG_EQ((m_results == std::vector<bool>{true}), true, "the answer");
        NS_TEST_EXPECT_MSG_EQ(martians(), 4, "is no martian");

        // Cut short it is none, and after the probe's end nothing is.
        bench.Run(Seconds(2));
        NS_TEST_ASSERT_MSG_EQ(bench.servers.Take().size(), 1, "the next one");
        auto cut = Icmp(Answer(), 0, 0, 2 << 16 | 2, data);
        cut.pop_back();
        bench.servers.Send(cut);
        bench.Run(Seconds(1.5)); // the timeout
        NS_TEST_EXPECT_MSG_EQ((m_results == std::vector<bool>{true, false}), true, "timed out");
        bench.servers.Send(Icmp(Answer(), 0, 0, 2 << 16 | 2, data));
        bench.Run(MilliSeconds(10));
        NS_TEST_EXPECT_MSG_EQ(martians(), 6, "cut, and late");

        // By TCP: SYN to VIP:80 in the tunnel; the right SYN+ACK only.
        check->SetAttribute("Method", StringValue("tcp"));
        check->PowerOff(); // a new method takes effect with new targets
        check->PowerOn();
        bench.Run(MilliSeconds(10));
        sent = Only(bench.servers.Take());
        NS_TEST_ASSERT_MSG_GT(sent.size(), 40, "a SYN in the tunnel");
        NS_TEST_EXPECT_MSG_EQ(ToHex(Part(sent, 12, 20)), "0a00000a0a000015", "outer DIP, RIP");
        NS_TEST_EXPECT_MSG_EQ(ToHex(Part(sent, 32, 40)), "0a00000a0a000064", "inner DIP, VIP");
        NS_TEST_EXPECT_MSG_EQ(ToHex(Part(sent, 42, 44)), "0050", "port 80");
        NS_TEST_EXPECT_MSG_EQ(+sent.at(53), +SYN, "SYN");
        Tcp reply;
        reply.flags = SYN | ACK;
        reply.destination = static_cast<uint16_t>(sent[40] << 8 | sent[41]);
        reply.acknowledged =
            (uint32_t{sent[44]} << 24 | sent[45] << 16 | sent[46] << 8 | sent[47]) + 1;
        reply.source = 81;
        bench.servers.Send(reply(Answer()));
        bench.Run(MilliSeconds(10));
        NS_TEST_EXPECT_MSG_EQ(martians(), 7, "from another port");
        reply.source = 80;
        bench.servers.Send(reply(Answer()));
        bench.Run(MilliSeconds(10));
        NS_TEST_EXPECT_MSG_EQ(martians(), 7, "the answer");
        NS_TEST_EXPECT_MSG_EQ((m_results == std::vector<bool>{true, false, true}), true, "alive");
        NS_TEST_EXPECT_MSG_EQ(bench.clients.Take().size(), 0, "nothing to anybody else");
    }

    std::vector<bool> m_results; //!< what probes said
};

/// UDP in particular
class UdpTestCase : public TestCase
{
  public:
    UdpTestCase()
        : TestCase("UDP: closed ports, silence, other answers")
    {
    }

  private:
    /**
     * @brief Ask a farm for some seconds.
     * @param method with attributes
     * @param tunnel through the tunnel
     * @param port port asked, 0 for the service's
     * @param[out] slowest the longest time to an end
     * @return servers in service after that
     */
    static std::string Ask(const std::string& method, bool tunnel, uint16_t port, Time& slowest)
    {
        ServerFarm farm;
        farm.Watch(method, tunnel);
        farm.check->SetAttribute("Port", UintegerValue(port));
        farm.check->SetAttribute("Retries", UintegerValue(1));
        std::vector<Ptr<Socket>> deaf;
        if (port == 5353)
        {
            for (uint32_t i = 1; i <= 2; i++) // one that hears and says nothing
            {
                auto socket = Socket::CreateSocket(farm.nodes.Get(i),
                                                   TypeId::LookupByName("ns3::UdpSocketFactory"));
                socket->Bind(InetSocketAddress(Ipv4Address::GetAny(), port));
                deaf.push_back(socket);
            }
        }
        farm.Run(Seconds(3));
        slowest = farm.slowest;
        return farm.Servers();
    }

    void DoRun() override
    {
        const std::string all = " 3:1 2:1";
        for (const bool isTunnel : {false, true})
        {
            Time slowest;
            NS_TEST_EXPECT_MSG_EQ(Ask("udp", isTunnel, 0, slowest), all, "answered");
            NS_TEST_EXPECT_MSG_EQ(Ask("udp", isTunnel, 9, slowest), "", "port unreachable");
            NS_TEST_EXPECT_MSG_LT(slowest, MilliSeconds(30), "at once");
            NS_TEST_EXPECT_MSG_EQ(Ask("udp[RequireReply=false]", isTunnel, 9, slowest),
                                  "",
                                  "port unreachable");
            NS_TEST_EXPECT_MSG_EQ(Ask("udp", isTunnel, 5353, slowest), "", "silence");
            NS_TEST_EXPECT_MSG_EQ(slowest, Seconds(1), "the timeout");
            NS_TEST_EXPECT_MSG_EQ(Ask("udp[RequireReply=false]", isTunnel, 5353, slowest),
                                  all,
                                  "silence will do");
            NS_TEST_EXPECT_MSG_EQ(Ask("udp[Payload=ask|Answer=ask]", isTunnel, 0, slowest),
                                  all,
                                  "an echo");
            NS_TEST_EXPECT_MSG_EQ(Ask("udp[Payload=ask|Answer=tell]", isTunnel, 0, slowest),
                                  "",
                                  "not what was expected");
        }
    }
};

/// HTTP in particular
class HttpTestCase : public TestCase
{
  public:
    HttpTestCase()
        : TestCase("HTTP: status, body, digest, length")
    {
    }

  private:
    /// A server that says one thing to whoever asks
    struct Parrot
    {
        /**
         * @brief Listen.
         * @param node where
         */
        void Listen(Ptr<Node> node)
        {
            listener = Socket::CreateSocket(node, TcpSocketFactory::GetTypeId());
            listener->Bind(InetSocketAddress(Ipv4Address::GetAny(), 8080));
            listener->Listen();
            listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                        MakeCallback(&Parrot::Accept, this));
        }

        /**
         * @param socket a connection
         * @param from the client
         */
        void Accept(Ptr<Socket> socket, const Address& from)
        {
            socket->SetRecvCallback(MakeCallback(&Parrot::Answer, this));
        }

        /**
         * @param socket a connection on which a request came
         */
        void Answer(Ptr<Socket> socket)
        {
            const Ptr<Packet> request = socket->Recv();
            if (!request || request->GetSize() == 0)
            {
                return; // the client has closed
            }
            if (!response.empty())
            {
                socket->Send(reinterpret_cast<const uint8_t*>(response.data()),
                             static_cast<uint32_t>(response.size()),
                             0);
            }
            if (closes)
            {
                socket->Close();
            }
        }

        std::string response;   //!< what it says
        bool closes;            //!< whether it closes then
        Ptr<Socket> listener{}; //!< listening socket
    };

    /**
     * @brief Whether a probe takes a response for one of a living server.
     * @param attributes of the probe
     * @param response the response
     * @param closes whether the server closes after it
     * @return true when the server stays in service
     */
    static bool IsAlive(const std::string& attributes,
                        const std::string& response,
                        bool closes = true)
    {
        bool alive[2];
        for (const bool isTunnel : {false, true})
        {
            ServerFarm farm(1);
            farm.Watch("http[" + attributes + "]", isTunnel);
            farm.check->SetAttribute("Port", UintegerValue(8080));
            farm.check->SetAttribute("Retries", UintegerValue(1));
            Parrot parrot{response, closes};
            parrot.Listen(farm.nodes.Get(1));
            farm.Run(Seconds(5));
            alive[isTunnel] = !farm.Servers().empty();
        }
        if (alive[0] != alive[1])
        {
            NS_FATAL_ERROR("the way makes a difference: " << attributes << ", " << response);
        }
        return alive[0];
    }

    void DoRun() override
    {
        const std::string ok = "HTTP/1.0 200 OK\r\n\r\n";
        const std::string nine = "HTTP/1.1 200 OK\r\ncontent-LENGTH: 9\r\n\r\n123456789";

        const struct
        {
            const char* attributes; // of the probe
            std::string response;   // of the server
            bool closes;            // whether it closes
            bool alive;             // whether that is a living server
        } CASES[] = {
            {"", ok, true, true},
            {"", ok, false, false}, // without a length only the close is its end
            {"", ok + "some text", true, true},
            {"", nine, false, true},
            {"", nine.substr(0, nine.size() - 1), true, false},
            {"", "HTTP/1.0 404 Not Found\r\n\r\n", true, false},
            {"Status=200,404", "HTTP/1.0 404 Not Found\r\n\r\n", true, true},
            {"Status=200,300-399", "HTTP/1.0 302 Found\r\n\r\n", true, true},
            {"Status=200,300-399", "HTTP/1.0 400 Bad\r\n\r\n", true, false},
            {"", "HTTP/1.0 200 OK\r\n", true, false},
            {"", "HTTP/1.0 2000 OK\r\n\r\n", true, true}, // its first three digits
            {"", "200 OK\r\n\r\n", true, false},
            {"", "SSH-2.0-none\r\n\r\n", true, false},
            {"", "", true, false},
            {"Body=123456789", nine, false, true},
            {"Body=12345678", nine, false, false},
            {"Digest=cbf43926", nine, false, true}, // the check value of CRC-32
            {"Digest=CBF43926", nine, false, true},
            {"Digest=cbf43927", nine, false, false},
        };

        for (const auto& each : CASES)
        {
            NS_TEST_EXPECT_MSG_EQ(IsAlive(each.attributes, each.response, each.closes),
                                  each.alive,
                                  "'" << each.attributes << "' for '" << each.response << "'");
        }
    }
};

/// An address of the probes' own
class AddressTestCase : public TestCase
{
  public:
    AddressTestCase()
        : TestCase("Probes from an address of their own")
    {
    }

  private:
    /**
     * @param outer outer header of a probe
     * @param packet inner packet
     */
    void Look(const Ipv4Header& outer, Ptr<const Packet> packet)
    {
        Ipv4Header inner;
        packet->PeekHeader(inner);
        m_isRight = inner.GetSource() == Ipv4Address("192.0.2.77") &&
                    outer.GetSource() == Ipv4Address("10.0.0.1");
    }

    bool m_isRight{false}; //!< the last probe had the right addresses

    void DoRun() override
    {
        for (const std::string method : {"icmp", "tcp", "http", "udp"})
        {
            ServerFarm farm;
            farm.Watch(method, true);
            farm.check->SetAttribute("ProbeAddress", Ipv4AddressValue("192.0.2.77"));
            Ipv4StaticRoutingHelper routing;
            routing.GetStaticRouting(farm.GetIpv4(1))->AddHostRouteTo("192.0.2.77", "10.0.0.1", 1);
            farm.Run(Seconds(10));
            NS_TEST_EXPECT_MSG_EQ(farm.Servers(), " 2:1", "3 has no route there, " << method);
            farm.Run(Seconds(1));
            const auto tunnel = farm.director->GetRouting()->GetHealthTunnel();
            NS_TEST_ASSERT_MSG_EQ(bool(tunnel), true, "there is a device");
            m_isRight = false;
            tunnel->TraceConnectWithoutContext("Probe", MakeCallback(&AddressTestCase::Look, this));
            farm.Run(Seconds(2));
            NS_TEST_EXPECT_MSG_EQ(m_isRight, true, "inside the probe's, outside the director's");
        }
    }
};

/// Methods by name
class MethodTestCase : public TestCase
{
  public:
    MethodTestCase()
        : TestCase("Methods by name")
    {
    }

  private:
    /**
     * @brief Why a method is refused.
     * @param method the method
     * @return the error, empty when there is none
     */
    static std::string ErrorOf(const std::string& method)
    {
        std::string error;
        const auto probe = HealthProbe::FromMethod(method, error);
        return probe ? "" : error;
    }

    void DoRun() override
    {
        const std::vector<std::string> names{"http", "icmp", "tcp", "udp"};
        NS_TEST_EXPECT_MSG_EQ((HealthProbe::GetNames() == names), true, "those there are");
        NS_TEST_EXPECT_MSG_EQ(ErrorOf("ns3::gipt::HttpProbe[Path=/x]"), "", "by TypeId");
        NS_TEST_EXPECT_MSG_EQ(ErrorOf("ssh"),
                              "unknown method 'ssh', expected one of http icmp tcp udp",
                              "there is none");
        NS_TEST_EXPECT_MSG_EQ(ErrorOf("http[Path=/x"),
                              "method 'http[Path=/x', expected http[ATTRIBUTE=VALUE|...]",
                              "not closed");
        for (const std::string wrong : {"Pth=/",
                                        "Status=20",
                                        "Status=",
                                        "Status=200-100",
                                        "Path",
                                        "Digest=12",
                                        "Digest=1234567g"})
        {
            NS_TEST_EXPECT_MSG_EQ(ErrorOf("http[" + wrong + "]"),
                                  "'" + wrong + "' in method 'http[" + wrong +
                                      "]', expected an attribute of ns3::gipt::HttpProbe and a "
                                      "value it takes",
                                  "cannot be set");
        }
        auto check = CreateObject<HealthCheck>();
        NS_TEST_EXPECT_MSG_EQ(check->SetAttributeFailSafe("Method", StringValue("ssh")),
                              false,
                              "refused");
        NS_TEST_EXPECT_MSG_EQ(check->GetMethod(), "icmp", "nothing has changed");
    }
};

/// All tests of probes
class HealthTunnelTestSuite : public TestSuite
{
  public:
    HealthTunnelTestSuite()
        : TestSuite("gipt-health-tunnel")
    {
        AddTestCase(new LivingTestCase);
        for (const std::string method : {"icmp", "tcp", "http", "udp"})
        {
            AddTestCase(new FaultTestCase(method, Fault::DEVICE_DOWN, "tunnel device down"));
            AddTestCase(new FaultTestCase(method, Fault::NO_VIP, "VIP missing"));
            AddTestCase(new FaultTestCase(method, Fault::LOSS, "tunnel packets lost"));
            AddTestCase(new FaultTestCase(method, Fault::NO_MODULE, "ipip not loaded"));
            AddTestCase(new FaultTestCase(method, Fault::RP_FILTER, "reverse path filter"));
        }
        AddTestCase(new WireTestCase);
        AddTestCase(new UdpTestCase);
        AddTestCase(new HttpTestCase);
        AddTestCase(new AddressTestCase);
        AddTestCase(new MethodTestCase);
    }
};

/// The suite
HealthTunnelTestSuite g_healthTunnelTestSuite;

} // namespace
