# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""What the programs inside User-Mode Linux share: modules, a network, time, packets, scripts."""

import ctypes
import errno
import fcntl
import os
import shlex
import socket
import struct
import subprocess
import sys
import time
import traceback

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
RB_POWER_OFF = 0x4321FEDC
SYS_FINIT_MODULE = 313
SYS_DELETE_MODULE = 176
TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000

# Between two lines of a script, in seconds.
STEP = 0.010


class ScriptError(Exception):
    """A line that cannot be run; the text says why."""


class Modules:
    """Kernel modules, by path and after those they need: modprobe would want /lib/modules."""

    folder = None
    needs = {}

    @classmethod
    def use(cls, folder):
        """Say where the modules are."""
        cls.folder = folder
        with open(folder + "/modules.dep", encoding="ascii") as lines:
            for line in lines:
                path, others = line.split(":")
                cls.needs[cls.name(path)] = [*reversed(others.split()), path]

    @staticmethod
    def name(path):
        """The name of the module in a file."""
        return os.path.basename(path).split(".")[0].replace("-", "_")

    @classmethod
    def load(cls, name):
        """Load a module and what it needs; no harm if they are there."""
        for path in cls.needs[name]:
            file = os.open(cls.folder + "/" + path, os.O_RDONLY)
            if LIBC.syscall(SYS_FINIT_MODULE, file, b"", 0) and ctypes.get_errno() != errno.EEXIST:
                raise OSError(ctypes.get_errno(), path)
            os.close(file)

    @classmethod
    def unload(cls, name):
        """Unload a module, and what it needed; no harm if they are not there."""
        for path in reversed(cls.needs[name]):
            LIBC.syscall(SYS_DELETE_MODULE, cls.name(path).encode(), os.O_NONBLOCK)


def call(line):
    """Run a command that must succeed; return its output."""
    result = subprocess.run(shlex.split(line), capture_output=True, text=True, check=False)
    if result.returncode or result.stderr:
        why = " ".join((result.stderr or result.stdout).split())
        raise ScriptError(why or f"exit status {result.returncode}")
    return result.stdout


def set_sysctl(name, value):
    """Write a sysctl by its dotted name."""
    try:
        with open("/proc/sys/" + name.replace(".", "/"), "w", encoding="ascii") as file:
            file.write(value + "\n")
    except OSError as problem:
        raise ScriptError(f"{name}={value}: {problem.strerror}") from None


class Wire:
    """eth0 of a network namespace of its own, a tun device: whole IPv4 packets in and out."""

    def __init__(self, address, mtu):
        if LIBC.unshare(CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "unshare")
        if os.path.exists("/proc/sys/net/ipv6"):
            set_sysctl("net.ipv6.conf.all.disable_ipv6", "1")
            set_sysctl("net.ipv6.conf.default.disable_ipv6", "1")
        self.file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self.file, TUNSETIFF, struct.pack("16sH", b"eth0", IFF_TUN | IFF_NO_PI))
        call("ip link set lo up")
        call(f"ip link set eth0 mtu {mtu} txqueuelen 10000 up")
        call(f"ip addr add {address}/24 dev eth0")
        call("ip route add default dev eth0")
        # In the middle of a tick, so that a step is always one tick.
        self.next = time.clock_gettime(time.CLOCK_MONOTONIC) // 1 + 2.005

    def step(self, seconds=STEP):
        """Let the time of a line pass."""
        self.next = max(self.next + seconds, time.clock_gettime(time.CLOCK_MONOTONIC))
        time.sleep(max(0, self.next - time.clock_gettime(time.CLOCK_MONOTONIC)))

    def receive(self):
        """Everything that has left, in its order."""
        packets = []
        while True:
            try:
                packet = os.read(self.file, 65536)
            except BlockingIOError:
                return packets
            if packet[0] >> 4 == 4:
                packets.append(packet)

    def send(self, packet):
        """Let a packet arrive. What it makes leave has left when this returns."""
        try:
            os.write(self.file, packet)
        except OSError:
            pass  # not even a version: a device would have dropped it


def parse_end(text):
    """ADDRESS:PORT as a pair."""
    address, _, port = text.rpartition(":")
    try:
        socket.inet_aton(address)
        return address, int(port)
    except (OSError, ValueError):
        raise ScriptError(f"{text}, expected ADDRESS:PORT") from None


def parse_packet(text):
    """HEX as bytes."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ScriptError("not hexadecimal, expected a packet's bytes") from None


def script_lines(text):
    """(number, words) of the lines that do something."""
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#")[0].split()
        if words:
            yield number, words


def mount(*places):
    """Mount proc, sysfs and memory over what the guest may write; the rest is read-only."""
    os.environ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin"
    kinds = [("proc", "/proc"), ("sysfs", "/sys"), *(("tmpfs", place) for place in places)]
    for kind, place in kinds:
        subprocess.run(["mount", "-t", kind, kind, place], check=True)


def serve(modules, run):
    """The life of the guest: run(text, out, counts) for each script, each in a network of its own.

    counts says whether the counters are wanted too.
    """
    share, folder, count, counts = sys.argv[1:5]
    mount("/run", "/var/lib")
    # the folder for the answers, writable in a file system that is not
    subprocess.run(["mount", "-t", "hostfs", "-o", share, "share", "/run"], check=True)
    Modules.use(folder)
    for name in modules:
        Modules.load(name)
    for number in range(int(count)):
        base = f"/run/{number}"
        pid = os.fork()
        if not pid:
            status = 2
            with open(base + ".out", "w", encoding="ascii") as out, open(
                base + ".err", "w", encoding="utf-8"
            ) as err:
                with open(base + ".in", encoding="ascii") as file:
                    text = file.read()
                try:
                    run(text, out, counts == "--counts")
                    status = 0
                except ScriptError as problem:
                    err.write(f"SCRIPT:{problem}\n")
                except BaseException:  # pylint: disable=broad-except
                    traceback.print_exc(file=err)
                    status = 1
            os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with open(base + ".status", "w", encoding="ascii") as file:
            file.write(str(status))
    os.sync()
    LIBC.reboot(RB_POWER_OFF)
