#include "models/fleet/health_rules.h"

#include "models/slo/alert_windows.h"

#include <algorithm>
#include <tuple>

namespace postern {
namespace {

using Kind = HealthReason::Kind;
using slo::Verdict;

constexpr double kLowBudget = 0.10;

/// The pair of windows that fired: the gravest whose long window burns above its threshold.
HealthReason burningReason(const slo::BudgetStatus& budget, Health severity)
{
    HealthReason reason{.kind = Kind::Burning, .severity = severity, .objective = budget.objective.name};
    reason.goneIn = budget.goneIn;
    for (const slo::AlertWindow& pair : slo::alertWindows()) {
        const double threshold = pair.threshold(budget.objective.window);
        const auto burn = budget.burn(pair.longWindow);
        if (pair.verdict != budget.verdict || !burn || *burn <= threshold)
            continue;
        reason.value = *burn;
        reason.limit = threshold;
        reason.window = pair.longWindow;
        break;
    }
    return reason;
}

void judgeBudget(const slo::BudgetStatus& budget, std::vector<HealthReason>& reasons)
{
    HealthReason reason{.objective = budget.objective.name, .value = budget.left.value_or(0.0)};
    switch (budget.verdict) {
    case Verdict::Page:
        reasons.push_back(burningReason(budget, Health::Bad));
        return;
    case Verdict::Spent:
        reason.kind = Kind::BudgetSpent;
        reason.severity = Health::Bad;
        reasons.push_back(reason);
        return;
    case Verdict::Ticket:
        reasons.push_back(burningReason(budget, Health::Watch));
        return;
    case Verdict::Good:
        if (*budget.left < kLowBudget) {
            reason.kind = Kind::BudgetLow;
            reason.severity = Health::Watch;
            reason.limit = kLowBudget;
            reasons.push_back(reason);
        }
        return;
    case Verdict::Unknown:
    case Verdict::TooFewRequests:
        return;
    }
}

void judgeInstances(const ApiStatus& status, const HealthContext& context, std::vector<HealthReason>& reasons)
{
    const int all = static_cast<int>(status.instances.size());
    int down = 0;
    int silent = 0;
    std::optional<Clock::Wall> since;
    for (const InstanceStatus& instance : status.instances) {
        silent += instance.state == InstanceStatus::State::Unknown ? 1 : 0;
        if (instance.state != InstanceStatus::State::Down)
            continue;
        ++down;
        if (instance.downSince && (!since || *instance.downSince < *since))
            since = instance.downSince;
    }
    if (down > 0)
        reasons.push_back({.kind = Kind::InstancesDown,
                           .severity = down == all ? Health::Bad : Health::Watch,
                           .count = down,
                           .of = all,
                           .since = since});
    const bool told = std::any_of(status.instances.begin(), status.instances.end(),
                                  [](const InstanceStatus& instance) { return !instance.hash.isEmpty(); });
    if (context.asked && down < all && !told)
        reasons.push_back({.kind = Kind::NoMetrics,
                           .severity = Health::Unknown,
                           .count = silent,
                           .of = all,
                           .since = status.lastScrape});
}

void judgeConfigurations(const ApiStatus& status, const HealthContext& context,
                         std::vector<HealthReason>& reasons)
{
    const auto lasted = [&context](const std::optional<Clock::Wall>& since) {
        return since && context.now - *since >= context.patience;
    };
    if (lasted(context.driftSince)) {
        const int tell = instancesThatTell(status);
        reasons.push_back({.kind = Kind::ConfigurationDrift,
                           .severity = Health::Watch,
                           .count = tell - status.instancesAsExpected().value_or(tell),
                           .of = tell,
                           .since = context.driftSince,
                           .hash = status.expected->hash});
        return;
    }
    if (lasted(context.mixedSince))
        reasons.push_back({.kind = Kind::MixedConfigurations,
                           .severity = Health::Watch,
                           .count = static_cast<int>(status.configurations.size()),
                           .of = static_cast<int>(status.instances.size()),
                           .since = context.mixedSince});
}

void judgeGovernance(const ApiStatus& status, std::vector<HealthReason>& reasons)
{
    const auto count = [&status](GovernanceState::State state) {
        return static_cast<int>(std::count_if(status.governance.begin(), status.governance.end(),
                                              [state](const auto& one) { return one.state == state; }));
    };
    if (const int missing = count(GovernanceState::State::Missing))
        reasons.push_back({.kind = Kind::GovernanceMissing, .severity = Health::Watch, .count = missing});
    if (const int exempt = count(GovernanceState::State::Exempt))
        reasons.push_back({.kind = Kind::GovernanceExempt, .severity = Health::Good, .count = exempt});
}

/// What is lost soonest comes first.
bool graver(const HealthReason& a, const HealthReason& b)
{
    constexpr auto never = std::chrono::seconds::max();
    // Within a severity: what burns now, then what is down, then what drifts, then rules unmet.
    const auto rank = [](Kind kind) {
        switch (kind) {
        case Kind::Burning:
            return 0;
        case Kind::InstancesDown:
            return 1;
        case Kind::BudgetSpent:
            return 2;
        case Kind::BudgetLow:
            return 3;
        case Kind::ConfigurationDrift:
            return 4;
        case Kind::MixedConfigurations:
            return 5;
        case Kind::NoMetrics:
            return 6;
        case Kind::GovernanceMissing:
            return 7;
        case Kind::GovernanceExempt:
            return 8;
        }
        return 9;
    };
    return std::make_tuple(-gravity(a.severity), rank(a.kind), a.goneIn.value_or(never), -a.value) <
           std::make_tuple(-gravity(b.severity), rank(b.kind), b.goneIn.value_or(never), -b.value);
}

} // namespace

int gravity(Health health)
{
    switch (health) {
    case Health::Good:
        return 0;
    case Health::Unknown:
        return 1;
    case Health::Watch:
        return 2;
    case Health::Bad:
        return 3;
    }
    return 1;
}

int instancesThatTell(const ApiStatus& status)
{
    return static_cast<int>(
        std::count_if(status.instances.begin(), status.instances.end(),
                      [](const InstanceStatus& instance) { return !instance.hash.isEmpty(); }));
}

void judgeHealth(ApiStatus& status, const HealthContext& context)
{
    status.reasons.clear();
    for (const slo::BudgetStatus& budget : status.budgets)
        judgeBudget(budget, status.reasons);
    judgeInstances(status, context, status.reasons);
    judgeConfigurations(status, context, status.reasons);
    judgeGovernance(status, status.reasons);
    std::stable_sort(status.reasons.begin(), status.reasons.end(), graver);
    if (!status.reasons.empty() && status.reasons.front().severity != Health::Good)
        status.health = status.reasons.front().severity;
    else
        status.health = status.lastScrape ? Health::Good : Health::Unknown;
}

std::vector<AttentionItem> attentionOf(const std::vector<ApiStatus>& apis)
{
    std::vector<AttentionItem> items;
    for (const ApiStatus& api : apis) {
        if (!api.reasons.empty() && api.reasons.front().severity != Health::Good)
            items.push_back({.api = api.api, .reason = api.reasons.front()});
    }
    std::stable_sort(items.begin(), items.end(), [](const AttentionItem& a, const AttentionItem& b) {
        return graver(a.reason, b.reason) || (!graver(b.reason, a.reason) && a.api < b.api);
    });
    return items;
}

} // namespace postern
