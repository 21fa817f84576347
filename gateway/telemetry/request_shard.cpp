#include "gateway/telemetry/request_shard.h"

#include "gateway/telemetry/metrics_layout.h"

#include <algorithm>

namespace postern {

namespace {

constexpr std::size_t kindsOfDecision = 3;

constexpr int clientClosedRequest = 499;

Outcome outcomeOf(const RequestRecord& record)
{
    if (record.end == RequestEnd::ClientGone || record.code == clientClosedRequest)
        return Outcome::ClientGone;
    return record.code >= 500 && record.code <= 599 ? Outcome::ServerError : Outcome::Ok;
}

CodeKey codeKey(const RequestRecord& record)
{
    const bool known = record.code >= 100 && record.code <= 599;
    return {static_cast<std::uint16_t>(known ? record.code : 0), methodLabel(record.method)};
}

void countCode(RequestShard::Route& cells, CodeKey key)
{
    if (!cells.codes.add(key))
        return;
    const auto bit = static_cast<std::uint16_t>(1U << key.method);
    if (cells.methodsSeen & bit)
        return;
    cells.methodsSeen = static_cast<std::uint16_t>(cells.methodsSeen | bit);
    // For methods the route does not name; MetricTotals begins those it does.
    for (const std::uint16_t code : errorCodes)
        cells.codes.add({code, key.method}, 0);
}

std::size_t countPolicies(const MetricsLayout& layout)
{
    std::size_t policies = layout.unmatched.policies.size();
    for (const MetricsLayout::Route& route : layout.routes)
        policies += route.policies.size();
    return policies;
}

} // namespace

std::uint8_t methodLabel(std::string_view method)
{
    const auto last = methodNames.end() - 1;
    return static_cast<std::uint8_t>(std::find(methodNames.begin(), last, method) - methodNames.begin());
}

RequestShard::RequestShard(std::shared_ptr<const MetricsLayout> layout)
    : m_layout(std::move(layout))
    , m_routes(std::make_unique<Route[]>(m_layout->routes.size() + 1))
    , m_decisions(std::make_unique<Counter[]>(countPolicies(*m_layout) * kindsOfDecision))
    , m_upstreams(std::make_unique<Upstream[]>(m_layout->upstreams.size()))
{
    Counter* decisions = m_decisions.get();
    for (std::size_t i = 0; i <= m_layout->routes.size(); ++i) {
        m_routes[i].decisions = decisions;
        decisions += m_layout->route(i).policies.size() * kindsOfDecision;
    }
    for (std::size_t i = 0; i < m_layout->upstreams.size(); ++i)
        m_upstreams[i].durations = std::make_unique<HistogramCells>(m_layout->bounds);
}

void RequestShard::count(const RequestRecord& record)
{
    const std::size_t index = std::min(record.route, m_layout->routes.size());
    const MetricsLayout::Route& route = m_layout->route(index);
    Route& cells = m_routes[index];
    countCode(cells, codeKey(record));
    if (route.timed && !record.upgraded)
        cells.durations[static_cast<std::size_t>(outcomeOf(record))].observe(m_layout->bounds,
                                                                             record.duration);
    for (const PolicyOutcome& outcome : record.policies)
        if (outcome.policy < route.policies.size())
            cells.decisions[outcome.policy * kindsOfDecision + static_cast<std::size_t>(outcome.kind)].add();
    if (record.upstreamDuration)
        observeUpstream(record.upstream, *record.upstreamDuration);
}

void RequestShard::observeUpstream(std::size_t upstream, std::chrono::nanoseconds duration)
{
    if (upstream < m_layout->upstreams.size())
        m_upstreams[upstream].durations->observe(duration);
}

} // namespace postern
