#pragma once

#include "app/workspace/view_time.h"
#include "models/fleet/fleet_snapshot.h"
#include "widgets/theme/tokens.h"

#include <QString>

namespace postern {

[[nodiscard]] State stateOf(Health health);

/// One reason in words, without the API's name: `burns its budget 48.2× too fast; gone in 1 h 47 min`.
[[nodiscard]] QString reasonText(const HealthReason& reason, Clock::Wall now, ZoneChoice zone);

/// The configuration an API runs, short: its revision's or its hash's first seven digits, or empty.
[[nodiscard]] QString shortRevision(const QString& revisionOrHash);
[[nodiscard]] QString runningText(const RunningConfiguration& running);

} // namespace postern
