#!/usr/bin/env bash
# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

# Runs all tests of a standalone build and ends with "N passed, N failed[, N skipped]".
# usage: tools/test.sh BUILD [PYTHON]     (PYTHON has pytest; without it the C++ suites only)
set -uo pipefail
cd "$(dirname "$0")/.."
build=$1 python=${2:-} status=0

echo "== Test suites ($build/bin/test-runner)"
"$build/bin/test-runner" 2>&1 | tee "$build/test-runner.log" || status=1
logs=("$build/test-runner.log")
if [ -n "$python" ]; then
    echo "== Tests of programs, installation and Python (test/system)"
    GIPT_BUILD=$build "$python" -m pytest -q -rs test/system 2>&1 | tee "$build/pytest.log" || status=1
    logs+=("$build/pytest.log")
fi

tools/tally.sh $status "${logs[@]}"
