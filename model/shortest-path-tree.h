/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_SHORTEST_PATH_TREE_H
#define GIPT_SHORTEST_PATH_TREE_H

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief Vertices and links with a cost in each direction, for shortest paths.
 *
 * A plain value without simulation objects. A link that is not usable costs NO_WAY.
 */
class PathGraph
{
  public:
    /** The cost that means "no way". */
    static constexpr uint64_t NO_WAY = std::numeric_limits<uint64_t>::max();
    /** The link index that means "no link". */
    static constexpr uint32_t NO_LINK = 0xffffffff;

    /** What a link costs: from its first end to its second, and back; at least 1 each. */
    using Costs = std::array<uint64_t, 2>;

    /** A link as one of its ends sees it. */
    struct Arc
    {
        uint32_t to{0};   ///< vertex at the other end
        uint32_t link{0}; ///< the link
        uint8_t end{0};   ///< which end of the link this one is: 0 or 1
    };

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
     * @brief Set what a link costs.
     * @param link the link
     * @param costs its costs
     */
    void SetCosts(uint32_t link, const Costs& costs)
    {
        m_links[link].costs = costs;
    }

    /**
     * @brief What a link costs.
     * @param link the link
     * @return its costs
     */
    const Costs& GetCosts(uint32_t link) const
    {
        return m_links[link].costs;
    }

    /**
     * @brief The vertex at an end of a link.
     * @param link the link
     * @param end 0 or 1
     * @return the vertex
     */
    uint32_t GetEnd(uint32_t link, uint32_t end) const
    {
        return m_links[link].ends[end];
    }

    /**
     * @brief The links of a vertex.
     * @param vertex the vertex
     * @return one arc each, in the order they were added
     */
    const std::vector<Arc>& GetArcs(uint32_t vertex) const
    {
        return m_arcs[vertex];
    }

    /**
     * @brief Number of vertices.
     * @return how many there are
     */
    uint32_t GetVertexCount() const
    {
        return m_arcs.size();
    }

    /**
     * @brief Number of links.
     * @return how many there are
     */
    uint32_t GetLinkCount() const
    {
        return m_links.size();
    }

  private:
    /** A link. */
    struct Link
    {
        std::array<uint32_t, 2> ends; ///< its vertices
        Costs costs;                  ///< from the first to the second, and back
    };

    std::vector<Link> m_links;            ///< by index
    std::vector<std::vector<Arc>> m_arcs; ///< by vertex
};

/**
 * @ingroup global-ip-tunneling
 * @brief The shortest ways from every vertex to the nearest of some roots.
 *
 * Of equally near roots the one of the lowest index is taken, of ways to it that are equally short
 * the one over the next vertex of the lowest index, of parallel links the one of the lowest index:
 * the rules of SiteGraph, and enough to make the tree a function of graph and roots alone.
 *
 * A link that changes its costs changes the tree only where it has to: nothing when no way goes
 * over a link that became dearer, else the ways behind it; and the ways that a cheaper link makes
 * better (after Ramalingam and Reps, "An Incremental Algorithm for a Generalization of the
 * Shortest-Path Problem", 1996). No library known to us has that; since it is Dijkstra's algorithm
 * begun from a part of the tree, the whole tree is computed by the same few lines.
 *
 * For routers that do not know of changes yet, the tree remembers how it was: changes are numbered
 * by versions, and a way can be asked for as of a version.
 */
class ShortestPathTree
{
  public:
    /** The way from one vertex. */
    struct Way
    {
        uint64_t cost{PathGraph::NO_WAY};  ///< up to the root
        uint32_t root{0};                  ///< the root it leads to, when there is a way
        uint32_t link{PathGraph::NO_LINK}; ///< first link of it, none at a root

        /**
         * @brief Compare.
         * @param other another way
         * @return true when both are the same
         */
        bool operator==(const Way& other) const
        {
            return cost == other.cost && root == other.root && link == other.link;
        }
    };

    /**
     * @brief Compute the tree from nothing, and forget what it was.
     * @param graph the graph
     * @param roots where the ways lead to
     */
    void Build(const PathGraph& graph, const std::vector<uint32_t>& roots);

    /**
     * @brief Follow a change of a link's costs.
     * @param graph the graph, with the new costs
     * @param link the link
     * @param before its costs before
     * @param version number of the change, not less than those before; 0: nobody asks for the past
     * @return how many vertices were looked at for another way
     */
    uint32_t Update(const PathGraph& graph,
                    uint32_t link,
                    const PathGraph::Costs& before,
                    uint32_t version);

    /** Forget everything, as if never built. */
    void Clear();

    /**
     * @brief Forget how the tree was before a version.
     * @param version nobody will ask for a version below
     */
    void ForgetBefore(uint32_t version);

    /**
     * @brief Tell whether the tree was computed.
     * @return true after Build
     */
    bool IsBuilt() const
    {
        return !m_ways.empty();
    }

    /**
     * @brief The way from a vertex, with all changes.
     * @param vertex the vertex
     * @return the way
     */
    const Way& Get(uint32_t vertex) const
    {
        return m_ways[vertex];
    }

    /**
     * @brief The way from a vertex as of a version.
     * @param vertex the vertex
     * @param version the last change that is known
     * @return the way
     */
    const Way& Get(uint32_t vertex, uint32_t version) const;

  private:
    /** A vertex with a way that may still become better. */
    struct Entry
    {
        uint64_t cost;   ///< up to the root
        uint32_t root;   ///< the root
        uint32_t vertex; ///< the vertex

        /**
         * @brief Order by cost, then by root.
         * @param other another entry
         * @return true when this one is better
         */
        bool operator<(const Entry& other) const;

        /**
         * @brief The same, for a heap whose top is the best.
         * @param other another entry
         * @return true when the other one is better
         */
        bool operator>(const Entry& other) const;
    };

    class Heap;

    /**
     * @brief Remember how a vertex was, before it is changed.
     * @param vertex the vertex
     */
    void Keep(uint32_t vertex);

    /**
     * @brief Give a vertex a better way.
     * @param vertex the vertex
     * @param cost of the way
     * @param root it leads to
     * @param heap the vertex is put there
     */
    void Improve(uint32_t vertex, uint64_t cost, uint32_t root, Heap& heap);

    /**
     * @brief Dijkstra's algorithm from what is in the heap.
     * @param graph the graph
     * @param heap vertices whose ways are better than their neighbours know
     */
    void Settle(const PathGraph& graph, Heap& heap);

    /**
     * @brief Find the first link of a vertex's way, from the costs.
     * @param graph the graph
     * @param vertex the vertex
     */
    void ChooseLink(const PathGraph& graph, uint32_t vertex);

    /**
     * @brief A link that the way from a vertex takes has become dearer.
     * @param graph the graph, with the new costs
     * @param vertex the vertex
     */
    void Raise(const PathGraph& graph, uint32_t vertex);

    /**
     * @brief A link has become cheaper.
     * @param graph the graph, with the new costs
     * @param link the link
     * @param end the end it is cheaper from
     */
    void Lower(const PathGraph& graph, uint32_t link, uint32_t end);

    std::vector<Way> m_ways; ///< by vertex
    std::map<uint32_t, std::vector<std::pair<uint32_t, Way>>>
        m_past;                      ///< by vertex: up to before which version, how it was
    std::vector<uint32_t> m_touched; ///< vertices changed since the last Build or Update began
    uint32_t m_version{0};           ///< of the change being followed, 0: do not remember
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_SHORTEST_PATH_TREE_H
