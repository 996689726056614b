# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""The documentation says what the code does.

 1. the attributes in doc/global-ip-tunneling.rst are those of the registered classes, with their
    defaults, and no others;
 2. its trace sources are those of the code, and no others;
 3. the programs in doc/tutorial.rst print what it says they print;
 4. the tutorial's own project builds against the installed package, and runs;
 5. the scheduler in CONTRIBUTING.md is that of examples/own-scheduler.cc.
"""

import re
import shlex
import subprocess
import sys

import pytest
from programs import BUILD, ROOT

CHAPTER = (ROOT / "doc" / "global-ip-tunneling.rst").read_text(encoding="utf-8")
TUTORIAL = (ROOT / "doc" / "tutorial.rst").read_text(encoding="utf-8")

only_wheel = pytest.mark.skipif(
    not list(BUILD.glob("lib/libns3.44-*.so")), reason="the tutorial's figures are those of ns-3.44"
)


def run(*command, cwd=ROOT):
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def section(title):
    """The text of a subsection of the chapter."""
    body = CHAPTER.split(f"\n{title}\n" + "~" * len(title) + "\n")[1]
    return re.split(r"\n[-~]{4,}\n", body)[0]


def rows(text):
    """The first two cells of each row of the list-tables in a text."""
    return re.findall(r"^   \* - ``([\w:]+)``\n     - (.*)$", text, re.MULTILINE)


def normal(value):
    """A default in one form: +1e+09ns and 1 s are the same."""
    time = re.fullmatch(r"\+?([\d.e+]+)\s?(ns|ms|s)", value)
    if time:
        return round(float(time[1]) * {"ns": 1, "ms": 1e6, "s": 1e9}[time[2]])
    return value


def test_attributes():
    program = BUILD / "bin" / "global-failover"
    documented = {}
    for name, text in re.findall(
        r"^``(ns3::gipt::\w+)``[^\n]*:\n\n(.*?)(?=^``ns3::gipt|\Z)",
        section("Attributes"),
        re.MULTILINE | re.DOTALL,
    ):
        for attribute, default in rows(text):
            documented[name, attribute] = normal(default)
    registered = {}
    for name in re.findall(r"ns3::gipt::\w+", run(program, "--PrintGroup=GlobalIpTunneling")):
        for owner, attribute, default in re.findall(
            r"--(ns3::gipt::\w+)::(\w+)=\[(.*)\]$",
            run(program, f"--PrintAttributes={name}"),
            re.MULTILINE,
        ):
            is_pointer = attribute in ("Director", "Graph")
            is_none = is_pointer or default == ""
            registered[owner, attribute] = "none" if is_none else normal(default)
    assert len(registered) > 20
    assert documented == registered


def test_trace_sources():
    documented = {(name, source.strip("`")) for name, source in rows(section("Traces"))}
    written = set()
    for file in ROOT.glob("model/*.cc"):
        for block in file.read_text(encoding="utf-8").split('TypeId("')[1:]:
            name = block.split('"')[0]
            written |= {(name, s) for s in re.findall(r'AddTraceSource\(\s*"(\w+)"', block)}
    assert len(written) > 15
    assert documented == written


def console_blocks():
    """The commands of the tutorial that run our programs, each with the lines it shows."""
    for block in re.findall(
        r"^\.\. code-block:: console\n\n((?:   .*\n|\n)+)", TUTORIAL, re.MULTILINE
    ):
        for part in re.split(r"^   \$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.splitlines()
            lines = [line[3:] for line in lines if line.strip()]
            if lines and command.startswith(("build/bin/", ".venv/bin/python examples/")):
                yield command, lines


@only_wheel
@pytest.mark.parametrize("command, lines", list(console_blocks()))
def test_tutorial_prints(command, lines, tmp_path):
    words = shlex.split(command)
    if words[0].startswith("build/"):
        words[0] = str(BUILD / words[0][len("build/") :])
    else:
        words[0] = sys.executable
    words = [re.sub(r"^--results=.*", f"--results={tmp_path}", word) for word in words]
    printed = run(*words).splitlines()
    for line in lines:
        assert line in printed


@only_wheel
def test_tutorial_project(tmp_path):
    prefix, build = tmp_path / "prefix", tmp_path / "build"
    run("cmake", "--install", BUILD, "--prefix", prefix)
    source = tmp_path / "hello"
    source.mkdir()
    listing = ROOT / "test" / "system" / "tutorial" / "CMakeLists.txt"
    (source / "CMakeLists.txt").write_text(listing.read_text(encoding="utf-8"), encoding="utf-8")
    program = (ROOT / "examples" / "first-director.cc").read_text(encoding="utf-8")
    (source / "my-director.cc").write_text(program, encoding="utf-8")
    run("cmake", "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", build)
    assert "requests were served" in run(build / "my-director")


def test_scheduler_of_contributing():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    shown = re.search(r"```cpp\n(.*?)```", text, re.DOTALL)[1]
    program = (ROOT / "examples" / "own-scheduler.cc").read_text(encoding="utf-8")
    assert shown in program
