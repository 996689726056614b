# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""What ns-3's own ways to build and to test a module know of this one.

 1. The wscripts (ns-3.35) read out of the CMakeLists.txt the sources, headers, libraries and
    programs that CMake compiles, and no others.
 2. test/examples-to-run.py runs every program, but those that need a real host.
 3. The chapter names every test suite.
"""

import json
import re
import runpy
from pathlib import Path
from unittest.mock import MagicMock

from programs import BUILD, ROOT

MODULE = "global-ip-tunneling"

REAL_HOSTS = {"emulated-director", "emulated-failover", "emulated-servers"}
# in ns-3.35 real interfaces are left out
REAL_INTERFACES = {"model/emulated-net-device.cc", "model/tap-port-net-device.cc"}


def waf(folder):
    """Run a wscript's build(): what it asked of waf, and the programs' tasks by name."""
    programs = {}

    def create_program(name, uses):
        programs[name] = MagicMock(uses=uses)
        return programs[name]

    bld = MagicMock()
    bld.path.abspath.return_value = str(folder)
    bld.path.parent.abspath.return_value = str(folder.parent)
    bld.create_ns3_program.side_effect = create_program
    runpy.run_path(str(folder / "wscript"))["build"](bld)
    return bld, programs


def compiled():
    """What CMake compiles: the sources of each target, relative to its folder."""
    targets = {}
    for entry in json.loads((BUILD / "compile_commands.json").read_text(encoding="utf-8")):
        output = entry["output"] if "output" in entry else entry["command"]
        target = re.search(r"CMakeFiles/([^/]+)\.dir/", output)[1]
        source = Path(entry["file"]).resolve().relative_to(ROOT)
        targets.setdefault(target, set()).add(str(source))
    return targets


def test_module():
    bld, _ = waf(ROOT)
    targets = compiled()
    module = bld.create_ns3_module
    assert module.call_args[0][0] == MODULE
    assert "internet" in module.call_args[0][1]
    assert all(re.fullmatch("[a-z-]+", library) for library in module.call_args[0][1])
    assert set(module.return_value.source) == targets[MODULE] - REAL_INTERFACES
    tests = bld.create_ns3_module_test_library.return_value.source
    assert set(tests) == targets["test-runner"] - {"test/test-runner.cc"}
    installed = {path.name for path in (BUILD / "include" / "ns3").iterdir()}
    headers = {Path(header).name for header in bld.return_value.source}
    assert headers | {MODULE + "-module.h"} == installed


def test_programs():
    _, programs = waf(ROOT / "examples")
    by_cmake = {
        target: {source.split("/", 1)[1] for source in sources}
        for target, sources in compiled().items()
        if all(source.startswith("examples/") for source in sources)
    }
    assert len(by_cmake) > 10
    assert {name: set(task.source) for name, task in programs.items()} == by_cmake
    assert all(MODULE in task.uses for task in programs.values())


def test_examples_to_run():
    _, programs = waf(ROOT / "examples")
    listed = runpy.run_path(str(ROOT / "test" / "examples-to-run.py"))["cpp_examples"]
    assert {line.split()[0] for line, *_ in listed} == set(programs) - REAL_HOSTS


def test_suites_of_chapter():
    chapter = (ROOT / "doc" / f"{MODULE}.rst").read_text(encoding="utf-8")
    table = chapter.split(".. list-table:: Test suites\n")[1].split("\n\nThey are run")[0]
    named = re.findall(r"``(gipt-[\w-]+)``", table)
    registered = []
    for file in ROOT.glob("test/*.cc"):
        registered += re.findall(r'\bTestSuite\("([\w-]+)"', file.read_text(encoding="utf-8"))
    assert len(registered) > 30
    assert sorted(named) == sorted(registered)
