#include "gateway/telemetry/metric_totals.h"

#include <algorithm>
#include <utility>

namespace postern {

namespace {

/// Forgets what left longest ago, until at most \a remembered entries are left that \a generation has not.
template<typename Map>
void forgetOldest(Map& entries, std::uint64_t generation, std::size_t remembered)
{
    std::vector<std::pair<std::uint64_t, typename Map::iterator>> gone;
    for (auto it = entries.begin(); it != entries.end(); ++it)
        if (it->second.lastSeen != generation)
            gone.emplace_back(it->second.lastSeen, it);
    if (gone.size() <= remembered)
        return;
    std::ranges::sort(gone, {}, [](const auto& entry) { return entry.first; });
    for (std::size_t i = 0; i < gone.size() - remembered; ++i)
        entries.erase(gone[i].second);
}

} // namespace

void HistogramTotal::move(const Bounds& from, std::size_t bucket, std::uint64_t count)
{
    const auto at = bucket < from.size() ? std::ranges::lower_bound(m_bounds, from[bucket]) : m_bounds.end();
    m_counts[static_cast<std::size_t>(at - m_bounds.begin())] += count;
}

void HistogramTotal::add(const HistogramCells& cells, const Bounds& theirs, const Bounds& ours)
{
    if (m_counts.empty()) {
        m_bounds = ours;
        m_counts.resize(ours.size() + 1);
    }
    m_sum += cells.sum();
    for (std::size_t i = 0; i <= theirs.size(); ++i)
        move(theirs, i, cells.bucket(i));
}

void HistogramTotal::setBounds(const Bounds& bounds)
{
    if (m_counts.empty() || m_bounds == bounds)
        return;
    const Bounds oldBounds = std::exchange(m_bounds, bounds);
    const auto oldCounts = std::exchange(m_counts, std::vector<std::uint64_t>(bounds.size() + 1));
    for (std::size_t i = 0; i < oldCounts.size(); ++i)
        move(oldBounds, i, oldCounts[i]);
}

void MetricTotals::add(const RequestShard& shard)
{
    const MetricsLayout& layout = shard.layout();
    if (layout.api != m_api)
        return; // requests that outlived a change of the API itself: their labels are gone
    for (std::size_t i = 0; i <= layout.routes.size(); ++i)
        addRoute(layout, layout.route(i), shard.route(i));
    for (std::size_t i = 0; i < layout.upstreams.size(); ++i)
        m_upstreams[layout.upstreams[i].name].durations.add(*shard.upstream(i).durations, layout.bounds,
                                                            m_bounds);
}

void MetricTotals::addRoute(const MetricsLayout& layout, const MetricsLayout::Route& description,
                            const RequestShard::Route& cells)
{
    Route& route = m_routes[description.name];
    cells.codes.forEach([&route](CodeKey key, std::uint64_t count) { route.codes[key] += count; });
    for (std::size_t i = 0; i < route.durations.size(); ++i)
        if (const HistogramCells* observed = cells.durations[i].cells())
            route.durations[i].add(*observed, layout.bounds, m_bounds);
    for (std::size_t i = 0; i < description.policies.size(); ++i) {
        auto& decisions = route.policies[description.policies[i]].decisions;
        for (std::size_t kind = 0; kind < decisions.size(); ++kind)
            decisions[kind] += cells.decisions[i * decisions.size() + kind].value();
    }
}

// Series that a busy route has anyway: a budget's bad requests, and 200 beside them, for if only the bad ones
// of a gateway's first moments counted, and not the good ones, they would look like an outage.
void MetricTotals::begin(Route& route, const std::vector<std::string>& methods)
{
    constexpr std::uint16_t ok = 200;
    for (const std::string& method : methods) {
        const std::uint8_t label = methodLabel(method);
        route.codes.try_emplace({ok, label}, 0);
        for (const std::uint16_t code : errorCodes)
            route.codes.try_emplace({code, label}, 0);
    }
}

void MetricTotals::follow(const MetricsLayout& layout)
{
    if (layout.api != m_api) {
        m_routes.clear();
        m_upstreams.clear();
        m_api = layout.api;
    }
    m_bounds = layout.bounds;
    ++m_generation;
    for (std::size_t i = 0; i <= layout.routes.size(); ++i) {
        Route& route = m_routes[layout.route(i).name];
        route.lastSeen = m_generation;
        begin(route, layout.route(i).methods);
        for (const MetricsLayout::Policy& policy : layout.route(i).policies)
            route.policies[policy].lastSeen = m_generation;
    }
    for (const MetricsLayout::Upstream& upstream : layout.upstreams)
        m_upstreams[upstream.name].lastSeen = m_generation;

    forgetOldest(m_routes, m_generation, rememberedRoutes);
    forgetOldest(m_upstreams, m_generation, rememberedUpstreams);
    for (auto& [name, route] : m_routes) {
        forgetOldest(route.policies, m_generation, rememberedPolicies);
        for (HistogramTotal& histogram : route.durations)
            histogram.setBounds(layout.bounds);
    }
    for (auto& [name, upstream] : m_upstreams)
        upstream.durations.setBounds(layout.bounds);
}

} // namespace postern
