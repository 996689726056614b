/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ip-options.h"

#include "ipip-encapsulation.h"

#include <algorithm>

namespace ns3
{
namespace gipt
{

namespace
{

// Options (RFC 791, 3.1) that a destination reads.
constexpr uint8_t END = 0;                      ///< no more options
constexpr uint8_t NO_OPERATION = 1;             ///< one octet of nothing
constexpr uint8_t RECORD_ROUTE = 7;             ///< room for addresses
constexpr uint8_t TIMESTAMP = 68;               ///< room for times
constexpr uint8_t LOOSE_SOURCE_ROUTE = 131;     ///< a route to follow
constexpr uint8_t STRICT_SOURCE_ROUTE = 137;    ///< a route to follow
constexpr uint8_t ROUTER_ALERT = 148;           ///< RFC 2113
constexpr uint8_t TIMES_ALONE = 0;              ///< flag of a timestamp
constexpr uint8_t TIMES_AND_ADDRESSES = 1;      ///< flag of a timestamp
constexpr uint8_t TIMES_OF_GIVEN_ADDRESSES = 3; ///< flag of a timestamp

/** One option of a header. */
class Option
{
  public:
    /**
     * @param octets the option
     * @param length its octets
     * @param destination destination address of the packet
     * @param now the time
     * @param ipv4 the node's IPv4
     */
    Option(uint8_t* octets, uint8_t length, Ipv4Address destination, Time now, Ptr<const Ipv4> ipv4)
        : m_octets(octets),
          m_length(length),
          m_destination(destination),
          m_now(now),
          m_ipv4(ipv4)
    {
    }

    /**
     * Take it.
     * @return the octet of the option that is bad, -1 when none is
     */
    int Take();

    /**
     * Go on with it in an answer.
     * @return false when it has no room for what it asks for
     */
    bool GoOn();

  private:
    /**
     * Record the address.
     * @return the octet of the option that is bad, -1 when none is
     */
    int RecordRoute();

    /**
     * Record the time.
     * @return the octet of the option that is bad, -1 when none is
     */
    int RecordTime();

    /**
     * Whether an address of a timestamp is one of the node's, or no single host's
     * (inet_addr_type is not RTN_UNICAST).
     * @param at where it begins, counted from 1
     * @return true when it is
     */
    bool IsLocal(uint8_t at) const
    {
        const auto address = Ipv4Address::Deserialize(&m_octets[at - 1]);
        return address.Get() >> 24 == 0 || address.IsMulticast() || address.IsBroadcast() ||
               m_ipv4->GetInterfaceForAddress(address) >= 0;
    }

    /**
     * Write the time.
     * @param at the octet of the option, counted from 1
     */
    void WriteTime(uint8_t at);

    uint8_t* m_octets;         ///< the option
    uint8_t m_length;          ///< its octets
    Ipv4Address m_destination; ///< destination address of the packet
    Time m_now;                ///< the time
    Ptr<const Ipv4> m_ipv4;    ///< the node's IPv4
};

int
Option::Take()
{
    switch (m_octets[0])
    {
    case LOOSE_SOURCE_ROUTE:
    case STRICT_SOURCE_ROUTE:
        return m_length < 3 ? 1 : m_octets[2] < 4 ? 2 : -1;
    case RECORD_ROUTE:
        return RecordRoute();
    case TIMESTAMP:
        return RecordTime();
    case ROUTER_ALERT:
        return m_length < 4 ? 1 : -1;
    default:
        return -1;
    }
}

int
Option::RecordRoute()
{
    if (m_length < 3)
    {
        return 1;
    }
    uint8_t& pointer = m_octets[2];
    if (pointer < 4 || (pointer <= m_length && pointer + 3 > m_length))
    {
        return 2;
    }
    if (pointer <= m_length)
    {
        m_destination.Serialize(&m_octets[pointer - 1]);
        pointer += 4;
    }
    return -1;
}

void
Option::WriteTime(uint8_t at)
{
    // milliseconds since midnight (RFC 791, 3.1)
    const uint32_t time = m_now.GetMilliSeconds() % 86400000;
    for (int i = 0; i < 4; ++i)
    {
        m_octets[at - 1 + i] = time >> (24 - 8 * i);
    }
}

int
Option::RecordTime()
{
    if (m_length < 4)
    {
        return 1;
    }
    uint8_t& pointer = m_octets[2];
    const uint8_t flag = m_octets[3] & 15;
    if (pointer < 5)
    {
        return 2;
    }
    if (pointer > m_length)
    {
        const uint8_t missed = m_octets[3] >> 4;
        if (flag != TIMES_OF_GIVEN_ADDRESSES && missed == 15)
        {
            return 3;
        }
        m_octets[3] = flag != TIMES_OF_GIVEN_ADDRESSES ? flag | (missed + 1) << 4 : m_octets[3];
        return -1;
    }
    const bool hasAddress = flag == TIMES_AND_ADDRESSES || flag == TIMES_OF_GIVEN_ADDRESSES;
    if (pointer + (hasAddress ? 7 : 3) > m_length)
    {
        return 2;
    }
    if (flag == TIMES_ALONE)
    {
        WriteTime(pointer);
        pointer += 4;
    }
    else if (flag == TIMES_AND_ADDRESSES)
    {
        m_destination.Serialize(&m_octets[pointer - 1]);
        WriteTime(pointer + 4);
        pointer += 8;
    }
    else if (flag == TIMES_OF_GIVEN_ADDRESSES && IsLocal(pointer))
    {
        WriteTime(pointer + 4);
        pointer += 8;
    }
    return -1;
}

bool
Option::GoOn()
{
    if (m_octets[2] > m_length)
    {
        return true; // full
    }
    if (m_octets[0] == RECORD_ROUTE)
    {
        return RecordRoute() < 0;
    }
    const bool isGiven = (m_octets[3] & 15) == TIMES_OF_GIVEN_ADDRESSES;
    if (isGiven && (m_octets[2] < 13 || !IsLocal(m_octets[2] - 8)))
    {
        return true; // it was not our turn
    }
    if (isGiven && m_octets[2] + 7 > m_length)
    {
        return m_octets[2] + 3 <= m_length; // no further address
    }
    return RecordTime() < 0;
}

} // namespace

IpOptionsResult
TakeIpOptions(IpOptions& options, Ipv4Address destination, Time now, Ptr<const Ipv4> ipv4)
{
    IpOptionsResult result;
    std::vector<uint8_t> seen; // those that may stand once only
    std::size_t at = 0;
    const auto isBad = [&](int octet) {
        result.isBad = octet >= 0;
        result.good = at;
        result.pointer = IPV4_HEADER_SIZE + at + octet;
        return result.isBad;
    };
    while (at < options.size())
    {
        const uint8_t type = options[at];
        if (type == END)
        {
            std::fill(options.begin() + at, options.end(), END);
            break;
        }
        if (type == NO_OPERATION)
        {
            ++at;
            continue;
        }
        const std::size_t left = options.size() - at;
        const uint8_t length = left < 2 ? 0 : options[at + 1];
        const bool isSourceRoute = type == LOOSE_SOURCE_ROUTE || type == STRICT_SOURCE_ROUTE;
        const uint8_t kind = isSourceRoute ? LOOSE_SOURCE_ROUTE : type;
        const bool isSingle = isSourceRoute || type == RECORD_ROUTE || type == TIMESTAMP;
        if (length < 2 || length > left ||
            (isSingle && std::find(seen.begin(), seen.end(), kind) != seen.end()))
        {
            isBad(0);
            break;
        }
        if (isBad(Option(&options[at], length, destination, now, ipv4).Take()))
        {
            break;
        }
        seen.push_back(kind);
        result.isSourceRoute = result.isSourceRoute || isSourceRoute;
        at += length;
    }
    return result;
}

bool
EchoIpOptions(const IpOptions& options,
              Ipv4Address source,
              Time now,
              Ptr<const Ipv4> ipv4,
              IpOptions& echo)
{
    echo.clear();
    for (const uint8_t kind : {RECORD_ROUTE, TIMESTAMP})
    {
        std::size_t at = 0;
        while (at + 1 < options.size() && options[at] != kind && options[at] != END)
        {
            at += options[at] == NO_OPERATION ? 1 : options[at + 1];
        }
        if (at + 1 < options.size() && options[at] == kind)
        {
            const std::size_t begin = echo.size();
            const auto option = options.begin() + at;
            echo.insert(echo.end(), option, option + option[1]);
            if (!Option(&echo[begin], option[1], source, now, ipv4).GoOn())
            {
                return false;
            }
        }
    }
    echo.resize((echo.size() + 3) & ~std::size_t{3}, END);
    return true;
}

} // namespace gipt
} // namespace ns3
