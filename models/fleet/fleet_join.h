#pragma once

#include "models/fleet/fleet_figures.h"
#include "models/fleet/fleet_snapshot.h"

namespace postern {

/// What no single answer tells: since when a state has been seen. Kept by the poller from join to join.
struct FleetMemory
{
    QHash<QString, Clock::Wall> lastScrape; ///< by instance
    QHash<QString, Clock::Wall> downSince;  ///< by instance
    QHash<QString, Clock::Wall> driftSince; ///< by api: not all as Git says
    QHash<QString, Clock::Wall> mixedSince; ///< by api: different configurations at once
};

struct FleetJoinInput
{
    const FleetFigures& figures;
    const std::vector<GatewayInstance>& instances;
    const std::vector<ApiExpectation>& expectations;
    Clock::Wall now;
    std::chrono::seconds range{0};
    /// A rollout takes its time: only after this long do differing configurations need attention.
    std::chrono::seconds driftPatience{120};
};

/// Everything known about the fleet, joined by `instance` and `api`: O(instances + apis). Instances that
/// Prometheus knows and the fleet's list does not are included, without a URL. `sources` is left to the
/// caller.
[[nodiscard]] FleetSnapshot joinFleet(const FleetJoinInput& input, FleetMemory& memory);

} // namespace postern
