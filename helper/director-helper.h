/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_DIRECTOR_HELPER_H
#define GIPT_DIRECTOR_HELPER_H

#include "ipvsadm-command.h"
#include "ipvsadm-listing.h"

#include "ns3/application-container.h"
#include "ns3/attribute.h"
#include "ns3/director.h"
#include "ns3/health-check.h"
#include "ns3/ipv4-address.h"
#include "ns3/node-container.h"
#include "ns3/nstime.h"
#include "ns3/object-factory.h"
#include "ns3/output-stream-wrapper.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Makes directors with their services, real servers and health checks.
 *
 * Rules are collected first, by AddService() and AddRealServer() or from a file of ipvsadm's rules,
 * and each director that is installed gets all of them.
 *
 * Input that cannot be used - an unknown scheduler, a service twice, a bad line in a file - ends
 * the program with one line on standard error and status 2. Use TryLoadRules() and TryCommand() to
 * deal with errors yourself.
 */
class DirectorHelper
{
  public:
    DirectorHelper();
    DirectorHelper(const DirectorHelper&) = delete;
    DirectorHelper& operator=(const DirectorHelper&) = delete;

    /**
     * @brief Set an attribute of the directors to be installed.
     * @param name name of an attribute of Director
     * @param value its value
     */
    void SetAttribute(const std::string& name, const AttributeValue& value);

    /**
     * @brief Have the directors check the health of their real servers.
     *
     * The application made for it follows the director in what Install() returns.
     */
    void EnableHealthCheck();

    /**
     * @brief Set an attribute of the health checks, and have them made.
     * @param name name of an attribute of HealthCheck, such as "Interval"
     * @param value its value
     */
    void SetHealthCheckAttribute(const std::string& name, const AttributeValue& value);

    /**
     * @brief Give a service a quorum of its own, and have health checks made.
     * @param protocol "tcp" or "udp"
     * @param address VIP
     * @param port port of the service
     * @param rule weight of living servers that it needs, hysteresis, and sorry server
     */
    void SetQuorum(const std::string& protocol,
                   Ipv4Address address,
                   uint16_t port,
                   const QuorumRule& rule);

    /**
     * @brief Add a virtual service (ipvsadm -A).
     * @param protocol "tcp" or "udp"
     * @param address VIP
     * @param port port of the service, 1 to 65535
     * @param scheduler short name such as "wrr", or name of a TypeId
     * @param flags flags of the scheduler as ipvsadm -b takes them, such as "sh-port,sh-fallback"
     */
    void AddService(const std::string& protocol,
                    Ipv4Address address,
                    uint16_t port,
                    const std::string& scheduler = "wlc",
                    const std::string& flags = "");

    /**
     * @brief Add a real server to the services of an address and port (ipvsadm -a -i).
     *
     * Where TCP and UDP both have a service there, it is added to both.
     *
     * @param address VIP
     * @param port port of the service
     * @param server RIP
     * @param weight 0 (quiesced) to RealServer::MAX_WEIGHT
     * @param upperThreshold connections above which it gets no new one, 0 for no bound
     * @param lowerThreshold connections below which it gets new ones again, 0 for three quarters
     */
    void AddRealServer(Ipv4Address address,
                       uint16_t port,
                       Ipv4Address server,
                       uint32_t weight = 1,
                       uint32_t upperThreshold = 0,
                       uint32_t lowerThreshold = 0);

    /**
     * @brief Add the rules of a file, such as ipvsadm-save -n writes.
     * @param fileName path of the file
     */
    void LoadRules(const std::string& fileName);

    /**
     * @brief Add the rules of a file, or none of them when one is refused.
     * @param fileName path of the file
     * @param[out] error why: "FILE:LINE: what, expected what"
     * @return true when the rules were added
     */
    bool TryLoadRules(const std::string& fileName, std::string& error);

    /**
     * @brief Add the rule of one line of ipvsadm's language.
     * @param line such as "-A -t 10.0.0.100:80 -s wrr"
     * @param[out] error why it was refused: "what, expected what"
     * @return true when the rule was added
     */
    bool TryCommand(const std::string& line, std::string& error);

    /**
     * @brief Install a director on a node, which has an Internet stack.
     * @param node the node
     * @return the Director, and the HealthCheck when there is to be one
     */
    ApplicationContainer Install(Ptr<Node> node) const;

    /**
     * @brief Install a director on a node.
     * @param nodeName the node's name in Names
     * @return the Director, and the HealthCheck when there is to be one
     */
    ApplicationContainer Install(const std::string& nodeName) const;

    /**
     * @brief Install a director on each of several nodes.
     * @param nodes the nodes
     * @return the applications, node by node
     */
    ApplicationContainer Install(const NodeContainer& nodes) const;

    /**
     * @brief Assign fixed random variable streams to installed applications.
     * @param applications what Install() returned
     * @param stream first stream index to use
     * @return the number of streams used
     */
    static int64_t AssignStreams(const ApplicationContainer& applications, int64_t stream);

    /**
     * @brief Run a line of ipvsadm's language on a director at a simulated time.
     * @param time when, from now
     * @param director the director
     * @param line such as "-e -t 10.0.0.100:80 -r 10.0.0.21:80 -i -w 0"; listings go to standard
     *        output. A line that cannot be read ends the program at once, a rule that is refused
     *        then.
     */
    static void ScheduleCommand(Time time, Ptr<Director> director, const std::string& line);

    /**
     * @brief Drain a real server at a simulated time, from all services that have it: it gets no
     * new connections, and is deleted once it has none or the timeout is over.
     * @param time when, from now
     * @param check the health check of its director
     * @param server RIP
     * @param timeout the longest time until it is deleted, 0 for no bound
     */
    static void ScheduleDrain(Time time,
                              Ptr<HealthCheck> check,
                              Ipv4Address server,
                              Time timeout = Time(0));

    /**
     * @brief List services and real servers (ipvsadm -Ln).
     * @param director the director
     * @param stream where to
     */
    static void PrintServices(Ptr<Director> director, Ptr<OutputStreamWrapper> stream);

    /**
     * @brief List what services and real servers were given (ipvsadm -Ln --stats).
     * @param director the director
     * @param stream where to
     */
    static void PrintStats(Ptr<Director> director, Ptr<OutputStreamWrapper> stream);

    /**
     * @brief List connections (ipvsadm -Lnc).
     * @param director the director
     * @param stream where to
     */
    static void PrintConnections(Ptr<Director> director, Ptr<OutputStreamWrapper> stream);

    /**
     * @brief Write the rules that make a director's services (ipvsadm-save -n).
     * @param director the director
     * @param stream where to
     */
    static void SaveRules(Ptr<Director> director, Ptr<OutputStreamWrapper> stream);

  private:
    /**
     * @brief Add a rule, or end the program when it is refused.
     * @param command the rule
     */
    void Add(const IpvsadmCommand& command);

    ObjectFactory m_directorFactory;                         ///< makes the directors
    ObjectFactory m_healthCheckFactory;                      ///< makes the health checks
    bool m_hasHealthCheck{false};                            ///< they are to be made
    std::vector<std::pair<ServiceId, QuorumRule>> m_quorums; ///< what they are told
    std::vector<IpvsadmCommand> m_rules;                     ///< what each director is told
    std::unique_ptr<DirectorCore> m_rehearsal; ///< has the rules, to find out what is refused
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_DIRECTOR_HELPER_H
