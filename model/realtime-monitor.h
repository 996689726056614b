/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_REALTIME_MONITOR_H
#define GIPT_REALTIME_MONITOR_H

#include "emulation-port.h"

#include "ns3/event-id.h"
#include "ns3/nstime.h"
#include "ns3/object.h"
#include "ns3/traced-callback.h"

#include <array>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief How long things took, in classes of 1/32 of an octave, so that a run of any length takes
 * the same memory and a percentile is right to 3 per cent.
 */
class TimeHistogram
{
  public:
    /**
     * @brief Take a time in.
     * @param time the time; below 0 counts as 0
     */
    void Add(Time time);

    /**
     * @brief A percentile.
     * @param part which part of all times is not above it, 0 to 1
     * @return the upper end of its class, or the largest time where that is less; 0 without times
     */
    Time GetPercentile(double part) const;

    /**
     * @brief The largest time.
     * @return it, exactly; 0 without times
     */
    Time GetMax() const
    {
        return NanoSeconds(m_max);
    }

    /**
     * @brief How many times there were.
     * @return number of times
     */
    uint64_t GetCount() const
    {
        return m_count;
    }

  private:
    /// Classes an octave, as a power of two
    static constexpr unsigned DIGITS = 5;

    std::array<uint64_t, (64 - DIGITS) << DIGITS> m_classes{}; ///< how many are in each class
    uint64_t m_count{0};                                       ///< how many
    int64_t m_max{0};                                          ///< the largest, ns
};

/**
 * @ingroup global-ip-tunneling
 * @brief Says how far an emulation can be trusted: how far its clock was behind the wall's, and
 * what was dropped for it.
 *
 * RealtimeSimulatorImpl runs an event late when it cannot run it in time, and says nothing. This
 * object looks at both clocks in regular intervals; devices between a real wire and the model
 * (EmulationHelper makes them) keep books of what they dropped, which it adds up. What it prints at
 * the end says whether the run's times mean anything.
 */
class RealtimeMonitor : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    RealtimeMonitor();
    ~RealtimeMonitor() override;

    /**
     * @brief Begin to watch. Simulated time 0 is a good moment; it goes on until Stop or the end.
     */
    void Start();

    /**
     * @brief Watch no longer, so that the summary is that of the time until now.
     */
    void Stop();

    /**
     * @brief Watch the books of a device, too.
     * @param port the books
     */
    void AddPort(std::shared_ptr<EmulationPort> port);

    /**
     * @brief How far the model is behind the wall clock.
     * @return wall clock less simulation clock in the event that asks; 0 without real time
     */
    static Time GetLateness();

    /**
     * @brief The lateness that was found.
     * @return all samples
     */
    const TimeHistogram& GetHistogram() const
    {
        return m_lateness;
    }

    /**
     * @brief Frames dropped by all devices.
     * @param reason why
     * @return how many so far
     */
    uint64_t GetDropped(EmulationDrop reason) const;

    /**
     * @brief Frames dropped by the operating system before the devices could read them.
     * @return how many since the first look
     */
    uint64_t GetKernelDrops() const;

    /**
     * @brief Whether the run's times mean something.
     * @param[out] why when they do not, the reason in some words
     * @return true when 99 of 100 samples were within Bound and nothing was dropped for lateness
     */
    bool IsTrustworthy(std::string& why) const;

    /**
     * @brief Print the summary: a line on time, a line a device, and whether the times hold.
     * @param stream where to
     */
    void Print(std::ostream& stream) const;

    /**
     * @brief The hook on the two clocks.
     * @param lateness how far the model is behind the wall clock
     */
    typedef void (*LatenessTracedCallback)(Time lateness);

    /**
     * @brief The hook on frames dropped, which comes once an interval.
     * @param port name of the interface
     * @param reason why
     * @param count how many since the last time
     */
    typedef void (*DropTracedCallback)(const std::string& port,
                                       EmulationDrop reason,
                                       uint64_t count);

  protected:
    void DoDispose() override;

  private:
    /**
     * @brief Look at the clocks and the books.
     */
    void Sample();

    /** A device's books, and what was read of them. */
    struct Watched
    {
        std::shared_ptr<EmulationPort> port;              ///< the books
        std::array<uint64_t, EMULATION_DROPS> reported{}; ///< drops that were traced
        uint64_t kernelDrops{0};                          ///< those before the first look
        bool hasBegun{false};                             ///< kernelDrops is known
    };

    /**
     * @brief Frames of a device that the operating system has dropped.
     * @param watched the device
     * @return how many since the first look
     */
    static uint64_t GetKernelDrops(const Watched& watched);

    Time m_interval;                      ///< between two samples
    Time m_bound;                         ///< lateness up to which times hold
    std::vector<Watched> m_ports;         ///< the devices
    TimeHistogram m_lateness;             ///< all samples
    Time m_duration;                      ///< simulated time watched
    Time m_begin;                         ///< when it began
    EventId m_event;                      ///< the next sample
    TracedCallback<Time> m_latenessTrace; ///< a sample
    TracedCallback<const std::string&, EmulationDrop, uint64_t> m_dropTrace; ///< drops
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_REALTIME_MONITOR_H
