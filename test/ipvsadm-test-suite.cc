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
#include <netdb.h>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of ipvsadm's language:
 *  1. lines are cut into words; comments, blank lines and a leading "ipvsadm";
 *  2. commands are read in all the ways popt reads them, with ipvsadm's defaults;
 *  3. every bad command is refused with a line that says what is wrong and what was expected;
 *  4. what a director refuses is said in the same form, and changes nothing;
 *  5. files of rules: applied as a whole or, with one bad line, not at all.
 * Which lines are good and which are bad is as ipvsadm 1.31 on Linux 6.1 has it. Listings are in
 * ipvsadm-listing-test-suite.cc.
 */

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/**
 * @brief Read a line and apply it.
 * @param core the director
 * @param line the line
 * @return why it was refused, empty when it was not
 */
std::string
Execute(DirectorCore& core, const std::string& line)
{
    IpvsadmCommand command;
    std::string error;
    if (command.Parse(IpvsadmCommand::Split(line), error))
    {
        command.Apply(core, error);
    }
    return error;
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

/// Words of a line.
class SplitTestCase : public TestCase
{
  public:
    SplitTestCase()
        : TestCase("lines are cut into words")
    {
    }

  private:
    void DoRun() override
    {
        const std::vector<std::pair<std::string, std::string>> lines{
            {"", ""},
            {"   \t\r", ""},
            {"# -A -t 10.0.0.100:80", ""},
            {"  -C  # all of it", "-C"},
            {"ipvsadm -A\t-t 10.0.0.100:80 -s rr\r", "-A|-t|10.0.0.100:80|-s|rr"},
            {"-A -t 10.0.0.100:80", "-A|-t|10.0.0.100:80"}};
        for (const auto& line : lines)
        {
            std::string joined;
            for (const auto& word : IpvsadmCommand::Split(line.first))
            {
                joined += (joined.empty() ? "" : "|") + word;
            }
            NS_TEST_EXPECT_MSG_EQ(joined, line.second, "words of '" << line.first << "'");
        }
    }
};

/// Commands.
class ParseTestCase : public TestCase
{
  public:
    ParseTestCase()
        : TestCase("commands are read")
    {
    }

  private:
    /**
     * @brief Read a command that is good.
     * @param line the command
     * @return the command
     */
    IpvsadmCommand Parse(const std::string& line)
    {
        IpvsadmCommand command;
        std::string error;
        const bool read = command.Parse(IpvsadmCommand::Split(line), error);
        NS_TEST_EXPECT_MSG_EQ(read, true, line << ": " << error);
        return command;
    }

    void DoRun() override
    {
        using Action = IpvsadmCommand::Action;
        auto command = Parse("-A -t 10.0.0.100:80");
        NS_TEST_EXPECT_MSG_EQ((command.action == Action::ADD_SERVICE), true, "action");
        NS_TEST_EXPECT_MSG_EQ(command.service.address, Ipv4Address("10.0.0.100"), "address");
        NS_TEST_EXPECT_MSG_EQ(command.service.port, 80, "port");
        NS_TEST_EXPECT_MSG_EQ(unsigned{command.service.protocol}, 6, "protocol");
        NS_TEST_EXPECT_MSG_EQ(command.options.scheduler, "wlc", "default scheduler");

        command = Parse("--edit-service --udp-service=10.0.0.100:65535 --scheduler mh "
                        "--sched-flags mh-port,mh-fallback");
        NS_TEST_EXPECT_MSG_EQ((command.action == Action::EDIT_SERVICE), true, "action");
        NS_TEST_EXPECT_MSG_EQ(command.service.port, 65535, "port");
        NS_TEST_EXPECT_MSG_EQ(unsigned{command.service.protocol}, 17, "protocol");
        NS_TEST_EXPECT_MSG_EQ(command.options.scheduler, "mh", "scheduler");
        NS_TEST_ASSERT_MSG_EQ(command.options.flags.size(), 2, "flags");
        NS_TEST_EXPECT_MSG_EQ(command.options.flags[1], "mh-fallback", "flag");

        command = Parse("-A -t 10.0.0.100:0 -p -M 255.255.255.0");
        NS_TEST_EXPECT_MSG_EQ(command.service.port, 0, "all ports");
        NS_TEST_EXPECT_MSG_EQ(command.options.persistence, Seconds(360), "default persistence");
        NS_TEST_EXPECT_MSG_EQ(command.options.netmask.GetPrefixLength(), 24, "netmask");
        NS_TEST_EXPECT_MSG_EQ(command.options.onePacket, false, "connections");
        command = Parse("-A -f 7 --persistent 20 -M 0.0.0.0 --ops");
        NS_TEST_EXPECT_MSG_EQ(command.service.mark, 7, "firewall mark");
        NS_TEST_EXPECT_MSG_EQ(command.options.persistence, Seconds(20), "persistence");
        NS_TEST_EXPECT_MSG_EQ(command.options.netmask.GetPrefixLength(), 0, "all clients");
        NS_TEST_EXPECT_MSG_EQ(command.options.onePacket, true, "one-packet scheduling");

        command = Parse("-a -t 10.0.0.100:80 -r 10.0.0.21 -i");
        NS_TEST_EXPECT_MSG_EQ((command.action == Action::ADD_SERVER), true, "action");
        NS_TEST_EXPECT_MSG_EQ(command.serverAddress, Ipv4Address("10.0.0.21"), "server");
        NS_TEST_EXPECT_MSG_EQ(command.weight, 1, "default weight");
        NS_TEST_EXPECT_MSG_EQ(command.upperThreshold, 0, "no threshold");

        for (const std::string line :
             {"-a -t 10.0.0.100:80 -r 10.0.0.21:80 -i -w 4 -x 9 -y 3 --tun-type ipip",
              "-at10.0.0.100:80 -r10.0.0.21:80 -iw4 -x9 -y3",
              "-a -t=10.0.0.100:80 -r=10.0.0.21 -i -w=4 -x=9 -y=3",
              "-a -t 10.0.100:080 -r 0x0a000015 -i -w 04 -x 9 -y 3",
              "--add-server --tcp-service 10.0.0.100:80 --real-server=10.0.0.21:8080 --ipip "
              "--weight=4 --u-threshold 9 --l-threshold=3",
              "-a -y 3 -x 9 -w 4 -i -r 10.0.0.21 -t 10.0.0.100:80"})
        {
            command = Parse(line);
            NS_TEST_EXPECT_MSG_EQ((command.action == Action::ADD_SERVER), true, line);
            NS_TEST_EXPECT_MSG_EQ(command.service.port, 80, line);
            NS_TEST_EXPECT_MSG_EQ(command.serverAddress, Ipv4Address("10.0.0.21"), line);
            NS_TEST_EXPECT_MSG_EQ(command.weight, 4, line);
            NS_TEST_EXPECT_MSG_EQ(command.upperThreshold, 9, line);
            NS_TEST_EXPECT_MSG_EQ(command.lowerThreshold, 3, line);
        }

        command = Parse("-a -f 7 -r 10.0.0.21:8080 -i");
        NS_TEST_EXPECT_MSG_EQ(command.serverPort, 8080, "port of a server by firewall mark");
        // a bare machine has no /etc/services
        const std::string port = getservbyname("domain", "udp") ? "domain" : "53";
        command = Parse("-A -u 10.0.0.100:" + port + " -s wlc -b flag-1,,flag-3 -M 255.255.0.0");
        NS_TEST_EXPECT_MSG_EQ(command.service.port, 53, "port by name");
        NS_TEST_EXPECT_MSG_EQ(command.options.flags.size(), 2, "flags without names");
        NS_TEST_EXPECT_MSG_EQ(command.options.persistence, Time(), "a netmask for nothing");
        command = Parse("-Ln --thresholds --rate --persistent-conn --exact --sort --sort");
        NS_TEST_EXPECT_MSG_EQ((command.format.columns == IpvsadmColumns::RATE), true, "columns");

        const std::vector<std::pair<std::string, Action>> others{
            {"", Action::LIST},
            {"-L --daemon", Action::LIST},
            {"-Lnc --persistent-conn --nosort --exact --tun-info", Action::LIST},
            {"-D -t 10.0.0.100:80", Action::DELETE_SERVICE},
            {"-C", Action::CLEAR},
            {"--clear", Action::CLEAR},
            {"-e -u 10.0.0.100:53 -r 10.0.0.21 -i", Action::EDIT_SERVER},
            {"-d -t 10.0.0.100:80 -r 10.0.0.21", Action::DELETE_SERVER},
            {"-Z", Action::ZERO},
            {"-Z -t 10.0.0.100:80", Action::ZERO},
            {"-Sn", Action::SAVE},
            {"-ln", Action::LIST},
            {"--list --numeric --nosort --sort", Action::LIST}};
        for (const auto& other : others)
        {
            NS_TEST_EXPECT_MSG_EQ((Parse(other.first).action == other.second), true, other.first);
        }
        command = Parse("--set 100 0 2678400");
        NS_TEST_EXPECT_MSG_EQ((command.action == Action::SET_TIMEOUTS), true, "action");
        NS_TEST_EXPECT_MSG_EQ(command.timeouts[0], Seconds(100), "TCP");
        NS_TEST_EXPECT_MSG_EQ(command.timeouts[1], Seconds(0), "TCP after FIN");
        NS_TEST_EXPECT_MSG_EQ(command.timeouts[2], Seconds(31 * 86400), "UDP");
    }
};

/// Bad commands.
class BadCommandTestCase : public TestCase
{
  public:
    BadCommandTestCase()
        : TestCase("bad commands are refused")
    {
    }

  private:
    void DoRun() override
    {
        const std::vector<std::pair<std::string, std::string>> lines{
            {"foo", "no command, expected a command such as -A or -a first"},
            {"-t 10.0.0.100:80 -A", "-t first, expected a command such as -A or -a first"},
            {"-A -D -t 10.0.0.100:80", "-D behind -A, expected a single command"},
            {"-A -q", "option '-q', expected one of ipvsadm 1.31"},
            {"-A --port 80", "option '--port', expected one of ipvsadm 1.31"},
            {"-C --clear=yes", "value 'yes', expected none with --clear"},
            {"-A -t", "nothing behind -t, expected a value"},
            {"-A", "no service, expected -t, -u or -f with -A"},
            {"-d -t 10.0.0.100:80", "no real server, expected -r with -d"},
            {"-D -t 10.0.0.100:80 -s rr", "-s with -D, expected -t, -u, -f"},
            {"-C -t 10.0.0.100:80", "-t with -C, expected nothing"},
            {"-A -t 10.0.0.100:80 -u 10.0.0.100:80", "-u again, expected it once"},
            {"-A -t 10.0.0.100:80 rr", "'rr', expected nothing more"},
            {"-A -t 10.0.0.100",
             "no port, expected one from 1 to 65535 as in 10.0.0.100:80, or -p for all ports"},
            {"-A -t 10.0.0.100:0",
             "no port, expected one from 1 to 65535 as in 10.0.0.100:80, or -p for all ports"},
            {"-A -t 10.0.0.100:65536", "port '65536', expected a number from 1 to 65535"},
            {"-A -t 10.0.0.100:nosuch", "port 'nosuch', expected a number from 1 to 65535"},
            {"-A -t 10.0.0.100:-1", "port '-1', expected a number from 1 to 65535"},
            {"-A -t 10.0.0.100:", "port '', expected a number from 1 to 65535"},
            {"-A -t www.example.org:80",
             "address 'www.example.org:80', expected IPv4 in numbers such as 10.0.0.1:80"},
            {"-A -t [2001:db8::1]:80",
             "address '[2001:db8::1]:80', expected IPv4 in numbers such as 10.0.0.1:80"},
            {"-A -t 10.0.0.256:80",
             "address '10.0.0.256:80', expected IPv4 in numbers such as 10.0.0.1:80"},
            {"-A -t 224.0.0.81:80", "address '224.0.0.81:80', expected a unicast address"},
            {"-a -t 10.0.0.100:80 -r 0.0.0.0 -i", "address '0.0.0.0', expected a unicast address"},
            {"-A -t 3232235777:80",
             "address '3232235777:80', expected IPv4 in numbers such as 10.0.0.1:80"},
            {"-a -t 10.0.0.100:80 -r 10.0.0.21 -i -w 2147483648",
             "weight '2147483648', expected a number from 0 to 2147483647"},
            {"-a -t 10.0.0.100:80 -r 10.0.0.21 -i -w -1",
             "weight '-1', expected a number from 0 to 2147483647"},
            {"-a -t 10.0.0.100:80 -r 10.0.0.21 -i -w 0x10",
             "weight '0x10', expected a number from 0 to 2147483647"},
            {"-a -t 10.0.0.100:80 -r 10.0.0.21 -i -w 99999999999999999999",
             "weight '99999999999999999999', expected a number from 0 to 2147483647"},
            {"-a -t 10.0.0.100:80 -r 10.0.0.21 -i -x 2147483648",
             "upper threshold '2147483648', expected a number from 0 to 2147483647"},
            {"-a -t 10.0.0.100:80 -r 10.0.0.21 -i -y many",
             "lower threshold 'many', expected a number from 0 to 2147483647"},
            {"--set 1 2", "2 timeouts, expected three in seconds: TCP, TCP after FIN, UDP"},
            {"--set 1 2 2678401", "timeout '2678401', expected seconds from 0 to 2678400"},
            {"-a -t 10.0.0.100:80 -r 10.0.0.21",
             "-a without -i is direct routing, which is not supported, expected -i (tunnelling)"},
            {"-a -t 10.0.0.100:80 -r 10.0.0.21 -g",
             "-g: direct routing is not supported, expected -i"},
            {"-a -t 10.0.0.100:80 -r 10.0.0.21 -m",
             "-m: masquerading is not supported, expected -i"},
            {"-a -t 10.0.0.100:80 -r 10.0.0.21 -i --tun-type gue",
             "tunnel type gue is not supported, expected ipip"},
            {"-a -t 10.0.0.100:80 -r 10.0.0.21 -i --tun-type vxlan",
             "tunnel type 'vxlan', expected ipip"},
            {"-a -t 10.0.0.100:80 -r 10.0.0.21 --tun-type ipip",
             "-a without -i is direct routing, which is not supported, expected -i (tunnelling)"},
            {"-a -t 10.0.0.100:80 -r 10.0.0.21 -i --tun-nocsum",
             "--tun-nocsum: only IPIP tunnels are supported, expected no more than -i"},
            {"-a -t 10.0.0.100:80 -r 10.0.0.21 -i -i", "-i again, expected it once"},
            {"-d -t 10.0.0.100:80 -r 10.0.0.21 -i", "-i with -d, expected -t, -u, -f, -r"},
            {"-a -t 10.0.0.100:80 -r 10.0.0.21 -i --tun-port 6080",
             "--tun-port: only IPIP tunnels are supported, expected no more than -i"},
            {"-A -t 10.0.0.100:80 -p 0", "persistence '0', expected seconds from 1 to 2678400"},
            {"-A -t 10.0.0.100:80 -p 2678401",
             "persistence '2678401', expected seconds from 1 to 2678400"},
            {"-A -t 10.0.0.100:80 -p 300 -M 255.0.255.0",
             "netmask '255.0.255.0', expected leading ones such as 255.255.255.0"},
            {"-A -t 10.0.0.100:80 -p -1", "option '-1', expected one of ipvsadm 1.31"},
            {"-A -t 10.0.0.100:80 -s rr -o",
             "one-packet scheduling of TCP, expected -u or -f with -o"},
            {"-A -t 10.0.0.100:80 -n", "-n with -A, expected -t, -u, -f, -s, -b, -p, -M, -o"},
            {"-A -t 10.0.0.100:80 -p --pe sip",
             "--pe: persistence engines are not supported, expected -p alone"},
            {"-A -f 7 -6", "-6: IPv6 is not supported, expected no -6"},
            {"-C -- -n", "'-n', expected nothing more"},
            {"-AAt 10.0.0.100:80", "-A behind -A, expected a single command"},
            {"--add-serv -t 10.0.0.100:80", "option '--add-serv', expected one of ipvsadm 1.31"},
            {"--set 1 2 3 4", "4 timeouts, expected three in seconds: TCP, TCP after FIN, UDP"},
            {"--set=1 2 3", "value '1', expected none with --set"},
            {"-Z -t 10.0.0.100:80 -r 10.0.0.21", "-r with -Z, expected -t, -u, -f"},
            {"-S -t 10.0.0.100:80", "-t with -S, expected -n"},
            {"-A -f 0", "firewall mark '0', expected a number from 1 to 4294967295"},
            {"-A -f 4294967296",
             "firewall mark '4294967296', expected a number from 1 to 4294967295"},
            {"--start-daemon master",
             "--start-daemon: connection synchronisation is not supported, expected a rule of "
             "services and real servers"},
            {"-A --sctp-service 10.0.0.100:80",
             "--sctp-service: SCTP is not supported, expected -t or -u"},
            {"--stop-daemon backup",
             "--stop-daemon: connection synchronisation is not supported, expected a rule of "
             "services and real servers"},
            {"-R", "-R: rules come from files of their own, expected one command"},
            {"-Ln -n", "-n again, expected it once"},
            {"-Lnc --stats", "-c and --stats, expected one listing"},
            {"-Lnc -t 10.0.0.100:80", "-c and a service, expected one listing"},
            {"-L --timeout -u 10.0.0.100:53", "a service and --timeout, expected one listing"},
            {"-L --timeout --daemon", "--timeout and --daemon, expected one listing"},
            {"-L --daemon --persistent-conn",
             "--daemon and --persistent-conn, expected one listing"},
            {"-A -t \x1b[31mred",
             "address '?[31mred', expected IPv4 in numbers such as "
             "10.0.0.1:80"},
            {"-A -t " + std::string(100, '1'),
             "address '" + std::string(60, '1') +
                 "...', expected IPv4 in numbers such as 10.0.0.1:80"}};
        DirectorCore core;
        for (const auto& line : lines)
        {
            NS_TEST_EXPECT_MSG_EQ(Execute(core, line.first), line.second, line.first);
        }
        NS_TEST_EXPECT_MSG_EQ(core.GetServices().size(), 0, "nothing was changed");
    }
};

/// What a director refuses.
class RefusalTestCase : public TestCase
{
  public:
    RefusalTestCase()
        : TestCase("what a director refuses")
    {
    }

  private:
    void DoRun() override
    {
        DirectorCore core;
        for (const std::string line :
             {"-A -t 10.0.0.100:80 -s sh -b sh-port", "-a -t 10.0.0.100:80 -r 10.0.0.21 -i -w 4"})
        {
            NS_TEST_ASSERT_MSG_EQ(Execute(core, line), "", line);
        }
        const std::string before = Save(core);
        NS_TEST_EXPECT_MSG_EQ(before,
                              "-A -t 10.0.0.100:80 -s sh -b sh-port\n"
                              "-a -t 10.0.0.100:80 -r 10.0.0.21:80 -i -w 4 --tun-type ipip\n",
                              "saved rules");
        const std::vector<std::pair<std::string, std::string>> lines{
            {"-A -t 10.0.0.100:80",
             "service TCP 10.0.0.100:80 is there already, expected another or -E"},
            {"-E -u 10.0.0.100:80",
             "no service UDP 10.0.0.100:80, expected one that was added by "
             "-A"},
            {"-D -t 10.0.0.100:81",
             "no service TCP 10.0.0.100:81, expected one that was added by "
             "-A"},
            {"-Z -t 10.0.0.101:80",
             "no service TCP 10.0.0.101:80, expected one that was added by "
             "-A"},
            {"-a -u 10.0.0.100:80 -r 10.0.0.21 -i",
             "no service UDP 10.0.0.100:80, expected one that was added by -A"},
            {"-a -t 10.0.0.100:80 -r 10.0.0.21 -i",
             "real server 10.0.0.21 is in service TCP 10.0.0.100:80 already, expected another or "
             "-e"},
            {"-e -t 10.0.0.100:80 -r 10.0.0.22 -i",
             "no real server 10.0.0.22 in service TCP 10.0.0.100:80, expected one that was added "
             "by -a"},
            {"-d -t 10.0.0.100:80 -r 10.0.0.22",
             "no real server 10.0.0.22 in service TCP 10.0.0.100:80, expected one that was added "
             "by -a"},
            {"-e -t 10.0.0.100:80 -r 10.0.0.21 -i -x 3 -y 4",
             "lower threshold 4 above the upper one, expected 0 to 3"},
            {"-A -t 10.0.0.100:81 -s rr -b sh-port",
             "scheduler flags 'sh-port', expected such as scheduler rr has"},
            {"-E -t 10.0.0.100:80 -s mh -b mh-port,mh-fast",
             "scheduler flags 'mh-port,mh-fast', expected such as scheduler mh has"},
            {"-d -t 10.0.0.100:80 -r 10.0.0.21:8080",
             "no real server 10.0.0.21:8080 in service TCP 10.0.0.100:80, expected one that was "
             "added by -a"},
            {"-d -r 10.0.0.21 -t 10.0.0.100:80",
             "no real server 10.0.0.21:0 in service TCP 10.0.0.100:80, expected one that was added "
             "by -a"},
            {"-a -t 10.0.0.100:80 -r 10.0.0.21:8080 -i",
             "real server 10.0.0.21:8080 is in service TCP 10.0.0.100:80 already, expected another "
             "or -e"},
            {"-e -t 10.0.0.100:80 -r 10.0.0.21 -i -y 1",
             "lower threshold 1 above the upper one, expected 0 to 0"},
            {"-A -t 10.0.0.100:81 -s rr -b flag-4",
             "scheduler flags 'flag-4', expected such as scheduler rr has"},
            {"-A -t 10.0.0.100:81 -s sh -b sh-port,mh-port",
             "scheduler flags 'sh-port,mh-port', expected such as scheduler sh has"},
            {"-Ln", "a listing, expected a command that changes something"}};
        for (const auto& line : lines)
        {
            NS_TEST_EXPECT_MSG_EQ(Execute(core, line.first), line.second, line.first);
            NS_TEST_EXPECT_MSG_EQ(Save(core), before, line.first << " changed something");
        }
        const auto error = Execute(core, "-E -t 10.0.0.100:80 -s fastest");
        const std::string begin = "unknown scheduler 'fastest', expected one of ";
        NS_TEST_EXPECT_MSG_EQ(error.substr(0, begin.size()), begin, "unknown scheduler");
        NS_TEST_EXPECT_MSG_NE(error.find(" wlc wrr"), std::string::npos, "the names are listed");
        core.ClearServices();
    }
};

/// Files of rules.
class FileTestCase : public TestCase
{
  public:
    FileTestCase()
        : TestCase("files of rules are applied as a whole or not at all")
    {
    }

  private:
    /**
     * @brief Write a file and load it.
     * @param core the director
     * @param text what is in the file
     * @return why it was refused, without the folder of the file
     */
    std::string Load(DirectorCore& core, const std::string& text)
    {
        const std::string name = CreateTempDirFilename("rules");
        std::ofstream(name, std::ios::binary) << text;
        std::string error;
        const bool loaded = IpvsadmCommand::LoadRules(name, core, error);
        NS_TEST_EXPECT_MSG_EQ(loaded, error.empty(), "an error is said");
        return error.compare(0, name.size(), name) == 0 ? "rules" + error.substr(name.size())
                                                        : error;
    }

    void DoRun() override
    {
        DirectorCore core;
        const std::string rules = "# two services\n"
                                  "-A -t 10.0.0.100:80 -s wrr\n"
                                  "\n"
                                  "ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.21:80 -i -w 4\r\n"
                                  "  -a -t 10.0.0.100:80 -r 10.0.0.22:80 -i   # slow\n"
                                  "-A -u 10.0.0.100:53 -s mh -b mh-port\n"
                                  "--set 100 10 30";
        NS_TEST_EXPECT_MSG_EQ(Load(core, rules), "", "good rules");
        const std::string before = Save(core);
        NS_TEST_EXPECT_MSG_EQ(before,
                              "-A -t 10.0.0.100:80 -s wrr\n"
                              "-a -t 10.0.0.100:80 -r 10.0.0.21:80 -i -w 4 --tun-type ipip\n"
                              "-a -t 10.0.0.100:80 -r 10.0.0.22:80 -i -w 1 --tun-type ipip\n"
                              "-A -u 10.0.0.100:53 -s mh -b mh-port\n",
                              "saved rules");
        NS_TEST_EXPECT_MSG_EQ(core.tcpTimeout, Seconds(100), "timeouts are set");

        const std::vector<std::pair<std::string, std::string>> files{
            {"-A -t 10.0.0.101:80\n-A -t 10.0.0.101\n-C\n",
             "rules:2: no port, expected one from 1 to 65535 as in 10.0.0.100:80, or -p for all "
             "ports"},
            {"-C\n#\n\n-a -t 10.0.0.100:80 -r 10.0.0.21 -i\n",
             "rules:4: no service TCP 10.0.0.100:80, expected one that was added by -A"},
            {"--set 1 1 1\n-A -t 10.0.0.101:80 -s rr -s wrr",
             "rules:2: -s again, expected it once"},
            {"-A -t 10.0.0.100:80 -s wrr\n",
             "rules:1: service TCP 10.0.0.100:80 is there already, expected another or -E"},
            {"-d -t 10.0.0.100:80 -r 10.0.0.21\n-Ln\n",
             "rules:2: a listing, expected a command that changes something"},
            {std::string("-A\0-t", 5) + "\n",
             "rules:1: option '-?', expected one of ipvsadm 1.31"}};
        for (const auto& file : files)
        {
            NS_TEST_EXPECT_MSG_EQ(Load(core, file.first), file.second, file.first);
            NS_TEST_EXPECT_MSG_EQ(Save(core), before, "something was changed by " << file.first);
            NS_TEST_EXPECT_MSG_EQ(core.tcpTimeout, Seconds(100), "so were timeouts");
        }
        std::string error;
        NS_TEST_EXPECT_MSG_EQ(IpvsadmCommand::LoadRules("/nowhere/rules", core, error),
                              false,
                              "no such file");
        NS_TEST_EXPECT_MSG_EQ(error,
                              "/nowhere/rules:1: cannot be opened, expected a readable file of "
                              "rules",
                              "no such file");
        const std::string folder = CreateTempDirFilename("");
        NS_TEST_EXPECT_MSG_EQ(IpvsadmCommand::LoadRules(folder, core, error), false, "a folder");
        NS_TEST_EXPECT_MSG_EQ(error,
                              folder + ":1: cannot be read, expected a file of rules",
                              "a folder");
        core.ClearServices();
    }
};

/// The suite.
class IpvsadmTestSuite : public TestSuite
{
  public:
    IpvsadmTestSuite()
        : TestSuite("gipt-ipvsadm")
    {
        AddTestCase(new SplitTestCase);
        AddTestCase(new ParseTestCase);
        AddTestCase(new BadCommandTestCase);
        AddTestCase(new RefusalTestCase);
        AddTestCase(new FileTestCase);
    }
};

IpvsadmTestSuite g_ipvsadmTestSuite; //!< the suite

} // namespace
