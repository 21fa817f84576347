#include "gateway/upstream/retry_budget.h"

#include <algorithm>

namespace postern {

namespace {

std::int64_t secondOf(Clock::Steady now)
{
    return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
}

} // namespace

RetryBudget::Bucket& RetryBudget::bucket(Clock::Steady now)
{
    const std::int64_t second = secondOf(now);
    Bucket& bucket = m_buckets[static_cast<std::size_t>(second % kSeconds)];
    if (bucket.second != second)
        bucket = {second, 0, 0};
    return bucket;
}

bool RetryBudget::take(double share, Clock::Steady now)
{
    if (share <= 0)
        return false;
    const std::int64_t oldest = secondOf(now) - kSeconds + 1;
    std::uint64_t requests = 0;
    std::uint64_t retries = 0;
    for (const Bucket& bucket : m_buckets) {
        if (bucket.second < oldest)
            continue;
        requests += bucket.requests;
        retries += bucket.retries;
    }
    constexpr double leastAllowed = kSeconds;
    if (static_cast<double>(retries) >= std::max(share * static_cast<double>(requests), leastAllowed))
        return false;
    ++bucket(now).retries;
    return true;
}

} // namespace postern
