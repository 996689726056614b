/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "director.h"
#include "health-check.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/pointer.h"
#include "ns3/random-variable-stream.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace gipt
{

NS_OBJECT_ENSURE_REGISTERED(HealthCheck);

TypeId
HealthCheck::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::HealthCheck")
            .SetParent<Application>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<HealthCheck>()
            .AddAttribute("Director",
                          "The director whose real servers are watched; none: that of the node",
                          PointerValue(),
                          MakePointerAccessor(&HealthCheck::m_director),
                          MakePointerChecker<Director>())
            .AddAttribute("Method",
                          "How a real server is asked: icmp, tcp, http, udp, or another probe by "
                          "its TypeId; with attributes of the probe, such as http[Path=/alive]",
                          StringValue("icmp"),
                          MakeStringAccessor(&HealthCheck::SetMethod, &HealthCheck::GetMethod),
                          MakeStringChecker())
            .AddAttribute("Tunnel",
                          "Ask through the tunnel at the VIP on the real server, as a client's "
                          "packets go; false: ask the real server's own address",
                          BooleanValue(false),
                          MakeBooleanAccessor(&HealthCheck::m_tunnel),
                          MakeBooleanChecker())
            .AddAttribute("ProbeAddress",
                          "Source of the probes through the tunnel, an address of the director's "
                          "node that real servers have a route to; 0.0.0.0: the one from which it "
                          "sends to the real server",
                          Ipv4AddressValue(Ipv4Address::GetAny()),
                          MakeIpv4AddressAccessor(&HealthCheck::m_probeAddress),
                          MakeIpv4AddressChecker())
            .AddAttribute("Interval",
                          "Time between two probes of one real server",
                          TimeValue(Seconds(2)),
                          MakeTimeAccessor(&HealthCheck::m_interval),
                          MakeTimeChecker(MicroSeconds(1)))
            .AddAttribute("Timeout",
                          "How long an answer is waited for",
                          TimeValue(Seconds(1)),
                          MakeTimeAccessor(&HealthCheck::m_timeout),
                          MakeTimeChecker(MicroSeconds(1)))
            .AddAttribute("Retries",
                          "Failures in a row before a real server is taken out of service",
                          UintegerValue(3),
                          MakeUintegerAccessor(&HealthCheck::m_retries),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Rise",
                          "Successes in a row before a real server is put back",
                          UintegerValue(1),
                          MakeUintegerAccessor(&HealthCheck::m_rise),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Port",
                          "Port that is asked; 0 is the real server's own",
                          UintegerValue(0),
                          MakeUintegerAccessor(&HealthCheck::m_port),
                          MakeUintegerChecker<uint16_t>())
            .AddAttribute("InhibitOnFailure",
                          "Set the weight of a dead real server to 0 in place of deleting it, as "
                          "keepalived's inhibit_on_failure does: its connections stay with it",
                          BooleanValue(false),
                          MakeBooleanAccessor(&HealthCheck::inhibitOnFailure),
                          MakeBooleanChecker())
            .AddAttribute("Jitter",
                          "Delay added to each probe, in seconds; below 0 counts as 0",
                          StringValue("ns3::ConstantRandomVariable[Constant=0.0]"),
                          MakePointerAccessor(&HealthCheck::m_jitter),
                          MakePointerChecker<RandomVariableStream>())
            .AddAttribute("DampingHalfLife",
                          "Time in which the penalty for flapping halves (RFC 2439); 0: a real "
                          "server that answers is put back however often it flaps",
                          TimeValue(Seconds(0)),
                          MakeTimeAccessor(&HealthCheck::m_halfLife),
                          MakeTimeChecker(Seconds(0)))
            .AddAttribute("DampingSuppress",
                          "Penalty above which a real server is held out of service; each time it "
                          "is found dead adds 1",
                          DoubleValue(2),
                          MakeDoubleAccessor(&HealthCheck::m_suppress),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("DampingReuse",
                          "Penalty down to which it is held out",
                          DoubleValue(0.75),
                          MakeDoubleAccessor(&HealthCheck::m_reuse),
                          MakeDoubleChecker<double>(0.001))
            .AddAttribute("DampingMaxHold",
                          "The longest time it is held out after it was found dead last",
                          TimeValue(Seconds(3600)),
                          MakeTimeAccessor(&HealthCheck::m_maxHold),
                          MakeTimeChecker(Seconds(0)))
            .AddAttribute(
                "Quorum",
                "Weight of living real servers that a service needs (keepalived's quorum)",
                UintegerValue(1),
                MakeUintegerAccessor(&HealthCheck::quorum),
                MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("Hysteresis",
                          "A service loses its quorum below Quorum - Hysteresis and gains it at "
                          "Quorum + Hysteresis",
                          UintegerValue(0),
                          MakeUintegerAccessor(&HealthCheck::hysteresis),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("SorryServer",
                          "Real server that serves alone while a service has no quorum; 0.0.0.0: "
                          "none, and those that live go on",
                          Ipv4AddressValue(Ipv4Address::GetAny()),
                          MakeIpv4AddressAccessor(&HealthCheck::sorryServer),
                          MakeIpv4AddressChecker())
            .AddAttribute("SlowStart",
                          "Time in which a real server that was dead comes to its whole weight; "
                          "0: at once",
                          TimeValue(Seconds(0)),
                          MakeTimeAccessor(&HealthCheck::slowStart),
                          MakeTimeChecker(Seconds(0)))
            .AddAttribute("SlowStartSteps",
                          "In how many equal steps",
                          UintegerValue(10),
                          MakeUintegerAccessor(&HealthCheck::slowStartSteps),
                          MakeUintegerChecker<uint32_t>(1, 1000000))
            .AddAttribute("SlowStartShare",
                          "Part of its weight that it begins with",
                          DoubleValue(0.1),
                          MakeDoubleAccessor(&HealthCheck::slowStartShare),
                          MakeDoubleChecker<double>(0, 1))
            .AddTraceSource("Probe",
                            "A probe has ended: server, whether it answered, time it took",
                            MakeTraceSourceAccessor(&HealthCheck::m_probeTrace),
                            "ns3::gipt::HealthCheck::ProbeTracedCallback")
            .AddTraceSource("ServerDown",
                            "A real server was found dead and is taken out of service",
                            MakeTraceSourceAccessor(&HealthCheck::m_downTrace),
                            "ns3::gipt::HealthCheck::ServerTracedCallback")
            .AddTraceSource("ServerUp",
                            "A real server answers again and is put back into service",
                            MakeTraceSourceAccessor(&HealthCheck::m_upTrace),
                            "ns3::gipt::HealthCheck::ServerTracedCallback")
            .AddTraceSource("ServerHeld",
                            "A real server flaps and is held out of service",
                            MakeTraceSourceAccessor(&HealthCheck::m_heldTrace),
                            "ns3::gipt::HealthCheck::HeldTracedCallback")
            .AddTraceSource("QuorumChanged",
                            "A service has lost its quorum or gained it",
                            MakeTraceSourceAccessor(&HealthCheck::m_quorumTrace),
                            "ns3::gipt::ServiceKeeper::QuorumTracedCallback")
            .AddTraceSource("Drained",
                            "A real server was drained and is out of service; connections left",
                            MakeTraceSourceAccessor(&HealthCheck::m_drainedTrace),
                            "ns3::gipt::ServiceKeeper::DrainedTracedCallback");
    return tid;
}

} // namespace gipt
} // namespace ns3
