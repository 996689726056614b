/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_FUZZ_HOST_H
#define GIPT_FUZZ_HOST_H

#include "ns3/ipv4.h"
#include "ns3/node.h"
#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/virtual-net-device.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * What the fuzz targets have in common: an input read piece by piece, and a node whose one wire is
 * in its hands.
 */

namespace fuzz
{

/// A packet as it is on the wire, from the IPv4 header on
using Octets = std::vector<uint8_t>;

/**
 * @brief Stop with a finding unless something holds.
 * @param condition what must hold
 * @param text what it is
 */
void Require(bool condition, const char* text);

/// An input of the fuzzer, read from its beginning; after its end there are zeros
class Input
{
  public:
    /**
     * @param data the octets
     * @param size how many
     */
    Input(const uint8_t* data, std::size_t size)
        : m_data(data),
          m_left(size)
    {
    }

    /**
     * @brief Whether all was read.
     * @return true at the end
     */
    bool IsEmpty() const
    {
        return m_left == 0;
    }

    /**
     * @brief Read a number of one octet.
     * @return the number
     */
    uint8_t Number();

    /**
     * @brief Read a length, then as many octets, or those that are left.
     * @return the octets
     */
    Octets Block();

  private:
    const uint8_t* m_data; ///< what is left
    std::size_t m_left;    ///< octets left
};

/// A node with the address 10.0.0.10 or .21 on eth0, whose default route is 10.0.0.1
class Host
{
  public:
    /**
     * @brief Make the node.
     * @param address address of eth0
     */
    explicit Host(const char* address);
    ~Host();
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    /**
     * @brief Let a packet come in, unless it is one that ns-3's IPv4 ends the program for.
     *
     * With GIPT_FUZZ_SHOW in the environment it is printed, and so is what leaves.
     *
     * @param packet the packet
     */
    void Send(const Octets& packet);

    /**
     * @brief Let the time pass.
     * @param time how long
     */
    void Run(ns3::Time time);

    ns3::Ptr<ns3::Node> node;        ///< the node
    ns3::Ptr<ns3::Ipv4> ipv4;        ///< its IPv4
    uint32_t interface;              ///< its eth0
    bool forwards{false};            ///< it may send packets of others: they are not checked
    std::vector<Octets> left;        ///< the last packets that left it, each checked
    static constexpr int MTU = 1500; ///< of eth0

  private:
    ns3::Ptr<ns3::VirtualNetDevice> m_device; ///< eth0
};

/// Ways to change a packet before it is sent, for the octets of an input alone would seldom pass
enum Change : uint8_t
{
    KEEP_CHECKSUM = 1, ///< of the IPv4 header; else it is mended
    MEND_LENGTH = 2,   ///< of the IPv4 header
    CUT = 4,           ///< into fragments
    SHUFFLE = 8        ///< the fragments: last one first
};

/**
 * @brief Change a packet.
 * @param packet the packet
 * @param changes bits of Change
 * @return the packet, or its fragments
 */
std::vector<Octets> Prepare(Octets packet, uint8_t changes);

/**
 * @brief An ICMP error that quotes a packet, its checksums right.
 * @param packet what it quotes
 * @param destination whom it tells, in network order
 * @param type ICMP type
 * @param code ICMP code
 * @param mtu next-hop MTU
 * @param length octets that it quotes at most
 * @return the error
 */
Octets QuoteInError(const Octets& packet,
                    const uint8_t* destination,
                    uint8_t type,
                    uint8_t code,
                    uint16_t mtu,
                    std::size_t length);

} // namespace fuzz

#endif // GIPT_FUZZ_HOST_H
