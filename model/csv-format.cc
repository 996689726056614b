/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "topology-builder.h"
#include "topology-formats.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace gipt
{

namespace
{

/// Other names of columns.
const std::map<std::string, std::string> SYNONYMS{{"source", "from"},
                                                  {"target", "to"},
                                                  {"label", "name"},
                                                  {"lat", "latitude"},
                                                  {"lon", "longitude"},
                                                  {"speed", "rate"}};

/// Reads a table: a line of column names, then lines of cells (RFC 4180).
class CsvTable
{
  public:
    /**
     * @brief Begin with the column names.
     * @param text the table
     * @param needed columns that must be there
     * @param known columns that may be there
     * @param builder is told of columns that are not used
     */
    CsvTable(const std::string& text,
             const std::vector<std::string>& needed,
             const std::set<std::string>& known,
             TopologyBuilder& builder)
        : m_text(text)
    {
        std::vector<std::string> cells;
        uint32_t line = 1;
        ReadCells(cells, line);
        for (const auto& cell : cells)
        {
            std::string name = ToLowerCase(cell);
            auto synonym = SYNONYMS.find(name);
            name = synonym == SYNONYMS.end() ? name : synonym->second;
            if (std::count(m_columns.begin(), m_columns.end(), name) > 0)
            {
                throw TopologyDefect(line, "column '" + cell + "' again, expected it once");
            }
            m_columns.push_back(name);
        }
        for (const auto& name : needed)
        {
            if (std::count(m_columns.begin(), m_columns.end(), name) == 0)
            {
                throw TopologyDefect(line,
                                     "no column '" + name +
                                         "', expected a first line of column names with it");
            }
        }
        for (const auto& name : m_columns)
        {
            if (known.count(name) == 0 && std::count(needed.begin(), needed.end(), name) == 0)
            {
                builder.Warn(line, "column '" + name + "' is not used");
            }
        }
    }

    /**
     * @brief Read the next row.
     * @param[out] values its cells that are not empty, by column
     * @param[out] line where it is
     * @return false at the end of the table
     */
    bool ReadRow(TopologyValues& values, uint32_t& line)
    {
        std::vector<std::string> cells;
        if (!ReadCells(cells, line))
        {
            return false;
        }
        if (cells.size() != m_columns.size())
        {
            throw TopologyDefect(line,
                                 std::to_string(cells.size()) + " cells, expected " +
                                     std::to_string(m_columns.size()) + " as in the first line");
        }
        values.clear();
        for (std::size_t i = 0; i < cells.size(); i++)
        {
            if (!cells[i].empty())
            {
                values[m_columns[i]] = {cells[i], line};
            }
        }
        return true;
    }

    /**
     * @brief Get a cell that must be filled.
     * @param values a row
     * @param column its name
     * @param line of the row
     * @return the cell
     */
    static const TopologyValue& Require(const TopologyValues& values,
                                        const std::string& column,
                                        uint32_t line)
    {
        auto value = values.find(column);
        if (value == values.end())
        {
            throw TopologyDefect(line, "'" + column + "' is empty, expected the name of a city");
        }
        return value->second;
    }

  private:
    /**
     * @brief Read the cells of the next line that is neither empty nor a comment.
     * @param[out] cells the cells without blanks around them
     * @param[out] line where they are
     * @return false at the end of the table
     */
    bool ReadCells(std::vector<std::string>& cells, uint32_t& line)
    {
        while (m_at < m_text.size() &&
               (m_text[m_at] == '\n' || m_text[m_at] == '\r' || m_text[m_at] == '#'))
        {
            const std::size_t end = std::min(m_text.find('\n', m_at), m_text.size());
            m_at = end + 1;
            m_line++;
        }
        line = m_line;
        if (m_at >= m_text.size())
        {
            return false;
        }
        for (char last = ','; last == ',';)
        {
            std::string cell;
            last = ReadCell(cell);
            cells.push_back(cell);
        }
        return true;
    }

    /**
     * @brief Read a cell and what ends it.
     * @param[out] cell its content
     * @return a comma, or a newline at the end of the line
     */
    char ReadCell(std::string& cell)
    {
        m_at = std::min(m_text.find_first_not_of(" \t", m_at), m_text.size());
        const bool isQuoted = m_at < m_text.size() && m_text[m_at] == '"';
        if (isQuoted)
        {
            const uint32_t begin = m_line;
            for (m_at++;; m_at++)
            {
                if (m_at >= m_text.size())
                {
                    throw TopologyDefect(begin, "a cell without end, expected \"");
                }
                if (m_text[m_at] == '"' && m_text.compare(m_at, 2, "\"\"") != 0)
                {
                    break;
                }
                m_line += m_text[m_at] == '\n';
                cell += m_text[m_at];
                m_at += m_text[m_at] == '"'; // a quote is written twice
            }
            m_at++;
        }
        const std::size_t end = std::min(m_text.find_first_of(",\n", m_at), m_text.size());
        std::string rest = m_text.substr(m_at, end - m_at);
        rest.erase(rest.find_last_not_of(" \t\r") + 1);
        if (isQuoted && !rest.empty())
        {
            throw TopologyDefect(m_line, "'" + rest + "' behind a quoted cell, expected a comma");
        }
        cell += rest;
        m_at = end + 1;
        const bool isLast = end == m_text.size() || m_text[end] == '\n';
        m_line += isLast;
        return isLast ? '\n' : ',';
    }

    const std::string& m_text;          ///< the table
    std::size_t m_at{0};                ///< where the next cell begins
    uint32_t m_line{1};                 ///< its line
    std::vector<std::string> m_columns; ///< their names in lower case
};

} // namespace

void
ReadCsvNodes(const std::string& text, TopologyBuilder& builder)
{
    CsvTable table(text, {"name"}, {"latitude", "longitude"}, builder);
    TopologyValues values;
    for (uint32_t line = 0; table.ReadRow(values, line);)
    {
        builder.AddCity(CsvTable::Require(values, "name", line).first, line, values);
    }
}

void
ReadCsvLinks(const std::string& text, bool hasNodes, TopologyBuilder& builder)
{
    CsvTable table(
        text,
        {"from", "to"},
        {"delay", "delay_ms", "rate", "linkspeedraw", "linkspeed", "linkspeedunits", "cost"},
        builder);
    TopologyValues values;
    for (uint32_t line = 0; table.ReadRow(values, line);)
    {
        const TopologyValue& from = CsvTable::Require(values, "from", line);
        const TopologyValue& to = CsvTable::Require(values, "to", line);
        for (const auto& end : {from, to})
        {
            if (!hasNodes && !builder.HasCity(end.first))
            {
                builder.AddCity(end.first, line, {});
            }
        }
        builder.AddLink(from, to, line, values);
    }
    if (builder.GetGraph().GetCities().empty())
    {
        throw TopologyDefect(1, "no link, expected lines of links or a table of nodes");
    }
}

} // namespace gipt
} // namespace ns3
