# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""Failures as the users of a program meet them.

 1. the gallery: each kind is felt as it must be, and the clients are well again afterwards;
 2. failures of one's own, on the command line and in a file;
 3. the same streams give the same failures;
 4. what cannot be used is told in one line, and the status is 2.
"""

import re
import subprocess

import pytest
from programs import BUILD, ROOT

PROGRAM = BUILD / "bin" / "failure-gallery"
REQUESTS = 250  # one each 40 ms, for 10 s


def run(*options):
    """Run the gallery."""
    return subprocess.run(
        [str(PROGRAM), *options], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


def table(*options):
    """The rows of the gallery: numbers by failure."""
    done = run(*options)
    assert done.returncode == 0, done.stderr
    names = ["begun", "served", "no_connect", "no_answer", "other", "slowest", "last_lost", "down"]
    rows = {}
    for line in done.stdout.splitlines():
        match = re.match(r"(.*?@.*?|random:.*?|file:.*?) +([\d. ]+)$", line)
        if match:
            rows[match[1]] = dict(zip(names, map(float, match[2].split())))
    return rows


def test_gallery():
    rows = table()
    kinds = {re.split("[:@]", name)[0] for name in rows}
    assert len(kinds) == 12  # all, and random
    for name, row in rows.items():
        sent = row["served"] + row["no_connect"] + row["no_answer"] + row["other"]
        assert abs(sent - REQUESTS) <= 1, name
        if not name.startswith("random"):
            assert row["last_lost"] < 7.2, name
            assert row["begun"] == (4 if "~" in name else 1), name
    normal = rows["drain:Seattle-server-1@3s-7s"]
    assert normal["served"] == REQUESTS
    assert normal["down"] == 0

    def lost(name):
        return REQUESTS - rows[name]["served"]

    # what the health check needs to find servers dead: three probes at 0.5 s, at most 1.9 s
    assert rows["site-power:Seattle@3s-7s"]["down"] == 2
    assert 15 <= lost("site-power:Seattle@3s-7s") <= 30
    assert rows["server-crash:Seattle-server-1@3s-7s"]["down"] == 1
    assert 5 <= lost("server-crash:Seattle-server-1@3s-7s") <= 15
    assert rows["router-crash:New York@3s-7s"]["down"] == 2
    # nobody else could help: 100 requests, but for those whose second SYN came in time
    assert 75 <= lost("director-crash:Denver-director-1@3s-7s") <= 105
    # there is another way
    assert lost("link-cut:Denver|Seattle@3s-7s") <= 3
    assert rows["link-cut:Denver|Seattle@3s-7s"]["slowest"] > normal["slowest"] + 40
    # nobody finds another way, and the health check takes both servers out
    assert rows["one-way:Seattle>Denver@3s-7s"]["down"] == 2
    assert lost("one-way:Seattle>Denver@3s-7s") >= 15
    assert rows["delay:Denver|Seattle@3s-7s:100ms"]["served"] == REQUESTS
    assert rows["delay:Denver|Seattle@3s-7s:100ms"]["slowest"] >= normal["slowest"] + 200
    slow = rows["slow-server:Seattle-server-1@3s-7s:500ms"]
    assert slow["served"] == REQUESTS
    assert 500 < slow["slowest"] <= normal["slowest"] + 501
    # pings do not find it: a quarter of 100 requests
    assert rows["black-hole:Seattle-server-1@3s-7s"]["down"] == 0
    assert 23 <= lost("black-hole:Seattle-server-1@3s-7s") <= 27


def test_own(tmp_path):
    failures = tmp_path / "failures.csv"
    failures.write_text(
        "begin_s,end_s,kind,target,value,period_s,duty\n"
        "2,6,slow-server,New York-server-2,0.3,1,0.25\n"
        "9,,site-power,Seattle,,,\n"
    )
    (row,) = table(f"--fail=file:{failures}").values()
    assert row["begun"] == 5
    (same,) = table(
        "--fail=slow-server:New York-server-2@2s-6s:300ms~1s/0.25,Seattle@9s-"
    ).values()
    assert row == same


def test_random_is_reproducible():
    text = "random:link-cut:mtbf=2s,mttr=200ms"
    first, again = table(f"--fail={text}"), table(f"--fail={text}")
    assert first == again
    assert first[text]["begun"] > 3


@pytest.mark.parametrize(
    "text, error",
    [
        ("Paris@1s-2s", "no site 'Paris', expected one of: Denver, Seattle, New York"),
        ("Seattle@2s-1s", "'Seattle@2s-1s' ends before it begins, expected FROM < TO"),
        ("flood:Seattle@1s-2s", "unknown kind 'flood', expected one of: site-power, "),
        ("link-cut:Denver@1s-2s", "no link 'Denver', expected A|B, a host, or one of: "),
        ("Seattle@11s-12s", "'Seattle@11s-12s' begins when the run has ended, expected "),
    ],
)
def test_bad_input_is_told_in_one_line(text, error):
    done = run(f"--fail={text}")
    assert done.returncode == 2
    assert done.stderr.startswith(f"--fail={text}: {error}")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_bad_file(tmp_path):
    failures = tmp_path / "failures.csv"
    failures.write_text("begin_s,end_s,kind,target,value,period_s,duty\n1,2,loss,Denver|Seattle,2,,\n")
    done = run(f"--fail=file:{failures}")
    assert done.returncode == 2
    assert done.stderr.startswith(f"{failures}:2: value '2' of kind loss, expected a part above 0")
