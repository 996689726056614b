/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "script-test-case.h"

#include "ns3/ipvsadm-command.h"
#include "ns3/ipvsadm-listing.h"

#include <algorithm>
#include <sstream>
#include <vector>

using namespace ns3;
using namespace ns3::gipt;

namespace scripts
{

namespace
{

/**
 * @brief Read ADDRESS:PORT.
 * @param words where
 * @param[out] address the address
 * @param[out] port the port
 */
void
ReadAddress(std::istream& words, Ipv4Address& address, uint16_t& port)
{
    std::string word;
    words >> word;
    const auto colon = word.find(':');
    address = Ipv4Address(word.substr(0, colon).c_str());
    port = static_cast<uint16_t>(std::stoul(word.substr(colon + 1)));
}

} // namespace

void
ScriptTestCase::DoRun()
{
    std::istringstream script(m_script);
    std::string line;
    while (std::getline(script, line))
    {
        std::istringstream words(line);
        std::string word;
        words >> word;
        if (word == "ipvsadm")
        {
            Command(line);
        }
        else if (word == "wait")
        {
            double seconds;
            words >> seconds;
            Wait(Seconds(seconds));
        }
        else if (word == "mark")
        {
            uint32_t mark;
            std::string vip;
            words >> mark >> vip;
            m_marks[Ipv4Address(vip.c_str())] = mark;
        }
        else if (word == "sysctl")
        {
            words >> word;
            Set(word);
        }
        else if (word == "templates" || word == "list")
        {
            std::string expected;
            while (std::getline(script, line) && line != ".")
            {
                expected += line + "\n";
            }
            NS_TEST_EXPECT_MSG_EQ(List(word == "templates"), expected, word);
        }
        else if (!word.empty())
        {
            const auto arrow = line.find(" -> ");
            NS_TEST_ASSERT_MSG_EQ((arrow != std::string::npos), true, "unknown: " << line);
            const auto result = word == "counts" ? Count() : Send(word, words);
            NS_TEST_EXPECT_MSG_EQ(result, line.substr(arrow + 4), line);
        }
        Wait(MilliSeconds(10));
    }
    m_core.ClearServices();
}

void
ScriptTestCase::Wait(Time time)
{
    for (const Time end = m_now + time; m_now < end;)
    {
        // timers run out one by one, as in a simulation
        const Time next = std::max(m_core.GetTable().NextExpiry(), m_now + MilliSeconds(1));
        m_now = std::min(next, end);
        m_core.ExpireConnections(m_now);
    }
}

void
ScriptTestCase::Command(const std::string& line)
{
    IpvsadmCommand command;
    std::string error;
    const bool done =
        command.Parse(IpvsadmCommand::Split(line), error) && command.Apply(m_core, error);
    NS_TEST_EXPECT_MSG_EQ(done, true, line << ": " << error);
}

void
ScriptTestCase::Set(const std::string& assignment)
{
    const auto equals = assignment.find('=');
    const auto name = assignment.substr(0, equals);
    const uint32_t value = std::stoul(assignment.substr(equals + 1));
    const std::map<std::string, bool*> flags{
        {"expire_quiescent_template", &m_core.expireQuiescentTemplate},
        {"expire_nodest_conn", &m_core.expireNodestConn},
        {"sloppy_tcp", &m_core.sloppyTcp},
    };
    const auto flag = flags.find(name);
    if (flag != flags.end())
    {
        *flag->second = value != 0;
    }
    else if (name == "conn_reuse_mode")
    {
        m_core.connReuseMode = value;
    }
    else
    {
        NS_TEST_ASSERT_MSG_EQ(name, "MaxConnections", "unknown");
        m_core.SetMaxConnections(value);
    }
}

std::string
ScriptTestCase::Send(const std::string& operation, std::istream& words)
{
    static const std::map<std::string, uint8_t> FLAGS{{"SYN", 2},
                                                      {"ACK", 16},
                                                      {"FIN", 17},
                                                      {"RST", 4},
                                                      {"UDP", 0}};
    ConnectionKey key;
    key.protocol = operation == "UDP" ? 17 : 6;
    ReadAddress(words, key.client, key.clientPort);
    ReadAddress(words, key.virtualAddress, key.virtualPort);
    const auto mark = m_marks.find(key.virtualAddress);
    const auto decision = m_core.Decide(key,
                                        FLAGS.at(operation),
                                        40,
                                        m_now,
                                        mark == m_marks.end() ? 0 : mark->second);
    switch (decision.verdict)
    {
    case Verdict::FORWARD:
        return std::to_string(decision.server->GetAddress().Get() & 0xff);
    case Verdict::DROP:
        return decision.reason == DropReason::TABLE_FULL ? "full" : "drop";
    case Verdict::UNREACHABLE:
        return "unreachable";
    default:
        return "local";
    }
}

std::string
ScriptTestCase::Count() const
{
    std::map<uint32_t, std::string> counts;
    for (const auto& service : m_core.GetServices())
    {
        for (const auto& server : service->GetServers())
        {
            std::ostringstream text;
            const uint32_t number = server->GetAddress().Get() & 0xff;
            text << number << ' ' << server->GetPersistentConnections() << ' '
                 << server->GetActiveConnections() << ' ' << server->GetInactiveConnections();
            counts[number] = text.str();
        }
    }
    std::string all;
    for (const auto& count : counts)
    {
        all += (all.empty() ? "" : " | ") + count.second;
    }
    return all;
}

std::string
ScriptTestCase::List(bool templatesOnly) const
{
    std::stringstream listing;
    IpvsadmListing::PrintConnections(m_core, m_now, listing);
    std::vector<std::string> lines;
    std::string line;
    std::getline(listing, line); // two lines of headings
    std::getline(listing, line);
    while (std::getline(listing, line))
    {
        std::istringstream words(line);
        std::string text;
        std::string word;
        while (words >> word)
        {
            text += (text.empty() ? "" : " ") + word;
        }
        const bool isTemplate =
            text.find(" NONE ") != std::string::npos || text.find(" ASSURED ") != std::string::npos;
        if (isTemplate || !templatesOnly)
        {
            lines.push_back(text + "\n");
        }
    }
    std::sort(lines.begin(), lines.end());
    std::string all;
    for (const auto& each : lines)
    {
        all += each;
    }
    return all;
}

} // namespace scripts
