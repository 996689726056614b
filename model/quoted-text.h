/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_QUOTED_TEXT_H
#define GIPT_QUOTED_TEXT_H

#include <string>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Write a text as a field of CSV (RFC 4180).
 * @param text the text
 * @return the field, in quotes where it has to be
 */
std::string QuoteCsv(const std::string& text);

/**
 * @ingroup global-ip-tunneling
 * @brief Write a text as a string of JSON (RFC 8259).
 * @param text the text, UTF-8
 * @return the string, in quotes
 */
std::string QuoteJson(const std::string& text);

} // namespace gipt
} // namespace ns3

#endif // GIPT_QUOTED_TEXT_H
