#pragma once

#include "models/slo/budget.h"
#include "widgets/frame/budget_meter.h"

#include <QString>

namespace postern {

/// `availability 99.99 % over 30 d`, `latency 99 % under 250 ms over 30 d`.
[[nodiscard]] QString objectiveText(const slo::Objective& objective);
[[nodiscard]] State stateOf(slo::Verdict verdict);
/// What the meter shows of one budget. \a stale: its figures are no longer fresh.
[[nodiscard]] BudgetReading budgetReading(const slo::BudgetStatus& budget, bool stale);

} // namespace postern
