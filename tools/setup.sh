#!/usr/bin/env bash
# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

# Gets what a build needs: packages (where it may, otherwise says which) and .venv.
# usage: tools/setup.sh [wheel | system | bench | in-tree | fuzz | linux | emulation]...
#
# Safe to interrupt and to run again; when nothing is missing it takes a fraction of a second.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(ccache cmake g++ libboost-dev make ninja-build)
venv=
for want in "$@"; do
    case $want in
        wheel) packages+=(python3-dev python3-venv) venv=yes ;;
        system) packages+=(libns3-dev ns3) ;; # ns3: programs that its CMake package names
        bench) packages+=(iperf3 iproute2 libabsl-dev procps valgrind) ;;
        in-tree) packages+=(dpkg-dev libopenmpi-dev openmpi-bin python3) ;;
        fuzz) packages+=(clang-14 libclang-rt-14-dev python3) ;;
        linux) packages+=(iproute2 ipvsadm python3 user-mode-linux) ;; # Linux as a process: test/system/linux
        emulation) # real hosts around a director: examples/emulation
            packages+=(curl iproute2 iputils-ping ipvsadm procps python3 tshark user-mode-linux)
            ;;
        *)
            echo "tools/setup.sh: $want: unknown, expected wheel, system, bench, in-tree, fuzz," \
                "linux or emulation" >&2
            exit 2
            ;;
    esac
done

# One set-up at a time; the others wait.
exec 9<"$0"
flock 9

install_packages() {
    local missing=() package root=()
    for package in "${packages[@]}"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
            missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            echo "These packages are missing. Install them, then run this command again:" >&2
            echo "  sudo apt-get install --no-install-recommends ${missing[*]}" >&2
            exit 2
        fi
        root=(sudo)
    fi
    echo "== Installing packages: ${missing[*]}"
    "${root[@]}" apt-get update -q
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "${missing[@]}"
}

# Without apt the names are Debian's, and the compiler and CMake will say what is missing.
if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
    install_packages
else
    for tool in cmake c++ ninja python3; do
        command -v $tool >/dev/null || {
            echo "$tool is missing. Install what Debian calls: ${packages[*]}" >&2
            exit 2
        }
    done
fi
[ -n "$venv" ] || exit 0

# The wheel exists for CPython 3.9 to 3.13.
find_python() {
    local python
    for python in python3 python3.13 python3.12 python3.11 python3.10 python3.9; do
        if "$python" -c 'import ensurepip, sys; sys.exit(not (3, 9) <= sys.version_info < (3, 14))' \
            2>/dev/null; then
            echo "$python"
            return
        fi
    done
    echo "No Python between 3.9 and 3.13 with venv: install python3.13 and python3.13-venv" >&2
    exit 2
}

# The stamp is written last: without it the folder is half made or of other requirements. What was
# interrupted leaves its mark, and is made anew.
stamp=.venv/requirements.sha256
hash=$(sha256sum requirements.txt)
[ "$(cat $stamp 2>/dev/null)" != "$hash" ] || .venv/bin/python -c '' 2>/dev/null || rm -f $stamp
[ "$(cat $stamp 2>/dev/null)" != "$hash" ] || exit 0
if [ -e .venv.unfinished ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    rm -rf .venv
fi
touch .venv.unfinished
if [ ! -d .venv ]; then
    python=$(find_python)
    echo "== Making .venv with $("$python" --version): ns-3 3.44 and its Python, about 2 minutes"
    "$python" -m venv .venv
fi
.venv/bin/python -m pip install --disable-pip-version-check --no-input -r requirements.txt |
    sed -u -E '/^(Requirement already|Ignoring) /d'
echo "$hash" >$stamp
rm .venv.unfinished
