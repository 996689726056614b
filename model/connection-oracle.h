/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_CONNECTION_ORACLE_H
#define GIPT_CONNECTION_ORACLE_H

#include "connection-key.h"
#include "connection-report.h"
#include "failure-event.h"

#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"
#include "ns3/object.h"
#include "ns3/traced-callback.h"

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief What became of a connection, and why. Each one is in exactly one category.
 */
enum class ConnectionCategory : uint8_t
{
    SERVED,         ///< all that was asked for came
    NOT_SENT,       ///< its client had as many open as it may
    UNFINISHED,     ///< its client stopped before it ended
    SITE_FAILURE,   ///< its real server's site was without power
    SERVER_CRASH,   ///< its real server was without power
    BLACK_HOLE,     ///< its real server answered pings and nothing else
    SLOW_SERVER,    ///< its real server answered late
    DRAIN,          ///< its real server was taken out for maintenance
    SERVER_REMOVED, ///< its real server was taken out of the service, which nothing explains
    STATE_LOST,     ///< the director that knew it failed, or its packets came to another
    DIRECTOR_DOWN,  ///< its packets came to a director without power
    TABLE_EXPIRY,   ///< the director forgot it while it was open
    NO_SERVER,      ///< the director had no real server for it
    TABLE_FULL,     ///< the director had no room for it
    OVERLOAD,       ///< the director refused a part of the new ones
    LINK_CUT,       ///< its packets met a cut link, or no route because of one
    ROUTER_FAILURE, ///< its packets met a router without power, or no route because of one
    ONE_WAY,        ///< its packets were lost on a link that carries one direction only
    LOSS,           ///< its packets were lost where a part of all is
    DELAY,          ///< its packets took too long
    NO_ROUTE,       ///< no route or interface, which no failure explains
    LOOP,           ///< its packets went round until their time to live was used up
    MTU_BLACK_HOLE, ///< its packets were too long for a link and may not be fragmented
    CONGESTION,     ///< its packets met full queues
    PACKET_LOSS,    ///< its packets were lost on a link, which no failure explains
    BAD_TUNNEL,     ///< its real server did not take it out of the tunnel
    REFUSED,        ///< a reset in answer to the SYN, from a host that is there
    RESET,          ///< a reset later, from a host that is there
    TRUNCATED,      ///< the server closed before the answer was whole
    UNREACHABLE,    ///< an ICMP error, or no route at the client itself
    TIMED_OUT,      ///< the server got it and did not answer in time
    UNEXPLAINED     ///< it failed, and nothing that was seen says why
};

/** Number of categories. */
constexpr std::size_t CONNECTION_CATEGORIES = 32;

/**
 * @ingroup global-ip-tunneling
 * @brief The name of a category for tables and CSV.
 * @param category the category
 * @return a word in lower case with dashes, such as "site-failure"
 */
const char* ToString(ConnectionCategory category);

/**
 * @ingroup global-ip-tunneling
 * @brief What can be seen to happen to a packet of a connection.
 */
enum class Sighting : uint8_t
{
    DELIVERED,      ///< reached the transport protocol of its real server
    STRAY,          ///< reached the own stack of a director, which did not know its connection
    NO_SERVER,      ///< dropped by a director: no real server
    TABLE_FULL,     ///< dropped by a director: no room
    OVERLOAD,       ///< dropped by a director: drop_packet
    SERVER_GONE,    ///< dropped by a director: its real server is not in the service any more
    TOO_BIG,        ///< dropped: too long, and not to be fragmented
    TTL_EXPIRED,    ///< dropped: its time to live was used up
    NO_ROUTE,       ///< dropped: nowhere to send it
    INTERFACE_DOWN, ///< dropped: at an interface that is down
    QUEUE_FULL,     ///< dropped: at a queue
    LINK,           ///< dropped: on a link
    TUNNEL          ///< dropped: at the tunnel of a real server
};

/** Number of sightings. */
constexpr std::size_t SIGHTINGS = 13;

/**
 * @ingroup global-ip-tunneling
 * @brief The name of a sighting for tables and CSV.
 * @param sighting the sighting
 * @return a word in lower case with dashes, such as "ttl-expired"
 */
const char* ToString(Sighting sighting);

/**
 * @ingroup global-ip-tunneling
 * @brief What the oracle knows of a connection that has ended.
 */
struct ConnectionRecord
{
    /** No failure is to blame. */
    static constexpr uint32_t NO_FAILURE = UINT32_MAX;

    ConnectionReport report;                                      ///< what its client knows
    ConnectionCategory category{ConnectionCategory::UNEXPLAINED}; ///< what became of it
    std::string evidence;                                         ///< what was seen that decided
    Time evidenceTime;            ///< when that was seen last, or a failure began
    uint32_t failure{NO_FAILURE}; ///< place in GetFailures() of the one to blame
    std::string city;             ///< of the client, empty when it is not known
    std::string firstServer;      ///< the real server that it was given first
    std::string lastServer;       ///< the one that it was given last
    std::string firstDirector;    ///< the director that gave it first
    std::string lastDirector;     ///< the one that gave it last

    /** The hook on connections that were put into a category. */
    typedef void (*TracedCallback)(const ConnectionRecord& record);
};

/**
 * @ingroup global-ip-tunneling
 * @brief Puts every connection of an experiment into exactly one category, by what was seen.
 *
 * It knows no network: what happens is told to it, in order of time, by an OracleObserver or by a
 * test. It keeps what was seen of connections that are open, a dozen numbers each, and when one
 * ends decides by the rules of doc/workloads.rst. What was seen before the last octet that came
 * from the server does not count: the connection has survived it.
 *
 * The number of all categories together is the number of connections begun once all have ended;
 * UNEXPLAINED is the honest check that the rules and what is watched suffice.
 */
class ConnectionOracle : public Object
{
  public:
    /**
     * @brief Get the type ID.
     * @return the object TypeId
     */
    static TypeId GetTypeId();

    ConnectionOracle() = default;

    /** Who is meant when no node is. */
    static constexpr uint32_t NO_NODE = UINT32_MAX;

    /** A failure and what it did. */
    struct Failure
    {
        FailureEvent event;            ///< its beginning
        Time end{Time::Max()};         ///< when it ended
        std::set<uint32_t> nodes;      ///< ids of the nodes that it hit
        std::set<Ipv4Address> servers; ///< real servers among them
        std::set<Ipv4Address> down;    ///< of these, those found dead and not yet alive again
        Time detected{Time::Max()};    ///< when the last of its servers was found dead
        uint64_t open{0};              ///< connections broken that were open when it began
        uint64_t fresh{0};             ///< connections broken that began later
        Time lastBroken;               ///< when the last of the latter began
        std::map<ConnectionCategory, uint64_t> broken; ///< connections broken, by category
    };

    /** What became of the connections that began in a second in a city. */
    struct Bucket
    {
        uint64_t begun{0};      ///< connections that have ended since, those not sent included
        uint64_t served{0};     ///< of them served
        uint64_t unfinished{0}; ///< of them neither served nor failed: unfinished
        double latency{0};      ///< sum over those served, s
    };

    /**
     * @brief Make a real server known.
     * @param address its RIP
     * @param node id of its node
     * @param name its name
     * @param site its site
     */
    void AddServer(Ipv4Address address,
                   uint32_t node,
                   const std::string& name,
                   const std::string& site);

    /**
     * @brief Make a director known.
     * @param name its name
     * @param node id of its node
     */
    void AddDirector(const std::string& name, uint32_t node);

    /**
     * @brief Make clients known.
     * @param network their network; of several that a client is in, the first counts
     * @param mask its mask
     * @param city their city
     */
    void AddClients(Ipv4Address network, Ipv4Mask mask, const std::string& city);

    /**
     * @brief A connection began.
     * @param report what its client knows
     */
    void Start(const ConnectionReport& report);

    /**
     * @brief A connection has ended.
     * @param report what its client knows
     */
    void End(const ConnectionReport& report);

    /**
     * @brief A director gave a connection its real server.
     * @param director name of the director
     * @param key the connection
     * @param server RIP of the real server
     * @param now the time
     */
    void Schedule(const std::string& director,
                  const ConnectionKey& key,
                  Ipv4Address server,
                  Time now);

    /**
     * @brief A director forgot a connection.
     * @param director name of the director
     * @param key the connection
     * @param now the time
     */
    void Expire(const std::string& director, const ConnectionKey& key, Time now);

    /**
     * @brief Something was seen to happen to a packet of a connection, in either direction.
     * @param source address and port of its source
     * @param destination address and port of its destination
     * @param protocol its protocol
     * @param sighting what
     * @param node id of the node where
     * @param now the time
     */
    void See(std::pair<Ipv4Address, uint16_t> source,
             std::pair<Ipv4Address, uint16_t> destination,
             uint8_t protocol,
             Sighting sighting,
             uint32_t node,
             Time now);

    /**
     * @brief A failure begins or ends.
     * @param event what and when
     */
    void Fail(const FailureEvent& event);

    /**
     * @brief A real server was taken out of service, or put back.
     * @param server its RIP
     * @param isDown it was taken out
     * @param now the time
     */
    void Check(Ipv4Address server, bool isDown, Time now);

    /**
     * @brief Number of connections begun.
     * @return connections, those not sent included
     */
    uint64_t GetStarted() const
    {
        return m_started;
    }

    /**
     * @brief Number of connections that are open.
     * @return connections begun and not ended
     */
    uint64_t GetOpen() const
    {
        return m_flows.size();
    }

    /**
     * @brief Number of connections in a category.
     * @param category the category
     * @return connections
     */
    uint64_t GetCount(ConnectionCategory category) const
    {
        return m_counts[static_cast<std::size_t>(category)];
    }

    /**
     * @brief Whether all is accounted for.
     * @return true when the categories add up to the connections that were begun and are not open
     */
    bool IsComplete() const;

    /**
     * @brief The connections that have ended, when the attribute KeepRecords is set.
     * @return the records, in the order of their ends
     */
    const std::vector<ConnectionRecord>& GetRecords() const
    {
        return m_records;
    }

    /**
     * @brief The failures.
     * @return the failures, in the order of their beginnings
     */
    const std::vector<Failure>& GetFailures() const
    {
        return m_failures;
    }

    /**
     * @brief What became of connections, by the second they began in and the city.
     * @return the buckets
     */
    const std::map<std::pair<uint32_t, std::string>, Bucket>& GetBuckets() const
    {
        return m_buckets;
    }

    /**
     * @brief How many connections each real server was given, those given none included.
     * @return connections, by name
     */
    const std::map<std::string, uint64_t>& GetLoad() const
    {
        return m_load;
    }

    /**
     * @brief Jain's index of fairness over the load of the real servers (Jain, Chiu and Hawe,
     * 1984).
     * @return 1 when all were given as many connections, 1/n when one of n was given all; NaN
     *         without a connection
     */
    double GetFairness() const;

    /**
     * @brief Time from the beginning of a failure until the last real server that it hit was out of
     * service.
     * @param failure one of GetFailures()
     * @return the time, Time::Max() when one was never taken out before the failure ended, or none
     *         was hit
     */
    static Time GetTimeToDetect(const Failure& failure);

    /**
     * @brief Time from the beginning of a failure until new connections succeed again: the time
     * after which no connection began that the failure broke.
     * @param failure one of GetFailures()
     * @return the time, 0 when it broke no new connection
     */
    static Time GetTimeToRecover(const Failure& failure);

    /**
     * @brief How much longer served connections took after a failure was overcome and before it
     * ended, than before it began and after the one before had ended.
     * @param failure number in GetFailures()
     * @return mean latency after less mean latency before, in s; NaN when either has none
     */
    double GetExtraLatency(std::size_t failure) const;

  private:
    /** What was seen of a connection. */
    struct Seen
    {
        Sighting sighting; ///< what
        uint32_t node;     ///< where last
        uint32_t count;    ///< how often
        Time time;         ///< when last
    };

    /** A connection that is open. */
    struct Flow
    {
        Time start;                                     ///< when it began
        std::vector<Seen> seen;                         ///< what was seen, each kind once
        Ipv4Address firstServer{Ipv4Address::GetAny()}; ///< given first, 0.0.0.0 for none
        Ipv4Address lastServer{Ipv4Address::GetAny()};  ///< given last
        uint16_t firstDirector{0};                      ///< who gave it first, by number from 1
        uint16_t lastDirector{0};                       ///< who gave it last
        uint32_t given{0};                              ///< how often it was given a real server
        Time given0;                                    ///< when first
        uint16_t expiredAt{0};                          ///< who forgot it last
        Time expired;                                   ///< when
    };

    /** A real server. */
    struct Server
    {
        uint32_t node;    ///< id of its node
        std::string name; ///< its name
        std::string site; ///< its site
    };

    /** A director. */
    struct DirectorNode
    {
        std::string name; ///< its name
        uint32_t node;    ///< id of its node
    };

    /** Hash of a ConnectionKey. */
    struct KeyHash
    {
        /**
         * @param key the key
         * @return its hash
         */
        std::size_t operator()(const ConnectionKey& key) const;
    };

    /**
     * @brief Decide.
     * @param flow what was seen
     * @param[in,out] record gets category, evidence and failure
     */
    void Decide(const Flow& flow, ConnectionRecord& record) const;

    /**
     * @brief Decide by what befell the real server that a connection was given.
     * @param flow what was seen
     * @param[in,out] record gets category, evidence and failure
     * @return true when it is decided
     */
    bool DecideByServer(const Flow& flow, ConnectionRecord& record) const;

    /**
     * @brief Decide by what befell the directors.
     * @param flow what was seen
     * @param[in,out] record gets category, evidence and failure
     * @return true when it is decided
     */
    bool DecideByDirector(const Flow& flow, ConnectionRecord& record) const;

    /**
     * @brief Decide by the packets that were lost.
     * @param flow what was seen
     * @param[in,out] record gets category, evidence and failure
     * @return true when it is decided
     */
    bool DecideByLoss(const Flow& flow, ConnectionRecord& record) const;

    /**
     * @brief What was seen of a connection since its last progress.
     * @param flow the connection
     * @param sighting what
     * @param since not before this time
     * @return what was seen, null when it was not
     */
    static const Seen* Find(const Flow& flow, Sighting sighting, Time since);

    /**
     * @brief Find a failure that was there in a span of time.
     * @param kinds one of these kinds, in order of preference
     * @param node it hit this node, NO_NODE for any
     * @param from begin of the span
     * @param to end of the span
     * @return the failure that began first, null when there is none
     */
    const Failure* FindFailure(const std::vector<FailureKind>& kinds,
                               uint32_t node,
                               Time from,
                               Time to) const;

    /**
     * @brief The place of a failure in GetFailures().
     * @param failure one of them
     * @return its place
     */
    uint32_t GetPlace(const Failure& failure) const
    {
        return static_cast<uint32_t>(&failure - m_failures.data());
    }

    /**
     * @brief Decide for a category because of a failure.
     * @param failure the failure
     * @param category the category
     * @param[in,out] record gets both
     * @return true
     */
    bool Blame(const Failure& failure, ConnectionCategory category, ConnectionRecord& record) const;

    /**
     * @brief Decide for a category because of what was seen.
     * @param seen what was seen
     * @param category the category
     * @param[in,out] record gets both
     * @return true
     */
    static bool Blame(const Seen& seen, ConnectionCategory category, ConnectionRecord& record);

    /**
     * @brief The number of a director, which is made known when it is not.
     * @param name its name
     * @return its number, from 1
     */
    uint16_t GetDirector(const std::string& name);

    /**
     * @brief The name of a real server.
     * @param address its RIP
     * @return its name, the address when it is not known, empty for 0.0.0.0
     */
    std::string GetServerName(Ipv4Address address) const;

    /**
     * @brief The city of a client.
     * @param address its address
     * @return the city, empty when it is not known
     */
    std::string GetCity(Ipv4Address address) const;

    /** Clients of a city. */
    struct Clients
    {
        Ipv4Address network; ///< their network
        Ipv4Mask mask;       ///< its mask
        std::string city;    ///< their city
    };

    bool m_keepRecords{true};                                     ///< attribute KeepRecords
    std::map<Ipv4Address, Server> m_servers;                      ///< by RIP
    std::vector<DirectorNode> m_directors;                        ///< by number, from 1
    std::vector<Clients> m_clients;                               ///< in the order they were added
    std::unordered_map<ConnectionKey, Flow, KeyHash> m_flows;     ///< open ones: only looked up
    std::vector<Failure> m_failures;                              ///< in the order they began
    std::map<uint32_t, std::size_t> m_failureIds;                 ///< places of the last of each id
    std::array<uint64_t, CONNECTION_CATEGORIES> m_counts{};       ///< ended, by category
    std::map<std::pair<uint32_t, std::string>, Bucket> m_buckets; ///< by second and city
    std::map<std::string, uint64_t> m_load;                       ///< connections given, by server
    std::vector<ConnectionRecord> m_records;                      ///< in the order of their ends
    uint64_t m_started{0};                                        ///< connections begun
    TracedCallback<const ConnectionRecord&> m_classifiedTrace;    ///< a connection was classified
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_CONNECTION_ORACLE_H
