/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_VRRP_INSTANCE_H
#define GIPT_VRRP_INSTANCE_H

#include "restartable.h"
#include "vrrp-header.h"

#include "ns3/application.h"
#include "ns3/event-id.h"
#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/traced-callback.h"

#include <array>
#include <cstdint>
#include <vector>

namespace ns3
{

class Ipv4L3Protocol;
class Socket;

namespace gipt
{

class Director;

/**
 * @ingroup global-ip-tunneling
 * @brief One of a pair of directors on a network: VRRP version 3 (RFC 5798), as keepalived has it.
 *
 * The master owns the floating addresses and the VIPs of the director on its node, and says so
 * every AdvertisementInterval. A backup that has not heard it for three of those and a little more,
 * the less the higher its priority, takes over: addresses first, then an advertisement and
 * gratuitous ARP. A master that is stopped says so, and the backup waits for the little more only.
 *
 * The network's nodes need an ArpUpdater to heed the gratuitous ARP. The floating addresses keep no
 * link-layer address of their own (keepalived without use_vmac).
 */
class VrrpInstance : public Application, public Restartable
{
  public:
    /** The states of RFC 5798, 6.4. */
    enum class State : uint8_t
    {
        INITIALIZE, ///< it does not run
        BACKUP,     ///< it watches the master
        MASTER      ///< it has the addresses
    };

    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    VrrpInstance();
    ~VrrpInstance() override;

    /**
     * @brief Add a floating address.
     * @param address the address, which no interface of the network has
     */
    void AddAddress(Ipv4Address address)
    {
        m_addresses.push_back(address);
    }

    /**
     * @brief The state.
     * @return the state
     */
    State GetState() const
    {
        return m_state;
    }

    /**
     * @brief How long a backup waits for the master (RFC 5798, 6.1, Master_Down_Interval).
     * @return three of the master's intervals and the skew
     */
    Time GetMasterDownInterval() const;

    /**
     * @brief How long a backup waits when the master has stopped (Skew_Time).
     * @return (256 - Priority) / 256 of the master's interval
     */
    Time GetSkew() const;

    /**
     * @brief How many VRRP packets were not taken for a reason.
     * @param reason the reason
     * @return number of packets
     */
    uint64_t GetDropped(VrrpDrop reason) const
    {
        return m_dropped[static_cast<uint8_t>(reason)];
    }

    /**
     * @brief The power is gone, and the addresses with it.
     */
    void PowerOff() override;

    /**
     * @brief The power is back: begin as a backup.
     */
    void PowerOn() override;

    /**
     * @brief The hook on changes of state.
     * @param from the state before
     * @param to the state after
     */
    typedef void (*StateTracedCallback)(State from, State to);

    /**
     * @brief The hook on packets that are not taken.
     * @param reason why
     */
    typedef void (*DropTracedCallback)(VrrpDrop reason);

  protected:
    void DoDispose() override;

  private:
    void StartApplication() override;
    void StopApplication() override;

    /**
     * @brief Begin to listen.
     */
    void Begin();

    /**
     * @brief Be silent, without the addresses.
     */
    void Halt();

    /**
     * @brief Change the state.
     * @param state the new one
     */
    void SetState(State state);

    /**
     * @brief Become master.
     */
    void BecomeMaster();

    /**
     * @brief Become backup, and wait.
     * @param wait how long
     */
    void BecomeBackup(Time wait);

    /**
     * @brief Own the floating addresses and VIPs, or not.
     * @param owns true to own them
     */
    void Own(bool owns);

    /**
     * @brief The master says that it is there, and again after the interval.
     */
    void Advertise();

    /**
     * @brief Send an advertisement.
     * @param priority its priority
     */
    void Send(uint8_t priority);

    /**
     * @brief Announce the floating addresses by ARP.
     */
    void AnnounceAddresses();

    /**
     * @brief VRRP packets came in.
     * @param socket the socket
     */
    void HandleRead(Ptr<Socket> socket);

    /**
     * @brief Act on an advertisement.
     * @param advertisement the advertisement
     * @param source whose it is
     */
    void Heed(const VrrpAdvertisement& advertisement, Ipv4Address source);

    /**
     * @brief The address that advertisements come from.
     * @return the first address of the interface
     */
    Ipv4Address GetSource() const;

    uint8_t m_id{1};             ///< VRID
    uint8_t m_priority{100};     ///< priority
    Time m_interval;             ///< between two advertisements
    bool m_preempt{true};        ///< take over from a master of lower priority
    uint32_t m_interface{1};     ///< number of the IPv4 interface
    uint32_t m_announcements{5}; ///< ARP announcements in a row
    Time m_announcementDelay;    ///< before they are repeated
    Ptr<Director> m_director;    ///< whose VIPs go with the state, may be null

    std::vector<Ipv4Address> m_addresses;         ///< floating addresses
    State m_state{State::INITIALIZE};             ///< the state
    Time m_masterInterval;                        ///< the master's interval
    bool m_isStarted{false};                      ///< between start and stop
    bool m_hasPower{true};                        ///< its node has power
    Ptr<Ipv4L3Protocol> m_ipv4;                   ///< the node's IPv4
    Ptr<Socket> m_socket;                         ///< gets VRRP packets
    EventId m_timer;                              ///< Adver_Timer or Master_Down_Timer
    EventId m_announcementEvent;                  ///< the repetition
    std::array<uint64_t, VRRP_DROPS> m_dropped{}; ///< not taken, by reason
    TracedCallback<State, State> m_stateTrace;    ///< change of state
    TracedCallback<VrrpDrop> m_dropTrace;         ///< packet not taken
};

/**
 * @ingroup global-ip-tunneling
 * @brief The name of a state for listings and CSV.
 * @param state the state
 * @return a word in lower case, such as "master"
 */
const char* ToString(VrrpInstance::State state);

} // namespace gipt
} // namespace ns3

#endif // GIPT_VRRP_INSTANCE_H
