/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_EMULATION_PORT_H
#define GIPT_EMULATION_PORT_H

#include "emulated-frame.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief The books of one place where frames pass between a real wire and the model.
 *
 * A thread of its own reads the wire, so all counters are atomic; the model and the RealtimeMonitor
 * read them at any time.
 */
class EmulationPort
{
  public:
    /**
     * @brief Open the books.
     * @param name name of the interface
     */
    explicit EmulationPort(const std::string& name)
        : m_name(name)
    {
    }

    /**
     * @brief The name of the interface.
     * @return as the operating system has it
     */
    const std::string& GetName() const
    {
        return m_name;
    }

    /**
     * @brief Count frames that were dropped.
     * @param reason why
     * @param count how many
     */
    void CountDrop(EmulationDrop reason, uint64_t count = 1)
    {
        m_dropped[static_cast<std::size_t>(reason)].fetch_add(count, std::memory_order_relaxed);
    }

    /**
     * @brief Frames dropped.
     * @param reason why
     * @return how many so far
     */
    uint64_t GetDropped(EmulationDrop reason) const
    {
        return m_dropped[static_cast<std::size_t>(reason)].load(std::memory_order_relaxed);
    }

    std::atomic<uint64_t> m_received{0}; ///< frames that came from the wire into the model
    std::atomic<uint64_t> m_sent{0};     ///< frames that went from the model to the wire
    std::atomic<bool> m_isLost{false};   ///< the interface has gone
    /// frames that the operating system has dropped before they could be read, so far; may be empty
    std::function<uint64_t()> m_getKernelDrops;

  private:
    std::string m_name;                                             ///< name of the interface
    std::array<std::atomic<uint64_t>, EMULATION_DROPS> m_dropped{}; ///< frames, by reason
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_EMULATION_PORT_H
