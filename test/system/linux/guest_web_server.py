# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""A Linux real server with a web server, inside User-Mode Linux or in a network namespace.

usage: guest_web_server.py MODULES NAME ADDRESS/LENGTH GATEWAY VIP[,VIP...]

MODULES is the folder of the kernel's modules, "-" where ipip is already there. / answers with
NAME, /N with N octets. nginx serves where it is installed, else Python.
"""

import http.server
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import guest  # pylint: disable=wrong-import-position

FILES = "/run/www"
SIZES = (1000, 100_000, 1_000_000, 10_000_000, 50_000_000)

NGINX = """
daemon off;
user root;
worker_processes 1;
pid /run/nginx.pid;
error_log stderr error;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    client_body_temp_path /run/nginx-body;
    proxy_temp_path /run/nginx-proxy;
    fastcgi_temp_path /run/nginx-fastcgi;
    uwsgi_temp_path /run/nginx-uwsgi;
    scgi_temp_path /run/nginx-scgi;
    add_header X-Real-Server {name} always;
    server {{
        listen 80 default_server backlog=1024;
        root {files};
        default_type text/plain;
        location = / {{ return 200 "{name}\\n"; }}
    }}
}}
"""


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves what nginx would."""

    name = ""
    protocol_version = "HTTP/1.1"

    def end_headers(self):
        self.send_header("X-Real-Server", self.name)
        super().end_headers()

    def do_GET(self):
        if self.path != "/":
            super().do_GET()
            return
        body = (self.name + "\n").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


def become_real_server(address, gateway, vips):
    """The recipe of doc/emulation.rst, and an address."""
    guest.call("ip link set lo up")
    guest.call("ip link set eth0 up")
    guest.call(f"ip addr replace {address} dev eth0")
    guest.call(f"ip route replace default via {gateway}")
    guest.call("ip link set tunl0 up")
    for vip in vips:
        guest.call(f"ip addr replace {vip}/32 dev tunl0")
    for name in ("all", "tunl0"):
        guest.set_sysctl(f"net.ipv4.conf.{name}.rp_filter", "0")
    guest.set_sysctl("net.ipv4.conf.all.arp_ignore", "1")
    guest.set_sysctl("net.ipv4.conf.all.arp_announce", "2")


def main():
    """The life of the server."""
    modules, name, address, gateway, vips = sys.argv[1:6]
    is_guest = modules != "-"
    if is_guest:
        guest.mount("/run")
        subprocess.run(["dmesg", "-n", "1"], check=False)
        guest.Modules.use(modules)
        guest.Modules.load("ipip")
    become_real_server(address, gateway, vips.split(","))
    files = FILES if is_guest else os.getcwd()
    os.makedirs(files, exist_ok=True)
    for size in SIZES:
        with open(f"{files}/{size}", "wb") as file:
            file.truncate(size)
    print("READY", flush=True)
    if is_guest and shutil.which("nginx"):
        with open("/run/nginx.conf", "w", encoding="ascii") as file:
            file.write(NGINX.format(name=name, files=files))
        subprocess.run(["nginx", "-c", "/run/nginx.conf"], check=False)
    os.chdir(files)
    Handler.name = name
    http.server.ThreadingHTTPServer.request_queue_size = 1024
    http.server.ThreadingHTTPServer(("0.0.0.0", 80), Handler).serve_forever()


main()
