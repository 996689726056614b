/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_NQ_SCHEDULER_H
#define GIPT_NQ_SCHEDULER_H

#include "server-scheduler.h"

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Never queue: the first server without active connections; when there is none, as sed
 * (net/netfilter/ipvs/ip_vs_nq.c).
 */
class NqScheduler : public Scheduler
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

#endif // GIPT_NQ_SCHEDULER_H
