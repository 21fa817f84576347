#include "models/slo/budget.h"

#include "models/slo/alert_windows.h"
#include "models/slo/traffic_floor.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace postern::slo {
namespace {

using std::chrono::seconds;

/// A ratio of bad requests as a multiple of the share allowed.
double paceOf(const Events& events, double allowed)
{
    if (events.bad <= 0.0)
        return 0.0;
    return allowed > 0.0 ? events.badRatio() / allowed : std::numeric_limits<double>::infinity();
}

const BurnRate* find(const std::vector<BurnRate>& burns, seconds window)
{
    const auto found = std::find_if(burns.begin(), burns.end(),
                                    [window](const BurnRate& burn) { return burn.window == window; });
    return found == burns.end() ? nullptr : &*found;
}

bool fires(const AlertWindow& pair, const std::vector<BurnRate>& burns, const Objective& objective)
{
    const double threshold = pair.threshold(objective.window);
    const auto tooFast = [&](seconds window) {
        const BurnRate* burn = find(burns, window);
        return burn && burn->rate > threshold && enoughToJudge(burn->events, objective.allowed(), threshold);
    };
    return pair.longWindow < objective.window && tooFast(pair.longWindow) && tooFast(pair.shortWindow);
}

Verdict verdictOf(const BudgetStatus& status)
{
    const bool judged = enoughToJudge(status.events, status.objective.allowed(), 1.0);
    // What burns now comes before what is spent already: it can still be stopped.
    for (const AlertWindow& pair : alertWindows()) {
        if (pair.verdict == Verdict::Page && fires(pair, status.burns, status.objective))
            return Verdict::Page;
    }
    if (judged && *status.left <= 0.0)
        return Verdict::Spent;
    for (const AlertWindow& pair : alertWindows()) {
        if (fires(pair, status.burns, status.objective))
            return pair.verdict;
    }
    return judged ? Verdict::Good : Verdict::TooFewRequests;
}

/// With a whole window behind it the allowance is a constant, and a rest of L goes in L × window / burn.
/// Younger data has an allowance that still grows with traffic: what is left then shrinks by burn − 1 a
/// second.
std::optional<seconds> exhaustion(const BudgetStatus& status, double pace)
{
    if (pace <= 1.0 || *status.left <= 0.0 || !std::isfinite(pace))
        return std::nullopt;
    const double window = static_cast<double>(status.objective.window.count());
    const double covered = static_cast<double>(status.covered.count());
    const double whole = *status.left * window / pace;
    const double young = *status.left * covered / (pace - 1.0);
    const bool grownBefore = covered + young > window;
    return seconds(std::llround(status.isPartial() && !grownBefore ? young : whole));
}

} // namespace

std::optional<double> BudgetStatus::burn(seconds window) const
{
    const BurnRate* burn = find(burns, window);
    return burn ? std::optional(burn->rate) : std::nullopt;
}

BudgetStatus judge(const Objective& objective, const Measurement& measurement)
{
    BudgetStatus status;
    status.objective = objective;
    status.events = measurement.events;
    status.covered = std::min(measurement.covered, objective.window);
    status.at = measurement.at;
    for (const Measurement::Window& window : measurement.windows) {
        if (window.events.total > 0.0)
            status.burns.push_back({.window = window.window,
                                    .rate = paceOf(window.events, objective.allowed()),
                                    .events = window.events,
                                    .at = window.at});
    }
    if (measurement.events.total <= 0.0)
        return status;
    const double used = paceOf(measurement.events, objective.allowed());
    // Where nothing at all may be bad, one bad request has spent the budget; how often over says nothing.
    status.left = std::isfinite(used) ? 1.0 - used : 0.0;
    status.verdict = verdictOf(status);
    if (const auto pace = status.burn(std::chrono::hours(1)))
        status.goneIn = exhaustion(status, *pace);
    return status;
}

} // namespace postern::slo
