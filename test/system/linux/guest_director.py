# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""Runs scripts of director-replay's language on Linux's own IPVS, inside User-Mode Linux."""

import ipaddress
import os
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import guest  # pylint: disable=wrong-import-position
import packets as pk  # pylint: disable=wrong-import-position

SCHEDULERS = "rr wrr lc wlc lblc lblcr dh sh mh sed nq fo ovf".split()
MODULES = ["tun", "sch_ingress", "cls_u32", "act_skbedit", "ip_vs"]
MODULES += ["ip_vs_" + name for name in SCHEDULERS]
FLAGS = {"SYN": pk.SYN, "ACK": pk.ACK, "FIN": pk.FIN | pk.ACK, "RST": pk.RST}
LISTINGS = ("-L", "-l", "--list", "-S", "--save")


def find_setup(lines):
    """The director's address and MTU, and the addresses it must own, from the whole script."""
    address, mtu, vips, marked = "10.0.0.10", "1500", set(), []
    for number, words in lines:
        try:
            if words[0] == "address":
                address = str(ipaddress.IPv4Address(words[1]))
            elif words[0] == "mtu":
                mtu = str(int(words[1]))
            elif words[0] == "mark":
                marked.append(ipaddress.IPv4Network(words[2]))
            elif words[0] == "ipvsadm":
                for option, value in zip(words, words[1:]):
                    if option in ("-t", "-u", "--tcp-service", "--udp-service"):
                        vips.add(value.split(":")[0])
            elif words[0] in FLAGS or words[0] == "UDP":
                vips.add(guest.parse_end(words[2])[0])
        except (IndexError, ValueError) as problem:
            raise guest.ScriptError(f"{number}: {' '.join(words)}: {problem}") from None
    for _, words in lines:
        if words[0] == "packet":
            packet = guest.parse_packet(words[1])
            if len(packet) >= 20:
                to = ipaddress.IPv4Address(packet[16:20])
                if any(to in network for network in marked):
                    vips.add(str(to))
    vips.discard(address)
    return address, mtu, sorted(vips)


def read_counters():
    """RIP, weight, active, inactive of each server, in the order of their addresses and ports."""
    rows = []
    service = ""
    with open("/proc/net/ip_vs", encoding="ascii") as lines:
        for line in lines:
            words = line.split()
            if words[0] in ("TCP", "UDP", "FWM"):
                service = words[0] + " " + words[1]
            elif words[0] == "->" and ":" in words[1] and words[2] == "Tunnel":
                address, port = words[1].split(":")
                rows.append((int(address, 16), int(port, 16), service, words[3:6]))
    return "".join(
        f" | {socket.inet_ntoa(row[0].to_bytes(4, 'big'))} {' '.join(row[3])}"
        for row in sorted(rows)
    )


def where(packets):
    """What became of a packet, from what left."""
    for packet in packets:
        source, destination = (socket.inet_ntoa(packet[i : i + 4]) for i in (12, 16))
        if packet[9] == 4:
            return destination
        if packet[9] == 1:
            return f"icmp {packet[20]}/{packet[21]} from {source}"
        if packet[9] == 6:
            return f"rst from {source}"
    return "-"


class Director:
    """One script's run."""

    def __init__(self, text, out, counts):
        self.lines = list(guest.script_lines(text))
        self.counts = counts
        self.out = out
        self.count = 0
        self.marks = 0
        address, mtu, vips = find_setup(self.lines)
        self.wire = guest.Wire(address, mtu)
        for vip in vips:
            guest.call(f"ip addr add {vip}/32 dev lo")

    def run(self):
        """Run every line."""
        self.wire.step()
        for number, words in self.lines:
            try:
                getattr(self, "do_" + words[0], self.do_segment)(words)
            except guest.ScriptError as problem:
                raise guest.ScriptError(f"{number}: {' '.join(words)}: {problem}") from None

    def step(self, seconds=guest.STEP):
        """Let time pass. What leaves now, left because a timer of the director ran out."""
        self.wire.step(seconds)
        for packet in self.wire.receive():
            self.out.write(f"{max(0, self.count - 1)} packet -> {packet.hex()}\n")

    def do_address(self, words):
        """Already done."""

    do_mtu = do_address

    def do_ipvsadm(self, words):
        """Change the tables, or list them."""
        output = guest.call(" ".join(words))
        if any(word.startswith(LISTINGS) for word in words[1:]):
            self.out.write("$ " + " ".join(words) + "\n" + output)
        self.step()

    def do_sysctl(self, words):
        """Set what a director can be set."""
        name, _, value = words[1].partition("=")
        guest.set_sysctl(name, value)
        self.step()

    def do_mark(self, words):
        """Packets to PREFIX carry mark N; a later line is looked at first."""
        if not self.marks:
            guest.call("tc qdisc add dev eth0 ingress")
        self.marks += 1
        guest.call(
            f"tc filter add dev eth0 parent ffff: prio {1000 - self.marks} protocol ip"
            f" u32 match ip dst {words[2]} action skbedit mark {words[1]}"
        )
        self.step()

    def do_wait(self, words):
        """Let time pass."""
        self.step(float(words[1]))

    def do_packet(self, words):
        """A packet as it is; what leaves, as it is."""
        self.wire.send(guest.parse_packet(words[1]))
        for packet in self.wire.receive() or [b""]:
            self.out.write(f"{self.count} packet -> {packet.hex() or '-'}\n")
        self.count += 1
        self.step()

    def do_segment(self, words):
        """SYN, ACK, FIN, RST or UDP from a client to a service."""
        if words[0] not in FLAGS and words[0] != "UDP" or len(words) != 3:
            raise guest.ScriptError("unknown, expected a line of director-replay")
        ends = *guest.parse_end(words[1]), *guest.parse_end(words[2])
        if words[0] == "UDP":
            packet = pk.ip(ends[0], ends[2], 17, pk.udp(*ends))
        else:
            packet = pk.ip(ends[0], ends[2], 6, pk.tcp(*ends, FLAGS[words[0]]))
        self.wire.send(packet)
        place = where(self.wire.receive())
        # A connection that made room for this one leaves the counters at the next tick.
        self.step()
        counters = read_counters() if self.counts else ""
        self.out.write(f"{self.count} {' '.join(words)} -> {place}{counters}\n")
        self.count += 1


guest.serve(MODULES, lambda text, out, counts: Director(text, out, counts).run())
