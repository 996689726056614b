/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_OVERLOAD_DEFENCE_H
#define GIPT_OVERLOAD_DEFENCE_H

#include "connection-array.h"

#include "ns3/nstime.h"

#include <array>
#include <cstdint>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief IPVS's defence against overload: which of the three strategies is at work, and what it
 * drops (net/netfilter/ipvs/ip_vs_ctl.c, update_defense_level; ip_vs_conn.c, todrop_entry).
 *
 * Each sysctl has four levels: 0 off; 1 on while memory is short, 2 is what 1 becomes meanwhile;
 * 3 always on. Memory here is what the bound on connections leaves free.
 */
class OverloadDefence
{
  public:
    uint32_t dropEntry{0};     ///< net.ipv4.vs.drop_entry: sweep half-open and idle connections
    uint32_t dropPacket{0};    ///< net.ipv4.vs.drop_packet: refuse a part of the new connections
    uint32_t secureTcp{0};     ///< net.ipv4.vs.secure_tcp: the transition table for floods
    uint32_t amemthresh{1024}; ///< net.ipv4.vs.amemthresh: pages below which memory is short
    uint32_t amDroprate{10};   ///< net.ipv4.vs.am_droprate: drop_packet 3 refuses one in so many

    /**
     * @brief Set the levels anew, once a second.
     * @param freePages pages that the bound on connections leaves free
     */
    void UpdateLevels(uint64_t freePages);

    /**
     * @brief Whether connections are to be swept now.
     * @return true when drop_entry is at work
     */
    bool DropsEntries() const
    {
        return m_dropsEntries;
    }

    /**
     * @brief Whether the transition table for floods is in use.
     * @return true when secure_tcp is at work
     */
    bool IsSecureTcp() const
    {
        return secureTcp > 1;
    }

    /**
     * @brief Whether a new connection is refused (ip_vs.h, ip_vs_todrop).
     * @return true for one in so many while drop_packet is at work
     */
    bool RefusesConnection();

    /**
     * @brief Whether an entry that is not half-open may be dropped: few packets, and old enough.
     * @param packets packets it has seen
     * @param idle time since its timer was restarted
     * @return true when it is its turn
     */
    bool DropsIdle(uint32_t packets, Time idle);

  private:
    bool m_dropsEntries{false};       ///< drop_entry is at work
    uint64_t m_dropRate{0};           ///< one in so many connections is refused, 0 for none
    uint64_t m_dropCounter{0};        ///< connections until the next is refused
    std::array<uint32_t, 9> m_idle{}; ///< entries until the next is dropped, by packets seen
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_OVERLOAD_DEFENCE_H
