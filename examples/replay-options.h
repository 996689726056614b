/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef REPLAY_OPTIONS_H
#define REPLAY_OPTIONS_H

#include "ns3/ipv4-address.h"

#include <cstdint>
#include <string>

/** What the command line of director-replay says. */
class ReplayOptions
{
  public:
    /**
     * @brief Read the command line, or say on standard error what cannot be used.
     * @param argc number of arguments
     * @param argv arguments
     * @return false when there is something that cannot be used
     */
    bool Read(int argc, char* argv[]);

    bool counts{false};                    ///< print the connections of the real servers
    std::string script{"-"};               ///< file of the script, "-" for standard input
    std::string rules;                     ///< file of ipvsadm's rules, or none
    std::string pcapIn;                    ///< capture to replay instead of a script, or none
    std::string pcapOut;                   ///< capture of what leaves then
    ns3::Ipv4Address address{"10.0.0.10"}; ///< DIP
    uint64_t mtu{1500};                    ///< of eth0, in octets

  private:
    /**
     * @brief Read the command line.
     * @param argc number of arguments
     * @param argv arguments
     * @return what cannot be used, empty when everything can
     */
    std::string TryRead(int argc, char* argv[]);
};

#endif // REPLAY_OPTIONS_H
