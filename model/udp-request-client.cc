/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "udp-request-client.h"

#include "ns3/inet-socket-address.h"
#include "ns3/ipv4-route.h"
#include "ns3/ipv4-routing-protocol.h"
#include "ns3/ipv4.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/udp-socket-factory.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <sstream>
#include <string>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptUdpRequestClient");
NS_OBJECT_ENSURE_REGISTERED(UdpRequestClient);

TypeId
UdpRequestClient::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::UdpRequestClient")
            .SetParent<WorkloadClient>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<UdpRequestClient>()
            .AddAttribute("RequestSize",
                          "Length of a request (octets); not less than its first line needs",
                          UintegerValue(64),
                          MakeUintegerAccessor(&UdpRequestClient::m_requestSize),
                          MakeUintegerChecker<uint32_t>(1, 65507))
            .AddAttribute("ResponseSize",
                          "Length of the answer to ask for (octets); 0 leaves it to the server",
                          UintegerValue(0),
                          MakeUintegerAccessor(&UdpRequestClient::m_responseSize),
                          MakeUintegerChecker<uint32_t>(0, 65507))
            .AddAttribute("Interval",
                          "Time between the beginnings of requests (seconds); when it is infinite "
                          "only planned ones begin",
                          StringValue("ns3::ExponentialRandomVariable[Mean=1]"),
                          MakePointerAccessor(&UdpRequestClient::m_interval),
                          MakePointerChecker<RandomVariableStream>())
            .AddAttribute("Timeout",
                          "Time to wait for an answer before a request is sent again or given up",
                          TimeValue(Seconds(2)),
                          MakeTimeAccessor(&UdpRequestClient::m_timeout),
                          MakeTimeChecker(NanoSeconds(1)))
            .AddAttribute("Retries",
                          "How often a request is sent again",
                          UintegerValue(2),
                          MakeUintegerAccessor(&UdpRequestClient::m_retries),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute(
                "LastStart",
                "Simulation time after which no request begins but those planned; 0 for no "
                "such time",
                TimeValue(Seconds(0)),
                MakeTimeAccessor(&UdpRequestClient::m_lastStart),
                MakeTimeChecker(Seconds(0)));
    return tid;
}

UdpRequestClient::UdpRequestClient()
    : WorkloadClient("udp", 17)
{
    NS_LOG_FUNCTION(this);
}

int64_t
UdpRequestClient::AssignStreams(int64_t stream)
{
    NS_LOG_FUNCTION(this << stream);
    m_interval->SetStream(stream);
    return 1;
}

void
UdpRequestClient::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_next.Cancel();
    for (auto& [id, request] : m_requests)
    {
        request.timeout.Cancel();
    }
    m_requests.clear();
    m_interval = nullptr;
    WorkloadClient::DoDispose();
}

void
UdpRequestClient::StartApplication()
{
    NS_LOG_FUNCTION(this);
    m_stopped = false;
    PowerOn();
}

void
UdpRequestClient::StopApplication()
{
    NS_LOG_FUNCTION(this);
    m_stopped = true;
    EndAll();
}

void
UdpRequestClient::PowerOff()
{
    NS_LOG_FUNCTION(this);
    EndAll();
}

void
UdpRequestClient::PowerOn()
{
    NS_LOG_FUNCTION(this);
    if (!m_stopped)
    {
        ScheduleNext();
        StartPlan();
    }
}

void
UdpRequestClient::EndAll()
{
    m_next.Cancel();
    StopPlan();
    while (!m_requests.empty())
    {
        End(m_requests.begin()->first, ConnectionOutcome::UNFINISHED);
    }
}

void
UdpRequestClient::ScheduleNext()
{
    const double seconds = m_interval->GetValue();
    if (!(seconds < 1e9)) // beyond what Time can hold, or infinite: never
    {
        return;
    }
    Time wait = Seconds(std::max(0.0, seconds));
    if (m_lastStart.IsZero() || Simulator::Now() + wait <= m_lastStart)
    {
        m_next = Simulator::Schedule(wait, &UdpRequestClient::BeginNext, this);
    }
}

void
UdpRequestClient::BeginNext()
{
    ScheduleNext();
    BeginPlanned(m_responseSize);
}

void
UdpRequestClient::BeginPlanned(uint32_t bytes)
{
    NS_LOG_FUNCTION(this << bytes);
    ConnectionReport report = Count();
    const uint64_t id = report.id;
    Ptr<Socket> socket = Socket::CreateSocket(GetNode(), UdpSocketFactory::GetTypeId());
    socket->SetAttribute("IcmpCallback",
                         CallbackValue(MakeBoundCallback(&UdpRequestClient::HandleIcmp, this, id)));
    socket->SetRecvCallback(MakeBoundCallback(&UdpRequestClient::HandleReceive, this, id));
    const bool isBound =
        socket->Bind() == 0 && socket->Connect(InetSocketAddress(m_remote, m_port)) == 0;
    Address local;
    if (isBound && socket->GetSockName(local) == 0 && InetSocketAddress::IsMatchingType(local))
    {
        report.clientPort = InetSocketAddress::ConvertFrom(local).GetPort();
        // An unbound socket has no address of its own: routing gives it one for each packet.
        Ipv4Header header;
        header.SetDestination(m_remote);
        Socket::SocketErrno error;
        const auto route =
            GetNode()->GetObject<Ipv4>()->GetRoutingProtocol()->RouteOutput(Create<Packet>(),
                                                                            header,
                                                                            nullptr,
                                                                            error);
        report.client = route ? route->GetSource() : Ipv4Address::GetAny();
    }
    Request& request = m_requests[id];
    request.report = report;
    request.socket = socket;
    request.wanted = bytes;
    TraceStart(report);
    if (!isBound || report.client.IsAny())
    {
        End(id, ConnectionOutcome::UNREACHABLE); // without a port, or without a route
        return;
    }
    Send(id);
}

void
UdpRequestClient::Send(uint64_t id)
{
    Request& request = m_requests.at(id);
    request.sent++;
    request.timeout = Simulator::Schedule(m_timeout, &UdpRequestClient::HandleTimeout, this, id);
    std::string text = std::to_string(id) + " " + std::to_string(request.wanted) + "\n";
    text.resize(std::max<std::size_t>(text.size(), m_requestSize), '.');
    request.socket->Send(reinterpret_cast<const uint8_t*>(text.data()), text.size(), 0);
}

void
UdpRequestClient::HandleTimeout(uint64_t id)
{
    NS_LOG_FUNCTION(this << id);
    if (m_requests.at(id).sent <= m_retries)
    {
        Send(id);
    }
    else
    {
        End(id, ConnectionOutcome::RESPONSE_TIMEOUT);
    }
}

void
UdpRequestClient::HandleReceive(UdpRequestClient* self, uint64_t id, Ptr<Socket> socket)
{
    auto entry = self->m_requests.find(id);
    while (Ptr<Packet> packet = socket->Recv())
    {
        if (entry == self->m_requests.end())
        {
            continue;
        }
        std::string text(packet->GetSize(), 0);
        packet->CopyData(reinterpret_cast<uint8_t*>(&text[0]), text.size());
        std::istringstream words(text.substr(0, text.find('\n')));
        uint64_t answered = 0;
        if (!(words >> answered) || answered != id)
        {
            continue; // not an answer to this request
        }
        ConnectionReport& report = entry->second.report;
        std::getline(words >> std::ws, report.server);
        report.bytes = text.size();
        report.requests = 1;
        report.lastProgress = Simulator::Now();
        self->End(id, ConnectionOutcome::SERVED);
        entry = self->m_requests.end();
    }
}

void
UdpRequestClient::HandleIcmp(UdpRequestClient* self,
                             uint64_t id,
                             Ipv4Address source,
                             uint8_t ttl,
                             uint8_t type,
                             uint8_t code,
                             uint32_t info)
{
    const uint8_t destinationUnreachable = 3;
    const uint8_t fragmentationNeeded = 4;
    if (type == destinationUnreachable && code != fragmentationNeeded)
    {
        // Not here and now: the callback belongs to the socket that is going to be closed.
        Simulator::ScheduleNow(&UdpRequestClient::End, self, id, ConnectionOutcome::UNREACHABLE);
    }
}

void
UdpRequestClient::End(uint64_t id, ConnectionOutcome outcome)
{
    auto entry = m_requests.find(id);
    if (entry == m_requests.end())
    {
        return;
    }
    Request request = entry->second;
    m_requests.erase(entry);
    request.timeout.Cancel();
    request.socket->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
    request.socket->Close();
    TraceEnd(request.report, outcome);
}

} // namespace gipt
} // namespace ns3
