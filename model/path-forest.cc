/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "path-forest.h"

#include <algorithm>
#include <iterator>

namespace ns3
{
namespace gipt
{

uint32_t
PathForest::AddVertex()
{
    ClearTrees(); // they have no place for it
    return m_graph.AddVertex();
}

uint32_t
PathForest::AddLink(uint32_t first, uint32_t second)
{
    return m_graph.AddLink(first, second);
}

void
PathForest::SetCosts(uint32_t link, const PathGraph::Costs& costs, uint32_t version)
{
    const PathGraph::Costs before = m_graph.GetCosts(link);
    m_graph.SetCosts(link, costs);
    if (version > 0)
    {
        m_changes.push_back({version, link, before, costs});
    }
    for (auto entry = m_groups.begin(); m_trees > 0 && entry != m_groups.end();)
    {
        auto group = entry->second.lock();
        if (group && group->tree.IsBuilt())
        {
            group->tree.Update(m_graph, link, before, version);
        }
        entry = group ? std::next(entry) : m_groups.erase(entry);
    }
}

uint64_t
PathForest::GetCost(uint32_t link, uint32_t end, uint32_t version) const
{
    for (const auto& change : m_changes)
    {
        if (change.version > version && change.link == link)
        {
            return change.before[end];
        }
    }
    return m_graph.GetCosts(link)[end];
}

std::shared_ptr<PathForest::Group>
PathForest::GetGroup(const std::vector<uint32_t>& roots)
{
    if (roots.empty())
    {
        return nullptr;
    }
    std::weak_ptr<Group>& known = m_groups[roots];
    std::shared_ptr<Group> group = known.lock();
    if (!group)
    {
        group = std::make_shared<Group>();
        group->roots = roots;
        known = group;
    }
    return group;
}

const ShortestPathTree&
PathForest::GetTree(Group& group)
{
    if (!group.tree.IsBuilt())
    {
        // As it was before the changes that are remembered, then change by change.
        for (auto change = m_changes.rbegin(); change != m_changes.rend(); ++change)
        {
            m_graph.SetCosts(change->link, change->before);
        }
        group.tree.Build(m_graph, group.roots);
        m_trees++;
        for (const auto& change : m_changes)
        {
            m_graph.SetCosts(change.link, change.after);
            group.tree.Update(m_graph, change.link, change.before, change.version);
        }
    }
    return group.tree;
}

void
PathForest::ClearTrees()
{
    if (m_trees > 0)
    {
        for (const auto& entry : m_groups)
        {
            if (auto group = entry.second.lock())
            {
                group->tree.Clear();
            }
        }
        m_trees = 0;
    }
}

void
PathForest::ForgetBefore(uint32_t version)
{
    m_changes.erase(m_changes.begin(),
                    std::find_if(m_changes.begin(), m_changes.end(), [version](const Change& c) {
                        return c.version > version;
                    }));
    for (auto entry = m_groups.begin(); entry != m_groups.end();)
    {
        auto group = entry->second.lock();
        if (group)
        {
            group->tree.ForgetBefore(version);
        }
        entry = group ? std::next(entry) : m_groups.erase(entry);
    }
}

} // namespace gipt
} // namespace ns3
