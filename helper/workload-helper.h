/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_WORKLOAD_HELPER_H
#define GIPT_WORKLOAD_HELPER_H

#include "workload-trace.h"

#include "ns3/application-container.h"
#include "ns3/ipv4-address.h"
#include "ns3/node-container.h"
#include "ns3/object-factory.h"

#include <functional>
#include <string>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Puts workloads on nodes: requests, sessions, long-lived connections, UDP, light clients,
 * and what a trace lists.
 */
class WorkloadHelper
{
  public:
    /**
     * @brief A helper for one kind of workload to one service.
     * @param kind "request" (one TCP request a connection), "session" (several, with time to think:
     *        5 on average, 1 s between them), "long-lived" (a connection for an hour on average,
     *        with a message each minute), "udp" or "light"
     * @param vip address of the service
     * @param port its port
     */
    WorkloadHelper(const std::string& kind, Ipv4Address vip, uint16_t port);

    /**
     * @brief Set an attribute of the workload.
     * @param name the attribute
     * @param value its value
     */
    void SetAttribute(const std::string& name, const AttributeValue& value);

    /**
     * @brief Put the workload on a node.
     * @param node a node with an Internet stack
     * @return the workload
     */
    ApplicationContainer Install(Ptr<Node> node) const;

    /**
     * @brief Put the workload on nodes.
     * @param nodes nodes with an Internet stack
     * @return the workloads, in the order of the nodes
     */
    ApplicationContainer Install(const NodeContainer& nodes) const;

    /**
     * @brief Put workloads on the nodes of the clients that a trace names, which make what the
     * trace lists and nothing else.
     * @param trace the connections to be made
     * @param find finds the node of a client by its name, null when there is none
     * @param[out] error empty, or one line that names the client without a node
     * @return the workloads, in order of the clients' names; none when there is an error
     */
    ApplicationContainer Install(const WorkloadTrace& trace,
                                 const std::function<Ptr<Node>(const std::string&)>& find,
                                 std::string& error) const;

    /**
     * @brief Assign fixed random variable streams to workloads.
     * @param applications the workloads
     * @param stream first stream index to use
     * @return the number of streams used
     */
    static int64_t AssignStreams(const ApplicationContainer& applications, int64_t stream);

  private:
    ObjectFactory m_factory; ///< makes the workloads
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_WORKLOAD_HELPER_H
