/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_SERVER_SCHEDULER_H
#define GIPT_SERVER_SCHEDULER_H

#include "connection-key.h"

#include "ns3/nstime.h"
#include "ns3/object.h"
#include "ns3/ptr.h"

#include <array>
#include <string>
#include <vector>

namespace ns3
{
namespace gipt
{

class RealServer;
class VirtualService;

/**
 * @ingroup global-ip-tunneling
 * @brief Base of the schedulers: picks a real server for each new connection of a service.
 *
 * A scheduler belongs to one VirtualService, which calls it when its list of real servers changes
 * and for each new connection. It is found by its TypeId; the short name that ipvsadm uses is the
 * middle of the TypeId in lower case: "wrr" is ns3::gipt::WrrScheduler. A scheduler of your own in
 * namespace ns3::gipt is found the same way, any other by its full TypeId name.
 *
 * Real servers are always met newest first, as a Linux director meets them
 * (net/netfilter/ipvs/ip_vs_ctl.c adds to the head of the list).
 */
class Scheduler : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    Scheduler() = default;
    ~Scheduler() override = default;
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;

    /**
     * @brief Make a scheduler by name.
     * @param name short name ("wrr") or full TypeId name
     * @return the scheduler, null when there is none of that name
     */
    static Ptr<Scheduler> Create(const std::string& name);

    /**
     * @brief The short names of all schedulers that can be made, sorted.
     * @return short names such as "rr"
     */
    static std::vector<std::string> GetNames();

    /**
     * @brief The name by which ipvsadm lists this scheduler.
     * @return short name in namespace ns3::gipt, else the TypeId name
     */
    std::string GetName() const;

    /**
     * @brief Pick the real server of a new connection.
     * @param service the service the packet is for
     * @param key addresses, ports and protocol of the packet
     * @param now time of the packet
     * @return an available server of the service, null when there is none
     */
    virtual RealServer* Schedule(const VirtualService& service,
                                 const ConnectionKey& key,
                                 Time now) = 0;

    /**
     * @brief The service got its first list of servers (the scheduler was bound to it).
     * @param service the service
     */
    virtual void ServiceBound(const VirtualService& service);

    /**
     * @brief A server was put at the head of the service's list.
     * @param service the service, its list already changed
     * @param server the new server
     */
    virtual void ServerAdded(const VirtualService& service, RealServer& server);

    /**
     * @brief A server is about to leave the service's list.
     * @param service the service, its list not yet changed
     * @param server the server that goes
     */
    virtual void ServerRemoving(const VirtualService& service, RealServer& server);

    /**
     * @brief A server has left the service's list.
     * @param service the service, its list already changed
     * @param server the server that went
     */
    virtual void ServerRemoved(const VirtualService& service, RealServer& server);

    /**
     * @brief Weight or thresholds of a server changed.
     * @param service the service
     * @param server the changed server
     */
    virtual void ServerUpdated(const VirtualService& service, RealServer& server);

    /**
     * @brief Do what is due by the clock; called before a sysctl changes.
     * @param service the service
     * @param now the time
     */
    virtual void Advance(const VirtualService& service, Time now);

    /**
     * @brief Take a scheduler flag of ipvsadm -b, such as "sh-port".
     *
     * Every scheduler takes flag-1, flag-2 and flag-3, which mean nothing unless it gives them
     * names of its own.
     *
     * @param flag the flag's name
     * @return false when this scheduler does not know the flag
     */
    virtual bool SetFlag(const std::string& flag);

    /**
     * @brief Take all flags back, as an ipvsadm -E without -b does.
     */
    virtual void ClearFlags();

    /**
     * @brief The flags that are set, in ipvsadm's order.
     * @return names such as "sh-port"
     */
    virtual std::vector<std::string> GetFlags() const;

    /**
     * @brief Assign fixed random variable streams.
     * @param stream first stream index to use
     * @return the number of streams used (0: the deterministic schedulers)
     */
    virtual int64_t AssignStreams(int64_t stream);

  private:
    std::array<bool, 3> m_flags{}; ///< flag-1 to flag-3 without a name of their own
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_SERVER_SCHEDULER_H
