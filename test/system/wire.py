# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""Speaks Ethernet on a tap of an emulation, in the network namespace it is started in.

    wire.py exchange TAP FRAMES     sends packets of a file, one each 20 ms; prints what comes
    wire.py flood COUNT [TO]        sends UDP from client0 to servers0 as fast as it can
    wire.py stream RATE SECONDS TO  sends so many UDP datagrams a second from client0, of 10,000 ports
    wire.py noise TAP COUNT SEED    sends frames that no stack expects

exchange answers every ARP request as 02:..:99. Packets are hexadecimal, one a line, both ways.
"""

import os
import random
import select
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "linux"))
import packets  # pylint: disable=wrong-import-position

ETH_P_ALL = 3
ETH_P_ARP = 0x0806
OWN = bytes.fromhex("020000000099")
SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35
PORT = 9999


class Wire:
    """Frames to and from the model."""

    def __init__(self, tap, protocol=ETH_P_ALL):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol))
        self.socket.setsockopt(263, 23, 1)  # SOL_PACKET, PACKET_IGNORE_OUTGOING
        self.socket.bind((tap, 0))
        self.answered = 0  # ARP requests

    def receive(self, seconds):
        """The IPv4 packets of some time; ARP requests are answered."""
        packets = []
        end = time.monotonic() + seconds
        while select.select([self.socket], [], [], max(0, end - time.monotonic()))[0]:
            frame = self.socket.recv(65536)
            if frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\1":
                asked, asker = frame[38:42], frame[28:32]
                reply = frame[6:12] + OWN + frame[12:20] + b"\0\2" + OWN + asked
                self.socket.send(reply + frame[6:12] + asker)
                self.answered += 1
            elif frame[12:14] == b"\x08\x00":
                length = struct.unpack("!H", frame[16:18])[0]
                packets.append(frame[14 : 14 + length])
        return packets

    def find(self, address, own="10.0.0.1"):
        """The MAC address of the model, which has an IPv4 address."""
        asked = socket.inet_aton(address)
        question = b"\0\1\x08\0\6\4\0\1" + OWN + socket.inet_aton(own) + bytes(6) + asked
        for _ in range(50):
            self.socket.send(b"\xff" * 6 + OWN + b"\x08\x06" + question)
            end = time.monotonic() + 0.2
            while select.select([self.socket], [], [], max(0, end - time.monotonic()))[0]:
                frame = self.socket.recv(65536)
                if frame[12:14] == b"\x08\x06" and frame[28:32] == asked:
                    return frame[6:12]
        raise SystemExit("nobody answers for " + address)


def exchange(tap, path):
    """Send packets, print what comes."""
    wire = Wire(tap)
    model = wire.find("10.0.0.10")
    with open(path, encoding="ascii") as file:
        for line in file:
            wire.socket.send(model + OWN + b"\x08\0" + bytes.fromhex(line))
            for packet in wire.receive(0.02):
                print(packet.hex())
    for packet in wire.receive(1):
        print(packet.hex())


def flood(count, destination="10.2.0.99"):
    """Send datagrams with their time; print sent, came, the latest in milliseconds, came a second.

    They arrive as they are, or in a tunnel.
    """
    sender, receiver = Wire("client0"), Wire("servers0")
    receiver.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 28)
    receiver.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    router = sender.find("10.1.0.1", "10.1.0.2")
    ends = ("10.1.0.2", destination)
    head = struct.pack("!HHHH", 7, PORT, 208, 0)  # no checksum
    frame = router + OWN + b"\x08\0" + packets.ip(*ends, 17, head + bytes(200))
    at = len(frame) - 200

    def send():
        stamped = frame[:at] + struct.pack("q", time.time_ns()) + frame[at + 8 :]
        try:
            sender.socket.send(stamped)
            return True
        except OSError:  # its own queue is full
            return False

    for _ in range(50):  # until the router has an answer to ARP
        send()
        if receiver.receive(0.3):
            break
    receiver.receive(0.5)
    sent = sum(send() for _ in range(count))
    delays, arrivals = [], []
    while select.select([receiver.socket], [], [], 2)[0]:
        data, control, _, _ = receiver.socket.recvmsg(2048, 64)
        data = data[20:] if data[23] == 4 else data
        if data[36:38] == struct.pack("!H", PORT):
            seconds, nanoseconds = struct.unpack("qq", control[0][2])
            arrivals.append(seconds * 1000000000 + nanoseconds)
            delays.append(arrivals[-1] - struct.unpack("q", data[at : at + 8])[0])
    rate = len(arrivals) / max(1, arrivals[-1] - arrivals[0]) * 1e9
    print(sent, len(delays), max(delays) / 1e6, round(rate))


def stream(rate, seconds, destination):
    """Send datagrams at a rate, each millisecond its share.

    Prints how many, and how many ARP requests have been answered behind the model.
    """
    wire, behind = Wire("client0"), Wire("servers0", ETH_P_ARP)
    threading.Thread(target=behind.receive, args=(seconds + 5,), daemon=True).start()
    router = wire.find("10.1.0.1", "10.1.0.2")
    frames = []
    for port in range(10000, 20000):
        head = struct.pack("!HHHH", port, PORT, 208, 0)  # no checksum
        packet = packets.ip("10.1.0.2", destination, 17, head + bytes(200))
        frames.append(router + OWN + b"\x08\0" + packet)
    wire.socket.send(frames[0])
    time.sleep(0.5)  # answers to ARP
    sent, begin = 1, time.monotonic()
    while (passed := time.monotonic() - begin) < seconds:
        for _ in range(int(passed * rate) + 1 - sent):
            wire.socket.send(frames[sent % len(frames)])
            sent += 1
        time.sleep(0.001)
    time.sleep(1)
    print(sent, behind.answered)


def noise(tap, count, seed):
    """Send frames of all kinds."""
    choice = random.Random(seed)
    wire = Wire(tap)
    for _ in range(count):
        kind = choice.choice([b"\x08\0", b"\x08\0", b"\x08\x06", b"\x86\xdd", b"\x81\0", b"\0\x20"])
        body = bytearray(choice.randbytes(choice.randrange(0, 120)))
        if body and kind == b"\x08\0":
            body[0] = choice.choice([0x45, 0x45, 0x46, 0x4F, 0x65, 0x40])
        if len(body) > 20 and kind == b"\x08\0":
            body[2:4] = struct.pack("!H", choice.choice([len(body), len(body), 20, 1400]))
            body[6:8] = choice.choice([b"\0\0", b"\x20\0", b"\0\7"])
            body[9] = choice.choice([1, 4, 6, 17, 2])
            body[10:12] = b"\0\0"
            body[16:20] = socket.inet_aton(choice.choice(["10.0.0.10", "10.0.0.100", "10.0.0.255"]))
            size = min(len(body), (body[0] & 15) * 4)
            words = bytes(body[:size]) + bytes(size % 2)
            total = sum(struct.unpack(f"!{len(words) // 2}H", words))
            while total >> 16:
                total = (total & 0xFFFF) + (total >> 16)
            body[10:12] = struct.pack("!H", ~total & 0xFFFF)
        wire.socket.send(b"\xff" * 6 + OWN + kind + bytes(body))
    # one more that must be answered: it still runs
    wire.find("10.0.0.10")
    print("alive")


if __name__ == "__main__":
    if sys.argv[1] == "exchange":
        exchange(*sys.argv[2:])
    elif sys.argv[1] == "flood":
        flood(int(sys.argv[2]), *sys.argv[3:])
    elif sys.argv[1] == "stream":
        stream(int(sys.argv[2]), float(sys.argv[3]), sys.argv[4])
    else:
        noise(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
