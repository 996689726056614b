/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "topology-view.h"

#include "ns3/quoted-text.h"

#include <algorithm>
#include <cstdint>
#include <iomanip>
#include <map>
#include <sstream>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/// Rows of a table that are shown; a long one shows its worst.
constexpr std::size_t MOST_ROWS = 25;

/**
 * @brief Write nanoseconds as milliseconds, without loss.
 * @param nanoseconds not negative
 * @return a decimal number
 */
std::string
ToMilliseconds(int64_t nanoseconds)
{
    std::string digits = std::to_string(1000000 + nanoseconds % 1000000).substr(1);
    digits.erase(digits.find_last_not_of('0') + 1);
    return std::to_string(nanoseconds / 1000000) + "." + (digits.empty() ? "0" : digits);
}

using ns3::gipt::QuoteJson;

/**
 * @brief Write a pair of names in JSON.
 * @param ends the names
 * @return a list of two
 */
std::string
QuoteJson(const std::pair<std::string, std::string>& ends)
{
    return "[" + QuoteJson(ends.first) + ", " + QuoteJson(ends.second) + "]";
}

/**
 * @brief Write a list in JSON.
 * @param list texts, pairs or lists of texts
 * @return the list
 */
template <typename Item>
std::string
QuoteJson(const std::vector<Item>& list)
{
    std::string text;
    for (const auto& item : list)
    {
        text += (text.empty() ? "" : ", ") + QuoteJson(item);
    }
    return "[" + text + "]";
}

/**
 * @brief Write a list for people.
 * @param names the items
 * @param most how many are shown
 * @return the items, and how many are not shown
 */
std::string
Join(const std::vector<std::string>& names, std::size_t most = 12)
{
    std::string text;
    for (std::size_t i = 0; i < std::min(most, names.size()); i++)
    {
        text += (text.empty() ? "" : ", ") + names[i];
    }
    return names.size() <= most ? text
                                : text + " and " + std::to_string(names.size() - most) + " more";
}

/**
 * @brief Write pairs for people.
 * @param ends the pairs
 * @return the pairs as one list
 */
std::string
Join(const std::vector<std::pair<std::string, std::string>>& ends)
{
    std::vector<std::string> names;
    for (const auto& [from, to] : ends)
    {
        names.push_back(from + " - " + to);
    }
    return Join(names);
}

/// The least, the middle and the greatest of some figures.
struct Spread
{
    /**
     * @param figures the figures
     */
    explicit Spread(std::vector<double> figures)
    {
        if (figures.empty())
        {
            return;
        }
        std::sort(figures.begin(), figures.end());
        least = figures.front();
        middle = (figures[(figures.size() - 1) / 2] + figures[figures.size() / 2]) / 2;
        most = figures.back();
    }

    double least{0};  ///< the least
    double middle{0}; ///< the median
    double most{0};   ///< the greatest
};

} // namespace

TopologyView::TopologyView(const SiteGraph& graph,
                           uint32_t director,
                           const std::vector<uint32_t>& sites)
    : m_graph(graph),
      m_analysis(graph),
      m_director(director),
      m_sites(sites),
      m_diameter(m_analysis.GetDiameter())
{
    for (const auto& cities : m_analysis.GetBiconnectedComponents())
    {
        m_components.push_back(GetNames(cities));
    }
    std::sort(m_components.begin(), m_components.end());
    for (uint32_t site : sites)
    {
        SiteCut cut;
        cut.values = m_analysis.FindCuts(site, cut.weakest);
        m_cuts.push_back(cut);
    }
}

std::vector<std::string>
TopologyView::GetNames(const std::vector<uint32_t>& cities) const
{
    std::vector<std::string> names;
    for (uint32_t city : cities)
    {
        names.push_back(m_graph.GetCities()[city].name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<std::pair<std::string, std::string>>
TopologyView::GetEnds(const std::vector<uint32_t>& links) const
{
    std::vector<std::pair<std::string, std::string>> ends;
    for (uint32_t index : links)
    {
        const auto& link = m_graph.GetLinks()[index];
        ends.emplace_back(
            std::minmax(m_graph.GetCities()[link.from].name, m_graph.GetCities()[link.to].name));
    }
    std::sort(ends.begin(), ends.end());
    return ends;
}

void
TopologyView::WriteJson(std::ostream& out) const
{
    const auto& cities = m_graph.GetCities();
    out << "{\"nodes\": " << cities.size() << ",\n \"links\": " << m_graph.GetLinks().size()
        << ",\n \"components\": " << m_graph.GetComponentCount()
        << ",\n \"diameter_ms\": " << ToMilliseconds(m_diameter.delay.GetNanoSeconds())
        << ",\n \"articulation_points\": "
        << QuoteJson(GetNames(m_analysis.GetArticulationPoints()))
        << ",\n \"bridges\": " << QuoteJson(GetEnds(m_analysis.GetBridges()))
        << ",\n \"biconnected_components\": " << QuoteJson(m_components) << ",\n \"cuts\": [";
    for (const auto& [weakest, values] : m_cuts)
    {
        out << (&weakest == &m_cuts.front().weakest ? "" : ",")
            << "\n  {\"site\": " << QuoteJson(cities[weakest.site].name)
            << ", \"value\": " << weakest.links.size()
            << ", \"client\": " << QuoteJson(cities[weakest.client].name)
            << ", \"links\": " << QuoteJson(GetEnds(weakest.links)) << ",\n   \"clients\": {";
        bool isFirst = true;
        for (uint32_t city = 0; city < cities.size(); city++)
        {
            if (city != weakest.site)
            {
                out << (isFirst ? "" : ", ") << QuoteJson(cities[city].name) << ": "
                    << values[city];
                isFirst = false;
            }
        }
        out << "}}";
    }
    out << "]}\n";
}

void
TopologyView::WriteText(std::ostream& out) const
{
    const auto& cities = m_graph.GetCities();
    const auto points = GetNames(m_analysis.GetArticulationPoints());
    const auto bridges = GetEnds(m_analysis.GetBridges());
    out << "nodes                   " << cities.size() << "\n"
        << "links                   " << m_graph.GetLinks().size() << "\n"
        << "components              " << m_graph.GetComponentCount() << "\n"
        << "diameter                " << ToMilliseconds(m_diameter.delay.GetNanoSeconds())
        << " ms (" << cities[m_diameter.from].name << " - " << cities[m_diameter.to].name << ")\n"
        << "articulation points     " << points.size() << (points.empty() ? "" : ": ")
        << Join(points) << "\n"
        << "bridges                 " << bridges.size() << (bridges.empty() ? "" : ": ")
        << Join(bridges) << "\n"
        << "biconnected components  " << m_components.size() << "\n";
    std::size_t hidden = 0;
    for (const auto& names : m_components)
    {
        if (names.size() > 2) // the others are the bridges, or pairs with parallel links
        {
            out << "  " << std::setw(4) << names.size() << " nodes: " << Join(names) << "\n";
        }
        else
        {
            hidden++;
        }
    }
    if (hidden > 0)
    {
        out << "  " << std::setw(4) << hidden << " of two nodes\n";
    }
    if (m_sites.empty())
    {
        out << "\nNo sites: --sites=A,B,C, --sites=central:3 or --sites=random:3 shows cuts, "
               "stretch "
               "and failures.\n";
        return;
    }
    out << "\ndirector                " << cities[m_director].name << "\n"
        << "sites                   " << Join(GetNames(m_sites)) << "\n";
    WriteCuts(out);
    WriteStretch(out);
    WriteFailures(out);
}

void
TopologyView::WriteCuts(std::ostream& out) const
{
    const auto& cities = m_graph.GetCities();
    out << "\nMinimum cut between clients and each site (links that must fail together):\n";
    for (const auto& [weakest, values] : m_cuts)
    {
        std::map<uint32_t, uint32_t> counts;
        for (uint32_t city = 0; city < cities.size(); city++)
        {
            counts[values[city]] += city != weakest.site;
        }
        out << "  " << cities[weakest.site].name << ": " << weakest.links.size();
        if (weakest.client != weakest.site)
        {
            out << " for " << cities[weakest.client].name;
        }
        if (!weakest.links.empty())
        {
            out << " (" << Join(GetEnds(weakest.links)) << ")";
        }
        std::string all;
        for (const auto& [value, count] : counts)
        {
            if (count > 0)
            {
                all += (all.empty() ? "" : ", ") + std::to_string(value) + " for " +
                       std::to_string(count);
            }
        }
        out << "; of all cities: " << all << "\n";
    }
}

void
TopologyView::WriteStretch(std::ostream& out) const
{
    const auto& cities = m_graph.GetCities();
    const std::vector<int64_t> toDirector = m_graph.GetDelaysFrom(m_director);
    std::vector<std::vector<int64_t>> toSite;
    for (uint32_t site : m_sites)
    {
        toSite.push_back(m_graph.GetDelaysFrom(site));
    }

    struct Row
    {
        std::string name; // the client's city
        double direct;    // ms to the nearest site and back
        Spread way;       // ms over the director, by site
        Spread stretch;   // the same by the direct way to the same site
    };

    std::vector<Row> rows;
    std::vector<double> all;
    std::size_t unreached = 0;
    for (uint32_t city = 0; city < cities.size(); city++)
    {
        std::vector<double> ways;
        std::vector<double> stretches;
        double direct = 0;
        for (std::size_t site = 0; site < m_sites.size(); site++)
        {
            const int64_t there = toSite[site][city];
            if (there == SiteGraph::UNREACHABLE || toDirector[city] == SiteGraph::UNREACHABLE)
            {
                continue;
            }
            const int64_t way = toDirector[city] + toDirector[m_sites[site]] + there;
            const double ms = 2 * there / 1e6;
            direct = ways.empty() ? ms : std::min(direct, ms);
            ways.push_back(way / 1e6);
            if (there > 0) // in the site's own city the direct way is nothing
            {
                stretches.push_back(way / 1e6 / ms);
            }
        }
        if (ways.empty())
        {
            unreached++;
            continue;
        }
        all.insert(all.end(), stretches.begin(), stretches.end());
        rows.push_back({cities[city].name, direct, Spread(ways), Spread(stretches)});
    }
    const Spread total(all);
    out << std::fixed << std::setprecision(2)
        << "\nStretch: client -> director -> server -> client by client -> server -> client "
        << "(minimum / median / maximum over the sites):\n"
        << "  of all clients and sites: " << total.least << " / " << total.middle << " / "
        << total.most << "\n";
    if (unreached > 0)
    {
        out << "  without a way to the director or a site: " << unreached << " cities\n";
    }
    if (rows.size() > MOST_ROWS)
    {
        std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
            return a.stretch.most > b.stretch.most;
        });
        rows.erase(rows.begin() + MOST_ROWS, rows.end());
        out << "  the " << MOST_ROWS << " cities with the greatest:\n";
    }
    out << "  client city                nearest site   over the director           stretch\n"
        << "                               and back ms                  ms\n";
    for (const auto& row : rows)
    {
        out << "  " << std::left << std::setw(26) << row.name << std::right << std::setw(13)
            << row.direct << "   " << std::setw(7) << row.way.least << " /" << std::setw(7)
            << row.way.middle << " /" << std::setw(7) << row.way.most << "   " << std::setw(5)
            << row.stretch.least << " /" << std::setw(5) << row.stretch.middle << " /"
            << std::setw(5) << row.stretch.most << "\n";
    }
    out.unsetf(std::ios::floatfield);
}

void
TopologyView::WriteFailures(std::ostream& out) const
{
    const auto failures = m_analysis.FindFailures(m_director, m_sites);
    out << "\nSingle failures that cut clients off from the director or from every site: "
        << failures.size() << "\n";
    for (std::size_t i = 0; i < std::min(MOST_ROWS, failures.size()); i++)
    {
        const auto& failure = failures[i];
        const std::vector<uint32_t> failed{failure.index};
        out << "  "
            << (failure.isLink ? "link " + Join(GetEnds(failed)) : "node " + Join(GetNames(failed)))
            << ": " << failure.cities.size() << (failure.cities.size() == 1 ? " city" : " cities")
            << " (" << Join(GetNames(failure.cities), 6) << ")\n";
    }
    if (failures.size() > MOST_ROWS)
    {
        out << "  and " << failures.size() - MOST_ROWS << " more\n";
    }
}
