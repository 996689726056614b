/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef FAILOVER_SERVICE_H
#define FAILOVER_SERVICE_H

#include "failover-options.h"
#include "failover-report.h"
#include "failover-results.h"
#include "failover-world.h"

#include "ns3/connection-key.h"
#include "ns3/director.h"
#include "ns3/health-check.h"
#include "ns3/ipv4-address.h"
#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"
#include "ns3/real-server.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

/**
 * The service of global-failover: directors with their rules, health monitors and what makes them
 * survive each other, and real servers.
 */
class FailoverService
{
  public:
    /**
     * @brief Install everything, or throw BadInput.
     * @param options what was asked for
     * @param world where to
     * @param report is told what happens
     */
    FailoverService(const FailoverOptions& options, FailoverWorld& world, FailoverReport& report);

    /**
     * @brief The address the clients ask for.
     * @return the VIP of the first TCP service
     */
    ns3::Ipv4Address GetVip() const
    {
        return m_vip;
    }

    /**
     * @brief The port the clients ask at.
     * @return the port of the first TCP service
     */
    uint16_t GetPort() const
    {
        return m_port;
    }

    /**
     * @brief The directors.
     * @return in the order of the option
     */
    const std::vector<ns3::Ptr<ns3::gipt::Director>>& GetDirectors() const
    {
        return m_directors;
    }

    /**
     * @brief The health monitors.
     * @return one for each director, none when there are to be none
     */
    const std::vector<ns3::Ptr<ns3::gipt::HealthCheck>>& GetHealthChecks() const
    {
        return m_healthChecks;
    }

    /**
     * @brief Objects whose attributes the manifest tells.
     * @return the objects with names for them
     */
    const FailoverResults::Objects& GetObjects() const
    {
        return m_objects;
    }

  private:
    /** Install the directors with their rules and health monitors. */
    void InstallDirectors();

    /** See that the rules fit this world, and take note of their addresses and ports. */
    void CheckRules();

    /** Lead the VIPs to the directors, and let those survive each other. */
    void AnnounceVips();

    /** Make the servers real servers, and have them answer. */
    void InstallServers();

    const FailoverOptions& m_options;                             ///< what was asked for
    FailoverWorld& m_world;                                       ///< where everything is
    FailoverReport& m_report;                                     ///< is told what happens
    std::vector<ns3::Ptr<ns3::gipt::Director>> m_directors;       ///< in the order of the option
    std::vector<ns3::Ptr<ns3::gipt::HealthCheck>> m_healthChecks; ///< in their order
    ns3::Ptr<ns3::UniformRandomVariable> m_phase;                 ///< when what has a period begins
    ns3::Ipv4Address m_vip;             ///< of the service the clients use
    uint16_t m_port{0};                 ///< of the service the clients use
    std::set<ns3::Ipv4Address> m_vips;  ///< of all services
    std::set<uint16_t> m_ports;         ///< of all TCP services
    FailoverResults::Objects m_objects; ///< for the manifest
};

#endif // FAILOVER_SERVICE_H
