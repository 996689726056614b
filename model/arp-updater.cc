/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "arp-updater.h"

#include "ns3/arp-cache.h"
#include "ns3/arp-header.h"
#include "ns3/arp-l3-protocol.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/log.h"
#include "ns3/node.h"

#include <algorithm>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptArpUpdater");
NS_OBJECT_ENSURE_REGISTERED(ArpUpdater);

TypeId
ArpUpdater::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::ArpUpdater")
                            .SetParent<Object>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<ArpUpdater>();
    return tid;
}

void
ArpUpdater::Install(Ptr<NetDevice> device)
{
    NS_LOG_FUNCTION(device);
    const auto node = device->GetNode();
    auto updater = node->GetObject<ArpUpdater>();
    if (!updater)
    {
        updater = CreateObject<ArpUpdater>();
        updater->m_node = node;
        node->AggregateObject(updater);
    }
    auto& devices = updater->m_devices;
    if (std::find(devices.begin(), devices.end(), device) == devices.end())
    {
        devices.push_back(device);
        node->RegisterProtocolHandler(MakeCallback(&ArpUpdater::Receive, updater),
                                      ArpL3Protocol::PROT_NUMBER,
                                      device);
    }
}

void
ArpUpdater::Announce(Ptr<NetDevice> device, Ipv4Address address)
{
    NS_LOG_FUNCTION(device << address);
    ArpHeader arp;
    arp.SetRequest(device->GetAddress(), address, device->GetBroadcast(), address);
    const auto packet = Create<Packet>();
    packet->AddHeader(arp);
    device->Send(packet, device->GetBroadcast(), ArpL3Protocol::PROT_NUMBER);
}

void
ArpUpdater::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_node = nullptr;
    m_devices.clear();
    Object::DoDispose();
}

void
ArpUpdater::Receive(Ptr<NetDevice> device,
                    Ptr<const Packet> packet,
                    uint16_t protocol,
                    const Address& from,
                    const Address& to,
                    NetDevice::PacketType type)
{
    ArpHeader arp;
    if (!m_node || packet->Copy()->RemoveHeader(arp) == 0 ||
        arp.GetSourceIpv4Address() != arp.GetDestinationIpv4Address())
    {
        return;
    }
    const auto ipv4 = m_node->GetObject<Ipv4L3Protocol>();
    const int32_t number = ipv4 ? ipv4->GetInterfaceForDevice(device) : -1;
    if (number < 0 || !ipv4->IsUp(number))
    {
        return;
    }
    const auto interface = ipv4->GetInterface(number);
    const auto cache = interface->GetArpCache();
    const Ipv4Address address = arp.GetSourceIpv4Address();
    ArpCache::Entry* entry = cache ? cache->Lookup(address) : nullptr;
    if (!entry || entry->IsPermanent())
    {
        return;
    }
    NS_LOG_LOGIC(address << " is at " << arp.GetSourceHardwareAddress());
    if (entry->IsWaitReply())
    {
        entry->MarkAlive(arp.GetSourceHardwareAddress());
        for (auto waiting = entry->DequeuePending(); waiting.first;
             waiting = entry->DequeuePending())
        {
            interface->Send(waiting.first, waiting.second, address);
        }
    }
    else if (entry->IsAlive())
    {
        entry->SetMacAddress(arp.GetSourceHardwareAddress());
        entry->UpdateSeen();
    }
    else
    {
        cache->Remove(entry); // it was given up: asked for again when it is needed
    }
}

} // namespace gipt
} // namespace ns3
