/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "fragment-reassembler.h"

#include "ns3/assert.h"
#include "ns3/log.h"

#include <algorithm>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptFragmentReassembler");

namespace
{

/// What Linux adds to a packet's octets in skb->truesize on 64 bits (SKB_TRUESIZE: sk_buff 256,
/// skb_shared_info 320), so that many small fragments reach the bound as well
constexpr uint32_t SKB_OVERHEAD = 576;

/// Greatest IPv4 total length
constexpr uint32_t MAX_LENGTH = 65535;

} // namespace

FragmentReassembler::FragmentReassembler(Time timeout, uint32_t maxMemory)
    : m_timeout(timeout),
      m_maxMemory(maxMemory)
{
}

FragmentReassembler::Status
FragmentReassembler::Add(const Ipv4Header& header,
                         Ptr<const Packet> payload,
                         Time now,
                         Datagram& datagram,
                         const IpOptions& options)
{
    datagram = Datagram();
    datagram.fragments = 1;
    const Key key(header.GetSource().Get(),
                  header.GetDestination().Get(),
                  header.GetProtocol(),
                  header.GetIdentification());
    auto known = m_byKey.find(key);
    if (m_memory > m_maxMemory)
    {
        NS_LOG_LOGIC("refuse a fragment: " << m_memory << " octets held");
        return Status::DROPPED;
    }
    if (known == m_byKey.end())
    {
        m_byAge.emplace_back();
        m_byAge.back().key = key;
        m_byAge.back().deadline = now + m_timeout;
        known = m_byKey.emplace(key, std::prev(m_byAge.end())).first;
    }
    Queue& queue = *known->second;
    const auto giveUp = [&](const char* why) {
        NS_LOG_LOGIC("drop " << queue.fragments + 1 << " fragments: " << why);
        datagram.fragments = queue.fragments + 1;
        Remove(known->second);
        return Status::DROPPED;
    };

    const uint32_t offset = header.GetFragmentOffset();
    uint32_t end = offset + payload->GetSize();
    if (header.IsLastFragment())
    {
        if (end < queue.length || (queue.lastSeen && end != queue.length))
        {
            return giveUp("two ends");
        }
        queue.lastSeen = true;
        queue.length = end;
    }
    else
    {
        end &= ~7U;
        if (end > queue.length)
        {
            if (queue.lastSeen)
            {
                return giveUp("beyond the end");
            }
            queue.length = end;
        }
    }
    if (end <= offset)
    {
        return giveUp("empty");
    }

    const auto content = payload->CreateFragment(0, end - offset);
    switch (Insert(queue, offset, content))
    {
    case Status::COMPLETE:
        NS_LOG_LOGIC("drop a duplicate fragment");
        return Status::DROPPED;
    case Status::DROPPED:
        return giveUp("overlap");
    case Status::HELD:
        break;
    }
    const uint32_t length = header.GetSerializedSize() + options.size() + end - offset;
    if (offset == 0 || !queue.firstContent)
    {
        queue.first = header;
        queue.firstOptions = options;
        queue.firstContent = content;
    }
    queue.held += end - offset;
    queue.memory += length + SKB_OVERHEAD;
    m_memory += length + SKB_OVERHEAD;
    queue.fragments++;
    queue.longest = std::max(queue.longest, length);
    if (header.IsDontFragment())
    {
        queue.longestDf = std::max(queue.longestDf, length);
    }
    queue.ecn |= 1 << (header.GetTos() & 3);
    if (!queue.lastSeen || queue.held != queue.length)
    {
        return Status::HELD;
    }
    const bool good = Assemble(queue, datagram);
    Remove(known->second);
    return good ? Status::COMPLETE : Status::DROPPED;
}

FragmentReassembler::Status
FragmentReassembler::Insert(Queue& queue, uint32_t offset, Ptr<Packet> content)
{
    const uint32_t end = offset + content->GetSize();
    auto& runs = queue.runs;
    if (!runs.empty() && offset == runs.rbegin()->second.end)
    {
        // Linux lengthens the last run only: what spans two runs that touch is an overlap.
        auto& last = runs.rbegin()->second;
        last.content->AddAtEnd(content);
        last.end = end;
        return Status::HELD;
    }
    const auto next = runs.upper_bound(offset);
    if (next != runs.begin())
    {
        const auto& before = std::prev(next)->second;
        if (offset < before.end)
        {
            return end <= before.end ? Status::COMPLETE : Status::DROPPED;
        }
    }
    if (next != runs.end() && end > next->first)
    {
        return Status::DROPPED;
    }
    runs.emplace_hint(next, offset, Run{end, content->Copy()});
    return Status::HELD;
}

bool
FragmentReassembler::Assemble(const Queue& queue, Datagram& datagram)
{
    datagram.fragments = queue.fragments;
    datagram.longestFragment = queue.longest;
    datagram.header = queue.first;
    datagram.options = queue.firstOptions;

    // ip_frag_ecn_table: bits 0 Not-ECT, 1 ECT(1), 2 ECT(0), 3 CE
    constexpr uint8_t NOT_ECT = 1;
    constexpr uint8_t CE = 8;
    if (((queue.ecn & NOT_ECT) != 0 && queue.ecn != NOT_ECT) ||
        queue.first.GetSerializedSize() + queue.firstOptions.size() + queue.length > MAX_LENGTH)
    {
        NS_LOG_LOGIC("drop " << queue.fragments << " fragments: mixed ECN or too long");
        return false;
    }
    if ((queue.ecn & CE) != 0)
    {
        datagram.header.SetTos(datagram.header.GetTos() | 3);
    }
    datagram.header.SetPayloadSize(static_cast<uint16_t>(queue.length));
    datagram.header.SetFragmentOffset(0);
    datagram.header.SetLastFragment();
    if (queue.longestDf == queue.longest)
    {
        datagram.header.SetDontFragment();
    }
    else
    {
        datagram.header.SetMayFragment();
    }
    Ptr<Packet> payload;
    for (const auto& [offset, run] : queue.runs)
    {
        if (!payload)
        {
            payload = run.content;
        }
        else
        {
            payload->AddAtEnd(run.content);
        }
    }
    datagram.payload = payload;
    return true;
}

std::vector<FragmentReassembler::Datagram>
FragmentReassembler::Expire(Time now)
{
    std::vector<Datagram> expired;
    while (!m_byAge.empty() && m_byAge.front().deadline <= now)
    {
        const Queue& queue = m_byAge.front();
        expired.push_back(
            {queue.first, queue.firstOptions, queue.firstContent, queue.longest, queue.fragments});
        Remove(m_byAge.begin());
    }
    return expired;
}

Time
FragmentReassembler::NextTimeout() const
{
    return m_byAge.empty() ? Time::Max() : m_byAge.front().deadline;
}

void
FragmentReassembler::Clear()
{
    m_byKey.clear();
    m_byAge.clear();
    m_memory = 0;
}

void
FragmentReassembler::Remove(Queues::iterator queue)
{
    m_memory -= queue->memory;
    m_byKey.erase(queue->key);
    m_byAge.erase(queue);
}

std::vector<std::pair<Ipv4Header, Ptr<Packet>>>
FragmentIpv4(const Ipv4Header& header, Ptr<const Packet> payload, uint32_t maxLength)
{
    const uint32_t headerLength = header.GetSerializedSize();
    const uint32_t size = payload->GetSize();
    if (headerLength + size <= maxLength)
    {
        return {{header, payload->Copy()}};
    }
    NS_ASSERT_MSG(maxLength >= headerLength + 8, "no room for eight octets of payload");
    const uint32_t step = (maxLength - headerLength) & ~7U;
    std::vector<std::pair<Ipv4Header, Ptr<Packet>>> pieces;
    uint32_t at = 0;
    while (at < size)
    {
        // A last piece needs no multiple of eight, and may fill what the others must leave.
        const uint32_t left = size - at;
        const bool last = headerLength + left <= maxLength;
        const uint32_t length = last ? left : step;
        Ipv4Header pieceHeader = header;
        pieceHeader.SetMayFragment();
        pieceHeader.SetFragmentOffset(static_cast<uint16_t>(header.GetFragmentOffset() + at));
        pieceHeader.SetPayloadSize(static_cast<uint16_t>(length));
        if (!last || !header.IsLastFragment())
        {
            pieceHeader.SetMoreFragments();
        }
        else
        {
            pieceHeader.SetLastFragment();
        }
        pieces.emplace_back(pieceHeader, payload->CreateFragment(at, length));
        at += length;
    }
    return pieces;
}

} // namespace gipt
} // namespace ns3
