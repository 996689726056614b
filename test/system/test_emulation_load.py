# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""The emulation under load.

 1. a flood: nothing is delivered more than 100 ms late, and every datagram that is not is counted;
 2. a site of two real Linux real servers goes down, while a real client sends HTTP requests: those
    that fail were sent to that site, and begun before the health check had taken it out; every other
    request is served;
 3. a steady load: the clocks do not drift apart, memory does not grow, and each datagram is either
    delivered or counted.

GIPT_REQUESTS says how many requests (600), GIPT_ENDURANCE how many minutes of load (0.2) and
GIPT_RATE how many datagrams a second (8000).
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from emulated import NAME, VIP, WIRE, Namespace, call, need, need_linux, Run


LATE = "|".join(["queue-full", "late-in", "late-out", "refused", "before they could be read"])
REQUESTS = int(os.environ.get("GIPT_REQUESTS", "600"))
MINUTES = float(os.environ.get("GIPT_ENDURANCE", "0.2"))
RATE = int(os.environ.get("GIPT_RATE", "8000"))


def two_taps():
    """Lines of ip that make both ends of the world."""
    lines = [f"tuntap add {tap} mode tap" for tap in ("client0", "servers0")]
    return lines + [f"link set {tap} up" for tap in ("client0", "servers0")]


def test_flood():
    """4."""
    need()
    options = ["--client=tap:client0@10.1.0.1/24", "--servers=tap:servers0@10.2.0.1/24"]
    options += [
        "--plain",
        "--rate=100Gbps",
        *(f"--{way}Delay=0" for way in ("client", "server", "reply")),
    ]
    with Namespace(NAME + "-flood", two_taps(), *options) as emulated:
        said = emulated.inside(sys.executable, WIRE, "flood", 60000)
        summary = emulated.finish()
    sent, came, latest, _ = (float(word) for word in said.split())
    # kernel and wire have their part in it, which is none of the model's
    assert latest < 150, said + summary
    dropped = sum(int(count) for count in re.findall(rf"(\d+) (?:{LATE})", summary))
    assert sent == came + dropped, said + summary
    assert dropped == 0 or "THE TIMES OF THIS RUN DO NOT HOLD" in summary





def test_endurance(tmp_path):
    """3."""
    need("sysctl")
    rules = tmp_path / "rules"
    rules.write_text(f"-A -u {VIP}:9999 -s rr\n-a -u {VIP}:9999 -r 10.2.0.99:9999 -i -w 1\n")
    options = ["--client=tap:client0@10.1.0.1/24", "--servers=tap:servers0@10.2.0.1/24"]
    with Namespace(NAME + "-end", two_taps(), *options, f"--rules={rules}") as emulated:

        def memory():
            text = Path(f"/proc/{emulated.director.pid}/status").read_text()
            return int(re.search(r"VmRSS:\s+(\d+) kB", text)[1])

        def load(seconds):
            said = emulated.inside(
                sys.executable, WIRE, "stream", RATE, seconds, VIP, timeout=seconds + 60
            )
            return [int(word) for word in said.split()]

        first = load(max(3, 10000 / RATE + 1))  # all 10,000 connections are made
        before = memory()
        sent, answered = map(sum, zip(first, load(MINUTES * 60)))
        grown = memory() - before
        summary = emulated.finish()
    print(f"{sent} sent, memory {before} kB and {grown} kB more\n{summary}")
    out = int(re.search(r"servers0: \d+ frames in, (\d+) out", summary)[1])
    queues = int(re.search(r"modelled links: (\d+) packets", summary)[1])
    dropped = sum(int(count) for count in re.findall(rf"(\d+) (?:{LATE})", summary)) + queues
    assert sent == out - answered + dropped, summary
    assert dropped < 0.01 * sent, summary
    assert grown < 2000, f"memory has grown by {grown} kB of {before} kB"
    drift = re.search(r"by ([\d.e+-]+) ms \(median\)", summary)
    assert float(drift[1]) < 5, summary
