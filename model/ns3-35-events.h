/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_NS3_35_EVENTS_H
#define GIPT_NS3_35_EVENTS_H

#include "ns3/event-impl.h"

#include <type_traits>
#include <utility>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Lets ns-3.35 schedule lambda expressions, as later releases do.
 *
 * Simulator::Schedule calls MakeEvent, of which 3.35 has no overload for objects that can be
 * called. This one has to be seen before ns3/simulator.h, so the wscripts put it before every
 * source file of the module and of its programs; no file includes it.
 */

namespace ns3
{

/**
 * @ingroup global-ip-tunneling
 * @brief Make an event of an object that can be called without arguments.
 * @tparam CALLABLE class of the object, such as that of a lambda expression
 * @param callable the object
 * @return the event, to be owned by the caller
 */
template <typename CALLABLE>
std::enable_if_t<std::is_class<CALLABLE>::value, EventImpl*>
MakeEvent(CALLABLE callable)
{
    /// Event that calls the object.
    class CallEvent : public EventImpl
    {
      public:
        /**
         * @param callable the object
         */
        explicit CallEvent(CALLABLE callable)
            : m_callable(std::move(callable))
        {
        }

      private:
        void Notify() override
        {
            m_callable();
        }

        CALLABLE m_callable; //!< the object
    };

    return new CallEvent(std::move(callable));
}

} // namespace ns3

#endif /* GIPT_NS3_35_EVENTS_H */
