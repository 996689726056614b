/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ipvsadm-values.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <netdb.h>

namespace ns3
{
namespace gipt
{

std::string
Quote(const std::string& text)
{
    constexpr std::size_t MOST = 60;
    std::string shown = text.size() > MOST ? text.substr(0, MOST) + "..." : text;
    std::replace_if(
        shown.begin(),
        shown.end(),
        [](unsigned char c) { return !std::isprint(c); },
        '?');
    return "'" + shown + "'";
}

bool
ReadNumber(const std::string& text, uint32_t greatest, uint32_t& number)
{
    if (text.empty() || text.size() > 10 ||
        text.find_first_not_of("0123456789") != std::string::npos)
    {
        return false;
    }
    const uint64_t read = std::stoull(text);
    number = static_cast<uint32_t>(read);
    return read <= greatest;
}

bool
IpvsadmEndPoint::Read(const std::string& text, uint8_t protocol, std::string& error)
{
    const auto colon = text.rfind(':');
    const std::string host = text.substr(0, colon);
    in_addr read;
    // all the ways of C to write an address, but not a number for all of it
    if (host.find_first_not_of("0123456789") == std::string::npos ||
        inet_aton(host.c_str(), &read) == 0)
    {
        error = "address " + Quote(text) + ", expected IPv4 in numbers such as 10.0.0.1:80";
        return false;
    }
    address = Ipv4Address(ntohl(read.s_addr));
    if (address.IsAny() || address.IsBroadcast() || address.IsMulticast())
    {
        error = "address " + Quote(text) + ", expected a unicast address";
        return false;
    }
    hasPort = colon != std::string::npos;
    port = 0;
    if (!hasPort)
    {
        return true;
    }
    const std::string name = text.substr(colon + 1);
    uint32_t number = 0;
    if (ReadNumber(name, 65535, number))
    {
        port = static_cast<uint16_t>(number);
        return true;
    }
    const auto* known = getservbyname(name.c_str(), protocol == 17 ? "udp" : "tcp");
    if (!known)
    {
        error = "port " + Quote(name) + ", expected a number from 1 to 65535";
        return false;
    }
    port = ntohs(static_cast<uint16_t>(known->s_port));
    return true;
}

bool
ReadNetmask(const std::string& text, Ipv4Mask& mask, std::string& error)
{
    in_addr read;
    const bool isRead = inet_aton(text.c_str(), &read) != 0;
    const uint32_t bits = isRead ? ntohl(read.s_addr) : 0;
    if (!isRead || (~bits & (~bits + 1)) != 0)
    {
        error = "netmask " + Quote(text) + ", expected leading ones such as 255.255.255.0";
        return false;
    }
    mask = Ipv4Mask(bits);
    return true;
}

} // namespace gipt
} // namespace ns3
