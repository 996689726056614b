/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_NS3_RELEASE_H
#define GIPT_NS3_RELEASE_H

#include "ns3/deprecated.h"
#include "ns3/ipv4-routing-protocol.h"

#include <type_traits>

/**
 * @file
 * @ingroup global-ip-tunneling
 * What differs between the ns-3 releases this module builds with, 3.35 to 3.48, in one place.
 *
 * No ns-3 installs its version as a macro, but ns3/deprecated.h of every release defines
 * NS_DEPRECATED_3_NN for its own NN, so the highest one defined names the release (3.46.1 alone
 * reads as 47). Where a type shows the difference itself, a trait is used instead of the number.
 */

/**
 * @ingroup global-ip-tunneling
 * Minor number of the ns-3 release compiled against: 35 for ns-3.35, and so on.
 */
#if defined(NS_DEPRECATED_3_48)
#define GIPT_NS3_RELEASE 48
#elif defined(NS_DEPRECATED_3_47)
#define GIPT_NS3_RELEASE 47
#elif defined(NS_DEPRECATED_3_46)
#define GIPT_NS3_RELEASE 46
#elif defined(NS_DEPRECATED_3_45)
#define GIPT_NS3_RELEASE 45
#elif defined(NS_DEPRECATED_3_44)
#define GIPT_NS3_RELEASE 44
#elif defined(NS_DEPRECATED_3_43)
#define GIPT_NS3_RELEASE 43
#elif defined(NS_DEPRECATED_3_42)
#define GIPT_NS3_RELEASE 42
#elif defined(NS_DEPRECATED_3_41)
#define GIPT_NS3_RELEASE 41
#elif defined(NS_DEPRECATED_3_40)
#define GIPT_NS3_RELEASE 40
#elif defined(NS_DEPRECATED_3_39)
#define GIPT_NS3_RELEASE 39
#elif defined(NS_DEPRECATED_3_38)
#define GIPT_NS3_RELEASE 38
#elif defined(NS_DEPRECATED_3_37)
#define GIPT_NS3_RELEASE 37
#elif defined(NS_DEPRECATED_3_36)
#define GIPT_NS3_RELEASE 36
#elif defined(NS_DEPRECATED_3_35)
#define GIPT_NS3_RELEASE 35
#else
#error "global-ip-tunneling needs ns-3.35 or newer"
#endif

/**
 * @ingroup global-ip-tunneling
 * Application::AssignStreams is virtual from ns-3.42 on: write
 * `int64_t AssignStreams(int64_t stream) GIPT_OVERRIDE_342;` in classes derived from Application.
 */
#if GIPT_NS3_RELEASE >= 42
#define GIPT_OVERRIDE_342 override
#else
#define GIPT_OVERRIDE_342
#endif

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * The callback parameters of Ipv4RoutingProtocol::RouteInput: values up to ns-3.38, references to
 * const from ns-3.39 on. Read from the declaration of the method itself.
 *
 * @tparam METHOD type of the pointer to the method
 */
template <typename METHOD>
struct RouteInputTraits;

/**
 * @ingroup global-ip-tunneling
 * The one form RouteInputTraits has.
 *
 * @tparam PROTOCOL class of the method
 * @tparam PACKET packet parameter
 * @tparam HEADER header parameter
 * @tparam DEVICE device parameter
 * @tparam UCB unicast forward callback parameter
 * @tparam MCB multicast forward callback parameter
 * @tparam LCB local delivery callback parameter
 * @tparam ECB error callback parameter
 */
template <typename PROTOCOL,
          typename PACKET,
          typename HEADER,
          typename DEVICE,
          typename UCB,
          typename MCB,
          typename LCB,
          typename ECB>
struct RouteInputTraits<bool (PROTOCOL::*)(PACKET, HEADER, DEVICE, UCB, MCB, LCB, ECB)>
{
    using Unicast = UCB;      //!< parameter that forwards to one next hop
    using Multicast = MCB;    //!< parameter that forwards to many
    using LocalDeliver = LCB; //!< parameter that delivers to this node
    using Error = ECB;        //!< parameter that reports a packet without a route
};

/// RouteInputTraits of the ns-3 compiled against
using RouteInputArguments = RouteInputTraits<decltype(&Ipv4RoutingProtocol::RouteInput)>;
/// Fourth parameter of Ipv4RoutingProtocol::RouteInput
using UnicastForwardArgument = RouteInputArguments::Unicast;
/// Fifth parameter of Ipv4RoutingProtocol::RouteInput
using MulticastForwardArgument = RouteInputArguments::Multicast;
/// Sixth parameter of Ipv4RoutingProtocol::RouteInput
using LocalDeliverArgument = RouteInputArguments::LocalDeliver;
/// Seventh parameter of Ipv4RoutingProtocol::RouteInput
using ErrorArgument = RouteInputArguments::Error;

} // namespace gipt
} // namespace ns3

#endif /* GIPT_NS3_RELEASE_H */
