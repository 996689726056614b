#!/usr/bin/env bash
# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

# Runs the same experiments on two builds, which may be of two ns-3 releases, and compares what they
# write, octet by octet. Workloads without ns-3's TCP must give the same; of those with it is told
# whether they do.
# usage: tools/compare-hosts.sh BUILD OTHER
set -uo pipefail
cd "$(dirname "$0")/.."
[ $# = 2 ] || {
    echo "tools/compare-hosts.sh: $# arguments, expected two build folders" >&2
    exit 2
}
passed=0 failed=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

compare() {
    local must=$1 name=$2 file differ=""
    shift 2
    for build in "$build_1" "$build_2"; do
        "$build/bin/global-failover" "$@" --results="$folder/$build" >/dev/null 2>"$folder/errors" || {
            cat "$folder/errors"
            differ="run of $build"
        }
    done
    for file in connections.csv sites.csv events.csv cities.csv links.csv summary.json; do
        cmp -s "$folder/$build_1/$file" "$folder/$build_2/$file" || differ="$differ $file"
    done
    if [ -z "$differ" ]; then
        echo "PASS $name: the same files"
        passed=$((passed + 1))
    elif [ "$must" = must ]; then
        echo "FAIL $name: differ:$differ"
        failed=$((failed + 1))
    else
        echo "NOTE $name (ns-3's TCP): differ:$differ"
    fi
}

build_1=$1 build_2=$2
short="--duration=9s --rate=100 --health-interval=1s --health-timeout=500ms"
for scheduler in wrr mh; do
    compare must "light, $scheduler" $short --workload=light --scheduler=$scheduler
done
compare must "udp" $short --workload=udp --health-method=udp
compare must "light, link cut" $short --workload=light --fail='link-cut:Denver|Kansas City@3s-6s' \
    --convergence='ns3::UniformRandomVariable[Min=0.2|Max=1]'
compare must "light, anycast" $short --workload=light --director='Denver,Atlanta' --sync=ipvs \
    --fail=director-crash:Denver-director-1@3s-6s
compare may "request" $short
compare may "session" $short --workload=session
echo "$passed passed, $failed failed"
[ $failed = 0 ]
