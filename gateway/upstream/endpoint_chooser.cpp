#include "gateway/upstream/endpoint_chooser.h"

#include "models/document/upstream.h"

#include <algorithm>

namespace postern {

namespace {

/// Whether \a left has fewer requests for its weight than \a right, without dividing.
bool isLessBusy(const UpstreamEndpoint& left, const UpstreamEndpoint& right)
{
    return (left.requests() + 1) * static_cast<std::size_t>(right.settings().weight) <
           (right.requests() + 1) * static_cast<std::size_t>(left.settings().weight);
}

} // namespace

EndpointChooser::Fitness EndpointChooser::fitness(const UpstreamEndpoint& endpoint, const BalancerHint& hint,
                                                  Clock::Steady now)
{
    if (!endpoint.health().isWorthTrying(now))
        return Fitness::Broken;
    const bool avoided = std::find(hint.avoid.begin(), hint.avoid.end(), endpoint.id()) != hint.avoid.end();
    return avoided ? Fitness::Avoided : Fitness::Good;
}

UpstreamEndpoint* EndpointChooser::choose(const Endpoints& endpoints, const BalancerHint& hint,
                                          Clock::Steady now)
{
    if (endpoints.size() == 1)
        return endpoints.front().get();
    Fitness best = Fitness::Broken;
    for (const auto& endpoint : endpoints)
        best = std::max(best, fitness(*endpoint, hint, now));
    UpstreamEndpoint* chosen = nullptr;
    std::int64_t total = 0;
    for (const auto& owned : endpoints) {
        UpstreamEndpoint& endpoint = *owned;
        if (fitness(endpoint, hint, now) < best)
            continue;
        endpoint.m_credit += endpoint.settings().weight;
        total += endpoint.settings().weight;
        if (!chosen) {
            chosen = &endpoint;
            continue;
        }
        // Credit decides between equally busy ones, so that they take turns.
        const bool less = m_balancer == Balancer::LeastRequest && isLessBusy(endpoint, *chosen);
        const bool more = m_balancer == Balancer::LeastRequest && isLessBusy(*chosen, endpoint);
        if (less || (!more && endpoint.m_credit > chosen->m_credit))
            chosen = &endpoint;
    }
    if (chosen)
        chosen->m_credit -= total;
    return chosen;
}

} // namespace postern
