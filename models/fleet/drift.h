#pragma once

#include "models/fleet/fleet_snapshot.h"

namespace postern {

/// One gateway that runs another configuration than Git expects.
struct Drift
{
    QString api;
    QString instance;
    QString hash;
    QString revision;
    QString expectedHash;
    QString expectedRevision;
    std::optional<Clock::Wall> asOf; ///< of the sample that says so

    friend bool operator==(const Drift&, const Drift&) = default;
};

/// By API, then instance. Gateways that do not tell their hash are no drift: they are down, or new.
[[nodiscard]] std::vector<Drift> driftOf(const FleetSnapshot& snapshot);

} // namespace postern
