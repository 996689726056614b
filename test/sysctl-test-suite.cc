/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "script-test-case.h"

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of sysctls and timeouts, in a director without a network: scripts that were run on Linux
 * 6.1, with its answers. Others are in director-connections-test-suite.cc, with packets.
 *
 * 1. expire_nodest_conn: weight 0 moves a client at its SYN only; a deleted server's connections go
 *    at once, those of UDP too.
 * 2. expire_nodest_conn, set after the server was deleted; beside conn_reuse_mode 0.
 * 3. sloppy_tcp: ACK and FIN begin connections, RST does not; from port 20 nothing does.
 * 4. ipvsadm --set: 0 leaves a timeout as it is; known connections take it at their next packet.
 */

using namespace ns3;
using scripts::ScriptTestCase;

namespace
{

/// 1.
const char* const EXPIRE_NODEST = R"(
sysctl expire_nodest_conn=1
ipvsadm -A -t 10.0.0.100:80 -s rr
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.21 -i
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.22 -i
ipvsadm -A -u 10.0.0.100:53 -s rr
ipvsadm -a -u 10.0.0.100:53 -r 10.0.0.21 -i
ipvsadm -a -u 10.0.0.100:53 -r 10.0.0.22 -i
SYN 10.1.0.1:1 10.0.0.100:80 -> 22
ACK 10.1.0.1:1 10.0.0.100:80 -> 22
UDP 10.1.0.1:1 10.0.0.100:53 -> 22
ipvsadm -e -t 10.0.0.100:80 -r 10.0.0.22 -i -w 0
ipvsadm -e -u 10.0.0.100:53 -r 10.0.0.22 -i -w 0
ACK 10.1.0.1:1 10.0.0.100:80 -> 22
UDP 10.1.0.1:1 10.0.0.100:53 -> 22
FIN 10.1.0.1:1 10.0.0.100:80 -> 22
SYN 10.1.0.1:1 10.0.0.100:80 -> 21
ACK 10.1.0.1:1 10.0.0.100:80 -> 21
ipvsadm -d -t 10.0.0.100:80 -r 10.0.0.21
wait 1
list
UDP 04:58 UDP 10.1.0.1:1 10.0.0.100:53 10.0.0.22:53
.
ACK 10.1.0.1:1 10.0.0.100:80 -> local
SYN 10.1.0.1:1 10.0.0.100:80 -> unreachable
ipvsadm -e -t 10.0.0.100:80 -r 10.0.0.22 -i -w 1
SYN 10.1.0.1:1 10.0.0.100:80 -> 22
ipvsadm -d -u 10.0.0.100:53 -r 10.0.0.22
UDP 10.1.0.1:1 10.0.0.100:53 -> 21
ipvsadm -d -u 10.0.0.100:53 -r 10.0.0.21
UDP 10.1.0.1:1 10.0.0.100:53 -> unreachable
list
TCP 00:59 SYN_RECV 10.1.0.1:1 10.0.0.100:80 10.0.0.22:80
.
ipvsadm -D -t 10.0.0.100:80
ACK 10.1.0.1:1 10.0.0.100:80 -> local
list
.
)";

/// 2.
const char* const EXPIRE_NODEST_LATE = R"(
ipvsadm -A -t 10.0.0.100:80 -s rr
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.21 -i
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.22 -i
SYN 10.1.0.1:1 10.0.0.100:80 -> 22
SYN 10.1.0.2:1 10.0.0.100:80 -> 21
SYN 10.1.0.3:1 10.0.0.100:80 -> 22
SYN 10.1.0.4:1 10.0.0.100:80 -> 21
ipvsadm -d -t 10.0.0.100:80 -r 10.0.0.22
ACK 10.1.0.1:1 10.0.0.100:80 -> drop
SYN 10.1.0.1:1 10.0.0.100:80 -> drop
sysctl expire_nodest_conn=1
wait 1
list
TCP 00:58 SYN_RECV 10.1.0.1:1 10.0.0.100:80 10.0.0.22:80
TCP 00:58 SYN_RECV 10.1.0.2:1 10.0.0.100:80 10.0.0.21:80
TCP 00:58 SYN_RECV 10.1.0.3:1 10.0.0.100:80 10.0.0.22:80
TCP 00:58 SYN_RECV 10.1.0.4:1 10.0.0.100:80 10.0.0.21:80
.
ACK 10.1.0.1:1 10.0.0.100:80 -> local
SYN 10.1.0.3:1 10.0.0.100:80 -> 21
counts -> 21 0 3 0
sysctl conn_reuse_mode=0
ipvsadm -e -t 10.0.0.100:80 -r 10.0.0.21 -i -w 0
SYN 10.1.0.2:1 10.0.0.100:80 -> unreachable
sysctl expire_nodest_conn=0
SYN 10.1.0.4:1 10.0.0.100:80 -> 21
counts -> 21 0 2 0
)";

/// 3.
const char* const SLOPPY = R"(
sysctl sloppy_tcp=1
ipvsadm -A -t 10.0.0.100:80 -s rr
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.21 -i
ACK 10.1.0.1:1 10.0.0.100:80 -> 21
FIN 10.1.0.1:2 10.0.0.100:80 -> 21
RST 10.1.0.1:3 10.0.0.100:80 -> local
SYN 10.1.0.1:4 10.0.0.100:80 -> 21
list
TCP 00:09 CLOSE 10.1.0.1:2 10.0.0.100:80 10.0.0.21:80
TCP 00:59 SYN_RECV 10.1.0.1:4 10.0.0.100:80 10.0.0.21:80
TCP 14:59 ESTABLISHED 10.1.0.1:1 10.0.0.100:80 10.0.0.21:80
.
counts -> 21 0 2 1
ACK 10.1.0.1:2 10.0.0.100:80 -> 21
SYN 10.1.0.1:2 10.0.0.100:80 -> 21
counts -> 21 0 3 0
ACK 10.1.0.1:20 10.0.0.100:80 -> local
sysctl sloppy_tcp=0
ACK 10.1.0.1:5 10.0.0.100:80 -> local
ACK 10.1.0.1:1 10.0.0.100:80 -> 21
ipvsadm -e -t 10.0.0.100:80 -r 10.0.0.21 -i -w 0
sysctl sloppy_tcp=1
ACK 10.1.0.1:6 10.0.0.100:80 -> unreachable
FIN 10.1.0.1:7 10.0.0.100:80 -> unreachable
)";

/// 4.
const char* const TIMEOUTS = R"(
ipvsadm -A -t 10.0.0.100:80 -s rr
ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.21 -i
ipvsadm -A -u 10.0.0.100:53 -s rr
ipvsadm -a -u 10.0.0.100:53 -r 10.0.0.21 -i
ipvsadm --set 10 0 0
SYN 10.1.0.1:1 10.0.0.100:80 -> 21
ACK 10.1.0.1:1 10.0.0.100:80 -> 21
SYN 10.1.0.1:2 10.0.0.100:80 -> 21
ACK 10.1.0.1:2 10.0.0.100:80 -> 21
FIN 10.1.0.1:2 10.0.0.100:80 -> 21
UDP 10.1.0.1:1 10.0.0.100:53 -> 21
ipvsadm --set 0 20 30
list
TCP 00:09 ESTABLISHED 10.1.0.1:1 10.0.0.100:80 10.0.0.21:80
TCP 01:59 FIN_WAIT 10.1.0.1:2 10.0.0.100:80 10.0.0.21:80
UDP 04:59 UDP 10.1.0.1:1 10.0.0.100:53 10.0.0.21:53
.
ACK 10.1.0.1:1 10.0.0.100:80 -> 21
ACK 10.1.0.1:2 10.0.0.100:80 -> 21
UDP 10.1.0.1:1 10.0.0.100:53 -> 21
list
TCP 00:09 ESTABLISHED 10.1.0.1:1 10.0.0.100:80 10.0.0.21:80
TCP 00:19 FIN_WAIT 10.1.0.1:2 10.0.0.100:80 10.0.0.21:80
UDP 00:29 UDP 10.1.0.1:1 10.0.0.100:53 10.0.0.21:53
.
wait 15
ACK 10.1.0.1:1 10.0.0.100:80 -> local
ACK 10.1.0.1:2 10.0.0.100:80 -> 21
UDP 10.1.0.1:1 10.0.0.100:53 -> 21
wait 35
ACK 10.1.0.1:2 10.0.0.100:80 -> local
list
.
)";

/// The suite.
class SysctlTestSuite : public TestSuite
{
  public:
    SysctlTestSuite()
        : TestSuite("gipt-sysctl")
    {
        AddTestCase(new ScriptTestCase("expire_nodest_conn", EXPIRE_NODEST));
        AddTestCase(new ScriptTestCase("expire_nodest_conn set late", EXPIRE_NODEST_LATE));
        AddTestCase(new ScriptTestCase("sloppy_tcp", SLOPPY));
        AddTestCase(new ScriptTestCase("timeouts", TIMEOUTS));
    }
};

SysctlTestSuite g_sysctlTestSuite; //!< the suite

} // namespace
