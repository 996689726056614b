# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""Compares what two runs of a script answered, one of them on Linux, line by line."""

import itertools


def is_unordered(line):
    """Whether a line is the "$ ipvsadm ..." in front of a listing that Linux gives in any order:
    connections, or services that are not sorted."""
    words = line.split()
    return words[:2] == ["$", "ipvsadm"] and any(
        word in ("--connection", "--nosort") or (word[:1] == "-" != word[1:2] and "c" in word)
        for word in words[2:]
    )


def is_listed(line):
    """Whether a line belongs to the listing above it: not to the next, and not to a packet."""
    return not (line.startswith("$ ") or line[:1].isdigit())


def sort_listing(rows):
    """The rows of a listing in a certain order, those with "->" after the one they belong to."""
    groups = []
    for row in rows:
        if row.startswith("  ->") and groups:
            groups[-1].append(row)
        else:
            groups.append([row])
    return [row for group in sorted(groups) for row in group]


def read_answer(text):
    """The lines of an answer, listings of any order in a certain one."""
    lines = text.splitlines()
    for start, line in enumerate(lines, 1):
        if is_unordered(line):
            rows = list(itertools.takewhile(is_listed, lines[start:]))
            lines[start : start + len(rows)] = sort_listing(rows)
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
        return " ".join([*words[:3], packet.hex()])
    if words[2:4] == ["->", "drop"]:
        return " ".join(words[:4])
    return line


def find_differences(ours, linux):
    """The lines that differ, each pair without what may differ; "" for a line that is missing."""
    lines = itertools.zip_longest(read_answer(ours), read_answer(linux), fillvalue="")
    pairs = ((normalize(left, right), normalize(right, right)) for left, right in lines)
    return [pair for pair in pairs if pair[0] != pair[1]]
