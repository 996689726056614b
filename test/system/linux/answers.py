# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""Compares what two runs of a script answered, one of them on Linux, line by line."""

import itertools


def is_connection_list(line):
    """Whether a line is the "$ ipvsadm -Lnc" in front of a list of connections."""
    words = line.split()
    return line.startswith("$ ") and any(
        word == "--connection" or (word[0] == "-" and word[1] != "-" and "c" in word)
        for word in words[2:]
    )


def read_answer(text):
    """The lines of an answer; connections, which Linux lists in any order, in a certain one."""
    lines = text.splitlines()
    for start, line in enumerate(lines, 1):
        if is_connection_list(line):
            rows = itertools.takewhile(lambda row: not (row[0] == "$" or row[0].isdigit()),
                                       lines[start:])
            rows = sorted(rows)
            lines[start : start + len(rows)] = rows
    return lines


def read_packet(line):
    """The words of a line, and the packet it ends with, if any."""
    words = line.split()
    if len(words) == 4 and words[1] == "packet" and len(words[3]) >= 40:
        return words, bytearray.fromhex(words[3])
    return words, None


def normalize(line, linux):
    """A line without what Linux chooses at random or only says in its own words.

    Where Linux's identification is 0 it must be ours too; elsewhere it is any number.
    """
    words, packet = read_packet(line)
    _, other = read_packet(linux)
    if packet and other and any(other[4:6]):
        packet[4:6] = packet[10:12] = b"\0\0"
        words[3] = packet.hex()
    if "drop" in words:
        words = words[: words.index("drop") + 1]
    return " ".join(words)


def find_differences(ours, linux):
    """The lines that differ, each pair without what may differ; "" for a line that is missing."""
    lines = itertools.zip_longest(read_answer(ours), read_answer(linux), fillvalue="")
    pairs = ((normalize(left, right), normalize(right, right)) for left, right in lines)
    return [pair for pair in pairs if pair[0] != pair[1]]
