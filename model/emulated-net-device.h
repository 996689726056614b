/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_EMULATED_NET_DEVICE_H
#define GIPT_EMULATED_NET_DEVICE_H

#include "emulation-port.h"

#include "ns3/fd-net-device.h"
#include "ns3/nstime.h"

#include <atomic>
#include <memory>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief An FdNetDevice that drops nothing without a word, keeps its queue bounded in frames and in
 * time, and takes from the wire only what the model can stand.
 *
 * What FdNetDevice itself does: when its receive queue is full it drops the frame, keeps the
 * frame's memory for ever and reads nothing for 100 ms; it cuts frames that are longer than its
 * MTU; it gives the stack anything that has an Ethernet header; it ends the program when the model
 * sends a frame longer than its MTU. The reader of this class decides about each frame before
 * FdNetDevice has seen it, so that none of that can happen.
 *
 * This class exists where ns-3 has the module fd-net-device, and EmulationHelper makes it.
 */
class EmulatedNetDevice : public FdNetDevice
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    EmulatedNetDevice();
    ~EmulatedNetDevice() override;

    /**
     * @brief Set where to count.
     * @param port the books of the interface
     */
    void SetPort(std::shared_ptr<EmulationPort> port);

    /**
     * @brief Whether the receive queue has no place; the thread that reads asks.
     * @return true when a frame has to be dropped
     */
    bool IsFull() const
    {
        return m_queued.load(std::memory_order_relaxed) >= m_queueSize;
    }

    /**
     * @brief A frame goes into the receive queue; the thread that reads says so.
     * @param buffer where it is, from Allocate
     */
    void Queue(uint8_t* buffer);

    /**
     * @brief Memory for a frame, which says whether the frame is in the receive queue.
     * @param length octets
     * @return the memory, or null
     */
    static uint8_t* Allocate(std::size_t length);

    /**
     * @brief Give memory back.
     * @param buffer the memory, from Allocate
     */
    static void Free(uint8_t* buffer);

    /**
     * @brief The MTU that frames from the wire keep to.
     * @return octets
     */
    uint16_t GetReadMtu() const
    {
        return m_readMtu;
    }

    /**
     * @brief The books.
     * @return the books of the interface
     */
    EmulationPort& GetPort()
    {
        return *m_port;
    }

    // inherited from FdNetDevice
    bool SendFrom(Ptr<Packet> packet,
                  const Address& source,
                  const Address& dest,
                  uint16_t protocolNumber) override;
    void SetReceiveCallback(NetDevice::ReceiveCallback cb) override;
    void SetPromiscReceiveCallback(NetDevice::PromiscReceiveCallback cb) override;
    ssize_t Write(uint8_t* buffer, size_t length) override;

  protected:
    void DoInitialize() override;
    void DoDispose() override;
    uint8_t* AllocateBuffer(size_t len) override;
    void FreeBuffer(uint8_t* buf) override;

  private:
    Ptr<FdReader> DoCreateFdReader() override;

    /**
     * @brief Take a frame out of the queue into the node.
     * @param device this
     * @param packet the frame without its Ethernet header
     * @param protocol Ethernet type
     * @param source MAC address of the sender
     * @return what the node says
     */
    bool Receive(Ptr<NetDevice> device,
                 Ptr<const Packet> packet,
                 uint16_t protocol,
                 const Address& source);

    /**
     * @brief Take a frame out of the queue into the node, promiscuously.
     * @param device this
     * @param packet the frame without its Ethernet header
     * @param protocol Ethernet type
     * @param source MAC address of the sender
     * @param destination MAC address it was sent to
     * @param type for whom it is
     * @return what the node says
     */
    bool PromiscReceive(Ptr<NetDevice> device,
                        Ptr<const Packet> packet,
                        uint16_t protocol,
                        const Address& source,
                        const Address& destination,
                        PacketType type);

    std::shared_ptr<EmulationPort> m_port;              ///< the books
    Time m_maxLateness;                                 ///< later, nothing passes
    bool m_isTooLate{false};                            ///< the frame that is being received
    std::atomic<uint32_t> m_queued{0};                  ///< frames read and not yet in the node
    uint32_t m_queueSize{0};                            ///< the most of them: RxQueueSize
    uint16_t m_readMtu{0};                              ///< the MTU, for the thread that reads
    NetDevice::ReceiveCallback m_receive;               ///< the node
    NetDevice::PromiscReceiveCallback m_promiscReceive; ///< the node
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_EMULATED_NET_DEVICE_H
