# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""How long a run's first failure should be felt, from its timers and delays alone.

Nothing here looks at what the run did: options, links and failures are all that is used. Times
count from the failure, low to high, because nobody knows at which moment of a timer's period a
failure comes.
"""

import heapq
import re

import common
from common import read_json, read_table

# One way over the link between a host and its router (MultiSiteHelper).
HOST_DELAY = 0.0001
# Interval of VRRP advertisements, and the skew of a backup of priority 99 (RFC 5798, 6.1).
ADVERTISEMENT = 1.0
SKEW = (256 - 99) / 256 * ADVERTISEMENT
# e to the minus 7 is a thousandth.
GAPS = 7


def delays(links, source):
    """Shortest delay in seconds from a city to each city (Dijkstra)."""
    neighbours = {}
    for link in links.itertuples():
        neighbours.setdefault(link[1], []).append((link[2], link.delay_ms / 1000))
        neighbours.setdefault(link[2], []).append((link[1], link.delay_ms / 1000))
    found, queue = {}, [(0.0, source)]
    while queue:
        delay, city = heapq.heappop(queue)
        if city not in found:
            found[city] = delay
            for other, more in neighbours.get(city, []):
                heapq.heappush(queue, (delay + more, other))
    return found


def detection(options, way):
    """From a real server's silence to its being out of service, low and high.

    The first probe that fails is the first that reaches a dead server: it begins up to one interval
    after the failure less the way there. The last of the row fails a timeout after it began.
    """
    period = common.seconds(options["health-interval"])
    timeout = common.seconds(options["health-timeout"])
    fall = int(options["health-fall"])
    return (fall - 1) * period + timeout - way, fall * period + timeout - way


def variable(text):
    """Least and greatest value of a delay as the command line takes it; None when unbounded."""
    found = re.fullmatch(r"ns3::(Constant|Uniform)RandomVariable\[(.*)\]", text)
    if not found:
        return None if text.startswith("ns3::") else (common.seconds(text),) * 2
    values = {"Min": 0.0, "Max": 1.0, "Constant": 0.0}
    values.update((name, float(value)) for name, value in (w.split("=") for w in found[2].split("|")))
    return (values["Constant"],) * 2 if found[1] == "Constant" else (values["Min"], values["Max"])


def predict(folder):
    """Low and high of the time to detect and of the time to recover, in seconds; None for none.

    The time to recover is the time until the last connection begins that breaks. Its first packet
    takes a while to the director, and connections do not begin all the time: of those that would
    break, none begins for GAPS times their mean distance once in a thousand runs.
    """
    manifest = read_json(folder, "manifest.json")
    if not manifest["failures"]:
        return None, None
    options, failure = manifest["options"], manifest["failures"][0]
    links = read_table(folder, "links.csv")
    directors = options["director"].split(",")
    from_director = delays(links, directors[0])
    farthest = max(from_director.values()) + 2 * HOST_DELAY
    convergence = variable(options["convergence"])
    kind = failure["kind"]
    share, detect, felt = 1, None, None
    if kind in ("site-power", "server-crash"):
        city = failure["target"].split("-server-")[0]
        felt = detect = detection(options, from_director[city] + 2 * HOST_DELAY)
        share = 1 / len(options["sites"].split(","))
    elif kind == "director-crash" and len(set(directors)) < len(directors):
        # RFC 5798: three intervals and the skew from the last advertisement on.
        felt = 2 * ADVERTISEMENT + SKEW, 3 * ADVERTISEMENT + SKEW
    elif kind == "director-crash" and len(directors) > 1 and convergence:
        hold = common.seconds(options["hold"])
        felt = hold + convergence[0], hold + convergence[1]
        share = 1 / len(from_director)
    elif kind == "link-cut" and convergence:
        felt = convergence
        share = 1 / len(from_director)
    if felt is None:
        return detect, None
    gap = GAPS / (float(options["rate"]) * share)
    return detect, (max(0, felt[0] - farthest - gap), felt[1])
