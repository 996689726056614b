/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "graphml-reader.h"

#include "ns3/log.h"

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptGraphMlReader");

namespace
{

namespace pt = boost::property_tree;

/// Elements nested deeper than this are no topology; the XML parser would go as deep on the stack.
constexpr std::size_t MAX_DEPTH = 100;

/**
 * @brief What can be printed of a text.
 * @param text a text that may quote anything from a document
 * @return the same without control characters
 */
std::string
ToPrintable(std::string text)
{
    std::replace_if(text.begin(), text.end(), [](unsigned char c) { return std::iscntrl(c); }, '?');
    return text;
}

/// A defect of the document: where, and what to say.
struct Defect : std::runtime_error
{
    /**
     * @param where line, from 1
     * @param what the message without its place
     */
    Defect(uint32_t where, const std::string& what)
        : std::runtime_error(ToPrintable(what)),
          line(where)
    {
    }

    uint32_t line; ///< where
};

/// An element of the document with its place.
struct Element
{
    std::string name;                              ///< tag
    std::string text;                              ///< what stands between its tags
    std::map<std::string, std::string> attributes; ///< attributes
    uint32_t line{1};                              ///< line of its start tag
    std::vector<Element> children;                 ///< elements in it
};

/**
 * @brief Find the line of every start tag, in the order of the document.
 *
 * property_tree keeps no places, but it keeps the order: so the n-th element is the n-th start
 * tag. Nor does it compare an end tag with its start tag; that is done here. Other malformed
 * documents end the scan early, and the XML parser says what is wrong with them.
 *
 * @param text the document
 * @return one line for each element
 */
std::vector<uint32_t>
FindStartTags(const std::string& text)
{
    std::vector<uint32_t> lines;
    std::vector<std::string> open; // names of the elements around
    std::size_t at = 0;
    std::size_t counted = 0;
    uint32_t line = 1;
    auto lineOf = [&](std::size_t position) {
        line += std::count(text.begin() + counted, text.begin() + position, '\n');
        counted = position;
        return line;
    };
    auto skipPast = [&](const char* end) {
        std::size_t found = text.find(end, at);
        at = found == std::string::npos ? found : found + std::string(end).size();
    };
    while (at != std::string::npos && (at = text.find('<', at)) != std::string::npos)
    {
        if (text.compare(at, 4, "<!--") == 0)
        {
            skipPast("-->");
        }
        else if (text.compare(at, 9, "<![CDATA[") == 0)
        {
            skipPast("]]>");
        }
        else if (text.compare(at, 2, "<?") == 0)
        {
            skipPast("?>");
        }
        else if (text.compare(at, 2, "<!") == 0)
        {
            // A document type may hold declarations in brackets.
            int brackets = 0;
            for (; at < text.size() && (text[at] != '>' || brackets > 0); at++)
            {
                brackets += text[at] == '[' ? 1 : text[at] == ']' ? -1 : 0;
            }
        }
        else if (text.compare(at, 2, "</") == 0)
        {
            std::string name = text.substr(at + 2, text.find_first_of(" \t\r\n>", at) - at - 2);
            if (open.empty() || name != open.back())
            {
                throw Defect(lineOf(at),
                             "</" + name + ">, expected " +
                                 (open.empty() ? "no end tag" : "</" + open.back() + ">"));
            }
            open.pop_back();
            skipPast(">");
        }
        else
        {
            lines.push_back(lineOf(at));
            open.push_back(text.substr(at + 1, text.find_first_of(" \t\r\n/>", at) - at - 1));
            if (open.size() > MAX_DEPTH)
            {
                throw Defect(line,
                             "elements nested more than " + std::to_string(MAX_DEPTH) +
                                 " deep, expected a graph");
            }
            char quote = 0;
            for (at++; at < text.size() && (quote || text[at] != '>'); at++)
            {
                if (quote)
                {
                    quote = text[at] == quote ? 0 : quote;
                }
                else if (text[at] == '"' || text[at] == '\'')
                {
                    quote = text[at];
                }
            }
            if (at < text.size() && text[at - 1] == '/')
            {
                open.pop_back();
            }
        }
    }
    return lines;
}

/**
 * @brief Turn a property tree into elements with places.
 * @param tree the children of an element, in property_tree's form
 * @param lines what FindStartTags found
 * @param[in,out] next number of start tags used up
 * @param[out] element gets the children, attributes and text
 */
void
Convert(const pt::ptree& tree,
        const std::vector<uint32_t>& lines,
        std::size_t& next,
        Element& element)
{
    element.text = tree.data();
    for (const auto& [name, child] : tree)
    {
        if (name == "<xmlattr>")
        {
            for (const auto& [key, value] : child)
            {
                element.attributes[key] = value.data();
            }
        }
        else if (name.front() != '<')
        {
            element.children.emplace_back();
            element.children.back().name = name;
            element.children.back().line = next < lines.size() ? lines[next] : 1;
            next++;
            Convert(child, lines, next, element.children.back());
        }
    }
}

/**
 * @brief A text in lower case.
 * @param text ASCII text
 * @return the same in lower case
 */
std::string
ToLower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return std::tolower(c);
    });
    return text;
}

/// Attribute values of a node or an edge, by name in lower case, with their places.
using Values = std::map<std::string, std::pair<std::string, uint32_t>>;

/**
 * @brief Read a number.
 * @param value its text and place
 * @param what what it is, for the message
 * @param low least allowed
 * @param high greatest allowed
 * @return the number
 */
double
ToNumber(const std::pair<std::string, uint32_t>& value,
         const std::string& what,
         double low,
         double high)
{
    char* end = nullptr;
    double number = std::strtod(value.first.c_str(), &end);
    if (end == value.first.c_str() || *end || !(number >= low && number <= high))
    {
        std::ostringstream message;
        message << what << " '" << value.first << "', expected a number from " << low << " to "
                << high;
        throw Defect(value.second, message.str());
    }
    return number;
}

/**
 * @brief Read a delay with its unit.
 * @param value its text and place
 * @return the delay
 */
Time
ToDelay(const std::pair<std::string, uint32_t>& value)
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
        throw Defect(value.second,
                     "delay '" + value.first +
                         "', expected a time from 0s to 3600s with its unit, such as 5ms");
    }
    return NanoSeconds(std::llround(number * unit->second));
}

/// Builds the graph from the elements.
class Builder
{
  public:
    /**
     * @param file what to call the document in warnings
     * @param graph gets the cities and links
     * @param warnings gets what is left out or renamed
     */
    Builder(const std::string& file, SiteGraph& graph, std::vector<std::string>& warnings)
        : m_file(file),
          m_graph(graph),
          m_warnings(warnings)
    {
    }

    /**
     * @brief Read the whole document.
     * @param document its root elements
     */
    void Build(const Element& document)
    {
        const Element* root = FindChild(document, "graphml");
        if (!root)
        {
            uint32_t line = document.children.empty() ? 1 : document.children.front().line;
            throw Defect(line, "no <graphml> element, expected a GraphML document");
        }
        const Element* graph = FindChild(*root, "graph");
        if (!graph)
        {
            throw Defect(root->line, "no <graph> element, expected one in <graphml>");
        }
        for (const auto& child : root->children)
        {
            if (child.name == "key")
            {
                DeclareKey(child);
            }
            else if (child.name == "graph" && &child != graph)
            {
                throw Defect(child.line, "a second <graph>, expected one in a file");
            }
        }
        // Edges may come before their nodes.
        for (const auto& child : graph->children)
        {
            if (child.name == "node")
            {
                AddNode(child);
            }
        }
        for (const auto& child : graph->children)
        {
            if (child.name == "edge")
            {
                AddEdge(child);
            }
            else if (child.name == "hyperedge")
            {
                throw Defect(child.line, "a <hyperedge>, expected edges between two nodes");
            }
        }
        if (m_graph.GetCities().empty())
        {
            throw Defect(graph->line, "a graph without nodes, expected at least one <node>");
        }
    }

  private:
    /**
     * @brief Find the first child of a name.
     * @param element where
     * @param name tag
     * @return the child, null when there is none
     */
    static const Element* FindChild(const Element& element, const std::string& name)
    {
        auto child = std::find_if(element.children.begin(),
                                  element.children.end(),
                                  [&name](const Element& e) { return e.name == name; });
        return child == element.children.end() ? nullptr : &*child;
    }

    /**
     * @brief Get an XML attribute that must be there.
     * @param element where
     * @param name its name
     * @return its value
     */
    static const std::string& Require(const Element& element, const std::string& name)
    {
        auto attribute = element.attributes.find(name);
        if (attribute == element.attributes.end() || attribute->second.empty())
        {
            throw Defect(element.line,
                         "<" + element.name + "> without " + name + ", expected " + name +
                             "=\"...\"");
        }
        return attribute->second;
    }

    /**
     * @brief Take note of a key element: its id, name and default.
     * @param element the element
     */
    void DeclareKey(const Element& element)
    {
        const std::string& id = Require(element, "id");
        auto name = element.attributes.find("attr.name");
        if (name == element.attributes.end())
        {
            return; // yEd's own keys for its drawings have none
        }
        if (!m_keys.emplace(id, ToLower(name->second)).second)
        {
            throw Defect(element.line, "key id '" + id + "' again, expected unique ids");
        }
        auto domain = element.attributes.find("for");
        const Element* value = FindChild(element, "default");
        if (value && domain != element.attributes.end())
        {
            m_defaults[domain->second][ToLower(name->second)] = {value->text, value->line};
        }
    }

    /**
     * @brief Collect the data elements of a node or edge under the names of their keys.
     * @param element the node or edge
     * @return the values; those of keys that nobody declared go by the key itself
     */
    Values GetValues(const Element& element) const
    {
        Values values;
        auto defaults = m_defaults.find(element.name);
        if (defaults != m_defaults.end())
        {
            values = defaults->second;
        }
        for (const auto& child : element.children)
        {
            if (child.name == "data")
            {
                const std::string& key = Require(child, "key");
                auto name = m_keys.find(key);
                values[name == m_keys.end() ? ToLower(key) : name->second] = {child.text,
                                                                              child.line};
            }
            else if (child.name == "graph")
            {
                throw Defect(child.line, "a graph inside a node, expected a flat graph");
            }
        }
        return values;
    }

    /**
     * @brief Add the city of a node element.
     * @param element the element
     */
    void AddNode(const Element& element)
    {
        const std::string& id = Require(element, "id");
        if (!m_nodes.emplace(id, m_graph.GetCities().size()).second)
        {
            throw Defect(element.line, "node id '" + id + "' again, expected unique ids");
        }
        Values values = GetValues(element);
        SiteGraph::City city;
        for (const char* key : {"label", "name"})
        {
            auto value = values.find(key);
            if (city.name.empty() && value != values.end())
            {
                city.name = value->second.first;
            }
        }
        if (city.name.empty())
        {
            city.name = id;
        }
        if (!m_names.insert({city.name, element.line}).second)
        {
            std::string label = city.name;
            do
            {
                city.name += "_" + id;
            } while (!m_names.insert({city.name, element.line}).second);
            Warn(element.line,
                 "another node is labelled '" + label + "', so this is '" + city.name + "'");
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
            throw Defect(element.line,
                         "node '" + city.name + "' has only one coordinate, expected both " +
                             "Latitude and Longitude or neither");
        }
        m_graph.AddCity(city);
    }

    /**
     * @brief Find the node at an end of an edge.
     * @param element the edge
     * @param end "source" or "target"
     * @return index of the city
     */
    uint32_t FindEnd(const Element& element, const std::string& end) const
    {
        const std::string& id = Require(element, end);
        auto node = m_nodes.find(id);
        if (node == m_nodes.end())
        {
            throw Defect(element.line, end + " '" + id + "' is no node, expected a node's id");
        }
        return node->second;
    }

    /**
     * @brief Add the link of an edge element.
     * @param element the element
     */
    void AddEdge(const Element& element)
    {
        SiteGraph::Link link;
        link.from = FindEnd(element, "source");
        link.to = FindEnd(element, "target");
        Values values = GetValues(element);
        const SiteGraph::City& from = m_graph.GetCities()[link.from];
        const SiteGraph::City& to = m_graph.GetCities()[link.to];
        if (link.from == link.to)
        {
            Warn(element.line, "left out an edge from '" + from.name + "' to itself");
            return;
        }
        auto delay = values.find("delay");
        if (delay != values.end())
        {
            link.delay = ToDelay(delay->second);
        }
        else if (from.hasPosition && to.hasPosition)
        {
            link.delay = SiteGraph::GetFibreDelay(from, to);
        }
        else
        {
            throw Defect(element.line,
                         "no delay, and node '" + (from.hasPosition ? to.name : from.name) +
                             "' has no position, expected a delay on the edge or Latitude and " +
                             "Longitude of both its nodes");
        }
        ReadRate(values, link);
        m_graph.AddLink(link);
    }

    /**
     * @brief Read the rate of an edge, where it has one.
     * @param values of the edge
     * @param[in,out] link gets the rate
     */
    static void ReadRate(const Values& values, SiteGraph::Link& link)
    {
        static const std::map<std::string, double> units{{"", 1},
                                                         {"k", 1e3},
                                                         {"m", 1e6},
                                                         {"g", 1e9},
                                                         {"t", 1e12}};
        const double fastest = 1e18; // far above any link, and far below the range of DataRate
        auto raw = values.find("linkspeedraw");
        auto speed = values.find("linkspeed");
        double rate = 0;
        if (raw != values.end())
        {
            rate = ToNumber(raw->second, "LinkSpeedRaw", 1, fastest);
        }
        else if (speed != values.end())
        {
            auto name = values.find("linkspeedunits");
            auto unit = units.find(name == values.end() ? "" : ToLower(name->second.first));
            if (unit == units.end())
            {
                throw Defect(name->second.second,
                             "LinkSpeedUnits '" + name->second.first +
                                 "', expected K, M, G or T (bit/s)");
            }
            rate = ToNumber(speed->second, "LinkSpeed", 1 / unit->second, fastest / unit->second) *
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
     * @brief Say what is read otherwise than it is written.
     * @param line where
     * @param what what
     */
    void Warn(uint32_t line, const std::string& what)
    {
        m_warnings.push_back(m_file + ":" + std::to_string(line) + ": " + what);
    }

    const std::string& m_file;                 ///< name of the document
    SiteGraph& m_graph;                        ///< what is built
    std::vector<std::string>& m_warnings;      ///< what was read otherwise
    std::map<std::string, std::string> m_keys; ///< name in lower case by key id
    std::map<std::string, Values> m_defaults;  ///< defaults by "node" and "edge"
    std::map<std::string, uint32_t> m_nodes;   ///< city by node id
    std::map<std::string, uint32_t> m_names;   ///< line by city name
};

} // namespace

bool
GraphMlReader::Read(const std::string& fileName)
{
    NS_LOG_FUNCTION(this << fileName);
    std::ifstream file(fileName, std::ios::binary);
    std::ostringstream text;
    // A folder opens like a file; only reading from it fails.
    if (!file || !(text << file.rdbuf()))
    {
        m_graph = SiteGraph();
        m_warnings.clear();
        m_error = fileName + ":1: cannot be read or is empty, expected a GraphML file";
        return false;
    }
    return Parse(text.str(), fileName);
}

bool
GraphMlReader::Parse(const std::string& text, const std::string& name)
{
    NS_LOG_FUNCTION(this << name);
    m_graph = SiteGraph();
    m_error.clear();
    m_warnings.clear();
    try
    {
        std::vector<uint32_t> lines = FindStartTags(text);
        std::istringstream stream(text);
        pt::ptree tree;
        pt::read_xml(stream, tree, pt::xml_parser::trim_whitespace | pt::xml_parser::no_comments);
        Element document;
        std::size_t next = 0;
        Convert(tree, lines, next, document);
        Builder(name, m_graph, m_warnings).Build(document);
        return true;
    }
    catch (const pt::xml_parser_error& error)
    {
        m_error = name + ":" + std::to_string(std::max(1UL, error.line())) + ": " +
                  error.message() + ", expected well-formed XML";
    }
    catch (const Defect& defect)
    {
        m_error = name + ":" + std::to_string(defect.line) + ": " + defect.what();
    }
    m_graph = SiteGraph();
    m_warnings.clear();
    return false;
}

} // namespace gipt
} // namespace ns3
