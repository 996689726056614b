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
PathMtuCache::Learn(Ipv4Address server, uint32_t mtu, uint32_t linkMtu, Time now)
{
    auto& path = m_paths.emplace(server, Path{linkMtu, linkMtu, now}).first->second;
    const bool isKnown = path.expires > now;
    const uint32_t current = isKnown ? path.mtu : linkMtu;
    // once the route in use is that of the exception, it changes with it (update_or_create_fnhe)
    const bool isUsed = isKnown && path.used == path.mtu;
    path.mtu = std::min(current, std::max(mtu, MINIMUM));
    path.used = isUsed ? path.mtu : path.used;
    path.expires = now + LIFETIME;
}

uint32_t
PathMtuCache::Look(Ipv4Address server, uint32_t linkMtu, Time now)
{
    const auto found = m_paths.find(server);
    if (found == m_paths.end())
    {
        return linkMtu;
    }
    if (found->second.expires <= now)
    {
        m_paths.erase(found);
        return linkMtu;
    }
    found->second.used = std::min(found->second.mtu, linkMtu);
    return found->second.used;
}

uint32_t
PathMtuCache::GetUsed(Ipv4Address server, uint32_t linkMtu) const
{
    const auto found = m_paths.find(server);
    return found == m_paths.end() ? linkMtu : found->second.used;
}

void
PathMtuCache::Clear()
{
    m_paths.clear();
}

} // namespace gipt
} // namespace ns3
