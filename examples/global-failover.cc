/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup global-ip-tunneling
 * A world-wide service, and what fails in it.
 *
 *      clients of a city                         site
 *            |                                    |
 *         router ---- routers of the topology -- router -- real servers (VIP on tunl0)
 *                            |
 *                         directors (VIP), health monitors
 *
 * Clients in every city make connections to the VIP. A director gives each connection to a real
 * server and tunnels its packets there; the server answers the client directly. Sites, links,
 * servers and directors fail as they are told to. The program accounts for every connection.
 *
 * failover-options reads the command line, failover-world makes the network, failover-service puts
 * the directors and real servers there, failover-load the clients; failover-report takes note of
 * what happens, failover-results writes it.
 */

#include "failover-load.h"
#include "failover-options.h"
#include "failover-report.h"
#include "failover-results.h"
#include "failover-service.h"
#include "failover-text.h"
#include "failover-world.h"

#include "ns3/config.h"
#include "ns3/csma-helper.h"
#include "ns3/csma-net-device.h"
#include "ns3/double.h"
#include "ns3/failure-helper.h"
#include "ns3/failure-schedule.h"
#include "ns3/node-list.h"
#include "ns3/oracle-observer.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"
#include "ns3/workload-client.h"

#include <chrono>
#include <iostream>
#include <sstream>
#include <unistd.h>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

const int64_t FAILURE_STREAM = 600000; ///< of failures at random; the workloads' are below

/**
 * @brief TCP and ARP as Linux has them, where ns-3's defaults are those of older systems.
 *
 * But TIME_WAIT, 60 s on Linux, is 5 s: ns-3 looks through all connections of a node for each
 * packet, and no client uses a port again as soon as that.
 */
void
SetDefaults()
{
    // ns-3 counts data only: 1500 octets less two headers and the time stamps option.
    Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(1448));
    Config::SetDefault("ns3::TcpSocket::ConnTimeout", TimeValue(Seconds(1)));
    Config::SetDefault("ns3::TcpSocket::DelAckTimeout", TimeValue(MilliSeconds(40)));
    Config::SetDefault("ns3::TcpSocketBase::MinRto", TimeValue(MilliSeconds(200)));
    Config::SetDefault("ns3::TcpSocketBase::MaxSegLifetime", DoubleValue(2.5));
    // Packets that wait for ARP: Linux keeps 212,992 octets (unres_qlen_bytes), ns-3 3 packets.
    Config::SetDefault("ns3::ArpCache::PendingQueueSize", UintegerValue(100));
}

/** A run. */
class Failover
{
  public:
    /**
     * @brief Make everything, or throw BadInput.
     * @param options what was asked for
     */
    explicit Failover(FailoverOptions& options)
        : m_options(options),
          m_results(options),
          m_world(options),
          m_report(options, m_world.GetSites()),
          m_service(options, m_world, m_report),
          m_load(options, m_world, m_service)
    {
        ScheduleFailures();
        Observe();
        if (options.pcap)
        {
            EnablePcap();
        }
    }

    /** Run to the end. */
    void Run()
    {
        m_begin = std::chrono::steady_clock::now();
        ShowProgress();
        Simulator::Stop(m_load.GetEnd() + MilliSeconds(2));
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
        m_results.WriteTables(m_report, m_world.GetSites());
        m_results.WriteWorld(m_report, m_world.GetGraph(), m_world.GetSites());
        m_results.WriteSummary(m_report.GetSummary());
        FailoverResults::Objects objects = m_service.GetObjects();
        const FailoverResults::Objects& load = m_load.GetObjects();
        objects.insert(objects.end(), load.begin(), load.end());
        m_results.WriteManifest(m_report, objects);
        std::chrono::duration<double> wall = std::chrono::steady_clock::now() - m_begin;
        std::cout
            << "Simulated " << Format(Simulator::Now().GetSeconds(), 0) << " s in "
            << Format(wall.count(), 1)
            << " s of wall time; connections.csv, summary.json, manifest.json and more are in "
            << m_options.results << "/\n";
    }

  private:
    /** Plan what fails. */
    void ScheduleFailures()
    {
        std::string text = m_options.fail;
        if (text.empty())
        {
            double third = m_options.duration.GetSeconds() / 3;
            std::ostringstream all;
            all << m_world.GetSites().back() << "@" << third << "s-" << 2 * third << "s";
            text = all.str();
            m_options.Choose("fail", text);
        }
        if (text == "none")
        {
            return;
        }
        FailureHelper helper(m_world.GetHelper());
        helper.SetHorizon(m_options.duration);
        helper.SetStream(FAILURE_STREAM);
        std::string error = helper.Add(text, "--fail=" + text, m_failures);
        if (!error.empty())
        {
            throw BadInput(error);
        }
        m_failures->AssignStreams(FAILURE_STREAM + 100000);
    }

    /** Have the oracle and the report told of everything. */
    void Observe()
    {
        MultiSiteHelper& world = m_world.GetHelper();
        m_observer->SetOracle(m_report.GetOracle());
        for (uint32_t i = 0; i < m_world.GetServers().GetN(); i++)
        {
            Ptr<Node> server = m_world.GetServers().Get(i);
            m_observer->WatchServer(world.GetName(server),
                                    world.GetCity(server),
                                    world.GetAddress(server),
                                    server);
        }
        for (uint32_t i = 0; i < m_world.GetClients().GetN(); i++)
        {
            Ptr<Node> client = m_world.GetClients().Get(i);
            m_report.GetOracle()->AddClients(world.GetAddress(client),
                                             Ipv4Mask::GetOnes(),
                                             world.GetCity(client));
        }
        for (const auto& director : m_service.GetDirectors())
        {
            m_observer->WatchDirector(world.GetName(director->GetNode()), director);
        }
        for (const auto& check : m_service.GetHealthChecks())
        {
            m_observer->WatchHealth(check);
        }
        const ApplicationContainer& clients = m_load.GetApplications();
        for (uint32_t i = 0; i < clients.GetN(); i++)
        {
            m_observer->WatchWorkload(DynamicCast<WorkloadClient>(clients.Get(i)));
        }
        for (uint32_t i = 0; i < NodeList::GetNNodes(); i++)
        {
            m_observer->WatchNode(NodeList::GetNode(i));
        }
        m_observer->WatchFailures(m_failures);
        m_failures->TraceConnectWithoutContext(
            "Failure",
            MakeCallback(&FailoverReport::NoteFailure, &m_report));
    }

    /** Capture what passes the first director's link and a client's link. */
    void EnablePcap()
    {
        Capture("director.pcap", m_world.GetDirectors().Get(0));
        Capture("client.pcap", m_world.GetClients().Get(0));
    }

    /**
     * @brief Capture what passes a host's link or comes from its LAN.
     * @param name of the file
     * @param host the host
     */
    void Capture(const std::string& name, Ptr<Node> host)
    {
        const std::string file = m_options.results + "/" + name;
        Ptr<NetDevice> device = m_world.GetHelper().GetDevice(host);
        if (DynamicCast<CsmaNetDevice>(device))
        {
            CsmaHelper().EnablePcap(file, device, false, true);
        }
        else
        {
            PointToPointHelper().EnablePcap(file, device, false, true);
        }
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
        if (Simulator::Now() > m_options.duration + m_options.timeout &&
            m_report.GetOracle()->GetOpen() == 0)
        {
            Simulator::Stop(); // nobody waits for anything any more
            return;
        }
        Simulator::Schedule(Seconds(1), &Failover::ShowProgress, this);
    }

    FailoverOptions& m_options;                                     ///< what was asked for
    FailoverResults m_results;                                      ///< where it is written
    FailoverWorld m_world;                                          ///< routers, links, hosts
    FailoverReport m_report;                                        ///< what happened
    FailoverService m_service;                                      ///< directors and real servers
    FailoverLoad m_load;                                            ///< what clients do
    Ptr<OracleObserver> m_observer{CreateObject<OracleObserver>()}; ///< tells the oracle
    Ptr<FailureSchedule> m_failures{CreateObject<FailureSchedule>()}; ///< what fails
    std::chrono::steady_clock::time_point m_begin;                    ///< of the run
};

} // namespace

int
main(int argc, char* argv[])
{
    try
    {
        FailoverOptions options(argc, argv);
        SetDefaults();
        RngSeedManager::SetSeed(options.seed);
        RngSeedManager::SetRun(options.run);
        Failover failover(options);
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
