/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_SCHEDULER_BENCH_H
#define GIPT_SCHEDULER_BENCH_H

#include "ns3/director-core.h"
#include "ns3/hash-scheduler.h"

#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace schedulers
{

using namespace ns3;
using namespace ns3::gipt;

/**
 * @ingroup global-ip-tunneling
 * @brief A director with one service, 10.0.0.100:80, and clients that open connections to it.
 */
class Bench
{
  public:
    /**
     * @param scheduler its name
     * @param weights weights of real servers to add: 10.0.0.21, 10.0.0.22 and so on
     * @param flags flags of the scheduler
     */
    Bench(const std::string& scheduler,
          const std::vector<uint32_t>& weights,
          const std::vector<std::string>& flags = {})
    {
        m_core.AddService(m_address, 80, 6, scheduler, flags);
        m_service = m_core.FindService(m_address, 80, 6);
        for (std::size_t i = 0; i < weights.size(); ++i)
        {
            Add(21 + i, weights[i]);
        }
    }

    ~Bench()
    {
        m_core.ClearServices();
    }

    /**
     * @brief Add a server.
     * @param octet last octet of its address
     * @param weight its weight
     * @param upper its upper threshold
     * @param lower its lower threshold
     */
    void Add(uint32_t octet, uint32_t weight, uint32_t upper = 0, uint32_t lower = 0)
    {
        m_core.AddRealServer(m_service, GetAddress(octet), 80, weight, upper, lower);
    }

    /**
     * @brief Change a server.
     * @param octet last octet of its address
     * @param weight its weight
     * @param upper its upper threshold
     * @param lower its lower threshold
     */
    void Edit(uint32_t octet, uint32_t weight, uint32_t upper = 0, uint32_t lower = 0)
    {
        m_core.EditRealServer(m_service, GetAddress(octet), 80, weight, upper, lower);
    }

    /**
     * @brief Remove a server.
     * @param octet last octet of its address
     */
    void Remove(uint32_t octet)
    {
        m_core.RemoveRealServer(m_service, GetAddress(octet), 80);
    }

    /**
     * @brief Open connections from one client, each from the next port.
     * @param count how many
     * @return last octets of the servers chosen, "-" for none
     */
    std::string Open(unsigned count)
    {
        std::string choices;
        for (unsigned i = 0; i < count; ++i)
        {
            choices += (i > 0 ? " " : "") + OpenFrom(Ipv4Address("10.1.0.1"), m_port++);
        }
        return choices;
    }

    /**
     * @brief Open a connection.
     * @param client address of the client
     * @param port port of the client
     * @return last octet of the server chosen, "-" for none
     */
    std::string OpenFrom(Ipv4Address client, uint16_t port)
    {
        ConnectionKey key;
        key.client = client;
        key.clientPort = port;
        key.virtualAddress = m_address;
        key.virtualPort = 80;
        key.protocol = 6;
        const auto decision = m_core.Decide(key, 2, 40, m_now); // SYN
        return decision.server ? std::to_string(decision.server->GetAddress().Get() & 0xff) : "-";
    }

    /**
     * @brief Open connections from 20 clients, 10.1.0.1 to 10.1.0.20.
     * @return last octets of the servers chosen, "-" for none
     */
    std::string OpenFromMany()
    {
        std::string choices;
        for (uint32_t i = 1; i <= 20; ++i)
        {
            choices += (i > 1 ? " " : "") + OpenFrom(Ipv4Address(0x0a010000 + i), m_port);
        }
        ++m_port;
        return choices;
    }

    /**
     * @brief Let time pass.
     * @param time how long
     */
    void Wait(Time time)
    {
        m_now += time;
        m_core.ExpireConnections(m_now);
    }

    /**
     * @brief How many places each server has in a hashing scheduler's table.
     * @return such as "21:1636 22:1227"
     */
    std::string CountPlaces() const
    {
        std::map<uint32_t, unsigned> counts;
        for (const auto server : GetTable())
        {
            ++counts[server->GetAddress().Get() & 0xff];
        }
        std::ostringstream text;
        for (const auto& count : counts)
        {
            text << (text.tellp() > 0 ? " " : "") << count.first << ':' << count.second;
        }
        return text.str();
    }

    /**
     * @brief The table of a hashing scheduler.
     * @return server of each place
     */
    std::vector<RealServer*> GetTable() const
    {
        return DynamicCast<HashScheduler>(m_service->GetScheduler())->GetTable();
    }

  private:
    /**
     * @param octet last octet
     * @return address of a server
     */
    static Ipv4Address GetAddress(uint32_t octet)
    {
        return Ipv4Address(0x0a000000 + octet);
    }

    DirectorCore m_core;                       //!< the director
    const Ipv4Address m_address{"10.0.0.100"}; //!< the VIP
    Ptr<VirtualService> m_service;             //!< the service
    Time m_now{Seconds(1)};                    //!< the time
    uint16_t m_port{20000};                    //!< port of the next connection
};

} // namespace schedulers

#endif // GIPT_SCHEDULER_BENCH_H
