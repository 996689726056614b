/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_ORACLE_REPORT_H
#define GIPT_ORACLE_REPORT_H

#include "connection-oracle.h"

#include <iosfwd>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Writes what a ConnectionOracle has found out: tidy CSV (RFC 4180, units in the headers), a
 * summary in JSON (RFC 8259), a table to read.
 *
 * The same run gives the same octets.
 */
class OracleReport
{
  public:
    /**
     * @param oracle what is written of
     */
    explicit OracleReport(Ptr<const ConnectionOracle> oracle);

    /**
     * @brief Write a row for each connection, in order of their beginnings, then of their ends.
     * @param os where to
     */
    void WriteConnections(std::ostream& os) const;

    /**
     * @brief Write a row for each second and city in which connections began.
     * @param os where to
     */
    void WriteAvailability(std::ostream& os) const;

    /**
     * @brief Write a row for each failure.
     * @param os where to
     */
    void WriteFailures(std::ostream& os) const;

    /**
     * @brief Write counts by category, load, fairness and availability as one JSON object.
     * @param os where to
     */
    void WriteSummary(std::ostream& os) const;

    /**
     * @brief Print the categories that have connections, and the failures.
     * @param os where to
     */
    void PrintTable(std::ostream& os) const;

  private:
    Ptr<const ConnectionOracle> m_oracle; ///< what is written of
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_ORACLE_REPORT_H
