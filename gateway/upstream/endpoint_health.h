#pragma once

#include "models/base/clock.h"

#include <atomic>
#include <cstdint>

namespace postern {

/// How one attempt at an endpoint ended, as far as the endpoint is to blame.
enum class AttemptOutcome : unsigned char {
    Success,       ///< any response that is not 5xx
    ServerError,   ///< a 5xx
    Reset,         ///< the connection ended, or what came was no HTTP, before the response was whole
    Timeout,       ///< no response in time
    ConnectFailure ///< no connection; the pool reports these itself
};

/// How the whole process sees one endpoint. Shared by the workers' views of it; a handful of atomics, written
/// when something changes and not with every request, so that reading them costs no worker anything.
class EndpointHealth
{
public:
    /// A connection was refused, or took too long: the endpoint is passed over for a moment, longer each time
    /// in a row.
    void connectFailed(Clock::Steady now);
    /// A connection came about.
    void connected();

    [[nodiscard]] bool isHealthy() const { return m_refusals.load(std::memory_order_relaxed) == 0; }
    /// Healthy, or unhealthy for long enough to be tried again.
    [[nodiscard]] bool isWorthTrying(Clock::Steady now) const
    {
        return isHealthy() ||
               now.time_since_epoch().count() >= m_skippedUntil.load(std::memory_order_relaxed);
    }

private:
    std::atomic<std::uint32_t> m_refusals = 0;   ///< connections in a row that did not come about
    std::atomic<std::int64_t> m_skippedUntil{0}; ///< of Clock::Steady
};

} // namespace postern
