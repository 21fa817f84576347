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

std::uint32_t EndpointChooser::rank(const UpstreamEndpoint& endpoint, const BalancerHint& hint,
                                    Clock::Steady now)
{
    const auto priority = static_cast<std::uint32_t>(endpoint.settings().priority) << 1;
    if (!endpoint.health().isWorthTrying(now))
        return kUnwell | priority;
    return priority | (isAvoided(endpoint, hint) ? 1 : 0);
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

void EndpointChooser::findCandidates(const Endpoints& endpoints, const BalancerHint& hint, Clock::Steady now)
{
    m_candidates.clear();
    m_areAlike = true;
    m_rank = kWorst;
    for (const auto& endpoint : endpoints) {
        const std::uint32_t found = rank(*endpoint, hint, now);
        if (found > m_rank)
            continue;
        if (found < m_rank) {
            m_candidates.clear();
            m_areAlike = true;
        }
        m_rank = found;
        m_candidates.push_back({endpoint.get(), weight(*endpoint, now)});
        m_areAlike = m_areAlike && m_candidates.back().weight == m_candidates.front().weight;
    }
}

UpstreamEndpoint* EndpointChooser::choose(const Endpoints& endpoints, const BalancerHint& hint,
                                          Clock::Steady now)
{
    if (endpoints.empty())
        return nullptr;
    if (endpoints.size() == 1)
        return endpoints.front().get();
    const bool keeps = mayKeep(endpoints, hint);
    if (keeps && m_kept > 0) {
        --m_kept;
        UpstreamEndpoint* const chosen = pick(endpoints.size(), hint);
        if (chosen->health().isWorthTrying(now))
            return chosen;
        m_next -= m_next > 0 ? 1 : 0; // where it was, the next one will be
    }
    findCandidates(endpoints, hint, now);
    m_kept = keeps && m_areAlike && m_rank < kUnwell ? m_candidates.size() - 1 : 0;
    return pick(endpoints.size(), hint);
}

bool EndpointChooser::mayKeep(const Endpoints& endpoints, const BalancerHint& hint) const
{
    return endpoints.size() > kFew && hint.avoid.empty() &&
           (m_balancer != Balancer::ConsistentHash || !hint.hash);
}

UpstreamEndpoint* EndpointChooser::pick(std::size_t endpoints, const BalancerHint& hint)
{
    switch (m_balancer) {
    case Balancer::RoundRobin:
        break;
    case Balancer::LeastRequest:
        return endpoints <= kFew ? takeTurn(LeastBusy::Yes) : lessBusyOfTwo();
    case Balancer::Random:
        return lessBusyOfTwo();
    case Balancer::ConsistentHash:
        if (hint.hash)
            return byHash(*hint.hash);
        break;
    }
    return takeTurn(LeastBusy::No);
}

UpstreamEndpoint* EndpointChooser::takeTurn(LeastBusy leastBusy)
{
    if (m_areAlike && leastBusy == LeastBusy::No && m_candidates.size() > kFew) {
        m_next = m_next < m_candidates.size() ? m_next : 0;
        return m_candidates[m_next++].endpoint;
    }
    // Only those among whom credit decides gain and pay: who is left out because it is busy would else save
    // up credit for as long as that lasts, and win every tie for as long again.
    const Candidate* const least =
        leastBusy == LeastBusy::Yes
            ? &*std::min_element(m_candidates.begin(), m_candidates.end(), &EndpointChooser::isLessBusy)
            : nullptr;
    const Candidate* chosen = nullptr;
    std::int64_t total = 0;
    for (const Candidate& candidate : m_candidates) {
        if (least && isLessBusy(*least, candidate))
            continue;
        candidate.endpoint->m_credit += candidate.weight;
        total += candidate.weight;
        if (!chosen || candidate.endpoint->m_credit > chosen->endpoint->m_credit)
            chosen = &candidate;
    }
    chosen->endpoint->m_credit -= total;
    return chosen->endpoint;
}

bool EndpointChooser::isLessBusy(const Candidate& one, const Candidate& other)
{
    // Without dividing.
    return static_cast<std::int64_t>(one.endpoint->requests() + 1) * other.weight <
           static_cast<std::int64_t>(other.endpoint->requests() + 1) * one.weight;
}

const EndpointChooser::Candidate* EndpointChooser::draw(const Candidate* other)
{
    m_random += 0x9e3779b97f4a7c15ULL; // SplitMix64
    const double chance = 1 - fraction(mixed(m_random));
    if (m_areAlike) {
        const std::size_t count = m_candidates.size() - (other ? 1 : 0);
        auto at = static_cast<std::size_t>(chance * static_cast<double>(count));
        at += other && &m_candidates[at] >= other ? 1 : 0;
        return count > 0 ? &m_candidates[at] : nullptr;
    }
    std::int64_t total = 0;
    for (const Candidate& candidate : m_candidates)
        total += &candidate == other ? 0 : candidate.weight;
    auto left = static_cast<std::int64_t>(chance * static_cast<double>(total));
    const Candidate* drawn = nullptr;
    for (const Candidate& candidate : m_candidates) {
        if (&candidate == other)
            continue;
        drawn = &candidate;
        left -= candidate.weight;
        if (left < 0)
            break;
    }
    return drawn;
}

UpstreamEndpoint* EndpointChooser::lessBusyOfTwo()
{
    const Candidate* const first = draw(nullptr);
    const Candidate* const second = draw(first);
    if (!second)
        return first->endpoint;
    // Equally busy, idle above all: the first, so that weights hold without load, too.
    const bool secondIsLessBusy = static_cast<std::int64_t>(second->endpoint->requests()) * first->weight <
                                  static_cast<std::int64_t>(first->endpoint->requests()) * second->weight;
    return secondIsLessBusy ? second->endpoint : first->endpoint;
}

UpstreamEndpoint* EndpointChooser::byHash(std::uint64_t hash) const
{
    UpstreamEndpoint* chosen = nullptr;
    double least = 0;
    for (const Candidate& candidate : m_candidates) {
        // An exponential variable of rate `weight` for each: the least is an endpoint's by its share.
        const double score = -std::log(fraction(mixed(hash ^ candidate.endpoint->m_hash))) /
                             static_cast<double>(candidate.weight);
        if (!chosen || score < least) {
            chosen = candidate.endpoint;
            least = score;
        }
    }
    return chosen;
}

} // namespace postern
