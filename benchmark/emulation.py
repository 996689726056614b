#!/usr/bin/env python3
# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""What an emulation passes on between two real hosts, as ratios of one run.

    benchmark/emulation.py [--build=build] [--rounds=5] [--seconds=4]        (as root)

Each round measures a plain ns-3 router, the director with its tunnel, and the plain router behind
TapBridge, on the same two taps: TCP throughput, and the highest rate of datagrams of 200 octets of
which none is lost, by iperf3 on both sides. Answers go from server to client by another way, as a
director requires. Ratios are the medians of the rounds'. The hosts are network namespaces; the
server takes packets out of the tunnel by XDP (decapsulate.py), which looks at the router's, too.
"""

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "test", "system", "linux"))
import namespaces  # pylint: disable=wrong-import-position

VIP = "198.51.100.1"
CLIENT, SERVER = "10.1.0.2", "10.2.0.2"
PORT = 5201  # iperf3's
RULES = "".join(
    f"-A -{kind} {VIP}:{PORT} -s rr\n-a -{kind} {VIP}:{PORT} -r {SERVER}:{PORT} -i -w 1\n"
    for kind in "tu"
)
DATAGRAM = 200  # octets of a datagram
HIGHEST = 100000  # datagrams a second that are tried
TRIES = 3  # of a rate, before it is too high
STEPS = 7  # halvings of the interval in which the highest rate is
KINDS = (  # what is measured: name, kind of attachment, is it a director
    ("router", "tap", False),
    ("director", "tap", True),
    ("bridge", "bridge", False),
)
RATIOS = {  # key: of what, by what, of which of them
    "emulation_tcp_router_over_director": ("tcp", "router", "director"),
    "emulation_pps_router_over_director": ("pps", "router", "director"),
    "emulation_tcp_bridge_over_tap": ("tcp", "bridge", "router"),
    "emulation_pps_bridge_over_tap": ("pps", "bridge", "router"),
}


def find_obstacle():
    """What this machine lacks, or nothing."""
    if os.geteuid() != 0:
        return "needs root: network namespaces and taps"
    if not os.path.exists("/dev/net/tun"):
        return "/dev/net/tun is missing"
    missing = [tool for tool in ("ip", "iperf3", "nsenter", "sysctl") if not shutil.which(tool)]
    return f"{missing[0]} is not installed" if missing else ""


def call(*command, check=True):
    """Run a command that must succeed; return its output."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if check and done.returncode:
        sys.exit(f"emulation.py: {' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


class Hosts:
    """Three namespaces: the model's, a client and a server; and a model between them."""

    def __init__(self, program, kind, is_director, folder):
        base = f"gipt-bench-{os.getpid()}"
        self.model, self.client, self.server = (f"{base}-{name}" for name in "mcs")
        self.processes = []
        try:
            for name in (self.model, self.client, self.server):
                call("ip", "netns", "add", name)
                for which in ("all", "default"):
                    setting = f"net.ipv6.conf.{which}.disable_ipv6=1"
                    self._inside(name, "sysctl", "-qw", setting, check=False)
            for tap in ("client0", "servers0"):
                self._inside(self.model, "ip", "tuntap", "add", tap, "mode", "tap")
                self._inside(self.model, "ip", "link", "set", tap, "up")
            self.target = VIP if is_director else SERVER
            self._start_model(program, kind, is_director, folder)
            self._make_host(self.client, "client0", CLIENT + "/24", "10.1.0.1")
            self._make_host(self.server, "servers0", SERVER + "/24", "10.2.0.1")
            self._make_replies_way()
            self._inside(self.server, "ip", "addr", "add", VIP + "/32", "dev", "lo")
            script = os.path.join(HERE, "decapsulate.py")  # on both sides of the comparison
            self._start(self.server, sys.executable, script, "servers0", word="ready")
            self._start(self.server, "iperf3", "-s", "-B", self.target)
            self._wait()
        except BaseException:
            self.end()
            raise

    @staticmethod
    def _inside(name, *command, check=True):
        return call(*namespaces.enter(name, *command), check=check)

    def _start(self, name, *command, word=None):
        """Start a command, and wait until it says a word."""
        process = subprocess.Popen(
            namespaces.enter(name, *command), stdout=subprocess.PIPE, text=True
        )
        self.processes.append(process)
        while word:
            line = process.stdout.readline()
            if not line:
                sys.exit(f"emulation.py: {' '.join(command)} ended")
            if line.strip() == word:
                return

    def _start_model(self, program, kind, is_director, folder):
        taps = f"{kind}:client0@10.1.0.1/24+{kind}:servers0@10.2.0.1/24"
        options = [f"--director={taps}", "--socket=no"]
        if is_director:
            rules = os.path.join(folder, "emulation.rules")
            with open(rules, "w", encoding="ascii") as file:
                file.write(RULES)
            options.append(f"--rules={rules}")
        else:
            options.append("--plain")
        self._start(self.model, program, *options, word="ready")

    def _make_host(self, name, tap, address, gateway):
        """The tap becomes an interface of a host of its own; the model keeps its other end."""
        self._inside(self.model, "ip", "link", "set", tap, "netns", name)
        for line in (
            f"addr add {address} dev {tap}",
            "link set lo up",
            f"link set {tap} up",
            f"route add default via {gateway}",
        ):
            self._inside(name, "ip", *line.split())

    def _make_replies_way(self):
        """Answers go straight from the server to the client: a director sees one direction only."""
        names = ["reply0", "netns", self.client, "type", "veth", "peer", "name", "reply1"]
        call("ip", "link", "add", *names, "netns", self.server)
        for name, end in ((self.client, 0), (self.server, 1)):
            self._inside(name, "ip", "addr", "add", f"10.3.0.{1 + end}/24", "dev", f"reply{end}")
            self._inside(name, "ip", "link", "set", f"reply{end}", "up")
            for device in ("all", f"reply{end}", "servers0" if end else "client0"):
                self._inside(name, "sysctl", "-qw", f"net.ipv4.conf.{device}.rp_filter=0")
        self._inside(self.server, "ip", "route", "add", CLIENT + "/32", "via", "10.3.0.1")

    def _wait(self):
        """Until the server is reached, and everybody has answers to ARP."""
        for _ in range(50):
            if "bits_per_second" in self.iperf("-n", "10K"):
                return
            time.sleep(0.1)
        sys.exit("emulation.py: the server cannot be reached")

    def iperf(self, *options):
        """What iperf3 says, as JSON."""
        to = ["-c", self.target, "--connect-timeout", "1000", "-J"]
        return self._inside(self.client, "iperf3", *to, *options, check=False)

    def measure_tcp(self, seconds):
        """Bits a second that arrive."""
        said = json.loads(self.iperf("-t", str(seconds), "-O", "1"))
        return said["end"]["sum_received"]["bits_per_second"]

    def loses(self, rate, seconds):
        """Whether any datagram of a rate is lost, or could not be sent at that rate."""
        bits = str(rate * DATAGRAM * 8)
        options = f"-u -l {DATAGRAM} -b {bits} -t {seconds} --pacing-timer 250"
        end = json.loads(self.iperf(*options.split())).get("end", {}).get("sum")
        return not end or end["lost_packets"] > 0 or end["packets"] < 0.95 * rate * seconds

    def measure_rate(self, seconds):
        """Datagrams a second of which none is lost."""
        low, high = 0, HIGHEST
        for _ in range(STEPS):
            rate = (low + high) // 2
            # the machine may be at something else for a moment: each time is the model's
            if all(self.loses(rate, seconds) for _ in range(TRIES)):
                high = rate
            else:
                low = rate
        return low

    def end(self):
        """Remove everything."""
        for process in reversed(self.processes):
            process.send_signal(signal.SIGKILL)
            process.wait()
        for name in (self.model, self.client, self.server):
            call("ip", "netns", "del", name, check=False)
        namespaces.tidy()


def measure(build, rounds=5, seconds=4):
    """The figures; prints each round."""
    program = os.path.join(build, "bin", "emulated-director")
    folder = os.path.join(build, "bench")
    os.makedirs(folder, exist_ok=True)
    found = {name: {"tcp": [], "pps": []} for name, _, _ in KINDS}
    for number in range(rounds):
        said = []
        for name, kind, is_director in KINDS:
            hosts = Hosts(program, kind, is_director, folder)
            try:
                found[name]["tcp"].append(hosts.measure_tcp(seconds))
                found[name]["pps"].append(hosts.measure_rate(max(1, seconds // 2)))
            finally:
                hosts.end()
            tcp, rate = found[name]["tcp"][-1] / 1e6, found[name]["pps"][-1]
            said.append(f"{name} {tcp:.0f} Mbit/s, {rate} datagrams/s")
        print(f"round {number + 1}: {'; '.join(said)}", flush=True)
    figures = {}
    for key, (what, above, below) in RATIOS.items():
        pairs = zip(found[above][what], found[below][what])
        figures[key] = statistics.median(a / max(1, b) for a, b in pairs)
    return figures


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    arguments = parser.parse_args()
    obstacle = find_obstacle()
    if obstacle:
        sys.exit(f"emulation.py: {obstacle}")
    for key, value in measure(arguments.build, arguments.rounds, arguments.seconds).items():
        print(f"{key}: {value:.3f}")


if __name__ == "__main__":
    main()
