/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_IPIP_L4_PROTOCOL_H
#define GIPT_IPIP_L4_PROTOCOL_H

#include "fragment-reassembler.h"
#include "icmp-error-sender.h"
#include "ipip-encapsulation.h"
#include "tunnel-net-device.h"

#include "ns3/ip-l4-protocol.h"
#include "ns3/ipv4-header.h"
#include "ns3/packet.h"
#include "ns3/traced-callback.h"

#include <array>
#include <cstdint>

namespace ns3
{

class Ipv4L3Protocol;
class Node;

namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Why a real server dropped a packet that came to its tunnel.
 */
enum class TunnelDropReason : uint8_t
{
    NOT_LOADED,     ///< no ipip module: ICMP 3/2
    DEVICE_DOWN,    ///< tunl0 is down: ICMP 3/3
    TRUNCATED,      ///< the inner packet is shorter than its headers say
    ECN,            ///< outer CE on a packet that is not ECN-capable (RFC 6040, 4.2)
    RP_FILTER,      ///< the way back to the source does not lead through the tunnel
    MARTIAN_SOURCE, ///< the inner source is an address of the node itself
    BAD_CHECKSUM,   ///< of the inner header, where it is needed at the tunnel: else IPv4 finds it
    BAD_FRAGMENT    ///< an inner fragment that is damaged or fits no datagram
};

/** Number of tunnel drop reasons. */
static constexpr uint8_t TUNNEL_DROP_REASONS = 8;

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
 * not decremented. What then becomes of the packet is the business of the node's IPv4 stack: it is
 * delivered when an interface owns its destination, else forwarded or dropped as the node is set up
 * (Ipv4::SetForwarding on the tunnel's interface).
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
     * @brief The hook on packets that are dropped.
     * @param outer the outer header
     * @param inner what followed it
     * @param reason why
     */
    typedef void (*DropTracedCallback)(const Ipv4Header& outer,
                                       Ptr<const Packet> inner,
                                       TunnelDropReason reason);

  protected:
    void DoDispose() override;

  private:
    /** A UDP packet from the tunnel while the application deals with it. */
    struct UdpRequest
    {
        Ipv4Address client;  ///< inner source
        Ipv4Address vip;     ///< inner destination
        uint16_t clientPort; ///< inner source port
        uint16_t port;       ///< inner destination port
    };

    /**
     * @brief The checks of the reverse path (sysctl rp_filter) and for a source of our own.
     * @param source the inner source
     * @param[out] reason why it fails
     * @return true when the packet may pass
     */
    bool CheckSource(Ipv4Address source, TunnelDropReason& reason) const;

    /**
     * @brief Check what a packet for the node carries, then hand it to the tunnel device.
     * @param packet the inner packet
     * @param outer the outer header, for the drop trace
     * @param inner the inner header
     */
    void Deliver(Ptr<Packet> packet, const Ipv4Header& outer, InnerHeader inner);

    /**
     * @brief Hold an inner fragment for the node until its datagram is whole.
     * @param fragment the inner packet
     * @param outer the outer header, for the drop trace
     * @return the whole inner packet, null while fragments are missing
     */
    Ptr<Packet> Reassemble(Ptr<Packet> fragment, const Ipv4Header& outer);

    /**
     * @brief Take the IPv4 header off a packet.
     * @param packet the packet
     * @param[out] header its header
     * @return false when its checksum is wrong: the packet is as it was
     */
    static bool TakeHeader(Packet& packet, Ipv4Header& header);

    /**
     * @brief Put an IPv4 header in front of a content, with its checksum if checksums are on.
     * @param content what follows the header
     * @param header the header
     */
    static void PutHeader(Packet& content, Ipv4Header& header);

    /**
     * @brief Hand a packet to the tunnel device, now or, in a deep nest of tunnels, in an event.
     * @param packet the inner packet
     * @param mayAnswer its application may answer from the VIP
     * @param request what the application is asked
     */
    void Hand(Ptr<Packet> packet, bool mayAnswer, UdpRequest request);

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

    /**
     * @brief Count and trace a dropped packet.
     * @param outer the outer header
     * @param inner what followed it
     * @param reason why
     */
    void Drop(const Ipv4Header& outer, Ptr<const Packet> inner, TunnelDropReason reason);

    bool m_loaded{true};                  ///< the ipip module is there
    bool m_answerFromVip{true};           ///< see the attribute
    uint32_t m_rpFilter{0};               ///< sysctl rp_filter, the greater of all and tunl0
    uint32_t m_depth{0};                  ///< tunnels within tunnels being unpacked right now
    const UdpRequest* m_request{nullptr}; ///< being dealt with right now
    Ptr<Node> m_node;                     ///< the real server
    Ptr<Ipv4L3Protocol> m_ipv4;           ///< its IPv4
    uint32_t m_interface{0};              ///< interface of the tunnel device
    Ptr<TunnelNetDevice> m_device;        ///< tunl0
    FragmentReassembler m_reassembler;    ///< inner fragments for the node
    IcmpErrorSender m_icmp;               ///< errors to the director
    DownTargetCallback m_downTarget;      ///< where this protocol would send
    DownTargetCallback6 m_downTarget6;    ///< the same for IPv6
    DownTargetCallback m_udpDownTarget;   ///< where UDP sent before
    uint64_t m_decapsulated{0};           ///< packets taken out
    std::array<uint64_t, TUNNEL_DROP_REASONS> m_dropped{}; ///< packets dropped, by reason

    TracedCallback<const Ipv4Header&, Ptr<const Packet>> m_decapsulateTrace; ///< taken out
    TracedCallback<const Ipv4Header&, Ptr<const Packet>, TunnelDropReason> m_dropTrace; ///< dropped
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_IPIP_L4_PROTOCOL_H
