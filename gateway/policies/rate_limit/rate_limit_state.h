#pragma once

#include "gateway/policies/rate_limit/config.h"
#include "gateway/policies/rate_limit/token_buckets.h"
#include "gateway/policy/compiled_policy.h"

#include <QStringList>

#include <memory>
#include <optional>
#include <vector>

namespace postern {

/// The counters of a `rateLimit` policy: buckets for each of its limits, with the secret their keys are
/// hashed under. Shared by all workers and handed on from one configuration to the next.
class RateLimitState final : public SharedState
{
public:
    /// One limit's counters. Buckets outlive the configuration that made them while key and period stay.
    struct Limit
    {
        QStringList key;
        std::chrono::milliseconds per{0};
        TokenBuckets::Rate rate;
        std::shared_ptr<TokenBuckets> buckets;
        std::optional<TokenBuckets::Rate> drawnAt; ///< the rate that the buckets are at until inForce()
    };

    /// Takes over from \a previous (may be null) the buckets of each limit whose key and period are the same.
    RateLimitState(const std::vector<RateLimitRule>& rules, const RateLimitState* previous);

    /// Where a rate has changed, what was drawn stays drawn.
    void inForce(Clock::Steady now) override;

    [[nodiscard]] const std::vector<Limit>& limits() const { return m_limits; }
    [[nodiscard]] std::size_t seed() const { return m_seed; }

private:
    std::vector<Limit> m_limits;
    std::size_t m_seed;
};

} // namespace postern
