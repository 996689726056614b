# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""The director between real hosts. All traffic stays in namespaces that are made here.

 1. a real client, a real Linux real server (User-Mode Linux) and a modelled one, of one service:
    every request is served, round robin, from a port used again, too; director-ctl takes a server
    out and puts it back; a download of 1 MB comes whole; the captures say that requests went through the tunnel and
    answers did not pass the director; nothing is left after Ctrl-C;
 2. after kill -9 of everything that can tidy up, "clean" removes what is left, and again nothing;
 3. what leaves the director on the tap is what the simulation of the same input writes, octet by
    octet;
 4. frames of all kinds: the director still answers, and lists at SIGUSR1;
 5. what is missing, wrong or in use is told in one line, and the status is 2;
 6. a real Linux director (IPVS in User-Mode Linux) balances a real client to two modelled sites,
    whose answers do not pass it;
 7. a site fails while a real client downloads: before, and after the health check has seen it, every
    download is served, by the sites that are left; what fails in between is counted; then the site
    serves again;
 8. where the kernel has ipip and ip_vs, namespaces are the real hosts, and nothing is left of them.

Where the machine cannot do it, a test is skipped with the reason.
"""

import re
import shutil
import signal
import struct
import subprocess
import sys
import time

import pytest
from emulated import (
    BUILD,
    NAME,
    PROGRAM,
    SCRIPT,
    VIP,
    WIRE,
    Namespace,
    Run,
    call,
    enter,
    left_over,
    need,
    need_linux,
    packets,
    uml,
)


@pytest.fixture(name="rules")
def make_rules(tmp_path):
    """One real and one modelled real server."""
    path = tmp_path / "rules"
    path.write_text(
        f"-A -t {VIP}:80 -s rr\n"
        f"-a -t {VIP}:80 -r 10.2.0.11:80 -i -w 1\n"
        f"-a -t {VIP}:80 -r 172.30.0.2:80 -i -w 1\n"
    )
    return path


def test_real_hosts(rules, tmp_path):
    """1."""
    need_linux()
    pcap = tmp_path / "capture"
    options = ["--as=uml", "--servers=1", f"--rules={rules}"]
    with Run(NAME, "run", *options, "--", "--modelled=1", f"--pcap={pcap}") as run:
        curl = ["curl", "-sS", "-m", "20", "-D", "-", "-o", "/dev/null"]

        def who(*options):
            answer = run.client(*curl, *options, f"http://{VIP}/")
            assert answer.startswith("HTTP/1.") and " 200 " in answer.splitlines()[0]
            return "modelled" if "Server: modelled-1" in answer else "linux"

        served = [who() for _ in range(10)]
        assert served in (["linux", "modelled"] * 5, ["modelled", "linux"] * 5)
        # a client uses a port again, while the server has the connection in TIME_WAIT
        close = ["-H", "Connection: close", "--local-port"]
        port = next(port for port in ("50001", "50002") if who(*close, port) == "modelled")
        assert who(*close, port) == "modelled"
        run.ctl("-e", "-t", f"{VIP}:80", "-r", "172.30.0.2", "-i", "-w", "0")
        assert [who() for _ in range(4)] == ["linux"] * 4
        listed = run.ctl("-Ln")
        assert re.search(r"172\.30\.0\.2:80 +Tunnel +0 ", listed), listed
        run.ctl("-e", "-t", f"{VIP}:80", "-r", "172.30.0.2", "-i", "-w", "1")
        assert sorted(who() for _ in range(4)) == ["linux"] * 2 + ["modelled"] * 2
        size = run.client(
            *curl[:4], "-o", "/dev/null", "-w", "%{size_download}", f"http://{VIP}/1000000"
        )
        assert size.strip() == "1000000"
        refused = subprocess.run(
            [
                BUILD / "bin" / "director-ctl",
                f"--socket=/tmp/{NAME}/socket",
                "-A",
                "-t",
                f"{VIP}:80",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (refused.returncode, refused.stdout) == (2, "")
        assert len(refused.stderr.splitlines()) == 1
        assert "0% packet loss" in run.client("ping", "-c", "2", "-W", "5", VIP)
        again = subprocess.run(
            [sys.executable, SCRIPT, f"--name={NAME}", "run", f"--build={BUILD}"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert again.returncode == 2 and "runs already" in again.stderr
        output = run.finish()
    assert re.search(r"TCP +198\.51\.100\.1:80 +\d+ ", output), output
    assert re.search(r"behind the wall clock by .* \(median\), .* \(p99\), .* \(max\)", output)
    assert re.search(r"The times of this run hold\.|THE TIMES OF THIS RUN DO NOT HOLD: ", output)

    if not shutil.which("tshark"):
        pytest.skip("all but the captures passed: tshark is not installed")

    def tshark(name, wanted, *fields):
        options = [word for field in fields for word in ("-e", field)]
        checks = ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE"]
        text = call(
            "tshark", "-r", f"{pcap}-{name}.pcap", *checks, "-Y", wanted, "-T", "fields", *options
        )
        return text.split("\n")[:-1]

    assert tshark("client", "ip.checksum.status==0 || tcp.checksum.status==0", "frame.number") == []
    assert (
        tshark("servers", "ip.checksum.status==0 || tcp.checksum.status==0", "frame.number") == []
    )
    ends = tshark("director-server-router", f"ip.dst=={VIP} && tcp", "ip.src", "ip.dst")
    tunnels = {line for line in ends if line}
    assert tunnels == {
        f"172.31.0.5,192.0.2.2\t10.2.0.11,{VIP}",
        f"172.31.0.5,192.0.2.2\t172.30.0.2,{VIP}",
    }
    assert tshark("client-router-director", f"ip.src=={VIP} && tcp", "frame.number") == []
    assert len(tshark("client-router-server-router", f"ip.src=={VIP} && tcp", "frame.number")) > 700


def test_clean_after_kill():
    """2."""
    need_linux()
    name = NAME + "-kill"
    with Run(name, "run", "--as=uml", "--servers=1") as run:
        run.process.kill()
        run.process.wait()
        assert name in call("ip", "netns", "list").split()
        for _ in range(2):
            call(sys.executable, SCRIPT, f"--name={name}", "clean")
            assert left_over(name) == []


def some_packets():
    """Packets of a client at 10.0.0.1, of which a director makes packets of all kinds."""
    vip, client = "10.0.0.100", "10.0.0.1"
    sent = []
    for port in range(40000, 40006):
        for flags, data in ((packets.SYN, b""), (packets.ACK, b""), (packets.ACK, b"x" * 700)):
            segment = packets.tcp(client, port, vip, 80, flags, data)
            kind = packets.DF if port % 2 else 0
            sent.append(
                packets.ip(client, vip, 6, segment, flags=kind, tos=port % 4, ident=port & 255)
            )
    sent.append(packets.ip(client, vip, 17, packets.udp(client, 5000, vip, 53, b"query")))
    sent.append(packets.ip(client, vip, 17, packets.udp(client, 5000, vip, 54, b"refused")))
    sent.append(packets.ip(client, vip, 1, packets.icmp(8, 0, b"echo" * 10, 0x00070001)))
    sent.append(packets.ip(client, vip, 6, packets.tcp(client, 40100, vip, 81, packets.SYN)))
    sent.append(packets.ip(client, vip, 6, packets.tcp(client, 40101, vip, 80, packets.ACK)))
    whole = packets.ip(
        client, vip, 17, packets.udp(client, 5001, vip, 53, b"y" * 1200), flags=0, ident=9
    )
    sent += packets.fragments(whole, [400])
    long = packets.tcp(client, 40001, vip, 80, packets.ACK, b"z" * 1460)
    sent.append(packets.ip(client, vip, 6, long))
    return sent


def test_same_as_simulation(tmp_path):
    """3."""
    need()
    rules = tmp_path / "rules"
    rules.write_text(
        "-A -t 10.0.0.100:80 -s rr\n-A -u 10.0.0.100:53 -s rr\n"
        + "".join(
            f"-a -{kind} 10.0.0.100:{port} -r 10.0.0.{server}:{port} -i -w 1\n"
            for kind, port in (("t", 80), ("u", 53))
            for server in (21, 22, 23)
        )
    )
    sent = some_packets()
    frames = tmp_path / "frames"
    frames.write_text("".join(packet.hex() + "\n" for packet in sent))
    lines = ["tuntap add d0 mode tap", "link set d0 up"]
    with Namespace(NAME, lines, "--director=tap:d0@10.0.0.10/24", f"--rules={rules}") as emulated:
        text = emulated.inside(sys.executable, WIRE, "exchange", "d0", frames)
    emulated_out = text.split()

    given, written = tmp_path / "in.pcap", tmp_path / "out.pcap"
    records = [
        struct.pack("<IIII", 1 + number // 50, number % 50 * 20000, len(packet), len(packet))
        + packet
        for number, packet in enumerate(sent)
    ]
    given.write_bytes(
        struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101) + b"".join(records)
    )
    options = [f"--rules={rules}", f"--pcap-in={given}", f"--pcap-out={written}"]
    call(BUILD / "bin" / "director-replay", *options)
    content, simulated_out, place = written.read_bytes(), [], 24
    while place < len(content):
        length = struct.unpack_from("<I", content, place + 8)[0]
        packet = content[place + 16 : place + 16 + length]
        simulated_out.append((packet[14:] if packet[0] >> 4 != 4 else packet).hex())
        place += 16 + length
    assert len(simulated_out) >= len(sent) - 1
    assert emulated_out == simulated_out


def test_noise():
    """4."""
    need()
    lines = ["tuntap add d0 mode tap", "link set d0 up"]
    with Namespace(NAME, lines, "--director=tap:d0@10.0.0.10/24") as emulated:
        seed = int(time.time())
        said = emulated.inside(sys.executable, WIRE, "noise", "d0", 5000, seed)
        assert said == "alive\n", f"seed {seed}"
        emulated.director.send_signal(signal.SIGUSR1)
        time.sleep(0.5)  # SIGINT would come first
        summary = emulated.finish()
    assert "RemoteAddress:Port           Forward" in summary, summary
    for reason in ("foreign", "malformed"):
        assert int(re.search(rf"(\d+) {reason}", summary)[1]) > 100, summary


def test_refusals(tmp_path):
    """5."""
    need()
    bad_rules = tmp_path / "bad"
    bad_rules.write_text("-A -t 10.0.0.100:80 -s rr\n-a -t nonsense\n")
    lines = ["tuntap add d0 mode tap", "link set d0 up", "tuntap add e0 mode tap", "link set e0 up"]
    with Namespace(NAME, lines, "--director=tap:d0@10.0.0.10/24") as emulated:
        for options, expected in [
            (["--director=tap:d0@10.0.0.11/24"], "in use"),
            (["--director=tap:lo@10.0.0.11/24"], "not a tap"),
            (["--director=raw:none@10.0.0.11/24"], "no such interface"),
            (["--director=bridge:none@10.0.0.11/24"], "ip tuntap add none mode tap"),
            (["--director=tap:e0@10.0.0.11"], "expected KIND"),
            (["--director=tap:e0"], "expected KIND"),
            (["--director=tap:e0@10.0.0.11/24", "--mtu=1400"], "ip link set e0 mtu 1400"),
            (["--director=tap:e0@10.0.0.11/24", f"--rules={bad_rules}"], f"{bad_rules}:2: "),
            (["--director=tap:e0@10.0.0.11/24", "--health=maybe"], "expected no, icmp or tcp"),
            (["--socket=" + "x" * 200, "--director=tap:e0@10.0.0.11/24"], "not a path"),
            ([f"--socket={bad_rules}", "--director=tap:e0@10.0.0.11/24"], "cannot serve there"),
            ([], "expected --client or --director"),
        ]:
            done = subprocess.run(
                enter(NAME, PROGRAM, "--socket=no", "--duration=1", *options),
                capture_output=True,
                text=True,
                timeout=30,
                check=False,
            )
            assert (done.returncode, done.stdout) == (2, ""), options
            assert len(done.stderr.splitlines()) == 1 and expected in done.stderr, done.stderr
        # not another user, who may not see a project in /root
        powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
        done = subprocess.run(
            enter(NAME, *powerless, PROGRAM, "--socket=no", "--director=tap:f0@10.0.0.11/24"),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 2 and "unshare -Urn" in done.stderr, done.stderr


def test_what_is_missing(tmp_path):
    """5., of the script."""
    need("curl", "sysctl")
    for tool in ("ip", "nsenter", "sysctl", "curl"):
        (tmp_path / tool).symlink_to(shutil.which(tool))
    for words, expected in [
        (["run", "--as=uml"], "linux.uml is not installed"),
        (["servers", "--as=namespaces"], "ipvsadm is not installed"),
        (["run", "--build=/nowhere"], "/nowhere/bin/emulated-director is missing: make build"),
        (["exec", "true"], "nothing runs"),
    ]:
        build = [] if words[0] == "exec" or "--build=/nowhere" in words else [f"--build={BUILD}"]
        done = subprocess.run(
            [sys.executable, SCRIPT, f"--name={NAME}-miss", *words[:1], *build, *words[1:]],
            capture_output=True,
            text=True,
            env={"PATH": str(tmp_path)},
            check=False,
        )
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert len(done.stderr.splitlines()) == 1 and expected in done.stderr, done.stderr
    assert left_over(NAME + "-miss") == []


def test_linux_director(tmp_path):
    """6."""
    need_linux()
    if not shutil.which("ipvsadm"):
        pytest.skip("ipvsadm is not installed")
    name, pcap = NAME + "-ipvs", tmp_path / "capture"
    options = ["--sites=Houston,Seattle", "--servers=1", f"--pcap={pcap}"]
    with Run(name, "servers", "--", *options) as run:
        curl = ["curl", "-sS", "-m", "20", "-D", "-", "-o", "/dev/null", f"http://{VIP}/"]
        answers = [run.client(*curl) for _ in range(6)]
        output = run.finish()
    served = [re.search(r"Server: (\S+)", answer)[1] for answer in answers]
    pair = ["Houston-server-1", "Seattle-server-1"]
    assert served in (pair * 3, pair[::-1] * 3)
    assert "servers0: " in output and "client0: " in output
    if shutil.which("tshark"):
        wanted = ["-Y", f"ip.dst=={VIP} && tcp.flags.syn==1", "-T", "fields", "-e", "ip.src"]
        ends = call("tshark", "-r", f"{pcap}-Seattle-server-1-1.pcap", *wanted).split()
        assert ends == ["172.29.0.11,192.0.2.2"] * 3
        answers = ["-Y", f"ip.src=={VIP}"]
        assert call("tshark", "-r", f"{pcap}-Seattle-server-1-1.pcap", *answers)
        assert not call("tshark", "-r", f"{pcap}-Chicago-3.pcap", *answers)


def test_namespaces(tmp_path):
    """8. This machine's kernel may have neither; that of User-Mode Linux has both."""
    need_linux()
    machine = [SCRIPT, BUILD, "6"]
    guest = uml.Guest("guest_emulation.py", map(str, machine), [], str(tmp_path / "uml"), memory="512M")
    try:
        guest.wait_for("READY", 120)
    finally:
        guest.end()
    log = guest.log()
    served = re.findall(r"^GOT run 200 .*linux-(\d)", log, re.M)
    assert served in (["1", "2"] * 3, ["2", "1"] * 3), log
    served = re.findall(r"^GOT servers 200 (.*)-server-\d ", log, re.M)
    assert sorted(set(served)) == ["Houston", "New York", "Seattle"] and len(served) == 6, log
    assert log.count("STATUS 0") == log.count("LEFT [] []") == 2, log


def test_live_failover(tmp_path):
    """7."""
    need("curl")
    name = NAME + "-fail"
    options = [f"--results={tmp_path}", "--", "--fail=Houston@5s-11s", "--duration=20"]
    command = [sys.executable, SCRIPT, f"--name={name}", "failover", f"--build={BUILD}", *options]
    try:
        output = call(*command)
    finally:
        call(sys.executable, SCRIPT, f"--name={name}", "clean")
    events = re.findall(
        r"^ +(.*) (begins|ends|is taken out of service|is back in service)$", output, re.M
    )
    assert [what for _, what in events] == (
        ["begins", *["is taken out of service"] * 2, "ends", *["is back in service"] * 2]
    ), output
    rows = [
        line.split(",") for line in (tmp_path / "emulated-failover.csv").read_text().split("\n")
    ]
    rows = [(float(row[0]), row[1] == "1", row[3]) for row in rows[1:-1]]
    lines = output.splitlines()
    seconds = {}  # second in which an event is told
    second = 0
    for line in lines:
        if found := re.match(r" +(\d+) s  served", line):
            second = int(found[1]) + 1
        elif "taken out" in line or "begins" in line:
            seconds[line.split()[-1]] = second
    out = seconds["service"]
    assert all(served for when, served, _ in rows if when < seconds["begins"] - 1)
    late = [row for row in rows if row[0] > out + 3]
    assert late and all(served for _, served, _ in late), output
    assert not [row for row in rows if out + 3 < row[0] < 10 and row[2].startswith("Houston")]
    assert [row for row in rows if row[0] > 15 and row[2].startswith("Houston")], output
    failed = sum(not served for _, served, _ in rows)
    assert f"The client downloaded {len(rows)} times, {failed} of them in vain." in output
    assert left_over(name) == []
