/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/quoted-text.h"
#include "ns3/test.h"

/**
 * @file
 * @ingroup global-ip-tunneling
 * Test of texts in CSV and JSON: what needs quotes has them, and what would end them is escaped.
 */

using namespace ns3;

namespace
{

/// Both kinds of quotes.
class QuotedTextTestCase : public TestCase
{
  public:
    QuotedTextTestCase()
        : TestCase("CSV and JSON keep every text whole")
    {
    }

  private:
    void DoRun() override
    {
        NS_TEST_EXPECT_MSG_EQ(gipt::QuoteCsv("New York"), "New York", "needs no quotes");
        NS_TEST_EXPECT_MSG_EQ(gipt::QuoteCsv("a,b"), "\"a,b\"", "a comma");
        NS_TEST_EXPECT_MSG_EQ(gipt::QuoteCsv("a\"b"), "\"a\"\"b\"", "a quote");
        NS_TEST_EXPECT_MSG_EQ(gipt::QuoteCsv("a\r\nb"), "\"a\r\nb\"", "an end of line");
        NS_TEST_EXPECT_MSG_EQ(gipt::QuoteJson(""), "\"\"", "nothing");
        NS_TEST_EXPECT_MSG_EQ(gipt::QuoteJson("a\\\"b"), "\"a\\\\\\\"b\"", "quote, backslash");
        NS_TEST_EXPECT_MSG_EQ(gipt::QuoteJson("a\tb"), "\"a\\u0009b\"", "a control character");
        NS_TEST_EXPECT_MSG_EQ(gipt::QuoteJson("Z\xc3\xbcrich"), "\"Z\xc3\xbcrich\"", "UTF-8");
    }
};

/// The suite.
class QuotedTextTestSuite : public TestSuite
{
  public:
    QuotedTextTestSuite()
        : TestSuite("gipt-quoted-text")
    {
        AddTestCase(new QuotedTextTestCase);
    }
};

QuotedTextTestSuite g_quotedTextTestSuite; //!< registers the suite

} // namespace
