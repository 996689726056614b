# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""Boots Linux as a process (User-Mode Linux) to run one of the guest programs of this folder.

run: the guest sees the machine's file system read-only, and one folder that it may write. Its
network is its own: packets go in and out through a tun device inside the guest, so neither root nor
/dev/net/tun is needed here, and no wake-up can be lost between two processes. Its clock moves only
when it sleeps (virtual-clock.c).

Guest: a host that runs in real time, with its network on taps, until it is ended.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.realpath(__file__))
KERNEL = "linux.uml"
SKIPPED = 77
PR_SET_PDEATHSIG = 1


class Unavailable(Exception):
    """This machine cannot boot the guest; the text says why."""


def _build_clock(folder):
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        raise Unavailable("no C compiler for virtual-clock.c")
    library = os.path.join(folder, "virtual-clock.so")
    source = os.path.join(HERE, "virtual-clock.c")
    command = [compiler, "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise Unavailable("virtual-clock.c does not compile: " + result.stderr.strip())
    return library


def check_machine(*tools):
    """The kernel and the folder of its modules; raises Unavailable, when a tool is missing too."""
    kernel = shutil.which(KERNEL)
    if not kernel:
        raise Unavailable(KERNEL + " is not installed (Debian: user-mode-linux)")
    version = subprocess.run([kernel, "--version"], capture_output=True, text=True, check=False)
    modules = "/usr/lib/uml/modules/" + version.stdout.strip()
    if not os.path.exists(modules + "/modules.dep"):
        raise Unavailable(modules + "/modules.dep is missing")
    for tool in tools:
        if not shutil.which(tool, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"):
            raise Unavailable(tool + " is not installed (Debian: iproute2, ipvsadm)")
    return kernel, modules


def _die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def run(guest, files, counts=True, timeout=600):
    """Run a guest program on files; return what it made of each, as (status, text, error).

    guest is a file of this folder; files is a list of texts; counts asks for the counters too.
    Raises Unavailable when the machine cannot do it, RuntimeError when the guest did not finish.
    """
    kernel, modules = check_machine("ip", "ipvsadm", "tc")
    with tempfile.TemporaryDirectory(prefix="uml-") as folder:
        library = _build_clock(folder)
        share = os.path.join(folder, "share")
        os.mkdir(share)
        for number, text in enumerate(files):
            with open(os.path.join(share, f"{number}.in"), "w", encoding="ascii") as out:
                out.write(text)
        name = "gipt" + os.path.basename(folder)[4:]
        arguments = [
            "mem=256M",
            "rootfstype=hostfs",
            "rootflags=/",
            "ro",
            "init=" + os.path.realpath(sys.executable),
            "con=null",
            "con0=null,fd:1",
            "umid=" + name,
            "uml_dir=" + folder + "/",
            "quiet",
            "PYTHONHASHSEED=0",
            "--",
            "-I",
            os.path.join(HERE, guest),
            share,
            modules,
            str(len(files)),
            "--counts" if counts else "-",
        ]
        console = os.path.join(folder, "console")
        environment = dict(os.environ, LD_PRELOAD=library)
        with open(console, "wb") as out:
            process = subprocess.Popen(
                ["nice", kernel] + arguments,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=environment,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
            try:
                process.wait(timeout)
                ended = True
            except subprocess.TimeoutExpired:
                ended = False
            finally:
                _end(process, os.path.join(folder, name, "pid"))
        results = []
        for number in range(len(files)):
            path = os.path.join(share, str(number))
            try:
                with open(path + ".status", encoding="ascii") as status:
                    parts = [int(status.read())]
                for kind in (".out", ".err"):
                    with open(path + kind, encoding="utf-8") as text:
                        parts.append(text.read())
            except (OSError, ValueError):
                with open(console, encoding="utf-8", errors="replace") as text:
                    log = text.read()[-3000:]
                if "Checking that ptrace" in log and "Run /" not in log and not results:
                    raise Unavailable(KERNEL + " does not boot here:\n" + log) from None
                state = "ended early" if ended else f"did not end within {timeout} s"
                raise RuntimeError(f"The guest {state}:\n{log}") from None
            results.append(tuple(parts))
        return results


class Guest:
    """A host: a guest program of this folder that runs until it is ended.

    program gets the folder of the kernel's modules and then arguments; taps are the tap devices that
    are its eth0, eth1 ...; folder is for what the kernel keeps, and prefix is what the command line
    begins with, such as nsenter; memory is what it has. Raises Unavailable when the machine
    cannot do it.
    """

    def __init__(self, program, arguments, taps, folder, prefix=(), memory="96M"):
        kernel, modules = check_machine("ip")
        os.makedirs(folder, exist_ok=True)
        self.name = "gipt" + os.path.basename(folder)
        self.pid_file = os.path.join(folder, self.name, "pid")
        self.console = os.path.join(folder, "console")
        network = [
            f"eth{number}=tuntap,{tap},02:00:00:01:{number:02x}:{sum(tap.encode()) % 256:02x}"
            for number, tap in enumerate(taps)
        ]
        command = [
            *prefix,
            kernel,
            "mem=" + memory,
            "rootfstype=hostfs",
            "rootflags=/",
            "ro",
            "init=" + os.path.realpath(sys.executable),
            "con=null",
            "con0=fd:0,fd:1",
            "umid=" + self.name,
            "uml_dir=" + folder + "/",
            "quiet",
            *network,
            "--",
            "-I",
            os.path.join(HERE, program),
            modules,
            *arguments,
        ]
        with open(self.console, "wb") as out:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        threading.Thread(target=self._nudge, daemon=True).start()

    def _nudge(self):
        # It can lose a wake-up: a packet then waits in the tap until anything else happens.
        try:
            while self.process.poll() is None:
                self.process.stdin.write(b"\n")
                self.process.stdin.flush()
                time.sleep(0.4)
        except (OSError, ValueError):
            pass

    def log(self):
        """What it has written to its console."""
        with open(self.console, encoding="utf-8", errors="replace") as text:
            return text.read()

    def wait_for(self, word, timeout):
        """Wait until it has written a word; raises RuntimeError when it does not in time."""
        end = time.monotonic() + timeout
        while word not in self.log():
            ended = self.process.poll() is not None
            if ended or time.monotonic() > end:
                state = "has ended" if ended else f"does not say {word} within {timeout} s"
                raise RuntimeError(f"The guest {self.name} {state}:\n{self.log()[-3000:]}")
            time.sleep(0.05)

    def end(self):
        """End it."""
        _end(self.process, self.pid_file)
        self.process.stdin.close()


def _end(process, pid_file):
    # The kernel is a leader of its own session by setsid: its processes are named by its pid file.
    pids = {process.pid}
    try:
        with open(pid_file, encoding="ascii") as file:
            pids.add(int(file.read()))
    except (OSError, ValueError):
        pass
    for pid in pids:
        try:
            os.killpg(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
    process.wait()


def main(guest, usage):
    """The command line of an oracle: [--counts] SCRIPT or -, the answer on stdout."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    arguments = [a for a in sys.argv[1:] if a != "--counts"]
    if len(arguments) != 1 or arguments[0] in ("-h", "--help"):
        print(usage, file=sys.stderr)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    name = arguments[0]
    try:
        with sys.stdin if name == "-" else open(name, encoding="ascii") as script:
            text = script.read()
    except (OSError, UnicodeDecodeError) as problem:
        print(f"{name}: {problem}, expected a script", file=sys.stderr)
        return 2
    try:
        ((status, out, err),) = run(guest, [text], "--counts" in sys.argv)
    except Unavailable as reason:
        print(f"SKIP: {reason}", file=sys.stderr)
        return SKIPPED
    except RuntimeError as problem:
        print(problem, file=sys.stderr)
        return 1
    sys.stdout.write(out)
    sys.stderr.write(err.replace("SCRIPT:", name + ":"))
    return status
