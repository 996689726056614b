# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""Entering network namespaces of ip netns, without what that leaves behind.

ip netns exec and ip -n remount /sys, for which the root has to be a mount point: in a chroot, and in
some containers, it is none.
"""

import os
import subprocess

FOLDER = "/run/netns"


def enter(name, *command):
    """A command line that runs in a namespace."""
    return ["nsenter", f"--net={FOLDER}/{name}", *map(str, command)]


def _is_mounted():
    # os.path.ismount does not know a folder that is mounted on itself
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
        return any(mount.split()[4] == FOLDER for mount in mounts)


_WAS_MOUNTED = _is_mounted()


def tidy():
    """Take the mount away that ip netns add makes, when it was not there at the beginning."""
    if not _WAS_MOUNTED and _is_mounted() and not os.listdir(FOLDER):
        subprocess.run(["umount", FOLDER], capture_output=True, check=False)
