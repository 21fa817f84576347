#pragma once

#include "models/fleet/api_status.h"
#include "models/fleet/source_state.h"

#include <memory>

namespace postern {

/// Sums over the fleet, for the cards above its table.
struct FleetTotals
{
    int apis = 0;
    int instances = 0;
    int instancesUp = 0;
    Measured requestsLastHour;
    Measured budgetLeft;       ///< availability, weighted by traffic; 0–1
    int governanceMet = 0;     ///< APIs without an unmet or exempted requirement
    int governanceExempt = 0;  ///< APIs with exemptions alone
    int governanceMissing = 0; ///< APIs with an unmet requirement
};

/// The whole fleet at one moment: immutable, shared by pointer between poller, models and pages.
struct FleetSnapshot
{
    Clock::Wall takenAt;
    std::chrono::seconds range{0};                    ///< of the traffic series
    std::chrono::milliseconds scrapeInterval{15'000}; ///< of the fleet's targets, as far as known
    std::chrono::seconds freshFor{0};                 ///< a figure older than this at `takenAt` is stale
    std::vector<ApiStatus> apis;                      ///< by name
    std::vector<SourceState> sources;
    std::vector<AttentionItem> attention; ///< what needs attention first, gravest first
    FleetTotals totals;

    [[nodiscard]] const ApiStatus* find(QStringView api) const;
    [[nodiscard]] const SourceState* source(QStringView name) const;
};

using FleetSnapshotPtr = std::shared_ptr<const FleetSnapshot>;

} // namespace postern
