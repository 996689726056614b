/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "replay-script.h"

#include <cctype>
#include <fstream>
#include <iostream>
#include <sstream>

using namespace ns3;

bool
ReplayScript::Load(const std::string& fileName)
{
    std::ifstream file;
    m_name = fileName;
    if (fileName == "-")
    {
        m_name = "standard input";
    }
    else
    {
        file.open(fileName);
    }
    std::istream& input = fileName == "-" ? std::cin : file;
    std::size_t number = 0;
    for (std::string text; std::getline(input, text);)
    {
        ++number;
        std::istringstream stream(text.substr(0, text.find('#')));
        Line line{number, {}};
        for (std::string word; stream >> word;)
        {
            line.words.push_back(word);
        }
        if (!line.words.empty())
        {
            m_lines.push_back(line);
        }
    }
    // a file that cannot be opened fails before its end, and so does a folder
    if (!input.eof())
    {
        std::cerr << m_name << ':' << number + 1 << ": cannot be read, expected a script\n";
        return false;
    }
    return true;
}

bool
ReplayScript::ForEach(const Reader& reader) const
{
    for (const auto& line : m_lines)
    {
        std::string error;
        if (!reader(line.words, error))
        {
            std::cerr << m_name << ':' << line.number << ": " << error << '\n';
            return false;
        }
    }
    return true;
}

std::string
JoinWords(const ReplayScript::Words& words)
{
    std::string line;
    for (const auto& word : words)
    {
        line += (line.empty() ? "" : " ") + word;
    }
    return line;
}

std::string
WritePacket(Ptr<const Packet> packet)
{
    static const char* const DIGITS = "0123456789abcdef";
    std::vector<uint8_t> octets(packet->GetSize());
    packet->CopyData(octets.data(), octets.size());
    std::string text;
    for (const uint8_t octet : octets)
    {
        text += DIGITS[octet >> 4];
        text += DIGITS[octet & 15];
    }
    return text;
}

Ptr<Packet>
ReadPacket(const std::string& text)
{
    std::vector<uint8_t> octets;
    for (std::size_t i = 0; i < text.size(); ++i)
    {
        const int digit = static_cast<unsigned char>(text[i]);
        if (!std::isxdigit(digit))
        {
            return nullptr;
        }
        const int value = std::isdigit(digit) ? digit - '0' : std::tolower(digit) - 'a' + 10;
        if (i % 2 == 0)
        {
            octets.push_back(value << 4);
        }
        else
        {
            octets.back() |= value;
        }
    }
    return text.size() % 2 == 0 ? Create<Packet>(octets.data(), octets.size()) : nullptr;
}

bool
ReadNumber(const std::string& text, uint64_t least, uint64_t most, uint64_t& number)
{
    // more digits than any number of a script has
    if (text.empty() || text.size() > 18 ||
        text.find_first_not_of("0123456789") != std::string::npos)
    {
        return false;
    }
    number = std::stoull(text);
    return number >= least && number <= most;
}

bool
ReadSeconds(const std::string& text, Time& time)
{
    // up to the greatest Time, in nanoseconds, with room for others
    std::istringstream stream(text);
    double seconds;
    if (!(stream >> seconds) || !stream.eof() || seconds < 0 || seconds > 1e9)
    {
        return false;
    }
    time = Seconds(seconds);
    return true;
}

bool
ReadAddress(const std::string& text, Ipv4Address& address)
{
    std::istringstream stream(text + ".");
    uint32_t value = 0;
    int count = 0;
    for (std::string part; std::getline(stream, part, '.'); ++count)
    {
        uint64_t octet;
        if (!ReadNumber(part, 0, 255, octet))
        {
            return false;
        }
        value = value << 8 | octet;
    }
    address = Ipv4Address(value);
    return count == 4;
}

bool
ReadEndPoint(const std::string& text, Ipv4Address& address, uint16_t& port)
{
    const auto colon = text.find(':');
    uint64_t number;
    if (colon == std::string::npos || !ReadAddress(text.substr(0, colon), address) ||
        !ReadNumber(text.substr(colon + 1), 0, 65535, number))
    {
        return false;
    }
    port = number;
    return true;
}
