/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "failure-bench.h"

#include "ns3/failure-helper.h"
#include "ns3/failure-schedule.h"
#include "ns3/multi-site-helper.h"
#include "ns3/simulator.h"
#include "ns3/test.h"

#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of failures as text and in files.
 *
 * 1. Text: every part of the grammar, and what the targets of each kind are.
 * 2. A file says the same as text.
 * 3. Every defect is told in one line, and nothing is added.
 * 4. Failures at random: each target by itself, with streams of its own; within their bounds.
 * 5. What is read happens: over real packets.
 */

using namespace ns3;
using namespace ns3::gipt;
using namespace failures;

namespace
{

/// Three cities, two parallel links, a director and servers.
class Cities
{
  public:
    Cities()
        : helper(world),
          schedule(CreateObject<FailureSchedule>())
    {
        SiteGraph graph;
        for (const char* name : {"Denver", "New York", "Salt#2"})
        {
            SiteGraph::City city;
            city.name = name;
            graph.AddCity(city);
        }
        for (const auto& [from, to] :
             std::vector<std::pair<uint32_t, uint32_t>>{{0, 1}, {1, 0}, {1, 2}})
        {
            SiteGraph::Link link;
            link.from = from;
            link.to = to;
            link.delay = MilliSeconds(1);
            graph.AddLink(link);
        }
        world.SetTopology(graph);
        world.AddServers("New York", 2);
        world.AddServers("Salt#2", 1);
        world.AddDirector("New York");
        world.AddDirector("Denver");
        world.AddClients("Denver", 1);
    }

    ~Cities()
    {
        Simulator::Destroy();
    }

    /**
     * @brief What the schedule has, as text.
     * @return a line a failure
     */
    std::string GetText() const
    {
        std::ostringstream text;
        for (const auto& failure : schedule->GetFailures())
        {
            text << ToString(failure.kind) << ' ' << failure.target << ' '
                 << failure.begin.GetMilliSeconds() << ' '
                 << (failure.end == Time::Max() ? -1 : failure.end.GetMilliSeconds()) << ' '
                 << failure.value;
            if (failure.period.IsStrictlyPositive())
            {
                text << " ~" << failure.period.GetMilliSeconds() << ' ' << failure.duty;
            }
            text << ':';
            for (const auto& node : failure.nodes)
            {
                text << ' ' << world.GetName(node);
            }
            for (const auto& device : failure.devices)
            {
                text << ' ' << world.GetName(device->GetNode()) << '/' << device->GetIfIndex();
            }
            text << '\n';
        }
        return text.str();
    }

    MultiSiteHelper world;         ///< the world
    FailureHelper helper;          ///< under test
    Ptr<FailureSchedule> schedule; ///< what it fills
};

/// 1. Text.
class TextTestCase : public TestCase
{
  public:
    TextTestCase()
        : TestCase("Failures as text, and their targets")
    {
    }

  private:
    void DoRun() override
    {
        const std::vector<std::pair<std::string, std::string>> texts{
            {"New York@20s-40s",
             "site-power New York 20000 40000 0: New York-server-1 New York-server-2 "
             "New York-director-1"},
            {"site-power:Denver@1-2", "site-power Denver 1000 2000 0: Denver-director-1"},
            {"server-crash:Salt#2-server-1@0.5min-",
             "server-crash Salt#2-server-1 30000 -1 0: Salt#2-server-1"},
            {"director-crash:Denver-director-1@1e-3s-2e-3s",
             "director-crash Denver-director-1 1 2 0: Denver-director-1"},
            {"router-crash:Salt#2@1h-2h", "router-crash Salt#2 3600000 7200000 0: Salt#2"},
            // the device with index 0 is the loopback's
            {"link-cut:Denver|New York@1s-2s",
             "link-cut Denver|New York 1000 2000 0: Denver/1 New York/1"},
            {"link-cut:New York|Denver#2@1s-2s",
             "link-cut New York|Denver#2 1000 2000 0: New York/2 Denver/2"},
            {"link-cut:New York|Salt#2@1s-2s",
             "link-cut New York|Salt#2 1000 2000 0: New York/3 Salt#2/1"},
            {"link-cut:New York-server-2@1s-2s",
             "link-cut New York-server-2 1000 2000 0: New York-server-2/1 New York/5"},
            {"one-way:Denver>New York@1s-2s~100ms/0.25",
             "one-way Denver>New York 1000 2000 0 ~100 0.25: New York/1"},
            {"one-way:New York-server-1>New York@1s-2s~1",
             "one-way New York-server-1>New York 1000 2000 0 ~1000 0.5: New York/4"},
            {"loss:Salt#2|New York@1s-2s:5%~0.5/1",
             "loss Salt#2|New York 1000 2000 0.05 ~500 1: Salt#2/1 New York/3"},
            {"loss:Salt#2>New York@1s-2s:0.25", "loss Salt#2>New York 1000 2000 0.25: New York/3"},
            {"loss:Denver-client-1@1s-2s:1",
             "loss Denver-client-1 1000 2000 1: Denver-client-1/1 Denver/4"},
            {"delay:Denver|New York@1s-2s:50ms", "delay Denver|New York 1000 2000 0.05: Denver/1"},
            {"slow-server:New York-server-1@1s-2s:2",
             "slow-server New York-server-1 1000 2000 2: New York-server-1"},
            {"black-hole:New York-server-1@1s-2s",
             "black-hole New York-server-1 1000 2000 0: New York-server-1"},
            {"drain:New York@1s-2s",
             "drain New York 1000 2000 0: New York-server-1 New York-server-2"},
            {"drain:Salt#2-server-1@1s-2s", "drain Salt#2-server-1 1000 2000 0: Salt#2-server-1"},
        };
        std::string all;
        std::string allExpected;
        for (const auto& [text, expected] : texts)
        {
            Cities cities;
            const std::string error = cities.helper.Add(text, "--fail", cities.schedule);
            NS_TEST_EXPECT_MSG_EQ(error, "", text);
            NS_TEST_EXPECT_MSG_EQ(cities.GetText(), expected + "\n", text);
            all += (all.empty() ? "" : ",") + text;
            allExpected += expected + "\n";
        }
        Cities cities;
        NS_TEST_EXPECT_MSG_EQ(cities.helper.Add(all, "--fail", cities.schedule), "", "all");
        NS_TEST_EXPECT_MSG_EQ(cities.GetText(), allExpected, "all at once");
    }
};

/**
 * @brief Write a file.
 * @param name its path
 * @param text what is in it
 */
void
Write(const std::string& name, const std::string& text)
{
    std::ofstream(name, std::ios::binary) << text;
}

const std::string HEADER = "begin_s,end_s,kind,target,value,period_s,duty\n"; ///< of a file

/// 2. Files.
class FileTestCase : public TestCase
{
  public:
    FileTestCase()
        : TestCase("Failures in a file")
    {
    }

  private:
    void DoRun() override
    {
        const std::string name = CreateTempDirFilename("failures.csv");
        Write(name,
              "\xef\xbb\xbf# what befalls us\r\n" + HEADER +
                  "20,40,site-power,New York,,,\r\n"
                  "\n"
                  "1.5,,server-crash,\"New York-server-1\",,,\n"
                  "1,2,loss,Denver|New York,5%,0.5,1\n"
                  "1,2,delay,Denver|New York,0.05,1,\n");
        Cities cities;
        std::string error = cities.helper.AddFile(name, cities.schedule);
        NS_TEST_EXPECT_MSG_EQ(error, "", "a good file");
        const std::string inFile = cities.GetText();
        Cities same;
        error = same.helper.Add("New York@20s-40s,server-crash:New York-server-1@1.5s-,"
                                "loss:Denver|New York@1s-2s:0.05~0.5s/1,"
                                "delay:Denver|New York@1s-2s:50ms~1s",
                                "",
                                same.schedule);
        NS_TEST_EXPECT_MSG_EQ(error, "", "the same as text");
        NS_TEST_EXPECT_MSG_EQ(inFile, same.GetText(), "the same");
        Cities text;
        NS_TEST_EXPECT_MSG_EQ(text.helper.Add("file:" + name, "", text.schedule), "", "by text");
        NS_TEST_EXPECT_MSG_EQ(inFile, text.GetText(), "the same by text");
    }
};

/// 3. Defects.
class DefectsTestCase : public TestCase
{
  public:
    DefectsTestCase()
        : TestCase("Defects of failures")
    {
    }

  private:
    void DoRun() override
    {
        const std::string form = ", expected [KIND:]TARGET@FROM-TO[:VALUE][~PERIOD[/DUTY]] such as "
                                 "link-cut:Denver|Kansas City@20s-40s";
        const std::string kinds = ", expected one of: site-power, server-crash, director-crash, "
                                  "router-crash, link-cut, one-way, loss, delay, slow-server, "
                                  "black-hole, drain";
        const std::string links = "one of: Denver|New York, New York|Denver#2, New York|Salt#2";
        const std::string random = ", expected random:KIND:mtbf=TIME,mttr=TIME[,target=TARGET]"
                                   "[,from=TIME][,until=TIME][,value=VALUE]";
        const std::string part = ", expected a part above 0 and up to 1 such as 0.05 or 5%";
        const std::string servers = "one of: New York-server-1, New York-server-2, Salt#2-server-1";
        const std::vector<std::pair<std::string, std::string>> defects{
            {"", "no failure, expected [KIND:]TARGET@FROM-TO"},
            {"New York", "'New York'" + form},
            {"@1s-2s", "'@1s-2s'" + form},
            {"New York@20", "'New York@20'" + form},
            {"New York@x-2s", "'New York@x-2s'" + form},
            {"New York@1s-2x", "'New York@1s-2x'" + form},
            {"New York@1s--2s", "'New York@1s--2s'" + form},
            {"New York@1s-1e99s", "'New York@1s-1e99s'" + form},
            {"New York@nan-2s", "'New York@nan-2s'" + form},
            {"New York@0x1-2s", "'New York@0x1-2s'" + form},
            {"drain:@1s-2s", "'drain:@1s-2s'" + form},
            {"New York@1s-2s~1s/", "'New York@1s-2s~1s/'" + form},
            {"New York@9s-8s", "'New York@9s-8s' ends before it begins, expected FROM < TO"},
            {"New York@9s-9s", "'New York@9s-9s' ends before it begins, expected FROM < TO"},
            {"New York@1s-2s~0s", "period '0s', expected a time above 0 such as 2s"},
            {"New York@1s-2s~", "'New York@1s-2s~'" + form},
            {"New York@1s-2s~1s/0", "duty '0', expected a part above 0 and up to 1 such as 0.5"},
            {"New York@1s-2s~1s/2", "duty '2', expected a part above 0 and up to 1 such as 0.5"},
            {"flood:New York@1s-2s", "unknown kind 'flood'" + kinds},
            {"New York@1s-2s:3", "value '3' of kind site-power, expected none"},
            {"loss:Denver|New York@1s-2s", "value '' of kind loss" + part},
            {"loss:Denver|New York@1s-2s:0", "value '0' of kind loss" + part},
            {"loss:Denver|New York@1s-2s:101%", "value '101%' of kind loss" + part},
            {"loss:Denver|New York@1s-2s:5ms", "value '5ms' of kind loss" + part},
            {"delay:Denver|New York@1s-2s:-5ms",
             "value '-5ms' of kind delay, expected a time above 0 such as 50ms"},
            {"slow-server:New York-server-1@1s-2s:0",
             "value '0' of kind slow-server, expected a time above 0 such as 50ms"},
            {"Paris@1s-2s", "no site 'Paris', expected one of: Denver, New York, Salt#2"},
            {"New York-server-1@1s-2s",
             "no site 'New York-server-1', expected one of: Denver, New York, Salt#2"},
            {"server-crash:New York@1s-2s", "no server 'New York', expected " + servers},
            {"server-crash:New York-director-1@1s-2s",
             "no server 'New York-director-1', expected " + servers},
            {"director-crash:New York-director-2@1s-2s",
             "no director 'New York-director-2', expected one of: Denver-director-1, "
             "New York-director-1"},
            {"router-crash:Paris@1s-2s",
             "no city 'Paris', expected one of: Denver, New York, Salt#2"},
            {"drain:Denver@1s-2s",
             "no site or server 'Denver', expected one of: New York, Salt#2, or a server"},
            {"link-cut:Denver|Salt#2@1s-2s",
             "no link 'Denver|Salt#2', expected A|B, a host, or " + links},
            {"link-cut:Denver|New York#3@1s-2s",
             "no link 'Denver|New York#3', expected A|B, a host, or " + links},
            {"link-cut:Denver|New York#0@1s-2s",
             "no link 'Denver|New York#0', expected A|B, a host, or " + links},
            {"link-cut:Denver>New York@1s-2s",
             "no link 'Denver>New York', expected A|B, a host, or " + links},
            {"link-cut:Denver@1s-2s", "no link 'Denver', expected A|B, a host, or " + links},
            {"loss:Denver@1s-2s:1%", "no link 'Denver', expected A|B, A>B, a host, or " + links},
            {"one-way:Denver|New York@1s-2s",
             "no link 'Denver|New York', expected A>B, one of: Denver>New York, New York>Denver, "
             "New York>Denver#2, Denver>New York#2, New York>Salt#2, Salt#2>New York"},
            {"New York@100s-",
             "'New York@100s-' begins when the run has ended, expected a begin "
             "before +100s"},
            {"random:server-crash", "'random:server-crash'" + random},
            {"random:flood:mtbf=1s,mttr=1s", "unknown kind 'flood'" + kinds},
            {"random:drain:mtbf=1s",
             "'random:drain:mtbf=1s' without mtbf and mttr above 0" + random},
            {"random:drain:mtbf=1s,mttr=0s",
             "'random:drain:mtbf=1s,mttr=0s' without mtbf and mttr above 0" + random},
            {"random:drain:mtbf=x,mttr=1s",
             "mtbf 'x', expected a time such as 20s, 1.5min or 500ms"},
            {"random:drain:often,mttr=1s", "'often'" + random},
            {"random:drain:mtbf=1s,mttr=1s,target=Paris",
             "no site or server 'Paris', expected one of: New York, Salt#2, or a server"},
            {"random:drain:mtbf=1s,mttr=1s,value=3", "value '3' of kind drain, expected none"},
            {"random:drain:mtbf=1s,mttr=1s,from=8s,until=7s",
             "'random:drain:mtbf=1s,mttr=1s,from=8s,until=7s' ends before it begins, expected "
             "FROM < TO"},
        };
        Cities cities;
        cities.helper.SetHorizon(Seconds(100));
        for (const auto& [text, error] : defects)
        {
            NS_TEST_EXPECT_MSG_EQ(cities.helper.Add(text, "--fail=" + text, cities.schedule),
                                  "--fail=" + text + ": " + error,
                                  text);
            // nothing of it is done, not even what is good
            const std::string more = "New York@1s-2s,Denver@1s-2s," + text;
            NS_TEST_EXPECT_MSG_EQ(cities.helper.Add(more, "", cities.schedule).empty(),
                                  text.empty(),
                                  more);
            if (text.empty())
            {
                cities.schedule = CreateObject<FailureSchedule>();
            }
            NS_TEST_ASSERT_MSG_EQ(cities.schedule->GetFailures().size(), 0, "nothing was added");
        }
        cities.helper.SetHorizon(Time::Max());
        const std::string endless = "random:drain:mtbf=1s,mttr=1s";
        NS_TEST_EXPECT_MSG_EQ(cities.helper.Add(endless, "x", cities.schedule),
                              "x: '" + endless + "' has no end, expected until=TIME",
                              "no horizon");

        const std::string name = CreateTempDirFilename("bad.csv");
        const std::string good = "1,2,site-power,New York,,,\n";
        const std::vector<std::pair<std::string, std::string>> files{
            {"", "1: cannot be read or is empty, expected " + HEADER.substr(0, HEADER.size() - 1)},
            {"# nothing\n\n",
             "1: cannot be read or is empty, expected " + HEADER.substr(0, HEADER.size() - 1)},
            {"begin,end\n", "1: not the header, expected " + HEADER.substr(0, HEADER.size() - 1)},
            {HEADER + good + "1,2,site-power,New York\n",
             "3: 4 fields, expected 7: " + HEADER.substr(0, HEADER.size() - 1)},
            {HEADER + "1,2,site-power,\"New York,,,\n",
             "2: a quotation mark without its other, expected none or two"},
            {HEADER + "x,2,site-power,New York,,,\n",
             "2: begin_s 'x', expected a time such as 20s, 1.5min or 500ms"},
            {HEADER + "1,x,site-power,New York,,,\n",
             "2: end_s 'x', expected a time such as 20s, 1.5min or 500ms"},
            {HEADER + "2,1,site-power,New York,,,\n",
             "2: '2,1,site-power,New York,,,' ends before it begins, expected FROM < TO"},
            {HEADER + "1,2,flood,New York,,,\n", "2: unknown kind 'flood'" + kinds},
            {HEADER + "1,2,site-power,,,,\n", "2: no target, expected whom it befalls"},
            {HEADER + "1,2,loss,Denver|New York,2,,\n", "2: value '2' of kind loss" + part},
            {HEADER + "1,2,site-power,New York,,0,\n",
             "2: period '0', expected a time above 0 such as 2s"},
            {HEADER + "1,2,site-power,New York,,1,2\n",
             "2: duty '2', expected a part above 0 and up to 1 such as 0.5"},
            {HEADER + "1,2,site-power,New York,,,1\n",
             "2: duty '1' without a period, expected both or none"},
            {HEADER + good + "\n1,2,site-power,Paris,,,\n",
             "4: no site 'Paris', expected one of: Denver, New York, Salt#2"},
        };
        for (const auto& [text, error] : files)
        {
            Write(name, text);
            NS_TEST_EXPECT_MSG_EQ(cities.helper.AddFile(name, cities.schedule),
                                  name + ":" + error,
                                  text);
            NS_TEST_ASSERT_MSG_EQ(cities.schedule->GetFailures().size(), 0, "nothing was added");
        }
        NS_TEST_EXPECT_MSG_EQ(cities.helper.AddFile("no.csv", cities.schedule),
                              "no.csv:1: cannot be read or is empty, expected " +
                                  HEADER.substr(0, HEADER.size() - 1),
                              "no file");
    }
};

/// 4. At random.
class RandomTextTestCase : public TestCase
{
  public:
    RandomTextTestCase()
        : TestCase("Failures at random as text")
    {
    }

  private:
    void DoRun() override
    {
        auto draw = [this](const std::string& text, int64_t stream) {
            Cities cities;
            cities.helper.SetHorizon(Seconds(1000));
            cities.helper.SetStream(stream);
            NS_TEST_EXPECT_MSG_EQ(cities.helper.Add(text, "", cities.schedule), "", text);
            for (const auto& failure : cities.schedule->GetFailures())
            {
                NS_TEST_EXPECT_MSG_LT(failure.begin, Seconds(1000), "before the end");
            }
            return cities.GetText();
        };
        const std::string all = draw("random:server-crash:mtbf=100s,mttr=5s", 10);
        NS_TEST_EXPECT_MSG_EQ(all, draw("random:server-crash:mtbf=100s,mttr=5s", 10), "again");
        NS_TEST_EXPECT_MSG_NE(all, draw("random:server-crash:mtbf=100s,mttr=5s", 11), "other");
        // each server by itself, with two streams
        std::string one;
        for (const auto& [server, stream] :
             std::vector<std::pair<std::string, int64_t>>{{"New York-server-1", 10},
                                                          {"New York-server-2", 12},
                                                          {"Salt#2-server-1", 14}})
        {
            const std::string some =
                draw("random:server-crash:mtbf=100s,mttr=5s,target=" + server, stream);
            NS_TEST_EXPECT_MSG_NE(some, "", server);
            one += some;
        }
        NS_TEST_EXPECT_MSG_EQ(all, one, "one by one");
        const std::string two = draw("random:loss:mtbf=20s,mttr=5s,value=10%,from=100s,until=200s,"
                                     "target=Denver|New York,target=New York|Salt#2,New York@1s-2s",
                                     1);
        NS_TEST_EXPECT_MSG_NE(two.find("loss Denver|New York 1"), std::string::npos, "the first");
        NS_TEST_EXPECT_MSG_NE(two.find("loss New York|Salt#2 1"), std::string::npos, "the second");
        NS_TEST_EXPECT_MSG_NE(two.find(" 0.1: "), std::string::npos, "its value");
        NS_TEST_EXPECT_MSG_NE(two.find("site-power New York 1000"), std::string::npos, "the rest");
        std::istringstream lines(two);
        for (std::string line; std::getline(lines, line);)
        {
            if (line.compare(0, 4, "loss") == 0)
            {
                std::istringstream rest(line.substr(
                    line.find_first_of("0123456789",
                                       line.find("New York") + (line[5] == 'D' ? 9 : 15))));
                double begin = 0;
                rest >> begin;
                NS_TEST_EXPECT_MSG_EQ((begin >= 100000 && begin < 200000), true, line);
            }
        }
    }
};

/// 5. Real packets.
class HappensTestCase : public TestCase
{
  public:
    HappensTestCase()
        : TestCase("What is read happens")
    {
    }

  private:
    void DoRun() override
    {
        World world;
        FailureHelper helper(world.sites);
        const std::string error = helper.Add("link-cut:Mid|East@1s-1.5s,West@1.2s-1.4s,"
                                             "director-crash:Mid-director-1@2s-2.5s",
                                             "",
                                             world.schedule);
        NS_TEST_ASSERT_MSG_EQ(error, "", "read");
        world.Run();
        auto check = [&world, this](uint32_t prober, uint32_t from, uint32_t to) {
            const Prober& p = *world.probers[prober];
            NS_TEST_EXPECT_MSG_EQ(p.Answered(Seconds(0), MilliSeconds(from - 30)),
                                  "all",
                                  "before, " << prober);
            NS_TEST_EXPECT_MSG_EQ(p.Answered(MilliSeconds(from), MilliSeconds(to - 20)),
                                  "none",
                                  "meanwhile, " << prober);
            NS_TEST_EXPECT_MSG_EQ(p.Answered(MilliSeconds(to), MilliSeconds(2950)),
                                  "all",
                                  "after, " << prober);
        };
        check(0, 1000, 1500);
        check(1, 1000, 1500);
        check(2, 1200, 1400);
        check(3, 2000, 2500);
        NS_TEST_EXPECT_MSG_EQ(world.events.size(), 6, "begins and ends");
        NS_TEST_EXPECT_MSG_EQ(world.events[0].target, "Mid|East", "as it was written");
    }
};

/// Tests of failures as text and in files.
class FailureHelperTestSuite : public TestSuite
{
  public:
    FailureHelperTestSuite()
        : TestSuite("gipt-failure-helper")
    {
        AddTestCase(new TextTestCase);
        AddTestCase(new FileTestCase);
        AddTestCase(new DefectsTestCase);
        AddTestCase(new RandomTextTestCase);
        AddTestCase(new HappensTestCase);
    }
};

FailureHelperTestSuite g_failureHelperTestSuite; ///< the suite

} // namespace
