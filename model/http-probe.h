/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_HTTP_PROBE_H
#define GIPT_HTTP_PROBE_H

#include "tcp-probe.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Asks a real server by "GET PATH HTTP/1.0" (RFC 1945) and reads the whole response.
 *
 * The server is alive when the response is complete in time (Content-Length octets, or up to the
 * end of the connection), its status code is among those expected, and its body is the one
 * expected, if any is: by its text, or by its CRC-32 (as zlib and gzip compute it; keepalived
 * compares an MD5 digest).
 */
class HttpProbe : public TcpProbe
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    HttpProbe() = default;
    ~HttpProbe() override = default;

    /**
     * @brief Set the status codes of a living server.
     * @param list codes and ranges, such as "200,204" or "200-399"
     * @return false when it cannot be read; nothing changes then
     */
    bool SetStatus(std::string list);

    /**
     * @brief The status codes of a living server.
     * @return as SetStatus() took it
     */
    std::string GetStatus() const;

    /**
     * @brief Set the CRC-32 of the expected body.
     * @param digest eight hexadecimal digits, or empty
     * @return false when it is neither; nothing changes then
     */
    bool SetDigest(std::string digest);

    /**
     * @brief The CRC-32 of the expected body.
     * @return eight hexadecimal digits, or empty
     */
    std::string GetDigest() const;

  protected:
    void DoStart() override;
    void DoRelease() override;
    void DoConnected(Ptr<Socket> socket) override;
    void DoClosed(Ptr<Socket> socket) override;

  private:
    /**
     * @brief Octets of the response came.
     * @param socket the connection
     */
    void HandleReceive(Ptr<Socket> socket);

    /**
     * @brief Read status line and header fields, once they are all there.
     * @return false when they are not those of an HTTP response with an expected status
     */
    bool ReadHeader();

    /**
     * @brief Judge a complete response.
     * @return whether its body is the one expected
     */
    bool IsBodyRight() const;

    std::string m_path{"/"};                             ///< what is asked for
    std::string m_host;                                  ///< Host field, empty for none
    std::string m_status;                                ///< expected codes, as text
    std::vector<std::pair<uint32_t, uint32_t>> m_ranges; ///< the same: first and last
    std::string m_body;                                  ///< expected body, empty for any
    std::string m_digest;                                ///< CRC-32 of the body, empty for any
    std::string m_received;                              ///< the header, then the body
    bool m_hasHeader{false};                             ///< m_received has the body only
    uint64_t m_bodySize{0};                              ///< octets of the body so far
    uint64_t m_contentLength{0};                         ///< what the header said
    bool m_hasLength{false};                             ///< it said something
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_HTTP_PROBE_H
