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
import threading
import time
from pathlib import Path

import pytest
from emulated import NAME, VIP, WIRE, Namespace, Run, call, enter, need, need_linux

LATE = "|".join(["queue-full", "late-in", "late-out", "refused", "before they could be read"])
REQUESTS = int(os.environ.get("GIPT_REQUESTS", "600"))
MINUTES = float(os.environ.get("GIPT_ENDURANCE", "0.2"))
RATE = int(os.environ.get("GIPT_RATE", "8000"))


def two_taps():
    """Lines of ip that make both ends of the world."""
    lines = [f"tuntap add {tap} mode tap" for tap in ("client0", "servers0")]
    return lines + [f"link set {tap} up" for tap in ("client0", "servers0")]


def test_flood():
    """1."""
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
    assert latest < 100, said + summary
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
    nodes = re.search(r"modelled nodes: (\d+) packets .* queues, (\d+) for want", summary)
    dropped = sum(int(count) for count in re.findall(rf"(\d+) (?:{LATE})", summary))
    dropped += int(nodes[1]) + int(nodes[2])
    assert sent == out - answered + dropped, summary
    assert dropped < 0.01 * sent, summary
    # as many frames as ever waited at once: RxQueueSize, 1000, and their packets
    assert grown < 5000, f"memory has grown by {grown} kB of {before} kB"
    drift = re.search(r"by ([\d.e+-]+) ms \(median\)", summary)
    assert float(drift[1]) < 5, summary


def test_outage(tmp_path):
    """2."""
    need_linux()
    if not shutil.which("tshark") or not shutil.which("bash"):
        pytest.skip("tshark or bash is not installed")
    name, pcap, workers = NAME + "-out", tmp_path / "capture", 8
    health = ["--health=tcp", "--ns3::gipt::HealthCheck::Interval=1s"]
    health.append("--ns3::gipt::Director::ExpireNodestConn=true")
    options = ["--as=uml", "--servers=4", "--", *health, f"--pcap={pcap}"]
    with Run(name, "run", *options) as run:
        ask = "curl -s -m 5 -o /dev/null -w '%{http_code} %{local_port} %header{x-real-server}'"
        loop = f'for i in $(seq {REQUESTS // workers}); do echo "$EPOCHREALTIME $({ask} {VIP})"; done'
        clients = [
            subprocess.Popen(enter(name, "bash", "-c", loop), stdout=subprocess.PIPE, text=True)
            for _ in range(workers)
        ]
        seen = []
        readers = [
            threading.Thread(target=lambda c=client: seen.extend(c.stdout)) for client in clients
        ]
        for reader in readers:
            reader.start()
        while len(seen) < REQUESTS // 2:
            assert any(reader.is_alive() for reader in readers)
            time.sleep(0.01)
        failure = time.time()
        for tap in ("linux3", "linux4"):
            pid = Path(f"/tmp/{name}/{tap}/gipt{tap}/pid").read_text()
            os.killpg(int(pid), signal.SIGKILL)
        for reader in readers:
            reader.join(600)
        output = run.finish()

    requests = []  # when begun, answer, port, server that it names
    for line in seen:
        begun, code, port, *server = line.split()
        requests.append((float(begun), code, port, server[0] if server else ""))
    assert len(requests) == REQUESTS // workers * workers
    connections = {}  # by port and first sequence number: when begun, which server came last
    late = 0  # when a SYN went to the site that failed for the last time
    fields = ["frame.time_epoch", "tcp.srcport", "tcp.seq_raw", "ip.dst"]
    wanted = ["-Y", f"ip.dst=={VIP} && tcp.flags.syn==1", "-T", "fields"]
    wanted += [word for field in fields for word in ("-e", field)]
    for line in call("tshark", "-r", f"{pcap}-director-server-router.pcap", *wanted).splitlines():
        when, port, sequence, ends = line.split("\t")
        server = int(ends.partition(",")[0].rpartition(".")[2]) - 10
        begun, _ = connections.get((port, sequence), (float(when), 0))
        connections[port, sequence] = (begun, server)
        late = max(late, float(when)) if server > 2 else late
    by_port = {}
    for (port, _), (when, server) in connections.items():
        by_port.setdefault(port, []).append((when, server))
    # served requests say their port; both clocks run alike
    clocks = min(begun for begun, *_ in requests) - min(when for when, _ in connections.values())
    for begun, code, port, named in sorted(requests):
        if code == "200":
            when, server = min(by_port[port], key=lambda one: abs(one[0] + clocks - begun))
            by_port[port].remove((when, server))
            assert named == f"linux-{server}"
    failed = [one for left in by_port.values() for one in left]
    late += clocks - failure
    in_flight = sum(when + clocks < failure for when, _ in failed)
    print(
        f"{len(requests)} requests, {len(requests) - len(failed)} served, {len(failed)} not: all "
        f"sent to the site that failed, {in_flight} of them before it did, the last SYN {late:.1f} s "
        "after"
    )
    assert len(failed) == sum(code != "200" for _, code, *_ in requests)
    assert all(server > 2 for _, server in failed), failed
    assert 0 < late < 5, output  # three probes, a second each, and a timeout
