# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""Random scripts for director-replay: the same seed gives the same script.

Linux's timers are late by up to an eighth of their length (kernel/time/timer.c: 64 buckets a
level, each level 8 times as coarse). So that a script has one right answer, no line of it falls
into a time in which a timer may or may not have run out already.
"""

import random

import packets as pk

SCHEDULERS = "rr wrr lc wlc lblc lblcr dh sh mh sed nq fo ovf".split()
HZ = 100
STEP = 0.010
VIP = "10.0.0.100"

# Timeouts of Linux's state tables that cannot be set, of its reassembly and of what it learnt of a
# path's MTU, in s; those of --set are added.
FIXED_TIMEOUTS = (10, 30, 60, 120, 300, 600, 900)
LONGEST = 1100


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
                if start <= end + timeout + slack(timeout) and start + length >= begin + timeout - 0.05:
                    return False
        return True

    def wait(self, length):
        """Sleep for a while that leaves the next length seconds clear of timers."""
        self.bursts.append((self.begin or self.now, self.now))
        choose = self.random
        # What a template outlives depends on its connections: all of it, or nothing.
        for _ in range(0 if self.persistent and choose.random() < 0.1 else 60):
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
            for _ in range(choose.randint(1, 6)):
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


class PacketScript(Script):
    """Packets as bytes: every size, mark, flag and option, fragments, ICMP of all kinds, damage."""

    def __init__(self, seed, scheduler, packets):
        super().__init__(seed, scheduler, packets, "packets")
        self.ident = 0
        self.rips = [f"10.0.0.{n}" for n in range(21, 24)]

    def make(self):
        """The whole script as a text."""
        choose = self.random
        if choose.random() < 0.7:
            self.line("sysctl net.ipv4.icmp_ratelimit=0")
        if choose.random() < 0.2:
            self.line("sysctl net.ipv4.vs.pmtu_disc=0")
        if choose.random() < 0.2:
            self.line("sysctl net.ipv4.vs.sloppy_tcp=1")
        if choose.random() < 0.2:
            self.lines.append(f"mtu {choose.choice([1400, 1280, 576, 4000])}")
        self.line(f"ipvsadm -A -t {VIP}:80 -s {self.scheduler}")
        self.line(f"ipvsadm -A -u {VIP}:53 -s rr")
        for rip in self.rips:
            self.line(f"ipvsadm -a -t {VIP}:80 -r {rip} -i -w {choose.randint(1, 3)}")
            self.line(f"ipvsadm -a -u {VIP}:53 -r {rip} -i -w 1")
        if choose.random() < 0.2:
            self.line(f"ipvsadm -d -u {VIP}:53 -r {self.rips[0]}")
        while self.sent < self.packets:
            burst = choose.choice([30, 100, 300])
            self.wait(burst * STEP * 2 + 1)
            end = self.sent + burst
            while self.sent < min(end, self.packets):
                for packet in self.some():
                    self.line("packet " + packet.hex())
                    self.sent += 1
        return "\n".join(self.lines) + "\n"

    def some(self):
        """One packet, or one in fragments."""
        choose = self.random
        dice = choose.random()
        if dice < 0.12:
            packet = self.about_inner()
        elif dice < 0.24:
            packet = self.about_outer()
        elif dice < 0.30:
            packet = self.odd()
        else:
            packet = self.flow_packet()
        if choose.random() < 0.04:
            packet = self.damaged(packet)
        flags = packet[6] & 0x40
        if not flags and packet[0] == 0x45 and choose.random() < 0.5 and len(packet) > 60:
            return self.cut(packet)
        return [packet]

    def cut(self, packet):
        """Fragments in an order, sometimes with one missing or twice."""
        choose = self.random
        longest = (len(packet) - 20) // 8 * 8
        sizes = [choose.randint(1, max(1, min(longest, 1480) // 8)) * 8 for _ in range(4)]
        parts = pk.fragments(packet, [max(size, len(packet) // 64 * 8 + 8) for size in sizes])
        dice = choose.random()
        if dice < 0.3:
            choose.shuffle(parts)
        elif dice < 0.4:
            parts.pop(choose.randrange(len(parts)))
        elif dice < 0.5:
            parts.insert(choose.randrange(len(parts)), choose.choice(parts))
        return parts

    def header(self, ttl=None):
        """What the IPv4 header says, at random."""
        choose = self.random
        self.ident = self.ident % 65535 + 1
        fields = {
            "tos": choose.choice([0, 0, choose.randint(0, 255)]),
            "ttl": ttl or choose.choice([64, 64, 63, 255, 2, 2, 1, 1, 0, choose.randint(3, 254)]),
            "ident": self.ident,
            "flags": choose.choice([pk.DF, pk.DF, 0]),
        }
        if choose.random() < 0.04:
            fields["options"] = choose.choice(
                [b"\1" * 4, b"\0" * 4, b"\x94\4\0\0", b"\x07\x0b\x04" + bytes(9), b"\1" * 40]
            )
        return fields

    def data(self):
        """Data of every interesting length."""
        choose = self.random
        size = choose.choice([0, 0, 0, 1, choose.randint(2, 1200), choose.randint(1390, 1470)])
        return pk.filler(size)

    def flow_packet(self):
        """A segment or datagram of a flow, old or new, or of nobody's."""
        choose = self.random
        if self.flows and choose.random() < 0.7:
            protocol, client, sport, dport = choose.choice(self.flows[-40:])
            flags = choose.choice([pk.ACK] * 6 + [pk.SYN, pk.FIN | pk.ACK, pk.RST])
        else:
            protocol = choose.choice([6, 6, 6, 17])
            self.port += 1
            client, sport = f"10.1.0.{choose.randint(1, 250)}", self.port
            dport = (80 if protocol == 6 else 53) + (choose.random() < 0.05)
            flags = choose.choice([pk.SYN] * 8 + [pk.SYN | pk.ACK, choose.randint(0, 63)])
            self.flows.append((protocol, client, sport, dport))
        damage = choose.choice([0] * 30 + [7])
        if protocol == 6:
            segment = pk.tcp(client, sport, VIP, dport, flags, self.data(), damage=damage)
        else:
            segment = pk.udp(client, sport, VIP, dport, self.data(), damage=damage)
        return pk.ip(client, VIP, protocol, segment, **self.header())

    def some_flow(self):
        """A flow that was, or one that never was."""
        choose = self.random
        if self.flows and choose.random() < 0.9:
            return choose.choice(self.flows[-40:])
        return (choose.choice([6, 17]), "10.1.0.251", 1, 80)

    def segment(self, protocol, ends):
        """The start of a flow's packet in one direction."""
        if protocol == 6:
            return pk.tcp(*ends, pk.ACK, self.data())
        return pk.udp(*ends, self.data())

    def error(self, quote):
        """An ICMP error about a packet."""
        choose = self.random
        kind, code = choose.choice(
            [(3, choose.randint(0, 15)), (3, 1), (3, 4), (11, choose.randint(0, 1)), (4, 0), (5, 1), (12, 0)]
        )
        cut = choose.choice([28, 28, 48, 48, 60, 548, 24, 20, choose.randint(0, 100)])
        rest = choose.choice([1400, 1300, 600, 68, 0, 1500]) if (kind, code) == (3, 4) else 0
        return pk.icmp(kind, code, quote[:cut], rest, choose.choice([0] * 20 + [9]))

    def about_inner(self):
        """An ICMP error to the VIP about an answer to a client."""
        choose = self.random
        protocol, client, sport, dport = self.some_flow()
        ends = (VIP, dport, client, sport) if choose.random() < 0.9 else (client, sport, VIP, dport)
        quote = pk.ip(ends[0], ends[2], protocol, self.segment(protocol, ends), ttl=60)
        source = choose.choice(["10.9.9.9", client])
        return pk.ip(source, VIP, 1, self.error(quote), **self.header())

    def about_outer(self):
        """An ICMP error to the director about what it sent through a tunnel."""
        choose = self.random
        protocol, client, sport, dport = self.some_flow()
        ends = (client, sport, VIP, dport)
        inner = pk.ip(client, VIP, protocol, self.segment(protocol, ends), ttl=63)
        rip = choose.choice(self.rips)
        quote = pk.ip("10.0.0.10", rip, 4, inner, ttl=62)
        source = choose.choice([rip, "10.9.9.9"])
        return pk.ip(source, "10.0.0.10", 1, self.error(quote), **self.header(ttl=64))

    def odd(self):
        """What a director gets too."""
        choose = self.random
        client = f"10.1.0.{choose.randint(1, 250)}"
        inner = pk.ip(client, VIP, 6, pk.tcp(client, 1, VIP, 80, pk.SYN))
        return choose.choice(
            [
                pk.ip(client, VIP, 1, pk.icmp(8, 0, self.data(), 0x00010002), **self.header()),
                pk.ip(client, "10.0.0.10", 1, pk.icmp(8, 0, self.data(), 1), **self.header()),
                pk.ip(VIP, client, 6, pk.tcp(VIP, 80, client, 5, pk.ACK)),
                pk.ip(client, "10.0.0.10", 4, inner),
                pk.ip(client, VIP, 4, inner),
                pk.ip(client, VIP, 132, pk.filler(20)),
            ]
        )

    def damaged(self, packet):
        """A packet with a byte changed, or cut short."""
        choose = self.random
        if choose.random() < 0.3:
            return packet[: choose.randint(1, len(packet))]
        at = choose.randrange(min(len(packet), 40))
        return packet[:at] + bytes([packet[at] ^ 1 << choose.randint(0, 7)]) + packet[at + 1 :]


class RealServerScript:
    """Tunnelled packets to a real server that is set up in every way."""

    def __init__(self, seed, packets):
        self.random = random.Random(f"{seed} real server")
        self.lines = [f"# seed {seed}, real server"]
        self.packets = packets
        self.ident = 0

    def make(self):
        """The whole script as a text."""
        choose = self.random
        self.lines += ["ipip on", "link tunl0 up", "listen tcp 80", "listen udp 53"]
        vip = False
        for sent in range(self.packets):
            if sent % 20 == 0:
                if choose.random() < 0.3 and vip:
                    self.lines.append("address del 10.0.0.100 " + vip)
                    vip = False
                elif not vip:
                    vip = choose.choice(["tunl0", "tunl0", "lo", "eth0"])
                    self.lines.append("address 10.0.0.100 " + vip)
                self.change()
            self.lines += ["packet " + packet.hex() for packet in self.some()]
        return "\n".join(self.lines) + "\n"

    def change(self):
        """Turn a knob; mostly one that leaves the server at work."""
        choose = self.random
        device = choose.choice(["all", "tunl0", "eth0"])
        self.lines.append(f"sysctl net.ipv4.conf.{device}.rp_filter={choose.choice([0, 0, 2, 1])}")
        if choose.random() < 0.2:
            self.lines.append(f"sysctl net.ipv4.ip_forward={choose.randint(0, 1)}")
        self.lines.append("link tunl0 " + choose.choice(["up"] * 5 + ["down"]))

    def some(self):
        """One packet, or one in fragments."""
        choose = self.random
        self.ident = self.ident % 65535 + 1
        client = f"10.1.0.{choose.randint(1, 250)}"
        to = choose.choice(["10.0.0.100"] * 6 + ["10.0.0.21", "10.5.5.5"])
        data = pk.filler(choose.choice([0, 0, choose.randint(1, 100), choose.randint(400, 1400)]))
        damage = choose.choice([0] * 15 + [3])
        protocol = choose.choice([6, 6, 17, 1])
        if protocol == 6:
            segment = pk.tcp(client, 5000, to, choose.choice([80, 81]), pk.SYN, data, damage=damage)
        elif protocol == 17:
            segment = pk.udp(client, 5000, to, choose.choice([53, 54]), data, damage=damage)
        else:
            segment = pk.icmp(8, 0, data, 7, damage)
        packet = pk.ip(client, to, protocol, segment, **self.header())
        for part in self.cut(packet) if choose.random() < 0.2 else [packet]:
            if choose.random() < 0.05:
                part = part[: choose.randint(0, len(part))]
            if choose.random() < 0.1:
                yield part
                continue
            source = choose.choice(["10.0.0.10"] * 5 + ["10.7.7.7"])
            outer = pk.ip(source, "10.0.0.21", 4, part, **self.header())
            if choose.random() < 0.05:
                outer = pk.ip(source, "10.0.0.21", 4, outer, **self.header())
            yield from self.cut(outer) if choose.random() < 0.2 else [outer]

    def header(self):
        """What an IPv4 header says, at random."""
        choose = self.random
        return {
            "tos": choose.choice([0, choose.randint(0, 255)]),
            "ttl": choose.choice([64, 63, 2, 1, 0]),
            "ident": self.ident,
            "flags": 0,
            "damage": choose.choice([0] * 20 + [5]),
        }

    def cut(self, packet):
        """Two fragments, in one order or the other."""
        size = self.random.randint(1, max(1, (len(packet) - 21) // 8)) * 8
        parts = pk.fragments(packet, [size, len(packet)])
        if self.random.random() < 0.3:
            parts.reverse()
        return parts


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
