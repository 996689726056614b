/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_ROUTE_ANNOUNCER_H
#define GIPT_ROUTE_ANNOUNCER_H

#include "director.h"
#include "restartable.h"
#include "routing-graph.h"

#include "ns3/application.h"
#include "ns3/event-id.h"
#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/traced-callback.h"

#include <set>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Announces the VIPs of the director on its node in a RoutingGraph, as a routing daemon
 * beside it does: the way to directors in several sites that own the same VIPs (anycast).
 *
 * A VIP is announced while the director runs and, with NeedsQuorum, each of its services has its
 * quorum. A director that is stopped is withdrawn at once. One that loses its power says nothing:
 * its neighbours find out after HoldTime. When it is back it is withdrawn if they have not found
 * out yet, since it begins a new session with them, and announced after ReturnDelay.
 */
class RouteAnnouncer : public Application, public Restartable
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    RouteAnnouncer() = default;
    ~RouteAnnouncer() override = default;

    /**
     * @brief A service has lost its quorum or gained it: a sink for what watches the real servers
     * (HealthCheck's QuorumChanged, to which the announcer connects by itself).
     * @param service the service
     * @param hasQuorum whether it has it now
     */
    void ChangeQuorum(Ptr<VirtualService> service, bool hasQuorum);

    /**
     * @brief Whether a VIP is announced.
     * @param address the VIP
     * @return true when it is
     */
    bool IsAnnounced(Ipv4Address address) const
    {
        return m_announced.count(address) > 0;
    }

    /**
     * @brief The power is gone: nothing is said, and the announcements stay for HoldTime.
     */
    void PowerOff() override;

    /**
     * @brief The power is back.
     */
    void PowerOn() override;

    /**
     * @brief The hook on announcements.
     * @param address the VIP
     * @param isAnnounced whether it is announced now
     */
    typedef void (*AnnouncementTracedCallback)(Ipv4Address address, bool isAnnounced);

  protected:
    void DoDispose() override;

  private:
    void StartApplication() override;
    void StopApplication() override;

    /**
     * @brief The director begins to run, stops, or loses its power.
     * @param isRunning whether it runs now
     */
    void DirectorChanged(bool isRunning);

    /**
     * @brief A real server was added, changed or removed: perhaps there is a new service.
     * @param service the service
     * @param server the real server
     * @param weight its weight
     */
    void ServerChanged(Ptr<VirtualService> service, Ptr<RealServer> server, uint32_t weight);

    /**
     * @brief Announce what is to be, withdraw what is not.
     */
    void Update();

    /**
     * @brief Withdraw all VIPs.
     */
    void WithdrawAll();

    /**
     * @brief Announce or withdraw a VIP.
     * @param address the VIP
     * @param isAnnounced true to announce it
     */
    void Say(Ipv4Address address, bool isAnnounced);

    /**
     * @brief Nothing is heard of the director any more.
     */
    void FallSilent();

    /**
     * @brief The director is there again.
     */
    void Return();

    Ptr<RoutingGraph> m_graph;         ///< where to announce
    Ptr<Director> m_director;          ///< whose VIPs
    Time m_holdTime;                   ///< of the neighbours' sessions
    Time m_returnDelay;                ///< before the announcement after a start
    bool m_needsQuorum{true};          ///< announce only with quorum
    bool m_isStarted{false};           ///< between start and stop
    bool m_hasPower{true};             ///< its node has power
    bool m_isSpeaking{false};          ///< its sessions with the neighbours are up
    EventId m_event;                   ///< the end of HoldTime or ReturnDelay
    std::set<Ipv4Address> m_announced; ///< VIPs announced
    std::set<ServiceId> m_lacking;     ///< services without quorum

    TracedCallback<Ipv4Address, bool> m_announcementTrace; ///< announced or withdrawn
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_ROUTE_ANNOUNCER_H
