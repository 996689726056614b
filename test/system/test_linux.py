# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""The director and the real server do what Linux does, on traffic nobody has seen before; and the
Linux that says so still says what was recorded of it.

Each run takes new seeds. A failure names its seed: compare-with-linux.py --seed=N with the options
that the test has repeats it. Where Linux cannot run as a process the tests are skipped.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from programs import BUILD, ROOT

LINUX = Path(__file__).resolve().parent / "linux"
sys.path.insert(0, str(LINUX))

import answers  # pylint: disable=wrong-import-position
import uml  # pylint: disable=wrong-import-position


def test_linux_says_what_was_recorded():
    recorded = ROOT / "test" / "recorded"
    scripts = [*recorded.glob("*.replay"), *(recorded / "features").glob("*.replay")]
    scripts = sorted(path for path in scripts if path.stem != "listings")
    assert scripts
    try:
        replies = uml.run("guest_director.py", [path.read_text("ascii") for path in scripts])
    except uml.Unavailable as reason:
        pytest.skip(str(reason))
    for path, (status, out, error) in zip(scripts, replies):
        assert (path.name, status, error) == (path.name, 0, "")
        expected = path.with_suffix(".expected").read_text("ascii")
        assert answers.find_differences(out, expected) == [], path.name


@pytest.mark.parametrize(
    "options",
    [["--packets=2600"], ["--profile=packets", "--packets=1300"], ["--real-server"]],
    ids=["choices", "packets", "real-server"],
)
def test_random_traffic(options):
    program = "real-server-replay" if "--real-server" in options else "director-replay"
    if not (BUILD / "bin" / program).exists():
        pytest.skip(f"{program} is not built")
    command = [sys.executable, str(LINUX / "compare-with-linux.py"), f"--build={BUILD}", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1800, check=False)
    if done.returncode == uml.SKIPPED:
        pytest.skip(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
