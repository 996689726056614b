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
            .SetParent<Application>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<RequestClient>()
            .AddAttribute("Name",
                          "What the workload calls itself in its reports",
                          StringValue("request"),
                          MakeStringAccessor(&RequestClient::m_name),
                          MakeStringChecker())
            .AddAttribute("Remote",
                          "Address to send the requests to: the VIP",
                          Ipv4AddressValue("198.51.100.1"),
                          MakeIpv4AddressAccessor(&RequestClient::m_remote),
                          MakeIpv4AddressChecker())
            .AddAttribute("Port",
                          "TCP port to send the requests to",
                          UintegerValue(80),
                          MakeUintegerAccessor(&RequestClient::m_port),
                          MakeUintegerChecker<uint16_t>(1))
            .AddAttribute("RequestSize",
                          "Length of a request (octets); not less than its two header lines need",
                          UintegerValue(200),
                          MakeUintegerAccessor(&RequestClient::m_requestSize),
                          MakeUintegerChecker<uint32_t>(1, 65536))
            .AddAttribute("Interval",
                          "Time between the beginnings of requests (seconds)",
                          StringValue("ns3::ExponentialRandomVariable[Mean=1]"),
                          MakePointerAccessor(&RequestClient::m_interval),
                          MakePointerChecker<RandomVariableStream>())
            .AddAttribute("Timeout",
                          "Time a request may take, from its SYN to the end of the response",
                          TimeValue(Seconds(5)),
                          MakeTimeAccessor(&RequestClient::m_timeout),
                          MakeTimeChecker(NanoSeconds(1)))
            .AddAttribute("LastStart",
                          "Simulation time after which no request begins; 0 for no such time",
                          TimeValue(Seconds(0)),
                          MakeTimeAccessor(&RequestClient::m_lastStart),
                          MakeTimeChecker(Seconds(0)))
            .AddAttribute("MaxInFlight",
                          "Requests that may be open at a time, those beyond are not sent; "
                          "0 for no bound",
                          UintegerValue(0),
                          MakeUintegerAccessor(&RequestClient::m_maxInFlight),
                          MakeUintegerChecker<uint32_t>())
            .AddTraceSource("ConnectionStart",
                            "A connection began; its outcome is not known yet",
                            MakeTraceSourceAccessor(&RequestClient::m_startTrace),
                            "ns3::gipt::ConnectionReport::TracedCallback")
            .AddTraceSource("ConnectionEnd",
                            "A connection ended",
                            MakeTraceSourceAccessor(&RequestClient::m_endTrace),
                            "ns3::gipt::ConnectionReport::TracedCallback");
    return tid;
}

RequestClient::RequestClient()
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
    return 1;
}

void
RequestClient::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_next.Cancel();
    for (auto& [id, request] : m_requests)
    {
        request.timeout.Cancel();
    }
    m_requests.clear();
    m_interval = nullptr;
    Application::DoDispose();
}

void
RequestClient::StartApplication()
{
    NS_LOG_FUNCTION(this);
    ScheduleNext();
}

void
RequestClient::StopApplication()
{
    NS_LOG_FUNCTION(this);
    m_next.Cancel();
    while (!m_requests.empty())
    {
        GiveUp(m_requests.begin()->first, ConnectionOutcome::UNFINISHED);
    }
}

void
RequestClient::ScheduleNext()
{
    Time wait = Seconds(std::max(0.0, m_interval->GetValue()));
    if (m_lastStart.IsZero() || Simulator::Now() + wait <= m_lastStart)
    {
        m_next = Simulator::Schedule(wait, &RequestClient::Begin, this);
    }
}

void
RequestClient::Begin()
{
    NS_LOG_FUNCTION(this);
    ScheduleNext();
    uint64_t id = m_started++;
    ConnectionReport report;
    report.workload = m_name;
    report.id = id;
    report.start = Simulator::Now();
    report.lastProgress = report.start;
    report.remote = m_remote;
    report.remotePort = m_port;
    if (m_maxInFlight > 0 && m_requests.size() >= m_maxInFlight)
    {
        report.outcome = ConnectionOutcome::NOT_SENT;
        Report(report);
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
    request.timeout = Simulator::Schedule(m_timeout, &RequestClient::HandleTimeout, this, id);
    int result = socket->Connect(InetSocketAddress(m_remote, m_port));
    Address local;
    if (result == 0 && socket->GetSockName(local) == 0 && InetSocketAddress::IsMatchingType(local))
    {
        request.report.client = InetSocketAddress::ConvertFrom(local).GetIpv4();
        request.report.clientPort = InetSocketAddress::ConvertFrom(local).GetPort();
    }
    m_startTrace(request.report);
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
    std::ostringstream text;
    text << "GET / HTTP/1.0\r\nHost: " << self->m_remote << "\r\n";
    std::string line = text.str();
    const std::string padding = "X-Padding: ";
    const std::size_t end = 2; // the empty line
    if (line.size() + padding.size() + 2 + end <= self->m_requestSize)
    {
        std::size_t length = self->m_requestSize - line.size() - padding.size() - 2 - end;
        line += padding + std::string(length, '.') + "\r\n";
    }
    line += "\r\n";
    socket->Send(reinterpret_cast<const uint8_t*>(line.data()), line.size(), 0);
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
            continue;
        }
        std::string octets(size, 0);
        packet->CopyData(reinterpret_cast<uint8_t*>(&octets[0]), size);
        request.header += octets;
        std::size_t end = request.header.find("\r\n\r\n");
        if (end != std::string::npos)
        {
            request.headerRead = true;
            request.report.bytes = request.header.size() - (end + 4);
            request.header.resize(end + 2);
            ParseHeader(request);
        }
        else if (request.header.size() > MAX_HEADER)
        {
            self->GiveUp(id, ConnectionOutcome::TRUNCATED);
            return;
        }
    }
    if (request.hasLength && request.report.bytes >= request.length)
    {
        self->End(id, ConnectionOutcome::SERVED);
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
        bool whole = request.headerRead && !request.hasLength;
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
    request.report.latency = Simulator::Now() - request.report.start;
    request.report.outcome = outcome;
    request.report.requests = outcome == ConnectionOutcome::SERVED ? 1 : 0;

    auto close = MakeCallback(&CloseAfterServer);
    request.socket->SetCloseCallbacks(close, close);
    request.socket->SetRecvCallback(MakeCallback(&Discard));
    Report(request.report);
}

void
RequestClient::Report(const ConnectionReport& report)
{
    m_counts[static_cast<std::size_t>(report.outcome)]++;
    if (report.outcome == ConnectionOutcome::SERVED)
    {
        m_servedLatency += report.latency;
    }
    m_endTrace(report);
}

} // namespace gipt
} // namespace ns3
