/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_PREFIX_TABLE_H
#define GIPT_PREFIX_TABLE_H

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief An IPv4 network: its address and the length of its prefix.
 */
struct Prefix
{
    uint32_t network{0}; ///< address, no bit set beyond the length
    uint8_t length{0};   ///< 0 to 32

    /**
     * @brief The prefix of a length an address is in.
     * @param address the address
     * @param length 0 to 32
     * @return the prefix
     */
    static Prefix Of(uint32_t address, uint8_t length)
    {
        return {length == 0 ? 0 : address >> (32 - length) << (32 - length), length};
    }

    /**
     * @brief Compare.
     * @param other another prefix
     * @return true when both are the same
     */
    bool operator==(const Prefix& other) const
    {
        return network == other.network && length == other.length;
    }

    /**
     * @brief Order: by address, the shorter one first.
     * @param other another prefix
     * @return true when this comes first
     */
    bool operator<(const Prefix& other) const
    {
        return network != other.network ? network < other.network : length < other.length;
    }
};

/**
 * @ingroup global-ip-tunneling
 * @brief A table by prefix in which the longest match of an address is found.
 *
 * One probe of a hash table for each length in use, longest first: the cost of a search does not
 * grow with the number of prefixes.
 *
 * @tparam VALUE what is kept for each prefix
 */
template <typename VALUE>
class PrefixTable
{
  public:
    /**
     * @brief The value of a prefix, made when there is none.
     * @param prefix the prefix
     * @return its value
     */
    VALUE& Insert(Prefix prefix);

    /**
     * @brief The value of a prefix.
     * @param prefix the prefix
     * @return its value, null when there is none
     */
    VALUE* Find(Prefix prefix);

    /**
     * @brief Take a prefix out.
     * @param prefix the prefix
     */
    void Erase(Prefix prefix);

    /**
     * @brief Go through the prefixes an address is in, longest first.
     * @tparam VISIT a function of a prefix length and a VALUE&, true when it wants no more
     * @param address the address
     * @param visit the function
     */
    template <typename VISIT>
    void Match(uint32_t address, VISIT visit);

    /**
     * @brief All prefixes.
     * @return the prefixes in their order
     */
    std::vector<Prefix> GetPrefixes() const;

  private:
    /** Hash of a prefix. */
    struct Hash
    {
        /**
         * @param prefix the prefix
         * @return its bits, spread so that neighbours part
         */
        std::size_t operator()(const Prefix& prefix) const
        {
            const uint64_t bits = uint64_t(prefix.network) << 8 | prefix.length;
            return static_cast<std::size_t>(bits * UINT64_C(0x9e3779b97f4a7c15) >> 16);
        }
    };

    std::unordered_map<Prefix, VALUE, Hash> m_values; ///< by prefix
    std::vector<uint8_t> m_lengths;                   ///< those in use, longest first
    std::array<uint32_t, 33> m_counts{};              ///< number of prefixes by length
};

template <typename VALUE>
VALUE&
PrefixTable<VALUE>::Insert(Prefix prefix)
{
    auto [entry, isNew] = m_values.try_emplace(prefix);
    if (isNew && m_counts[prefix.length]++ == 0)
    {
        m_lengths.insert(std::upper_bound(m_lengths.begin(),
                                          m_lengths.end(),
                                          prefix.length,
                                          [](uint8_t a, uint8_t b) { return a > b; }),
                         prefix.length);
    }
    return entry->second;
}

template <typename VALUE>
VALUE*
PrefixTable<VALUE>::Find(Prefix prefix)
{
    auto entry = m_values.find(prefix);
    return entry == m_values.end() ? nullptr : &entry->second;
}

template <typename VALUE>
void
PrefixTable<VALUE>::Erase(Prefix prefix)
{
    if (m_values.erase(prefix) > 0 && --m_counts[prefix.length] == 0)
    {
        m_lengths.erase(std::find(m_lengths.begin(), m_lengths.end(), prefix.length));
    }
}

template <typename VALUE>
template <typename VISIT>
void
PrefixTable<VALUE>::Match(uint32_t address, VISIT visit)
{
    for (uint8_t length : m_lengths)
    {
        auto entry = m_values.find(Prefix::Of(address, length));
        if (entry != m_values.end() && visit(length, entry->second))
        {
            return;
        }
    }
}

template <typename VALUE>
std::vector<Prefix>
PrefixTable<VALUE>::GetPrefixes() const
{
    std::vector<Prefix> prefixes;
    prefixes.reserve(m_values.size());
    for (const auto& entry : m_values)
    {
        prefixes.push_back(entry.first);
    }
    std::sort(prefixes.begin(), prefixes.end());
    return prefixes;
}

} // namespace gipt
} // namespace ns3

#endif // GIPT_PREFIX_TABLE_H
