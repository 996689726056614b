/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_SYNC_RECORD_H
#define GIPT_SYNC_RECORD_H

#include "connection-key.h"
#include "connection-state.h"

#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Why a message of connection synchronisation, or an entry of one, was not taken.
 */
enum class SyncDrop : uint8_t
{
    NONE,         ///< taken
    TRUNCATED,    ///< the message is shorter than its header, or than an entry in it
    BAD_SIZE,     ///< the message is not as long as it says
    OTHER_ID,     ///< its sync ID is another's
    BAD_VERSION,  ///< neither version 1 of the message nor version 0 of the entry
    BAD_TYPE,     ///< not an IPv4 entry
    BAD_OPTION,   ///< an option that is not well made or not known
    BAD_PROTOCOL, ///< neither TCP nor UDP
    BAD_STATE,    ///< a state that the protocol does not have
    TABLE_FULL,   ///< no more connections
    QUEUE_FULL    ///< too many messages wait to be sent
};

/** Number of reasons. */
static constexpr uint8_t SYNC_DROPS = 11;

/**
 * @ingroup global-ip-tunneling
 * @brief The name of a reason for listings and CSV.
 * @param reason the reason
 * @return a word in lower case with dashes, such as "bad-size"
 */
const char* ToString(SyncDrop reason);

/**
 * @ingroup global-ip-tunneling
 * @brief What one director tells another of a connection or a persistence template.
 *
 * On the wire it is an entry of 36 octets as Linux sends it (net/netfilter/ipvs/ip_vs_sync.c,
 * struct ip_vs_sync_v4), in network byte order: type, protocol, version and size, flags, state,
 * three ports, firewall mark, timeout in seconds, three addresses.
 */
struct SyncRecord
{
    /** Octets of an entry without options. */
    static constexpr uint32_t SIZE = 36;

    /** What an entry is; Linux knows the first. */
    enum Type : uint8_t
    {
        ENTRY = 0,    ///< a connection or template as it is now
        REMOVED = 2,  ///< it is gone (CompleteConnectionSync)
        COMPLETE = 4, ///< all that there was at the beginning has been sent
        ALIVE = 6     ///< the sender is there
    };

    ConnectionKey key;                            ///< client port 0 in a template
    Ipv4Address server;                           ///< RIP
    uint16_t serverPort{0};                       ///< port of the server
    uint32_t mark{0};                             ///< firewall mark of the service, 0 for none
    ConnectionState state{ConnectionState::NONE}; ///< of a connection
    bool isTemplate{false};                       ///< a persistence template
    bool isAssured{false};                        ///< a template with an established connection
    bool isControlled{false};                     ///< a connection that has a template
    uint8_t prefix{0};                            ///< netmask length of that template
    Time timeout;                                 ///< how long it stays without a packet

    /**
     * @brief Write the entry.
     * @param octets where to append SIZE octets
     * @param type what the entry is
     * @param isComplete with what Linux does not send: whether it has a template
     */
    void Write(std::vector<uint8_t>& octets, Type type, bool isComplete) const;

    /**
     * @brief Read an entry, as Linux does (ip_vs_proc_sync_conn).
     * @param octets the entry
     * @param size its octets, options included
     * @return NONE when it can be used
     */
    SyncDrop Read(const uint8_t* octets, uint32_t size);
};

/**
 * @ingroup global-ip-tunneling
 * @brief Messages of Linux's sync daemon, version 1: a header of 8 octets and entries
 * (ip_vs_sync.c, struct ip_vs_sync_mesg).
 */
class SyncMessage
{
  public:
    /** Octets of the header. */
    static constexpr uint32_t HEADER_SIZE = 8;
    /** Greatest number of entries. */
    static constexpr uint32_t MAX_ENTRIES = 255;

    /**
     * @brief Begin a message.
     * @param syncId the sync ID
     */
    explicit SyncMessage(uint8_t syncId);

    /**
     * @brief Append an entry.
     * @param record the entry
     */
    void Add(const SyncRecord& record);

    /**
     * @brief Number of entries.
     * @return the number
     */
    uint32_t GetCount() const
    {
        return m_octets[4];
    }

    /**
     * @brief The message.
     * @return its octets
     */
    const std::vector<uint8_t>& GetOctets() const
    {
        return m_octets;
    }

    /**
     * @brief Read a message, as Linux does (ip_vs_process_message).
     * @param octets the message
     * @param syncId the sync ID that is listened to, 0 for all
     * @param take called with each entry that can be used
     * @param drop called with the reason for each one that cannot, and for what is cut short
     */
    static void Read(const std::vector<uint8_t>& octets,
                     uint8_t syncId,
                     const std::function<void(const SyncRecord&)>& take,
                     const std::function<void(SyncDrop)>& drop);

  private:
    std::vector<uint8_t> m_octets; ///< header and entries
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_SYNC_RECORD_H
