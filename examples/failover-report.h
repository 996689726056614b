/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef FAILOVER_REPORT_H
#define FAILOVER_REPORT_H

#include "failover-options.h"

#include "ns3/connection-key.h"
#include "ns3/connection-oracle.h"
#include "ns3/failure-event.h"
#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <utility>
#include <vector>

/**
 * What happens in a run of global-failover: the oracle's record of every connection, every second's
 * load, every event; and the table made of them.
 */
class FailoverReport
{
  public:
    /** A connection that has ended. */
    using Record = ns3::gipt::ConnectionRecord;
    /** A failure and what it did. */
    using Failure = ns3::gipt::ConnectionOracle::Failure;

    /** What is told about a moment. */
    struct Event
    {
        ns3::Time time;    ///< when
        std::string what;  ///< such as "server-down"
        std::string place; ///< city or other target
        std::string node;  ///< name of a node, empty for the whole place
    };

    /**
     * @param options what was asked for
     * @param sites cities with servers
     */
    FailoverReport(const FailoverOptions& options, const std::vector<std::string>& sites);

    /**
     * @brief Who explains connections.
     * @return the oracle
     */
    ns3::Ptr<ns3::gipt::ConnectionOracle> GetOracle() const
    {
        return m_oracle;
    }

    /**
     * @brief Make a real server known.
     * @param address its RIP
     * @param node id of its node
     * @param name its name
     * @param site its city
     */
    void AddServer(ns3::Ipv4Address address,
                   uint32_t node,
                   const std::string& name,
                   const std::string& site);

    /**
     * @brief A director gave a connection its real server.
     * @param server address of the real server
     */
    void CountScheduled(ns3::Ipv4Address server);

    /**
     * @brief A failure begins or ends.
     * @param event the failure
     */
    void NoteFailure(const ns3::gipt::FailureEvent& event);

    /**
     * @brief A real server was taken out of service or put back.
     * @param what "server-down" or "server-up"
     * @param address its RIP
     */
    void NoteHealth(const std::string& what, ns3::Ipv4Address address);

    /**
     * @brief Something else happened.
     * @param what such as "route-withdrawn"
     * @param place where
     * @param node name of a node, empty for the whole place
     */
    void Note(const std::string& what, const std::string& place, const std::string& node);

    /**
     * @brief Say how far the run has come, on one line.
     * @return the line
     */
    std::string DescribeProgress() const;

    /**
     * @brief Print the table.
     * @param os where to
     */
    void PrintTable(std::ostream& os) const;

    /**
     * @brief Print what the run has shown.
     * @param os where to
     */
    void PrintConclusion(std::ostream& os) const;

    /**
     * @brief The sums, for summary.json.
     * @return names and values, as JSON has them
     */
    std::vector<std::pair<std::string, std::string>> GetSummary() const;

    /**
     * @brief Number of broken connections to real servers that no failure hit meanwhile.
     * @return connections
     */
    uint64_t CountBrokenSurvivors() const;

    /**
     * @brief The connections.
     * @return in order of their begin
     */
    std::vector<const Record*> GetRecords() const;

    /**
     * @brief What happened besides.
     * @return in order of time
     */
    const std::vector<Event>& GetEvents() const
    {
        return m_events;
    }

    /**
     * @brief Connections given to a site in a second.
     * @param site the site
     * @param second the second
     * @return connections
     */
    uint64_t GetLoad(const std::string& site, std::size_t second) const;

    /**
     * @brief Site of a real server.
     * @param server its name
     * @return the city, empty for none
     */
    std::string GetSite(const std::string& server) const;

  private:
    /** A real server. */
    struct Server
    {
        std::string name; ///< its name
        std::string site; ///< its city
        uint32_t node{0}; ///< id of its node
    };

    /** Figures over some connections. */
    struct Summary
    {
        uint64_t begun{0};                        ///< all
        uint64_t served{0};                       ///< served ones
        std::map<std::string, uint64_t> broken;   ///< others, by category
        std::vector<double> latencies;            ///< of the served ones, in ms, sorted
        std::map<std::string, uint64_t> assigned; ///< given to servers, by site
        uint64_t assignedTotal{0};                ///< given to any server
    };

    /**
     * @brief Sum up the connections that began in a phase.
     * @param phase "before", "during", "after" or "total"
     * @return the figures
     */
    Summary SumUp(const std::string& phase) const;

    /**
     * @brief The phase of a moment.
     * @param time the moment
     * @return "during" while any failure lasts, "before" the first, else "after"
     */
    std::string GetPhase(ns3::Time time) const;

    const FailoverOptions& m_options;                    ///< what was asked for
    std::vector<std::string> m_sites;                    ///< cities with servers
    ns3::Ptr<ns3::gipt::ConnectionOracle> m_oracle;      ///< explains connections
    std::map<ns3::Ipv4Address, Server> m_servers;        ///< by RIP
    std::map<std::string, ns3::Ipv4Address> m_names;     ///< RIP by name
    std::map<std::string, std::vector<uint64_t>> m_load; ///< connections given, by site and second
    std::vector<Event> m_events;                         ///< in order of time
};

#endif // FAILOVER_REPORT_H
