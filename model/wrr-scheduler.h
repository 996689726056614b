/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_WRR_SCHEDULER_H
#define GIPT_WRR_SCHEDULER_H

#include "server-scheduler.h"

#include <cstddef>
#include <cstdint>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Weighted round robin (net/netfilter/ipvs/ip_vs_wrr.c).
 *
 * The list is passed through again and again with a falling mark: a server whose weight is at least
 * the mark gets a connection. The mark falls from the greatest weight by the greatest common
 * divisor of the weights, and starts anew below 1. A change of servers keeps the mark where it can,
 * so that the first round after servers were added one by one starts at the bottom.
 */
class WrrScheduler : public Scheduler
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
    void ServiceBound(const VirtualService& service) override;
    void ServerAdded(const VirtualService& service, RealServer& server) override;
    void ServerRemoved(const VirtualService& service, RealServer& server) override;
    void ServerUpdated(const VirtualService& service, RealServer& server) override;

  private:
    /**
     * @brief Go back to the head of the list and read step and top from the weights.
     * @param service the service
     */
    void Measure(const VirtualService& service);

    /**
     * @brief The list or a weight changed: keep the mark, on the new steps.
     * @param service the service
     */
    void Change(const VirtualService& service);

    std::size_t m_next{0}; ///< place behind the server last chosen, 0 at the head of the list
    int64_t m_mark{0};     ///< weight a server needs at least (cw)
    int64_t m_top{0};      ///< where the mark starts: greatest weight less (step - 1) (mw)
    int64_t m_step{1};     ///< greatest common divisor of the weights (di)
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_WRR_SCHEDULER_H
