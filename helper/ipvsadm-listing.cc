/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ipvsadm-listing.h"

#include "ns3/log.h"

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("GiptIpvsadmListing");

namespace gipt
{

namespace
{

/** Puts a stream's flags back at the end of a listing. */
class FlagsKeeper
{
  public:
    /**
     * @brief Keep the flags.
     * @param stream the stream, which is set to align at the left
     */
    explicit FlagsKeeper(std::ostream& stream)
        : m_stream(stream),
          m_flags(stream.flags()),
          m_fill(stream.fill(' '))
    {
        m_stream << std::dec << std::left;
    }

    ~FlagsKeeper()
    {
        m_stream.flags(m_flags);
        m_stream.fill(m_fill);
    }

    FlagsKeeper(const FlagsKeeper&) = delete;
    FlagsKeeper& operator=(const FlagsKeeper&) = delete;

  private:
    std::ostream& m_stream;          ///< the stream
    std::ios_base::fmtflags m_flags; ///< what is put back
    char m_fill;                     ///< fill character that is put back
};

/**
 * @brief Compare addresses as ipvsadm does (libipvs.c, ipvs_cmp_services): by the sign of the
 * 32-bit difference, so that 192.0.2.1 comes before 10.0.0.1.
 * @param a one address
 * @param b the other address
 * @return below 0 when a comes first, 0 when they are the same
 */
int32_t
Compare(Ipv4Address a, Ipv4Address b)
{
    return static_cast<int32_t>(a.Get() - b.Get());
}

/**
 * @brief Sort as the C library's qsort does for ipvsadm: by merging halves.
 *
 * Comparing addresses by their difference can go round in a circle, which std::sort must not be
 * given, and which makes the result depend on the method.
 *
 * @tparam T what is sorted
 * @tparam Order type of the order
 * @param items what is sorted
 * @param order returns below or above 0, or 0
 * @return the items, sorted
 */
template <typename T, typename Order>
std::vector<T>
MergeSort(std::vector<T> items, const Order& order)
{
    if (items.size() < 2)
    {
        return items;
    }
    const auto middle = items.begin() + items.size() / 2;
    const auto left = MergeSort(std::vector<T>(items.begin(), middle), order);
    const auto right = MergeSort(std::vector<T>(middle, items.end()), order);
    auto a = left.begin();
    auto b = right.begin();
    for (auto& item : items)
    {
        const bool takeLeft = b == right.end() || (a != left.end() && order(*a, *b) <= 0);
        item = takeLeft ? *a++ : *b++;
    }
    return items;
}

/**
 * @brief An address with port.
 * @param address the address
 * @param port the port
 * @return such as "10.0.0.100:80"
 */
std::string
Name(Ipv4Address address, uint16_t port)
{
    std::ostringstream name;
    name << address << ':' << port;
    return name.str();
}

/**
 * @brief The name of a protocol.
 * @param protocol IP protocol number
 * @return as ipvsadm has it; "IP" for a template of several protocols
 */
const char*
Name(uint8_t protocol)
{
    return protocol == 6 ? "TCP" : protocol == 17 ? "UDP" : "IP";
}

/**
 * @brief A number in a column of nine, rounded down to fit.
 * @param number the number
 * @param exact show all digits
 * @return right-aligned text
 */
std::string
Large(uint64_t number, bool exact)
{
    struct Scale
    {
        uint64_t bound;   ///< from here on not good enough
        uint64_t divisor; ///< unit
        const char* unit; ///< its letter
    };

    static constexpr Scale SCALES[]{{100000000, 1, ""},
                                    {1000000000, 1000, "K"},
                                    {100000000000, 1000000, "M"},
                                    {100000000000000, 1000000000, "G"},
                                    {UINT64_MAX, 1000000000000, "T"}};
    std::string digits = std::to_string(number);
    if (!exact)
    {
        const auto* scale = SCALES;
        while (number >= scale->bound && scale->bound != UINT64_MAX)
        {
            ++scale;
        }
        digits = std::to_string(number / scale->divisor) + scale->unit;
    }
    return std::string(digits.size() < 9 ? 9 - digits.size() : 1, ' ') + digits;
}

/**
 * @brief The five columns of --stats.
 * @param stats the figures
 * @param exact show all digits
 * @return right-aligned text
 */
std::string
Columns(const TrafficStats& stats, bool exact)
{
    return Large(stats.connections, exact) + Large(stats.packets, exact) +
           Large(stats.outPackets, exact) + Large(stats.bytes, exact) +
           Large(stats.outBytes, exact);
}

/**
 * @brief The head of the table.
 * @param output where to
 * @param columns what is shown
 */
void
PrintTitle(std::ostream& output, IpvsadmColumns columns)
{
    switch (columns)
    {
    case IpvsadmColumns::CONNECTIONS:
        output << "Prot LocalAddress:Port Scheduler Flags\n"
                  "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n";
        return;
    case IpvsadmColumns::TUNNEL:
        output << "Prot LocalAddress:Port Scheduler Flags\n"
                  "  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn "
                  "InActConn\n";
        return;
    case IpvsadmColumns::STATS:
        output
            << "Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n";
        break;
    case IpvsadmColumns::THRESHOLDS:
        output << "Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn \n";
        break;
    case IpvsadmColumns::PERSISTENT:
        output << "Prot LocalAddress:Port            Weight    PersistConn ActiveConn InActConn \n";
        break;
    }
    output << "  -> RemoteAddress:Port\n";
}

/**
 * @brief The flags of a scheduler.
 * @param scheduler the scheduler
 * @return names, commas between them
 */
std::string
JoinFlags(const Scheduler& scheduler)
{
    std::string joined;
    for (const auto& flag : scheduler.GetFlags())
    {
        joined += (joined.empty() ? "" : ",") + flag;
    }
    return joined;
}

/**
 * @brief A time in whole seconds.
 * @param time the time
 * @return number of seconds
 */
int64_t
WholeSeconds(Time time)
{
    return static_cast<int64_t>(time.GetSeconds());
}

/**
 * @brief The line of a service.
 * @param output where to
 * @param service the service
 * @param format how
 */
void
PrintServiceLine(std::ostream& output, const VirtualService& service, const IpvsadmFormat& format)
{
    std::ostringstream label;
    label << std::left << std::setw(4);
    if (service.GetId().mark)
    {
        label << "FWM" << ' ' << service.GetId().mark;
    }
    else
    {
        label << Name(service.GetProtocol()) << ' '
              << Name(service.GetAddress(), service.GetPort());
    }
    if (format.columns == IpvsadmColumns::STATS)
    {
        output << std::setw(33) << label.str() << Columns(service.GetStats(), format.exact) << '\n';
        return;
    }
    const std::string flags = JoinFlags(*service.GetScheduler());
    output << label.str() << ' ' << service.GetScheduler()->GetName()
           << (flags.empty() ? "" : " (" + flags + ")");
    if (!service.GetPersistence().IsZero())
    {
        output << " persistent " << WholeSeconds(service.GetPersistence());
        if (service.GetNetmask() != Ipv4Mask::GetOnes())
        {
            output << " mask " << service.GetNetmask();
        }
    }
    output << (service.IsOnePacket() ? " ops" : "") << '\n';
}

/**
 * @brief The line of a real server.
 * @param output where to
 * @param server the server
 * @param format how
 */
void
PrintServerLine(std::ostream& output, const RealServer& server, const IpvsadmFormat& format)
{
    output << "  -> " << std::setw(28) << Name(server.GetAddress(), server.GetPort());
    switch (format.columns)
    {
    case IpvsadmColumns::CONNECTIONS:
        output << " Tunnel  " << std::setw(6) << server.GetWeight();
        break;
    case IpvsadmColumns::TUNNEL:
        output << " Tunnel  ipip          " << std::setw(6) << server.GetWeight();
        break;
    case IpvsadmColumns::STATS:
        output << Columns(server.GetStats(), format.exact) << '\n';
        return;
    case IpvsadmColumns::THRESHOLDS:
        output << ' ' << std::setw(10) << server.GetUpperThreshold() << ' ' << std::setw(10)
               << server.GetLowerThreshold();
        break;
    case IpvsadmColumns::PERSISTENT:
        output << ' ' << std::setw(9) << server.GetWeight() << ' ' << std::setw(11)
               << server.GetPersistentConnections();
        break;
    }
    output << ' ' << std::setw(10) << server.GetActiveConnections() << ' ' << std::setw(10)
           << server.GetInactiveConnections() << '\n';
}

/**
 * @brief A service and its real servers.
 * @param output where to
 * @param service the service
 * @param format how
 */
void
PrintEntry(std::ostream& output, const VirtualService& service, const IpvsadmFormat& format)
{
    PrintServiceLine(output, service, format);
    for (const auto& server : IpvsadmListing::SortServers(service, format.sorted))
    {
        PrintServerLine(output, *server, format);
    }
}

} // namespace

std::vector<Ptr<VirtualService>>
IpvsadmListing::SortServices(const DirectorCore& core, bool sorted)
{
    if (!sorted)
    {
        return core.GetServices();
    }
    return MergeSort(core.GetServices(), [](const auto& a, const auto& b) {
        const int64_t marks = int64_t{a->GetId().mark} - b->GetId().mark;
        int32_t order = marks ? (marks < 0 ? -1 : 1) : a->GetProtocol() - b->GetProtocol();
        order = order ? order : Compare(a->GetAddress(), b->GetAddress());
        return order ? order : a->GetPort() - b->GetPort();
    });
}

std::vector<Ptr<RealServer>>
IpvsadmListing::SortServers(const VirtualService& service, bool sorted)
{
    if (!sorted)
    {
        return service.GetServers();
    }
    return MergeSort(service.GetServers(), [](const auto& a, const auto& b) {
        const int32_t order = Compare(a->GetAddress(), b->GetAddress());
        return order ? order : a->GetPort() - b->GetPort();
    });
}

void
IpvsadmListing::PrintServices(const DirectorCore& core,
                              std::ostream& output,
                              const IpvsadmFormat& format)
{
    NS_LOG_FUNCTION(&core);
    const FlagsKeeper keeper(output);
    output << "IP Virtual Server version 1.2.1 (size=4096)\n";
    PrintTitle(output, format.columns);
    for (const auto& service : SortServices(core, format.sorted))
    {
        PrintEntry(output, *service, format);
    }
}

void
IpvsadmListing::PrintService(const VirtualService& service,
                             std::ostream& output,
                             const IpvsadmFormat& format)
{
    NS_LOG_FUNCTION(service.GetLabel());
    const FlagsKeeper keeper(output);
    PrintTitle(output, format.columns);
    PrintEntry(output, service, format);
}

void
IpvsadmListing::PrintConnections(const DirectorCore& core, Time now, std::ostream& output)
{
    NS_LOG_FUNCTION(&core << now);
    const FlagsKeeper keeper(output);
    std::vector<const Connection*> connections;
    core.GetTable().ForEach(
        [&](const Connection& connection) { connections.push_back(&connection); });
    const auto order = [](const Connection* connection) {
        const auto key = ConnectionTable::GetKey(*connection);
        return std::make_tuple(key.client.Get(),
                               key.clientPort,
                               key.virtualAddress.Get(),
                               key.virtualPort,
                               key.protocol);
    };
    std::sort(connections.begin(), connections.end(), [&](const auto* a, const auto* b) {
        return order(a) < order(b);
    });
    output << "IPVS connection entries\n"
              "pro expire state       source             virtual            destination\n";
    for (const auto* connection : connections)
    {
        const auto key = ConnectionTable::GetKey(*connection);
        const auto server = core.GetServerOf(*connection);
        const auto left = static_cast<int64_t>(
            core.GetTable().GetTimeLeft(*connection, now).GetMilliSeconds() / 1000);
        std::ostringstream expire;
        expire << std::setfill('0') << std::setw(2) << left / 60 << ':' << std::setw(2)
               << left % 60;
        output << std::setw(3) << Name(key.protocol) << ' ' << std::setw(6) << expire.str() << ' '
               << std::setw(11) << DirectorCore::GetStateNameOf(*connection) << ' ' << std::setw(18)
               << Name(key.client, key.clientPort) << ' ' << std::setw(18)
               << Name(key.virtualAddress, key.virtualPort) << ' '
               << Name(server->GetAddress(), core.GetServerPortOf(*connection)) << '\n';
    }
}

void
IpvsadmListing::PrintTimeouts(const DirectorCore& core, std::ostream& output)
{
    output << "Timeout (tcp tcpfin udp): " << WholeSeconds(core.tcpTimeout) << ' '
           << WholeSeconds(core.tcpFinTimeout) << ' ' << WholeSeconds(core.udpTimeout) << '\n';
}

void
IpvsadmListing::SaveRules(const DirectorCore& core, std::ostream& output)
{
    NS_LOG_FUNCTION(&core);
    for (const auto& service : SortServices(core, true))
    {
        const std::string name = service->GetId().mark
                                     ? "-f " + std::to_string(service->GetId().mark)
                                     : std::string(service->GetProtocol() == 6 ? "-t " : "-u ") +
                                           Name(service->GetAddress(), service->GetPort());
        const std::string flags = JoinFlags(*service->GetScheduler());
        output << "-A " << name << " -s " << service->GetScheduler()->GetName()
               << (flags.empty() ? "" : " -b " + flags);
        if (!service->GetPersistence().IsZero())
        {
            output << " -p " << WholeSeconds(service->GetPersistence());
            if (service->GetNetmask() != Ipv4Mask::GetOnes())
            {
                output << " -M " << service->GetNetmask();
            }
        }
        output << (service->IsOnePacket() ? " -o" : "") << '\n';
        for (const auto& server : SortServers(*service, true))
        {
            output << "-a " << name << " -r " << Name(server->GetAddress(), server->GetPort())
                   << " -i -w " << server->GetWeight() << " --tun-type ipip\n";
        }
    }
}

} // namespace gipt
} // namespace ns3
