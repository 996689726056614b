/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "failure-helper.h"

#include "failure-grammar.h"
#include "multi-site-helper.h"

#include "ns3/double.h"
#include "ns3/link-fault.h"
#include "ns3/log.h"
#include "ns3/net-device-container.h"
#include "ns3/random-variable-stream.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <sstream>
#include <utility>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptFailureHelper");

namespace
{

constexpr std::size_t MOST_NAMES = 20; ///< in an error

/**
 * @brief Names as text.
 * @param names the names
 * @return the names, not more than an error has room for
 */
std::string
Join(const std::vector<std::string>& names)
{
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < MOST_NAMES; i++)
    {
        text += (i > 0 ? ", " : "") + names[i];
    }
    if (names.size() > MOST_NAMES)
    {
        text += " and " + std::to_string(names.size() - MOST_NAMES) + " more";
    }
    return names.empty() ? "none, as this world has no such thing" : "one of: " + text;
}

/**
 * @brief What the targets of a kind are.
 * @param kind the kind
 * @return one word
 */
const char*
GetNoun(FailureKind kind)
{
    switch (kind)
    {
    case FailureKind::SITE_POWER:
        return "site";
    case FailureKind::SERVER_CRASH:
    case FailureKind::SLOW_SERVER:
    case FailureKind::BLACK_HOLE:
        return "server";
    case FailureKind::DIRECTOR:
        return "director";
    case FailureKind::ROUTER:
        return "city";
    case FailureKind::DRAIN:
        return "site or server";
    default:
        return "link";
    }
}

/**
 * @brief The nodes of a container.
 * @param container the container
 * @return its nodes
 */
std::vector<Ptr<Node>>
ToVector(const NodeContainer& container)
{
    return {container.Begin(), container.End()};
}

} // namespace

FailureHelper::FailureHelper(const MultiSiteHelper& world)
    : m_world(world)
{
    NS_LOG_FUNCTION(this);
}

void
FailureHelper::SetHorizon(Time horizon)
{
    m_horizon = horizon;
}

void
FailureHelper::SetStream(int64_t stream)
{
    m_stream = stream;
}

std::string
FailureHelper::Add(const std::string& text,
                   const std::string& source,
                   Ptr<FailureSchedule> schedule)
{
    NS_LOG_FUNCTION(this << text);
    if (text.rfind("file:", 0) == 0)
    {
        return AddFile(text.substr(5), schedule);
    }
    std::vector<FailureText> texts;
    const std::string error = FailureGrammar::ReadText(text, source, texts);
    return error.empty() ? AddAll(texts, schedule) : error;
}

std::string
FailureHelper::AddFile(const std::string& fileName, Ptr<FailureSchedule> schedule)
{
    NS_LOG_FUNCTION(this << fileName);
    std::vector<FailureText> texts;
    const std::string error = FailureGrammar::ReadFile(fileName, texts);
    return error.empty() ? AddAll(texts, schedule) : error;
}

std::string
FailureHelper::AddAll(const std::vector<FailureText>& texts, Ptr<FailureSchedule> schedule)
{
    std::vector<std::pair<const FailureText*, Failure>> failures;
    for (const auto& text : texts)
    {
        auto error = [&text](const std::string& what) {
            return text.source + ": '" + text.text + "' " + what;
        };
        if (text.begin >= m_horizon)
        {
            std::ostringstream horizon;
            horizon << m_horizon.As(Time::S);
            return error("begins when the run has ended, expected a begin before " + horizon.str());
        }
        if (text.begin < Simulator::Now())
        {
            return error("begins in the past, expected a begin to come");
        }
        if (text.isRandom && text.end == Time::Max() && m_horizon == Time::Max())
        {
            return error("has no end, expected until=TIME");
        }
        std::vector<std::string> targets = text.targets;
        if (targets.empty())
        {
            targets = GetNames(text.kind);
        }
        for (const auto& name : targets)
        {
            Target target;
            const std::string what = Find(text.kind, name, target);
            if (!what.empty())
            {
                return text.source + ": " + what;
            }
            Failure failure;
            failure.kind = text.kind;
            failure.target = target.name;
            failure.begin = text.begin;
            failure.end = text.isRandom ? std::min(text.end, m_horizon) : text.end;
            failure.value = text.value;
            failure.period = text.period;
            failure.duty = text.duty;
            failure.nodes = target.nodes;
            failure.devices = target.devices;
            failures.emplace_back(&text, failure);
        }
    }
    for (const auto& [text, failure] : failures)
    {
        if (!text->isRandom)
        {
            schedule->Add(failure);
            continue;
        }
        std::vector<Ptr<ExponentialRandomVariable>> times;
        for (double mean : {text->mtbf, text->mttr})
        {
            times.push_back(CreateObject<ExponentialRandomVariable>());
            times.back()->SetAttribute("Mean", DoubleValue(mean));
            if (m_stream >= 0)
            {
                times.back()->SetStream(m_stream++);
            }
        }
        schedule->AddRandom(failure, times[0], times[1]);
    }
    return "";
}

std::vector<Ptr<Node>>
FailureHelper::GetSite(const std::string& city) const
{
    std::vector<Ptr<Node>> nodes = ToVector(m_world.GetServers(city));
    for (const auto& director : ToVector(m_world.GetDirectors(city)))
    {
        nodes.push_back(director);
    }
    return nodes;
}

std::vector<std::string>
FailureHelper::GetNames(FailureKind kind) const
{
    std::vector<std::string> names;
    const auto& cities = m_world.GetGraph().GetCities();
    const std::string noun = GetNoun(kind);
    if (noun == "link")
    {
        std::map<std::pair<uint32_t, uint32_t>, uint32_t> counts;
        for (const auto& link : m_world.GetGraph().GetLinks())
        {
            const uint32_t count = ++counts[std::minmax(link.from, link.to)];
            const std::string suffix = count > 1 ? "#" + std::to_string(count) : "";
            const std::string& from = cities[link.from].name;
            const std::string& to = cities[link.to].name;
            if (kind == FailureKind::ONE_WAY)
            {
                names.push_back(from + ">" + to + suffix);
                names.push_back(to + ">" + from + suffix);
            }
            else
            {
                names.push_back(from + "|" + to + suffix);
            }
        }
        return names;
    }
    for (const auto& city : cities)
    {
        const bool hasServers = m_world.GetServers(city.name).GetN() > 0;
        if (noun == "city" || (kind == FailureKind::DRAIN && hasServers) ||
            (kind == FailureKind::SITE_POWER && !GetSite(city.name).empty()))
        {
            names.push_back(city.name);
        }
        if (noun == "server" || noun == "director")
        {
            for (const auto& node : ToVector(noun == "server" ? m_world.GetServers(city.name)
                                                              : m_world.GetDirectors(city.name)))
            {
                names.push_back(m_world.GetName(node));
            }
        }
    }
    return names;
}

std::string
FailureHelper::Find(FailureKind kind, const std::string& name, Target& target) const
{
    const std::string noun = GetNoun(kind);
    if (noun == "link")
    {
        return FindLink(kind, name, target);
    }
    target.name = name;
    uint32_t index = 0;
    const bool isCity = m_world.GetGraph().Find(name, index);
    if (isCity && noun == "city")
    {
        target.nodes = {m_world.GetRouter(name)};
    }
    else if (isCity && kind == FailureKind::SITE_POWER)
    {
        target.nodes = GetSite(name);
    }
    else if (isCity && kind == FailureKind::DRAIN)
    {
        target.nodes = ToVector(m_world.GetServers(name));
    }
    else if (!isCity)
    {
        Ptr<Node> node = m_world.FindNodeByName(name);
        if (node && noun != "site" && noun != "city")
        {
            const std::string& city = m_world.GetCity(node);
            const auto nodes = ToVector(noun == "director" ? m_world.GetDirectors(city)
                                                           : m_world.GetServers(city));
            if (std::find(nodes.begin(), nodes.end(), node) != nodes.end())
            {
                target.nodes = {node};
            }
        }
    }
    if (!target.nodes.empty())
    {
        return "";
    }
    return "no " + noun + " '" + name + "', expected " + Join(GetNames(kind)) +
           (kind == FailureKind::DRAIN ? ", or a server" : "");
}

std::string
FailureHelper::FindLink(FailureKind kind, const std::string& name, Target& target) const
{
    const bool isOneWay = name.find('>') != std::string::npos;
    const std::string form = kind == FailureKind::ONE_WAY ? "A>B" : "A|B";
    const std::string error = "no link '" + name + "', expected " + form + ", " +
                              (kind == FailureKind::LOSS ? "A>B, " : "") +
                              (kind == FailureKind::ONE_WAY ? "" : "a host, or ") +
                              Join(GetNames(kind));
    if (isOneWay ? kind != FailureKind::ONE_WAY && kind != FailureKind::LOSS
                 : kind == FailureKind::ONE_WAY)
    {
        return error;
    }
    // A city's name may have a # of its own.
    const std::size_t middle = name.find(isOneWay ? '>' : '|');
    uint32_t number = 1;
    std::string first = name.substr(0, middle);
    std::string second = middle == std::string::npos ? "" : name.substr(middle + 1);
    Ptr<Node> from = m_world.FindNodeByName(first);
    Ptr<Node> to = m_world.FindNodeByName(second);
    const std::size_t hash = second.rfind('#');
    if (!to && hash != std::string::npos && hash + 1 < second.size() &&
        second.find_first_not_of("0123456789", hash + 1) == std::string::npos &&
        second.size() - hash <= 6)
    {
        number = std::stoul(second.substr(hash + 1));
        to = m_world.FindNodeByName(second.substr(0, hash));
    }
    uint32_t index = 0;
    if (middle == std::string::npos && from && !m_world.GetGraph().Find(first, index))
    {
        to = m_world.GetRouter(m_world.GetCity(from)); // a host's own link
    }
    if (!from || !to || number == 0)
    {
        return error;
    }
    for (uint32_t i = 0; i < from->GetNDevices(); i++)
    {
        Ptr<NetDevice> device = from->GetDevice(i);
        Ptr<NetDevice> peer = LinkFault::GetPeer(device);
        if (!peer || peer->GetNode() != to || --number > 0)
        {
            continue;
        }
        target.name = name;
        if (kind == FailureKind::DELAY)
        {
            target.devices = {device};
        }
        else if (isOneWay)
        {
            target.devices = {peer};
        }
        else
        {
            target.devices = {device, peer};
        }
        return "";
    }
    return error;
}

} // namespace gipt
} // namespace ns3
