#include "app/pages/policies/policy_list_model.h"

#include "models/items/roles.h"
#include "widgets/theme/tokens.h"

namespace postern {
namespace {

QString onText(const PolicyRow& row)
{
    const PolicyIdentity& identity = row.identity;
    if (identity.owner == PolicyIdentity::Owner::Baseline)
        return PolicyListModel::tr("baseline %1").arg(identity.document);
    return identity.route.isEmpty()
               ? identity.document
               : PolicyListModel::tr("%1, route %2").arg(identity.document, identity.route);
}

QString text(const PolicyRow& row, int column)
{
    switch (column) {
    case PolicyListModel::Policy:
        return row.identity.policy;
    case PolicyListModel::On:
        return onText(row);
    case PolicyListModel::Type:
        return row.type;
    case PolicyListModel::Stage:
        return nameOf(row.stage);
    case PolicyListModel::Mode:
        return row.mode;
    case PolicyListModel::WrittenIn:
        return QStringLiteral("%1:%2").arg(row.identity.file).arg(row.line);
    default:
        return {};
    }
}

QVariant stateValue(const PolicyRow& row, int column)
{
    if (column == PolicyListModel::Policy)
        return static_cast<int>(row.faulty ? State::Bad : State::Good);
    const bool watched = column == PolicyListModel::Mode && row.mode != QLatin1String("enforce");
    return watched ? QVariant(static_cast<int>(State::Watch)) : QVariant();
}

} // namespace

PolicyListModel::PolicyListModel(QObject* parent) : RowModel(parent) {}

void PolicyListModel::setPolicies(std::vector<PolicyRow> rows) { setRows(std::move(rows)); }

const PolicyRow* PolicyListModel::policy(const QModelIndex& index) const { return rowAt(index); }

int PolicyListModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant PolicyListModel::data(const QModelIndex& index, int role) const
{
    const PolicyRow* row = rowAt(index);
    if (!row)
        return {};
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        return text(*row, index.column());
    case SortRole:
        return index.column() == Stage ? QVariant(static_cast<int>(row->stage)) : text(*row, index.column());
    case StateRole:
        return stateValue(*row, index.column());
    case DetailRole:
        return index.column() == Policy && row->edited ? tr("draft") : QString();
    case LinkRole:
        return index.column() == WrittenIn ? text(*row, WrittenIn) : QString();
    case KeyRole:
        return keyOf(*row);
    default:
        return {};
    }
}

QString PolicyListModel::keyOf(const PolicyRow& row) const
{
    // The path keeps two policies apart that carry the same name by mistake.
    return row.identity.file + QLatin1Char('\n') + row.identity.document + QLatin1Char('\n') + row.path;
}

bool PolicyListModel::sameCell(const PolicyRow& before, const PolicyRow& after, int column) const
{
    return text(before, column) == text(after, column) &&
           stateValue(before, column) == stateValue(after, column);
}

} // namespace postern
