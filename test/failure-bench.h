/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_FAILURE_BENCH_H
#define GIPT_FAILURE_BENCH_H

#include "ns3/event-id.h"
#include "ns3/failure-schedule.h"
#include "ns3/multi-site-helper.h"
#include "ns3/node-container.h"
#include "ns3/socket.h"
#include "ns3/test.h"

#include <memory>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * A small world for failures, and probes that feel them.
 */

namespace failures
{

/**
 * @brief Asks a host every 10 ms, by UDP or ping, and writes down how long each answer took.
 */
class Prober
{
  public:
    /**
     * @brief Begin to ask.
     * @param client who asks
     * @param server who answers
     * @param address address of the server
     * @param port UDP port of the server; 0: by ICMP echo
     */
    Prober(ns3::Ptr<ns3::Node> client,
           ns3::Ptr<ns3::Node> server,
           ns3::Ipv4Address address,
           uint16_t port = 7);

    ~Prober();
    Prober(const Prober&) = delete;
    Prober& operator=(const Prober&) = delete;

    /**
     * @brief What became of the questions that were asked in a span of time.
     * @param from its begin
     * @param to its end, not included
     * @return "all", "none" or "some" of them were answered
     */
    std::string Answered(ns3::Time from, ns3::Time to) const;

    /**
     * @brief Part of the questions of a span of time that were answered.
     * @param from its begin
     * @param to its end, not included
     * @return 0 to 1
     */
    double GetPart(ns3::Time from, ns3::Time to) const;

    /**
     * @brief The longest time to an answer, of the questions of a span of time.
     * @param from its begin
     * @param to its end, not included
     * @return the time
     */
    ns3::Time GetLongest(ns3::Time from, ns3::Time to) const;

    /**
     * @brief Part of the questions of a span of time that reached the server.
     * @param from its begin
     * @param to its end, not included
     * @return 0 to 1
     */
    double GetArrived(ns3::Time from, ns3::Time to) const;

    static constexpr int64_t INTERVAL = 10; ///< milliseconds between two questions

  private:
    /** Ask once more. */
    void Ask();

    /**
     * @brief A question came to the server.
     * @param socket where
     */
    void Answer(ns3::Ptr<ns3::Socket> socket);

    /**
     * @brief An answer came.
     * @param socket where
     */
    void Receive(ns3::Ptr<ns3::Socket> socket);

    ns3::Ipv4Address m_address;     ///< of the server
    bool m_ping;                    ///< by ICMP
    ns3::Ptr<ns3::Socket> m_client; ///< asks
    ns3::Ptr<ns3::Socket> m_server; ///< answers, by UDP
    std::vector<ns3::Time> m_times; ///< to the answer, by question; below 0 without
    std::vector<bool> m_arrived;    ///< it reached the server, by question
    ns3::EventId m_next;            ///< the next question
};

/**
 * @brief West - Mid - East, 5 ms each; a client in West, a director's node in Mid, two servers in
 * East and one in West.
 */
class World
{
  public:
    World();
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    /**
     * @brief Add a failure from 1 s to 2 s.
     * @param kind its kind
     * @param nodes whom it befalls
     * @param devices whom it befalls
     * @param value its value
     * @return the failure, which was added
     */
    ns3::gipt::Failure Fail(ns3::gipt::FailureKind kind,
                            const std::vector<ns3::Ptr<ns3::Node>>& nodes,
                            const std::vector<ns3::Ptr<ns3::NetDevice>>& devices = {},
                            double value = 0);

    /**
     * @brief Ask all hosts by UDP, from 0 s on, and run.
     * @param time when to stop
     */
    void Run(ns3::Time time = ns3::Seconds(3));

    /**
     * @brief The device of a router on its link to another.
     * @param city the router
     * @param other the other
     * @return the device
     */
    ns3::Ptr<ns3::NetDevice> GetDevice(const std::string& city, const std::string& other) const;

    ns3::gipt::MultiSiteHelper sites;              ///< the world
    ns3::NodeContainer client;                     ///< the client
    ns3::Ptr<ns3::Node> director;                  ///< the director's node
    ns3::NodeContainer servers;                    ///< in East
    ns3::NodeContainer west;                       ///< the server in West
    ns3::Ptr<ns3::gipt::FailureSchedule> schedule; ///< the failures
    std::vector<ns3::gipt::FailureEvent> events;   ///< what its trace said
    std::vector<std::unique_ptr<Prober>> probers;  ///< servers 0 and 1, the one in West, director

  private:
    /**
     * @brief A failure begins or ends.
     * @param event what
     */
    void Note(const ns3::gipt::FailureEvent& event);
};

} // namespace failures

#endif // GIPT_FAILURE_BENCH_H
