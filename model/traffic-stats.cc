/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "traffic-stats.h"

#include <algorithm>

namespace ns3
{
namespace gipt
{

namespace
{

/** Binary digits behind the point of the averages of connections and packets. */
constexpr uint8_t COUNT_DIGITS = 10;
/** Binary digits behind the point of the averages of bytes. */
constexpr uint8_t BYTE_DIGITS = 5;

/**
 * @brief The counters in the order of the averages.
 * @param stats the counters
 * @return connections, packets in and out, bytes in and out
 */
std::array<uint64_t, 5>
List(const TrafficStats& stats)
{
    return {stats.connections, stats.packets, stats.outPackets, stats.bytes, stats.outBytes};
}

/**
 * @brief Digits behind the point of an average.
 * @param index which average
 * @return number of binary digits
 */
uint8_t
GetDigits(std::size_t index)
{
    return index < 3 ? COUNT_DIGITS : BYTE_DIGITS;
}

} // namespace

bool
TrafficEstimator::Step(const TrafficStats& stats)
{
    const auto counters = List(stats);
    bool isZero = true;
    for (std::size_t i = 0; i < m_averages.size(); ++i)
    {
        auto& average = m_averages[i];
        // the counted is that of two seconds: one digit less
        const auto rate = static_cast<int64_t>((counters[i] - average.last) << (GetDigits(i) - 1));
        // rounded down, not towards 0, so that averages end at 0
        const int64_t change = rate - average.value;
        average.value += change >= 0 ? change / 4 : -((3 - change) / 4);
        average.last = counters[i];
        isZero = isZero && average.value == 0;
    }
    return isZero;
}

void
TrafficEstimator::Advance(const TrafficStats& stats, Time now)
{
    const int64_t due = GetStep(now);
    while (m_step < due)
    {
        ++m_step;
        if (Step(stats))
        {
            m_step = due;
        }
    }
}

TrafficStats
TrafficEstimator::GetRates(const TrafficStats& stats, Time now) const
{
    TrafficEstimator current(*this);
    current.Advance(stats, now);
    std::array<uint64_t, 5> rates{};
    for (std::size_t i = 0; i < rates.size(); ++i)
    {
        const uint8_t digits = GetDigits(i);
        const int64_t half = (int64_t{1} << (digits - 1)) - 1;
        rates[i] = static_cast<uint64_t>((current.m_averages[i].value + half) >> digits);
    }
    TrafficStats result;
    result.connections = rates[0];
    result.packets = rates[1];
    result.outPackets = rates[2];
    result.bytes = rates[3];
    result.outBytes = rates[4];
    return result;
}

} // namespace gipt
} // namespace ns3
