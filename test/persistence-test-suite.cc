/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "script-test-case.h"

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of persistence, firewall marks and one-packet scheduling, in a director without a network:
 * scripts that were run on Linux 6.1, with its answers.
 *
 *  1. A template for each client: its timer, its state; server of weight 0, expiring quiescent
 *     templates, server deleted.
 *  2. A template is extended by 60 s while connections refer to it, and keeps to that.
 *  3. Netmask, also when it changes.
 *  4. All ports of a VIP, beside a service of one port.
 *  5. FTP: all unprivileged ports and FTP-DATA, one template with those of all ports.
 *  6. Firewall marks: before addresses, for all VIPs and protocols; with persistence one template.
 *  7. UDP, and one packet a connection, with and without persistence.
 *  8. A changed timeout is for new templates.
 *  9. Templates that lead nowhere stay until their time is up, several of one client even.
 * 10. expire_nodest_conn, and a 4-tuple that is used again.
 * 11. Service deleted while templates live, and added again.
 * 12. From port 20 nothing is scheduled.
 * 13. MaxConnections counts templates (not on Linux, which has no such bound).
 */

using namespace ns3;
using scripts::ScriptTestCase;

namespace
{

/// 1.
const char* const TEMPLATES = R"(
ipvsadm -A -t 10.0.0.100:80 -s rr -p 20
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.21 -i
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.22 -i
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.23 -i
SYN 10.1.0.1:1 10.0.0.100:80 -> 23
SYN 10.1.0.1:2 10.0.0.100:80 -> 23
SYN 10.1.0.2:1 10.0.0.100:80 -> 22
SYN 10.1.0.3:1 10.0.0.100:80 -> 21
SYN 10.1.0.3:2 10.0.0.100:80 -> 21
SYN 10.1.0.2:5 10.0.0.100:80 -> 22
counts -> 21 1 2 0 | 22 1 2 0 | 23 1 2 0
templates
TCP 00:19 NONE 10.1.0.1:0 10.0.0.100:80 10.0.0.23:80
TCP 00:19 NONE 10.1.0.2:0 10.0.0.100:80 10.0.0.22:80
TCP 00:19 NONE 10.1.0.3:0 10.0.0.100:80 10.0.0.21:80
.
wait 15
SYN 10.1.0.1:3 10.0.0.100:80 -> 23
templates
TCP 00:04 NONE 10.1.0.2:0 10.0.0.100:80 10.0.0.22:80
TCP 00:04 NONE 10.1.0.3:0 10.0.0.100:80 10.0.0.21:80
TCP 00:19 NONE 10.1.0.1:0 10.0.0.100:80 10.0.0.23:80
.
wait 15
SYN 10.1.0.1:4 10.0.0.100:80 -> 23
ACK 10.1.0.1:4 10.0.0.100:80 -> 23
templates
TCP 00:19 ASSURED 10.1.0.1:0 10.0.0.100:80 10.0.0.23:80
TCP 00:49 NONE 10.1.0.2:0 10.0.0.100:80 10.0.0.22:80
TCP 00:49 NONE 10.1.0.3:0 10.0.0.100:80 10.0.0.21:80
.
ipvsadm -e -t 10.0.0.100:80 -r 10.0.0.23 -i -w 0
SYN 10.1.0.1:5 10.0.0.100:80 -> 23
sysctl expire_quiescent_template=1
SYN 10.1.0.1:6 10.0.0.100:80 -> 22
SYN 10.1.0.1:7 10.0.0.100:80 -> 22
ACK 10.1.0.1:4 10.0.0.100:80 -> 23
ipvsadm -d -t 10.0.0.100:80 -r 10.0.0.22
SYN 10.1.0.1:8 10.0.0.100:80 -> 21
SYN 10.1.0.2:8 10.0.0.100:80 -> 21
templates
TCP 00:19 ASSURED 10.1.0.1:0 10.0.0.100:65535 10.0.0.23:65535
TCP 00:19 NONE 10.1.0.1:0 10.0.0.100:65535 10.0.0.22:65535
TCP 00:19 NONE 10.1.0.1:0 10.0.0.100:80 10.0.0.21:80
TCP 00:19 NONE 10.1.0.2:0 10.0.0.100:80 10.0.0.21:80
TCP 00:49 NONE 10.1.0.2:0 10.0.0.100:65535 10.0.0.22:65535
TCP 00:49 NONE 10.1.0.3:0 10.0.0.100:80 10.0.0.21:80
.
wait 40
counts -> 21 3 2 0 | 23 1 3 0
wait 1400
counts -> 21 0 0 0 | 23 0 0 0
templates
.
)";

/// 2.
const char* const EXTENSION = R"(
ipvsadm -A -t 10.0.0.100:80 -s rr -p 2
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.21 -i
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.22 -i
SYN 10.1.0.1:1 10.0.0.100:80 -> 22
ACK 10.1.0.1:1 10.0.0.100:80 -> 22
wait 5
SYN 10.1.0.1:2 10.0.0.100:80 -> 22
wait 30
templates
TCP 00:29 ASSURED 10.1.0.1:0 10.0.0.100:80 10.0.0.22:80
.
SYN 10.1.0.1:3 10.0.0.100:80 -> 22
templates
TCP 00:59 ASSURED 10.1.0.1:0 10.0.0.100:80 10.0.0.22:80
.
RST 10.1.0.1:1 10.0.0.100:80 -> 22
ACK 10.1.0.1:2 10.0.0.100:80 -> 22
RST 10.1.0.1:2 10.0.0.100:80 -> 22
ACK 10.1.0.1:3 10.0.0.100:80 -> 22
RST 10.1.0.1:3 10.0.0.100:80 -> 22
wait 12
templates
TCP 00:47 ASSURED 10.1.0.1:0 10.0.0.100:80 10.0.0.22:80
.
SYN 10.1.0.1:4 10.0.0.100:80 -> 22
templates
TCP 00:59 ASSURED 10.1.0.1:0 10.0.0.100:80 10.0.0.22:80
.
wait 200
templates
.
SYN 10.1.0.1:5 10.0.0.100:80 -> 21
templates
TCP 00:01 NONE 10.1.0.1:0 10.0.0.100:80 10.0.0.21:80
.
)";

/// 3.
const char* const NETMASK = R"(
ipvsadm -A -t 10.0.0.100:80 -s rr -p 300 -M 255.255.255.0
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.21 -i
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.22 -i
SYN 10.1.0.1:1 10.0.0.100:80 -> 22
SYN 10.1.0.200:1 10.0.0.100:80 -> 22
SYN 10.1.1.1:1 10.0.0.100:80 -> 21
ACK 10.1.1.1:1 10.0.0.100:80 -> 21
ipvsadm -E -t 10.0.0.100:80 -s rr -p 300 -M 255.255.0.0
SYN 10.1.1.2:1 10.0.0.100:80 -> 22
SYN 10.1.0.2:1 10.0.0.100:80 -> 22
SYN 10.2.0.2:1 10.0.0.100:80 -> 22
ipvsadm -E -t 10.0.0.100:80 -s rr -p 300 -M 255.255.255.0
SYN 10.1.1.2:2 10.0.0.100:80 -> 21
SYN 10.1.0.2:2 10.0.0.100:80 -> 22
templates
TCP 04:59 ASSURED 10.1.1.0:0 10.0.0.100:80 10.0.0.21:80
TCP 04:59 NONE 10.1.0.0:0 10.0.0.100:80 10.0.0.22:80
TCP 04:59 NONE 10.2.0.0:0 10.0.0.100:80 10.0.0.22:80
.
)";

/// 4.
const char* const ALL_PORTS = R"(
ipvsadm -A -t 10.0.0.100:0 -s rr -p 300
ipvsadm -a -t 10.0.0.100:0 -r 10.0.0.21 -i
ipvsadm -a -t 10.0.0.100:0 -r 10.0.0.22 -i
ipvsadm -a -t 10.0.0.100:0 -r 10.0.0.23 -i
SYN 10.1.0.1:1 10.0.0.100:80 -> 23
SYN 10.1.0.1:2 10.0.0.100:443 -> 23
SYN 10.1.0.2:2 10.0.0.100:443 -> 22
SYN 10.1.0.2:2 10.0.0.100:80 -> 22
ACK 10.1.0.2:2 10.0.0.100:80 -> 22
ACK 10.1.0.2:2 10.0.0.100:81 -> local
UDP 10.1.0.2:2 10.0.0.100:80 -> local
SYN 10.1.0.3:2 10.0.0.100:1 -> 21
templates
TCP 04:59 ASSURED 10.1.0.2:0 10.0.0.100:0 10.0.0.22:0
TCP 04:59 NONE 10.1.0.1:0 10.0.0.100:0 10.0.0.23:0
TCP 04:59 NONE 10.1.0.3:0 10.0.0.100:0 10.0.0.21:0
.
ipvsadm -A -t 10.0.0.100:80 -s rr
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.24 -i
SYN 10.1.0.1:9 10.0.0.100:80 -> 24
SYN 10.1.0.1:9 10.0.0.100:81 -> 23
ACK 10.1.0.1:1 10.0.0.100:80 -> 23
SYN 10.1.0.4:9 10.0.0.100:21 -> 23
SYN 10.1.0.4:9 10.0.0.100:20 -> 23
)";

/// 5.
const char* const FTP = R"(
ipvsadm -A -t 10.0.0.100:21 -s rr -p 300
ipvsadm -a -t 10.0.0.100:21 -r 10.0.0.21 -i
ipvsadm -a -t 10.0.0.100:21 -r 10.0.0.22 -i
SYN 10.1.0.1:1 10.0.0.100:21 -> 22
SYN 10.1.0.1:2 10.0.0.100:20 -> 22
SYN 10.1.0.1:3 10.0.0.100:2000 -> 22
SYN 10.1.0.1:4 10.0.0.100:80 -> local
SYN 10.1.0.1:5 10.0.0.100:1023 -> local
SYN 10.1.0.1:6 10.0.0.100:1024 -> 22
UDP 10.1.0.1:6 10.0.0.100:1024 -> local
SYN 10.1.0.2:6 10.0.0.100:1024 -> 21
templates
TCP 04:59 NONE 10.1.0.1:0 10.0.0.100:0 10.0.0.22:0
TCP 04:59 NONE 10.1.0.2:0 10.0.0.100:0 10.0.0.21:0
.
ipvsadm -A -t 10.0.0.100:0 -s rr -p 300
ipvsadm -a -t 10.0.0.100:0 -r 10.0.0.23 -i
SYN 10.1.0.1:7 10.0.0.100:80 -> 22
SYN 10.1.0.1:8 10.0.0.100:3000 -> 22
SYN 10.1.0.3:8 10.0.0.100:80 -> 23
SYN 10.1.0.3:8 10.0.0.100:3000 -> 23
SYN 10.1.0.3:9 10.0.0.100:21 -> 23
ipvsadm -E -t 10.0.0.100:21 -s rr
SYN 10.1.0.4:8 10.0.0.100:3000 -> local
SYN 10.1.0.4:9 10.0.0.100:21 -> 22
SYN 10.1.0.4:9 10.0.0.100:80 -> 23
templates
TCP 04:59 NONE 10.1.0.1:0 10.0.0.100:0 10.0.0.22:0
TCP 04:59 NONE 10.1.0.2:0 10.0.0.100:0 10.0.0.21:0
TCP 04:59 NONE 10.1.0.3:0 10.0.0.100:0 10.0.0.23:0
TCP 04:59 NONE 10.1.0.4:0 10.0.0.100:0 10.0.0.23:0
.
ipvsadm -d -t 10.0.0.100:21 -r 10.0.0.21
ipvsadm -d -t 10.0.0.100:21 -r 10.0.0.22
SYN 10.1.0.5:8 10.0.0.100:3000 -> local
SYN 10.1.0.5:9 10.0.0.100:21 -> unreachable
)";

/// 6., without persistence
const char* const MARKS = R"(
mark 7 10.0.0.100
mark 7 10.0.0.101
mark 9 10.0.0.102
ipvsadm -A -f 7 -s rr
ipvsadm -a -f 7 -r 10.0.0.21 -i
ipvsadm -a -f 7 -r 10.0.0.22 -i
SYN 10.1.0.1:1 10.0.0.100:80 -> 22
SYN 10.1.0.1:1 10.0.0.101:443 -> 21
UDP 10.1.0.1:1 10.0.0.101:443 -> 22
SYN 10.1.0.1:2 10.0.0.102:80 -> local
ACK 10.1.0.1:1 10.0.0.100:80 -> 22
ACK 10.1.0.1:1 10.0.0.101:443 -> 21
ACK 10.1.0.1:1 10.0.0.101:444 -> local
ipvsadm -A -t 10.0.0.100:80 -s rr
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.23 -i
SYN 10.1.0.2:1 10.0.0.100:80 -> 21
SYN 10.1.0.2:1 10.0.0.100:81 -> 22
counts -> 21 0 2 0 | 22 0 2 1 | 23 0 0 0
)";

/// 6., with persistence
const char* const MARKS_PERSISTENT = R"(
mark 7 10.0.0.100
mark 7 10.0.0.101
ipvsadm -A -f 7 -s rr -p 50
ipvsadm -a -f 7 -r 10.0.0.21 -i
ipvsadm -a -f 7 -r 10.0.0.22 -i
ipvsadm -A -t 10.0.0.100:80 -s rr
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.23 -i
SYN 10.1.0.1:1 10.0.0.100:80 -> 22
SYN 10.1.0.1:1 10.0.0.101:443 -> 22
UDP 10.1.0.1:1 10.0.0.101:53 -> 22
SYN 10.1.0.2:1 10.0.0.100:80 -> 21
counts -> 21 1 1 0 | 22 1 2 1 | 23 0 0 0
mark 8 10.0.0.100
SYN 10.1.0.1:2 10.0.0.100:80 -> 23
ACK 10.1.0.1:1 10.0.0.100:80 -> 22
SYN 10.1.0.1:3 10.0.0.100:81 -> local
templates
IP 00:49 ASSURED 10.1.0.1:0 0.0.0.7:0 10.0.0.22:0
IP 00:49 NONE 10.1.0.2:0 0.0.0.7:0 10.0.0.21:0
.
ipvsadm -d -f 7 -r 10.0.0.21
SYN 10.1.0.2:8 10.0.0.101:80 -> 22
templates
IP 00:49 ASSURED 10.1.0.1:0 0.0.0.7:0 10.0.0.22:0
IP 00:49 NONE 10.1.0.2:0 0.0.0.7:0 10.0.0.22:0
IP 00:49 NONE 10.1.0.2:0 0.0.0.7:65535 10.0.0.21:65535
.
ipvsadm -D -f 7
SYN 10.1.0.1:4 10.0.0.101:80 -> local
ACK 10.1.0.1:1 10.0.0.101:443 -> drop
)";

/// 7.
const char* const DATAGRAMS = R"(
ipvsadm -A -u 10.0.0.100:53 -s rr -p 30
ipvsadm -a -u 10.0.0.100:53 -r 10.0.0.21 -i
ipvsadm -a -u 10.0.0.100:53 -r 10.0.0.22 -i
UDP 10.1.0.1:1 10.0.0.100:53 -> 22
UDP 10.1.0.1:2 10.0.0.100:53 -> 22
UDP 10.1.0.2:1 10.0.0.100:53 -> 21
UDP 10.1.0.2:2 10.0.0.100:53 -> 21
counts -> 21 1 0 2 | 22 1 0 2
wait 40
UDP 10.1.0.1:7 10.0.0.100:53 -> 22
templates
UDP 00:49 NONE 10.1.0.2:0 10.0.0.100:53 10.0.0.21:53
UDP 00:59 NONE 10.1.0.1:0 10.0.0.100:53 10.0.0.22:53
.
)";

/// 7., one packet a connection
const char* const ONE_PACKET = R"(
mark 7 10.0.0.100
mark 7 10.0.0.101
ipvsadm -A -f 7 -s rr -o
ipvsadm -a -f 7 -r 10.0.0.21 -i -x 1
ipvsadm -a -f 7 -r 10.0.0.22 -i
UDP 10.1.0.1:1 10.0.0.100:80 -> 22
UDP 10.1.0.1:1 10.0.0.100:80 -> 21
UDP 10.1.0.1:1 10.0.0.100:80 -> 22
SYN 10.1.0.1:1 10.0.0.100:80 -> 21
SYN 10.1.0.1:2 10.0.0.100:80 -> 22
UDP 10.1.0.1:1 10.0.0.100:80 -> 22
UDP 10.1.0.1:1 10.0.0.100:80 -> 22
ACK 10.1.0.1:1 10.0.0.100:80 -> 21
counts -> 21 0 1 0 | 22 0 1 0
ipvsadm -E -f 7 -s rr -o -p 20
UDP 10.1.0.2:1 10.0.0.100:80 -> 22
UDP 10.1.0.2:2 10.0.0.100:80 -> 22
UDP 10.1.0.3:2 10.0.0.100:80 -> 22
UDP 10.1.0.2:2 10.0.0.101:80 -> 22
counts -> 21 0 1 0 | 22 2 1 0
wait 15
UDP 10.1.0.2:1 10.0.0.100:80 -> 22
wait 15
UDP 10.1.0.3:1 10.0.0.100:80 -> 22
templates
IP 00:04 NONE 10.1.0.2:0 0.0.0.7:0 10.0.0.22:0
IP 00:19 NONE 10.1.0.3:0 0.0.0.7:0 10.0.0.22:0
.
)";

/// 8.
const char* const TIMEOUT = R"(
ipvsadm -A -t 10.0.0.100:80 -s rr -p 300
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.21 -i
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.22 -i
SYN 10.1.0.1:1 10.0.0.100:80 -> 22
ipvsadm -E -t 10.0.0.100:80 -s rr -p 20
SYN 10.1.0.1:2 10.0.0.100:80 -> 22
SYN 10.1.0.2:2 10.0.0.100:80 -> 21
templates
TCP 00:19 NONE 10.1.0.2:0 10.0.0.100:80 10.0.0.21:80
TCP 04:59 NONE 10.1.0.1:0 10.0.0.100:80 10.0.0.22:80
.
)";

/// 9.
const char* const ASIDE = R"(
ipvsadm -A -t 10.0.0.100:80 -s rr -p 300
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.21 -i
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.22 -i
sysctl expire_quiescent_template=1
SYN 10.1.0.1:1 10.0.0.100:80 -> 22
wait 100
ipvsadm -e -t 10.0.0.100:80 -r 10.0.0.22 -i -w 0
SYN 10.1.0.1:2 10.0.0.100:80 -> 21
templates
TCP 03:19 NONE 10.1.0.1:0 10.0.0.100:65535 10.0.0.22:65535
TCP 04:59 NONE 10.1.0.1:0 10.0.0.100:80 10.0.0.21:80
.
wait 70
ipvsadm -e -t 10.0.0.100:80 -r 10.0.0.22 -i -w 1
ipvsadm -e -t 10.0.0.100:80 -r 10.0.0.21 -i -w 0
SYN 10.1.0.1:3 10.0.0.100:80 -> 22
ipvsadm -e -t 10.0.0.100:80 -r 10.0.0.22 -i -w 0
ipvsadm -e -t 10.0.0.100:80 -r 10.0.0.21 -i -w 1
SYN 10.1.0.1:4 10.0.0.100:80 -> 21
templates
TCP 02:09 NONE 10.1.0.1:0 10.0.0.100:65535 10.0.0.22:65535
TCP 03:49 NONE 10.1.0.1:0 10.0.0.100:65535 10.0.0.21:65535
TCP 04:59 NONE 10.1.0.1:0 10.0.0.100:65535 10.0.0.22:65535
TCP 04:59 NONE 10.1.0.1:0 10.0.0.100:80 10.0.0.21:80
.
counts -> 21 2 1 0 | 22 2 1 0
ipvsadm -d -t 10.0.0.100:80 -r 10.0.0.21
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.21 -i
counts -> 21 2 1 0 | 22 2 1 0
)";

/// 10.
const char* const NO_DESTINATION = R"(
sysctl expire_nodest_conn=1
ipvsadm -A -t 10.0.0.100:80 -s rr -p 100
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.21 -i
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.22 -i
SYN 10.1.0.1:1 10.0.0.100:80 -> 22
ACK 10.1.0.1:1 10.0.0.100:80 -> 22
SYN 10.1.0.2:1 10.0.0.100:80 -> 21
SYN 10.1.0.3:1 10.0.0.100:80 -> 22
ipvsadm -d -t 10.0.0.100:80 -r 10.0.0.22
wait 1
templates
TCP 01:38 NONE 10.1.0.2:0 10.0.0.100:80 10.0.0.21:80
.
ACK 10.1.0.1:1 10.0.0.100:80 -> local
SYN 10.1.0.1:2 10.0.0.100:80 -> 21
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.22 -i
SYN 10.1.0.3:2 10.0.0.100:80 -> 22
SYN 10.1.0.4:2 10.0.0.100:80 -> 21
ACK 10.1.0.4:2 10.0.0.100:80 -> 21
ipvsadm -e -t 10.0.0.100:80 -r 10.0.0.22 -i -w 0
ipvsadm -e -t 10.0.0.100:80 -r 10.0.0.21 -i -w 0
SYN 10.1.0.4:2 10.0.0.100:80 -> 21
SYN 10.1.0.3:2 10.0.0.100:80 -> 22
counts -> 21 3 3 0 | 22 1 1 0
)";

/// 10., a 4-tuple that is used again
const char* const REUSE = R"(
ipvsadm -A -t 10.0.0.100:80 -s rr -p 20
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.21 -i
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.22 -i
SYN 10.1.0.1:1 10.0.0.100:80 -> 22
ACK 10.1.0.1:1 10.0.0.100:80 -> 22
RST 10.1.0.1:1 10.0.0.100:80 -> 22
counts -> 21 0 0 0 | 22 1 0 1
ipvsadm -e -t 10.0.0.100:80 -r 10.0.0.22 -i -w 0
SYN 10.1.0.1:1 10.0.0.100:80 -> 22
counts -> 21 0 0 0 | 22 1 1 0
wait 100
SYN 10.1.0.1:1 10.0.0.100:80 -> 21
)";

/// 11.
const char* const SERVICE_DELETED = R"(
ipvsadm -A -t 10.0.0.101:80 -s rr
ipvsadm -a -t 10.0.0.101:80 -r 10.0.0.23 -i
ipvsadm -A -t 10.0.0.100:80 -s rr -p 300
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.21 -i
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.22 -i
SYN 10.1.0.1:1 10.0.0.100:80 -> 22
SYN 10.1.0.2:1 10.0.0.100:80 -> 21
ipvsadm -D -t 10.0.0.100:80
ACK 10.1.0.1:1 10.0.0.100:80 -> drop
SYN 10.1.0.1:2 10.0.0.100:80 -> local
templates
TCP 04:59 NONE 10.1.0.1:0 10.0.0.100:80 10.0.0.22:80
TCP 04:59 NONE 10.1.0.2:0 10.0.0.100:80 10.0.0.21:80
.
ipvsadm -A -t 10.0.0.100:80 -s rr -p 300
SYN 10.1.0.1:3 10.0.0.100:80 -> unreachable
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.21 -i
SYN 10.1.0.1:4 10.0.0.100:80 -> 21
SYN 10.1.0.2:2 10.0.0.100:80 -> 21
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.22 -i
SYN 10.1.0.1:5 10.0.0.100:80 -> 21
ACK 10.1.0.1:1 10.0.0.100:80 -> 22
templates
TCP 04:59 ASSURED 10.1.0.1:0 10.0.0.100:65535 10.0.0.22:65535
TCP 04:59 NONE 10.1.0.1:0 10.0.0.100:80 10.0.0.21:80
TCP 04:59 NONE 10.1.0.2:0 10.0.0.100:80 10.0.0.21:80
.
counts -> 21 2 4 0 | 22 1 1 0 | 23 0 0 0
ipvsadm -C
SYN 10.1.0.1:6 10.0.0.100:80 -> local
ACK 10.1.0.1:1 10.0.0.100:80 -> local
wait 1000
templates
.
)";

/// 12.
const char* const FROM_FTP_DATA = R"(
ipvsadm -A -t 10.0.0.100:80 -s rr -p 300
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.21 -i
ipvsadm -A -u 10.0.0.100:53 -s rr -o
ipvsadm -a -u 10.0.0.100:53 -r 10.0.0.22 -i
SYN 10.1.0.1:20 10.0.0.100:80 -> local
UDP 10.1.0.1:20 10.0.0.100:53 -> local
SYN 10.1.0.1:21 10.0.0.100:80 -> 21
UDP 10.1.0.1:21 10.0.0.100:53 -> 22
counts -> 21 1 1 0 | 22 0 0 0
)";

/// 13.
const char* const BOUND = R"(
sysctl MaxConnections=3
ipvsadm -A -t 10.0.0.100:80 -s rr -p 300
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.21 -i
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.22 -i
SYN 10.1.0.1:1 10.0.0.100:80 -> 22
SYN 10.1.0.2:1 10.0.0.100:80 -> full
templates
TCP 04:59 NONE 10.1.0.1:0 10.0.0.100:80 10.0.0.22:80
TCP 04:59 NONE 10.1.0.2:0 10.0.0.100:80 10.0.0.21:80
.
SYN 10.1.0.3:1 10.0.0.100:80 -> full
ACK 10.1.0.1:1 10.0.0.100:80 -> 22
counts -> 21 1 0 0 | 22 1 1 0
sysctl MaxConnections=4
SYN 10.1.0.2:2 10.0.0.100:80 -> 21
counts -> 21 1 1 0 | 22 1 1 0
)";

/// The suite.
class PersistenceTestSuite : public TestSuite
{
  public:
    PersistenceTestSuite()
        : TestSuite("gipt-persistence")
    {
        AddTestCase(new ScriptTestCase("templates", TEMPLATES));
        AddTestCase(new ScriptTestCase("extension by 60 s", EXTENSION));
        AddTestCase(new ScriptTestCase("netmask", NETMASK));
        AddTestCase(new ScriptTestCase("all ports", ALL_PORTS));
        AddTestCase(new ScriptTestCase("FTP", FTP));
        AddTestCase(new ScriptTestCase("firewall marks", MARKS));
        AddTestCase(new ScriptTestCase("firewall marks with persistence", MARKS_PERSISTENT));
        AddTestCase(new ScriptTestCase("UDP", DATAGRAMS));
        AddTestCase(new ScriptTestCase("one packet a connection", ONE_PACKET));
        AddTestCase(new ScriptTestCase("changed timeout", TIMEOUT));
        AddTestCase(new ScriptTestCase("templates that lead nowhere", ASIDE));
        AddTestCase(new ScriptTestCase("expire_nodest_conn", NO_DESTINATION));
        AddTestCase(new ScriptTestCase("4-tuple used again", REUSE));
        AddTestCase(new ScriptTestCase("service deleted", SERVICE_DELETED));
        AddTestCase(new ScriptTestCase("from port 20", FROM_FTP_DATA));
        AddTestCase(new ScriptTestCase("MaxConnections", BOUND));
    }
};

PersistenceTestSuite g_persistenceTestSuite; //!< the suite

} // namespace
