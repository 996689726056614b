/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/core-module.h"
#include "ns3/global-ip-tunneling-module.h"

#include <iostream>

/**
 * @file
 * Makes a director by its name alone, as a program outside the module does.
 */

int
main()
{
    ns3::ObjectFactory factory("ns3::gipt::Director");
    std::cout << factory.Create<ns3::Object>()->GetInstanceTypeId().GetName() << std::endl;
    return 0;
}
