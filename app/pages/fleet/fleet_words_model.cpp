#include "app/pages/fleet/fleet_words_model.h"

#include "app/words/time_words.h"
#include "models/items/fleet_model.h"
#include "models/items/roles.h"

#include <algorithm>

namespace postern {
namespace {

/// Muted ink, as EmphasisRole says it.
constexpr int muted = 1;

} // namespace

FleetWordsModel::FleetWordsModel(FleetModel& fleet, const ViewTime& time, QObject* parent)
    : QIdentityProxyModel(parent), m_fleet(fleet), m_time(time)
{
    setSourceModel(&fleet);
}

QVariant FleetWordsModel::data(const QModelIndex& index, int role) const
{
    if (role == Qt::ToolTipRole && index.column() == FleetModel::GoneIn && isTooFew(mapToSource(index)))
        return tr("Too few requests to judge the error budget");
    if (role != Qt::DisplayRole && role != EmphasisRole)
        return QIdentityProxyModel::data(index, role);
    const QString said = words(mapToSource(index));
    if (said.isEmpty())
        return QIdentityProxyModel::data(index, role);
    if (role == EmphasisRole)
        return index.column() == FleetModel::GoneIn ? QVariant(muted)
                                                    : QIdentityProxyModel::data(index, role);
    return said;
}

bool FleetWordsModel::isTooFew(const QModelIndex& source) const
{
    const ApiStatus* api = m_fleet.status(source);
    const slo::BudgetStatus* budget = api ? api->tightestBudget() : nullptr;
    return budget && budget->verdict == slo::Verdict::TooFewRequests;
}

QString FleetWordsModel::words(const QModelIndex& source) const
{
    const ApiStatus* api = m_fleet.status(source);
    if (!api)
        return {};
    const slo::BudgetStatus* budget = api->tightestBudget();
    if (source.column() == FleetModel::Instances)
        return tr("%1 of %2").arg(api->instancesUp()).arg(api->instances.size());
    if (source.column() == FleetModel::BudgetLeft && budget && budget->left && *budget->left <= 0.0 &&
        budget->verdict != slo::Verdict::TooFewRequests)
        return tr("spent");
    if (source.column() != FleetModel::GoneIn)
        return {};
    const auto silent = std::ranges::find(api->reasons, HealthReason::Kind::NoMetrics, &HealthReason::kind);
    if (silent != api->reasons.end() && silent->since)
        return tr("silent since %1")
            .arg(shortTime(*silent->since, m_fleet.snapshot()->takenAt, m_time.zone()));
    if (isTooFew(source))
        return tr("too few");
    return {};
}

} // namespace postern
