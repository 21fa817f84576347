#include "gateway/upstream/endpoint_discovery.h"

#include "gateway/upstream/dns_records.h"
#include "gateway/upstream/upstream_directory.h"

#include <algorithm>

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
    if (!answer)
        return;
    std::vector<EndpointSettings> endpoints = std::move(answer->endpoints);
    // Half an answer is better than none, and worse than a whole one.
    if (!fault.isEmpty() && !m_directory->entries().empty()) {
        if (answer->lacksTargets)
            return;
        keepOtherFamily(endpoints);
    }
    if (!m_directory->replace(endpoints, m_environment.clock.steady()))
        return;
    m_environment.notices.told(
        {UpstreamNotice::Kind::EndpointsChanged, m_upstream, QString::number(endpoints.size())});
    m_environment.notices.changed();
}

/// A name server that never answers for one family must not freeze the other.
void EndpointDiscovery::keepOtherFamily(std::vector<EndpointSettings>& found) const
{
    const auto isV4 = [](const EndpointSettings& one) { return one.address.host.isV4; };
    const bool hasV4 = std::ranges::any_of(found, isV4);
    const bool hasV6 = !std::ranges::all_of(found, isV4);
    for (const UpstreamDirectory::Entry& entry : m_directory->entries())
        if (!(isV4(entry.settings) ? hasV4 : hasV6))
            found.push_back(entry.settings);
    sortEndpoints(found, DnsResolver::kMostEndpoints);
}

} // namespace postern
