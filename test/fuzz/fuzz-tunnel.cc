/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "fuzz-host.h"

#include "ns3/boolean.h"
#include "ns3/inet-socket-address.h"
#include "ns3/ipip-l4-protocol.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/real-server-helper.h"
#include "ns3/simulator.h"
#include "ns3/tunnel-net-device.h"
#include "ns3/udp-echo-helper.h"
#include "ns3/uinteger.h"

#include <array>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Fuzz target: what a real server takes out of its tunnel.
 *
 * The input is a script of operations, each an octet that names it and its arguments;
 * make-corpus.py writes such scripts. What is checked beside the sanitizers: each packet that
 * leaves is well made (Host), and each that reaches the tunnel is taken out, dropped for a reason,
 * or held as a fragment.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace fuzz;

namespace
{

/// Operations of one input, so that it takes a bounded time.
constexpr int LONGEST = 100;

/// A real server, and what a script does with it
class Script
{
  public:
    Script();

    /**
     * @brief Do the next operation.
     * @param input the script
     */
    void Step(Input& input);

    /// Let the fragments' time run out, and see that none was forgotten.
    void Finish();

  private:
    /**
     * @brief Put an outer header in front of a packet, or of each of its fragments.
     * @param inner the inner packet
     * @param tos TOS field of the outer header
     * @param detail bits: 1 keep the inner checksum, 2 mend the inner length, 4 cut the inner
     *        packet, 8 shuffle, 16 cut the outer packet
     */
    void SendTunnelled(const Octets& inner, uint8_t tos, uint8_t detail);

    Host m_host{"10.0.0.21"};       ///< the real server
    Ptr<TunnelNetDevice> m_device;  ///< its tunl0
    Ptr<IpipL4Protocol> m_protocol; ///< its ipip
};

Script::Script()
{
    m_device = DynamicCast<TunnelNetDevice>(
        RealServerHelper().Install(m_host.node, Ipv4Address("10.0.0.100")).Get(0));
    m_protocol = DynamicCast<IpipL4Protocol>(
        m_host.node->GetObject<Ipv4L3Protocol>()->GetProtocol(IpipL4Protocol::PROT_NUMBER));
    UdpEchoServerHelper(7).Install(m_host.node);
    PacketSinkHelper("ns3::TcpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), 80))
        .Install(m_host.node);
    m_host.Run(MilliSeconds(10));
}

void
Script::SendTunnelled(const Octets& inner, uint8_t tos, uint8_t detail)
{
    for (const auto& piece : Prepare(inner, detail & 15))
    {
        Octets packet{0x45, tos, 0, 0, 0, 1, 0, 0, 64, 4, 0, 0, 10, 0, 0, 10, 10, 0, 0, 21};
        packet.insert(packet.end(), piece.begin(), piece.end());
        for (const auto& sent : Prepare(packet, MEND_LENGTH | (detail & 16 ? CUT : 0)))
        {
            m_host.Send(sent);
        }
    }
}

void
Script::Step(Input& input)
{
    const uint8_t first = input.Number();
    const uint8_t detail = first >> 3;
    m_host.left.clear();
    switch (first & 7)
    {
    case 0: // a packet as it is; ns-3's own protocols would not stand what is not for the tunnel
        for (const auto& packet : Prepare(input.Block(), detail))
        {
            if (packet.size() > 9 && packet[9] == IpipL4Protocol::PROT_NUMBER)
            {
                m_host.Send(packet);
            }
        }
        break;
    case 1: // a packet in a tunnel
    case 2: {
        const uint8_t tos = input.Number();
        SendTunnelled(input.Block(), tos, detail);
        break;
    }
    case 3: { // a tunnel in a tunnel in a tunnel ...
        auto packet = input.Block();
        for (int i = 0; i < detail && packet.size() < 2000; i++)
        {
            Octets outer{0x45, 0, 0, 0, 0, 1, 0, 0, 64, 4, 0, 0, 192, 0, 2, 1, 10, 0, 0, 100};
            outer.insert(outer.end(), packet.begin(), packet.end());
            packet = Prepare(outer, MEND_LENGTH).front();
        }
        SendTunnelled(packet, 0, 0);
        break;
    }
    case 4:
        m_host.Run(MilliSeconds(detail * detail * 100));
        break;
    case 5:
        m_protocol->SetAttribute("RpFilter", UintegerValue(detail % 3));
        break;
    case 6: {
        const uint32_t interface = m_host.ipv4->GetInterfaceForDevice(m_device);
        m_protocol->SetAttribute("Loaded", BooleanValue(detail & 1));
        m_host.ipv4->SetForwarding(interface, detail & 2);
        m_host.forwards |= (detail & 2) != 0;
        if (detail & 4)
        {
            m_host.ipv4->SetDown(interface);
        }
        else
        {
            m_host.ipv4->SetUp(interface);
        }
        break;
    }
    default:
        m_protocol->SetAttribute("AnswerFromVip", BooleanValue(detail & 1));
    }
}

void
Script::Finish()
{
    m_host.Run(Minutes(30));
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
