#!/usr/bin/env python3
# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""Draw the figures and tables of a matrix that run_matrix.py has run.

Intervals are 95 % percentile bootstraps over runs; the band of a CDF is Dvoretzky, Kiefer and
Wolfowitz's.
"""

import argparse
import pathlib
import sys

import numpy as np
import pandas as pd

import common
from common import COLOURS, LINE_STYLES, ROOT, BadInput, read_json, read_table
from matrix import Matrix, safe
from predict import predict

KINDS = {}


def kind(function):
    """Make a figure known by the name of its function."""
    KINDS[function.__name__] = function
    return function


def groups(matrix, figure):
    """The cells that a figure shows, by their label in it: {label: [cell, ...]}."""
    by = figure.get("by")
    where = figure.get("where", {})
    found = {}
    for cell in matrix.cells:
        labels = dict(cell.labels)
        if any(labels.get(key) not in (v if isinstance(v, list) else [v]) for key, v in where.items()):
            continue
        if by is None:
            label = ", ".join(short(value) for _, value in cell.labels)
        elif by in labels:
            label = short(labels[by])
        else:
            raise BadInput(f"{matrix.path}:1: by = \"{by}\", expected one of: {', '.join(labels)}")
        found.setdefault(label, []).append(cell)
    if not found:
        raise BadInput(f"{matrix.path}:1: where = {where}, expected what some cell has")
    return found


def short(value):
    """A value as a legend shows it."""
    text = str(value)
    return safe(text).capitalize() if "/" in text and "." in text else text


def folders(matrix, results, cells):
    """The folders of all runs of some cells."""
    return [results / run.folder for run in matrix.runs if run.cell in cells]


@kind
def availability(matrix, results, figure, output):
    """Share of the connections begun in each second that were served, with its band."""
    step = figure.get("step", 1)
    plot, axes = common.new_figure(height=figure.get("height", 4))
    duration = 0
    outages = set()
    for number, (label, cells) in enumerate(groups(matrix, figure).items()):
        curves = []
        for folder in folders(matrix, results, cells):
            connections = read_table(folder, "connections.csv")
            manifest = read_json(folder, "manifest.json")
            duration = common.seconds(manifest["options"]["duration"])
            outages.update(common.span(failure, duration) for failure in manifest["failures"])
            served = connections["category"] == "served"
            bins = pd.RangeIndex(0, int(np.ceil(duration / step)))
            share = served.groupby((connections["start_s"] / step).astype(int)).mean()
            curves.append(100 * share.reindex(bins).to_numpy())
        low, mean, high = common.interval(np.array(curves))
        middle = (np.arange(len(mean)) + 0.5) * step
        colour = COLOURS[number % len(COLOURS)]
        axes[0].fill_between(middle, low, high, color=colour, alpha=0.25, linewidth=0)
        axes[0].plot(
            middle,
            mean,
            color=colour,
            linestyle=LINE_STYLES[number % len(LINE_STYLES)],
            linewidth=1.6,
            label=label,
        )
    if len(outages) == 1:
        axes[0].axvspan(*outages.pop(), color=common.OUTAGE_COLOUR, alpha=0.35, linewidth=0, zorder=0)
    axes[0].set_ylim(top=100.5)
    axes[0].set_xlim(0, duration)
    axes[0].set_xlabel("time a connection began (s)")
    axes[0].set_ylabel("connections served (%)")
    common.outside_legend(axes[0])
    title(plot, matrix, figure)
    common.finish(plot, axes, output)


@kind
def recovery(matrix, results, figure, output):
    """CDF over runs of the time until no new connection broke, and what timers predict."""
    plot, axes = common.new_figure(height=figure.get("height", 4))
    for number, (label, cells) in enumerate(groups(matrix, figure).items()):
        summaries = [read_json(folder, "summary.json") for folder in folders(matrix, results, cells)]
        values = np.sort([s["recover_s"] for s in summaries])
        share = np.arange(1, len(values) + 1) / len(values)
        colour = COLOURS[number % len(COLOURS)]
        band = common.cdf_band(len(values))
        axes[0].fill_between(
            values,
            np.clip(share - band, 0, 1),
            np.clip(share + band, 0, 1),
            step="post",
            color=colour,
            alpha=0.15,
            linewidth=0,
        )
        axes[0].step(
            np.concatenate([[values[0]], values]),
            np.concatenate([[0], share]),
            where="post",
            color=colour,
            linestyle=LINE_STYLES[number % len(LINE_STYLES)],
            linewidth=1.6,
            label=label,
        )
        predicted = [predict(folder)[1] for folder in folders(matrix, results, cells)]
        if all(predicted):
            low, high = (f(p[i] for p in predicted) for i, f in enumerate((min, max)))
            height = -0.04 - 0.035 * number
            axes[0].plot([low, high], [height, height], color=colour, linewidth=4)
    axes[0].set_ylim(top=1.0)
    axes[0].set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes[0].set_xlim(left=0)
    axes[0].set_xlabel("time from the failure to the begin of the last connection that broke (s);\n"
                       "bars: what the timers predict")
    axes[0].set_ylabel("share of runs")
    common.outside_legend(axes[0])
    title(plot, matrix, figure)
    common.finish(plot, axes, output)


@kind
def causes(matrix, results, figure, output):
    """Connections broken in a run, stacked by cause."""
    found = groups(matrix, figure)
    table = {}
    for label, cells in found.items():
        summaries = [read_json(folder, "summary.json") for folder in folders(matrix, results, cells)]
        broken = [{k: v for k, v in s["categories"].items() if k != "served"} for s in summaries]
        table[label] = pd.DataFrame(broken).fillna(0)
    names = [n for n in dict.fromkeys(c for t in table.values() for c in t.columns)
             if any(t[n].any() for t in table.values() if n in t)]
    plot, axes = common.new_figure(height=0.9 + 0.38 * len(found))
    left = np.zeros(len(found))
    for number, name in enumerate(names):
        means = np.array([t[name].mean() if name in t else 0 for t in table.values()])
        axes[0].barh(
            list(table),
            means,
            left=left,
            label=name,
            color=COLOURS[number % len(COLOURS)],
            edgecolor="white",
            linewidth=0.6,
            hatch=["", "//", "..", "\\\\"][number // len(COLOURS) % 4],
        )
        left += means
    bounds = [common.interval(t.sum(axis=1).to_numpy()) for t in table.values()]
    error = np.array([[mean[0] - low[0], high[0] - mean[0]] for low, mean, high in bounds]).T
    axes[0].errorbar(left, list(table), xerr=np.clip(error, 0, None), fmt="none", ecolor="black",
                     capsize=3, linewidth=1)
    axes[0].invert_yaxis()
    axes[0].set_xlim(left=0)
    axes[0].set_xlabel("connections broken in a run (mean, 95 % interval of the sum)")
    common.outside_legend(axes[0])
    title(plot, matrix, figure)
    axes[0].grid(axis="x", color="#DDDDDD", linewidth=0.6)
    common.finish(plot, axes, output)


@kind
def table(matrix, results, figure, output):
    """Means and intervals of columns of the summaries, as CSV and Markdown."""
    runs = matrix.read_runs(results)
    rows = []
    for label, cells in groups(matrix, figure).items():
        folder = {str(f) for f in folders(matrix, results, cells)}
        chosen = runs[runs["folder"].astype(str).isin(folder)]
        row = {figure.get("by", "case"): label, "runs": len(chosen)}
        for column in figure["columns"]:
            # A cause that no run of a cell met is not in its summaries.
            values = chosen[column] if column in chosen else pd.Series(0, chosen.index)
            values = values.fillna(0) if column.startswith("categories.") else values.dropna()
            if values.empty:
                row.update({column: "", f"{column} low": "", f"{column} high": ""})
                continue
            low, mean, high = (x[0] for x in common.interval(values.to_numpy()))
            row.update({column: mean, f"{column} low": low, f"{column} high": high})
        rows.append(row)
    pd.DataFrame(rows).to_csv(output.with_suffix(".csv"), index=False, float_format="%.6g")
    lines = [[figure.get("by", "case"), "runs", *figure["columns"]]]
    for row in rows:
        line = [str(row[lines[0][0]]), str(row["runs"])]
        for column in figure["columns"]:
            if row[column] == "":
                line.append("-")
            elif row[f"{column} low"] == row[f"{column} high"]:
                line.append(f"{row[column]:.5g}")
            else:
                line.append(
                    f"{row[column]:.4g} ({row[f'{column} low']:.4g} to {row[f'{column} high']:.4g})"
                )
        lines.append(line)
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    lines.insert(1, ["-" * width for width in widths])
    text = "".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |\n"
        for line in lines
    )
    output.with_suffix(".md").write_text(text, encoding="utf-8")
    print(f"wrote {output.with_suffix('.csv')} and {output.with_suffix('.md')}")


@kind
def predictions(matrix, results, figure, output):
    """Times to detect and to recover: predicted, measured, and how many runs are within."""
    rows = []
    for label, cells in groups(matrix, figure).items():
        chosen = folders(matrix, results, cells)
        summaries = [read_json(folder, "summary.json") for folder in chosen]
        both = [predict(folder) for folder in chosen]
        for index, what in enumerate(("detect", "recover")):
            predicted = [pair[index] for pair in both]
            if not all(predicted):
                continue
            measured = np.array([summary[f"{what}_s"] for summary in summaries], dtype=float)
            within = sum(low <= x <= high for x, (low, high) in zip(measured, predicted))
            rows.append(
                {
                    "failure": label,
                    "time to": what,
                    "predicted (s)": f"{min(p[0] for p in predicted):.2f} to "
                    f"{max(p[1] for p in predicted):.2f}",
                    "measured min (s)": f"{measured.min():.2f}",
                    "median (s)": f"{np.median(measured):.2f}",
                    "max (s)": f"{measured.max():.2f}",
                    "within": f"{within} of {len(measured)}",
                }
            )
    write_table(pd.DataFrame(rows), output)


def write_table(frame, output):
    """Write a table of texts as CSV and Markdown."""
    frame.to_csv(output.with_suffix(".csv"), index=False)
    lines = [list(frame.columns), *frame.astype(str).to_numpy().tolist()]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    lines.insert(1, ["-" * width for width in widths])
    text = "".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |\n"
        for line in lines
    )
    output.with_suffix(".md").write_text(text, encoding="utf-8")
    print(f"wrote {output.with_suffix('.csv')} and {output.with_suffix('.md')}")


def title(plot, matrix, figure):
    """Say above a figure what it shows."""
    text = figure.get("title", matrix.description.get("title"))
    if text:
        plot.suptitle(text, fontsize=11)


def main():
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("matrix", type=pathlib.Path, nargs="+", help="TOML file, as in matrices/")
    parser.add_argument(
        "--results", type=pathlib.Path, default=ROOT / "results", help="what run_matrix.py wrote to"
    )
    parser.add_argument(
        "--output", type=pathlib.Path, help="folder of the figures [the matrix's results]"
    )
    parser.add_argument("--runs", type=int, help="repetitions, in place of what the matrix says")
    arguments = parser.parse_args()
    try:
        for path in arguments.matrix:
            matrix = Matrix(path, arguments.runs)
            results = arguments.results / matrix.name
            output = arguments.output or results
            output.mkdir(parents=True, exist_ok=True)
            for figure in matrix.figures:
                if figure.get("kind") not in KINDS:
                    raise BadInput(
                        f"{path}:1: kind = \"{figure.get('kind')}\", "
                        f"expected one of: {', '.join(KINDS)}"
                    )
                KINDS[figure["kind"]](matrix, results, figure, output / figure["file"])
    except (BadInput, OSError, KeyError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
