#!/usr/bin/env python3
# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""Draw the world of one run of global-failover: cities, links, sites with their load, what failed."""

import argparse
import math
import pathlib
import sys

import common
from common import FAILED_COLOUR, BadInput, read_json, read_table

SITE_COLOUR = "#0072B2"
DIRECTOR_COLOUR = "#E69F00"
LINK_COLOUR = "#999999"


def circle(number, count):
    """A place on a circle for a city without coordinates."""
    angle = 2 * math.pi * number / count
    return 10 * math.cos(angle), 10 * math.sin(angle)


def place(cities):
    """Longitude and latitude of each city; all on a circle when one has none."""
    known = cities["latitude_deg"].astype(str).str.len() > 0
    if known.all():
        pairs = zip(cities["longitude_deg"].astype(float), cities["latitude_deg"].astype(float))
    else:
        pairs = (circle(number, len(cities)) for number in range(len(cities)))
    return dict(zip(cities["city"], pairs))


def stretch(places):
    """Height over width of a degree in the middle of the map (equirectangular)."""
    middle = sum(y for _, y in places.values()) / len(places)
    return 1 / max(0.2, math.cos(math.radians(middle)))


def draw(folder, output, names_up_to):
    """Draw the map of one run."""
    cities = read_table(folder, "cities.csv")
    links = read_table(folder, "links.csv")
    manifest = read_json(folder, "manifest.json")
    places = place(cities)
    failed = {failure["target"] for failure in manifest["failures"]}

    figure, axes = common.new_figure(width=9, height=5.6)
    axis = axes[0]
    small = len(cities) > names_up_to
    for link in links.itertuples():
        (x1, y1), (x2, y2) = places[link[1]], places[link[2]]
        broken = f"{link[1]}|{link[2]}" in failed or f"{link[2]}|{link[1]}" in failed
        axis.plot(
            [x1, x2],
            [y1, y2],
            color=FAILED_COLOUR if broken else LINK_COLOUR,
            linestyle="--" if broken else "-",
            linewidth=2.4 if broken else 0.5 if small else 1.0,
            zorder=2 if broken else 1,
            label="failed link" if broken else None,
        )
    for _, (x, y) in places.items():
        axis.plot(x, y, "o", color="#555555", markersize=1.5 if small else 4, zorder=3)
    most = max(1, cities["assigned"].max())
    for city in cities[cities["is_site"] == 1].itertuples():
        x, y = places[city.city]
        dead = city.city in failed
        axis.scatter(
            [x],
            [y],
            s=60 + 640 * city.assigned / most,
            facecolor="none" if dead else SITE_COLOUR,
            edgecolor=FAILED_COLOUR if dead else "white",
            linewidth=2.5 if dead else 1,
            hatch="////" if dead else None,
            alpha=0.9,
            zorder=4,
            label="site that failed" if dead else "site, area by connections given to it",
        )
    for city in cities[cities["is_director"] == 1].itertuples():
        x, y = places[city.city]
        dead = any(target.startswith(f"{city.city}-director") for target in failed)
        axis.plot(
            x,
            y,
            "*",
            markersize=15,
            color=FAILED_COLOUR if dead else DIRECTOR_COLOUR,
            markeredgecolor="black",
            markeredgewidth=0.7,
            zorder=6,
            linestyle="none",
            label="director that failed" if dead else "director",
        )
    for city in cities.itertuples():
        if small and not (city.is_site or city.is_director):
            continue
        text = city.city
        if city.is_site:
            text += f"\n{city.assigned}"
        axis.annotate(
            text,
            places[city.city],
            xytext=(7, 5),
            textcoords="offset points",
            fontsize=8,
            zorder=7,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.65, "pad": 0.8},
        )
    axis.set_aspect(stretch(places))
    axis.margins(0.08)
    axis.set_xlabel("longitude (degrees)")
    axis.set_ylabel("latitude (degrees)")
    handles, labels = axis.get_legend_handles_labels()
    unique = dict(zip(labels, handles))
    legend = figure.legend(
        unique.values(), unique.keys(), loc="outside lower center", ncols=4, frameon=False
    )
    for handle in legend.legend_handles:
        if hasattr(handle, "set_sizes"):
            handle.set_sizes([90])
    options = manifest["options"]
    what = ", ".join(f"{f['kind']} {f['target']}" for f in manifest["failures"]) or "no failure"
    figure.suptitle(
        f"{pathlib.Path(options['topology']).stem.capitalize()}: {len(cities)} cities, "
        f"{len(links)} links; {what}",
        fontsize=11,
    )
    common.finish(figure, [], output)


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
    parser.add_argument("--output", type=pathlib.Path, help="picture to write [RESULTS/map.png]")
    parser.add_argument(
        "--names-up-to", type=int, default=60, help="name all cities of worlds up to this size [60]"
    )
    arguments = parser.parse_args()
    output = arguments.output or arguments.results / "map.png"
    try:
        draw(arguments.results, output, arguments.names_up_to)
    except (BadInput, OSError, KeyError, ValueError) as error:
        print(f"plot_map.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
