/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef FAILOVER_LOAD_H
#define FAILOVER_LOAD_H

#include "failover-options.h"
#include "failover-results.h"
#include "failover-service.h"
#include "failover-world.h"

#include "ns3/application-container.h"
#include "ns3/nstime.h"

#include <string>

/** What the clients of global-failover do. */
class FailoverLoad
{
  public:
    /**
     * @brief Install the workloads, or throw BadInput.
     * @param options what was asked for
     * @param world whose clients they are
     * @param service whom they ask
     */
    FailoverLoad(const FailoverOptions& options, FailoverWorld& world, FailoverService& service);

    /**
     * @brief The workloads.
     * @return the applications
     */
    const ns3::ApplicationContainer& GetApplications() const
    {
        return m_applications;
    }

    /**
     * @brief Objects whose attributes the manifest tells.
     * @return the objects with names for them
     */
    const FailoverResults::Objects& GetObjects() const
    {
        return m_objects;
    }

    /**
     * @brief The latest a connection can end.
     * @return the time
     */
    ns3::Time GetEnd() const
    {
        return m_end;
    }

  private:
    /**
     * @brief Install a workload on all clients.
     * @param kind of the workload, as WorkloadHelper calls it
     * @param share of all connections
     */
    void Install(const std::string& kind, double share);

    /** Install what a trace lists. */
    void InstallTrace();

    const FailoverOptions& m_options;         ///< what was asked for
    FailoverWorld& m_world;                   ///< whose clients they are
    FailoverService& m_service;               ///< whom they ask
    ns3::Time m_end;                          ///< the latest a connection can end
    ns3::ApplicationContainer m_applications; ///< the workloads
    FailoverResults::Objects m_objects;       ///< for the manifest
};

#endif // FAILOVER_LOAD_H
