# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""After `make build`, `from ns import ns` alone brings the module into Python.

 1. the built library is the one that Python's ns-3 loads, and its classes are in ns.gipt;
 2. its TypeIds are registered.
"""

import subprocess
import sys

import pytest
from programs import BUILD, ROOT


pytestmark = pytest.mark.skipif(
    not list(BUILD.glob("lib/libns3.44-*.so")), reason="only the wheel's ns-3 has Python bindings"
)


def run(program):
    """Run a program in a Python of its own: ns-3 can be loaded once in a process."""
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_classes_appear_in_ns():
    done = run("from ns import ns; print(type(ns.gipt.DirectorHelper()).__cpp_name__)")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "ns3::gipt::DirectorHelper"


def test_type_ids_are_registered():
    done = run(
        "from ns import ns\n"
        "ids = [ns.TypeId.GetRegistered(i) for i in range(ns.TypeId.GetRegisteredN())]\n"
        "print(*(i.GetName() for i in ids if str(i.GetGroupName()) == 'GlobalIpTunneling'))"
    )
    assert done.returncode == 0, done.stderr
    names = done.stdout.split()
    assert "ns3::gipt::Director" in names
    assert "ns3::gipt::WrrScheduler" in names
