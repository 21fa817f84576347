#pragma once

#include "models/document/upstream.h"

namespace postern {

// What is done about an upstream that fails: parts of upstreamRecord().
[[nodiscard]] const Record<Retries>& retriesRecord();
[[nodiscard]] const Record<HealthCheck>& healthCheckRecord();
[[nodiscard]] const Record<OutlierDetection>& outlierDetectionRecord();

} // namespace postern
