#!/usr/bin/env python3
# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""Draw what global-failover recorded: success rate, latency and load by site over time."""

import argparse
import pathlib
import sys

import pandas as pd
from matplotlib.ticker import MaxNLocator

import common
from common import BadInput

# Sites beyond these share the last colour.
SITE_COLOURS = ["#0072B2", "#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#D55E00"]
MEDIAN_COLOUR = "#0072B2"
P99_COLOUR = "#D55E00"


def by_second(connections, duration):
    """Success rate and latencies of the connections that began in each second."""
    connections = connections.assign(
        second=connections["start_s"].astype(int), served=connections["category"] == "served"
    )
    seconds = pd.RangeIndex(0, int(duration), name="second")
    success = 100 * connections.groupby("second")["served"].mean().reindex(seconds)
    latency = connections[connections["served"]].groupby("second")["latency_ms"]
    return success, latency.median().reindex(seconds), latency.quantile(0.99).reindex(seconds)


def describe(failure):
    """A failure in a few words."""
    words = {"site-power": "without power", "link-cut": "cut", "director": "crashed"}
    target = failure["target"].replace("|", " to ")
    return f"{target} {words.get(failure['kind'], failure['kind'])}"


def shade(axes, manifest, duration):
    """Shade the time of each failure, and name it once."""
    last, height = None, 0
    for failure in manifest["failures"]:
        begin, end = common.span(failure, duration)
        if begin >= duration:
            continue
        for axis in axes:
            axis.axvspan(begin, end, color=common.OUTAGE_COLOUR, alpha=0.35, linewidth=0, zorder=0)
        middle = (begin + end) / 2
        near = last is not None and middle - last < 0.35 * duration
        last, height = middle, (height + 1) % 3 if near else 0
        axes[0].annotate(
            describe(failure),
            (middle, 1.02 + 0.09 * height),
            xycoords=("data", "axes fraction"),
            ha="center",
            va="bottom",
            fontsize=9,
        )


def mark_health(axes, events):
    """Mark when the director took the last server of a site out, and put the first back."""
    marks = []
    for event, pick, text in (
        ("server-down", "max", "out of service"),
        ("server-up", "min", "back in service"),
    ):
        found = events[events["event"] == event]
        # Those within a few seconds of each other are one.
        groups = (found["time_s"].diff().fillna(0) > 5).cumsum()
        for _, group in found.groupby(groups):
            marks.append((group["time_s"].agg(pick), text))
    for number, (time, text) in enumerate(sorted(marks)):
        for axis in axes:
            axis.axvline(time, color="black", linewidth=0.8, linestyle=(0, (1, 2)), zorder=4)
        axes[0].annotate(
            f"{text} {time:.1f} s",
            (time, 0.06 + 0.1 * (number % 3)),
            xycoords=("data", "axes fraction"),
            xytext=(4, 0),
            textcoords="offset points",
            fontsize=8,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1},
            zorder=5,
        )


def draw(folder, output):
    """Draw the figure of one run."""
    connections, sites, events, _, manifest = common.read_run(folder)
    options = manifest["options"]
    duration = int(sites["time_s"].max()) + 1
    success, median, p99 = by_second(connections, duration)

    figure, axes = common.new_figure(3, 9, 8, sharex=True, height_ratios=(1, 1, 1.2))
    middle = success.index + 0.5
    shade(axes, manifest, duration)

    axes[0].plot(middle, success, color="black", linewidth=1.6, clip_on=False, zorder=3)
    axes[0].set_ylabel("connections served (%)")
    axes[0].set_ylim(0, 100)

    axes[1].plot(middle, p99, color=P99_COLOUR, linewidth=1.4, linestyle="--", label="99th percentile")
    axes[1].plot(middle, median, color=MEDIAN_COLOUR, linewidth=1.6, label="median")
    axes[1].set_ylabel("latency of served\nconnections (ms)")
    axes[1].set_ylim(0, 1.08 * p99.max() if p99.notna().any() else 1)
    common.outside_legend(axes[1])

    load = sites.pivot(index="time_s", columns="site", values="new_connections_per_s")
    load = load[sites["site"].unique()]
    axes[2].stackplot(
        load.index + 0.5,
        load.T,
        labels=load.columns,
        colors=SITE_COLOURS,
        edgecolor="white",
        linewidth=0.6,
        zorder=2,
    )
    axes[2].set_ylabel("new connections given\nto the sites (1/s)")
    axes[2].set_ylim(bottom=0)
    common.outside_legend(axes[2], reverse=True)
    axes[2].set_xlabel("time (s)")
    axes[2].set_xlim(0, duration)
    axes[2].xaxis.set_major_locator(MaxNLocator(integer=True))
    mark_health(axes, events)
    figure.align_ylabels(axes)
    topology = pathlib.Path(options["topology"]).stem.capitalize()
    figure.suptitle(
        f"{topology}: {options['servers-per-site']} real servers in each of "
        f"{options['sites'].replace(',', ', ')}; director in {options['director']}"
        + ("" if options["rules"] else f", {options['scheduler']}"),
        fontsize=11,
    )
    common.finish(figure, axes, output, dpi=150)


def main():
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "results",
        nargs="?",
        type=pathlib.Path,
        default=pathlib.Path("results"),
        help="folder that global-failover wrote [results]",
    )
    parser.add_argument(
        "--output",
        type=pathlib.Path,
        help="picture to write, its name ending tells the format [RESULTS/global-failover.png]",
    )
    arguments = parser.parse_args()
    output = arguments.output or arguments.results / "global-failover.png"
    try:
        draw(arguments.results, output)
    except (BadInput, OSError, KeyError, ValueError) as error:
        print(f"plot_failover.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
