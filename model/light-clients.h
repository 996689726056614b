/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_LIGHT_CLIENTS_H
#define GIPT_LIGHT_CLIENTS_H

#include "ns3-release.h"
#include "restartable.h"
#include "routing-hook.h"
#include "timing-wheel.h"
#include "workload-client.h"

#include "ns3/callback.h"
#include "ns3/event-id.h"
#include "ns3/ipv4-header.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ns3
{

class Ipv4L3Protocol;
class TcpHeader;

namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Hands the packets that come in for a network to an application, and leaves the others to
 * the node's own routing protocol.
 */
class LightClientRouting : public RoutingHook
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    /** Who gets a packet: its header, and what follows. */
    using Sink = Callback<void, const Ipv4Header&, Ptr<const Packet>>;

    /**
     * @brief Have packets handed over.
     * @param node a node with an Internet stack
     * @param network the network
     * @param mask its mask
     * @param sink who gets them; null to have them no longer
     */
    static void Install(Ptr<Node> node, Ipv4Address network, Ipv4Mask mask, Sink sink);

    // from Ipv4RoutingProtocol
    bool RouteInput(Ptr<const Packet> packet,
                    const Ipv4Header& header,
                    Ptr<const NetDevice> idev,
                    UnicastForwardArgument ucb,
                    MulticastForwardArgument mcb,
                    LocalDeliverArgument lcb,
                    ErrorArgument ecb) override;

  private:
    /** A network whose packets are handed over. */
    struct Network
    {
        Ipv4Address network; ///< the network
        Ipv4Mask mask;       ///< its mask
        Sink sink;           ///< who gets its packets
    };

    std::vector<Network> m_networks; ///< in the order they were installed
};

/**
 * @ingroup global-ip-tunneling
 * @brief Plays a network full of clients on one node, for millions of connections: real IPv4 and
 * TCP packets without a TCP socket a client.
 *
 * Packets to the network must be routed to the node. Each connection is one request for one
 * response, in the manner of RequestClient: SYN; request; FIN or RST once the response is whole. It
 * works with LightResponder, RequestServer and any server of ns-3 that answers alike.
 *
 * A client knows of TCP (RFC 9293) what this needs. It takes octets in order only and acknowledges
 * each segment; it sends what was not answered again after InitialRto, then after twice that, and
 * so on, Retries times; its window is 65,535 octets; a reset or, while connecting, an ICMP
 * destination unreachable ends the connection. There is no congestion control, since a request is
 * one segment, and no TCP option.
 *
 * A connection takes 40 octets, and no event of the simulator but one for its beginning: timers
 * are in one TimingWheel with ticks of 1 ms, to which timeouts are rounded up. An address and port
 * is used again no sooner than ReuseAfter.
 */
class LightClients : public WorkloadClient, public Restartable
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    /** How a client closes a connection whose response is whole or whose time is up. */
    enum Close
    {
        CLOSE_FIN, ///< with a FIN, sent again until it is acknowledged
        CLOSE_RST, ///< with a reset
        CLOSE_NONE ///< not at all, as a client that has gone
    };

    LightClients();

    /**
     * @brief Use a fixed stream for the random variables.
     * @param stream first stream index to use
     * @return number of streams used
     */
    int64_t AssignStreams(int64_t stream) GIPT_OVERRIDE_342;

    /**
     * @brief Number of connections that are open.
     * @return connections begun and not ended
     */
    uint64_t GetOpen() const
    {
        return m_open;
    }

    /**
     * @brief Memory that the connections take, those whose port must rest included.
     * @return octets
     */
    uint64_t GetMemory() const
    {
        return m_slots.capacity() * sizeof(Slot) + m_wheel.GetMemory();
    }

    /**
     * @brief Number of packets that the clients have sent.
     * @return packets
     */
    uint64_t GetSent() const
    {
        return m_sent;
    }

    // from Restartable
    void PowerOff() override;
    void PowerOn() override;

  protected:
    void DoDispose() override;

  private:
    void StartApplication() override;
    void StopApplication() override;
    void BeginPlanned(uint32_t bytes) override;

    /** What a client does. */
    enum State : uint8_t
    {
        FREE,       ///< nothing: the port is at rest
        CONNECTING, ///< has sent SYN
        ASKING,     ///< has sent the request
        RECEIVING,  ///< has read the header of the response
        CLOSING     ///< has sent FIN; its connection is reported already
    };

    /** A connection, or a port at rest. */
    struct Slot
    {
        int64_t start;       ///< when it began, at rest: when it ended (ns)
        uint32_t id;         ///< number of the connection
        uint32_t expected;   ///< next octet from the server; at rest: the next slot at rest
        uint32_t length;     ///< octets of the body, before the header is read: to ask for
        uint32_t received;   ///< octets of the body that came
        uint32_t deadline;   ///< when the timer runs out (ms)
        uint32_t progress;   ///< when last something came (ms)
        uint16_t filed;      ///< slot of the wheel that the timer is in, NOT_FILED when in none
        uint16_t server;     ///< which of the names the server has
        State state;         ///< what the client does
        uint8_t tries : 6;   ///< how often the last packet was sent again
        uint8_t gotFin : 1;  ///< the server's FIN came
        uint8_t isAcked : 1; ///< the client's FIN is acknowledged
    };

    /** No slot of the wheel. */
    static constexpr uint16_t NOT_FILED = UINT16_MAX;
    /** No slot. */
    static constexpr uint32_t NONE = UINT32_MAX;

    /**
     * @brief Schedule the beginning of the next connection.
     */
    void ScheduleNext();

    /**
     * @brief Begin a connection, and see to the next one.
     */
    void BeginNext();

    /**
     * @brief Forget all connections and timers, and end those that are open.
     */
    void Clear();

    /**
     * @brief Find a slot whose port may be used.
     * @return its index, NONE when all ports are in use
     */
    uint32_t Allocate();

    /**
     * @brief A connection is over, its port has to rest.
     * @param index its slot
     */
    void Free(uint32_t index);

    /**
     * @brief A packet came in for the network.
     * @param header its IPv4 header
     * @param packet what follows
     */
    void Receive(const Ipv4Header& header, Ptr<const Packet> packet);

    /**
     * @brief An ICMP message came.
     * @param packet the message
     */
    void ReceiveIcmp(Ptr<const Packet> packet);

    /**
     * @brief A segment came for a connection.
     * @param index its slot
     * @param header its TCP header
     * @param packet what follows that
     */
    void ReceiveSegment(uint32_t index, const TcpHeader& header, Ptr<const Packet> packet);

    /**
     * @brief Octets of a response came in order.
     * @param slot the connection
     * @param packet the octets
     * @return false when their header is not one
     */
    bool TakeResponse(Slot& slot, Ptr<const Packet> packet);

    /**
     * @brief Find the slot of an address and port.
     * @param address the address
     * @param port the port
     * @return its index, NONE when no connection has it
     */
    uint32_t Find(Ipv4Address address, uint16_t port) const;

    /**
     * @brief The address of a slot.
     * @param index the slot
     * @return the address
     */
    Ipv4Address GetAddress(uint32_t index) const;

    /**
     * @brief The port of a slot.
     * @param index the slot
     * @return the port
     */
    uint16_t GetPort(uint32_t index) const;

    /**
     * @brief The initial sequence number of a connection.
     * @param slot the connection
     * @return the sequence number of its SYN
     */
    static uint32_t GetInitialSequence(const Slot& slot)
    {
        return slot.id * UINT32_C(2654435761);
    }

    /**
     * @brief Send a segment.
     * @param index slot of the connection
     * @param flags TCP flags
     * @param sequence sequence number
     * @param data what follows the TCP header
     * @return false when there is no route
     */
    bool Send(uint32_t index, uint8_t flags, uint32_t sequence, Ptr<Packet> data);

    /**
     * @brief Send what the state of a connection is about: SYN, request or FIN.
     * @param index slot of the connection
     * @return false when there is no route
     */
    bool SendAgain(uint32_t index);

    /**
     * @brief Report the end of a connection.
     * @param index its slot
     * @param outcome how it ended
     */
    void Report(uint32_t index, ConnectionOutcome outcome);

    /**
     * @brief What is known of a connection.
     * @param index its slot
     * @return the report
     */
    ConnectionReport Describe(uint32_t index) const;

    /**
     * @brief End a connection that was made, and close it in the way of the attribute Close.
     * @param index its slot
     * @param outcome how it ended
     */
    void CloseAs(uint32_t index, ConnectionOutcome outcome);

    /**
     * @brief Start the timer of a connection anew.
     * @param index its slot
     */
    void SetTimer(uint32_t index);

    /**
     * @brief Have an event at the time the next timer may run out.
     */
    void ScheduleTimer();

    /**
     * @brief The event: see whose timer has run out.
     */
    void HandleTimers();

    /**
     * @brief The timer of a connection has run out.
     * @param index its slot
     */
    void HandleTimer(uint32_t index);

    Ipv4Address m_network;                ///< attribute Network
    Ipv4Mask m_mask;                      ///< attribute Mask
    uint16_t m_firstPort;                 ///< attribute FirstPort
    Ptr<RandomVariableStream> m_interval; ///< attribute Interval
    uint32_t m_maxConnections;            ///< attribute MaxConnections
    uint32_t m_requestSize;               ///< attribute RequestSize
    uint32_t m_responseSize;              ///< attribute ResponseSize
    Close m_close;                        ///< attribute Close
    Time m_timeout;                       ///< attribute Timeout
    Time m_initialRto;                    ///< attribute InitialRto
    uint32_t m_retries;                   ///< attribute Retries
    Time m_reuseAfter;                    ///< attribute ReuseAfter
    Time m_lastStart;                     ///< attribute LastStart

    bool m_running{false};                           ///< started, with power
    bool m_stopped{true};                            ///< not started, or stopped for good
    Ptr<Ipv4L3Protocol> m_ipv4;                      ///< the node's IPv4
    EventId m_next;                                  ///< beginning of the next connection
    EventId m_timer;                                 ///< the one timer event
    bool m_isHandling{false};                        ///< timers are being dealt with
    uint64_t m_timerTick{0};                         ///< the tick it comes at
    TimingWheel m_wheel;                             ///< timers by slot
    std::vector<Slot> m_slots;                       ///< by port, then address
    uint32_t m_addresses{1};                         ///< clients of the network
    uint32_t m_firstAddress{0};                      ///< the first of them
    uint32_t m_oldest{NONE};                         ///< the port that has rested longest
    uint32_t m_youngest{NONE};                       ///< the port whose rest began last
    uint64_t m_open{0};                              ///< connections begun and not ended
    uint64_t m_begun{0};                             ///< of the workload's own making
    uint64_t m_sent{0};                              ///< packets
    std::map<uint32_t, Ptr<Packet>> m_requests;      ///< by length of the response to ask for
    std::map<std::string, uint16_t> m_serverNumbers; ///< by name
    std::vector<std::string> m_serverNames;          ///< by number
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_LIGHT_CLIENTS_H
