/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "site-topology-reader.h"

#include "topology-builder.h"
#include "topology-formats.h"
#include "topology-generator.h"

#include "ns3/abort.h"
#include "ns3/log.h"

#include <fstream>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptTopologyReader");

namespace
{

/**
 * @brief Whether a text ends as another.
 * @param text the text
 * @param end the other
 * @return true when it does
 */
bool
EndsWith(const std::string& text, const std::string& end)
{
    return text.size() >= end.size() && ToLowerCase(text.substr(text.size() - end.size())) == end;
}

/**
 * @brief Read a text in GraphML, GML or CSV, by what it begins with.
 * @param text the text in UTF-8
 * @param builder gets what is read; its file is the text's name
 */
void
ReadText(const std::string& text, TopologyBuilder& builder)
{
    // GML may begin with comments, and with keys that say who made it.
    std::size_t begin = 0;
    while ((begin = text.find_first_not_of(" \t\r\n", begin)) != std::string::npos &&
           text[begin] == '#')
    {
        begin = text.find('\n', begin);
    }
    const std::string line =
        begin == std::string::npos ? "" : text.substr(begin, text.find('\n', begin) - begin);
    const std::string word = ToLowerCase(line.substr(0, line.find_first_of(" \t\r[")));
    if (!line.empty() && line[0] == '<')
    {
        ReadGraphMl(text, builder);
    }
    else if (word == "graph" || word == "creator" || EndsWith(builder.GetFile(), ".gml"))
    {
        ReadGml(text, builder);
    }
    else if (line.find(',') != std::string::npos)
    {
        ReadCsvLinks(text, false, builder);
    }
    else
    {
        throw TopologyDefect(1,
                             "no topology, expected GraphML, GML ('graph [') or CSV with a first " +
                                 std::string("line of column names (from,to)"));
    }
}

/**
 * @brief Find the table of nodes beside a table of links.
 * @param links path of the table of links
 * @return the path with the last "links" of the file's name replaced by "nodes", empty when there
 * is no such file
 */
std::string
FindNodesBeside(const std::string& links)
{
    const std::size_t at = links.rfind("links");
    const std::size_t folder = links.rfind('/');
    if (at == std::string::npos || (folder != std::string::npos && at < folder))
    {
        return "";
    }
    const std::string nodes = std::string(links).replace(at, 5, "nodes");
    return std::ifstream(nodes) ? nodes : "";
}

/**
 * @brief Read tables in CSV.
 * @param links path of the table of links
 * @param nodes path of the table of nodes, empty to look for one
 * @param builder gets what is read
 */
void
ReadTables(const std::string& links, const std::string& nodes, TopologyBuilder& builder)
{
    const std::string beside = nodes.empty() ? FindNodesBeside(links) : nodes;
    if (!beside.empty())
    {
        builder.SetFile(beside);
        ReadCsvNodes(ReadTopologyFile(beside), builder);
    }
    builder.SetFile(links);
    ReadCsvLinks(ReadTopologyFile(links), !beside.empty(), builder);
}

} // namespace

TopologyReader::TopologyReader()
    : m_hasDefaultDelay(false),
      m_defaultDelay(MilliSeconds(10))
{
}

void
TopologyReader::SetDefaultDelay(Time delay)
{
    NS_LOG_FUNCTION(this << delay);
    NS_ABORT_MSG_IF(delay.IsStrictlyNegative(), "A link's delay is not negative");
    m_hasDefaultDelay = true;
    m_defaultDelay = delay;
}

void
TopologyReader::Clear()
{
    m_graph = SiteGraph();
    m_warnings.clear();
    m_error.clear();
}

bool
TopologyReader::Read(const std::string& spec)
{
    NS_LOG_FUNCTION(this << spec);
    if (IsGenerator(spec))
    {
        Clear();
        const std::string error = GenerateTopology(spec, m_defaultDelay, m_graph);
        m_error = error.empty() ? "" : ToPrintable(spec + ": " + error);
        return m_error.empty();
    }
    return Build(spec, [&spec](TopologyBuilder& builder) {
        const std::string lower = ToLowerCase(spec);
        const std::size_t comma = lower.find(".csv,");
        if (comma != std::string::npos)
        {
            ReadTables(spec.substr(0, comma + 4), spec.substr(comma + 5), builder);
        }
        else if (EndsWith(lower, ".csv"))
        {
            ReadTables(spec, "", builder);
        }
        else
        {
            ReadText(ReadTopologyFile(spec), builder);
        }
    });
}

bool
TopologyReader::Parse(const std::string& text, const std::string& name)
{
    NS_LOG_FUNCTION(this << name);
    return Build(name, [&text](TopologyBuilder& builder) {
        ReadText(DecodeTopologyText(text), builder);
    });
}

bool
TopologyReader::Build(const std::string& name, const std::function<void(TopologyBuilder&)>& read)
{
    Clear();
    TopologyBuilder builder(m_graph, m_warnings);
    builder.SetFile(name);
    if (m_hasDefaultDelay)
    {
        builder.SetDefaultDelay(m_defaultDelay);
    }
    try
    {
        read(builder);
        return true;
    }
    catch (const TopologyDefect& defect)
    {
        const std::string error =
            builder.GetFile() + ":" + std::to_string(defect.line) + ": " + defect.what();
        Clear();
        m_error = ToPrintable(error);
        return false;
    }
}

} // namespace gipt
} // namespace ns3
