#pragma once

#include "models/slo/budget.h"

namespace postern::slo {

/// Whether there are enough requests to judge by.
///
/// Rule: one bad request alone must never decide. With N requests, of which a share `allowed` may be bad, a
/// single one burns 1 / (N × allowed); so a window is judged from N ≥ 1 / (allowed × threshold) on, and the
/// budget itself from N ≥ 1 / allowed on (10,000 requests for 99.99 %). Below that a window is judged all the
/// same once ten requests were bad: ten events are known to within a third (1/√10), and a small API that
/// fails every request must not stay unseen. Source of the problem: The Site Reliability Workbook, chapter 5,
/// "Low-Traffic Services and Error Budget Alerting"; it names no number, this rule is ours.
[[nodiscard]] bool enoughToJudge(const Events& events, double allowed, double threshold);

/// The requests from which on a window is judged whatever was bad.
[[nodiscard]] double trafficFloor(double allowed, double threshold);

} // namespace postern::slo
