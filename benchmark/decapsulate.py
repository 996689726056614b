#!/usr/bin/env python3
# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""Takes IPIP packets out of their tunnel on an interface, by XDP, until it is killed.

usage: decapsulate.py INTERFACE      (prints "ready")

Kernels that lack ipip have this. It looks at nothing but the protocol, so it is a real server for
measurements alone.
"""

import ctypes
import platform
import signal
import socket
import struct
import sys

SYS_BPF = {"x86_64": 321, "aarch64": 280}
BPF_PROG_LOAD, BPF_LINK_CREATE = 5, 28
BPF_PROG_TYPE_XDP, BPF_XDP = 6, 37
XDP_FLAGS_DRV_MODE = 4
XDP_DROP, XDP_PASS = 1, 2
BPF_FUNC_XDP_ADJUST_HEAD = 44
DATA, DATA_END = 0, 4  # in the context
PROTOCOL = 14 + 9  # of the outer header, whose length is 20


def instruction(code, dst=0, src=0, offset=0, value=0):
    """One instruction."""
    return struct.pack("<BBhi", code, src << 4 | dst, offset, value)


def load(size, dst, src, offset):
    """dst = *(src + offset)"""
    return instruction({1: 0x71, 2: 0x69, 4: 0x61, 8: 0x79}[size], dst, src, offset)


def store(size, dst, offset, src):
    """*(dst + offset) = src"""
    return instruction({1: 0x73, 2: 0x6B, 4: 0x63, 8: 0x7B}[size], dst, src, offset)


def move(dst, src):
    """dst = src"""
    return instruction(0xBF, dst, src)


PASS = [instruction(0xB7, 0, value=XDP_PASS), instruction(0x95)]
DROP = [instruction(0xB7, 0, value=XDP_DROP), instruction(0x95)]


def program():
    """The Ethernet header moves 20 octets on, over the outer IPv4 header."""
    move_header = [
        load(8, 7, 1, 0),
        load(4, 8, 1, 8),
        load(2, 9, 1, 12),
        move(1, 6),
        instruction(0xB7, 2, value=20),
        instruction(0x85, value=BPF_FUNC_XDP_ADJUST_HEAD),
        instruction(0x15, 0, 0, 2, 0),  # if r0 == 0, over DROP
        *DROP,
        load(4, 1, 6, DATA),
        load(4, 2, 6, DATA_END),
        move(3, 1),
        instruction(0x07, 3, value=14),
        instruction(0xBD, 3, 2, 2),  # if r3 <= r2, over DROP
        *DROP,
        store(8, 1, 0, 7),
        store(4, 1, 8, 8),
        store(2, 1, 12, 9),
    ]
    return [
        move(6, 1),
        load(4, 2, 6, DATA_END),
        load(4, 1, 6, DATA),
        move(3, 1),
        instruction(0x07, 3, value=54),
        instruction(0x2D, 3, 2, len(move_header) + 2),  # if r3 > r2, to PASS
        load(1, 4, 1, PROTOCOL),
        instruction(0x55, 4, 0, len(move_header), 4),  # if it is not IPIP, to PASS
        *move_header,
        *PASS,
    ]


def bpf(command, attributes):
    """The system call; raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(attributes, 128)
    result = libc.syscall(SYS_BPF[platform.machine()], command, buffer, 128)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"bpf({command}): errno {number}")
    return result


def main():
    """The command line."""
    code = b"".join(program())
    memory = ctypes.create_string_buffer(code, len(code))
    text = ctypes.create_string_buffer(b"GPL")
    attributes = struct.pack(
        "<IIQQ", BPF_PROG_TYPE_XDP, len(code) // 8, ctypes.addressof(memory), ctypes.addressof(text)
    )
    loaded = bpf(BPF_PROG_LOAD, attributes)
    index = socket.if_nametoindex(sys.argv[1])
    # the link goes with this process
    bpf(BPF_LINK_CREATE, struct.pack("<IIII", loaded, index, BPF_XDP, XDP_FLAGS_DRV_MODE))
    print("ready", flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
