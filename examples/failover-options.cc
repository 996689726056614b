/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "failover-options.h"

#include "ns3/command-line.h"

#include <algorithm>
#include <map>
#include <sstream>

// Where the module's own topologies are; an ns-3 tree runs its programs from its top folder.
#ifndef GIPT_SOURCE_DIR
#define GIPT_SOURCE_DIR "contrib/global-ip-tunneling"
#endif

using namespace ns3;
using namespace ns3::gipt;

FailoverOptions::FailoverOptions(int argc, char* argv[])
{
    struct Option
    {
        const char* name;
        const char* value;
        const char* help;
    };

    const Option options[]{
        {"topology",
         GIPT_SOURCE_DIR "/examples/topologies/abilene.graphml",
         "GraphML file of cities and links"},
        {"director", "", "city of the director [Kansas City, else the first city]"},
        {"sites",
         "",
         "cities with servers, separated by commas [Seattle,Houston,New York, else up to three]"},
        {"servers-per-site", "2", "real servers at each site"},
        {"clients-per-city", "1", "client hosts in each city"},
        {"scheduler", "wrr", "scheduler of the director: rr, wrr, lc, wlc, sh, mh, ..."},
        {"rules", "", "file written by 'ipvsadm-save -n', in place of the service made here"},
        {"fail",
         "",
         "losses of power, SITE@FROM-TO, separated by commas, or none; times in s, ms or min "
         "[the last site for the middle third of --duration]"},
        {"rate", "200", "requests per second, of all clients together (Poisson arrivals)"},
        {"duration", "60s", "how long requests begin; they have --timeout more to end"},
        {"timeout", "3s", "time a request may take"},
        {"response-size", "8000", "length of a response in octets"},
        {"health-interval", "2s", "time between two probes of a real server"},
        {"health-timeout", "1s", "time a real server has to answer a probe"},
        {"health-retries", "3", "failures in a row that take a real server out of service"},
        {"results", "results", "folder to write CSV files and manifest.json to"},
        {"seed", "1", "seed of the random number generator"},
        {"run", "1", "run number: another one gives an independent repetition"},
    };

    std::map<std::string, std::string> values;
    CommandLine cmd("global-failover.cc");
    cmd.Usage("One site of a world-wide service loses its power and comes back: a tunnelling\n"
              "director keeps serving, and surviving sites' connections do not notice.");
    for (const auto& option : options)
    {
        values[option.name] = option.value;
        cmd.AddValue(option.name, option.help, values[option.name]);
    }
    cmd.AddValue("pcap", "write director.pcap and client.pcap to the results", pcap);

    ReadCommandLine(cmd, argc, argv, {"pcap"}, values);

    for (const auto& option : options)
    {
        given.emplace_back(option.name, values[option.name]);
    }
    given.emplace_back("pcap", pcap ? "true" : "false");
    topology = values["topology"];
    director = values["director"];
    m_sites = values["sites"];
    serversPerSite = ReadCount("servers-per-site", values["servers-per-site"], 1, 100);
    clientsPerCity = ReadCount("clients-per-city", values["clients-per-city"], 1, 100);
    scheduler = values["scheduler"];
    rules = values["rules"];
    m_fail = values["fail"];
    rate = ReadNumber("rate", values["rate"], 0.001, 1e6);
    duration = ReadTime("duration", values["duration"], values["duration"]);
    timeout = ReadTime("timeout", values["timeout"], values["timeout"]);
    responseSize = ReadCount("response-size", values["response-size"], 0, 1000000000);
    healthInterval =
        ReadTime("health-interval", values["health-interval"], values["health-interval"]);
    healthTimeout = ReadTime("health-timeout", values["health-timeout"], values["health-timeout"]);
    healthRetries = ReadCount("health-retries", values["health-retries"], 1, 1000);
    results = values["results"];
    seed = ReadCount("seed", values["seed"], 1, 4294944442U);
    run = ReadCount("run", values["run"], 0, 4294967295U);
    for (const char* name : {"duration", "timeout", "health-interval", "health-timeout"})
    {
        if (ReadTime(name, values[name], values[name]).IsZero())
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
FailoverOptions::ChooseCities(const SiteGraph& graph)
{
    auto require = [&graph](const std::string& option, const std::string& city) {
        uint32_t index;
        if (!graph.Find(city, index))
        {
            throw BadInput("--" + option + ": unknown city '" + city +
                           "', expected one of: " + graph.DescribeCities());
        }
    };
    auto known = [&graph](const std::string& city) {
        uint32_t index;
        return graph.Find(city, index);
    };
    const auto& cities = graph.GetCities();
    if (director.empty())
    {
        director = known("Kansas City") ? "Kansas City" : cities.front().name;
    }
    require("director=" + director, director);
    sites = Split(m_sites, ',');
    if (sites.empty() && known("Seattle") && known("Houston") && known("New York"))
    {
        sites = {"Seattle", "Houston", "New York"};
    }
    for (std::size_t i = 0; m_sites.empty() && i < cities.size() && sites.size() < 3; i++)
    {
        bool taken = std::find(sites.begin(), sites.end(), cities[i].name) != sites.end();
        if (!taken && (cities.size() <= 3 || cities[i].name != director))
        {
            sites.push_back(cities[i].name);
        }
    }
    if (sites.empty())
    {
        throw BadInput("--sites=" + m_sites + ": no site, expected the names of cities");
    }
    for (const auto& site : sites)
    {
        require("sites=" + m_sites, site);
        if (std::count(sites.begin(), sites.end(), site) > 1)
        {
            throw BadInput("--sites=" + m_sites + ": '" + site +
                           "' twice, expected each city once");
        }
    }
    uint32_t index = 0;
    graph.Find(director, index);
    std::vector<SiteGraph::Path> paths = graph.GetPathsTo(index);
    for (const auto& site : sites)
    {
        graph.Find(site, index);
        if (!paths[index].reachable)
        {
            throw BadInput(topology + ":1: no way between '" + director + "' and '" + site +
                           "', expected sites connected with the director");
        }
    }
    std::string fail = m_fail;
    if (fail.empty())
    {
        std::ostringstream text;
        double third = duration.GetSeconds() / 3;
        text << sites.back() << "@" << third << "s-" << 2 * third << "s";
        fail = text.str();
    }
    failures = ReadFailures(fail);

    for (auto& [name, value] : given)
    {
        if (name == "director")
        {
            value = director;
        }
        else if (name == "sites")
        {
            value.clear();
            for (const auto& site : sites)
            {
                value += (value.empty() ? "" : ",") + site;
            }
        }
        else if (name == "fail")
        {
            value = fail;
        }
    }
}

std::vector<Failure>
FailoverOptions::ReadFailures(const std::string& text) const
{
    std::vector<Failure> result;
    if (text == "none")
    {
        return result;
    }
    const std::string option = "--fail=" + text + ": ";
    for (const auto& part : Split(text, ','))
    {
        std::size_t at = part.rfind('@');
        std::size_t dash = at == std::string::npos ? at : part.find('-', at);
        if (dash == std::string::npos)
        {
            throw BadInput(option + "'" + part + "', expected SITE@FROM-TO such as " +
                           sites.back() + "@20s-40s");
        }
        Failure failure;
        failure.city = part.substr(0, at);
        if (std::find(sites.begin(), sites.end(), failure.city) == sites.end())
        {
            std::string names;
            for (const auto& site : sites)
            {
                names += (names.empty() ? "" : ", ") + site;
            }
            throw BadInput(option + "no site '" + failure.city + "', expected one of: " + names);
        }
        failure.from = ReadTime("fail", text, part.substr(at + 1, dash - at - 1));
        failure.to = ReadTime("fail", text, part.substr(dash + 1));
        if (failure.from >= failure.to)
        {
            throw BadInput(option + "'" + part + "' ends before it begins, expected FROM < TO");
        }
        if (failure.from >= duration)
        {
            throw BadInput(option + "'" + part + "' begins when the run has ended, expected FROM " +
                           "before --duration");
        }
        for (const auto& other : result)
        {
            if (other.city == failure.city && other.from <= failure.to && failure.from <= other.to)
            {
                throw BadInput(option + "'" + part +
                               "' overlaps another of that site, expected one after the other");
            }
        }
        result.push_back(failure);
    }
    std::sort(result.begin(), result.end(), [](const Failure& a, const Failure& b) {
        return a.from < b.from;
    });
    return result;
}

bool
FailoverOptions::IsWithoutPower(const std::string& city, Time from, Time to) const
{
    return std::any_of(failures.begin(), failures.end(), [&](const Failure& failure) {
        return failure.city == city && failure.from <= to && from < failure.to;
    });
}
