/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "vrrp-instance.h"

#include "arp-updater.h"
#include "director.h"

#include "ns3/abort.h"
#include "ns3/boolean.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-raw-socket-factory.h"
#include "ns3/ipv4-route.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptVrrpInstance");
NS_OBJECT_ENSURE_REGISTERED(VrrpInstance);

namespace
{

constexpr uint8_t PROTOCOL_VRRP = 112;  ///< IANA protocol number
constexpr uint8_t TTL = 255;            ///< of each advertisement
constexpr uint8_t OWNER_PRIORITY = 255; ///< of who need not wait
const char* const GROUP = "224.0.0.18"; ///< where advertisements go
const Time UNIT = MilliSeconds(10);     ///< of intervals in advertisements

} // namespace

const char*
ToString(VrrpInstance::State state)
{
    static constexpr std::array<const char*, 3> TEXTS{"initialize", "backup", "master"};
    return TEXTS[static_cast<uint8_t>(state)];
}

VrrpInstance::VrrpInstance()
{
    NS_LOG_FUNCTION(this);
}

VrrpInstance::~VrrpInstance()
{
    NS_LOG_FUNCTION(this);
}

TypeId
VrrpInstance::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::VrrpInstance")
            .SetParent<Application>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<VrrpInstance>()
            .AddAttribute("VirtualRouterId",
                          "Number of the pair on its network",
                          UintegerValue(1),
                          MakeUintegerAccessor(&VrrpInstance::m_id),
                          MakeUintegerChecker<uint8_t>(1))
            .AddAttribute("Priority",
                          "Who has the greatest is master; 255 does not wait for others",
                          UintegerValue(100),
                          MakeUintegerAccessor(&VrrpInstance::m_priority),
                          MakeUintegerChecker<uint8_t>(1))
            .AddAttribute("AdvertisementInterval",
                          "Time between two advertisements, in hundredths of a second",
                          TimeValue(Seconds(1)),
                          MakeTimeAccessor(&VrrpInstance::m_interval),
                          MakeTimeChecker(MilliSeconds(10), MilliSeconds(40950)))
            .AddAttribute("Preempt",
                          "Take over from a master of lower priority (keepalived: nopreempt)",
                          BooleanValue(true),
                          MakeBooleanAccessor(&VrrpInstance::m_preempt),
                          MakeBooleanChecker())
            .AddAttribute("Interface",
                          "Number of the IPv4 interface to the network of the pair",
                          UintegerValue(1),
                          MakeUintegerAccessor(&VrrpInstance::m_interface),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Announcements",
                          "ARP announcements of each address in a row (keepalived: "
                          "garp_master_repeat)",
                          UintegerValue(5),
                          MakeUintegerAccessor(&VrrpInstance::m_announcements),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("AnnouncementDelay",
                          "Time before they are repeated once (keepalived: garp_master_delay)",
                          TimeValue(Seconds(5)),
                          MakeTimeAccessor(&VrrpInstance::m_announcementDelay),
                          MakeTimeChecker(Seconds(0)))
            .AddAttribute("Director",
                          "The director whose VIPs go with the state; none: that of the node, if "
                          "any",
                          PointerValue(),
                          MakePointerAccessor(&VrrpInstance::m_director),
                          MakePointerChecker<Director>())
            .AddTraceSource("StateChange",
                            "The state has changed",
                            MakeTraceSourceAccessor(&VrrpInstance::m_stateTrace),
                            "ns3::gipt::VrrpInstance::StateTracedCallback")
            .AddTraceSource("Drop",
                            "A VRRP packet was not taken",
                            MakeTraceSourceAccessor(&VrrpInstance::m_dropTrace),
                            "ns3::gipt::VrrpInstance::DropTracedCallback");
    return tid;
}

void
VrrpInstance::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_timer.Cancel();
    m_announcementEvent.Cancel();
    if (m_socket)
    {
        m_socket->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
        m_socket->Close();
        m_socket = nullptr;
    }
    m_director = nullptr;
    m_ipv4 = nullptr;
    Application::DoDispose();
}

Time
VrrpInstance::GetSkew() const
{
    return m_masterInterval * (256 - m_priority) / 256;
}

Time
VrrpInstance::GetMasterDownInterval() const
{
    return m_masterInterval * 3 + GetSkew();
}

Ipv4Address
VrrpInstance::GetSource() const
{
    return m_ipv4->GetAddress(m_interface, 0).GetLocal();
}

void
VrrpInstance::StartApplication()
{
    NS_LOG_FUNCTION(this);
    m_ipv4 = GetNode()->GetObject<Ipv4L3Protocol>();
    NS_ABORT_MSG_IF(!m_ipv4 || m_interface >= m_ipv4->GetNInterfaces(),
                    "VrrpInstance: the node has no interface " << m_interface);
    for (uint32_t i = 0; i < GetNode()->GetNApplications() && !m_director; i++)
    {
        m_director = DynamicCast<Director>(GetNode()->GetApplication(i));
    }
    m_isStarted = true;
    if (m_hasPower)
    {
        Begin();
    }
}

void
VrrpInstance::StopApplication()
{
    NS_LOG_FUNCTION(this);
    if (m_isStarted && m_hasPower)
    {
        if (m_state == State::MASTER)
        {
            Send(0);
        }
        Halt();
    }
    m_isStarted = false;
}

void
VrrpInstance::PowerOff()
{
    NS_LOG_FUNCTION(this);
    if (m_isStarted && m_hasPower)
    {
        Halt();
    }
    m_hasPower = false;
}

void
VrrpInstance::PowerOn()
{
    NS_LOG_FUNCTION(this);
    if (m_hasPower)
    {
        return;
    }
    m_hasPower = true;
    if (m_isStarted)
    {
        Begin();
    }
}

void
VrrpInstance::Begin()
{
    m_socket = Socket::CreateSocket(GetNode(), Ipv4RawSocketFactory::GetTypeId());
    m_socket->SetAttribute("Protocol", UintegerValue(PROTOCOL_VRRP));
    m_socket->BindToNetDevice(m_ipv4->GetNetDevice(m_interface));
    m_socket->SetRecvCallback(MakeCallback(&VrrpInstance::HandleRead, this));
    m_masterInterval = m_interval;
    if (m_priority == OWNER_PRIORITY)
    {
        BecomeMaster();
    }
    else
    {
        BecomeBackup(GetMasterDownInterval());
    }
}

void
VrrpInstance::Halt()
{
    m_timer.Cancel();
    m_socket->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
    m_socket->Close();
    m_socket = nullptr;
    Own(false);
    SetState(State::INITIALIZE);
}

void
VrrpInstance::SetState(State state)
{
    NS_LOG_FUNCTION(this << ToString(state));
    const State before = m_state;
    m_state = state;
    if (state != before)
    {
        m_stateTrace(before, state);
    }
}

void
VrrpInstance::BecomeMaster()
{
    Own(true);
    SetState(State::MASTER);
    Advertise();
    AnnounceAddresses();
    m_announcementEvent =
        Simulator::Schedule(m_announcementDelay, &VrrpInstance::AnnounceAddresses, this);
}

void
VrrpInstance::BecomeBackup(Time wait)
{
    m_timer.Cancel();
    if (m_state != State::BACKUP)
    {
        Own(false);
        SetState(State::BACKUP);
    }
    m_timer = Simulator::Schedule(wait, &VrrpInstance::BecomeMaster, this);
}

void
VrrpInstance::Own(bool owns)
{
    m_announcementEvent.Cancel();
    for (const auto& address : m_addresses)
    {
        const bool isThere = m_ipv4->GetInterfaceForAddress(address) >= 0;
        if (owns && !isThere)
        {
            m_ipv4->AddAddress(m_interface, Ipv4InterfaceAddress(address, Ipv4Mask::GetOnes()));
        }
        else if (!owns && isThere)
        {
            m_ipv4->RemoveAddress(m_interface, address);
        }
    }
    if (m_director)
    {
        m_director->SetActive(owns);
    }
}

void
VrrpInstance::Advertise()
{
    Send(m_priority);
    m_timer = Simulator::Schedule(m_interval, &VrrpInstance::Advertise, this);
}

void
VrrpInstance::Send(uint8_t priority)
{
    if (!m_ipv4->IsUp(m_interface))
    {
        return;
    }
    VrrpAdvertisement advertisement;
    advertisement.id = m_id;
    advertisement.priority = priority;
    advertisement.interval =
        static_cast<uint16_t>(m_interval.GetNanoSeconds() / UNIT.GetNanoSeconds());
    advertisement.addresses = m_addresses;
    const Ipv4Address group(GROUP);
    const auto octets = advertisement.Write(GetSource(), group);
    const auto packet = Create<Packet>(octets.data(), static_cast<uint32_t>(octets.size()));
    Ipv4Header header;
    header.SetSource(GetSource());
    header.SetDestination(group);
    header.SetProtocol(PROTOCOL_VRRP);
    header.SetTtl(TTL);
    header.SetTos(0xc0); // internetwork control, as keepalived sets it
    header.SetPayloadSize(packet->GetSize());
    const auto route = Create<Ipv4Route>();
    route->SetSource(GetSource());
    route->SetDestination(group);
    route->SetGateway(Ipv4Address::GetAny());
    route->SetOutputDevice(m_ipv4->GetNetDevice(m_interface));
    m_ipv4->SendWithHeader(packet, header, route);
}

void
VrrpInstance::AnnounceAddresses()
{
    if (!m_ipv4->IsUp(m_interface))
    {
        return;
    }
    for (uint32_t i = 0; i < m_announcements; i++)
    {
        for (const auto& address : m_addresses)
        {
            ArpUpdater::Announce(m_ipv4->GetNetDevice(m_interface), address);
        }
    }
}

void
VrrpInstance::HandleRead(Ptr<Socket> socket)
{
    Address from;
    while (const auto packet = socket->RecvFrom(from))
    {
        Ipv4Header header;
        packet->RemoveHeader(header);
        if (header.GetSource() == GetSource())
        {
            continue; // its own
        }
        std::vector<uint8_t> octets(packet->GetSize());
        packet->CopyData(octets.data(), packet->GetSize());
        VrrpAdvertisement advertisement;
        auto reason = advertisement.Read(octets, header.GetSource(), header.GetDestination());
        if (header.GetTtl() != TTL)
        {
            reason = VrrpDrop::BAD_TTL;
        }
        else if (reason == VrrpDrop::NONE && advertisement.id != m_id)
        {
            reason = VrrpDrop::OTHER_ID;
        }
        if (reason == VrrpDrop::NONE)
        {
            Heed(advertisement, header.GetSource());
            continue;
        }
        m_dropped[static_cast<uint8_t>(reason)]++;
        m_dropTrace(reason);
    }
}

void
VrrpInstance::Heed(const VrrpAdvertisement& advertisement, Ipv4Address source)
{
    NS_LOG_FUNCTION(this << +advertisement.priority << source);
    const bool isMaster = m_state == State::MASTER;
    if (advertisement.priority == 0)
    {
        if (isMaster)
        {
            m_timer.Cancel();
            Advertise();
        }
        else
        {
            BecomeBackup(GetSkew());
        }
        return;
    }
    const bool isGreater = advertisement.priority > m_priority ||
                           (advertisement.priority == m_priority && GetSource() < source);
    const bool isEnough = !m_preempt || advertisement.priority >= m_priority;
    if (isMaster ? isGreater : isEnough)
    {
        m_masterInterval = UNIT * advertisement.interval;
        BecomeBackup(GetMasterDownInterval());
    }
}

} // namespace gipt
} // namespace ns3
