/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ipvsadm-options.h"

#include "ipvsadm-values.h"

#include <algorithm>
#include <array>
#include <set>

namespace ns3
{
namespace gipt
{

namespace
{

using V = IpvsadmOption::Value; ///< short for the table below

/** What is said of connection synchronisation. */
constexpr const char* NO_SYNC =
    "connection synchronisation is not supported, expected a rule of services and real servers";
/** What is said of other tunnels. */
constexpr const char* ONLY_IPIP = "only IPIP tunnels are supported, expected no more than -i";

/** ipvsadm's options, the commands first. */
constexpr std::array<IpvsadmOption, 58> OPTIONS{{
    {'A', "add-service", V::NONE, nullptr, nullptr},
    {'E', "edit-service", V::NONE, nullptr, nullptr},
    {'D', "delete-service", V::NONE, nullptr, nullptr},
    {'C', "clear", V::NONE, nullptr, nullptr},
    {'L', "list", V::NONE, nullptr, nullptr},
    {'l', "list", V::NONE, nullptr, nullptr},
    {'Z', "zero", V::NONE, nullptr, nullptr},
    {'a', "add-server", V::NONE, nullptr, nullptr},
    {'e', "edit-server", V::NONE, nullptr, nullptr},
    {'d', "delete-server", V::NONE, nullptr, nullptr},
    {SET, "set", V::NONE, nullptr, nullptr},
    {'S', "save", V::NONE, nullptr, nullptr},
    {'R', "restore", V::NONE, nullptr, "rules come from files of their own, expected one command"},
    {'h', "help", V::NONE, nullptr, "help is in ipvsadm(8), expected a rule"},
    {'v', "version", V::NONE, nullptr, "there is no version to tell, expected a rule"},
    {OTHER, "start-daemon", V::ONE, nullptr, NO_SYNC},
    {OTHER, "stop-daemon", V::ONE, nullptr, NO_SYNC},
    {'t', "tcp-service", V::ONE, "AEDaedLZ", nullptr},
    {'u', "udp-service", V::ONE, "AEDaedLZ", nullptr},
    {OTHER, "sctp-service", V::ONE, "AEDaedLZ", "SCTP is not supported, expected -t or -u"},
    {'f', "fwmark-service", V::ONE, "AEDaedLZ", nullptr},
    {'6', "ipv6", V::NONE, "AEDaedLZ", "IPv6 is not supported, expected no -6"},
    {'s', "scheduler", V::ONE, "AE", nullptr},
    {'b', "sched-flags", V::ONE, "AE", nullptr},
    {'p', "persistent", V::OPTIONAL, "AE", nullptr},
    {'M', "netmask", V::ONE, "AE", nullptr},
    {OTHER, "pe", V::ONE, "AE", "persistence engines are not supported, expected -p alone"},
    {'o', "ops", V::NONE, "AE", nullptr},
    {'r', "real-server", V::ONE, "aed", nullptr},
    {'i', "ipip", V::NONE, "ae", nullptr},
    {'g', "gatewaying", V::NONE, "ae", "direct routing is not supported, expected -i"},
    {'m', "masquerading", V::NONE, "ae", "masquerading is not supported, expected -i"},
    {'w', "weight", V::ONE, "ae", nullptr},
    {'x', "u-threshold", V::ONE, "ae", nullptr},
    {'y', "l-threshold", V::ONE, "ae", nullptr},
    {TUN_TYPE, "tun-type", V::ONE, "ae", nullptr},
    {OTHER, "tun-port", V::ONE, "ae", ONLY_IPIP},
    {OTHER, "tun-nocsum", V::NONE, "ae", ONLY_IPIP},
    {OTHER, "tun-csum", V::NONE, "ae", ONLY_IPIP},
    {OTHER, "tun-remcsum", V::NONE, "ae", ONLY_IPIP},
    {'n', "numeric", V::NONE, "LS", nullptr},
    {'c', "connection", V::NONE, "L", nullptr},
    {TIMEOUT, "timeout", V::NONE, "L", nullptr},
    {STATS, "stats", V::NONE, "L", nullptr},
    {RATE, "rate", V::NONE, "L", nullptr},
    {THRESHOLDS, "thresholds", V::NONE, "L", nullptr},
    {PERSISTENT_CONN, "persistent-conn", V::NONE, "L", nullptr},
    {TUN_INFO, "tun-info", V::NONE, "L", nullptr},
    {'X', "exact", V::NONE, "L", nullptr},
    {NO_SORT, "nosort", V::NONE, "L", nullptr},
    {SORT, "sort", V::NONE, "L", nullptr},
    {DAEMON, "daemon", V::NONE, "L", nullptr},
    {OTHER, "syncid", V::ONE, "", NO_SYNC},
    {OTHER, "sync-maxlen", V::ONE, "", NO_SYNC},
    {OTHER, "mcast-interface", V::ONE, "", NO_SYNC},
    {OTHER, "mcast-group", V::ONE, "", NO_SYNC},
    {OTHER, "mcast-port", V::ONE, "", NO_SYNC},
    {OTHER, "mcast-ttl", V::ONE, "", NO_SYNC},
}};

/**
 * @brief Find an option.
 * @param matches tells the option
 * @return the option, null when there is none
 */
template <typename Predicate>
const IpvsadmOption*
FindOption(Predicate matches)
{
    const auto found = std::find_if(OPTIONS.begin(), OPTIONS.end(), matches);
    return found == OPTIONS.end() ? nullptr : &*found;
}

/**
 * @brief What an option is about: there is but one service.
 * @param id the option
 * @return -t for -t, -u and -f, else the option
 */
int
GetSubject(int id)
{
    return id == 'u' || id == 'f' ? 't' : id;
}

/**
 * @brief The options that go with a command.
 * @param command the command
 * @return such as "-t, -u", or "nothing"
 */
std::string
GetOptionsOf(const IpvsadmOption& command)
{
    std::string list;
    for (const auto& option : OPTIONS)
    {
        if (option.GoesWith(command) && !option.missing)
        {
            list += (list.empty() ? "" : ", ") + option.Spell();
        }
    }
    return list.empty() ? "nothing" : list;
}

} // namespace

bool
IpvsadmOptions::Read(const std::vector<std::string>& arguments)
{
    for (auto next = arguments.begin(); next != arguments.end();)
    {
        const std::string& word = *next++;
        if (word == "--")
        {
            rest.insert(rest.end(), next, arguments.end());
            break;
        }
        if (word.size() < 2 || word[0] != '-')
        {
            rest.push_back(word);
        }
        else if (word[1] == '-' ? !ReadLong(word, next, arguments.end())
                                : !ReadShort(word, next, arguments.end()))
        {
            return false;
        }
    }
    return Check();
}

bool
IpvsadmOptions::ReadLong(const std::string& word, Place& next, Place end)
{
    const auto equals = std::min(word.find('='), word.size());
    const std::string name = word.substr(2, equals - 2);
    const auto option =
        FindOption([&](const IpvsadmOption& candidate) { return candidate.name == name; });
    return Take(option, "--" + name, word.substr(std::min(equals + 1, word.size())), next, end);
}

bool
IpvsadmOptions::ReadShort(const std::string& word, Place& next, Place end)
{
    for (std::size_t i = 1; i < word.size(); ++i)
    {
        const auto option =
            FindOption([&](const IpvsadmOption& candidate) { return candidate.id == word[i]; });
        // What follows an option that takes a value is the value, an equals sign left out.
        const bool isLast = option && option->value != V::NONE;
        const std::size_t begin = i + 1 + (word.compare(i + 1, 1, "=") == 0);
        if (!Take(option, std::string("-") + word[i], isLast ? word.substr(begin) : "", next, end))
        {
            return false;
        }
        if (isLast)
        {
            break;
        }
    }
    return true;
}

bool
IpvsadmOptions::Take(const IpvsadmOption* option,
                     const std::string& spelling,
                     const std::string& attached,
                     Place& next,
                     Place end)
{
    if (!option)
    {
        error = "option " + Quote(spelling) + ", expected one of ipvsadm 1.31";
        return false;
    }
    Given given{option, attached};
    if (option->value == V::NONE && !attached.empty())
    {
        error = "value " + Quote(attached) + ", expected none with " + spelling;
        return false;
    }
    const bool follows = next != end && (option->value == V::ONE || next->compare(0, 1, "-") != 0);
    if (option->value != V::NONE && attached.empty() && follows)
    {
        given.value = *next++;
    }
    if (option->value == V::ONE && given.value.empty())
    {
        error = "nothing behind " + spelling + ", expected a value";
        return false;
    }
    options.push_back(given);
    return true;
}

bool
IpvsadmOptions::Has(int id) const
{
    return std::any_of(options.begin(), options.end(), [id](const Given& given) {
        return GetSubject(given.option->id) == id;
    });
}

std::string
IpvsadmOptions::FindConflict() const
{
    struct Pair
    {
        int one;   ///< an option
        int other; ///< an option that does not go with it
    };

    static constexpr std::array<Pair, 17> PAIRS{{{'c', 't'},
                                                 {'c', TIMEOUT},
                                                 {'c', DAEMON},
                                                 {'t', TIMEOUT},
                                                 {'t', DAEMON},
                                                 {TIMEOUT, DAEMON},
                                                 {'c', STATS},
                                                 {'c', RATE},
                                                 {'c', THRESHOLDS},
                                                 {TIMEOUT, STATS},
                                                 {TIMEOUT, RATE},
                                                 {TIMEOUT, THRESHOLDS},
                                                 {DAEMON, STATS},
                                                 {DAEMON, RATE},
                                                 {DAEMON, THRESHOLDS},
                                                 {TIMEOUT, PERSISTENT_CONN},
                                                 {DAEMON, PERSISTENT_CONN}}};
    for (const auto& pair : PAIRS)
    {
        if (Has(pair.one) && Has(pair.other))
        {
            const auto spell = [](int id) {
                const auto* option =
                    FindOption([id](const IpvsadmOption& each) { return each.id == id; });
                return id == 't' ? "a service" : option->Spell();
            };
            return spell(pair.one) + " and " + spell(pair.other);
        }
    }
    return "";
}

bool
IpvsadmOptions::Check()
{
    if (options.empty() || options.front().option->commands)
    {
        error = (options.empty() ? "no command" : options.front().option->Spell() + " first") +
                ", expected a command such as -A or -a first";
        return false;
    }
    const IpvsadmOption& command = *options.front().option;
    std::set<int> ids;
    for (const auto& given : options)
    {
        const IpvsadmOption& option = *given.option;
        const int id = GetSubject(option.id);
        if (option.missing)
        {
            error = option.Spell() + ": " + option.missing;
        }
        else if (!option.commands && &given != &options.front())
        {
            error = option.Spell() + " behind " + command.Spell() + ", expected a single command";
        }
        else if (option.commands && !option.GoesWith(command))
        {
            error =
                option.Spell() + " with " + command.Spell() + ", expected " + GetOptionsOf(command);
        }
        else if (!ids.insert(id).second && id != SORT)
        {
            error = option.Spell() + " again, expected it once";
        }
        if (!error.empty())
        {
            return false;
        }
    }
    const auto lacks = [&](int id, const char* commands) {
        return !Has(id) && std::strchr(commands, command.GetLetter());
    };
    if (lacks('t', "AEDaed"))
    {
        error = "no service, expected -t, -u or -f with " + command.Spell();
    }
    else if (lacks('r', "aed"))
    {
        error = "no real server, expected -r with " + command.Spell();
    }
    else if (lacks('i', "ae"))
    {
        error = command.Spell() +
                " without -i is direct routing, which is not supported, expected -i (tunnelling)";
    }
    else if (const auto conflict = command.GetLetter() == 'L' ? FindConflict() : "";
             !conflict.empty())
    {
        error = conflict + ", expected one listing";
    }
    return error.empty();
}

} // namespace gipt
} // namespace ns3
