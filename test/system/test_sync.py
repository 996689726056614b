# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""Directors that stand in for each other, as a user sees them.

 1. director-pair says what its modes have to say, twice the same;
 2. tshark reads VRRP, gratuitous ARP and Linux's sync messages in what it captures, without an
    error.
"""

import re
import shutil
import subprocess

import pytest
from programs import BUILD

PROGRAM = BUILD / "bin" / "director-pair"


def run(*arguments, cwd):
    done = subprocess.run(
        [PROGRAM, *arguments], cwd=cwd, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_who_survives(tmp_path):
    text = run(cwd=tmp_path)
    counts = {
        mode: (int(survived), int(known))
        for mode, survived, known in re.findall(r"(\w+): (\d+) of (\d+) connections", text)
    }
    assert counts["none"][0] == 0
    assert 0 < counts["ipvs"][0] < counts["ipvs"][1]
    assert counts["complete"][0] == counts["complete"][1] > 200
    assert "half open" in text and "fewer than three packets" in text
    assert text == run(cwd=tmp_path)


def test_an_unknown_mode(tmp_path):
    done = subprocess.run(
        [PROGRAM, "--sync=some"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == "synchronisation 'some', expected none, ipvs or complete\n"


@pytest.mark.skipif(not shutil.which("tshark"), reason="needs tshark")
def test_tshark_reads_it(tmp_path):
    run("--sync=ipvs", "--pcap=pair", cwd=tmp_path)
    (capture,) = tmp_path.glob("pair-ipvs-*.pcap")

    def read(condition, *fields):
        done = subprocess.run(
            ["tshark", "-r", capture, "-o", "vrrp.v3_checksum_as_in_v2:FALSE"]
            + ["-Y", condition, "-T", "fields"]
            + [part for field in fields for part in ("-e", field)],
            capture_output=True,
            text=True,
            check=True,
        )
        return [line.split("\t") for line in done.stdout.splitlines()]

    advertisements = read("vrrp", "ip.ttl", "vrrp.virt_rtr_id", "vrrp.prio", "vrrp.checksum.status")
    assert ["255", "1", "100", "1"] in advertisements
    assert ["255", "1", "99", "1"] in advertisements
    assert read("arp.isgratuitous == 1 && arp.src.proto_ipv4 == 10.0.0.100", "frame.number")
    messages = read("ipvs", "ipvs.version", "ipvs.conncount", "ip.dst", "ip.ttl", "udp.dstport")
    assert messages
    assert all(
        message[0] == "1" and message[2:] == ["224.0.0.81", "1", "8848"] for message in messages
    )
    assert sum(int(message[1]) for message in messages) > 100
    assert not read("_ws.malformed && (vrrp || ipvs)", "frame.number")
