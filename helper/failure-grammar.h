/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_FAILURE_GRAMMAR_H
#define GIPT_FAILURE_GRAMMAR_H

#include "ns3/failure-event.h"
#include "ns3/nstime.h"

#include <string>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief A failure as somebody has written it down, before its target is looked for.
 */
struct FailureText
{
    std::string text;                          ///< how it is written
    std::string source;                        ///< where: what errors begin with
    FailureKind kind{FailureKind::SITE_POWER}; ///< what happens
    std::vector<std::string> targets; ///< to whom; of failures at random none means all there are
    Time begin;                       ///< when it begins
    Time end{Time::Max()};            ///< when it ends; Time::Max(): never, or not said
    double value{0};                  ///< loss (0 to 1), delay (s) or service time (s)
    Time period;                      ///< of one that comes and goes, else zero
    double duty{0.5};                 ///< part of the period that it is on
    bool isRandom{false};             ///< it comes at random
    double mtbf{0};                   ///< at random: mean time from an end to the next begin (s)
    double mttr{0};                   ///< at random: mean time that it lasts (s)
};

/**
 * @ingroup global-ip-tunneling
 * @brief Reads failures, from a line of text or from a file.
 *
 * All methods return an empty string, or one line "SOURCE: what, expected what".
 */
class FailureGrammar
{
  public:
    /**
     * @brief Read failures from text, separated by commas.
     * @param text the text
     * @param source what errors begin with
     * @param[out] failures gets the failures
     * @return empty, or an error
     */
    static std::string ReadText(const std::string& text,
                                const std::string& source,
                                std::vector<FailureText>& failures);

    /**
     * @brief Read failures from a file of comma-separated values.
     * @param fileName its path
     * @param[out] failures gets the failures
     * @return empty, or an error
     */
    static std::string ReadFile(const std::string& fileName, std::vector<FailureText>& failures);

    /**
     * @brief Whether a kind has a value.
     * @param kind the kind
     * @return true for loss, delay and slow-server
     */
    static bool HasValue(FailureKind kind);
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_FAILURE_GRAMMAR_H
