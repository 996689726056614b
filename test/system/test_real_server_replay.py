# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""real-server-replay as its users meet it.

 1. the recorded traces of a Linux real server come out octet by octet: conditions, the recipe, ECN,
    fragments, damaged packets, rp_filter, what a host does with odd packets, how many errors it
    sends;
 2. every drop has a reason, and where Linux counts one it is of the same kind;
 3. a script that cannot be used is told in one line, the status is 2 and nothing is printed.
"""

import re
import subprocess

import pytest
from programs import BUILD, ROOT

PROGRAM = BUILD / "bin" / "real-server-replay"
RECORDED = ROOT / "test" / "recorded" / "real-server"
TRACES = sorted(path.stem for path in RECORDED.glob("*.replay"))

PACKET = "4500002000004000400126bf0a00000a0a000015080033390000000061626364"  # ping to 10.0.0.21


def replay(script):
    """Run real-server-replay on the text of a script."""
    return subprocess.run(
        [str(PROGRAM), "-"], input=script, capture_output=True, text=True, timeout=60, check=False
    )


def without_reasons(text):
    """The lines of an output, all drops alike."""
    return [re.sub(" drop .*", " drop", line) for line in text.splitlines()]


@pytest.mark.parametrize("trace", TRACES)
def test_recorded_traces(trace):
    """1."""
    done = replay((RECORDED / f"{trace}.replay").read_text())
    assert done.stderr == ""
    assert without_reasons(done.stdout) == without_reasons(
        (RECORDED / f"{trace}.expected").read_text()
    )


# Linux's counters are coarser than our reasons, and have none for some drops.
KINDS = {
    "no-route": {"no-route"},
    "rp-filter": {"rp-filter"},
    "ecn": {"ecn"},
    "martian-destination": {"martian-destination"},
    "bad-checksum": {"bad-checksum"},
    "bad-fragment": {"bad-fragment"},
    "tcp-checksum": {"tcp-checksum"},
    "udp-checksum": {"udp-checksum"},
    "icmp-checksum": {"icmp-checksum"},
    "fragment-held": {"fragment-held", "bad-fragment"},
    "truncated": {"truncated"},
}


@pytest.mark.parametrize("trace", TRACES)
def test_reasons(trace):
    """2."""
    done = replay((RECORDED / f"{trace}.replay").read_text())
    linux = (RECORDED / f"{trace}.expected").read_text()
    for ours, theirs in zip(done.stdout.splitlines(), linux.splitlines()):
        if " drop " in ours:
            reason = ours.split(" drop ")[1]
            assert re.fullmatch("[a-z-]+", reason) and reason != "unknown", ours
            expected = KINDS.get(theirs.split(" drop ")[1])
            assert expected is None or reason in expected, (ours, theirs)


@pytest.mark.parametrize(
    "line",
    [
        "packet",
        "packet 4",
        "packet zz",
        "packet 45 00",
        "frobnicate",
        "ipip",
        "ipip maybe",
        "link tunl0 up",
        "link eth0 up",
        "address 10.0.0.100",
        "address 10.0.0.100 tunl0",
        "address 10.0.0 lo",
        "address 10.0.0.1/33 lo",
        "address del 10.0.0.100 lo",
        "sysctl",
        "sysctl net.ipv4.ip_forward",
        "sysctl net.ipv4.ip_forward=x",
        "sysctl net.ipv4.conf.all.rp_filter=3",
        "sysctl net.ipv4.conf.tunl0.rp_filter=0",
        "sysctl net.ipv4.frobnicate=1",
        "listen tcp",
        "listen sctp 80",
        "listen tcp 0",
        "listen udp 53",
        "wait",
        "wait -1",
    ],
)
def test_bad_scripts(line):
    """3."""
    done = replay(f"# a script\nlisten udp 53\npacket {PACKET}\n{line}\n")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("standard input:4: ")
    assert ", expected " in done.stderr
    assert done.stderr.count("\n") == 1


def test_files(tmp_path):
    """3., and that a script can be a file."""
    missing = tmp_path / "missing"
    done = subprocess.run([str(PROGRAM), str(missing)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{missing}:1: ") and done.stderr.count("\n") == 1
    script = tmp_path / "script"
    script.write_text(f"packet {PACKET} # to its own address\n")
    done = subprocess.run([str(PROGRAM), str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"0 packet -> deliver {PACKET}\n"
