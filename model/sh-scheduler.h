/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_SH_SCHEDULER_H
#define GIPT_SH_SCHEDULER_H

#include "hash-scheduler.h"

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Source hashing: a client always meets the same server (net/netfilter/ipvs/ip_vs_sh.c).
 *
 * The table has 256 places, filled in turn, newest server first, each as often as its weight says.
 * A quiesced server keeps one place a turn, where its clients are refused; so unlike with mh, other
 * clients move when a server is quiesced.
 */
class ShScheduler : public HashScheduler
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

  protected:
    uint32_t GetPlace(uint32_t client, uint32_t offset) const override;
    void Fill(const VirtualService& service, std::vector<RealServer*>& table) override;
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_SH_SCHEDULER_H
