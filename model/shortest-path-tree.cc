/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "shortest-path-tree.h"

#include "ns3/assert.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <queue>
#include <tuple>

namespace ns3
{
namespace gipt
{

uint32_t
PathGraph::AddVertex()
{
    m_arcs.emplace_back();
    return m_arcs.size() - 1;
}

uint32_t
PathGraph::AddLink(uint32_t first, uint32_t second)
{
    NS_ASSERT(first != second && std::max(first, second) < m_arcs.size());
    uint32_t link = m_links.size();
    m_links.push_back({{first, second}, {NO_WAY, NO_WAY}});
    m_arcs[first].push_back({second, link, 0});
    m_arcs[second].push_back({first, link, 1});
    return link;
}

bool
ShortestPathTree::Entry::operator<(const Entry& other) const
{
    return std::tie(cost, root, vertex) < std::tie(other.cost, other.root, other.vertex);
}

bool
ShortestPathTree::Entry::operator>(const Entry& other) const
{
    return other < *this;
}

/** Vertices to settle, nearest first. */
class ShortestPathTree::Heap
    : public std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>>
{
};

void
ShortestPathTree::Clear()
{
    m_ways.clear();
    m_past.clear();
    m_touched.clear();
}

void
ShortestPathTree::Build(const PathGraph& graph, const std::vector<uint32_t>& roots)
{
    Clear();
    m_version = 0;
    m_ways.resize(graph.GetVertexCount());
    Heap heap;
    for (uint32_t root : roots)
    {
        Improve(root, 0, root, heap);
    }
    Settle(graph, heap);
    for (uint32_t vertex = 0; vertex < m_ways.size(); vertex++)
    {
        ChooseLink(graph, vertex);
    }
}

uint32_t
ShortestPathTree::Update(const PathGraph& graph,
                         uint32_t link,
                         const PathGraph::Costs& before,
                         uint32_t version)
{
    m_version = version;
    m_touched.clear();
    const PathGraph::Costs& after = graph.GetCosts(link);
    for (uint32_t end : {0, 1})
    {
        uint32_t vertex = graph.GetEnd(link, end);
        if (after[end] > before[end] && m_ways[vertex].link == link)
        {
            Raise(graph, vertex);
        }
    }
    for (uint32_t end : {0, 1})
    {
        if (after[end] < before[end])
        {
            Lower(graph, link, end);
        }
    }
    return m_touched.size();
}

void
ShortestPathTree::Raise(const PathGraph& graph, uint32_t vertex)
{
    // The vertices whose ways take the link have none for the time being.
    const std::size_t begin = m_touched.size();
    Keep(vertex);
    m_touched.push_back(vertex);
    for (std::size_t i = begin; i < m_touched.size(); i++)
    {
        for (const auto& arc : graph.GetArcs(m_touched[i]))
        {
            if (m_ways[arc.to].link == arc.link)
            {
                Keep(arc.to);
                m_touched.push_back(arc.to);
            }
        }
        m_ways[m_touched[i]] = Way();
    }
    // From the vertices around them, whose ways are as before, the new ways begin.
    std::vector<Entry> seeds;
    const std::size_t end = m_touched.size();
    for (std::size_t i = begin; i < end; i++)
    {
        Entry best{PathGraph::NO_WAY, 0, m_touched[i]};
        for (const auto& arc : graph.GetArcs(m_touched[i]))
        {
            const Way& next = m_ways[arc.to];
            const uint64_t step = graph.GetCosts(arc.link)[arc.end];
            if (next.cost != PathGraph::NO_WAY && step != PathGraph::NO_WAY)
            {
                best = std::min(best, Entry{next.cost + step, next.root, m_touched[i]});
            }
        }
        if (best.cost != PathGraph::NO_WAY)
        {
            seeds.push_back(best);
        }
    }
    Heap heap;
    for (const auto& seed : seeds)
    {
        Improve(seed.vertex, seed.cost, seed.root, heap);
    }
    Settle(graph, heap);
    m_touched.resize(end); // Settle has seen the same again
    for (std::size_t i = begin; i < end; i++)
    {
        ChooseLink(graph, m_touched[i]);
    }
}

void
ShortestPathTree::Lower(const PathGraph& graph, uint32_t link, uint32_t end)
{
    const uint32_t vertex = graph.GetEnd(link, end);
    const Way& next = m_ways[graph.GetEnd(link, 1 - end)];
    if (next.cost == PathGraph::NO_WAY)
    {
        return;
    }
    Heap heap;
    const std::size_t begin = m_touched.size();
    const uint64_t cost = next.cost + graph.GetCosts(link)[end];
    const Way& way = m_ways[vertex];
    if (std::tie(cost, next.root) < std::tie(way.cost, way.root))
    {
        Improve(vertex, cost, next.root, heap);
    }
    Settle(graph, heap);
    // Who has not become nearer may still have a neighbour now that is as good and of lower index.
    std::vector<uint32_t> choosers{vertex};
    for (std::size_t i = begin; i < m_touched.size(); i++)
    {
        choosers.push_back(m_touched[i]);
        for (const auto& arc : graph.GetArcs(m_touched[i]))
        {
            choosers.push_back(arc.to);
        }
    }
    std::sort(choosers.begin(), choosers.end());
    choosers.erase(std::unique(choosers.begin(), choosers.end()), choosers.end());
    for (uint32_t chooser : choosers)
    {
        ChooseLink(graph, chooser);
    }
    m_touched.resize(begin);
    m_touched.insert(m_touched.end(), choosers.begin(), choosers.end());
}

void
ShortestPathTree::Improve(uint32_t vertex, uint64_t cost, uint32_t root, Heap& heap)
{
    Keep(vertex);
    m_ways[vertex].cost = cost;
    m_ways[vertex].root = root;
    m_touched.push_back(vertex);
    heap.push({cost, root, vertex});
}

void
ShortestPathTree::Settle(const PathGraph& graph, Heap& heap)
{
    while (!heap.empty())
    {
        const Entry near = heap.top();
        heap.pop();
        if (m_ways[near.vertex].cost != near.cost || m_ways[near.vertex].root != near.root)
        {
            continue; // has become better since
        }
        for (const auto& arc : graph.GetArcs(near.vertex))
        {
            const uint64_t step = graph.GetCosts(arc.link)[1 - arc.end];
            if (step == PathGraph::NO_WAY)
            {
                continue;
            }
            const uint64_t cost = near.cost + step;
            const Way& way = m_ways[arc.to];
            if (std::tie(cost, near.root) < std::tie(way.cost, way.root))
            {
                Improve(arc.to, cost, near.root, heap);
            }
        }
    }
}

void
ShortestPathTree::ChooseLink(const PathGraph& graph, uint32_t vertex)
{
    // Which of several ways the heap found first does not matter: the costs are the same.
    const Way& way = m_ways[vertex];
    uint32_t link = PathGraph::NO_LINK;
    uint32_t to = 0;
    if (way.cost != PathGraph::NO_WAY && way.cost != 0)
    {
        for (const auto& arc : graph.GetArcs(vertex))
        {
            const Way& next = m_ways[arc.to];
            const uint64_t step = graph.GetCosts(arc.link)[arc.end];
            if (step != PathGraph::NO_WAY && next.cost != PathGraph::NO_WAY &&
                next.cost + step == way.cost && next.root == way.root &&
                (link == PathGraph::NO_LINK || std::tie(arc.to, arc.link) < std::tie(to, link)))
            {
                link = arc.link;
                to = arc.to;
            }
        }
    }
    if (link != way.link)
    {
        Keep(vertex);
        m_ways[vertex].link = link;
    }
}

void
ShortestPathTree::Keep(uint32_t vertex)
{
    if (m_version == 0)
    {
        return;
    }
    auto& past = m_past[vertex];
    if (past.empty() || past.back().first != m_version)
    {
        past.emplace_back(m_version, m_ways[vertex]);
    }
}

const ShortestPathTree::Way&
ShortestPathTree::Get(uint32_t vertex, uint32_t version) const
{
    auto past = m_past.find(vertex);
    if (past != m_past.end())
    {
        for (const auto& [until, way] : past->second)
        {
            if (until > version)
            {
                return way;
            }
        }
    }
    return m_ways[vertex];
}

void
ShortestPathTree::ForgetBefore(uint32_t version)
{
    for (auto vertex = m_past.begin(); vertex != m_past.end();)
    {
        auto& past = vertex->second;
        past.erase(past.begin(), std::find_if(past.begin(), past.end(), [version](const auto& p) {
                       return p.first > version;
                   }));
        vertex = past.empty() ? m_past.erase(vertex) : std::next(vertex);
    }
}

} // namespace gipt
} // namespace ns3
