# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""Random scripts for director-replay: the same seed gives the same script.

Linux's timers are late by up to an eighth of their length (kernel/time/timer.c: 64 buckets a
level, each level 8 times as coarse). So that a script has one right answer, no line of it falls
into a time in which a timer may or may not have run out already.
"""

import random

SCHEDULERS = "rr wrr lc wlc lblc lblcr dh sh mh sed nq fo ovf".split()
HZ = 100
STEP = 0.010
VIP = "10.0.0.100"

# Timeouts of Linux's state tables that cannot be set, in s; those of --set are added.
FIXED_TIMEOUTS = (10, 60, 120, 300, 900)
LONGEST = 1100


def slack(seconds):
    """How much later than asked a timer of this length may run out, in s."""
    ticks = seconds * HZ
    grain, limit = 1, 63
    while ticks >= limit:
        grain, limit = grain * 8, limit * 8
    return (grain + 3) / HZ


class Script:
    """The lines of a script and what its author must remember."""

    def __init__(self, seed, scheduler, packets, profile=None):
        self.random = random.Random(f"{seed} {scheduler}")
        self.scheduler = scheduler
        self.packets = packets
        self.profile = profile or self.random.choice(PROFILES)
        self.lines = [f"# seed {seed}, scheduler {scheduler}, profile {self.profile}"]
        self.now = 0.0
        self.bursts = []
        self.begin = None
        self.timeouts = set(FIXED_TIMEOUTS)
        self.servers = {}
        self.flows = []
        self.port = 1024
        self.sent = 0
        self.wide = self.random.random() < 0.5
        self.persistent = 0

    def line(self, text):
        """A line that takes its time."""
        self.lines.append(text)
        self.now = round(self.now + STEP, 6)

    # ---- time

    def clear(self, start, length):
        """Whether no timer can be due between start and start + length."""
        for begin, end in self.bursts:
            for timeout in self.timeouts:
                if start <= end + timeout + slack(timeout) and start + length >= begin + timeout - 0.05:
                    return False
        return True

    def wait(self, length):
        """Sleep for a while that leaves the next length seconds clear of timers."""
        self.bursts.append((self.begin or self.now, self.now))
        choose = self.random
        for _ in range(60):
            seconds = choose.choice([0.5, 1, 3, 8, 12, 15, 30, 70, 80, 100, 135, 150, 320, 400, 700])
            seconds = round(seconds * choose.uniform(0.9, 1.3), 2)
            if self.persistent and seconds > 2:
                continue
            if self.clear(self.now + seconds, length + 1):
                break
        else:
            seconds = LONGEST + 4 * self.persistent + 200
            self.bursts = []
            self.flows = self.flows[-50:]
        self.lines.append(f"wait {seconds:g}")
        self.now = round(self.now + seconds, 6)
        self.begin = self.now
        self.bursts = [burst for burst in self.bursts if burst[1] > self.now - LONGEST]

    # ---- servers

    def weight(self):
        """A weight as people give them, with the odd ones."""
        return self.random.choice([0, 1, 1, 1, 1, 2, 2, 3, 4, 5, 7, 8, 10, 50, 100, 255, 1000, 65535])

    def thresholds(self):
        """Sometimes an upper threshold, sometimes a lower too."""
        if self.random.random() > (0.5 if self.profile == "thresholds" else 0.05):
            return ""
        upper = self.random.randint(1, 30)
        return f" -x {upper} -y {self.random.randint(0, upper)}"

    def change_servers(self):
        """Add, edit or delete one."""
        choose = self.random
        act = choose.choice("aaeeeed" if len(self.servers) < 4 else "aeeeeedd")
        if len(self.servers) < 1:
            act = "a"
        if act == "a":
            address = f"10.0.0.{choose.randint(21, 45 if self.wide else 28)}"
            if address in self.servers:
                act = "e"
            else:
                self.servers[address] = True
        if act != "a":
            address = choose.choice(sorted(self.servers))
        if act == "d":
            del self.servers[address]
            self.line(f"ipvsadm -d {self.service} -r {address}")
        else:
            weight = self.weight()
            self.line(
                f"ipvsadm -{act} {self.service} -r {address} -i -w {weight}{self.thresholds()}"
            )

    # ---- services

    def make_service(self):
        """The service and its first servers."""
        choose = self.random
        flags = ""
        if self.scheduler in ("sh", "mh"):
            wanted = [f for f in ("port", "fallback") if choose.random() < 0.5]
            if wanted:
                flags = " -b " + ",".join(f"{self.scheduler}-{f}" for f in wanted)
        self.udp = self.profile in ("udp", "one-packet")
        self.ports = ["80"]
        if self.profile == "mark":
            self.lines.append(f"mark 7 {VIP}/32")
            self.service = "-f 7"
            self.ports = ["80", "81", "443"]
        else:
            self.service = f"-{'u' if self.udp else 't'} {VIP}:{self.ports[0]}"
        if self.profile == "one-packet":
            flags += " -o"
        if self.profile == "persistent" or (self.profile == "mark" and choose.random() < 0.5):
            self.persistent = choose.choice([300, 360, 1200])
            flags += f" -p {self.persistent}"
            if choose.random() < 0.5:
                flags += " -M " + choose.choice(["255.255.255.0", "255.255.255.252", "255.255.0.0"])
            if self.profile == "persistent" and choose.random() < 0.3:
                self.service = f"-t {VIP}:0"
                self.ports = ["80", "81", "443"]
        self.line(f"ipvsadm -A {self.service} -s {self.scheduler}{flags}")
        for _ in range(choose.randint(1, 6)):
            self.change_servers()

    def change_sysctl(self):
        """Turn one of the knobs that act at once."""
        name, values = self.random.choice(
            [
                ("conn_reuse_mode", (0, 1, 1, 2, 3)),
                ("expire_nodest_conn", (0, 1)),
                ("sloppy_tcp", (0, 1)),
                ("expire_quiescent_template", (0, 1)),
                ("lblcr_expiration", (1, 5, 86400)),
                ("secure_tcp", (0, 0, 3)),
                ("drop_packet", (0, 0, 3)),
            ]
        )
        self.line(f"sysctl net.ipv4.vs.{name}={self.random.choice(values)}")

    # ---- traffic

    def client(self):
        """A client that has not spoken, or hardly so."""
        choose = self.random
        self.port = self.port + 1 if self.port < 65000 else 1024
        return f"10.1.{choose.randint(0, 3)}.{choose.randint(1, 254)}:{self.port}"

    def packet(self):
        """One packet: of a new flow, of an old one, or a stray one."""
        choose = self.random
        dice = choose.random()
        if self.udp:
            kind = "UDP"
        elif dice < 0.5:
            kind = "SYN"
        else:
            kind = choose.choice(["ACK", "ACK", "ACK", "ACK", "FIN", "FIN", "RST", "SYN"])
        if not self.flows or (kind in ("SYN", "UDP") and dice < 0.5) or choose.random() < 0.02:
            flow = (self.client(), f"{VIP}:{choose.choice(self.ports)}")
            self.flows.append(flow)
        elif choose.random() < 0.7:
            flow = choose.choice(self.flows[-30:])
        else:
            flow = choose.choice(self.flows)
        self.line(f"{kind} {flow[0]} {flow[1]}")
        self.sent += 1

    def make(self):
        """The whole script as a text."""
        choose = self.random
        if choose.random() < 0.3:
            self.change_sysctl()
        if choose.random() < 0.2 and not self.persistent:
            times = [choose.choice([20, 35, 200]), choose.choice([7, 25]), choose.choice([15, 40])]
            self.timeouts.update(times)
            self.line("ipvsadm --set {} {} {}".format(*times))
        self.make_service()
        while self.sent < self.packets:
            burst = choose.choice([20, 60, 150, 400])
            # an estimate with room for the lines that are no packets
            self.wait(burst * STEP * 1.3 + 1)
            for _ in range(burst):
                if self.sent >= self.packets:
                    break
                dice = choose.random()
                if dice < 0.02:
                    self.change_servers()
                elif dice < 0.023:
                    self.change_sysctl()
                elif dice < 0.025 and self.profile == "schedulers":
                    self.line(f"ipvsadm -E {self.service} -s {choose.choice(SCHEDULERS)}")
                self.packet()
        return "\n".join(self.lines) + "\n"


PROFILES = [
    "plain",
    "plain",
    "thresholds",
    "persistent",
    "udp",
    "one-packet",
    "mark",
    "schedulers",
]
