#pragma once

#include "models/base/clock.h"
#include "models/slo/objective.h"

#include <optional>

namespace postern::slo {

/// Requests that count for an objective, over some window, as Prometheus' `increase` gives them.
struct Events
{
    double bad = 0.0;
    double total = 0.0;

    [[nodiscard]] double badRatio() const { return total > 0.0 ? bad / total : 0.0; }
};

/// How fast the budget went over one window: 1 spends exactly the budget in the objective's window.
struct BurnRate
{
    std::chrono::seconds window{0};
    double rate = 0.0;
    Events events;
    Clock::Wall at; ///< when this was true
};

enum class Verdict {
    Unknown,        ///< no data for this objective
    TooFewRequests, ///< below the traffic floor: shown, never judged
    Good,
    Ticket, ///< burns at a pace that wants a ticket (3× over a day, 1× over three days)
    Page,   ///< burns at a pace that wants a person now (14.4× over an hour, 6× over six hours)
    Spent   ///< nothing left
};

/// What is left of one objective's error budget, and the pace at which it goes.
struct BudgetStatus
{
    Objective objective;
    Verdict verdict = Verdict::Unknown;
    Events events;               ///< over `covered`
    std::optional<double> left;  ///< share of the budget left, 1 = untouched, below 0 = overspent
    std::vector<BurnRate> burns; ///< ascending windows; a window without data is absent
    std::optional<std::chrono::seconds> goneIn; ///< at the last hour's pace; none when it never goes
    std::chrono::seconds covered{0};            ///< how much of the objective's window has data
    Clock::Wall at;                             ///< when the budget was computed

    /// The burn over \a window, when there is data for it.
    [[nodiscard]] std::optional<double> burn(std::chrono::seconds window) const;
    /// True when the data is younger than the objective's window: the budget counts what exists.
    [[nodiscard]] bool isPartial() const { return covered < objective.window; }
};

/// What was counted for one objective.
struct Measurement
{
    Events events; ///< over the objective's window, or what exists of it
    std::chrono::seconds covered{0};
    Clock::Wall at;

    struct Window
    {
        std::chrono::seconds window{0};
        Events events;
        Clock::Wall at;
    };
    std::vector<Window> windows;
};

/// The budget, its burn rates and the verdict. Sources: Google, The Site Reliability Workbook, chapter 5
/// ("Alerting on SLOs": multi-window, multi-burn-rate); the traffic floor is ours, see traffic_floor.h.
[[nodiscard]] BudgetStatus judge(const Objective& objective, const Measurement& measurement);

} // namespace postern::slo
