/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_REQUEST_SERVER_H
#define GIPT_REQUEST_SERVER_H

#include "ns3-release.h"

#include "ns3/address.h"
#include "ns3/application.h"
#include "ns3/event-id.h"
#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"
#include "ns3/socket.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <map>
#include <string>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Answers TCP requests in the manner of HTTP/1.0 (RFC 1945): one a connection, or several.
 *
 * It listens on one port of any address of its node, so a VIP on a tunnel interface is served
 * unchanged. A request ends with an empty line; the answer is
 *
 *     HTTP/1.0 200 OK
 *     Server: NAME
 *     Content-Length: BYTES
 *
 * and that many bytes, after which the server closes first, or, when the request has the line
 * "Connection: keep-alive", waits for the next request. BYTES is what the request's first line
 * names ("GET /1000 HTTP/1.0" asks for 1000 octets), else ResponseSize. NAME is how a client,
 * modelled or real, knows which real server served it.
 */
class RequestServer : public Application
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    RequestServer();
    ~RequestServer() override;
    RequestServer(const RequestServer&) = delete;
    RequestServer& operator=(const RequestServer&) = delete;

    /**
     * @brief Use a fixed stream for the random variables.
     * @param stream first stream index to use
     * @return number of streams used
     */
    int64_t AssignStreams(int64_t stream) GIPT_OVERRIDE_342;

    /**
     * @brief Number of requests answered.
     * @return requests whose response was handed to TCP, or begun to be
     */
    uint64_t GetAnswered() const
    {
        return m_answered;
    }

    /**
     * @brief The hook on requests.
     * @param client address and port of the client
     * @param bytes length of the response's body
     */
    typedef void (*RequestTracedCallback)(const Address& client, uint32_t bytes);

  protected:
    void DoDispose() override;

  private:
    void StartApplication() override;
    void StopApplication() override;

    /** A connection that was accepted. */
    struct Connection
    {
        Address client;        ///< address and port of the client
        std::string head;      ///< what was read of the request
        bool answered{false};  ///< the request is complete
        bool kept{false};      ///< the client has asked to keep the connection
        uint64_t bytesLeft{0}; ///< of the body, not yet handed to TCP
        EventId answer;        ///< end of the service time
    };

    /**
     * @brief A connection was made.
     * @param socket its socket
     * @param client address and port of the client
     */
    void HandleAccept(Ptr<Socket> socket, const Address& client);

    /**
     * @brief Octets of a request came.
     * @param socket its socket
     */
    void HandleReceive(Ptr<Socket> socket);

    /**
     * @brief There is room for more of the response.
     * @param socket its socket
     * @param space octets
     */
    void HandleSend(Ptr<Socket> socket, uint32_t space);

    /**
     * @brief The client has closed or reset the connection, or it is lost.
     * @param socket its socket
     */
    void HandleClose(Ptr<Socket> socket);

    /**
     * @brief Answer a request.
     * @param socket its socket
     */
    void Answer(Ptr<Socket> socket);

    /**
     * @brief Hand as much of the body to TCP as it takes, and close after the last octet.
     * @param socket its socket
     * @param connection its books
     */
    void SendBody(Ptr<Socket> socket, Connection& connection);

    uint16_t m_port;                                         ///< attribute Port
    std::string m_name;                                      ///< attribute Name
    Ptr<RandomVariableStream> m_size;                        ///< attribute ResponseSize
    Ptr<RandomVariableStream> m_serviceTime;                 ///< attribute ServiceTime
    Time m_extraServiceTime;                                 ///< attribute ExtraServiceTime
    Ptr<Socket> m_listener;                                  ///< listening socket
    std::map<Ptr<Socket>, Connection> m_connections;         ///< those being served
    uint64_t m_answered{0};                                  ///< requests answered
    TracedCallback<const Address&, uint32_t> m_requestTrace; ///< a request was answered
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_REQUEST_SERVER_H
