/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "request-client.h"

#include "tcp-abandon.h"

#include "ns3/callback.h"
#include "ns3/inet-socket-address.h"
#include "ns3/log.h"
#include "ns3/packet.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-header.h"
#include "ns3/tcp-socket-base.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptRequestClient");
NS_OBJECT_ENSURE_REGISTERED(RequestClient);

namespace
{

/// A header longer than this is not waited for.
constexpr std::size_t MAX_HEADER = 16384;

/**
 * @brief Close a connection whose request has ended when its server has closed.
 * @param socket its socket
 */
void
CloseAfterServer(Ptr<Socket> socket)
{
    if (GetTcpState(socket) == TcpSocket::CLOSE_WAIT) // else it was reset: nothing to close
    {
        socket->Close();
    }
}

/**
 * @brief Read and forget what still comes: unread octets would turn the close into a reset.
 * @param socket a socket whose request has ended
 */
void
Discard(Ptr<Socket> socket)
{
    for (Ptr<Packet> packet = socket->Recv(); packet && packet->GetSize() > 0;
         packet = socket->Recv())
    {
    }
}

} // namespace

TypeId
RequestClient::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::RequestClient")
            .SetParent<WorkloadClient>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<RequestClient>()
            .AddAttribute("RequestSize",
                          "Length of a request (octets); not less than its two header lines need",
                          UintegerValue(200),
                          MakeUintegerAccessor(&RequestClient::m_requestSize),
                          MakeUintegerChecker<uint32_t>(1, 65536))
            .AddAttribute("Interval",
                          "Time between the beginnings of connections (seconds), without Users; "
                          "when it is infinite only planned ones begin",
                          StringValue("ns3::ExponentialRandomVariable[Mean=1]"),
                          MakePointerAccessor(&RequestClient::m_interval),
                          MakePointerChecker<RandomVariableStream>())
            .AddAttribute("Users",
                          "Users that make one connection after another; 0 for an open loop",
                          UintegerValue(0),
                          MakeUintegerAccessor(&RequestClient::m_users),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("Pause",
                          "Time before each connection of a user (seconds)",
                          StringValue("ns3::ExponentialRandomVariable[Mean=1]"),
                          MakePointerAccessor(&RequestClient::m_pause),
                          MakePointerChecker<RandomVariableStream>())
            .AddAttribute("Requests",
                          "Requests of a connection, 1 at least",
                          StringValue("ns3::ConstantRandomVariable[Constant=1]"),
                          MakePointerAccessor(&RequestClient::m_count),
                          MakePointerChecker<RandomVariableStream>())
            .AddAttribute("ThinkTime",
                          "Time between a response and the next request of a connection (seconds)",
                          StringValue("ns3::ExponentialRandomVariable[Mean=1]"),
                          MakePointerAccessor(&RequestClient::m_thinkTime),
                          MakePointerChecker<RandomVariableStream>())
            .AddAttribute(
                "Timeout",
                "Time a request may take, from its SYN, or from itself when it is not the "
                "first, to the end of the response",
                TimeValue(Seconds(5)),
                MakeTimeAccessor(&RequestClient::m_timeout),
                MakeTimeChecker(NanoSeconds(1)))
            .AddAttribute("LastStart",
                          "Simulation time after which no connection begins but those planned; "
                          "0 for no such time",
                          TimeValue(Seconds(0)),
                          MakeTimeAccessor(&RequestClient::m_lastStart),
                          MakeTimeChecker(Seconds(0)))
            .AddAttribute("MaxInFlight",
                          "Connections that may be open at a time, those beyond are not sent; "
                          "0 for no bound",
                          UintegerValue(0),
                          MakeUintegerAccessor(&RequestClient::m_maxInFlight),
                          MakeUintegerChecker<uint32_t>());
    return tid;
}

RequestClient::RequestClient()
    : WorkloadClient("request", 6)
{
    NS_LOG_FUNCTION(this);
}

RequestClient::~RequestClient()
{
    NS_LOG_FUNCTION(this);
}

int64_t
RequestClient::AssignStreams(int64_t stream)
{
    NS_LOG_FUNCTION(this << stream);
    m_interval->SetStream(stream);
    m_pause->SetStream(stream + 1);
    m_count->SetStream(stream + 2);
    m_thinkTime->SetStream(stream + 3);
    return 4;
}

void
RequestClient::DoDispose()
{
    NS_LOG_FUNCTION(this);
    CancelAll();
    for (auto& [id, request] : m_requests)
    {
        request.timeout.Cancel();
        request.think.Cancel();
    }
    m_requests.clear();
    m_interval = nullptr;
    m_pause = nullptr;
    m_count = nullptr;
    m_thinkTime = nullptr;
    WorkloadClient::DoDispose();
}

void
RequestClient::StartApplication()
{
    NS_LOG_FUNCTION(this);
    m_stopped = false;
    BeginAll();
}

void
RequestClient::StopApplication()
{
    NS_LOG_FUNCTION(this);
    m_stopped = true;
    CancelAll();
    while (!m_requests.empty())
    {
        GiveUp(m_requests.begin()->first, ConnectionOutcome::UNFINISHED);
    }
}

void
RequestClient::PowerOff()
{
    NS_LOG_FUNCTION(this);
    CancelAll();
    while (!m_requests.empty())
    {
        Ptr<Socket> socket = m_requests.begin()->second.socket;
        End(m_requests.begin()->first, ConnectionOutcome::UNFINISHED);
        AbandonTcp(socket);
    }
}

void
RequestClient::PowerOn()
{
    NS_LOG_FUNCTION(this);
    if (!m_stopped)
    {
        BeginAll();
    }
}

void
RequestClient::BeginAll()
{
    m_running = true;
    m_nextOfUsers.resize(m_users);
    for (uint32_t user = 0; user < m_users; user++)
    {
        ScheduleUser(user);
    }
    if (m_users == 0)
    {
        ScheduleNext();
    }
    StartPlan();
}

void
RequestClient::CancelAll()
{
    m_running = false;
    m_next.Cancel();
    StopPlan();
    for (auto& event : m_nextOfUsers)
    {
        event.Cancel();
    }
}

void
RequestClient::ScheduleNext()
{
    const double seconds = m_interval->GetValue();
    if (!(seconds < 1e9)) // beyond what Time can hold, or infinite: never
    {
        return;
    }
    Time wait = Seconds(std::max(0.0, seconds));
    if (m_lastStart.IsZero() || Simulator::Now() + wait <= m_lastStart)
    {
        m_next = Simulator::Schedule(wait, &RequestClient::BeginNext, this);
    }
}

void
RequestClient::ScheduleUser(uint32_t user)
{
    Time wait = Seconds(std::max(0.0, m_pause->GetValue()));
    if (m_running && (m_lastStart.IsZero() || Simulator::Now() + wait <= m_lastStart))
    {
        m_nextOfUsers[user] =
            Simulator::Schedule(wait, &RequestClient::Begin, this, user, uint32_t(0));
    }
}

void
RequestClient::BeginNext()
{
    ScheduleNext();
    Begin(NOBODY, 0);
}

void
RequestClient::BeginPlanned(uint32_t bytes)
{
    Begin(NOBODY, bytes);
}

void
RequestClient::Begin(uint32_t user, uint32_t bytes)
{
    NS_LOG_FUNCTION(this << user << bytes);
    ConnectionReport report = Count();
    uint64_t id = report.id;
    if (m_maxInFlight > 0 && m_requests.size() >= m_maxInFlight)
    {
        TraceEnd(report, ConnectionOutcome::NOT_SENT);
        if (user != NOBODY)
        {
            ScheduleUser(user);
        }
        return;
    }
    Ptr<Socket> socket = Socket::CreateSocket(GetNode(), TcpSocketFactory::GetTypeId());
    socket->SetAttribute("IcmpCallback",
                         CallbackValue(MakeBoundCallback(&RequestClient::HandleIcmp, this, id)));
    socket->TraceConnectWithoutContext("Rx",
                                       MakeBoundCallback(&RequestClient::HandleSegment, this, id));
    socket->SetConnectCallback(MakeBoundCallback(&RequestClient::HandleConnected, this, id),
                               MakeBoundCallback(&RequestClient::HandleConnectFailed, this, id));
    socket->SetCloseCallbacks(MakeBoundCallback(&RequestClient::HandleClose, this, id),
                              MakeBoundCallback(&RequestClient::HandleClose, this, id));
    socket->SetRecvCallback(MakeBoundCallback(&RequestClient::HandleReceive, this, id));
    Request& request = m_requests[id];
    request.report = report;
    request.socket = socket;
    request.user = user;
    request.wanted = bytes;
    request.left = static_cast<uint32_t>(std::min(std::max(1.0, m_count->GetValue()), 4e9));
    request.kept = request.left > 1;
    request.timeout = Simulator::Schedule(m_timeout, &RequestClient::HandleTimeout, this, id);
    int result = socket->Connect(InetSocketAddress(m_remote, m_port));
    Address local;
    if (result == 0 && socket->GetSockName(local) == 0 && InetSocketAddress::IsMatchingType(local))
    {
        request.report.client = InetSocketAddress::ConvertFrom(local).GetIpv4();
        request.report.clientPort = InetSocketAddress::ConvertFrom(local).GetPort();
    }
    TraceStart(request.report);
    if (result != 0)
    {
        // Without a route, or without a free port.
        GiveUp(id, ConnectionOutcome::UNREACHABLE);
    }
}

void
RequestClient::HandleConnected(RequestClient* self, uint64_t id, Ptr<Socket> socket)
{
    auto entry = self->m_requests.find(id);
    if (entry == self->m_requests.end())
    {
        return;
    }
    entry->second.connected = true;
    entry->second.report.lastProgress = Simulator::Now();
    self->Ask(id);
}

void
RequestClient::Ask(uint64_t id)
{
    Request& request = m_requests.at(id);
    std::ostringstream text;
    text << "GET /";
    if (request.wanted > 0)
    {
        text << request.wanted;
    }
    text << " HTTP/1.0\r\nHost: " << m_remote << "\r\n";
    if (request.kept)
    {
        text << "Connection: keep-alive\r\n";
    }
    std::string line = text.str();
    const std::string padding = "X-Padding: ";
    const std::size_t end = 2; // the empty line
    if (line.size() + padding.size() + 2 + end <= m_requestSize)
    {
        std::size_t length = m_requestSize - line.size() - padding.size() - 2 - end;
        line += padding + std::string(length, '.') + "\r\n";
    }
    line += "\r\n";
    if (request.report.requests > 0) // the time of the first began with its SYN
    {
        request.timeout = Simulator::Schedule(m_timeout, &RequestClient::HandleTimeout, this, id);
    }
    request.socket->Send(reinterpret_cast<const uint8_t*>(line.data()), line.size(), 0);
}

void
RequestClient::Finish(uint64_t id)
{
    Request& request = m_requests.at(id);
    request.timeout.Cancel();
    request.report.requests++;
    request.left--;
    if (request.left == 0)
    {
        Ptr<Socket> socket = request.socket;
        bool kept = request.kept;
        End(id, ConnectionOutcome::SERVED);
        if (kept)
        {
            socket->Close();
        }
        return;
    }
    request.headerRead = false;
    request.hasLength = false;
    request.received = 0;
    Time wait = Seconds(std::max(0.0, m_thinkTime->GetValue()));
    request.think = Simulator::Schedule(wait, &RequestClient::Ask, this, id);
}

void
RequestClient::HandleConnectFailed(RequestClient* self, uint64_t id, Ptr<Socket> socket)
{
    self->End(id, ConnectionOutcome::CONNECT_TIMEOUT);
}

void
RequestClient::HandleReceive(RequestClient* self, uint64_t id, Ptr<Socket> socket)
{
    auto entry = self->m_requests.find(id);
    if (entry == self->m_requests.end())
    {
        Discard(socket);
        return;
    }
    Request& request = entry->second;
    request.report.lastProgress = Simulator::Now();
    while (Ptr<Packet> packet = socket->Recv())
    {
        uint32_t size = packet->GetSize();
        if (size == 0)
        {
            break;
        }
        if (request.headerRead)
        {
            request.report.bytes += size;
            request.received += size;
            continue;
        }
        std::string octets(size, 0);
        packet->CopyData(reinterpret_cast<uint8_t*>(&octets[0]), size);
        request.header += octets;
        std::size_t end = request.header.find("\r\n\r\n");
        if (end != std::string::npos)
        {
            request.headerRead = true;
            request.received = request.header.size() - (end + 4);
            request.report.bytes += request.received;
            request.header.resize(end + 2);
            ParseHeader(request);
        }
        else if (request.header.size() > MAX_HEADER)
        {
            self->GiveUp(id, ConnectionOutcome::TRUNCATED);
            return;
        }
    }
    if (request.headerRead && request.hasLength && request.received >= request.length)
    {
        self->Finish(id);
    }
}

void
RequestClient::ParseHeader(Request& request)
{
    std::istringstream lines(request.header);
    std::string line;
    while (std::getline(lines, line))
    {
        line.erase(line.find_last_not_of('\r') + 1);
        std::size_t colon = line.find(':');
        std::size_t begin =
            colon == std::string::npos ? colon : line.find_first_not_of(' ', colon + 1);
        if (begin == std::string::npos)
        {
            continue;
        }
        std::string name = line.substr(0, colon);
        if (name == "Server")
        {
            request.report.server = line.substr(begin);
        }
        else if (name == "Content-Length")
        {
            request.hasLength = true;
            request.length = std::strtoull(line.c_str() + begin, nullptr, 10);
        }
    }
    request.header.clear();
}

void
RequestClient::HandleClose(RequestClient* self, uint64_t id, Ptr<Socket> socket)
{
    auto entry = self->m_requests.find(id);
    if (entry == self->m_requests.end())
    {
        return;
    }
    const Request& request = entry->second;
    // After the peer's FIN the state is CLOSE_WAIT; a reset comes in any other.
    if (GetTcpState(socket) == TcpSocket::CLOSE_WAIT)
    {
        bool whole = request.headerRead && !request.hasLength && request.left == 1;
        self->m_requests.at(id).report.requests += whole ? 1 : 0;
        self->End(id, whole ? ConnectionOutcome::SERVED : ConnectionOutcome::TRUNCATED);
        socket->Close();
    }
    else
    {
        self->End(id, request.connected ? ConnectionOutcome::RESET : ConnectionOutcome::REFUSED);
    }
}

void
RequestClient::HandleSegment(RequestClient* self,
                             uint64_t id,
                             Ptr<const Packet> packet,
                             const TcpHeader& header,
                             Ptr<const TcpSocketBase> socket)
{
    auto entry = self->m_requests.find(id);
    if ((header.GetFlags() & TcpHeader::RST) && entry != self->m_requests.end() &&
        !entry->second.connected)
    {
        // Not here and now: the socket still has to deal with the segment.
        Simulator::ScheduleNow(&RequestClient::GiveUp, self, id, ConnectionOutcome::REFUSED);
    }
}

void
RequestClient::HandleIcmp(RequestClient* self,
                          uint64_t id,
                          Ipv4Address source,
                          uint8_t ttl,
                          uint8_t type,
                          uint8_t code,
                          uint32_t info)
{
    const uint8_t destinationUnreachable = 3;
    const uint8_t fragmentationNeeded = 4;
    auto entry = self->m_requests.find(id);
    // While connecting the error ends the attempt, later it does not (net/ipv4/tcp_ipv4.c,
    // tcp_v4_err).
    if (entry != self->m_requests.end() && !entry->second.connected &&
        type == destinationUnreachable && code != fragmentationNeeded)
    {
        // Not here and now: the callback belongs to the socket that is going to be closed.
        Simulator::ScheduleNow(&RequestClient::GiveUp, self, id, ConnectionOutcome::UNREACHABLE);
    }
}

void
RequestClient::HandleTimeout(uint64_t id)
{
    NS_LOG_FUNCTION(this << id);
    GiveUp(id,
           m_requests.at(id).connected ? ConnectionOutcome::RESPONSE_TIMEOUT
                                       : ConnectionOutcome::CONNECT_TIMEOUT);
}

void
RequestClient::GiveUp(uint64_t id, ConnectionOutcome outcome)
{
    auto entry = m_requests.find(id);
    if (entry == m_requests.end())
    {
        return;
    }
    Ptr<Socket> socket = entry->second.socket;
    bool connected = entry->second.connected;
    End(id, outcome);
    if (connected)
    {
        socket->Close();
    }
    else
    {
        AbandonTcp(socket);
    }
}

void
RequestClient::End(uint64_t id, ConnectionOutcome outcome)
{
    NS_LOG_FUNCTION(this << id << ToString(outcome));
    auto entry = m_requests.find(id);
    if (entry == m_requests.end())
    {
        return;
    }
    Request request = entry->second;
    m_requests.erase(entry);
    request.timeout.Cancel();
    request.think.Cancel();

    auto close = MakeCallback(&CloseAfterServer);
    request.socket->SetCloseCallbacks(close, close);
    request.socket->SetRecvCallback(MakeCallback(&Discard));
    TraceEnd(request.report, outcome);
    if (request.user != NOBODY && m_running)
    {
        ScheduleUser(request.user);
    }
}

} // namespace gipt
} // namespace ns3
