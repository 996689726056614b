/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_IPVSADM_COMMAND_H
#define GIPT_IPVSADM_COMMAND_H

#include "ipvsadm-listing.h"

#include "ns3/director-core.h"
#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"

#include <array>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief One command of ipvsadm 1.31, such as "-a -t 10.0.0.100:80 -r 10.0.0.21:80 -i -w 4".
 *
 * Everything is read as ipvsadm reads it, its defaults included, but addresses are numbers only,
 * and listings are always in numbers. What ipvsadm or Linux refuses is refused, and so is what the
 * models do not have, in one line that says so.
 *
 * Errors have the form "what, expected what".
 */
class IpvsadmCommand
{
  public:
    /** What a command does. */
    enum class Action : uint8_t
    {
        ADD_SERVICE,    ///< -A
        EDIT_SERVICE,   ///< -E
        DELETE_SERVICE, ///< -D
        CLEAR,          ///< -C
        ADD_SERVER,     ///< -a
        EDIT_SERVER,    ///< -e
        DELETE_SERVER,  ///< -d
        ZERO,           ///< -Z
        SET_TIMEOUTS,   ///< --set
        LIST,           ///< -L, -l
        SAVE            ///< -S
    };

    /**
     * @brief Read a command.
     * @param arguments the arguments, without the name of the program
     * @param[out] error why it was refused
     * @return true when it was read; otherwise the command is not to be used
     */
    bool Parse(const std::vector<std::string>& arguments, std::string& error);

    /**
     * @brief Do it, but for the listings.
     * @param core the director
     * @param[out] error why it was refused
     * @return true when it was done; otherwise nothing was changed
     */
    bool Apply(DirectorCore& core, std::string& error) const;

    /**
     * @brief Do it, listings too.
     * @param core the director
     * @param now the time, for the time that connections have left
     * @param output where listings go
     * @param[out] error why it was refused
     * @return true when it was done; otherwise nothing was changed
     */
    bool Apply(DirectorCore& core, Time now, std::ostream& output, std::string& error) const;

    /**
     * @brief Whether the command has an output, if only an empty one.
     * @return true for -L and -S
     */
    bool IsListing() const
    {
        return action == Action::LIST || action == Action::SAVE;
    }

    /**
     * @brief Cut a line into arguments.
     *
     * A leading "ipvsadm" is left out, and what follows a "#" at the beginning of a word.
     *
     * @param line the line
     * @return the arguments, none for a blank line or a comment
     */
    static std::vector<std::string> Split(const std::string& line);

    /**
     * @brief Read a file of rules, such as ipvsadm-save -n writes, and apply it as a whole.
     *
     * The rules are tried on a copy of the director's configuration first, so that nothing at all
     * changes when one of them is refused.
     *
     * @param fileName path of the file
     * @param core the director
     * @param[out] error why it was refused: "FILE:LINE: what, expected what"
     * @param[out] commands when given, the commands of the file are added to it
     * @return true when the rules were applied
     */
    static bool LoadRules(const std::string& fileName,
                          DirectorCore& core,
                          std::string& error,
                          std::vector<IpvsadmCommand>* commands = nullptr);

    Action action{Action::LIST};  ///< what to do
    bool hasService{false};       ///< a service is named
    ServiceId service{0};         ///< its name
    ServiceOptions options;       ///< how it is to work
    Ipv4Address serverAddress;    ///< RIP
    uint16_t serverPort{0};       ///< port of the real server, as it was written
    uint32_t weight{1};           ///< weight of the real server
    uint32_t upperThreshold{0};   ///< upper threshold of the real server
    uint32_t lowerThreshold{0};   ///< lower threshold of the real server
    std::array<Time, 3> timeouts; ///< of ESTABLISHED, FIN_WAIT, UDP; 0 leaves it as it is
    IpvsadmFormat format;         ///< how to list services
    bool listConnections{false};  ///< -c
    bool listTimeouts{false};     ///< --timeout
    bool listDaemons{false};      ///< --daemon

  private:
    /**
     * @brief Take an option and its value.
     * @param id the option
     * @param value its value
     * @param[out] error why it was refused
     * @return true when it was taken
     */
    bool TakeOption(int id, const std::string& value, std::string& error);

    /**
     * @brief Take the values of --set.
     * @param values the values
     * @param[out] error why they were refused
     */
    void TakeTimeouts(const std::vector<std::string>& values, std::string& error);

    /**
     * @brief Say in the language of rules why the director refused.
     * @param result what the director returned
     * @return "what, expected what"
     */
    std::string Explain(RuleResult result) const;
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_IPVSADM_COMMAND_H
