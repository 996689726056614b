# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""IPv4 packets as bytes, well-made unless asked otherwise."""

import socket
import struct

FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32
DF, MF = 0x4000, 0x2000


def checksum(data):
    """The Internet checksum (RFC 1071)."""
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip(source, destination, protocol, payload, ttl=64, tos=0, flags=DF, offset=0, ident=0, **other):
    """An IPv4 packet. flags: DF | MF; offset in bytes.

    Others: options, bytes, a multiple of 4; damage, added to the checksum; length, what the header
    says instead of the truth.
    """
    options = other.get("options", b"")
    size = 20 + len(options)
    header = struct.pack(
        "!BBHHHBBH4s4s",
        0x40 | size // 4,
        tos,
        other.get("length", size + len(payload)),
        ident,
        flags | offset // 8,
        ttl,
        protocol,
        0,
        socket.inet_aton(source),
        socket.inet_aton(destination),
    )
    header += options
    value = (checksum(header) + other.get("damage", 0)) & 0xFFFF
    return header[:10] + struct.pack("!H", value) + header[12:] + payload


def with_checksum(source, destination, protocol, segment, at, damage=0):
    """A TCP or UDP segment with its checksum at an offset."""
    pseudo = socket.inet_aton(source) + socket.inet_aton(destination)
    pseudo += struct.pack("!BBH", 0, protocol, len(segment))
    value = checksum(pseudo + segment) or 0xFFFF
    return segment[:at] + struct.pack("!H", (value + damage) & 0xFFFF) + segment[at + 2 :]


def tcp(source, sport, destination, dport, flags, data=b"", seq=1000, ack=None, damage=0):
    """A TCP segment with a correct checksum, but for damage."""
    ack = (2000 if flags & ACK else 0) if ack is None else ack
    head = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, 0x50, flags, 65535, 0, 0)
    return with_checksum(source, destination, 6, head + data, 16, damage)


def udp(source, sport, destination, dport, data=b"", damage=0):
    """A UDP datagram."""
    head = struct.pack("!HHHH", sport, dport, 8 + len(data), 0)
    return with_checksum(source, destination, 17, head + data, 6, damage)


def icmp(kind, code, data, rest=0, damage=0):
    """An ICMP message; rest is its second word."""
    message = struct.pack("!BBHI", kind, code, 0, rest) + data
    value = (checksum(message) + damage) & 0xFFFF
    return message[:2] + struct.pack("!H", value) + message[4:]


def filler(size):
    """Bytes that tell their place."""
    return bytes(i * 7 & 0xFF for i in range(size))


def fragments(packet, sizes):
    """Cut a packet without options into fragments whose payloads have these sizes; the last takes
    the rest."""
    payload, done, parts = packet[20:], 0, []
    while done < len(payload):
        size = sizes[min(len(parts), len(sizes) - 1)]
        part = payload[done : done + size]
        more = MF if done + size < len(payload) else 0
        word = struct.unpack("!H", packet[6:8])[0] & ~DF
        header = struct.pack("!H", 20 + len(part)) + packet[4:6]
        header += struct.pack("!H", word | more | done // 8) + packet[8:10]
        header = packet[:2] + header + b"\0\0" + packet[12:20]
        value = struct.pack("!H", checksum(header))
        parts.append(header[:10] + value + header[12:] + part)
        done += size
    return parts
