/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ipvsadm-command.h"

#include "ipvsadm-options.h"
#include "ipvsadm-values.h"

#include "ns3/log.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptIpvsadmCommand");

namespace gipt
{

namespace
{

/** Greatest timeout that ipvsadm takes, in seconds: 31 days. */
constexpr uint32_t MAX_TIMEOUT = 31 * 86400;
/** Persistence of -p without a value, in seconds (its manual says 300). */
constexpr uint32_t DEFAULT_PERSISTENCE = 360;
/** Greatest threshold that ipvsadm takes. */
constexpr uint32_t MAX_THRESHOLD = std::numeric_limits<int32_t>::max();

/**
 * @brief What a command does.
 * @param letter its short form
 * @return the action
 */
IpvsadmCommand::Action
GetAction(char letter)
{
    using Action = IpvsadmCommand::Action;
    static const std::map<char, Action> ACTIONS{{'A', Action::ADD_SERVICE},
                                                {'E', Action::EDIT_SERVICE},
                                                {'D', Action::DELETE_SERVICE},
                                                {'C', Action::CLEAR},
                                                {'a', Action::ADD_SERVER},
                                                {'e', Action::EDIT_SERVER},
                                                {'d', Action::DELETE_SERVER},
                                                {'Z', Action::ZERO},
                                                {'T', Action::SET_TIMEOUTS},
                                                {'L', Action::LIST},
                                                {'S', Action::SAVE}};
    return ACTIONS.at(letter);
}

/**
 * @brief Give one director the services and real servers of another.
 * @param from the one
 * @param[out] to the other, without services
 */
void
CopyConfiguration(const DirectorCore& from, DirectorCore& to)
{
    for (const auto& service : from.GetServices())
    {
        to.AddService(service->GetId(), service->GetOptions());
        const auto copy = to.FindService(service->GetId());
        const auto& servers = service->GetServers();
        for (auto server = servers.rbegin(); server != servers.rend(); ++server)
        {
            to.AddRealServer(copy,
                             (*server)->GetAddress(),
                             (*server)->GetPort(),
                             (*server)->GetWeight(),
                             (*server)->GetUpperThreshold(),
                             (*server)->GetLowerThreshold());
        }
    }
}

} // namespace

bool
IpvsadmCommand::Parse(const std::vector<std::string>& arguments, std::string& error)
{
    NS_LOG_FUNCTION(this);
    *this = IpvsadmCommand();
    if (arguments.empty())
    {
        return true; // a listing
    }
    IpvsadmOptions read;
    if (!read.Read(arguments))
    {
        error = read.error;
        return false;
    }
    error.clear();
    action = GetAction(read.options.front().option->GetLetter());
    for (const auto& given : read.options)
    {
        if (!TakeOption(given.option->id, given.value, error))
        {
            return false;
        }
    }
    const bool isRule = action == Action::ADD_SERVICE || action == Action::EDIT_SERVICE;
    if (isRule && service.mark == 0 && service.port == 0 && options.persistence.IsZero())
    {
        error = "no port, expected one from 1 to 65535 as in 10.0.0.100:80, or -p for all ports";
    }
    else if (isRule && options.onePacket && service.protocol == 6)
    {
        error = "one-packet scheduling of TCP, expected -u or -f with -o";
    }
    else if (action == Action::SET_TIMEOUTS)
    {
        TakeTimeouts(read.rest, error);
    }
    else if (!read.rest.empty())
    {
        error = Quote(read.rest.front()) + ", expected nothing more";
    }
    return error.empty();
}

bool
IpvsadmCommand::TakeOption(int id, const std::string& value, std::string& error)
{
    const auto takeNumber = [&](const char* what, uint32_t greatest, uint32_t& number) {
        if (!ReadNumber(value, greatest, number))
        {
            error = what + (" " + Quote(value)) + ", expected a number from 0 to " +
                    std::to_string(greatest);
        }
        return error.empty();
    };
    // of several the first in ipvsadm's own order is shown
    const auto takeColumns = [&](IpvsadmColumns columns) {
        format.columns = std::max(format.columns, columns);
    };
    IpvsadmEndPoint end;
    switch (id)
    {
    case 't':
    case 'u':
        hasService = true;
        service.protocol = id == 't' ? 6 : 17;
        if (!end.Read(value, service.protocol, error))
        {
            return false;
        }
        service.address = end.address;
        service.port = end.port;
        return true;
    case 'f':
        hasService = true;
        if (!ReadNumber(value, UINT32_MAX, service.mark) || service.mark == 0)
        {
            error = "firewall mark " + Quote(value) + ", expected a number from 1 to 4294967295";
        }
        return error.empty();
    case 's':
        options.scheduler = value;
        return true;
    case 'p': {
        uint32_t seconds = DEFAULT_PERSISTENCE;
        if (!value.empty() && (!ReadNumber(value, MAX_TIMEOUT, seconds) || seconds == 0))
        {
            error = "persistence " + Quote(value) + ", expected seconds from 1 to " +
                    std::to_string(MAX_TIMEOUT);
        }
        options.persistence = Seconds(seconds);
        return error.empty();
    }
    case 'M':
        return ReadNetmask(value, options.netmask, error);
    case 'o':
        options.onePacket = true;
        return true;
    case 'b': {
        std::istringstream list(value);
        for (std::string flag; std::getline(list, flag, ',');)
        {
            if (!flag.empty())
            {
                options.flags.push_back(flag);
            }
        }
        return true;
    }
    case 'r':
        if (!end.Read(value, service.protocol, error))
        {
            return false;
        }
        serverAddress = end.address;
        // -t behind -r comes too late to say the port
        serverPort = end.hasPort ? end.port : service.port;
        return true;
    case 'w':
        return takeNumber("weight", RealServer::MAX_WEIGHT, weight);
    case 'x':
        return takeNumber("upper threshold", MAX_THRESHOLD, upperThreshold);
    case 'y':
        return takeNumber("lower threshold", MAX_THRESHOLD, lowerThreshold);
    case TUN_TYPE:
        if (value == "gue" || value == "gre")
        {
            error = "tunnel type " + value + " is not supported, expected ipip";
        }
        else if (value != "ipip")
        {
            error = "tunnel type " + Quote(value) + ", expected ipip";
        }
        return error.empty();
    case 'c':
        listConnections = true;
        return true;
    case TIMEOUT:
        listTimeouts = true;
        return true;
    case 'X':
        format.exact = true;
        return true;
    case NO_SORT:
        format.sorted = false;
        return true;
    case DAEMON:
        listDaemons = true;
        return true;
    case STATS:
        takeColumns(IpvsadmColumns::STATS);
        return true;
    case RATE:
        takeColumns(IpvsadmColumns::RATE);
        return true;
    case THRESHOLDS:
        takeColumns(IpvsadmColumns::THRESHOLDS);
        return true;
    case PERSISTENT_CONN:
        takeColumns(IpvsadmColumns::PERSISTENT);
        return true;
    case TUN_INFO:
        takeColumns(IpvsadmColumns::TUNNEL);
        return true;
    default:
        return true; // the command itself, and -n and --sort, which are how it is anyway
    }
}

void
IpvsadmCommand::TakeTimeouts(const std::vector<std::string>& values, std::string& error)
{
    if (values.size() != timeouts.size())
    {
        error = std::to_string(values.size()) +
                " timeouts, expected three in seconds: TCP, TCP after FIN, UDP";
        return;
    }
    for (std::size_t i = 0; i < timeouts.size(); ++i)
    {
        uint32_t seconds;
        if (!ReadNumber(values[i], MAX_TIMEOUT, seconds))
        {
            error = "timeout " + Quote(values[i]) + ", expected seconds from 0 to " +
                    std::to_string(MAX_TIMEOUT);
            return;
        }
        timeouts[i] = Seconds(seconds);
    }
}

bool
IpvsadmCommand::Apply(DirectorCore& core, std::string& error) const
{
    NS_LOG_FUNCTION(this << &core);
    const auto named = hasService ? core.FindService(service) : nullptr;
    // In tunnelling mode the port is the service's, whatever was written, but for one by mark.
    const uint16_t port = service.mark ? serverPort : service.port;
    RuleResult result = RuleResult::OK;
    switch (action)
    {
    case Action::ADD_SERVICE:
        result = core.AddService(service, options);
        break;
    case Action::EDIT_SERVICE:
        result = core.EditService(service, options);
        break;
    case Action::DELETE_SERVICE:
        result = core.RemoveService(service);
        break;
    case Action::CLEAR:
        core.ClearServices();
        break;
    case Action::ADD_SERVER:
        result =
            core.AddRealServer(named, serverAddress, port, weight, upperThreshold, lowerThreshold);
        break;
    case Action::EDIT_SERVER:
        result =
            core.EditRealServer(named, serverAddress, port, weight, upperThreshold, lowerThreshold);
        break;
    case Action::DELETE_SERVER:
        result = core.RemoveRealServer(named, serverAddress, serverPort);
        break;
    case Action::ZERO:
        result = hasService && !named ? RuleResult::NO_SERVICE : RuleResult::OK;
        if (result == RuleResult::OK)
        {
            core.ZeroStats(named);
        }
        break;
    case Action::SET_TIMEOUTS: {
        const std::array<Time*, 3> settings{&core.tcpTimeout,
                                            &core.tcpFinTimeout,
                                            &core.udpTimeout};
        for (std::size_t i = 0; i < settings.size(); ++i)
        {
            *settings[i] = timeouts[i].IsZero() ? *settings[i] : timeouts[i];
        }
        break;
    }
    case Action::LIST:
    case Action::SAVE:
        error = "a listing, expected a command that changes something";
        return false;
    }
    error = result == RuleResult::OK ? "" : Explain(result);
    return error.empty();
}

bool
IpvsadmCommand::Apply(DirectorCore& core, Time now, std::ostream& output, std::string& error) const
{
    core.Advance(now);
    if (action == Action::SAVE)
    {
        IpvsadmListing::SaveRules(core, output);
    }
    else if (action != Action::LIST)
    {
        return Apply(core, error);
    }
    else if (listConnections)
    {
        const bool hasEngines = format.columns == IpvsadmColumns::PERSISTENT;
        IpvsadmListing::PrintConnections(core, now, output, hasEngines);
    }
    else if (listTimeouts)
    {
        IpvsadmListing::PrintTimeouts(core, output);
    }
    else if (listDaemons)
    {
        return true; // there are none
    }
    else if (!hasService)
    {
        IpvsadmListing::PrintServices(core, output, format);
    }
    else if (const auto named = core.FindService(service))
    {
        IpvsadmListing::PrintService(*named, now, output, format);
    }
    else
    {
        error = Explain(RuleResult::NO_SERVICE);
        return false;
    }
    return true;
}

std::string
IpvsadmCommand::Explain(RuleResult result) const
{
    std::ostringstream text;
    const std::string name = service.GetLabel();
    std::ostringstream server;
    server << "real server " << serverAddress;
    if (serverPort != service.port)
    {
        server << ':' << serverPort;
    }
    switch (result)
    {
    case RuleResult::SERVICE_EXISTS:
        text << "service " << name << " is there already, expected another or -E";
        break;
    case RuleResult::NO_SERVICE:
        text << "no service " << name << ", expected one that was added by -A";
        break;
    case RuleResult::SERVER_EXISTS:
        text << server.str() << " is in service " << name << " already, expected another or -e";
        break;
    case RuleResult::NO_SERVER:
        text << "no " << server.str() << " in service " << name
             << ", expected one that was added by -a";
        break;
    case RuleResult::NO_SCHEDULER:
        text << "unknown scheduler " << Quote(options.scheduler) << ", expected one of";
        for (const auto& name : Scheduler::GetNames())
        {
            text << ' ' << name;
        }
        break;
    case RuleResult::BAD_FLAG:
        text << "scheduler flags '";
        for (std::size_t i = 0; i < options.flags.size(); ++i)
        {
            text << (i > 0 ? "," : "") << options.flags[i];
        }
        text << "', expected such as scheduler " << options.scheduler << " has";
        break;
    case RuleResult::BAD_THRESHOLDS:
        text << "lower threshold " << lowerThreshold << " above the upper one, expected 0 to "
             << upperThreshold;
        break;
    case RuleResult::BAD_WEIGHT:
        text << "weight " << weight << ", expected 0 to " << RealServer::MAX_WEIGHT;
        break;
    case RuleResult::BAD_PORT:
        text << "port " << service.port << ", expected 1 to 65535";
        break;
    default:
        text << ToString(result) << ", expected another rule";
        break;
    }
    return text.str();
}

std::vector<std::string>
IpvsadmCommand::Split(const std::string& line)
{
    std::vector<std::string> arguments;
    std::istringstream words(line);
    for (std::string word; words >> word && word[0] != '#';)
    {
        if (!arguments.empty() || word != "ipvsadm")
        {
            arguments.push_back(word);
        }
    }
    return arguments;
}

bool
IpvsadmCommand::LoadRules(const std::string& fileName,
                          DirectorCore& core,
                          std::string& error,
                          std::vector<IpvsadmCommand>* commands)
{
    NS_LOG_FUNCTION(fileName << &core);
    std::ifstream file(fileName);
    if (!file)
    {
        error = fileName + ":1: cannot be opened, expected a readable file of rules";
        return false;
    }
    DirectorCore rehearsal;
    CopyConfiguration(core, rehearsal);
    std::vector<IpvsadmCommand> read;
    std::size_t number = 0;
    for (std::string line; std::getline(file, line);)
    {
        ++number;
        const auto arguments = Split(line);
        if (arguments.empty())
        {
            continue;
        }
        IpvsadmCommand command;
        if (!command.Parse(arguments, error) || !command.Apply(rehearsal, error))
        {
            error = fileName + ":" + std::to_string(number) + ": " + error;
            return false;
        }
        read.push_back(command);
    }
    if (file.bad())
    {
        error = fileName + ":" + std::to_string(number + 1) +
                ": cannot be read, expected a file of rules";
        return false;
    }
    for (const auto& command : read)
    {
        command.Apply(core, error);
    }
    if (commands)
    {
        commands->insert(commands->end(), read.begin(), read.end());
    }
    return true;
}

} // namespace gipt
} // namespace ns3
