/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/director-core.h"
#include "ns3/ipvsadm-command.h"
#include "ns3/ipvsadm-listing.h"
#include "ns3/test.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of ipvsadm's listings:
 *  1. saved rules read back give the same rules; great numbers in --stats;
 *  2. every listing of a set of services, as ipvsadm 1.31 on Linux 6.1 prints it; which of several
 *     options counts;
 *  3. --rate: what the kernel's estimator says of a burst, and how it forgets;
 *  4. servers of services by firewall mark have ports of their own, which connections show unless
 *     they are persistent.
 * Longer listings of Linux are in trace-test-suite.cc.
 */

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/**
 * @brief Read a line and apply it.
 * @param core the director
 * @param line the line
 * @param now the time
 * @return what it prints, or why it was refused
 */
std::string
Execute(DirectorCore& core, const std::string& line, Time now = Seconds(1))
{
    IpvsadmCommand command;
    std::string error;
    std::ostringstream output;
    if (command.Parse(IpvsadmCommand::Split(line), error))
    {
        command.Apply(core, now, output, error);
    }
    return output.str() + error;
}

/**
 * @brief The rules of a director.
 * @param core the director
 * @return as ipvsadm-save -n writes them
 */
std::string
Save(const DirectorCore& core)
{
    std::ostringstream text;
    IpvsadmListing::SaveRules(core, text);
    return text.str();
}

/**
 * @brief The key of a packet.
 * @param client its source
 * @param address its destination
 * @param port its destination port
 * @param protocol 6 TCP, 17 UDP
 * @return the key
 */
ConnectionKey
MakeKey(const char* client, const char* address, uint16_t port, uint8_t protocol)
{
    ConnectionKey key;
    key.client = Ipv4Address(client);
    key.clientPort = 1000;
    key.virtualAddress = Ipv4Address(address);
    key.virtualPort = port;
    key.protocol = protocol;
    return key;
}

/// Rules that are saved, and great numbers.
class SaveTestCase : public TestCase
{
  public:
    SaveTestCase()
        : TestCase("saved rules are read back; great numbers")
    {
    }

  private:
    void DoRun() override
    {
        DirectorCore core;
        for (const std::string line : {"-A -u 192.0.2.1:53 -s lc",
                                       "-A -t 10.0.0.100:80 -s sh -b sh-fallback,sh-port",
                                       "-A -f 4294967295 -s wrr -b flag-3,flag-1 -p 60 -o",
                                       "-a -f 4294967295 -r 10.0.0.21:8080 -i -w 2147483647",
                                       "-a -t 10.0.0.100:80 -r 10.0.0.22 -i -w 0",
                                       "-a -t 10.0.0.100:80 -r 192.0.2.21 -i -w 65535 -x 7 -y 5",
                                       "-a -u 192.0.2.1:53 -r 10.0.0.21 -i -w 3"})
        {
            NS_TEST_ASSERT_MSG_EQ(Execute(core, line), "", line);
        }
        const std::string name = CreateTempDirFilename("saved");
        std::ofstream(name) << Save(core);
        DirectorCore copy;
        std::string error;
        std::vector<IpvsadmCommand> commands;
        NS_TEST_EXPECT_MSG_EQ(IpvsadmCommand::LoadRules(name, copy, error, &commands), true, error);
        NS_TEST_EXPECT_MSG_EQ(commands.size(), 7, "commands");
        NS_TEST_EXPECT_MSG_EQ(Save(copy), Save(core), "the same rules");
        copy.ClearServices();
        core.ClearServices();

        NS_TEST_ASSERT_MSG_EQ(Execute(core, "-A -u 10.0.0.100:53 -s rr"), "", "a service");
        NS_TEST_ASSERT_MSG_EQ(Execute(core, "-a -u 10.0.0.100:53 -r 10.0.0.21 -i"), "", "a server");
        const auto key = MakeKey("10.1.0.1", "10.0.0.100", 53, 17);
        const std::vector<std::pair<std::string, std::string>> steps{
            {" 99999999", " 99999999"},   // 10^8 - 1 octets so far
            {"  100000K", " 100000000"},  // 10^8
            {"  999999K", " 999999999"},  // 10^9 - 1
            {"    1000M", " 1000000000"}, // 10^9
            {"    4000M", " 4000000000"}};
        uint64_t sent = 0;
        for (const auto& step : steps)
        {
            const uint64_t total = std::stoull(step.second);
            core.Decide(key, 0, static_cast<uint32_t>(total - sent), Seconds(1));
            sent = total;
            IpvsadmFormat format;
            format.columns = IpvsadmColumns::STATS;
            CheckOctets(core, format, step.first);
            format.exact = true;
            CheckOctets(core, format, step.second);
        }
        for (unsigned i = 0; i < 25; ++i)
        {
            core.Decide(key, 0, 4000000000, Seconds(1));
        }
        IpvsadmFormat format;
        format.columns = IpvsadmColumns::STATS;
        CheckOctets(core, format, "     104G"); // 1.04 * 10^11
        core.ClearServices();
    }

    /**
     * @brief Check the octets in the last line of --stats.
     * @param core the director
     * @param format how it is listed
     * @param expected the column
     */
    void CheckOctets(const DirectorCore& core,
                     const IpvsadmFormat& format,
                     const std::string& expected)
    {
        std::ostringstream listing;
        IpvsadmListing::PrintServices(core, listing, format);
        const std::string text = listing.str();
        const std::string end = expected + "        0\n";
        const auto width = std::min(end.size(), text.size());
        NS_TEST_EXPECT_MSG_EQ(text.substr(text.size() - width), end, "octets in\n" << text);
    }
};

/// Every listing.
class FormatTestCase : public TestCase
{
  public:
    FormatTestCase()
        : TestCase("listings, column for column")
    {
    }

  private:
    void DoRun() override
    {
        DirectorCore core;
        for (const std::string line : {"-A -t 10.0.0.100:80 -s sh -b flag-3",
                                       "-a -t 10.0.0.100:80 -r 10.0.0.21 -i -w 65536 -x 10 -y 5",
                                       "-A -u 10.0.0.100:53 -s wlc -b flag-3,flag-1 -p -o",
                                       "-A -f 4294967295 -s mh -b flag-2,flag-3 -M 255.0.0.0",
                                       "-A -f 7 -s rr -p 60 -M 255.255.0.0",
                                       "-a -f 7 -r 10.0.0.21:8080 -i -w 0"})
        {
            NS_TEST_ASSERT_MSG_EQ(Execute(core, line), "", line);
        }
        const std::string version = "IP Virtual Server version 1.2.1 (size=4096)\n";
        const std::string title = "Prot LocalAddress:Port Scheduler Flags\n"
                                  "  -> RemoteAddress:Port           Forward ";
        const std::string columns = "Prot LocalAddress:Port            ";
        const std::string figures = "Prot LocalAddress:Port            ";
        const std::string servers = "  -> RemoteAddress:Port\n";
        const std::string zeros = "        0        0        0        0        0\n";
        const std::string fwm = "FWM  -1 mh (mh-port)\n";
        const std::string tcp = "TCP  10.0.0.100:80 sh ()\n";
        const std::string udp = "UDP  10.0.0.100:53 wlc (flag-1,flag-3) persistent 360 ops\n";
        const std::string mark = "FWM  7 rr persistent 60 mask 255.255.0.0\n";
        const std::string one = "  -> 10.0.0.21:80                 ";
        const std::string two = "  -> 10.0.0.21:8080               ";
        const std::string connections = version + title + "Weight ActiveConn InActConn\n" + fwm +
                                        tcp + one + "Tunnel  65536  0          0         \n" + udp +
                                        mark + two + "Tunnel  0      0          0         \n";
        const std::string tunnels =
            version + title + "TunnelInfo    Weight ActiveConn InActConn\n" + fwm + tcp + one +
            "Tunnel  ipip          65536  0          0         \n" + udp + mark + two +
            "Tunnel  ipip          0      0          0         \n";
        const std::string thresholds =
            version + columns + "Uthreshold Lthreshold ActiveConn InActConn \n" + servers + fwm +
            tcp + one + "10         5          0          0         \n" + udp + mark + two +
            "0          0          0          0         \n";
        const std::string persistent =
            version + columns + "Weight    PersistConn ActiveConn InActConn \n" + servers + fwm +
            tcp + one + "65536     0           0          0         \n" + udp + mark + two +
            "0         0           0          0         \n";
        const std::string counts =
            "FWM  -1                          " + zeros + "TCP  10.0.0.100:80               " +
            zeros + one.substr(0, 33) + zeros + "UDP  10.0.0.100:53               " + zeros +
            "FWM  7                           " + zeros + two.substr(0, 33) + zeros;
        const std::string stats =
            version + figures + "   Conns   InPkts  OutPkts  InBytes OutBytes\n" + servers + counts;
        const std::string rates =
            version + figures + "     CPS    InPPS   OutPPS    InBPS   OutBPS\n" + servers + counts;
        const std::string entries = "IPVS connection entries\npro expire state       source        "
                                    "     virtual            destination";
        const std::vector<std::pair<std::string, std::string>> listings{
            {"-Ln", connections},
            {"ipvsadm", connections},
            {"-l -n --exact --sort", connections},
            {"--list --tun-info", tunnels},
            {"-Ln --thresholds", thresholds},
            {"-Ln --tun-info --persistent-conn", persistent},
            {"-Ln --thresholds --persistent-conn", thresholds},
            {"-Ln --stats", stats},
            {"-Ln --rate --exact", rates},
            {"-Ln --rate --thresholds", rates},
            {"-Ln --stats --rate --persistent-conn", stats},
            {"-Ln -f 7",
             title + "Weight ActiveConn InActConn\n" + mark + two +
                 "Tunnel  0      0          0         \n"},
            {"-Lnc", entries + "\n"},
            {"-Lnc --persistent-conn", entries + "        pe name          pe_data\n"},
            {"-L --timeout", "Timeout (tcp tcpfin udp): 900 120 300\n"},
            {"-L --daemon", ""},
            {"-S",
             "-A -f 4294967295 -s mh -b mh-port\n"
             "-A -t 10.0.0.100:80 -s sh\n"
             "-a -t 10.0.0.100:80 -r 10.0.0.21:80 -i -w 65536 --tun-type ipip\n"
             "-A -u 10.0.0.100:53 -s wlc -p 360 -o -b flag-1,flag-3\n"
             "-A -f 7 -s rr -p 60 -M 255.255.0.0\n"
             "-a -f 7 -r 10.0.0.21:8080 -i -w 0 --tun-type ipip\n"}};
        for (const auto& listing : listings)
        {
            NS_TEST_EXPECT_MSG_EQ(Execute(core, listing.first), listing.second, listing.first);
        }
        NS_TEST_ASSERT_MSG_EQ(Execute(core, "-E -t 10.0.0.100:80 -s sh"), "", "without flags");
        NS_TEST_EXPECT_MSG_NE(Execute(core, "-Ln").find("80 sh\n"), std::string::npos, "none");
        core.ClearServices();
    }
};

/// Rates.
class RateTestCase : public TestCase
{
  public:
    RateTestCase()
        : TestCase("--rate")
    {
    }

  private:
    /**
     * @brief Check --rate, which is the same for the service and its only server.
     * @param core the director
     * @param seconds the time
     * @param rates the columns
     */
    void Check(DirectorCore& core, double seconds, const std::string& rates)
    {
        NS_TEST_EXPECT_MSG_EQ(Execute(core, "-Ln -u 10.0.0.100:53 --rate", Seconds(seconds)),
                              "Prot LocalAddress:Port                 CPS    InPPS   OutPPS    "
                              "InBPS   OutBPS\n"
                              "  -> RemoteAddress:Port\n"
                              "UDP  10.0.0.100:53               " +
                                  rates + "\n  -> 10.0.0.21:53                " + rates + "\n",
                              "at " << seconds << " s");
    }

    void DoRun() override
    {
        DirectorCore core;
        NS_TEST_ASSERT_MSG_EQ(Execute(core, "-A -u 10.0.0.100:53 -s rr"), "", "a service");
        NS_TEST_ASSERT_MSG_EQ(Execute(core, "-a -u 10.0.0.100:53 -r 10.0.0.21 -i"), "", "a server");
        const auto key = MakeKey("10.1.0.1", "10.0.0.100", 53, 17);
        const std::string none = "        0        0        0        0        0";
        Check(core, 1.0, none);
        // 1 connection, 400 packets of 1000 octets in the first two seconds
        for (unsigned i = 0; i < 400; ++i)
        {
            core.Decide(key, 0, 1000, Seconds(1));
        }
        Check(core, 1.99, none);
        // a quarter of the 200 packets a second that these are
        const std::string first = "        0       50        0    50000        0";
        Check(core, 2.0, first);
        Check(core, 3.99, first);
        // 37.5 is still 37
        const std::string second = "        0       37        0    37500        0";
        Check(core, 4.0, second);
        // asking does not change what is to come
        const std::string third = "        0       28        0    28125        0";
        Check(core, 6.5, third);
        core.Decide(key, 0, 1000, Seconds(7));
        // 3/4 of 28125 and a quarter of 500
        const std::string fourth = "        0       21        0    21219        0";
        Check(core, 8.0, fourth);
        Check(core, 1000.0, none);
        NS_TEST_EXPECT_MSG_EQ(Execute(core, "-Z", Seconds(1000)), "", "zero");
        // great rates
        for (unsigned i = 0; i < 30; ++i)
        {
            core.Decide(key, 0, 4000000000, Seconds(1001));
        }
        const std::string great = "        0        4        0   15000M        0";
        Check(core, 1002.0, great);
        NS_TEST_EXPECT_MSG_EQ(Execute(core, "-Z -u 10.0.0.100:53", Seconds(1002)), "", "zero");
        Check(core, 1002.0, none);
        Check(core, 1005.0, none);
        core.ClearServices();
    }
};

/// Ports of servers by firewall mark.
class MarkTestCase : public TestCase
{
  public:
    MarkTestCase()
        : TestCase("ports of real servers by firewall mark")
    {
    }

  private:
    void DoRun() override
    {
        DirectorCore core;
        for (const std::string line : {"-A -f 7 -s rr",
                                       "-a -f 7 -r 10.0.0.21:8080 -i",
                                       "-a -f 7 -r 10.0.0.22 -i",
                                       "-a -f 7 -r 10.0.0.21:8081 -i -w 3"})
        {
            NS_TEST_ASSERT_MSG_EQ(Execute(core, line), "", line);
        }
        const std::string clients[]{"10.1.0.1", "10.1.0.2", "10.1.0.3", "10.1.0.4"};
        for (const auto& client : clients)
        {
            const bool isLast = client == clients[3];
            const auto key = MakeKey(client.c_str(), "10.0.0.100", 443, 6);
            if (isLast)
            {
                NS_TEST_ASSERT_MSG_EQ(Execute(core, "-E -f 7 -s rr -p 20"), "", "persistence");
            }
            core.Decide(key, TCP_FLAG_SYN, 40, Seconds(1), 7);
        }
        const std::string listing = Execute(core, "-Lnc");
        for (const std::string line :
             {"TCP 01:00  SYN_RECV    10.1.0.1:1000      10.0.0.100:443     10.0.0.21:8081\n",
              "TCP 01:00  SYN_RECV    10.1.0.2:1000      10.0.0.100:443     10.0.0.22:443\n",
              "TCP 01:00  SYN_RECV    10.1.0.3:1000      10.0.0.100:443     10.0.0.21:8080\n",
              "TCP 01:00  SYN_RECV    10.1.0.4:1000      10.0.0.100:443     10.0.0.21:443\n",
              "IP  00:20  NONE        10.1.0.4:0         0.0.0.7:0          10.0.0.21:0\n"})
        {
            NS_TEST_EXPECT_MSG_NE(listing.find(line), std::string::npos, line << "in\n" << listing);
        }
        NS_TEST_EXPECT_MSG_EQ(Execute(core, "-d -f 7 -r 10.0.0.21"),
                              "no real server 10.0.0.21 in service FWM 7, expected one that was "
                              "added by -a",
                              "one without a port");
        NS_TEST_EXPECT_MSG_EQ(Execute(core, "-d -f 7 -r 10.0.0.21:8081"), "", "by its port");
        NS_TEST_EXPECT_MSG_EQ(Execute(core, "-e -f 7 -r 10.0.0.21:8080 -i -w 5"),
                              "",
                              "by its port");
        core.ClearServices();
    }
};

/// The suite.
class IpvsadmListingTestSuite : public TestSuite
{
  public:
    IpvsadmListingTestSuite()
        : TestSuite("gipt-ipvsadm-listing")
    {
        AddTestCase(new SaveTestCase);
        AddTestCase(new FormatTestCase);
        AddTestCase(new RateTestCase);
        AddTestCase(new MarkTestCase);
    }
};

IpvsadmListingTestSuite g_ipvsadmListingTestSuite; //!< the suite

} // namespace
