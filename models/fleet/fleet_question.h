#pragma once

#include "models/slo/objective.h"

#include <QString>

#include <chrono>
#include <vector>

namespace postern {

/// One question a refresh asks of Prometheus, about the whole fleet at once.
struct FleetQuestion
{
    enum class Kind {
        InstanceRates,  ///< requests/s by api and instance
        ErrorRates,     ///< by api and `part`: bad, total
        P99,            ///< seconds by api
        P50,            ///< seconds by api
        Up,             ///< 0 or 1 by instance
        Configurations, ///< Unix seconds of the newest sample by api, instance, hash, revision
        Memory,         ///< bytes by instance
        Governance,     ///< by api, baseline, requirement, state
        RequestsLastHour,
        Traffic, ///< requests/s by api, over `window` in `step`
        Events,  ///< over `window`, by api, le and `part`: bad, total, within, answered
        Coverage ///< how much of `window` has data: by api and `part`: coarse, fine, in steps
    };
    /// What the fleet's first picture needs is waited for; dear questions come when they come.
    enum class Urgency { Now, Later };

    Kind kind = Kind::Up;
    Urgency urgency = Urgency::Now;
    QString promql;
    std::chrono::seconds window{0};
    std::chrono::seconds step{0};     ///< of a range; of Coverage the coarse step
    std::chrono::seconds fineStep{0}; ///< of Coverage

    /// Stable over refreshes and free of figures: `events 1h`.
    [[nodiscard]] QString name() const;
};

/// What the questions depend on. Their number depends on `objectives`' distinct windows alone.
struct FleetScope
{
    std::chrono::milliseconds scrapeInterval{15'000};
    std::chrono::seconds range{0};
    std::vector<slo::Objective> objectives; ///< of all APIs

    friend bool operator==(const FleetScope&, const FleetScope&) = default;
};

[[nodiscard]] std::vector<FleetQuestion> fleetQuestions(const FleetScope& scope);

} // namespace postern
