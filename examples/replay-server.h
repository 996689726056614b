/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef REPLAY_SERVER_H
#define REPLAY_SERVER_H

#include "replay-node.h"
#include "replay-script.h"

#include "ns3/ipip-l4-protocol.h"
#include "ns3/ipv4.h"
#include "ns3/socket.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

/**
 * A real server as its administrator sees it: lines of a script set it up.
 *
 * It has eth0 with its own address and the default route, lo, and tunl0 while there is ipip.
 */
class ReplayServer
{
  public:
    /**
     * @param own address of eth0
     */
    explicit ReplayServer(ns3::Ipv4Address own);

    /**
     * Find the real server's own address in a script.
     * @param script the script
     * @return the first that eth0 gets before a packet comes, 10.0.0.21 without one
     */
    static ns3::Ipv4Address FindOwnAddress(const ReplayScript& script);

    /**
     * Get the node.
     * @return the node and its time
     */
    ReplayNode& GetNode()
    {
        return m_node;
    }

    /**
     * Get the end of the tunnel.
     * @return protocol 4
     */
    ns3::Ptr<ns3::gipt::IpipL4Protocol> GetTunnel() const
    {
        return m_tunnel;
    }

    /**
     * Whether an application serves a port.
     * @param protocol tcp or udp
     * @param port the port
     * @return true after Listen
     */
    bool IsServed(const std::string& protocol, uint64_t port) const
    {
        return m_ports.count({protocol, port}) > 0;
    }

    /**
     * Load or unload the ipip module.
     * @param words the line
     * @return false when it is not such a line, or Linux refuses it
     */
    bool SetIpip(const ReplayScript::Words& words);

    /**
     * Set tunl0 up or down.
     * @param words the line
     * @return false when it is not such a line, or Linux refuses it
     */
    bool SetLink(const ReplayScript::Words& words);

    /**
     * Give a device an address, or take it.
     * @param words the line
     * @return false when it is not such a line, or Linux refuses it
     */
    bool SetAddress(const ReplayScript::Words& words);

    /**
     * Set a sysctl.
     * @param words the line
     * @return false when it is not such a line, or Linux refuses it
     */
    bool SetSysctl(const ReplayScript::Words& words);

    /**
     * Serve a port.
     * @param words the line
     * @return false when it is not such a line, or Linux refuses it
     */
    bool Listen(const ReplayScript::Words& words);

  private:
    /**
     * Take an address from a device.
     * @param interface its interface
     * @param index the address there
     */
    void RemoveAddress(uint32_t interface, uint32_t index);

    /// Have the model filter and forward as the sysctls say.
    void ApplySysctls();

    ReplayNode m_node;                                  ///< the real server
    ns3::Ptr<ns3::Ipv4> m_ipv4;                         ///< its IPv4
    ns3::Ptr<ns3::gipt::IpipL4Protocol> m_tunnel;       ///< its end of the tunnel
    std::map<std::string, uint32_t> m_interfaces;       ///< by name
    bool m_hasIpip{false};                              ///< ipip is loaded
    bool m_isForwarding{false};                         ///< sysctl ip_forward
    std::map<std::string, uint64_t> m_rpFilter;         ///< sysctl rp_filter, by name
    std::set<std::pair<std::string, uint64_t>> m_ports; ///< protocols and ports served
    std::vector<ns3::Ptr<ns3::Socket>> m_listeners;     ///< who serves them
};

#endif // REPLAY_SERVER_H
