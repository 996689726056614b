/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_CONNECTION_OBSERVER_H
#define GIPT_CONNECTION_OBSERVER_H

#include "ns3/nstime.h"

namespace ns3
{
namespace gipt
{

struct Connection;

/**
 * @ingroup global-ip-tunneling
 * @brief Who is told of each change of a director's connections: connection synchronisation.
 *
 * It may look at the table and change the owner's part of the entry it is shown, but must neither
 * add nor remove entries.
 */
class ConnectionObserver
{
  public:
    virtual ~ConnectionObserver() = default;

    /**
     * @brief A packet of a connection was counted; state and timer are those after it.
     * @param connection the entry
     * @param now the time
     */
    virtual void Counted(Connection& connection, Time now) = 0;

    /**
     * @brief A packet was counted for a template that has no entry of its own (one-packet
     * scheduling).
     * @param entry the template
     * @param now the time
     */
    virtual void CountedTemplate(Connection& entry, Time now) = 0;

    /**
     * @brief A template is new, or became assured.
     * @param entry the template
     * @param now the time
     */
    virtual void TemplateChanged(Connection& entry, Time now) = 0;

    /**
     * @brief The time of a template is up, but connections refer to it: it stays.
     * @param entry the template
     * @param now the time
     */
    virtual void TemplateExtended(Connection& entry, Time now) = 0;

    /**
     * @brief An entry is leaving the table, or has left it.
     * @param connection the entry
     */
    virtual void Removed(const Connection& connection) = 0;
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_CONNECTION_OBSERVER_H
