/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "path-mtu-cache.h"

#include <algorithm>

namespace ns3
{
namespace gipt
{

namespace
{

/** How long a path MTU holds (net.ipv4.route.mtu_expires; RFC 1191, 6.3). */
const Time LIFETIME = Minutes(10);

} // namespace

void
PathMtuCache::Learn(Ipv4Address address, uint32_t mtu, uint32_t linkMtu, Time now)
{
    auto& path = m_paths.emplace(address, Path{linkMtu, now, {}}).first->second;
    const uint32_t current = path.expires > now ? path.mtu : linkMtu;
    path.mtu = std::min(current, std::max(mtu, MINIMUM));
    path.expires = now + LIFETIME;
}

uint32_t
PathMtuCache::Look(Ipv4Address address, const RealServer* server, uint32_t linkMtu, Time now)
{
    const auto found = m_paths.find(address);
    if (found == m_paths.end())
    {
        return linkMtu;
    }
    if (found->second.expires <= now)
    {
        m_paths.erase(found);
        return linkMtu;
    }
    found->second.takers.insert(server);
    return std::min(found->second.mtu, linkMtu);
}

uint32_t
PathMtuCache::GetUsed(Ipv4Address address, const RealServer* server, uint32_t linkMtu) const
{
    const auto found = m_paths.find(address);
    return found == m_paths.end() || found->second.takers.count(server) == 0
               ? linkMtu
               : std::min(found->second.mtu, linkMtu);
}

void
PathMtuCache::Clear()
{
    m_paths.clear();
}

} // namespace gipt
} // namespace ns3
