/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_ROUTING_HOOK_H
#define GIPT_ROUTING_HOOK_H

#include "ipv4-datagram.h"
#include "ns3-release.h"

#include "ns3/ipv4-list-routing.h"
#include "ns3/ipv4.h"
#include "ns3/net-device.h"
#include "ns3/object.h"
#include "ns3/ptr.h"

#include <algorithm>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Takes the place of a node's routing protocol and asks that one for everything.
 *
 * Who derives from it sees each packet that comes in, where Linux has its own input path
 * (net/ipv4/ip_input.c) and ns-3 asks the routing protocol.
 *
 * It is an Ipv4ListRouting because ns-3's helpers look for the node's routing protocols in one.
 * The protocols stay in the list they are in, since they cannot be moved to another.
 */
class RoutingHook : public Ipv4ListRouting
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    RoutingHook() = default;
    ~RoutingHook() override = default;

    /**
     * @brief Whether an address belongs to the node.
     * @param address a unicast address
     * @return true when an interface of the node has it
     */
    bool IsLocal(Ipv4Address address) const
    {
        return std::binary_search(m_local.begin(), m_local.end(), address.Get());
    }

    /**
     * @brief Whether an address is that of several hosts, the node perhaps among them.
     * @param address an address
     * @return true for a multicast address, and for a broadcast on a network of the node
     */
    bool IsGroup(Ipv4Address address) const
    {
        return address.IsMulticast() || address.IsBroadcast() || IsBroadcast(address);
    }

    /**
     * @brief Whether an address is the broadcast address of a network of the node.
     * @param address an address
     * @return true when an interface that is up has such a network
     */
    bool IsBroadcast(Ipv4Address address) const
    {
        return std::binary_search(m_broadcasts.begin(), m_broadcasts.end(), address.Get());
    }

    // from Ipv4RoutingProtocol
    Ptr<Ipv4Route> RouteOutput(Ptr<Packet> packet,
                               const Ipv4Header& header,
                               Ptr<NetDevice> oif,
                               Socket::SocketErrno& error) override;
    void NotifyInterfaceUp(uint32_t interface) override;
    void NotifyInterfaceDown(uint32_t interface) override;
    void NotifyAddAddress(uint32_t interface, Ipv4InterfaceAddress address) override;
    void NotifyRemoveAddress(uint32_t interface, Ipv4InterfaceAddress address) override;
    void SetIpv4(Ptr<Ipv4> ipv4) override;
    void PrintRoutingTable(Ptr<OutputStreamWrapper> stream,
                           Time::Unit unit = Time::S) const override;

    // from Ipv4ListRouting
    void AddRoutingProtocol(Ptr<Ipv4RoutingProtocol> protocol, int16_t priority) override;
    uint32_t GetNRoutingProtocols() const override;
    Ptr<Ipv4RoutingProtocol> GetRoutingProtocol(uint32_t index, int16_t& priority) const override;

  protected:
    void DoInitialize() override;
    void DoDispose() override;

    /**
     * @brief Whether a device is the node's loopback.
     * @param device the device
     * @return true when it is
     */
    bool IsLoopbackDevice(Ptr<const NetDevice> device) const
    {
        return device == m_loopback;
    }

    /**
     * @brief Put the packet that comes in right now together with its options.
     * @param packet what follows the header
     * @param header the header as ns-3 has read it
     * @return the packet
     */
    Ipv4Datagram MakeDatagram(Ptr<const Packet> packet, const Ipv4Header& header) const;

    /**
     * @brief Put a hook into a node's IPv4, in front of the routing protocol that is there.
     * @tparam HOOK class of the hook
     * @param ipv4 the node's IPv4, its stack installed
     * @return the hook, the one of its class that is there already if any
     */
    template <typename HOOK>
    static Ptr<HOOK> InstallHook(Ptr<Ipv4> ipv4);

    Ptr<Ipv4> m_hooked;               ///< the node's IPv4
    Ptr<Ipv4RoutingProtocol> m_inner; ///< what routed before

  private:
    /**
     * @brief Stand in front of a routing protocol.
     * @param inner the protocol
     */
    void Wrap(Ptr<Ipv4RoutingProtocol> inner);

    /**
     * @brief Read the node's addresses again: they have changed, or an interface is up or down.
     */
    void ReadAddresses();

    /**
     * @brief See a packet before ns-3 reads its header, which forgets the options.
     * @param packet the packet
     * @param ipv4 the node's IPv4
     * @param interface where it came in
     */
    void SeePacket(Ptr<const Packet> packet, Ptr<Ipv4> ipv4, uint32_t interface);

    Ptr<Ipv4ListRouting> m_innerList;   ///< what routed before, if a list
    std::vector<uint32_t> m_local;      ///< addresses of the node, sorted: few, asked for often
    std::vector<uint32_t> m_broadcasts; ///< of its networks, interface up, sorted
    Ptr<const NetDevice> m_loopback;    ///< the node's loopback device
    IpOptions m_options;                ///< of the last packet with options that came in
};

template <typename HOOK>
Ptr<HOOK>
RoutingHook::InstallHook(Ptr<Ipv4> ipv4)
{
    const auto there = ipv4->GetRoutingProtocol();
    auto hook = DynamicCast<RoutingHook>(there);
    while (hook && !DynamicCast<HOOK>(hook))
    {
        hook = DynamicCast<RoutingHook>(hook->m_inner);
    }
    if (!hook)
    {
        hook = CreateObject<HOOK>();
        hook->Wrap(there);
        ipv4->SetRoutingProtocol(hook);
    }
    return DynamicCast<HOOK>(hook);
}

} // namespace gipt
} // namespace ns3

#endif // GIPT_ROUTING_HOOK_H
