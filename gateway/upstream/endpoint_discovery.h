#pragma once

#include "gateway/upstream/dns_resolver.h"
#include "gateway/upstream/upstream_notice.h"
#include "models/base/clock.h"
#include "models/document/upstream.h"

#include <memory>
#include <random>

namespace postern {

class UpstreamDirectory;

/// Keeps one upstream's endpoints as DNS has them: looks its name up every `refresh` (whatever the records'
/// TTL: the document's word is the operator's), a little sooner or later each time so that gateways do not
/// ask in step. A lookup that fails, even in part, or finds nothing, changes nothing: the last answer serves
/// on; where only one family's addresses could not be asked for, those stay and the other's are followed.
/// Owned by the UpstreamSupervisor, on its thread.
class EndpointDiscovery final : public QObject
{
    Q_OBJECT
public:
    struct Environment
    {
        DnsResolver& resolver;
        const Clock& clock;
        UpstreamNotices notices;
        std::function<void()> looked; ///< after each lookup
    };

    EndpointDiscovery(QString upstream, const UpstreamDns& settings, Environment environment);

    /// Where the answers go from now on. The first call begins to look.
    void follow(std::shared_ptr<UpstreamDirectory> directory);
    [[nodiscard]] const UpstreamDns& settings() const { return m_settings; }
    /// At least once, found or not.
    [[nodiscard]] bool hasLooked() const { return m_hasLooked; }

private:
    void look();
    void take(DnsResolver::Answer answer);
    void keepOtherFamily(std::vector<EndpointSettings>& found) const;

    const QString m_upstream;
    const UpstreamDns m_settings;
    const Environment m_environment;
    std::shared_ptr<UpstreamDirectory> m_directory;
    std::minstd_rand m_random;
    QTimer m_timer;
    bool m_failing = false;
    bool m_hasLooked = false;
};

} // namespace postern
