#include "gateway/upstream/upstream_supervisor.h"

#include "gateway/upstream/upstream_directory.h"

#include <algorithm>

namespace postern {

UpstreamSupervisor::UpstreamSupervisor(const DnsSettings& dns, const Clock& clock, UpstreamNotices notices)
    : m_clock(clock), m_notices(std::move(notices)), m_resolver(dns)
{}

UpstreamSupervisor::~UpstreamSupervisor() = default;

void UpstreamSupervisor::follow(const std::vector<Supervised>& upstreams)
{
    auto before = std::move(m_discoveries);
    m_discoveries.clear();
    for (const Supervised& one : upstreams) {
        if (!one.upstream->dns)
            continue;
        std::unique_ptr<EndpointDiscovery>& discovery = m_discoveries[one.upstream->name];
        const auto same = before.find(one.upstream->name);
        if (same != before.end() && same->second->settings() == *one.upstream->dns)
            discovery = std::move(same->second);
        else
            discovery = std::make_unique<EndpointDiscovery>(
                one.upstream->name, *one.upstream->dns,
                EndpointDiscovery::Environment{m_resolver, m_clock, m_notices, [this] { lookedUp(); }});
        discovery->follow(one.directory);
    }
}

void UpstreamSupervisor::whenLookedUp(std::function<void()> done)
{
    m_done = std::move(done);
    lookedUp();
}

void UpstreamSupervisor::lookedUp()
{
    const bool all =
        std::ranges::all_of(m_discoveries, [](const auto& one) { return one.second->hasLooked(); });
    if (all && m_done)
        std::exchange(m_done, nullptr)();
}

} // namespace postern
