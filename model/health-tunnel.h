/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_HEALTH_TUNNEL_H
#define GIPT_HEALTH_TUNNEL_H

#include "ns3/callback.h"
#include "ns3/ipv4-address.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv4-route.h"
#include "ns3/ipv4-routing-protocol.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"
#include "ns3/traced-callback.h"
#include "ns3/virtual-net-device.h"

#include <cstdint>
#include <map>
#include <utility>

namespace ns3
{

class Ipv4;

namespace gipt
{

class Director;
class DirectorRouting;

/**
 * @ingroup global-ip-tunneling
 * @brief The way of a health monitor's probes through the tunnel to a VIP on one real server.
 *
 * A socket that is bound to this device sends to a VIP although the VIP is an address of the node:
 * the packet is put into an outer header from the director to the real server of the probe, as the
 * director puts a client's. The answer comes back by the real server's own routing, with the VIP as
 * its source. To the director that is a martian, and stays one unless it belongs to a probe that is
 * open here (same protocol, VIP and ports); then the socket on this device gets it.
 *
 * On Linux the same is done with a network namespace for the probes: it has an address and ipip
 * tunnels of its own, but not the VIP.
 */
class HealthTunnel : public VirtualNetDevice
{
  public:
    /** The way of echo replies, which no socket of ns-3 could get by this device alone. */
    using EchoCallback = Callback<void, Ptr<const Packet>>;

    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    HealthTunnel();
    ~HealthTunnel() override = default;

    /**
     * @brief The device of a director's node, made when it is asked for first.
     * @param director a director that has a service
     * @return the device
     */
    static Ptr<HealthTunnel> Get(Ptr<Director> director);

    /**
     * @brief Have probes come from an address of their own, which the node takes; the network has
     * to lead to it.
     * @param address the address; 0.0.0.0: the one from which the director sends to the real server
     */
    void SetProbeAddress(Ipv4Address address);

    /**
     * @brief A probe begins: what it sends goes to a real server, and what answers it is let in.
     * @param protocol 1, 6 or 17
     * @param port the probe's own port, or the identifier of its echo requests
     * @param vip whom it asks
     * @param vipPort the port it asks, 0 with ICMP
     * @param server the real server that is to have its packets
     * @param echo with ICMP: gets the reply from its ICMP header on
     */
    void Open(uint8_t protocol,
              uint16_t port,
              Ipv4Address vip,
              uint16_t vipPort,
              Ipv4Address server,
              EchoCallback echo = EchoCallback());

    /**
     * @brief The probe has ended: what still comes for it is a martian.
     * @param protocol 1, 6 or 17
     * @param port the probe's own port or identifier
     */
    void Close(uint8_t protocol, uint16_t port);

    /**
     * @brief An identifier for echo requests that no other probe on this device has.
     * @return the identifier
     */
    uint16_t MakeIdentifier()
    {
        return ++m_identifier;
    }

    /**
     * @brief Send an ICMP message of an open probe.
     * @param packet the message
     * @param vip whom it asks
     */
    void SendIcmp(Ptr<Packet> packet, Ipv4Address vip);

    /**
     * @brief The route of what is sent by this device.
     * @param destination the VIP
     * @return the route; its source is that of the probe that was opened last
     */
    Ptr<Ipv4Route> GetRoute(Ipv4Address destination);

    /**
     * @brief Take an answer to an open probe.
     * @param packet what follows the IPv4 header
     * @param header the IPv4 header
     * @param deliver delivers to the node's own stack
     * @return true when it was one, and is dealt with
     */
    bool Receive(Ptr<const Packet> packet,
                 const Ipv4Header& header,
                 const Ipv4RoutingProtocol::LocalDeliverCallback& deliver);

    /**
     * @brief The hook on packets of probes that go into the tunnel.
     * @param outer the outer header
     * @param inner the inner packet, its own header included
     */
    typedef void (*ProbeTracedCallback)(const Ipv4Header& outer, Ptr<const Packet> inner);

  protected:
    void DoDispose() override;

  private:
    /** A probe that is open. */
    struct Flow
    {
        Ipv4Address vip;    ///< whom it asks
        uint16_t vipPort;   ///< at which port
        Ipv4Address server; ///< who is to have its packets
        EchoCallback echo;  ///< gets echo replies
    };

    using FlowKey = std::pair<uint8_t, uint16_t>; ///< protocol, the probe's own port

    /**
     * @brief Find the open probe that a packet answers, or whose packet an ICMP error quotes.
     * @param packet what follows the IPv4 header
     * @param header the IPv4 header
     * @return the probe, null when there is none
     */
    const Flow* Find(Ptr<const Packet> packet, const Ipv4Header& header) const;

    /**
     * @brief Encapsulate what the node sends by this device.
     * @param packet the inner packet, its IPv4 header included
     * @param source source address
     * @param destination destination address
     * @param protocol EtherType
     * @return true when it was sent
     */
    bool Transmit(Ptr<Packet> packet,
                  const Address& source,
                  const Address& destination,
                  uint16_t protocol);

    Ptr<Ipv4> m_ipv4;                  ///< the node's IPv4
    Ptr<DirectorRouting> m_routing;    ///< the director's hook
    std::map<FlowKey, Flow> m_flows;   ///< open probes
    Ipv4Address m_probeAddress;        ///< of all probes; 0.0.0.0: the director's own
    Ipv4Address m_source;              ///< of the probe that was opened last
    uint16_t m_identifier{0};          ///< of echo requests, the last one given
    uint16_t m_outerIdentification{0}; ///< of the last outer header without DF

    /// A packet of a probe went into the tunnel: outer header, inner packet
    TracedCallback<const Ipv4Header&, Ptr<const Packet>> m_probeTrace;
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_HEALTH_TUNNEL_H
