#!/usr/bin/env bash
# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

# Unpacks a source package of Debian, with lists of its own: the machine's own are left alone.
# usage: tools/debian-source.sh PACKAGE SUITE FOLDER
set -euo pipefail
package=$1 suite=$2 folder=$3

mkdir -p "$folder/apt/lists/partial"
echo "deb-src http://deb.debian.org/debian $suite main" >"$folder/apt/sources.list"
options=(
    -q
    -o Dir::Etc::SourceList="$folder/apt/sources.list"
    -o Dir::Etc::SourceParts=-
    -o Dir::State::Lists="$folder/apt/lists"
    -o APT::Sandbox::User=
)
apt-get "${options[@]}" update
cd "$folder"
apt-get "${options[@]}" source "$package"
