/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef GIPT_SERVICE_TABLE_H
#define GIPT_SERVICE_TABLE_H

#include "connection-key.h"
#include "real-server.h"
#include "service-id.h"
#include "virtual-service.h"

#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ns3
{
namespace gipt
{

/**
 * @ingroup global-ip-tunneling
 * @brief What came of a change of services or real servers; the words are ipvsadm's.
 */
enum class RuleResult : uint8_t
{
    OK,             ///< done
    SERVICE_EXISTS, ///< a service of that address, port and protocol is there already
    NO_SERVICE,     ///< no such service
    SERVER_EXISTS,  ///< the real server is in the service already
    NO_SERVER,      ///< no such real server in the service
    NO_SCHEDULER,   ///< no scheduler of that name
    BAD_WEIGHT,     ///< the weight is above RealServer::MAX_WEIGHT
    BAD_THRESHOLDS, ///< the lower threshold is above the upper one
    BAD_PORT,       ///< port 0, or a real server's port that is not the service's
    BAD_PROTOCOL,   ///< neither TCP nor UDP
    BAD_FLAG,       ///< the scheduler does not know the flag
    BAD_MARK,       ///< firewall mark 0
    BAD_PERSISTENCE ///< above 31 days, or all ports without persistence
};

/**
 * @ingroup global-ip-tunneling
 * @brief One line that says what a RuleResult means.
 * @param result the result
 * @return text without a full stop, such as "service already exists"
 */
const char* ToString(RuleResult result);

/**
 * @ingroup global-ip-tunneling
 * @brief The services of a director and their real servers: what ipvsadm changes.
 *
 * It follows net/netfilter/ipvs/ip_vs_ctl.c of Linux 6.1. A real server that is taken out of
 * service is kept as long as connections name it and some minutes more, and comes back with its
 * connections and counters when it is added again.
 */
class ServiceTable : public SchedulerSysctls
{
  public:
    ServiceTable() = default;
    ~ServiceTable() override = default;
    ServiceTable(const ServiceTable&) = delete;
    ServiceTable& operator=(const ServiceTable&) = delete;

    /**
     * @brief Add a virtual service (ipvsadm -A).
     * @param id its name
     * @param options how it is to work
     * @return OK, SERVICE_EXISTS, NO_SCHEDULER, BAD_FLAG, BAD_PROTOCOL, BAD_MARK or
     *         BAD_PERSISTENCE
     */
    RuleResult AddService(const ServiceId& id, const ServiceOptions& options);

    /**
     * @brief Add a virtual service (ipvsadm -A).
     * @param address VIP
     * @param port service port, 1 to 65535
     * @param protocol 6 TCP, 17 UDP
     * @param scheduler short name or TypeId name
     * @param flags scheduler flags such as "sh-port" (ipvsadm -b)
     * @return OK, SERVICE_EXISTS, NO_SCHEDULER, BAD_FLAG, BAD_PORT or BAD_PROTOCOL
     */
    RuleResult AddService(Ipv4Address address,
                          uint16_t port,
                          uint8_t protocol,
                          const std::string& scheduler,
                          const std::vector<std::string>& flags = {});

    /**
     * @brief Change how a service works (ipvsadm -E). A scheduler of the same name goes on.
     * @param id its name
     * @param options how it is to work
     * @return OK, NO_SERVICE, NO_SCHEDULER, BAD_FLAG or BAD_PERSISTENCE
     */
    RuleResult EditService(const ServiceId& id, const ServiceOptions& options);

    /**
     * @brief Remove a service and its servers; their connections stay (ipvsadm -D).
     * @param id its name
     * @return OK or NO_SERVICE
     */
    RuleResult RemoveService(const ServiceId& id);

    /**
     * @brief Remove all services (ipvsadm -C).
     */
    void ClearServices();

    /**
     * @brief Find a service by its exact name.
     * @param id its name
     * @return the service, null when there is none
     */
    Ptr<VirtualService> FindService(const ServiceId& id) const;

    /**
     * @brief Find a service by its exact name.
     * @param address VIP
     * @param port service port
     * @param protocol 6 TCP, 17 UDP
     * @return the service, null when there is none
     */
    Ptr<VirtualService> FindService(Ipv4Address address, uint16_t port, uint8_t protocol) const;

    /**
     * @brief All services.
     * @return the services, in the order they were added
     */
    const std::vector<Ptr<VirtualService>>& GetServices() const
    {
        return m_services;
    }

    /**
     * @brief Whether a real server of any service has an address (ip_vs_ctl.c,
     * ip_vs_find_tunnel).
     * @param address the address
     * @return true when one in service has it
     */
    bool HasServer(Ipv4Address address) const;

    /**
     * @brief Add a real server at the head of a service's list (ipvsadm -a -i).
     *
     * A server that was deleted while connections still name it, or in the last three minutes,
     * comes back with its connections, and to the same service with its statistics.
     *
     * @param service a service of this director
     * @param address RIP
     * @param port port of the server: the service's, or any in a service by firewall mark
     * @param weight 0 (quiesced) to RealServer::MAX_WEIGHT
     * @param upper upper threshold (-x), 0 for none
     * @param lower lower threshold (-y), 0 for three quarters of upper
     * @return OK, NO_SERVICE, SERVER_EXISTS, BAD_PORT, BAD_WEIGHT or BAD_THRESHOLDS
     */
    RuleResult AddRealServer(Ptr<VirtualService> service,
                             Ipv4Address address,
                             uint16_t port,
                             uint32_t weight = 1,
                             uint32_t upper = 0,
                             uint32_t lower = 0);

    /**
     * @brief Change weight and thresholds of a real server (ipvsadm -e).
     * @param service a service of this director
     * @param address RIP
     * @param port port of the server
     * @param weight 0 (quiesced) to RealServer::MAX_WEIGHT
     * @param upper upper threshold (-x), 0 for none
     * @param lower lower threshold (-y), 0 for three quarters of upper
     * @return OK, NO_SERVICE, NO_SERVER, BAD_WEIGHT or BAD_THRESHOLDS
     */
    RuleResult EditRealServer(Ptr<VirtualService> service,
                              Ipv4Address address,
                              uint16_t port,
                              uint32_t weight,
                              uint32_t upper = 0,
                              uint32_t lower = 0);

    /**
     * @brief Take a real server out of a service (ipvsadm -d).
     *
     * Its connections stay in the table; their packets are dropped, or, with expireNodestConn, the
     * connections go at their next packet.
     *
     * @param service a service of this director
     * @param address RIP
     * @param port port of the server
     * @return OK, NO_SERVICE or NO_SERVER
     */
    RuleResult RemoveRealServer(Ptr<VirtualService> service, Ipv4Address address, uint16_t port);

    /**
     * @brief Set the sysctl lblc_expiration.
     * @param time see lblcExpiration
     */
    void SetLblcExpiration(Time time);

    /**
     * @brief The sysctl lblc_expiration.
     * @return see lblcExpiration
     */
    Time GetLblcExpiration() const
    {
        return lblcExpiration;
    }

    /**
     * @brief Set the sysctl lblcr_expiration.
     * @param time see lblcrExpiration
     */
    void SetLblcrExpiration(Time time);

    /**
     * @brief The sysctl lblcr_expiration.
     * @return see lblcrExpiration
     */
    Time GetLblcrExpiration() const
    {
        return lblcrExpiration;
    }

    /**
     * @brief The time: what Advance() said last, unless there is a better clock.
     * @return the time
     */
    Time GetTime() const override
    {
        return m_time;
    }

    /**
     * @brief Say the time, before packets are counted or rules changed.
     * @param now the time
     */
    void Advance(Time now)
    {
        m_time = now;
        if (now >= m_nextEstimate)
        {
            Estimate();
        }
    }

    /**
     * @brief Count what services and servers are given from zero again (ipvsadm -Z).
     * @param service the service, null for all
     */
    void ZeroStats(Ptr<VirtualService> service);

    /**
     * @brief The hook on real servers that come, go or change.
     * @param service the service
     * @param server the real server
     * @param weight its weight after the change, in no service: 0
     */
    typedef void (*ServerTracedCallback)(Ptr<VirtualService> service,
                                         Ptr<RealServer> server,
                                         uint32_t weight);

  protected:
    /** A real server that is in service, that connections still name, or that may come back. */
    struct PoolEntry
    {
        Ptr<RealServer> server;           ///< null in a free place
        ServiceId id{0};                  ///< name of the service it belongs or belonged to
        VirtualService* service{nullptr}; ///< the service, null once out of service
        Ptr<VirtualService> origin; ///< the service it was last added to, even if that is gone
        Time idleSince;             ///< out of service, and no connection names it since then
        bool isForeign{false};      ///< of no service here, told by another director
    };

    /**
     * @brief A service was added: the place where a Director takes the VIP on its device.
     * @param service the new service
     */
    virtual void ServiceAdded(const VirtualService& service);

    /**
     * @brief A real server was taken out of service.
     */
    virtual void ServerRetired();

    /**
     * @brief Find the service of a packet (ip_vs_ctl.c, ip_vs_service_find).
     * @param key addresses, ports and protocol
     * @param mark firewall mark of the packet, 0 for none
     * @return the service by mark, else by port, else that of FTP for what may be FTP's data, else
     *         for all ports; null when there is none
     */
    VirtualService* Match(const ConnectionKey& key, uint32_t mark) const;

    /**
     * @brief The place of a server by the index that connections keep.
     * @param index the index
     * @return the server with its service
     */
    PoolEntry& GetPlace(uint32_t index)
    {
        return m_pool[index];
    }

    /**
     * @brief The place of the server of a connection that another director tells of
     * (ip_vs_ctl.c, ip_vs_find_dest).
     * @param key addresses, ports and protocol
     * @param mark firewall mark of the service, 0 for none
     * @param address RIP
     * @param port port of the server
     * @return index of the place: that of the server in service, else one of its own
     */
    uint32_t FindPlace(const ConnectionKey& key, uint32_t mark, Ipv4Address address, uint16_t port);

    /**
     * @brief Note the time when nothing names a server out of service any more.
     * @param server a server that fewer connections name than before
     */
    void ForgetUnlessNamed(const RealServer& server);

    /**
     * @brief Take everything down.
     */
    void DisposeServices();

    TracedCallback<Ptr<VirtualService>, Ptr<RealServer>, uint32_t>
        m_serverTrace; ///< real server added, changed or removed

    std::vector<PoolEntry> m_pool; ///< by the index that connections keep

  private:
    /**
     * @brief Have the schedulers do what was due before a sysctl changes.
     */
    void AdvanceSchedulers();

    /**
     * @brief Check options and make their scheduler.
     * @param options the options
     * @param[out] scheduler the scheduler
     * @return OK, NO_SCHEDULER, BAD_FLAG or BAD_PERSISTENCE
     */
    static RuleResult MakeScheduler(const ServiceOptions& options, Ptr<Scheduler>& scheduler);

    /**
     * @brief Give a service its options but for the scheduler.
     * @param service the service
     * @param options the options
     */
    static void SetOptions(VirtualService& service, const ServiceOptions& options);

    /**
     * @brief Make a place in the pool, with a server out of service.
     * @param id its service
     * @param address RIP
     * @param port its port
     * @return the place
     */
    PoolEntry& MakePlace(const ServiceId& id, Ipv4Address address, uint16_t port);

    /**
     * @brief Have a server out of service forgotten when nothing names it any more.
     * @param index its place
     */
    void PutInTrash(uint32_t index);

    /**
     * @brief Take a server out of its service.
     * @param service its service
     * @param server the server
     */
    void Retire(VirtualService& service, Ptr<RealServer> server);

    /**
     * @brief Forget the servers out of service that were not needed for long enough
     * (ip_vs_ctl.c, ip_vs_dest_trash_expire).
     */
    void EmptyTrash();

    /**
     * @brief Find the place of a server out of service.
     * @param id its service
     * @param address RIP
     * @param port its port
     * @return the place, null when it is forgotten or never was
     */
    PoolEntry* FindInTrash(const ServiceId& id, Ipv4Address address, uint16_t port);

    /**
     * @brief Make the steps of the estimators that are due, before packets are counted.
     */
    void Estimate();

    std::vector<Ptr<VirtualService>> m_services;        ///< in the order they were added
    std::map<ServiceId, VirtualService*> m_serviceById; ///< the same, for look-ups
    bool m_hasMarks{false};                             ///< there are firewall-mark services
    std::vector<uint32_t> m_freePlaces;                 ///< places of the pool to use again
    std::vector<uint32_t> m_trash;                      ///< places of servers out of service
    Time m_trashBegin;                                  ///< when the first of those came
    Time m_nextLook;                                    ///< when those are looked at again
    Time m_time;                                        ///< the time, as Advance() said it
    Time m_nextEstimate;                                ///< of the estimators' next step
};

} // namespace gipt
} // namespace ns3

#endif // GIPT_SERVICE_TABLE_H
