/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/site-graph.h"
#include "ns3/site-topology-reader.h"
#include "ns3/test.h"

#include <chrono>
#include <cmath>
#include <fstream>
#include <set>
#include <string>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of reading and generating topologies.
 *
 * 1. GraphML in its varieties: key ids, units, defaults, comments, CDATA, order, self-loops, equal
 *    labels, isolated nodes, encodings.
 * 2. Every defect of a GraphML file is told with its line, and leaves nothing.
 * 3. GML: the same, and the same graph as GraphML's.
 * 4. CSV: columns, quotes, the table of nodes, defects.
 * 5. The default delay: who takes it, and the warnings.
 * 6. Files: none, folders, devices without end; the largest that are read.
 * 7. Generators: counts of cities and links, delays, refusals.
 * 8. Gabriel graphs: against the definition, planar and connected, the same for the same seed; of
 *    10,000 cities in seconds.
 */

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/// A test case of texts that are refused.
class RefusalTestCase : public TestCase
{
  protected:
    using TestCase::TestCase;

    /**
     * @brief Expect that a text is refused and nothing is left.
     * @param text the text
     * @param name what it is called
     * @param error the message behind the name and a colon
     */
    void TestRefused(const std::string& text, const std::string& name, const std::string& error)
    {
        TopologyReader reader;
        bool parsed = reader.Parse(text, name);
        NS_TEST_EXPECT_MSG_EQ(parsed, false, error);
        NS_TEST_EXPECT_MSG_EQ(reader.GetError(), name + ":" + error, "message");
        NS_TEST_EXPECT_MSG_EQ(reader.GetGraph().GetCities().size(), 0, "nothing is left");
        NS_TEST_EXPECT_MSG_EQ(reader.GetWarnings().size(), 0, "no warnings are left");
    }
};

/// 1. Varieties of GraphML.
class VarietiesTestCase : public TestCase
{
  public:
    VarietiesTestCase()
        : TestCase("Varieties of GraphML")
    {
    }

  private:
    void DoRun() override
    {
        const std::string text = R"(<?xml version='1.0'?>
<!DOCTYPE graphml [ <!ELEMENT graphml ANY> ]>
<!-- <node id="not one"/> -->
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="any thing" for="node" attr.name="LABEL" attr.type="string"/>
  <key id="la" for="node" attr.name="Latitude"/><key id="lo" for="node" attr.name="longitude"/>
  <key id="k" for="edge" attr.name="LinkSpeed"/><key id="u" for="edge" attr.name="LinkSpeedUnits">
    <default>M</default></key>
  <key id="e" for="edge" attr.name="delay"/><key id="y" for="node" yfiles.type="nodegraphics"/>
  <graph edgedefault='directed'>
    <edge source="n>1" target="2"><data key="k">2.5</data><data key="e"> 1.5ms </data></edge>
    <node id="n>1"><data key="any thing"><![CDATA[Tor<>onto & Co]]></data><data key="y"/></node>
    <node id="2"><data key="la">10</data><data key="lo">20</data>
    </node>
    <node id="3"><data key="any thing">Twin</data><data key="la">11</data><data key="lo">-20</data></node>
    <node id="4"><data key="any thing">Twin</data></node>
    <edge source="2" target="3"><data key="k">40</data><data key="u">G</data></edge>
    <edge source="3" target="2"><data key="LinkSpeedRaw">1e6</data></edge>
    <edge source="3"
          target="3"/>
  </graph>
</graphml>
)";
        TopologyReader reader;
        bool parsed = reader.Parse(text, "x.graphml");
        NS_TEST_ASSERT_MSG_EQ(parsed, true, reader.GetError());
        const auto& cities = reader.GetGraph().GetCities();
        const auto& links = reader.GetGraph().GetLinks();
        NS_TEST_ASSERT_MSG_EQ(cities.size(), 4, "nodes");
        NS_TEST_ASSERT_MSG_EQ(links.size(), 3, "edges without the self-loop");
        NS_TEST_EXPECT_MSG_EQ(cities[0].name, "Tor<>onto & Co", "CDATA");
        NS_TEST_EXPECT_MSG_EQ(cities[0].hasPosition, false, "no position");
        NS_TEST_EXPECT_MSG_EQ(cities[1].name, "2", "the id without a label");
        NS_TEST_EXPECT_MSG_EQ(cities[1].latitude, 10, "latitude");
        NS_TEST_EXPECT_MSG_EQ(cities[2].longitude, -20, "longitude");
        NS_TEST_EXPECT_MSG_EQ(cities[3].name, "Twin_4", "equal labels");
        NS_TEST_EXPECT_MSG_EQ(links[0].delay, MicroSeconds(1500), "given delay");
        NS_TEST_EXPECT_MSG_EQ(links[0].rate.GetBitRate(), 2500000, "default unit");
        NS_TEST_EXPECT_MSG_EQ(links[1].rate.GetBitRate(), 40000000000, "given unit");
        NS_TEST_EXPECT_MSG_EQ(links[2].rate.GetBitRate(), 1000000, "undeclared key");
        NS_TEST_EXPECT_MSG_EQ(links[1].delay,
                              SiteGraph::GetFibreDelay(cities[1], cities[2]),
                              "delay from the positions");
        NS_TEST_ASSERT_MSG_EQ(reader.GetWarnings().size(), 2, "warnings");
        NS_TEST_EXPECT_MSG_EQ(reader.GetWarnings()[0],
                              "x.graphml:16: another node is labelled 'Twin', so this is 'Twin_4'",
                              "warning");
        NS_TEST_EXPECT_MSG_EQ(reader.GetWarnings()[1],
                              "x.graphml:19: left out a link from 'Twin' to itself",
                              "warning");

        parsed =
            reader.Parse("<graphml><graph><node id='a'/><node id='b'/></graph></graphml>", "y");
        NS_TEST_EXPECT_MSG_EQ(parsed, true, "isolated nodes without positions");
        NS_TEST_EXPECT_MSG_EQ(reader.GetGraph().GetComponentCount(), 2, "components");

        parsed = reader.Parse("\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?><graphml><graph>"
                              "<node id='K\xc3\xb6ln\n1'/></graph></graphml>",
                              "bom");
        NS_TEST_ASSERT_MSG_EQ(parsed, true, reader.GetError());
        NS_TEST_EXPECT_MSG_EQ(cities[0].name, "K\xc3\xb6ln?1", "UTF-8, without control characters");
        parsed = reader.Parse("<?xml version='1.0' encoding='ISO-8859-1'?><graphml><graph>"
                              "<node id='K\xf6ln'/></graph></graphml>",
                              "latin");
        NS_TEST_ASSERT_MSG_EQ(parsed, true, reader.GetError());
        NS_TEST_EXPECT_MSG_EQ(cities[0].name, "K\xc3\xb6ln", "Latin-1 becomes UTF-8");
    }
};

/// 2. Defects of GraphML.
class DefectsTestCase : public RefusalTestCase
{
  public:
    DefectsTestCase()
        : RefusalTestCase("Defects of GraphML are told with their lines")
    {
    }

  private:
    void DoRun() override
    {
        const std::string keys = "<graphml>\n"
                                 "<key id='x' for='node' attr.name='Latitude'/>\n"
                                 "<key id='y' for='node' attr.name='Longitude'/>\n"
                                 "<key id='d' for='edge' attr.name='delay'/>\n"
                                 "<key id='r' for='edge' attr.name='LinkSpeedRaw'/>\n"
                                 "<key id='s' for='edge' attr.name='LinkSpeed'/>\n"
                                 "<key id='u' for='edge' attr.name='LinkSpeedUnits'/>\n"
                                 "<graph>\n<node id='a'/>\n<node id='b'/>\n"; // 10 lines
        const std::string end = "</graph></graphml>";
        const std::string needsDelay =
            ", expected a time from 0s to 3600s with its unit, such as 5ms";
        auto edge = [&](const std::string& data) {
            return keys + "<edge source='a' target='b'>\n" + data + "</edge>" + end;
        };

        const std::string nothing = "no topology, expected GraphML, GML ('graph [') or CSV with a "
                                    "first line of column names (from,to)";

        std::string deep;
        for (int i = 0; i < 1000; i++)
        {
            deep += "<a>\n";
        }
        const std::vector<std::pair<std::string, std::string>> defects{
            {"", "1: " + nothing},
            {"\n\n<gexf/>", "3: no <graphml> element, expected a GraphML document"},
            {"<graphml>\n<graph>\n<node id='a'>\n</graph>\n</graphml>",
             "4: </graph>, expected </node>"},
            {"<graphml>\n<graph>", "2: unexpected end of data, expected well-formed XML"},
            {"<graphml/>\n</graphml>", "2: </graphml>, expected no end tag"},
            {"<graphml>\n</gr\033ph>", "2: </gr?ph>, expected </graphml>"},
            {std::string("<graphml>\n</\0>", 13), "2: </?>, expected </graphml>"},
            {"plain text", "1: " + nothing},
            {"<", "1: expected element name, expected well-formed XML"},
            {"\n<graphml/>", "2: no <graph> element, expected one in <graphml>"},
            {"<graphml>\n\n<graph/></graphml>",
             "3: a graph without nodes, expected at least one <node>"},
            {keys + "</graph>\n<graph/></graphml>", "12: a second <graph>, expected one in a file"},
            {"<graphml><key\nid='x' attr.name='l'/>\n<key id='x' attr.name='m'/><graph/></graphml>",
             "3: key id 'x' again, expected unique ids"},
            {"<graphml>\n<key attr.name='l'/><graph/></graphml>",
             "2: <key> without id, expected id=\"...\""},
            {keys + "<!--\n--><node/>" + end, "12: <node> without id, expected id=\"...\""},
            {keys + "<node id='b'/>" + end, "11: node id 'b' again, expected unique ids"},
            {keys + "<node id='c'>\n<data key='x'>1</data></node>" + end,
             "11: node 'c' has only one coordinate, expected both Latitude and Longitude or "
             "neither"},
            {keys + "<node id='c'>\n<data key='x'>north</data><data key='y'>1</data></node>" + end,
             "12: Latitude 'north', expected a number from -90 to 90"},
            {keys + "<node id='c'>\n<data key='x'>1</data>\n<data key='y'>181</data></node>" + end,
             "13: Longitude '181', expected a number from -180 to 180"},
            {keys + "<node id='c'><data>1</data></node>" + end,
             "11: <data> without key, expected key=\"...\""},
            {keys + "<node id='c'>\n<graph/></node>" + end,
             "12: a graph inside a node, expected a flat graph"},
            {keys + "<hyperedge/>" + end, "11: a <hyperedge>, expected edges between two nodes"},
            {keys + "\n<edge source='a' target='z'/>" + end,
             "12: target 'z' is no node, expected a node's id"},
            {keys + "<edge target='a'/>" + end,
             "11: <edge> without source, expected source=\"...\""},
            {edge(""),
             "11: link 'a' - 'b' has no delay and node 'a' no position, expected a delay, Latitude "
             "and Longitude of both its nodes, or a default delay (--default-delay=5ms)"},
            {"<!DOCTYPE g [\n<!ENTITY a 'b'><!ENTITY c '&a;&a;'>]><graphml>&c;</graphml>",
             "2: a document's own <!ENTITY>, expected none of those"},
            {std::string("\xff\xfe<\0", 4), "1: UTF-16, expected UTF-8"},
            {"<?xml version='1.0' encoding='Shift_JIS'?><graphml/>",
             "1: encoding 'shift_jis', expected UTF-8 or ISO-8859-1"},
            {keys + "<node id='K\xf6ln'/>" + end, "11: an octet that is not UTF-8, expected UTF-8"},
            {keys + "<node id='\xed\xa0\x80'/>" + end,
             "11: an octet that is not UTF-8, expected UTF-8"},
            {edge("<data key='d'>5</data>"), "12: delay '5'" + needsDelay},
            {edge("<data key='d'>-1ms</data>"), "12: delay '-1ms'" + needsDelay},
            {edge("<data key='d'>nans</data>"), "12: delay 'nans'" + needsDelay},
            {edge("<data key='d'>2h</data>"), "12: delay '2h'" + needsDelay},
            {edge("<data key='d'>1ms</data>\n<data key='r'>fast</data>"),
             "13: LinkSpeedRaw 'fast', expected a number from 1 to 1e+18"},
            {edge("<data key='d'>1ms</data>\n<data key='r'>0</data>"),
             "13: LinkSpeedRaw '0', expected a number from 1 to 1e+18"},
            {edge("<data key='d'>1ms</data>\n<data key='s'>1</data>\n<data key='u'>mph</data>"),
             "14: LinkSpeedUnits 'mph', expected K, M, G or T (bit/s)"},
            {edge("<data key='d'>1ms</data>\n<data key='s'>&lt;1</data>\n<data key='u'>G</data>"),
             "13: LinkSpeed '<1', expected a number from 1e-09 to 1e+09"},
            {deep, "101: elements nested more than 100 deep, expected a graph"},
        };
        for (const auto& [text, error] : defects)
        {
            TestRefused(text, "f", error);
        }
    }
};

/// 3. GML.
class GmlTestCase : public RefusalTestCase
{
  public:
    GmlTestCase()
        : RefusalTestCase("GML and its defects")
    {
    }

  private:
    void DoRun() override
    {
        const std::string text = R"(# a comment [ with brackets
Creator "someone ]"
Version 1
graph [
  directed 0 label "A [graph]"
  edge [ source 7 target 1 LinkSpeedRaw 1e9 cost 3 ]
  node [ id 7 label "K&#246;ln &amp; Bonn&#38;" Longitude 6.95 Latitude 50.9375
         graphics [ x 1 line [ point [ x 1 ] ] ] ]
  node [
    id 1
    label "Troms&#xf8; &unknown; & so on"
    Latitude 69.6496
    Longitude 18.956
  ]
  edge [ source 1 target 7 delay "2ms" label "x" ]
  edge [ source 1 target 1 ]
]
)";
        TopologyReader reader;
        bool parsed = reader.Parse(text, "x.gml");
        NS_TEST_ASSERT_MSG_EQ(parsed, true, reader.GetError());
        const auto& cities = reader.GetGraph().GetCities();
        const auto& links = reader.GetGraph().GetLinks();
        NS_TEST_ASSERT_MSG_EQ(cities.size(), 2, "nodes");
        NS_TEST_ASSERT_MSG_EQ(links.size(), 2, "edges");
        NS_TEST_EXPECT_MSG_EQ(cities[0].name, "K\xc3\xb6ln & Bonn&", "references");
        NS_TEST_EXPECT_MSG_EQ(cities[1].name, "Troms\xc3\xb8 &unknown; & so on", "no references");
        NS_TEST_EXPECT_MSG_EQ(cities[1].latitude, 69.6496, "latitude");
        NS_TEST_EXPECT_MSG_EQ(links[0].from, 0, "an edge before its nodes");
        NS_TEST_EXPECT_MSG_EQ(links[0].rate.GetBitRate(), 1000000000, "rate");
        NS_TEST_EXPECT_MSG_EQ(links[0].cost, 3, "cost");
        NS_TEST_EXPECT_MSG_EQ(links[1].cost, 1, "cost where none is given");
        NS_TEST_EXPECT_MSG_EQ(links[0].delay,
                              SiteGraph::GetFibreDelay(cities[0], cities[1]),
                              "delay from the positions");
        NS_TEST_EXPECT_MSG_EQ(links[1].delay, MilliSeconds(2), "given delay");
        NS_TEST_ASSERT_MSG_EQ(reader.GetWarnings().size(), 1, "warnings");
        NS_TEST_EXPECT_MSG_EQ(reader.GetWarnings()[0].substr(0, 32),
                              "x.gml:16: left out a link from '",
                              "the self-loop");

        std::string deep;
        for (int i = 0; i < 1000; i++)
        {
            deep += "a [\n";
        }
        const std::vector<std::pair<std::string, std::string>> defects{
            {"graph", "1: the end of the text, expected a value in GML"},
            {"graph [", "1: the end of the text, expected a key in GML"},
            {"graph [\n]", "1: a graph without nodes, expected at least one 'node ['"},
            {"graph 1", "1: no graph, expected 'graph [' in GML"},
            {"graph [ node [ id 1 ] ]\ngraph [ ]", "2: a second graph, expected one in a file"},
            {"graph [ node [ id 1 ] ]\n]", "2: ']', expected a key in GML"},
            {"graph [\nnode [ id\n] ]", "3: ']', expected a value in GML"},
            {"graph [\nnode [ label \"a\nb", "2: a string without end, expected \""},
            {"graph [\nnode [ label 1 ] ]", "2: a node without id, expected 'id NUMBER' in it"},
            {"graph [ node [ id 1 ]\nedge [ source 1 ] ]",
             "2: an edge without target, expected 'target NUMBER' in it"},
            {"graph [ node [ id 1 ]\nedge [ source 1\ntarget 2 ] ]",
             "3: target '2' is no node, expected a node's id"},
            {"graph [ node [ id 1 ]\nnode [ id 1 ] ]", "2: node id '1' again, expected unique ids"},
            {"graph [ node [ id 1\ngraph [ ] ] ]",
             "2: a graph inside a node, expected a flat graph"},
            {"graph [ node [ id 1 Latitude 1\nLongitude NaN ] ]",
             "2: Longitude 'NaN', expected a number from -180 to 180"},
            {"graph [ node [ id 1 Latitude 1e999\nLongitude 1 ] ]",
             "1: Latitude '1e999', expected a number from -90 to 90"},
            {"graph [\n" + deep, "101: lists nested more than 100 deep, expected a graph"},
        };
        for (const auto& [defect, error] : defects)
        {
            TestRefused(defect, "f.gml", error);
        }
    }
};

/// 4. CSV.
class CsvTestCase : public RefusalTestCase
{
  public:
    CsvTestCase()
        : RefusalTestCase("CSV and its defects")
    {
    }

  private:
    /**
     * @brief Write a file.
     * @param name its name
     * @param text its content
     * @return its path
     */
    std::string Write(const std::string& name, const std::string& text)
    {
        const std::string path = CreateTempDirFilename(name);
        std::ofstream(path) << text;
        return path;
    }

    void DoRun() override
    {
        TopologyReader reader;
        bool parsed = reader.Parse("# links\nFrom, TO ,Delay,Rate,cost,note\r\n"
                                   "\"Paris, \"\"TX\"\"\",b,5ms,10Gbps,7,\r\n"
                                   "\n"
                                   "b , c,1.5us, 2.5 Mbit/s,,x\n"
                                   "b,c,0s,1000,1,\"two\nlines\"\n"
                                   "c,d,1ms,1k,,",
                                   "x.csv");
        NS_TEST_ASSERT_MSG_EQ(parsed, true, reader.GetError());
        const auto& cities = reader.GetGraph().GetCities();
        const auto& links = reader.GetGraph().GetLinks();
        NS_TEST_ASSERT_MSG_EQ(cities.size(), 4, "cities by their mention");
        NS_TEST_ASSERT_MSG_EQ(links.size(), 4, "links");
        NS_TEST_EXPECT_MSG_EQ(cities[0].name, "Paris, \"TX\"", "quotes");
        NS_TEST_EXPECT_MSG_EQ(cities[2].name, "c", "blanks");
        NS_TEST_EXPECT_MSG_EQ(links[0].delay, MilliSeconds(5), "delay");
        NS_TEST_EXPECT_MSG_EQ(links[0].cost, 7, "cost");
        NS_TEST_EXPECT_MSG_EQ(links[0].rate.GetBitRate(), 10000000000, "Gbps");
        NS_TEST_EXPECT_MSG_EQ(links[1].rate.GetBitRate(), 2500000, "Mbit/s");
        NS_TEST_EXPECT_MSG_EQ(links[1].delay, NanoSeconds(1500), "microseconds");
        NS_TEST_EXPECT_MSG_EQ(links[2].rate.GetBitRate(), 1000, "bit/s");
        NS_TEST_EXPECT_MSG_EQ(links[3].rate.GetBitRate(), 1000, "k");
        NS_TEST_ASSERT_MSG_EQ(reader.GetWarnings().size(), 1, "warnings");
        NS_TEST_EXPECT_MSG_EQ(reader.GetWarnings()[0],
                              "x.csv:2: column 'note' is not used",
                              "warning");
        parsed = reader.Parse("source,target,delay_ms,speed\na,b,0.25,1T\n", "y");
        NS_TEST_ASSERT_MSG_EQ(parsed, true, reader.GetError());
        NS_TEST_EXPECT_MSG_EQ(links[0].delay, MicroSeconds(250), "milliseconds by the column");
        NS_TEST_EXPECT_MSG_EQ(links[0].hasRate, true, "speed");

        const std::string table = Write("a-links.csv", "from,to\nOslo,Bergen\n");
        const std::string nodes = Write("a-nodes.csv",
                                        "name,latitude,longitude\nOslo,59.91,10.75\n"
                                        "Bergen,60.39,5.32\nAlone,,\n");
        const std::string other =
            Write("other.csv", "name,lat,lon\nOslo,59.91,10.75\nBergen,60.39,5.32\nOslo,,\n");
        NS_TEST_ASSERT_MSG_EQ(reader.Read(table), true, reader.GetError());
        NS_TEST_EXPECT_MSG_EQ(cities.size(), 3, "cities of the table beside it");
        NS_TEST_EXPECT_MSG_EQ(links[0].delay,
                              SiteGraph::GetFibreDelay(cities[0], cities[1]),
                              "delay from the positions");
        NS_TEST_EXPECT_MSG_EQ(reader.Read(table + "," + other), false, "another table of nodes");
        NS_TEST_EXPECT_MSG_EQ(reader.GetError(),
                              other + ":4: node id 'Oslo' again, expected unique ids",
                              "the defect is in the table of nodes");
        const std::string unknown = Write("b-links.csv", "from,to\nOslo,Bergen\nOslo,Rome\n");
        NS_TEST_EXPECT_MSG_EQ(reader.Read(unknown + "," + nodes), false, "unknown city");
        NS_TEST_EXPECT_MSG_EQ(reader.GetError(),
                              unknown + ":3: target 'Rome' is no node, expected a node's id",
                              "the defect is in the table of links");

        const std::string columns = "from,to,delay,rate,cost\n";
        const std::vector<std::pair<std::string, std::string>> defects{
            {"from,of\na,b", "1: no column 'to', expected a first line of column names with it"},
            {"from,to,From\na,b,c", "1: column 'From' again, expected it once"},
            {"from,to\n", "1: no link, expected lines of links or a table of nodes"},
            {columns + "a,b,1ms,,\na,b\n", "3: 2 cells, expected 5 as in the first line"},
            {columns + "a,,1ms,,\n", "2: 'to' is empty, expected the name of a city"},
            {columns + "\"a,b,1ms,,\n", "2: a cell without end, expected \""},
            {columns + "\"a\"x,b,1ms,,\n", "2: 'x' behind a quoted cell, expected a comma"},
            {columns + "a,b,1,,\n",
             "2: delay '1', expected a time from 0s to 3600s with its unit, such as 5ms"},
            {columns + "a,b,,,\n",
             "2: link 'a' - 'b' has no delay and node 'a' no position, expected a delay, Latitude "
             "and Longitude of both its nodes, or a default delay (--default-delay=5ms)"},
            {columns + "a,b,1ms,fast,\n",
             "2: rate 'fast', expected one of at least 1 bit/s, such as 10Gbps"},
            {columns + "a,b,1ms,0,\n",
             "2: rate '0', expected one of at least 1 bit/s, such as 10Gbps"},
            {columns + "a,b,1ms,1e19,\n",
             "2: rate '1e19', expected one of at least 1 bit/s, such as 10Gbps"},
            {columns + "a,b,1ms,,0\n", "2: cost '0', expected a number from 1 to 1.67772e+07"},
            {columns + "a,b,1ms,,1.5\n", "2: cost '1.5', expected a whole number"},
        };
        for (const auto& [defect, error] : defects)
        {
            TestRefused(defect, "f", error);
        }
    }
};

/// 5. The default delay.
class DefaultDelayTestCase : public TestCase
{
  public:
    DefaultDelayTestCase()
        : TestCase("The default delay is for links that have no other")
    {
    }

  private:
    void DoRun() override
    {
        TopologyReader reader;
        reader.SetDefaultDelay(MicroSeconds(2500));
        bool parsed = reader.Parse("graph [ node [ id 0 Latitude 1 Longitude 1 ] node [ id 1 ]\n"
                                   "node [ id 2 Latitude 2 Longitude 1 ]\n"
                                   "edge [ source 0 target 1 ]\n"
                                   "edge [ source 0 target 2 ]\n"
                                   "edge [ source 2 target 1 delay \"7ms\" ]\n"
                                   "edge [ source 1 target 2 ] ]",
                                   "x");
        NS_TEST_ASSERT_MSG_EQ(parsed, true, reader.GetError());
        const auto& links = reader.GetGraph().GetLinks();
        NS_TEST_ASSERT_MSG_EQ(links.size(), 4, "links");
        NS_TEST_EXPECT_MSG_EQ(links[0].delay, MicroSeconds(2500), "the default");
        NS_TEST_EXPECT_MSG_EQ(links[1].delay,
                              SiteGraph::GetFibreDelay(reader.GetGraph().GetCities()[0],
                                                       reader.GetGraph().GetCities()[2]),
                              "from the positions");
        NS_TEST_EXPECT_MSG_EQ(links[2].delay, MilliSeconds(7), "given");
        NS_TEST_ASSERT_MSG_EQ(reader.GetWarnings().size(), 2, "a warning for each");
        NS_TEST_EXPECT_MSG_EQ(reader.GetWarnings()[1],
                              "x:6: link '1' - '2' has no delay and node '1' no position, so it "
                              "takes the default of 2.5ms",
                              "warning");
    }
};

/// 6. Files.
class FilesTestCase : public TestCase
{
  public:
    FilesTestCase()
        : TestCase("Files that are none, and files that are too large")
    {
    }

  private:
    /**
     * @brief Expect that a file is refused.
     * @param path its path
     * @param error begin of the message
     */
    void TestRefused(const std::string& path, const std::string& error)
    {
        TopologyReader reader;
        bool read = reader.Read(path);
        NS_TEST_EXPECT_MSG_EQ(read, false, path);
        NS_TEST_EXPECT_MSG_EQ(reader.GetError().substr(0, error.size()), error, path);
    }

    void DoRun() override
    {
        TestRefused(
            "no/such/file",
            "no/such/file:1: cannot be read or is empty, expected a file in GraphML, GML or "
            "CSV, or one of two-site, ring:N");
        TestRefused("no/such.csv", "no/such.csv:1: cannot be read");
        TestRefused("two\nlines", "two?lines:1: cannot be read");
        TestRefused(GIPT_SOURCE_DIR, GIPT_SOURCE_DIR ":1: cannot be read");
        TestRefused("/dev/zero", "/dev/zero:1: larger than 16 MiB, expected a topology");
        const std::string path = CreateTempDirFilename("many.graphml");
        std::string many("<graphml>\n");
        for (int i = 0; i < 1000001; i++)
        {
            many += "<a/>";
        }
        std::ofstream(path) << many;
        TestRefused(path, path + ":2: more than 1000000 elements, expected a graph");
    }
};

/// 7. Generators.
class GeneratorsTestCase : public TestCase
{
  public:
    GeneratorsTestCase()
        : TestCase("Textbook shapes")
    {
    }

  private:
    void DoRun() override
    {
        struct Expected
        {
            const char* spec;
            std::size_t cities;
            std::size_t links;
            const char* first;
            const char* last;
        };

        const std::vector<Expected> shapes{
            {"ring:8", 8, 8, "city-1", "city-8"},
            {"ring:3", 3, 3, "city-1", "city-3"},
            {"mesh:2", 2, 1, "city-1", "city-2"},
            {"mesh:5", 5, 10, "city-1", "city-5"},
            {"mesh:724", 724, 261726, "city-1", "city-724"},
            {"hub:6", 7, 6, "hub", "city-6"},
            {"sites:3", 5, 7, "clients", "site-3"},
            {"sites:1", 3, 3, "clients", "site-1"},
        };
        for (const auto& shape : shapes)
        {
            TopologyReader reader;
            NS_TEST_ASSERT_MSG_EQ(reader.Read(shape.spec), true, reader.GetError());
            const SiteGraph& graph = reader.GetGraph();
            NS_TEST_EXPECT_MSG_EQ(graph.GetCities().size(), shape.cities, shape.spec);
            NS_TEST_EXPECT_MSG_EQ(graph.GetLinks().size(), shape.links, shape.spec);
            NS_TEST_EXPECT_MSG_EQ(graph.GetCities().front().name, shape.first, shape.spec);
            NS_TEST_EXPECT_MSG_EQ(graph.GetCities().back().name, shape.last, shape.spec);
            NS_TEST_EXPECT_MSG_EQ(graph.GetComponentCount(), 1, shape.spec);
            NS_TEST_EXPECT_MSG_EQ(graph.GetLinks().back().delay, MilliSeconds(10), shape.spec);
        }
        TopologyReader reader;
        reader.SetDefaultDelay(MilliSeconds(3));
        NS_TEST_ASSERT_MSG_EQ(reader.Read("ring:5"), true, reader.GetError());
        NS_TEST_EXPECT_MSG_EQ(reader.GetGraph().GetDelaysFrom(0)[2], 6000000, "two links of 3 ms");
        NS_TEST_ASSERT_MSG_EQ(reader.Read("two-site"), true, reader.GetError());
        const SiteGraph generated = reader.GetGraph();
        NS_TEST_ASSERT_MSG_EQ(reader.Read(GIPT_SOURCE_DIR "/examples/topologies/two-site.graphml"),
                              true,
                              reader.GetError());
        const SiteGraph& read = reader.GetGraph();
        NS_TEST_ASSERT_MSG_EQ(generated.GetCities().size(), read.GetCities().size(), "two cities");
        NS_TEST_EXPECT_MSG_EQ(generated.GetCities()[1].name, read.GetCities()[1].name, "name");
        NS_TEST_EXPECT_MSG_EQ(generated.GetLinks()[0].delay, read.GetLinks()[0].delay, "delay");
        NS_TEST_EXPECT_MSG_EQ((generated.GetLinks()[0].rate == read.GetLinks()[0].rate),
                              true,
                              "rate");

        const std::vector<std::pair<std::string, std::string>> refused{
            {"ring", "no number, expected ring:N"},
            {"ring:", "'', expected ring:N with a whole number from 3 to 16384"},
            {"ring:2", "'2', expected ring:N with a whole number from 3 to 16384"},
            {"ring:-8", "'-8', expected ring:N with a whole number from 3 to 16384"},
            {"ring:8.5", "'8.5', expected ring:N with a whole number from 3 to 16384"},
            {"ring:99999999999999999999",
             "'99999999999999999999', expected ring:N with a whole number from 3 to 16384"},
            {"mesh:725", "'725', expected mesh:N with a whole number from 2 to 724"},
            {"ring:8:1", "':1' is too much, expected ring:N"},
            {"two-site:2", "':2' is too much, expected two-site"},
            {"gabriel:9:0",
             "'0', expected gabriel:N[:SEED] with a whole number from 1 to 1000000000"},
        };
        for (const auto& [spec, error] : refused)
        {
            NS_TEST_EXPECT_MSG_EQ(reader.Read(spec), false, spec);
            NS_TEST_EXPECT_MSG_EQ(reader.GetError(), spec + ": " + error, "message");
            NS_TEST_EXPECT_MSG_EQ(reader.GetGraph().GetCities().size(), 0, "nothing is left");
        }
    }
};

/// 8. Gabriel graphs.
class GabrielTestCase : public TestCase
{
  public:
    GabrielTestCase()
        : TestCase("Random worlds are Gabriel graphs")
    {
    }

  private:
    /**
     * @brief Generate a world.
     * @param spec its name
     * @return the graph
     */
    SiteGraph Generate(const std::string& spec)
    {
        TopologyReader reader;
        bool read = reader.Read(spec);
        NS_TEST_EXPECT_MSG_EQ(read, true, reader.GetError());
        return reader.GetGraph();
    }

    void DoRun() override
    {
        const SiteGraph graph = Generate("gabriel:150:7");
        const auto& cities = graph.GetCities();
        std::set<std::pair<uint32_t, uint32_t>> links;
        for (const auto& link : graph.GetLinks())
        {
            links.insert({link.from, link.to});
            NS_TEST_EXPECT_MSG_EQ(link.delay,
                                  SiteGraph::GetFibreDelay(cities[link.from], cities[link.to]),
                                  "delay");
        }
        NS_TEST_EXPECT_MSG_EQ(links.size(), graph.GetLinks().size(), "no parallel links");
        // By the distances on the ground: the square of a chord goes with the haversine.
        auto square = [&cities](uint32_t a, uint32_t b) {
            const double angle =
                SiteGraph::GetDistance(cities[a], cities[b]) / SiteGraph::EARTH_RADIUS;
            return 2 - 2 * std::cos(angle);
        };
        for (uint32_t a = 0; a < cities.size(); a++)
        {
            for (uint32_t b = a + 1; b < cities.size(); b++)
            {
                bool isFree = true;
                for (uint32_t c = 0; c < cities.size() && isFree; c++)
                {
                    isFree = c == a || c == b || square(a, c) + square(b, c) >= square(a, b);
                }
                NS_TEST_EXPECT_MSG_EQ((links.count({a, b}) > 0),
                                      isFree,
                                      cities[a].name << " - " << cities[b].name);
            }
        }
        for (uint32_t count : {1, 2, 3, 30, 700})
        {
            const SiteGraph world = Generate("gabriel:" + std::to_string(count));
            NS_TEST_EXPECT_MSG_EQ(world.GetCities().size(), count, "cities");
            NS_TEST_EXPECT_MSG_EQ(world.GetComponentCount(), 1, "connected");
        }
        const SiteGraph first = Generate("gabriel:30");
        const SiteGraph again = Generate("gabriel:30:1");
        const SiteGraph other = Generate("gabriel:30:2");
        NS_TEST_EXPECT_MSG_EQ(first.GetCities()[29].latitude,
                              again.GetCities()[29].latitude,
                              "the same seed");
        NS_TEST_EXPECT_MSG_NE(first.GetCities()[29].latitude,
                              other.GetCities()[29].latitude,
                              "another seed");

        auto begin = std::chrono::steady_clock::now();
        const SiteGraph large = Generate("gabriel:10000");
        const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
        NS_TEST_EXPECT_MSG_EQ(large.GetComponentCount(), 1, "connected");
        NS_TEST_EXPECT_MSG_LT(large.GetLinks().size(), 3 * 10000, "planar");
        NS_TEST_EXPECT_MSG_GT(large.GetLinks().size(), 15000, "with a choice of ways");
        NS_TEST_EXPECT_MSG_LT(time.count(), 60, "in seconds, even where it is slow");
    }
};

/// Tests of reading and generating topologies.
class TopologyReaderTestSuite : public TestSuite
{
  public:
    TopologyReaderTestSuite()
        : TestSuite("gipt-topology-reader")
    {
        AddTestCase(new VarietiesTestCase);
        AddTestCase(new DefectsTestCase);
        AddTestCase(new GmlTestCase);
        AddTestCase(new CsvTestCase);
        AddTestCase(new DefaultDelayTestCase);
        AddTestCase(new FilesTestCase);
        AddTestCase(new GeneratorsTestCase);
        AddTestCase(new GabrielTestCase);
    }
};

TopologyReaderTestSuite g_topologyReaderTestSuite; ///< the suite

} // namespace
