#pragma once

#include "models/slo/budget.h"

#include <array>

namespace postern::slo {

/// A pair of windows that must both burn too fast: the long one says that it matters, the short one that it
/// still goes on. From The Site Reliability Workbook, chapter 5, table 5-8.
struct AlertWindow
{
    Verdict verdict;
    std::chrono::seconds longWindow;
    std::chrono::seconds shortWindow;
    double budgetShare; ///< of the whole budget, spent within the long window

    /// The burn rate that spends that share: 14.4, 6, 3 and 1 for an objective over 30 days. Never under 1:
    /// below it an objective is met.
    [[nodiscard]] double threshold(std::chrono::seconds objectiveWindow) const;
};

/// Gravest first.
[[nodiscard]] const std::array<AlertWindow, 4>& alertWindows();

/// Every window a burn rate is wanted over, ascending: 5m 30m 1h 2h 6h 1d 3d.
[[nodiscard]] std::vector<std::chrono::seconds> burnWindows();

} // namespace postern::slo
