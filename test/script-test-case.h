/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_SCRIPT_TEST_CASE_H
#define GIPT_SCRIPT_TEST_CASE_H

#include "ns3/director-core.h"
#include "ns3/test.h"

#include <istream>
#include <map>
#include <string>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Scripts for a director without a network, as they were run on Linux.
 */

namespace scripts
{

/**
 * @brief Runs a script and compares what comes of it.
 *
 *     ipvsadm ARGUMENTS
 *     sysctl NAME=VALUE             sysctls of net.ipv4.vs, and MaxConnections
 *     mark N VIP                    packets to the VIP carry a firewall mark
 *     wait SECONDS
 *     SYN|ACK|FIN|RST|UDP CIP:PORT VIP:PORT -> 22|drop|full|local|unreachable
 *     counts -> 21 TEMPLATES ACTIVE INACTIVE | 22 ...
 *     templates                     and then lines as "ipvsadm -Lnc" has them, until a full stop
 *     list                          the same with all entries
 *
 * Each line but "wait" takes 10 ms.
 */
class ScriptTestCase : public ns3::TestCase
{
  public:
    /**
     * @param what what is tested
     * @param script the script
     */
    ScriptTestCase(const std::string& what, const std::string& script)
        : TestCase(what),
          m_script(script)
    {
    }

  private:
    void DoRun() override;

    /**
     * @param time how long to wait
     */
    void Wait(ns3::Time time);

    /**
     * @brief Apply a command.
     * @param line the command
     */
    void Command(const std::string& line);

    /**
     * @param assignment name and value of a sysctl
     */
    void Set(const std::string& assignment);

    /**
     * @param operation SYN, ACK, FIN, RST or UDP
     * @param words client and service
     * @return where the packet goes
     */
    std::string Send(const std::string& operation, std::istream& words);

    /**
     * @brief Count templates and connections.
     * @return each server with its counts, by address
     */
    std::string Count() const;

    /**
     * @brief List entries.
     * @param templatesOnly no connections
     * @return lines of ipvsadm -Lnc, sorted, with single blanks
     */
    std::string List(bool templatesOnly) const;

    const std::string m_script;                   //!< the script
    ns3::gipt::DirectorCore m_core;               //!< the director
    std::map<ns3::Ipv4Address, uint32_t> m_marks; //!< marks of packets, by VIP
    ns3::Time m_now{ns3::Seconds(1)};             //!< the time
};

} // namespace scripts

#endif // GIPT_SCRIPT_TEST_CASE_H
