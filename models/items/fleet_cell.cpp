#include "models/items/fleet_cell.h"

#include "models/base/quantity.h"

namespace postern::fleet_cell {
namespace {

using namespace std::chrono_literals;
using Column = FleetModel::Column;
using std::chrono::seconds;

/// Budgets move slowly and their questions may rest for ten minutes: two rests are not old yet.
constexpr seconds kBudgetFreshFor = 20min;

bool isOfBudget(int column) { return column >= Column::BudgetLeft && column <= Column::GoneIn; }

double burn(const ApiStatus& api, seconds window)
{
    const slo::BudgetStatus* budget = api.tightestBudget();
    const auto rate = budget ? budget->burn(window) : std::nullopt;
    return rate.value_or(std::numeric_limits<double>::quiet_NaN());
}

/// The column's number; NaN when not known or when the column holds none.
double number(const FleetRow& row, int column)
{
    constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    const ApiStatus& api = *row.status;
    const slo::BudgetStatus* budget = api.tightestBudget();
    switch (column) {
    case Column::Traffic:
    case Column::RequestRate:
        return api.requestsPerSecond.value;
    case Column::ErrorRatio:
        return api.errorRatio.value;
    case Column::P99:
        return api.p99.value;
    case Column::BudgetLeft:
        // Too few requests: what is left is a number, but no judgement.
        return budget && budget->verdict != slo::Verdict::TooFewRequests ? *budget->left : kUnknown;
    case Column::Burn1h:
        return burn(api, 1h);
    case Column::Burn6h:
        return burn(api, 6h);
    case Column::GoneIn:
        return budget && budget->goneIn ? static_cast<double>(budget->goneIn->count()) : kUnknown;
    case Column::Instances:
        return static_cast<double>(api.instancesUp());
    case Column::Age:
        return api.lastScrape ? std::chrono::duration<double>(row.snapshot->takenAt - *api.lastScrape).count()
                              : kUnknown;
    default:
        return kUnknown;
    }
}

QString runs(const ApiStatus& api)
{
    if (api.configurations.empty())
        return {};
    const RunningConfiguration& most = api.configurations.front();
    return (most.revision.isEmpty() ? most.hash : most.revision).left(7);
}

QVariant budgetState(const ApiStatus& api)
{
    const slo::BudgetStatus* budget = api.tightestBudget();
    if (!budget)
        return {};
    switch (budget->verdict) {
    case slo::Verdict::Page:
    case slo::Verdict::Spent:
        return static_cast<int>(Health::Bad);
    case slo::Verdict::Ticket:
        return static_cast<int>(Health::Watch);
    case slo::Verdict::Good:
        return static_cast<int>(*budget->left < 0.1 ? Health::Watch : Health::Good);
    case slo::Verdict::Unknown:
    case slo::Verdict::TooFewRequests:
        return static_cast<int>(Health::Unknown);
    }
    return {};
}

/// The severity of the first reason of one of the kinds; invalid without one.
template<typename... Kind>
QVariant reasonState(const ApiStatus& api, Kind... kinds)
{
    for (const HealthReason& reason : api.reasons) {
        if (((reason.kind == kinds) || ...))
            return static_cast<int>(reason.severity);
    }
    return {};
}

} // namespace

QString text(const FleetRow& row, int column)
{
    const ApiStatus& api = *row.status;
    const double value = number(row, column);
    switch (column) {
    case Column::Api:
        return api.name();
    case Column::Namespace:
        return api.nameSpace();
    case Column::Team:
        return api.labels.value(QStringLiteral("team"));
    case Column::RequestRate:
        return quantity::scaled(value);
    case Column::ErrorRatio:
        return quantity::errorPercent(value);
    case Column::P99:
        return quantity::milliseconds(value);
    case Column::BudgetLeft:
        // Overspent is nothing left; by how much is the sort value and the tooltip.
        return quantity::sharePercent(std::isnan(value) ? value : std::max(0.0, value));
    case Column::Burn1h:
    case Column::Burn6h:
        return quantity::multiple(value);
    case Column::GoneIn:
    case Column::Age:
        return std::isnan(value) ? QString()
                                 : quantity::duration(seconds(static_cast<long long>(std::max(0.0, value))));
    case Column::Instances:
        return QStringLiteral("%1/%2").arg(api.instancesUp()).arg(api.instances.size());
    case Column::Runs:
        return runs(api);
    default:
        return {};
    }
}

QVariant sortValue(const FleetRow& row, int column)
{
    switch (column) {
    case Column::Api:
        return row.status->api;
    case Column::Namespace:
    case Column::Team:
    case Column::Runs:
        return text(row, column);
    default: {
        const double value = number(row, column);
        return std::isnan(value) ? QVariant() : QVariant(value);
    }
    }
}

QVariant state(const FleetRow& row, int column)
{
    using Kind = HealthReason::Kind;
    const ApiStatus& api = *row.status;
    switch (column) {
    case Column::Api:
        return static_cast<int>(api.health);
    case Column::Traffic:
    case Column::ErrorRatio:
        return api.health == Health::Bad ? reasonState(api, Kind::Burning, Kind::BudgetSpent) : QVariant();
    case Column::BudgetLeft:
        return budgetState(api);
    case Column::Burn1h:
    case Column::Burn6h:
    case Column::GoneIn:
        return reasonState(api, Kind::Burning);
    case Column::Instances:
        return reasonState(api, Kind::InstancesDown, Kind::NoMetrics);
    case Column::Runs:
        return reasonState(api, Kind::ConfigurationDrift, Kind::MixedConfigurations);
    default:
        return {};
    }
}

std::optional<Clock::Wall> moment(const FleetRow& row, int column)
{
    const ApiStatus& api = *row.status;
    const slo::BudgetStatus* budget = api.tightestBudget();
    switch (column) {
    case Column::Traffic:
    case Column::RequestRate:
        return api.requestsPerSecond.at;
    case Column::ErrorRatio:
        return api.errorRatio.at;
    case Column::P99:
        return api.p99.at;
    case Column::BudgetLeft:
    case Column::Burn1h:
    case Column::Burn6h:
    case Column::GoneIn:
        return budget ? std::optional(budget->at) : std::nullopt;
    case Column::Instances:
    case Column::Runs:
    case Column::Age:
        return api.lastScrape;
    default:
        return std::nullopt;
    }
}

int freshness(const FleetRow& row, int column)
{
    const auto at = moment(row, column);
    if (!at)
        return 0;
    const SourceState* prometheus = row.snapshot->source(u"prometheus");
    if (prometheus && prometheus->state == SourceState::State::Away)
        return 2;
    const seconds freshFor =
        isOfBudget(column) ? std::max(kBudgetFreshFor, row.snapshot->freshFor) : row.snapshot->freshFor;
    return row.snapshot->takenAt - *at > freshFor ? 1 : 0;
}

QString exact(const FleetRow& row, int column)
{
    if (column == Column::Runs) {
        QStringList lines;
        for (const RunningConfiguration& running : row.status->configurations)
            lines.append(QStringLiteral("%1× %2 %3")
                             .arg(QString::number(running.instances), running.revision, running.hash));
        return lines.join(QLatin1Char('\n'));
    }
    if (column == Column::Api)
        return row.status->api;
    const double value = number(row, column);
    if (!isNumber(column) || column == Column::GoneIn || column == Column::Age || column == Column::Instances)
        return text(row, column);
    return std::isnan(value) ? QString() : QString::number(value, 'g', 12);
}

bool isNumber(int column)
{
    return (column >= Column::RequestRate && column <= Column::Instances) || column == Column::Age;
}

} // namespace postern::fleet_cell
