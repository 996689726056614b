# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""What tests of the emulation share: hosts in namespaces, and a director between them."""

import atexit
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from programs import BUILD, ROOT

PROGRAM = BUILD / "bin" / "emulated-director"
SCRIPT = ROOT / "examples" / "emulation" / "emulation"
WIRE = Path(__file__).resolve().parent / "wire.py"
NAME = f"gipt-test-{os.getpid()}"
VIP = "198.51.100.1"

sys.path.insert(0, str(WIRE.parent / "linux"))
import namespaces  # pylint: disable=wrong-import-position
import packets  # pylint: disable=wrong-import-position,unused-import
import uml  # pylint: disable=wrong-import-position
from namespaces import enter  # pylint: disable=wrong-import-position


atexit.register(namespaces.tidy)


def find_obstacle(*tools):
    """Why this machine cannot do it, or nothing."""
    if os.geteuid() != 0:
        return "no root"
    if not os.path.exists("/dev/net/tun"):
        return "no /dev/net/tun"
    for tool in ("ip", "nsenter", *tools):
        if not shutil.which(tool):
            return f"{tool} is not installed"
    made = subprocess.run(["ip", "netns", "add", NAME + "-try"], capture_output=True, check=False)
    if made.returncode:
        return "no network namespaces: " + made.stderr.decode().strip()
    subprocess.run(["ip", "netns", "del", NAME + "-try"], check=True)
    return ""


def need(*tools):
    """Skip the test where the machine cannot do it."""
    obstacle = find_obstacle(*tools)
    if obstacle:
        pytest.skip(obstacle)


def call(*command, timeout=60, check=True):
    """Run a command; return what it wrote."""
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert not check or done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def left_over(name):
    """What is left of a namespace: its name, processes, files."""
    left = [name] if name in call("ip", "netns", "list").split() else []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes()
        except OSError:
            continue
        if name.encode() in words and str(os.getpid()) != entry.parent.name:
            left.append(words.replace(b"\0", b" ").decode(errors="replace"))
    return left + [str(path) for path in Path("/tmp").glob(name + "*")]


class Run:
    """A run of the script."""

    def __init__(self, name, command, *options):
        self.name = name
        self.process = subprocess.Popen(
            [sys.executable, SCRIPT, f"--name={name}", command, f"--build={BUILD}", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for line in self.process.stdout:
            if line.startswith("Ctrl-C"):
                return
        pytest.fail("the script ended: " + self.process.stderr.read())

    def client(self, *command):
        """What a command of the client's writes."""
        return call(sys.executable, SCRIPT, f"--name={self.name}", "exec", *command)

    def ctl(self, *words):
        """What director-ctl writes."""
        return call(BUILD / "bin" / "director-ctl", f"--socket=/tmp/{self.name}/socket", *words)

    def finish(self):
        """End it as Ctrl-C does; return what it wrote. Nothing may be left."""
        self.process.send_signal(signal.SIGINT)
        output, errors = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, errors
        assert left_over(self.name) == []
        return output

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """End it as nobody should, where it still runs, and tidy up."""
        self.process.kill()
        self.process.communicate()
        call(sys.executable, SCRIPT, f"--name={self.name}", "clean")


def need_linux():
    """Skip where no Linux real server can be had."""
    need("curl")
    try:
        uml.check_machine()
    except uml.Unavailable as reason:
        pytest.skip(str(reason))


class Namespace:
    """A namespace with a tap, and a director on it."""

    def __init__(self, name, lines, *options):
        self.name = name
        call("ip", "netns", "add", name)
        try:
            self.inside("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", check=False)
            self.inside("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1", check=False)
            for line in lines:
                self.inside("ip", *line.split())
            self.director = subprocess.Popen(
                enter(name, PROGRAM, "--socket=no", *options),
                stdout=subprocess.PIPE,
                text=True,
            )
            assert self.director.stdout.readline() == "ready\n"
        except BaseException:
            self.end()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def inside(self, *command, **how):
        """What a command in the namespace writes."""
        return call(*enter(self.name, *command), **how)

    def finish(self):
        """End the director as Ctrl-C does; return its summary."""
        self.director.send_signal(signal.SIGINT)
        output, _ = self.director.communicate(timeout=30)
        assert self.director.returncode == 0, output
        return output

    def end(self):
        """Remove everything."""
        if hasattr(self, "director"):
            self.director.kill()
            self.director.wait()
        call("ip", "netns", "del", self.name)
