/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup global-ip-tunneling
 * Drives a Director without a network around it: packets and ipvsadm commands of a script, or the
 * packets of a capture, go in, what the director does with each packet comes out.
 *
 *     script  -> eth0 [director] eth0 -> one line per packet
 *     capture -> eth0 [director] eth0 -> capture
 *
 * The node has one interface, eth0 with the director's address and the default route. What would
 * leave by it is printed or written instead.
 */

#include "director-script.h"
#include "replay-capture.h"
#include "replay-node.h"
#include "replay-options.h"
#include "replay-script.h"

#include "ns3/director.h"
#include "ns3/ipvsadm-command.h"
#include "ns3/simulator.h"

#include <iostream>
#include <string>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/**
 * Replay a script, or a capture.
 * @param options what was asked for
 * @return false when something cannot be used, which has been said
 */
bool
Run(const ReplayOptions& options)
{
    ReplayScript script;
    DirectorSetup setup;
    setup.address = options.address;
    setup.mtu = options.mtu;
    if (options.pcapIn.empty() &&
        (!script.Load(options.script) ||
         !script.ForEach([&](const auto& words, auto& error) { return setup.Read(words, error); })))
    {
        return false;
    }
    ReplayNode node(setup.address, setup.mtu);
    const auto director = CreateObject<Director>();
    node.GetNode()->AddApplication(director);
    director->SetStartTime(Seconds(0));
    std::string error;
    bool isDone = false;
    if (!options.rules.empty() && !IpvsadmCommand::LoadRules(options.rules, *director, error))
    {
        std::cerr << error << '\n';
    }
    else if (!options.pcapIn.empty())
    {
        ReplayCapture capture(node);
        isDone = capture.Open(options.pcapIn, options.pcapOut) && capture.Run();
    }
    else
    {
        DirectorScript run(node, director, setup.vips, options.counts);
        isDone = script.ForEach(
            [&](const auto& words, auto& reason) { return run.Take(words, reason); });
        if (isDone)
        {
            run.Finish();
        }
    }
    Simulator::Destroy();
    return isDone;
}

} // namespace

int
main(int argc, char* argv[])
{
    ReplayOptions options;
    return options.Read(argc, argv) && Run(options) ? 0 : 2;
}
