/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef REPLAY_SCRIPT_H
#define REPLAY_SCRIPT_H

#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"
#include "ns3/packet.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

/** The text of a replay: lines of words, and comments from '#' on. */
class ReplayScript
{
  public:
    /** The words of a line. */
    using Words = std::vector<std::string>;

    /**
     * What deals with a line.
     * @param words its words, at least one
     * @param[out] error why it was refused: "what, expected what"
     * @return false when it was refused
     */
    using Reader = std::function<bool(const Words& words, std::string& error)>;

    /**
     * @brief Read a script, or say on standard error why it cannot be read.
     * @param fileName its file, "-" for standard input
     * @return false when it cannot be read
     */
    bool Load(const std::string& fileName);

    /**
     * @brief Have each line that says something dealt with, or say on standard error,
     * "FILE:LINE: what, expected what", which one was refused.
     * @param reader what deals with it
     * @return false when a line was refused; those after it were not looked at
     */
    bool ForEach(const Reader& reader) const;

  private:
    /** A line that says something. */
    struct Line
    {
        std::size_t number; ///< from 1 on
        Words words;        ///< what it says
    };

    std::string m_name;        ///< the file, for messages
    std::vector<Line> m_lines; ///< the lines
};

/**
 * @brief Put words in a line.
 * @param words the words
 * @return the line, a space between each two of them
 */
std::string JoinWords(const ReplayScript::Words& words);

/**
 * @brief Write a packet in hexadecimal.
 * @param packet the packet
 * @return two digits for each octet
 */
std::string WritePacket(ns3::Ptr<const ns3::Packet> packet);

/**
 * @brief Read a packet in hexadecimal.
 * @param text two digits for each octet
 * @return the packet, null when it is not such a text
 */
ns3::Ptr<ns3::Packet> ReadPacket(const std::string& text);

/**
 * @brief Read a time.
 * @param text seconds, such as "0.5"
 * @param[out] time the time
 * @return false when it is not such a text
 */
bool ReadSeconds(const std::string& text, ns3::Time& time);

/**
 * @brief Read an address such as "10.0.0.100".
 * @param text the text
 * @param[out] address the address
 * @return false when it is not such a text
 */
bool ReadAddress(const std::string& text, ns3::Ipv4Address& address);

/**
 * @brief Read a number.
 * @param text decimal digits
 * @param least the least it may be
 * @param most the most it may be
 * @param[out] number the number
 * @return false when it is not such a text
 */
bool ReadNumber(const std::string& text, uint64_t least, uint64_t most, uint64_t& number);

/**
 * @brief Read an end point such as "10.0.0.100:80".
 * @param text the text
 * @param[out] address the address
 * @param[out] port the port
 * @return false when it is not such a text
 */
bool ReadEndPoint(const std::string& text, ns3::Ipv4Address& address, uint16_t& port);

#endif // REPLAY_SCRIPT_H
