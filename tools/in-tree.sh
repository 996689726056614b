#!/usr/bin/env bash
# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

# Builds the module in contrib/ of an ns-3 tree (3.36 or newer) and runs its suites and examples
# with test.py there. Only the modules it needs are built.
# usage: tools/in-tree.sh TREE [OPTION of ./ns3 configure]...
set -euo pipefail
module=$(cd "$(dirname "$0")/.." && pwd)
cd "$1"
shift

# One build of a tree at a time. The tree may have served another checkout, whose files can be
# newer than this one's.
exec 9<ns3
flock 9
link=contrib/global-ip-tunneling
if [ "$(readlink $link)" != "$module" ]; then
    ln -sfn "$module" $link
    rm -rf cmake-cache/contrib build/contrib
fi

./ns3 configure -G Ninja --enable-tests --enable-examples --disable-precompiled-headers \
    --enable-modules="global-ip-tunneling;flow-monitor;internet-apps" \
    --filter-module-examples-and-tests=global-ip-tunneling "$@"
cmake -DGIPT_WERROR=ON cmake-cache >/dev/null
./ns3 build -j "$(nproc)"

# The suites and examples of the module, not those that ns-3 runs with any selection of modules.
# (test.py ends well even when something fails; the tally does not.)
./test.py --no-build --suite='gipt-*' | tee suites.log
./test.py --no-build --constrain=example | tee examples.log
"$module/tools/tally.sh" 0 suites.log examples.log
