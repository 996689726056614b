/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "fuzz-host.h"

#include "ns3/director.h"
#include "ns3/ipvsadm-command.h"
#include "ns3/simulator.h"
#include "ns3/string.h"

#include <array>
#include <map>
#include <sstream>
#include <string>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Fuzz target: what a director takes from the network, among commands and with the time passing.
 *
 * The input is a script of operations, each an octet that names it and its arguments;
 * make-corpus.py writes such scripts. What is checked beside the sanitizers: each packet that
 * leaves is well made (Host), the servers' counters are those of the connections in the table, and
 * once the time of all connections is up nothing is left.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace fuzz;

namespace
{

/// Operations of one input, so that it takes a bounded time.
constexpr int LONGEST = 100;

/// Names of attributes with values to choose from.
const std::array<std::array<const char*, 4>, 18> ATTRIBUTES{{
    {"ExpireNodestConn", "0", "1", "1"},
    {"ConnReuseMode", "0", "1", "3"},
    {"SloppyTcp", "0", "1", "1"},
    {"ExpireQuiescentTemplate", "0", "1", "1"},
    {"DropEntry", "0", "1", "3"},
    {"DropPacket", "0", "1", "3"},
    {"SecureTcp", "0", "1", "3"},
    {"Amemthresh", "1", "2", "1024"},
    {"AmDroprate", "1", "2", "10"},
    {"LblcExpiration", "0s", "10s", "86400s"},
    {"LblcrExpiration", "0s", "10s", "86400s"},
    {"PmtuDisc", "0", "1", "1"},
    {"TcpTimeout", "1s", "20s", "900s"},
    {"TcpFinTimeout", "1s", "20s", "120s"},
    {"UdpTimeout", "1s", "20s", "300s"},
    {"MaxConnections", "1", "5", "1000"},
    {"IcmpRateLimit", "0s", "1s", "1s"},
    {"DropLoops", "0", "1", "1"},
}};

/// Times to wait, in ms: short of, at and beyond those of the timers.
const std::array<uint32_t, 16> WAITS{
    {1, 4, 100, 1000, 2000, 9990, 10004, 30000, 60004, 61000, 120004, 125000, 300004, 600004}};

/// A director, and what a script does with it
class Script
{
  public:
    Script();

    /**
     * @brief Do the next operation.
     * @param input the script
     */
    void Step(Input& input);

    /// Compare the servers' counters with the table.
    void Check() const;

    /// Wait until nothing can be left.
    void Finish();

  private:
    /**
     * @brief Let packets come in.
     * @param packets the packets
     */
    void Send(const std::vector<Octets>& packets);

    Host m_host{"10.0.0.10"};   ///< the director's node
    Ptr<Director> m_director;   ///< the director
    std::vector<Octets> m_sent; ///< packets that came in before
};

Script::Script()
    : m_director(CreateObject<Director>())
{
    m_host.node->AddApplication(m_director);
    m_host.Run(MilliSeconds(10));
}

void
Script::Send(const std::vector<Octets>& packets)
{
    for (const auto& packet : packets)
    {
        m_host.Send(packet);
    }
}

void
Script::Step(Input& input)
{
    const uint8_t first = input.Number();
    const uint8_t detail = first >> 3;
    switch (first & 7)
    {
    case 0: { // a packet
        const auto packet = input.Block();
        m_host.left.clear();
        Send(Prepare(packet, detail));
        m_sent.push_back(packet);
        break;
    }
    case 1: { // an earlier packet with other ports and TCP flags, as if its flow went on
        if (m_sent.empty())
        {
            break;
        }
        auto packet = m_sent[input.Number() % m_sent.size()];
        const uint8_t client = input.Number();
        const uint8_t flags = input.Number();
        if (packet.size() >= 40)
        {
            packet[15] ^= client >> 4;
            packet[21] ^= client & 15;
            packet[33] = flags;
        }
        m_host.left.clear();
        Send(Prepare(packet, detail));
        break;
    }
    case 2: { // ipvsadm
        const auto text = input.Block();
        IpvsadmCommand command;
        std::ostringstream listing;
        std::string error;
        if (command.Parse(IpvsadmCommand::Split(std::string(text.begin(), text.end())), error))
        {
            command.Apply(*m_director, Simulator::Now(), listing, error);
        }
        break;
    }
    case 3: {
        const auto& attribute = ATTRIBUTES[detail % ATTRIBUTES.size()];
        m_director->SetAttribute(attribute[0], StringValue(attribute[1 + input.Number() % 3]));
        break;
    }
    case 4:
        m_host.Run(MilliSeconds(WAITS[detail % WAITS.size()]));
        break;
    case 5: { // iptables
        const uint32_t network = 0x0a000000 | input.Number();
        const auto length = static_cast<uint16_t>(input.Number() % 33);
        const uint32_t mask = length ? ~uint32_t{0} << (32 - length) : 0;
        m_director->MarkPackets(Ipv4Address(network), Ipv4Mask(mask), detail % 4 + 1);
        break;
    }
    case 6: { // a router says something about what left, or the other way about what came
        const uint8_t which = input.Number();
        const uint8_t error = input.Number();
        const std::size_t length = input.Number() * 4;
        const uint16_t mtu = input.Number() * 16;
        static const std::array<uint8_t, 4> TYPES{3, 11, 4, 12};
        static const std::array<uint8_t, 4> DIRECTOR{10, 0, 0, 10};
        Octets packet;
        if (detail & 16)
        {
            if (m_sent.empty())
            {
                break;
            }
            packet = m_sent[which % m_sent.size()];
            if (packet.size() < 24)
            {
                break;
            }
            // the answer to it
            std::swap_ranges(packet.begin() + 12, packet.begin() + 16, packet.begin() + 16);
            std::swap_ranges(packet.begin() + 20, packet.begin() + 22, packet.begin() + 22);
        }
        else if (m_host.left.empty())
        {
            break;
        }
        else
        {
            packet = m_host.left[which % m_host.left.size()];
        }
        const std::vector<uint8_t> source(&packet[12], &packet[16]);
        m_host.left.clear();
        Send(Prepare(QuoteInError(packet,
                                  detail & 16 ? source.data() : DIRECTOR.data(),
                                  TYPES[error % TYPES.size()],
                                  error >> 4,
                                  mtu,
                                  length),
                     detail & (MEND_LENGTH | CUT)));
        break;
    }
    default:
        Check();
    }
}

void
Script::Check() const
{
    std::map<const RealServer*, std::array<uint32_t, 3>> counted;
    for (const auto& service : m_director->GetServices())
    {
        for (const auto& server : service->GetServers())
        {
            counted[PeekPointer(server)] = {};
        }
    }
    m_director->GetTable().ForEach([&](const Connection& connection) {
        const auto server = m_director->GetServerOf(connection);
        Require(bool(server), "a connection has a server");
        const auto state = static_cast<ConnectionState>(connection.state);
        counted[PeekPointer(server)][connection.IsTemplate() ? 2 : !IsActive(state)]++;
    });
    for (const auto& [server, connections] : counted)
    {
        Require(server->GetActiveConnections() == connections[0], "active connections");
        Require(server->GetInactiveConnections() == connections[1], "inactive connections");
        Require(server->GetPersistentConnections() == connections[2], "templates");
    }
}

void
Script::Finish()
{
    Check();
    // without what works each second for as long as there are connections
    for (const auto* name : {"DropEntry", "DropPacket", "SecureTcp"})
    {
        m_director->SetAttribute(name, StringValue("0"));
    }
    // as long as a template can live, then until its last extension is over
    m_host.Run(Days(32));
    Require(m_director->GetTable().GetSize() == 0, "all connections are gone");
    Check();
}

} // namespace

/**
 * @brief Run one input.
 * @param data the input
 * @param size its octets
 * @return 0
 */
extern "C" int
LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    Input input(data, size);
    Script script;
    for (int i = 0; i < LONGEST && !input.IsEmpty(); i++)
    {
        script.Step(input);
    }
    script.Finish();
    return 0;
}
