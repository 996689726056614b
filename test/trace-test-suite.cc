/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/director-core.h"
#include "ns3/ipvsadm-command.h"
#include "ns3/test.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * What a Linux 6.1 director did, against what this one does with the same rules and packets. The
 * traces are in test/recorded/:
 *  1. rr-equal3 and wlc-w4321, published with the rules the models follow;
 *  2. "changes": random connections while servers are added, removed, reweighed (to 0, too) and
 *     bounded by thresholds, with each scheduler; "flags": the same with the flags of sh and mh;
 *     "edits": the same while the service's scheduler or its flags are edited; every choice and
 *     every counter after each packet is compared;
 *  3. listings: what ipvsadm 1.31 printed, each line of each listing.
 */

#ifndef GIPT_SOURCE_DIR
#define GIPT_SOURCE_DIR "contrib/global-ip-tunneling"
#endif

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/**
 * @brief Plays a recorded trace to a director without a network, line by line.
 *
 * Lines are "ipvsadm ARGUMENTS", "wait SECONDS" and packets, "SYN 10.1.0.1:20000 10.0.0.100:80" and
 * the like (ACK, FIN with ACK, RST, UDP). Lines are 10 ms apart.
 */
class TraceReplay
{
  public:
    ~TraceReplay()
    {
        m_core.ClearServices();
    }

    /**
     * @brief Play a line.
     * @param line the line
     * @return true when it could be played; else m_error says why not
     */
    bool Play(const std::string& line)
    {
        m_packet.clear();
        m_listing.clear();
        const auto words = IpvsadmCommand::Split(line);
        if (words.empty())
        {
            return true;
        }
        m_now += MilliSeconds(10);
        m_core.ExpireConnections(m_now);
        if (words[0] == "wait")
        {
            m_now += Seconds(std::stod(words.at(1)));
        }
        else if (words[0][0] == '-')
        {
            IpvsadmCommand command;
            std::ostringstream listing;
            const bool done =
                command.Parse(words, m_error) && command.Apply(m_core, m_now, listing, m_error);
            m_listing = listing.str();
            return done;
        }
        else
        {
            m_packet = std::to_string(m_number++) + " " + line + " -> ";
            m_packet += Send(words);
            m_packet += Count();
        }
        return true;
    }

    std::string m_packet;  //!< what came of a packet, as recorded
    std::string m_listing; //!< what an ipvsadm command printed
    std::string m_error;   //!< why a command was refused
    unsigned m_number{0};  //!< packets so far
    DirectorCore m_core;   //!< the director
    Time m_now;            //!< the time

  private:
    /**
     * @brief Send a packet.
     * @param words flag, client, service
     * @return what came of it
     */
    std::string Send(const std::vector<std::string>& words)
    {
        static const std::map<std::string, uint8_t> FLAGS{{"SYN", 2},
                                                          {"ACK", 16},
                                                          {"FIN", 17},
                                                          {"RST", 4},
                                                          {"UDP", 0}};
        const bool isUdp = words.at(0) == "UDP";
        ConnectionKey key;
        key.protocol = isUdp ? 17 : 6;
        ReadEnd(words.at(1), key.client, key.clientPort);
        ReadEnd(words.at(2), key.virtualAddress, key.virtualPort);
        const auto decision = m_core.Decide(key, FLAGS.at(words.at(0)), isUdp ? 28 : 40, m_now);
        std::ostringstream text;
        if (decision.verdict == Verdict::FORWARD)
        {
            text << decision.server->GetAddress();
        }
        else if (decision.verdict == Verdict::UNREACHABLE)
        {
            text << "icmp 3/3 from " << key.virtualAddress;
        }
        else if (decision.verdict == Verdict::LOCAL && words.at(0) != "RST")
        {
            // the node's own stack answers
            text << (isUdp ? "icmp 3/3 from " : "rst from ") << key.virtualAddress;
        }
        else
        {
            text << '-';
        }
        return text.str();
    }

    /**
     * @brief Weights and connections of all servers, by address.
     * @return " | RIP WEIGHT ACTIVE INACTIVE" of each
     */
    std::string Count() const
    {
        std::multimap<uint32_t, Ptr<RealServer>> servers;
        for (const auto& service : m_core.GetServices())
        {
            for (const auto& server : service->GetServers())
            {
                servers.emplace(server->GetAddress().Get(), server);
            }
        }
        std::ostringstream text;
        for (const auto& entry : servers)
        {
            text << " | " << entry.second->GetAddress() << ' ' << entry.second->GetWeight() << ' '
                 << entry.second->GetActiveConnections() << ' '
                 << entry.second->GetInactiveConnections();
        }
        return text.str();
    }

    /**
     * @brief Read an end of a connection.
     * @param word such as "10.1.0.1:20000"
     * @param[out] address the address
     * @param[out] port the port
     */
    static void ReadEnd(const std::string& word, Ipv4Address& address, uint16_t& port)
    {
        const auto colon = word.find(':');
        address = Ipv4Address(word.substr(0, colon).c_str());
        port = static_cast<uint16_t>(std::stoul(word.substr(colon + 1)));
    }
};

/// A trace recorded on Linux.
class TraceTestCase : public TestCase
{
  public:
    /// @param name name of the trace
    explicit TraceTestCase(const std::string& name)
        : TestCase("trace " + name),
          m_name(name)
    {
    }

  private:
    void DoRun() override
    {
        const std::string path = GIPT_SOURCE_DIR "/test/recorded/" + m_name;
        std::ifstream script(path + ".replay");
        std::ifstream expected(path + ".expected");
        NS_TEST_ASSERT_MSG_EQ((script && expected), true, path << " can be read");
        TraceReplay replay;
        std::string wanted;
        for (std::string line; std::getline(script, line);)
        {
            NS_TEST_ASSERT_MSG_EQ(replay.Play(line), true, line << ": " << replay.m_error);
            if (!replay.m_packet.empty())
            {
                std::getline(expected, wanted);
                NS_TEST_EXPECT_MSG_EQ(replay.m_packet, wanted, "as recorded in " << m_name);
                if (replay.m_packet != wanted)
                {
                    return; // what follows differs, too
                }
            }
        }
        NS_TEST_EXPECT_MSG_EQ(bool(std::getline(expected, wanted)), false, "no packet is missing");
        NS_TEST_EXPECT_MSG_GT(replay.m_number, 10, "packets were compared");
    }

    const std::string m_name; //!< name of the trace
};

/// What ipvsadm lists.
class ListingTestCase : public TestCase
{
  public:
    ListingTestCase()
        : TestCase("listings")
    {
    }

  private:
    void DoRun() override
    {
        const std::string path = GIPT_SOURCE_DIR "/test/recorded/listings";
        std::ifstream script(path + ".replay");
        std::ifstream expected(path + ".expected");
        NS_TEST_ASSERT_MSG_EQ((script && expected), true, path << " can be read");
        TraceReplay replay;
        std::string wanted; // the line not yet compared
        std::getline(expected, wanted);
        unsigned listings = 0;
        for (std::string line; std::getline(script, line);)
        {
            NS_TEST_ASSERT_MSG_EQ(replay.Play(line), true, line << ": " << replay.m_error);
            if (replay.m_listing.empty())
            {
                continue;
            }
            ++listings;
            NS_TEST_ASSERT_MSG_EQ("$ " + line, wanted, "the next listing");
            std::vector<std::string> got;
            std::istringstream lines(replay.m_listing);
            for (std::string printed; std::getline(lines, printed);)
            {
                got.push_back(printed);
            }
            std::vector<std::string> recorded;
            while (std::getline(expected, wanted) && wanted.compare(0, 2, "$ ") != 0)
            {
                recorded.push_back(wanted);
            }
            if (line == "ipvsadm -Lnc")
            {
                // Linux lists connections in the order of a hash with a random seed.
                std::sort(got.begin(), got.end());
                std::sort(recorded.begin(), recorded.end());
            }
            NS_TEST_ASSERT_MSG_EQ(got.size(), recorded.size(), "lines of " << line);
            for (std::size_t i = 0; i < got.size(); ++i)
            {
                NS_TEST_EXPECT_MSG_EQ(got[i], recorded[i], "line " << i << " of " << line);
            }
        }
        NS_TEST_EXPECT_MSG_EQ(listings, 16, "all were compared");
        NS_TEST_EXPECT_MSG_EQ(bool(expected), false, "none is missing");
    }
};

/// The suite.
class TraceTestSuite : public TestSuite
{
  public:
    TraceTestSuite()
        : TestSuite("gipt-trace")
    {
        for (const std::string name : {"rr-equal3",
                                       "wlc-w4321",
                                       "rr-changes",
                                       "wrr-changes",
                                       "lc-changes",
                                       "wlc-changes",
                                       "sed-changes",
                                       "nq-changes",
                                       "fo-changes",
                                       "ovf-changes",
                                       "dh-changes",
                                       "sh-changes",
                                       "sh-flags",
                                       "mh-changes",
                                       "mh-flags",
                                       "rr-edits",
                                       "wrr-edits",
                                       "sh-edits",
                                       "mh-edits"})
        {
            AddTestCase(new TraceTestCase(name));
        }
        AddTestCase(new ListingTestCase);
    }
};

TraceTestSuite g_traceTestSuite; //!< the suite

} // namespace
