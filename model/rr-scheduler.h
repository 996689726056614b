/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_RR_SCHEDULER_H
#define GIPT_RR_SCHEDULER_H

#include "server-scheduler.h"

#include <cstddef>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Round robin: the available servers in turn (net/netfilter/ipvs/ip_vs_rr.c).
 *
 * The place in the list is kept when servers come and go: a new server, at the head, is met after
 * the wrap; when the server last chosen is removed, the place steps back to the one before it.
 */
class RrScheduler : public Scheduler
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
    void ServerRemoving(const VirtualService& service, RealServer& server) override;

  private:
    std::size_t m_next{0}; ///< place in the list behind the server last chosen
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_RR_SCHEDULER_H
