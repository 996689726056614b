/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "topology-builder.h"

#include "topology-generator.h"

#include "ns3/log.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptTopologyBuilder");

namespace
{

/// Greatest size of a file in octets. The largest of the Topology Zoo has a twentieth of it, and
/// whoever names /dev/zero gets a line instead of a full memory.
constexpr std::size_t MAX_SIZE = 16 << 20;

/// Greatest rate in bit/s: far above any link, and far below the range of DataRate.
constexpr double MAX_RATE = 1e18;

/// Greatest cost of a link: that of IS-IS's wide metrics (RFC 5305, section 3).
constexpr double MAX_COST = 16777214;

/**
 * @brief Read a number.
 * @param value its text and place
 * @param what what it is, for the message
 * @param low least allowed
 * @param high greatest allowed
 * @return the number
 */
double
ToNumber(const TopologyValue& value, const std::string& what, double low, double high)
{
    char* end = nullptr;
    double number = std::strtod(value.first.c_str(), &end);
    if (end == value.first.c_str() || *end || !(number >= low && number <= high))
    {
        std::ostringstream message;
        message << what << " '" << value.first << "', expected a number from " << low << " to "
                << high;
        throw TopologyDefect(value.second, message.str());
    }
    return number;
}

/**
 * @brief Read a delay with its unit.
 * @param value its text and place
 * @return the delay
 */
Time
ToDelay(const TopologyValue& value)
{
    static const std::map<std::string, double> units{{"s", 1e9},
                                                     {"ms", 1e6},
                                                     {"us", 1e3},
                                                     {"ns", 1}};
    char* end = nullptr;
    double number = std::strtod(value.first.c_str(), &end);
    auto unit = units.find(end);
    // A bound of an hour keeps nonsense, and infinity, out of the arithmetic.
    if (end == value.first.c_str() || unit == units.end() ||
        !(number >= 0 && number * unit->second <= 3600e9))
    {
        throw TopologyDefect(value.second,
                             "delay '" + value.first +
                                 "', expected a time from 0s to 3600s with its unit, such as 5ms");
    }
    return NanoSeconds(std::llround(number * unit->second));
}

/**
 * @brief Remove what is blank around a text.
 * @param text the text
 * @return the same without
 */
std::string
Trim(const std::string& text)
{
    const char* blanks = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(blanks);
    return begin == std::string::npos
               ? ""
               : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// What the letters before bit/s stand for.
const std::map<std::string, double> RATE_UNITS{{"", 1},
                                               {"k", 1e3},
                                               {"m", 1e6},
                                               {"g", 1e9},
                                               {"t", 1e12}};

/**
 * @brief Read a rate with its unit.
 * @param value its text and place, such as 10Gbps; bit/s without unit
 * @return bit/s
 */
double
ToRate(const TopologyValue& value)
{
    char* end = nullptr;
    double number = std::strtod(value.first.c_str(), &end);
    std::string name = ToLowerCase(end);
    name.erase(0, name.find_first_not_of(' '));
    for (const std::string suffix : {"bps", "b/s", "bit/s"})
    {
        if (name.size() >= suffix.size() &&
            name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0)
        {
            name.erase(name.size() - suffix.size());
            break;
        }
    }
    auto unit = RATE_UNITS.find(name);
    if (end == value.first.c_str() || unit == RATE_UNITS.end() ||
        !(number * unit->second >= 1 && number * unit->second <= MAX_RATE))
    {
        throw TopologyDefect(value.second,
                             "rate '" + value.first +
                                 "', expected one of at least 1 bit/s, such as 10Gbps");
    }
    return number * unit->second;
}

/**
 * @brief Read the rate of a link, where it has one.
 * @param values of the link
 * @param[in,out] link gets the rate
 */
void
ReadRate(const TopologyValues& values, SiteGraph::Link& link)
{
    auto raw = values.find("linkspeedraw");
    auto speed = values.find("linkspeed");
    auto given = values.find(values.count("rate") > 0 ? "rate" : "speed");
    double rate = 0;
    if (given != values.end())
    {
        rate = ToRate(given->second);
    }
    else if (raw != values.end())
    {
        rate = ToNumber(raw->second, "LinkSpeedRaw", 1, MAX_RATE);
    }
    else if (speed != values.end())
    {
        auto name = values.find("linkspeedunits");
        auto unit = RATE_UNITS.find(name == values.end() ? "" : ToLowerCase(name->second.first));
        if (unit == RATE_UNITS.end())
        {
            throw TopologyDefect(name->second.second,
                                 "LinkSpeedUnits '" + name->second.first +
                                     "', expected K, M, G or T (bit/s)");
        }
        rate = ToNumber(speed->second, "LinkSpeed", 1 / unit->second, MAX_RATE / unit->second) *
               unit->second;
    }
    else
    {
        return;
    }
    link.hasRate = true;
    link.rate = DataRate(static_cast<uint64_t>(std::llround(rate)));
}

/**
 * @brief Find the first octet that is not UTF-8 (RFC 3629, section 4).
 * @param text the text
 * @return its position, npos where there is none
 */
std::size_t
FindNoUtf8(const std::string& text)
{
    auto octet = [&text](std::size_t at) {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    for (std::size_t at = 0; at < text.size();)
    {
        const unsigned first = octet(at);
        const unsigned second = octet(at + 1);
        const int more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
        bool isWrong = (first >= 0x80 && first < 0xc2) || first > 0xf4 ||
                       (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                       (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
        for (int i = 1; i <= more; i++)
        {
            isWrong |= (octet(at + i) & 0xc0) != 0x80;
        }
        if (isWrong)
        {
            return at;
        }
        at += 1 + more;
    }
    return std::string::npos;
}

/**
 * @brief What encoding XML declares.
 * @param text a document
 * @return the name in lower case, empty where none is declared
 */
std::string
GetDeclaredEncoding(const std::string& text)
{
    if (text.compare(0, 5, "<?xml") != 0)
    {
        return "";
    }
    const std::string head = text.substr(0, text.find("?>"));
    std::size_t at = head.find("encoding");
    at = at == std::string::npos ? at : head.find_first_of("'\"", at);
    std::size_t end = at == std::string::npos ? at : head.find(head[at], at + 1);
    return end == std::string::npos ? "" : ToLowerCase(head.substr(at + 1, end - at - 1));
}

} // namespace

TopologyDefect::TopologyDefect(uint32_t where, const std::string& what)
    : std::runtime_error(ToPrintable(what)),
      line(where)
{
}

std::string
ToLowerCase(std::string text)
{
    // Not std::tolower, which asks the locale.
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

std::string
ToPrintable(std::string text)
{
    std::replace_if(
        text.begin(),
        text.end(),
        [](unsigned char c) { return c < ' ' || c == 0x7f; },
        '?');
    return text;
}

std::string
ReadTopologyFile(const std::string& fileName)
{
    std::ifstream file(fileName, std::ios::binary);
    std::string text(MAX_SIZE + 1, '\0');
    file.read(&text[0], static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    // A folder opens like a file; only reading from it fails.
    if (text.empty())
    {
        throw TopologyDefect(1,
                             "cannot be read or is empty, expected a file in GraphML, GML or CSV, "
                             "or one of " +
                                 DescribeGenerators());
    }
    if (text.size() > MAX_SIZE)
    {
        throw TopologyDefect(1, "larger than 16 MiB, expected a topology");
    }
    return DecodeTopologyText(text);
}

std::string
DecodeTopologyText(const std::string& text)
{
    if (text.compare(0, 2, "\xff\xfe") == 0 || text.compare(0, 2, "\xfe\xff") == 0)
    {
        throw TopologyDefect(1, "UTF-16, expected UTF-8");
    }
    std::string result = text.compare(0, 3, "\xef\xbb\xbf") == 0 ? text.substr(3) : text;
    const std::string encoding = GetDeclaredEncoding(result);
    if (encoding == "iso-8859-1" || encoding == "latin1")
    {
        std::string converted;
        for (unsigned char c : result)
        {
            if (c < 0x80)
            {
                converted += static_cast<char>(c);
            }
            else
            {
                converted += static_cast<char>(0xc0 | c >> 6);
                converted += static_cast<char>(0x80 | (c & 0x3f));
            }
        }
        return converted;
    }
    if (!encoding.empty() && encoding != "utf-8" && encoding != "utf8" && encoding != "us-ascii" &&
        encoding != "ascii")
    {
        throw TopologyDefect(1, "encoding '" + encoding + "', expected UTF-8 or ISO-8859-1");
    }
    std::size_t wrong = FindNoUtf8(result);
    if (wrong != std::string::npos)
    {
        throw TopologyDefect(1 + std::count(result.begin(), result.begin() + wrong, '\n'),
                             "an octet that is not UTF-8, expected UTF-8");
    }
    return result;
}

TopologyBuilder::TopologyBuilder(SiteGraph& graph, std::vector<std::string>& warnings)
    : m_graph(graph),
      m_warnings(warnings)
{
}

void
TopologyBuilder::SetFile(const std::string& file)
{
    m_file = file;
}

const std::string&
TopologyBuilder::GetFile() const
{
    return m_file;
}

void
TopologyBuilder::SetDefaultDelay(Time delay)
{
    m_hasDefaultDelay = true;
    m_defaultDelay = delay;
}

void
TopologyBuilder::Warn(uint32_t line, const std::string& what)
{
    m_warnings.push_back(m_file + ":" + std::to_string(line) + ": " + ToPrintable(what));
}

const SiteGraph&
TopologyBuilder::GetGraph() const
{
    return m_graph;
}

bool
TopologyBuilder::HasCity(const std::string& id) const
{
    return m_nodes.count(id) > 0;
}

void
TopologyBuilder::AddCity(const std::string& id, uint32_t line, const TopologyValues& values)
{
    NS_LOG_FUNCTION(this << id << line);
    if (!m_nodes.emplace(id, m_graph.GetCities().size()).second)
    {
        throw TopologyDefect(line, "node id '" + id + "' again, expected unique ids");
    }
    SiteGraph::City city;
    for (const char* key : {"label", "name"})
    {
        auto value = values.find(key);
        if (city.name.empty() && value != values.end())
        {
            city.name = ToPrintable(Trim(value->second.first));
        }
    }
    if (city.name.empty())
    {
        city.name = ToPrintable(id);
    }
    uint32_t known;
    if (m_graph.Find(city.name, known))
    {
        const std::string label = city.name;
        do
        {
            city.name += "_" + ToPrintable(id);
        } while (m_graph.Find(city.name, known));
        Warn(line, "another node is labelled '" + label + "', so this is '" + city.name + "'");
    }
    auto latitude = values.find("latitude");
    auto longitude = values.find("longitude");
    if (latitude != values.end() && longitude != values.end())
    {
        city.hasPosition = true;
        city.latitude = ToNumber(latitude->second, "Latitude", -90, 90);
        city.longitude = ToNumber(longitude->second, "Longitude", -180, 180);
    }
    else if (latitude != values.end() || longitude != values.end())
    {
        throw TopologyDefect(line,
                             "node '" + city.name + "' has only one coordinate, expected both " +
                                 "Latitude and Longitude or neither");
    }
    m_graph.AddCity(city);
}

uint32_t
TopologyBuilder::FindEnd(const std::string& end, const TopologyValue& id) const
{
    auto node = m_nodes.find(id.first);
    if (node == m_nodes.end())
    {
        throw TopologyDefect(id.second,
                             end + " '" + id.first + "' is no node, expected a node's id");
    }
    return node->second;
}

Time
TopologyBuilder::GetDelay(const SiteGraph::Link& link, uint32_t line, const TopologyValues& values)
{
    auto delay = values.find("delay");
    if (delay != values.end())
    {
        return ToDelay(delay->second);
    }
    delay = values.find("delay_ms");
    if (delay != values.end())
    {
        return NanoSeconds(std::llround(ToNumber(delay->second, "delay_ms", 0, 3600e3) * 1e6));
    }
    const SiteGraph::City& from = m_graph.GetCities()[link.from];
    const SiteGraph::City& to = m_graph.GetCities()[link.to];
    if (from.hasPosition && to.hasPosition)
    {
        return SiteGraph::GetFibreDelay(from, to);
    }
    const std::string what = "link '" + from.name + "' - '" + to.name +
                             "' has no delay and node '" +
                             (from.hasPosition ? to.name : from.name) + "' no position, ";
    if (!m_hasDefaultDelay)
    {
        throw TopologyDefect(line,
                             what + "expected a delay, Latitude and Longitude of both its nodes, " +
                                 "or a default delay (--default-delay=5ms)");
    }
    std::ostringstream text;
    text << m_defaultDelay.GetNanoSeconds() / 1e6;
    Warn(line, what + "so it takes the default of " + text.str() + "ms");
    return m_defaultDelay;
}

void
TopologyBuilder::AddLink(const TopologyValue& source,
                         const TopologyValue& target,
                         uint32_t line,
                         const TopologyValues& values)
{
    NS_LOG_FUNCTION(this << source.first << target.first << line);
    SiteGraph::Link link;
    link.from = FindEnd("source", source);
    link.to = FindEnd("target", target);
    if (link.from == link.to)
    {
        Warn(line, "left out a link from '" + m_graph.GetCities()[link.from].name + "' to itself");
        return;
    }
    link.delay = GetDelay(link, line, values);
    ReadRate(values, link);
    auto cost = values.find("cost");
    if (cost != values.end())
    {
        double number = ToNumber(cost->second, "cost", 1, MAX_COST);
        if (number != std::floor(number))
        {
            throw TopologyDefect(cost->second.second,
                                 "cost '" + cost->second.first + "', expected a whole number");
        }
        link.cost = static_cast<uint32_t>(number);
    }
    m_graph.AddLink(link);
}

} // namespace gipt
} // namespace ns3
