/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "server-drain.h"

#include "real-server.h"

#include "ns3/abort.h"
#include "ns3/callback.h"
#include "ns3/ipv4.h"
#include "ns3/log.h"
#include "ns3/node-list.h"

#include <algorithm>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptServerDrain");

ServerDrain::~ServerDrain()
{
    Clear();
}

void
ServerDrain::Clear()
{
    for (const auto& director : m_directors)
    {
        director->TraceDisconnectWithoutContext("Server",
                                                MakeCallback(&ServerDrain::HandleServer, this));
    }
    m_directors.clear();
    m_drained.clear();
    m_counts.clear();
}

void
ServerDrain::Begin(const std::vector<Ptr<Node>>& servers)
{
    NS_LOG_FUNCTION(this);
    for (const auto& address : GetAddresses(servers))
    {
        m_counts[address]++;
    }
    Listen();
    Update();
}

void
ServerDrain::End(const std::vector<Ptr<Node>>& servers)
{
    NS_LOG_FUNCTION(this);
    for (const auto& address : GetAddresses(servers))
    {
        auto count = m_counts.find(address);
        NS_ABORT_MSG_IF(count == m_counts.end(), address << " is not drained");
        if (--count->second == 0)
        {
            m_counts.erase(count);
        }
    }
    Update();
}

std::set<Ipv4Address>
ServerDrain::GetAddresses(const std::vector<Ptr<Node>>& nodes)
{
    std::set<Ipv4Address> addresses;
    for (const auto& node : nodes)
    {
        Ptr<Ipv4> ipv4 = node->GetObject<Ipv4>();
        for (uint32_t i = 0; ipv4 && i < ipv4->GetNInterfaces(); i++)
        {
            for (uint32_t j = 0; j < ipv4->GetNAddresses(i); j++)
            {
                const Ipv4Address address = ipv4->GetAddress(i, j).GetLocal();
                if (!address.IsLocalhost())
                {
                    addresses.insert(address);
                }
            }
        }
    }
    return addresses;
}

std::vector<Ptr<Director>>
ServerDrain::GetDirectors()
{
    std::vector<Ptr<Director>> directors;
    for (auto node = NodeList::Begin(); node != NodeList::End(); ++node)
    {
        for (uint32_t i = 0; i < (*node)->GetNApplications(); i++)
        {
            if (auto director = DynamicCast<Director>((*node)->GetApplication(i)))
            {
                directors.push_back(director);
            }
        }
    }
    return directors;
}

void
ServerDrain::Listen()
{
    for (const auto& director : GetDirectors())
    {
        if (std::find(m_directors.begin(), m_directors.end(), director) == m_directors.end())
        {
            director->TraceConnectWithoutContext("Server",
                                                 MakeCallback(&ServerDrain::HandleServer, this));
            m_directors.push_back(director);
        }
    }
}

void
ServerDrain::HandleServer(Ptr<VirtualService> service, Ptr<RealServer> server, uint32_t weight)
{
    NS_LOG_FUNCTION(this << service << server << weight);
    Update();
}

void
ServerDrain::Update()
{
    for (const auto& director : GetDirectors())
    {
        for (const auto& service : director->GetServices())
        {
            const std::vector<Ptr<RealServer>> servers = service->GetServers();
            for (const auto& server : servers)
            {
                if (m_counts.count(server->GetAddress()) == 0 || server->GetWeight() == 0)
                {
                    continue;
                }
                const Drained now{service,
                                  server->GetAddress(),
                                  server->GetPort(),
                                  server->GetWeight()};
                const auto before =
                    std::find_if(m_drained.begin(), m_drained.end(), [&now](const Drained& other) {
                        return other.service == now.service && other.address == now.address &&
                               other.port == now.port;
                    });
                if (before == m_drained.end())
                {
                    m_drained.push_back(now);
                }
                else
                {
                    before->weight = now.weight;
                }
                service->SetWeight(server, 0);
            }
        }
    }
    for (auto drained = m_drained.begin(); drained != m_drained.end();)
    {
        const Ptr<RealServer> server =
            drained->service->FindServer(drained->address, drained->port);
        // one that is not there may come back with weight 0
        if (m_counts.count(drained->address) > 0 || !server)
        {
            ++drained;
            continue;
        }
        if (server->GetWeight() == 0)
        {
            drained->service->SetWeight(server, drained->weight);
        }
        drained = m_drained.erase(drained);
    }
}

} // namespace gipt
} // namespace ns3
