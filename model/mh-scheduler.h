/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_MH_SCHEDULER_H
#define GIPT_MH_SCHEDULER_H

#include "hash-scheduler.h"

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Maglev hashing: few clients change their server when servers come or go
 * (net/netfilter/ipvs/ip_vs_mh.c; Eisenbud et al., "Maglev", NSDI 2016, section 3.4).
 *
 * Each server has its own permutation of the 4093 places. The servers take places in turn, newest
 * first, each as many a turn as its last weight asks for.
 */
class MhScheduler : public HashScheduler
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    /**
     * @brief SipHash-1-3 of a number of four octets in little-endian order
     * (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012).
     * @param number the number
     * @param key0 first half of the key
     * @param key1 second half of the key
     * @return lower 32 bits of the hash, as the kernel's hsiphash on 64-bit machines
     */
    static uint32_t SipHash13(uint32_t number, uint64_t key0, uint64_t key1);

  protected:
    uint32_t GetPlace(uint32_t client, uint32_t offset) const override;
    void Fill(const VirtualService& service, std::vector<RealServer*>& table) override;
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_MH_SCHEDULER_H
