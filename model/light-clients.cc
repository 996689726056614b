/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "light-clients.h"

#include "icmp-quote.h"

#include "ns3/enum.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-route.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-header.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptLightClients");
NS_OBJECT_ENSURE_REGISTERED(LightClientRouting);
NS_OBJECT_ENSURE_REGISTERED(LightClients);

namespace
{

constexpr uint8_t PROTOCOL_ICMP = 1;       ///< IP protocol number
constexpr uint8_t PROTOCOL_TCP = 6;        ///< IP protocol number
constexpr int64_t TICK = 1000000;          ///< of the timing wheel (ns)
constexpr uint32_t MAX_HEADER = 512;       ///< octets of a response that its header may take
constexpr uint32_t NO_LENGTH = UINT32_MAX; ///< the response ends with its connection

/**
 * @brief The tick that a time is in.
 * @param time the time
 * @return the tick
 */
uint64_t
ToTick(Time time)
{
    return time.GetNanoSeconds() / TICK;
}

/**
 * @brief The value of a header line.
 * @param header the lines
 * @param name name of the line with its colon, between line breaks
 * @return the value, empty when there is no such line
 */
std::string
GetLine(const std::string& header, const std::string& name)
{
    const std::size_t begin = header.find("\r\n" + name + " ");
    if (begin == std::string::npos)
    {
        return "";
    }
    const std::size_t value = begin + 2 + name.size() + 1;
    return header.substr(value, header.find("\r\n", value) - value);
}

} // namespace

TypeId
LightClientRouting::GetTypeId()
{
    static TypeId tid = TypeId("ns3::gipt::LightClientRouting")
                            .SetParent<RoutingHook>()
                            .SetGroupName("GlobalIpTunneling")
                            .AddConstructor<LightClientRouting>();
    return tid;
}

void
LightClientRouting::Install(Ptr<Node> node, Ipv4Address network, Ipv4Mask mask, Sink sink)
{
    NS_LOG_FUNCTION(node << network << mask);
    const auto hook = InstallHook<LightClientRouting>(node->GetObject<Ipv4>());
    auto& networks = hook->m_networks;
    networks.erase(std::remove_if(networks.begin(),
                                  networks.end(),
                                  [&](const Network& there) {
                                      return there.network == network && there.mask == mask;
                                  }),
                   networks.end());
    if (!sink.IsNull())
    {
        networks.push_back({network, mask, sink});
    }
}

bool
LightClientRouting::RouteInput(Ptr<const Packet> packet,
                               const Ipv4Header& header,
                               Ptr<const NetDevice> idev,
                               UnicastForwardArgument ucb,
                               MulticastForwardArgument mcb,
                               LocalDeliverArgument lcb,
                               ErrorArgument ecb)
{
    for (const auto& network : m_networks)
    {
        if (network.mask.IsMatch(header.GetDestination(), network.network))
        {
            network.sink(header, packet);
            return true;
        }
    }
    return m_inner->RouteInput(packet, header, idev, ucb, mcb, lcb, ecb);
}

TypeId
LightClients::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::LightClients")
            .SetParent<WorkloadClient>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<LightClients>()
            .AddAttribute("Network",
                          "The clients' network, which is routed to the node",
                          Ipv4AddressValue("10.128.0.0"),
                          MakeIpv4AddressAccessor(&LightClients::m_network),
                          MakeIpv4AddressChecker())
            .AddAttribute("Mask",
                          "Mask of the network; its first and last address are no clients, unless "
                          "it has no others",
                          Ipv4MaskValue("255.255.0.0"),
                          MakeIpv4MaskAccessor(&LightClients::m_mask),
                          MakeIpv4MaskChecker())
            .AddAttribute("FirstPort",
                          "The least port of a client; the greatest is 65535",
                          UintegerValue(1024),
                          MakeUintegerAccessor(&LightClients::m_firstPort),
                          MakeUintegerChecker<uint16_t>(1))
            .AddAttribute("Interval",
                          "Time between the beginnings of connections (seconds); when it is "
                          "infinite only planned ones begin",
                          StringValue("ns3::ExponentialRandomVariable[Mean=0.001]"),
                          MakePointerAccessor(&LightClients::m_interval),
                          MakePointerChecker<RandomVariableStream>())
            .AddAttribute("MaxConnections",
                          "Connections to begin by Interval in all; 0 for no bound",
                          UintegerValue(0),
                          MakeUintegerAccessor(&LightClients::m_maxConnections),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("RequestSize",
                          "Length of a request (octets)",
                          UintegerValue(64),
                          MakeUintegerAccessor(&LightClients::m_requestSize),
                          MakeUintegerChecker<uint32_t>(40, 1460))
            .AddAttribute("ResponseSize",
                          "Length of the response to ask for, without its header (octets); 0 "
                          "leaves it to the server",
                          UintegerValue(0),
                          MakeUintegerAccessor(&LightClients::m_responseSize),
                          MakeUintegerChecker<uint32_t>(0, NO_LENGTH - 1))
            .AddAttribute("Close",
                          "How a connection is closed",
                          EnumValue(CLOSE_FIN),
#if GIPT_NS3_RELEASE >= 41
                          MakeEnumAccessor<Close>(&LightClients::m_close),
#else
                          MakeEnumAccessor(&LightClients::m_close),
#endif
                          MakeEnumChecker(CLOSE_FIN, "fin", CLOSE_RST, "rst", CLOSE_NONE, "none"))
            .AddAttribute("Timeout",
                          "Time a connection may take, from its SYN to the end of the response",
                          TimeValue(Seconds(5)),
                          MakeTimeAccessor(&LightClients::m_timeout),
                          MakeTimeChecker(MilliSeconds(1), Seconds(1000000)))
            .AddAttribute("InitialRto",
                          "Time after which a packet without an answer is sent again",
                          TimeValue(Seconds(1)),
                          MakeTimeAccessor(&LightClients::m_initialRto),
                          MakeTimeChecker(MilliSeconds(1), Seconds(1000)))
            .AddAttribute("Retries",
                          "How often a packet is sent again",
                          UintegerValue(5),
                          MakeUintegerAccessor(&LightClients::m_retries),
                          MakeUintegerChecker<uint32_t>(0, 20))
            .AddAttribute("ReuseAfter",
                          "How long an address and port rests before it is used again",
                          TimeValue(Seconds(60)),
                          MakeTimeAccessor(&LightClients::m_reuseAfter),
                          MakeTimeChecker(Seconds(0)))
            .AddAttribute("LastStart",
                          "Simulation time after which no connection begins but those planned; "
                          "0 for no such time",
                          TimeValue(Seconds(0)),
                          MakeTimeAccessor(&LightClients::m_lastStart),
                          MakeTimeChecker(Seconds(0)));
    return tid;
}

LightClients::LightClients()
    : WorkloadClient("light", PROTOCOL_TCP)
{
    NS_LOG_FUNCTION(this);
}

int64_t
LightClients::AssignStreams(int64_t stream)
{
    NS_LOG_FUNCTION(this << stream);
    m_interval->SetStream(stream);
    return 1;
}

void
LightClients::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_next.Cancel();
    m_timer.Cancel();
    m_interval = nullptr;
    m_ipv4 = nullptr;
    m_requests.clear();
    m_slots.clear();
    m_wheel.Clear();
    WorkloadClient::DoDispose();
}

void
LightClients::StartApplication()
{
    NS_LOG_FUNCTION(this);
    m_ipv4 = GetNode()->GetObject<Ipv4L3Protocol>();
    const uint32_t size = ~m_mask.Get();
    const bool isAll = size < 2; // neither a network address nor one for broadcasts
    m_firstAddress = m_network.CombineMask(m_mask).Get() + (isAll ? 0 : 1);
    m_addresses = isAll ? size + 1 : size - 1;
    LightClientRouting::Install(GetNode(),
                                m_network.CombineMask(m_mask),
                                m_mask,
                                MakeCallback(&LightClients::Receive, this));
    m_stopped = false;
    PowerOn();
}

void
LightClients::StopApplication()
{
    NS_LOG_FUNCTION(this);
    m_stopped = true;
    Clear();
    LightClientRouting::Install(GetNode(),
                                m_network.CombineMask(m_mask),
                                m_mask,
                                LightClientRouting::Sink());
}

void
LightClients::PowerOff()
{
    NS_LOG_FUNCTION(this);
    Clear();
}

void
LightClients::PowerOn()
{
    NS_LOG_FUNCTION(this);
    if (!m_stopped)
    {
        m_running = true;
        ScheduleNext();
        StartPlan();
    }
}

void
LightClients::Clear()
{
    m_running = false;
    m_next.Cancel();
    m_timer.Cancel();
    StopPlan();
    for (uint32_t index = 0; index < m_slots.size(); index++)
    {
        const State state = m_slots[index].state;
        if (state != FREE && state != CLOSING)
        {
            Report(index, ConnectionOutcome::UNFINISHED);
        }
    }
    m_slots.clear();
    m_wheel.Clear();
    m_oldest = NONE;
    m_youngest = NONE;
}

void
LightClients::ScheduleNext()
{
    const double seconds = m_interval->GetValue();
    if (!(seconds < 1e9) || (m_maxConnections > 0 && m_begun >= m_maxConnections))
    {
        return; // beyond what Time can hold, or infinite: never
    }
    const Time wait = Seconds(std::max(0.0, seconds));
    if (m_lastStart.IsZero() || Simulator::Now() + wait <= m_lastStart)
    {
        m_next = Simulator::Schedule(wait, &LightClients::BeginNext, this);
    }
}

void
LightClients::BeginNext()
{
    m_begun++;
    ScheduleNext();
    BeginPlanned(m_responseSize);
}

void
LightClients::BeginPlanned(uint32_t bytes)
{
    ConnectionReport report = Count();
    const uint32_t index = Allocate();
    if (index == NONE)
    {
        TraceEnd(report, ConnectionOutcome::NOT_SENT);
        return;
    }
    Slot& slot = m_slots[index];
    slot.start = report.start.GetNanoSeconds();
    slot.id = static_cast<uint32_t>(report.id);
    slot.expected = 0;
    slot.length = bytes;
    slot.received = 0;
    slot.progress = static_cast<uint32_t>(ToTick(report.start));
    slot.server = 0;
    slot.state = CONNECTING;
    slot.tries = 0;
    slot.gotFin = 0;
    slot.isAcked = 0;
    m_open++;
    report.client = GetAddress(index);
    report.clientPort = GetPort(index);
    TraceStart(report);
    SetTimer(index);
    if (!SendAgain(index))
    {
        Report(index, ConnectionOutcome::UNREACHABLE);
        Free(index);
    }
}

uint32_t
LightClients::Allocate()
{
    const int64_t now = Simulator::Now().GetNanoSeconds();
    if (m_oldest != NONE && m_slots[m_oldest].start + m_reuseAfter.GetNanoSeconds() <= now)
    {
        const uint32_t index = m_oldest;
        m_oldest = m_slots[index].expected;
        if (m_oldest == NONE)
        {
            m_youngest = NONE;
        }
        return index;
    }
    const uint64_t ports = UINT64_C(65536) - m_firstPort;
    if (m_slots.size() >= std::min<uint64_t>(ports * m_addresses, NONE))
    {
        return NONE;
    }
    m_slots.emplace_back();
    m_slots.back().filed = NOT_FILED;
    return static_cast<uint32_t>(m_slots.size() - 1);
}

void
LightClients::Free(uint32_t index)
{
    Slot& slot = m_slots[index];
    slot.state = FREE;
    slot.start = Simulator::Now().GetNanoSeconds();
    slot.expected = NONE;
    if (m_youngest == NONE)
    {
        m_oldest = index;
    }
    else
    {
        m_slots[m_youngest].expected = index;
    }
    m_youngest = index;
}

Ipv4Address
LightClients::GetAddress(uint32_t index) const
{
    return Ipv4Address(m_firstAddress + index % m_addresses);
}

uint16_t
LightClients::GetPort(uint32_t index) const
{
    return static_cast<uint16_t>(m_firstPort + index / m_addresses);
}

uint32_t
LightClients::Find(Ipv4Address address, uint16_t port) const
{
    const uint32_t place = address.Get() - m_firstAddress;
    if (place >= m_addresses || port < m_firstPort)
    {
        return NONE;
    }
    const uint64_t index = uint64_t(port - m_firstPort) * m_addresses + place;
    return index < m_slots.size() && m_slots[index].state != FREE ? static_cast<uint32_t>(index)
                                                                  : NONE;
}

bool
LightClients::Send(uint32_t index, uint8_t flags, uint32_t sequence, Ptr<Packet> data)
{
    const Slot& slot = m_slots[index];
    const Ipv4Address client = GetAddress(index);
    TcpHeader tcp;
    tcp.SetSourcePort(GetPort(index));
    tcp.SetDestinationPort(m_port);
    tcp.SetFlags(flags);
    tcp.SetSequenceNumber(SequenceNumber32(sequence));
    tcp.SetAckNumber(SequenceNumber32(flags & TcpHeader::ACK ? slot.expected : 0));
    tcp.SetWindowSize(65535);
    if (Node::ChecksumEnabled())
    {
        tcp.EnableChecksums();
        tcp.InitializeChecksum(client, m_remote, PROTOCOL_TCP);
    }
    data->AddHeader(tcp);
    Ipv4Header header;
    header.SetSource(client);
    header.SetDestination(m_remote);
    header.SetProtocol(PROTOCOL_TCP);
    header.SetPayloadSize(static_cast<uint16_t>(data->GetSize()));
    header.SetTtl(64);
    header.SetDontFragment();
    Socket::SocketErrno error;
    const auto route = m_ipv4->GetRoutingProtocol()->RouteOutput(data, header, nullptr, error);
    if (!route)
    {
        return false;
    }
    m_sent++;
    m_ipv4->SendWithHeader(data, header, route);
    return true;
}

bool
LightClients::SendAgain(uint32_t index)
{
    const Slot& slot = m_slots[index];
    const uint32_t first = GetInitialSequence(slot);
    if (slot.state == CONNECTING)
    {
        return Send(index, TcpHeader::SYN, first, Create<Packet>());
    }
    if (slot.state == CLOSING)
    {
        return Send(index,
                    TcpHeader::FIN | TcpHeader::ACK,
                    first + 1 + m_requestSize,
                    Create<Packet>());
    }
    // what was asked for is not known once the header is read, nor does it matter then
    const uint32_t wanted = slot.state == ASKING ? slot.length : m_responseSize;
    auto& request = m_requests[wanted];
    if (!request)
    {
        std::string text = "GET /" + (wanted ? std::to_string(wanted) : "") + " HTTP/1.0\r\n";
        const std::string padding = "X: ";
        text += padding + std::string(m_requestSize - text.size() - padding.size() - 4, '.') +
                "\r\n\r\n";
        request = Create<Packet>(reinterpret_cast<const uint8_t*>(text.data()), text.size());
    }
    return Send(index, TcpHeader::PSH | TcpHeader::ACK, first + 1, request->Copy());
}

void
LightClients::Receive(const Ipv4Header& header, Ptr<const Packet> packet)
{
    if (!m_running || header.GetFragmentOffset() > 0 || !header.IsLastFragment())
    {
        return; // a window of 65,535 octets and small segments: fragments are none of ours
    }
    if (header.GetProtocol() == PROTOCOL_ICMP)
    {
        ReceiveIcmp(packet);
        return;
    }
    const uint32_t least = 20;
    if (header.GetProtocol() != PROTOCOL_TCP || packet->GetSize() < least ||
        header.GetSource() != m_remote)
    {
        return;
    }
    std::array<uint8_t, 13> octets;
    packet->CopyData(octets.data(), octets.size());
    const uint32_t length = 4 * (octets[12] >> 4);
    if (length < least || length > packet->GetSize())
    {
        return; // cut off
    }
    const uint32_t index = Find(header.GetDestination(), uint16_t(octets[2] << 8 | octets[3]));
    if (index == NONE)
    {
        return;
    }
    TcpHeader tcp;
    if (Node::ChecksumEnabled())
    {
        tcp.EnableChecksums();
        tcp.InitializeChecksum(header.GetSource(), header.GetDestination(), PROTOCOL_TCP);
    }
    const auto data = packet->Copy();
    data->RemoveHeader(tcp);
    if (tcp.GetSourcePort() == m_port && (!Node::ChecksumEnabled() || tcp.IsChecksumOk()))
    {
        ReceiveSegment(index, tcp, data);
    }
}

void
LightClients::ReceiveIcmp(Ptr<const Packet> packet)
{
    const uint8_t destinationUnreachable = 3;
    const uint8_t fragmentationNeeded = 4;
    std::array<uint8_t, 8 + 20 + 4> octets; // ICMP header, IPv4 header without options, ports
    if (packet->CopyData(octets.data(), octets.size()) < octets.size() ||
        octets[0] != destinationUnreachable || octets[1] == fragmentationNeeded ||
        octets[8] != 0x45 || octets[8 + 9] != PROTOCOL_TCP ||
        (Node::ChecksumEnabled() && !IcmpQuote::IsChecksumRight(packet)))
    {
        return;
    }
    const uint32_t index =
        Find(Ipv4Address::Deserialize(&octets[8 + 12]), uint16_t(octets[28] << 8 | octets[29]));
    // as in RequestClient: it ends the attempt to connect, and nothing later
    if (index != NONE && m_slots[index].state == CONNECTING &&
        Ipv4Address::Deserialize(&octets[8 + 16]) == m_remote)
    {
        Report(index, ConnectionOutcome::UNREACHABLE);
        Free(index);
    }
}

void
LightClients::ReceiveSegment(uint32_t index, const TcpHeader& header, Ptr<const Packet> packet)
{
    Slot& slot = m_slots[index];
    const uint8_t flags = header.GetFlags();
    const uint32_t sequence = header.GetSequenceNumber().GetValue();
    const uint32_t acknowledged = header.GetAckNumber().GetValue();
    const uint32_t first = GetInitialSequence(slot);
    if (slot.state == CONNECTING)
    {
        if (!(flags & TcpHeader::ACK) || acknowledged != first + 1)
        {
            return;
        }
        if (flags & TcpHeader::RST)
        {
            Report(index, ConnectionOutcome::REFUSED);
            Free(index);
        }
        else if (flags & TcpHeader::SYN)
        {
            slot.expected = sequence + 1;
            slot.progress = static_cast<uint32_t>(ToTick(Simulator::Now()));
            slot.state = ASKING;
            slot.tries = 0;
            SetTimer(index);
            SendAgain(index);
        }
        return;
    }
    if (flags & TcpHeader::RST)
    {
        if (sequence != slot.expected)
        {
            return; // from another connection, or forged (RFC 5961, 3.2)
        }
        if (slot.state != CLOSING)
        {
            Report(index, ConnectionOutcome::RESET);
        }
        Free(index);
        return;
    }
    const uint32_t next = first + 1 + m_requestSize + (slot.state == CLOSING ? 1 : 0);
    if (slot.state == CLOSING && acknowledged == next)
    {
        slot.isAcked = 1;
    }
    const uint32_t size = packet->GetSize();
    const bool isFin = flags & TcpHeader::FIN;
    if (size > 0 || isFin || (flags & TcpHeader::SYN))
    {
        const bool isInOrder = sequence == slot.expected && !(flags & TcpHeader::SYN);
        if (isInOrder)
        {
            slot.expected += size + (isFin ? 1 : 0);
            slot.gotFin |= isFin ? 1 : 0;
        }
        if (isInOrder && slot.state != CLOSING)
        {
            slot.progress = static_cast<uint32_t>(ToTick(Simulator::Now()));
            slot.tries = 0;
            if (size > 0 && !TakeResponse(slot, packet))
            {
                CloseAs(index, ConnectionOutcome::TRUNCATED);
                return;
            }
            const bool isWhole = slot.state == RECEIVING && (slot.received >= slot.length ||
                                                             (isFin && slot.length == NO_LENGTH));
            if (isWhole || isFin)
            {
                CloseAs(index, isWhole ? ConnectionOutcome::SERVED : ConnectionOutcome::TRUNCATED);
                return;
            }
            SetTimer(index);
        }
        Send(index, TcpHeader::ACK, next, Create<Packet>());
    }
    if (slot.state == CLOSING && slot.isAcked && slot.gotFin)
    {
        Free(index);
    }
}

bool
LightClients::TakeResponse(Slot& slot, Ptr<const Packet> packet)
{
    uint32_t body = packet->GetSize();
    if (slot.state == ASKING)
    {
        std::string header(std::min(packet->GetSize(), MAX_HEADER), 0);
        packet->CopyData(reinterpret_cast<uint8_t*>(&header[0]), header.size());
        const std::size_t end = header.find("\r\n\r\n");
        if (end == std::string::npos)
        {
            return false;
        }
        body -= end + 4;
        header.resize(end + 2);
        const std::string length = GetLine(header, "Content-Length:");
        slot.length = length.empty() ? NO_LENGTH
                                     : static_cast<uint32_t>(std::min<uint64_t>(
                                           std::strtoull(length.c_str(), nullptr, 10),
                                           NO_LENGTH - 1));
        const auto number =
            m_serverNumbers.emplace(GetLine(header, "Server:"), m_serverNames.size());
        if (number.second)
        {
            m_serverNames.push_back(number.first->first);
        }
        slot.server = number.first->second + 1; // 0: none has answered
        slot.state = RECEIVING;
    }
    slot.received += body;
    return true;
}

void
LightClients::CloseAs(uint32_t index, ConnectionOutcome outcome)
{
    Report(index, outcome);
    Slot& slot = m_slots[index];
    if (m_close == CLOSE_FIN)
    {
        slot.state = CLOSING;
        slot.tries = 0;
        SetTimer(index);
        SendAgain(index);
        return;
    }
    if (m_close == CLOSE_RST)
    {
        Send(index,
             TcpHeader::RST | TcpHeader::ACK,
             GetInitialSequence(slot) + 1 + m_requestSize,
             Create<Packet>());
    }
    Free(index);
}

ConnectionReport
LightClients::Describe(uint32_t index) const
{
    const Slot& slot = m_slots[index];
    ConnectionReport report = Recall(slot.id, NanoSeconds(slot.start));
    report.client = GetAddress(index);
    report.clientPort = GetPort(index);
    report.bytes = slot.received;
    report.lastProgress = std::max(report.start, NanoSeconds(slot.progress * TICK));
    if (slot.server > 0)
    {
        report.server = m_serverNames[slot.server - 1];
    }
    return report;
}

void
LightClients::Report(uint32_t index, ConnectionOutcome outcome)
{
    m_open--;
    ConnectionReport report = Describe(index);
    report.requests = outcome == ConnectionOutcome::SERVED ? 1 : 0;
    TraceEnd(report, outcome);
}

void
LightClients::SetTimer(uint32_t index)
{
    Slot& slot = m_slots[index];
    const uint64_t now = ToTick(Simulator::Now());
    const auto up = [](int64_t time) { return uint64_t((time + TICK - 1) / TICK); };
    uint64_t deadline = up(slot.start + m_timeout.GetNanoSeconds());
    if (slot.tries < m_retries || slot.state == CLOSING)
    {
        const uint64_t again = up(Simulator::Now().GetNanoSeconds() +
                                  (m_initialRto.GetNanoSeconds() << std::min<int>(slot.tries, 20)));
        deadline = slot.state == CLOSING ? again : std::min(deadline, again);
    }
    slot.deadline = static_cast<uint32_t>(deadline);
    if (slot.filed == NOT_FILED || m_wheel.GetDue(slot.filed) > deadline)
    {
        m_wheel.SetTick(now);
        slot.filed = m_wheel.File(index, deadline);
        ScheduleTimer();
    }
}

void
LightClients::ScheduleTimer()
{
    const uint64_t due = m_wheel.GetNextDue();
    if (due == TimingWheel::NEVER || m_isHandling)
    {
        return;
    }
    if (!m_timer.IsExpired())
    {
        if (m_timerTick <= due)
        {
            return;
        }
        m_timer.Cancel();
    }
    m_timerTick = due;
    const Time wait = NanoSeconds(due * TICK) - Simulator::Now();
    m_timer = Simulator::Schedule(std::max(Time(0), wait), &LightClients::HandleTimers, this);
}

void
LightClients::HandleTimers()
{
    const uint64_t now = ToTick(Simulator::Now());
    m_isHandling = true;
    while (m_wheel.Open(now))
    {
        uint32_t index;
        while (m_wheel.Take(index))
        {
            Slot& slot = m_slots[index];
            if (slot.filed != m_wheel.GetOpenSlot())
            {
                continue; // it is filed elsewhere since
            }
            slot.filed = NOT_FILED;
            if (slot.state == FREE)
            {
                continue;
            }
            if (slot.deadline > now)
            {
                slot.filed = m_wheel.File(index, slot.deadline);
                continue;
            }
            HandleTimer(index);
        }
    }
    m_isHandling = false;
    ScheduleTimer();
}

void
LightClients::HandleTimer(uint32_t index)
{
    Slot& slot = m_slots[index];
    const bool isLate = NanoSeconds(slot.start) + m_timeout <= Simulator::Now();
    if (slot.state == CLOSING)
    {
        if (slot.tries >= m_retries)
        {
            Free(index);
            return;
        }
    }
    else if (isLate)
    {
        if (slot.state == CONNECTING)
        {
            Report(index, ConnectionOutcome::CONNECT_TIMEOUT);
            Free(index);
        }
        else
        {
            CloseAs(index, ConnectionOutcome::RESPONSE_TIMEOUT);
        }
        return;
    }
    slot.tries++;
    SetTimer(index);
    SendAgain(index);
}

} // namespace gipt
} // namespace ns3
