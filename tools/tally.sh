#!/usr/bin/env bash
# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

# Adds up the last count of passed, failed and skipped tests in each log and prints the sum. A run
# that ended badly (STATUS is not 0) without a failed test in its log, such as a crash, counts as
# one failed, and so does a run without any test.
# usage: tools/tally.sh STATUS LOG...     exit status 1 if anything failed
status=$1
shift
for log in "$@"; do
    sed -E 's/\x1b\[[0-9;]*m//g' "$log" | grep -E '[0-9]+ (passed|failed)\b' | tail -n 1
done | grep -oE '[0-9]+ (passed|failed|crashed|skipped|error)' | awk -v status="$status" '
    { sum[$2] += $1 }
    END {
        failed = sum["failed"] + sum["crashed"] + sum["error"]
        if (failed == 0 && (status != 0 || sum["passed"] == 0)) failed = 1
        printf "%d passed, %d failed", sum["passed"], failed
        if (sum["skipped"]) printf ", %d skipped", sum["skipped"]
        print ""
        exit failed > 0
    }'
