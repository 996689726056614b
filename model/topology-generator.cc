/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "topology-generator.h"

#include "topology-builder.h"

#include "ns3/rng-stream.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace ns3
{
namespace gipt
{

namespace
{

/// Half a turn in radians.
const double PI = std::acos(-1.0);

/// A point of the unit sphere.
using Point = std::array<double, 3>;

/**
 * @brief Square of the distance of two points.
 * @param a a point
 * @param b another
 * @return the square of the chord's length
 */
double
GetSquare(const Point& a, const Point& b)
{
    const double x = a[0] - b[0];
    const double y = a[1] - b[1];
    const double z = a[2] - b[2];
    return x * x + y * y + z * z;
}

/// Makes the topologies.
class Generator
{
  public:
    /**
     * @param delay of each link of the textbook shapes
     */
    explicit Generator(Time delay)
        : m_delay(delay)
    {
    }

    /** West and East, as in examples/topologies/two-site.graphml. */
    void MakeTwoSites()
    {
        AddCity("West", 37.77493, -122.41942);
        AddCity("East", 40.71427, -74.00597);
        SiteGraph::Link link;
        link.to = 1;
        link.delay = SiteGraph::GetFibreDelay(m_graph.GetCities()[0], m_graph.GetCities()[1]);
        link.hasRate = true;
        link.rate = DataRate(10000000000);
        m_graph.AddLink(link);
    }

    /**
     * @brief Cities on a circle, each linked with the next.
     * @param count number of cities
     */
    void MakeRing(uint32_t count)
    {
        AddCircle("city-", count);
        for (uint32_t city = 0; city < count; city++)
        {
            AddLink(city, (city + 1) % count);
        }
    }

    /**
     * @brief Cities on a circle, each linked with every other.
     * @param count number of cities
     */
    void MakeMesh(uint32_t count)
    {
        AddCircle("city-", count);
        for (uint32_t from = 0; from < count; from++)
        {
            for (uint32_t to = from + 1; to < count; to++)
            {
                AddLink(from, to);
            }
        }
    }

    /**
     * @brief A hub and cities around, each linked with the hub.
     * @param count number of cities besides the hub
     */
    void MakeHub(uint32_t count)
    {
        AddCity("hub", CENTRE_LATITUDE, 0);
        AddCircle("city-", count);
        for (uint32_t city = 1; city <= count; city++)
        {
            AddLink(0, city);
        }
    }

    /**
     * @brief The picture of the textbooks: clients, a director and sites, each site linked with
     * both, so that replies need not pass the director.
     * @param count number of sites
     */
    void MakeSites(uint32_t count)
    {
        AddCity("clients", CENTRE_LATITUDE, -20);
        AddCity("director", CENTRE_LATITUDE, 0);
        AddLink(0, 1);
        for (uint32_t site = 1; site <= count; site++)
        {
            AddCity("site-" + std::to_string(site),
                    CENTRE_LATITUDE + 20 - 40.0 * site / (count + 1),
                    20);
            AddLink(1, site + 1);
            AddLink(site + 1, 0);
        }
    }

    /**
     * @brief A world of cities at random places, linked as neighbours: two cities have a link when
     * no third is in the ball whose diameter is the line between them (K. R. Gabriel and
     * R. R. Sokal, Systematic Zoology 18(3), 1969). Such a graph is planar and connected.
     *
     * The places depend on nothing but the count and the seed, so that a topology's name is one
     * topology, whatever seed and run a simulation has.
     *
     * @param count number of cities
     * @param seed of the places
     */
    void MakeGabriel(uint32_t count, uint32_t seed)
    {
        RngStream random(seed, 0, 0);
        const double south = std::sin(-50 * PI / 180); // the lands where people live
        const double north = std::sin(65 * PI / 180);
        std::vector<Point> points;
        for (uint32_t city = 0; city < count; city++)
        {
            // Even by area; rounded as maps have them, which also keeps places apart or the same.
            const double height = south + (north - south) * random.RandU01();
            const double latitude = Round(std::asin(height) * 180 / PI);
            const double longitude = Round(360 * random.RandU01() - 180);
            AddCity("city-" + std::to_string(city + 1), latitude, longitude);
            const double width = std::cos(latitude * PI / 180);
            points.push_back({width * std::cos(longitude * PI / 180),
                              width * std::sin(longitude * PI / 180),
                              std::sin(latitude * PI / 180)});
        }
        AddNeighbours(points);
    }

    /**
     * @brief Get what was made.
     * @return the topology
     */
    const SiteGraph& GetGraph() const
    {
        return m_graph;
    }

  private:
    static constexpr double CENTRE_LATITUDE = 45; ///< where the textbook shapes are on a map
    static constexpr double RADIUS = 20;          ///< how far they reach, in degrees

    /**
     * @brief Round a coordinate to five digits, about a metre.
     * @param degrees the coordinate
     * @return the same, rounded
     */
    static double Round(double degrees)
    {
        return std::round(degrees * 1e5) / 1e5;
    }

    /**
     * @brief Add a city.
     * @param name its name
     * @param latitude degrees
     * @param longitude degrees
     */
    void AddCity(const std::string& name, double latitude, double longitude)
    {
        SiteGraph::City city;
        city.name = name;
        city.hasPosition = true;
        city.latitude = latitude;
        city.longitude = longitude;
        m_graph.AddCity(city);
    }

    /**
     * @brief Add cities on a circle.
     * @param prefix of their names; numbers from 1 follow
     * @param count number of cities
     */
    void AddCircle(const std::string& prefix, uint32_t count)
    {
        for (uint32_t city = 0; city < count; city++)
        {
            const double angle = 2 * PI * city / count;
            AddCity(prefix + std::to_string(city + 1),
                    Round(CENTRE_LATITUDE + RADIUS * std::cos(angle)),
                    Round(RADIUS * std::sin(angle)));
        }
    }

    /**
     * @brief Add a link of the textbook shapes.
     * @param from a city
     * @param to another
     */
    void AddLink(uint32_t from, uint32_t to)
    {
        SiteGraph::Link link;
        link.from = from;
        link.to = to;
        link.delay = m_delay;
        m_graph.AddLink(link);
    }

    /**
     * @brief Link the cities of a Gabriel graph.
     *
     * Nearly every pair has one of the cities nearest to either of its ends between them, so those
     * are looked at first; only for the few other pairs the whole ball is searched, among the
     * cities in order of height. That makes 10,000 cities a matter of seconds without an index.
     *
     * @param points where the cities are
     */
    void AddNeighbours(const std::vector<Point>& points)
    {
        const uint32_t count = points.size();
        std::vector<std::vector<uint32_t>> nearest(count);
        for (uint32_t city = 0; city < count; city++)
        {
            nearest[city] = FindNearest(points, city);
        }
        std::vector<std::pair<double, uint32_t>> byHeight;
        for (uint32_t city = 0; city < count; city++)
        {
            byHeight.emplace_back(points[city][2], city);
        }
        std::sort(byHeight.begin(), byHeight.end());
        for (uint32_t from = 0; from < count; from++)
        {
            for (uint32_t to = from + 1; to < count; to++)
            {
                const double length = GetSquare(points[from], points[to]);
                auto isBetween = [&](uint32_t city) {
                    return city != from && city != to &&
                           GetSquare(points[city], points[from]) +
                                   GetSquare(points[city], points[to]) <
                               length;
                };
                if (std::any_of(nearest[from].begin(), nearest[from].end(), isBetween) ||
                    std::any_of(nearest[to].begin(), nearest[to].end(), isBetween))
                {
                    continue;
                }
                const double centre = (points[from][2] + points[to][2]) / 2;
                const double radius = std::sqrt(length) / 2;
                auto other = std::lower_bound(byHeight.begin(),
                                              byHeight.end(),
                                              std::pair(centre - radius, 0U));
                while (other != byHeight.end() && other->first <= centre + radius &&
                       !isBetween(other->second))
                {
                    ++other;
                }
                if (other != byHeight.end() && other->first <= centre + radius)
                {
                    continue;
                }
                SiteGraph::Link link;
                link.from = from;
                link.to = to;
                link.delay =
                    SiteGraph::GetFibreDelay(m_graph.GetCities()[from], m_graph.GetCities()[to]);
                m_graph.AddLink(link);
            }
        }
    }

    /**
     * @brief Find the cities nearest to one.
     * @param points where the cities are
     * @param city the one
     * @return up to eight of them, nearest first
     */
    static std::vector<uint32_t> FindNearest(const std::vector<Point>& points, uint32_t city)
    {
        std::vector<std::pair<double, uint32_t>> best;
        for (uint32_t other = 0; other < points.size(); other++)
        {
            const std::pair entry(GetSquare(points[city], points[other]), other);
            if (other == city || (best.size() == 8 && !(entry < best.back())))
            {
                continue;
            }
            best.insert(std::upper_bound(best.begin(), best.end(), entry), entry);
            best.resize(std::min<std::size_t>(8, best.size()));
        }
        std::vector<uint32_t> cities;
        for (const auto& entry : best)
        {
            cities.push_back(entry.second);
        }
        return cities;
    }

    SiteGraph m_graph; ///< what is made
    Time m_delay;      ///< of each link of the textbook shapes
};

/// A generator: its name, its arguments with their bounds.
struct Shape
{
    const char* name;   ///< before the first colon
    const char* usage;  ///< with its arguments
    uint32_t arguments; ///< greatest number of them
    uint32_t required;  ///< least number of them
    uint32_t least;     ///< of the first argument
    uint32_t most;      ///< of the first argument
};

/// All generators. The bounds keep to what the address plan of a world has room for.
const std::array<Shape, 6> SHAPES{{{"two-site", "two-site", 0, 0, 0, 0},
                                   {"ring", "ring:N", 1, 1, 3, 16384},
                                   {"mesh", "mesh:N", 1, 1, 2, 724},
                                   {"hub", "hub:N", 1, 1, 1, 16383},
                                   {"sites", "sites:K", 1, 1, 1, 1000},
                                   {"gabriel", "gabriel:N[:SEED]", 2, 1, 1, 16384}}};

/// Greatest seed: ns-3's generator takes none above 4294944442.
constexpr uint32_t MAX_SEED = 1000000000;

/**
 * @brief Find a generator.
 * @param name its name
 * @return the generator, the end of SHAPES when there is none
 */
auto
FindShape(const std::string& name)
{
    return std::find_if(SHAPES.begin(), SHAPES.end(), [&name](const Shape& shape) {
        return name == shape.name;
    });
}

} // namespace

bool
IsGenerator(const std::string& spec)
{
    return FindShape(spec.substr(0, spec.find(':'))) != SHAPES.end();
}

std::string
DescribeGenerators()
{
    std::string names;
    for (const auto& shape : SHAPES)
    {
        names += (names.empty() ? "" : ", ") + std::string(shape.usage);
    }
    return names;
}

std::string
GenerateTopology(const std::string& spec, Time delay, SiteGraph& graph)
{
    std::size_t colon = spec.find(':');
    const std::string name = spec.substr(0, colon);
    const auto shape = FindShape(name);
    if (shape == SHAPES.end())
    {
        return "no generator '" + name + "', expected one of " + DescribeGenerators();
    }
    std::vector<uint32_t> numbers;
    while (colon != std::string::npos)
    {
        const std::size_t begin = colon + 1;
        colon = spec.find(':', begin);
        const std::string text = spec.substr(begin, colon - begin);
        const uint32_t least = numbers.empty() ? shape->least : 1;
        const uint32_t most = numbers.empty() ? shape->most : MAX_SEED;
        const bool isNumber = !text.empty() && text.size() <= 10 &&
                              text.find_first_not_of("0123456789") == std::string::npos;
        const uint64_t number = isNumber ? std::strtoull(text.c_str(), nullptr, 10) : 0;
        if (numbers.size() == shape->arguments)
        {
            return "':" + text + "' is too much, expected " + shape->usage;
        }
        if (!isNumber || number < least || number > most)
        {
            return "'" + text + "', expected " + shape->usage + " with a whole number from " +
                   std::to_string(least) + " to " + std::to_string(most);
        }
        numbers.push_back(static_cast<uint32_t>(number));
    }
    if (numbers.size() < shape->required)
    {
        return "no number, expected " + std::string(shape->usage);
    }
    Generator generator(delay);
    if (name == "two-site")
    {
        generator.MakeTwoSites();
    }
    else if (name == "ring")
    {
        generator.MakeRing(numbers[0]);
    }
    else if (name == "mesh")
    {
        generator.MakeMesh(numbers[0]);
    }
    else if (name == "hub")
    {
        generator.MakeHub(numbers[0]);
    }
    else if (name == "sites")
    {
        generator.MakeSites(numbers[0]);
    }
    else
    {
        generator.MakeGabriel(numbers[0], numbers.size() > 1 ? numbers[1] : 1);
    }
    graph = generator.GetGraph();
    return "";
}

} // namespace gipt
} // namespace ns3
