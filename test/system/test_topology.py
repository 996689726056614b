# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""topology-report against networkx, and what it says to those who ask for the impossible.

 1. nodes, links, components, articulation points, bridges, biconnected components, diameter and cuts
    of all topologies of this tree are those of networkx;
 2. so are those of random graphs with parallel edges, self-loops, isolated nodes and several parts,
    in GraphML, GML and CSV;
 3. the text shows cuts, stretch and failures; the same command gives the same output;
 4. what cannot be used is told in one line, and the status is 2.
"""

import json
import math
import random
import subprocess

import pytest
from programs import BUILD, ROOT

nx = pytest.importorskip("networkx")

PROGRAM = BUILD / "bin" / "topology-report"
TOPOLOGIES = sorted((ROOT / "examples" / "topologies").glob("*.graphml"))
KEYS = "nodes links components diameter_ms articulation_points bridges biconnected_components cuts"


def run(*options):
    return subprocess.run(
        [str(word) for word in (PROGRAM, *options)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def report(*options):
    """The object that the program prints."""
    done = run(*options, "--json")
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert list(answers) == KEYS.split()
    return answers


def fibre_delay(a, b):
    """Milliseconds of light in fibre between two nodes with positions."""
    f1, f2 = math.radians(a["Latitude"]), math.radians(b["Latitude"])
    l1, l2 = math.radians(a["Longitude"]), math.radians(b["Longitude"])
    h = math.sin((f2 - f1) / 2) ** 2
    h += math.cos(f1) * math.cos(f2) * math.sin((l2 - l1) / 2) ** 2
    return 2 * 6371008.8 * math.asin(math.sqrt(h)) / (299792458 * 2 / 3) * 1000


def expect_equal(answers, graph, sites=()):
    """Compare with networkx; the nodes of the graph are names, its edges have a delay in ms."""
    graph = nx.MultiGraph(graph)
    graph.remove_edges_from(list(nx.selfloop_edges(graph, keys=True)))
    assert answers["nodes"] == len(graph)
    assert answers["links"] == graph.number_of_edges()
    assert answers["components"] == nx.number_connected_components(graph)
    assert answers["articulation_points"] == sorted(nx.articulation_points(graph))
    assert answers["bridges"] == sorted(sorted(ends) for ends in nx.bridges(graph))
    assert answers["biconnected_components"] == sorted(
        sorted(names) for names in nx.biconnected_components(graph)
    )
    farthest = max(
        max(lengths.values()) for _, lengths in nx.all_pairs_dijkstra_path_length(graph, weight="delay")
    )
    assert answers["diameter_ms"] == pytest.approx(farthest, abs=1e-4)
    assert [cut["site"] for cut in answers["cuts"]] == list(sites)
    # networkx wants a simple graph here: parallel edges become a capacity.
    simple = nx.Graph()
    simple.add_nodes_from(graph)
    for a, b in graph.edges():
        before = simple[a][b]["capacity"] if simple.has_edge(a, b) else 0
        simple.add_edge(a, b, capacity=before + 1)
    for cut in answers["cuts"]:
        flows = {
            name: nx.maximum_flow_value(simple, name, cut["site"])
            for name in graph
            if name != cut["site"]
        }
        assert cut["clients"] == flows
        assert cut["value"] == min(flows.values(), default=0) == len(cut["links"])
        rest = nx.MultiGraph(graph)
        for a, b in cut["links"]:
            rest.remove_edge(a, b)
        assert len(graph) == 1 or not nx.has_path(rest, cut["client"], cut["site"])


@pytest.mark.parametrize("path", TOPOLOGIES, ids=lambda path: path.stem)
def test_topologies_of_this_tree(path):
    graph = nx.read_graphml(path, force_multigraph=True)
    for a, b, edge in graph.edges(data=True):
        edge["delay"] = fibre_delay(graph.nodes[a], graph.nodes[b])
    graph = nx.relabel_nodes(graph, nx.get_node_attributes(graph, "label"))
    sites = sorted(graph)[:2]
    expect_equal(report(path, "--sites=" + ",".join(sites)), graph, sites)
    assert report(path)["cuts"] == []


def test_geant_is_a_backbone():
    answers = report(ROOT / "examples" / "topologies" / "geant.graphml")
    assert 38 <= answers["nodes"] <= 45
    assert answers["components"] == 1
    assert len(answers["bridges"]) < 5


def random_graph(seed):
    """Some nodes and edges: with few edges many parts, with many parallel ones and self-loops."""
    rng = random.Random(seed)
    graph = nx.MultiGraph()
    names = [f"n{i} & <{i}>" for i in range(rng.choice((1, 2, 5, 12, 25)))]
    graph.add_nodes_from(names)
    for _ in range(rng.randrange(2 * len(names) + 1)):
        a, b = rng.choice(names), rng.choice(names)
        graph.add_edge(a, b, delay=rng.randrange(5000) / 1000)
    return graph


def write_gml(graph, path):
    numbers = {name: number for number, name in enumerate(graph)}
    lines = ["graph ["]
    for name, number in numbers.items():
        lines.append(f'node [ id {number} label "{name.replace("&", "&amp;")}" ]')
    for a, b, edge in graph.edges(data=True):
        lines.append(f'edge [ source {numbers[a]} target {numbers[b]} delay "{edge["delay"]}ms" ]')
    path.write_text("\n".join(lines) + "\n]\n", encoding="ascii")


def write_graphml(graph, path):
    texts = nx.MultiGraph()
    texts.add_nodes_from(graph)
    for a, b, edge in graph.edges(data=True):
        texts.add_edge(a, b, delay=f"{edge['delay']}ms")
    nx.write_graphml(texts, path)


def write_csv(graph, path):
    nodes = path.with_name(path.name.replace("links", "nodes"))
    nodes.write_text("name\n" + "".join(f"{name}\n" for name in graph), encoding="ascii")
    rows = [f"{a},{b},{edge['delay']}\n" for a, b, edge in graph.edges(data=True)]
    path.write_text("from,to,delay_ms\n" + "".join(rows), encoding="ascii")


@pytest.mark.parametrize("seed", range(30))
def test_random_graphs(tmp_path, seed):
    graph = random_graph(seed)
    write, name = (
        (write_graphml, "g.graphml"),
        (write_gml, "g.gml"),
        (write_csv, "g-links.csv"),
    )[seed % 3]
    write(graph, tmp_path / name)
    site = list(graph)[-1]
    expect_equal(report(tmp_path / name, f"--sites={site}", f"--director={site}"), graph, [site])


def test_text():
    done = run("hub:4", "--sites=city-1,city-2", "--director=hub")
    assert done.returncode == 0, done.stderr
    words = " ".join(done.stdout.split())
    assert "nodes 5 links 4 components 1 diameter 20.0 ms" in words
    assert "articulation points 1: hub bridges 4: city-1 - hub, city-2 - hub" in words
    assert "city-1: 1 for hub (city-1 - hub); of all cities: 1 for 4" in words
    # From city-3 to the hub, on to a site and back: 10 + 10 + 20 ms, by twice 20 ms.
    assert "city-3 40.00 40.00 / 40.00 / 40.00 1.00 / 1.00 / 1.00" in words
    # The site's own city goes to the hub and back, and to the other site: 10 + 10 + 20 ms.
    assert "city-1 0.00 20.00 / 30.00 / 40.00 1.00 / 1.00 / 1.00" in words
    assert "Single failures that cut clients off from the director or from every site: 5" in words
    assert "node hub: 4 cities (city-1, city-2, city-3, city-4)" in words
    assert "link city-3 - hub: 1 city (city-3)" in words
    assert run("hub:4", "--sites=city-1,city-2", "--director=hub").stdout == done.stdout


def test_random_sites_depend_on_seed_and_run():
    def sites(*options):
        return [cut["site"] for cut in report("ring:30", "--sites=random:5", *options)["cuts"]]

    assert sites() == sites("--seed=1")
    assert len({tuple(sites(f"--run={number}")) for number in range(1, 6)}) > 1


def test_default_delay(tmp_path):
    path = tmp_path / "x.gml"
    path.write_text("graph [ node [ id 0 ] node [ id 1 ]\nedge [ source 0 target 1 ] ]")
    done = run(path, "--json")
    assert done.returncode == 2
    assert done.stderr.startswith(f"{path}:2: link '0' - '1' has no delay and node '0' no position")
    done = run(path, "--json", "--default-delay=7ms")
    assert json.loads(done.stdout)["diameter_ms"] == 7
    assert done.stderr.startswith(f"warning: {path}:2: link '0' - '1' has no delay")


@pytest.mark.parametrize(
    "options, message",
    [
        ((), "topology-report: 0 topologies, expected one; see --help"),
        (("ring:3", "ring:4"), "topology-report: 2 topologies, expected one; see --help"),
        (("ring:3", "--what"), "--what: unknown option, expected one of those --help lists"),
        (("ring:3", "--sites"), "--sites: no value, expected --sites=VALUE"),
        (("no/file",), "no/file:1: cannot be read or is empty, expected a file in GraphML, GML or "),
        (("ring:2",), "ring:2: '2', expected ring:N with a whole number from 3 to 16384"),
        (("ring:3", "--sites=x"), "--sites=x: unknown city 'x', expected one of: city-1, city-2, "),
        (("ring:3", "--sites=central:4"), "--sites=central:4: 'central:4', expected central:K with"),
        (("ring:3", "--director=random:2"), "--director=random:2: several cities, expected one"),
        (("ring:3", "--default-delay=2"), None),
        (("ring:3", "--default-delay=soon"), "--default-delay=soon: 'soon', expected a time such"),
        (("ring:3", "--default-delay=61min"), "--default-delay=61min: expected a time up to an hour"),
    ],
)
def test_what_cannot_be_used(options, message):
    done = run(*options)
    assert done.returncode == (2 if message else 0)
    assert done.stderr.count("\n") == (1 if message else 0)
    assert done.stderr.startswith(message or "")
    assert not message or done.stdout == ""
