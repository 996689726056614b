/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef DIRECTOR_SCRIPT_H
#define DIRECTOR_SCRIPT_H

#include "replay-node.h"
#include "replay-script.h"

#include "ns3/director.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

/** What the script of a director says about it as a whole. */
struct DirectorSetup
{
    /**
     * @brief Take a line of the script.
     * @param words the line
     * @param[out] error why it was refused: "what, expected what"
     * @return false when it was refused
     */
    bool Read(const ReplayScript::Words& words, std::string& error);

    ns3::Ipv4Address address{"10.0.0.10"}; ///< DIP
    uint64_t mtu{1500};                    ///< of eth0, in octets
    std::set<ns3::Ipv4Address> vips;       ///< addresses that the script names as services
};

/** Runs the script of a director, and prints what becomes of each packet. */
class DirectorScript
{
  public:
    /**
     * @param node the director's node
     * @param director the director
     * @param vips addresses that the node has all the time, whatever its services
     * @param counts print the connections of the real servers after each packet
     */
    DirectorScript(ReplayNode& node,
                   ns3::Ptr<ns3::gipt::Director> director,
                   const std::set<ns3::Ipv4Address>& vips,
                   bool counts);

    /**
     * @brief Take a line of the script.
     * @param words the line
     * @param[out] error why it was refused: "what, expected what"
     * @return false when it was refused
     */
    bool Take(const ReplayScript::Words& words, std::string& error);

    /// Let the time pass that the script ended with.
    void Finish();

  private:
    /**
     * @brief Run ipvsadm.
     * @param words the line
     * @param[out] error why it was refused
     * @return false when it was refused
     */
    bool RunIpvsadm(const ReplayScript::Words& words, std::string& error);

    /**
     * @brief Set an attribute by the kernel's name for it.
     * @param words the line
     * @param[out] error why it was refused
     * @return false when it was refused
     */
    bool SetSysctl(const ReplayScript::Words& words, std::string& error);

    /**
     * @brief Have packets to a prefix marked.
     * @param words the line
     * @param[out] error why it was refused
     * @return false when it was refused
     */
    bool Mark(const ReplayScript::Words& words, std::string& error);

    /**
     * @brief Let a packet come in, and print its octets as they leave.
     * @param words the line
     * @param[out] error why it was refused
     * @return false when it was refused
     */
    bool RunPacket(const ReplayScript::Words& words, std::string& error);

    /**
     * @brief Let the packet of an operation come in, and print where it went.
     * @param words the line
     * @param[out] error why it was refused
     * @return false when it was refused
     */
    bool RunOperation(const ReplayScript::Words& words, std::string& error);

    /**
     * @brief Make the packet of an operation.
     * @param words the line
     * @return the packet, null when the line is not one
     */
    static ns3::Ptr<ns3::Packet> Make(const ReplayScript::Words& words);

    /**
     * @brief What became of a packet, in a word.
     * @param left what left
     * @return RIP, "icmp TYPE/CODE from ADDRESS", "rst from ADDRESS" or "-"
     */
    static std::string GetWhere(const std::vector<ReplayNode::Left>& left);

    /**
     * @brief Print the octets of what left, with the number of the last packet.
     * @return false when nothing left
     */
    bool PrintLeft();

    /// Print the counts of all real servers.
    void PrintCounts() const;

    bool m_counts;                            ///< print counts
    uint64_t m_number{0};                     ///< of the next packet
    ReplayNode& m_node;                       ///< the director's node
    ns3::Ptr<ns3::gipt::Director> m_director; ///< the director
};

#endif // DIRECTOR_SCRIPT_H
