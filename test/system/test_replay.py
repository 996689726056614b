# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""director-replay as its users meet it.

 1. the recorded traces of a Linux director come out line by line, counts included;
 2. raw packets come out as octets, "-" for none;
 3. a script that cannot be used is told in one line, and the status is 2.
"""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / os.environ.get("GIPT_BUILD", "build") / "bin" / "director-replay"
RECORDED = ROOT / "test" / "recorded"
TRACES = sorted(path.stem for path in RECORDED.glob("*.replay") if path.stem != "listings")


def replay(script, *options):
    """Run director-replay on the text of a script."""
    return subprocess.run(
        [str(PROGRAM), *options, "-"],
        input=script,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("trace", TRACES)
def test_recorded_traces(trace):
    """1."""
    done = replay((RECORDED / f"{trace}.replay").read_text(), "--counts")
    assert done.stderr == ""
    assert done.stdout == (RECORDED / f"{trace}.expected").read_text()


def test_raw_packets():
    """2."""
    syn = "45000028000040004006266b0a0100010a00006413880050000003e8000000005002ffff83bd0000"
    reset = syn.replace("5002ffff83bd", "5004ffff83bb").replace("1388", "1389")
    done = replay(
        "ipvsadm -A -t 10.0.0.100:80 -s rr\n"
        "ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.21 -i\n"
        f"packet {syn}\npacket {reset}\n"
    )
    assert done.stdout == (
        "0 packet -> 4500003c000040003f0427a00a00000a0a000015"
        "45000028000040003f06276b" + syn[24:] + "\n1 packet -> -\n"
    )


@pytest.mark.parametrize(
    "line", ["SYN 10.1.0.1", "packet 4", "mtu 1", "frobnicate", "ipvsadm -A", "wait", "sysctl x=1"]
)
def test_bad_scripts(line):
    """3."""
    done = replay("# a script\n" + line + "\n")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("standard input:2: ")
    assert "expected" in done.stderr
    assert done.stderr.count("\n") == 1
