/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_DH_SCHEDULER_H
#define GIPT_DH_SCHEDULER_H

#include "server-scheduler.h"

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Destination hashing: a service address always leads to the same server, whatever the
 * weights (net/netfilter/ipvs/ip_vs_dh.c).
 *
 * The kernel fills a table of 256 places with the servers in turn, newest first; so the place tells
 * the server without a table.
 */
class DhScheduler : public Scheduler
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

#endif // GIPT_DH_SCHEDULER_H
