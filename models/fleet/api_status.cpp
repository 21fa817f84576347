#include "models/fleet/api_status.h"

#include "models/fleet/fleet_snapshot.h"

#include <algorithm>

namespace postern {

int ApiStatus::instancesUp() const
{
    return static_cast<int>(
        std::count_if(instances.begin(), instances.end(), [](const InstanceStatus& instance) {
            return instance.state == InstanceStatus::State::Up;
        }));
}

std::optional<int> ApiStatus::instancesAsExpected() const
{
    if (!expected || expected->hash.isEmpty())
        return std::nullopt;
    return static_cast<int>(
        std::count_if(instances.begin(), instances.end(),
                      [](const InstanceStatus& instance) { return instance.asExpected.value_or(false); }));
}

const slo::BudgetStatus* ApiStatus::tightestBudget() const
{
    const slo::BudgetStatus* tightest = nullptr;
    for (const slo::BudgetStatus& budget : budgets) {
        if (budget.left && (!tightest || *budget.left < *tightest->left))
            tightest = &budget;
    }
    return tightest;
}

const ApiStatus* FleetSnapshot::find(QStringView api) const
{
    const auto found = std::lower_bound(
        apis.begin(), apis.end(), api, [](const ApiStatus& one, QStringView name) { return one.api < name; });
    return found != apis.end() && found->api == api ? &*found : nullptr;
}

const SourceState* FleetSnapshot::source(QStringView name) const
{
    const auto found = std::find_if(sources.begin(), sources.end(),
                                    [name](const SourceState& one) { return one.source == name; });
    return found == sources.end() ? nullptr : &*found;
}

} // namespace postern
