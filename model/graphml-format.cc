/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "topology-builder.h"
#include "topology-formats.h"
#include "xml-element.h"

#include <map>
#include <string>

namespace ns3
{
namespace gipt
{

namespace
{

/// Reads a GraphML document.
class GraphMlDocument
{
  public:
    /**
     * @param builder gets what is read
     */
    explicit GraphMlDocument(TopologyBuilder& builder)
        : m_builder(builder)
    {
    }

    /**
     * @brief Read the whole document.
     * @param document holds its root element
     */
    void Read(const XmlElement& document)
    {
        const XmlElement* root = document.FindChild("graphml");
        if (!root)
        {
            uint32_t line = document.children.empty() ? 1 : document.children.front().line;
            throw TopologyDefect(line, "no <graphml> element, expected a GraphML document");
        }
        const XmlElement* graph = root->FindChild("graph");
        if (!graph)
        {
            throw TopologyDefect(root->line, "no <graph> element, expected one in <graphml>");
        }
        for (const auto& child : root->children)
        {
            if (child.name == "key")
            {
                DeclareKey(child);
            }
            else if (child.name == "graph" && &child != graph)
            {
                throw TopologyDefect(child.line, "a second <graph>, expected one in a file");
            }
        }
        // Edges may come before their nodes.
        for (const auto& child : graph->children)
        {
            if (child.name == "node")
            {
                m_builder.AddCity(child.Require("id"), child.line, GetValues(child));
            }
        }
        for (const auto& child : graph->children)
        {
            if (child.name == "edge")
            {
                m_builder.AddLink({child.Require("source"), child.line},
                                  {child.Require("target"), child.line},
                                  child.line,
                                  GetValues(child));
            }
            else if (child.name == "hyperedge")
            {
                throw TopologyDefect(child.line, "a <hyperedge>, expected edges between two nodes");
            }
        }
        if (m_builder.GetGraph().GetCities().empty())
        {
            throw TopologyDefect(graph->line,
                                 "a graph without nodes, expected at least one <node>");
        }
    }

  private:
    /**
     * @brief Take note of a key element: its id, name and default.
     * @param element the element
     */
    void DeclareKey(const XmlElement& element)
    {
        const std::string& id = element.Require("id");
        auto name = element.attributes.find("attr.name");
        if (name == element.attributes.end())
        {
            return; // yEd's own keys for its drawings have none
        }
        if (!m_keys.emplace(id, ToLowerCase(name->second)).second)
        {
            throw TopologyDefect(element.line, "key id '" + id + "' again, expected unique ids");
        }
        auto domain = element.attributes.find("for");
        const XmlElement* value = element.FindChild("default");
        if (value && domain != element.attributes.end())
        {
            m_defaults[domain->second][ToLowerCase(name->second)] = {value->text, value->line};
        }
    }

    /**
     * @brief Collect the data elements of a node or edge under the names of their keys.
     * @param element the node or edge
     * @return the values; those of keys that nobody declared go by the key itself
     */
    TopologyValues GetValues(const XmlElement& element) const
    {
        TopologyValues values;
        auto defaults = m_defaults.find(element.name);
        if (defaults != m_defaults.end())
        {
            values = defaults->second;
        }
        for (const auto& child : element.children)
        {
            if (child.name == "data")
            {
                const std::string& key = child.Require("key");
                auto name = m_keys.find(key);
                values[name == m_keys.end() ? ToLowerCase(key) : name->second] = {child.text,
                                                                                  child.line};
            }
            else if (child.name == "graph")
            {
                throw TopologyDefect(child.line, "a graph inside a node, expected a flat graph");
            }
        }
        return values;
    }

    TopologyBuilder& m_builder;                       ///< gets what is read
    std::map<std::string, std::string> m_keys;        ///< name in lower case by key id
    std::map<std::string, TopologyValues> m_defaults; ///< defaults by "node" and "edge"
};

} // namespace

void
ReadGraphMl(const std::string& text, TopologyBuilder& builder)
{
    GraphMlDocument(builder).Read(ParseXml(text));
}

} // namespace gipt
} // namespace ns3
