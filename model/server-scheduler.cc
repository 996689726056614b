/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "server-scheduler.h"

#include "real-server.h"
#include "virtual-service.h"

#include "ns3/log.h"
#include "ns3/object-factory.h"

#include <algorithm>
#include <cctype>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptScheduler");

namespace gipt
{

NS_OBJECT_ENSURE_REGISTERED(Scheduler);

namespace
{

/// What stands in front of a short name in a TypeId.
const std::string PREFIX = "ns3::gipt::";
/// What stands behind it.
const std::string SUFFIX = "Scheduler";
/// What ipvsadm calls the flags of schedulers that have no names for them.
const std::array<std::string, 3> FLAGS{"flag-1", "flag-2", "flag-3"};

/**
 * @brief The short name in a TypeId name.
 * @param typeName such as "ns3::gipt::WrrScheduler"
 * @return such as "wrr", empty when the TypeId has no short name
 */
std::string
GetShortName(const std::string& typeName)
{
    if (typeName.size() <= PREFIX.size() + SUFFIX.size() ||
        typeName.compare(0, PREFIX.size(), PREFIX) != 0 ||
        typeName.compare(typeName.size() - SUFFIX.size(), SUFFIX.size(), SUFFIX) != 0)
    {
        return "";
    }
    std::string name =
        typeName.substr(PREFIX.size(), typeName.size() - PREFIX.size() - SUFFIX.size());
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return name;
}

} // namespace

TypeId
Scheduler::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::Scheduler").SetParent<Object>().SetGroupName("GlobalIpTunneling");
    return tid;
}

Ptr<Scheduler>
Scheduler::Create(const std::string& name)
{
    NS_LOG_FUNCTION(name);
    for (uint16_t i = 0; i < TypeId::GetRegisteredN(); ++i)
    {
        const TypeId tid = TypeId::GetRegistered(i);
        if (tid.IsChildOf(GetTypeId()) && tid.HasConstructor() &&
            (tid.GetName() == name || (!name.empty() && GetShortName(tid.GetName()) == name)))
        {
            ObjectFactory factory;
            factory.SetTypeId(tid);
            return factory.Create<Scheduler>();
        }
    }
    return nullptr;
}

std::vector<std::string>
Scheduler::GetNames()
{
    std::vector<std::string> names;
    for (uint16_t i = 0; i < TypeId::GetRegisteredN(); ++i)
    {
        const TypeId tid = TypeId::GetRegistered(i);
        const std::string name = GetShortName(tid.GetName());
        if (!name.empty() && tid.IsChildOf(GetTypeId()) && tid.HasConstructor())
        {
            names.push_back(name);
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::string
Scheduler::GetName() const
{
    const std::string typeName = GetInstanceTypeId().GetName();
    const std::string name = GetShortName(typeName);
    return name.empty() ? typeName : name;
}

void
Scheduler::ServiceBound(const VirtualService& service)
{
}

void
Scheduler::ServerAdded(const VirtualService& service, RealServer& server)
{
}

void
Scheduler::ServerRemoving(const VirtualService& service, RealServer& server)
{
}

void
Scheduler::ServerRemoved(const VirtualService& service, RealServer& server)
{
}

void
Scheduler::ServerUpdated(const VirtualService& service, RealServer& server)
{
}

void
Scheduler::Advance(const VirtualService& service, Time now)
{
}

bool
Scheduler::SetFlag(const std::string& flag)
{
    const auto found = std::find(FLAGS.begin(), FLAGS.end(), flag);
    if (found == FLAGS.end())
    {
        return false;
    }
    m_flags[found - FLAGS.begin()] = true;
    return true;
}

void
Scheduler::ClearFlags()
{
    m_flags.fill(false);
}

std::vector<std::string>
Scheduler::GetFlags() const
{
    std::vector<std::string> flags;
    for (std::size_t i = 0; i < FLAGS.size(); ++i)
    {
        if (m_flags[i])
        {
            flags.push_back(FLAGS[i]);
        }
    }
    return flags;
}

int64_t
Scheduler::AssignStreams(int64_t stream)
{
    return 0;
}

} // namespace gipt
} // namespace ns3
