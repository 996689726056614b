/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_IPIP_L4_PROTOCOL_H
#define GIPT_IPIP_L4_PROTOCOL_H

#include "icmp-error-sender.h"
#include "ipv4-datagram.h"
#include "tunnel-net-device.h"

#include "ns3/ip-l4-protocol.h"
#include "ns3/ipv4-header.h"
#include "ns3/packet.h"
#include "ns3/traced-callback.h"

#include <array>
#include <cstdint>
#include <optional>

namespace ns3
{

class Ipv4L3Protocol;
class Node;

namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Why a real server dropped a packet, at its tunnel or in its IPv4 input.
 */
enum class TunnelDropReason : uint8_t
{
    NOT_LOADED,          ///< no ipip module: ICMP 3/2
    DEVICE_DOWN,         ///< tunl0 is down: ICMP 3/3
    TRUNCATED,           ///< shorter than its headers say
    ECN,                 ///< outer CE on a packet that is not ECN-capable (RFC 6040, 4.2)
    RP_FILTER,           ///< the way back to the source leads through another interface
    MARTIAN_SOURCE,      ///< no host outside can have this source
    BAD_CHECKSUM,        ///< of the inner header, where it is needed at the tunnel: else IPv4
                         ///< finds it
    BAD_FRAGMENT,        ///< a fragment that is damaged or fits no datagram
    BAD_HEADER,          ///< the inner header is not one of IPv4
    BAD_OPTIONS,         ///< IP options not well made (ICMP 12/0), or a source route
    MARTIAN_DESTINATION, ///< no packet from outside can have this destination
    NOT_LOCAL,           ///< a multicast group that the node is not in
    NO_ROUTE,            ///< for another host, and the interface does not forward
    TTL_EXPIRED,         ///< to be forwarded with TTL 1 or 0: ICMP 11/0
    TOO_BIG,             ///< to be forwarded, longer than the MTU, with DF: ICMP 3/4
    NO_PROTOCOL,         ///< a transport protocol that the node does not have: ICMP 3/2
    OWN_CONNECTION,      ///< to be forwarded, but of a TCP connection of the node itself
    TCP_CHECKSUM,        ///< of the TCP segment
    UDP_CHECKSUM,        ///< of the UDP datagram
    ICMP_CHECKSUM,       ///< of the ICMP message
    FRAGMENT_TIMEOUT     ///< fragments whose others did not come within 30 s: ICMP 11/1
};

/** Number of tunnel drop reasons. */
static constexpr uint8_t TUNNEL_DROP_REASONS = 21;

/**
 * @ingroup global-ip-tunneling
 * @brief The name of a tunnel drop reason for listings and CSV.
 * @param reason the reason
 * @return a word in lower case with dashes, such as "device-down"
 */
const char* ToString(TunnelDropReason reason);

/**
 * @ingroup global-ip-tunneling
 * @brief IPv4 in IPv4 on a real server (RFC 2003): takes the inner packet out and hands it to the
 * tunnel device.
 *
 * The checks are those of Linux 6.1 (net/ipv4/tunnel4.c, ipip.c, ip_tunnel.c). The inner TTL is
 * not decremented. What then becomes of the packet is the business of the node's IPv4 input, see
 * RealServerRouting: it is delivered when an interface owns its destination, else forwarded or
 * dropped as the node is set up (Ipv4::SetForwarding on the tunnel's interface).
 */
class IpipL4Protocol : public IpL4Protocol
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    /** IANA protocol number. */
    static const uint8_t PROT_NUMBER;

    IpipL4Protocol();
    ~IpipL4Protocol() override = default;

    /**
     * @brief Join the protocol to a node's IPv4 and to its tunnel device.
     * @param node the node, its Internet stack installed
     * @param device the tunnel device, already one of the node's with an IPv4 interface
     */
    void Attach(Ptr<Node> node, Ptr<TunnelNetDevice> device);

    /**
     * @brief The tunnel device.
     * @return the device, null before Attach
     */
    Ptr<TunnelNetDevice> GetDevice() const
    {
        return m_device;
    }

    /**
     * @brief How many packets were taken out of the tunnel.
     * @return number of packets
     */
    uint64_t GetDecapsulated() const
    {
        return m_decapsulated;
    }

    /**
     * @brief How many packets were dropped for a reason.
     * @param reason the reason
     * @return number of packets
     */
    uint64_t GetDropped(TunnelDropReason reason) const
    {
        return m_dropped[static_cast<uint8_t>(reason)];
    }

    /**
     * @brief Whether the ipip module is there.
     * @return the attribute Loaded
     */
    bool IsLoaded() const
    {
        return m_loaded;
    }

    /**
     * @brief Whether the tunnel device is up.
     * @return true when its IPv4 interface is
     */
    bool IsUp() const;

    /**
     * @brief The reverse path filter of an interface.
     * @param device its device
     * @return the attribute RpFilter for the tunnel device, WireRpFilter for others
     */
    uint32_t GetRpFilter(Ptr<const NetDevice> device) const
    {
        return device == m_device ? m_rpFilter : m_wireRpFilter;
    }

    /** A UDP packet from the tunnel while the application deals with it. */
    struct UdpRequest
    {
        Ipv4Address client;  ///< inner source
        Ipv4Address vip;     ///< inner destination
        uint16_t clientPort; ///< inner source port
        uint16_t port;       ///< inner destination port
    };

    /**
     * @brief A packet goes up to the node's protocols, whose answer may have the VIP as its source.
     * @param datagram the packet
     * @param isTunnel it came out of the tunnel
     * @return what EndRequest is to be given
     */
    std::optional<UdpRequest> BeginRequest(const Ipv4Datagram& datagram, bool isTunnel);

    /**
     * @brief The node's protocols have dealt with a packet.
     * @param before what they were dealing with before
     */
    void EndRequest(const std::optional<UdpRequest>& before);

    /**
     * @brief Trace a packet that has reached TCP, UDP or ICMP.
     * @param datagram the packet
     */
    void NotifyDeliver(const Ipv4Datagram& datagram);

    /**
     * @brief Count and trace a dropped packet.
     * @param header its header; at the tunnel the outer one
     * @param packet what followed it
     * @param reason why
     */
    void Drop(const Ipv4Header& header, Ptr<const Packet> packet, TunnelDropReason reason);

    /**
     * @brief Look whether octets begin with an IPv4 header and are as long as it says, as Linux
     * does first of all (net/ipv4/ip_input.c, ip_rcv_core). What is not must not reach ns-3's IPv4,
     * which would read past its end.
     * @param packet the octets
     * @param[out] reason why not
     * @return true when they do
     */
    static bool CheckHeader(const Packet& packet, TunnelDropReason& reason);

    // from IpL4Protocol
    int GetProtocolNumber() const override;
    RxStatus Receive(Ptr<Packet> packet,
                     const Ipv4Header& header,
                     Ptr<Ipv4Interface> incomingInterface) override;
    RxStatus Receive(Ptr<Packet> packet,
                     const Ipv6Header& header,
                     Ptr<Ipv6Interface> incomingInterface) override;
    void SetDownTarget(DownTargetCallback callback) override;
    void SetDownTarget6(DownTargetCallback6 callback) override;
    DownTargetCallback GetDownTarget() const override;
    DownTargetCallback6 GetDownTarget6() const override;

    /**
     * @brief The hook on packets that are taken out.
     * @param outer the outer header
     * @param inner the inner packet, its own header included
     */
    typedef void (*DecapsulateTracedCallback)(const Ipv4Header& outer, Ptr<const Packet> inner);

    /**
     * @brief The hook on packets that reach TCP, UDP or ICMP.
     * @param packet the packet, its header included
     */
    typedef void (*DeliverTracedCallback)(Ptr<const Packet> packet);

    /**
     * @brief The hook on packets that are dropped.
     * @param header its header; at the tunnel the outer one
     * @param packet what followed it
     * @param reason why
     */
    typedef void (*DropTracedCallback)(const Ipv4Header& header,
                                       Ptr<const Packet> packet,
                                       TunnelDropReason reason);

  protected:
    void DoDispose() override;

  private:
    /**
     * @brief Write the outer ECN field into an inner packet.
     * @param[in,out] packet the inner packet
     * @param ecn the new field
     * @return false when its checksum is wrong, which a new one must not make good
     */
    static bool SetEcn(Ptr<Packet>& packet, Ipv4Header::EcnType ecn);

    /**
     * @brief Hand a packet to the tunnel device, now or, in a deep nest of tunnels, in an event.
     * @param packet the inner packet
     */
    void Hand(Ptr<Packet> packet);

    /**
     * @brief Set the time between two ICMP errors to one host.
     * @param interval see the attribute IcmpRateLimit
     */
    void SetIcmpRateLimit(Time interval);

    /**
     * @brief Get the time between two ICMP errors to one host.
     * @return the attribute IcmpRateLimit
     */
    Time GetIcmpRateLimit() const;

    /**
     * @brief Where the node's UDP sends; gives an answer the address that was asked.
     * @param packet the UDP packet
     * @param source source address that UDP chose
     * @param destination destination address
     * @param protocol 17
     * @param route route that UDP chose, may be null
     */
    void SendUdp(Ptr<Packet> packet,
                 Ipv4Address source,
                 Ipv4Address destination,
                 uint8_t protocol,
                 Ptr<Ipv4Route> route);

    bool m_loaded{true};                 ///< the ipip module is there
    bool m_answerFromVip{true};          ///< see the attribute
    uint32_t m_rpFilter{0};              ///< sysctl rp_filter, the greater of all and tunl0
    uint32_t m_wireRpFilter{0};          ///< the same of all and any other interface
    uint32_t m_depth{0};                 ///< tunnels within tunnels being unpacked right now
    std::optional<UdpRequest> m_request; ///< being dealt with right now
    Ptr<Node> m_node;                    ///< the real server
    Ptr<Ipv4L3Protocol> m_ipv4;          ///< its IPv4
    uint32_t m_interface{0};             ///< interface of the tunnel device
    Ptr<TunnelNetDevice> m_device;       ///< tunl0
    IcmpErrorSender m_icmp;              ///< errors of the node
    DownTargetCallback m_downTarget;     ///< where this protocol would send
    DownTargetCallback6 m_downTarget6;   ///< the same for IPv6
    DownTargetCallback m_udpDownTarget;  ///< where UDP sent before
    uint64_t m_decapsulated{0};          ///< packets taken out
    std::array<uint64_t, TUNNEL_DROP_REASONS> m_dropped{}; ///< packets dropped, by reason

    TracedCallback<const Ipv4Header&, Ptr<const Packet>> m_decapsulateTrace; ///< taken out
    TracedCallback<Ptr<const Packet>> m_deliverTrace; ///< reached a transport protocol
    TracedCallback<const Ipv4Header&, Ptr<const Packet>, TunnelDropReason> m_dropTrace; ///< dropped
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_IPIP_L4_PROTOCOL_H
