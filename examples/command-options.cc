/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "command-options.h"

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <sstream>

using namespace ns3;

std::vector<std::string>
Split(const std::string& text, char separator)
{
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);)
    {
        std::size_t begin = part.find_first_not_of(' ');
        if (begin != std::string::npos)
        {
            parts.push_back(part.substr(begin, part.find_last_not_of(' ') - begin + 1));
        }
    }
    return parts;
}

double
ReadNumber(const std::string& option, const std::string& text, double low, double high)
{
    char* end = nullptr;
    double number = std::strtod(text.c_str(), &end);
    if (end == text.c_str() || *end || !(number >= low && number <= high))
    {
        std::ostringstream message;
        message << "--" << option << "=" << text << ": expected a number from " << low << " to "
                << high;
        throw BadInput(message.str());
    }
    return number;
}

uint32_t
ReadCount(const std::string& option, const std::string& text, uint32_t low, uint32_t high)
{
    double number = ReadNumber(option, text, low, high);
    if (number != std::floor(number))
    {
        throw BadInput("--" + option + "=" + text + ": expected a whole number");
    }
    return static_cast<uint32_t>(number);
}

Time
ReadTime(const std::string& option, const std::string& value, const std::string& text)
{
    static const std::map<std::string, double> units{{"", 1}, {"s", 1}, {"ms", 1e-3}, {"min", 60}};
    char* end = nullptr;
    double number = std::strtod(text.c_str(), &end);
    auto unit = units.find(end);
    if (end == text.c_str() || unit == units.end() || !(number >= 0 && number <= 1e6))
    {
        throw BadInput("--" + option + "=" + value + ": '" + text +
                       "', expected a time such as 20s, 500ms or 1min");
    }
    return NanoSeconds(std::llround(number * unit->second * 1e9));
}

void
ReadCommandLine(CommandLine& cmd,
                int argc,
                char* argv[],
                const std::set<std::string>& flags,
                std::map<std::string, std::string>& values,
                std::vector<std::string>* operands)
{
    // CommandLine answers an unknown option with the whole help, where one line is enough, and
    // cuts values at blanks, which names of cities have.
    std::vector<std::string> rest{argv[0]};
    for (int i = 1; i < argc; i++)
    {
        std::string argument(argv[i]);
        std::string name = argument.substr(0, argument.find('='));
        name.erase(0, name.find_first_not_of('-'));
        bool ours = values.count(name) > 0;
        bool ns3s = flags.count(name) > 0 || name == "help" || name == "h" || name == "version" ||
                    name.compare(0, 5, "ns3::") == 0 ||
                    (!name.empty() && std::isupper(static_cast<unsigned char>(name[0])));
        if (argument[0] != '-' && operands)
        {
            operands->push_back(argument);
        }
        else if (argument[0] != '-' || !(ours || ns3s))
        {
            throw BadInput(argument + ": unknown option, expected one of those --help lists");
        }
        else if (!ours)
        {
            rest.push_back(argument);
        }
        else if (argument.find('=') == std::string::npos)
        {
            throw BadInput(argument + ": no value, expected --" + name + "=VALUE");
        }
        else
        {
            values[name] = argument.substr(argument.find('=') + 1);
        }
    }
    cmd.Parse(rest);
}
