/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/application.h"
#include "ns3/ns3-release.h"
#include "ns3/test.h"

#include <type_traits>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Test of what bridges the ns-3 releases: the release number is in the range this module supports,
 * and agrees with two declarations known to have changed (RouteInput's callbacks in 3.39,
 * Application::AssignStreams in 3.42).
 */

using namespace ns3;

namespace
{

/// Whether a class has a member function AssignStreams. @tparam T the class
template <typename T, typename = void>
struct HasAssignStreams : std::false_type
{
};

/// The case that it has. @tparam T the class
template <typename T>
struct HasAssignStreams<T, std::void_t<decltype(&T::AssignStreams)>> : std::true_type
{
};

/// The release number against the declarations seen by the compiler.
class ReleaseTestCase : public TestCase
{
  public:
    ReleaseTestCase()
        : TestCase("release number agrees with ns-3's declarations")
    {
    }

  private:
    void DoRun() override
    {
        NS_TEST_EXPECT_MSG_EQ((GIPT_NS3_RELEASE >= 35 && GIPT_NS3_RELEASE <= 48),
                              true,
                              "release " << GIPT_NS3_RELEASE << " is not known");
        NS_TEST_EXPECT_MSG_EQ(std::is_reference<gipt::UnicastForwardArgument>::value,
                              (GIPT_NS3_RELEASE >= 39),
                              "RouteInput takes references from 3.39 on");
        NS_TEST_EXPECT_MSG_EQ(HasAssignStreams<Application>::value,
                              (GIPT_NS3_RELEASE >= 42),
                              "Application has AssignStreams from 3.42 on");
    }
};

/// The suite.
class ReleaseTestSuite : public TestSuite
{
  public:
    ReleaseTestSuite()
        : TestSuite("gipt-ns3-release")
    {
        AddTestCase(new ReleaseTestCase);
    }
};

ReleaseTestSuite g_releaseTestSuite; //!< registers the suite

} // namespace
