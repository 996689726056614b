/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_HEALTH_CHECK_H
#define GIPT_HEALTH_CHECK_H

#include "flap-damping.h"
#include "health-probe.h"
#include "ns3-release.h"
#include "restartable.h"
#include "service-keeper.h"

#include "ns3/application.h"
#include "ns3/event-id.h"
#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

namespace ns3
{

class RandomVariableStream;

namespace gipt
{

class Director;

/**
 * @ingroup global-ip-tunneling
 * @brief The health monitor: watches the real servers of a director and takes dead ones out of
 * service, as keepalived does.
 *
 * Installed on the director's node, it asks each server by a HealthProbe: ICMP echo, TCP connect,
 * HTTP GET or UDP, from the director's own address to the server's own (RIP), or, with Tunnel,
 * through the tunnel to the VIP on that server, the way a client's packets go. After Retries
 * failures in a row a server is found dead and deleted from the services it is in (or its weight
 * set to 0, with InhibitOnFailure); after Rise successes it is found alive and put back with weight
 * and thresholds it had, unless it flaps. What else is done to the services is in ServiceKeeper.
 *
 * Servers added while it runs are watched from the next round on. A server or service that
 * somebody else deletes is forgotten. A server that serves several ports or services at one
 * address is asked once for each port (ICMP: once; through the tunnel: once for each VIP).
 *
 * The probes of a round are spread evenly over Interval, in order of the servers' addresses.
 * GetDetectionTime() tells when a server that dies is out of service.
 */
class HealthCheck : public Application, public Restartable, public ServiceKeeper
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    HealthCheck();
    ~HealthCheck() override;
    HealthCheck(const HealthCheck&) = delete;
    HealthCheck& operator=(const HealthCheck&) = delete;

    /**
     * @brief Assign fixed random variable streams.
     * @param stream first stream index to use
     * @return the number of streams used
     */
    virtual int64_t AssignStreams(int64_t stream) GIPT_OVERRIDE_342;

    /**
     * @brief Choose how a server is asked.
     * @param method short name of a probe or its TypeId name, and attributes of it if any, such as
     *        "http[Path=/alive|Status=200,204]"
     * @return false when there is no such probe or attribute; nothing changes then
     */
    bool SetMethod(std::string method);

    /**
     * @brief How a server is asked.
     * @return as SetMethod() took it
     */
    std::string GetMethod() const;

    /**
     * @brief Bounds of the time from a server's death to its being out of service, when it dies in
     * silence (a refusal is quicker).
     *
     * The death falls between two probes, so that the first that fails begins up to Interval later.
     * Those that fail begin every I: Interval, or the next multiple of it that is no shorter than
     * Timeout. The last of Retries begins (Retries - 1) I after the first and fails Timeout later.
     *
     * @param[out] least (Retries - 1) I + Timeout, less the jitter; a round trip less when the
     * death falls between a request and its answer
     * @param[out] most (Retries - 1) I + Timeout + Interval, plus the jitter
     * @param jitter the longest delay that Jitter gives
     */
    void GetDetectionTime(Time& least, Time& most, Time jitter = Time(0)) const;

    /**
     * @brief The director's node has lost its power: what was learnt is forgotten, and the services
     * are what they were configured to be, as keepalived makes them at boot.
     */
    void PowerOff() override;

    /**
     * @brief Begin anew: all servers count as alive until they are found dead.
     */
    void PowerOn() override;

    /**
     * @brief The hook on probes that have ended.
     * @param address the server's own address (RIP)
     * @param answered whether it answered in time
     * @param time from the request to the answer, or to giving up
     */
    typedef void (*ProbeTracedCallback)(Ipv4Address address, bool answered, Time time);

    /**
     * @brief The hook on servers that are taken out of service or put back.
     * @param address the server's own address (RIP)
     * @param port the port asked, 0 for ICMP
     */
    typedef void (*ServerTracedCallback)(Ipv4Address address, uint16_t port);

    /**
     * @brief The hook on servers that flap.
     * @param address the server's own address (RIP)
     * @param port the port asked, 0 for ICMP
     * @param hold how long it is held out if it does not flap again
     */
    typedef void (*HeldTracedCallback)(Ipv4Address address, uint16_t port, Time hold);

  protected:
    void DoDispose() override;

  private:
    /** Address and port that are asked, and VIP; 0 without a port, 0.0.0.0 when the RIP is. */
    using Key = std::tuple<Ipv4Address, uint16_t, Ipv4Address>;

    /** What is known of one address and port. */
    struct Target
    {
        uint32_t failures{0};   ///< in a row
        uint32_t successes{0};  ///< in a row
        bool down{false};       ///< found dead
        bool held{false};       ///< out of service because it flaps
        FlapDamping damping;    ///< its penalty
        EventId probeEvent;     ///< next probe
        EventId reuseEvent;     ///< end of being held
        Ptr<HealthProbe> probe; ///< asks it
    };

    using Targets = std::map<Key, Target>; ///< in order of address, port and VIP

    void StartApplication() override;
    void StopApplication() override;

    /**
     * @brief Ask no more, and wait for nothing.
     */
    void Halt();

    /**
     * @brief Begin a round: see which servers there are and plan a probe of each.
     */
    void BeginRound();

    /**
     * @brief Bring the targets in line with the director's services.
     */
    void FollowServices();

    /**
     * @brief Ask a server, unless the last answer is still awaited.
     * @param key the target
     */
    void Probe(Key key);

    /**
     * @brief The probe has ended.
     * @param check the health check
     * @param key the target
     * @param answered whether the server answered
     */
    static void HandleDone(HealthCheck* check, Key key, bool answered);

    /**
     * @brief Draw the conclusions of a probe.
     * @param key the target
     * @param answered whether the server answered
     */
    void Finish(const Key& key, bool answered);

    /**
     * @brief A server was found dead.
     * @param key the target
     * @param target what is known of it
     */
    void FindDead(const Key& key, Target& target);

    /**
     * @brief A server was found alive, or was held long enough: put it back unless it is to wait.
     * @param key the target
     */
    void Return(Key key);

    /**
     * @brief The servers that are asked by a target.
     * @param key the target
     * @return true for each of them
     */
    Choice ServersOf(const Key& key) const;

    /**
     * @brief The target that a server is asked by.
     * @param service its service
     * @param address RIP
     * @param port its port
     * @return address, port and VIP
     */
    Key GetKey(const VirtualService& service, Ipv4Address address, uint16_t port) const;

    std::string m_method;               ///< how a server is asked
    bool m_usesPort{false};             ///< the method asks at a port
    bool m_tunnel{false};               ///< ask through the tunnel at the VIP
    Ipv4Address m_probeAddress;         ///< source of such probes, 0.0.0.0: the director's
    Time m_interval;                    ///< between two probes of one server
    Time m_timeout;                     ///< how long to wait for an answer
    uint32_t m_retries{3};              ///< failures in a row before a server is taken out
    uint32_t m_rise{1};                 ///< successes in a row before it is put back
    uint16_t m_port{0};                 ///< port that is asked, 0 for the server's own
    Time m_halfLife;                    ///< of the penalty for flapping, 0: no damping
    double m_suppress{2};               ///< penalty above which a server is held out
    double m_reuse{0.75};               ///< penalty down to which it is
    Time m_maxHold;                     ///< longest time that it is
    Ptr<RandomVariableStream> m_jitter; ///< delay of each probe, in seconds
    uint16_t m_identifier{0};           ///< of echo requests
    bool m_running{false};              ///< started and not stopped
    bool m_hasPower{true};              ///< its node has
    EventId m_roundEvent;               ///< next round
    Targets m_targets;                  ///< what is asked

    /// A probe has ended
    TracedCallback<Ipv4Address, bool, Time> m_probeTrace;
    /// A server was found dead and taken out of service
    TracedCallback<Ipv4Address, uint16_t> m_downTrace;
    /// A server answers again and was put back
    TracedCallback<Ipv4Address, uint16_t> m_upTrace;
    /// A server flaps and is held out of service
    TracedCallback<Ipv4Address, uint16_t, Time> m_heldTrace;
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_HEALTH_CHECK_H
