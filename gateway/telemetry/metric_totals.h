#pragma once

#include "gateway/telemetry/metrics_layout.h"
#include "gateway/telemetry/request_shard.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace postern {

/// A histogram summed over shards. Its bounds may change with the configuration: counts then move to the next
/// higher bound that is left, so that no bound's cumulative count ever goes back.
class HistogramTotal
{
public:
    using Bounds = std::vector<std::chrono::nanoseconds>;

    /// Adds \a cells, which are laid out by \a theirs; the first ones decide nothing: the total has \a ours.
    void add(const HistogramCells& cells, const Bounds& theirs, const Bounds& ours);
    void setBounds(const Bounds& bounds);

    [[nodiscard]] bool empty() const { return m_counts.empty(); }
    [[nodiscard]] const Bounds& bounds() const { return m_bounds; }
    [[nodiscard]] std::uint64_t bucket(std::size_t index) const { return m_counts[index]; }
    [[nodiscard]] std::uint64_t sum() const { return m_sum; }

private:
    void move(const Bounds& from, std::size_t bucket, std::uint64_t count);

    Bounds m_bounds;
    std::vector<std::uint64_t> m_counts; ///< one more than bounds, or none at all
    std::uint64_t m_sum = 0;
};

/// What has been counted, by label values. Purpose: the one place where shards of different workers and
/// different configurations meet; also what earlier configurations left. A value; one thread at a time.
class MetricTotals
{
public:
    struct Policy
    {
        std::array<std::uint64_t, 3> decisions{};
        std::uint64_t lastSeen = 0;
    };
    struct Route
    {
        std::map<CodeKey, std::uint64_t> codes;
        std::array<HistogramTotal, outcomeNames.size()> durations;
        std::map<MetricsLayout::Policy, Policy> policies;
        std::uint64_t lastSeen = 0; ///< the generation that last had it
    };
    struct Upstream
    {
        HistogramTotal durations;
        std::uint64_t lastSeen = 0;
    };

    /// Label sets that left the document stay, so that their last counts are scraped; but not without bound:
    /// beyond these many the ones that left first are forgotten.
    static constexpr std::size_t rememberedRoutes = 1000;
    static constexpr std::size_t rememberedPolicies = 64; ///< of one route
    static constexpr std::size_t rememberedUpstreams = 256;

    void add(const RequestShard& shard);

    /// From now on \a layout is in force: what it promises to count is there, at 0 at first.
    void follow(const MetricsLayout& layout);

    [[nodiscard]] const std::map<std::string, Route>& routes() const { return m_routes; }
    [[nodiscard]] const std::map<std::string, Upstream>& upstreams() const { return m_upstreams; }

private:
    static void begin(Route& route, const std::vector<std::string>& methods);
    void addRoute(const MetricsLayout& layout, const MetricsLayout::Route& description,
                  const RequestShard::Route& cells);

    std::string m_api;
    HistogramTotal::Bounds m_bounds;
    std::uint64_t m_generation = 0;
    std::map<std::string, Route> m_routes;
    std::map<std::string, Upstream> m_upstreams;
};

} // namespace postern
