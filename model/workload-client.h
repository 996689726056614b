/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_WORKLOAD_CLIENT_H
#define GIPT_WORKLOAD_CLIENT_H

#include "connection-report.h"

#include "ns3/application.h"
#include "ns3/event-id.h"
#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"
#include "ns3/traced-callback.h"

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief What all workloads have in common: whom they ask, what they report, what they count.
 */
class WorkloadClient : public Application
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    ~WorkloadClient() override = default;
    WorkloadClient(const WorkloadClient&) = delete;
    WorkloadClient& operator=(const WorkloadClient&) = delete;

    /**
     * @brief Begin a connection at a given time, besides those that the workload makes by itself.
     * @param start the time, since the start of the simulation; one before the application's start,
     *        or while its node has no power, is passed over
     * @param bytes length of each answer to ask the server for; 0 leaves it to the workload
     */
    void Plan(Time start, uint32_t bytes);

    /**
     * @brief Number of connections begun.
     * @return connections, those not sent included
     */
    uint64_t GetStarted() const
    {
        return m_started;
    }

    /**
     * @brief Number of connections that ended in one way.
     * @param outcome the way
     * @return connections
     */
    uint64_t GetCount(ConnectionOutcome outcome) const
    {
        return m_counts[static_cast<std::size_t>(outcome)];
    }

    /**
     * @brief Sum of the latencies of all served connections.
     * @return the sum
     */
    Time GetServedLatency() const
    {
        return m_servedLatency;
    }

  protected:
    /**
     * @param name what the workload calls itself while the attribute Name is "auto"
     * @param protocol 6 for TCP, 17 for UDP
     */
    WorkloadClient(const char* name, uint8_t protocol);

    /**
     * @brief Count a connection that begins now.
     * @return its report, without what is not known yet
     */
    ConnectionReport Count();

    /**
     * @brief The report of a connection of which only some is remembered.
     * @param id its number
     * @param start when it began
     * @return the report, without client, outcome and what was received
     */
    ConnectionReport Recall(uint64_t id, Time start) const;

    /**
     * @brief Trace the start of a connection.
     * @param report what is known of it
     */
    void TraceStart(const ConnectionReport& report)
    {
        m_startTrace(report);
    }

    /**
     * @brief Count and trace the end of a connection, which is now.
     * @param[in,out] report what is known of it; gets outcome and latency
     * @param outcome how it ended
     */
    void TraceEnd(ConnectionReport& report, ConnectionOutcome outcome);

    /**
     * @brief Begin with what is planned.
     */
    void StartPlan();

    /**
     * @brief Begin nothing more of what is planned.
     */
    void StopPlan();

    void DoDispose() override;

    Ipv4Address m_remote; ///< attribute Remote
    uint16_t m_port;      ///< attribute Port

  private:
    /**
     * @brief Begin a connection that was planned.
     * @param bytes length of each answer to ask for, 0 for any
     */
    virtual void BeginPlanned(uint32_t bytes) = 0;

    /**
     * @brief Schedule the next connection that is planned.
     */
    void SchedulePlanned();

    /**
     * @brief Begin the next connection that is planned.
     */
    void HandlePlanned();

    std::vector<std::pair<Time, uint32_t>> m_plan; ///< times and lengths, sorted from m_planned on
    std::size_t m_planned{0};                      ///< how many of these are begun
    bool m_isPlanOn{false};                        ///< between StartPlan and StopPlan
    EventId m_nextPlanned;                         ///< the next of them
    std::string m_name;                            ///< attribute Name
    const char* m_usualName;                       ///< while that is "auto"
    uint8_t m_protocol;                            ///< of the connections
    uint64_t m_started{0};                         ///< connections begun
    std::array<uint64_t, CONNECTION_OUTCOME_COUNT> m_counts{}; ///< connections by outcome
    Time m_servedLatency;                                      ///< sum over served connections
    TracedCallback<const ConnectionReport&> m_startTrace;      ///< a connection began
    TracedCallback<const ConnectionReport&> m_endTrace;        ///< a connection ended
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_WORKLOAD_CLIENT_H
