/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_TRAFFIC_STATS_H
#define GIPT_TRAFFIC_STATS_H

#include "ns3/nstime.h"

#include <array>
#include <cstdint>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief What passed through a service or a real server, as ipvsadm --stats counts it.
 *
 * A tunnelling director sees only the packets from the clients. What goes out are its own ICMP
 * errors to them.
 */
struct TrafficStats
{
    uint64_t connections{0}; ///< connections scheduled
    uint64_t packets{0};     ///< packets from clients
    uint64_t bytes{0};       ///< bytes of those packets, IPv4 header included, before encapsulation
    uint64_t outPackets{0};  ///< ICMP errors to clients
    uint64_t outBytes{0};    ///< bytes of those, IPv4 header included

    /**
     * @brief Count a packet from a client.
     * @param size its bytes
     */
    void CountInPacket(uint32_t size)
    {
        packets++;
        bytes += size;
    }

    /**
     * @brief Count a packet to a client.
     * @param size its bytes
     */
    void CountOutPacket(uint32_t size)
    {
        outPackets++;
        outBytes += size;
    }
};

/**
 * @ingroup global-ip-tunneling
 * @brief The rates that ipvsadm --rate shows of a service or a real server
 * (net/netfilter/ipvs/ip_vs_est.c).
 *
 * Every two seconds the kernel takes a quarter of the latest rate and three quarters of the average
 * before, in whole numbers. No event is needed for that here: the steps that have become due are
 * made up for when packets come or when the rates are asked for, and steps without traffic come to
 * an end at rates of 0.
 */
class TrafficEstimator
{
  public:
    /**
     * @brief The time of the next step.
     * @param now the time
     * @return a later time
     */
    static Time GetNextStep(Time now)
    {
        return NanoSeconds((GetStep(now) + 1) * INTERVAL);
    }

    /**
     * @brief Make the steps that have become due.
     * @param stats what was counted until the first of them
     * @param now the time
     */
    void Advance(const TrafficStats& stats, Time now);

    /**
     * @brief Go on after a while without estimation: a server is back in service.
     * @param now the time
     */
    void Resume(Time now)
    {
        m_step = GetStep(now);
    }

    /**
     * @brief Begin anew with rates and counters of 0 (ipvsadm -Z).
     * @param now the time
     */
    void Reset(Time now)
    {
        *this = TrafficEstimator();
        Resume(now);
    }

    /**
     * @brief The rates.
     * @param stats what was counted so far
     * @param now the time
     * @return connections, packets and bytes a second, rounded as ip_vs_read_estimator does
     */
    TrafficStats GetRates(const TrafficStats& stats, Time now) const;

  private:
    /** Nanoseconds between two steps. */
    static constexpr int64_t INTERVAL = 2000000000;

    /**
     * @brief The number of the last step that is due.
     * @param now the time
     * @return number of intervals since the beginning of time
     */
    static int64_t GetStep(Time now)
    {
        return now.GetNanoSeconds() / INTERVAL;
    }

    /** An average and what it is made from. */
    struct Average
    {
        uint64_t last{0}; ///< the counter at the last step
        int64_t value{0}; ///< the average, in units of a second to the power of -shift-1
    };

    /**
     * @brief Make one step.
     * @param stats what was counted so far
     * @return true when all averages are 0
     */
    bool Step(const TrafficStats& stats);

    std::array<Average, 5> m_averages; ///< connections, packets in and out, bytes in and out
    int64_t m_step{0};                 ///< number of the last step made
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_TRAFFIC_STATS_H
