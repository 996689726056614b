/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_LOCALITY_SCHEDULER_H
#define GIPT_LOCALITY_SCHEDULER_H

#include "server-scheduler.h"

#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <deque>
#include <map>

namespace ns3
{
namespace gipt
{

struct SchedulerSysctls;

/**
 * @ingroup global-ip-tunneling
 * @brief What lblc and lblcr have in common: both remember for each destination address, a VIP,
 * the servers that it went to, and go through what they remember each minute or so.
 */
class LocalityScheduler : public Scheduler
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    void ServiceBound(const VirtualService& service) override;
    void Advance(const VirtualService& service, Time now) override;

    /**
     * @brief How many destination addresses are remembered.
     * @return number of addresses
     */
    std::size_t GetSize() const
    {
        return m_entries.size();
    }

  protected:
    /** What is remembered of a destination address. */
    struct Entry
    {
        std::deque<Ptr<RealServer>> servers; ///< where its connections go, newest first
        Time changed;                        ///< when a server was added or removed
        Time used;                           ///< when the last connection came
    };

    void DoDispose() override;

    /**
     * @brief The sysctl that says how long an address is remembered that is not asked for.
     * @param sysctls all of them
     * @return its value
     */
    virtual Time GetExpiration(const SchedulerSysctls& sysctls) const = 0;

    /**
     * @brief Find what is remembered of an address, as one that is asked for now.
     *
     * A server that was deleted and added again takes the place of the deleted one.
     *
     * @param service the service
     * @param address the destination address
     * @param now the time
     * @return null when nothing is
     */
    Entry* Find(const VirtualService& service, Ipv4Address address, Time now);

    /**
     * @brief Remember an address for which Find() found nothing.
     * @param address the destination address
     * @param server where it went
     * @param now the time
     */
    void Remember(Ipv4Address address, RealServer* server, Time now);

    /**
     * @brief The available server with the least overhead for its weight.
     * @param service the service
     * @return the server, null when none is available
     */
    static RealServer* FindLeast(const VirtualService& service);

    /**
     * @brief Whether a server has more active connections than its weight, while some server of the
     * service has less than half as many as its own (is_overloaded).
     * @param server the server
     * @param service its service
     * @return true when a server is to be looked for anew
     */
    static bool IsTooBusy(const RealServer& server, const VirtualService& service);

  private:
    /**
     * @brief Forget addresses, row by row of the kernel's hash table.
     * @param age those not asked for so long
     * @param now the time
     * @param goal stop after the row that has brought so many
     */
    void Forget(Time age, Time now, int64_t goal);

    /**
     * @brief Where an address is in the kernel's hash table.
     * @param address the destination address
     * @return its row in the upper half, the address in the lower
     */
    static uint64_t GetPlace(Ipv4Address address);

    std::map<uint64_t, Entry> m_entries; ///< by GetPlace()
    Time m_nextRound;                    ///< when the timer runs out
    uint32_t m_round{1};                 ///< rounds of the timer since all was gone through
    uint64_t m_rover{0};                 ///< the row that was gone through last
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_LOCALITY_SCHEDULER_H
