/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_FAILURE_SCHEDULE_H
#define GIPT_FAILURE_SCHEDULE_H

#include "failure-event.h"
#include "server-drain.h"

#include "ns3/net-device.h"
#include "ns3/node.h"
#include "ns3/nstime.h"
#include "ns3/object.h"
#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief A failure: what, whom, from when to when.
 */
struct Failure
{
    FailureKind kind{FailureKind::SITE_POWER}; ///< what happens
    std::string target;                        ///< what to call whom it befalls
    Time begin;                                ///< when it begins, since the simulation's begin
    Time end{Time::Max()};                     ///< when it is over; Time::Max(): never
    double value{0};                           ///< loss (0 to 1), delay (s) or service time (s)
    Time period;      ///< above zero: it comes and goes between begin and end, once each period
    double duty{0.5}; ///< part of each period that it is on, above 0, at most 1
    std::vector<Ptr<Node>> nodes; ///< the nodes it befalls; none for a link
    /**
     * For a link cut both ends of each link; for a one-way link and for loss the devices that
     * get nothing or less; for delay one end of each link.
     */
    std::vector<Ptr<NetDevice>> devices;
};

/**
 * @ingroup global-ip-tunneling
 * @brief Lets failures begin and end at their times.
 *
 * Failures may overlap: what several of them hold is back when the last is over. What each kind
 * does:
 * - site, server, director and router: the nodes are without power, see NodePower;
 * - link cut: the interfaces at both ends are down, and what is on the link is lost;
 * - one-way: the devices get nothing, and their interfaces stay up;
 * - loss: the devices lose the part Failure::value of the frames, at random, before their own error
 *   model is asked;
 * - delay: frames sent on the devices' point-to-point links arrive Failure::value seconds later;
 * - slow server: applications with an attribute ExtraServiceTime answer Failure::value seconds
 *   later; on a node without any, what comes out of the tunnel does;
 * - black hole: of what the nodes' devices get, only ICMP echo and ARP are left, see LinkFault;
 * - drain: all directors have weight 0 for the nodes' addresses, see ServerDrain.
 */
class FailureSchedule : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    FailureSchedule();
    ~FailureSchedule() override;

    /**
     * @brief Add a failure.
     * @param failure the failure; it begins now or later
     * @return its number, from 0
     */
    uint32_t Add(const Failure& failure);

    /**
     * @brief Add failures at random: a time without, a time with, and so on.
     *
     * All are drawn at once, so that the same streams give the same failures whatever else
     * happens.
     *
     * @param failure what happens to whom, and from when on the first is awaited; no failure
     *        begins at its end or later
     * @param uptime draws the seconds from the end of one to the begin of the next, such as an
     *        exponential variable whose mean is the MTBF
     * @param downtime draws the seconds that one lasts, such as one whose mean is the MTTR; never
     *        less than one time step
     * @return number of failures added
     */
    uint32_t AddRandom(const Failure& failure,
                       Ptr<RandomVariableStream> uptime,
                       Ptr<RandomVariableStream> downtime);

    /**
     * @brief All failures.
     * @return the failures, in the order they were added: by number
     */
    const std::vector<Failure>& GetFailures() const
    {
        return m_failures;
    }

    /**
     * @brief Whether a failure is on.
     * @param id its number
     * @return true from its begin to its end; with a period, while it is on
     */
    bool IsOn(uint32_t id) const;

    /**
     * @brief Assign fixed random variable streams to the losses added so far, one each.
     * @param stream first stream index to use
     * @return the number of streams used
     */
    int64_t AssignStreams(int64_t stream);

    /**
     * @brief The hook on failures.
     *
     * A failure that begins is told before anything has happened, one that ends when all is as it
     * was. One with a period is told each time it comes and goes.
     *
     * @param event what begins or ends now
     */
    typedef void (*FailureTracedCallback)(const FailureEvent& event);

  protected:
    void DoDispose() override;

  private:
    /** What the schedule knows of a failure beside what it was told. */
    struct State
    {
        bool isOn{false};                  ///< it is on
        Ptr<UniformRandomVariable> random; ///< of a loss
        /** objects that answer later, and their attribute for it */
        std::vector<std::pair<Ptr<Object>, std::string>> slowed;
    };

    /**
     * @brief The event: a failure comes.
     * @param id its number
     */
    void Begin(uint32_t id);

    /**
     * @brief The event: a failure goes, perhaps to come again.
     * @param id its number
     */
    void End(uint32_t id);

    /**
     * @brief Let a failure have its effect, or take it back.
     * @param id its number
     * @param on whether to have it
     */
    void Apply(uint32_t id, bool on);

    /**
     * @brief Darken the ends of a link, or lighten them.
     * @param failure the failure
     * @param on whether to darken
     */
    static void SetDark(const Failure& failure, bool on);

    /**
     * @brief Hold the interfaces of a cut link's ends down, or let them up.
     * @param failure the failure
     * @param on whether to hold them
     */
    static void SetCut(const Failure& failure, bool on);

    /**
     * @brief Let applications answer later, or as before.
     * @param failure the failure
     * @param state whom it has slowed
     * @param on whether to slow them
     */
    static void SetSlow(const Failure& failure, State& state, bool on);

    /**
     * @brief Tell who watches.
     * @param id number of the failure
     * @param begins whether it begins
     */
    void Tell(uint32_t id, bool begins);

    std::vector<Failure> m_failures; ///< by number
    std::vector<State> m_states;     ///< by number
    ServerDrain m_drain;             ///< whose weights are 0

    /// a failure begins or ends
    TracedCallback<const FailureEvent&> m_failureTrace;
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_FAILURE_SCHEDULE_H
