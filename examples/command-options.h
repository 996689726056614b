/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef COMMAND_OPTIONS_H
#define COMMAND_OPTIONS_H

#include "ns3/command-line.h"
#include "ns3/nstime.h"

#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * How the programs read their command lines: what cannot be used is one line and exit status 2.
 */

/** Something on the command line, or in a file it names, cannot be used. */
struct BadInput : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/**
 * @brief Split a text at a character.
 * @param text the text
 * @param separator the character
 * @return the parts without blanks around them, those that are not empty
 */
std::vector<std::string> Split(const std::string& text, char separator);

/**
 * @brief Read a number.
 * @param option its option, for the message
 * @param text its text
 * @param low least allowed
 * @param high greatest allowed
 * @return the number
 */
double ReadNumber(const std::string& option, const std::string& text, double low, double high);

/**
 * @brief Read a whole number.
 * @param option its option, for the message
 * @param text its text
 * @param low least allowed
 * @param high greatest allowed
 * @return the number
 */
uint32_t ReadCount(const std::string& option, const std::string& text, uint32_t low, uint32_t high);

/**
 * @brief Read a time.
 * @param option its option, for the message
 * @param value the option's whole value, for the message
 * @param text the text: a number with ms, s or min, seconds without
 * @return the time
 */
ns3::Time ReadTime(const std::string& option, const std::string& value, const std::string& text);

/**
 * @brief Read a command line; ns-3's own options and flags are left to CommandLine.
 * @param cmd knows all options
 * @param argc number of arguments
 * @param argv arguments
 * @param flags options without a value
 * @param[in,out] values values of the other options by name: their defaults, then what is given
 * @param[out] operands gets the arguments that are no options, null where there are none
 */
void ReadCommandLine(ns3::CommandLine& cmd,
                     int argc,
                     char* argv[],
                     const std::set<std::string>& flags,
                     std::map<std::string, std::string>& values,
                     std::vector<std::string>* operands = nullptr);

#endif // COMMAND_OPTIONS_H
