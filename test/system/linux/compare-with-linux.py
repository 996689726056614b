#!/usr/bin/env python3
# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""Sends random traffic through a real Linux director and through director-replay, and compares
every choice, every counter and every byte. With --real-server: the same for a real server's tunl0.

Exit status: 0 no difference, 1 differences, 77 this machine cannot run Linux as a process.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import time

import answers
import packet_scripts
import scripts
import uml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(uml.HERE)))
LONGEST = 500
SHOWN = 3


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--seed", type=int, help="default: a new one, which is printed")
    parser.add_argument("--packets", type=int, default=1300, help="in all (default: %(default)s)")
    parser.add_argument("--scheduler", default="all", help="a name, or all (default)")
    parser.add_argument("--profile", choices=sorted(set(scripts.PROFILES)) + ["packets"])
    parser.add_argument("--real-server", action="store_true", help="tunl0 instead of the director")
    parser.add_argument("--build", default=os.path.join(ROOT, "build"), help="where bin/ is")
    parser.add_argument("--keep", help="folder for every script and both answers")
    arguments = parser.parse_args()
    if arguments.scheduler not in ["all"] + scripts.SCHEDULERS:
        parser.error(f"{arguments.scheduler}: unknown, expected all or {scripts.SCHEDULERS}")
    if arguments.seed is None:
        arguments.seed = random.SystemRandom().randrange(1 << 32)
    return arguments


def make_scripts(arguments):
    """(name, text) of scripts with the packets asked for, shared among the schedulers."""
    if arguments.real_server:
        names = ["real-server"]
    else:
        names = scripts.SCHEDULERS if arguments.scheduler == "all" else [arguments.scheduler]
    made = []
    for name in names:
        left, number = -(-arguments.packets // len(names)), 0
        while left > 0:
            size = min(left, LONGEST)
            seed = f"{arguments.seed}-{number}"
            if arguments.real_server:
                script = packet_scripts.RealServerScript(seed, size)
            elif arguments.profile == "packets" or (not arguments.profile and number % 4 == 3):
                script = packet_scripts.PacketScript(seed, name, size)
            else:
                script = scripts.Script(seed, name, size, arguments.profile)
            made.append((f"{name}-{seed}", name, script.make()))
            left -= size
            number += 1
    return made


def compare(text, ours, linux):
    """The differences, each as a few lines to read."""
    counted = ("SYN", "ACK", "FIN", "RST", "UDP", "packet")
    sent = [
        (number, line)
        for number, line in enumerate(text.splitlines(), 1)
        if line.split(" ")[0] in counted
    ]
    found = []
    for pair in answers.find_differences(ours, linux):
        first = next((line.split()[0] for line in pair if line[:1].isdigit()), "")
        where = sent[int(first)] if first and int(first) < len(sent) else ("?", "?")
        said = "    ours:  {}\n    Linux: {}".format(*pair)
        found.append(f"  line {where[0]}: {where[1]}\n{said}")
    return found


def run_ours(arguments, path):
    """What our program makes of a script."""
    program = "real-server-replay" if arguments.real_server else "director-replay"
    command = [os.path.join(arguments.build, "bin", program)]
    command += [path] if arguments.real_server else ["--counts", path]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if result.returncode or result.stderr:
        return f"{result.stdout}\nexit status {result.returncode}: {result.stderr}"
    return result.stdout


def main():
    """Compare, and say how it went."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    arguments = parse_arguments()
    kind = "real server" if arguments.real_server else "director"
    print(f"Comparing our {kind} with that of Linux, --seed={arguments.seed}", flush=True)
    made = make_scripts(arguments)
    guest = "guest_real_server.py" if arguments.real_server else "guest_director.py"
    keep = arguments.keep or os.path.join(arguments.build, "linux")
    os.makedirs(keep, exist_ok=True)
    started = time.monotonic()
    try:
        texts = [text for _, _, text in made]
        replies = uml.run(guest, texts, timeout=120 + arguments.packets // 5)
    except uml.Unavailable as reason:
        print(f"SKIP: {reason}")
        return uml.SKIPPED
    spent = time.monotonic() - started
    tally = {}
    for (name, group, text), (status, linux, error) in zip(made, replies):
        path = os.path.join(keep, name)
        with open(path + ".replay", "w", encoding="ascii") as file:
            file.write(text)
        if status:
            raise RuntimeError(f"Linux refuses {path}.replay: {error}")
        ours = run_ours(arguments, path + ".replay")
        found = compare(text, ours, linux)
        for kind, answer in ((".ours", ours), (".linux", linux)):
            with open(path + kind, "w", encoding="utf-8") as file:
                file.write(answer)
        if found:
            print(f"{path}.replay: {len(found)} lines differ\n" + "\n".join(found[:SHOWN]))
        elif not arguments.keep:
            for ending in (".replay", ".ours", ".linux"):
                os.remove(path + ending)
        count, different = tally.get(group, (0, 0))
        tally[group] = (count + len(linux.splitlines()), different + len(found))
    for group, (count, different) in tally.items():
        print(f"{group:12} {count:6} answers, {different} differ")
    total = sum(count for count, _ in tally.values())
    wrong = sum(different for _, different in tally.values())
    print(f"{total} answers of Linux in {spent:.0f} s, {wrong} differ (--seed={arguments.seed})")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
