/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

// The aggregate header is included to prove that it stands by itself.
#include "ns3/global-ip-tunneling-module.h"
#include "ns3/test.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Runs the module's test suites in a standalone build and counts their cases.
 *
 * Takes the options of ns-3's own test runner (--help shows them), shows suites and failures (all
 * cases with --verbose) and ends with the line "N passed, N failed". Each suite runs in a process
 * of its own, as newer releases of ns-3 ask for, so that a crash takes no other suite along.
 */

namespace
{

using Arguments = std::vector<std::string>; //!< command line without the program's name

/**
 * @param arguments a command line
 * @param options beginnings of options
 * @return whether one of the options is given
 */
bool
IsGiven(const Arguments& arguments, const std::vector<std::string>& options)
{
    return std::any_of(arguments.begin(), arguments.end(), [&](const std::string& argument) {
        return std::any_of(options.begin(), options.end(), [&](const std::string& option) {
            return argument.compare(0, option.size(), option) == 0;
        });
    });
}

/**
 * Run ns-3's test runner in this process.
 *
 * @param program name of this program
 * @param arguments its command line
 * @param output receives what it writes on std::cout
 * @return its exit status
 */
int
RunHere(std::string program, Arguments arguments, std::ostream& output)
{
    std::vector<char*> argv{program.data()};
    for (std::string& argument : arguments)
    {
        argv.push_back(argument.data());
    }
    argv.push_back(nullptr); // ns-3's runner reads up to it
    std::streambuf* console = std::cout.rdbuf(output.rdbuf());
    const int status = ns3::TestRunner::Run(static_cast<int>(argv.size()) - 1, argv.data());
    std::cout.rdbuf(console);
    return status;
}

/// Cases passed and failed
struct Count
{
    unsigned passed{0}; //!< cases passed
    unsigned failed{0}; //!< cases failed
};

/**
 * Run one suite in a process of its own and print its report.
 *
 * @param program name of this program
 * @param arguments its command line, which says --verbose
 * @param suite name of the suite
 * @param showAll whether to print passed cases too
 * @return the number of cases; a suite that crashed counts as one failed
 */
Count
RunSuite(const std::string& program,
         const Arguments& arguments,
         const std::string& suite,
         bool showAll)
{
    std::string command = "'" + program + "' '--suite=" + suite + "'";
    for (const std::string& argument : arguments)
    {
        command += " '" + argument + "'";
    }
    Count count;
    std::string shown;
    std::FILE* pipe = popen((command + " 2>&1").c_str(), "r");
    char buffer[4096];
    while (pipe && std::fgets(buffer, sizeof(buffer), pipe))
    {
        // "PASS name 0.012 s": suites stand at the margin, their cases are indented.
        const std::string line(buffer);
        const auto start = std::min(line.find_first_not_of(' '), line.size());
        const bool passed = start > 0 && line.compare(start, 5, "PASS ") == 0;
        const bool failed = start > 0 && line.compare(start, 5, "FAIL ") == 0;
        count.passed += passed;
        count.failed += failed;
        if (!passed || showAll)
        {
            shown += line;
        }
    }
    if ((!pipe || pclose(pipe) != 0) && count.failed == 0)
    {
        shown += "CRASH " + suite + "\n";
        count.failed = 1;
    }
    static std::mutex console;
    std::lock_guard<std::mutex> lock(console);
    std::cout << shown << std::flush;
    return count;
}

} // namespace

int
main(int argc, char* argv[])
{
    const std::string program(argv[0]);
    Arguments arguments(argv + 1, argv + argc);
    if (IsGiven(arguments,
                {"--suite=", "--test-name=", "--help", "--list", "--print-", "--xml", "--out="}))
    {
        return ns3::TestRunner::Run(argc, argv);
    }

    std::ostringstream list;
    Arguments listing(arguments);
    listing.emplace_back("--list");
    RunHere(program, listing, list);
    std::vector<std::string> suites;
    std::istringstream names(list.str());
    for (std::string name; names >> name;)
    {
        suites.push_back(name);
    }

    const bool showAll = IsGiven(arguments, {"--verbose"});
    arguments.emplace_back("--verbose");
    std::atomic<std::size_t> next{0};
    std::atomic<unsigned> passed{0};
    std::atomic<unsigned> failed{0};
    auto work = [&]() {
        for (std::size_t i = next++; i < suites.size(); i = next++)
        {
            const Count count = RunSuite(program, arguments, suites[i], showAll);
            passed += count.passed;
            failed += count.failed;
        }
    };
    std::vector<std::thread> workers(std::max(1U, std::thread::hardware_concurrency()));
    for (std::thread& worker : workers)
    {
        worker = std::thread(work);
    }
    for (std::thread& worker : workers)
    {
        worker.join();
    }
    std::cout << passed << " passed, " << failed << " failed" << std::endl;
    return failed == 0 && !suites.empty() ? 0 : 1;
}
