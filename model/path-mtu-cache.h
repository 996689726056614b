/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_PATH_MTU_CACHE_H
#define GIPT_PATH_MTU_CACHE_H

#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"

#include <cstdint>
#include <map>
#include <set>

namespace ns3
{
namespace gipt
{

class RealServer;

/**
 * @ingroup global-ip-tunneling
 * @brief What a director has learnt of the path MTU to its real servers (RFC 1191; RFC 2003, 5.1;
 * net/ipv4/route.c, update_or_create_fnhe).
 *
 * What is learnt of an address holds for ten minutes. A real server, of which several services may
 * have one with the same address, takes to it with its next packet; until then an error relayed to
 * a client still tells the MTU of the interface, as the route that IPVS keeps with the server does.
 */
class PathMtuCache
{
  public:
    /** Least path MTU that is believed, in octets (net.ipv4.route.min_pmtu). */
    static constexpr uint32_t MINIMUM = 552;

    /**
     * @brief Learn from an ICMP error about an outer packet.
     * @param address address of the real server
     * @param mtu next-hop MTU that the error tells, in octets
     * @param linkMtu MTU of the interface that leads to the server
     * @param now the time
     */
    void Learn(Ipv4Address address, uint32_t mtu, uint32_t linkMtu, Time now);

    /**
     * @brief The path MTU for the next packet to a real server.
     * @param address its address
     * @param server the real server
     * @param linkMtu MTU of the interface that leads to the server
     * @param now the time
     * @return octets
     */
    uint32_t Use(Ipv4Address address, const RealServer* server, uint32_t linkMtu, Time now)
    {
        return m_paths.empty() ? linkMtu : Look(address, server, linkMtu, now);
    }

    /**
     * @brief The path MTU of the route that is kept with a real server.
     * @param address its address
     * @param server the real server
     * @param linkMtu MTU of the interface that leads to the server
     * @return octets
     */
    uint32_t GetUsed(Ipv4Address address, const RealServer* server, uint32_t linkMtu) const;

    /**
     * @brief Forget everything.
     */
    void Clear();

  private:
    /** What is known of the way to one address. */
    struct Path
    {
        uint32_t mtu;                       ///< learnt, in octets
        Time expires;                       ///< when it is forgotten
        std::set<const RealServer*> takers; ///< real servers that have taken to it
    };

    /**
     * @brief Use() when something is known.
     * @param address address of the real server
     * @param server the real server
     * @param linkMtu MTU of the interface that leads to the server
     * @param now the time
     * @return octets
     */
    uint32_t Look(Ipv4Address address, const RealServer* server, uint32_t linkMtu, Time now);

    std::map<Ipv4Address, Path> m_paths; ///< by address of the real server
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_PATH_MTU_CACHE_H
