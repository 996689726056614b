# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""Random scripts of packets as bytes, for director-replay and real-server-replay."""

import random

import packets as pk
import scripts

VIP = scripts.VIP


class PacketScript(scripts.Script):
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
            self.wait(burst * scripts.STEP * 2 + 1)
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
        # damaged packets may be too short to have flags
        may_cut = len(packet) > 60 and packet[0] == 0x45 and not packet[6] & 0x40
        if may_cut and choose.random() < 0.5:
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

    def header(self, ttl=None, options=True):
        """What the IPv4 header says, at random."""
        choose = self.random
        self.ident = self.ident % 65535 + 1
        fields = {
            "tos": choose.choice([0, 0, choose.randint(0, 255)]),
            "ttl": ttl or choose.choice([64, 64, 63, 255, 2, 2, 1, 1, 0, choose.randint(3, 254)]),
            "ident": self.ident,
            "flags": choose.choice([pk.DF, pk.DF, 0]),
        }
        if options and choose.random() < 0.04:
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
            [(3, choose.randint(0, 15)), (3, 1), (3, 4), (11, 0), (11, 1), (4, 0), (5, 1), (12, 0)]
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
        # Linux echoes options of such a message with octets of the quoted packet in their place,
        # and spoils the address it sends to.
        fields = self.header(ttl=64, options=False)
        return pk.ip(source, "10.0.0.10", 1, self.error(quote), **fields)

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
        # Linux does not see that a segment is of a connection of its own when the outer fragment in
        # front came last: those are of no connection.
        cut_outer = choose.random() < 0.2
        port = 10000 + self.ident % 50000 if cut_outer else 5000
        if protocol == 6:
            segment = pk.tcp(client, port, to, choose.choice([80, 81]), pk.SYN, data, damage=damage)
        elif protocol == 17:
            segment = pk.udp(client, 5000, to, choose.choice([53, 54]), data, damage=damage)
        else:
            segment = pk.icmp(8, 0, data, 7, damage)
        packet = pk.ip(client, to, protocol, segment, **self.header())
        for part in self.cut(packet) if choose.random() < 0.2 else [packet]:
            if choose.random() < 0.05:
                part = part[: choose.randint(0, len(part))]
            if choose.random() < 0.1 and part:
                yield part
                continue
            source = choose.choice(["10.0.0.10"] * 5 + ["10.7.7.7"])
            outer = pk.ip(source, "10.0.0.21", 4, part, **self.header())
            if choose.random() < 0.05:
                outer = pk.ip(source, "10.0.0.21", 4, outer, **self.header())
            yield from self.cut(outer) if cut_outer else [outer]

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
