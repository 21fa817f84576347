#include "models/items/instances_model.h"

#include "models/base/moment.h"
#include "models/base/quantity.h"
#include "models/fleet/health.h"
#include "models/items/roles.h"

namespace postern {
namespace {

using std::chrono::seconds;
using Column = InstancesModel::Column;

double age(const InstanceRow& row)
{
    return row.status.lastScrape ? std::chrono::duration<double>(row.now - *row.status.lastScrape).count()
                                 : std::numeric_limits<double>::quiet_NaN();
}

double number(const InstanceRow& row, int column)
{
    switch (column) {
    case Column::State:
        return static_cast<double>(row.status.state);
    case Column::AsExpected:
        return row.status.asExpected ? (*row.status.asExpected ? 1.0 : 0.0)
                                     : std::numeric_limits<double>::quiet_NaN();
    case Column::Memory:
        return row.status.memoryBytes.value;
    case Column::RequestRate:
        return row.status.requestsPerSecond.value;
    case Column::Age:
        return age(row);
    default:
        return std::numeric_limits<double>::quiet_NaN();
    }
}

bool isNumber(int column)
{
    return column == Column::Memory || column == Column::RequestRate || column == Column::Age;
}

QString text(const InstanceRow& row, int column)
{
    const InstanceStatus& status = row.status;
    switch (column) {
    case Column::Instance:
        return status.gateway.instance;
    case Column::Api:
        return status.gateway.api;
    case Column::Runs:
        return (status.revision.isEmpty() ? status.hash : status.revision).left(7);
    case Column::Memory:
        return quantity::mebibytes(number(row, column));
    case Column::RequestRate:
        return quantity::scaled(number(row, column));
    case Column::Age: {
        const double value = age(row);
        return std::isnan(value) ? QString()
                                 : quantity::duration(seconds(static_cast<long long>(std::max(0.0, value))));
    }
    default:
        return {};
    }
}

QVariant sortValue(const InstanceRow& row, int column)
{
    if (column == Column::Instance || column == Column::Api || column == Column::Runs)
        return text(row, column);
    const double value = number(row, column);
    return std::isnan(value) ? QVariant() : QVariant(value);
}

QVariant stateOf(const InstanceRow& row, int column)
{
    if (column == Column::Instance || column == Column::State) {
        switch (row.status.state) {
        case InstanceStatus::State::Up:
            return static_cast<int>(Health::Good);
        case InstanceStatus::State::Down:
            return static_cast<int>(Health::Bad);
        case InstanceStatus::State::Unknown:
            return static_cast<int>(Health::Unknown);
        }
    }
    if ((column == Column::Runs || column == Column::AsExpected) && row.status.asExpected)
        return static_cast<int>(*row.status.asExpected ? Health::Good : Health::Watch);
    return {};
}

std::optional<Clock::Wall> moment(const InstanceRow& row, int column)
{
    switch (column) {
    case Column::Memory:
        return row.status.memoryBytes.at;
    case Column::RequestRate:
        return row.status.requestsPerSecond.at;
    case Column::Runs:
    case Column::AsExpected:
    case Column::Age:
        return row.status.lastScrape;
    default:
        return std::nullopt;
    }
}

int freshness(const InstanceRow& row, int column)
{
    const auto at = moment(row, column);
    return at && row.now - *at > row.freshFor ? 1 : 0;
}

QVariant exact(const InstanceRow& row, int column)
{
    if (column == Column::Instance)
        return row.status.gateway.url.toString();
    if (column == Column::Runs)
        return row.status.hash;
    if (column != Column::Memory && column != Column::RequestRate)
        return text(row, column);
    const double value = number(row, column);
    return std::isnan(value) ? QVariant() : QVariant(QString::number(value, 'g', 12));
}

} // namespace

InstancesModel::InstancesModel(QObject* parent) : RowModel(parent) {}

void InstancesModel::setInstances(std::vector<InstanceStatus> instances, Clock::Wall now, seconds freshFor)
{
    std::vector<InstanceRow> rows;
    rows.reserve(instances.size());
    for (InstanceStatus& status : instances)
        rows.push_back({.status = std::move(status), .now = now, .freshFor = freshFor});
    setRows(std::move(rows));
}

const InstanceStatus* InstancesModel::status(const QModelIndex& index) const
{
    const InstanceRow* row = rowAt(index);
    return row ? &row->status : nullptr;
}

int InstancesModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant InstancesModel::data(const QModelIndex& index, int role) const
{
    const InstanceRow* row = rowAt(index);
    if (!row)
        return {};
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return text(*row, column);
    case Qt::ToolTipRole:
        return exact(*row, column);
    case Qt::TextAlignmentRole:
        return isNumber(column) ? QVariant(int(Qt::AlignRight | Qt::AlignVCenter)) : QVariant();
    case StateRole:
        return stateOf(*row, column);
    case SortRole:
        return sortValue(*row, column);
    case FreshnessRole:
        return freshness(*row, column);
    case LinkRole:
        return column == Runs ? (row->status.revision.isEmpty() ? row->status.hash : row->status.revision)
                              : QString();
    case EmphasisRole:
        return column == Instance ? 2 : column == Api ? 1 : 0;
    case CopyRole:
        return column == Runs ? row->status.hash : text(*row, column);
    case KeyRole:
        return keyOf(*row);
    case TimeRole: {
        const auto at = moment(*row, column);
        return at ? QVariant(toDateTime(*at)) : QVariant();
    }
    default:
        return {};
    }
}

QString InstancesModel::keyOf(const InstanceRow& row) const
{
    return row.status.gateway.api + QLatin1Char('\n') + row.status.gateway.instance;
}

bool InstancesModel::sameCell(const InstanceRow& before, const InstanceRow& after, int column) const
{
    return sortValue(before, column) == sortValue(after, column) &&
           stateOf(before, column) == stateOf(after, column) &&
           freshness(before, column) == freshness(after, column) &&
           exact(before, column) == exact(after, column);
}

} // namespace postern
