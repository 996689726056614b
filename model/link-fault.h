/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_LINK_FAULT_H
#define GIPT_LINK_FAULT_H

#include "ns3/error-model.h"
#include "ns3/net-device.h"
#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"
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
 * @brief Why a frame did not reach a device.
 */
enum class LinkFaultReason : uint8_t
{
    DARK,       ///< nothing comes from the link, or the frame was on it when nothing did
    LOSS,       ///< lost at random
    BLACK_HOLE, ///< the host answers pings and nothing else
};

/** Number of reasons. */
constexpr uint8_t LINK_FAULT_REASONS = 3;

/**
 * @ingroup global-ip-tunneling
 * @brief The name of a reason, for tables and CSV.
 * @param reason the reason
 * @return a word in lower case with dashes
 */
const char* ToString(LinkFaultReason reason);

/**
 * @ingroup global-ip-tunneling
 * @brief Keeps from a device the frames that failures lose, as its receive error model.
 *
 * ns-3 has no way to darken a link and none to call back a frame: a device goes on sending what it
 * has begun, and the frame arrives. So frames are lost where they arrive. The error model that the
 * device had before goes on judging what the failures leave.
 *
 * Several failures may ask for the same: each must take back what it asked for.
 */
class LinkFault : public ErrorModel
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    LinkFault();
    ~LinkFault() override;

    /**
     * @brief The link fault of a device, made at the first call.
     * @param device a device with the attribute ReceiveErrorModel, such as those of point-to-point
     *        and CSMA links
     * @return its link fault; null for a device without that attribute
     */
    static Ptr<LinkFault> Get(Ptr<NetDevice> device);

    /**
     * @brief The other end of a point-to-point link.
     * @param device a device
     * @return the other device; null on every other kind of link
     */
    static Ptr<NetDevice> GetPeer(Ptr<NetDevice> device);

    /**
     * @brief Nothing comes from the link any more, not even what is on it now.
     */
    void Darken();

    /**
     * @brief Take back one Darken(). After the last, frames come again that are sent from now on.
     *
     * On a point-to-point link those that were begun before are lost all the same. On any other
     * kind the time they were begun at is not known, so they arrive.
     */
    void Lighten();

    /**
     * @brief Whether nothing comes from the link.
     * @return true when it is dark
     */
    bool IsDark() const
    {
        return m_dark > 0;
    }

    /**
     * @brief Lose a part of the frames.
     * @param rate the part, 0 to 1
     * @param random draws from 0 to 1 for each frame; it names the loss in RemoveLoss()
     */
    void AddLoss(double rate, Ptr<UniformRandomVariable> random);

    /**
     * @brief Take back one AddLoss().
     * @param random what it was called with
     */
    void RemoveLoss(Ptr<UniformRandomVariable> random);

    /**
     * @brief Let nothing through but ICMP echo, with or without a tunnel around it, and ARP.
     */
    void AddBlackHole();

    /**
     * @brief Take back one AddBlackHole().
     */
    void RemoveBlackHole();

    /**
     * @brief How many frames were lost for a reason.
     * @param reason the reason
     * @return number of frames
     */
    uint64_t GetLost(LinkFaultReason reason) const
    {
        return m_lost[static_cast<uint8_t>(reason)];
    }

    /**
     * @brief The hook on frames that are lost.
     * @param frame the frame as it is on the link
     * @param reason why
     */
    typedef void (*LoseTracedCallback)(Ptr<const Packet> frame, LinkFaultReason reason);

  protected:
    void DoDispose() override;

  private:
    /** A part that is lost. */
    struct Loss
    {
        double rate;                       ///< part of the frames, 0 to 1
        Ptr<UniformRandomVariable> random; ///< draws for each frame
    };

    // from ErrorModel
    bool DoCorrupt(Ptr<Packet> frame) override;
    void DoReset() override;

    /**
     * @brief Whether a frame was begun before the link carried frames again.
     * @param frame a frame that arrives now
     * @return true when it was
     */
    bool IsFromTheDark(Ptr<const Packet> frame);

    /**
     * @brief Whether a frame is one that a black hole lets through.
     * @param frame the frame
     * @return true for ARP and ICMP echo
     */
    bool IsPing(Ptr<const Packet> frame) const;

    /**
     * @brief Count and trace a lost frame.
     * @param frame the frame
     * @param reason why
     * @return true
     */
    bool Lose(Ptr<const Packet> frame, LinkFaultReason reason);

    NetDevice* m_device{nullptr}; ///< whose frames these are; it holds this, not the other way
    Ptr<ErrorModel> m_inner;      ///< the device's own error model, if it had one
    uint32_t m_dark{0};           ///< how many ask for darkness
    bool m_checkBegin{false};     ///< frames begun in the dark may still arrive
    Time m_light;                 ///< since when the link carries frames again
    std::vector<Loss> m_losses;   ///< in the order they were added
    uint32_t m_blackHoles{0};     ///< how many ask for a black hole
    std::array<uint64_t, LINK_FAULT_REASONS> m_lost{}; ///< frames lost, by reason

    /// a frame is lost
    TracedCallback<Ptr<const Packet>, LinkFaultReason> m_loseTrace;
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_LINK_FAULT_H
