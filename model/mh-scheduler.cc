/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "mh-scheduler.h"

#include "virtual-service.h"

#include "ns3/log.h"

#include <algorithm>
#include <numeric>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptMhScheduler");

namespace gipt
{

NS_OBJECT_ENSURE_REGISTERED(MhScheduler);

namespace
{

/// Places in the table, a prime (ip_vs_mh.c, IP_VS_MH_TAB_SIZE for 12 bits).
constexpr uint32_t TABLE_SIZE = 4093;
/// Greatest number of bits of the places a server takes in a turn (half of the table's 12).
constexpr int TURN_BITS = 6;
/// Both halves of the key for clients and for the servers' first places.
constexpr uint64_t KEY_OFFSET = 2654435761;
/// Both halves of the key for the servers' steps.
constexpr uint64_t KEY_SKIP = 2654446892;

/**
 * @brief Rotate to the left.
 * @param x the number
 * @param bits how far
 * @return x rotated
 */
constexpr uint64_t
RotateLeft(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

/// What a server needs to take places.
struct Taker
{
    RealServer* server; ///< the server
    uint32_t place;     ///< next place of its permutation
    uint32_t skip;      ///< step of its permutation
    uint32_t turn;      ///< places it takes in a turn
};

} // namespace

TypeId
MhScheduler::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::MhScheduler")
                            .SetParent<HashScheduler>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<MhScheduler>();
    return tid;
}

uint32_t
MhScheduler::SipHash13(uint32_t number, uint64_t key0, uint64_t key1)
{
    uint64_t v0 = UINT64_C(0x736f6d6570736575) ^ key0;
    uint64_t v1 = UINT64_C(0x646f72616e646f6d) ^ key1;
    uint64_t v2 = UINT64_C(0x6c7967656e657261) ^ key0;
    uint64_t v3 = UINT64_C(0x7465646279746573) ^ key1;
    const auto round = [&]() {
        v0 += v1;
        v1 = RotateLeft(v1, 13) ^ v0;
        v0 = RotateLeft(v0, 32);
        v2 += v3;
        v3 = RotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = RotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = RotateLeft(v1, 17) ^ v2;
        v2 = RotateLeft(v2, 32);
    };
    const uint64_t block = UINT64_C(4) << 56 | number; // the length goes into the last octet
    v3 ^= block;
    round();
    v0 ^= block;
    v2 ^= 0xff;
    round();
    round();
    round();
    return static_cast<uint32_t>(v0 ^ v1 ^ v2 ^ v3);
}

uint32_t
MhScheduler::GetPlace(uint32_t client, uint32_t offset) const
{
    return SipHash13(client + offset, KEY_OFFSET, KEY_OFFSET) % TABLE_SIZE;
}

void
MhScheduler::Fill(const VirtualService& service, std::vector<RealServer*>& table)
{
    NS_LOG_FUNCTION(this << service.GetLabel());
    table.assign(TABLE_SIZE, nullptr);

    uint32_t divisor = 0;
    uint32_t greatest = 0;
    for (const auto& server : service.GetServers())
    {
        divisor = std::gcd(divisor, server->GetLastWeight());
        greatest = std::max(greatest, server->GetLastWeight());
    }
    if (divisor == 0)
    {
        return; // no server, or none that ever had a weight
    }
    int shift = 0;
    while (greatest / divisor >> shift >> TURN_BITS != 0)
    {
        ++shift;
    }

    std::vector<Taker> takers;
    for (const auto& server : service.GetServers())
    {
        const uint32_t weight = server->GetLastWeight();
        const uint32_t number = Fold(server->GetAddress(), server->GetPort());
        if (weight > 0)
        {
            takers.push_back({PeekPointer(server),
                              SipHash13(number, KEY_OFFSET, KEY_OFFSET) % TABLE_SIZE,
                              SipHash13(number, KEY_SKIP, KEY_SKIP) % (TABLE_SIZE - 1) + 1,
                              std::max(weight / divisor >> shift, uint32_t{1})});
        }
    }
    for (uint32_t filled = 0; filled < TABLE_SIZE;)
    {
        for (auto& taker : takers)
        {
            for (uint32_t i = 0; i < taker.turn && filled < TABLE_SIZE; ++i, ++filled)
            {
                while (table[taker.place])
                {
                    taker.place = (taker.place + taker.skip) % TABLE_SIZE;
                }
                table[taker.place] = taker.server;
            }
        }
    }
}

} // namespace gipt
} // namespace ns3
