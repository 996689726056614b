/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef FAILOVER_RESULTS_H
#define FAILOVER_RESULTS_H

#include "failover-options.h"
#include "failover-report.h"

#include "ns3/object.h"
#include "ns3/ptr.h"
#include "ns3/site-graph.h"

#include <fstream>
#include <string>
#include <utility>
#include <vector>

/**
 * The files that a run of global-failover leaves: one observation a row, units in the header, and
 * in manifest.json all that is needed to have them again.
 */
class FailoverResults
{
  public:
    /** Objects whose attributes the manifest tells, with names for them. */
    using Objects = std::vector<std::pair<std::string, ns3::Ptr<ns3::Object>>>;
    /** Members of a JSON object: names and values. */
    using Members = std::vector<std::pair<std::string, std::string>>;

    /**
     * @brief Make the folder, or throw BadInput.
     * @param options what was asked for
     */
    explicit FailoverResults(const FailoverOptions& options);

    /**
     * @brief Write connections.csv, sites.csv and events.csv.
     * @param report what happened
     * @param sites cities with servers
     */
    void WriteTables(const FailoverReport& report, const std::vector<std::string>& sites) const;

    /**
     * @brief Write cities.csv and links.csv.
     * @param report what happened
     * @param graph the topology
     * @param sites cities with servers
     */
    void WriteWorld(const FailoverReport& report,
                    const ns3::gipt::SiteGraph& graph,
                    const std::vector<std::string>& sites) const;

    /**
     * @brief Write summary.json.
     * @param members what it says
     */
    void WriteSummary(const Members& members) const;

    /**
     * @brief Write manifest.json. To be called last: it says that the results are complete.
     * @param report what happened
     * @param objects whose attributes are told
     */
    void WriteManifest(const FailoverReport& report, const Objects& objects) const;

  private:
    /**
     * @brief Open a file to write, or throw BadInput.
     * @param name its name
     * @return the file
     */
    std::ofstream Create(const std::string& name) const;

    const FailoverOptions& m_options; ///< what was asked for
};

#endif // FAILOVER_RESULTS_H
