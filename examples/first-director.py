# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""The smallest whole service, as in first-director.cc, from Python."""

# listing begins
import sys

from ns import ns

scheduler = sys.argv[1] if len(sys.argv) > 1 else "wrr"

nodes = ns.NodeContainer(4)  # client, director, server 1, server 2
ns.InternetStackHelper().Install(nodes)
devices = ns.CsmaHelper().Install(nodes)
lan = ns.Ipv4AddressHelper(ns.Ipv4Address("10.0.0.0"), ns.Ipv4Mask("255.255.255.0")).Assign(devices)

vip = ns.Ipv4Address("198.51.100.1")
helper = ns.gipt.DirectorHelper()
helper.AddService("tcp", vip, 80, scheduler)
helper.AddRealServer(vip, 80, lan.GetAddress(2), 1)
helper.AddRealServer(vip, 80, lan.GetAddress(3), 3)
director = helper.Install(nodes.Get(1)).Get(0)

for server in (nodes.Get(2), nodes.Get(3)):
    ns.gipt.RealServerHelper().Install(server, vip)
    server.AddApplication(ns.CreateObject[ns.gipt.RequestServer]())

client = ns.CreateObject[ns.gipt.RequestClient]()
client.SetAttribute("Remote", ns.Ipv4AddressValue(vip))
nodes.Get(0).AddApplication(client)

ns.Ipv4GlobalRoutingHelper.PopulateRoutingTables()  # also leads to the VIP
ns.Simulator.Stop(ns.Seconds(100))
ns.Simulator.Run()
served = client.GetCount(ns.gipt.ConnectionOutcome.SERVED)
print(f"{served} of {client.GetStarted()} requests were served")
for server in director.GetServices()[0].GetServers():
    print(f"{server.GetAddress()}: {server.GetStats().connections} connections")
ns.Simulator.Destroy()
