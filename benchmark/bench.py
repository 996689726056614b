#!/usr/bin/env python3
# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""Measure against the baselines, write the figures as flat JSON, print them beside the targets.

A missed target is reported with a profile, and is no error.
"""

import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys

import emulation

# key, target (at most), what it is
TARGETS = [
    ("path_director_over_router", 1.02, "instructions a packet, director over plain router"),
    ("table_bytes_per_connection", 48, "octets a connection at ten million, timers included"),
    ("table_find_over_absl", 0.8, "time of a search over absl::flat_hash_map's"),
    ("table_insert_over_absl", 0.6, "time of an insertion over absl::flat_hash_map's"),
    ("table_stall_over_absl", 0.001, "longest operation over absl::flat_hash_map's rehash"),
    ("routing_10000_over_global_400", 1, "time of routes for 10,000, over global routing for 400"),
    ("routing_hop_10000_over_100", 1.1, "instructions a packet and hop, 10,000 routers over 100"),
    ("emulation_tcp_router_over_director", 1 / 0.9, "TCP on two taps, router over director"),
    ("emulation_pps_router_over_director", 1 / 0.9, "datagrams a second without loss, the same"),
    ("emulation_tcp_bridge_over_tap", 1 / 3, "TCP of a router, TapBridge over EmulatedNetDevice"),
]
# The two lengths of a run. ns-3 makes the 1024 queues of each link's FqCoDel one by one, when a flow
# first falls into them: the shorter run has to fill them, or making them would be counted.
PATH_PACKETS = (6000, 10000)
ROUTING_PACKETS = 3000
PROFILE_ENTRIES = 200000  # connections in the table's profile
PROFILE_LINES = 15


def run(command, **keywords):
    """Run a command, and end the program with what it said when it fails."""
    result = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, **keywords
    )
    if result.returncode != 0:
        sys.exit(f"bench.py: {' '.join(map(str, command))}\n{result.stdout}{result.stderr}")
    return result.stdout


def callgrind(command, output, *options):
    """Run a command under callgrind; return the instructions it took, and what it printed."""
    tool = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={output}", *options]
    printed = run([*tool, *command])
    totals = re.search(r"^(?:totals|summary): (\d+)", output.read_text(), re.MULTILINE)
    return int(totals.group(1)), printed


def functions(output):
    """Instructions of each function itself in a callgrind file."""
    listing = run(["callgrind_annotate", "--threshold=100", "--auto=no", "--tree=none", output])
    counts = collections.Counter()
    # 1,234 ( 5.67%)  file:function [object]
    row = re.compile(r"^ *([\d,]+) \(.*?\)  [^:\n]*:(.*?)(?: \[.*\])?$", re.MULTILINE)
    for count, name in row.findall(listing):
        counts[name] += int(count.replace(",", ""))
    return counts


def measure_path(build, folder):
    """Cost of a packet in both modes, and where the difference is."""
    figures = {}
    profiles = {}
    few, many = PATH_PACKETS
    for mode in ("router", "director"):
        print(f"path: {few} and {many} packets by way of a {mode}", flush=True)
        count = {}
        profile = {}
        for packets in PATH_PACKETS:
            output = folder / f"path-{mode}-{packets}.callgrind"
            command = [build / "bin/path-benchmark", f"--mode={mode}", f"--packets={packets}"]
            count[packets], _ = callgrind(command, output)
            profile[packets] = functions(output)
        figures[f"path_{mode}_instructions"] = (count[many] - count[few]) / (many - few)
        profiles[mode] = profile[many]
        profiles[mode].subtract(profile[few])
    figures["path_director_over_router"] = (
        figures["path_director_instructions"] / figures["path_router_instructions"]
    )
    difference = profiles["director"]
    difference.subtract(profiles["router"])
    lines = ["instructions a packet that the director takes more than the router:"]
    for name, count in difference.most_common(PROFILE_LINES):
        lines.append(f"{count / (many - few):10.1f}  {name[:100]}")
    return figures, "\n".join(lines)


def measure_table(build):
    """What table-benchmark prints."""
    print("table: ten million connections, three times, beside absl::flat_hash_map", flush=True)
    return json.loads(run([build / "bin/table-benchmark"]))


def profile_table(build, folder):
    """Where the table's instructions go, with fewer entries."""
    output = folder / "table.callgrind"
    callgrind(
        [build / "bin/table-benchmark", f"--entries={PROFILE_ENTRIES}", "--repetitions=1"], output
    )
    counts = functions(output)
    total = sum(counts.values())
    lines = [f"instructions of table-benchmark with {PROFILE_ENTRIES} entries, baseline included:"]
    for name, count in counts.most_common(PROFILE_LINES):
        lines.append(f"{100 * count / total:9.1f}%  {name[:100]}")
    return "\n".join(lines)


def measure_routing(build, folder):
    """Time to the first routes, and cost of a packet and hop in a small and a large world."""
    print("routing: 10,000 routers beside global routing for 400", flush=True)
    program = build / "bin/routing-benchmark"
    figures = json.loads(run([program]))
    profiles = []
    for routers in (100, 10000):
        print(f"routing: {ROUTING_PACKETS} packets among {routers} routers", flush=True)
        output = folder / f"routing-{routers}.callgrind"
        command = [program, f"--routers={routers}", f"--packets={ROUTING_PACKETS}"]
        count, printed = callgrind(command, output, "--toggle-collect=*SendPackets*")
        hops = json.loads(printed)["hops"]
        figures[f"routing_hop_{routers}_instructions"] = count / hops
        counts = functions(output)
        profiles.append(f"instructions a packet and hop among {routers} routers:")
        for name, own in counts.most_common(PROFILE_LINES):
            profiles.append(f"{own / hops:10.1f}  {name[:100]}")
    figures["routing_hop_10000_over_100"] = (
        figures["routing_hop_10000_instructions"] / figures["routing_hop_100_instructions"]
    )
    return figures, "\n".join(profiles)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--build", type=pathlib.Path, default="build", help="build folder (default: build)"
    )
    parser.add_argument(
        "--output", type=pathlib.Path, help="JSON file (default: bench.json in the build folder)"
    )
    parser.add_argument(
        "--only",
        choices=("path", "table", "routing", "emulation"),
        help="measure one of these alone",
    )
    arguments = parser.parse_args()
    output = arguments.output or arguments.build / "bench.json"
    folder = arguments.build / "bench"
    folder.mkdir(parents=True, exist_ok=True)

    figures = {}
    profiles = {}
    if arguments.only in (None, "path"):
        path, profiles["path"] = measure_path(arguments.build, folder)
        figures.update(path)
    if arguments.only in (None, "table"):
        figures.update(measure_table(arguments.build))
    if arguments.only in (None, "routing"):
        routing, profiles["routing"] = measure_routing(arguments.build, folder)
        figures.update(routing)
    if arguments.only in (None, "emulation"):
        obstacle = emulation.find_obstacle()
        if obstacle:
            print(f"emulation: not measured: {obstacle}")
        else:
            print("emulation: TCP and datagrams through router, director, TapBridge", flush=True)
            figures.update(emulation.measure(arguments.build))
    output.write_text(json.dumps(figures, indent=2) + "\n")

    missed = set()
    print(f"\n{'figure':34} {'value':>10} {'target':>10}  verdict")
    for key, target, what in TARGETS:
        if key in figures:
            met = figures[key] <= target
            verdict = "met" if met else "MISSED"
            print(f"{key:34} {figures[key]:10.4g} {f'<= {target:.4g}':>10}  {verdict:7} {what}")
            if not met:
                missed.add(key.split("_")[0])
        elif arguments.only in (None, key.split("_")[0]):
            why = "not measured (see above, or no Abseil)"
            print(f"{key:34} {'-':>10} {f'<= {target:.4g}':>10}  {why}")
    if "table" in missed:
        profiles["table"] = profile_table(arguments.build, folder)
    for part in sorted(missed & profiles.keys()):
        print(f"\n{profiles[part]}")
    print(f"\nall figures: {output}")


if __name__ == "__main__":
    main()
