/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef FAILOVER_REPORT_H
#define FAILOVER_REPORT_H

#include "failover-options.h"

#include "ns3/connection-key.h"
#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"
#include "ns3/object.h"
#include "ns3/request-client.h"

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <utility>
#include <vector>

/**
 * What happened in a run of global-failover: every request with the real server the director gave
 * it, every second's load, every event; and the tables and files made of it.
 */
class FailoverReport
{
  public:
    /**
     * @param options what was asked for
     */
    explicit FailoverReport(const FailoverOptions& options);

    /** A real server. */
    struct Server
    {
        std::string name; ///< its name
        std::string site; ///< its city
    };

    /**
     * @brief Make a real server known.
     * @param address its RIP
     * @param server its name and city
     */
    void AddServer(ns3::Ipv4Address address, const Server& server);

    /**
     * @brief Make a client known.
     * @param address its address
     * @param city its city
     */
    void AddClient(ns3::Ipv4Address address, const std::string& city);

    /**
     * @brief The director gave a connection its real server.
     * @param key the connection
     * @param server address of the real server
     */
    void Scheduled(const ns3::gipt::ConnectionKey& key, ns3::Ipv4Address server);

    /**
     * @brief A request began.
     * @param report what its client knows
     */
    void Begun(const ns3::gipt::ConnectionReport& report);

    /**
     * @brief A request ended.
     * @param report what its client knows
     */
    void Ended(const ns3::gipt::ConnectionReport& report);

    /**
     * @brief Something else happened.
     * @param event what, such as "power-off"
     * @param site where
     * @param server name of a real server, empty for the whole site
     */
    void Event(const std::string& event, const std::string& site, const std::string& server);

    /**
     * @brief A real server was taken out of service or put back.
     * @param event "server-down" or "server-up"
     * @param address its RIP
     */
    void HealthEvent(const std::string& event, ns3::Ipv4Address address);

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
     * @brief Make the folder of the results, or find it.
     */
    void PrepareFolder() const;

    /**
     * @brief Write requests.csv, sites.csv, events.csv and manifest.json.
     * @param objects whose attributes the manifest tells, with their names
     */
    void WriteFiles(
        const std::vector<std::pair<std::string, ns3::Ptr<ns3::Object>>>& objects) const;

  private:
    /** A request that has ended. */
    struct Row
    {
        ns3::gipt::ConnectionReport report; ///< what its client knows
        const Server* assigned{nullptr};    ///< the real server the director gave it
    };

    /** Figures over some requests. */
    struct Summary
    {
        uint64_t requests{0};                     ///< all
        uint64_t served{0};                       ///< served ones
        std::map<std::string, uint64_t> failed;   ///< others, by outcome
        std::vector<double> latencies;            ///< of the served ones, in ms, sorted
        std::map<std::string, uint64_t> assigned; ///< given to servers, by site
        uint64_t assignedTotal{0};                ///< given to any server
    };

    /** Whose fault failed requests are. */
    struct Blame
    {
        uint64_t survivors{0};  ///< given to a site that had power all the time
        uint64_t failedSite{0}; ///< given to a site that was without power meanwhile
        uint64_t nobody{0};     ///< never given to a server
    };

    /**
     * @brief Sum up the requests that began in a phase.
     * @param phase "before", "during", "after" or "total"
     * @return the figures
     */
    Summary SumUp(const std::string& phase) const;

    /**
     * @brief The phase of a moment.
     * @param time the moment
     * @return "during" while any site is without power, "before" the first failure, else "after"
     */
    std::string GetPhase(ns3::Time time) const;

    /**
     * @brief Put the failed requests down to sites.
     * @return the figures
     */
    Blame FindBlame() const;

    const FailoverOptions& m_options;                  ///< what was asked for
    std::map<ns3::Ipv4Address, Server> m_servers;      ///< by RIP
    std::map<ns3::Ipv4Address, std::string> m_clients; ///< city by address
    std::vector<Row> m_rows;                           ///< in order of their end
    std::map<std::pair<ns3::Ipv4Address, uint16_t>, const Server*> m_assigned; ///< open ones
    std::map<std::string, std::vector<uint64_t>> m_load; ///< connections given, by site and second
    std::vector<std::string> m_events;                   ///< lines of events.csv
    uint64_t m_begun{0};                                 ///< requests
    uint64_t m_served{0};                                ///< of them
};

#endif // FAILOVER_REPORT_H
