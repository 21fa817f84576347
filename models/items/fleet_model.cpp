#include "models/items/fleet_model.h"

#include "models/base/moment.h"
#include "models/items/fleet_cell.h"
#include "models/items/roles.h"

#include <algorithm>
#include <bit>

namespace postern {
namespace {

QVariant sparkline(const FleetRow& row, int column)
{
    if (column != FleetModel::Traffic)
        return {};
    const std::vector<double>& values = row.status->traffic.values;
    return QVariant::fromValue(QList<double>(values.begin(), values.end()));
}

QVariant share(const FleetRow& row, int column)
{
    if (column != FleetModel::BudgetLeft)
        return {};
    const QVariant left = fleet_cell::sortValue(row, column);
    return left.isValid() ? std::clamp(left.toDouble(), 0.0, 1.0) : std::numeric_limits<double>::quiet_NaN();
}

QVariant verdict(const FleetRow& row, int column)
{
    const slo::BudgetStatus* budget = row.status->tightestBudget();
    if (!budget || column < FleetModel::BudgetLeft || column > FleetModel::GoneIn)
        return {};
    return static_cast<int>(budget->verdict);
}

int emphasis(int column)
{
    if (column == FleetModel::Api)
        return 2;
    return column == FleetModel::Namespace || column == FleetModel::Team ? 1 : 0;
}

QString link(const FleetRow& row, int column)
{
    if (column == FleetModel::Api)
        return row.status->api;
    if (column != FleetModel::Runs || row.status->configurations.empty())
        return {};
    const RunningConfiguration& most = row.status->configurations.front();
    return most.revision.isEmpty() ? most.hash : most.revision;
}

QVariant when(const FleetRow& row, int column)
{
    const auto at = fleet_cell::moment(row, column);
    return at ? QVariant(toDateTime(*at)) : QVariant();
}

QVariant gravestReason(const FleetRow& row)
{
    return row.status->reasons.empty() ? -1 : static_cast<int>(row.status->reasons.front().kind);
}

} // namespace

FleetModel::FleetModel(QObject* parent) : RowModel(parent) {}

void FleetModel::setSnapshot(const FleetSnapshotPtr& snapshot)
{
    std::vector<FleetRow> rows;
    if (snapshot) {
        rows.reserve(snapshot->apis.size());
        for (const ApiStatus& api : snapshot->apis)
            rows.push_back({.status = &api, .snapshot = snapshot.get()});
    }
    // The rows shown until now point into the old snapshot: it goes last.
    const FleetSnapshotPtr before = std::exchange(m_snapshot, snapshot);
    setRows(std::move(rows));
}

const ApiStatus* FleetModel::status(const QModelIndex& index) const
{
    const FleetRow* row = rowAt(index);
    return row ? row->status : nullptr;
}

QModelIndex FleetModel::indexOf(const QString& api) const
{
    const int row = rowOf(api);
    return row < 0 ? QModelIndex() : index(row, 0);
}

int FleetModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant FleetModel::data(const QModelIndex& index, int role) const
{
    const FleetRow* row = rowAt(index);
    if (!row)
        return {};
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return fleet_cell::text(*row, column);
    case Qt::ToolTipRole:
        return fleet_cell::exact(*row, column);
    case Qt::TextAlignmentRole:
        return fleet_cell::isNumber(column) ? QVariant(int(Qt::AlignRight | Qt::AlignVCenter)) : QVariant();
    case StateRole:
        return fleet_cell::state(*row, column);
    case SortRole:
        return fleet_cell::sortValue(*row, column);
    case SparklineRole:
        return sparkline(*row, column);
    case ShareRole:
        return share(*row, column);
    case FreshnessRole:
        return fleet_cell::freshness(*row, column);
    case LinkRole:
        return link(*row, column);
    case EmphasisRole:
        return emphasis(column);
    case CopyRole:
        return column == Api || column == Runs ? link(*row, column) : fleet_cell::text(*row, column);
    case KeyRole:
        return row->status->api;
    case ReasonRole:
        return gravestReason(*row);
    case TimeRole:
        return when(*row, column);
    case VerdictRole:
        return verdict(*row, column);
    default:
        return {};
    }
}

QString FleetModel::keyOf(const FleetRow& row) const { return row.status->api; }

bool FleetModel::sameCell(const FleetRow& before, const FleetRow& after, int column) const
{
    if (fleet_cell::state(before, column) != fleet_cell::state(after, column) ||
        fleet_cell::freshness(before, column) != fleet_cell::freshness(after, column))
        return false;
    if (column == Traffic) {
        // NaN is no equal of itself; the bytes are.
        const auto& a = before.status->traffic.values;
        const auto& b = after.status->traffic.values;
        return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double left, double right) {
            return std::bit_cast<std::uint64_t>(left) == std::bit_cast<std::uint64_t>(right);
        });
    }
    if (column == Instances && before.status->instances.size() != after.status->instances.size())
        return false;
    return fleet_cell::sortValue(before, column) == fleet_cell::sortValue(after, column) &&
           verdict(before, column) == verdict(after, column);
}

} // namespace postern
