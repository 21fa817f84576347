#pragma once

#include "gateway/upstream/endpoint_health.h"

#include <chrono>
#include <memory>
#include <optional>

namespace postern {

class UpstreamDirectory;

/// The document's `outlierDetection`.
struct OutlierRules
{
    /// An ejection grows by `baseEjection` each time, but not beyond this (or `baseEjection`, if longer).
    static constexpr std::chrono::milliseconds kLongestEjection{300'000};

    std::uint32_t consecutiveErrors = 5;
    std::chrono::milliseconds baseEjection{30'000};
    double maxEjected = 50; ///< % of the endpoints

    friend bool operator==(const OutlierRules&, const OutlierRules&) = default;
};

/// Sets endpoints aside that fail requests, by Envoy's rules: `consecutiveErrors` attempts in a row that
/// ended in a 5xx, a reset, a timeout or no connection, over all workers; for `baseEjection` × how often it
/// happened lately; while less than `maxEjected` % are set aside, so that the first may always go (unless it
/// is 0). Owned by a pool, on the worker's thread; what it judges is shared.
class OutlierDetector
{
public:
    OutlierDetector(std::optional<OutlierRules> rules, std::shared_ptr<UpstreamDirectory> directory);

    void follow(std::shared_ptr<UpstreamDirectory> directory) { m_directory = std::move(directory); }
    void judge(EndpointHealth& health, AttemptOutcome outcome, Clock::Steady now) const;

private:
    std::optional<OutlierRules> m_rules; ///< none: nothing is ejected
    std::shared_ptr<UpstreamDirectory> m_directory;
};

} // namespace postern
