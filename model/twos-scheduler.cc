/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "twos-scheduler.h"

#include "virtual-service.h"

#include "ns3/log.h"

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptTwosScheduler");

namespace gipt
{

NS_OBJECT_ENSURE_REGISTERED(TwosScheduler);

TypeId
TwosScheduler::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::TwosScheduler")
                            .SetParent<Scheduler>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<TwosScheduler>();
    return tid;
}

TwosScheduler::TwosScheduler()
    : m_draw(CreateObject<UniformRandomVariable>())
{
}

RealServer*
TwosScheduler::Schedule(const VirtualService& service, const ConnectionKey& key, Time now)
{
    uint32_t total = 0;
    for (const auto& server : service.GetServers())
    {
        total += server->IsAvailable() ? server->GetWeight() : 0;
    }
    if (total == 0)
    {
        return nullptr;
    }
    // From 0 to the sum, both included: the first server's share is larger by one.
    const int64_t first = m_draw->GetInteger(0, total);
    const int64_t second = m_draw->GetInteger(0, total);
    int64_t passed = 0;
    RealServer* chosen[2]{};
    for (const auto& server : service.GetServers())
    {
        if (server->IsAvailable())
        {
            passed += server->GetWeight();
            chosen[0] = chosen[0] || passed < first ? chosen[0] : PeekPointer(server);
            chosen[1] = chosen[1] || passed < second ? chosen[1] : PeekPointer(server);
        }
    }
    // ip_vs_twos.c multiplies in 32 bits, so that very busy servers of great weight compare wrongly
    const auto load = [](const RealServer* server, const RealServer* other) {
        return static_cast<int32_t>(
            static_cast<uint32_t>(server->GetOverhead() * other->GetWeight()));
    };
    const bool isSecondBetter = load(chosen[0], chosen[1]) > load(chosen[1], chosen[0]);
    return chosen[isSecondBetter ? 1 : 0];
}

int64_t
TwosScheduler::AssignStreams(int64_t stream)
{
    NS_LOG_FUNCTION(this << stream);
    m_draw->SetStream(stream);
    return 1;
}

} // namespace gipt
} // namespace ns3
