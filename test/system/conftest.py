# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""What holds for all tests of programs."""

import signal

# A shell's background jobs ignore SIGINT, and so would the programs under test.
signal.signal(signal.SIGINT, signal.default_int_handler)
