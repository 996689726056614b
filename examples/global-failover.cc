/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup global-ip-tunneling
 * One site of a world-wide service loses its power and comes back.
 *
 *      clients of a city                         site
 *            |                                    |
 *         router ---- routers of the topology -- router -- real servers (VIP on tunl0)
 *                            |
 *                         director (VIP), health check
 *
 * Clients in every city send TCP requests to the VIP. The director gives each connection to a real
 * server and tunnels its packets there; the server answers the client directly. The program
 * records what became of every request.
 */

#include "failover-options.h"
#include "failover-report.h"

#include "ns3/application-container.h"
#include "ns3/config.h"
#include "ns3/director-helper.h"
#include "ns3/double.h"
#include "ns3/health-check.h"
#include "ns3/multi-site-helper.h"
#include "ns3/node.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/pointer.h"
#include "ns3/random-variable-stream.h"
#include "ns3/real-server-helper.h"
#include "ns3/request-client.h"
#include "ns3/request-server.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/site-topology-reader.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <chrono>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <unistd.h>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

const uint8_t PROTOCOL_TCP = 6;                 ///< IP protocol number
const char* const DEFAULT_VIP = "198.51.100.1"; ///< of the service that is made without --rules
const uint16_t DEFAULT_PORT = 80;               ///< of the service that is made without --rules

/**
 * @brief TCP as Linux has it, where ns-3's defaults are those of older systems.
 *
 * But TIME_WAIT, 60 s on Linux, is 5 s: ns-3 looks through all connections of a node for each
 * packet, and no client uses a port again as soon as that.
 */
void
SetTcpDefaults()
{
    // ns-3 counts data only: 1500 octets less two headers and the time stamps option.
    Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(1448));
    Config::SetDefault("ns3::TcpSocket::ConnTimeout", TimeValue(Seconds(1)));
    Config::SetDefault("ns3::TcpSocket::DelAckTimeout", TimeValue(MilliSeconds(40)));
    Config::SetDefault("ns3::TcpSocketBase::MinRto", TimeValue(MilliSeconds(200)));
    Config::SetDefault("ns3::TcpSocketBase::MaxSegLifetime", DoubleValue(2.5));
}

/**
 * @brief Find where a rules file names a real server.
 * @param fileName the file
 * @param address the real server
 * @return the line, 1 when it is nowhere
 */
uint32_t
FindLine(const std::string& fileName, const std::string& address)
{
    std::ifstream file(fileName);
    uint32_t number = 1;
    for (std::string line; std::getline(file, line); number++)
    {
        std::size_t at = line.find(address);
        std::size_t end = at == std::string::npos ? at : at + address.size();
        if (at != std::string::npos && at > 0 && (line[at - 1] == ' ' || line[at - 1] == '=') &&
            (end == line.size() || line[end] == ':' || line[end] == ' '))
        {
            return number;
        }
    }
    return 1;
}

/** The world, the service and what is recorded of them. */
class Failover
{
  public:
    /**
     * @param options what was asked for
     */
    explicit Failover(FailoverOptions& options)
        : m_options(options),
          m_report(options)
    {
    }

    /** Make everything, or throw BadInput. */
    void Build()
    {
        SetTcpDefaults();
        ReadTopology();
        m_report.PrepareFolder();
        m_directorNode = m_world.AddDirector(m_options.director);
        for (const auto& site : m_options.sites)
        {
            NodeContainer servers = m_world.AddServers(site, m_options.serversPerSite);
            m_servers.Add(servers);
            for (uint32_t i = 0; i < servers.GetN(); i++)
            {
                m_report.AddServer(m_world.GetAddress(servers.Get(i)),
                                   {m_world.GetName(servers.Get(i)), site});
            }
        }
        for (const auto& city : m_world.GetGraph().GetCities())
        {
            if (m_world.IsConnected(city.name, m_options.director))
            {
                m_clients.Add(m_world.AddClients(city.name, m_options.clientsPerCity));
            }
            else
            {
                std::cerr << "global-failover: no clients in " << city.name
                          << ", which has no way to " << m_options.director << "\n";
            }
        }
        InstallDirector();
        InstallServers();
        InstallClients();
        ScheduleFailures();
        if (m_options.pcap)
        {
            EnablePcap();
        }
    }

    /** Run to the end. */
    void Run()
    {
        m_begin = std::chrono::steady_clock::now();
        ShowProgress();
        Simulator::Stop(m_options.duration + m_options.timeout + MilliSeconds(2));
        Simulator::Run();
        if (isatty(STDERR_FILENO))
        {
            std::cerr << "\r" << m_report.DescribeProgress() << "\x1b[K\n";
        }
    }

    /** Print and write what happened. */
    void Finish()
    {
        m_report.PrintTable(std::cout);
        std::cout << "\n";
        m_report.PrintConclusion(std::cout);
        m_report.WriteFiles(m_objects);
        std::chrono::duration<double> wall = std::chrono::steady_clock::now() - m_begin;
        std::cout
            << "Simulated " << m_options.duration.GetSeconds() << " s in "
            << static_cast<int>(wall.count() * 10) / 10.0
            << " s of wall time; requests.csv, sites.csv, events.csv and manifest.json are in "
            << m_options.results << "/\n";
    }

  private:
    /** Read the topology and make its routers. */
    void ReadTopology()
    {
        TopologyReader reader;
        if (!reader.Read(m_options.topology))
        {
            throw BadInput(reader.GetError());
        }
        for (const auto& warning : reader.GetWarnings())
        {
            std::cerr << warning << "\n";
        }
        m_options.ChooseCities(reader.GetGraph());
        m_world.SetTopology(reader.GetGraph());
    }

    /** Install the director with its rules and health check. */
    void InstallDirector()
    {
        DirectorHelper helper;
        helper.SetHealthCheckAttribute("Interval", TimeValue(m_options.healthInterval));
        helper.SetHealthCheckAttribute("Timeout", TimeValue(m_options.healthTimeout));
        helper.SetHealthCheckAttribute("Retries", UintegerValue(m_options.healthRetries));
        std::string error;
        if (!m_options.rules.empty())
        {
            if (!helper.TryLoadRules(m_options.rules, error))
            {
                throw BadInput(error);
            }
        }
        else
        {
            std::ostringstream service;
            service << "-A -t " << DEFAULT_VIP << ":" << DEFAULT_PORT << " -s "
                    << m_options.scheduler;
            if (!helper.TryCommand(service.str(), error))
            {
                throw BadInput("--scheduler=" + m_options.scheduler + ": " + error);
            }
            for (uint32_t i = 0; i < m_servers.GetN(); i++)
            {
                helper.AddRealServer(Ipv4Address(DEFAULT_VIP),
                                     DEFAULT_PORT,
                                     m_world.GetAddress(m_servers.Get(i)));
            }
        }
        ApplicationContainer applications = helper.Install(m_directorNode);
        m_director = DynamicCast<Director>(applications.Get(0));
        m_objects.emplace_back("director", applications.Get(0));
        m_objects.emplace_back("health-check", applications.Get(1));
        m_director->TraceConnectWithoutContext("Scheduled",
                                               MakeCallback(&Failover::HandleScheduled, this));
        applications.Get(1)->TraceConnectWithoutContext(
            "ServerDown",
            MakeCallback(&Failover::HandleServerDown, this));
        applications.Get(1)->TraceConnectWithoutContext(
            "ServerUp",
            MakeCallback(&Failover::HandleServerUp, this));
        CheckRules();
    }

    /** See that the rules fit this world, and take note of their addresses and ports. */
    void CheckRules()
    {
        std::set<Ipv4Address> known;
        std::ostringstream names;
        for (uint32_t i = 0; i < m_servers.GetN(); i++)
        {
            known.insert(m_world.GetAddress(m_servers.Get(i)));
            names << (i ? ", " : "") << m_world.GetAddress(m_servers.Get(i)) << " ("
                  << m_world.GetName(m_servers.Get(i)) << ")";
        }
        for (const auto& service : m_director->GetServices())
        {
            if (service->GetProtocol() == PROTOCOL_TCP)
            {
                if (m_ports.empty())
                {
                    m_vip = service->GetAddress();
                    m_port = service->GetPort();
                }
                m_ports.insert(service->GetPort());
            }
            m_vips.insert(service->GetAddress());
            for (const auto& server : service->GetServers())
            {
                if (known.count(server->GetAddress()) == 0)
                {
                    std::ostringstream address;
                    address << server->GetAddress();
                    throw BadInput(m_options.rules + ":" +
                                   std::to_string(FindLine(m_options.rules, address.str())) +
                                   ": no real server " + address.str() +
                                   " in this world, expected one of: " + names.str());
                }
            }
        }
        if (m_ports.empty())
        {
            throw BadInput(m_options.rules + ":1: no TCP service, expected at least one");
        }
        for (Ipv4Address vip : m_vips)
        {
            m_world.Announce(vip, m_directorNode);
        }
    }

    /** Make the servers real servers, and have them answer. */
    void InstallServers()
    {
        RealServerHelper helper;
        for (Ipv4Address vip : m_vips)
        {
            helper.Install(m_servers, vip);
        }
        Ptr<ConstantRandomVariable> size = CreateObject<ConstantRandomVariable>();
        size->SetAttribute("Constant", DoubleValue(m_options.responseSize));
        for (uint32_t i = 0; i < m_servers.GetN(); i++)
        {
            for (uint16_t port : m_ports)
            {
                Ptr<RequestServer> server = CreateObject<RequestServer>();
                server->SetAttribute("Port", UintegerValue(port));
                server->SetAttribute("Name", StringValue(m_world.GetName(m_servers.Get(i))));
                server->SetAttribute("ResponseSize", PointerValue(size));
                m_servers.Get(i)->AddApplication(server);
                if (i == 0 && port == m_port)
                {
                    m_objects.emplace_back("first server", server);
                }
            }
        }
    }

    /** Have the clients send requests. */
    void InstallClients()
    {
        for (uint32_t i = 0; i < m_clients.GetN(); i++)
        {
            Ptr<Node> node = m_clients.Get(i);
            Ptr<ExponentialRandomVariable> interval = CreateObject<ExponentialRandomVariable>();
            interval->SetAttribute("Mean", DoubleValue(m_clients.GetN() / m_options.rate));
            Ptr<RequestClient> client = CreateObject<RequestClient>();
            client->SetAttribute("Remote", Ipv4AddressValue(m_vip));
            client->SetAttribute("Port", UintegerValue(m_port));
            client->SetAttribute("Interval", PointerValue(interval));
            client->SetAttribute("Timeout", TimeValue(m_options.timeout));
            client->SetAttribute("LastStart", TimeValue(m_options.duration));
            client->AssignStreams(i);
            client->SetStopTime(m_options.duration + m_options.timeout + MilliSeconds(1));
            client->TraceConnectWithoutContext("ConnectionStart",
                                               MakeCallback(&FailoverReport::Begun, &m_report));
            client->TraceConnectWithoutContext("ConnectionEnd",
                                               MakeCallback(&FailoverReport::Ended, &m_report));
            node->AddApplication(client);
            m_report.AddClient(m_world.GetAddress(node), m_world.GetCity(node));
            if (i == 0)
            {
                m_objects.emplace_back("first client", client);
            }
        }
    }

    /** Plan the losses of power. */
    void ScheduleFailures()
    {
        for (const auto& failure : m_options.failures)
        {
            m_world.SchedulePowerLoss(failure.city, failure.from, failure.to);
            Simulator::Schedule(failure.from,
                                &FailoverReport::Event,
                                &m_report,
                                "power-off",
                                failure.city,
                                "");
            Simulator::Schedule(failure.to,
                                &FailoverReport::Event,
                                &m_report,
                                "power-on",
                                failure.city,
                                "");
        }
    }

    /** Capture what passes the director's link and a client's link. */
    void EnablePcap()
    {
        PointToPointHelper helper;
        helper.EnablePcap(m_options.results + "/director.pcap",
                          m_world.GetDevice(m_directorNode),
                          false,
                          true);
        helper.EnablePcap(m_options.results + "/client.pcap",
                          m_world.GetDevice(m_clients.Get(0)),
                          false,
                          true);
    }

    /** Tell how far the run has come, each simulated second on a terminal, else each tenth. */
    void ShowProgress()
    {
        auto second = static_cast<uint64_t>(Simulator::Now().GetSeconds());
        if (isatty(STDERR_FILENO))
        {
            std::cerr << "\r" << m_report.DescribeProgress() << "\x1b[K" << std::flush;
        }
        else if (second > 0 && second % 10 == 0)
        {
            std::cerr << m_report.DescribeProgress() << std::endl;
        }
        Simulator::Schedule(Seconds(1), &Failover::ShowProgress, this);
    }

    /**
     * @brief The director gave a connection its server.
     * @param key the connection
     * @param server the server
     */
    void HandleScheduled(const ConnectionKey& key, Ptr<RealServer> server)
    {
        m_report.Scheduled(key, server->GetAddress());
    }

    /**
     * @brief A server was taken out of service.
     * @param address its RIP
     * @param port the port asked
     */
    void HandleServerDown(Ipv4Address address, uint16_t port)
    {
        m_report.HealthEvent("server-down", address);
    }

    /**
     * @brief A server was put back into service.
     * @param address its RIP
     * @param port the port asked
     */
    void HandleServerUp(Ipv4Address address, uint16_t port)
    {
        m_report.HealthEvent("server-up", address);
    }

    FailoverOptions& m_options;                                 ///< what was asked for
    FailoverReport m_report;                                    ///< what happened
    MultiSiteHelper m_world;                                    ///< routers, links, hosts
    Ptr<Node> m_directorNode;                                   ///< its node
    Ptr<Director> m_director;                                   ///< the director
    NodeContainer m_servers;                                    ///< real servers, site by site
    NodeContainer m_clients;                                    ///< clients, city by city
    Ipv4Address m_vip;                                          ///< of the service the clients use
    uint16_t m_port{0};                                         ///< of the service the clients use
    std::set<Ipv4Address> m_vips;                               ///< of all services
    std::set<uint16_t> m_ports;                                 ///< of all TCP services
    std::vector<std::pair<std::string, Ptr<Object>>> m_objects; ///< for the manifest
    std::chrono::steady_clock::time_point m_begin;              ///< of the run
};

} // namespace

int
main(int argc, char* argv[])
{
    try
    {
        FailoverOptions options(argc, argv);
        RngSeedManager::SetSeed(options.seed);
        RngSeedManager::SetRun(options.run);
        Failover failover(options);
        failover.Build();
        failover.Run();
        failover.Finish();
        Simulator::Destroy();
        return 0;
    }
    catch (const BadInput& error)
    {
        std::cerr << error.what() << "\n";
        return 2;
    }
}
