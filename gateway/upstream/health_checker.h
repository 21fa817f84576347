#pragma once

#include "gateway/upstream/endpoint_probe.h"
#include "gateway/upstream/upstream_notice.h"

#include <memory>
#include <vector>

namespace postern {

class UpstreamDirectory;

/// The document's `healthCheck` of one upstream: a probe for each of its endpoints. What they find goes into
/// the endpoints' shared health, where all workers and the scrape see it. A new endpoint counts as well until
/// it was found not to be. Owned by the UpstreamSupervisor, on its thread.
class HealthChecker
{
public:
    /// What makes it another one.
    struct Settings
    {
        HealthCheck check;
        UpstreamSettings upstream; ///< how connections are made

        friend bool operator==(const Settings&, const Settings&) = default;
    };

    HealthChecker(Settings settings, const UpstreamPool::Environment& environment, UpstreamNotices notices);
    HealthChecker(const HealthChecker&) = delete;
    HealthChecker& operator=(const HealthChecker&) = delete;

    [[nodiscard]] const Settings& settings() const { return m_settings; }
    /// Its endpoints from now on; probes of those that stay go on.
    void follow(std::shared_ptr<UpstreamDirectory> directory);
    /// Some question is open.
    [[nodiscard]] bool isAsking() const;
    /// The directory has changed.
    void refresh();

private:
    struct Probed
    {
        EndpointSettings endpoint;
        std::shared_ptr<EndpointHealth> health;
        std::unique_ptr<EndpointProbe> probe;
    };
    [[nodiscard]] std::unique_ptr<Probed> probe(const UpstreamDirectory::Entry& entry);
    void found(const Probed& probed, const QString& fault);

    const Settings m_settings;
    const UpstreamPool::Environment m_environment;
    const UpstreamNotices m_notices;
    std::shared_ptr<UpstreamDirectory> m_directory;
    std::vector<std::unique_ptr<Probed>> m_probed;
};

} // namespace postern
