/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "topology-builder.h"
#include "topology-formats.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace gipt
{

namespace
{

/// Lists nested deeper than this are no topology.
constexpr std::size_t MAX_DEPTH = 100;

/**
 * @brief Append a character in UTF-8.
 * @param[in,out] text gets it
 * @param code its number in Unicode
 */
void
AppendUtf8(std::string& text, unsigned long code)
{
    const auto rest = [code](int shift) {
        return static_cast<char>(0x80 | (code >> shift & 0x3f));
    };
    if (code < 0x80)
    {
        text += static_cast<char>(code);
    }
    else if (code < 0x800)
    {
        text += static_cast<char>(0xc0 | code >> 6);
        text += rest(0);
    }
    else if (code < 0x10000)
    {
        text += static_cast<char>(0xe0 | code >> 12);
        (text += rest(6)) += rest(0);
    }
    else
    {
        text += static_cast<char>(0xf0 | code >> 18);
        ((text += rest(12)) += rest(6)) += rest(0);
    }
}

/**
 * @brief Resolve the character references that GML writes for what is not ASCII.
 * @param text a string's content
 * @return the same with the characters; what is no reference stays
 */
std::string
ResolveReferences(const std::string& text)
{
    static const std::map<std::string, char> names{{"amp", '&'},
                                                   {"lt", '<'},
                                                   {"gt", '>'},
                                                   {"quot", '"'},
                                                   {"apos", '\''}};
    std::string result;
    for (std::size_t at = 0; at < text.size(); at++)
    {
        const std::size_t end = text[at] == '&' ? text.find(';', at) : std::string::npos;
        if (end == std::string::npos || end - at > 10)
        {
            result += text[at];
            continue;
        }
        const std::string name = text.substr(at + 1, end - at - 1);
        auto known = names.find(name);
        unsigned long code = 0;
        if (known != names.end())
        {
            code = static_cast<unsigned char>(known->second);
        }
        else if (name.size() > 1 && name[0] == '#')
        {
            const bool isHex = name[1] == 'x';
            char* rest = nullptr;
            code = std::strtoul(name.c_str() + (isHex ? 2 : 1), &rest, isHex ? 16 : 10);
            const bool isSurrogate = code >= 0xd800 && code < 0xe000;
            code = *rest || code > 0x10ffff || isSurrogate ? 0 : code;
        }
        if (code == 0)
        {
            result += text[at];
            continue;
        }
        AppendUtf8(result, code);
        at = end;
    }
    return result;
}

/// Reads a text in GML (M. Himsolt, "GML: A portable Graph File Format", 1997).
class GmlText
{
  public:
    /**
     * @param text the text
     * @param builder gets what is read
     */
    GmlText(const std::string& text, TopologyBuilder& builder)
        : m_text(text),
          m_builder(builder)
    {
    }

    /** Read the whole text. */
    void Read()
    {
        Token token = Next();
        for (; token.kind != Token::END; token = Next())
        {
            const std::string key = RequireKey(token);
            Token value = Next();
            if (value.kind != Token::OPEN)
            {
                ExpectValue(value);
            }
            else if (key == "graph")
            {
                if (m_graphLine > 0)
                {
                    throw TopologyDefect(token.line, "a second graph, expected one in a file");
                }
                m_graphLine = token.line;
                ReadGraph();
            }
            else
            {
                Skip(1);
            }
        }
        if (m_graphLine == 0)
        {
            throw TopologyDefect(1, "no graph, expected 'graph [' in GML");
        }
        // Edges may come before their nodes.
        for (const auto& [line, values] : m_nodes)
        {
            m_builder.AddCity(Require(values, "node", "id", line).first, line, values);
        }
        for (const auto& [line, values] : m_edges)
        {
            m_builder.AddLink(Require(values, "edge", "source", line),
                              Require(values, "edge", "target", line),
                              line,
                              values);
        }
        if (m_nodes.empty())
        {
            throw TopologyDefect(m_graphLine,
                                 "a graph without nodes, expected at least one 'node ['");
        }
    }

  private:
    /// A word of the text.
    struct Token
    {
        /// What it is.
        enum Kind
        {
            KEY,    ///< a name
            NUMBER, ///< a number
            STRING, ///< a text in quotes
            OPEN,   ///< [
            CLOSE,  ///< ]
            END     ///< the end of the text
        };

        Kind kind{END};   ///< what it is
        std::string text; ///< key or number as it is written, content of a string
        uint32_t line{1}; ///< where it is
    };

    /// Nodes or edges: lines and values.
    using Entries = std::vector<std::pair<uint32_t, TopologyValues>>;

    /**
     * @brief Read the next word.
     * @return the word
     */
    Token Next()
    {
        for (; m_at < m_text.size(); m_at++)
        {
            if (m_text[m_at] == '#') // to the end of the line is a comment
            {
                m_at = std::min(m_text.find('\n', m_at), m_text.size());
            }
            if (m_at < m_text.size() && !std::isspace(static_cast<unsigned char>(m_text[m_at])))
            {
                break;
            }
            m_line += m_at < m_text.size() && m_text[m_at] == '\n';
        }
        Token token;
        token.line = m_line;
        if (m_at >= m_text.size())
        {
            return token;
        }
        const char first = m_text[m_at];
        if (first == '[' || first == ']')
        {
            token.kind = first == '[' ? Token::OPEN : Token::CLOSE;
            m_at++;
        }
        else if (first == '"')
        {
            const std::size_t end = m_text.find('"', m_at + 1);
            if (end == std::string::npos)
            {
                throw TopologyDefect(m_line, "a string without end, expected \"");
            }
            token.kind = Token::STRING;
            token.text = ResolveReferences(m_text.substr(m_at + 1, end - m_at - 1));
            m_line += std::count(m_text.begin() + m_at, m_text.begin() + end, '\n');
            m_at = end + 1;
        }
        else
        {
            const std::size_t end =
                std::min(m_text.find_first_of(" \t\r\n\v\f[]\"", m_at), m_text.size());
            const bool isKey = std::isalpha(static_cast<unsigned char>(first)) || first == '_';
            token.kind = isKey ? Token::KEY : Token::NUMBER;
            token.text = m_text.substr(m_at, end - m_at);
            m_at = end;
        }
        return token;
    }

    /**
     * @brief Get a key, and refuse any other word.
     * @param token the word
     * @return the key in lower case
     */
    static std::string RequireKey(const Token& token)
    {
        if (token.kind != Token::KEY)
        {
            throw TopologyDefect(token.line, Describe(token) + ", expected a key in GML");
        }
        return ToLowerCase(token.text);
    }

    /**
     * @brief Refuse a word that is no number or string.
     * @param token the word
     */
    static void ExpectValue(const Token& token)
    {
        // NaN and infinities look like keys; who reads the value refuses them.
        if (token.kind == Token::CLOSE || token.kind == Token::END)
        {
            throw TopologyDefect(token.line, Describe(token) + ", expected a value in GML");
        }
    }

    /**
     * @brief Say what a word is.
     * @param token the word
     * @return for a message
     */
    static std::string Describe(const Token& token)
    {
        switch (token.kind)
        {
        case Token::OPEN:
            return "'['";
        case Token::CLOSE:
            return "']'";
        case Token::END:
            return "the end of the text";
        default:
            return "'" + token.text.substr(0, 40) + "'";
        }
    }

    /** Read what is in the brackets of the graph. */
    void ReadGraph()
    {
        for (Token token = Next(); token.kind != Token::CLOSE; token = Next())
        {
            const std::string key = RequireKey(token);
            Token value = Next();
            if (value.kind != Token::OPEN)
            {
                ExpectValue(value);
            }
            else if (key == "node" || key == "edge")
            {
                Entries& entries = key == "node" ? m_nodes : m_edges;
                entries.emplace_back(token.line, ReadValues(key));
            }
            else
            {
                Skip(2);
            }
        }
    }

    /**
     * @brief Read what is in the brackets of a node or an edge.
     * @param owner "node" or "edge"
     * @return its values
     */
    TopologyValues ReadValues(const std::string& owner)
    {
        TopologyValues values;
        for (Token token = Next(); token.kind != Token::CLOSE; token = Next())
        {
            const std::string key = RequireKey(token);
            if (key == "node" || key == "edge" || key == "graph")
            {
                throw TopologyDefect(token.line,
                                     "a " + key + " inside a " + owner + ", expected a flat graph");
            }
            Token value = Next();
            if (value.kind == Token::OPEN)
            {
                Skip(3); // the drawing
                continue;
            }
            ExpectValue(value);
            values[key] = {value.text, value.line};
        }
        return values;
    }

    /**
     * @brief Go past a list that is of no interest.
     * @param depth how many lists are open
     */
    void Skip(std::size_t depth)
    {
        for (const std::size_t around = depth - 1; depth > around;)
        {
            Token token = Next();
            if (token.kind == Token::END)
            {
                throw TopologyDefect(token.line, "the end of the text, expected ']' in GML");
            }
            depth += token.kind == Token::OPEN ? 1 : token.kind == Token::CLOSE ? -1 : 0;
            if (depth > MAX_DEPTH)
            {
                throw TopologyDefect(token.line,
                                     "lists nested more than " + std::to_string(MAX_DEPTH) +
                                         " deep, expected a graph");
            }
        }
    }

    /**
     * @brief Get a value that must be there.
     * @param values of a node or an edge
     * @param owner "node" or "edge"
     * @param key name of the value
     * @param line of the owner
     * @return the value
     */
    static const TopologyValue& Require(const TopologyValues& values,
                                        const std::string& owner,
                                        const std::string& key,
                                        uint32_t line)
    {
        auto value = values.find(key);
        if (value == values.end())
        {
            throw TopologyDefect(line,
                                 (owner == "edge" ? "an " : "a ") + owner + " without " + key +
                                     ", expected '" + key + " NUMBER' in it");
        }
        return value->second;
    }

    const std::string& m_text;  ///< the text
    TopologyBuilder& m_builder; ///< gets what is read
    std::size_t m_at{0};        ///< begin of the next word
    uint32_t m_line{1};         ///< its line
    uint32_t m_graphLine{0};    ///< line of the graph, 0 before it
    Entries m_nodes;            ///< of the graph
    Entries m_edges;            ///< of the graph
};

} // namespace

void
ReadGml(const std::string& text, TopologyBuilder& builder)
{
    GmlText(text, builder).Read();
}

} // namespace gipt
} // namespace ns3
