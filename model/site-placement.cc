/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "site-placement.h"

#include "ns3/abort.h"
#include "ns3/log.h"

#include <algorithm>
#include <bitset>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <utility>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptSitePlacement");

namespace
{

/// Delays in nanoseconds from one city to all.
using Delays = std::vector<int64_t>;

/**
 * @brief Find the city whose farthest city is nearest, among those of its part of the graph.
 *
 * The distance to one city bounds the eccentricities of all others (F. W. Takes and
 * W. A. Kosters, Algorithms 6(1), 2013), so few need to be computed.
 *
 * @param graph the topology
 * @param cities all cities of one part of it, ascending
 * @return index of the city, the lowest of those that are as good
 */
uint32_t
FindCentre(const SiteGraph& graph, const std::vector<uint32_t>& cities)
{
    std::vector<int64_t> least(graph.GetCities().size(), 0); // of each city's eccentricity
    std::vector<bool> isKnown(least.size(), false);
    while (true)
    {
        uint32_t city = *std::min_element(cities.begin(), cities.end(), [&](auto a, auto b) {
            return std::pair(least[a], a) < std::pair(least[b], b);
        });
        if (isKnown[city])
        {
            return city;
        }
        const Delays delays = graph.GetDelaysFrom(city);
        int64_t farthest = 0;
        for (uint32_t other : cities)
        {
            farthest = std::max(farthest, delays[other]);
        }
        for (uint32_t other : cities)
        {
            if (!isKnown[other])
            {
                least[other] = std::max({least[other], delays[other], farthest - delays[other]});
            }
        }
        least[city] = farthest;
        isKnown[city] = true;
    }
}

/**
 * @brief Add cities that are farthest from those chosen, until there are enough.
 * @param graph the topology
 * @param count how many are enough
 * @param[in,out] sites the choice, one at least
 */
void
AddFarthest(const SiteGraph& graph, uint32_t count, std::vector<uint32_t>& sites)
{
    Delays nearest(graph.GetCities().size(), SiteGraph::UNREACHABLE);
    for (std::size_t site = 0; site < count; site++)
    {
        if (site == sites.size())
        {
            // Chosen cities are at -1, so that places without distance do not choose one twice.
            sites.push_back(std::max_element(nearest.begin(), nearest.end()) - nearest.begin());
        }
        const Delays delays = graph.GetDelaysFrom(sites[site]);
        for (uint32_t city = 0; city < nearest.size(); city++)
        {
            nearest[city] = std::min(nearest[city], delays[city]);
        }
        nearest[sites[site]] = -1;
    }
}

/// Looks for the best choice of central sites.
class CentralSearch
{
  public:
    /**
     * @param graph the topology
     * @param count number of sites
     */
    CentralSearch(const SiteGraph& graph, uint32_t count)
        : m_count(count)
    {
        for (uint32_t city = 0; city < graph.GetCities().size(); city++)
        {
            m_delays.push_back(graph.GetDelaysFrom(city));
        }
    }

    /**
     * @brief Improve a choice as far as possible.
     * @param[in,out] sites a choice that reaches every city
     * @return true when no choice is better
     */
    bool Improve(std::vector<uint32_t>& sites)
    {
        // The largest delay is one of the delays: look for the smallest that can be had.
        int64_t known = 0;
        for (uint32_t city = 0; city < m_delays.size(); city++)
        {
            int64_t nearest = SiteGraph::UNREACHABLE;
            for (uint32_t site : sites)
            {
                nearest = std::min(nearest, m_delays[site][city]);
            }
            known = std::max(known, nearest);
        }
        std::vector<int64_t> radii;
        for (const auto& delays : m_delays)
        {
            std::copy_if(delays.begin(), delays.end(), std::back_inserter(radii), [&](auto d) {
                return d < known;
            });
        }
        std::sort(radii.begin(), radii.end());
        radii.erase(std::unique(radii.begin(), radii.end()), radii.end());
        bool isExact = true;
        std::size_t low = 0;
        std::size_t high = radii.size();
        while (low < high)
        {
            const std::size_t middle = (low + high) / 2;
            if (FindCover(radii[middle]))
            {
                sites = m_sites;
                high = middle;
            }
            else
            {
                isExact = isExact && m_steps < SitePlacement::EXACT_STEPS;
                low = middle + 1;
            }
        }
        return isExact;
    }

  private:
    /// A set of cities.
    using Set = std::vector<std::bitset<64>>;

    /**
     * @brief Look for sites that reach every city within a delay.
     * @param radius the delay
     * @return true when they were found
     */
    bool FindCover(int64_t radius)
    {
        const std::size_t cities = m_delays.size();
        m_within.assign(cities, Set((cities + 63) / 64));
        m_size.assign(cities, 0);
        Set open((cities + 63) / 64);
        for (uint32_t city = 0; city < cities; city++)
        {
            for (uint32_t other = 0; other < cities; other++)
            {
                if (m_delays[city][other] <= radius)
                {
                    m_within[city][other / 64].set(other % 64);
                    m_size[city]++;
                }
            }
            open[city / 64].set(city % 64);
        }
        m_largest = *std::max_element(m_size.begin(), m_size.end());
        m_sites.clear();
        m_steps = 0;
        return Cover(open);
    }

    /**
     * @brief Cover what is still open with the sites that are left.
     * @param open cities without a site
     * @return true when it was done
     */
    bool Cover(const Set& open)
    {
        // Some site has to reach the open city that the fewest reach: try each of those.
        uint32_t hardest = m_delays.size();
        std::size_t left = 0;
        for (uint32_t city = 0; city < m_delays.size(); city++)
        {
            if (open[city / 64].test(city % 64))
            {
                left++;
                if (hardest == m_delays.size() || m_size[city] < m_size[hardest])
                {
                    hardest = city;
                }
            }
        }
        if (left == 0)
        {
            return true;
        }
        if (left > (m_count - m_sites.size()) * m_largest)
        {
            return false;
        }
        std::vector<std::pair<std::size_t, uint32_t>> candidates; // those that leave least first
        for (uint32_t site = 0; site < m_delays.size(); site++)
        {
            if (m_within[hardest][site / 64].test(site % 64))
            {
                std::size_t rest = 0;
                for (std::size_t i = 0; i < open.size(); i++)
                {
                    rest += (open[i] & ~m_within[site][i]).count();
                }
                candidates.emplace_back(rest, site);
            }
        }
        m_steps += candidates.size();
        std::sort(candidates.begin(), candidates.end());
        for (const auto& [rest, site] : candidates)
        {
            if (m_steps >= SitePlacement::EXACT_STEPS ||
                rest > (m_count - m_sites.size() - 1) * m_largest)
            {
                return false; // nor does one that leaves more
            }
            Set next = open;
            for (std::size_t i = 0; i < next.size(); i++)
            {
                next[i] &= ~m_within[site][i];
            }
            m_sites.push_back(site);
            if (Cover(next))
            {
                return true;
            }
            m_sites.pop_back();
        }
        return false;
    }

    std::size_t m_count;             ///< number of sites
    std::vector<Delays> m_delays;    ///< by city
    std::vector<Set> m_within;       ///< cities within the radius, by city
    std::vector<std::size_t> m_size; ///< their number
    std::size_t m_largest{0};        ///< the largest of those
    std::vector<uint32_t> m_sites;   ///< chosen so far
    uint64_t m_steps{0};             ///< sites tried
};

/**
 * @brief Get the cities of each part of a graph.
 * @param graph the topology
 * @return the parts, largest first, then by their first city
 */
std::vector<std::vector<uint32_t>>
GetParts(const SiteGraph& graph)
{
    std::vector<std::vector<uint32_t>> parts(graph.GetComponentCount());
    const std::vector<uint32_t> components = graph.GetComponents();
    for (uint32_t city = 0; city < components.size(); city++)
    {
        parts[components[city]].push_back(city);
    }
    std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) {
        return a.size() > b.size();
    });
    return parts;
}

/**
 * @brief Remove blanks around a text.
 * @param text the text
 * @return the same without
 */
std::string
Trim(const std::string& text)
{
    const std::size_t begin = text.find_first_not_of(' ');
    return begin == std::string::npos ? ""
                                      : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

} // namespace

SitePlacement::SitePlacement()
    : m_random(CreateObject<UniformRandomVariable>())
{
}

int64_t
SitePlacement::AssignStreams(int64_t stream)
{
    NS_LOG_FUNCTION(this << stream);
    m_random->SetStream(stream);
    return 1;
}

bool
SitePlacement::Choose(const SiteGraph& graph, const std::string& rule)
{
    NS_LOG_FUNCTION(this << rule);
    m_sites.clear();
    m_error.clear();
    m_isExact = true;
    const std::size_t colon = rule.find(':');
    const std::string name = rule.substr(0, colon);
    uint32_t city;
    if (colon == std::string::npos || (name != "central" && name != "random") ||
        graph.Find(rule, city))
    {
        ChooseNamed(graph, rule);
        return m_error.empty();
    }
    const std::string text = rule.substr(colon + 1);
    const bool isNumber = !text.empty() && text.size() <= 9 &&
                          text.find_first_not_of("0123456789") == std::string::npos;
    const uint32_t count = isNumber ? std::strtoul(text.c_str(), nullptr, 10) : 0;
    if (count < 1 || count > graph.GetCities().size())
    {
        m_error = "'" + rule + "', expected " + name + ":K with K from 1 to " +
                  std::to_string(graph.GetCities().size()) + ", the number of cities";
        return false;
    }
    name == "central" ? ChooseCentral(graph, count) : ChooseRandom(graph, count);
    std::sort(m_sites.begin(), m_sites.end());
    return true;
}

void
SitePlacement::ChooseNamed(const SiteGraph& graph, const std::string& names)
{
    std::vector<uint32_t> sites;
    for (std::size_t begin = 0; begin <= names.size();)
    {
        // The longest name of a city that begins here and ends at a comma.
        std::size_t end = names.size();
        uint32_t city = 0;
        bool isFound = graph.Find(Trim(names.substr(begin, end - begin)), city);
        while (!isFound && end > begin && (end = names.rfind(',', end - 1)) != std::string::npos &&
               end > begin)
        {
            isFound = graph.Find(Trim(names.substr(begin, end - begin)), city);
        }
        if (!isFound)
        {
            const std::string name = Trim(names.substr(begin, names.find(',', begin) - begin));
            m_error = (name.empty() ? "a name is missing" : "unknown city '" + name + "'") +
                      ", expected one of: " + graph.DescribeCities();
            return;
        }
        if (std::count(sites.begin(), sites.end(), city) > 0)
        {
            m_error = "'" + graph.GetCities()[city].name + "' twice, expected each city once";
            return;
        }
        sites.push_back(city);
        begin = end + 1;
    }
    m_sites = sites;
}

void
SitePlacement::ChooseCentral(const SiteGraph& graph, uint32_t count)
{
    const auto parts = GetParts(graph);
    if (count <= parts.size())
    {
        for (uint32_t part = 0; part < count; part++)
        {
            m_sites.push_back(FindCentre(graph, parts[part]));
        }
        return;
    }
    m_sites.push_back(FindCentre(graph, parts.front()));
    AddFarthest(graph, count, m_sites);
    m_isExact = false;
    if (graph.GetCities().size() <= EXACT_CITIES)
    {
        m_isExact = CentralSearch(graph, count).Improve(m_sites);
        AddFarthest(graph, count, m_sites);
    }
}

void
SitePlacement::ChooseRandom(const SiteGraph& graph, uint32_t count)
{
    std::vector<uint32_t> cities(graph.GetCities().size());
    std::iota(cities.begin(), cities.end(), 0);
    for (uint32_t site = 0; site < count; site++)
    {
        std::swap(cities[site], cities[m_random->GetInteger(site, cities.size() - 1)]);
    }
    m_sites.assign(cities.begin(), cities.begin() + count);
}

Time
SitePlacement::GetRadius(const SiteGraph& graph, const std::vector<uint32_t>& sites)
{
    Delays nearest(graph.GetCities().size(), SiteGraph::UNREACHABLE);
    for (uint32_t site : sites)
    {
        const Delays delays = graph.GetDelaysFrom(site);
        for (uint32_t city = 0; city < nearest.size(); city++)
        {
            nearest[city] = std::min(nearest[city], delays[city]);
        }
    }
    int64_t radius = 0;
    for (int64_t delay : nearest)
    {
        radius = delay == SiteGraph::UNREACHABLE ? radius : std::max(radius, delay);
    }
    return NanoSeconds(radius);
}

} // namespace gipt
} // namespace ns3
