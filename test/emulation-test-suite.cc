/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/emulated-frame.h"
#include "ns3/emulation-helper.h"
#include "ns3/host-interface.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/node.h"
#include "ns3/realtime-monitor.h"
#include "ns3/simulator.h"
#include "ns3/test.h"

#include <sstream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * What of an emulation needs no privilege and no real time; test/system/test_emulation.py has the
 * rest:
 *  1. frames: what ns-3's stack can take and what it cannot, each length of a whole frame cut
 *     short, each octet of its headers changed to each value (no crash, and the same answer for the
 *     same frame), and checksums that were left to hardware;
 *  2. percentiles of the histogram against sorted times, and its largest time;
 *  3. the monitor: drops by cause in its trace and its summary, and when times do not hold;
 *  4. attachments that cannot be: one line each, nothing half done.
 */

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/// A TCP segment with 4 octets of options from 10.1.0.2:40000 to 198.51.100.1:80, in its frame
const std::vector<uint8_t> SYN{0x02, 0,    0,    0,    0,   1,  0x02, 0, 0,  0, 0, 2,
                               0x08, 0,                                               // Ethernet
                               0x45, 0,    0,    44,   0,   7,  0x40, 0, 64, 6, 0, 0, // IPv4
                               10,   1,    0,    2,    198, 51, 100,  1,              //
                               0x9c, 0x40, 0,    80,   0,   0,  0,    1, 0,  0, 0, 0, // TCP
                               0x60, 0x02, 0xff, 0xff, 0,   0,  0,    0, 2,  4, 5, 0xb4};

/** Frames: what the stack can take. */
class FrameTestCase : public TestCase
{
  public:
    FrameTestCase()
        : TestCase("frames that ns-3 can take, and others")
    {
    }

  private:
    void DoRun() override;

    /**
     * @brief Change octets of SYN and look at it.
     * @param changes place and value of each
     * @return what FindFault says
     */
    static EmulationDrop Change(const std::vector<std::pair<std::size_t, uint8_t>>& changes)
    {
        auto frame = SYN;
        for (const auto& [place, value] : changes)
        {
            frame.at(place) = value;
        }
        return FindFault(frame.data(), frame.size(), 1500);
    }
};

void
FrameTestCase::DoRun()
{
    const auto expect = [this](EmulationDrop found, EmulationDrop wanted, const char* what) {
        NS_TEST_EXPECT_MSG_EQ(std::string(ToString(found)), ToString(wanted), what);
    };
    expect(Change({}), EmulationDrop::NONE, "a SYN");
    expect(Change({{13, 6}}), EmulationDrop::FOREIGN, "ARP for nothing known");
    expect(Change({{12, 0x86}, {13, 0xdd}}), EmulationDrop::FOREIGN, "IPv6");
    expect(Change({{12, 0x81}}), EmulationDrop::FOREIGN, "VLAN");
    expect(Change({{12, 0}, {13, 40}}), EmulationDrop::FOREIGN, "LLC");
    expect(Change({{14, 0x65}}), EmulationDrop::MALFORMED, "version 6");
    expect(Change({{14, 0x44}}), EmulationDrop::MALFORMED, "header of 16 octets");
    expect(Change({{14, 0x4f}}), EmulationDrop::MALFORMED, "header of 60 octets in 44");
    expect(Change({{17, 45}}), EmulationDrop::MALFORMED, "longer than the frame");
    expect(Change({{17, 19}}), EmulationDrop::MALFORMED, "shorter than its header");
    expect(Change({{46, 0x40}}), EmulationDrop::MALFORMED, "TCP header of 16 octets");
    expect(Change({{46, 0x70}}), EmulationDrop::MALFORMED, "TCP header longer than the segment");
    expect(Change({{55, 5}}), EmulationDrop::MALFORMED, "TCP option longer than the header");
    expect(Change({{55, 1}}), EmulationDrop::MALFORMED, "TCP option shorter than an option");
    expect(Change({{46, 0x70}, {20, 0x20}}), EmulationDrop::NONE, "a fragment is left alone");
    expect(Change({{23, 17}, {39, 8}}), EmulationDrop::NONE, "UDP");
    expect(Change({{23, 17}, {39, 25}}), EmulationDrop::MALFORMED, "UDP longer than its packet");
    expect(Change({{23, 1}, {34, 8}}), EmulationDrop::NONE, "an echo request");
    expect(Change({{23, 1}, {34, 3}}), EmulationDrop::MALFORMED, "an ICMP error without its quote");
    expect(Change({{23, 47}}), EmulationDrop::NONE, "another protocol");

    expect(FindFault(SYN.data(), SYN.size(), 44), EmulationDrop::NONE, "as long as the MTU");
    expect(FindFault(SYN.data(), SYN.size(), 43), EmulationDrop::TOO_LONG, "longer than the MTU");
    for (std::size_t length = 0; length < SYN.size(); ++length)
    {
        const std::vector<uint8_t> cut(SYN.begin(), SYN.begin() + length); // for sanitizers
        expect(FindFault(cut.data(), cut.size(), 1500),
               length < ETHERNET_HEADER ? EmulationDrop::RUNT : EmulationDrop::MALFORMED,
               "cut short");
    }
    for (std::size_t place = 12; place < SYN.size(); ++place)
    {
        for (unsigned value = 0; value < 256; ++value)
        {
            auto frame = SYN;
            frame[place] = static_cast<uint8_t>(value);
            const auto whole = FindFault(frame.data(), frame.size(), 1500);
            const auto type = static_cast<uint16_t>(frame[12] << 8 | frame[13]);
            const auto split = FindFault(type, frame.data() + 14, 44, 44);
            NS_TEST_EXPECT_MSG_EQ((whole == split), true, "octet " << place << " as " << value);
        }
    }

    auto frame = SYN;
    NS_TEST_EXPECT_MSG_EQ(CompleteChecksum(frame.data()), true, "TCP");
    // of 10.1.0.2, 198.51.100.1, 6, 24 and the segment, summed up elsewhere
    NS_TEST_EXPECT_MSG_EQ((frame[50] << 8 | frame[51]), 0xc75d, "the checksum of the segment");
    frame[20] = 0x20;
    NS_TEST_EXPECT_MSG_EQ(CompleteChecksum(frame.data()), false, "a fragment has none of its own");
}

/** Percentiles. */
class HistogramTestCase : public TestCase
{
  public:
    HistogramTestCase()
        : TestCase("percentiles of times")
    {
    }

  private:
    void DoRun() override
    {
        TimeHistogram histogram;
        NS_TEST_EXPECT_MSG_EQ(histogram.GetPercentile(0.99), Time(0), "no times");
        // 1 us, 4 us, 9 us ... 1 s: the k-th smallest is known
        for (int64_t i = 1; i <= 1000; ++i)
        {
            histogram.Add(MicroSeconds(i * i));
        }
        for (const int64_t rank : {1, 10, 500, 990, 999, 1000})
        {
            const double found = histogram.GetPercentile(rank / 1000.0).GetDouble();
            const double exact = MicroSeconds(rank * rank).GetDouble();
            NS_TEST_EXPECT_MSG_GT_OR_EQ(found, exact, "never below, rank " << rank);
            NS_TEST_EXPECT_MSG_LT(found, exact * 1.032, "3 per cent above, rank " << rank);
        }
        NS_TEST_EXPECT_MSG_EQ(histogram.GetMax(), Seconds(1), "the largest, exactly");
        histogram.Add(Time(INT64_MAX));
        histogram.Add(NanoSeconds(-5));
        NS_TEST_EXPECT_MSG_EQ(histogram.GetMax(), Time(INT64_MAX), "the largest there is");
        NS_TEST_EXPECT_MSG_EQ(histogram.GetPercentile(0.0001), Time(0), "below 0 is 0");
        NS_TEST_EXPECT_MSG_EQ(histogram.GetCount(), 1002, "all were taken");
    }
};

/** The monitor. */
class MonitorTestCase : public TestCase
{
  public:
    MonitorTestCase()
        : TestCase("what the monitor reports")
    {
    }

  private:
    void DoRun() override
    {
        auto monitor = CreateObject<RealtimeMonitor>();
        auto port = std::make_shared<EmulationPort>("wan0");
        uint64_t kernelDrops = 7; // before anybody looked
        port->m_getKernelDrops = [&kernelDrops] { return kernelDrops; };
        monitor->AddPort(port);
        std::ostringstream traced;
        monitor->TraceConnectWithoutContext("Drop",
                                            MakeBoundCallback(&MonitorTestCase::Note, &traced));
        monitor->Start();
        const auto drop = [port](EmulationDrop reason, uint64_t count) {
            port->CountDrop(reason, count);
        };
        Simulator::Schedule(MilliSeconds(12), [drop] { drop(EmulationDrop::FOREIGN, 3); });
        Simulator::Schedule(MilliSeconds(14), [drop] { drop(EmulationDrop::FOREIGN, 2); });
        Simulator::Stop(MilliSeconds(25));
        Simulator::Run();
        std::string why;
        NS_TEST_EXPECT_MSG_EQ(monitor->IsTrustworthy(why), true, why);
        NS_TEST_EXPECT_MSG_EQ(traced.str(), "wan0 foreign 5;", "traced once an interval");

        drop(EmulationDrop::LATE_OUT, 4);
        kernelDrops += 2;
        Simulator::Stop(MilliSeconds(20));
        Simulator::Run();
        monitor->Stop();
        NS_TEST_EXPECT_MSG_EQ(traced.str(), "wan0 foreign 5;wan0 late-out 4;", "traced again");
        NS_TEST_EXPECT_MSG_EQ(monitor->GetDropped(EmulationDrop::LATE_OUT), 4, "sum");
        NS_TEST_EXPECT_MSG_EQ(monitor->GetKernelDrops(), 2, "since the first look");
        NS_TEST_EXPECT_MSG_EQ(monitor->IsTrustworthy(why), false, "frames were too late");
        port->m_received = 10;
        std::ostringstream summary;
        monitor->Print(summary);
        NS_TEST_EXPECT_MSG_EQ(summary.str(),
                              "time: 0.0 s, behind the wall clock by 0 ms (median), 0 ms (p99), 0 "
                              "ms (max) in 4 looks\n"
                              "wan0: 10 frames in, 0 out; dropped: 4 late-out, 5 foreign, 2 before "
                              "they could be read\n"
                              "THE TIMES OF THIS RUN DO NOT HOLD: 6 frames were dropped because "
                              "the model was late.\n",
                              "the summary");
        Simulator::Destroy();
    }

    /**
     * @brief Note drops.
     * @param text what was noted
     * @param port name of the interface
     * @param reason why
     * @param count how many
     */
    static void Note(std::ostringstream* text,
                     const std::string& port,
                     EmulationDrop reason,
                     uint64_t count)
    {
        *text << port << " " << ToString(reason) << " " << count << ";";
    }
};

/** Attachments that cannot be. */
class AttachmentTestCase : public TestCase
{
  public:
    AttachmentTestCase()
        : TestCase("attachments that cannot be")
    {
    }

  private:
    void DoRun() override
    {
        auto node = CreateObject<Node>();
        InternetStackHelper().Install(node);
        const uint32_t devices = node->GetNDevices();
        for (const std::string text : {"",
                                       "tap",
                                       "tap:",
                                       "tun:wan0",
                                       "tap:wan0@",
                                       "tap:wan0@10.0.0.1",
                                       "tap:wan0@10.0.0.1/0",
                                       "tap:wan0@10.0.0.1/33",
                                       "tap:wan0@10.0.0/24",
                                       "tap:wan0@10.0.0.256/24",
                                       "tap:wan0@host/24",
                                       "tap:a-name-too-long1@10.0.0.1/24",
                                       "tap:wan 0@10.0.0.1/24",
                                       "tap:../0@10.0.0.1/24",
                                       "tap:wan0@10.0.0.1/24,",
                                       "tap:wan0@10.0.0.1/24,via=10.0.1.2",
                                       "tap:wan0,via=10.0.0.2",
                                       "tap:wan0@10.0.0.1/24,host=10.0.0.2",
                                       "configure:wan0@10.0.0.1/24",
                                       "raw:gipt-none@10.0.0.1/24",
                                       "bridge:gipt-none@10.0.0.1/24"})
        {
            EmulationHelper helper;
            std::string error;
            NS_TEST_EXPECT_MSG_EQ((helper.Install(node, text, error) == nullptr), true, text);
            NS_TEST_EXPECT_MSG_EQ(error.empty(), false, text);
            NS_TEST_EXPECT_MSG_EQ(error.find('\n'), std::string::npos, "one line: " << error);
            NS_TEST_EXPECT_MSG_EQ(node->GetNDevices(), devices, "nothing is left of " << text);
        }
        EmulationHelper helper;
        std::string error;
        auto bare = CreateObject<Node>();
        NS_TEST_EXPECT_MSG_EQ((helper.Install(bare, "tap:gipt-none@10.0.0.1/24", error) == nullptr),
                              true,
                              "a node without IPv4");
        Simulator::Destroy();
    }
};

/** The suite. */
class EmulationTestSuite : public TestSuite
{
  public:
    EmulationTestSuite()
        : TestSuite("gipt-emulation")
    {
        AddTestCase(new FrameTestCase);
        AddTestCase(new HistogramTestCase);
        AddTestCase(new MonitorTestCase);
        AddTestCase(new AttachmentTestCase);
    }
} g_emulationTestSuite; //!< the suite

} // namespace
