/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_SERVICE_KEEPER_H
#define GIPT_SERVICE_KEEPER_H

#include "service-id.h"

#include "ns3/event-id.h"
#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace ns3
{
namespace gipt
{

class Director;
class RealServer;
class VirtualService;

/**
 * @ingroup global-ip-tunneling
 * @brief When a service has enough living servers, and who serves in their place when it has not.
 */
struct QuorumRule
{
    uint32_t quorum{1};     ///< weight of living servers that a service needs
    uint32_t hysteresis{0}; ///< it is lost below quorum - hysteresis, gained at quorum + hysteresis
    Ipv4Address sorryServer{
        Ipv4Address::GetAny()}; ///< serves alone while it is lost; 0.0.0.0: none
};

/**
 * @ingroup global-ip-tunneling
 * @brief What a health monitor does to the services of its director: the part of keepalived that
 * talks to IPVS (keepalived/check/ipwrapper.c).
 *
 * It takes servers out and puts them back, keeps each service's quorum, drains servers and starts
 * them slowly. It knows nothing of probes. A HealthCheck is a ServiceKeeper that asks.
 *
 * Quorum: a service loses it when the weight of its living servers falls below quorum - hysteresis,
 * or to 0, and gains it again at quorum + hysteresis. With a sorry server the living servers are
 * then taken out and the sorry server is put in with weight 1, until the quorum is back. A server
 * counts with its whole weight, however far its slow start is; one that is drained counts for 0.
 *
 * The public member variables become Attributes of HealthCheck.
 */
class ServiceKeeper
{
  public:
    ServiceKeeper();
    virtual ~ServiceKeeper();
    ServiceKeeper(const ServiceKeeper&) = delete;
    ServiceKeeper& operator=(const ServiceKeeper&) = delete;

    bool inhibitOnFailure{false};                   ///< set the weight to 0 in place of deleting
    uint32_t quorum{1};                             ///< of services without a rule of their own
    uint32_t hysteresis{0};                         ///< of services without a rule of their own
    Ipv4Address sorryServer{Ipv4Address::GetAny()}; ///< of services without a rule of their own
    Time slowStart;              ///< time from a server's return to its whole weight, 0: at once
    uint32_t slowStartSteps{10}; ///< in how many steps
    double slowStartShare{0.1};  ///< part of its weight that it begins with

    /**
     * @brief Give one service a quorum of its own.
     * @param id name of the service, which may be added later
     * @param rule its quorum and sorry server
     */
    void SetQuorum(const ServiceId& id, const QuorumRule& rule);

    /**
     * @brief Whether a service has its quorum. All have it until it is found otherwise.
     * @param id name of the service
     * @return true unless it was lost and not gained again
     */
    bool HasQuorum(const ServiceId& id) const;

    /**
     * @brief Take a server out of service gracefully: weight 0 now, deleted once no connection
     * names it or the time is over.
     *
     * What is left then ends as with "ipvsadm -d" (sysctl expire_nodest_conn).
     *
     * @param service a service of the director
     * @param address RIP
     * @param port the server's port there
     * @param timeout the longest time until it is deleted, 0 for no bound
     * @return false when the service has no such server, or it is being drained already
     */
    bool Drain(Ptr<VirtualService> service, Ipv4Address address, uint16_t port, Time timeout);

    /**
     * @brief Drain a server from all services of the director.
     * @param address RIP
     * @param timeout as in Drain()
     * @return number of services it is drained from
     */
    uint32_t DrainAll(Ipv4Address address, Time timeout);

    /**
     * @brief Think better of it: the server has its weight back.
     * @param service a service of the director
     * @param address RIP
     * @param port the server's port there
     * @return false when the server is not being drained
     */
    bool CancelDrain(Ptr<VirtualService> service, Ipv4Address address, uint16_t port);

    /**
     * @brief Start a server slowly that is in service with its whole weight.
     * @param service a service of the director
     * @param address RIP
     * @param port the server's port there
     * @return false when the service has no such server, or slowStart is 0
     */
    bool StartSlowly(Ptr<VirtualService> service, Ipv4Address address, uint16_t port);

    /**
     * @brief The weight of a server in its slow start: round(weight * (share + (1 - share) *
     * step / steps)), at least 1 unless its weight is 0.
     * @param weight its whole weight
     * @param share part that it begins with, 0 to 1
     * @param step 0 at its return; one more after each slowStart / steps
     * @param steps number of steps
     * @return the weight
     */
    static uint32_t GetSlowWeight(uint32_t weight, double share, uint32_t step, uint32_t steps);

    /**
     * @brief The hook on quorums lost and gained.
     * @param service the service
     * @param hasQuorum true when it was gained
     */
    typedef void (*QuorumTracedCallback)(Ptr<VirtualService> service, bool hasQuorum);

    /**
     * @brief The hook on servers that were drained and are out of service now.
     * @param service the service
     * @param address RIP
     * @param port the server's port there
     * @param connections connections that were left when the time was over, active and inactive
     */
    typedef void (*DrainedTracedCallback)(Ptr<VirtualService> service,
                                          Ipv4Address address,
                                          uint16_t port,
                                          uint32_t connections);

  protected:
    /** Picks servers: by service, RIP and port. */
    using Choice = std::function<bool(const VirtualService&, Ipv4Address, uint16_t)>;

    /** What names a server: its service, address and port. */
    using ServerName = std::pair<ServiceId, std::pair<Ipv4Address, uint16_t>>;

    /** A server out of service that is to come back as it was. */
    struct Absent
    {
        Ptr<VirtualService> service; ///< where it was
        uint32_t weight{0};          ///< its whole weight
        uint32_t upper{0};           ///< upper threshold
        uint32_t lower{0};           ///< lower threshold
        bool dead{false};            ///< it was found dead, or flaps
        bool parked{false};          ///< it makes room for the sorry server
    };

    /**
     * @brief Take dead servers out of service, those that are in.
     * @param choice which
     */
    void TakeOut(const Choice& choice);

    /**
     * @brief Put servers back that were found dead, unless the sorry server serves. What somebody
     * else has put back or changed meanwhile is left as it is.
     * @param choice which
     */
    void PutBack(const Choice& choice);

    /**
     * @brief Look at the quorum of all services: rules may have changed.
     */
    void CheckQuorums();

    /**
     * @brief Forget servers out of service whose service is gone, or that somebody has deleted.
     */
    void ForgetAbsent();

    /**
     * @brief Whether a server is a sorry server that serves now.
     * @param service its service
     * @param address RIP
     * @return true when it is
     */
    bool IsSorry(const VirtualService& service, Ipv4Address address) const;

    /**
     * @brief Make the director's services what they were configured to be: as the rules are read
     * again at boot.
     */
    void RestoreRules();

    /**
     * @brief Let go of everything, and leave the director's services as they are.
     */
    void Release();

    /**
     * @brief Whether the director still has a service.
     * @param service the service
     * @return true when it has
     */
    bool IsInService(Ptr<VirtualService> service) const;

    Ptr<Director> m_director;              ///< whose services are kept
    std::map<ServerName, Absent> m_absent; ///< servers out of service

    TracedCallback<Ptr<VirtualService>, bool> m_quorumTrace; ///< quorum lost or gained
    TracedCallback<Ptr<VirtualService>, Ipv4Address, uint16_t, uint32_t>
        m_drainedTrace; ///< a server was drained

  private:
    /** Whether a service has its quorum. */
    struct Quorum
    {
        Ptr<VirtualService> service; ///< the service
        bool has{true};              ///< it has
        bool isSorry{false};         ///< the sorry server serves
        Ipv4Address sorryServer;     ///< which
    };

    /** A server that is drained. */
    struct Draining
    {
        Ptr<VirtualService> service; ///< its service
        Ptr<RealServer> server;      ///< the server
        uint32_t weight{0};          ///< its weight before
        EventId timeout;             ///< end of its time
    };

    /** A server in its slow start. */
    struct Ramp
    {
        Ptr<VirtualService> service; ///< its service
        uint32_t weight{0};          ///< its whole weight
        uint32_t last{0};            ///< the weight it was given last
        uint32_t step{0};            ///< steps made
        uint32_t steps{1};           ///< of how many
        Time interval;               ///< between two steps
        double share{0};             ///< part it began with
        EventId event;               ///< next step
    };

    /**
     * @brief What names a server.
     * @param service its service
     * @param address RIP
     * @param port its port
     * @return the name
     */
    static ServerName NameOf(const VirtualService& service, Ipv4Address address, uint16_t port);

    /**
     * @brief The rule of a service.
     * @param id its name
     * @return its own rule, else that of all
     */
    QuorumRule GetRule(const ServiceId& id) const;

    /**
     * @brief Take a server out of service.
     * @param service its service
     * @param server the server
     * @return what is kept of it
     */
    Absent& Remove(Ptr<VirtualService> service, Ptr<RealServer> server);

    /**
     * @brief Put a server back as it was.
     * @param name the server
     * @param absent what was kept of it
     * @param slowly whether it begins with a part of its weight
     */
    void Restore(const ServerName& name, const Absent& absent, bool slowly);

    /**
     * @brief Look at the quorum of a service.
     * @param service the service
     */
    void CheckQuorum(Ptr<VirtualService> service);

    /**
     * @brief The weight of the living servers of a service.
     * @param service the service
     * @return sum of their weights
     */
    uint64_t GetLivingWeight(const VirtualService& service) const;

    /**
     * @brief Begin a slow start; the server has its first weight.
     * @param name the server
     * @param service its service
     * @param weight its whole weight
     * @param first the weight it has
     */
    void BeginRamp(const ServerName& name,
                   Ptr<VirtualService> service,
                   uint32_t weight,
                   uint32_t first);

    /**
     * @brief The next step of a slow start.
     * @param name the server
     */
    void StepRamp(ServerName name);

    /**
     * @brief End a slow start where it is.
     * @param name the server
     * @param server the server
     * @return the server's whole weight; that which it has when it is not in a slow start
     */
    uint32_t EndRamp(const ServerName& name, const RealServer& server);

    /**
     * @brief Give a server that is being drained its weight back.
     * @param name the server
     */
    void Undrain(ServerName name);

    /**
     * @brief A server that is drained has more or fewer connections.
     * @param before how many it had
     * @param now how many it has
     */
    void ConnectionsChanged(uint32_t before, uint32_t now);

    /**
     * @brief Delete the drained servers that have no connection left.
     */
    void CheckDrains();

    /**
     * @brief A server is drained, or its time is over: delete it.
     * @param name the server
     */
    void EndDrain(ServerName name);

    /**
     * @brief Watch the connections of a server no longer.
     * @param draining the server
     */
    void Unwatch(Draining& draining);

    std::map<ServiceId, QuorumRule> m_rules;  ///< of services that have one of their own
    std::map<ServiceId, Quorum> m_quorums;    ///< of services looked at so far
    std::map<ServerName, Draining> m_drained; ///< servers being drained
    std::map<ServerName, Ramp> m_ramps;       ///< servers in their slow start
    EventId m_drainCheck;                     ///< connections have changed
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_SERVICE_KEEPER_H
