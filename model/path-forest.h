/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_PATH_FOREST_H
#define GIPT_PATH_FOREST_H

#include "shortest-path-tree.h"

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief The shortest-path trees of one graph, computed when asked for and then kept up to date.
 *
 * There is one tree for each group of roots that somebody holds. Changes are numbered by versions,
 * as ShortestPathTree has them; a tree that is computed late knows the same past as the others.
 */
class PathForest
{
  public:
    /** Some roots, and the ways to them. */
    struct Group
    {
        std::vector<uint32_t> roots; ///< vertices, in order
        ShortestPathTree tree;       ///< of them, once computed
    };

    /**
     * @brief The graph. Its vertices and links are added by AddVertex and AddLink.
     * @return the graph with all changes
     */
    const PathGraph& GetGraph() const
    {
        return m_graph;
    }

    /**
     * @brief Add a vertex.
     * @return its index, counted from 0
     */
    uint32_t AddVertex();

    /**
     * @brief Add a link that is not usable yet.
     * @param first a vertex
     * @param second another vertex
     * @return its index, counted from 0
     */
    uint32_t AddLink(uint32_t first, uint32_t second);

    /**
     * @brief Change what a link costs.
     * @param link the link
     * @param costs its costs
     * @param version number of the change, not less than those before; 0: nobody asks for the past
     */
    void SetCosts(uint32_t link, const PathGraph::Costs& costs, uint32_t version);

    /**
     * @brief What a link cost as of a version.
     * @param link the link
     * @param end the end it is taken from
     * @param version the last change that is known
     * @return its cost
     */
    uint64_t GetCost(uint32_t link, uint32_t end, uint32_t version) const;

    /**
     * @brief The group of some roots.
     * @param roots vertices, in order
     * @return the group, null for none
     */
    std::shared_ptr<Group> GetGroup(const std::vector<uint32_t>& roots);

    /**
     * @brief The ways to a group.
     * @param group the group
     * @return its tree, computed
     */
    const ShortestPathTree& GetTree(Group& group);

    /** Forget all trees; they are computed anew when asked. */
    void ClearTrees();

    /**
     * @brief Forget how the trees were before a version.
     * @param version nobody will ask for a version below
     */
    void ForgetBefore(uint32_t version);

  private:
    /** A change of a link's costs that is remembered. */
    struct Change
    {
        uint32_t version{0};     ///< its number
        uint32_t link{0};        ///< the link
        PathGraph::Costs before; ///< its costs before
        PathGraph::Costs after;  ///< its costs after
    };

    PathGraph m_graph;                                              ///< with all changes
    std::map<std::vector<uint32_t>, std::weak_ptr<Group>> m_groups; ///< by their roots
    uint32_t m_trees{0};           ///< trees computed since all were forgotten
    std::vector<Change> m_changes; ///< in their order
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_PATH_FOREST_H
