/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_IPVSADM_LISTING_H
#define GIPT_IPVSADM_LISTING_H

#include "ns3/director-core.h"
#include "ns3/nstime.h"

#include <cstdint>
#include <ostream>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief What a listing shows of the real servers; with several options ipvsadm shows the last of
 * these.
 */
enum class IpvsadmColumns : uint8_t
{
    CONNECTIONS, ///< forwarding, weight, connections: ipvsadm -Ln
    TUNNEL,      ///< the same with the kind of tunnel: --tun-info
    PERSISTENT,  ///< weight, templates and connections: --persistent-conn
    THRESHOLDS,  ///< thresholds and connections: --thresholds
    RATE,        ///< connections, packets, octets a second: --rate
    STATS        ///< connections, packets, octets since the beginning: --stats
};

/**
 * @ingroup global-ip-tunneling
 * @brief How services are listed.
 */
struct IpvsadmFormat
{
    IpvsadmColumns columns{IpvsadmColumns::CONNECTIONS}; ///< what is shown
    bool exact{false};                                   ///< --exact: all digits of great numbers
    bool sorted{true}; ///< false with --nosort: in the director's own order
};

/**
 * @ingroup global-ip-tunneling
 * @brief Lists a director's services and connections column for column as ipvsadm 1.31 does with
 * option -n (numbers instead of names).
 */
class IpvsadmListing
{
  public:
    /**
     * @brief List all services (ipvsadm -Ln).
     * @param core the director
     * @param output where to
     * @param format how
     */
    static void PrintServices(const DirectorCore& core,
                              std::ostream& output,
                              const IpvsadmFormat& format = IpvsadmFormat());

    /**
     * @brief List one service (ipvsadm -Ln -t SERVICE).
     * @param service the service
     * @param now the time
     * @param output where to
     * @param format how
     */
    static void PrintService(const VirtualService& service,
                             Time now,
                             std::ostream& output,
                             const IpvsadmFormat& format = IpvsadmFormat());

    /**
     * @brief List the connections, sorted by client (ipvsadm -Lnc).
     * @param core the director
     * @param now the time
     * @param output where to
     * @param hasEngines with the title of the columns of persistence engines (--persistent-conn)
     */
    static void PrintConnections(const DirectorCore& core,
                                 Time now,
                                 std::ostream& output,
                                 bool hasEngines = false);

    /**
     * @brief List the timeouts that can be set (ipvsadm -L --timeout).
     * @param core the director
     * @param output where to
     */
    static void PrintTimeouts(const DirectorCore& core, std::ostream& output);

    /**
     * @brief Write the rules that make the services (ipvsadm-save -n).
     *
     * As ipvsadm does, it leaves out the thresholds.
     *
     * @param core the director
     * @param output where to
     */
    static void SaveRules(const DirectorCore& core, std::ostream& output);
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_IPVSADM_LISTING_H
