/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_EMULATED_FRAME_H
#define GIPT_EMULATED_FRAME_H

#include <cstddef>
#include <cstdint>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * Why a frame between a real wire and the model was dropped.
 */
enum class EmulationDrop : uint8_t
{
    NONE = 0,     ///< it was not
    QUEUE_FULL,   ///< the receive queue was full: we were late
    LATE_IN,      ///< came while the model was too far behind the wall clock: we were late
    LATE_OUT,     ///< left the model too far behind the wall clock: we were late
    RUNT,         ///< shorter than an Ethernet header
    TOO_LONG,     ///< longer than the MTU of the interface: a jumbo frame, or offloading is on
    FOREIGN,      ///< neither IPv4 nor ARP: VLAN, IPv6, LLC
    MALFORMED,    ///< an IPv4, ARP, TCP, UDP or ICMP header that contradicts the frame's length
    NO_CHECKSUM,  ///< its checksum was left to hardware, and cannot be made here
    OUT_TOO_LONG, ///< sent by the model, longer than the MTU
    REFUSED       ///< sent by the model, and the operating system refused to take it
};

/** Number of values of EmulationDrop. */
constexpr std::size_t EMULATION_DROPS = 11;

/**
 * @ingroup global-ip-tunneling
 * @brief The name of a reason, as reports have it.
 * @param reason the reason
 * @return a word
 */
const char* ToString(EmulationDrop reason);

/**
 * @ingroup global-ip-tunneling
 * @brief Whether a frame was dropped because the model could not keep up.
 * @param reason the reason
 * @return true when the run's timing suffered from it
 */
bool IsLateness(EmulationDrop reason);

/// Octets of an Ethernet header
constexpr std::size_t ETHERNET_HEADER = 14;

/// Octets of a frame that FindFault looks at, at the most
constexpr std::size_t EMULATED_FRAME_HEAD = ETHERNET_HEADER + 60 + 60;

/**
 * @ingroup global-ip-tunneling
 * @brief Whether the stack of ns-3 can take what came after an Ethernet header.
 *
 * ns-3 takes headers off a packet without asking whether they are there, which ends the program
 * where its assertions are compiled in. A real wire carries anything.
 *
 * @param type Ethernet type
 * @param octets the first octets of the packet
 * @param available how many octets those are: all, or enough for the longest headers (120)
 * @param length length of the packet
 * @return NONE, FOREIGN or MALFORMED
 */
EmulationDrop FindFault(uint16_t type,
                        const uint8_t* octets,
                        std::size_t available,
                        std::size_t length);

/**
 * @ingroup global-ip-tunneling
 * @brief Whether the stack of ns-3 can take a frame.
 * @param frame the frame, with its Ethernet header
 * @param length its length
 * @param mtu the MTU of the interface it came from
 * @return NONE, RUNT, TOO_LONG, FOREIGN or MALFORMED
 */
EmulationDrop FindFault(const uint8_t* frame, std::size_t length, std::size_t mtu);

/**
 * @ingroup global-ip-tunneling
 * @brief Make the transport checksum that a sender on the same machine has left to hardware.
 *
 * Between the ends of a veth there is no hardware: a packet socket gets the frame with the checksum
 * of the pseudo header alone in the checksum's place.
 *
 * @param frame the frame, in which FindFault has found nothing
 * @return false when it is no whole TCP segment or UDP datagram: nothing was done
 */
bool CompleteChecksum(uint8_t* frame);

} // namespace gipt
} // namespace ns3

#endif // GIPT_EMULATED_FRAME_H
