/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ipv4-datagram.h"

#include "internet-checksum.h"
#include "ipip-encapsulation.h"

#include "ns3/arp-cache.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-queue-disc-item.h"
#include "ns3/ipv4-route.h"
#include "ns3/node.h"
#include "ns3/traffic-control-layer.h"

#include <algorithm>

namespace ns3
{
namespace gipt
{

namespace
{

/** A packet on its way out whose header has options. */
class OptionsQueueDiscItem : public Ipv4QueueDiscItem
{
  public:
    /**
     * @param datagram the packet
     * @param address link-layer address of the next hop
     */
    OptionsQueueDiscItem(const Ipv4Datagram& datagram, const Address& address)
        : Ipv4QueueDiscItem(datagram.payload->Copy(),
                            address,
                            Ipv4L3Protocol::PROT_NUMBER,
                            datagram.header),
          m_options(datagram.options)
    {
    }

    uint32_t GetSize() const override
    {
        return Ipv4QueueDiscItem::GetSize() + (m_headerAdded ? 0 : m_options.size());
    }

    void AddHeader() override
    {
        if (m_headerAdded)
        {
            return;
        }
        // GetHeader: a queue may have marked it meanwhile
        const Ipv4Datagram datagram{GetHeader(), m_options, GetPacket()->Copy()};
        GetPacket()->RemoveAtEnd(GetPacket()->GetSize());
        GetPacket()->AddAtEnd(datagram.ToPacket());
        m_headerAdded = true;
    }

  private:
    IpOptions m_options;       ///< the options
    bool m_headerAdded{false}; ///< the packet has its header
};

/**
 * The link-layer address of the next hop.
 * @param interface the interface that leads there
 * @param hop its IPv4 address
 * @param[out] address the address
 * @return false when it is not known
 */
bool
FindLinkAddress(Ptr<Ipv4Interface> interface, Ipv4Address hop, Address& address)
{
    const auto device = interface->GetDevice();
    address = device->GetBroadcast();
    if (!device->NeedsArp())
    {
        return true;
    }
    const auto cache = interface->GetArpCache();
    const auto entry = cache ? cache->Lookup(hop) : nullptr;
    if (!entry || entry->IsDead() || entry->IsWaitReply() || entry->IsExpired())
    {
        return false;
    }
    address = entry->GetMacAddress();
    return true;
}

} // namespace

uint32_t
Ipv4Datagram::GetSize() const
{
    return IPV4_HEADER_SIZE + options.size() + payload->GetSize();
}

Ptr<Packet>
Ipv4Datagram::ToPacket() const
{
    if (options.empty())
    {
        auto packet = payload->Copy();
        packet->AddHeader(header);
        return packet;
    }
    return ToPacket(options);
}

Ptr<Packet>
Ipv4Datagram::ToQuote() const
{
    if (!received.empty())
    {
        return ToPacket(received);
    }
    Ipv4Datagram quoted = *this;
    quoted.header.EnableChecksum();
    return quoted.ToPacket();
}

Ptr<Packet>
Ipv4Datagram::ToPacket(const IpOptions& summed) const
{
    Ipv4Header longer = header;
    longer.SetPayloadSize(header.GetPayloadSize() + options.size());
    auto first = Create<Packet>();
    first->AddHeader(longer);
    std::vector<uint8_t> octets(IPV4_HEADER_SIZE);
    first->CopyData(octets.data(), octets.size());
    octets.insert(octets.end(), summed.begin(), summed.end());
    octets[0] = 4 << 4 | octets.size() / 4;
    octets[10] = 0;
    octets[11] = 0;
    const uint16_t checksum = InternetChecksum(octets);
    octets[10] = checksum >> 8;
    octets[11] = checksum & 0xff;
    std::copy(options.begin(), options.end(), octets.begin() + IPV4_HEADER_SIZE);
    auto packet = Create<Packet>(octets.data(), octets.size());
    packet->AddAtEnd(payload);
    return packet;
}

void
Ipv4Datagram::Send(Ptr<Ipv4L3Protocol> ipv4, Ptr<Ipv4Route> route) const
{
    const auto device = route->GetOutputDevice();
    const auto interface = ipv4->GetInterface(ipv4->GetInterfaceForDevice(device));
    const auto trafficControl = ipv4->GetObject<TrafficControlLayer>();
    const auto gateway = route->GetGateway();
    Address address;
    if (options.empty() || !interface->IsUp() || !trafficControl || GetSize() > device->GetMtu() ||
        ipv4->GetInterfaceForAddress(header.GetDestination()) >= 0 ||
        !FindLinkAddress(interface, gateway.IsAny() ? header.GetDestination() : gateway, address))
    {
        ipv4->SendWithHeader(payload->Copy(), header, route);
        return;
    }
    trafficControl->Send(device, Create<OptionsQueueDiscItem>(*this, address));
}

} // namespace gipt
} // namespace ns3
