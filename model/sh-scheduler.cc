/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sh-scheduler.h"

#include "virtual-service.h"

#include "ns3/log.h"

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptShScheduler");

namespace gipt
{

NS_OBJECT_ENSURE_REGISTERED(ShScheduler);

namespace
{

/// Places in the table, a power of two (ip_vs_sh.c, IP_VS_SH_TAB_BITS 8).
constexpr uint32_t TABLE_SIZE = 256;

} // namespace

TypeId
ShScheduler::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::ShScheduler")
                            .SetParent<HashScheduler>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<ShScheduler>();
    return tid;
}

uint32_t
ShScheduler::GetPlace(uint32_t client, uint32_t offset) const
{
    // The kernel's hash_32: the upper bits of a product with the golden ratio (linux/hash.h).
    return (offset + (client * UINT32_C(0x61C88647) >> 24)) % TABLE_SIZE;
}

void
ShScheduler::Fill(const VirtualService& service, std::vector<RealServer*>& table)
{
    NS_LOG_FUNCTION(this << service.GetLabel());
    const auto& servers = service.GetServers();
    table.assign(TABLE_SIZE, nullptr);
    if (servers.empty())
    {
        return;
    }
    auto server = servers.begin();
    uint32_t filled = 0;
    for (auto& place : table)
    {
        if (server == servers.end())
        {
            server = servers.begin();
        }
        place = PeekPointer(*server);
        // One without weight keeps a place all the same, whose clients are refused.
        if (++filled >= (*server)->GetWeight())
        {
            ++server;
            filled = 0;
        }
    }
}

} // namespace gipt
} // namespace ns3
