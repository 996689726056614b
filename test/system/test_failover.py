# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""The main experiment as its users meet it.

 1. every connection is a row with one outcome and one category, and rows, table and sites add up;
    no connection to a surviving site is broken, with several schedulers and sites;
 2. the same seed gives the same files, another run other ones;
 3. what cannot be used is told in one line, and the status is 2;
 4. captures: IPIP with TCP inside leaves the director, replies from the VIP do not pass it;
 5. Python gives the same numbers as C++;
 6. shortest paths are those of networkx;
 7. the picture is drawn.
"""

import csv
import json
import shutil
import sys
from collections import Counter

import pytest
from programs import BUILD, ROOT, run

PROGRAM = BUILD / "bin" / "global-failover"
TWO_SITES = ROOT / "examples" / "topologies" / "two-site.graphml"
ABILENE = ROOT / "examples" / "topologies" / "abilene.graphml"
needs_python = pytest.mark.skipif(
    not list(BUILD.glob("lib/libns3.44-*.so")), reason="only the wheel's ns-3 has Python bindings"
)


def failover(results, *options):
    """Run global-failover and read its table of connections."""
    done = run(PROGRAM, f"--results={results}", *options)
    assert done.returncode == 0, done.stderr
    with open(results / "connections.csv", encoding="utf-8", newline="") as file:
        return done.stdout, list(csv.DictReader(file))


@pytest.mark.parametrize(
    "scheduler, site", [("wrr", "Seattle"), ("wlc", "Houston"), ("sh", "New York"), ("mh", "Houston")]
)
def test_surviving_sites_do_not_notice(tmp_path, scheduler, site):
    output, rows = failover(
        tmp_path, f"--scheduler={scheduler}", f"--fail={site}@5s-10s", "--duration=20", "--rate=60"
    )
    assert "connections to surviving sites broken: 0\n" in output
    outcomes = Counter(row["outcome"] for row in rows)
    assert len(rows) > 1000
    assert outcomes["served"] > 900
    for row in rows:
        if row["outcome"] == "served":
            assert row["answered_by"] == row["assigned_server"]
            assert int(row["response_bytes"]) == 8000
        else:
            assert row["assigned_site"] == site
            assert row["category"] == "site-failure"
    lines = [line for line in output.splitlines() if line.startswith("  ")]
    table = {line[:30].strip(): line.split()[-1] for line in lines}
    assert int(table["connections"]) == len(rows)
    assert int(table["served"]) == outcomes["served"]
    with open(tmp_path / "sites.csv", encoding="utf-8", newline="") as file:
        load = list(csv.DictReader(file))
    given = sum(int(row["new_connections_per_s"]) for row in load)
    # Those given in the very last moments are after the last whole second.
    assert abs(given - sum(1 for row in rows if row["assigned_site"])) <= 5
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["started"] == len(rows)
    assert summary["categories"] == Counter(row["category"] for row in rows)
    assert summary["unexplained"] == 0
    assert f"connections begun: {len(rows)} = {outcomes['served']} served" in output


def test_without_failure_all_are_served(tmp_path):
    _, rows = failover(tmp_path, "--fail=none", "--duration=5", "--rate=60")
    assert {row["outcome"] for row in rows} == {"served"}
    assert len({row["client_city"] for row in rows}) == 11


def test_same_seed_same_files(tmp_path):
    options = ["--duration=6", "--rate=60"]
    failover(tmp_path / "a", *options)
    failover(tmp_path / "b", *options)
    failover(tmp_path / "c", *options, "--run=2")
    for name in ("connections.csv", "sites.csv", "events.csv", "summary.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert (tmp_path / "a" / "connections.csv").read_bytes() != (
        tmp_path / "c" / "connections.csv"
    ).read_bytes()
    manifests = [json.loads((tmp_path / run / "manifest.json").read_text()) for run in "ab"]
    assert manifests[0] == manifests[1]
    assert manifests[0]["complete"] is True
    assert manifests[0]["attributes"]["Kansas City-director-1 health-check"]["Retries"] == "3"


@pytest.mark.parametrize(
    "option, line",
    [
        ("--fail=Paris@1s-2s", "--fail=Paris@1s-2s: no site 'Paris', expected one of: New York, "),
        ("--fail=Seattle@soon", "--fail=Seattle@soon: 'Seattle@soon', expected [KIND:]TARGET@FROM-TO"),
        ("--fail=Seattle@9s-8s", "--fail=Seattle@9s-8s: 'Seattle@9s-8s' ends before it begins, "),
        ("--director=Paris", "--director=Paris: unknown city 'Paris', expected one of: New York, "),
        ("--sites=Denver,Paris", "--sites=Denver,Paris: unknown city 'Paris', expected one of: "),
        ("--scheduler=best", "--scheduler=best: unknown scheduler 'best', expected one of "),
        ("--rate=-1", "--rate=-1: expected a number from "),
        ("--duration=soon", "--duration=soon: 'soon', expected a time such as "),
        ("--topology=no.graphml", "no.graphml:1: cannot be read or is empty, expected "),
        ("--rules=no.rules", "no.rules:1: "),
        ("--results=/proc/none", "--results=/proc/none: cannot write manifest.json, expected "),
        ("--colour=red", "--colour=red: unknown option, expected "),
    ],
)
def test_bad_input_is_told_in_one_line(tmp_path, option, line):
    options = [option] if "results" in option else [option, f"--results={tmp_path}"]
    done = run(PROGRAM, *options)
    assert done.returncode == 2
    assert done.stderr.startswith(line)
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_rules_file(tmp_path):
    rules = tmp_path / "ipvsadm.rules"
    rules.write_text(
        "-A -t 203.0.113.5:8080 -s rr\n"
        "-a -t 203.0.113.5:8080 -r 10.0.12.6:8080 -i -w 1\n"
        "-a -t 203.0.113.5:8080 -r 10.0.0.6:8080 -i -w 1\n"
    )
    _, rows = failover(tmp_path, f"--rules={rules}", "--fail=none", "--duration=4", "--rate=60")
    servers = Counter(row["answered_by"] for row in rows)
    assert set(servers) == {"Seattle-server-1", "New York-server-1"}
    assert abs(servers["Seattle-server-1"] - servers["New York-server-1"]) <= 1

    rules.write_text(rules.read_text().replace("10.0.0.6", "10.77.0.6"))
    done = run(PROGRAM, f"--rules={rules}", f"--results={tmp_path}")
    assert done.returncode == 2
    assert done.stderr.startswith(f"{rules}:3: no real server 10.77.0.6 in this world, expected ")


@pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not installed")
def test_captures(tmp_path):
    failover(tmp_path, "--pcap", "--fail=none", "--duration=3", "--rate=60")

    def count(capture, display_filter):
        done = run("tshark", "-r", tmp_path / capture, "-Y", display_filter)
        assert done.returncode == 0, done.stderr
        return done.stdout.count("\n")

    assert count("director.pcap", "ip.proto == 4 && tcp.dstport == 80") > 100
    assert count("director.pcap", "ip.src == 198.51.100.1 && tcp") == 0
    assert count("client.pcap", "ip.src == 198.51.100.1 && tcp.srcport == 80") > 50
    assert count("client.pcap", "ip.proto == 4 || ip.flags.mf == 1") == 0


@needs_python
def test_python_equals_cpp(tmp_path):
    done = run(sys.executable, "examples/global-failover.py", "--seed=5", "--scheduler=rr")
    assert done.returncode == 0, done.stderr
    python = dict(line.rsplit(None, 1) for line in done.stdout.splitlines() if line[-1].isdigit())
    _, rows = failover(
        tmp_path,
        f"--topology={TWO_SITES}",
        "--director=West",
        "--sites=West,East",
        "--servers-per-site=1",
        "--rate=20",
        "--duration=30",
        "--seed=5",
        "--scheduler=rr",
    )
    cpp = {f"  {category}": n for category, n in Counter(row["category"] for row in rows).items()}
    cpp["connections"] = len(rows)
    latencies = [float(row["latency_ms"]) for row in rows if row["category"] == "served"]
    assert float(python.pop("mean latency (ms)")) == pytest.approx(
        sum(latencies) / len(latencies), abs=0.001
    )
    assert {name: int(value) for name, value in python.items()} == cpp
    assert cpp["  site-failure"] > 0


@needs_python
def test_paths_equal_networkx():
    networkx = pytest.importorskip("networkx")
    program = f"""
from ns import ns
reader = ns.gipt.TopologyReader()
assert reader.Read({str(ABILENE)!r}), reader.GetError()
graph = reader.GetGraph()
names = [str(city.name) for city in graph.GetCities()]
for link in graph.GetLinks():
    print("link", link.__getattribute__("from"), link.to, link.delay.GetNanoSeconds(), sep=";")
for destination, name in enumerate(names):
    for source, path in enumerate(graph.GetPathsTo(destination)):
        print("path", names[source], name, path.delay.GetNanoSeconds(), names[path.next], sep=";")
"""
    done = run(sys.executable, "-c", program)
    assert done.returncode == 0, done.stderr
    lines = [line.split(";") for line in done.stdout.splitlines()]
    graph = networkx.read_graphml(ABILENE)
    label = networkx.get_node_attributes(graph, "label")
    links = {frozenset((a, b)): int(ns) for kind, a, b, ns, *_ in lines if kind == "link"}
    for a, b, edge in graph.edges(data=True):
        edge["delay"] = links[frozenset((a, b))]
    of_label = {name: node for node, name in label.items()}
    paths = [line[1:] for line in lines if line[0] == "path"]
    assert len(paths) == 11 * 11
    for source, destination, delay, following in paths:
        a, b = of_label[source], of_label[destination]
        assert int(delay) == networkx.dijkstra_path_length(graph, a, b, weight="delay")
        if a != b:
            assert following == label[networkx.dijkstra_path(graph, a, b, weight="delay")[1]]


def test_picture(tmp_path):
    pytest.importorskip("matplotlib")
    pytest.importorskip("pandas")
    failover(tmp_path, "--duration=9", "--rate=30")
    done = run(sys.executable, "analysis/plot_failover.py", tmp_path)
    assert done.returncode == 0, done.stderr
    picture = (tmp_path / "global-failover.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 20000
    done = run(sys.executable, "analysis/plot_failover.py", tmp_path / "nothing")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
