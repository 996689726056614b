# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""A machine whose kernel has ipip and ip_vs, inside User-Mode Linux: namespaces are its real hosts.

usage: guest_emulation.py MODULES SCRIPT BUILD REQUESTS

Runs the script examples/emulation/emulation, and curl as its client. Prints what curl got, what the
script wrote and what is left after it, for each of its commands, then READY.
"""

import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import guest  # pylint: disable=wrong-import-position


def main():
    """The life of the machine."""
    modules, script, build, requests = sys.argv[1:5]
    guest.mount("/run", "/tmp")
    subprocess.run(["dmesg", "-n", "1"], check=False)
    guest.Modules.use(modules)
    for name in ("tun", "veth", "bridge", "ipip", "ip_vs", "ip_vs_rr"):
        guest.Modules.load(name)
    guest.call("ip link set lo up")
    use("run", script, build, requests)
    use("servers", script, build, requests)
    print("READY", flush=True)
    while True:
        time.sleep(1)


def use(name, script, build, requests):
    """Use a command of the script."""
    command = [sys.executable, script, "--name=inner"]
    run = subprocess.Popen(
        [*command, name, "--as=namespaces", f"--build={build}"], stdout=subprocess.PIPE, text=True
    )
    for line in run.stdout:
        print(line, end="", flush=True)
        if line.startswith("Ctrl-C"):
            break
    for _ in range(int(requests)):
        curl = ["curl", "-sS", "-m", "20", "-o", "/dev/null", "http://198.51.100.1/"]
        curl += ["-w", "%{http_code} %header{server} %header{x-real-server}"]
        done = subprocess.run([*command, "exec", *curl], capture_output=True, text=True, check=False)
        print("GOT", name, done.stdout + done.stderr, flush=True)
    run.send_signal(signal.SIGINT)
    output, _ = run.communicate()
    print(output, "STATUS", run.returncode)
    print("LEFT", os.listdir("/run/netns"), os.listdir("/tmp"))


main()
