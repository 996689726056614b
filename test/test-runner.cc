/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

// The aggregate header is included to prove that it stands by itself.
#include "ns3/global-ip-tunneling-module.h"
#include "ns3/test.h"

#include <iostream>
#include <sstream>
#include <streambuf>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Runs the module's test suites in a standalone build and counts their cases.
 *
 * Takes the options of ns-3's own test runner (--help shows them). ns-3's runner reports suites, or
 * with --verbose every case; this one always asks for every case, shows suites and failures only
 * (all of it with --verbose) and ends with the line "N passed, N failed".
 */

namespace
{

/// Takes the report of ns-3's runner, line by line, counts the cases and passes on what matters.
class CaseCounter : public std::streambuf
{
  public:
    /**
     * @param sink where lines go that are shown
     * @param showAll whether passed cases are shown too
     */
    CaseCounter(std::streambuf* sink, bool showAll)
        : m_sink(sink),
          m_showAll(showAll)
    {
    }

    unsigned m_passed{0}; //!< cases passed
    unsigned m_failed{0}; //!< cases failed

  protected:
    int_type overflow(int_type c) override
    {
        if (traits_type::eq_int_type(c, traits_type::eof()))
        {
            return traits_type::not_eof(c);
        }
        m_line += traits_type::to_char_type(c);
        if (m_line.back() == '\n')
        {
            Take();
        }
        return c;
    }

    int sync() override
    {
        return m_sink->pubsync();
    }

  private:
    /// Judge a complete line.
    void Take()
    {
        // "PASS name 0.012 s": suites stand at the margin, their cases are indented.
        std::istringstream words(m_line);
        std::string verdict;
        words >> verdict;
        const bool passed = verdict == "PASS";
        const bool isCase = m_line.front() == ' ' && (passed || verdict == "FAIL") &&
                            m_line.size() > 3 && m_line.substr(m_line.size() - 3) == " s\n";
        if (isCase)
        {
            (passed ? m_passed : m_failed)++;
        }
        if (!(isCase && passed) || m_showAll)
        {
            m_sink->sputn(m_line.data(), static_cast<std::streamsize>(m_line.size()));
        }
        m_line.clear();
    }

    std::streambuf* m_sink; //!< where lines go that are shown
    bool m_showAll;         //!< whether passed cases are shown too
    std::string m_line;     //!< the line so far
};

} // namespace

int
main(int argc, char* argv[])
{
    // Options that make ns-3's runner write something else than a report on the console.
    const std::vector<std::string> others{"--help", "--list", "--print-", "--xml", "--out="};
    std::vector<char*> arguments(argv, argv + argc);
    bool verbose = false;
    for (const std::string argument : arguments)
    {
        for (const std::string& other : others)
        {
            if (argument.compare(0, other.size(), other) == 0)
            {
                return ns3::TestRunner::Run(argc, argv);
            }
        }
        verbose = verbose || argument == "--verbose";
    }
    std::string option("--verbose");
    arguments.push_back(option.data());
    arguments.push_back(nullptr); // ns-3's runner reads up to it

    std::streambuf* console = std::cout.rdbuf();
    CaseCounter counter(console, verbose);
    std::cout.rdbuf(&counter);
    const int status = ns3::TestRunner::Run(argc + 1, arguments.data());
    std::cout.rdbuf(console);
    std::cout << counter.m_passed << " passed, " << counter.m_failed << " failed" << std::endl;
    return status;
}
