#!/usr/bin/env python3
# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""Writes the inputs that the fuzz targets begin with: from the recorded traces and the topologies
of this source tree, and a few hand-made ones of what those do not have.

usage: make-corpus.py FOLDER     (makes FOLDER/director, FOLDER/tunnel, ...)
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "system" / "linux"))

import packets as pk  # pylint: disable=wrong-import-position

LONGEST = 60  # operations of an input, below what the targets take
FLAGS = {"SYN": pk.SYN, "ACK": pk.ACK, "FIN": pk.FIN | pk.ACK, "RST": pk.RST}
WAITS = (0.001, 0.004, 0.1, 1, 2, 9.99, 10.004, 30, 60.004, 61, 120.004, 125, 300.004, 600.004)

# What the recorded traces of this tree have not.
RULES = """\
-A -t 10.0.0.100:0 -s wlc -p 300 -M 255.255.255.0
-a -t 10.0.0.100:0 -r 10.0.0.21 -i -w 3
-A -f 7 -s sh -b sh-port,sh-fallback -o
-a -f 7 -r 10.0.0.22 -i -w 4 -x 2 -y 1
-A -u 10.0.0.100:53 -s rr --ops
-a -u 10.0.0.100:53 -r 10.0.0.23:53 --ipip --weight=65535
--set 20 35 15
-E -f 7 -s lblcr -p
-e -f 7 -r 10.0.0.22 -i -w 0
-d -f 7 -r 10.0.0.22
-L -n --stats --exact
-Lnc
-Z
-D -u 10.0.0.100:53
-C
"""
GRAPHML = """\
<?xml version="1.0" encoding="utf-8"?>
<!-- two cities -->
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key attr.name="label" attr.type="string" for="node" id="d0"/>
<key attr.name="Latitude" attr.type="double" for="node" id="d1"/>
<key attr.name="Longitude" attr.type="double" for="node" id="d2"/>
<key attr.name="LinkSpeedRaw" attr.type="double" for="edge" id="d3"/>
<graph edgedefault="undirected">
<node id="0"><data key="d0">A &amp; B</data><data key="d1">1.5</data><data key="d2">-7</data></node>
<node id="1"><data key="d0"><![CDATA[C]]></data></node>
<edge source="0" target="1"><data key="d3">1e9</data></edge>
</graph></graphml>
"""


def block(octets):
    """Octets with their length in front."""
    return len(octets).to_bytes(2, "big") + octets


def operation(number, detail=0):
    """The octet that names an operation."""
    return bytes([number | detail << 3])


def command(text):
    """A command of ipvsadm."""
    return operation(2) + block(text.encode())


def wait(seconds):
    """The passing of time."""
    nearest = min(range(len(WAITS)), key=lambda i: abs(WAITS[i] - seconds))
    return operation(4, nearest)


def end_point(word):
    """10.0.0.100:80 as two."""
    address, port = word.split(":")
    return address, int(port)


def packet(words):
    """The packet that a line of a script names."""
    if words[0] == "packet":
        return bytes.fromhex(words[1])
    (client, sport), (vip, dport) = (end_point(word) for word in words[1:3])
    if words[0] == "UDP":
        return pk.ip(client, vip, 17, pk.udp(client, sport, vip, dport, b"data"))
    return pk.ip(client, vip, 6, pk.tcp(client, sport, vip, dport, FLAGS[words[0]]))


def director_script(lines):
    """A trace as an input, as far as it fits."""
    made = []
    for line in lines:
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "ipvsadm":
            made.append(command(line))
        elif words[0] == "wait":
            made.append(wait(float(words[1])))
        elif words[0] in FLAGS or words[0] in ("UDP", "packet"):
            made.append(operation(0) + block(packet(words)))
    made = made[:LONGEST]
    # the books are compared now and then
    return b"".join(part + (operation(7) if i % 8 == 7 else b"") for i, part in enumerate(made))


def director_extra():
    """Persistence, marks, one-packet scheduling, fragments, ICMP, thresholds, the sysctls."""
    client, vip = "10.1.0.1", "10.0.0.100"
    syn = pk.ip(client, vip, 6, pk.tcp(client, 5000, vip, 80, pk.SYN))
    long = pk.ip(client, vip, 17, pk.udp(client, 5000, vip, 53, pk.filler(1200)), ident=7, flags=0)
    options = pk.ip(client, vip, 6, pk.tcp(client, 5001, vip, 80, pk.SYN), options=b"\7\x0b\4" + bytes(9))
    rules = [command(line) for line in RULES.splitlines()]
    traffic = (
        operation(0)
        + block(syn)
        + operation(1, 0)
        + b"\0\0\x10"
        + operation(0, 4)
        + block(long)
        + operation(0, 4 | 8)
        + block(long)
        + operation(0)
        + block(options)
        + operation(1, 0)
        + b"\0\x15\2"
        + operation(6, 16)
        + b"\0\0\x0c\x50"
        + operation(1, 0)
        + b"\0\0\x10"
        + operation(6, 0)
        + b"\0\x40\x0c\x50"
        + operation(7)
    )
    marks = operation(5, 6) + bytes([100, 32])
    sysctls = b"".join(operation(3, number) + b"\2" for number in range(18))
    made = {
        "services": b"".join(rules[:6]) + traffic + wait(61) + traffic + b"".join(rules[6:]) + traffic,
        "marks": marks + b"".join(rules[2:4]) + traffic + rules[7] + traffic + wait(600),
        "sysctls": b"".join(rules[:6]) + sysctls + traffic + wait(1) + traffic + wait(300) + traffic,
    }
    flags = {"sh": " -b sh-port,sh-fallback", "mh": " -b mh-port,mh-fallback"}
    for name in "rr wrr lc wlc lblc lblcr dh sh mh sed nq fo ovf twos".split():
        made[name] = (
            command(f"-A -t {vip}:80 -s {name}" + flags.get(name, ""))
            + b"".join(
                command(f"-a -t {vip}:80 -r 10.0.0.2{i} -i -w {i} -x 4 -y 1") for i in range(1, 5)
            )
            + (operation(0) + block(syn) + operation(1) + b"\0\x15\2" + operation(1) + b"\0\x26\2") * 4
            + command(f"-e -t {vip}:80 -r 10.0.0.22 -i -w 0")
            + command(f"-d -t {vip}:80 -r 10.0.0.23")
            + operation(1)
            + b"\0\x37\2"
            + operation(7)
            + wait(61)
            + operation(1)
            + b"\0\x38\2"
        )
    return made


def tunnel_scripts():
    """Every kind of inner packet, on every setting."""
    client, vip = "192.0.2.1", "10.0.0.100"
    inner = {
        "syn": pk.ip(client, vip, 6, pk.tcp(client, 5000, vip, 80, pk.SYN)),
        "closed": pk.ip(client, vip, 6, pk.tcp(client, 5000, vip, 81, pk.SYN)),
        "echo": pk.ip(client, vip, 17, pk.udp(client, 5000, vip, 7, pk.filler(900)), flags=0),
        "ping": pk.ip(client, vip, 1, pk.icmp(8, 0, b"data")),
        "options": pk.ip(client, vip, 6, pk.tcp(client, 5000, vip, 80, pk.SYN), options=b"\1" * 8),
        "nowhere": pk.ip(client, "10.9.9.9", 6, pk.tcp(client, 1, "10.9.9.9", 80, pk.SYN)),
        "error": pk.ip(client, vip, 1, pk.icmp(3, 4, pk.ip(vip, client, 6, bytes(20)), 1300)),
    }
    for name, packet_ in inner.items():
        made = b""
        for settings in (b"", operation(5, 1), operation(5, 2), operation(6, 1 | 2), operation(6, 5)):
            made += settings
            for detail in (0, 4, 16, 8 | 4 | 16, 1):
                made += operation(1, detail) + b"\3" + block(packet_)
            made += operation(3, 5) + block(packet_) + operation(4, 20)
        yield name, made + operation(0) + block(packet_)


def main():
    """Write the folders."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    made = {"director": director_extra(), "tunnel": dict(tunnel_scripts()), "rules": {}, "graphml": {}}
    for path in sorted((ROOT / "test" / "recorded").glob("*.replay")):
        lines = path.read_text(encoding="ascii").splitlines()
        made["director"][path.stem] = director_script(lines)
        rules = [line for line in lines if line.startswith("ipvsadm")]
        made["rules"][path.stem] = "\n".join(rules[:30]).encode()
    made["rules"]["rules"] = RULES.encode()
    for path in sorted((ROOT / "examples" / "topologies").glob("*.graphml")):
        made["graphml"][path.stem] = path.read_bytes()
    made["graphml"]["small"] = GRAPHML.encode()
    for target, inputs in made.items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        for name, octets in inputs.items():
            (folder / target / name).write_bytes(octets)


if __name__ == "__main__":
    main()
