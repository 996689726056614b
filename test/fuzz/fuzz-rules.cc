/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "fuzz-host.h"

#include "ns3/director-core.h"
#include "ns3/ipvsadm-command.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Fuzz target: rules of ipvsadm, as a file and as commands at run time, among connections.
 *
 * What is checked beside the sanitizers: a refused file changes nothing and is told in one line
 * with its place; what was taken comes out of "ipvsadm -S" in a form that is taken again and gives
 * the same; and the listings stand whatever the rules are.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace fuzz;

namespace
{

/// A file of this process alone, removed at its end
class RulesFile
{
  public:
    RulesFile()
    {
        const int descriptor = mkstemp(m_name);
        Require(descriptor >= 0, "a temporary file can be made");
        close(descriptor);
    }

    ~RulesFile()
    {
        std::remove(m_name);
    }

    RulesFile(const RulesFile&) = delete;
    RulesFile& operator=(const RulesFile&) = delete;

    /**
     * @brief Write the file, and have it read.
     * @param text what it is to hold
     * @param core who takes the rules
     * @param[out] error why they were refused
     * @return true when they were taken
     */
    bool Load(const std::string& text, DirectorCore& core, std::string& error) const
    {
        std::ofstream(m_name, std::ios::binary) << text;
        return IpvsadmCommand::LoadRules(m_name, core, error);
    }

    /**
     * @brief The file's name.
     * @return its path
     */
    std::string GetName() const
    {
        return m_name;
    }

  private:
    char m_name[32] = "/tmp/gipt-fuzz-rules.XXXXXX"; ///< its path
};

/**
 * @brief All services as rules.
 * @param core the director
 * @return what "ipvsadm -S -n" prints
 */
std::string
Save(const DirectorCore& core)
{
    std::ostringstream output;
    IpvsadmListing::SaveRules(core, output);
    return output.str();
}

/**
 * @brief Begin a connection with each service.
 * @param core the director
 * @param now the time
 */
void
Connect(DirectorCore& core, Time now)
{
    ConnectionKey key;
    key.client = Ipv4Address("192.0.2.1");
    for (const auto& service : core.GetServices())
    {
        const auto& id = service->GetId();
        key.clientPort = 1024 + core.GetTable().GetSize() % 5;
        key.virtualAddress = id.mark ? Ipv4Address("10.0.0.100") : service->GetAddress();
        key.virtualPort = id.port ? id.port : 80;
        key.protocol = id.mark ? 6 : id.protocol;
        for (const uint8_t flags : {TCP_FLAG_SYN, TCP_FLAG_ACK, TCP_FLAG_FIN})
        {
            core.Decide(key, flags, 40, now, id.mark);
        }
    }
}

/**
 * @brief List everything in every form.
 * @param core the director
 * @param now the time
 */
void
ListAll(const DirectorCore& core, Time now)
{
    std::ostringstream output;
    for (int i = 0; i < 20; i++)
    {
        IpvsadmFormat format;
        format.columns = static_cast<IpvsadmColumns>(i % 5);
        format.exact = i / 5 % 2;
        format.sorted = i / 10;
        IpvsadmListing::PrintServices(core, output, format);
    }
    IpvsadmListing::PrintConnections(core, now, output);
    IpvsadmListing::PrintTimeouts(core, output);
}

} // namespace

/**
 * @brief Run one input.
 * @param data the input
 * @param size its octets
 * @return 0
 */
extern "C" int
LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    static const RulesFile file;
    const std::string text(reinterpret_cast<const char*>(data), size);
    std::string error;
    {
        DirectorCore core;
        if (file.Load(text, core, error))
        {
            Connect(core, Seconds(1));
            ListAll(core, Seconds(2));
            const std::string saved = Save(core);
            DirectorCore copy;
            Require(file.Load(saved, copy, error), "what was saved is taken");
            Require(Save(copy) == saved, "what was saved is saved again");
        }
        else
        {
            Require(core.GetServices().empty(), "a refused file changes nothing");
            Require(error.compare(0, file.GetName().size() + 1, file.GetName() + ":") == 0,
                    "an error begins with the file's name");
            Require(error.find('\n') == std::string::npos, "an error is one line");
            Require(error.find("expected") != std::string::npos, "an error says what is expected");
        }
    }
    DirectorCore core;
    std::istringstream lines(text);
    Time now = Seconds(1);
    std::string saved = Save(core);
    for (std::string line; std::getline(lines, line); now += Seconds(7))
    {
        IpvsadmCommand command;
        std::ostringstream listing;
        if (!command.Parse(IpvsadmCommand::Split(line), error))
        {
            continue;
        }
        const bool isApplied = command.Apply(core, now, listing, error);
        Require(isApplied || Save(core) == saved, "a refused command changes nothing");
        saved = Save(core);
        core.ExpireConnections(now);
        Connect(core, now);
    }
    ListAll(core, now);
    return 0;
}
