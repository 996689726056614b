/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "host-interface.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#ifdef __linux__
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

namespace ns3
{
namespace gipt
{

HostInterface::HostInterface(const std::string& name)
    : m_name(name)
{
    Refresh();
}

bool
HostInterface::IsName(const std::string& name)
{
    return !name.empty() && name.size() <= 15 && name != "." && name != ".." &&
           std::all_of(name.begin(), name.end(), [](unsigned char c) {
               return c > ' ' && c < 127 && c != '/' && c != ':' && c != '%';
           });
}

#ifdef __linux__

namespace
{

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23 // since Linux 4.20; the headers of older systems lack it
#endif

/** A descriptor that is closed in any case. */
class Descriptor
{
  public:
    /**
     * @brief Take a descriptor.
     * @param fd it, or -1
     */
    explicit Descriptor(int fd)
        : m_fd(fd)
    {
    }

    ~Descriptor()
    {
        if (m_fd >= 0)
        {
            close(m_fd);
        }
    }

    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    /**
     * @brief Look at it.
     * @return the descriptor, or -1
     */
    int Get() const
    {
        return m_fd;
    }

    /**
     * @brief Give it away: it is not closed.
     * @return the descriptor
     */
    int Release()
    {
        return std::exchange(m_fd, -1);
    }

  private:
    int m_fd; ///< the descriptor
};

/**
 * @brief A number in a file below /proc/sys, which shows the network namespace of who asks.
 * @param name path below /proc/sys/net
 * @return the number; 0 without such a file
 */
int
ReadSysctl(const std::string& name)
{
    int value = 0;
    std::ifstream file("/proc/sys/net/" + name);
    return file >> value ? value : 0;
}

} // namespace

int
HostInterface::Control(unsigned long request, void* argument) const
{
    Descriptor fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    auto& ifr = *static_cast<ifreq*>(argument);
    std::strncpy(ifr.ifr_name, m_name.c_str(), IFNAMSIZ - 1);
    return ioctl(fd.Get(), request, &ifr) < 0 ? errno : 0;
}

bool
HostInterface::Refresh()
{
    m_index = 0;
    m_master = 0;
    Descriptor fd(IsName(m_name) ? socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE) : -1);
    if (fd.Get() < 0)
    {
        return false;
    }

    struct
    {
        nlmsghdr header;
        ifinfomsg info;
        rtattr attribute;
        char name[IFNAMSIZ];
    } request{};

    request.header.nlmsg_len = sizeof(request);
    request.header.nlmsg_type = RTM_GETLINK;
    request.header.nlmsg_flags = NLM_F_REQUEST;
    request.attribute.rta_type = IFLA_IFNAME;
    request.attribute.rta_len = static_cast<uint16_t>(RTA_LENGTH(IFNAMSIZ));
    std::strncpy(request.name, m_name.c_str(), IFNAMSIZ - 1);
    alignas(nlmsghdr) char answer[32768];
    if (send(fd.Get(), &request, sizeof(request), 0) < 0)
    {
        return false;
    }
    const ssize_t length = recv(fd.Get(), answer, sizeof(answer), 0);
    const auto* header = reinterpret_cast<const nlmsghdr*>(answer);
    if (length < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(ifinfomsg))) ||
        header->nlmsg_type != RTM_NEWLINK)
    {
        return false;
    }
    const auto* info = static_cast<const ifinfomsg*>(NLMSG_DATA(header));
    m_index = info->ifi_index;
    m_isUp = info->ifi_flags & IFF_UP;
    m_isEthernet = info->ifi_type == ARPHRD_ETHER;
    int rest = static_cast<int>(header->nlmsg_len - NLMSG_LENGTH(sizeof(*info)));
    for (const auto* at = IFLA_RTA(info); RTA_OK(at, rest); at = RTA_NEXT(at, rest))
    {
        const void* data = RTA_DATA(at);
        switch (at->rta_type)
        {
        case IFLA_MTU:
            std::memcpy(&m_mtu, data, sizeof(m_mtu));
            break;
        case IFLA_MASTER:
            std::memcpy(&m_master, data, sizeof(m_master));
            break;
        case IFLA_ADDRESS:
            std::memcpy(m_address.data(), data, std::min<size_t>(RTA_PAYLOAD(at), 6));
            break;
        case IFLA_STATS64:
            std::memcpy(&m_txDropped,
                        static_cast<const char*>(data) + offsetof(rtnl_link_stats64, tx_dropped),
                        sizeof(m_txDropped));
            break;
        default:
            break;
        }
    }
    return true;
}

std::string
HostInterface::GetBridge() const
{
    char name[IFNAMSIZ] = "";
    return m_master > 0 && if_indextoname(static_cast<unsigned>(m_master), name) ? name : "";
}

bool
HostInterface::SetMtu(uint32_t mtu, std::string& error)
{
    ifreq ifr{};
    ifr.ifr_mtu = static_cast<int>(mtu);
    const int problem = Control(SIOCSIFMTU, &ifr);
    if (problem)
    {
        error = m_name + ": cannot set MTU " + std::to_string(mtu) + " (" + std::strerror(problem) +
                "): as root, ip link set " + m_name + " mtu " + std::to_string(mtu);
        return false;
    }
    m_mtu = mtu;
    return true;
}

bool
HostInterface::SetUp(std::string& error)
{
    ifreq ifr{};
    int problem = Control(SIOCGIFFLAGS, &ifr);
    if (!problem && !(ifr.ifr_flags & IFF_UP))
    {
        ifr.ifr_flags |= IFF_UP;
        problem = Control(SIOCSIFFLAGS, &ifr);
    }
    if (problem)
    {
        error = m_name + ": is down (" + std::strerror(problem) + "): as root, ip link set " +
                m_name + " up";
        return false;
    }
    m_isUp = true;
    return true;
}

int
HostInterface::OpenTap(std::string& error)
{
    const std::string how = ": run as root, or in a user namespace of your own (unshare -Urn)";
    if (!IsName(m_name))
    {
        error = "'" + m_name + "': not a name of an interface, expected 1 to 15 characters";
        return -1;
    }
    if (Exists() && !m_isEthernet)
    {
        error = m_name + ": not a tap device, expected one (ip tuntap add NAME mode tap)";
        return -1;
    }
    Descriptor fd(open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK));
    if (fd.Get() < 0)
    {
        const int problem = errno;
        error = std::string("/dev/net/tun: ") + std::strerror(problem) +
                (problem == EACCES || problem == EPERM
                     ? how
                     : std::string(": as root, modprobe tun; in a container, give it the device"));
        return -1;
    }
    ifreq ifr{};
    ifr.ifr_flags = IFF_TAP | IFF_NO_PI;
    std::strncpy(ifr.ifr_name, m_name.c_str(), IFNAMSIZ - 1);
    if (ioctl(fd.Get(), TUNSETIFF, &ifr) < 0)
    {
        const int problem = errno;
        error = m_name + ": ";
        if (problem == EBUSY)
        {
            error += "in use by another program: end that, or take another tap";
        }
        else if (problem == EPERM)
        {
            error += "no privilege to open the tap (CAP_NET_ADMIN)" + how;
        }
        else if (problem == EINVAL)
        {
            error += "not a tap device, expected one (ip tuntap add NAME mode tap)";
        }
        else
        {
            error += std::string("cannot open the tap: ") + std::strerror(problem);
        }
        return -1;
    }
    Refresh();
    return fd.Release();
}

int
HostInterface::OpenRaw(std::string& error)
{
    if (!Exists())
    {
        error = m_name + ": no such interface in this network namespace (ip link lists them)";
        return -1;
    }
    if (!m_isEthernet)
    {
        error = m_name + ": not an Ethernet interface, expected one";
        return -1;
    }
    Descriptor fd(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (fd.Get() < 0)
    {
        error = m_name + ": cannot open a packet socket (" + std::strerror(errno) +
                "): run as root, or give the program CAP_NET_RAW";
        return -1;
    }
    const int one = 1;
    packet_mreq promiscuous{};
    promiscuous.mr_ifindex = m_index;
    promiscuous.mr_type = PACKET_MR_PROMISC;
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_ALL);
    address.sll_ifindex = m_index;
    const auto* end = reinterpret_cast<const sockaddr*>(&address);
    // A tag of a VLAN, and a checksum that is still to be made, are said beside the frame.
    if (setsockopt(fd.Get(), SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)) < 0 ||
        setsockopt(fd.Get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) < 0 ||
        setsockopt(fd.Get(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof(promiscuous)) <
            0 ||
        bind(fd.Get(), end, sizeof(address)) < 0)
    {
        error = m_name + ": cannot set up a packet socket: " + std::strerror(errno);
        return -1;
    }
    return fd.Release();
}

std::vector<std::string>
HostInterface::FindObstacles(bool isRaw) const
{
    std::vector<std::string> obstacles;
    if (isRaw)
    {
        std::string offloads;
        for (const auto& [command, word] : {std::pair<uint32_t, const char*>{ETHTOOL_GTXCSUM, "tx"},
                                            {ETHTOOL_GGSO, "gso"},
                                            {ETHTOOL_GTSO, "tso"},
                                            {ETHTOOL_GGRO, "gro"}})
        {
            ethtool_value value{};
            value.cmd = command;
            ifreq ifr{};
            ifr.ifr_data = reinterpret_cast<char*>(&value);
            if (!Control(SIOCETHTOOL, &ifr) && value.data)
            {
                offloads += std::string(" ") + word + " off";
            }
        }
        if (!offloads.empty())
        {
            obstacles.push_back(m_name +
                                ": offloading is on, frames may be larger than the wire "
                                "carries: as root, ethtool -K " +
                                m_name + offloads + " (at the other end of a veth, too)");
        }
    }
    const auto bridgeName = GetBridge();
    if (!bridgeName.empty())
    {
        const HostInterface bridge(bridgeName);
        if (bridge.Exists() && bridge.GetMtu() != m_mtu)
        {
            obstacles.push_back(m_name + ": MTU " + std::to_string(m_mtu) + ", but its bridge " +
                                bridgeName + " has " + std::to_string(bridge.GetMtu()) +
                                ": as root, ip link set " + bridgeName + " mtu " +
                                std::to_string(m_mtu));
        }
        if (ReadSysctl("bridge/bridge-nf-call-iptables") > 0)
        {
            obstacles.push_back(bridgeName +
                                ": frames on bridges go through iptables, which may drop them: as "
                                "root, sysctl -w net.bridge.bridge-nf-call-iptables=0");
        }
    }
    // The host itself answers through this interface only where it has an address on it.
    ifreq ifr{};
    if (!Control(SIOCGIFADDR, &ifr) &&
        std::max(ReadSysctl("ipv4/conf/all/rp_filter"),
                 ReadSysctl("ipv4/conf/" + m_name + "/rp_filter")) == 1)
    {
        obstacles.push_back(m_name +
                            ": strict reverse path filtering drops what arrives on another way "
                            "than answers would take: as root, sysctl -w "
                            "net.ipv4.conf.all.rp_filter=2 net.ipv4.conf." +
                            m_name + ".rp_filter=2");
    }
    return obstacles;
}

#else // no Linux

int
HostInterface::Control(unsigned long, void*) const
{
    return ENOSYS;
}

bool
HostInterface::Refresh()
{
    return false;
}

std::string
HostInterface::GetBridge() const
{
    return "";
}

bool
HostInterface::SetMtu(uint32_t, std::string& error)
{
    error = m_name + ": real interfaces can be used on Linux only";
    return false;
}

bool
HostInterface::SetUp(std::string& error)
{
    return SetMtu(0, error);
}

int
HostInterface::OpenTap(std::string& error)
{
    SetMtu(0, error);
    return -1;
}

int
HostInterface::OpenRaw(std::string& error)
{
    SetMtu(0, error);
    return -1;
}

std::vector<std::string>
HostInterface::FindObstacles(bool) const
{
    return {};
}

#endif

} // namespace gipt
} // namespace ns3
