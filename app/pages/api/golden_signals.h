#pragma once

#include "models/fleet/api_history.h"
#include "models/slo/objective.h"
#include "widgets/chart/chart_data.h"

#include <functional>

namespace postern {

/// What the charts of an API are made from. The charts' units: requests/s, percent, milliseconds.
struct GoldenSignals
{
    const ApiHistory& history;
    const std::vector<slo::Objective>& objectives;
    /// A configuration's subject line, by revision; empty where the commit is not known.
    std::function<QString(const QString& revision)> subjectOf;
    bool stale = false;
};

[[nodiscard]] ChartData trafficChart(const GoldenSignals& golden);
[[nodiscard]] ChartData errorChart(const GoldenSignals& golden);
[[nodiscard]] ChartData latencyChart(const GoldenSignals& golden);

} // namespace postern
