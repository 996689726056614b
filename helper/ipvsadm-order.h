/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_IPVSADM_ORDER_H
#define GIPT_IPVSADM_ORDER_H

#include "ns3/director-core.h"
#include "ns3/ptr.h"

#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * The order of ipvsadm's listings. Private to the module.
 */

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief The services in the order of a listing.
 * @param core the director
 * @param sorted as ipvsadm does; otherwise in the order they were added
 * @return the services
 */
std::vector<Ptr<VirtualService>> SortServices(const DirectorCore& core, bool sorted);

/**
 * @ingroup global-ip-tunneling
 * @brief The real servers of a service in the order of a listing.
 * @param service the service
 * @param sorted as ipvsadm does; otherwise newest first
 * @return the real servers
 */
std::vector<Ptr<RealServer>> SortServers(const VirtualService& service, bool sorted);

} // namespace gipt
} // namespace ns3

#endif // GIPT_IPVSADM_ORDER_H
