#pragma once

#include "widgets/table/cell_roles.h"

#include <QHash>
#include <QSortFilterProxyModel>

namespace postern {

/// Sorts and filters a model for a DataTable, which owns it. Sorting reads the sort role, else the display
/// role; what is missing (invalid, NaN) comes last in both directions; equal rows keep the model's order.
///
/// A column's filter is what a person types: `pay` contains (any case), `!pay` does not, `=cards` is;
/// `>5`, `>=5`, `<5`, `<=5` compare the sort value.
class TableFilter final : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    explicit TableFilter(const CellRoles& roles, QObject* parent = nullptr);

    void setColumnFilter(int column, const QString& expression);
    [[nodiscard]] QString columnFilter(int column) const { return m_columns.value(column); }
    /// Any column's text contains all words.
    void setText(const QString& text);
    [[nodiscard]] const QString& text() const { return m_text; }
    [[nodiscard]] bool isFiltering() const { return !m_columns.isEmpty() || !m_text.isEmpty(); }
    void clear();

Q_SIGNALS:
    void filterChanged();

protected:
    [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    [[nodiscard]] bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    [[nodiscard]] QVariant sortValue(const QModelIndex& index) const;
    [[nodiscard]] bool accepts(const QModelIndex& index, const QString& expression) const;

    CellRoles m_roles;
    QHash<int, QString> m_columns;
    QString m_text;
};

} // namespace postern
