/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_LOCALITY_SCHEDULER_H
#define GIPT_LOCALITY_SCHEDULER_H

#include "server-scheduler.h"

#include "ns3/nstime.h"
#include "ns3/ptr.h"

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief What lblc and lblcr have in common: both remember for each destination address, a VIP,
 * the servers that it went to.
 */
class LocalityScheduler : public Scheduler
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

  protected:
    /**
     * @brief The available server with the least overhead for its weight.
     * @param service the service
     * @return the server, null when none is available
     */
    static RealServer* FindLeast(const VirtualService& service);

    /**
     * @brief Whether a server has more active connections than its weight, and another one half as
     * many as its own or fewer (is_overloaded).
     * @param server the server
     * @param service its service
     * @return true when a server is to be looked for anew
     */
    static bool IsTooBusy(const RealServer& server, const VirtualService& service);

    /**
     * @brief Let a remembered server be the one of its address that is in service, if any: one that
     * was deleted and added again.
     * @param[in,out] server the server
     * @param service the service
     */
    static void Renew(Ptr<RealServer>& server, const VirtualService& service);

    /**
     * @brief Whether what was remembered has been collected: each half hour what was not used for
     * the time of a sysctl goes.
     * @param used when it was last used
     * @param expiration the sysctl
     * @param now the time
     * @return true when it is gone
     */
    bool IsCollected(Time used, Time expiration, Time now);

  private:
    Time m_start{Time::Max()}; ///< from when on the half hours are counted
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_LOCALITY_SCHEDULER_H
