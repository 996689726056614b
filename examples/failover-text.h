/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef FAILOVER_TEXT_H
#define FAILOVER_TEXT_H

#include "ns3/ipv4-address.h"
#include "ns3/object.h"
#include "ns3/ptr.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

/**
 * @brief Write a number with a fixed number of decimals, whatever the locale.
 * @param number the number
 * @param decimals how many
 * @return the text, "-" for NaN
 */
std::string Format(double number, int decimals);

/**
 * @brief Write an address.
 * @param address the address
 * @return in dotted decimals
 */
std::string ToText(ns3::Ipv4Address address);

/**
 * @brief Write an object of JSON.
 * @param members names and values, the values as JSON has them
 * @param indent blanks in front of each member; none puts all on one line
 * @return the object
 */
std::string JsonObject(const std::vector<std::pair<std::string, std::string>>& members,
                       int indent = 0);

/**
 * @brief Write an array of JSON.
 * @param values as JSON has them
 * @param indent blanks in front of each value; none puts all on one line
 * @return the array
 */
std::string JsonArray(const std::vector<std::string>& values, int indent = 0);

/**
 * @brief All attributes of an object that can be read, of its own class and its parents.
 * @param object the object
 * @return names and values
 */
std::map<std::string, std::string> GetAttributes(ns3::Ptr<ns3::Object> object);

#endif // FAILOVER_TEXT_H
