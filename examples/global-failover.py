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
PHASE_STREAM = 800000  # as in failover-service.cc
TOPOLOGY = pathlib.Path(__file__).resolve().parent / "topologies" / "two-site.graphml"
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
    applications = helper.Install(director)
    # A health check begins at any moment of its interval.
    phase = ns.CreateObject[ns.UniformRandomVariable]()
    phase.SetAttribute("Max", ns.DoubleValue(2))
    phase.SetStream(PHASE_STREAM)
    applications.Get(1).SetStartTime(ns.Seconds(phase.GetValue()))
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
    clients, stream = [], 0
    for host in hosts:
        client = ns.CreateObject[ns.gipt.RequestClient]()
        mean = len(hosts) / arguments.rate
        client.SetAttribute(
            "Interval", ns.StringValue(f"ns3::ExponentialRandomVariable[Mean={mean!r}]")
        )
        client.SetAttribute("Timeout", ns.TimeValue(timeout))
        client.SetAttribute("LastStart", ns.TimeValue(ns.Seconds(arguments.duration)))
        stream += client.AssignStreams(stream)
        client.SetStopTime(ns.Seconds(arguments.duration) + timeout + ns.MilliSeconds(1))
        host.AddApplication(client)
        clients.append(client)
    ns.Simulator.Stop(ns.Seconds(arguments.duration) + timeout + ns.MilliSeconds(2))
    return director, applications, servers, clients


def watch(world, built, failures):
    """Have an oracle find out what becomes of every connection, and why."""
    director, applications, servers, clients = built
    oracle = ns.CreateObject[ns.gipt.ConnectionOracle]()
    observer = ns.CreateObject[ns.gipt.OracleObserver]()
    observer.SetOracle(oracle)
    for server in servers:
        observer.WatchServer(
            world.GetName(server), world.GetCity(server), world.GetAddress(server), server
        )
    observer.WatchDirector(world.GetName(director), applications.Get(0).GetObject[ns.gipt.Director]())
    observer.WatchHealth(applications.Get(1).GetObject[ns.gipt.HealthCheck]())
    for client in clients:
        observer.WatchWorkload(client)
    for number in range(ns.NodeList.GetNNodes()):
        observer.WatchNode(ns.NodeList.GetNode(number))
    observer.WatchFailures(failures)
    return oracle, observer


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
    built = build(world, arguments)
    failures = ns.CreateObject[ns.gipt.FailureSchedule]()
    third = arguments.duration / 3
    text = f"East@{third}s-{2 * third}s"
    error = str(ns.gipt.FailureHelper(world).Add(text, text, failures))
    if error:
        sys.exit(error)
    oracle, _observer = watch(world, built, failures)
    ns.Simulator.Run()

    print(f"{'connections':24}{oracle.GetStarted():8}")
    name_of = ns.gipt.ToString.__overload__("ns3::gipt::ConnectionCategory")
    for number in range(ns.gipt.CONNECTION_CATEGORIES):
        category = ns.gipt.ConnectionCategory(number)
        count = oracle.GetCount(category)
        if count:
            print(f"  {str(name_of(category)):22}{count:8}")
    clients = built[-1]
    served = sum(client.GetCount(ns.gipt.ConnectionOutcome.SERVED) for client in clients)
    latency = sum(client.GetServedLatency().GetNanoSeconds() for client in clients)
    if served:
        print(f"{'mean latency (ms)':24}{latency / served / 1e6:8.3f}")
    ns.Simulator.Destroy()
    print(f"East was without power for {arguments.duration / 3:g} s; West went on serving.")


if __name__ == "__main__":
    main()
