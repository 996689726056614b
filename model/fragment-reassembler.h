/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_FRAGMENT_REASSEMBLER_H
#define GIPT_FRAGMENT_REASSEMBLER_H

#include "ipv4-datagram.h"

#include "ns3/ipv4-address.h"
#include "ns3/ipv4-header.h"
#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <list>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Puts IPv4 fragments together as Linux does in front of IPVS.
 *
 * ns-3's own stack reassembles too, but forgets how long the fragments were, and Linux sends a
 * reassembled packet on in pieces no longer than the longest it came in (net/ipv4/ip_output.c,
 * ip_fragment). The rules are those of net/ipv4/ip_fragment.c and inet_fragment.c of Linux 6.1:
 *
 * - the time of a datagram runs from its first fragment on and is not restarted;
 * - a fragment that lies within what is there is a duplicate and ignored; one that overlaps it in
 *   part, that is empty, or that contradicts the known end throws the whole datagram away;
 * - a fragment that is not the last is cut down to a multiple of eight octets;
 * - DF is set again when the longest fragment had it; ECN is combined as RFC 3168, 5.3 asks, and
 *   Not-ECT mixed with anything else throws the datagram away;
 * - while more than the bound is held, new fragments are refused.
 *
 * Left out is net.ipv4.ipfrag_max_dist, the bound on disorder between datagrams of one sender.
 * The class knows no node: the time is passed in.
 */
class FragmentReassembler
{
  public:
    /** What became of a fragment. */
    enum class Status : uint8_t
    {
        HELD,     ///< kept until the others come
        COMPLETE, ///< it was the missing one
        DROPPED   ///< gone, perhaps with all that were held of its datagram
    };

    /** A datagram that left the reassembler, whole or given up: then its header, options and
     * payload are those of the fragment with offset 0, or of another when that never came. */
    using Datagram = Ipv4Datagram;

    /**
     * @brief Constructor.
     * @param timeout how long fragments are kept (net.ipv4.ipfrag_time)
     * @param maxMemory octets held above which fragments are refused (net.ipv4.ipfrag_high_thresh)
     */
    explicit FragmentReassembler(Time timeout = Seconds(30), uint32_t maxMemory = 4U << 20);

    FragmentReassembler(const FragmentReassembler&) = delete;
    FragmentReassembler& operator=(const FragmentReassembler&) = delete;

    /**
     * @brief Whether a packet is a fragment at all.
     * @param header its header
     * @return true when more follow or its offset is not 0
     */
    static bool IsFragment(const Ipv4Header& header)
    {
        return !header.IsLastFragment() || header.GetFragmentOffset() != 0;
    }

    /**
     * @brief Take a fragment. Expire has to be called first when NextTimeout() is not after now.
     * @param header its header
     * @param payload what follows the header
     * @param now the time
     * @param[out] datagram COMPLETE: the datagram; DROPPED: how many fragments went
     * @param options its options, when the header is given without them
     * @return what became of it
     */
    Status Add(const Ipv4Header& header,
               Ptr<const Packet> payload,
               Time now,
               Datagram& datagram,
               const IpOptions& options = {});

    /**
     * @brief Give up the datagrams whose time is up.
     *
     * Their receiver answers with ICMP 11/1 when the fragment with offset 0 is there (RFC 792).
     *
     * @param now the time
     * @return what was given up, oldest first
     */
    std::vector<Datagram> Expire(Time now);

    /**
     * @brief When the oldest datagram's time is up.
     * @return the time, Time::Max() when nothing is held
     */
    Time NextTimeout() const;

    /**
     * @brief How much is held, counted as Linux counts (skb->truesize).
     * @return octets
     */
    uint32_t GetMemory() const
    {
        return m_memory;
    }

    /**
     * @brief How many incomplete datagrams are held.
     * @return number of datagrams
     */
    std::size_t GetSize() const
    {
        return m_byAge.size();
    }

    /**
     * @brief Forget everything.
     */
    void Clear();

  private:
    /** What the fragments of a datagram have in common: addresses, protocol, identification. */
    using Key = std::tuple<uint32_t, uint32_t, uint8_t, uint16_t>;

    /** Fragments without a gap between them. */
    struct Run
    {
        uint32_t end;        ///< offset of the octet after the last
        Ptr<Packet> content; ///< their octets
    };

    /** An incomplete datagram. */
    struct Queue
    {
        Key key;                      ///< what its fragments have in common
        Time deadline;                ///< when it is given up
        Ipv4Header first;             ///< header of the fragment with offset 0, at first of another
        IpOptions firstOptions;       ///< options of that fragment
        Ptr<Packet> firstContent;     ///< content of that fragment
        std::map<uint32_t, Run> runs; ///< by offset
        uint32_t length{0};           ///< greatest end seen
        uint32_t held{0};             ///< octets of content
        uint32_t memory{0};           ///< its part of m_memory
        uint32_t fragments{0};        ///< number of fragments
        uint32_t longest{0};          ///< IPv4 total length of the longest
        uint32_t longestDf{0};        ///< the same of those with DF
        uint8_t ecn{0};               ///< one bit for each ECN codepoint seen
        bool lastSeen{false};         ///< its end is known
    };

    /// Datagrams, oldest first: they all get the same time, so that this is the order of timeouts
    using Queues = std::list<Queue>;

    /**
     * @brief Put a fragment's octets in place.
     * @param queue its datagram
     * @param offset of its first octet
     * @param content its octets
     * @return HELD, COMPLETE for a duplicate, DROPPED for an overlap
     */
    static Status Insert(Queue& queue, uint32_t offset, Ptr<Packet> content);

    /**
     * @brief Make the datagram of a queue that has all its octets.
     * @param queue the queue
     * @param[out] datagram the result
     * @return false when its ECN codepoints do not go together or it is too long for IPv4
     */
    static bool Assemble(const Queue& queue, Datagram& datagram);

    /**
     * @brief Forget a datagram.
     * @param queue the datagram
     */
    void Remove(Queues::iterator queue);

    Time m_timeout;                          ///< how long fragments are kept
    uint32_t m_maxMemory;                    ///< octets above which fragments are refused
    uint32_t m_memory{0};                    ///< octets held
    Queues m_byAge;                          ///< incomplete datagrams, oldest first
    std::map<Key, Queues::iterator> m_byKey; ///< the same by what their fragments share
};

/**
 * @ingroup global-ip-tunneling
 * @brief Cut a packet as Linux does (net/ipv4/ip_output.c, ip_do_fragment).
 *
 * The packet may be a fragment itself. DF is cleared in the pieces, as Linux does.
 *
 * @param header header of the packet
 * @param payload what follows the header
 * @param maxLength IPv4 total length that no piece may exceed, at least header and eight octets
 * @return the pieces in order; the packet itself when it is short enough
 */
std::vector<std::pair<Ipv4Header, Ptr<Packet>>> FragmentIpv4(const Ipv4Header& header,
                                                             Ptr<const Packet> payload,
                                                             uint32_t maxLength);

} // namespace gipt
} // namespace ns3

#endif // GIPT_FRAGMENT_REASSEMBLER_H
