/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/fragment-reassembler.h"
#include "ns3/random-variable-stream.h"
#include "ns3/test.h"

#include <algorithm>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup global-ip-tunneling
 * Tests of the IPv4 reassembly and fragmentation of a director.
 *
 * 1. Random cuts of random packets, cut again, in random order and with duplicates, several
 *    datagrams at a time, give the original octets, header and longest fragment.
 * 2. FragmentIpv4: lengths, offsets, MF and DF of the pieces, also of a packet that is a fragment.
 * 3. Figures measured on Linux 6.1: what comes in as 420 + 240 octets leaves as 420 + 260 octets
 *    under a 20 octet outer header, 1420 + 640 as 1420 + 660.
 * 4. Overlaps, two ends, data beyond the end, empty and odd fragments, too long datagrams.
 * 5. Timeout: 30 s from the first fragment, oldest first, first fragment given back for ICMP 11/1.
 * 6. Bound on memory: refused above it, all given back at the end.
 * 7. DF and ECN of the reassembled header.
 */

using namespace ns3;
using namespace ns3::gipt;

namespace
{

/// What became of a fragment.
using Status = FragmentReassembler::Status;
/// Fragments: header and payload.
using Pieces = std::vector<std::pair<Ipv4Header, Ptr<Packet>>>;

/**
 * @brief Make a packet of known octets.
 * @param size number of octets
 * @param seed makes packets differ
 * @return the packet
 */
Ptr<Packet>
MakePayload(uint32_t size, uint8_t seed = 0)
{
    std::vector<uint8_t> octets(size);
    for (uint32_t i = 0; i < size; i++)
    {
        octets[i] = static_cast<uint8_t>(seed + i * 7 + (i >> 8));
    }
    return Create<Packet>(octets.data(), size);
}

/**
 * @brief The octets of a packet.
 * @param packet the packet
 * @return its octets
 */
std::vector<uint8_t>
Octets(Ptr<const Packet> packet)
{
    std::vector<uint8_t> octets(packet->GetSize());
    packet->CopyData(octets.data(), packet->GetSize());
    return octets;
}

/**
 * @brief Make a header.
 * @param size octets of payload
 * @param offset fragment offset in octets
 * @param more whether more fragments follow
 * @param id identification
 * @return the header
 */
Ipv4Header
MakeHeader(uint32_t size, uint32_t offset = 0, bool more = false, uint16_t id = 1)
{
    Ipv4Header header;
    header.SetSource("192.0.2.1");
    header.SetDestination("10.0.0.100");
    header.SetProtocol(17);
    header.SetTtl(63);
    header.SetIdentification(id);
    header.SetPayloadSize(static_cast<uint16_t>(size));
    header.SetFragmentOffset(static_cast<uint16_t>(offset));
    header.SetMayFragment();
    if (more)
    {
        header.SetMoreFragments();
    }
    else
    {
        header.SetLastFragment();
    }
    return header;
}

/// Random cuts and orders against the original octets
class RandomOrderTestCase : public TestCase
{
  public:
    RandomOrderTestCase()
        : TestCase("Random cuts in random order give the original packet")
    {
    }

  private:
    void DoRun() override
    {
        auto random = CreateObject<UniformRandomVariable>();
        random->SetStream(1);
        FragmentReassembler reassembler;
        for (uint32_t round = 0; round < 300; round++)
        {
            // Three datagrams at a time, told apart by their identification alone.
            struct Fragment
            {
                uint32_t datagram;
                Ipv4Header header;
                Ptr<Packet> content;
            };

            std::vector<Ptr<Packet>> originals;
            std::vector<uint32_t> longest(3, 0);
            std::vector<uint32_t> count(3, 0);
            std::vector<Fragment> fragments;
            for (uint32_t d = 0; d < 3; d++)
            {
                const uint32_t size = random->GetInteger(1000, round % 50 == 0 ? 65515 : 6000);
                originals.push_back(MakePayload(size, static_cast<uint8_t>(d * 50 + round)));
                const auto header =
                    MakeHeader(size, 0, false, static_cast<uint16_t>(round * 3 + d));
                const auto whole = FragmentIpv4(header, originals[d], random->GetInteger(28, 900));
                for (const auto& [pieceHeader, piece] : whole)
                {
                    // Some go through a second, narrower link.
                    const uint32_t mtu =
                        random->GetInteger(0, 3) == 0 ? 28 + 8 * round % 400 : 1500;
                    for (const auto& part : FragmentIpv4(pieceHeader, piece, mtu))
                    {
                        fragments.push_back({d, part.first, part.second});
                        longest[d] = std::max(longest[d], 20 + part.second->GetSize());
                        count[d]++;
                    }
                }
            }
            for (uint32_t i = fragments.size() - 1; i > 0; i--)
            {
                std::swap(fragments[i], fragments[random->GetInteger(0, i)]);
            }
            uint32_t complete = 0;
            for (const auto& fragment : fragments)
            {
                FragmentReassembler::Datagram datagram;
                auto status =
                    reassembler.Add(fragment.header, fragment.content, Seconds(1), datagram);
                if (status == Status::HELD && random->GetInteger(0, 4) == 0)
                {
                    status =
                        reassembler.Add(fragment.header, fragment.content, Seconds(1), datagram);
                    NS_TEST_ASSERT_MSG_EQ((status == Status::DROPPED),
                                          true,
                                          "a duplicate is dropped");
                    NS_TEST_ASSERT_MSG_EQ(datagram.fragments, 1, "and nothing goes with it");
                    continue;
                }
                NS_TEST_ASSERT_MSG_EQ((status != Status::DROPPED), true, "a good fragment is kept");
                if (status == Status::COMPLETE)
                {
                    const uint32_t d = fragment.datagram;
                    complete++;
                    NS_TEST_ASSERT_MSG_EQ((Octets(datagram.payload) == Octets(originals[d])),
                                          true,
                                          "the octets are the original's");
                    NS_TEST_ASSERT_MSG_EQ(datagram.header.GetPayloadSize(),
                                          originals[d]->GetSize(),
                                          "the length is the original's");
                    NS_TEST_ASSERT_MSG_EQ(FragmentReassembler::IsFragment(datagram.header),
                                          false,
                                          "it is a fragment no more");
                    NS_TEST_ASSERT_MSG_EQ(datagram.longestFragment, longest[d], "longest fragment");
                    NS_TEST_ASSERT_MSG_EQ(datagram.fragments, count[d], "number of fragments");
                }
            }
            NS_TEST_ASSERT_MSG_EQ(complete, 3, "all datagrams came out");
            NS_TEST_ASSERT_MSG_EQ(reassembler.GetSize(), 0, "none is left");
            NS_TEST_ASSERT_MSG_EQ(reassembler.GetMemory(), 0, "no memory is left");
        }
    }
};

/// Pieces of FragmentIpv4
class FragmentTestCase : public TestCase
{
  public:
    FragmentTestCase()
        : TestCase("Pieces have Linux' lengths, offsets and flags")
    {
    }

  private:
    /**
     * @brief Compare pieces with what is expected.
     * @param pieces the pieces
     * @param lengths expected IPv4 total lengths
     * @param offset expected offset of the first, in octets
     * @param more expected MF of the last
     */
    void Check(const Pieces& pieces,
               const std::vector<uint32_t>& lengths,
               uint32_t offset,
               bool more)
    {
        NS_TEST_ASSERT_MSG_EQ(pieces.size(), lengths.size(), "number of pieces");
        for (uint32_t i = 0; i < lengths.size(); i++)
        {
            const auto& header = pieces[i].first;
            NS_TEST_EXPECT_MSG_EQ(20U + header.GetPayloadSize(), lengths[i], "length of " << i);
            NS_TEST_EXPECT_MSG_EQ(header.GetPayloadSize(),
                                  pieces[i].second->GetSize(),
                                  "header and content of " << i);
            NS_TEST_EXPECT_MSG_EQ(header.GetFragmentOffset(), offset, "offset of " << i);
            const bool last = i + 1 == lengths.size();
            NS_TEST_EXPECT_MSG_EQ(header.IsLastFragment(), (last && !more), "MF of " << i);
            offset += header.GetPayloadSize();
        }
    }

    void DoRun() override
    {
        const auto payload = MakePayload(1500);
        // 1500 - 20 = 1480 is a multiple of 8; the rest is 20 octets
        Check(FragmentIpv4(MakeHeader(1500), payload, 1500), {1500, 40}, 0, false);
        // 1400 - 20 = 1380, cut to 1376
        Check(FragmentIpv4(MakeHeader(1500), payload, 1400), {1396, 144}, 0, false);
        // a last piece may use all the room: 1500 - 744 = 756 = 776 - 20, where the first is cut
        Check(FragmentIpv4(MakeHeader(1500), payload, 776), {772, 768}, 0, false);
        Check(FragmentIpv4(MakeHeader(1508), MakePayload(1508), 776), {772, 776}, 0, false);
        Check(FragmentIpv4(MakeHeader(1500), payload, 1520), {1520}, 0, false);
        // a fragment from the middle stays one
        Check(FragmentIpv4(MakeHeader(1496, 800, true), MakePayload(1496), 1000),
              {996, 540},
              800,
              true);
        Check(FragmentIpv4(MakeHeader(1500, 800, false), payload, 1000), {996, 544}, 800, false);

        auto header = MakeHeader(1500);
        header.SetDontFragment();
        header.SetTos(0xb9);
        for (const auto& piece : FragmentIpv4(header, payload, 576))
        {
            NS_TEST_EXPECT_MSG_EQ(piece.first.IsDontFragment(), false, "pieces have no DF");
            NS_TEST_EXPECT_MSG_EQ(piece.first.GetTos(), 0xb9, "pieces keep TOS");
            NS_TEST_EXPECT_MSG_EQ(piece.first.GetIdentification(), 1, "pieces share the ID");
            NS_TEST_EXPECT_MSG_EQ(piece.first.GetTtl(), 63, "pieces keep TTL");
        }
    }
};

/// What a director sends out, from what came in
class LinuxFiguresTestCase : public TestCase
{
  public:
    LinuxFiguresTestCase()
        : TestCase("Lengths measured on Linux 6.1 under a 20 octet outer header")
    {
    }

  private:
    /**
     * @brief Receive two fragments, encapsulate, and fragment to the longest received.
     * @param first IPv4 total length of the first fragment
     * @param second IPv4 total length of the second
     * @return IPv4 total lengths of what leaves
     */
    static std::vector<uint32_t> Pass(uint32_t first, uint32_t second)
    {
        FragmentReassembler reassembler;
        FragmentReassembler::Datagram datagram;
        reassembler.Add(MakeHeader(first - 20, 0, true),
                        MakePayload(first - 20),
                        Seconds(0),
                        datagram);
        reassembler.Add(MakeHeader(second - 20, first - 20, false),
                        MakePayload(second - 20),
                        Seconds(0),
                        datagram);
        const auto whole = datagram.ToPacket();
        const auto outer = MakeHeader(whole->GetSize());
        std::vector<uint32_t> lengths;
        for (const auto& piece :
             FragmentIpv4(outer, whole, std::min(1500U, datagram.longestFragment)))
        {
            lengths.push_back(20 + piece.second->GetSize());
        }
        return lengths;
    }

    void DoRun() override
    {
        NS_TEST_EXPECT_MSG_EQ((Pass(420, 240) == std::vector<uint32_t>{420, 260}),
                              true,
                              "420 + 240");
        NS_TEST_EXPECT_MSG_EQ((Pass(1420, 640) == std::vector<uint32_t>{1420, 660}),
                              true,
                              "1420 + 640");
    }
};

/// Fragments that throw the datagram away, or are cut
class BadFragmentsTestCase : public TestCase
{
  public:
    BadFragmentsTestCase()
        : TestCase("Overlaps, two ends, empty, odd and too long fragments")
    {
    }

  private:
    /** One fragment of a case: offset, size, whether more follow. */
    struct Fragment
    {
        uint32_t offset; ///< octets
        uint32_t size;   ///< octets
        bool more;       ///< MF
    };

    /**
     * @brief Add fragments to an empty reassembler.
     * @param fragments the fragments in order of arrival
     * @param expected what becomes of the last of them; the others must be held
     * @param gone how many fragments go with it when dropped
     * @param left how many datagrams are held at the end
     * @param what name of the case
     * @return the datagram when complete
     */
    FragmentReassembler::Datagram Check(const std::vector<Fragment>& fragments,
                                        Status expected,
                                        uint32_t gone,
                                        std::size_t left,
                                        const std::string& what)
    {
        FragmentReassembler reassembler;
        FragmentReassembler::Datagram datagram;
        for (uint32_t i = 0; i < fragments.size(); i++)
        {
            const auto& f = fragments[i];
            const auto status = reassembler.Add(MakeHeader(f.size, f.offset, f.more),
                                                MakePayload(f.size),
                                                Seconds(0),
                                                datagram);
            const bool last = i + 1 == fragments.size();
            NS_TEST_EXPECT_MSG_EQ((status == (last ? expected : Status::HELD)),
                                  true,
                                  what << ", fragment " << i);
        }
        if (expected == Status::DROPPED)
        {
            NS_TEST_EXPECT_MSG_EQ(datagram.fragments, gone, what << ": fragments gone");
        }
        NS_TEST_EXPECT_MSG_EQ(reassembler.GetSize(), left, what << ": datagrams left");
        if (left == 0)
        {
            NS_TEST_EXPECT_MSG_EQ(reassembler.GetMemory(), 0, what << ": memory");
        }
        return datagram;
    }

    void DoRun() override
    {
        const auto drop = Status::DROPPED;
        Check({{0, 80, true}, {72, 80, true}}, drop, 2, 0, "overlap behind");
        Check({{80, 80, true}, {0, 88, true}}, drop, 2, 0, "overlap before");
        Check({{80, 8, true}, {0, 168, true}}, drop, 2, 0, "overlap around");
        Check({{0, 80, true}, {0, 80, true}}, drop, 1, 1, "exact duplicate");
        Check({{0, 80, true}, {80, 80, true}, {72, 16, true}}, drop, 1, 1, "within one run");
        // Linux joins only at the end of the last run: these two touch, and yet are two.
        Check({{80, 80, true}, {0, 80, true}, {72, 16, true}}, drop, 3, 0, "over two runs");
        Check({{80, 40, false}, {80, 48, false}}, drop, 2, 0, "two ends");
        Check({{80, 40, false}, {80, 32, false}}, drop, 2, 0, "second end before the first");
        Check({{80, 40, true}, {0, 40, false}}, drop, 2, 0, "end before what is there");
        Check({{80, 40, false}, {120, 8, true}}, drop, 2, 0, "beyond the end");
        Check({{0, 0, true}}, drop, 1, 0, "empty");
        Check({{8, 0, false}}, drop, 1, 0, "empty and last");
        Check({{0, 7, true}}, drop, 1, 0, "empty when cut to eight");
        const auto odd = Check({{0, 85, true}, {80, 5, false}}, Status::COMPLETE, 0, 0, "odd");
        NS_TEST_ASSERT_MSG_EQ(bool(odd.payload), true, "odd: a datagram");
        NS_TEST_EXPECT_MSG_EQ(odd.payload->GetSize(), 85, "odd: cut to eight");
        NS_TEST_EXPECT_MSG_EQ(odd.longestFragment, 100, "odd: longest is the cut one");

        // 20 octets more than IPv4 can name, in pieces that are good each for themselves
        Check({{0, 32760, true}, {32760, 32760, true}, {65520, 15, false}}, drop, 3, 0, "too long");
        Check({{0, 32760, true}, {32760, 32755, false}}, Status::COMPLETE, 0, 0, "just not");
    }
};

/// Timeout and bound on memory
class LimitsTestCase : public TestCase
{
  public:
    LimitsTestCase()
        : TestCase("Timeout from the first fragment on, and the bound on memory")
    {
    }

  private:
    void DoRun() override
    {
        FragmentReassembler reassembler;
        FragmentReassembler::Datagram datagram;
        const auto add = [&](uint16_t id, uint32_t offset, bool more, Time now) {
            return reassembler.Add(MakeHeader(80, offset, more, id),
                                   MakePayload(80),
                                   now,
                                   datagram);
        };
        NS_TEST_EXPECT_MSG_EQ(reassembler.NextTimeout(), Time::Max(), "nothing to wait for");
        add(1, 0, true, Seconds(10));
        add(2, 80, true, Seconds(11));
        add(1, 160, true, Seconds(39));
        NS_TEST_EXPECT_MSG_EQ(reassembler.NextTimeout(), Seconds(40), "not restarted");
        NS_TEST_EXPECT_MSG_EQ(reassembler.Expire(Seconds(40) - NanoSeconds(1)).size(), 0, "early");
        auto expired = reassembler.Expire(Seconds(40));
        NS_TEST_ASSERT_MSG_EQ(expired.size(), 1, "the first is due");
        NS_TEST_EXPECT_MSG_EQ(expired[0].fragments, 2, "its fragments");
        NS_TEST_EXPECT_MSG_EQ(expired[0].header.GetIdentification(), 1, "its header");
        NS_TEST_EXPECT_MSG_EQ(expired[0].header.GetFragmentOffset(), 0, "with the first fragment");
        NS_TEST_EXPECT_MSG_EQ((Octets(expired[0].payload) == Octets(MakePayload(80))),
                              true,
                              "the first fragment alone");
        expired = reassembler.Expire(Seconds(41));
        NS_TEST_ASSERT_MSG_EQ(expired.size(), 1, "the second is due");
        NS_TEST_EXPECT_MSG_EQ(expired[0].header.GetFragmentOffset(), 80, "the first never came");
        NS_TEST_EXPECT_MSG_EQ(reassembler.GetMemory(), 0, "nothing held");

        // Each fragment counts 100 + 576 octets: the bound is passed by the 6205th.
        uint32_t held = 0;
        while (add(static_cast<uint16_t>(held), 0, true, Seconds(50)) == Status::HELD)
        {
            held++;
        }
        NS_TEST_EXPECT_MSG_EQ(held, (4U << 20) / 676 + 1, "held until the bound is passed");
        const bool late = add(0, 80, false, Seconds(51)) == Status::DROPPED;
        NS_TEST_EXPECT_MSG_EQ(late, true, "refused for datagrams under way as well");
        NS_TEST_EXPECT_MSG_EQ(reassembler.Expire(Seconds(80)).size(), held, "all time out");
        NS_TEST_EXPECT_MSG_EQ(reassembler.GetMemory(), 0, "nothing held");
        const bool again = add(0, 80, false, Seconds(81)) == Status::HELD;
        NS_TEST_EXPECT_MSG_EQ(again, true, "taken again");
        reassembler.Clear();
        NS_TEST_EXPECT_MSG_EQ(reassembler.GetSize() + reassembler.GetMemory(), 0, "cleared");
    }
};

/// DF and ECN of the reassembled header
class HeaderTestCase : public TestCase
{
  public:
    HeaderTestCase()
        : TestCase("DF of the longest fragment, ECN of all")
    {
    }

  private:
    /**
     * @brief Reassemble two fragments.
     * @param first header of the first, 80 octets
     * @param second header of the second, 40 octets
     * @param[out] datagram the result
     * @return what became of the second
     */
    static Status Join(Ipv4Header first, Ipv4Header second, FragmentReassembler::Datagram& datagram)
    {
        FragmentReassembler reassembler;
        reassembler.Add(first, MakePayload(80), Seconds(0), datagram);
        return reassembler.Add(second, MakePayload(40), Seconds(0), datagram);
    }

    void DoRun() override
    {
        FragmentReassembler::Datagram datagram;
        auto first = MakeHeader(80, 0, true);
        auto second = MakeHeader(40, 80, false);
        second.SetDontFragment();
        Join(first, second, datagram);
        NS_TEST_EXPECT_MSG_EQ(datagram.header.IsDontFragment(), false, "the shorter had DF");
        first.SetDontFragment();
        second.SetMayFragment();
        Join(first, second, datagram);
        NS_TEST_EXPECT_MSG_EQ(datagram.header.IsDontFragment(), true, "the longest had DF");

        // RFC 3168, 5.3: Not-ECT 0, ECT(1) 1, ECT(0) 2, CE 3; -1 is a drop
        const int result[4][4] = {{0, -1, -1, -1}, {-1, 1, 1, 3}, {-1, 2, 2, 3}, {-1, 3, 3, 3}};
        for (uint8_t a = 0; a < 4; a++)
        {
            for (uint8_t b = 0; b < 4; b++)
            {
                first.SetTos(0xb8 | a);
                second.SetTos(0x20 | b);
                const auto status = Join(first, second, datagram);
                NS_TEST_EXPECT_MSG_EQ((status == Status::DROPPED),
                                      (result[a][b] < 0),
                                      "ECN " << +a << " and " << +b);
                if (status == Status::COMPLETE)
                {
                    NS_TEST_EXPECT_MSG_EQ(datagram.header.GetTos(),
                                          (0xb8 | result[a][b]),
                                          "ECN " << +a << " and " << +b);
                }
            }
        }
    }
};

/// All tests of fragments
class FragmentTestSuite : public TestSuite
{
  public:
    FragmentTestSuite()
        : TestSuite("gipt-fragment")
    {
        AddTestCase(new RandomOrderTestCase);
        AddTestCase(new FragmentTestCase);
        AddTestCase(new LinuxFiguresTestCase);
        AddTestCase(new BadFragmentsTestCase);
        AddTestCase(new LimitsTestCase);
        AddTestCase(new HeaderTestCase);
    }
};

/// The suite
FragmentTestSuite g_fragmentTestSuite;

} // namespace
