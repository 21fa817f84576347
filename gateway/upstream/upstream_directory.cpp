#include "gateway/upstream/upstream_directory.h"

#include "gateway/upstream/outlier_detector.h"
#include "models/document/upstream.h"

#include <algorithm>

namespace postern {

namespace {

std::vector<EndpointSettings> endpointsOf(const Upstream& upstream)
{
    std::vector<EndpointSettings> endpoints;
    for (const Endpoint& endpoint : upstream.endpoints) {
        if (const auto address = SocketAddress::parse(endpoint.address))
            endpoints.push_back({*address, std::max(endpoint.weight, 1), endpoint.address.toStdString()});
    }
    return endpoints;
}

/// Whether the answers for the one are answers for the other.
bool isSameName(const std::optional<UpstreamDns>& left, const std::optional<UpstreamDns>& right)
{
    if (!left || !right)
        return left.has_value() == right.has_value();
    return left->name == right->name && left->port == right->port && left->type == right->type;
}

} // namespace

std::shared_ptr<UpstreamDirectory>
UpstreamDirectory::create(const Upstream& upstream, const std::shared_ptr<UpstreamDirectory>& previous)
{
    const std::vector<EndpointSettings> written = endpointsOf(upstream);
    if (previous && isSameName(previous->m_name, upstream.dns) && previous->m_written == written)
        return previous;
    auto directory = std::make_shared<UpstreamDirectory>(std::vector<EndpointSettings>{});
    directory->m_name = upstream.dns;
    directory->m_written = written;
    directory->put(written, previous ? previous->entries() : Entries{}, EndpointHealth::kLongAgo);
    return directory;
}

UpstreamDirectory::UpstreamDirectory(const std::vector<EndpointSettings>& endpoints)
{
    put(endpoints, {}, EndpointHealth::kLongAgo);
}

UpstreamDirectory::Entries UpstreamDirectory::entries() const
{
    const std::lock_guard lock(m_mutex);
    return m_entries;
}

bool UpstreamDirectory::replace(const std::vector<EndpointSettings>& endpoints, Clock::Steady now)
{
    const Entries known = entries();
    const auto settingsOf = [](const Entry& entry) -> const EndpointSettings& { return entry.settings; };
    if (std::ranges::equal(known, endpoints, {}, settingsOf))
        return false;
    put(endpoints, known, known.empty() ? EndpointHealth::kLongAgo : now);
    return true;
}

void UpstreamDirectory::put(const std::vector<EndpointSettings>& endpoints, const Entries& known,
                            Clock::Steady since)
{
    Entries entries;
    entries.reserve(endpoints.size());
    for (const EndpointSettings& settings : endpoints) {
        const auto same = std::find_if(known.begin(), known.end(), [&settings](const Entry& entry) {
            return entry.settings.address == settings.address;
        });
        entries.push_back(
            {settings, same == known.end() ? std::make_shared<EndpointHealth>(since) : same->health});
    }
    const std::lock_guard lock(m_mutex);
    m_entries = std::move(entries);
    m_version.fetch_add(1, std::memory_order_release);
}

void UpstreamDirectory::eject(EndpointHealth& health, const OutlierRules& rules, Clock::Steady now)
{
    const std::lock_guard lock(m_mutex); // two workers at once must not eject one too many
    const auto ejected = std::count_if(m_entries.begin(), m_entries.end(),
                                       [now](const Entry& entry) { return entry.health->isEjected(now); });
    const bool enough =
        static_cast<double>(ejected) * 100 >= rules.maxEjected * static_cast<double>(m_entries.size());
    if (!enough && !health.isEjected(now))
        health.eject(rules, now);
}

EndpointCensus::Counts UpstreamDirectory::count(Clock::Steady now) const
{
    Counts counts{};
    const std::lock_guard lock(m_mutex);
    for (const Entry& entry : m_entries)
        ++counts[static_cast<std::size_t>(entry.health->state(now))];
    return counts;
}

} // namespace postern
