/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "failover-service.h"

#include "failover-text.h"

#include "ns3/application-container.h"
#include "ns3/boolean.h"
#include "ns3/director-group-helper.h"
#include "ns3/director-helper.h"
#include "ns3/double.h"
#include "ns3/health-check.h"
#include "ns3/pointer.h"
#include "ns3/random-variable-stream.h"
#include "ns3/real-server-helper.h"
#include "ns3/request-server.h"
#include "ns3/route-announcer.h"
#include "ns3/routing-graph.h"
#include "ns3/string.h"
#include "ns3/udp-request-server.h"
#include "ns3/uinteger.h"
#include "ns3/vrrp-instance.h"

#include <fstream>
#include <sstream>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

const uint8_t PROTOCOL_TCP = 6;                 ///< IP protocol number
const char* const DEFAULT_VIP = "198.51.100.1"; ///< of the service that is made without --rules
const uint16_t DEFAULT_PORT = 80;               ///< of the service that is made without --rules
const int64_t PHASE_STREAM = 800000;            ///< of when monitors begin
const int64_t CONVERGENCE_STREAM = 810000;      ///< of routers

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

/**
 * @brief A director gave a connection its server.
 * @param report is told
 * @param key the connection
 * @param server the server
 */
void
HandleScheduled(FailoverReport* report, const ConnectionKey& key, Ptr<RealServer> server)
{
    report->CountScheduled(server->GetAddress());
}

/**
 * @brief A server was taken out of service.
 * @param report is told
 * @param address its RIP
 * @param port the port asked
 */
void
HandleServerDown(FailoverReport* report, Ipv4Address address, uint16_t port)
{
    report->NoteHealth("server-down", address);
}

/**
 * @brief A server was put back into service.
 * @param report is told
 * @param address its RIP
 * @param port the port asked
 */
void
HandleServerUp(FailoverReport* report, Ipv4Address address, uint16_t port)
{
    report->NoteHealth("server-up", address);
}

/**
 * @brief A director of a pair has become active or a backup.
 * @param report is told
 * @param name of the director
 * @param from the state before
 * @param to the state after
 */
void
HandleVrrpState(FailoverReport* report,
                std::string name,
                VrrpInstance::State from,
                VrrpInstance::State to)
{
    report->Note(to == VrrpInstance::State::MASTER   ? "active"
                 : to == VrrpInstance::State::BACKUP ? "backup"
                                                     : "stopped",
                 name,
                 name);
}

/**
 * @brief Neighbours of a director lead packets to it, or no longer.
 * @param report is told
 * @param name of the director
 * @param address the VIP
 * @param isAnnounced whether they do
 */
void
HandleAnnouncement(FailoverReport* report, std::string name, Ipv4Address address, bool isAnnounced)
{
    report->Note(isAnnounced ? "announced" : "withdrawn", name, name);
}

} // namespace

FailoverService::FailoverService(const FailoverOptions& options,
                                 FailoverWorld& world,
                                 FailoverReport& report)
    : m_options(options),
      m_world(world),
      m_report(report)
{
    MultiSiteHelper& helper = world.GetHelper();
    for (uint32_t i = 0; i < world.GetServers().GetN(); i++)
    {
        Ptr<Node> server = world.GetServers().Get(i);
        report.AddServer(helper.GetAddress(server),
                         server->GetId(),
                         helper.GetName(server),
                         helper.GetCity(server));
    }
    InstallDirectors();
    CheckRules();
    AnnounceVips();
    InstallServers();
}

void
FailoverService::InstallDirectors()
{
    DirectorHelper helper;
    if (m_options.healthMethod != "none")
    {
        helper.SetHealthCheckAttribute("Method", StringValue(m_options.healthMethod));
        helper.SetHealthCheckAttribute("Tunnel", BooleanValue(m_options.healthThroughTunnel));
        helper.SetHealthCheckAttribute("Interval", TimeValue(m_options.healthInterval));
        helper.SetHealthCheckAttribute("Timeout", TimeValue(m_options.healthTimeout));
        helper.SetHealthCheckAttribute("Retries", UintegerValue(m_options.healthFall));
        helper.SetHealthCheckAttribute("Rise", UintegerValue(m_options.healthRise));
    }
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
        std::vector<std::string> protocols;
        if (m_options.workload != "udp")
        {
            protocols.push_back("-t");
        }
        if (m_options.workload == "udp" || m_options.workload == "mix")
        {
            protocols.push_back("-u");
        }
        for (const auto& protocol : protocols)
        {
            std::ostringstream service;
            service << "-A " << protocol << " " << DEFAULT_VIP << ":" << DEFAULT_PORT << " -s "
                    << m_options.scheduler;
            if (!helper.TryCommand(service.str(), error))
            {
                throw BadInput("--scheduler=" + m_options.scheduler + ": " + error);
            }
        }
        for (uint32_t i = 0; i < m_world.GetServers().GetN(); i++)
        {
            helper.AddRealServer(Ipv4Address(DEFAULT_VIP),
                                 DEFAULT_PORT,
                                 m_world.GetHelper().GetAddress(m_world.GetServers().Get(i)));
        }
    }
    // What has a period does not begin when failures do: each run has another phase.
    m_phase = CreateObject<UniformRandomVariable>();
    m_phase->SetStream(PHASE_STREAM);
    for (uint32_t i = 0; i < m_world.GetDirectors().GetN(); i++)
    {
        Ptr<Node> node = m_world.GetDirectors().Get(i);
        const std::string name = m_world.GetHelper().GetName(node);
        ApplicationContainer applications = helper.Install(node);
        Ptr<Director> director = DynamicCast<Director>(applications.Get(0));
        m_directors.push_back(director);
        m_objects.emplace_back(name, director);
        director->TraceConnectWithoutContext("Scheduled",
                                             MakeBoundCallback(&HandleScheduled, &m_report));
        if (applications.GetN() > 1)
        {
            Ptr<HealthCheck> health = DynamicCast<HealthCheck>(applications.Get(1));
            m_healthChecks.push_back(health);
            health->SetStartTime(
                Seconds(m_phase->GetValue(0, m_options.healthInterval.GetSeconds())));
            m_objects.emplace_back(name + " health-check", health);
            health->TraceConnectWithoutContext("ServerDown",
                                               MakeBoundCallback(&HandleServerDown, &m_report));
            health->TraceConnectWithoutContext("ServerUp",
                                               MakeBoundCallback(&HandleServerUp, &m_report));
        }
    }
}

void
FailoverService::CheckRules()
{
    std::set<Ipv4Address> known;
    std::ostringstream names;
    for (uint32_t i = 0; i < m_world.GetServers().GetN(); i++)
    {
        Ptr<Node> server = m_world.GetServers().Get(i);
        known.insert(m_world.GetHelper().GetAddress(server));
        names << (i ? ", " : "") << m_world.GetHelper().GetAddress(server) << " ("
              << m_world.GetHelper().GetName(server) << ")";
    }
    for (const auto& service : m_directors.front()->GetServices())
    {
        if (m_vips.empty())
        {
            m_vip = service->GetAddress();
            m_port = service->GetPort();
        }
        m_ports.insert(service->GetPort());
        m_vips.insert(service->GetAddress());
        for (const auto& server : service->GetServers())
        {
            if (known.count(server->GetAddress()) == 0)
            {
                const std::string address = ToText(server->GetAddress());
                throw BadInput(m_options.rules + ":" +
                               std::to_string(FindLine(m_options.rules, address)) +
                               ": no real server " + address +
                               " in this world, expected one of: " + names.str());
            }
        }
    }
    if (m_ports.empty())
    {
        throw BadInput(m_options.rules + ":1: no service, expected at least one");
    }
}

void
FailoverService::AnnounceVips()
{
    MultiSiteHelper& world = m_world.GetHelper();
    const NodeContainer& directors = m_world.GetDirectors();
    Ptr<RoutingGraph> graph = world.GetRoutingGraph();
    graph->SetAttribute("ConvergenceDelay", StringValue(m_options.convergence));
    graph->AssignStreams(CONVERGENCE_STREAM);
    m_objects.emplace_back("routing", graph);
    if (directors.GetN() == 1)
    {
        for (Ipv4Address vip : m_vips)
        {
            world.Announce(vip, directors.Get(0));
        }
        return;
    }
    DirectorGroupHelper helper;
    helper.SetSync(m_options.sync);
    ApplicationContainer applications;
    if (m_world.HasBackup())
    {
        const std::string& city = m_options.director.front();
        for (Ipv4Address vip : m_vips)
        {
            world.AnnounceByFloatingAddress(vip, city);
        }
        applications = helper.InstallPair(directors, world.GetFloatingAddress(city));
    }
    else
    {
        helper.SetAnnouncerAttribute("HoldTime", TimeValue(m_options.hold));
        applications = helper.InstallAnycast(directors, graph);
    }
    for (uint32_t i = 0; i < applications.GetN(); i++)
    {
        Ptr<Application> application = applications.Get(i);
        const std::string& name = world.GetName(application->GetNode());
        if (DynamicCast<VrrpInstance>(application))
        {
            application->SetStartTime(Seconds(m_phase->GetValue(0, 1)));
            m_objects.emplace_back(name + " vrrp", application);
            application->TraceConnectWithoutContext(
                "StateChange",
                MakeBoundCallback(&HandleVrrpState, &m_report, name));
        }
        else if (DynamicCast<RouteAnnouncer>(application))
        {
            m_objects.emplace_back(name + " announcer", application);
            application->TraceConnectWithoutContext(
                "Announcement",
                MakeBoundCallback(&HandleAnnouncement, &m_report, name));
        }
        else
        {
            m_objects.emplace_back(name + " sync", application);
        }
    }
}

void
FailoverService::InstallServers()
{
    RealServerHelper helper;
    for (Ipv4Address vip : m_vips)
    {
        helper.Install(m_world.GetServers(), vip);
    }
    Ptr<ConstantRandomVariable> size = CreateObject<ConstantRandomVariable>();
    size->SetAttribute("Constant", DoubleValue(m_options.responseSize));
    for (uint32_t i = 0; i < m_world.GetServers().GetN(); i++)
    {
        Ptr<Node> node = m_world.GetServers().Get(i);
        const StringValue name(m_world.GetHelper().GetName(node));
        for (uint16_t port : m_ports)
        {
            Ptr<RequestServer> server = CreateObject<RequestServer>();
            server->SetAttribute("Port", UintegerValue(port));
            server->SetAttribute("Name", name);
            server->SetAttribute("ResponseSize", PointerValue(size));
            node->AddApplication(server);
            Ptr<UdpRequestServer> udpServer = CreateObject<UdpRequestServer>();
            udpServer->SetAttribute("Port", UintegerValue(port));
            udpServer->SetAttribute("Name", name);
            node->AddApplication(udpServer);
            if (i == 0 && port == m_port)
            {
                m_objects.emplace_back("first server", server);
                m_objects.emplace_back("first UDP server", udpServer);
            }
        }
    }
}
