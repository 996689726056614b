/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_HOST_INTERFACE_H
#define GIPT_HOST_INTERFACE_H

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief A network interface of the machine that ns-3 runs on, in the network namespace that ns-3
 * runs in.
 *
 * Everything is asked of the kernel by netlink and ioctl: /sys may be that of another namespace
 * (unshare -n leaves it as it was). Every method that can fail says why in one line, and what to do
 * about it. It works on Linux; elsewhere every answer is that it does not.
 */
class HostInterface
{
  public:
    /**
     * @brief Name an interface; it need not exist.
     * @param name its name
     */
    explicit HostInterface(const std::string& name);

    /**
     * @brief Whether a name can be one of an interface.
     * @param name the name
     * @return true for 1 to 15 octets without blanks, "/", ":" and "%"
     */
    static bool IsName(const std::string& name);

    /**
     * @brief Ask the kernel about the interface again.
     * @return true when it exists
     */
    bool Refresh();

    /**
     * @brief Whether the interface existed when it was last asked for.
     * @return true when it did
     */
    bool Exists() const
    {
        return m_index > 0;
    }

    /**
     * @brief The name.
     * @return as given
     */
    const std::string& GetName() const
    {
        return m_name;
    }

    /**
     * @brief The MTU.
     * @return octets
     */
    uint32_t GetMtu() const
    {
        return m_mtu;
    }

    /**
     * @brief Whether it is up.
     * @return as ip link says
     */
    bool IsUp() const
    {
        return m_isUp;
    }

    /**
     * @brief Whether frames of it are Ethernet's.
     * @return true when they are
     */
    bool IsEthernet() const
    {
        return m_isEthernet;
    }

    /**
     * @brief The address of the interface itself, the operating system's end.
     * @return the MAC address
     */
    const std::array<uint8_t, 6>& GetHardwareAddress() const
    {
        return m_address;
    }

    /**
     * @brief The bridge it belongs to.
     * @return name of the bridge; empty without
     */
    std::string GetBridge() const;

    /**
     * @brief Frames that were to leave through the interface and did not: for a tap, those that we
     * have not read in time.
     * @return how many since it was made
     */
    uint64_t GetTxDropped() const
    {
        return m_txDropped;
    }

    /**
     * @brief Set the MTU.
     * @param mtu octets
     * @param[out] error why it was refused
     * @return true when it was done
     */
    bool SetMtu(uint32_t mtu, std::string& error);

    /**
     * @brief Set it up.
     * @param[out] error why it was refused
     * @return true when it was done
     */
    bool SetUp(std::string& error);

    /**
     * @brief Open a tap device, which is made when there is none of this name.
     *
     * What was made goes when the descriptor is closed; a tap that was there (ip tuntap add) stays.
     *
     * @param[out] error why it was refused
     * @return a descriptor, or -1
     */
    int OpenTap(std::string& error);

    /**
     * @brief Open a packet socket on an interface that exists, which gets everything that arrives
     * and nothing that the host itself sends.
     * @param[out] error why it was refused
     * @return a descriptor, or -1
     */
    int OpenRaw(std::string& error);

    /**
     * @brief What of the machine's settings would spoil an emulation over this interface.
     *
     * Offloads of an interface under a packet socket, netfilter on its bridge, MTU of its bridge,
     * and strict reverse path filtering where the host itself uses the interface.
     *
     * @param isRaw a packet socket is used on it, not a tap
     * @return a line each: what, and the command that changes it
     */
    std::vector<std::string> FindObstacles(bool isRaw) const;

  private:
    /**
     * @brief Do a request on the interface.
     * @param request number of the ioctl
     * @param ifreq its argument, a struct ifreq
     * @return 0, or errno
     */
    int Control(unsigned long request, void* ifreq) const;

    std::string m_name;                 ///< the name
    int m_index{0};                     ///< number of the interface; 0: there is none
    int m_master{0};                    ///< number of its bridge; 0: none
    uint32_t m_mtu{0};                  ///< octets
    bool m_isUp{false};                 ///< up
    bool m_isEthernet{false};           ///< frames are Ethernet's
    std::array<uint8_t, 6> m_address{}; ///< its MAC address
    uint64_t m_txDropped{0};            ///< frames that did not leave
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_HOST_INTERFACE_H
