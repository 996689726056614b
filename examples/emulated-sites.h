/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_EMULATED_SITES_H
#define GIPT_EMULATED_SITES_H

#include "ns3/command-line.h"
#include "ns3/director-helper.h"
#include "ns3/emulation-helper.h"
#include "ns3/failure-event.h"
#include "ns3/failure-schedule.h"
#include "ns3/ipv4-address.h"
#include "ns3/multi-site-helper.h"
#include "ns3/net-device.h"

#include <cstdint>
#include <string>

/**
 * @ingroup global-ip-tunneling
 * What the command line says of sites with a real client.
 */
struct EmulatedSitesOptions
{
    std::string client{"tap:client0@192.0.2.1/24"}; ///< attachment of the clients
    std::string city{"Denver"};                     ///< where the clients are
    std::string directorCity{"Chicago"};            ///< where the director is
    std::string sites{"Houston,New York,Seattle"};  ///< where the servers are
    std::string fail;                               ///< what fails, empty for nothing
    std::string topology;                           ///< the world, empty for Abilene
    std::string pcap;                               ///< captures begin with it, empty for none
    uint32_t servers{2};                            ///< a site
    uint32_t size{20000};                           ///< of a response, octets
    uint32_t duration{0};                           ///< seconds, 0 for until SIGINT

    /**
     * @brief Add the options to a command line.
     * @param cmd the command line
     */
    void AddTo(ns3::CommandLine& cmd);

    /**
     * @brief Look for what cannot be.
     * @return it, or nothing
     */
    std::string Check() const;
};

/**
 * @ingroup global-ip-tunneling
 * A world of sites whose client is real: a topology, real servers with one VIP at some cities, what
 * fails. The director is the program's.
 */
class EmulatedSites
{
  public:
    /// The service's address
    static const ns3::Ipv4Address VIP;

    /**
     * @brief Make the topology and the servers.
     * @param options what is wanted
     * @param[out] error why it cannot be
     * @return true when they were made
     */
    bool MakeServers(const EmulatedSitesOptions& options, std::string& error);

    /**
     * @brief Tell a director of the service and of all real servers.
     * @param[out] director who makes it
     */
    void AddServiceTo(ns3::gipt::DirectorHelper& director) const;

    /**
     * @brief Attach a real interface to the router of a city; all know the way to its network.
     * @param attachment which interface, with an address
     * @param city name of the city
     * @param[out] error why it cannot be
     * @return the router's device, null when it cannot be
     */
    ns3::Ptr<ns3::NetDevice> Attach(const std::string& attachment,
                                    const std::string& city,
                                    std::string& error);

    /**
     * @brief Let something fail, or nothing.
     * @param options what is wanted
     * @param[out] error why it cannot be
     * @return true when it will
     */
    bool MakeFailure(const EmulatedSitesOptions& options, std::string& error);

    /**
     * @brief Have a capture written of each interface of the world, PREFIX-NODE-NUMBER.pcap.
     * @param prefix what names of files begin with, empty for no captures
     */
    void EnablePcap(const std::string& prefix) const;

    /**
     * @brief Run until the time is up or SIGINT comes, and say how far the times hold.
     * @param duration seconds, 0 for no end
     */
    void Run(uint32_t duration);

    /**
     * @brief Say that something has happened, on a line of its own.
     * @param what it
     */
    static void Say(const std::string& what);

    ns3::gipt::MultiSiteHelper m_world;     ///< the world
    ns3::gipt::EmulationHelper m_emulation; ///< the real interfaces

  private:
    /**
     * @brief Something has failed, or works again.
     * @param event what, and where
     */
    static void HandleFailure(const ns3::gipt::FailureEvent& event);

    ns3::Ptr<ns3::gipt::FailureSchedule> m_failures; ///< what fails
};

#endif // GIPT_EMULATED_SITES_H
