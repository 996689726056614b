/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup global-ip-tunneling
 * The active director of a pair loses its power: which connections go on at the other one, and why
 * do the others not?
 *
 *     client ------ router     director 1   director 2   server 1   server 2   server 3
 *             50 ms   |            |            |            |          |          |
 *                   ========================= 10.0.0.0/24 ============================
 *
 * Fifty clients a second connect to the VIP. Every other one sends at once, the others have nothing
 * to say for two seconds; then each sends a little every second. At 10 s the active director loses
 * its power, and VRRP gives floating address and VIP to the other one.
 */

#include "ns3/core-module.h"
#include "ns3/csma-module.h"
#include "ns3/global-ip-tunneling-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/point-to-point-module.h"

#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

const Time CRASH = Seconds(10);             ///< when the active director loses its power
const Ipv4Address VIP("198.51.100.1");      ///< address of the service
const Ipv4Address FLOATING("10.0.0.100");   ///< address that goes with it on the LAN
constexpr uint16_t PORT = 80;               ///< port of the service
constexpr uint32_t CLIENTS_PER_SECOND = 50; ///< new connections

/** A connection, as its client sees it. */
class Client
{
  public:
    /**
     * @brief Connect.
     * @param node the client's node
     * @param silence before it sends for the first time
     */
    Client(Ptr<Node> node, Time silence)
        : m_socket(Socket::CreateSocket(node, TcpSocketFactory::GetTypeId())),
          m_silence(silence)
    {
        m_socket->Bind();
        m_socket->SetConnectCallback(MakeCallback(&Client::HandleConnect, this),
                                     MakeCallback(&Client::HandleEnd, this));
        m_socket->SetCloseCallbacks(MakeCallback(&Client::HandleEnd, this),
                                    MakeCallback(&Client::HandleEnd, this));
        m_room = m_socket->GetTxAvailable();
        m_socket->Connect(InetSocketAddress(VIP, PORT));
        Address own;
        m_socket->GetSockName(own);
        port = InetSocketAddress::ConvertFrom(own).GetPort();
    }

    /**
     * @brief Whether the connection is there and all that was sent was acknowledged.
     * @return true when it has survived
     */
    bool IsAlive() const
    {
        return m_isConnected && m_socket->GetTxAvailable() == m_room;
    }

    uint16_t port; ///< the client's port

  private:
    /**
     * @brief The connection is there.
     * @param socket the socket
     */
    void HandleConnect(Ptr<Socket> socket)
    {
        m_isConnected = true;
        m_event = Simulator::Schedule(m_silence, &Client::Send, this);
    }

    /**
     * @brief The connection is gone.
     * @param socket the socket
     */
    void HandleEnd(Ptr<Socket> socket)
    {
        m_isConnected = false;
        m_event.Cancel();
    }

    /**
     * @brief Send a little, until there has been time enough to see what became of it.
     */
    void Send()
    {
        m_socket->Send(Create<Packet>(100));
        if (Simulator::Now() < CRASH + Seconds(20))
        {
            m_event = Simulator::Schedule(Seconds(1), &Client::Send, this);
        }
    }

    Ptr<Socket> m_socket;      ///< the connection
    Time m_silence;            ///< before it sends for the first time
    uint32_t m_room{0};        ///< of the socket's buffer
    bool m_isConnected{false}; ///< the connection is there
    EventId m_event;           ///< the next time it sends
};

/** What became of the connections. */
struct Result
{
    uint32_t known{0};    ///< that the active director had at the crash
    uint32_t survived{0}; ///< that went on
    std::map<std::string, std::pair<uint32_t, uint32_t>> broken; ///< of so many, by why
};

/**
 * @brief Take the power of a director's node.
 * @param node the node
 */
void
PowerOff(Ptr<Node> node)
{
    node->GetObject<Ipv4>()->SetDown(1);
    for (uint32_t i = 0; i < node->GetNApplications(); i++)
    {
        if (const auto application =
                dynamic_cast<Restartable*>(PeekPointer(node->GetApplication(i))))
        {
            application->PowerOff();
        }
    }
}

/**
 * @brief Run it once.
 * @param mode the synchronisation
 * @param pcap prefix of capture files of the second director, empty for none
 * @return what became of the connections
 */
Result
Run(const std::string& mode, const std::string& pcap)
{
    Config::SetDefault("ns3::TcpSocket::ConnTimeout", TimeValue(Seconds(1)));
    NodeContainer client(1);
    NodeContainer lan(6); // router, two directors, three servers
    NodeContainer directors(lan.Get(1), lan.Get(2));
    NodeContainer servers(lan.Get(3), lan.Get(4), lan.Get(5));
    InternetStackHelper().Install(NodeContainer(client, lan));
    PointToPointHelper wan;
    wan.SetDeviceAttribute("DataRate", DataRateValue(DataRate("1Gbps")));
    wan.SetChannelAttribute("Delay", TimeValue(MilliSeconds(50)));
    auto outside = Ipv4AddressHelper("203.0.113.0", "255.255.255.0")
                       .Assign(wan.Install(client.Get(0), lan.Get(0)));
    CsmaHelper csma;
    csma.SetChannelAttribute("DataRate", DataRateValue(DataRate("1Gbps")));
    const auto devices = csma.Install(lan);
    auto inside = Ipv4AddressHelper("10.0.0.0", "255.255.255.0").Assign(devices);
    Ipv4StaticRoutingHelper routing;
    routing.GetStaticRouting(client.Get(0)->GetObject<Ipv4>())
        ->SetDefaultRoute(outside.GetAddress(1), 1);
    routing.GetStaticRouting(lan.Get(0)->GetObject<Ipv4>())->AddHostRouteTo(VIP, FLOATING, 2);
    for (uint32_t i = 1; i < lan.GetN(); i++)
    {
        routing.GetStaticRouting(lan.Get(i)->GetObject<Ipv4>())
            ->SetDefaultRoute(inside.GetAddress(0), 1);
    }

    DirectorHelper helper;
    helper.AddService("tcp", VIP, PORT, "rr");
    for (uint32_t i = 3; i < lan.GetN(); i++)
    {
        helper.AddRealServer(VIP, PORT, inside.GetAddress(i));
    }
    const auto pair = helper.Install(directors);
    DirectorGroupHelper group;
    group.SetSync(mode);
    group.InstallPair(directors, FLOATING);
    RealServerHelper().Install(servers, VIP);
    PacketSinkHelper("ns3::TcpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), PORT))
        .Install(servers);
    if (!pcap.empty())
    {
        csma.EnablePcap(pcap + "-" + mode, devices.Get(2), true);
    }

    std::vector<std::unique_ptr<Client>> clients;
    const auto count = static_cast<uint32_t>(CLIENTS_PER_SECOND * (CRASH.GetSeconds() - 4));
    for (uint32_t i = 0; i < count; i++)
    {
        Simulator::Schedule(Seconds(4) + MilliSeconds(1000) * i / CLIENTS_PER_SECOND, [&, i]() {
            clients.push_back(std::make_unique<Client>(client.Get(0), Seconds(i % 2 * 2)));
        });
    }

    Result result;
    std::map<uint16_t, std::string> why; // by the client's port
    Simulator::Schedule(CRASH, [&]() {
        const auto active = DynamicCast<Director>(pair.Get(0));
        const auto standby = DynamicCast<Director>(pair.Get(1));
        std::map<uint16_t, bool> known;
        standby->GetTable().ForEach(
            [&](const Connection& connection) { known[connection.clientPort] = true; });
        active->GetTable().ForEach([&](const Connection& connection) {
            const auto state = static_cast<ConnectionState>(connection.state);
            const uint16_t port = connection.clientPort;
            result.known++;
            why[port] = known.count(port)                    ? "the other director had it"
                        : mode == "none"                     ? "the other director was told nothing"
                        : state == ConnectionState::SYN_RECV ? "half open"
                        : SharedBooks::GetTold(connection) == ConnectionState::NONE
                            ? "fewer than three packets"
                            : "its message had not left yet";
        });
        PowerOff(directors.Get(0));
    });
    Simulator::Stop(CRASH + Seconds(60));
    Simulator::Run();
    for (const auto& each : clients)
    {
        const auto known = why.find(each->port);
        if (known == why.end())
        {
            continue; // its first packet was on its way to the director
        }
        result.survived += each->IsAlive();
        auto& [broken, all] = result.broken[known->second];
        broken += !each->IsAlive();
        all++;
    }
    clients.clear();
    Simulator::Destroy();
    return result;
}

} // namespace

int
main(int argc, char* argv[])
{
    std::string mode = "all";
    std::string pcap;
    CommandLine cmd(__FILE__);
    cmd.AddValue("sync", "none, ipvs, complete, or all of them one after the other", mode);
    cmd.AddValue("pcap", "prefix of capture files of the second director's LAN", pcap);
    cmd.Parse(argc, argv);

    const auto modes = mode == "all" ? std::vector<std::string>{"none", "ipvs", "complete"}
                                     : std::vector<std::string>{mode};
    bool isAsSaid = true;
    for (const auto& each : modes)
    {
        const Result result = Run(each, pcap);
        std::cout << each << ": " << result.survived << " of " << result.known
                  << " connections survived\n";
        for (const auto& [why, numbers] : result.broken)
        {
            std::cout << "  " << std::setw(4) << numbers.first << " of " << std::setw(3)
                      << numbers.second << " broken: " << why << "\n";
            const bool wasKnown = why == "the other director had it";
            isAsSaid = isAsSaid && numbers.first == (wasKnown ? 0 : numbers.second);
        }
        isAsSaid = isAsSaid && (each != "complete" || result.survived == result.known);
    }
    std::cout << (isAsSaid ? "Those survived that the other director had, and no others.\n"
                           : "UNEXPECTED: not just those survived that the other director had.\n");
    return isAsSaid ? 0 : 1;
}
