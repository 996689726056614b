/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_LBLCR_SCHEDULER_H
#define GIPT_LBLCR_SCHEDULER_H

#include "locality-scheduler.h"

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Locality-based least connections with replication: a set of servers for each VIP, which
 * grows when the best of them is too busy and loses its busiest when it has not changed for the
 * time of lblcr_expiration (net/netfilter/ipvs/ip_vs_lblcr.c).
 */
class LblcrScheduler : public LocalityScheduler
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    RealServer* Schedule(const VirtualService& service,
                         const ConnectionKey& key,
                         Time now) override;

  protected:
    Time GetExpiration(const SchedulerSysctls& sysctls) const override;

  private:
    /**
     * @brief The server of a set with the least overhead for its weight (ip_vs_dest_set_min).
     * @param entry the set
     * @return the server, null when none is in service and available
     */
    static RealServer* FindLeastOf(const Entry& entry);

    /**
     * @brief Take the server with the most overhead for its weight out of a set
     * (ip_vs_dest_set_max); those without weight stay.
     * @param entry the set
     * @param now the time
     */
    static void RemoveMost(Entry& entry, Time now);
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_LBLCR_SCHEDULER_H
