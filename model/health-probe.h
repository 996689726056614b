/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_HEALTH_PROBE_H
#define GIPT_HEALTH_PROBE_H

#include "ns3/callback.h"
#include "ns3/event-id.h"
#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"
#include "ns3/object.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{

class Node;
class Socket;

namespace gipt
{

class HealthTunnel;

/**
 * @ingroup global-ip-tunneling
 * @brief Whom a probe asks, and by which way.
 */
struct ProbeTarget
{
    Ptr<Node> node;           ///< who asks
    Ipv4Address server;       ///< the real server (RIP)
    Ipv4Address address;      ///< whom to ask: the RIP, or through the tunnel the VIP
    uint16_t port{0};         ///< at which port, 0 with ICMP
    uint16_t identifier{0};   ///< of the monitor on its node, for echo requests to the RIP
    Ptr<HealthTunnel> tunnel; ///< the way through the tunnel, null: straight to the RIP
};

/**
 * @ingroup global-ip-tunneling
 * @brief Base of the probes: asks one real server once whether it is alive.
 *
 * A health monitor has one for each server it watches, starts it again and again, and draws the
 * conclusions. A probe is found by its TypeId as a scheduler is: "http" is ns3::gipt::HttpProbe. A
 * probe of your own in namespace ns3::gipt is found the same way, any other by its TypeId name.
 * Derive from it, override DoStart() and DoRelease(), and call Finish() when the server has
 * answered or has refused; silence until the timeout is a failure without your doing.
 */
class HealthProbe : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    HealthProbe();
    ~HealthProbe() override;
    HealthProbe(const HealthProbe&) = delete;
    HealthProbe& operator=(const HealthProbe&) = delete;

    /**
     * @brief Make a probe.
     * @param method short name or TypeId name, and attributes if any:
     * "http[Path=/alive|Status=204]"
     * @param[out] error what is wrong with the method, expected what
     * @return the probe, null when there is none of that name or an attribute is wrong
     */
    static Ptr<HealthProbe> FromMethod(const std::string& method, std::string& error);

    /**
     * @brief The short names of all probes that can be made, sorted.
     * @return such as "icmp"
     */
    static std::vector<std::string> GetNames();

    /**
     * @brief Whether the probe asks at a port; if not, a server is asked once for all its ports.
     * @return true when it does
     */
    virtual bool UsesPort() const;

    /**
     * @brief Ask a server. What is left of the time before is given up.
     * @param target whom to ask
     * @param timeout how long to wait
     * @param done is told once whether the server is alive
     */
    void Start(const ProbeTarget& target, Time timeout, Callback<void, bool> done);

    /**
     * @brief Stop asking, and tell nobody.
     */
    void Cancel();

    /**
     * @brief Whether an answer is still awaited.
     * @return true between Start() and its end
     */
    bool IsWaiting() const
    {
        return m_waiting;
    }

    /**
     * @brief How long the probe has taken so far, or took.
     * @return time since Start(), up to its end
     */
    Time GetElapsed() const;

  protected:
    void DoDispose() override;

    /**
     * @brief Ask.
     */
    virtual void DoStart() = 0;

    /**
     * @brief Give up sockets and what else the last DoStart() made. It is called before the next
     * one, when the server failed, and when the probe is cancelled or disposed of.
     */
    virtual void DoRelease() = 0;

    /**
     * @brief What the silence of the server says.
     * @return true when it counts as alive; false unless overridden
     */
    virtual bool JudgeSilence() const;

    /**
     * @brief The server has answered or failed; nothing happens unless an answer is awaited.
     * @param alive whether it is alive
     */
    void Finish(bool alive);

    /**
     * @brief As Finish(), but right after the callback of a socket that must not lose its
     * connection in the middle of it. The first word counts.
     * @param alive whether it is alive
     */
    void FinishSoon(bool alive);

    /**
     * @brief Whom to ask.
     * @return the target of Start()
     */
    const ProbeTarget& GetTarget() const
    {
        return m_target;
    }

    /**
     * @brief Make a socket whose packets go the way of the target.
     * @param type TypeId of its factory
     * @param protocol 6 or 17
     * @return the socket, bound to a port of its own
     */
    Ptr<Socket> MakeSocket(TypeId type, uint8_t protocol);

    /**
     * @brief Shut the way through the tunnel that MakeSocket() opened.
     */
    void CloseTunnel();

  private:
    /**
     * @brief The time is over.
     */
    void HandleTimeout();

    ProbeTarget m_target;          ///< whom to ask
    Callback<void, bool> m_done;   ///< whom to tell
    bool m_waiting{false};         ///< an answer is awaited
    bool m_judged{false};          ///< FinishSoon() was called
    Time m_started;                ///< when Start() was called last
    Time m_elapsed;                ///< how long the last probe took
    EventId m_timeout;             ///< end of waiting
    uint8_t m_tunnelProtocol{0};   ///< of the way that is open in the tunnel, 0 for none
    uint16_t m_tunnelPort{0};      ///< the probe's own port there
    Ptr<HealthTunnel> m_tunnelled; ///< the tunnel it is open in
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_HEALTH_PROBE_H
