#include "gateway/upstream/upstream_endpoint.h"

#include "models/document/upstream.h"

#include <algorithm>

namespace postern {

using namespace std::chrono_literals;

namespace {

constexpr auto kFirstSkip = 1s;
constexpr int kMostDoublings = 4; // 16 s

/// Whether \a left has fewer connections in use for its weight than \a right, without dividing.
bool isLessBusy(const UpstreamEndpoint& left, const UpstreamEndpoint& right)
{
    return (left.active + 1) * static_cast<std::size_t>(right.settings().weight) <
           (right.active + 1) * static_cast<std::size_t>(left.settings().weight);
}

} // namespace

UpstreamEndpoint::UpstreamEndpoint(const UpstreamSettings::Endpoint& settings, std::size_t index)
    : m_settings(settings), m_index(index)
{}

bool UpstreamEndpoint::failed(Clock::Steady now)
{
    m_skippedUntil = now + kFirstSkip * (1 << std::min(m_failures, kMostDoublings));
    return m_failures++ == 0;
}

bool UpstreamEndpoint::succeeded() { return std::exchange(m_failures, 0) > 0; }

UpstreamEndpoint* chooseEndpoint(std::vector<UpstreamEndpoint>& endpoints, Balancer balancer,
                                 Clock::Steady now)
{
    if (endpoints.size() == 1)
        return &endpoints.front();
    const bool anyWorthTrying = std::any_of(endpoints.begin(), endpoints.end(), [now](const auto& endpoint) {
        return endpoint.isWorthTrying(now);
    });
    UpstreamEndpoint* chosen = nullptr;
    int total = 0;
    for (UpstreamEndpoint& endpoint : endpoints) {
        if (anyWorthTrying && !endpoint.isWorthTrying(now))
            continue;
        endpoint.credit += endpoint.settings().weight;
        total += endpoint.settings().weight;
        if (!chosen) {
            chosen = &endpoint;
            continue;
        }
        // Credit decides between equally busy ones, so that they take turns.
        const bool less = balancer == Balancer::LeastRequest && isLessBusy(endpoint, *chosen);
        const bool more = balancer == Balancer::LeastRequest && isLessBusy(*chosen, endpoint);
        if (less || (!more && endpoint.credit > chosen->credit))
            chosen = &endpoint;
    }
    if (chosen)
        chosen->credit -= total;
    return chosen;
}

} // namespace postern
