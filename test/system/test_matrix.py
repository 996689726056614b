# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""The runner of matrices and its figures, with a program that takes no time.

 1. all combinations are run once, each with each run number, several at a time;
 2. what is done is not run again; what is missing, incomplete, of other options or of another
    program is;
 3. a run that fails is told in one line, leaves no results, and does not stop the others;
 4. after an interruption nothing looks done that is not, and the same command goes on;
 5. a matrix that cannot be used is told in one line, and the status is 2;
 6. intervals hold the true mean as often as they say.
"""

import csv
import json
import signal
import subprocess
import sys
import time

import pytest
from programs import ROOT

np = pytest.importorskip("numpy")
pytest.importorskip("pandas")
pytest.importorskip("tqdm")

sys.path.insert(0, str(ROOT / "analysis"))

import common  # noqa: E402

PROGRAM = """#!{python}
import json, pathlib, sys, time
options = dict(word[2:].split("=", 1) for word in sys.argv[1:])
folder = pathlib.Path(options.pop("results"))
with open({log!r}, "a") as file:
    print(json.dumps(options, sort_keys=True), file=file)
time.sleep(float(options.get("sleep", 0)))
if options.get("scheduler") == "bad" and options["run"] == "2":
    sys.exit("--scheduler=bad: unknown")
(folder / "summary.json").write_text(json.dumps({{"started": 7, "x": {{"y": int(options["run"])}}}}))
(folder / "manifest.json").write_text(json.dumps({{"complete": True}}))
# {version}
"""

MATRIX = """
runs = 2
[options]
duration = "5s"
[vary]
scheduler = ["rr", "mh"]
[[cases]]
name = "one"
fail = "none"
[[cases]]
name = "another, with a comma"
fail = "Seattle@1s-2s"
[[figures]]
kind = "table"
file = "table"
by = "scheduler"
columns = ["started", "x.y"]
"""


class Place:
    """A matrix, a program that notes its runs, and their results."""

    def __init__(self, folder):
        self.matrix = folder / "small.toml"
        self.matrix.write_text(MATRIX)
        self.program = folder / "program"
        self.log = folder / "log"
        self.results = folder / "results"
        self.write_program("1")

    def write_program(self, version):
        text = PROGRAM.format(python=sys.executable, log=str(self.log), version=version)
        self.program.write_text(text)
        self.program.chmod(0o755)

    def command(self, *options):
        return [
            sys.executable,
            str(ROOT / "analysis" / "run_matrix.py"),
            str(self.matrix),
            f"--results={self.results}",
            f"--program={self.program}",
            *options,
        ]

    def run(self, *options):
        """Run the matrix; return what ended and which runs the program saw."""
        self.log.write_text("")
        done = subprocess.run(
            self.command(*options), capture_output=True, text=True, timeout=120, check=False
        )
        return done, [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def test_all_combinations_once(place):
    done, runs = place.run()
    assert done.returncode == 0, done.stderr
    expected = [
        {"duration": "5s", "scheduler": scheduler, "fail": fail, "run": run}
        for scheduler in ("rr", "mh")
        for fail in ("none", "Seattle@1s-2s")
        for run in ("1", "2")
    ]
    order = lambda run: json.dumps(run, sort_keys=True)  # noqa: E731
    assert sorted(runs, key=order) == sorted(expected, key=order)
    with open(place.results / "small" / "runs.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 8
    assert {(row["case"], row["scheduler"], row["run"]) for row in rows} == {
        (case, scheduler, run)
        for case in ("one", "another, with a comma")
        for scheduler in ("rr", "mh")
        for run in "12"
    }
    assert all(row["x.y"] == row["run"] for row in rows)


def test_only_what_is_to_be_done(place):
    place.run()
    done, runs = place.run()
    assert done.returncode == 0
    assert runs == []
    # incomplete
    (place.results / "small/one/scheduler=mh/run-1/manifest.json").write_text('{"complete": false}')
    # gone
    (place.results / "small/one/scheduler=rr/run-2/run.json").unlink()
    _, runs = place.run()
    assert sorted((run["scheduler"], run["run"]) for run in runs) == [("mh", "1"), ("rr", "2")]
    # one more repetition
    _, runs = place.run("--runs=3")
    assert [run["run"] for run in runs] == ["3"] * 4
    # another option of one case
    place.matrix.write_text(MATRIX.replace("Seattle@1s-2s", "Seattle@1s-3s"))
    _, runs = place.run()
    assert [run["fail"] for run in runs] == ["Seattle@1s-3s"] * 4
    # another program
    place.write_program("2")
    _, runs = place.run()
    assert len(runs) == 8


def test_failing_run(place):
    place.matrix.write_text(MATRIX.replace('"mh"', '"bad"'))
    done, runs = place.run()
    assert done.returncode == 1
    assert len(runs) == 8
    lines = [line for line in done.stderr.splitlines() if "unknown" in line]
    assert lines and all("status 1: --scheduler=bad: unknown" in line for line in lines)
    assert not (place.results / "small/one/scheduler=bad/run-2").exists()
    assert (place.results / "small/one/scheduler=bad/run-1").exists()
    _, runs = place.run()
    assert [(run["scheduler"], run["run"]) for run in runs] == [("bad", "2")] * 2


def test_interruption(place):
    place.matrix.write_text(MATRIX.replace('"5s"', '"5s"\nsleep = "0.4"'))
    place.log.write_text("")
    child = subprocess.Popen(place.command("--jobs=2"), stderr=subprocess.PIPE, text=True)
    while len(place.log.read_text().splitlines()) < 4:
        time.sleep(0.02)
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=30)
    assert child.returncode == 130, errors
    assert "goes on from here" in errors
    finished = len(list(place.results.glob("small/*/*/run-*/run.json")))
    assert 2 <= finished < 8
    done, runs = place.run()
    assert done.returncode == 0, done.stderr
    assert len(runs) == 8 - finished
    assert not list(place.results.glob("small/*/*/*.part"))


def test_table(place):
    place.run()
    done = subprocess.run(
        [
            sys.executable,
            str(ROOT / "analysis" / "plot_matrix.py"),
            str(place.matrix),
            f"--results={place.results}",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    text = (place.results / "small" / "table.md").read_text().splitlines()
    assert [cell.strip() for cell in text[0].split("|")[1:-1]] == ["scheduler", "runs", "started", "x.y"]
    assert [cell.strip() for cell in text[2].split("|")[1:4]] == ["rr", "4", "7"]
    assert text[2].split("|")[4].strip().startswith("1.5 (1")
    with open(place.results / "small" / "table.csv", newline="") as file:
        assert [float(row["x.y"]) for row in csv.DictReader(file)] == [1.5, 1.5]


@pytest.mark.parametrize(
    "text, line",
    [
        ("runs = ", ":1: "),
        ("runs = 0", ":1: runs = 0, expected a whole number above 0"),
        ("colour = 1", ":1: unknown key 'colour', expected cases, "),
        ("[vary]\nscheduler = 'rr'", ":1: vary.scheduler, expected a list of values"),
        ("[[cases]]\nfail = 'none'\n[[cases]]\nfail = 'x'", ":1: two cells of one name, "),
    ],
)
def test_bad_matrix(place, text, line):
    place.matrix.write_text(text)
    done, runs = place.run()
    assert done.returncode == 2
    assert done.stderr.startswith(f"{place.matrix}{line}")
    assert done.stderr.count("\n") == 1
    assert runs == []


def test_intervals_hold_the_mean():
    random = np.random.default_rng(7)
    samples = random.exponential(3.0, (400, 30))
    low, mean, high = common.interval(samples.T)
    assert np.allclose(mean, samples.mean(axis=1))
    held = np.mean((low <= 3.0) & (3.0 <= high))
    # 95 % nominally; the percentile bootstrap of 30 skewed values is known to hold a little less.
    assert 0.88 < held < 0.98
    assert common.seconds("500ms") == 0.5
    assert common.seconds("2min") == 120
