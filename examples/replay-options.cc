/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "replay-options.h"

#include "replay-script.h"

#include "ns3/command-line.h"

#include <cctype>
#include <iostream>
#include <map>
#include <vector>

using namespace ns3;

bool
ReplayOptions::Read(int argc, char* argv[])
{
    const std::string error = TryRead(argc, argv);
    if (!error.empty())
    {
        std::cerr << error << '\n';
    }
    return error.empty();
}

std::string
ReplayOptions::TryRead(int argc, char* argv[])
{
    std::map<std::string, std::string> values{{"address", "10.0.0.10"},
                                              {"mtu", "1500"},
                                              {"pcap-in", ""},
                                              {"pcap-out", ""},
                                              {"rules", ""}};
    CommandLine cmd("director-replay.cc");
    cmd.Usage("Drives a director with a script, or with a capture.\n"
              "Lines of a script: 'ipvsadm ARGS', 'sysctl NAME=VALUE', 'mark N PREFIX',\n"
              "'SYN|ACK|FIN|RST|UDP CIP:PORT VIP:PORT', 'packet HEX', 'wait SECONDS',\n"
              "'address DIP', 'mtu OCTETS', '# comment'; events are 10 ms apart.");
    cmd.AddValue("counts", "print weight and connections of each real server", counts);
    cmd.AddValue("rules", "file that 'ipvsadm-save -n' wrote, read first", values["rules"]);
    cmd.AddValue("address", "address of the director", values["address"]);
    cmd.AddValue("mtu", "MTU of its interface, in octets", values["mtu"]);
    cmd.AddValue("pcap-in", "capture of what comes in, instead of a script", values["pcap-in"]);
    cmd.AddValue("pcap-out", "capture to write of what leaves", values["pcap-out"]);
    cmd.AddNonOption("script", "file of the script, - for standard input", script);

    // CommandLine answers an unknown option with the whole help, where one line is enough, and
    // does not know "-"
    std::vector<std::string> rest{argv[0]};
    bool hasScript = false;
    for (int i = 1; i < argc; i++)
    {
        const std::string argument(argv[i]);
        const auto equals = argument.find('=');
        std::string name = argument.substr(0, equals);
        if (name[0] != '-' || name == "-")
        {
            if (hasScript)
            {
                return argument + ": a second script, expected one";
            }
            script = argument;
            hasScript = true;
            continue;
        }
        name.erase(0, name.find_first_not_of('-'));
        if (values.count(name))
        {
            if (equals == std::string::npos || equals + 1 == argument.size())
            {
                return argument + ": no value, expected --" + name + "=VALUE";
            }
            values[name] = argument.substr(equals + 1);
        }
        else if (name == "counts" && equals == std::string::npos)
        {
            counts = true;
        }
        else if (name == "help" || name == "h" || name == "version" ||
                 name.compare(0, 5, "ns3::") == 0 ||
                 (!name.empty() && std::isupper(static_cast<unsigned char>(name[0]))))
        {
            rest.push_back(argument);
        }
        else
        {
            return argument + ": unknown option, expected one of those --help lists";
        }
    }
    cmd.Parse(rest);

    rules = values["rules"];
    pcapIn = values["pcap-in"];
    pcapOut = values["pcap-out"];
    if (!ReadAddress(values["address"], address))
    {
        return "--address=" + values["address"] + ": expected an address such as 10.0.0.10";
    }
    if (!ReadNumber(values["mtu"], 68, 65535, mtu))
    {
        return "--mtu=" + values["mtu"] + ": expected octets from 68 to 65535";
    }
    if (pcapIn.empty() && pcapOut.empty())
    {
        return "";
    }
    for (const char* needed : {"pcap-in", "pcap-out", "rules"})
    {
        if (values[needed].empty())
        {
            return std::string("no --") + needed +
                   ", expected --rules, --pcap-in and --pcap-out for a capture";
        }
    }
    if (hasScript || counts)
    {
        return std::string(hasScript ? "a script" : "--counts") +
               " besides --pcap-in, expected one of them";
    }
    return "";
}
