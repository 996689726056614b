/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "workload-trace.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <istream>
#include <map>
#include <utility>

namespace ns3
{
namespace gipt
{

namespace
{

/**
 * @brief Split a line at its commas.
 * @param line the line
 * @return the fields, without the blanks around them
 */
std::vector<std::string>
Split(const std::string& line)
{
    const char* blanks = " \t\r";
    std::vector<std::string> fields;
    std::size_t begin = 0;
    while (begin <= line.size())
    {
        const std::size_t end = std::min(line.find(',', begin), line.size());
        std::string field = line.substr(begin, end - begin);
        const std::size_t first = field.find_first_not_of(blanks);
        fields.push_back(first == std::string::npos
                             ? ""
                             : field.substr(first, field.find_last_not_of(blanks) - first + 1));
        begin = end + 1;
    }
    return fields;
}

/**
 * @brief Read a number.
 * @param text the text
 * @param most the greatest that is right
 * @param[out] number the number
 * @return true when all of the text is a number from 0 to @p most
 */
bool
ReadNumber(const std::string& text, double most, double& number)
{
    char* end = nullptr;
    number = std::strtod(text.c_str(), &end);
    return !text.empty() && *end == 0 && number >= 0 && number <= most;
}

} // namespace

std::string
WorkloadTrace::ReadFile(const std::string& fileName)
{
    m_rows.clear();
    std::ifstream file(fileName);
    if (!file)
    {
        return fileName + ":1: cannot be read, expected a CSV file";
    }
    return Read(file, fileName);
}

std::string
WorkloadTrace::Read(std::istream& stream, const std::string& name)
{
    m_rows.clear();
    std::vector<Row> rows;
    std::map<std::string, std::size_t> columns;
    std::string line;
    std::size_t width = 0;
    for (uint64_t number = 1; std::getline(stream, line); number++)
    {
        const std::string place = name + ":" + std::to_string(number) + ": ";
        const auto fields = Split(line);
        if ((fields.size() == 1 && fields[0].empty()) || fields[0].compare(0, 1, "#") == 0)
        {
            continue;
        }
        if (columns.empty())
        {
            width = fields.size();
            for (std::size_t i = 0; i < width; i++)
            {
                if (!columns.emplace(fields[i], i).second)
                {
                    return place + "column \"" + fields[i] + "\" twice, expected each column once";
                }
            }
            for (const char* column : {"start_s", "client", "bytes"})
            {
                if (!columns.count(column))
                {
                    return place + "no column \"" + column +
                           "\", expected start_s, client and bytes";
                }
            }
            continue;
        }
        if (fields.size() != width)
        {
            return place + std::to_string(fields.size()) + " fields, expected " +
                   std::to_string(width);
        }
        const std::string& start = fields[columns["start_s"]];
        const std::string& bytes = fields[columns["bytes"]];
        Row row;
        row.client = fields[columns["client"]];
        double seconds = 0;
        double octets = 0;
        if (!ReadNumber(start, 1e9, seconds))
        {
            return place + "start_s \"" + start + "\", expected seconds, 0 to 1e9";
        }
        if (row.client.empty())
        {
            return place + "no client, expected a name";
        }
        if (!ReadNumber(bytes, UINT32_MAX - 1, octets) || octets != std::floor(octets))
        {
            return place + "bytes \"" + bytes + "\", expected octets, 0 to 4294967294";
        }
        row.start = Seconds(seconds);
        row.bytes = static_cast<uint32_t>(octets);
        rows.push_back(row);
    }
    if (columns.empty())
    {
        return name + ":1: no columns, expected start_s, client and bytes";
    }
    m_rows = std::move(rows);
    return "";
}

} // namespace gipt
} // namespace ns3
