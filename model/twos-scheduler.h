/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_TWOS_SCHEDULER_H
#define GIPT_TWOS_SCHEDULER_H

#include "server-scheduler.h"

#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief The better of two servers drawn by weight: the power of two choices
 * (net/netfilter/ipvs/ip_vs_twos.c).
 *
 * The draws come from an ns-3 random variable stream, so that a run can be repeated; Linux draws
 * others.
 */
class TwosScheduler : public Scheduler
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    TwosScheduler();

    RealServer* Schedule(const VirtualService& service,
                         const ConnectionKey& key,
                         Time now) override;
    int64_t AssignStreams(int64_t stream) override;

  private:
    Ptr<UniformRandomVariable> m_draw; ///< draws among the weights
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_TWOS_SCHEDULER_H
