/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup global-ip-tunneling
 * A scheduler of one's own, found by its name like those of the module. The director decides
 * here without a network around it: packets are keys, flags, lengths and times.
 */

#include "ns3/command-line.h"
#include "ns3/director-core.h"
#include "ns3/server-scheduler.h"

#include <iostream>

namespace ns3
{
namespace gipt
{

/** Prefers the server that was given the fewest octets for its weight. */
class LeastBytesScheduler : public Scheduler
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::gipt::LeastBytesScheduler")
                                .SetParent<Scheduler>()
                                .AddConstructor<LeastBytesScheduler>();
        return tid;
    }

    RealServer* Schedule(const VirtualService& service, const ConnectionKey& key, Time now) override
    {
        RealServer* least = nullptr;
        for (const auto& server : service.GetServers())
        {
            if (server->IsAvailable() &&
                (!least || server->GetStats().bytes * least->GetWeight() <
                               least->GetStats().bytes * server->GetWeight()))
            {
                least = PeekPointer(server);
            }
        }
        return least;
    }
};

NS_OBJECT_ENSURE_REGISTERED(LeastBytesScheduler);

} // namespace gipt
} // namespace ns3

using namespace ns3;
using namespace ns3::gipt;

int
main(int argc, char* argv[])
{
    CommandLine cmd(__FILE__);
    cmd.Usage("A director with a scheduler of one's own, least octets for the weight: 600\n"
              "connections of unequal length go to servers of weights 1, 2 and 3.");
    cmd.Parse(argc, argv);

    const Ipv4Address vip("198.51.100.1");
    DirectorCore director;
    director.AddService(vip, 80, 6, "leastbytes");
    const auto service = director.FindService(vip, 80, 6);
    for (uint32_t weight = 1; weight <= 3; ++weight)
    {
        director.AddRealServer(service, Ipv4Address(0x0a000000 + weight), 80, weight);
    }

    ConnectionKey key;
    key.virtualAddress = vip;
    key.virtualPort = 80;
    key.protocol = 6;
    for (uint32_t i = 0; i < 600; ++i)
    {
        key.client = Ipv4Address(0xc0000200 + i % 200);
        key.clientPort = 10000 + i;
        director.Decide(key, TCP_FLAG_SYN, 40, MilliSeconds(i));
        director.Decide(key, TCP_FLAG_ACK, 40 + 40 * (i % 30), MilliSeconds(i));
    }

    bool fair = true;
    const double share = service->GetStats().bytes / 6.0;
    for (const auto& server : service->GetServers())
    {
        const auto stats = server->GetStats();
        std::cout << server->GetAddress() << " weight " << server->GetWeight() << ": "
                  << stats.connections << " connections, " << stats.bytes << " octets\n";
        fair = fair && stats.bytes > 0.95 * share * server->GetWeight() &&
               stats.bytes < 1.05 * share * server->GetWeight();
    }
    std::cout << (fair ? "Octets go by weight within 5 %.\n" : "Octets do not go by weight.\n");
    return fair ? 0 : 1;
}
