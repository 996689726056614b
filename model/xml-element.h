/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_XML_ELEMENT_H
#define GIPT_XML_ELEMENT_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ns3
{
namespace gipt
{

/** An element of an XML document with its place. */
struct XmlElement
{
    std::string name;                              ///< tag
    std::string text;                              ///< what stands between its tags
    std::map<std::string, std::string> attributes; ///< attributes
    uint32_t line{1};                              ///< line of its start tag
    std::vector<XmlElement> children;              ///< elements in it

    /**
     * @brief Find the first child of a name.
     * @param tag its tag
     * @return the child, null when there is none
     */
    const XmlElement* FindChild(const std::string& tag) const;

    /**
     * @brief Get an attribute that must be there; a TopologyDefect is thrown when it is not.
     * @param key its name
     * @return its value
     */
    const std::string& Require(const std::string& key) const;
};

/**
 * @brief Parse an XML document; what is wrong with it is thrown as a TopologyDefect.
 *
 * Entities that a document declares itself are not expanded but refused; elements that are nested
 * deeper, or are more, than those of any topology are refused before memory is spent on them.
 *
 * @param text the document in UTF-8
 * @return an element without name that holds the root element
 */
XmlElement ParseXml(const std::string& text);

} // namespace gipt
} // namespace ns3

#endif // GIPT_XML_ELEMENT_H
