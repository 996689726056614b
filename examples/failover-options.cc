/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "failover-options.h"

#include "ns3/command-line.h"
#include "ns3/random-variable-stream.h"
#include "ns3/string.h"
#include "ns3/type-id.h"

#include <algorithm>
#include <map>
#include <sstream>

// Where the module's own topologies are; an ns-3 tree runs its programs from its top folder.
#ifndef GIPT_SOURCE_DIR
#define GIPT_SOURCE_DIR "contrib/global-ip-tunneling"
#endif

using namespace ns3;

std::string
Join(const std::vector<std::string>& parts, const std::string& separator)
{
    std::string joined;
    for (const auto& part : parts)
    {
        joined += (joined.empty() ? "" : separator) + part;
    }
    return joined;
}

namespace
{

/** An option of the command line. */
struct Option
{
    const char* name;  ///< without dashes
    const char* value; ///< default
    const char* help;  ///< a line about it
};

/** All options that have a value. */
const Option OPTIONS[]{
    {"topology",
     GIPT_SOURCE_DIR "/examples/topologies/abilene.graphml",
     "GraphML, GML or CSV file, or a generator such as gabriel:700"},
    {"director",
     "",
     "city of the director [Kansas City, else the first city]; several are anycast directors, "
     "a city named twice has an active and a backup director"},
    {"sites",
     "",
     "cities with servers, separated by commas, or central:K or random:K "
     "[Seattle,Houston,New York, else up to three]"},
    {"servers-per-site", "2", "real servers at each site"},
    {"clients-per-city", "1", "client hosts in each city"},
    {"scheduler", "wrr", "scheduler of the director: rr, wrr, lc, wlc, sh, mh, ..."},
    {"rules", "", "file written by 'ipvsadm-save -n', in place of the service made here"},
    {"sync", "none", "what directors tell each other of their connections: none, ipvs, complete"},
    {"fail",
     "",
     "failures, such as SITE@FROM-TO, separated by commas, a CSV file of them, or none "
     "[the last site without power for the middle third of --duration]"},
    {"convergence",
     "0s",
     "time a router takes to learn of a change: a time or an ns-3 random variable in seconds"},
    {"hold", "3s", "time until the routes to an anycast director that crashed are withdrawn"},
    {"workload",
     "request",
     "what clients do: request, session, long, udp, light, mix or trace:FILE"},
    {"rate", "200", "connections per second, of all clients together (Poisson arrivals)"},
    {"duration", "60s", "how long connections begin; they have --timeout more to end"},
    {"timeout", "3s", "time a request may take"},
    {"response-size", "8000", "length of a response in octets"},
    {"health-method", "icmp", "how a real server is probed: icmp, tcp, http, udp, or none"},
    {"health-interval", "2s", "time between two probes of a real server"},
    {"health-timeout", "1s", "time a real server has to answer a probe"},
    {"health-fall", "3", "failures in a row that take a real server out of service"},
    {"health-rise", "1", "answers in a row that put a real server back"},
    {"results", "results", "folder to write CSV files and manifest.json to"},
    {"seed", "1", "seed of the random number generator"},
    {"run", "1", "run number: another one gives an independent repetition"},
};

/**
 * @brief Read a random variable.
 * @param option its option, for the message
 * @param text a time, or the name of an ns-3 random variable with its attributes
 * @return the random variable as an attribute takes it, in seconds
 */
std::string
ReadVariable(const std::string& option, const std::string& text)
{
    if (text.find("ns3::") != 0)
    {
        std::ostringstream variable;
        variable << "ns3::ConstantRandomVariable[Constant="
                 << ReadTime(option, text, text).GetSeconds() << "]";
        return variable.str();
    }
    const std::string expected = ", expected a time or a random variable such as "
                                 "ns3::UniformRandomVariable[Min=0.5|Max=2]";
    std::size_t bracket = text.find('[');
    TypeId tid;
    if (!TypeId::LookupByNameFailSafe(text.substr(0, bracket), &tid) ||
        !tid.IsChildOf(RandomVariableStream::GetTypeId()) || !tid.HasConstructor())
    {
        throw BadInput("--" + option + "=" + text + ": no random variable" + expected);
    }
    if (bracket == std::string::npos)
    {
        return text;
    }
    if (text.back() != ']')
    {
        throw BadInput("--" + option + "=" + text + ": no ']' at the end" + expected);
    }
    for (const auto& part : Split(text.substr(bracket + 1, text.size() - bracket - 2), '|'))
    {
        std::size_t equals = part.find('=');
        TypeId::AttributeInformation attribute;
        if (equals == std::string::npos ||
            !tid.LookupAttributeByName(part.substr(0, equals), &attribute) ||
            !attribute.checker->CreateValidValue(StringValue(part.substr(equals + 1))))
        {
            throw BadInput("--" + option + "=" + text + ": '" + part + "'" + expected);
        }
    }
    return text;
}

/**
 * @brief Require one of some words.
 * @param option its option, for the message
 * @param text the text
 * @param words what it may be
 */
void
RequireWord(const std::string& option,
            const std::string& text,
            const std::vector<std::string>& words)
{
    if (std::find(words.begin(), words.end(), text) == words.end())
    {
        throw BadInput("--" + option + "=" + text + ": expected one of: " + Join(words, ", "));
    }
}

} // namespace

FailoverOptions::FailoverOptions(int argc, char* argv[])
{
    std::map<std::string, std::string> values;
    CommandLine cmd("global-failover.cc");
    cmd.Usage(
        "A world-wide service behind tunnelling directors, and what fails in it: unless told\n"
        "otherwise one site loses its power and comes back, and surviving sites' connections\n"
        "do not notice.");
    for (const auto& option : OPTIONS)
    {
        values[option.name] = option.value;
        cmd.AddValue(option.name, option.help, values[option.name]);
    }
    cmd.AddValue("health-through-tunnel",
                 "probe the VIP on the real server, through the tunnel, not the RIP",
                 healthThroughTunnel);
    cmd.AddValue("pcap", "write director.pcap and client.pcap to the results", pcap);
    ReadCommandLine(cmd, argc, argv, {"health-through-tunnel", "pcap"}, values);

    for (const auto& option : OPTIONS)
    {
        if (std::string(option.name) != "results") // where it is written is not part of it
        {
            given.emplace_back(option.name, values[option.name]);
        }
    }
    given.emplace_back("health-through-tunnel", healthThroughTunnel ? "true" : "false");
    given.emplace_back("pcap", pcap ? "true" : "false");
    topology = values["topology"];
    director = Split(values["director"], ',');
    sites = values["sites"];
    serversPerSite = ReadCount("servers-per-site", values["servers-per-site"], 1, 100);
    clientsPerCity = ReadCount("clients-per-city", values["clients-per-city"], 1, 100);
    scheduler = values["scheduler"];
    rules = values["rules"];
    sync = values["sync"];
    RequireWord("sync", sync, {"none", "ipvs", "complete"});
    fail = values["fail"];
    convergence = ReadVariable("convergence", values["convergence"]);
    workload = values["workload"];
    if (workload.compare(0, 6, "trace:") == 0)
    {
        trace = workload.substr(6);
        workload = "trace";
    }
    else
    {
        RequireWord("workload",
                    workload,
                    {"request", "session", "long", "udp", "light", "mix", "trace:FILE"});
    }
    rate = ReadNumber("rate", values["rate"], 0.001, 1e6);
    auto time = [&values](const char* name) { return ReadTime(name, values[name], values[name]); };
    duration = time("duration");
    timeout = time("timeout");
    hold = time("hold");
    responseSize = ReadCount("response-size", values["response-size"], 0, 1000000000);
    healthMethod = values["health-method"];
    RequireWord("health-method", healthMethod, {"icmp", "tcp", "http", "udp", "none"});
    healthInterval = time("health-interval");
    healthTimeout = time("health-timeout");
    healthFall = ReadCount("health-fall", values["health-fall"], 1, 1000);
    healthRise = ReadCount("health-rise", values["health-rise"], 1, 1000);
    results = values["results"];
    seed = ReadCount("seed", values["seed"], 1, 4294944442U);
    run = ReadCount("run", values["run"], 0, 4294967295U);
    for (const char* name : {"duration", "timeout", "health-interval", "health-timeout"})
    {
        if (time(name).IsZero())
        {
            throw BadInput(std::string("--") + name + "=" + values[name] +
                           ": expected a time above 0");
        }
    }
    if (healthTimeout > healthInterval)
    {
        throw BadInput("--health-timeout=" + values["health-timeout"] +
                       ": expected at most --health-interval, " + values["health-interval"]);
    }
}

void
FailoverOptions::Choose(const std::string& name, const std::string& value)
{
    for (auto& option : given)
    {
        if (option.first == name)
        {
            option.second = value;
        }
    }
}
