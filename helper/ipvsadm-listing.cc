/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ipvsadm-listing.h"

#include "ipvsadm-order.h"

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
 * @brief The five columns of --stats and --rate.
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
    case IpvsadmColumns::RATE:
        output
            << "Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS\n";
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
    const std::string name = scheduler.GetName();
    std::string joined;
    for (const auto& flag : scheduler.GetFlags())
    {
        // for the third flag of these ipvsadm has no word
        const bool isNameless = flag == "flag-3" && (name == "sh" || name == "mh");
        joined += isNameless ? "" : (joined.empty() ? "" : ",") + flag;
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
 * @param now the time
 * @param format how
 */
void
PrintServiceLine(std::ostream& output,
                 const VirtualService& service,
                 Time now,
                 const IpvsadmFormat& format)
{
    std::ostringstream label;
    label << std::left << std::setw(4);
    if (service.GetId().mark)
    {
        // ipvsadm takes the mark for a number with a sign
        label << "FWM" << ' ' << static_cast<int32_t>(service.GetId().mark);
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
    if (format.columns == IpvsadmColumns::RATE)
    {
        output << std::setw(33) << label.str() << Columns(service.GetRates(now), format.exact)
               << '\n';
        return;
    }
    const auto scheduler = service.GetScheduler();
    output << label.str() << ' ' << scheduler->GetName()
           << (scheduler->GetFlags().empty() ? "" : " (" + JoinFlags(*scheduler) + ")");
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
 * @param now the time
 * @param format how
 */
void
PrintServerLine(std::ostream& output,
                const RealServer& server,
                Time now,
                const IpvsadmFormat& format)
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
    case IpvsadmColumns::RATE: {
        const auto rates = server.GetRates(now);
        for (const uint64_t count : {rates.connections, rates.packets, rates.outPackets})
        {
            // all their digits, unlike those of a service
            output << ' ' << std::right << std::setw(8) << count << std::left;
        }
        output << Large(rates.bytes, format.exact) << Large(rates.outBytes, format.exact) << '\n';
        return;
    }
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
 * @param now the time
 * @param format how
 */
void
PrintEntry(std::ostream& output,
           const VirtualService& service,
           Time now,
           const IpvsadmFormat& format)
{
    PrintServiceLine(output, service, now, format);
    for (const auto& server : SortServers(service, format.sorted))
    {
        PrintServerLine(output, *server, now, format);
    }
}

} // namespace

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
        PrintEntry(output, *service, core.GetTime(), format);
    }
}

void
IpvsadmListing::PrintService(const VirtualService& service,
                             Time now,
                             std::ostream& output,
                             const IpvsadmFormat& format)
{
    NS_LOG_FUNCTION(service.GetLabel());
    const FlagsKeeper keeper(output);
    PrintTitle(output, format.columns);
    PrintEntry(output, service, now, format);
}

void
IpvsadmListing::PrintConnections(const DirectorCore& core,
                                 Time now,
                                 std::ostream& output,
                                 bool hasEngines)
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
              "pro expire state       source             virtual            destination"
           << (hasEngines ? "        pe name          pe_data\n" : "\n");
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
        output << "-A " << name << " -s " << service->GetScheduler()->GetName();
        if (!service->GetPersistence().IsZero())
        {
            output << " -p " << WholeSeconds(service->GetPersistence());
            if (service->GetNetmask() != Ipv4Mask::GetOnes())
            {
                output << " -M " << service->GetNetmask();
            }
        }
        output << (service->IsOnePacket() ? " -o" : "") << (flags.empty() ? "" : " -b " + flags)
               << '\n';
        for (const auto& server : SortServers(*service, true))
        {
            output << "-a " << name << " -r " << Name(server->GetAddress(), server->GetPort())
                   << " -i -w " << server->GetWeight() << " --tun-type ipip\n";
        }
    }
}

} // namespace gipt
} // namespace ns3
