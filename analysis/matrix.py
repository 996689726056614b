# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""A matrix of runs, as a TOML file in matrices/ describes it.

    runs = 30                     # repetitions: --run=1 to --run=30
    [options]                     # the same for all
    duration = "30s"
    [vary]                        # all combinations of these
    scheduler = ["wrr", "mh"]
    [[cases]]                     # options that go together; a case for each combination
    name = "director in Denver"
    director = "Denver"
    [[figures]]                   # what plot_matrix.py draws of it
    kind = "availability"
    file = "availability.png"
"""

import dataclasses
import itertools
import json
import pathlib
import re

import pandas as pd

from common import BadInput, read_json, tomllib

KEYS = {"title", "runs", "options", "vary", "cases", "figures"}


@dataclasses.dataclass(frozen=True)
class Cell:
    """A combination of options; all its runs differ in nothing but the random numbers."""

    labels: tuple  # (what varies, its value), in the order of the file
    options: tuple  # (option, value) of the program

    @property
    def folder(self):
        """Where its runs are, below the matrix's results."""
        parts = [safe(value) if key == "case" else f"{key}={safe(value)}" for key, value in self.labels]
        return "/".join(parts) or "all"


@dataclasses.dataclass(frozen=True)
class Run:
    """One run of the program."""

    cell: Cell
    number: int

    @property
    def folder(self):
        """Where its files are, below the matrix's results."""
        return f"{self.cell.folder}/run-{self.number}"

    @property
    def arguments(self):
        """Its options on the command line."""
        words = [f"--{key}={text(value)}" for key, value in self.cell.options]
        return words + [f"--run={self.number}"]


def text(value):
    """A value of TOML as the command line takes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def safe(value):
    """A value as a part of a file's name."""
    name = text(value)
    if re.fullmatch(r"[\w./-]+\.(graphml|gml|csv)", name):
        name = pathlib.Path(name).stem
    return re.sub(r"[^A-Za-z0-9.@+_-]+", "_", name) or "none"


class Matrix:
    """The runs and figures of a TOML file."""

    def __init__(self, path, runs=None):
        self.path = pathlib.Path(path)
        try:
            self.description = tomllib.loads(self.path.read_text(encoding="utf-8"))
        except OSError as error:
            raise BadInput(f"{path}:1: {error.strerror}, expected a matrix in TOML") from error
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            raise BadInput(f"{path}:{line[1] if line else 1}: {error}, expected TOML") from error
        for key in self.description.keys() - KEYS:
            raise BadInput(f"{path}:1: unknown key '{key}', expected {', '.join(sorted(KEYS))}")
        self.name = self.path.stem
        self.figures = self.description.get("figures", [])
        count = runs or self.description.get("runs", 1)
        if not isinstance(count, int) or count < 1:
            raise BadInput(f"{path}:1: runs = {count}, expected a whole number above 0")
        self.cells = list(self._make_cells())
        folders = [cell.folder for cell in self.cells]
        if len(set(folders)) < len(folders):
            raise BadInput(f"{path}:1: two cells of one name, expected values that differ")
        self.runs = [Run(cell, n) for cell in self.cells for n in range(1, count + 1)]

    def _make_cells(self):
        shared = self.description.get("options", {})
        vary = self.description.get("vary", {})
        cases = self.description.get("cases", [{}])
        for key, values in vary.items():
            if not isinstance(values, list) or not values:
                raise BadInput(f"{self.path}:1: vary.{key}, expected a list of values")
        for case in cases:
            name = [("case", case["name"])] if "name" in case else []
            for values in itertools.product(*vary.values()):
                varied = dict(zip(vary, values))
                options = {**shared, **varied, **{k: v for k, v in case.items() if k != "name"}}
                yield Cell(tuple(name + list(varied.items())), tuple(options.items()))

    def read_runs(self, results):
        """A row a run: what varies, the folder, and its summary with dots in the names."""
        rows = []
        for run in self.runs:
            folder = pathlib.Path(results) / run.folder
            summary = flatten(read_json(folder, "summary.json"))
            rows.append({**dict(run.cell.labels), "run": run.number, "folder": folder, **summary})
        return pd.DataFrame(rows)


def flatten(tree, prefix=""):
    """{"a": {"b": 1}} as {"a.b": 1}; lists are left out."""
    flat = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            flat.update(flatten(value, f"{prefix}{key}."))
        elif not isinstance(value, list):
            flat[prefix + key] = value
    return flat


def same(path, content):
    """Whether a file holds just this as JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8")) == content
    except (OSError, ValueError):
        return False
