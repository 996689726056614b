#!/usr/bin/env python3
# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""A failover between two sites, from Python.

Two cities, one real server in each, a director and a client host in West, another client in East.
East loses its power and gets it back. The same world as

    global-failover --topology=examples/topologies/two-site.graphml --director=West
                    --sites=West,East --servers-per-site=1 --rate=20 --duration=30

and, for the same seed and run, the same result.
"""

import argparse
import pathlib
import sys

from ns import ns

VIP = "198.51.100.1"
PORT = 80
TOPOLOGY = pathlib.Path(__file__).resolve().parent / "topologies" / "two-site.graphml"
OUTCOMES = [
    "SERVED",
    "REFUSED",
    "UNREACHABLE",
    "CONNECT_TIMEOUT",
    "RESET",
    "RESPONSE_TIMEOUT",
    "TRUNCATED",
    "NOT_SENT",
    "UNFINISHED",
]


def set_tcp_defaults():
    """TCP as Linux has it; the same as in global-failover.cc."""
    for name, value in (
        ("ns3::TcpSocket::SegmentSize", ns.UintegerValue(1448)),
        ("ns3::TcpSocket::ConnTimeout", ns.TimeValue(ns.Seconds(1))),
        ("ns3::TcpSocket::DelAckTimeout", ns.TimeValue(ns.MilliSeconds(40))),
        ("ns3::TcpSocketBase::MinRto", ns.TimeValue(ns.MilliSeconds(200))),
        ("ns3::TcpSocketBase::MaxSegLifetime", ns.DoubleValue(2.5)),
    ):
        ns.Config.SetDefault(name, value)


def build(world, arguments):
    """Make the world and return its clients."""
    error = str(world.ReadTopology(str(TOPOLOGY)))
    if error:
        sys.exit(error)
    vip = ns.Ipv4Address(VIP)
    director = world.AddDirector("West")
    servers = [world.AddServers(city, 1).Get(0) for city in ("West", "East")]
    hosts = [world.AddClients(city, 1).Get(0) for city in ("West", "East")]

    helper = ns.gipt.DirectorHelper()
    helper.SetHealthCheckAttribute("Interval", ns.TimeValue(ns.Seconds(2)))
    helper.AddService("tcp", vip, PORT, arguments.scheduler)
    for server in servers:
        helper.AddRealServer(vip, PORT, world.GetAddress(server))
    helper.Install(director)
    world.Announce(vip, director)

    for server in servers:
        ns.gipt.RealServerHelper().Install(server, vip)
        application = ns.CreateObject[ns.gipt.RequestServer]()
        application.SetAttribute("Name", ns.StringValue(world.GetName(server)))
        application.SetAttribute(
            "ResponseSize", ns.StringValue("ns3::ConstantRandomVariable[Constant=8000]")
        )
        server.AddApplication(application)

    timeout = ns.Seconds(3)
    clients = []
    for number, host in enumerate(hosts):
        client = ns.CreateObject[ns.gipt.RequestClient]()
        mean = len(hosts) / arguments.rate
        client.SetAttribute(
            "Interval", ns.StringValue(f"ns3::ExponentialRandomVariable[Mean={mean!r}]")
        )
        client.SetAttribute("Timeout", ns.TimeValue(timeout))
        client.SetAttribute("LastStart", ns.TimeValue(ns.Seconds(arguments.duration)))
        client.AssignStreams(number)
        client.SetStopTime(ns.Seconds(arguments.duration) + timeout + ns.MilliSeconds(1))
        host.AddApplication(client)
        clients.append(client)
    third = arguments.duration / 3
    world.SchedulePowerLoss("East", ns.Seconds(third), ns.Seconds(2 * third))
    ns.Simulator.Stop(ns.Seconds(arguments.duration) + timeout + ns.MilliSeconds(2))
    return clients


def main():
    """Read the command line, run, print what became of the requests."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scheduler", default="wrr", help="scheduler of the director [wrr]")
    parser.add_argument("--rate", type=float, default=20, help="requests per second [20]")
    parser.add_argument("--duration", type=float, default=30, help="seconds requests begin in [30]")
    parser.add_argument("--seed", type=int, default=1, help="of the random number generator [1]")
    parser.add_argument("--run", type=int, default=1, help="run number [1]")
    arguments = parser.parse_args()

    ns.RngSeedManager.SetSeed(arguments.seed)
    ns.RngSeedManager.SetRun(arguments.run)
    set_tcp_defaults()
    world = ns.gipt.MultiSiteHelper()
    clients = build(world, arguments)
    ns.Simulator.Run()

    print(f"{'requests':24}{sum(client.GetStarted() for client in clients):8}")
    for outcome in OUTCOMES:
        value = getattr(ns.gipt.ConnectionOutcome, outcome)
        count = sum(client.GetCount(value) for client in clients)
        if count:
            print(f"  {outcome.lower().replace('_', '-'):22}{count:8}")
    served = sum(client.GetCount(ns.gipt.ConnectionOutcome.SERVED) for client in clients)
    latency = sum(client.GetServedLatency().GetNanoSeconds() for client in clients)
    if served:
        print(f"{'mean latency (ms)':24}{latency / served / 1e6:8.3f}")
    ns.Simulator.Destroy()
    print(f"East was without power for {arguments.duration / 3:g} s; West went on serving.")


if __name__ == "__main__":
    main()
