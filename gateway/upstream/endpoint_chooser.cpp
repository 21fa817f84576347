#include "gateway/upstream/endpoint_chooser.h"

#include "models/document/upstream.h"

#include <algorithm>
#include <cmath>

namespace postern {

namespace {

constexpr std::int64_t kWhole = 1024;
constexpr std::int64_t kFloor = kWhole / 10; // of a slow start

bool isAvoided(const UpstreamEndpoint& endpoint, const BalancerHint& hint)
{
    return std::find(hint.avoid.begin(), hint.avoid.end(), endpoint.id()) != hint.avoid.end();
}

/// Uniform in (0, 1].
double fraction(std::uint64_t bits) { return (static_cast<double>(bits >> 11) + 1) * 0x1p-53; }

} // namespace

EndpointChooser::EndpointChooser(Balancer balancer, std::chrono::milliseconds slowStart, std::uint64_t seed)
    : m_balancer(balancer), m_slowStart(slowStart), m_random(seed)
{}

EndpointChooser::Fitness EndpointChooser::fitness(const UpstreamEndpoint& endpoint, const BalancerHint& hint,
                                                  Clock::Steady now)
{
    if (!endpoint.health().isWorthTrying(now))
        return Fitness::Broken;
    return isAvoided(endpoint, hint) ? Fitness::Avoided : Fitness::Good;
}

std::int64_t EndpointChooser::weight(const UpstreamEndpoint& endpoint, Clock::Steady now) const
{
    const std::int64_t whole = endpoint.settings().weight * kWhole;
    if (m_slowStart.count() == 0)
        return whole;
    const std::chrono::nanoseconds age = now - endpoint.health().since();
    if (age >= m_slowStart)
        return whole;
    const double grown = static_cast<double>(age.count()) / static_cast<double>(m_slowStart.count());
    const auto share = static_cast<std::int64_t>(grown * kWhole);
    return endpoint.settings().weight * std::max(share, kFloor);
}

UpstreamEndpoint* EndpointChooser::choose(const Endpoints& endpoints, const BalancerHint& hint,
                                          Clock::Steady now)
{
    if (endpoints.empty())
        return nullptr;
    if (endpoints.size() == 1)
        return endpoints.front().get();
    Candidates candidates{endpoints, hint, now, Fitness::Broken};
    for (const auto& endpoint : endpoints) {
        candidates.least = std::max(candidates.least, fitness(*endpoint, hint, now));
        if (candidates.least == Fitness::Good)
            break;
    }
    switch (m_balancer) {
    case Balancer::RoundRobin:
        break;
    case Balancer::LeastRequest:
        return endpoints.size() <= kFew ? takeTurn(candidates, true) : lessBusyOfTwo(candidates);
    case Balancer::Random:
        return lessBusyOfTwo(candidates);
    case Balancer::ConsistentHash:
        if (hint.hash)
            return byHash(candidates, *hint.hash);
        break;
    }
    return takeTurn(candidates, false);
}

UpstreamEndpoint* EndpointChooser::takeTurn(const Candidates& candidates, bool leastBusy) const
{
    UpstreamEndpoint* chosen = nullptr;
    std::int64_t chosenWeight = 0;
    std::int64_t total = 0;
    for (const auto& owned : candidates.endpoints) {
        UpstreamEndpoint& endpoint = *owned;
        if (fitness(endpoint, candidates.hint, candidates.now) < candidates.least)
            continue;
        const std::int64_t weight = this->weight(endpoint, candidates.now);
        endpoint.m_credit += weight;
        total += weight;
        // Without dividing: requests for their weight. Credit decides between equals, so that they take
        // turns.
        std::int64_t busier = 0;
        if (chosen && leastBusy)
            busier = static_cast<std::int64_t>(endpoint.requests() + 1) * chosenWeight -
                     static_cast<std::int64_t>(chosen->requests() + 1) * weight;
        if (!chosen || busier < 0 || (busier == 0 && endpoint.m_credit > chosen->m_credit)) {
            chosen = &endpoint;
            chosenWeight = weight;
        }
    }
    if (chosen)
        chosen->m_credit -= total;
    return chosen;
}

UpstreamEndpoint* EndpointChooser::draw(const Candidates& candidates, const UpstreamEndpoint* other)
{
    const auto weightOf = [&](const UpstreamEndpoint& endpoint) {
        const bool out =
            &endpoint == other || fitness(endpoint, candidates.hint, candidates.now) < candidates.least;
        return out ? 0 : weight(endpoint, candidates.now);
    };
    std::int64_t total = 0;
    for (const auto& endpoint : candidates.endpoints)
        total += weightOf(*endpoint);
    m_random += 0x9e3779b97f4a7c15ULL; // SplitMix64
    auto left = static_cast<std::int64_t>((1 - fraction(mixed(m_random))) * static_cast<double>(total));
    for (const auto& endpoint : candidates.endpoints) {
        left -= weightOf(*endpoint);
        if (left < 0)
            return endpoint.get();
    }
    return nullptr; // total is 0: there was but one
}

UpstreamEndpoint* EndpointChooser::lessBusyOfTwo(const Candidates& candidates)
{
    UpstreamEndpoint* const first = draw(candidates, nullptr);
    UpstreamEndpoint* const second = draw(candidates, first);
    if (!second)
        return first;
    // Equally busy, idle above all: the first, so that weights hold without load, too.
    const bool secondIsLessBusy =
        static_cast<std::int64_t>(second->requests()) * weight(*first, candidates.now) <
        static_cast<std::int64_t>(first->requests()) * weight(*second, candidates.now);
    return secondIsLessBusy ? second : first;
}

UpstreamEndpoint* EndpointChooser::byHash(const Candidates& candidates, std::uint64_t hash) const
{
    UpstreamEndpoint* chosen = nullptr;
    double least = 0;
    for (const auto& endpoint : candidates.endpoints) {
        if (fitness(*endpoint, candidates.hint, candidates.now) < candidates.least)
            continue;
        // An exponential variable of rate `weight` for each: the least is an endpoint's by its share.
        const double score = -std::log(fraction(mixed(hash ^ endpoint->m_hash))) /
                             static_cast<double>(weight(*endpoint, candidates.now));
        if (!chosen || score < least) {
            chosen = endpoint.get();
            least = score;
        }
    }
    return chosen;
}

} // namespace postern
