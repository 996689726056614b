/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_RESTARTABLE_H
#define GIPT_RESTARTABLE_H

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief What an application has to do when its node loses its power, and when it is back.
 *
 * ns-3 lets nobody but the simulator's start and stop times start or stop an application. A class
 * that derives from Application and from this can fall silent in the middle of a run and begin
 * anew: what it has learnt is lost, what it was told (attributes, rules) stays.
 *
 * The interfaces of the node are down when PowerOff() is called, so nothing that is sent leaves
 * the node; they are up again when PowerOn() is called. An application that has not been started
 * or was stopped for good does nothing in either.
 */
class Restartable
{
  public:
    virtual ~Restartable() = default;

    /**
     * @brief The power is gone: forget what memory held, send nothing, wait for nothing.
     */
    virtual void PowerOff() = 0;

    /**
     * @brief The power is back: begin as at boot.
     */
    virtual void PowerOn() = 0;
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_RESTARTABLE_H
