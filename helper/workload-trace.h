/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_WORKLOAD_TRACE_H
#define GIPT_WORKLOAD_TRACE_H

#include "ns3/nstime.h"

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief A list of connections to be made, read from CSV (RFC 4180, without quoted fields).
 *
 * The first line names the columns: start_s (seconds, 0 or more), client (any name) and bytes
 * (octets to ask for, 0 leaves it to the server) in any order; others are passed over. Lines that
 * are empty or begin with # are none. The lines need not be in order of time.
 */
class WorkloadTrace
{
  public:
    /** A connection to be made. */
    struct Row
    {
        Time start;         ///< when
        std::string client; ///< by whom
        uint32_t bytes{0};  ///< octets to ask for
    };

    /**
     * @brief Read a file.
     * @param fileName its path
     * @return empty, or one line "FILE:LINE: what, expected what", and there are no rows
     */
    std::string ReadFile(const std::string& fileName);

    /**
     * @brief Read a stream.
     * @param stream the stream
     * @param name what errors call it
     * @return as ReadFile
     */
    std::string Read(std::istream& stream, const std::string& name);

    /**
     * @brief What was read.
     * @return the rows, in the order of the file
     */
    const std::vector<Row>& GetRows() const
    {
        return m_rows;
    }

  private:
    std::vector<Row> m_rows; ///< in the order of the file
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_WORKLOAD_TRACE_H
