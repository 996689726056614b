/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_LC_SCHEDULER_H
#define GIPT_LC_SCHEDULER_H

#include "server-scheduler.h"

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Least connections: the server with the least overhead, whatever its weight
 * (net/netfilter/ipvs/ip_vs_lc.c).
 */
class LcScheduler : public Scheduler
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

#endif // GIPT_LC_SCHEDULER_H
