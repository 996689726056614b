# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""Runs scripts of real-server-replay's language on Linux's own ipip, inside User-Mode Linux."""

import os
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import guest  # pylint: disable=wrong-import-position

PROTOCOLS = (socket.IPPROTO_TCP, socket.IPPROTO_UDP, socket.IPPROTO_ICMP)

# What a packet counts as when nothing came of it, and the word for it. The first that moved is it.
REASONS = [
    ("rx_frame_errors", "ecn"),
    ("TcpExt.IPReversePathFilter", "rp-filter"),
    ("in_martian_src", "martian-source"),
    ("in_martian_dst", "martian-destination"),
    ("IpExt.InCsumErrors", "bad-checksum"),
    ("IpExt.InTruncatedPkts", "truncated"),
    ("Ip.InHdrErrors", "bad-header"),
    ("Ip.ReasmFails", "bad-fragment"),
    ("Ip.ReasmReqds", "fragment-held"),
    ("IpExt.InNoRoutes", "no-route"),
    ("in_no_route", "no-route"),
    ("Ip.InAddrErrors", "not-local"),
    ("Tcp.InCsumErrors", "tcp-checksum"),
    ("Udp.InCsumErrors", "udp-checksum"),
    ("Icmp.InCsumErrors", "icmp-checksum"),
    ("Ip.InDiscards", "discarded"),
]
TRANSPORT_CHECKSUMS = ("Tcp.InCsumErrors", "Udp.InCsumErrors", "Icmp.InCsumErrors")


def read_counters():
    """Everything the kernel counts that tells why a packet went nowhere."""
    counters = {}
    for path in ("/proc/net/snmp", "/proc/net/netstat"):
        with open(path, encoding="ascii") as lines:
            for names, values in zip(lines, lines):
                group, *names = names.split()
                pairs = zip(names, values.split()[1:])
                counters.update((group[:-1] + "." + name, int(value)) for name, value in pairs)
    with open("/proc/net/stat/rt_cache", encoding="ascii") as lines:
        names, values = next(lines).split(), next(lines).split()
        counters.update(zip(names, (int(value, 16) for value in values)))
    try:
        with open("/sys/class/net/tunl0/statistics/rx_frame_errors", encoding="ascii") as file:
            counters["rx_frame_errors"] = int(file.read())
    except OSError:
        pass
    return counters


class RealServer:
    """One script's run. The server's own address is 10.0.0.21, or what eth0 gets at the start."""

    def __init__(self, text, out):
        self.lines = list(guest.script_lines(text))
        self.out = out
        self.count = 0
        own = "10.0.0.21"
        for _, words in self.lines:
            if words[0] == "packet":
                break
            if words[0] == "address" and len(words) == 3 and words[2] == "eth0":
                own = words[1]
                break
        guest.Modules.unload("ipip")
        self.wire = guest.Wire(own, 1500)
        guest.call("mount -t sysfs sysfs /sys")  # that of this network
        self.listeners = []
        self.taps = []
        for protocol in PROTOCOLS:
            tap = socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol)
            tap.setblocking(False)
            self.taps.append(tap)

    def run(self):
        """Run every line."""
        self.wire.step()
        for number, words in self.lines:
            try:
                getattr(self, "do_" + words[0], self.do_unknown)(words)
            except (guest.ScriptError, IndexError, ValueError, OSError) as problem:
                raise guest.ScriptError(f"{number}: {' '.join(words)}: {problem}") from None
            self.wire.step()
        guest.Modules.unload("ipip")

    def do_unknown(self, words):
        """A line that is none."""
        raise guest.ScriptError("unknown, expected a line of real-server-replay")

    def do_ipip(self, words):
        """Have the module, or not."""
        {"on": guest.Modules.load, "off": guest.Modules.unload}[words[1]]("ipip")

    def do_link(self, words):
        """Set a device up or down."""
        guest.call(f"ip link set {words[1]} {words[2]}")

    def do_address(self, words):
        """Give a device an address, or take it."""
        action = "del" if words[1] == "del" else "replace"
        address, device = words[-2:]
        length = "" if "/" in address else "/24" if device == "eth0" else "/32"
        guest.call(f"ip addr {action} {address}{length} dev {device}")

    def do_sysctl(self, words):
        """Set what a real server can be set."""
        name, _, value = words[1].partition("=")
        guest.set_sysctl(name, value)

    def do_listen(self, words):
        """Serve a port at every address."""
        kind = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}[words[1]]
        listener = socket.socket(socket.AF_INET, kind)
        listener.bind(("0.0.0.0", int(words[2])))
        if words[1] == "tcp":
            listener.listen(128)
        self.listeners.append(listener)

    def do_wait(self, words):
        """Let time pass."""
        self.wire.step(float(words[1]))

    def do_packet(self, words):
        """A packet as it is, and what became of it."""
        self.wire.receive()
        self.read_taps()
        before = read_counters()
        self.wire.send(guest.parse_packet(words[1]))
        for answer in self.judge(before):
            self.out.write(f"{self.count} packet -> {answer}\n")
        self.count += 1

    def judge(self, before):
        """The words for what a packet did."""
        after = read_counters()
        moved = {name for name, value in after.items() if value != before.get(name, 0)}
        delivered = self.read_taps()
        left = self.wire.receive()
        if delivered and not moved.intersection(TRANSPORT_CHECKSUMS):
            return ["deliver " + packet.hex() for packet in delivered]
        errors = [packet for packet in left if self.is_own(packet[12:16])]
        if len(left) > len(errors):
            return ["forward " + packet.hex() for packet in left if packet not in errors]
        for packet in errors:
            if packet[9] == 1 and packet[20] in (3, 4, 11, 12):
                return [f"icmp {packet[20]}/{packet[21]}"]
        for name, word in REASONS:
            if name in moved:
                return ["drop " + word]
        return ["drop unknown"]

    @staticmethod
    def is_own(address):
        """Whether an address is one of this host's."""
        found = guest.call("ip -4 -o addr show")
        return f" {socket.inet_ntoa(address)}/" in found

    def read_taps(self):
        """The packets that reached TCP, UDP or ICMP."""
        packets = []
        for tap in self.taps:
            while True:
                try:
                    packets.append(tap.recv(65536))
                except BlockingIOError:
                    break
        return packets


guest.serve(["tun"], lambda text, out, counts: RealServer(text, out).run())
