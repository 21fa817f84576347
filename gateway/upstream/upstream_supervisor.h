#pragma once

#include "gateway/upstream/dns_resolver.h"
#include "gateway/upstream/endpoint_discovery.h"
#include "gateway/upstream/health_checker.h"
#include "gateway/upstream/upstream_notice.h"

#include <map>
#include <memory>
#include <vector>

namespace postern {

class UpstreamDirectory;

/// Finds out what all workers need to know of upstreams: their endpoints, where DNS names them, and how these
/// are. One in a process, not one a worker, so that a name and an endpoint are asked once. Owned by the
/// control thread's Control, on its thread, away from the data path; what it finds goes into the directories,
/// and `changed` pokes the workers.
class UpstreamSupervisor
{
public:
    struct Supervised
    {
        const Upstream* upstream; ///< while follow() runs
        std::shared_ptr<UpstreamDirectory> directory;
        std::shared_ptr<const TlsClientContext> tls = {}; ///< null: none, or not to be had
    };

    /// \a dispatcher: of the thread it lives on.
    UpstreamSupervisor(EpollDispatcher& dispatcher, const DnsSettings& dns, const Clock& clock,
                       UpstreamNotices notices);
    ~UpstreamSupervisor();

    /// These upstreams from now on. One whose settings stay is not looked up anew.
    void follow(const std::vector<Supervised>& upstreams);
    /// Calls \a done, once, when every name has been looked up, found or not; perhaps at once.
    void whenLookedUp(std::function<void()> done);
    /// For names that are nobody's yet.
    [[nodiscard]] DnsResolver& resolver() { return m_resolver; }

private:
    void followNames(const std::vector<Supervised>& upstreams);
    void followChecks(const std::vector<Supervised>& upstreams);
    void lookedUp();

    const Clock& m_clock;
    const UpstreamNotices m_notices;
    DeadlineSweep m_deadlines; ///< its timer runs once something is checked
    const UpstreamPool::Environment m_environment;
    std::map<QString, std::unique_ptr<HealthChecker>> m_checkers; ///< by the upstream's name
    DnsResolver m_resolver;
    std::function<void()> m_done;
    std::map<QString, std::unique_ptr<EndpointDiscovery>> m_discoveries; ///< by the upstream's name
};

} // namespace postern
