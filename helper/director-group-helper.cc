/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "director-group-helper.h"

#include "ns3/abort.h"
#include "ns3/arp-updater.h"
#include "ns3/boolean.h"
#include "ns3/channel.h"
#include "ns3/complete-connection-sync.h"
#include "ns3/ipv4.h"
#include "ns3/ipvs-connection-sync.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/pointer.h"
#include "ns3/route-announcer.h"
#include "ns3/uinteger.h"
#include "ns3/vrrp-instance.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptDirectorGroupHelper");

namespace gipt
{

namespace
{

constexpr uint32_t FIRST_PRIORITY = 100; ///< of a pair's first director

/**
 * @brief The director of a node.
 * @param node the node
 * @return the director
 */
Ptr<Director>
GetDirector(Ptr<Node> node)
{
    for (uint32_t i = 0; i < node->GetNApplications(); i++)
    {
        if (const auto director = DynamicCast<Director>(node->GetApplication(i)))
        {
            return director;
        }
    }
    NS_ABORT_MSG("DirectorGroupHelper: node " << node->GetId() << " has no Director");
    return nullptr;
}

/**
 * @brief The interface of a node to the network of an address.
 * @param node the node
 * @param address the address
 * @return its number
 */
uint32_t
FindInterface(Ptr<Node> node, Ipv4Address address)
{
    const auto ipv4 = node->GetObject<Ipv4>();
    for (uint32_t i = 0; i < ipv4->GetNInterfaces(); i++)
    {
        for (uint32_t j = 0; j < ipv4->GetNAddresses(i); j++)
        {
            const auto own = ipv4->GetAddress(i, j);
            if (own.GetLocal().CombineMask(own.GetMask()) == address.CombineMask(own.GetMask()))
            {
                return i;
            }
        }
    }
    NS_ABORT_MSG("DirectorGroupHelper: node " << node->GetId() << " has no interface to the "
                                              << "network of " << address);
    return 0;
}

/**
 * @brief Let all nodes of a network heed gratuitous ARP.
 * @param device a device on it
 */
void
InstallArpUpdaters(Ptr<NetDevice> device)
{
    const auto channel = device->GetChannel();
    for (std::size_t i = 0; channel && i < channel->GetNDevices(); i++)
    {
        const auto each = channel->GetDevice(i);
        if (each->GetNode()->GetObject<Ipv4>())
        {
            ArpUpdater::Install(each);
        }
    }
}

} // namespace

DirectorGroupHelper::DirectorGroupHelper()
{
    m_vrrp.SetTypeId(VrrpInstance::GetTypeId());
    m_announcer.SetTypeId(RouteAnnouncer::GetTypeId());
}

void
DirectorGroupHelper::SetSync(const std::string& mode)
{
    m_hasSync = mode != "none";
    if (mode == "ipvs")
    {
        m_sync = ObjectFactory();
        m_sync.SetTypeId(IpvsConnectionSync::GetTypeId());
    }
    else if (mode == "complete")
    {
        m_sync = ObjectFactory();
        m_sync.SetTypeId(CompleteConnectionSync::GetTypeId());
    }
    else if (m_hasSync)
    {
        std::cerr << "synchronisation '" << mode << "', expected none, ipvs or complete"
                  << std::endl;
        std::exit(2);
    }
}

void
DirectorGroupHelper::SetSyncAttribute(const std::string& name, const AttributeValue& value)
{
    m_sync.Set(name, value);
}

void
DirectorGroupHelper::SetVrrpAttribute(const std::string& name, const AttributeValue& value)
{
    m_vrrp.Set(name, value);
}

void
DirectorGroupHelper::SetAnnouncerAttribute(const std::string& name, const AttributeValue& value)
{
    m_announcer.Set(name, value);
}

ApplicationContainer
DirectorGroupHelper::InstallPair(const NodeContainer& directors, Ipv4Address floating) const
{
    NS_LOG_FUNCTION(this << floating);
    std::vector<uint32_t> interfaces;
    for (uint32_t i = 0; i < directors.GetN(); i++)
    {
        interfaces.push_back(FindInterface(directors.Get(i), floating));
    }
    const auto syncs = InstallSync(directors, interfaces, true);
    ApplicationContainer applications;
    for (uint32_t i = 0; i < directors.GetN(); i++)
    {
        const auto node = directors.Get(i);
        const auto director = GetDirector(node);
        director->SetActive(false);
        const auto vrrp = m_vrrp.Create<VrrpInstance>();
        vrrp->SetAttribute("Director", PointerValue(director));
        vrrp->SetAttribute("Interface", UintegerValue(interfaces[i]));
        vrrp->SetAttribute("Priority", UintegerValue(FIRST_PRIORITY - i));
        vrrp->AddAddress(floating);
        node->AddApplication(vrrp);
        applications.Add(vrrp);
        if (m_hasSync)
        {
            applications.Add(syncs.Get(i));
        }
        InstallArpUpdaters(node->GetObject<Ipv4>()->GetNetDevice(interfaces[i]));
    }
    return applications;
}

ApplicationContainer
DirectorGroupHelper::InstallAnycast(const NodeContainer& directors, Ptr<RoutingGraph> graph) const
{
    NS_LOG_FUNCTION(this << graph);
    const auto syncs = InstallSync(directors, std::vector<uint32_t>(directors.GetN(), 1), false);
    ApplicationContainer applications;
    for (uint32_t i = 0; i < directors.GetN(); i++)
    {
        const auto announcer = m_announcer.Create<RouteAnnouncer>();
        announcer->SetAttribute("Director", PointerValue(GetDirector(directors.Get(i))));
        announcer->SetAttribute("Graph", PointerValue(graph));
        directors.Get(i)->AddApplication(announcer);
        applications.Add(announcer);
        if (m_hasSync)
        {
            applications.Add(syncs.Get(i));
        }
    }
    return applications;
}

ApplicationContainer
DirectorGroupHelper::InstallSync(const NodeContainer& directors,
                                 const std::vector<uint32_t>& interfaces,
                                 bool isOneNetwork) const
{
    ApplicationContainer applications;
    for (uint32_t i = 0; m_hasSync && i < directors.GetN(); i++)
    {
        const auto sync = m_sync.Create<ConnectionSync>();
        sync->SetAttribute("Director", PointerValue(GetDirector(directors.Get(i))));
        const bool isIpvs = bool(DynamicCast<IpvsConnectionSync>(sync));
        if (isIpvs)
        {
            sync->SetAttribute("Interface", UintegerValue(interfaces[i]));
        }
        for (uint32_t j = 0; j < directors.GetN() && !(isIpvs && isOneNetwork); j++)
        {
            if (j != i)
            {
                const auto ipv4 = directors.Get(j)->GetObject<Ipv4>();
                sync->AddPeer(ipv4->GetAddress(interfaces[j], 0).GetLocal());
            }
        }
        directors.Get(i)->AddApplication(sync);
        applications.Add(sync);
    }
    return applications;
}

} // namespace gipt
} // namespace ns3
