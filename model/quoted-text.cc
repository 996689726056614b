/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "quoted-text.h"

#include <iomanip>
#include <sstream>

namespace ns3
{
namespace gipt
{

std::string
QuoteCsv(const std::string& text)
{
    if (text.find_first_of(",\"\n\r") == std::string::npos)
    {
        return text;
    }
    std::string quoted = "\"";
    for (char c : text)
    {
        quoted += c == '"' ? "\"\"" : std::string(1, c);
    }
    return quoted + "\"";
}

std::string
QuoteJson(const std::string& text)
{
    std::ostringstream quoted;
    quoted << '"';
    for (unsigned char c : text)
    {
        if (c == '"' || c == '\\')
        {
            quoted << '\\' << c;
        }
        else if (c < 0x20)
        {
            quoted << "\\u" << std::hex << std::setw(4) << std::setfill('0') << int(c);
        }
        else
        {
            quoted << c;
        }
    }
    quoted << '"';
    return quoted.str();
}

} // namespace gipt
} // namespace ns3
