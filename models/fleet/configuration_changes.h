#pragma once

#include "models/fleet/api_history.h"
#include "models/prometheus/answer.h"

namespace postern {

/// When configurations came, from `count by (hash, revision) (postern_config_info)` over a range in \a step.
/// A configuration that comes back after another one ran is a change again; one that was only not scraped for
/// a while is none. Ascending.
[[nodiscard]] std::vector<ConfigurationChange>
configurationChanges(const PrometheusAnswer& answer, Clock::Wall start, std::chrono::seconds step);

} // namespace postern
