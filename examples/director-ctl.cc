/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup global-ip-tunneling
 * ipvsadm for the director of a running emulated-director: the same words, over a Unix socket.
 *
 *     director-ctl -Ln
 *     director-ctl -e -t 198.51.100.1:80 -r 10.2.0.11 -i -w 0
 */

#include "ns3/director-control.h"

#include <cstdlib>
#include <iostream>

int
main(int argc, char* argv[])
{
    const char* fromEnvironment = std::getenv("DIRECTOR_SOCKET");
    std::string path = fromEnvironment ? fromEnvironment : "/tmp/emulated-director.sock";
    std::vector<std::string> arguments(argv + 1, argv + argc);
    const std::string option = "--socket=";
    if (!arguments.empty() && arguments[0].compare(0, option.size(), option) == 0)
    {
        path = arguments[0].substr(option.size());
        arguments.erase(arguments.begin());
    }
    if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h")
    {
        (arguments.empty() ? std::cerr : std::cout)
            << "usage: director-ctl [--socket=PATH] IPVSADM-ARGUMENTS\n"
               "  Tells a running emulated-director what ipvsadm would tell a kernel: -Ln, -Lnc,\n"
               "  -Ln --stats, -A, -a, -e, -d, -D, -C, -S, --set and the like.\n"
               "  PATH is $DIRECTOR_SOCKET or /tmp/emulated-director.sock without --socket.\n";
        return arguments.empty() ? 2 : 0;
    }
    std::string output;
    std::string error;
    const bool done = ns3::gipt::DirectorControl::Ask(path, arguments, output, error);
    std::cout << output;
    if (!done)
    {
        std::cerr << error << "\n";
    }
    return done ? 0 : 2;
}
