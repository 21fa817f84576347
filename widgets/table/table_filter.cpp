#include "widgets/table/table_filter.h"

#include <QDateTime>

#include <algorithm>
#include <cmath>

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
    // Connected before the base class's own connections, so that no sort and no filter sees what was.
    connect(source, &QAbstractItemModel::dataChanged, this,
            [this](const QModelIndex& from, const QModelIndex& to) { forgetRows(from.row(), to.row()); });
    connect(source, &QAbstractItemModel::modelReset, this, &TableFilter::forgetAll);
    connect(source, &QAbstractItemModel::rowsInserted, this, &TableFilter::forgetAll);
    connect(source, &QAbstractItemModel::rowsRemoved, this, &TableFilter::forgetAll);
    connect(source, &QAbstractItemModel::rowsMoved, this, &TableFilter::forgetAll);
    connect(source, &QAbstractItemModel::layoutChanged, this, &TableFilter::forgetAll);
    forgetAll();
    QSortFilterProxyModel::setSourceModel(source);
}

void TableFilter::forgetAll()
{
    m_keys.clear();
    m_texts.clear();
}

void TableFilter::forgetRows(int first, int last)
{
    for (auto row = std::size_t(std::max(first, 0)); row <= std::size_t(std::max(last, 0)); ++row) {
        if (row < m_keys.size())
            m_keys[row].reset();
        if (row < m_texts.size())
            m_texts[row].reset();
    }
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
    if (m_text.isEmpty())
        return true;
    const QString& text = rowText(row, parent);
    const auto words = QStringView(m_text).split(u' ', Qt::SkipEmptyParts);
    return std::ranges::all_of(words,
                               [&](QStringView word) { return text.contains(word, Qt::CaseInsensitive); });
}

const QString& TableFilter::rowText(int row, const QModelIndex& parent) const
{
    if (m_texts.size() <= std::size_t(row))
        m_texts.resize(std::size_t(sourceModel()->rowCount(parent)));
    auto& kept = m_texts[std::size_t(row)];
    if (!kept) {
        QStringList texts;
        for (int column = 0; column < sourceModel()->columnCount(parent); ++column)
            texts.append(sourceModel()->index(row, column, parent).data().toString());
        kept = texts.join(u'\n');
    }
    return *kept;
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

const TableFilter::Key& TableFilter::sortKey(const QModelIndex& source) const
{
    if (m_keyColumn != source.column()) {
        m_keys.clear();
        m_keyColumn = source.column();
    }
    if (m_keys.size() <= std::size_t(source.row()))
        m_keys.resize(std::size_t(sourceModel()->rowCount()));
    auto& kept = m_keys[std::size_t(source.row())];
    if (!kept)
        kept = keyOf(source);
    return *kept;
}

bool TableFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const
{
    const Key& a = sortKey(left);
    const Key& b = sortKey(right);
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
