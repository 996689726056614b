/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_DIRECTOR_CONTROL_H
#define GIPT_DIRECTOR_CONTROL_H

#include "ns3/director.h"
#include "ns3/ptr.h"

#include <atomic>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Speaks ipvsadm with a director while the simulation runs in real time.
 *
 * Commands come through a Unix socket: a client sends the arguments of one ipvsadm command, each
 * with a NUL behind it, and ends its side; the answer is a line with the exit status and the output
 * or the error. The program director-ctl is that client. SIGUSR1 lists services and servers, SIGINT
 * and SIGTERM end the simulation as its end would.
 *
 * A thread of its own waits for all that; what is to be done is an event of the simulation.
 */
class DirectorControl
{
  public:
    /**
     * @brief Control a director.
     * @param director the director; null: only the signals to end are of use
     * @param log where SIGUSR1 lists to
     */
    DirectorControl(Ptr<Director> director, std::ostream& log);
    ~DirectorControl();
    DirectorControl(const DirectorControl&) = delete;
    DirectorControl& operator=(const DirectorControl&) = delete;

    /**
     * @brief Keep SIGUSR1, SIGINT and SIGTERM for this class. It has to come before the program
     * has threads.
     */
    static void BlockSignals();

    /**
     * @brief Begin to wait for commands and signals.
     * @param path path of the socket, empty for none. A socket that nobody serves any more is
     *             replaced; the socket is for the user alone (0600).
     * @param[out] error why that cannot be
     * @return true when commands and signals are waited for
     */
    bool Start(const std::string& path, std::string& error);

    /**
     * @brief Wait no longer, and remove the socket.
     */
    void Stop();

    /**
     * @brief Do a command now.
     * @param arguments arguments of ipvsadm
     * @param[out] output what it prints
     * @param[out] error why it was refused
     * @return true when it was done
     */
    bool Do(const std::vector<std::string>& arguments, std::string& output, std::string& error);

    /**
     * @brief Have a command done by a program that runs.
     * @param path path of its socket
     * @param arguments arguments of ipvsadm
     * @param[out] output what it prints
     * @param[out] error why it was refused
     * @return true when it was done
     */
    static bool Ask(const std::string& path,
                    const std::vector<std::string>& arguments,
                    std::string& output,
                    std::string& error);

  private:
    /**
     * @brief Open the socket.
     * @param path where
     * @param[out] error why that cannot be
     * @return true when it is open
     */
    bool Listen(const std::string& path, std::string& error);

    /**
     * @brief Wait for commands and signals.
     */
    void Run();

    /**
     * @brief Serve who has connected.
     * @param fd the connection
     */
    void Serve(int fd);

    /**
     * @brief Do what a signal asks for.
     * @param signal its number
     */
    void HandleSignal(int signal);

    Ptr<Director> m_director;            ///< the director
    uint32_t m_node{0};                  ///< its node
    std::ostream& m_log;                 ///< where SIGUSR1 lists to
    std::string m_path;                  ///< path of the socket
    int m_listener{-1};                  ///< the socket
    int m_signals{-1};                   ///< where signals come
    int m_wake[2]{-1, -1};               ///< ends the thread
    std::thread m_thread;                ///< waits
    std::atomic<bool> m_isEnding{false}; ///< no answers of the simulation are to be had any more
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_DIRECTOR_CONTROL_H
