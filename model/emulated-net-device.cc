/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "emulated-net-device.h"

#include "realtime-monitor.h"

#include "ns3/log.h"
#include "ns3/uinteger.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptEmulatedNetDevice");
NS_OBJECT_ENSURE_REGISTERED(EmulatedNetDevice);

namespace
{

/// Octets in front of a buffer, which say whether it is in the receive queue
constexpr std::size_t BUFFER_MARK = 16;

/** Reads frames and decides about them, in a thread of its own. */
class EmulatedFrameReader : public FdReader
{
  public:
    /**
     * @brief Read for a device.
     * @param device the device, which lives longer: it stops this
     * @param fd the descriptor that will be read
     */
    EmulatedFrameReader(EmulatedNetDevice* device, int fd)
        : m_device(device),
          m_length(ETHERNET_HEADER + device->GetReadMtu()),
          m_buffer(EmulatedNetDevice::Allocate(m_length))
    {
        int domain = 0;
        socklen_t length = sizeof(domain);
        m_isPacketSocket =
            getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_PACKET;
    }

    ~EmulatedFrameReader() override
    {
        EmulatedNetDevice::Free(m_buffer); // the device may have gone
    }

  private:
    FdReader::Data DoRead() override
    {
        bool hasVlan = false;
        bool lacksChecksum = false;
        const ssize_t length = Read(hasVlan, lacksChecksum);
        auto& port = m_device->GetPort();
        if (length <= 0)
        {
            // ENETDOWN comes once when the interface of a packet socket is set down
            const bool isPassing = length < 0 && (errno == EAGAIN || errno == EINTR ||
                                                  errno == ENETDOWN || errno == ENOBUFS);
            port.m_isLost = !isPassing;
            return {nullptr, isPassing ? -1 : 0};
        }
        auto reason = FindFault(m_buffer, static_cast<std::size_t>(length), m_device->GetReadMtu());
        if (hasVlan)
        {
            reason = EmulationDrop::FOREIGN;
        }
        else if (reason == EmulationDrop::NONE && lacksChecksum && !CompleteChecksum(m_buffer))
        {
            reason = EmulationDrop::NO_CHECKSUM;
        }
        else if (reason == EmulationDrop::NONE && m_device->IsFull())
        {
            reason = EmulationDrop::QUEUE_FULL;
        }
        if (reason != EmulationDrop::NONE)
        {
            port.CountDrop(reason);
            return {nullptr, -1};
        }
        // Without memory the frame is lost, and the next has its place.
        auto* next = EmulatedNetDevice::Allocate(m_length);
        if (!next)
        {
            port.CountDrop(EmulationDrop::QUEUE_FULL);
            return {nullptr, -1};
        }
        m_device->Queue(m_buffer);
        return {std::exchange(m_buffer, next), length};
    }

    /**
     * @brief Read a frame into m_buffer; what has no place there is thrown away.
     * @param[out] hasVlan the kernel has taken the tag of a VLAN off
     * @param[out] lacksChecksum the kernel has left the transport checksum to hardware
     * @return the frame's length, or what the system call returned
     */
    ssize_t Read(bool& hasVlan, bool& lacksChecksum)
    {
        std::array<iovec, 2> parts{iovec{m_buffer, m_length}, iovec{m_rest.data(), m_rest.size()}};
        if (!m_isPacketSocket)
        {
            return readv(m_fd, parts.data(), parts.size());
        }
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(tpacket_auxdata))> control{};
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = parts.size();
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const ssize_t length = recvmsg(m_fd, &message, 0);
        for (auto* at = length > 0 ? CMSG_FIRSTHDR(&message) : nullptr; at;
             at = CMSG_NXTHDR(&message, at))
        {
            if (at->cmsg_level == SOL_PACKET && at->cmsg_type == PACKET_AUXDATA)
            {
                const auto* auxiliary = reinterpret_cast<const tpacket_auxdata*>(CMSG_DATA(at));
                hasVlan = auxiliary->tp_status & TP_STATUS_VLAN_VALID;
                lacksChecksum = auxiliary->tp_status & TP_STATUS_CSUMNOTREADY;
            }
        }
        return length;
    }

    EmulatedNetDevice* m_device;         ///< for whom
    std::size_t m_length;                ///< the longest frame
    uint8_t* m_buffer;                   ///< where the next frame goes
    bool m_isPacketSocket{false};        ///< the kernel says more than the frame
    std::array<uint8_t, 65536> m_rest{}; ///< what no frame needs
};

} // namespace

TypeId
EmulatedNetDevice::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::EmulatedNetDevice")
            .SetParent<FdNetDevice>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<EmulatedNetDevice>()
            .AddAttribute("MaxLateness",
                          "A frame that enters or leaves the model when its clock is further "
                          "behind the wall clock is dropped",
                          TimeValue(MilliSeconds(50)),
                          MakeTimeAccessor(&EmulatedNetDevice::m_maxLateness),
                          MakeTimeChecker(MicroSeconds(1)));
    return tid;
}

EmulatedNetDevice::EmulatedNetDevice()
    : m_port(std::make_shared<EmulationPort>(""))
{
    NS_LOG_FUNCTION(this);
}

EmulatedNetDevice::~EmulatedNetDevice()
{
    NS_LOG_FUNCTION(this);
}

void
EmulatedNetDevice::DoInitialize()
{
    NS_LOG_FUNCTION(this);
    UintegerValue queueSize;
    GetAttribute("RxQueueSize", queueSize);
    m_queueSize = static_cast<uint32_t>(queueSize.Get());
    m_readMtu = GetMtu();
    SetEncapsulationMode(DIX); // the buffers are no bare memory
    FdNetDevice::DoInitialize();
}

void
EmulatedNetDevice::DoDispose()
{
    NS_LOG_FUNCTION(this);
    FdNetDevice::DoDispose();
    m_receive.Nullify();
    m_promiscReceive.Nullify();
}

void
EmulatedNetDevice::SetPort(std::shared_ptr<EmulationPort> port)
{
    NS_LOG_FUNCTION(this << port->GetName());
    m_port = std::move(port);
}

Ptr<FdReader>
EmulatedNetDevice::DoCreateFdReader()
{
    NS_LOG_FUNCTION(this);
    return Create<EmulatedFrameReader>(this, GetFileDescriptor());
}

uint8_t*
EmulatedNetDevice::AllocateBuffer(size_t len)
{
    return Allocate(len);
}

void
EmulatedNetDevice::Free(uint8_t* buffer)
{
    if (buffer)
    {
        std::free(buffer - BUFFER_MARK);
    }
}

uint8_t*
EmulatedNetDevice::Allocate(std::size_t length)
{
    auto* memory = static_cast<uint8_t*>(std::malloc(BUFFER_MARK + length));
    if (!memory)
    {
        return nullptr;
    }
    memory[0] = 0;
    return memory + BUFFER_MARK;
}

void
EmulatedNetDevice::Queue(uint8_t* buffer)
{
    *(buffer - BUFFER_MARK) = 1;
    m_queued.fetch_add(1, std::memory_order_relaxed);
}

void
EmulatedNetDevice::FreeBuffer(uint8_t* buf)
{
    if (*(buf - BUFFER_MARK))
    {
        // FdNetDevice has made a packet of it and hands it on next. Now is when it was read.
        m_queued.fetch_sub(1, std::memory_order_relaxed);
        m_isTooLate = RealtimeMonitor::GetLateness() > m_maxLateness;
        if (m_isTooLate)
        {
            m_port->CountDrop(EmulationDrop::LATE_IN);
        }
        else
        {
            ++m_port->m_received;
        }
    }
    Free(buf);
}

void
EmulatedNetDevice::SetReceiveCallback(NetDevice::ReceiveCallback cb)
{
    m_receive = cb;
    FdNetDevice::SetReceiveCallback(MakeCallback(&EmulatedNetDevice::Receive, this));
}

void
EmulatedNetDevice::SetPromiscReceiveCallback(NetDevice::PromiscReceiveCallback cb)
{
    m_promiscReceive = cb;
    FdNetDevice::SetPromiscReceiveCallback(MakeCallback(&EmulatedNetDevice::PromiscReceive, this));
}

bool
EmulatedNetDevice::Receive(Ptr<NetDevice> device,
                           Ptr<const Packet> packet,
                           uint16_t protocol,
                           const Address& source)
{
    return !m_isTooLate && m_receive(device, packet, protocol, source);
}

bool
EmulatedNetDevice::PromiscReceive(Ptr<NetDevice> device,
                                  Ptr<const Packet> packet,
                                  uint16_t protocol,
                                  const Address& source,
                                  const Address& destination,
                                  PacketType type)
{
    return !m_isTooLate && m_promiscReceive(device, packet, protocol, source, destination, type);
}

bool
EmulatedNetDevice::SendFrom(Ptr<Packet> packet,
                            const Address& source,
                            const Address& dest,
                            uint16_t protocolNumber)
{
    NS_LOG_FUNCTION(this << packet << source << dest << protocolNumber);
    auto reason = EmulationDrop::NONE;
    if (packet->GetSize() > GetMtu())
    {
        reason = EmulationDrop::OUT_TOO_LONG;
    }
    else if (RealtimeMonitor::GetLateness() > m_maxLateness)
    {
        reason = EmulationDrop::LATE_OUT;
    }
    if (reason != EmulationDrop::NONE)
    {
        m_port->CountDrop(reason);
        return false;
    }
    return FdNetDevice::SendFrom(packet, source, dest, protocolNumber);
}

ssize_t
EmulatedNetDevice::Write(uint8_t* buffer, size_t length)
{
    const ssize_t written = write(GetFileDescriptor(), buffer, length);
    if (written == static_cast<ssize_t>(length))
    {
        ++m_port->m_sent;
    }
    else
    {
        m_port->CountDrop(EmulationDrop::REFUSED);
    }
    return written;
}

} // namespace gipt
} // namespace ns3
