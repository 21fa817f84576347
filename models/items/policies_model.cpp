#include "models/items/policies_model.h"

#include "models/base/moment.h"
#include "models/base/quantity.h"
#include "models/fleet/health.h"
#include "models/items/roles.h"

namespace postern {
namespace {

/// The share of its decisions, 0–1; NaN when it was not measured or decided nothing.
double shareOf(const PolicyStatus& policy, int column)
{
    if (!policy.decisions || policy.decisions->total() <= 0.0)
        return std::numeric_limits<double>::quiet_NaN();
    const DecisionCounts& counts = *policy.decisions;
    const double part = column == PoliciesModel::Allow  ? counts.allow
                        : column == PoliciesModel::Deny ? counts.deny
                                                        : counts.error;
    return part / counts.total();
}

QString text(const PolicyStatus& policy, int column)
{
    switch (column) {
    case PoliciesModel::Stage:
        return policy.stageName;
    case PoliciesModel::Policy:
        return policy.name;
    case PoliciesModel::Type:
        return policy.type;
    case PoliciesModel::Mode:
        return policy.mode;
    case PoliciesModel::Route:
        return policy.route;
    case PoliciesModel::ComesFrom:
        return policy.layer;
    case PoliciesModel::Allow:
        return quantity::goodPercent(shareOf(policy, column));
    case PoliciesModel::Deny:
    case PoliciesModel::Error:
        return quantity::errorPercent(shareOf(policy, column));
    default:
        return {};
    }
}

bool isShare(int column) { return column >= PoliciesModel::Allow && column <= PoliciesModel::Error; }

QVariant sortValue(const PolicyStatus& policy, int column)
{
    if (column == PoliciesModel::Stage)
        return policy.stage;
    if (!isShare(column))
        return text(policy, column);
    const double share = shareOf(policy, column);
    return std::isnan(share) ? QVariant() : QVariant(share);
}

QVariant stateOf(const PolicyStatus& policy, int column)
{
    if (column == PoliciesModel::Mode && policy.mode != QLatin1String("enforce"))
        return static_cast<int>(Health::Watch);
    if (column == PoliciesModel::Error && shareOf(policy, column) > 0.0)
        return static_cast<int>(Health::Bad);
    return {};
}

QVariant tooltip(const PolicyStatus& policy, int column)
{
    if (column == PoliciesModel::ComesFrom && !policy.file.isEmpty())
        return QStringLiteral("%1:%2").arg(policy.file).arg(policy.line);
    if (!isShare(column) || !policy.decisions)
        return text(policy, column);
    const DecisionCounts& counts = *policy.decisions;
    const double part = column == PoliciesModel::Allow  ? counts.allow
                        : column == PoliciesModel::Deny ? counts.deny
                                                        : counts.error;
    return QString::number(part, 'f', 1);
}

} // namespace

PoliciesModel::PoliciesModel(QObject* parent) : RowModel(parent) {}

void PoliciesModel::setPolicies(std::vector<PolicyStatus> policies) { setRows(std::move(policies)); }

const PolicyStatus* PoliciesModel::status(const QModelIndex& index) const { return rowAt(index); }

int PoliciesModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant PoliciesModel::data(const QModelIndex& index, int role) const
{
    const PolicyStatus* policy = rowAt(index);
    if (!policy)
        return {};
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return text(*policy, column);
    case Qt::ToolTipRole:
        return tooltip(*policy, column);
    case Qt::TextAlignmentRole:
        return isShare(column) ? QVariant(int(Qt::AlignRight | Qt::AlignVCenter)) : QVariant();
    case SortRole:
        return sortValue(*policy, column);
    case StateRole:
        return stateOf(*policy, column);
    case EmphasisRole:
        return column == Policy ? 2 : column == Stage || column == Type ? 1 : 0;
    case LinkRole:
        return column == ComesFrom && !policy->file.isEmpty()
                   ? QStringLiteral("%1:%2").arg(policy->file).arg(policy->line)
                   : QString();
    case KeyRole:
        return keyOf(*policy);
    case TimeRole:
        if (!isShare(column) || !policy->at)
            return {};
        return toDateTime(*policy->at);
    default:
        return {};
    }
}

QString PoliciesModel::keyOf(const PolicyStatus& row) const
{
    return row.route + QLatin1Char('\n') + row.name;
}

bool PoliciesModel::sameCell(const PolicyStatus& before, const PolicyStatus& after, int column) const
{
    return text(before, column) == text(after, column) && tooltip(before, column) == tooltip(after, column) &&
           stateOf(before, column) == stateOf(after, column) &&
           sortValue(before, column) == sortValue(after, column);
}

} // namespace postern
