/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_TAP_CREATOR_H
#define GIPT_TAP_CREATOR_H

#include <string>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Let the library of ns-3's TapBridge find the program that opens its taps.
 *
 * The path of that program is one of the machine that built ns-3. A package has it elsewhere, and
 * then a link is made at the path. The program of the wheel also has to find the libraries of the
 * wheel: LD_LIBRARY_PATH is set for that.
 *
 * @param code any code of the library
 * @param[out] error why it cannot be found, and what to do
 * @return true when TapBridge will find it
 */
bool MendCreator(const void* code, std::string& error);

/**
 * @ingroup global-ip-tunneling
 * @brief Close a descriptor.
 * @param fd the descriptor
 */
void CloseTap(int fd);

} // namespace gipt
} // namespace ns3

#endif // GIPT_TAP_CREATOR_H
