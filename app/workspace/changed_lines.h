#pragma once

#include <QByteArray>

namespace postern {

/// How many lines of \a after are not in \a before at that place, plus lines that were taken away where none
/// came: what a person would say has changed. Common lines at both ends and the longest common run between
/// them are found by Myers' greedy algorithm, bounded: past a thousand differing lines every line between
/// the ends counts.
[[nodiscard]] int countChangedLines(const QByteArray& before, const QByteArray& after);

} // namespace postern
