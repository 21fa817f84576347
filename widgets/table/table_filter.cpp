#include "widgets/table/table_filter.h"

#include <QDateTime>

#include <algorithm>
#include <cmath>
#include <optional>

namespace postern {
namespace {

struct Comparison
{
    QStringView sign;
    double value;
};

/// `>=5`; nothing when the expression is no comparison with a number.
std::optional<Comparison> comparisonOf(QStringView expression)
{
    if (expression.isEmpty() || (expression.front() != u'<' && expression.front() != u'>'))
        return {};
    const qsizetype length = expression.size() > 1 && expression.at(1) == u'=' ? 2 : 1;
    bool isNumber = false;
    const double value = expression.mid(length).trimmed().toDouble(&isNumber);
    if (!isNumber)
        return {};
    return Comparison{expression.first(length), value};
}

bool holds(double left, const Comparison& comparison)
{
    const bool orEqual = comparison.sign.size() == 2;
    if (orEqual && left == comparison.value)
        return true;
    return comparison.sign.front() == u'>' ? left > comparison.value : left < comparison.value;
}

} // namespace

TableFilter::TableFilter(const CellRoles& roles, QObject* parent)
    : QSortFilterProxyModel(parent), m_roles(roles)
{
    setDynamicSortFilter(true);
}

void TableFilter::setSourceModel(QAbstractItemModel* source)
{
    // Connected before the base class's own connections, so that no sort sees old keys.
    const auto forget = [this] { m_keyColumn = -1; };
    connect(source, &QAbstractItemModel::dataChanged, this, forget);
    connect(source, &QAbstractItemModel::modelReset, this, forget);
    connect(source, &QAbstractItemModel::rowsInserted, this, forget);
    connect(source, &QAbstractItemModel::rowsRemoved, this, forget);
    connect(source, &QAbstractItemModel::rowsMoved, this, forget);
    connect(source, &QAbstractItemModel::layoutChanged, this, forget);
    forget();
    QSortFilterProxyModel::setSourceModel(source);
}

void TableFilter::sort(int column, Qt::SortOrder order)
{
    m_keyColumn = -1;
    QSortFilterProxyModel::sort(column, order);
}

void TableFilter::setColumnFilter(int column, const QString& expression)
{
    const QString wanted = expression.trimmed();
    if (wanted == m_columns.value(column))
        return;
    if (wanted.isEmpty())
        m_columns.remove(column);
    else
        m_columns.insert(column, wanted);
    invalidateFilter();
    Q_EMIT filterChanged();
}

void TableFilter::setText(const QString& text)
{
    if (text == m_text)
        return;
    m_text = text;
    invalidateFilter();
    Q_EMIT filterChanged();
}

void TableFilter::clear()
{
    m_columns.clear();
    m_text.clear();
    invalidateFilter();
    Q_EMIT filterChanged();
}

QVariant TableFilter::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role == Qt::InitialSortOrderRole)
        return int(m_descendingFirst.contains(section) ? Qt::DescendingOrder : Qt::AscendingOrder);
    return QSortFilterProxyModel::headerData(section, orientation, role);
}

bool TableFilter::filterAcceptsRow(int row, const QModelIndex& parent) const
{
    for (auto filter = m_columns.cbegin(); filter != m_columns.cend(); ++filter) {
        if (!accepts(sourceModel()->index(row, filter.key(), parent), filter.value()))
            return false;
    }
    const auto words = QStringView(m_text).split(u' ', Qt::SkipEmptyParts);
    return std::ranges::all_of(words, [&](QStringView word) {
        for (int column = 0; column < sourceModel()->columnCount(parent); ++column) {
            const QString text = sourceModel()->index(row, column, parent).data().toString();
            if (text.contains(word, Qt::CaseInsensitive))
                return true;
        }
        return false;
    });
}

bool TableFilter::accepts(const QModelIndex& source, const QString& expression) const
{
    if (const auto comparison = comparisonOf(expression)) {
        const Key key = keyOf(source);
        return !key.missing && key.isNumber && holds(key.number, *comparison);
    }
    const QString text = source.data().toString();
    const QStringView rest = QStringView(expression).mid(1).trimmed();
    if (expression.startsWith(u'!'))
        return rest.isEmpty() || !text.contains(rest, Qt::CaseInsensitive);
    if (expression.startsWith(u'='))
        return rest.isEmpty() || text.compare(rest, Qt::CaseInsensitive) == 0;
    return text.contains(expression, Qt::CaseInsensitive);
}

TableFilter::Key TableFilter::keyOf(const QModelIndex& source) const
{
    QVariant value = m_roles.sort < 0 ? QVariant() : source.data(m_roles.sort);
    if (!value.isValid())
        value = source.data();
    Key key;
    switch (value.typeId()) {
    case QMetaType::QDateTime:
        key.isNumber = true;
        key.number = double(value.toDateTime().toMSecsSinceEpoch());
        key.missing = !value.toDateTime().isValid();
        break;
    case QMetaType::Double:
    case QMetaType::Float:
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::LongLong:
    case QMetaType::ULongLong:
    case QMetaType::Bool:
        key.isNumber = true;
        key.number = value.toDouble();
        key.missing = std::isnan(key.number);
        break;
    default:
        key.text = value.toString();
        key.missing = key.text.isEmpty();
    }
    return key;
}

void TableFilter::buildKeys(int column) const
{
    m_keys.clear();
    const int rows = sourceModel()->rowCount();
    m_keys.reserve(std::size_t(rows));
    for (int row = 0; row < rows; ++row)
        m_keys.push_back(keyOf(sourceModel()->index(row, column)));
    m_keyColumn = column;
}

bool TableFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const
{
    if (m_keyColumn != left.column() || m_keys.size() <= std::size_t(std::max(left.row(), right.row())))
        buildKeys(left.column());
    const Key& a = m_keys[std::size_t(left.row())];
    const Key& b = m_keys[std::size_t(right.row())];
    // The base class swaps the sides for a descending order: there, the last must be the least.
    if (a.missing != b.missing)
        return sortOrder() == Qt::DescendingOrder ? a.missing : b.missing;
    if (a.isNumber && b.isNumber)
        return a.number < b.number;
    if (a.isNumber != b.isNumber)
        return a.isNumber;
    return a.text.compare(b.text, Qt::CaseInsensitive) < 0;
}

} // namespace postern
