#pragma once

#include "widgets/table/cell_roles.h"

#include <QHash>
#include <QSet>
#include <QSortFilterProxyModel>

#include <optional>
#include <vector>

namespace postern {

/// Sorts and filters a model for a DataTable, which owns it. Sorting reads the sort role, else the display
/// role; what is missing (invalid, NaN, empty) comes last in both directions; equal rows keep the model's
/// order.
///
/// A column's filter is what a person types: `pay` contains (any case), `!pay` does not, `=cards` is;
/// `>5`, `>=5`, `<5`, `<=5` compare the sort value.
class TableFilter final : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    explicit TableFilter(const CellRoles& roles, QObject* parent = nullptr);

    void setSourceModel(QAbstractItemModel* source) override;
    void setColumnFilter(int column, const QString& expression);
    [[nodiscard]] QString columnFilter(int column) const { return m_columns.value(column); }
    /// Some column's text contains each word.
    void setText(const QString& text);
    [[nodiscard]] const QString& text() const { return m_text; }
    [[nodiscard]] bool isFiltering() const { return !m_columns.isEmpty() || !m_text.isEmpty(); }
    void clear();
    /// Columns whose first click shows the largest first.
    void setDescendingFirst(const QSet<int>& columns) { m_descendingFirst = columns; }

    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

Q_SIGNALS:
    void filterChanged();

protected:
    [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    [[nodiscard]] bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    /// What a row is sorted by: read once, since reading it at each comparison costs a frame.
    struct Key
    {
        bool missing = true;
        bool isNumber = false;
        double number = 0;
        QString text;
    };
    [[nodiscard]] Key keyOf(const QModelIndex& source) const;
    [[nodiscard]] bool accepts(const QModelIndex& source, const QString& expression) const;
    [[nodiscard]] const Key& sortKey(const QModelIndex& source) const;
    [[nodiscard]] const QString& rowText(int row, const QModelIndex& parent) const;
    void forgetAll();
    void forgetRows(int first, int last);

    CellRoles m_roles;
    QHash<int, QString> m_columns;
    QString m_text;
    QSet<int> m_descendingFirst;
    // Read when first needed, forgotten when the row changes.
    mutable std::vector<std::optional<Key>> m_keys;
    mutable std::vector<std::optional<QString>> m_texts;
    mutable int m_keyColumn = -1;
};

} // namespace postern
