#!/usr/bin/env python3
# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""Checks that what `make demo` wrote is what the experiment must give.

usage: tools/check-demo.py RESULTS

Nothing here is a recorded number: the checks follow from the manifest (when the site was without
power, how the health check was set) and from the rule that a failure breaks nothing elsewhere.
"""

import csv
import json
import sys
from pathlib import Path

results = Path(sys.argv[1] if len(sys.argv) > 1 else "results")
counts = {"passed": 0, "failed": 0}


def check(holds, what):
    """Count a check and say when it does not hold."""
    counts["passed" if holds else "failed"] += 1
    print(f"{'PASS' if holds else 'FAIL'} {what}")


def rows(name):
    """The rows of a CSV file of the results."""
    with open(results / name, newline="", encoding="ascii") as file:
        return list(csv.DictReader(file))


def seconds(text):
    """A time as the command line takes it, such as 3s or 500ms."""
    return float(text[:-2]) / 1000 if text.endswith("ms") else float(text.rstrip("s"))


manifest = json.loads((results / "manifest.json").read_text(encoding="utf-8"))
options = manifest["options"]
requests, events, load = rows("connections.csv"), rows("events.csv"), rows("sites.csv")
summary = json.loads((results / "summary.json").read_text(encoding="utf-8"))
sites = options["sites"].split(",")
failure = manifest["failures"][0]
dead, off, on = failure["target"], failure["from_s"], failure["to_s"]

# A check that starts just before the power goes still answers; after that RETRIES must fail.
interval, timeout = seconds(options["health-interval"]), seconds(options["health-timeout"])
noticed = off + interval * int(options["health-fall"]) + timeout
# And a request that waits for an answer when the power goes was started up to this long before.
patience = seconds(options["timeout"])

served = [r for r in requests if r["outcome"] == "served"]
failed = [r for r in requests if r["outcome"] != "served"]
expected = float(options["rate"]) * seconds(options["duration"])
check(
    abs(len(requests) - expected) < 5 * expected**0.5,
    f"{len(requests)} requests, {expected:.0f} expected within 5 standard deviations (Poisson)",
)
check(
    all(r["answered_by"] == r["assigned_server"] for r in served),
    "every response came from the real server that the director chose",
)
check(
    all(r["assigned_site"] in (dead, "") for r in failed),
    f"no connection to a surviving site broke ({len(failed)} to {dead} did)",
)
check(
    all(off - patience <= float(r["start_s"]) <= noticed for r in failed),
    f"requests failed only when begun from {off - patience:g} s to {noticed:g} s",
)
check(len(failed) > 0, "the failure was felt: some requests failed")
check(
    all(r["category"] == "site-failure" for r in failed),
    "the oracle puts all of them down to the failure of the site",
)
check(
    summary["started"] == len(requests) == sum(summary["categories"].values())
    and summary["unexplained"] == summary["open"] == 0,
    "every connection is in one category, and none is unexplained",
)
silent = [r for r in served if r["assigned_site"] == dead and noticed < float(r["start_s"]) < on]
check(not silent, f"{dead} served nothing while it was out of service")
back = [r for r in requests if float(r["start_s"]) > on + 2 * interval + timeout]
share = sum(r["assigned_site"] == dead for r in back) / max(1, len(back))
check(
    abs(share - 1 / len(sites)) < 0.05, f"{dead} has its share of new requests again: {share:.3f}"
)
servers = int(options["servers-per-site"])
for event, low, high, number in [
    ("site-power begins", off, off, 1),
    ("server-down", off, noticed, servers),
    ("site-power ends", on, on, 1),
    ("server-up", on, on + 2 * interval + timeout, servers),
]:
    times = [float(e["time_s"]) for e in events if e["event"] == event and e["place"] == dead]
    check(
        len(times) == number and all(low <= t <= high for t in times),
        f"{event} of {dead}: {number} from {low:g} s to {high:g} s",
    )
check(
    all(e["place"] == dead for e in events), "nothing happened to the health of the other sites"
)
unseen = sum(r["assigned_site"] != "" for r in requests) - sum(
    int(row["new_connections_per_s"]) for row in load
)
late = sum(float(r["start_s"]) > seconds(options["duration"]) - 0.5 for r in requests)
check(
    0 <= unseen <= late,
    "load by second and site sums up to the requests that were given a server "
    f"(all but {unseen} that were on their way at the end)",
)
picture = results / "global-failover.png"
check(
    picture.exists() and picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n",
    "the picture is there, and a PNG",
)
print(f"{counts['passed']} passed, {counts['failed']} failed")
sys.exit(counts["failed"] > 0)
