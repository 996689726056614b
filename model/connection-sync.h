/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_CONNECTION_SYNC_H
#define GIPT_CONNECTION_SYNC_H

#include "connection-observer.h"
#include "director.h"
#include "restartable.h"
#include "sync-record.h"

#include "ns3/application.h"
#include "ns3/ipv4-address.h"
#include "ns3/ptr.h"
#include "ns3/traced-callback.h"

#include <array>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief What tells other directors of the connections of one, beside which it runs: the base of
 * IpvsConnectionSync and CompleteConnectionSync.
 */
class ConnectionSync : public Application, public Restartable, public ConnectionObserver
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    ConnectionSync() = default;
    ~ConnectionSync() override = default;

    /**
     * @brief Add a director to speak to.
     * @param address its address
     */
    void AddPeer(Ipv4Address address)
    {
        m_peers.push_back(address);
    }

    /**
     * @brief The director whose connections are told, and that is told others'.
     * @return the director, null before the start
     */
    Ptr<Director> GetDirector() const
    {
        return m_director;
    }

    /**
     * @brief Number of entries sent; to several peers an entry counts once for each.
     * @return the number
     */
    uint64_t GetSent() const
    {
        return m_sent;
    }

    /**
     * @brief Number of entries received and taken.
     * @return the number
     */
    uint64_t GetReceived() const
    {
        return m_received;
    }

    /**
     * @brief Number of messages and entries not taken, or not sent, for a reason.
     * @param reason the reason
     * @return the number
     */
    uint64_t GetDropped(SyncDrop reason) const
    {
        return m_dropped[static_cast<uint8_t>(reason)];
    }

    /**
     * @brief The power is gone: what was to be sent is lost.
     */
    void PowerOff() override;

    /**
     * @brief The power is back: listen and speak again.
     */
    void PowerOn() override;

    /**
     * @brief The hook on messages.
     * @param entries number of entries in it
     * @param octets its length
     */
    typedef void (*MessageTracedCallback)(uint32_t entries, uint32_t octets);

    /**
     * @brief The hook on what is not taken.
     * @param reason why
     */
    typedef void (*DropTracedCallback)(SyncDrop reason);

  protected:
    void DoDispose() override;

    /**
     * @brief Begin to speak and to listen.
     */
    virtual void Begin() = 0;

    /**
     * @brief Speak and listen no more.
     * @param hasPower false when there is no time for a last word
     */
    virtual void Halt(bool hasPower) = 0;

    /**
     * @brief Count and trace a message that is sent.
     * @param entries number of entries
     * @param octets its length
     */
    void CountSent(uint32_t entries, uint32_t octets);

    /**
     * @brief Count and trace a message that was received.
     * @param entries number of entries taken
     * @param octets its length
     */
    void CountReceived(uint32_t entries, uint32_t octets);

    /**
     * @brief Count and trace what is not taken or not sent.
     * @param reason why
     */
    void Drop(SyncDrop reason);

    Ptr<Director> m_director;         ///< whose connections are told
    std::vector<Ipv4Address> m_peers; ///< directors to speak to

  private:
    void StartApplication() override;
    void StopApplication() override;

    /**
     * @brief Watch the director, and begin.
     */
    void Run();

    /**
     * @brief Watch the director no more, and halt.
     */
    void Rest();

    bool m_isStarted{false};                            ///< between start and stop
    bool m_hasPower{true};                              ///< its node has power
    uint64_t m_sent{0};                                 ///< entries sent
    uint64_t m_received{0};                             ///< entries taken
    std::array<uint64_t, SYNC_DROPS> m_dropped{};       ///< not taken, by reason
    TracedCallback<uint32_t, uint32_t> m_sentTrace;     ///< message sent
    TracedCallback<uint32_t, uint32_t> m_receivedTrace; ///< message received
    TracedCallback<SyncDrop> m_dropTrace;               ///< something not taken
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_CONNECTION_SYNC_H
