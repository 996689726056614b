/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef REPLAY_CAPTURE_H
#define REPLAY_CAPTURE_H

#include "replay-node.h"

#include "ns3/pcap-file.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/**
 * A replay whose packets come from a capture, at the times they were captured, and leave to
 * another.
 *
 * The time begins with the first packet, and ends one step after the last. A packet that was
 * captured before the one in front of it comes together with that. What was not captured of a
 * packet is zeros.
 */
class ReplayCapture
{
  public:
    /**
     * @param node where packets come in
     */
    explicit ReplayCapture(ReplayNode& node);

    /**
     * @brief Open the captures, or say on standard error why it cannot be done.
     * @param input file of what comes in: link type Ethernet or raw IP
     * @param output file to write of what leaves, with link type raw IP
     * @return false when it cannot be done
     */
    bool Open(const std::string& input, const std::string& output);

    /**
     * @brief Replay, and say on standard error what was not.
     * @return false when the output could not be written
     */
    bool Run();

  private:
    /// Let the next packet come at its time, or the time end.
    void ScheduleNext();

    /**
     * @brief Let a packet come.
     * @param packet the packet
     */
    void Receive(ns3::Ptr<ns3::Packet> packet);

    /**
     * @brief Read the next packet that is IPv4.
     * @param[out] time when it was captured
     * @return the packet, null at the end
     */
    ns3::Ptr<ns3::Packet> ReadPacket(ns3::Time& time);

    /**
     * @brief What a packet is that is not IPv4.
     * @param size octets that were captured
     * @return its name, empty for IPv4
     */
    std::string GetOther(uint32_t size) const;

    /// Write what has left.
    void WriteLeft();

    /// Say what was not replayed.
    void Report() const;

    ReplayNode& m_node;                        ///< where packets come in
    std::string m_inputName;                   ///< for messages
    std::string m_outputName;                  ///< for messages
    ns3::PcapFile m_input;                     ///< what comes in
    ns3::PcapFile m_output;                    ///< what leaves
    uint32_t m_linkSize{0};                    ///< octets of the link header of what comes in
    uint64_t m_inputSize{0};                   ///< octets of the file
    uint64_t m_readSize;                       ///< octets of it that were read
    std::vector<uint8_t> m_octets;             ///< of the packet that was read
    bool m_hasFirst{false};                    ///< a packet was read
    ns3::Time m_origin;                        ///< time of the capture when the replay's is 0
    ns3::Time m_last;                          ///< time of the packet last read
    uint64_t m_count{0};                       ///< packets read
    uint64_t m_backCount{0};                   ///< those captured before the one in front of them
    std::map<std::string, uint64_t> m_skipped; ///< those that are not IPv4, by what they are
};

#endif // REPLAY_CAPTURE_H
