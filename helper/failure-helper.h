/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_FAILURE_HELPER_H
#define GIPT_FAILURE_HELPER_H

#include "ns3/failure-schedule.h"
#include "ns3/nstime.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace gipt
{

class MultiSiteHelper;
struct FailureText;

/**
 * @ingroup global-ip-tunneling
 * @brief Fills a FailureSchedule with failures of a MultiSiteHelper's world, written as text or in
 * a file.
 *
 * In text, several separated by commas:
 *
 *     [KIND:]TARGET@FROM-TO[:VALUE][~PERIOD[/DUTY]]
 *     random:KIND:mtbf=TIME,mttr=TIME[,target=TARGET...][,from=TIME][,until=TIME][,value=VALUE]
 *     file:PATH
 *
 * Without KIND it is a loss of power of a site. Without TO it never ends. Times have a unit (ns,
 * us, ms, s, min, h) or are seconds. Targets are
 * - of site-power a city with servers or directors; of drain such a city, or a server;
 * - of server-crash, slow-server and black-hole a server, such as Seattle-server-1;
 * - of director-crash a director, such as Seattle-director-1; of router-crash a city;
 * - of link-cut, loss and delay a link, Seattle|Denver, or a host for its link to its router;
 * - of one-way, and of loss in one direction, Seattle>Denver for what goes from Seattle to Denver.
 *
 * Of parallel links Seattle|Denver is the first, Seattle|Denver#2 the second. Cities and hosts can
 * stand at either side. Values are a part (0.05 or 5%) of loss and a time of delay and slow-server.
 * Failures at random have exponential times; without a target they befall all there are of it, each
 * by itself.
 *
 * A file has the first line begin_s,end_s,kind,target,value,period_s,duty and a line a failure;
 * end, value, period and duty may be empty. Lines that begin with # are passed over.
 */
class FailureHelper
{
  public:
    /**
     * @brief Constructor.
     * @param world the world; it must live as long as this
     */
    explicit FailureHelper(const MultiSiteHelper& world);

    /**
     * @brief Say when the experiment ends: failures must begin before, and those at random come
     * until then. Without it, failures at random need their own "until".
     * @param horizon since the simulation's begin
     */
    void SetHorizon(Time horizon);

    /**
     * @brief Use fixed random variable streams for failures at random that are read from now on,
     * two for each target.
     * @param stream first stream index to use
     */
    void SetStream(int64_t stream);

    /**
     * @brief Read failures and add them.
     * @param text the text
     * @param source what errors begin with, such as "--fail=" and the text
     * @param schedule gets the failures
     * @return empty, or one line "SOURCE: what, expected what" or "FILE:LINE: what, expected what",
     *         and none was added
     */
    std::string Add(const std::string& text,
                    const std::string& source,
                    Ptr<FailureSchedule> schedule);

    /**
     * @brief Read failures from a file and add them.
     * @param fileName its path
     * @param schedule gets the failures
     * @return empty, or one line "FILE:LINE: what, expected what", and none was added
     */
    std::string AddFile(const std::string& fileName, Ptr<FailureSchedule> schedule);

  private:
    /** What a target names. */
    struct Target
    {
        std::string name;                    ///< its name
        std::vector<Ptr<Node>> nodes;        ///< nodes it is
        std::vector<Ptr<NetDevice>> devices; ///< devices it is
    };

    /**
     * @brief Find the targets of failures and add them.
     * @param texts the failures
     * @param schedule gets them
     * @return empty, or an error, and none was added
     */
    std::string AddAll(const std::vector<FailureText>& texts, Ptr<FailureSchedule> schedule);

    /**
     * @brief Find what a failure befalls.
     * @param kind its kind
     * @param name the target
     * @param[out] target gets what it names
     * @return empty, or "what, expected what"
     */
    std::string Find(FailureKind kind, const std::string& name, Target& target) const;

    /**
     * @brief Find a link.
     * @param kind kind of the failure
     * @param name names of its ends, or of a host
     * @param[out] target gets the devices as the kind wants them
     * @return empty, or "what, expected what"
     */
    std::string FindLink(FailureKind kind, const std::string& name, Target& target) const;

    /**
     * @brief The names of all that a failure can befall.
     * @param kind its kind
     * @return the names, those of links between cities only
     */
    std::vector<std::string> GetNames(FailureKind kind) const;

    /**
     * @brief The servers and directors of a city.
     * @param city its name
     * @return the nodes
     */
    std::vector<Ptr<Node>> GetSite(const std::string& city) const;

    const MultiSiteHelper& m_world; ///< the world
    Time m_horizon{Time::Max()};    ///< when the experiment ends
    int64_t m_stream{-1};           ///< next random variable stream, below 0 for any
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_FAILURE_HELPER_H
