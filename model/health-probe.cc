/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "health-probe.h"

#include "health-tunnel.h"

#include "ns3/inet-socket-address.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"
#include "ns3/string.h"

#include <algorithm>
#include <cctype>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptHealthProbe");

namespace gipt
{

NS_OBJECT_ENSURE_REGISTERED(HealthProbe);

namespace
{

/**
 * @brief The short name of a probe.
 * @param typeName name of its TypeId
 * @return "http" for ns3::gipt::HttpProbe, empty for a name of another form
 */
std::string
GetShortName(const std::string& typeName)
{
    const std::string begin = "ns3::gipt::";
    const std::string end = "Probe";
    if (typeName.size() <= begin.size() + end.size() || typeName.compare(0, begin.size(), begin) ||
        typeName.compare(typeName.size() - end.size(), end.size(), end))
    {
        return "";
    }
    std::string name = typeName.substr(begin.size(), typeName.size() - begin.size() - end.size());
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return name;
}

} // namespace

TypeId
HealthProbe::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::HealthProbe").SetParent<Object>().SetGroupName("GlobalIpTunneling");
    return tid;
}

HealthProbe::HealthProbe()
{
    NS_LOG_FUNCTION(this);
}

HealthProbe::~HealthProbe()
{
    NS_LOG_FUNCTION(this);
}

Ptr<HealthProbe>
HealthProbe::FromMethod(const std::string& method, std::string& error)
{
    NS_LOG_FUNCTION(method);
    const auto bracket = method.find('[');
    const std::string name = method.substr(0, bracket);
    Ptr<HealthProbe> probe;
    for (uint16_t i = 0; i < TypeId::GetRegisteredN() && !probe; ++i)
    {
        const TypeId tid = TypeId::GetRegistered(i);
        if (tid.IsChildOf(GetTypeId()) && tid.HasConstructor() &&
            (tid.GetName() == name || (!name.empty() && GetShortName(tid.GetName()) == name)))
        {
            ObjectFactory factory;
            factory.SetTypeId(tid);
            probe = factory.Create<HealthProbe>();
        }
    }
    if (!probe)
    {
        error = "unknown method '" + name + "', expected one of";
        for (const auto& known : GetNames())
        {
            error += " " + known;
        }
        return nullptr;
    }
    if (bracket == std::string::npos)
    {
        return probe;
    }
    if (method.back() != ']')
    {
        error = "method '" + method + "', expected " + name + "[ATTRIBUTE=VALUE|...]";
        return nullptr;
    }
    const std::string list = method.substr(bracket + 1, method.size() - bracket - 2);
    for (std::size_t begin = 0; begin < list.size();)
    {
        const auto end = std::min(list.find('|', begin), list.size());
        const std::string setting = list.substr(begin, end - begin);
        const auto equals = setting.find('=');
        if (equals == std::string::npos ||
            !probe->SetAttributeFailSafe(setting.substr(0, equals),
                                         StringValue(setting.substr(equals + 1))))
        {
            error = "'" + setting + "' in method '" + method + "', expected an attribute of " +
                    probe->GetInstanceTypeId().GetName() + " and a value it takes";
            return nullptr;
        }
        begin = end + 1;
    }
    return probe;
}

std::vector<std::string>
HealthProbe::GetNames()
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

bool
HealthProbe::UsesPort() const
{
    return true;
}

bool
HealthProbe::JudgeSilence() const
{
    return false;
}

void
HealthProbe::DoDispose()
{
    NS_LOG_FUNCTION(this);
    Cancel();
    m_target = ProbeTarget();
    m_tunnelled = nullptr;
    Object::DoDispose();
}

void
HealthProbe::Start(const ProbeTarget& target, Time timeout, Callback<void, bool> done)
{
    NS_LOG_FUNCTION(this << target.address << target.port << timeout);
    Cancel();
    m_target = target;
    m_done = done;
    m_waiting = true;
    m_judged = false;
    m_started = Simulator::Now();
    m_timeout = Simulator::Schedule(timeout, &HealthProbe::HandleTimeout, this);
    DoStart();
}

void
HealthProbe::Cancel()
{
    NS_LOG_FUNCTION(this);
    m_waiting = false;
    m_timeout.Cancel();
    DoRelease();
    CloseTunnel();
}

Time
HealthProbe::GetElapsed() const
{
    return m_waiting ? Simulator::Now() - m_started : m_elapsed;
}

void
HealthProbe::HandleTimeout()
{
    NS_LOG_FUNCTION(this);
    Finish(JudgeSilence());
}

void
HealthProbe::Finish(bool alive)
{
    NS_LOG_FUNCTION(this << alive);
    if (!m_waiting)
    {
        return;
    }
    m_elapsed = Simulator::Now() - m_started;
    m_waiting = false;
    m_timeout.Cancel();
    if (!alive)
    {
        Cancel(); // after an answer there may be a connection to be closed in peace
    }
    const Ptr<HealthProbe> self(this); // whoever is told may let go of it
    const auto done = m_done;
    done(alive);
}

void
HealthProbe::FinishSoon(bool alive)
{
    if (m_waiting && !m_judged)
    {
        m_judged = true;
        m_timeout.Cancel();
        m_timeout = Simulator::ScheduleNow(&HealthProbe::Finish, this, alive);
    }
}

Ptr<Socket>
HealthProbe::MakeSocket(TypeId type, uint8_t protocol)
{
    NS_LOG_FUNCTION(this << type << +protocol);
    auto socket = Socket::CreateSocket(m_target.node, type);
    socket->Bind();
    if (m_target.tunnel)
    {
        socket->BindToNetDevice(m_target.tunnel);
        Address own;
        socket->GetSockName(own);
        m_tunnelled = m_target.tunnel;
        m_tunnelProtocol = protocol;
        m_tunnelPort = InetSocketAddress::ConvertFrom(own).GetPort();
        m_tunnelled->Open(protocol, m_tunnelPort, m_target.address, m_target.port, m_target.server);
    }
    return socket;
}

void
HealthProbe::CloseTunnel()
{
    if (m_tunnelProtocol != 0)
    {
        m_tunnelled->Close(m_tunnelProtocol, m_tunnelPort);
        m_tunnelProtocol = 0;
    }
}

} // namespace gipt
} // namespace ns3
