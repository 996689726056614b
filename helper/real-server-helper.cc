/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "real-server-helper.h"

#include "ns3/ipip-l4-protocol.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/mac48-address.h"
#include "ns3/names.h"
#include "ns3/node.h"
#include "ns3/trace-helper.h"
#include "ns3/tunnel-net-device.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace gipt
{

RealServerHelper::RealServerHelper()
{
    m_protocolFactory.SetTypeId(IpipL4Protocol::GetTypeId());
    m_deviceFactory.SetTypeId(TunnelNetDevice::GetTypeId());
    m_deviceFactory.Set("Mtu", UintegerValue(TunnelNetDevice::DEFAULT_MTU));
}

void
RealServerHelper::SetAttribute(const std::string& name, const AttributeValue& value)
{
    m_protocolFactory.Set(name, value);
}

void
RealServerHelper::SetDeviceAttribute(const std::string& name, const AttributeValue& value)
{
    m_deviceFactory.Set(name, value);
}

NetDeviceContainer
RealServerHelper::Install(const NodeContainer& nodes, Ipv4Address vip) const
{
    NetDeviceContainer devices;
    for (auto it = nodes.Begin(); it != nodes.End(); ++it)
    {
        devices.Add(Install(*it, vip));
    }
    return devices;
}

NetDeviceContainer
RealServerHelper::Install(const std::string& name, Ipv4Address vip) const
{
    return Install(Names::Find<Node>(name), vip);
}

NetDeviceContainer
RealServerHelper::Install(Ptr<Node> node) const
{
    const auto ipv4 = node->GetObject<Ipv4L3Protocol>();
    NS_ABORT_MSG_UNLESS(ipv4, "a real server needs an Internet stack");
    auto protocol = DynamicCast<IpipL4Protocol>(ipv4->GetProtocol(IpipL4Protocol::PROT_NUMBER));
    if (!protocol)
    {
        const auto device = m_deviceFactory.Create<TunnelNetDevice>();
        device->SetAddress(Mac48Address::Allocate());
        node->AddDevice(device);
        const uint32_t interface = ipv4->AddInterface(device);
        ipv4->SetUp(interface);
        // Without this, global routing would announce the VIP from every real server, and inner
        // packets for other addresses would be forwarded.
        ipv4->SetForwarding(interface, false);
        protocol = m_protocolFactory.Create<IpipL4Protocol>();
        protocol->Attach(node, device);
    }
    return NetDeviceContainer(protocol->GetDevice());
}

NetDeviceContainer
RealServerHelper::Install(Ptr<Node> node, Ipv4Address vip) const
{
    const auto devices = Install(node);
    const auto ipv4 = node->GetObject<Ipv4>();
    if (ipv4->GetInterfaceForAddress(vip) < 0)
    {
        ipv4->AddAddress(ipv4->GetInterfaceForDevice(devices.Get(0)),
                         Ipv4InterfaceAddress(vip, Ipv4Mask::GetOnes()));
    }
    return devices;
}

void
RealServerHelper::EnablePcap(const std::string& filename, Ptr<NetDevice> device) const
{
    PcapHelper pcap;
    const auto file = pcap.CreateFile(filename, std::ios::out, PcapHelper::DLT_RAW);
    pcap.HookDefaultSink<TunnelNetDevice>(DynamicCast<TunnelNetDevice>(device), "Sniffer", file);
}

} // namespace gipt
} // namespace ns3
