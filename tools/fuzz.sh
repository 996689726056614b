#!/usr/bin/env bash
# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

# Runs the fuzz targets of a build with -DGIPT_FUZZ=ON, two at a time, and ends with
# "N passed, N failed".
# usage: tools/fuzz.sh BUILD SECONDS [TARGET]...     (TARGET: director graphml rules tunnel)
#
# What a target has found to begin with next time is kept in BUILD/fuzz/TARGET. A finding is a file
# that "BUILD/bin/fuzz-TARGET FILE" shows again.
set -uo pipefail
cd "$(dirname "$0")/.."
[ $# -ge 2 ] || { echo "usage: tools/fuzz.sh BUILD SECONDS [TARGET]..." >&2; exit 2; }
build=$1 seconds=$2
shift 2
targets=("$@")
[ $# -gt 0 ] || targets=(director tunnel rules graphml)
work=$build/fuzz
python3 test/fuzz/make-corpus.py "$work/seeds" || exit

run_target() {
    local target=$1 log=$work/$1.log
    mkdir -p "$work/$target"
    "$build/bin/fuzz-$target" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2000 \
        -print_final_stats=1 -artifact_prefix="$work/finding-$target-" -max_len=3000 \
        -dict=test/fuzz/words.dict "$work/$target" "$work/seeds/$target" >"$log" 2>&1
    local status=$?
    local count covered
    count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    covered=$(grep -oE ' cov: [0-9]+' "$log" | tail -n 1)
    if [ $status = 0 ] && [ "${count:-0}" -gt 0 ]; then
        echo "fuzz-$target: $count executions,${covered:- cov: 0} edges, no finding"
    else
        echo "fuzz-$target: FAILED after ${count:-?} executions, status $status; log: $log"
        grep -E '^(INFO: Seed|==.*ERROR|SUMMARY|Test unit written|does not hold|.*runtime error|.*[Aa]ssert|msg=)' "$log"
        tail -n 30 "$log"
        return 1
    fi
}

passed=0 failed=0 running=()
for target in "${targets[@]}"; do
    if [ ${#running[@]} = 2 ]; then
        wait "${running[0]}" && passed=$((passed + 1)) || failed=$((failed + 1))
        running=("${running[1]}")
    fi
    run_target "$target" &
    running+=($!)
done
for job in "${running[@]}"; do
    wait "$job" && passed=$((passed + 1)) || failed=$((failed + 1))
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
