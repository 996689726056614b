/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_SERVICE_ID_H
#define GIPT_SERVICE_ID_H

#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief What names a virtual service: VIP, port and protocol, or a firewall mark.
 */
struct ServiceId
{
    /**
     * @brief Name a service by address, port and protocol (ipvsadm -t, -u).
     * @param vip service address
     * @param servicePort service port, 0 for all ports
     * @param number 6 TCP, 17 UDP
     */
    ServiceId(Ipv4Address vip, uint16_t servicePort, uint8_t number)
        : address(vip),
          port(servicePort),
          protocol(number)
    {
    }

    /**
     * @brief Name a service by a firewall mark (ipvsadm -f).
     * @param firewallMark the mark, not 0
     */
    explicit ServiceId(uint32_t firewallMark)
        : mark(firewallMark)
    {
    }

    Ipv4Address address{Ipv4Address::GetAny()}; ///< VIP
    uint16_t port{0};                           ///< service port, 0 for all ports
    uint8_t protocol{0};                        ///< 6 TCP, 17 UDP, 0 with a mark
    uint32_t mark{0};                           ///< firewall mark, 0 for none

    /**
     * @brief The name as ipvsadm has it.
     * @return such as "TCP 10.0.0.100:80" or "FWM 1"
     */
    std::string GetLabel() const;

    /**
     * @brief The order of services in look-ups.
     * @param other the other one
     * @return true when this one is first
     */
    bool operator<(const ServiceId& other) const
    {
        return GetTuple() < other.GetTuple();
    }

    /**
     * @brief Compare two names.
     * @param other the other one
     * @return true when they are the same
     */
    bool operator==(const ServiceId& other) const
    {
        return GetTuple() == other.GetTuple();
    }

  private:
    /**
     * @brief The values in order of comparison.
     * @return mark, address, port, protocol
     */
    std::tuple<uint32_t, uint32_t, uint16_t, uint8_t> GetTuple() const
    {
        return {mark, address.Get(), port, protocol};
    }
};

/**
 * @ingroup global-ip-tunneling
 * @brief How a virtual service is to work: what "ipvsadm -A" says beside its name.
 */
struct ServiceOptions
{
    std::string scheduler{"wlc"};   ///< short name or TypeId name (-s)
    std::vector<std::string> flags; ///< flags of the scheduler (-b)
    Time persistence;               ///< how long a client stays with its server (-p), 0 for not
    Ipv4Mask netmask{Ipv4Mask::GetOnes()}; ///< what part of its address names a client (-M)
    bool onePacket{false};                 ///< each UDP packet is scheduled for itself (-o)
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_SERVICE_ID_H
