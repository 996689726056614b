#!/usr/bin/env python3
# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""How many packets a second an emulation passes on when it is flooded, as ratios of one run.

    sudo benchmark/emulation.py [--build=build] [--rounds=5] [--packets=100000]

Each round floods a plain ns-3 router, the director (with its tunnel), and the plain router behind
TapBridge, all on the same two taps; ratios are the medians of the rounds'. Everything is in a
network namespace that is removed at the end.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
WIRE = os.path.join(ROOT, "test", "system", "wire.py")
RULES = "-A -u 198.51.100.1:9999 -s rr\n-a -u 198.51.100.1:9999 -r 10.2.0.99:9999 -i -w 1\n"


def call(*command):
    """Run a command that must succeed; return its output."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def measure(namespace, program, packets, kind, rules):
    """Packets a second that arrive."""
    options = [f"--client={kind}:client0@10.1.0.1/24", f"--servers={kind}:servers0@10.2.0.1/24"]
    options += ["--clientDelay=0", "--serverDelay=0", "--replyDelay=0", "--rate=100Gbps"]
    options += ["--socket=no", f"--rules={rules}" if rules else "--plain"]
    inside = ["ip", "netns", "exec", namespace]
    with subprocess.Popen([*inside, program, *options], stdout=subprocess.PIPE, text=True) as model:
        try:
            while model.stdout.readline() != "ready\n":
                assert model.poll() is None, "the model ended"
            to = "198.51.100.1" if rules else "10.2.0.99"
            said = call(*inside, sys.executable, WIRE, "flood", str(packets), to)
        finally:
            model.send_signal(signal.SIGINT)
            model.stdout.read()
    return int(said.split()[3])


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--packets", type=int, default=100000)
    arguments = parser.parse_args()
    program = os.path.join(arguments.build, "bin", "emulated-director")
    namespace = f"gipt-bench-{os.getpid()}"
    call("ip", "netns", "add", namespace)
    try:
        for tap in ("client0", "servers0"):
            call("ip", "-n", namespace, "tuntap", "add", tap, "mode", "tap")
            call("ip", "-n", namespace, "link", "set", tap, "up")
        ratios = {"director / router": [], "FdNetDevice / TapBridge": []}
        with tempfile.NamedTemporaryFile("w", encoding="ascii") as rules:
            rules.write(RULES)
            rules.flush()
            for number in range(arguments.rounds):
                rates = [
                    measure(namespace, program, arguments.packets, kind, name)
                    for kind, name in (("tap", ""), ("tap", rules.name), ("bridge", ""))
                ]
                print(
                    f"round {number + 1}: router {rates[0]}/s, director {rates[1]}/s, "
                    f"router behind TapBridge {rates[2]}/s",
                    flush=True,
                )
                ratios["director / router"].append(rates[1] / rates[0])
                ratios["FdNetDevice / TapBridge"].append(rates[0] / rates[2])
        for name, values in ratios.items():
            spread = f"{min(values):.2f} to {max(values):.2f}"
            print(f"{name}: {statistics.median(values):.2f} (of {len(values)}: {spread})")
    finally:
        call("ip", "netns", "del", namespace)


if __name__ == "__main__":
    main()
