/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "http-probe.h"

#include "tcp-abandon.h"

#include "ns3/crc32.h"
#include "ns3/log.h"
#include "ns3/packet.h"
#include "ns3/socket.h"
#include "ns3/string.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <sstream>

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptHttpProbe");
NS_OBJECT_ENSURE_REGISTERED(HttpProbe);

namespace
{

constexpr std::size_t MAX_HEADER = 65536;      ///< longer headers are a failure, octets
constexpr std::size_t MAX_BODY = 16777216;     ///< longer bodies cannot be compared, octets
constexpr const char* HEADER_END = "\r\n\r\n"; ///< RFC 1945, 5 and 6

/**
 * @brief Read a status code.
 * @param text three digits
 * @param[out] code the code
 * @return false when it is something else
 */
bool
ReadCode(const std::string& text, uint32_t& code)
{
    if (text.size() != 3 || !std::all_of(text.begin(), text.end(), [](unsigned char c) {
            return std::isdigit(c) != 0;
        }))
    {
        return false;
    }
    code = static_cast<uint32_t>(std::stoul(text));
    return true;
}

} // namespace

TypeId
HttpProbe::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::gipt::HttpProbe")
            .SetParent<TcpProbe>()
            .SetGroupName("GlobalIpTunneling")
            .AddConstructor<HttpProbe>()
            .AddAttribute("Path",
                          "What is asked for",
                          StringValue("/"),
                          MakeStringAccessor(&HttpProbe::m_path),
                          MakeStringChecker())
            .AddAttribute("Host",
                          "Host field of the request; empty: none is sent",
                          StringValue(""),
                          MakeStringAccessor(&HttpProbe::m_host),
                          MakeStringChecker())
            .AddAttribute("Status",
                          "Status codes of a living server: codes and ranges, such as 200,300-399",
                          StringValue("200"),
                          MakeStringAccessor(&HttpProbe::SetStatus, &HttpProbe::GetStatus),
                          MakeStringChecker())
            .AddAttribute("Body",
                          "The expected body of the response; empty: any",
                          StringValue(""),
                          MakeStringAccessor(&HttpProbe::m_body),
                          MakeStringChecker())
            .AddAttribute("Digest",
                          "CRC-32 of the expected body, eight hexadecimal digits; empty: any",
                          StringValue(""),
                          MakeStringAccessor(&HttpProbe::SetDigest, &HttpProbe::GetDigest),
                          MakeStringChecker());
    return tid;
}

bool
HttpProbe::SetStatus(std::string list)
{
    std::vector<std::pair<uint32_t, uint32_t>> ranges;
    std::istringstream words(list);
    for (std::string word; std::getline(words, word, ',');)
    {
        const auto dash = word.find('-');
        std::pair<uint32_t, uint32_t> range;
        const std::string last = dash == std::string::npos ? word : word.substr(dash + 1);
        if (!ReadCode(word.substr(0, dash), range.first) || !ReadCode(last, range.second) ||
            range.first > range.second)
        {
            return false;
        }
        ranges.push_back(range);
    }
    if (ranges.empty())
    {
        return false;
    }
    m_ranges = ranges;
    m_status = list;
    return true;
}

std::string
HttpProbe::GetStatus() const
{
    return m_status;
}

bool
HttpProbe::SetDigest(std::string digest)
{
    const bool isHex = std::all_of(digest.begin(), digest.end(), [](unsigned char c) {
        return std::isxdigit(c) != 0;
    });
    if (!isHex || (digest.size() != 8 && !digest.empty()))
    {
        return false;
    }
    std::transform(digest.begin(), digest.end(), digest.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    m_digest = digest;
    return true;
}

std::string
HttpProbe::GetDigest() const
{
    return m_digest;
}

void
HttpProbe::DoStart()
{
    NS_LOG_FUNCTION(this);
    m_received.clear();
    m_hasHeader = false;
    m_hasLength = false;
    m_bodySize = 0;
    m_contentLength = 0;
    TcpProbe::DoStart();
}

void
HttpProbe::DoRelease()
{
    m_received.clear();
    TcpProbe::DoRelease();
}

void
HttpProbe::DoConnected(Ptr<Socket> socket)
{
    NS_LOG_FUNCTION(this << socket);
    socket->SetRecvCallback(MakeCallback(&HttpProbe::HandleReceive, this));
    std::string request = "GET " + m_path + " HTTP/1.0\r\n";
    if (!m_host.empty())
    {
        request += "Host: " + m_host + "\r\n";
    }
    request += "\r\n";
    socket->Send(reinterpret_cast<const uint8_t*>(request.data()),
                 static_cast<uint32_t>(request.size()),
                 0);
}

bool
HttpProbe::ReadHeader()
{
    const auto end = m_received.find(HEADER_END);
    const std::string header = m_received.substr(0, end) + "\r\n";
    m_received.erase(0, end + 4);
    m_hasHeader = true;
    const auto blank = header.find(' ');
    uint32_t code = 0;
    if (header.compare(0, 5, "HTTP/") != 0 || blank == std::string::npos ||
        !ReadCode(header.substr(blank + 1, 3), code) ||
        std::none_of(m_ranges.begin(), m_ranges.end(), [code](const auto& range) {
            return range.first <= code && code <= range.second;
        }))
    {
        return false;
    }
    std::string lower = header;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    const std::string field = "\r\ncontent-length:";
    const auto place = lower.find(field);
    if (place != std::string::npos)
    {
        std::istringstream value(lower.substr(place + field.size()));
        m_hasLength = bool(value >> m_contentLength);
    }
    return true;
}

void
HttpProbe::HandleReceive(Ptr<Socket> socket)
{
    NS_LOG_FUNCTION(this << socket);
    const bool keepsBody = !m_body.empty() || !m_digest.empty();
    while (const Ptr<Packet> packet = socket->Recv())
    {
        if (packet->GetSize() == 0)
        {
            break;
        }
        if (!IsWaiting())
        {
            continue; // read all the same: unread octets would turn the close into a reset
        }
        if (m_hasHeader && !keepsBody)
        {
            m_bodySize += packet->GetSize();
            continue;
        }
        std::string octets(packet->GetSize(), 0);
        packet->CopyData(reinterpret_cast<uint8_t*>(&octets[0]),
                         static_cast<uint32_t>(octets.size()));
        m_received += octets;
        m_bodySize += octets.size();
        if (!m_hasHeader && m_received.find(HEADER_END) != std::string::npos)
        {
            if (!ReadHeader())
            {
                FinishSoon(false);
                return;
            }
            m_bodySize = m_received.size();
        }
        if (m_received.size() > (m_hasHeader ? MAX_BODY : MAX_HEADER))
        {
            FinishSoon(false);
            return;
        }
    }
    if (IsWaiting() && m_hasHeader && m_hasLength && m_bodySize >= m_contentLength)
    {
        FinishSoon(IsBodyRight());
        socket->Close();
    }
}

bool
HttpProbe::IsBodyRight() const
{
    if (!m_body.empty() && m_received != m_body)
    {
        return false;
    }
    if (m_digest.empty())
    {
        return true;
    }
    char digest[9];
    const uint32_t crc = CRC32Calculate(reinterpret_cast<const uint8_t*>(m_received.data()),
                                        static_cast<int>(m_received.size()));
    std::snprintf(digest, sizeof(digest), "%08x", static_cast<unsigned int>(crc));
    return m_digest == digest;
}

void
HttpProbe::DoClosed(Ptr<Socket> socket)
{
    NS_LOG_FUNCTION(this << socket);
    HandleReceive(socket); // what is left
    // CLOSE_WAIT is the peer's orderly end, all else a reset or a refusal
    const bool isEnd = GetTcpState(socket) == TcpSocket::CLOSE_WAIT;
    FinishSoon(isEnd && m_hasHeader && !m_hasLength && IsBodyRight());
    if (isEnd)
    {
        socket->Close();
    }
}

} // namespace gipt
} // namespace ns3
