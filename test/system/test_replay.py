# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""director-replay as its users meet it.

 1. the recorded traces of a Linux director come out line by line, counts included;
 2. so do those of its features and of raw packets, octet by octet, but for identifications that are
    not 0 and the times that Linux's clock says;
 3. raw packets come out as octets, "-" for none;
 4. what is in a script is read as Linux's director reads it: names of sysctls, marks, waits;
 5. a script that cannot be used is told in one line, and the status is 2;
 6. of a capture comes a capture: link types, octet orders and resolutions; packets at their times;
 7. a capture or a command line that cannot be used is told in one line, and the status is 2.
"""

import struct
import subprocess
import sys

import pytest
from programs import BUILD, ROOT

PROGRAM = BUILD / "bin" / "director-replay"
RECORDED = ROOT / "test" / "recorded"
TRACES = sorted(path.stem for path in RECORDED.glob("*.replay") if path.stem != "listings")
FEATURES = sorted(path.stem for path in (RECORDED / "features").glob("*.replay"))

sys.path.insert(0, str(ROOT / "test" / "system" / "linux"))

import answers  # pylint: disable=wrong-import-position

SYN = "45000028000040004006266b0a0100010a00006413880050000003e8000000005002ffff83bd0000"
TUNNELLED = (
    "4500003c000040003f0427a00a00000a0a00001545000028000040003f06276b" + SYN[24:]
)
RST = SYN.replace("5002ffff83bd", "5004ffff83bb").replace("1388", "1389")
RULES = "-A -t 10.0.0.100:80 -s rr\n-a -t 10.0.0.100:80 -r 10.0.0.21:80 -i -w 1\n"


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


@pytest.mark.parametrize("trace", FEATURES)
def test_recorded_features(trace):
    """2."""
    script = RECORDED / "features" / f"{trace}.replay"
    done = replay(script.read_text(), "--counts")
    assert done.stderr == ""
    assert answers.find_differences(done.stdout, script.with_suffix(".expected").read_text()) == []


def test_raw_packets():
    """3."""
    done = replay(
        "ipvsadm -A -t 10.0.0.100:80 -s rr\n"
        "ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.21 -i\n"
        f"packet {SYN}\npacket {RST}\n"
    )
    assert done.stdout == f"0 packet -> {TUNNELLED}\n1 packet -> -\n"


def test_language():
    """4."""
    done = replay(
        "# comment\n\n   \n"
        "address 10.0.0.11\nmtu 600\n"
        "ipvsadm -A -f 7 -s rr\r\n"
        "ipvsadm -a -f 7 -r 10.0.0.21 -i\n"
        "mark 7 10.9.0.0/16\n"
        "sysctl net.ipv4.vs.sloppy_tcp=1\nsysctl net/ipv4/vs/pmtu_disc=0\n"
        "sysctl net.ipv4.vs.sync_version=0\n"
        "ACK 10.1.0.1:5000 10.9.8.7:99\n"
        "mark 0 10.9.1.0/24\n"
        "SYN 10.1.0.1:5001 10.9.1.7:99\n"
        "wait 899.94\n"
        "ipvsadm -Lnc\n"
        "wait 1\n"
        "ipvsadm -Lnc\n"
        f"packet {SYN.upper()}\n",
        "--counts",
    )
    assert done.stderr == ""
    head = "$ ipvsadm -Lnc\nIPVS connection entries\n"
    head += "pro expire state       source             virtual            destination\n"
    assert done.stdout == (
        "0 ACK 10.1.0.1:5000 10.9.8.7:99 -> 10.0.0.21 | 10.0.0.21 1 1 0\n"
        "1 SYN 10.1.0.1:5001 10.9.1.7:99 -> rst from 10.9.1.7 | 10.0.0.21 1 1 0\n"
        + head
        + "TCP 00:00  ESTABLISHED 10.1.0.1:5000      10.9.8.7:99        10.0.0.21:99\n"
        + head
        + "2 packet -> -\n"
    )


@pytest.mark.parametrize(
    "line", ["SYN 10.1.0.1", "packet 4", "mtu 1", "frobnicate", "ipvsadm -A", "wait", "sysctl x=1"]
)
def test_bad_scripts(line):
    """5."""
    done = replay("# a script\n" + line + "\n")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("standard input:2: ")
    assert "expected" in done.stderr
    assert done.stderr.count("\n") == 1


def make_capture(path, link, packets, magic=0xA1B2C3D4, order="<"):
    """A capture of (time in nanoseconds, octets); magic and order say what kind of one."""
    unit = 1 if magic == 0xA1B23C4D else 1000
    data = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    for time, octets in packets:
        data += struct.pack(
            order + "IIII", time // 10**9, time % 10**9 // unit, len(octets), len(octets)
        )
        data += octets
    path.write_bytes(data)


def read_capture(path):
    """Link type and (time in nanoseconds, octets in hexadecimal) of a capture."""
    data = path.read_bytes()
    magic, link = struct.unpack("<I16xI", data[:24])
    unit = {0xA1B23C4D: 1, 0xA1B2C3D4: 1000}[magic]
    packets, at = [], 24
    while at < len(data):
        seconds, fraction, size, full = struct.unpack("<IIII", data[at : at + 16])
        assert size == full
        packets.append((seconds * 10**9 + fraction * unit, data[at + 16 : at + 16 + size].hex()))
        at += 16 + size
    return link, packets


def replay_capture(folder, *options):
    """Run director-replay on the rules and the capture of a folder."""
    (folder / "rules").write_text(RULES)
    command = [str(PROGRAM), f"--rules={folder}/rules", f"--pcap-in={folder}/in.pcap"]
    command += [f"--pcap-out={folder}/out.pcap", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("link, front", [(12, ""), (101, ""), (228, ""), (1, "00" * 12 + "0800")])
@pytest.mark.parametrize("magic, order", [(0xA1B2C3D4, "<"), (0xA1B2C3D4, ">"), (0xA1B23C4D, ">")])
def test_captures(tmp_path, link, front, magic, order):
    """6."""
    start = 1700000000123456000
    syn = bytes.fromhex(front + SYN)
    stray = SYN.replace("5002ffff83bd", "5010ffff83ad").replace("1388", "138a")
    stray = bytes.fromhex(front + stray)
    make_capture(
        tmp_path / "in.pcap", link, [(start, syn), (start + 250000000, stray)], magic, order
    )
    done = replay_capture(tmp_path, "--address=10.0.0.10", "--mtu=1400")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    reset = "4500002800004000400626" + "6b0a0000640a0100010050138a00000000000000005004000087a10000"
    assert read_capture(tmp_path / "out.pcap") == (
        101,
        [(start, TUNNELLED), (start + 250000000, reset)],
    )


def test_odd_captures(tmp_path):
    """6."""
    start = 1700000000000000000
    syn = bytes.fromhex("00" * 12 + "0800" + SYN)
    arp = bytes.fromhex("ff" * 6 + "00" * 6 + "0806") + bytes(28)
    vlan = bytes.fromhex("00" * 12 + "8100" + "0001" + "0800" + SYN)
    make_capture(
        tmp_path / "in.pcap",
        1,
        [(start, syn), (start + 10**9, arp), (start, syn + bytes(6)), (start + 10**9, vlan)],
    )
    with (tmp_path / "in.pcap").open("ab") as file:
        file.write(struct.pack("<IIII", start // 10**9 + 2, 0, 54, 54) + syn[:20])
    done = replay_capture(tmp_path)
    assert done.returncode == 0
    assert done.stderr.startswith(f"{tmp_path}/in.pcap: 4 packets, ")
    for said in ("1 ARP skipped", "1 VLAN skipped", "1 back in time", "cut off"):
        assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert [octets for _, octets in read_capture(tmp_path / "out.pcap")[1]] == [TUNNELLED] * 2


@pytest.mark.parametrize(
    "content, said",
    [
        (b"", "pcap"),
        (b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n", "not a pcap file"),
        (b"\x0a\x0d\x0d\x0a" + bytes(60), "pcapng"),
        (struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 105), "link type 105"),
    ],
)
def test_bad_captures(tmp_path, content, said):
    """7."""
    (tmp_path / "in.pcap").write_bytes(content)
    done = replay_capture(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr and "expected" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "options",
    [
        ["--pcap-in=x"],
        ["--pcap-in=x", "--pcap-out=y"],
        ["--pcap-in=/nonexistent", "--pcap-out=/nonexistent/y", "--rules=/dev/null"],
        ["--mtu=67"],
        ["--address=here"],
        ["--frobnicate"],
        ["a", "b"],
    ],
)
def test_bad_command_lines(options):
    """7."""
    done = subprocess.run(
        [str(PROGRAM), *options], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "expected" in done.stderr
    assert done.stderr.count("\n") == 1
