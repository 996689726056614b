/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "failover-text.h"

#include "ns3/pointer.h"
#include "ns3/quoted-text.h"
#include "ns3/random-variable-stream.h"
#include "ns3/string.h"
#include "ns3/type-id.h"

#include <cmath>
#include <iomanip>
#include <locale>
#include <sstream>

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/**
 * @brief Put values between brackets.
 * @param brackets the two
 * @param values the values
 * @param indent blanks in front of each value; none puts all on one line
 * @return the text
 */
std::string
Enclose(const char* brackets, const std::vector<std::string>& values, int indent)
{
    std::string text(1, brackets[0]);
    const std::string blanks = indent ? "\n" + std::string(indent, ' ') : "";
    for (std::size_t i = 0; i < values.size(); i++)
    {
        text += (i == 0 ? "" : indent ? "," : ", ") + blanks + values[i];
    }
    if (indent && !values.empty())
    {
        text += "\n" + std::string(indent - 2, ' ');
    }
    return text + brackets[1];
}

/**
 * @brief Write what an attribute points to, a random variable as attributes take it.
 * @param object what it points to
 * @return its TypeId, with attributes when it is a random variable
 */
std::string
Describe(Ptr<Object> object)
{
    std::string text = object->GetInstanceTypeId().GetName();
    if (!DynamicCast<RandomVariableStream>(object))
    {
        return text;
    }
    std::string separator = "[";
    for (const auto& [name, value] : GetAttributes(object))
    {
        text += separator + name + "=" + value;
        separator = "|";
    }
    return text + "]";
}

} // namespace

std::string
Format(double number, int decimals)
{
    if (std::isnan(number))
    {
        return "-";
    }
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text << std::fixed << std::setprecision(decimals) << number;
    return text.str();
}

std::string
ToText(Ipv4Address address)
{
    std::ostringstream text;
    text << address;
    return text.str();
}

std::string
JsonObject(const std::vector<std::pair<std::string, std::string>>& members, int indent)
{
    std::vector<std::string> values;
    for (const auto& [name, value] : members)
    {
        values.push_back(QuoteJson(name) + ": " + value);
    }
    return Enclose("{}", values, indent);
}

std::string
JsonArray(const std::vector<std::string>& values, int indent)
{
    return Enclose("[]", values, indent);
}

std::map<std::string, std::string>
GetAttributes(Ptr<Object> object)
{
    std::map<std::string, std::string> attributes;
    for (TypeId tid = object->GetInstanceTypeId(); tid != tid.GetParent(); tid = tid.GetParent())
    {
        for (std::size_t i = 0; i < tid.GetAttributeN(); i++)
        {
            TypeId::AttributeInformation information = tid.GetAttribute(i);
            if (!(information.flags & TypeId::ATTR_GET) || !information.accessor->HasGetter())
            {
                continue;
            }
            StringValue value;
            PointerValue pointer;
            if (information.checker->GetValueTypeName() == "ns3::PointerValue")
            {
                // Its address would differ from run to run.
                object->GetAttribute(information.name, pointer);
                Ptr<Object> target = pointer.GetObject();
                attributes[information.name] = target ? Describe(target) : "none";
            }
            else if (object->GetAttributeFailSafe(information.name, value))
            {
                attributes[information.name] = value.Get();
            }
        }
    }
    return attributes;
}
