#include "gateway/upstream/endpoint_discovery.h"

#include "gateway/upstream/upstream_directory.h"

namespace postern {

EndpointDiscovery::EndpointDiscovery(QString upstream, const UpstreamDns& settings, Environment environment)
    : m_upstream(std::move(upstream))
    , m_settings(settings)
    , m_environment(std::move(environment))
    , m_random(std::random_device{}())
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &EndpointDiscovery::look);
}

void EndpointDiscovery::follow(std::shared_ptr<UpstreamDirectory> directory)
{
    const bool first = !std::exchange(m_directory, std::move(directory));
    if (first)
        look();
}

void EndpointDiscovery::look()
{
    m_environment.resolver.resolve(DnsResolver::Question::of(m_settings), this,
                                   [this](DnsResolver::Answer answer) {
                                       take(std::move(answer));
                                       m_hasLooked = true;
                                       m_environment.looked();
                                   });
}

void EndpointDiscovery::take(DnsResolver::Answer answer)
{
    const double jitter = std::uniform_real_distribution(0.9, 1.1)(m_random);
    m_timer.start(static_cast<int>(static_cast<double>(m_settings.refresh.count()) * jitter));
    const QString fault = answer ? answer->missing : answer.error().text();
    if (fault.isEmpty() && std::exchange(m_failing, false))
        m_environment.notices.told({UpstreamNotice::Kind::LookupWorks, m_upstream, m_settings.name});
    else if (!fault.isEmpty() && !std::exchange(m_failing, true)) // told once, not every few seconds
        m_environment.notices.told({UpstreamNotice::Kind::LookupFailed, m_upstream, fault});
    // Half an answer is better than none, and worse than a whole one.
    if (!answer || (!fault.isEmpty() && !m_directory->entries().empty()))
        return;
    if (!m_directory->replace(answer->endpoints, m_environment.clock.steady()))
        return;
    m_environment.notices.told(
        {UpstreamNotice::Kind::EndpointsChanged, m_upstream, QString::number(answer->endpoints.size())});
    m_environment.notices.changed();
}

} // namespace postern
