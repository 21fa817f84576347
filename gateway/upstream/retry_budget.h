#pragma once

#include "models/base/clock.h"

#include <array>
#include <cstdint>

namespace postern {

/// Keeps retries a small part of all requests, so that an upstream in trouble is not given several times its
/// load. One worker's for one upstream, on its thread.
///
/// Within the last ten seconds there may be as many retries as the budget's share of the requests, and one a
/// second whatever the share, so that retries also work where requests are few. A share of 0 allows none.
class RetryBudget
{
public:
    void requestBegan(Clock::Steady now) { ++bucket(now).requests; }
    /// True, and counted, when one more retry is within \a share (0 to 1) of the requests.
    [[nodiscard]] bool take(double share, Clock::Steady now);

private:
    static constexpr std::int64_t kSeconds = 10;
    struct Bucket
    {
        std::int64_t second = 0;
        std::uint32_t requests = 0;
        std::uint32_t retries = 0;
    };

    Bucket& bucket(Clock::Steady now);

    std::array<Bucket, kSeconds> m_buckets{};
};

} // namespace postern
