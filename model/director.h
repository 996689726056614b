/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_DIRECTOR_H
#define GIPT_DIRECTOR_H

#include "director-core.h"
#include "director-net-device.h"
#include "director-routing.h"
#include "fragment-reassembler.h"
#include "icmp-error-sender.h"
#include "icmp-quote.h"
#include "ipv4-datagram.h"
#include "local-stack.h"
#include "ns3-release.h"
#include "path-mtu-cache.h"
#include "restartable.h"

#include "ns3/application.h"
#include "ns3/event-id.h"
#include "ns3/ipv4-header.h"
#include "ns3/packet.h"
#include "ns3/traced-callback.h"

#include <array>
#include <cstdint>
#include <vector>

namespace ns3
{

class Ipv4L3Protocol;
class Ipv4Route;

namespace gipt
{

/**
 * @defgroup global-ip-tunneling Global IP tunneling
 *
 * The Linux IPVS tunnelling director, its real servers, and a world of sites around them.
 */

/**
 * @ingroup global-ip-tunneling
 * @brief The director: an IPVS load balancer in tunnelling mode (LVS-TUN) on an ns-3 node.
 *
 * While it runs it takes the TCP and UDP packets for its virtual services, picks a real server for
 * each new connection, remembers the connection, and sends each packet on inside an outer IPv4
 * header to the real server, which answers the client directly.
 *
 * Add it to a node that has an Internet stack (DirectorHelper does), then add services and real
 * servers. A service's VIP becomes an address of the node's DirectorNetDevice.
 *
 * What it does with each packet is what Linux 6.1 does by default
 * (net/netfilter/ipvs/ip_vs_core.c, ip_vs_xmit.c).
 */
class Director : public Application, public DirectorCore, public Restartable
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    Director();
    ~Director() override = default;

    /**
     * @brief The simulated time.
     * @return the time
     */
    Time GetTime() const override;

    /**
     * @brief Deal with a packet for the node, as DirectorRouting shows it: behind the reassembly,
     * where IPVS sits.
     * @param[in,out] datagram the packet, its header as ns-3 has read it; becomes what the node's
     *        own stack is to have
     * @return true when the packet is dealt with, false when the node's own stack is to have it
     */
    bool Receive(Ipv4Datagram& datagram);

    /**
     * @brief Deal with a packet for several hosts, of which no service knows: keep from the node's
     * own protocols what Linux's would not take.
     * @param[in,out] datagram the packet; whole when the node's own protocols are to have it
     * @return true when it is dealt with
     */
    bool ReceiveGroup(Ipv4Datagram& datagram);

    /**
     * @brief Drop a packet that comes from outside with an address of the node as its source
     * (net/ipv4/fib_frontend.c, fib_validate_source): an answer of a real server gone astray.
     * @param payload what follows the IPv4 header
     * @param header the IPv4 header
     */
    void RefuseMartian(Ptr<const Packet> payload, const Ipv4Header& header);

    /**
     * @brief Give the packets to a network a firewall mark, and take them for the node's own, as
     * "iptables -t mangle -A PREROUTING -d NETWORK -j MARK --set-mark MARK" and
     * "ip route add local NETWORK dev lo" do on Linux.
     * @param network the network
     * @param mask its mask
     * @param mark the mark; of several for a packet the last one counts
     */
    void MarkPackets(Ipv4Address network, Ipv4Mask mask, uint32_t mark);

    /**
     * @brief The firewall mark of packets to an address.
     * @param destination the address
     * @return the mark, 0 for none
     */
    uint32_t GetMark(Ipv4Address destination) const;

    /**
     * @brief Take the VIPs on the director's device, or give them up: what keepalived does on
     * MASTER and on BACKUP.
     *
     * Without them the node neither takes packets for the VIPs nor answers for them, but services,
     * real servers and connections stay, and a ConnectionSync goes on filling the table. Addresses
     * that the node had without the director stay in any case.
     *
     * @param active true to own them, as every director does unless it is told otherwise
     */
    void SetActive(bool active);

    /**
     * @brief Whether the director owns its VIPs.
     * @return true when it does
     */
    bool IsActive() const
    {
        return m_isActive;
    }

    /**
     * @brief Whether the director runs: it was started, not stopped, and has power.
     * @return true when it does
     */
    bool IsRunning() const
    {
        return m_isStarted && m_hasPower;
    }

    /**
     * @brief Whether the director's node has power.
     * @return true when it has
     */
    bool HasPower() const
    {
        return m_hasPower;
    }

    /**
     * @brief The power is gone: connections, fragments and path MTUs are lost.
     */
    void PowerOff() override;

    /**
     * @brief The power is back: the services and real servers are there again. Counters go on, and
     * schedulers go on where they were.
     */
    void PowerOn() override;

    /**
     * @brief Assign streams to the random variables of the schedulers that have any: twos.
     * @param stream the first stream
     * @return number of streams used
     */
    int64_t AssignStreams(int64_t stream) GIPT_OVERRIDE_342;

    /**
     * @brief The hook in the node's IPv4, made when the first service is added.
     * @return the hook, null before
     */
    Ptr<DirectorRouting> GetRouting() const
    {
        return m_routing;
    }

    /**
     * @brief The device that owns the VIPs, made when the first service is added.
     * @return the device, null before
     */
    Ptr<DirectorNetDevice> GetDevice() const
    {
        return m_device;
    }

    /**
     * @brief How many packets were sent into the tunnel.
     * @return number of packets before fragmentation
     */
    uint64_t GetForwarded() const
    {
        return m_forwarded;
    }

    /**
     * @brief How many packets were dropped for a reason.
     * @param reason the reason
     * @return number of packets
     */
    uint64_t GetDropped(DropReason reason) const
    {
        return m_dropped[static_cast<uint8_t>(reason)];
    }

    /**
     * @brief How often one host may get an ICMP error.
     * @param interval time between two errors after a burst of six; 0 is no limit
     */
    void SetIcmpRateLimit(Time interval);

    /**
     * @brief The interval of SetIcmpRateLimit.
     * @return time between two errors
     */
    Time GetIcmpRateLimit() const;

    /**
     * @brief The hook on packets that go into the tunnel.
     * @param outer the outer header
     * @param inner the inner packet, its own header included
     * @param server the real server
     */
    typedef void (*ForwardTracedCallback)(const Ipv4Header& outer,
                                          Ptr<const Packet> inner,
                                          Ptr<RealServer> server);

    /**
     * @brief The hook on packets that are dropped.
     * @param header header of the packet as it came
     * @param payload what followed the header
     * @param reason why
     */
    typedef void (*DropTracedCallback)(const Ipv4Header& header,
                                       Ptr<const Packet> payload,
                                       DropReason reason);

    /**
     * @brief The hook on the director's running.
     * @param isRunning true when it begins to run, false when it stops or loses its power
     */
    typedef void (*RunningTracedCallback)(bool isRunning);

  protected:
    void DoDispose() override;

  private:
    void StartApplication() override;
    void StopApplication() override;
    void ServiceAdded(const VirtualService& service) override;
    void DefenceChanged() override;
    void TimersChanged() override;

    /**
     * @brief See packets from now on.
     */
    void Begin();

    /**
     * @brief See packets no more, and forget what memory held.
     */
    void Halt();

    /**
     * @brief Make device and hook on the node, once.
     */
    void Attach();

    /**
     * @brief Take a service's VIP on the device, unless it is an address of the node already.
     * @param address the VIP
     */
    void TakeAddress(Ipv4Address address);

    /**
     * @brief Take the VIPs of all services on the device.
     */
    void TakeAddresses();

    /**
     * @brief Hold a fragment until its datagram is whole.
     * @param[in,out] datagram the fragment; becomes the whole
     * @return false while it is not
     */
    bool Reassemble(Ipv4Datagram& datagram);

    /**
     * @brief Deal with a TCP or UDP packet for the node.
     * @param datagram the packet
     * @return true when it is dealt with, false when the node's own stack is to have it
     */
    bool ReceiveTransport(const Ipv4Datagram& datagram);

    /**
     * @brief Deal with an ICMP message for the node: relay what is about a client's connection, and
     * tell the client what is about a packet in the tunnel (ip_vs_core.c, ip_vs_in_icmp).
     * @param datagram the packet
     * @return true when it is dealt with, false when the node's own stack is to have it
     */
    bool ReceiveIcmp(const Ipv4Datagram& datagram);

    /**
     * @brief Leave a packet to the node's own stack, unless Linux's would not take it.
     * @param datagram the packet
     * @return true when it is dealt with all the same
     */
    bool LeaveToStack(const Ipv4Datagram& datagram);

    /**
     * @brief Send an ICMP error about a packet for the node, from the address it was sent to.
     * @param error type and code
     * @param rest second word of the ICMP header
     * @param datagram the packet
     * @return octets of the error, 0 when none was sent
     */
    uint32_t SendError(IcmpErrorSender::Error error, uint32_t rest, const Ipv4Datagram& datagram);

    /**
     * @brief Tell a client what happened to its packet in the tunnel.
     * @param quote the ICMP message about the outer packet
     * @param decision the connection's server
     */
    void Translate(const IcmpQuote& quote, const Decision& decision);

    /**
     * @brief Encapsulate a packet and send it to its real server.
     * @param datagram the packet as it came
     * @param decision where it goes
     */
    void Forward(const Ipv4Datagram& datagram, const Decision& decision);

    /**
     * @brief The route to a real server.
     * @param server address of the real server
     * @param packet what is to be sent there
     * @return the route, null when there is none
     */
    Ptr<Ipv4Route> GetRoute(Ipv4Address server, Ptr<Packet> packet);

    /**
     * @brief Count and trace a dropped packet.
     * @param datagram the packet
     * @param reason why
     */
    void Drop(const Ipv4Datagram& datagram, DropReason reason);

    /**
     * @brief Have one event at the time the next timer of connections or fragments may run out.
     */
    void ScheduleExpiry();

    /**
     * @brief The event: let connections and fragments go whose time is up.
     */
    void HandleExpiry();

    /**
     * @brief The event of each second: the work against overload.
     */
    void HandleDefence();

    /** Packets that get a firewall mark. */
    struct Marking
    {
        Ipv4Address network; ///< to this network
        Ipv4Mask mask;       ///< with this mask
        uint32_t mark;       ///< the mark
    };

    std::vector<Marking> m_markings;   ///< in the order they were made
    bool m_isStarted{false};           ///< between start and stop
    bool m_hasPower{true};             ///< its node has power
    bool m_isActive{true};             ///< it owns its VIPs
    bool m_pmtuDisc{true};             ///< sysctl pmtu_disc: copy DF to the outer header
    bool m_dropLoops{false};           ///< RFC 2003, 3.2; Linux does not
    uint16_t m_identification{1};      ///< of the next outer header without DF
    Ptr<DirectorNetDevice> m_device;   ///< owns the VIPs
    Ptr<DirectorRouting> m_routing;    ///< the hook
    Ptr<Ipv4L3Protocol> m_ipv4;        ///< the node's IPv4
    FragmentReassembler m_reassembler; ///< fragments for the node
    IcmpErrorSender m_icmp;            ///< errors from the VIP
    PathMtuCache m_pathMtu;            ///< path MTUs to the real servers
    LocalStack m_stack{m_icmp};        ///< answers what is not for a service
    EventId m_expiry;                  ///< the one timer event
    EventId m_defenceTimer;            ///< the event of each second
    Time m_expiryTime;                 ///< when it comes
    uint64_t m_forwarded{0};           ///< packets sent into the tunnel
    std::array<uint64_t, DROP_REASONS> m_dropped{}; ///< packets dropped, by reason

    /// packets that go into the tunnel
    TracedCallback<const Ipv4Header&, Ptr<const Packet>, Ptr<RealServer>> m_forwardTrace;
    /// packets dropped
    TracedCallback<const Ipv4Header&, Ptr<const Packet>, DropReason> m_dropTrace;
    TracedCallback<bool> m_runningTrace; ///< begins to run, or stops
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_DIRECTOR_H
