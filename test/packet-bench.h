/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_PACKET_BENCH_H
#define GIPT_PACKET_BENCH_H

#include "ns3/director.h"
#include "ns3/ipv4-address.h"
#include "ns3/net-device.h"
#include "ns3/node.h"
#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Packets in, packets out: puts octets on the wires of a node and takes what comes out of it.
 *
 * Headers are built here octet by octet and not by the classes that are under test.
 */

namespace packets
{

/// A packet as it is on the wire, from the IPv4 header on
using Octets = std::vector<uint8_t>;

constexpr uint8_t FIN = 1;  //!< TCP flag
constexpr uint8_t SYN = 2;  //!< TCP flag
constexpr uint8_t RST = 4;  //!< TCP flag
constexpr uint8_t PSH = 8;  //!< TCP flag
constexpr uint8_t ACK = 16; //!< TCP flag

/**
 * @brief The octets of hexadecimal digits.
 * @param hex digits, blanks are skipped
 * @return the octets
 */
Octets FromHex(const std::string& hex);

/**
 * @brief Octets as hexadecimal digits.
 * @param octets the octets
 * @return two digits for each, lower case
 */
std::string ToHex(const Octets& octets);

/**
 * @brief Join octets.
 * @param first the first
 * @param second what follows
 * @return both
 */
Octets operator+(Octets first, const Octets& second);

/**
 * @brief The Internet checksum (RFC 1071).
 * @param octets what is summed up
 * @return the checksum
 */
uint16_t Checksum(const Octets& octets);

/// What an IPv4 header says, in the order of RFC 791
struct Ip
{
    std::string source{"192.0.2.1"};       ///< the client
    std::string destination{"10.0.0.100"}; ///< the VIP
    uint8_t protocol{6};                   ///< TCP
    uint8_t ttl{64};                       ///< hops left
    uint8_t tos{0};                        ///< DSCP and ECN
    uint16_t id{0};                        ///< identification
    bool df{true};                         ///< don't fragment
    bool mf{false};                        ///< more fragments
    uint16_t offset{0};                    ///< fragment offset in octets
    Octets options;                        ///< options, a multiple of four octets

    /**
     * @brief Build the packet.
     * @param payload what follows the header
     * @return header, with its checksum, and payload
     */
    Octets operator()(const Octets& payload) const;
};

/// What a TCP header says, in the order of RFC 9293
struct Tcp
{
    uint16_t source{1024};    ///< source port
    uint16_t destination{80}; ///< destination port
    uint32_t sequence{1};     ///< sequence number
    uint32_t acknowledged{0}; ///< acknowledgement number
    uint8_t flags{2};         ///< SYN
    uint16_t window{1024};    ///< window
    bool goodChecksum{true};  ///< false: a wrong one

    /**
     * @brief Build the packet.
     * @param ip the header in front
     * @param data what follows the TCP header
     * @return the IPv4 packet
     */
    Octets operator()(const Ip& ip = Ip(), const Octets& data = {}) const;
};

/**
 * @brief Build a UDP packet.
 * @param ip the header in front; its protocol is set here
 * @param source source port
 * @param destination destination port
 * @param data what follows the UDP header
 * @return the IPv4 packet
 */
Octets Udp(Ip ip, uint16_t source, uint16_t destination, const Octets& data = {});

/**
 * @brief Build an ICMP packet (RFC 792).
 * @param ip the header in front; its protocol is set here
 * @param type ICMP type
 * @param code ICMP code
 * @param rest the second four octets
 * @param data what follows the ICMP header
 * @return the IPv4 packet
 */
Octets Icmp(Ip ip, uint8_t type, uint8_t code, uint32_t rest, const Octets& data = {});

/**
 * @brief The packet of a list of one.
 * @param packets the packets
 * @return the packet; when there is not just one, 64 octets of zero, which equal none
 */
Octets Only(const std::vector<Octets>& packets);

/**
 * @brief A packet of a list.
 * @param packets the packets
 * @param place its place
 * @return the packet; when there are fewer, 64 octets of zero, which equal none
 */
Octets At(const std::vector<Octets>& packets, std::size_t place);

/**
 * @brief Set the identification to 0, for comparison where Linux's is not to be foretold.
 * @param packet an IPv4 packet
 * @return the packet with identification 0 and the checksum that goes with it
 */
Octets WithoutId(Octets packet);

/**
 * @brief Some octets of a packet.
 * @param packet the packet
 * @param begin first octet
 * @param end octet after the last
 * @return the octets, fewer when the packet is shorter
 */
Octets Part(const Octets& packet, std::size_t begin, std::size_t end);

/**
 * @brief The first octets of a packet.
 * @param packet the packet
 * @param size how many
 * @return the octets
 */
Octets First(const Octets& packet, std::size_t size);

/**
 * @brief The header that an ICMP error from the VIP to the client has.
 * @return the header
 */
Ip ErrorHeader();

/**
 * @brief A packet as it was forwarded: its TTL one less.
 * @param packet an IPv4 packet
 * @return the packet with the checksum that goes with it
 */
Octets Forwarded(Octets packet);

/**
 * @brief A packet inside the tunnel from the director, 10.0.0.10, to a real server.
 * @param packet an IPv4 packet as it came, with DF
 * @param server last number of the server's address
 * @return the tunnel packet
 */
Octets Tunnelled(const Octets& packet, uint32_t server);

/**
 * @brief Some octets.
 * @param size how many
 * @return octets that count
 */
Octets Data(uint32_t size);

/**
 * @brief Change a packet at random: octets, length, or both; mostly with a checksum that fits.
 *
 * The IPv4 header stays one that ns-3 can read: ns-3 itself stops at less.
 *
 * @param packet an IPv4 packet
 * @param random where the changes come from
 */
void Damage(Octets& packet, ns3::Ptr<ns3::UniformRandomVariable> random);

/**
 * @brief A link to a node under test, whose far end is in the hands of the test.
 */
class Wire
{
  public:
    /**
     * @brief Make the link and an IPv4 interface for it.
     * @param node the node under test, with an Internet stack
     * @param address of the interface
     * @param mask of the interface
     * @param mtu of the interface
     */
    Wire(ns3::Ptr<ns3::Node> node, const char* address, const char* mask, uint16_t mtu = 1500);

    /**
     * @brief Put a packet on the link.
     * @param packet an IPv4 packet
     */
    void Send(const Octets& packet);

    /**
     * @brief Take what the node has sent since the last call.
     * @return the packets in order
     */
    std::vector<Octets> Take();

    /**
     * @brief The interface of the node.
     * @return its number
     */
    uint32_t GetInterface() const
    {
        return m_interface;
    }

    uint64_t received{0}; ///< packets that the node has sent, since the beginning

  private:
    /**
     * @brief A packet came from the node.
     * @param device the far end
     * @param packet the packet
     * @param protocol its EtherType
     * @param from its sender
     * @return true
     */
    bool Receive(ns3::Ptr<ns3::NetDevice> device,
                 ns3::Ptr<const ns3::Packet> packet,
                 uint16_t protocol,
                 const ns3::Address& from);

    ns3::Ptr<ns3::NetDevice> m_farEnd; ///< a device on a node without a stack
    uint32_t m_interface;              ///< at the node under test
    std::vector<Octets> m_packets;     ///< what the node has sent
};

/**
 * @brief Turns checksums on for as long as it lives, and cleans the simulator up at the end.
 */
class Simulation
{
  public:
    Simulation();
    ~Simulation();
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;

    /**
     * @brief Let the simulation go on.
     * @param time for how long
     */
    void Run(ns3::Time time);
};

/**
 * @brief A director between two wires: clients on one (192.0.2.0/24 and the rest of the world),
 * real servers on the other (10.0.0.0/24). VIP 10.0.0.100, DIP 10.0.0.10, as in the measurements.
 */
class DirectorBench : public Simulation
{
  public:
    /**
     * @brief Make it, without any service.
     * @param mtu of the link to the real servers
     */
    explicit DirectorBench(uint16_t mtu = 1500);

    /**
     * @brief Add a service on the VIP.
     * @param scheduler its scheduler
     * @param weights weights of the servers 10.0.0.21, .22, ... in this order
     * @param protocol 6 or 17
     * @param port its port
     * @return the service
     */
    ns3::Ptr<ns3::gipt::VirtualService> AddService(const std::string& scheduler,
                                                   const std::vector<uint32_t>& weights,
                                                   uint8_t protocol = 6,
                                                   uint16_t port = 80);

    /// What left the director
    struct Output
    {
        std::vector<Octets> client; ///< towards clients
        std::vector<Octets> server; ///< towards real servers
    };

    /**
     * @brief Send a packet to the director and see what comes of it within 10 ms.
     * @param packet an IPv4 packet
     * @param fromServers true: from the real servers' side, else from the clients'
     * @return what left the director
     */
    Output Exchange(const Octets& packet, bool fromServers = false);

    /**
     * @brief Send a packet from the client's side and name the server it goes to.
     * @param packet an IPv4 packet
     * @return last number of the server's address, 0 when nothing went to a server
     */
    uint32_t ServerOf(const Octets& packet);

    ns3::Ptr<ns3::Node> node;               ///< the director's node
    ns3::Ptr<ns3::gipt::Director> director; ///< the director
    Wire clients;                           ///< the clients' side
    Wire servers;                           ///< the real servers' side
};

} // namespace packets

#endif // GIPT_PACKET_BENCH_H
