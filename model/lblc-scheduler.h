/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_LBLC_SCHEDULER_H
#define GIPT_LBLC_SCHEDULER_H

#include "locality-scheduler.h"

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Locality-based least connections: one server for each VIP, until it has more active
 * connections than its weight while another one is half idle (net/netfilter/ipvs/ip_vs_lblc.c).
 *
 * The thresholds of ipvsadm -x and -y count only when a server is looked for anew.
 */
class LblcScheduler : public LocalityScheduler
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
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_LBLC_SCHEDULER_H
