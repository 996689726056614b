/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sync-record.h"

#include <algorithm>
#include <array>

namespace ns3
{
namespace gipt
{

namespace
{

constexpr uint8_t PROTOCOL_TCP = 6;  ///< IANA protocol number
constexpr uint8_t PROTOCOL_UDP = 17; ///< IANA protocol number

/** Flags of an entry (include/uapi/linux/ip_vs.h, IP_VS_CONN_F_*). */
constexpr uint32_t FLAG_TUNNEL = 0x2;
constexpr uint32_t FLAG_NO_OUTPUT = 0x80;  ///< answers do not pass the director
constexpr uint32_t FLAG_INACTIVE = 0x100;  ///< counts as inactive
constexpr uint32_t FLAG_TEMPLATE = 0x1000; ///< a persistence template
/** Flags that Linux does not send begin at bit 16: the template of a connection. */
constexpr uint32_t FLAG_CONTROLLED = 1 << 16;
constexpr uint32_t PREFIX_SHIFT = 17;   ///< where the netmask length of that template begins
constexpr uint32_t PREFIX_MASK = 0x3f;  ///< its bits
constexpr uint16_t STATE_ASSURED = 0x1; ///< state of a template (IP_VS_CTPL_S_ASSURED)

/** Options of an entry (ip_vs_sync.c, IPVS_OPT_*). */
constexpr uint8_t OPTION_SEQUENCES = 1;
constexpr uint32_t SEQUENCES_SIZE = 24;   ///< octets of that option
constexpr uint8_t OPTION_OPTIONAL = 0x40; ///< one that need not be known

constexpr uint8_t VERSION = 1; ///< of the message

/** Longest timeout that the table takes. */
const Time MAX_TIMEOUT = Days(31);

/**
 * @brief Append a number in network byte order.
 * @param octets where
 * @param value the number
 * @param size its octets
 */
void
Append(std::vector<uint8_t>& octets, uint32_t value, uint32_t size)
{
    for (uint32_t i = size; i-- > 0;)
    {
        octets.push_back(static_cast<uint8_t>(value >> (8 * i)));
    }
}

/**
 * @brief Read a number in network byte order.
 * @param octets where it begins
 * @param size its octets
 * @return the number
 */
uint32_t
Get(const uint8_t* octets, uint32_t size)
{
    uint32_t value = 0;
    for (uint32_t i = 0; i < size; i++)
    {
        value = value << 8 | octets[i];
    }
    return value;
}

/**
 * @brief Check the options of an entry. None is of use to a tunnelling director.
 * @param octets the options
 * @param size their octets
 * @return false when they are not well made, or one has to be known and is not
 */
bool
CheckOptions(const uint8_t* octets, uint32_t size)
{
    bool hasSequences = false;
    for (uint32_t at = 0; at < size;)
    {
        if (at + 2 > size)
        {
            return false;
        }
        const uint8_t type = octets[at];
        const uint32_t length = octets[at + 1];
        at += 2 + length;
        if (length == 0 || at > size)
        {
            return false;
        }
        if ((type & ~OPTION_OPTIONAL) == OPTION_SEQUENCES)
        {
            if (length != SEQUENCES_SIZE || hasSequences)
            {
                return false;
            }
            hasSequences = true;
        }
        else if (!(type & OPTION_OPTIONAL))
        {
            return false;
        }
    }
    return true;
}

} // namespace

const char*
ToString(SyncDrop reason)
{
    static constexpr std::array<const char*, SYNC_DROPS> TEXTS{
        "none",
        "truncated",
        "bad-size",
        "other-id",
        "bad-version",
        "bad-type",
        "bad-option",
        "bad-protocol",
        "bad-state",
        "table-full",
        "queue-full",
    };
    return TEXTS[static_cast<uint8_t>(reason)];
}

void
SyncRecord::Write(std::vector<uint8_t>& octets, Type type, bool isComplete) const
{
    uint32_t flags = FLAG_TUNNEL | FLAG_NO_OUTPUT;
    // a template keeps the flag that each connection begins with (ip_vs_conn.c, ip_vs_bind_dest)
    flags |= isTemplate || !IsActive(state) ? FLAG_INACTIVE : 0;
    flags |= isTemplate ? FLAG_TEMPLATE : 0;
    if (isComplete && isControlled)
    {
        flags |= FLAG_CONTROLLED | uint32_t{prefix} << PREFIX_SHIFT;
    }
    uint16_t number = isAssured ? STATE_ASSURED : 0;
    if (!isTemplate && state != ConnectionState::UDP)
    {
        number = static_cast<uint8_t>(state); // UDP has one state, which is 0
    }
    Append(octets, type, 1);
    Append(octets, key.protocol, 1);
    Append(octets, SIZE, 2); // version 0 of the entry in the upper four bits
    Append(octets, flags, 4);
    Append(octets, number, 2);
    Append(octets, key.clientPort, 2);
    Append(octets, key.virtualPort, 2);
    Append(octets, serverPort, 2);
    Append(octets, mark, 4);
    Append(octets, static_cast<uint32_t>(timeout.GetSeconds()), 4);
    Append(octets, key.client.Get(), 4);
    Append(octets, key.virtualAddress.Get(), 4);
    Append(octets, server.Get(), 4);
}

SyncDrop
SyncRecord::Read(const uint8_t* octets, uint32_t size)
{
    if (size < SIZE)
    {
        return SyncDrop::TRUNCATED;
    }
    if (!CheckOptions(octets + SIZE, size - SIZE))
    {
        return SyncDrop::BAD_OPTION;
    }
    key.protocol = octets[1];
    const uint32_t flags = Get(octets + 4, 4);
    const uint32_t number = Get(octets + 8, 2);
    key.clientPort = static_cast<uint16_t>(Get(octets + 10, 2));
    key.virtualPort = static_cast<uint16_t>(Get(octets + 12, 2));
    serverPort = static_cast<uint16_t>(Get(octets + 14, 2));
    mark = Get(octets + 16, 4);
    timeout = Seconds(Get(octets + 20, 4));
    key.client = Ipv4Address(Get(octets + 24, 4));
    key.virtualAddress = Ipv4Address(Get(octets + 28, 4));
    server = Ipv4Address(Get(octets + 32, 4));
    isTemplate = flags & FLAG_TEMPLATE;
    isAssured = isTemplate && (number & STATE_ASSURED);
    isControlled = !isTemplate && (flags & FLAG_CONTROLLED);
    prefix = static_cast<uint8_t>(flags >> PREFIX_SHIFT & PREFIX_MASK);
    state = ConnectionState::NONE;
    timeout = std::min(timeout, MAX_TIMEOUT);
    if (isTemplate)
    {
        key.clientPort = 0; // it names templates in the table
        return SyncDrop::NONE;
    }
    if (key.protocol != PROTOCOL_TCP && key.protocol != PROTOCOL_UDP)
    {
        return SyncDrop::BAD_PROTOCOL;
    }
    const bool isTcp = key.protocol == PROTOCOL_TCP;
    // No entry has client port 0, which names templates; netmasks have at most 32 bits.
    if (number >= (isTcp ? TCP_STATES : 1) || key.clientPort == 0 || prefix > 32)
    {
        return SyncDrop::BAD_STATE;
    }
    state = isTcp ? static_cast<ConnectionState>(number) : ConnectionState::UDP;
    return SyncDrop::NONE;
}

SyncMessage::SyncMessage(uint8_t syncId)
    : m_octets{0, syncId, 0, HEADER_SIZE, 0, VERSION, 0, 0}
{
}

void
SyncMessage::Add(const SyncRecord& record)
{
    record.Write(m_octets, SyncRecord::ENTRY, false);
    m_octets[2] = static_cast<uint8_t>(m_octets.size() >> 8);
    m_octets[3] = static_cast<uint8_t>(m_octets.size());
    m_octets[4]++;
}

void
SyncMessage::Read(const std::vector<uint8_t>& octets,
                  uint8_t syncId,
                  const std::function<void(const SyncRecord&)>& take,
                  const std::function<void(SyncDrop)>& drop)
{
    if (octets.size() < HEADER_SIZE)
    {
        drop(SyncDrop::TRUNCATED);
        return;
    }
    if (octets.size() != Get(octets.data() + 2, 2))
    {
        drop(SyncDrop::BAD_SIZE);
        return;
    }
    if (syncId != 0 && octets[1] != syncId)
    {
        drop(SyncDrop::OTHER_ID);
        return;
    }
    if (octets[0] != 0 || octets[5] != VERSION || Get(octets.data() + 6, 2) != 0)
    {
        drop(SyncDrop::BAD_VERSION); // Linux also reads messages of version 0
        return;
    }
    std::size_t at = HEADER_SIZE;
    for (uint32_t i = 0; i < octets[4]; i++)
    {
        if (at + SyncRecord::SIZE > octets.size())
        {
            drop(SyncDrop::TRUNCATED);
            return;
        }
        const uint8_t* entry = octets.data() + at;
        const uint32_t size = Get(entry + 2, 2) & 0xfff;
        if (size < SyncRecord::SIZE || at + size > octets.size())
        {
            drop(SyncDrop::TRUNCATED);
            return;
        }
        if (Get(entry + 2, 2) >> 12 != 0)
        {
            drop(SyncDrop::BAD_VERSION);
            return;
        }
        if (entry[0] & 1)
        {
            drop(SyncDrop::BAD_TYPE); // IPv6: a Linux without it goes on behind it
        }
        else if (entry[0] != SyncRecord::ENTRY)
        {
            drop(SyncDrop::BAD_TYPE);
            return;
        }
        else
        {
            SyncRecord record;
            const auto reason = record.Read(entry, size);
            if (reason == SyncDrop::NONE)
            {
                take(record);
            }
            else
            {
                drop(reason);
            }
        }
        at += (size + 3) & ~3U;
    }
}

} // namespace gipt
} // namespace ns3
