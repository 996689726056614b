/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "director.h"

#include "ns3/boolean.h"
#include "ns3/uinteger.h"

namespace ns3
{
namespace gipt
{

NS_OBJECT_ENSURE_REGISTERED(Director);

TypeId
Director::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::Director")
            .SetParent<Application>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<Director>()
            .AddAttribute("ExpireNodestConn",
                          "A connection whose real server was deleted goes at its next packet, "
                          "instead of having its packets dropped (sysctl expire_nodest_conn)",
                          BooleanValue(false),
                          MakeBooleanAccessor(&Director::expireNodestConn),
                          MakeBooleanChecker())
            .AddAttribute("ConnReuseMode",
                          "When a SYN on a known connection is scheduled anew: 0, never; 1, on a "
                          "TIME_WAIT or CLOSE entry; 2 or 3, on a FIN_WAIT entry too "
                          "(sysctl conn_reuse_mode)",
                          UintegerValue(1),
                          MakeUintegerAccessor(&Director::connReuseMode),
                          MakeUintegerChecker<uint32_t>(0, 3))
            .AddAttribute("SloppyTcp",
                          "Any TCP packet but RST may begin a connection, not only one with SYN "
                          "(sysctl sloppy_tcp)",
                          BooleanValue(false),
                          MakeBooleanAccessor(&Director::sloppyTcp),
                          MakeBooleanChecker())
            .AddAttribute("ExpireQuiescentTemplate",
                          "A persistent client of a real server whose weight is 0 is scheduled "
                          "anew (sysctl expire_quiescent_template)",
                          BooleanValue(false),
                          MakeBooleanAccessor(&Director::expireQuiescentTemplate),
                          MakeBooleanChecker())
            .AddAttribute("DropEntry",
                          "Sweep half-open and idle connections: 0 never, 1 and 2 while memory is "
                          "short, 3 always (sysctl drop_entry)",
                          UintegerValue(0),
                          MakeUintegerAccessor(&Director::SetDropEntry, &Director::GetDropEntry),
                          MakeUintegerChecker<uint32_t>(0, 3))
            .AddAttribute("DropPacket",
                          "Refuse a part of the new connections: 0 never, 1 and 2 while memory is "
                          "short, 3 always (sysctl drop_packet)",
                          UintegerValue(0),
                          MakeUintegerAccessor(&Director::SetDropPacket, &Director::GetDropPacket),
                          MakeUintegerChecker<uint32_t>(0, 3))
            .AddAttribute("SecureTcp",
                          "Use the transition table against floods: 0 never, 1 and 2 while memory "
                          "is short, 3 always (sysctl secure_tcp)",
                          UintegerValue(0),
                          MakeUintegerAccessor(&Director::SetSecureTcp, &Director::GetSecureTcp),
                          MakeUintegerChecker<uint32_t>(0, 3))
            .AddAttribute("Amemthresh",
                          "Pages of 12 connections below which memory counts as short "
                          "(sysctl amemthresh)",
                          UintegerValue(1024),
                          MakeUintegerAccessor(&Director::amemthresh),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("AmDroprate",
                          "DropPacket 3 refuses one new connection in so many "
                          "(sysctl am_droprate)",
                          UintegerValue(10),
                          MakeUintegerAccessor(&Director::amDroprate),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute(
                "LblcExpiration",
                "How long lblc remembers the server of a VIP that is not asked for "
                "(sysctl lblc_expiration)",
                TimeValue(Days(1)),
                MakeTimeAccessor(&Director::SetLblcExpiration, &Director::GetLblcExpiration),
                MakeTimeChecker(Time(0)))
            .AddAttribute(
                "LblcrExpiration",
                "How long lblcr remembers the servers of a VIP that is not asked for, "
                "and how long it leaves them as they are (sysctl lblcr_expiration)",
                TimeValue(Days(1)),
                MakeTimeAccessor(&Director::SetLblcrExpiration, &Director::GetLblcrExpiration),
                MakeTimeChecker(Time(0)))
            .AddAttribute("PmtuDisc",
                          "Copy DF to the outer header and refuse what is too long with it "
                          "(sysctl pmtu_disc); false: the outer packet is fragmented instead",
                          BooleanValue(true),
                          MakeBooleanAccessor(&Director::m_pmtuDisc),
                          MakeBooleanChecker())
            .AddAttribute("TcpTimeout",
                          "How long an ESTABLISHED connection is kept without a packet "
                          "(ipvsadm --set, first value)",
                          TimeValue(Seconds(900)),
                          MakeTimeAccessor(&Director::tcpTimeout),
                          MakeTimeChecker(Seconds(1), Days(31)))
            .AddAttribute("TcpFinTimeout",
                          "How long a FIN_WAIT connection is kept without a packet "
                          "(ipvsadm --set, second value)",
                          TimeValue(Seconds(120)),
                          MakeTimeAccessor(&Director::tcpFinTimeout),
                          MakeTimeChecker(Seconds(1), Days(31)))
            .AddAttribute("UdpTimeout",
                          "How long a UDP connection is kept without a packet "
                          "(ipvsadm --set, third value)",
                          TimeValue(Seconds(300)),
                          MakeTimeAccessor(&Director::udpTimeout),
                          MakeTimeChecker(Seconds(1), Days(31)))
            .AddAttribute(
                "MaxConnections",
                "Number of connections above which no new one is made",
                UintegerValue(ConnectionTable::MAX_SIZE),
                MakeUintegerAccessor(&Director::SetMaxConnections, &Director::GetMaxConnections),
                MakeUintegerChecker<uint64_t>(1, ConnectionTable::MAX_SIZE))
            .AddAttribute(
                "IcmpRateLimit",
                "Time between two ICMP errors to one host after a burst of six; 0 is no "
                "limit; fragmentation needed is never limited (sysctl icmp_ratelimit)",
                TimeValue(Seconds(1)),
                MakeTimeAccessor(&Director::SetIcmpRateLimit, &Director::GetIcmpRateLimit),
                MakeTimeChecker(Seconds(0)))
            .AddAttribute("DropLoops",
                          "Refuse packets whose source is the director itself or the chosen real "
                          "server (RFC 2003, 3.2); Linux tunnels them",
                          BooleanValue(false),
                          MakeBooleanAccessor(&Director::m_dropLoops),
                          MakeBooleanChecker())
            .AddAttribute("Active",
                          "The director owns its VIPs; a backup of a pair does not until it takes "
                          "over",
                          BooleanValue(true),
                          MakeBooleanAccessor(&Director::SetActive, &Director::IsActive),
                          MakeBooleanChecker())
            .AddTraceSource("Scheduled",
                            "A new connection got its real server",
                            MakeTraceSourceAccessor(&Director::m_scheduledTrace),
                            "ns3::gipt::ConnectionBooks::ConnectionTracedCallback")
            .AddTraceSource("Expired",
                            "A connection left the table",
                            MakeTraceSourceAccessor(&Director::m_expiredTrace),
                            "ns3::gipt::ConnectionBooks::ConnectionTracedCallback")
            .AddTraceSource("State",
                            "A connection changed its state",
                            MakeTraceSourceAccessor(&Director::m_stateTrace),
                            "ns3::gipt::ConnectionBooks::StateTracedCallback")
            .AddTraceSource("Server",
                            "A real server was added, changed or removed",
                            MakeTraceSourceAccessor(&Director::m_serverTrace),
                            "ns3::gipt::DirectorCore::ServerTracedCallback")
            .AddTraceSource("Forward",
                            "A packet goes into the tunnel",
                            MakeTraceSourceAccessor(&Director::m_forwardTrace),
                            "ns3::gipt::Director::ForwardTracedCallback")
            .AddTraceSource("Drop",
                            "A packet was dropped",
                            MakeTraceSourceAccessor(&Director::m_dropTrace),
                            "ns3::gipt::Director::DropTracedCallback")
            .AddTraceSource("Running",
                            "The director begins to run, or stops or loses its power",
                            MakeTraceSourceAccessor(&Director::m_runningTrace),
                            "ns3::gipt::Director::RunningTracedCallback");
    return tid;
}

} // namespace gipt
} // namespace ns3
