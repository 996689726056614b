/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_LIGHT_RESPONDER_H
#define GIPT_LIGHT_RESPONDER_H

#include "restartable.h"

#include "ns3/application.h"
#include "ns3/ipv4-header.h"
#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{

class IpL4Protocol;
class Ipv4L3Protocol;
class TcpHeader;

namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Answers TCP requests of one segment without a socket and without any memory of them: the
 * server for LightClients, and for any client whose request is one segment.
 *
 * What it needs to know of a connection is in its packets, as with SYN cookies (RFC 4987, 3.6): its
 * initial sequence number is a function of addresses, ports, node and how often the node has lost
 * its power. So it knows its own connections, and answers a segment of any other with a reset, as a
 * host does (RFC 9293, 3.10.7.1): one that was given to another server before, or that is from
 * before a loss of power. A request that comes again is answered again, from the octet on that the
 * client has acknowledged.
 *
 * The response is that of RequestServer, sent at once without heeding a window, and ends with a
 * FIN. A response of more than 16 MB is cut short. It takes the segments for its port at any
 * address and interface of the node, and leaves the others to the node's TCP.
 */
class LightResponder : public Application, public Restartable
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    LightResponder() = default;

    /**
     * @brief Number of requests answered, those that came again included.
     * @return requests
     */
    uint64_t GetAnswered() const
    {
        return m_answered;
    }

    /**
     * @brief Number of segments answered with a reset.
     * @return segments
     */
    uint64_t GetReset() const
    {
        return m_resets;
    }

    /**
     * @brief A segment for the port came.
     * @param header its IPv4 header
     * @param packet what follows
     */
    void Receive(const Ipv4Header& header, Ptr<const Packet> packet);

    // from Restartable
    void PowerOff() override;
    void PowerOn() override;

  protected:
    void DoDispose() override;

  private:
    void StartApplication() override;
    void StopApplication() override;

    /**
     * @brief The initial sequence number of a connection.
     * @param header IPv4 header of a packet of the client
     * @param tcp its TCP header
     * @return the number
     */
    uint32_t GetInitialSequence(const Ipv4Header& header, const TcpHeader& tcp) const;

    /**
     * @brief Send a segment in answer to one.
     * @param header IPv4 header of the client's segment
     * @param tcp its TCP header
     * @param flags TCP flags
     * @param sequence sequence number
     * @param acknowledged acknowledgement number
     * @param data what follows the TCP header
     */
    void Send(const Ipv4Header& header,
              const TcpHeader& tcp,
              uint8_t flags,
              uint32_t sequence,
              uint32_t acknowledged,
              Ptr<Packet> data);

    /**
     * @brief Answer a request.
     * @param header its IPv4 header
     * @param tcp its TCP header
     * @param bytes length of the response's body
     * @param acknowledged next octet to expect from the client
     * @param boot how often the power had been lost when it came
     */
    void Answer(Ipv4Header header,
                TcpHeader tcp,
                uint32_t bytes,
                uint32_t acknowledged,
                uint32_t boot);

    uint16_t m_port;                    ///< attribute Port
    std::string m_name;                 ///< attribute Name
    uint32_t m_size;                    ///< attribute ResponseSize
    Time m_serviceTime;                 ///< attribute ServiceTime
    uint32_t m_segmentSize;             ///< attribute SegmentSize
    bool m_running{false};              ///< started, with power
    bool m_stopped{true};               ///< not started, or stopped for good
    uint32_t m_boot{0};                 ///< how often the power was lost
    uint64_t m_answered{0};             ///< requests answered
    uint64_t m_resets{0};               ///< segments answered with a reset
    Ptr<Ipv4L3Protocol> m_ipv4;         ///< the node's IPv4
    Ptr<IpL4Protocol> m_protocol;       ///< stands in front of the node's TCP
    std::vector<uint32_t> m_interfaces; ///< on these
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_LIGHT_RESPONDER_H
