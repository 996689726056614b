/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_HASH_SCHEDULER_H
#define GIPT_HASH_SCHEDULER_H

#include "server-scheduler.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief What the schedulers share that look the client up in a table (sh, mh).
 *
 * The table is filled anew whenever a server comes, goes or changes. A quiesced server keeps
 * places, and its clients are refused, or with the fallback flag sent to another server.
 */
class HashScheduler : public Scheduler
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    RealServer* Schedule(const VirtualService& service,
                         const ConnectionKey& key,
                         Time now) override;
    void ServiceBound(const VirtualService& service) override;
    void ServerAdded(const VirtualService& service, RealServer& server) override;
    void ServerRemoved(const VirtualService& service, RealServer& server) override;
    void ServerUpdated(const VirtualService& service, RealServer& server) override;
    bool SetFlag(const std::string& flag) override;
    void ClearFlags() override;
    std::vector<std::string> GetFlags() const override;

    /**
     * @brief The table, for tests and figures.
     * @return the server of each place, null where there is none
     */
    const std::vector<RealServer*>& GetTable() const
    {
        return m_table;
    }

  protected:
    void DoDispose() override;

    /**
     * @brief The place in the table of a client.
     * @param client what stands for the client, from Fold
     * @param offset number of places to go on, 0 for the client's own place
     * @return index into the table
     */
    virtual uint32_t GetPlace(uint32_t client, uint32_t offset) const = 0;

    /**
     * @brief Fill the table.
     * @param service the service
     * @param[in,out] table the table before, empty the first time
     */
    virtual void Fill(const VirtualService& service, std::vector<RealServer*>& table) = 0;

    /**
     * @brief The number that is hashed: the one place that knows the address family.
     * @param address address of a client or server
     * @param port port, 0 for none
     * @return their sum in host order, modulo 2^32
     */
    static uint32_t Fold(Ipv4Address address, uint16_t port)
    {
        return address.Get() + port;
    }

  private:
    std::vector<RealServer*> m_table; ///< server of each place
    bool m_usePort{false};            ///< hash the client's port too
    bool m_fallback{false}; ///< look for another server when the client's is not available
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_HASH_SCHEDULER_H
