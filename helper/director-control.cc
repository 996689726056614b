/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "director-control.h"

#include "ipvsadm-command.h"

#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/simulator.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <future>
#include <memory>
#include <sstream>

#ifdef __linux__
#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#endif

namespace ns3
{
namespace gipt
{

NS_LOG_COMPONENT_DEFINE("GiptDirectorControl");

DirectorControl::DirectorControl(Ptr<Director> director, std::ostream& log)
    : m_director(director),
      m_node(director ? director->GetNode()->GetId() : 0),
      m_log(log)
{
    NS_LOG_FUNCTION(this << director);
}

DirectorControl::~DirectorControl()
{
    NS_LOG_FUNCTION(this);
    Stop();
}

bool
DirectorControl::Do(const std::vector<std::string>& arguments,
                    std::string& output,
                    std::string& error)
{
    NS_LOG_FUNCTION(this);
    if (!m_director)
    {
        error = "there is no director, but a router";
        return false;
    }
    IpvsadmCommand command;
    std::ostringstream listing;
    const bool done = command.Parse(arguments, error) &&
                      command.Apply(*m_director, m_director->GetTime(), listing, error);
    output = listing.str();
    return done;
}

#ifdef __linux__

namespace
{

/// The longest command, octets
constexpr std::size_t COMMAND_MAX = 65536;

/// How long the simulation, and a client, may take, seconds
constexpr int PATIENCE = 5;

/**
 * @brief The signals of this class.
 * @return SIGUSR1, SIGINT and SIGTERM
 */
sigset_t
GetSignals()
{
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGUSR1, SIGINT, SIGTERM})
    {
        sigaddset(&signals, signal);
    }
    return signals;
}

/**
 * @brief Make the address of a socket.
 * @param path its path
 * @param[out] address the address
 * @param[out] error why it cannot be
 * @return true when the path is one
 */
bool
MakeAddress(const std::string& path, sockaddr_un& address, std::string& error)
{
    address = {};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof(address.sun_path))
    {
        error = path + ": not a path of a socket, expected 1 to " +
                std::to_string(sizeof(address.sun_path) - 1) + " characters";
        return false;
    }
    path.copy(address.sun_path, path.size());
    return true;
}

/**
 * @brief Read until the other side ends.
 * @param fd the connection
 * @param limit the most that is read, octets
 * @param[out] text what was read
 * @return true when the other side has ended in time, and within the limit
 */
bool
ReadAll(int fd, std::size_t limit, std::string& text)
{
    std::array<char, 4096> buffer;
    ssize_t length = 0;
    while (text.size() <= limit && (length = recv(fd, buffer.data(), buffer.size(), 0)) > 0)
    {
        text.append(buffer.data(), static_cast<std::size_t>(length));
    }
    return length == 0 && text.size() <= limit;
}

/**
 * @brief Write all of a text.
 * @param fd the connection
 * @param text the text
 * @return true when the other side took it
 */
bool
WriteAll(int fd, const std::string& text)
{
    std::size_t at = 0;
    while (at < text.size())
    {
        const ssize_t length = send(fd, text.data() + at, text.size() - at, MSG_NOSIGNAL);
        if (length <= 0)
        {
            return false;
        }
        at += static_cast<std::size_t>(length);
    }
    return true;
}

/**
 * @brief Have a connection wait for PATIENCE only.
 * @param fd the connection
 */
void
SetPatience(int fd)
{
    const timeval time{PATIENCE, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time));
}

} // namespace

void
DirectorControl::BlockSignals()
{
    const sigset_t signals = GetSignals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

bool
DirectorControl::Listen(const std::string& path, std::string& error)
{
    sockaddr_un address;
    if (!MakeAddress(path, address, error))
    {
        return false;
    }
    const auto* end = reinterpret_cast<const sockaddr*>(&address);
    m_listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    // What a program that was killed has left is replaced; what somebody serves, or is none, stays.
    struct stat file;
    if (lstat(path.c_str(), &file) == 0 && S_ISSOCK(file.st_mode))
    {
        const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(probe, end, sizeof(address)) != 0 && errno == ECONNREFUSED)
        {
            unlink(path.c_str());
        }
        close(probe);
    }
    const mode_t mask = umask(0177);
    const bool isBound = bind(m_listener, end, sizeof(address)) == 0;
    const int problem = errno;
    umask(mask);
    if (!isBound || listen(m_listener, 8) != 0)
    {
        error = path + ": cannot serve there (" + std::strerror(isBound ? errno : problem) + ")" +
                (problem == EADDRINUSE ? ": another program does, or it is no socket" : "");
        return false;
    }
    m_path = path;
    return true;
}

bool
DirectorControl::Start(const std::string& path, std::string& error)
{
    NS_LOG_FUNCTION(this << path);
    if (!path.empty() && !Listen(path, error))
    {
        Stop();
        return false;
    }
    const sigset_t signals = GetSignals();
    m_signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (m_signals < 0 || pipe2(m_wake, O_CLOEXEC) != 0)
    {
        error = std::string("cannot wait for signals: ") + std::strerror(errno);
        Stop();
        return false;
    }
    m_thread = std::thread(&DirectorControl::Run, this);
    return true;
}

void
DirectorControl::Stop()
{
    NS_LOG_FUNCTION(this);
    m_isEnding = true;
    if (m_thread.joinable())
    {
        const char one = 1;
        if (write(m_wake[1], &one, 1) == 1)
        {
            m_thread.join();
        }
    }
    for (int* fd : {&m_listener, &m_signals, &m_wake[0], &m_wake[1]})
    {
        if (*fd >= 0)
        {
            close(*fd);
            *fd = -1;
        }
    }
    if (!m_path.empty())
    {
        unlink(m_path.c_str());
        m_path.clear();
    }
}

void
DirectorControl::Run()
{
    std::array<pollfd, 3> waiting{pollfd{m_wake[0], POLLIN, 0},
                                  pollfd{m_signals, POLLIN, 0},
                                  pollfd{m_listener, POLLIN, 0}}; // -1: not looked at
    while (!m_isEnding)
    {
        if (poll(waiting.data(), waiting.size(), -1) < 0)
        {
            continue;
        }
        signalfd_siginfo signal;
        while (read(m_signals, &signal, sizeof(signal)) == sizeof(signal))
        {
            HandleSignal(static_cast<int>(signal.ssi_signo));
        }
        if (waiting[2].revents & POLLIN)
        {
            const int fd = accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd >= 0)
            {
                Serve(fd);
                close(fd);
            }
        }
    }
}

void
DirectorControl::HandleSignal(int signal)
{
    if (signal != SIGUSR1)
    {
        Simulator::ScheduleWithContext(m_node, Time(0), [] { Simulator::Stop(); });
        return;
    }
    Simulator::ScheduleWithContext(m_node, Time(0), [this] {
        std::string output;
        std::string error;
        Do({"-L", "-n"}, output, error);
        m_log << output << std::flush;
    });
}

void
DirectorControl::Serve(int fd)
{
    SetPatience(fd);
    std::string text;
    if (!ReadAll(fd, COMMAND_MAX, text))
    {
        return;
    }
    std::vector<std::string> arguments;
    for (std::size_t at = 0; at < text.size();)
    {
        const auto end = std::min(text.find('\0', at), text.size());
        arguments.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    // The event may come when nobody waits for it any more: what it writes to is its own.
    auto answer = std::make_shared<std::promise<std::string>>();
    auto future = answer->get_future();
    Simulator::ScheduleWithContext(m_node, Time(0), [this, answer, arguments] {
        std::string output;
        std::string error;
        const bool done = Do(arguments, output, error);
        answer->set_value(done ? "0\n" + output : "2\n" + error + "\n");
    });
    for (int tenths = 0; tenths < 10 * PATIENCE && !m_isEnding; ++tenths)
    {
        if (future.wait_for(std::chrono::milliseconds(100)) == std::future_status::ready)
        {
            WriteAll(fd, future.get());
            return;
        }
    }
    WriteAll(fd, "2\nthe simulation does not answer\n");
}

bool
DirectorControl::Ask(const std::string& path,
                     const std::vector<std::string>& arguments,
                     std::string& output,
                     std::string& error)
{
    sockaddr_un address;
    if (!MakeAddress(path, address, error))
    {
        return false;
    }
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    {
        error = path + ": " + std::strerror(errno) + ": no director serves there";
        close(fd);
        return false;
    }
    SetPatience(fd);
    std::string text;
    for (const auto& argument : arguments)
    {
        text += argument + '\0';
    }
    std::string answer;
    const bool isAnswered = WriteAll(fd, text) && shutdown(fd, SHUT_WR) == 0 &&
                            ReadAll(fd, SIZE_MAX - 1, answer) && answer.size() >= 2;
    close(fd);
    if (!isAnswered)
    {
        error = path + ": the director does not answer";
        return false;
    }
    const bool done = answer[0] == '0';
    (done ? output : error) = answer.substr(2);
    if (!done && !error.empty())
    {
        error.pop_back();
    }
    return done;
}

#else // no Linux

void
DirectorControl::BlockSignals()
{
}

bool
DirectorControl::Listen(const std::string&, std::string&)
{
    return false;
}

bool
DirectorControl::Start(const std::string& path, std::string& error)
{
    error = path + ": a director can be controlled on Linux only";
    return false;
}

void
DirectorControl::Stop()
{
}

void
DirectorControl::Run()
{
}

void
DirectorControl::HandleSignal(int)
{
}

void
DirectorControl::Serve(int)
{
}

bool
DirectorControl::Ask(const std::string& path,
                     const std::vector<std::string>&,
                     std::string&,
                     std::string& error)
{
    error = path + ": a director can be controlled on Linux only";
    return false;
}

#endif

} // namespace gipt
} // namespace ns3
