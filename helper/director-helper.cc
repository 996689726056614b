/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "director-helper.h"

#include "ns3/log.h"
#include "ns3/names.h"
#include "ns3/node.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"

#include <cstdlib>
#include <iostream>
#include <sstream>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptDirectorHelper");

namespace gipt
{

namespace
{

/**
 * @brief End the program because of bad input.
 * @param error what is to be said
 */
[[noreturn]] void
Refuse(const std::string& error)
{
    std::cerr << error << std::endl;
    std::exit(2);
}

} // namespace

DirectorHelper::DirectorHelper()
    : m_rehearsal(std::make_unique<DirectorCore>())
{
    m_directorFactory.SetTypeId(Director::GetTypeId());
    m_healthCheckFactory.SetTypeId(HealthCheck::GetTypeId());
}

void
DirectorHelper::SetAttribute(const std::string& name, const AttributeValue& value)
{
    m_directorFactory.Set(name, value);
}

void
DirectorHelper::EnableHealthCheck()
{
    m_hasHealthCheck = true;
}

void
DirectorHelper::SetHealthCheckAttribute(const std::string& name, const AttributeValue& value)
{
    m_healthCheckFactory.Set(name, value);
    m_hasHealthCheck = true;
}

void
DirectorHelper::SetQuorum(const std::string& protocol,
                          Ipv4Address address,
                          uint16_t port,
                          const QuorumRule& rule)
{
    if (protocol != "tcp" && protocol != "udp")
    {
        Refuse("protocol '" + protocol + "', expected tcp or udp");
    }
    if (rule.quorum == 0)
    {
        Refuse("quorum 0, expected at least 1");
    }
    m_quorums.emplace_back(ServiceId(address, port, protocol == "tcp" ? 6 : 17), rule);
    m_hasHealthCheck = true;
}

void
DirectorHelper::Add(const IpvsadmCommand& rule)
{
    std::string error;
    if (!rule.Apply(*m_rehearsal, error))
    {
        Refuse(error);
    }
    m_rules.push_back(rule);
}

void
DirectorHelper::AddService(const std::string& protocol,
                           Ipv4Address address,
                           uint16_t port,
                           const std::string& scheduler,
                           const std::string& flags)
{
    NS_LOG_FUNCTION(this << protocol << address << port << scheduler << flags);
    if (protocol != "tcp" && protocol != "udp")
    {
        Refuse("protocol '" + protocol + "', expected tcp or udp");
    }
    IpvsadmCommand rule;
    rule.action = IpvsadmCommand::Action::ADD_SERVICE;
    rule.hasService = true;
    rule.service = ServiceId(address, port, protocol == "tcp" ? 6 : 17);
    rule.options.scheduler = scheduler;
    std::istringstream list(flags);
    for (std::string flag; std::getline(list, flag, ',');)
    {
        rule.options.flags.push_back(flag);
    }
    Add(rule);
}

void
DirectorHelper::AddRealServer(Ipv4Address address,
                              uint16_t port,
                              Ipv4Address server,
                              uint32_t weight,
                              uint32_t upperThreshold,
                              uint32_t lowerThreshold)
{
    NS_LOG_FUNCTION(this << address << port << server << weight);
    IpvsadmCommand rule;
    rule.action = IpvsadmCommand::Action::ADD_SERVER;
    rule.hasService = true;
    rule.service = ServiceId(address, port, 6);
    rule.serverAddress = server;
    rule.serverPort = port;
    rule.weight = weight;
    rule.upperThreshold = upperThreshold;
    rule.lowerThreshold = lowerThreshold;
    const bool hasUdp = bool(m_rehearsal->FindService(address, port, 17));
    if (!hasUdp || m_rehearsal->FindService(address, port, 6))
    {
        Add(rule);
    }
    if (hasUdp)
    {
        rule.service.protocol = 17;
        Add(rule);
    }
}

void
DirectorHelper::LoadRules(const std::string& fileName)
{
    std::string error;
    if (!TryLoadRules(fileName, error))
    {
        Refuse(error);
    }
}

bool
DirectorHelper::TryLoadRules(const std::string& fileName, std::string& error)
{
    NS_LOG_FUNCTION(this << fileName);
    return IpvsadmCommand::LoadRules(fileName, *m_rehearsal, error, &m_rules);
}

bool
DirectorHelper::TryCommand(const std::string& line, std::string& error)
{
    NS_LOG_FUNCTION(this << line);
    IpvsadmCommand rule;
    if (!rule.Parse(IpvsadmCommand::Split(line), error) || !rule.Apply(*m_rehearsal, error))
    {
        return false;
    }
    m_rules.push_back(rule);
    return true;
}

ApplicationContainer
DirectorHelper::Install(Ptr<Node> node) const
{
    NS_LOG_FUNCTION(this << node);
    ApplicationContainer applications;
    const auto director = m_directorFactory.Create<Director>();
    node->AddApplication(director);
    applications.Add(director);
    std::string error;
    for (const auto& rule : m_rules)
    {
        if (!rule.Apply(*director, error))
        {
            Refuse(error); // what the rehearsal took, a director of other attributes may refuse
        }
    }
    if (m_hasHealthCheck)
    {
        const auto check = m_healthCheckFactory.Create<HealthCheck>();
        check->SetAttribute("Director", PointerValue(director));
        for (const auto& [id, rule] : m_quorums)
        {
            check->SetQuorum(id, rule);
        }
        node->AddApplication(check);
        applications.Add(check);
    }
    return applications;
}

ApplicationContainer
DirectorHelper::Install(const std::string& nodeName) const
{
    return Install(Names::Find<Node>(nodeName));
}

ApplicationContainer
DirectorHelper::Install(const NodeContainer& nodes) const
{
    ApplicationContainer applications;
    for (auto node = nodes.Begin(); node != nodes.End(); ++node)
    {
        applications.Add(Install(*node));
    }
    return applications;
}

int64_t
DirectorHelper::AssignStreams(const ApplicationContainer& applications, int64_t stream)
{
    int64_t next = stream;
    for (auto application = applications.Begin(); application != applications.End(); ++application)
    {
        if (const auto director = DynamicCast<Director>(*application))
        {
            next += director->AssignStreams(next);
        }
        else if (const auto check = DynamicCast<HealthCheck>(*application))
        {
            next += check->AssignStreams(next);
        }
    }
    return next - stream;
}

void
DirectorHelper::ScheduleCommand(Time time, Ptr<Director> director, const std::string& line)
{
    NS_LOG_FUNCTION(time << director << line);
    IpvsadmCommand command;
    std::string error;
    if (!command.Parse(IpvsadmCommand::Split(line), error))
    {
        Refuse(error);
    }
    Simulator::Schedule(time, [director, command]() {
        std::string reason;
        if (!command.Apply(*director, Simulator::Now(), std::cout, reason))
        {
            Refuse(reason);
        }
    });
}

void
DirectorHelper::ScheduleDrain(Time time, Ptr<HealthCheck> check, Ipv4Address server, Time timeout)
{
    NS_LOG_FUNCTION(time << check << server << timeout);
    Simulator::Schedule(time, [check, server, timeout]() { check->DrainAll(server, timeout); });
}

void
DirectorHelper::PrintServices(Ptr<Director> director, Ptr<OutputStreamWrapper> stream)
{
    IpvsadmListing::PrintServices(*director, *stream->GetStream());
}

void
DirectorHelper::PrintStats(Ptr<Director> director, Ptr<OutputStreamWrapper> stream)
{
    IpvsadmFormat format;
    format.columns = IpvsadmColumns::STATS;
    IpvsadmListing::PrintServices(*director, *stream->GetStream(), format);
}

void
DirectorHelper::PrintConnections(Ptr<Director> director, Ptr<OutputStreamWrapper> stream)
{
    IpvsadmListing::PrintConnections(*director, Simulator::Now(), *stream->GetStream());
}

void
DirectorHelper::SaveRules(Ptr<Director> director, Ptr<OutputStreamWrapper> stream)
{
    IpvsadmListing::SaveRules(*director, *stream->GetStream());
}

} // namespace gipt
} // namespace ns3
