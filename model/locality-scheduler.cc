/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "locality-scheduler.h"

#include "virtual-service.h"

#include "ns3/log.h"

#include <algorithm>
#include <limits>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptLocalityScheduler");

namespace gipt
{

NS_OBJECT_ENSURE_REGISTERED(LocalityScheduler);

namespace
{

// CHECK_EXPIRE_INTERVAL, ENTRY_TIMEOUT, COUNT_FOR_FULL_EXPIRATION and the size of the table in
// ip_vs_lblc.c and ip_vs_lblcr.c

/** What a timer of 60 s that is set again and again takes: the kernel's wheel rounds it up. */
const Time ROUND = MilliSeconds(61440);
constexpr uint32_t FULL_ROUND = 30;           ///< each so many rounds all are gone through
const Time CROWDED_AGE = Minutes(6);          ///< age of those that go when there are too many
constexpr int64_t CROWD = 16384;              ///< above it there are too many
constexpr uint32_t ROW_BITS = 10;             ///< of the kernel's hash table
constexpr uint64_t ROWS = 1 << ROW_BITS;      ///< rows of that table
constexpr uint32_t GOLDEN_RATIO = 0x61c88647; ///< hash_32 of include/linux/hash.h

} // namespace

TypeId
LocalityScheduler::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::LocalityScheduler")
                            .SetParent<Scheduler>()
                            .SetGroupName("GlobalIpTunneling");
    return tid;
}

RealServer*
LocalityScheduler::FindLeast(const VirtualService& service)
{
    RealServer* least = nullptr;
    for (const auto& server : service.GetServers())
    {
        if (server->IsAvailable() && (!least || least->GetOverhead() * server->GetWeight() >
                                                    server->GetOverhead() * least->GetWeight()))
        {
            least = PeekPointer(server);
        }
    }
    return least;
}

bool
LocalityScheduler::IsTooBusy(const RealServer& server, const VirtualService& service)
{
    const auto& all = service.GetServers();
    return server.GetActiveConnections() > server.GetWeight() &&
           std::any_of(all.begin(), all.end(), [](const auto& other) {
               return uint64_t{other->GetActiveConnections()} * 2 < other->GetWeight();
           });
}

void
LocalityScheduler::ServiceBound(const VirtualService& service)
{
    NS_LOG_FUNCTION(this);
    m_nextRound = service.GetSchedulerSysctls().GetTime() + ROUND;
}

void
LocalityScheduler::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_entries.clear();
    Scheduler::DoDispose();
}

void
LocalityScheduler::Advance(const VirtualService& service, Time now)
{
    for (; m_nextRound <= now; m_nextRound += ROUND)
    {
        const auto size = static_cast<int64_t>(m_entries.size());
        if (m_round == FULL_ROUND)
        {
            Forget(GetExpiration(service.GetSchedulerSysctls()),
                   m_nextRound,
                   std::numeric_limits<int64_t>::max());
            m_round = 1;
        }
        else if (size <= CROWD)
        {
            m_round++;
        }
        else
        {
            Forget(CROWDED_AGE, m_nextRound, std::min((size - CROWD) * 4 / 3, CROWD / 2));
        }
    }
}

void
LocalityScheduler::Forget(Time age, Time now, int64_t goal)
{
    NS_LOG_FUNCTION(this << age << now << goal);
    for (uint64_t i = 0; i < ROWS && goal > 0; i++)
    {
        m_rover = (m_rover + 1) % ROWS;
        const auto end = m_entries.lower_bound((m_rover + 1) << 32);
        for (auto it = m_entries.lower_bound(m_rover << 32); it != end;)
        {
            const bool isOld = it->second.used + age <= now;
            it = isOld ? m_entries.erase(it) : std::next(it);
            goal -= isOld;
        }
    }
}

uint64_t
LocalityScheduler::GetPlace(Ipv4Address address)
{
    const uint64_t row = address.Get() * GOLDEN_RATIO >> (32 - ROW_BITS);
    return row << 32 | address.Get();
}

LocalityScheduler::Entry*
LocalityScheduler::Find(const VirtualService& service, Ipv4Address address, Time now)
{
    Advance(service, now);
    const auto found = m_entries.find(GetPlace(address));
    if (found == m_entries.end())
    {
        return nullptr;
    }
    auto& entry = found->second;
    entry.used = now;
    for (auto& server : entry.servers)
    {
        if (!server->IsInService())
        {
            const auto current = service.FindServer(server->GetAddress(), server->GetPort());
            server = current ? current : server;
        }
    }
    return &entry;
}

void
LocalityScheduler::Remember(Ipv4Address address, RealServer* server, Time now)
{
    m_entries[GetPlace(address)] = {{Ptr<RealServer>(server)}, now, now};
}

} // namespace gipt
} // namespace ns3
