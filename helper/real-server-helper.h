/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_REAL_SERVER_HELPER_H
#define GIPT_REAL_SERVER_HELPER_H

#include "ns3/ipv4-address.h"
#include "ns3/net-device-container.h"
#include "ns3/node-container.h"
#include "ns3/object-factory.h"

#include <string>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Makes nodes real servers: protocol 4, tunl0 up, the VIP on it, no forwarding.
 *
 * It is the recipe "modprobe ipip; ip link set tunl0 up; ip addr add VIP/32 dev tunl0". The
 * applications that serve the VIP are installed as on any node.
 */
class RealServerHelper
{
  public:
    RealServerHelper();

    /**
     * @brief Set an attribute of the IpipL4Protocol, such as "RpFilter".
     * @param name the attribute
     * @param value its value
     */
    void SetAttribute(const std::string& name, const AttributeValue& value);

    /**
     * @brief Set an attribute of the TunnelNetDevice.
     * @param name the attribute
     * @param value its value
     */
    void SetDeviceAttribute(const std::string& name, const AttributeValue& value);

    /**
     * @brief Make nodes real servers of a service address. A node that is one already gets the
     * address in addition.
     * @param nodes nodes with an Internet stack
     * @param vip the service address
     * @return the tunnel devices, in the order of the nodes
     */
    NetDeviceContainer Install(const NodeContainer& nodes, Ipv4Address vip) const;

    /**
     * @brief Make a node a real server of no service address yet, if it is none.
     * @param node a node with an Internet stack
     * @return the tunnel device
     */
    NetDeviceContainer Install(Ptr<Node> node) const;

    /**
     * @brief Make one node a real server of a service address.
     * @param node a node with an Internet stack
     * @param vip the service address
     * @return the tunnel device
     */
    NetDeviceContainer Install(Ptr<Node> node, Ipv4Address vip) const;

    /**
     * @brief The same for one node by its name.
     * @param name name of the node in ns3::Names
     * @param vip the service address
     * @return the tunnel device
     */
    NetDeviceContainer Install(const std::string& name, Ipv4Address vip) const;

    /**
     * @brief Write what comes out of a tunnel device to a capture file, link type RAW.
     * @param filename the file
     * @param device a tunnel device
     */
    void EnablePcap(const std::string& filename, Ptr<NetDevice> device) const;

  private:
    ObjectFactory m_protocolFactory; ///< makes IpipL4Protocol
    ObjectFactory m_deviceFactory;   ///< makes TunnelNetDevice
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_REAL_SERVER_HELPER_H
