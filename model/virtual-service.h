/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_VIRTUAL_SERVICE_H
#define GIPT_VIRTUAL_SERVICE_H

#include "real-server.h"
#include "server-scheduler.h"
#include "service-id.h"

#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"
#include "ns3/object.h"

#include <string>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief What a director has for single schedulers: the kernel's sysctls (net.ipv4.vs.*) and a
 * clock.
 */
struct SchedulerSysctls
{
    virtual ~SchedulerSysctls() = default;

    /**
     * @brief The time, when rules change.
     * @return the time, 0 in a service of no director
     */
    virtual Time GetTime() const
    {
        return Time(0);
    }

    Time lblcExpiration{Days(1)}; ///< how long lblc remembers an unused VIP (lblc_expiration)
    /** How long lblcr remembers an unused VIP, and leaves a set as it is (lblcr_expiration). */
    Time lblcrExpiration{Days(1)};
};

/**
 * @ingroup global-ip-tunneling
 * @brief One virtual service: what "ipvsadm -A" makes (struct ip_vs_service).
 *
 * A service is named by (VIP, port, protocol) or by a firewall mark. It has a scheduler and a list
 * of real servers, newest first.
 */
class VirtualService : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    VirtualService() = default;
    ~VirtualService() override = default;
    VirtualService(const VirtualService&) = delete;
    VirtualService& operator=(const VirtualService&) = delete;

    /**
     * @brief What names the service.
     * @return VIP, port and protocol, or firewall mark
     */
    const ServiceId& GetId() const
    {
        return m_id;
    }

    /**
     * @brief The service address (VIP).
     * @return the address, 0.0.0.0 in a firewall-mark service
     */
    Ipv4Address GetAddress() const
    {
        return m_id.address;
    }

    /**
     * @brief The service port.
     * @return port number, 0 for all ports
     */
    uint16_t GetPort() const
    {
        return m_id.port;
    }

    /**
     * @brief The protocol.
     * @return 6 for TCP, 17 for UDP, 0 in a firewall-mark service
     */
    uint8_t GetProtocol() const
    {
        return m_id.protocol;
    }

    /**
     * @brief How the service works.
     * @return what "ipvsadm -A" said of it
     */
    ServiceOptions GetOptions() const;

    /**
     * @brief How long a client stays with its server (ipvsadm -p).
     * @return the timeout of its template, 0 without persistence
     */
    Time GetPersistence() const
    {
        return m_persistence;
    }

    /**
     * @brief What part of its address names a client (ipvsadm -M).
     * @return the mask
     */
    Ipv4Mask GetNetmask() const
    {
        return m_netmask;
    }

    /**
     * @brief Each UDP packet is scheduled for itself (ipvsadm -o).
     * @return true for one-packet scheduling
     */
    bool IsOnePacket() const
    {
        return m_onePacket;
    }

    /**
     * @brief The scheduler.
     * @return the scheduler, null before SetScheduler
     */
    Ptr<Scheduler> GetScheduler() const
    {
        return m_scheduler;
    }

    /**
     * @brief Bind a scheduler (ipvsadm -s), in place of the one before.
     * @param scheduler a scheduler that belongs to no other service
     */
    void SetScheduler(Ptr<Scheduler> scheduler);

    /**
     * @brief What its director sets for the schedulers.
     * @return the sysctls, as they are by default in a service of no director
     */
    const SchedulerSysctls& GetSchedulerSysctls() const;

    /**
     * @brief The real servers in service.
     * @return the servers, newest first
     */
    const std::vector<Ptr<RealServer>>& GetServers() const
    {
        return m_servers;
    }

    /**
     * @brief Find a real server in service.
     * @param address RIP
     * @param port port of the server
     * @return the server, null when there is none
     */
    Ptr<RealServer> FindServer(Ipv4Address address, uint16_t port) const;

    /**
     * @brief Put a server at the head of the list; Director::AddRealServer is the way in.
     * @param server the server, not yet in service
     */
    void AddServer(Ptr<RealServer> server);

    /**
     * @brief Take a server out of the list; Director::RemoveRealServer is the way in.
     * @param server a server of this service
     */
    void RemoveServer(Ptr<RealServer> server);

    /**
     * @brief Change weight and thresholds of a server and tell the scheduler (ipvsadm -e).
     * @param server a server of this service
     * @param weight 0 (quiesced) to RealServer::MAX_WEIGHT
     * @param upper upper threshold, 0 for none
     * @param lower lower threshold, 0 for three quarters of upper
     */
    void UpdateServer(Ptr<RealServer> server, uint32_t weight, uint32_t upper, uint32_t lower);

    /**
     * @brief Change only the weight of a server and tell the scheduler.
     * @param server a server of this service
     * @param weight 0 (quiesced) to RealServer::MAX_WEIGHT
     */
    void SetWeight(Ptr<RealServer> server, uint32_t weight);

    /**
     * @brief What the service was given so far.
     * @return connections, packets and bytes
     */
    const TrafficStats& GetStats() const
    {
        return m_stats;
    }

    /**
     * @brief What the service is given a second (ipvsadm --rate).
     * @param now the time
     * @return averages over some seconds
     */
    TrafficStats GetRates(Time now) const
    {
        return m_estimator.GetRates(m_stats, now);
    }

    /**
     * @brief Count what the service and its servers are given from zero again (ipvsadm -Z).
     * @param now the time
     */
    void ZeroStats(Time now = Time());

    /**
     * @brief The service as ipvsadm names it, such as "TCP 10.0.0.100:80" or "FWM 1".
     * @return protocol, address and port, or mark
     */
    std::string GetLabel() const;

  protected:
    void DoDispose() override;

  private:
    friend class DirectorCore; // counts its traffic
    friend class ServiceTable; // names it and sets its options

    ServiceId m_id{0};                          ///< its name
    Time m_persistence;                         ///< ipvsadm -p
    Ipv4Mask m_netmask{Ipv4Mask::GetOnes()};    ///< ipvsadm -M
    bool m_onePacket{false};                    ///< ipvsadm -o
    Ptr<Scheduler> m_scheduler;                 ///< picks a server for each new connection
    std::vector<Ptr<RealServer>> m_servers;     ///< in service, newest first
    TrafficStats m_stats;                       ///< what it was given
    TrafficEstimator m_estimator;               ///< what it is given a second
    const SchedulerSysctls* m_sysctls{nullptr}; ///< its director's, null in none
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_VIRTUAL_SERVICE_H
