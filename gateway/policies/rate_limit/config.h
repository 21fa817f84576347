#pragma once

#include "models/schema/record.h"

#include <chrono>
#include <optional>
#include <vector>

namespace postern {

/// One limit: a bucket of `burst` tokens for each key, refilled at `limit` per `per`.
struct RateLimitRule
{
    std::vector<QString> key; ///< attributes that together make the key
    qint64 limit = 0;
    std::chrono::milliseconds per{1000};
    std::optional<qint64> burst; ///< `limit` where absent
};

/// The `rateLimit` policy's configuration: one limit written directly, or several under `limits`.
struct RateLimitConfig
{
    enum class OnMissingKey { Deny, Skip };

    std::vector<QString> key;
    std::optional<qint64> limit;
    std::optional<std::chrono::milliseconds> per;
    std::optional<qint64> burst;
    std::vector<RateLimitRule> limits;
    OnMissingKey onMissingKey = OnMissingKey::Deny;

    /// The limits in force, whichever way they were written.
    [[nodiscard]] std::vector<RateLimitRule> rules() const;
};

const Record<RateLimitConfig>& rateLimitRecord();

} // namespace postern
