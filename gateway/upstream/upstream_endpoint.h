#pragma once

#include "gateway/upstream/upstream_settings.h"
#include "models/base/clock.h"

#include <vector>

namespace postern {

class UpstreamConnection;

/// One endpoint as one worker sees it. Owned by its pool.
class UpstreamEndpoint
{
public:
    UpstreamEndpoint(const UpstreamSettings::Endpoint& settings, std::size_t index);

    [[nodiscard]] const UpstreamSettings::Endpoint& settings() const { return m_settings; }
    [[nodiscard]] std::size_t index() const { return m_index; } ///< in the document's order

    /// A connection was refused, or its handshake took too long: the endpoint is passed over for a moment,
    /// longer each time in a row. \returns whether it counted as healthy before.
    bool failed(Clock::Steady now);
    /// A connection came about. \returns whether it counted as unhealthy before.
    bool succeeded();
    [[nodiscard]] bool isHealthy() const { return m_failures == 0; }
    /// Healthy, or unhealthy for long enough to be tried again.
    [[nodiscard]] bool isWorthTrying(Clock::Steady now) const
    {
        return m_failures == 0 || now >= m_skippedUntil;
    }

    std::size_t active = 0;                ///< connections in use or being made
    std::vector<UpstreamConnection*> idle; ///< the one used last is the last
    int credit = 0;                        ///< of the smooth weighted round robin

private:
    const UpstreamSettings::Endpoint& m_settings;
    std::size_t m_index;
    int m_failures = 0; ///< in a row
    Clock::Steady m_skippedUntil{};
};

/// Chooses among \a endpoints, those not worth trying left out unless there is no other: a pool with one
/// broken endpoint tries it rather than refuse everyone. Never null for a non-empty list.
/// - round robin: smooth weighted (each gains its weight a turn, the richest is taken and pays the total), so
///   that weights 3:1 give aaba and not aaab;
/// - least request: fewest connections in use for its weight; equal ones in turn.
[[nodiscard]] UpstreamEndpoint* chooseEndpoint(std::vector<UpstreamEndpoint>& endpoints, Balancer balancer,
                                               Clock::Steady now);

} // namespace postern
