# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""What the programs of this folder share: reading results, intervals over runs, one style."""

import json
import math
import pathlib
import re

import numpy as np
import pandas as pd

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.9 and 3.10
    import tomli as tomllib

ROOT = pathlib.Path(__file__).resolve().parents[1]

# Okabe and Ito's colours, told apart by colour-blind readers too.
COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000"]
LINE_STYLES = ["-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 3)), (0, (3, 1))]
OUTAGE_COLOUR = "#BBBBBB"
FAILED_COLOUR = "#D55E00"

# Resamples of a bootstrap, and the seed that makes a figure the same each time.
RESAMPLES = 4000
BOOTSTRAP_SEED = 1


class BadInput(Exception):
    """Something that was given cannot be used: one line that says what was expected."""


def read_run(folder):
    """Read the files of one run: connections, sites, events, summary, manifest."""
    tables = []
    for name in ("connections.csv", "sites.csv", "events.csv"):
        tables.append(read_table(folder, name))
    return (*tables, read_json(folder, "summary.json"), read_json(folder, "manifest.json"))


def need(folder, name):
    """The path of a file that a run has written."""
    path = pathlib.Path(folder) / name
    if not path.is_file():
        raise BadInput(f"{path}:1: no such file, expected results of global-failover")
    return path


def read_table(folder, name):
    """Read one CSV file of a run."""
    return pd.read_csv(need(folder, name), keep_default_na=False)


def read_json(folder, name):
    """Read one JSON file of a run."""
    return json.loads(need(folder, name).read_text(encoding="utf-8"))


def seconds(text):
    """A time as the command line takes it, such as 3s, 500ms or 1min."""
    found = re.fullmatch(r"([0-9.]+)\s*(ms|s|min|)", str(text))
    if not found:
        raise BadInput(f"'{text}': not a time, expected one such as 20s, 500ms or 1min")
    return float(found[1]) * {"ms": 1e-3, "s": 1, "min": 60, "": 1}[found[2]]


def span(failure, duration):
    """From when to when a failure lasts, up to the end of what is drawn."""
    end = failure["to_s"]
    return failure["from_s"], duration if end is None else min(end, duration)


def interval(values, confidence=0.95):
    """Mean of independent runs and its confidence interval: low, mean, high.

    Percentile bootstrap over runs: the runs are what is drawn again, never the connections in
    them, which depend on each other.
    """
    values = np.asarray(values, dtype=float)
    if values.ndim == 1:
        values = values[:, np.newaxis]
    draw = np.random.default_rng(BOOTSTRAP_SEED).integers(0, len(values), (RESAMPLES, len(values)))
    means = np.stack([np.nanmean(column[draw], axis=1) for column in values.T], axis=1)
    tail = 100 * (1 - confidence) / 2
    low, high = np.percentile(means, [tail, 100 - tail], axis=0)
    return low, np.nanmean(values, axis=0), high


def cdf_band(count, confidence=0.95):
    """Half the height of the Dvoretzky-Kiefer-Wolfowitz band of a CDF of so many values."""
    return math.sqrt(math.log(2 / (1 - confidence)) / (2 * count))


def new_figure(rows=1, width=8, height=4, **options):
    """A figure in the style of all of them."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams.update({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False})
    figure, axes = plt.subplots(
        rows, 1, figsize=(width, height), layout="constrained", squeeze=False, **options
    )
    return figure, axes[:, 0]


def finish(figure, axes, output, dpi=110):
    """Give the axes their grid and write the picture."""
    for axis in axes:
        axis.grid(axis="y", color="#DDDDDD", linewidth=0.6)
        axis.set_axisbelow(True)
    figure.savefig(output, dpi=dpi, metadata=png_metadata(output))
    print(f"wrote {output}")


def png_metadata(output):
    """No version and date in a PNG: the same numbers give the same file."""
    return {"Software": None} if str(output).endswith(".png") else None


def outside_legend(axis, reverse=False):
    """A legend at the right of an axis."""
    handles, labels = axis.get_legend_handles_labels()
    step = -1 if reverse else 1
    axis.legend(
        handles[::step],
        labels[::step],
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
        frameon=False,
    )
