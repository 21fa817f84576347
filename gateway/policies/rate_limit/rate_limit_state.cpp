#include "gateway/policies/rate_limit/rate_limit_state.h"

#include <QRandomGenerator>

#include <algorithm>
#include <utility>

namespace postern {

namespace {

constexpr std::size_t countedKeys = 131072; // 2 MiB a limit, taken page by page as keys come

TokenBuckets::Rate rateOf(const RateLimitRule& rule)
{
    const std::int64_t period = std::chrono::nanoseconds(rule.per).count();
    return {.interval = std::max<std::int64_t>(1, period / rule.limit),
            .burst = rule.burst.value_or(rule.limit)};
}

bool needsRescale(const TokenBuckets::Rate& from, const TokenBuckets::Rate& to)
{
    return from.interval != to.interval || from.burst > to.burst; // deeper than full would be a lock-out
}

} // namespace

RateLimitState::RateLimitState(const std::vector<RateLimitRule>& rules, const RateLimitState* previous)
    : m_seed(previous ? previous->m_seed : QRandomGenerator::system()->generate64())
{
    const auto isTaken = [this](const Limit& old) {
        return std::ranges::any_of(m_limits, [&](const Limit& one) { return one.buckets == old.buckets; });
    };
    for (const RateLimitRule& rule : rules) {
        Limit limit{QStringList(rule.key.begin(), rule.key.end()), rule.per, rateOf(rule), nullptr, {}};
        if (previous) {
            const auto kept = std::ranges::find_if(previous->m_limits, [&](const Limit& old) {
                return old.key == limit.key && old.per == limit.per && !isTaken(old);
            });
            if (kept != previous->m_limits.end()) {
                limit.buckets = kept->buckets;
                limit.drawnAt = kept->drawnAt.value_or(kept->rate);
            }
        }
        if (!limit.buckets)
            limit.buckets = std::make_shared<TokenBuckets>(countedKeys);
        m_limits.push_back(std::move(limit));
    }
}

void RateLimitState::inForce(Clock::Steady now)
{
    for (Limit& limit : m_limits)
        if (const auto from = std::exchange(limit.drawnAt, std::nullopt);
            from && needsRescale(*from, limit.rate))
            limit.buckets->rescale(*from, limit.rate, now.time_since_epoch().count());
}

} // namespace postern
