/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "xml-element.h"

#include "topology-builder.h"

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <sstream>

namespace ns3
{
namespace gipt
{

namespace
{

namespace pt = boost::property_tree;

/// Elements nested deeper than this are no topology; the XML parser would go as deep on the stack.
constexpr std::size_t MAX_DEPTH = 100;

/// More elements are no topology of cities: that many fit 100,000 nodes and their links.
constexpr std::size_t MAX_ELEMENTS = 1000000;

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
            const std::size_t begin = at;
            for (; at < text.size() && (text[at] != '>' || brackets > 0); at++)
            {
                brackets += text[at] == '[' ? 1 : text[at] == ']' ? -1 : 0;
            }
            const std::size_t entity = text.substr(begin, at - begin).find("<!ENTITY");
            if (entity != std::string::npos)
            {
                throw TopologyDefect(lineOf(begin + entity),
                                     "a document's own <!ENTITY>, expected none of those");
            }
        }
        else if (text.compare(at, 2, "</") == 0)
        {
            std::string name = text.substr(at + 2, text.find_first_of(" \t\r\n>", at) - at - 2);
            if (open.empty() || name != open.back())
            {
                throw TopologyDefect(lineOf(at),
                                     "</" + name + ">, expected " +
                                         (open.empty() ? "no end tag" : "</" + open.back() + ">"));
            }
            open.pop_back();
            skipPast(">");
        }
        else
        {
            lines.push_back(lineOf(at));
            if (lines.size() > MAX_ELEMENTS)
            {
                throw TopologyDefect(line,
                                     "more than " + std::to_string(MAX_ELEMENTS) +
                                         " elements, expected a graph");
            }
            open.push_back(text.substr(at + 1, text.find_first_of(" \t\r\n/>", at) - at - 1));
            if (open.size() > MAX_DEPTH)
            {
                throw TopologyDefect(line,
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
        XmlElement& element)
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

} // namespace

const XmlElement*
XmlElement::FindChild(const std::string& tag) const
{
    auto child = std::find_if(children.begin(), children.end(), [&tag](const XmlElement& e) {
        return e.name == tag;
    });
    return child == children.end() ? nullptr : &*child;
}

const std::string&
XmlElement::Require(const std::string& key) const
{
    auto attribute = attributes.find(key);
    if (attribute == attributes.end() || attribute->second.empty())
    {
        throw TopologyDefect(line,
                             "<" + name + "> without " + key + ", expected " + key + "=\"...\"");
    }
    return attribute->second;
}

XmlElement
ParseXml(const std::string& text)
{
    try
    {
        std::vector<uint32_t> lines = FindStartTags(text);
        std::istringstream stream(text);
        pt::ptree tree;
        pt::read_xml(stream, tree, pt::xml_parser::trim_whitespace | pt::xml_parser::no_comments);
        XmlElement document;
        std::size_t next = 0;
        Convert(tree, lines, next, document);
        return document;
    }
    catch (const pt::xml_parser_error& error)
    {
        throw TopologyDefect(static_cast<uint32_t>(std::max(1UL, error.line())),
                             error.message() + ", expected well-formed XML");
    }
}

} // namespace gipt
} // namespace ns3
