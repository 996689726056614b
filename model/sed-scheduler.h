/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_SED_SCHEDULER_H
#define GIPT_SED_SCHEDULER_H

#include "server-scheduler.h"

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Shortest expected delay: the server that has the least active connections for its weight
 * with the new one counted in; inactive ones do not count (net/netfilter/ipvs/ip_vs_sed.c).
 */
class SedScheduler : public Scheduler
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
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_SED_SCHEDULER_H
