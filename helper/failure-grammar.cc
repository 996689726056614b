/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "failure-grammar.h"

#include <array>
#include <cctype>
#include <cmath>
#include <fstream>
#include <sstream>
#include <utility>

namespace ns3
{
namespace gipt
{

namespace
{

/** Longest time that is read (s): 100 years. */
constexpr double LONGEST = 3.2e9;

/** First line of a file. */
const char* const HEADER = "begin_s,end_s,kind,target,value,period_s,duty";

/** Columns of a file. */
enum Column : uint8_t
{
    BEGIN,
    END,
    KIND,
    TARGET,
    VALUE,
    PERIOD,
    DUTY,
    COLUMNS
};

/** What stands in a failure at random after its kind. */
const char* const RANDOM_FORM = "random:KIND:mtbf=TIME,mttr=TIME[,target=TARGET][,from=TIME]"
                                "[,until=TIME][,value=VALUE]";

/** Keys of a failure at random. */
constexpr std::array RANDOM_KEYS{"mtbf", "mttr", "target", "from", "until", "value"};

/** What errors are told with. */
struct Error
{
    std::string text; ///< "what, expected what"
};

/**
 * @brief A word in quotation marks.
 * @param word the word
 * @return the word, quoted
 */
std::string
Quote(const std::string& word)
{
    return "'" + word + "'";
}

/**
 * @brief Read a number.
 * @param text the text
 * @param[out] value gets the number
 * @param[out] rest gets what follows it
 * @return whether the text begins with a number
 */
bool
ReadNumber(const std::string& text, double& value, std::string& rest)
{
    // not what strtod also takes: blanks, signs, nan, inf, hexadecimal
    if (text.empty() || (!std::isdigit(static_cast<unsigned char>(text[0])) && text[0] != '.') ||
        text.find_first_of("xX") != std::string::npos)
    {
        return false;
    }
    char* end = nullptr;
    value = std::strtod(text.c_str(), &end);
    rest = end;
    return end != text.c_str() && std::isfinite(value);
}

/**
 * @brief Read a time.
 * @param text a number and a unit, or a number of seconds
 * @param[out] seconds gets it
 * @return whether it is one
 */
bool
ReadSeconds(const std::string& text, double& seconds)
{
    static const std::array<std::pair<const char*, double>, 7> units{
        {{"", 1}, {"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}, {"min", 60}, {"h", 3600}}};
    std::string unit;
    if (ReadNumber(text, seconds, unit))
    {
        for (const auto& [name, factor] : units)
        {
            if (unit == name)
            {
                seconds *= factor;
                return seconds <= LONGEST;
            }
        }
    }
    return false;
}

/**
 * @brief Read a time that must be one.
 * @param what what it is, for the error
 * @param text the text
 * @return seconds
 */
double
NeedSeconds(const std::string& what, const std::string& text)
{
    double seconds = 0;
    if (!ReadSeconds(text, seconds))
    {
        throw Error{what + " " + Quote(text) + ", expected a time such as 20s, 1.5min or 500ms"};
    }
    return seconds;
}

/**
 * @brief Read a kind.
 * @param word its name
 * @param[out] kind gets it
 * @return whether there is one of that name
 */
bool
ReadKind(const std::string& word, FailureKind& kind)
{
    for (uint8_t i = 0; i < FAILURE_KINDS; i++)
    {
        if (word == ToString(static_cast<FailureKind>(i)))
        {
            kind = static_cast<FailureKind>(i);
            return true;
        }
    }
    return false;
}

/**
 * @brief Read a kind that must be one.
 * @param word its name
 * @return the kind
 */
FailureKind
NeedKind(const std::string& word)
{
    FailureKind kind;
    if (!ReadKind(word, kind))
    {
        std::string names;
        for (uint8_t i = 0; i < FAILURE_KINDS; i++)
        {
            names += (i > 0 ? ", " : "") + std::string(ToString(static_cast<FailureKind>(i)));
        }
        throw Error{"unknown kind " + Quote(word) + ", expected one of: " + names};
    }
    return kind;
}

/**
 * @brief Read the value of a failure.
 * @param kind its kind
 * @param text the text, empty for none
 * @return the value, 0 for kinds without one
 */
double
NeedValue(FailureKind kind, const std::string& text)
{
    const std::string name = ToString(kind);
    if (!FailureGrammar::HasValue(kind))
    {
        if (!text.empty())
        {
            throw Error{"value " + Quote(text) + " of kind " + name + ", expected none"};
        }
        return 0;
    }
    double value = 0;
    if (kind == FailureKind::LOSS)
    {
        std::string rest;
        const bool isNumber = ReadNumber(text, value, rest) && (rest.empty() || rest == "%");
        value = rest == "%" ? value / 100 : value;
        if (!isNumber || value <= 0 || value > 1)
        {
            throw Error{"value " + Quote(text) + " of kind " + name +
                        ", expected a part above 0 and up to 1 such as 0.05 or 5%"};
        }
    }
    else if (!ReadSeconds(text, value) || value <= 0)
    {
        throw Error{"value " + Quote(text) + " of kind " + name +
                    ", expected a time above 0 such as 50ms"};
    }
    return value;
}

/**
 * @brief Read how a failure comes and goes.
 * @param period time of the period
 * @param duty part of it, empty for a half
 * @param[out] failure gets both
 */
void
NeedPeriod(const std::string& period, const std::string& duty, FailureText& failure)
{
    double seconds = 0;
    if (!ReadSeconds(period, seconds) || Seconds(seconds).IsZero())
    {
        throw Error{"period " + Quote(period) + ", expected a time above 0 such as 2s"};
    }
    failure.period = Seconds(seconds);
    std::string rest;
    if (!duty.empty() && (!ReadNumber(duty, failure.duty, rest) || !rest.empty() ||
                          failure.duty <= 0 || failure.duty > 1))
    {
        throw Error{"duty " + Quote(duty) + ", expected a part above 0 and up to 1 such as 0.5"};
    }
}

/**
 * @brief Check that a failure begins before it ends.
 * @param failure the failure
 */
void
NeedOrder(const FailureText& failure)
{
    if (failure.end <= failure.begin)
    {
        throw Error{Quote(failure.text) + " ends before it begins, expected FROM < TO"};
    }
}

/**
 * @brief Split text.
 * @param text the text
 * @param separator between its parts
 * @return the parts
 */
std::vector<std::string>
Split(const std::string& text, char separator)
{
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);)
    {
        parts.push_back(part);
    }
    return parts;
}

/**
 * @brief The key of a part of a failure at random.
 * @param part the part
 * @return the key, empty when it does not begin with one
 */
std::string
GetKey(const std::string& part)
{
    const std::string key = part.substr(0, part.find('='));
    for (const char* known : RANDOM_KEYS)
    {
        if (key == known && part.size() > key.size())
        {
            return key;
        }
    }
    return "";
}

/**
 * @brief Read a failure at random.
 * @param failure has the text; gets what it says
 */
void
ReadRandom(FailureText& failure)
{
    const std::string& text = failure.text;
    const std::size_t first = text.find(':');
    const std::size_t second = text.find(':', first + 1);
    if (second == std::string::npos)
    {
        throw Error{Quote(text) + ", expected " + RANDOM_FORM};
    }
    failure.isRandom = true;
    failure.kind = NeedKind(text.substr(first + 1, second - first - 1));
    std::string valueText;
    for (const auto& part : Split(text.substr(second + 1), ','))
    {
        const std::string key = GetKey(part);
        const std::string value = part.substr(part.find('=') + 1);
        if (key == "mtbf")
        {
            failure.mtbf = NeedSeconds(key, value);
        }
        else if (key == "mttr")
        {
            failure.mttr = NeedSeconds(key, value);
        }
        else if (key == "target")
        {
            failure.targets.push_back(value);
        }
        else if (key == "from")
        {
            failure.begin = Seconds(NeedSeconds(key, value));
        }
        else if (key == "until")
        {
            failure.end = Seconds(NeedSeconds(key, value));
        }
        else if (key == "value")
        {
            valueText = value;
        }
        else
        {
            throw Error{Quote(part) + ", expected " + RANDOM_FORM};
        }
    }
    if (failure.mtbf <= 0 || failure.mttr <= 0)
    {
        throw Error{Quote(text) + " without mtbf and mttr above 0, expected " + RANDOM_FORM};
    }
    failure.value = NeedValue(failure.kind, valueText);
    NeedOrder(failure);
}

/**
 * @brief Read a failure with its times.
 * @param failure has the text; gets what it says
 */
void
ReadTimed(FailureText& failure)
{
    const std::string& text = failure.text;
    const Error form{Quote(text) +
                     ", expected [KIND:]TARGET@FROM-TO[:VALUE][~PERIOD[/DUTY]] such as "
                     "link-cut:Denver|Kansas City@20s-40s"};
    const std::size_t at = text.rfind('@');
    if (at == std::string::npos || at == 0)
    {
        throw form;
    }
    std::string target = text.substr(0, at);
    const std::size_t colon = target.find(':');
    if (colon != std::string::npos)
    {
        failure.kind = NeedKind(target.substr(0, colon));
        target.erase(0, colon + 1);
    }
    if (target.empty())
    {
        throw form;
    }
    failure.targets = {target};
    std::string times = text.substr(at + 1);
    const std::size_t tilde = times.find('~');
    if (tilde != std::string::npos)
    {
        const std::string period = times.substr(tilde + 1);
        const std::size_t slash = period.find('/');
        if (slash + 1 == period.size())
        {
            throw form;
        }
        NeedPeriod(period.substr(0, slash),
                   slash == std::string::npos ? "" : period.substr(slash + 1),
                   failure);
        times.erase(tilde);
    }
    const std::size_t value = times.find(':');
    failure.value =
        NeedValue(failure.kind, value == std::string::npos ? "" : times.substr(value + 1));
    times.erase(std::min(value, times.size()));
    // A number may have a dash of its own, as 1e-3s has.
    for (std::size_t dash = times.find('-');; dash = times.find('-', dash + 1))
    {
        if (dash == std::string::npos)
        {
            throw form;
        }
        double from = 0;
        double to = 0;
        if (ReadSeconds(times.substr(0, dash), from) &&
            (dash + 1 == times.size() || ReadSeconds(times.substr(dash + 1), to)))
        {
            failure.begin = Seconds(from);
            failure.end = dash + 1 == times.size() ? Time::Max() : Seconds(to);
            break;
        }
    }
    NeedOrder(failure);
}

/**
 * @brief Split a line of comma-separated values (RFC 4180).
 * @param line the line
 * @return its fields
 */
std::vector<std::string>
SplitLine(const std::string& line)
{
    std::vector<std::string> fields(1);
    bool isQuoted = false;
    for (std::size_t i = 0; i < line.size(); i++)
    {
        if (line[i] == '"' && isQuoted && i + 1 < line.size() && line[i + 1] == '"')
        {
            fields.back() += line[i++];
        }
        else if (line[i] == '"')
        {
            isQuoted = !isQuoted;
        }
        else if (line[i] == ',' && !isQuoted)
        {
            fields.emplace_back();
        }
        else
        {
            fields.back() += line[i];
        }
    }
    if (isQuoted)
    {
        throw Error{"a quotation mark without its other, expected none or two"};
    }
    return fields;
}

/**
 * @brief Read a line of a file.
 * @param failure has the line; gets what it says
 */
void
ReadLine(FailureText& failure)
{
    const std::vector<std::string> fields = SplitLine(failure.text);
    if (fields.size() != COLUMNS)
    {
        throw Error{std::to_string(fields.size()) + " fields, expected " + std::to_string(COLUMNS) +
                    ": " + HEADER};
    }
    failure.begin = Seconds(NeedSeconds("begin_s", fields[BEGIN]));
    if (!fields[END].empty())
    {
        failure.end = Seconds(NeedSeconds("end_s", fields[END]));
    }
    failure.kind = NeedKind(fields[KIND]);
    if (fields[TARGET].empty())
    {
        throw Error{"no target, expected whom it befalls"};
    }
    failure.targets = {fields[TARGET]};
    failure.value = NeedValue(failure.kind, fields[VALUE]);
    if (!fields[PERIOD].empty())
    {
        NeedPeriod(fields[PERIOD], fields[DUTY], failure);
    }
    else if (!fields[DUTY].empty())
    {
        throw Error{"duty " + Quote(fields[DUTY]) + " without a period, expected both or none"};
    }
    NeedOrder(failure);
}

} // namespace

bool
FailureGrammar::HasValue(FailureKind kind)
{
    return kind == FailureKind::LOSS || kind == FailureKind::DELAY ||
           kind == FailureKind::SLOW_SERVER;
}

std::string
FailureGrammar::ReadText(const std::string& text,
                         const std::string& source,
                         std::vector<FailureText>& failures)
{
    try
    {
        std::vector<std::string> parts;
        for (const auto& part : Split(text, ','))
        {
            // a failure at random has commas of its own
            if (!parts.empty() && parts.back().rfind("random:", 0) == 0 && !GetKey(part).empty())
            {
                parts.back() += ',' + part;
            }
            else
            {
                parts.push_back(part);
            }
        }
        if (parts.empty())
        {
            throw Error{"no failure, expected [KIND:]TARGET@FROM-TO"};
        }
        std::vector<FailureText> read;
        for (const auto& part : parts)
        {
            FailureText failure;
            failure.text = part;
            failure.source = source;
            part.rfind("random:", 0) == 0 ? ReadRandom(failure) : ReadTimed(failure);
            read.push_back(failure);
        }
        failures.insert(failures.end(), read.begin(), read.end());
        return "";
    }
    catch (const Error& error)
    {
        return source + ": " + error.text;
    }
}

std::string
FailureGrammar::ReadFile(const std::string& fileName, std::vector<FailureText>& failures)
{
    std::ifstream file(fileName);
    uint32_t number = 0;
    try
    {
        std::vector<FailureText> read;
        bool hasHeader = false;
        for (std::string line; std::getline(file, line);)
        {
            number++;
            if (number == 1 && line.compare(0, 3, "\xef\xbb\xbf") == 0)
            {
                line.erase(0, 3); // byte order mark
            }
            if (!line.empty() && line.back() == '\r')
            {
                line.pop_back();
            }
            if (line.empty() || line[0] == '#')
            {
                continue;
            }
            if (!hasHeader)
            {
                if (line != HEADER)
                {
                    throw Error{"not the header, expected " + std::string(HEADER)};
                }
                hasHeader = true;
                continue;
            }
            FailureText failure;
            failure.text = line;
            failure.source = fileName + ":" + std::to_string(number);
            ReadLine(failure);
            read.push_back(failure);
        }
        if (!hasHeader)
        {
            number = 1;
            throw Error{"cannot be read or is empty, expected " + std::string(HEADER)};
        }
        failures.insert(failures.end(), read.begin(), read.end());
        return "";
    }
    catch (const Error& error)
    {
        return fileName + ":" + std::to_string(number) + ": " + error.text;
    }
}

} // namespace gipt
} // namespace ns3
