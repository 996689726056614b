#! /usr/bin/env python3
# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

# Examples that ns-3's test.py runs: (command line, when to run it, when to run it under valgrind).
cpp_examples = [
    ("director-ctl --help", "True", "False"),
    ("director-pair", "True", "False"),
    ("director-replay /dev/null", "True", "False"),
    ("failure-gallery", "True", "False"),
    ("first-director", "True", "False"),
    ("global-failover --fail=Houston@2s-4s --duration=8s --rate=50 --results=testpy-output/global-failover", "True", "False"),
    ("global-failover --workload=light --director=Denver,Denver --sync=complete --fail=director-crash:Denver-director-1@7s-30s --duration=10s --rate=50 --results=testpy-output/director-crash", "True", "False"),
    ("graph-routing", "True", "False"),
    ("health-monitor", "True", "False"),
    ("million-connections --connections=2000", "True", "False"),
    ("own-scheduler", "True", "False"),
    ("real-server-replay /dev/null", "True", "False"),
    ("topology-report ring:8 --sites=central:2", "True", "False"),
    ("workloads --duration=20", "True", "False"),
]

# (file name, when to run it)
python_examples = []
