/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ipvsadm-order.h"

#include <cstdint>

namespace ns3
{
namespace gipt
{

namespace
{

/**
 * @brief Compare addresses as ipvsadm does (libipvs.c, ipvs_cmp_services): by the sign of the
 * 32-bit difference, so that 192.0.2.1 comes before 10.0.0.1.
 * @param a one address
 * @param b the other address
 * @return below 0 when a comes first, 0 when they are the same
 */
int32_t
Compare(Ipv4Address a, Ipv4Address b)
{
    return static_cast<int32_t>(a.Get() - b.Get());
}

/**
 * @brief Sort as the C library's qsort does for ipvsadm: by merging halves.
 *
 * Comparing addresses by their difference can go round in a circle, which std::sort must not be
 * given, and which makes the result depend on the method.
 *
 * @tparam T what is sorted
 * @tparam Order type of the order
 * @param items what is sorted
 * @param order returns below or above 0, or 0
 * @return the items, sorted
 */
template <typename T, typename Order>
std::vector<T>
MergeSort(std::vector<T> items, const Order& order)
{
    if (items.size() < 2)
    {
        return items;
    }
    const auto middle = items.begin() + items.size() / 2;
    const auto left = MergeSort(std::vector<T>(items.begin(), middle), order);
    const auto right = MergeSort(std::vector<T>(middle, items.end()), order);
    auto a = left.begin();
    auto b = right.begin();
    for (auto& item : items)
    {
        const bool takeLeft = b == right.end() || (a != left.end() && order(*a, *b) <= 0);
        item = takeLeft ? *a++ : *b++;
    }
    return items;
}

} // namespace

std::vector<Ptr<VirtualService>>
SortServices(const DirectorCore& core, bool sorted)
{
    if (!sorted)
    {
        return core.GetServices();
    }
    return MergeSort(core.GetServices(), [](const auto& a, const auto& b) {
        const auto marks = static_cast<int32_t>(a->GetId().mark - b->GetId().mark);
        int32_t order = marks ? marks : a->GetProtocol() - b->GetProtocol();
        order = order ? order : Compare(a->GetAddress(), b->GetAddress());
        return order ? order : a->GetPort() - b->GetPort();
    });
}

std::vector<Ptr<RealServer>>
SortServers(const VirtualService& service, bool sorted)
{
    if (!sorted)
    {
        return service.GetServers();
    }
    return MergeSort(service.GetServers(), [](const auto& a, const auto& b) {
        const int32_t order = Compare(a->GetAddress(), b->GetAddress());
        return order ? order : a->GetPort() - b->GetPort();
    });
}

} // namespace gipt
} // namespace ns3
