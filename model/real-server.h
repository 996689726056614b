/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_REAL_SERVER_H
#define GIPT_REAL_SERVER_H

#include "traffic-stats.h"

#include "ns3/ipv4-address.h"
#include "ns3/object.h"
#include "ns3/traced-value.h"

#include <cstdint>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief One real server of a virtual service: what "ipvsadm -a" makes (struct ip_vs_dest).
 *
 * It is the director's record of a server, not the server's node. It keeps weight, thresholds and
 * the counts of its connections, which the schedulers read.
 */
class RealServer : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    RealServer() = default;
    ~RealServer() override = default;
    RealServer(const RealServer&) = delete;
    RealServer& operator=(const RealServer&) = delete;

    /** Greatest weight that ipvsadm takes. */
    static constexpr uint32_t MAX_WEIGHT = 2147483647;

    /**
     * @brief The server's own address (RIP), the tunnel's far end.
     * @return the address
     */
    Ipv4Address GetAddress() const
    {
        return m_address;
    }

    /**
     * @brief The server's port: the service's own in tunnelling mode, but any in a service by
     * firewall mark, where it tells servers apart and is listed.
     * @return port number, 0 for that of each connection
     */
    uint16_t GetPort() const
    {
        return m_port;
    }

    /**
     * @brief The weight: how many connections it gets beside the others; 0 is quiesced.
     * @return weight without unit
     */
    uint32_t GetWeight() const
    {
        return m_weight.Get();
    }

    /**
     * @brief The last weight that was not 0 while in service, from which mh fills its table.
     * @return weight without unit, 0 when there was none since the server was added
     */
    uint32_t GetLastWeight() const
    {
        return m_lastWeight;
    }

    /**
     * @brief Set the weight. Use VirtualService::UpdateServer on a server in service.
     * @param weight 0 (quiesced) to MAX_WEIGHT
     */
    void SetWeight(uint32_t weight);

    /**
     * @brief Connections above which no new one is given (ipvsadm -x).
     * @return number of connections, 0 for no bound
     */
    uint32_t GetUpperThreshold() const
    {
        return m_upperThreshold;
    }

    /**
     * @brief Connections below which an overloaded server is used again (ipvsadm -y).
     * @return number of connections, 0 for three quarters of the upper threshold
     */
    uint32_t GetLowerThreshold() const
    {
        return m_lowerThreshold;
    }

    /**
     * @brief Set both thresholds.
     * @param upper ipvsadm -x, 0 for none
     * @param lower ipvsadm -y, 0 for three quarters of upper
     */
    void SetThresholds(uint32_t upper, uint32_t lower);

    /**
     * @brief Connections in states that count as active (SYN_RECV, ESTABLISHED).
     * @return number of connections
     */
    uint32_t GetActiveConnections() const
    {
        return m_active.Get();
    }

    /**
     * @brief Connections in other states (FIN_WAIT, TIME_WAIT, CLOSE, UDP).
     * @return number of connections
     */
    uint32_t GetInactiveConnections() const
    {
        return m_inactive.Get();
    }

    /**
     * @brief Persistence templates that name this server.
     * @return number of templates
     */
    uint32_t GetPersistentConnections() const
    {
        return m_persistent;
    }

    /**
     * @brief The load that lc, wlc and their kin compare (ip_vs.h, ip_vs_dest_conn_overhead).
     * @return active * 256 + inactive
     */
    uint64_t GetOverhead() const
    {
        return (uint64_t{m_active.Get()} << 8) + m_inactive.Get();
    }

    /**
     * @brief The upper threshold was reached and the count has not yet fallen enough.
     * @return true while no new connection may be given
     */
    bool IsOverloaded() const
    {
        return m_overloaded;
    }

    /**
     * @brief A scheduler may give it a new connection: its weight is not 0 and it is not
     * overloaded.
     * @return true when it can be chosen
     */
    bool IsAvailable() const
    {
        return m_weight.Get() > 0 && !m_overloaded;
    }

    /**
     * @brief The server is in its service's list (false: deleted, kept while connections name it).
     * @return true when in service
     */
    bool IsInService() const
    {
        return m_inService;
    }

    /**
     * @brief What the server was given so far.
     * @return connections, packets and bytes
     */
    const TrafficStats& GetStats() const
    {
        return m_stats;
    }

    /**
     * @brief What the server is given a second (ipvsadm --rate).
     * @param now the time
     * @return averages over some seconds
     */
    TrafficStats GetRates(Time now) const
    {
        return m_estimator.GetRates(m_stats, now);
    }

    /**
     * @brief Count what it is given from zero again (ipvsadm -Z).
     * @param now the time
     */
    void ZeroStats(Time now = Time())
    {
        m_stats = TrafficStats();
        m_estimator.Reset(now);
    }

  private:
    friend class ConnectionBooks; // counts its connections
    friend class DirectorCore;    // counts its connections and traffic
    friend class ServiceTable;    // names it
    friend class VirtualService;  // puts it into service and takes it out

    /**
     * @brief A connection or template begins to name this server (ip_vs_conn.c, ip_vs_bind_dest).
     * @param isTemplate true for a persistence template
     */
    void Bind(bool isTemplate);

    /**
     * @brief A connection or template is gone (ip_vs_conn.c, ip_vs_unbind_dest).
     * @param isTemplate true for a persistence template
     * @param wasActive true when it counted as active
     */
    void Unbind(bool isTemplate, bool wasActive);

    /**
     * @brief A connection changed between active and inactive.
     * @param active true when it now counts as active
     */
    void Count(bool active);

    Ipv4Address m_address;               ///< RIP
    uint16_t m_port{0};                  ///< port, in tunnelling mode the service's
    TracedValue<uint32_t> m_weight{0};   ///< weight, 0 is quiesced
    uint32_t m_lastWeight{0};            ///< last weight other than 0
    uint32_t m_upperThreshold{0};        ///< ipvsadm -x
    uint32_t m_lowerThreshold{0};        ///< ipvsadm -y
    TracedValue<uint32_t> m_active{0};   ///< active connections
    TracedValue<uint32_t> m_inactive{0}; ///< inactive connections
    uint32_t m_persistent{0};            ///< persistence templates
    uint32_t m_references{0};            ///< connections and templates that name this server
    uint32_t m_index{0};                 ///< place in the director's pool, kept in each connection
    bool m_overloaded{false};            ///< IP_VS_DEST_F_OVERLOAD
    bool m_inService{false};             ///< IP_VS_DEST_F_AVAILABLE
    TrafficStats m_stats;                ///< what it was given
    TrafficEstimator m_estimator;        ///< what it is given a second
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_REAL_SERVER_H
