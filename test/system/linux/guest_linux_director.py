# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""A Linux director, inside User-Mode Linux or in a network namespace.

usage: guest_linux_director.py MODULES NAME ADDRESS/LENGTH GATEWAY VIP[,VIP...] RULES

MODULES is the folder of the kernel's modules, "-" where ip_vs is already there; RULES is a file of
ipvsadm-save -n.
"""

import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import guest  # pylint: disable=wrong-import-position


def main():
    """The life of the director."""
    modules, _, address, gateway, vips, rules = sys.argv[1:7]
    if modules != "-":
        guest.mount("/run", "/var/lib")
        subprocess.run(["dmesg", "-n", "1"], check=False)
        guest.Modules.use(modules)
        for name in guest.Modules.needs:
            if name == "ip_vs" or name.startswith("ip_vs_") and name != "ip_vs_ftp":
                guest.Modules.load(name)
    guest.call("ip link set lo up")
    guest.call("ip link set eth0 up")
    guest.call(f"ip addr replace {address} dev eth0")
    guest.call(f"ip route replace default via {gateway}")
    for vip in vips.split(","):
        guest.call(f"ip addr replace {vip}/32 dev lo")
    guest.set_sysctl("net.ipv4.conf.all.rp_filter", "0")
    with open(rules, encoding="ascii") as file:
        done = subprocess.run(["ipvsadm", "-R"], stdin=file, check=False)
    print("READY" if done.returncode == 0 else "ipvsadm -R failed", flush=True)
    while True:
        time.sleep(5)
        print(subprocess.run(["ipvsadm", "-Ln", "--stats"], capture_output=True, text=True).stdout)


main()
