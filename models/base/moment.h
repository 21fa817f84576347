#pragma once

#include "models/base/clock.h"

#include <QDateTime>

namespace postern {

/// A clock's moment as Qt's, in UTC; an unset one (the epoch) is invalid.
[[nodiscard]] inline QDateTime toDateTime(Clock::Wall at)
{
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
    return ms == 0 ? QDateTime() : QDateTime::fromMSecsSinceEpoch(ms, Qt::UTC);
}

[[nodiscard]] inline Clock::Wall toWall(const QDateTime& at)
{
    return Clock::Wall(std::chrono::milliseconds(at.toMSecsSinceEpoch()));
}

} // namespace postern
