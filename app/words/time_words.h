#pragma once

#include "app/workspace/view_time.h"
#include "models/base/clock.h"

#include <QDateTime>
#include <QString>

namespace postern {

[[nodiscard]] QDateTime toDateTime(Clock::Wall moment, ZoneChoice zone);

/// `14:03:20`, in the zone chosen.
[[nodiscard]] QString clockTime(Clock::Wall moment, ZoneChoice zone);
/// `14:03` today, `23 Nov 14:03` on another day.
[[nodiscard]] QString shortTime(Clock::Wall moment, Clock::Wall now, ZoneChoice zone);
/// `2026-11-24 14:03:20 UTC`, for tooltips.
[[nodiscard]] QString exactTime(Clock::Wall moment, ZoneChoice zone);
/// `just now`, `40 s ago`, `6 min ago`, `3 h ago`, `2 d ago`.
[[nodiscard]] QString ago(Clock::Wall moment, Clock::Wall now);
/// `6 h`, `24 h`, `7 d`.
[[nodiscard]] QString spanName(std::chrono::seconds range);
/// `Last 6 h`, as the top bar says it.
[[nodiscard]] QString rangeName(std::chrono::seconds range);

} // namespace postern
