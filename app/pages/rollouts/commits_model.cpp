#include "app/pages/rollouts/commits_model.h"

#include "app/words/health_words.h"
#include "app/words/time_words.h"
#include "models/items/roles.h"
#include "widgets/theme/tokens.h"

namespace postern {
namespace {

Clock::Wall momentOf(const QDateTime& time)
{
    return Clock::Wall(std::chrono::duration_cast<Clock::Wall::duration>(
        std::chrono::milliseconds(time.toMSecsSinceEpoch())));
}

} // namespace

CommitsModel::CommitsModel(QObject* parent) : RowModel(parent) {}

void CommitsModel::setCommits(std::vector<CommitRow> rows, Clock::Wall now, ZoneChoice zone)
{
    m_now = now;
    m_zone = zone;
    setRows(std::move(rows));
    // Times are told relative to now: they change though no commit does.
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, When), index(rowCount() - 1, When));
}

int CommitsModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QString CommitsModel::text(const CommitRow& row, int column) const
{
    switch (column) {
    case Hash:
        return shortRevision(row.commit.hash);
    case Subject:
        return row.commit.subject;
    case Author:
        return row.commit.author;
    case When:
        return ago(momentOf(row.commit.time), m_now);
    case RunBy:
        return row.gateways == 0 ? QString() : QString::number(row.gateways);
    case Apis:
        return row.apis.join(QLatin1String(", "));
    default:
        return {};
    }
}

QVariant CommitsModel::tooltip(const CommitRow& row, int column) const
{
    switch (column) {
    case Hash:
        return row.commit.hash;
    case Subject:
        return row.commit.message;
    case Author:
        return row.commit.email;
    case When:
        return exactTime(momentOf(row.commit.time), m_zone);
    default:
        return text(row, column);
    }
}

QVariant CommitsModel::data(const QModelIndex& index, int role) const
{
    const CommitRow* row = rowAt(index);
    if (!row)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return text(*row, index.column());
    case Qt::ToolTipRole:
        return tooltip(*row, index.column());
    case SortRole:
        if (index.column() == When)
            return row->commit.time;
        return index.column() == RunBy ? QVariant(row->gateways) : text(*row, index.column());
    case CopyRole:
        return index.column() == Hash ? row->commit.hash : text(*row, index.column());
    case DetailRole:
        return index.column() == Hash && row->isTip ? tr("newest") : QString();
    case KeyRole:
        return keyOf(*row);
    default:
        return {};
    }
}

QString CommitsModel::keyOf(const CommitRow& row) const { return row.commit.hash; }

bool CommitsModel::sameCell(const CommitRow& before, const CommitRow& after, int column) const
{
    return text(before, column) == text(after, column) && before.isTip == after.isTip;
}

} // namespace postern
