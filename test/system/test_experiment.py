# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""What the experiments show, in small: the figures of doc/experiments.rst are made in the same way.

 1. no connection to a surviving site breaks when another site fails, with every scheduler, and on
    a network of 700 nodes;
 2. the time to detect and to recover is what health check, routing convergence, VRRP and hold time
    predict;
 3. a director crashes: with complete synchronisation all established connections survive; with
    Linux's rules just those are lost that the rules leave out, counted from a capture; without,
    all;
 4. the same seed gives the same files, with every workload;
 5. every connection is in one category, and none is unexplained, whatever fails;
 6. what cannot be used is told in one line, and the status is 2;
 7. the map and the figures of a matrix are drawn.
"""

import csv
import json
import sys
from collections import Counter

import pytest
from programs import BUILD, ROOT, run

PROGRAM = BUILD / "bin" / "global-failover"
SCHEDULERS = "rr wrr lc wlc sed nq fo ovf twos lblc lblcr dh sh mh".split()


def experiment(results, *options):
    """Run global-failover; return its connections, events and summary. All must be explained."""
    done = run(PROGRAM, f"--results={results}", *options)
    assert done.returncode == 0, done.stderr
    tables = []
    for name in ("connections.csv", "events.csv"):
        with open(results / name, encoding="utf-8", newline="") as file:
            tables.append(list(csv.DictReader(file)))
    summary = json.loads((results / "summary.json").read_text(encoding="utf-8"))
    assert summary["categories"] == Counter(row["category"] for row in tables[0])
    assert summary["started"] == len(tables[0]) > 0
    assert summary["unexplained"] == summary["open"] == 0
    return (*tables, summary)


LIGHT = ["--workload=light", "--health-interval=500ms", "--health-timeout=300ms", "--duration=9"]


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_survivors(tmp_path, scheduler):
    rows, _, summary = experiment(tmp_path, *LIGHT, f"--scheduler={scheduler}", "--rate=150")
    assert summary["broken_on_surviving_sites"] == 0
    broken = {(row["assigned_site"], row["category"]) for row in rows if row["category"] != "served"}
    if scheduler == "ovf":
        # It refuses what is above the weights of all servers together, failure or not.
        broken.discard(("", "no-server"))
    assert {site for site, _ in broken} <= {"New York"}
    # fo and ovf fill one server after the other, and sh, dh and mh may have no client for a site.
    if scheduler in ("rr", "wrr"):
        assert summary["categories"]["site-failure"] > 20


def test_survivors_of_700_nodes(tmp_path):
    rows, _, summary = experiment(
        tmp_path, *LIGHT, "--topology=gabriel:700", "--sites=central:3", "--rate=300"
    )
    assert len({row["client_city"] for row in rows}) > 500
    assert summary["broken_on_surviving_sites"] == 0
    assert summary["categories"]["site-failure"] > 20


def test_time_to_recover(tmp_path):
    sys.path.insert(0, str(ROOT / "analysis"))
    predict = pytest.importorskip("predict")
    short = ["--workload=light", "--timeout=900ms", "--duration=12", "--rate=200"]
    cases = {
        "site": ["--fail=New York@3s-9s", "--health-interval=1s", "--health-timeout=500ms"],
        "pair": ["--director=Denver,Denver", "--fail=director-crash:Denver-director-1@7s-60s"],
        "anycast": [
            "--director=Denver,Atlanta",
            "--fail=director-crash:Denver-director-1@4s-11s",
            "--hold=2s",
        ],
        "link": ["--fail=link-cut:Denver|Kansas City@4s-10s", "--convergence=1500ms"],
    }
    for name, options in cases.items():
        for number in (1, 2):
            folder = tmp_path / f"{name}-{number}"
            _, _, summary = experiment(folder, *short, *options, f"--run={number}")
            detect, recover = predict.predict(folder)
            assert recover[0] <= summary["recover_s"] <= recover[1], (name, recover)
            if name == "site":
                assert detect[0] <= summary["detect_s"] <= detect[1]


def packets(capture):
    """Time and IPv4 packet of each frame of a capture of Ethernet or PPP (pcap, RFC 1331)."""
    data = capture.read_bytes()
    link = {1: 14, 9: 2}[int.from_bytes(data[20:24], "little")]
    at = 24
    while at < len(data):
        second, part, length, _ = (int.from_bytes(data[at + i : at + i + 4], "little") for i in (0, 4, 8, 12))
        frame = data[at + 16 : at + 16 + length]
        at += 16 + length
        if link == 2 or frame[12:14] == b"\x08\x00":
            yield second + part / 1e6, frame[link:]


def watch_director(capture, crash):
    """From a director's capture: times of each client's packets, and which clients it told of."""
    came, told = {}, set()
    for time, packet in packets(capture):
        if time >= crash:
            break
        header = 4 * (packet[0] & 15)
        payload = packet[header:]
        if packet[9] == 6 and packet[16:20] == bytes([198, 51, 100, 1]):
            came.setdefault((packet[12:16], payload[:2]), []).append(time)
        elif packet[9] == 17 and payload[2:4] == (8848).to_bytes(2, "big"):
            # ip_vs_sync.c: 8 octets (fifth: number of entries), then entries of 36
            message = payload[8:]
            for number in range(message[4]):
                entry = message[8 + 36 * number : 44 + 36 * number]
                told.add((entry[24:28], entry[10:12]))
    return came, told


@pytest.mark.parametrize("sync", ["none", "ipvs", "complete"])
def test_director_crash(tmp_path, sync):
    crash = 8
    rows, _, summary = experiment(
        tmp_path,
        "--workload=long",
        "--rate=40",
        "--duration=9",
        "--timeout=30s",  # TCP waits longer from try to try while nobody answers
        "--response-size=500",
        "--director=Denver,Denver",
        f"--fail=director-crash:Denver-director-1@{crash}s-200s",
        f"--sync={sync}",
        "--pcap",
    )
    came, told = watch_director(tmp_path / "director.pcap", crash)
    assert len(came) > 100

    def key(row):
        address = bytes(int(part) for part in row["client_address"].split("."))
        return address, int(row["client_port"]).to_bytes(2, "big")

    lost = {key(row) for row in rows if row["category"] == "state-lost"}
    assert all(row["category"] in ("served", "state-lost", "director-down") for row in rows)
    established = {name for name, times in came.items() if len(times) >= 2}
    if sync == "none":
        assert lost == set(came)
    elif sync == "complete":
        assert not lost & established
        assert len(lost) <= 3
    else:
        assert lost == set(came) - told
        assert 0 < len(lost) < len(came) / 2
        for name, times in came.items():
            # The third packet tells, at the latest when the message is sent, 2 s later.
            assert name not in told or len(times) >= 3
            assert name in told or len(times) < 3 or times[2] > crash - 2.1
    assert summary["categories"].get("state-lost", 0) == len(lost)


@pytest.mark.parametrize("workload", ["light", "udp", "session", "mix"])
def test_same_seed_same_files(tmp_path, workload):
    health = ["--health-method=udp"] if workload == "udp" else []
    options = [f"--workload={workload}", "--duration=6", "--rate=40", *health]
    for folder in "ab":
        experiment(tmp_path / folder, *options, "--run=3")
    for name in ("connections", "sites", "events", "cities", "links"):
        first, second = ((tmp_path / f / f"{name}.csv").read_bytes() for f in "ab")
        assert first == second
    for name in ("summary.json", "manifest.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_whatever_fails_is_explained(tmp_path):
    failures = tmp_path / "failures.csv"
    failures.write_text(
        "begin_s,end_s,kind,target,value,period_s,duty\n"
        "2,4,link-cut,Denver|Kansas City,,,\n"
        "3,6,black-hole,Houston-server-1,,,\n"
        "5,7,loss,Seattle-server-1,0.3,,\n"
        "6,8,site-power,New York,,,\n"
        "9,,drain,Seattle,,,\n"
    )
    rows, events, summary = experiment(
        tmp_path / "csv", f"--fail=file:{failures}", "--duration=12", "--rate=80", "--convergence=400ms"
    )
    assert [event["event"] for event in events if event["event"].endswith("begins")] == [
        f"{kind} begins" for kind in ("link-cut", "black-hole", "loss", "site-power", "drain")
    ]
    assert summary["categories"]["black-hole"] > 0
    assert summary["categories"]["site-failure"] > 0
    assert len(summary["failures"]) == 5
    late = [row for row in rows if float(row["start_s"]) > 9.5]
    assert late and all(row["assigned_site"] != "Seattle" for row in late)

    _, events, _ = experiment(
        tmp_path / "random",
        "--fail=random:site-power:mtbf=4s,mttr=1s",
        "--duration=12",
        "--rate=80",
        "--run=2",
    )
    assert any(event["event"] == "site-power begins" for event in events)


def test_trace(tmp_path):
    trace = tmp_path / "trace.csv"
    trace.write_text("start_s,client,bytes\n0.5,Denver,1000\n0.25,Seattle-client-1,0\n2,Denver,5000\n")
    rows, _, _ = experiment(tmp_path / "run", f"--workload=trace:{trace}", "--fail=none", "--duration=3")
    assert [(row["start_s"], row["client_city"], row["response_bytes"]) for row in rows] == [
        ("0.250000", "Seattle", "8000"),
        ("0.500000", "Denver", "1000"),
        ("2.000000", "Denver", "5000"),
    ]


@pytest.mark.parametrize(
    "option, line",
    [
        ("--sites=central:0", "--sites=central:0: "),
        ("--topology=circle:5", "circle:5:1: cannot be read "),
        ("--director=Denver,Denver,Seattle", "--director=Denver,Denver,Seattle: a city named twice "),
        ("--sync=some", "--sync=some: expected one of: none, ipvs, complete"),
        ("--workload=torrent", "--workload=torrent: expected one of: request, session, "),
        ("--workload=trace:no.csv", "no.csv:1: "),
        ("--convergence=soon", "--convergence=soon: 'soon', expected a time such as "),
        ("--convergence=ns3::Node", "--convergence=ns3::Node: no random variable, expected "),
        (
            "--convergence=ns3::UniformRandomVariable[Most=1]",
            "--convergence=ns3::UniformRandomVariable[Most=1]: 'Most=1', expected ",
        ),
        ("--health-method=smoke", "--health-method=smoke: expected one of: icmp, "),
        ("--fail=file:no.csv", "no.csv:1: "),
    ],
)
def test_bad_input_is_told_in_one_line(tmp_path, option, line):
    done = run(PROGRAM, option, f"--results={tmp_path}")
    assert done.returncode == 2
    assert done.stderr.startswith(line)
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


MATRIX = """
runs = 2
[options]
workload = "light"
duration = "6s"
rate = 50
health-interval = "500ms"
health-timeout = "300ms"
[vary]
scheduler = ["wrr", "mh"]
"""


def test_figures(tmp_path):
    pytest.importorskip("matplotlib")
    pytest.importorskip("tqdm")
    kinds = ["availability", "recovery", "causes"]
    matrix = tmp_path / "small.toml"
    matrix.write_text(
        MATRIX + "".join(f'[[figures]]\nkind = "{kind}"\nfile = "{kind}.png"\n' for kind in kinds)
    )
    for program in ("run_matrix.py", "plot_matrix.py"):
        done = run(sys.executable, f"analysis/{program}", matrix, f"--results={tmp_path}",
                   *([f"--program={PROGRAM}"] if program == "run_matrix.py" else []))
        assert done.returncode == 0, done.stderr
    done = run(sys.executable, "analysis/plot_map.py", tmp_path / "small/scheduler=wrr/run-1")
    assert done.returncode == 0, done.stderr
    pictures = [tmp_path / "small" / f"{kind}.png" for kind in kinds]
    for picture in [*pictures, tmp_path / "small/scheduler=wrr/run-1/map.png"]:
        data = picture.read_bytes()
        assert data.startswith(b"\x89PNG")
        assert len(data) > 10000
    first = pictures[0].read_bytes()
    assert run(sys.executable, "analysis/plot_matrix.py", matrix, f"--results={tmp_path}").returncode == 0
    assert pictures[0].read_bytes() == first
