#include "gateway/upstream/upstream_supervisor.h"

#include "gateway/upstream/upstream_directory.h"

#include <algorithm>
#include <random>

namespace postern {

UpstreamSupervisor::UpstreamSupervisor(EpollDispatcher& dispatcher, const DnsSettings& dns,
                                       const Clock& clock, UpstreamNotices notices)
    : m_clock(clock)
    , m_notices{[this, changed = std::move(notices.changed)] {
                    for (const auto& [name, checker] : m_checkers)
                        checker->refresh();
                    changed();
                },
                std::move(notices.told)}
    , m_deadlines(clock)
    , m_environment{dispatcher, m_deadlines, clock, std::random_device{}()}
    , m_resolver(dns)
{}

UpstreamSupervisor::~UpstreamSupervisor() = default;

void UpstreamSupervisor::follow(const std::vector<Supervised>& upstreams)
{
    followNames(upstreams);
    followChecks(upstreams);
}

void UpstreamSupervisor::followChecks(const std::vector<Supervised>& upstreams)
{
    auto before = std::move(m_checkers);
    m_checkers.clear();
    for (const Supervised& one : upstreams) {
        if (!one.upstream->healthCheck) {
            // What nobody checks any more counts as well again.
            for (const UpstreamDirectory::Entry& entry : one.directory->entries())
                entry.health->checked(true, m_clock.steady());
            continue;
        }
        auto settings = UpstreamSettings::of(*one.upstream, 1);
        if (!settings)
            continue; // no snapshot has it
        settings->security.context = one.tls;
        const HealthChecker::Settings wanted{*one.upstream->healthCheck, std::move(*settings)};
        std::unique_ptr<HealthChecker>& checker = m_checkers[one.upstream->name];
        const auto same = before.find(one.upstream->name);
        if (same != before.end() && same->second->settings() == wanted)
            checker = std::move(same->second);
        else
            checker = std::make_unique<HealthChecker>(wanted, m_environment, m_notices);
        checker->follow(one.directory);
    }
}

void UpstreamSupervisor::followNames(const std::vector<Supervised>& upstreams)
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
