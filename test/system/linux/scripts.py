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

# Timeouts of Linux's state tables that cannot be set, of its reassembly and of what it learnt of a
# path's MTU, in s; those of --set are added.
FIXED_TIMEOUTS = (10, 30, 60, 120, 300, 600, 900)
LONGEST = 1100

WAITS = (0.5, 1, 3, 8, 12, 15, 30, 70, 80, 100, 135, 150, 320, 400, 700)
WEIGHTS = (0, 1, 1, 1, 1, 2, 2, 3, 4, 5, 7, 8, 10, 50, 100, 255, 1000, 65535)

PROFILES = [
    "plain",
    "plain",
    "thresholds",
    "persistent",
    "udp",
    "one-packet",
    "mark",
    "schedulers",
    "services",
]


def slack(seconds):
    """How much later than asked a timer of this length may run out, in s."""
    ticks = seconds * HZ
    grain, limit = 1, 63
    while ticks >= limit:
        grain, limit = grain * 8, limit * 8
    return (grain + 3) / HZ


class Service:
    """A virtual service: its option, its ends, its servers (no two services share any)."""

    def __init__(self, option, kinds, ends, first):
        self.option = option
        self.kinds = kinds
        self.ends = ends
        self.first = first
        self.servers = set()
        self.there = True


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
        self.services = []
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
                late = end + timeout + slack(timeout)
                if start <= late and start + length >= begin + timeout - 0.05:
                    return False
        return True

    def wait(self, length):
        """Sleep for a while that leaves the next length seconds clear of timers."""
        self.bursts.append((self.begin or self.now, self.now))
        choose = self.random
        # What a template outlives depends on its connections: all of it, or nothing.
        for _ in range(0 if self.persistent and choose.random() < 0.1 else 60):
            seconds = round(choose.choice(WAITS) * choose.uniform(0.9, 1.3), 2)
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
        return self.random.choice(WEIGHTS)

    def thresholds(self):
        """Sometimes an upper threshold, sometimes a lower too."""
        if self.random.random() > (0.5 if self.profile == "thresholds" else 0.05):
            return ""
        upper = self.random.randint(1, 30)
        return f" -x {upper} -y {self.random.randint(0, upper)}"

    def change_servers(self, service=None):
        """Add, edit or delete one."""
        choose = self.random
        service = service or choose.choice(self.services)
        if not service.there:
            self.add_service(service)
        servers = service.servers
        act = choose.choice("aaeeeed" if len(servers) < 4 else "aeeeeedd") if servers else "a"
        address = f"10.0.0.{service.first + choose.randint(0, 20 if self.wide else 7)}"
        if act == "a" and address in servers:
            act = "e"
        if act != "a":
            address = choose.choice(sorted(servers))
        if act == "d":
            servers.remove(address)
            self.line(f"ipvsadm -d {service.option} -r {address}")
            return
        servers.add(address)
        with_weight = f"-w {self.weight()}{self.thresholds()}"
        self.line(f"ipvsadm -{act} {service.option} -r {address} -i {with_weight}")

    # ---- services

    def add_service(self, service):
        """Its line, with the flags its scheduler and the profile have."""
        choose = self.random
        flags = ""
        if self.scheduler in ("sh", "mh"):
            wanted = [f for f in ("port", "fallback") if choose.random() < 0.5]
            if wanted:
                flags = " -b " + ",".join(f"{self.scheduler}-{f}" for f in wanted)
        if self.profile == "one-packet":
            flags += " -o"
        if self.persistent:
            flags += f" -p {self.persistent}"
            if choose.random() < 0.5:
                flags += " -M " + choose.choice(["255.255.255.0", "255.255.255.252", "255.255.0.0"])
        self.line(f"ipvsadm -A {service.option} -s {self.scheduler}{flags}")
        service.there = True
        service.servers.clear()

    def make_services(self):
        """The services and their first servers."""
        choose = self.random
        tcp, udp = ["TCP"], ["UDP"]
        if self.profile == "persistent" or (self.profile == "mark" and choose.random() < 0.5):
            self.persistent = choose.choice([300, 360, 1200])
        ends = [f"{VIP}:{port}" for port in (80, 81, 443)]
        if self.profile == "mark":
            self.lines.append(f"mark 7 {VIP}/31")
            ends += [end.replace("100", "101") for end in ends]
            self.services = [Service("-f 7", tcp + udp, ends, 21)]
        elif self.persistent and choose.random() < 0.3:
            self.services = [Service(f"-t {VIP}:0", tcp, ends, 21)]
        elif self.profile in ("udp", "one-packet"):
            self.services = [Service(f"-u {ends[0]}", udp, ends[:1], 21)]
        elif self.profile == "services":
            self.services = [
                Service(f"-t {ends[0]}", tcp, ends[:1], 21),
                Service("-t 10.0.0.101:80", tcp, ["10.0.0.101:80"], 51),
                Service(f"-u {ends[0]}", udp, ends[:1], 81),
            ]
        else:
            self.services = [Service(f"-t {ends[0]}", tcp, ends[:1], 21)]
        for service in self.services:
            self.add_service(service)
            wanted = choose.choice([1, 2, 3, 4, 4, 5, 6])
            while len(service.servers) < wanted:
                self.change_servers(service)

    def change_services(self):
        """Take one away and, mostly, put it back; or give it another scheduler."""
        choose = self.random
        service = choose.choice(self.services)
        if not service.there:
            self.add_service(service)
        elif self.profile == "schedulers":
            self.line(f"ipvsadm -E {service.option} -s {choose.choice(SCHEDULERS)}")
        elif choose.random() < 0.1:
            self.line("ipvsadm -C")
            for other in self.services:
                other.there = False
        else:
            self.line(f"ipvsadm -D {service.option}")
            service.there = False

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
        """A client that has not spoken, or hardly so. From port 20 nothing is ever scheduled."""
        choose = self.random
        self.port = self.port + 1 if self.port < 65000 else 1024
        port = 20 if choose.random() < 0.005 else self.port
        return f"10.1.{choose.randint(0, 3)}.{choose.randint(1, 254)}:{port}"

    def packet(self):
        """One packet: of a new flow, of an old one, or a stray one."""
        choose = self.random
        if not self.flows or choose.random() < 0.4:
            service = choose.choice(self.services)
            flow = (choose.choice(service.kinds), self.client(), choose.choice(service.ends))
            self.flows.append(flow)
            kind = "SYN" if choose.random() < 0.95 else choose.choice(["ACK", "FIN", "RST"])
        else:
            recent = choose.random() < 0.7
            flow = choose.choice(self.flows[-30:] if recent else self.flows)
            kind = choose.choice(["ACK", "ACK", "ACK", "ACK", "FIN", "FIN", "RST", "SYN", "SYN"])
        self.line(f"{'UDP' if flow[0] == 'UDP' else kind} {flow[1]} {flow[2]}")
        self.sent += 1

    def make(self):
        """The whole script as a text."""
        choose = self.random
        if choose.random() < 0.3:
            self.change_sysctl()
        if choose.random() < 0.2 and self.profile not in ("persistent", "mark"):
            times = [choose.choice([20, 35, 200]), choose.choice([7, 25]), choose.choice([15, 40])]
            self.timeouts.update(times)
            self.line("ipvsadm --set {} {} {}".format(*times))
        self.make_services()
        while self.sent < self.packets:
            burst = choose.choice([20, 60, 150, 400])
            # an estimate with room for the lines that are no packets
            self.wait(burst * STEP * 1.3 + 1)
            for _ in range(min(burst, self.packets - self.sent)):
                dice = choose.random()
                if dice < 0.02:
                    self.change_servers()
                elif dice < 0.023:
                    self.change_sysctl()
                elif dice < 0.027 and self.profile in ("services", "schedulers"):
                    self.change_services()
                self.packet()
        return "\n".join(self.lines) + "\n"
