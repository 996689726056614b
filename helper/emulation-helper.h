/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_EMULATION_HELPER_H
#define GIPT_EMULATION_HELPER_H

#include "ns3/attribute.h"
#include "ns3/ipv4-address.h"
#include "ns3/net-device.h"
#include "ns3/node.h"
#include "ns3/object-factory.h"
#include "ns3/ptr.h"
#include "ns3/realtime-monitor.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace gipt
{

class HostInterface;

/**
 * @ingroup global-ip-tunneling
 * @brief Attaches real interfaces to modelled nodes.
 *
 *     std::string error;
 *     EmulationHelper::UseRealTime(error);           // first of all
 *     EmulationHelper emulation;
 *     emulation.Install(node, "tap:wan0@192.0.2.1/24", error);
 *
 * An attachment is KIND:INTERFACE[@ADDRESS/LENGTH][,via=ADDRESS][,host=ADDRESS]:
 *
 * - tap: a tap device that is opened here, and made when there is none. It may be in a bridge, or
 *   the host itself may use it. Needs no privilege beyond that on the tap, and no other program.
 * - raw: an interface that exists, by a packet socket. The host should have no address on it.
 * - bridge, local, configure: TapBridge in the modes UseBridge, UseLocal and ConfigureLocal; the
 *   last gives the tap the address host=.
 *
 * The address is that of the modelled node, and via= the next hop of its default route. Whatever is
 * missing is told in one line that says what to do; ns-3's own devices would end the program. What
 * would spoil a run but need not is a warning.
 *
 * tap and raw need ns-3's module fd-net-device, the others tap-bridge. The module is built without
 * them where ns-3 has none, and then says so.
 */
class EmulationHelper
{
  public:
    EmulationHelper();
    ~EmulationHelper();
    EmulationHelper(const EmulationHelper&) = delete;
    EmulationHelper& operator=(const EmulationHelper&) = delete;

    /**
     * @brief Have events happen when the wall clock says so, packets carry checksums, and modelled
     * TCP get on with that of real hosts.
     *
     * It has to come before anything else that has to do with ns-3's simulator. For TCP it changes
     * defaults: segments of 1448 octets, a minimal RTO of 200 ms, no SACK, TIME_WAIT of half a
     * second; and for ARP room for 101 packets that wait for an answer.
     *
     * @param[out] error why that cannot be
     * @return true when it is so
     */
    static bool UseRealTime(std::string& error);

    /**
     * @brief Set an attribute of the devices for tap and raw (ns3::gipt::EmulatedNetDevice).
     * @param name name of the attribute
     * @param value its value
     */
    void SetDeviceAttribute(const std::string& name, const AttributeValue& value);

    /**
     * @brief Set an attribute of the modelled LAN behind a TapBridge (ns3::CsmaChannel).
     * @param name name of the attribute
     * @param value its value
     */
    void SetChannelAttribute(const std::string& name, const AttributeValue& value);

    /**
     * @brief Ask for an MTU. A tap that is made gets it; an interface that exists has to have it.
     * @param mtu octets; 0, the default, takes that of the interface
     */
    void SetMtu(uint16_t mtu);

    /**
     * @brief Attach a real interface to a modelled node.
     * @param node the node; it has IPv4 where an address is given
     * @param attachment kind, interface and address
     * @param[out] error why that cannot be, and what to do
     * @return the node's new device, or null
     */
    Ptr<NetDevice> Install(Ptr<Node> node, const std::string& attachment, std::string& error);

    /**
     * @brief What would spoil a run, of all interfaces so far.
     * @return a line each: what, and the command that changes it
     */
    const std::vector<std::string>& GetWarnings() const
    {
        return m_warnings;
    }

    /**
     * @brief What watches the clocks and all devices of this helper.
     * @return the monitor, which has to be started
     */
    Ptr<RealtimeMonitor> GetMonitor() const
    {
        return m_monitor;
    }

    /**
     * @brief Have a capture written of what passes a device.
     * @param fileName path of the file, as it is
     * @param device a device with a trace source PromiscSniffer, or else Sniffer
     */
    static void EnablePcap(const std::string& fileName, Ptr<NetDevice> device);

    /**
     * @brief Let TapBridge find its tap-creator.
     *
     * TapBridge calls that program by a path of the machine on which ns-3 was built. Where there
     * is nothing, but the package has the program elsewhere, a link is made.
     *
     * @param[out] error why it cannot be found, and what to do
     * @return true when TapBridge will find it
     */
    static bool MendTapCreator(std::string& error);

  private:
    /** An attachment that was read. */
    struct Attachment
    {
        std::string kind;       ///< tap, raw, bridge, local, configure
        std::string interface;  ///< name of the interface
        bool hasAddress{false}; ///< the node gets an address
        Ipv4Address address;    ///< address of the node
        Ipv4Mask mask;          ///< its mask
        bool hasVia{false};     ///< the node gets a default route
        Ipv4Address via;        ///< its next hop
        bool hasHost{false};    ///< the host gets an address
        Ipv4Address host;       ///< address of the host
    };

    /**
     * @brief Read an attachment.
     * @param text the text
     * @param[out] attachment what it says
     * @param[out] error why it cannot be
     * @return true when it was read
     */
    static bool Parse(const std::string& text, Attachment& attachment, std::string& error);

    /**
     * @brief Make the MTU of an interface the one that was asked for, or find out that it is not.
     * @param interface the interface
     * @param isMade it was made here
     * @param[out] error why it cannot be
     * @return true when the model can take the MTU of the interface
     */
    bool AgreeOnMtu(HostInterface& interface, bool isMade, std::string& error) const;

    /**
     * @brief Attach an interface by a descriptor.
     * @param node the node
     * @param attachment what was asked for
     * @param[out] error why it cannot be
     * @return the device, or null
     */
    Ptr<NetDevice> InstallDescriptor(Ptr<Node> node,
                                     const Attachment& attachment,
                                     std::string& error);

    /**
     * @brief Attach a tap by a TapBridge.
     * @param node the node
     * @param attachment what was asked for
     * @param[out] error why it cannot be
     * @return the device, or null
     */
    Ptr<NetDevice> InstallTapBridge(Ptr<Node> node,
                                    const Attachment& attachment,
                                    std::string& error);

    ObjectFactory m_deviceFactory;       ///< makes EmulatedNetDevice
    ObjectFactory m_channelFactory;      ///< makes CsmaChannel
    uint16_t m_mtu{0};                   ///< what was asked for; 0: nothing
    std::vector<std::string> m_warnings; ///< what would spoil a run
    Ptr<RealtimeMonitor> m_monitor;      ///< watches
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_EMULATION_HELPER_H
