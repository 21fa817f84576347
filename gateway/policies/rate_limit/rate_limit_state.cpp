#include "gateway/policies/rate_limit/rate_limit_state.h"

#include <QRandomGenerator>

#include <algorithm>

namespace postern {

namespace {

constexpr std::size_t countedKeys = 131072; // 2 MiB a limit, taken page by page as keys come

TokenBuckets::Rate rateOf(const RateLimitRule& rule)
{
    const std::int64_t period = std::chrono::nanoseconds(rule.per).count();
    return {.interval = std::max<std::int64_t>(1, period / rule.limit),
            .burst = rule.burst.value_or(rule.limit)};
}

} // namespace

RateLimitState::RateLimitState(const std::vector<RateLimitRule>& rules, const RateLimitState* previous,
                               std::int64_t now)
    : m_seed(previous ? previous->m_seed : QRandomGenerator::system()->generate64())
{
    for (const RateLimitRule& rule : rules) {
        Limit limit{QStringList(rule.key.begin(), rule.key.end()), rule.per, rateOf(rule), nullptr};
        if (previous) {
            const auto kept =
                std::find_if(previous->m_limits.begin(), previous->m_limits.end(),
                             [&](const Limit& old) { return old.key == limit.key && old.per == limit.per; });
            if (kept != previous->m_limits.end()) {
                limit.buckets = kept->buckets;
                if (kept->rate.interval != limit.rate.interval)
                    limit.buckets->rescale(kept->rate, limit.rate, now);
            }
        }
        if (!limit.buckets)
            limit.buckets = std::make_shared<TokenBuckets>(countedKeys);
        m_limits.push_back(std::move(limit));
    }
}

} // namespace postern
