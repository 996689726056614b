/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "emulation-helper.h"

#include "ipvsadm-values.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/csma-channel.h"
#include "ns3/double.h"
#include "ns3/global-value.h"
#include "ns3/host-interface.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/ipv4.h"
#include "ns3/log.h"
#include "ns3/mac48-address.h"
#include "ns3/realtime-simulator-impl.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/trace-helper.h"
#include "ns3/uinteger.h"

#ifdef GIPT_HAS_FD_NET_DEVICE
#include "../model/emulated-net-device.h"
#endif
#ifdef GIPT_HAS_TAP_BRIDGE
#include "../model/tap-port-net-device.h"
#include "tap-creator.h"

#include "ns3/drop-tail-queue.h"
#include "ns3/tap-bridge.h"
#endif

#include <algorithm>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptEmulationHelper");

namespace
{

/**
 * @brief Read an IPv4 address; ns-3's own reader ends the program at some that are none.
 * @param text dotted decimal
 * @param[out] address the address
 * @return true when it is one
 */
bool
ReadAddress(const std::string& text, Ipv4Address& address)
{
    IpvsadmEndPoint end;
    std::string ignored;
    const bool isRead = std::count(text.begin(), text.end(), '.') == 3 &&
                        end.Read(text, 6, ignored) && !end.hasPort;
    address = end.address;
    return isRead;
}

#if defined(GIPT_HAS_FD_NET_DEVICE) || defined(GIPT_HAS_TAP_BRIDGE)

/**
 * @brief A MAC address of the model's end of an interface, the same in each run.
 *
 * ns-3's own, 00:00:00:00:00:01 and on, would be the same in every program on a LAN.
 *
 * @param interface name of the interface
 * @return a locally administered unicast address
 */
Mac48Address
MakeMacAddress(const std::string& interface)
{
    uint64_t hash = 14695981039346656037U; // FNV-1a
    for (const unsigned char c : interface)
    {
        hash = (hash ^ c) * 1099511628211U;
    }
    uint8_t octets[6];
    for (auto& octet : octets)
    {
        octet = static_cast<uint8_t>(hash);
        hash >>= 8;
    }
    octets[0] = 0x02;
    Mac48Address address;
    address.CopyFrom(octets);
    return address;
}

/**
 * @brief Books for an interface, with what the operating system drops.
 * @param interface the interface
 * @return the books
 */
std::shared_ptr<EmulationPort>
MakePort(const HostInterface& interface)
{
    auto port = std::make_shared<EmulationPort>(interface.GetName());
    // the last figure stays when the interface has gone
    port->m_getKernelDrops = [host = interface]() mutable {
        host.Refresh();
        return host.GetTxDropped();
    };
    return port;
}

#endif

} // namespace

EmulationHelper::EmulationHelper()
    : m_monitor(CreateObject<RealtimeMonitor>())
{
    m_channelFactory.SetTypeId("ns3::CsmaChannel");
#ifdef GIPT_HAS_FD_NET_DEVICE
    m_deviceFactory.SetTypeId(EmulatedNetDevice::GetTypeId());
#endif
}

EmulationHelper::~EmulationHelper() = default;

bool
EmulationHelper::UseRealTime(std::string& error)
{
    GlobalValue::Bind("ChecksumEnabled", BooleanValue(true));
    GlobalValue::Bind("SimulatorImplementationType", StringValue("ns3::RealtimeSimulatorImpl"));
    if (!DynamicCast<RealtimeSimulatorImpl>(Simulator::GetImplementation()))
    {
        error = "real time must be asked for before anything else is made in ns-3";
        return false;
    }
    // as Linux has it, where ns-3's defaults are those of older systems
    Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(1448));
    Config::SetDefault("ns3::TcpSocketBase::MinRto", TimeValue(MilliSeconds(200)));
    // an assertion of ns3::TcpTxBuffer does not hold for the acknowledgements of real hosts
    Config::SetDefault("ns3::TcpSocketBase::Sack", BooleanValue(false));
    // Linux takes a SYN of a client that uses a port again, in TIME_WAIT (RFC 1122, 4.2.2.13), and
    // ns-3 drops it: TIME_WAIT, twice this, has to be over when the SYN comes again after a second
    Config::SetDefault("ns3::TcpSocketBase::MaxSegLifetime", DoubleValue(0.25));
    // each two minutes ns-3 asks for an address again, and all packets but three that come
    // meanwhile would be lost; Linux, which goes on sending, has room for so many (arp.c,
    // QUEUE_LEN)
    Config::SetDefault("ns3::ArpCache::PendingQueueSize", UintegerValue(101));
    return true;
}

void
EmulationHelper::SetDeviceAttribute(const std::string& name, const AttributeValue& value)
{
#ifdef GIPT_HAS_FD_NET_DEVICE
    m_deviceFactory.Set(name, value);
#endif
}

void
EmulationHelper::SetChannelAttribute(const std::string& name, const AttributeValue& value)
{
    m_channelFactory.Set(name, value);
}

void
EmulationHelper::SetMtu(uint16_t mtu)
{
    m_mtu = mtu;
}

bool
EmulationHelper::Parse(const std::string& text, Attachment& attachment, std::string& error)
{
    const auto refuse = [&](const std::string& what) {
        error = "'" + text + "': " + what +
                ", expected KIND:INTERFACE[@ADDRESS/LENGTH][,via=ADDRESS][,host=ADDRESS]";
        return false;
    };
    const auto colon = text.find(':');
    const auto comma = std::min(text.find(','), text.size());
    const auto at = std::min(text.find('@'), comma);
    const std::vector<std::string> kinds{"tap", "raw", "bridge", "local", "configure"};
    attachment.kind = text.substr(0, colon);
    if (colon > at || std::find(kinds.begin(), kinds.end(), attachment.kind) == kinds.end())
    {
        return refuse("its kind is none of tap, raw, bridge, local, configure");
    }
    attachment.interface = text.substr(colon + 1, at - colon - 1);
    if (!HostInterface::IsName(attachment.interface))
    {
        return refuse("'" + attachment.interface + "' is no name of an interface");
    }
    if (at < comma)
    {
        const std::string address = text.substr(at + 1, comma - at - 1);
        const auto slash = std::min(address.find('/'), address.size());
        uint32_t length = 0;
        if (slash == address.size() || !ReadAddress(address.substr(0, slash), attachment.address) ||
            !ReadNumber(address.substr(slash + 1), 32, length) || length == 0)
        {
            return refuse("'" + address + "' is no address with a length");
        }
        attachment.hasAddress = true;
        attachment.mask = Ipv4Mask(0xffffffffU << (32 - length));
    }
    for (auto begin = comma; begin < text.size();)
    {
        const auto end = std::min(text.find(',', begin + 1), text.size());
        const std::string option = text.substr(begin + 1, end - begin - 1);
        const bool isVia = option.compare(0, 4, "via=") == 0;
        const bool isHost = option.compare(0, 5, "host=") == 0 && attachment.kind == "configure";
        Ipv4Address address;
        if ((!isVia && !isHost) || !attachment.hasAddress ||
            !ReadAddress(option.substr(isVia ? 4 : 5), address) ||
            !attachment.mask.IsMatch(address, attachment.address))
        {
            return refuse("'" + option + "' is no option, or no address of the same network");
        }
        (isVia ? attachment.hasVia : attachment.hasHost) = true;
        (isVia ? attachment.via : attachment.host) = address;
        begin = end;
    }
    if (attachment.kind == "configure" && !attachment.hasHost)
    {
        return refuse("the host needs an address, too");
    }
    return true;
}

bool
EmulationHelper::AgreeOnMtu(HostInterface& interface, bool isMade, std::string& error) const
{
    if (m_mtu > 0 && isMade && !interface.SetMtu(m_mtu, error))
    {
        return false;
    }
    const std::string has = interface.GetName() + ": MTU " + std::to_string(interface.GetMtu());
    if (m_mtu > 0 && interface.GetMtu() != m_mtu)
    {
        error = has + ", but the model is to have " + std::to_string(m_mtu) +
                ": as root, ip link set " + interface.GetName() + " mtu " + std::to_string(m_mtu);
        return false;
    }
    if (interface.GetMtu() < 68 || interface.GetMtu() > 65521)
    {
        error = has + ", expected 68 to 65521: as root, ip link set " + interface.GetName() +
                " mtu 1500";
        return false;
    }
    return true;
}

Ptr<NetDevice>
EmulationHelper::Install(Ptr<Node> node, const std::string& attachment, std::string& error)
{
    NS_LOG_FUNCTION(this << node << attachment);
    Attachment wanted;
    if (!Parse(attachment, wanted, error))
    {
        return nullptr;
    }
    auto ipv4 = node->GetObject<Ipv4>();
    if (wanted.hasAddress && !ipv4)
    {
        error = "'" + attachment + "': the node has no IPv4, and cannot have an address";
        return nullptr;
    }
    const bool isDescriptor = wanted.kind == "tap" || wanted.kind == "raw";
    auto device = isDescriptor ? InstallDescriptor(node, wanted, error)
                               : InstallTapBridge(node, wanted, error);
    if (device && wanted.hasAddress)
    {
        const uint32_t interface = ipv4->AddInterface(device);
        ipv4->AddAddress(interface, Ipv4InterfaceAddress(wanted.address, wanted.mask));
        ipv4->SetMetric(interface, 1);
        ipv4->SetUp(interface);
        auto routing = Ipv4StaticRoutingHelper().GetStaticRouting(ipv4);
        if (wanted.hasVia && routing)
        {
            routing->SetDefaultRoute(wanted.via, interface);
        }
    }
    return device;
}

#ifdef GIPT_HAS_FD_NET_DEVICE

Ptr<NetDevice>
EmulationHelper::InstallDescriptor(Ptr<Node> node, const Attachment& attachment, std::string& error)
{
    const bool isRaw = attachment.kind == "raw";
    HostInterface interface(attachment.interface);
    const bool isMade = !interface.Exists();
    const int fd = isRaw ? interface.OpenRaw(error) : interface.OpenTap(error);
    if (fd < 0)
    {
        return nullptr;
    }
    // From here on the device closes it.
    auto device = m_deviceFactory.Create<EmulatedNetDevice>();
    device->SetFileDescriptor(fd);
    if (!AgreeOnMtu(interface, isMade, error) ||
        (!interface.IsUp() && (isRaw || !interface.SetUp(error))))
    {
        if (error.empty())
        {
            error = interface.GetName() + ": is down: as root, ip link set " + interface.GetName() +
                    " up";
        }
        device->Dispose();
        return nullptr;
    }
    for (auto& obstacle : interface.FindObstacles(isRaw))
    {
        m_warnings.push_back(std::move(obstacle));
    }
    auto port = MakePort(interface);
    device->SetPort(port);
    m_monitor->AddPort(port);
    device->SetAddress(MakeMacAddress(attachment.interface));
    device->SetMtu(static_cast<uint16_t>(interface.GetMtu()));
    node->AddDevice(device);
    return device;
}

#else

Ptr<NetDevice>
EmulationHelper::InstallDescriptor(Ptr<Node>, const Attachment& attachment, std::string& error)
{
    error = attachment.kind + ":" + attachment.interface +
            ": this ns-3 was built without its module fd-net-device: enable it, and build again";
    return nullptr;
}

#endif

#ifdef GIPT_HAS_TAP_BRIDGE

Ptr<NetDevice>
EmulationHelper::InstallTapBridge(Ptr<Node> node, const Attachment& attachment, std::string& error)
{
    HostInterface interface(attachment.interface);
    const bool isMade = attachment.kind == "configure";
    if (isMade == interface.Exists())
    {
        error = interface.GetName() +
                (isMade ? ": exists, but configure makes its tap: take another name"
                        : ": no such tap: as root, ip tuntap add " + interface.GetName() +
                              " mode tap && ip link set " + interface.GetName() + " up");
        return nullptr;
    }
    // TapBridge would end the program where the tap cannot be opened: try that, then let it go.
    const int fd = interface.OpenTap(error);
    if (fd < 0)
    {
        return nullptr;
    }
    CloseTap(fd);
    if (!MendTapCreator(error) || !AgreeOnMtu(interface, false, error))
    {
        return nullptr;
    }
    if (!isMade)
    {
        if (!interface.SetUp(error))
        {
            return nullptr;
        }
        for (auto& obstacle : interface.FindObstacles(false))
        {
            m_warnings.push_back(std::move(obstacle));
        }
    }

    auto channel = m_channelFactory.Create<CsmaChannel>();
    const auto mtu = static_cast<uint16_t>(interface.GetMtu());
    const auto connect = [&](Ptr<Node> owner, Ptr<CsmaNetDevice> device, Mac48Address address) {
        device->SetQueue(CreateObject<DropTailQueue<Packet>>());
        device->SetAddress(address);
        device->SetMtu(mtu);
        owner->AddDevice(device);
        device->Attach(channel);
    };
    auto ghost = CreateObject<Node>(); // TapBridge's own, beside the LAN's real members
    auto inside = CreateObject<CsmaNetDevice>();
    auto outside = CreateObject<TapPortNetDevice>();
    connect(node, inside, MakeMacAddress(attachment.interface));
    connect(ghost, outside, MakeMacAddress(attachment.interface + " tap"));
    auto port = MakePort(interface);
    outside->SetPort(port);
    m_monitor->AddPort(port);

    auto tapBridge = CreateObject<TapBridge>();
    tapBridge->SetAttribute("DeviceName", StringValue(attachment.interface));
    tapBridge->SetAttribute("Mtu", UintegerValue(mtu));
    tapBridge->SetMode(attachment.kind == "bridge"  ? TapBridge::USE_BRIDGE
                       : attachment.kind == "local" ? TapBridge::USE_LOCAL
                                                    : TapBridge::CONFIGURE_LOCAL);
    if (isMade)
    {
        tapBridge->SetAttribute("IpAddress", Ipv4AddressValue(attachment.host));
        tapBridge->SetAttribute("Netmask", Ipv4MaskValue(attachment.mask));
    }
    tapBridge->SetAddress(Mac48Address::Allocate());
    ghost->AddDevice(tapBridge);
    tapBridge->SetBridgedNetDevice(outside);
    return inside;
}

bool
EmulationHelper::MendTapCreator(std::string& error)
{
    return MendCreator(reinterpret_cast<const void*>(&TapBridge::GetTypeId), error);
}

#else

Ptr<NetDevice>
EmulationHelper::InstallTapBridge(Ptr<Node>, const Attachment& attachment, std::string& error)
{
    error = attachment.kind + ":" + attachment.interface + ": ";
    MendTapCreator(error);
    return nullptr;
}

bool
EmulationHelper::MendTapCreator(std::string& error)
{
    error += "this ns-3 was built without its module tap-bridge: enable it, and build again";
    return false;
}

#endif

void
EmulationHelper::EnablePcap(const std::string& fileName, Ptr<NetDevice> device)
{
    const bool isPointToPoint = device->IsPointToPoint();
    PcapHelper pcap;
    auto file = pcap.CreateFile(fileName,
                                std::ios::out,
                                isPointToPoint ? PcapHelper::DLT_PPP : PcapHelper::DLT_EN10MB);
    pcap.HookDefaultSink<NetDevice>(device, "PromiscSniffer", file);
}

} // namespace gipt
} // namespace ns3
