#pragma once

#include <QAbstractTableModel>
#include <QHash>
#include <QSet>

#include <algorithm>
#include <vector>

namespace postern {

/// A table over rows that have a key. Given new rows it keeps those whose key stays, where they are:
/// selections, current rows and scroll positions survive. Views are told of insertions, removals and moves in
/// runs, and of exactly the cells that changed. Column titles are words: the page gives them with
/// setHeaderData. Base of the models in this folder; thread: the UI's.
template<typename Row>
class RowModel : public QAbstractTableModel
{
public:
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
    }
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override
    {
        return orientation == Qt::Horizontal ? m_titles.value({section, role}) : QVariant();
    }
    bool setHeaderData(int section, Qt::Orientation orientation, const QVariant& value,
                       int role = Qt::EditRole) override
    {
        if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
            return false;
        m_titles.insert({section, role == Qt::EditRole ? int(Qt::DisplayRole) : role}, value);
        Q_EMIT headerDataChanged(orientation, section, section);
        return true;
    }
    /// The row with \a key; -1 without one.
    [[nodiscard]] int rowOf(const QString& key) const
    {
        for (std::size_t i = 0; i < m_rows.size(); ++i) {
            if (keyOf(m_rows[i]) == key)
                return static_cast<int>(i);
        }
        return -1;
    }

protected:
    using QAbstractTableModel::QAbstractTableModel;

    [[nodiscard]] virtual QString keyOf(const Row& row) const = 0;
    [[nodiscard]] virtual bool sameCell(const Row& before, const Row& after, int column) const = 0;

    [[nodiscard]] const Row* rowAt(const QModelIndex& index) const
    {
        const bool ours = index.isValid() && index.model() == this && index.row() < rowCount();
        return ours ? &m_rows[static_cast<std::size_t>(index.row())] : nullptr;
    }
    /// Keys must be unique.
    void setRows(std::vector<Row> rows);

private:
    void removeVanished(const std::vector<Row>& rows);
    void placeRows(const std::vector<Row>& rows);
    void replaceCells(std::vector<Row> rows);

    std::vector<Row> m_rows;
    QHash<std::pair<int, int>, QVariant> m_titles; ///< by section and role
};

template<typename Row>
void RowModel<Row>::setRows(std::vector<Row> rows)
{
    removeVanished(rows);
    placeRows(rows);
    replaceCells(std::move(rows));
}

template<typename Row>
void RowModel<Row>::removeVanished(const std::vector<Row>& rows)
{
    QSet<QString> kept;
    for (const Row& row : rows)
        kept.insert(keyOf(row));
    for (std::size_t end = m_rows.size(); end > 0;) {
        if (kept.contains(keyOf(m_rows[end - 1]))) {
            --end;
            continue;
        }
        std::size_t begin = end - 1;
        while (begin > 0 && !kept.contains(keyOf(m_rows[begin - 1])))
            --begin;
        beginRemoveRows({}, static_cast<int>(begin), static_cast<int>(end) - 1);
        m_rows.erase(m_rows.begin() + static_cast<std::ptrdiff_t>(begin),
                     m_rows.begin() + static_cast<std::ptrdiff_t>(end));
        endRemoveRows();
        end = begin;
    }
}

/// Afterwards the keys are those of \a rows, in their order.
template<typename Row>
void RowModel<Row>::placeRows(const std::vector<Row>& rows)
{
    QSet<QString> held;
    for (const Row& row : m_rows)
        held.insert(keyOf(row));
    for (std::size_t i = 0; i < rows.size();) {
        const QString key = keyOf(rows[i]);
        if (i < m_rows.size() && keyOf(m_rows[i]) == key) {
            ++i;
            continue;
        }
        const auto here = m_rows.begin() + static_cast<std::ptrdiff_t>(i);
        if (held.contains(key)) {
            const int from = rowOf(key);
            beginMoveRows({}, from, from, {}, static_cast<int>(i));
            std::rotate(here, m_rows.begin() + from, m_rows.begin() + from + 1);
            endMoveRows();
            ++i;
            continue;
        }
        std::size_t end = i + 1;
        while (end < rows.size() && !held.contains(keyOf(rows[end])))
            ++end;
        beginInsertRows({}, static_cast<int>(i), static_cast<int>(end) - 1);
        m_rows.insert(here, rows.begin() + static_cast<std::ptrdiff_t>(i),
                      rows.begin() + static_cast<std::ptrdiff_t>(end));
        endInsertRows();
        i = end;
    }
}

template<typename Row>
void RowModel<Row>::replaceCells(std::vector<Row> rows)
{
    // Neighbouring rows whose same columns changed are told as one block.
    struct Block
    {
        int top = 0, bottom = -1, left = 0, right = -1;
    };
    std::vector<Block> blocks;
    for (int row = 0; row < static_cast<int>(rows.size()); ++row) {
        const auto at = static_cast<std::size_t>(row);
        int left = 0;
        int right = columnCount() - 1;
        while (left <= right && sameCell(m_rows[at], rows[at], left))
            ++left;
        while (right > left && sameCell(m_rows[at], rows[at], right))
            --right;
        if (left > right)
            continue;
        if (!blocks.empty() && blocks.back().bottom == row - 1 && blocks.back().left == left &&
            blocks.back().right == right)
            ++blocks.back().bottom;
        else
            blocks.push_back({.top = row, .bottom = row, .left = left, .right = right});
    }
    m_rows = std::move(rows);
    for (const Block& block : blocks)
        Q_EMIT dataChanged(index(block.top, block.left), index(block.bottom, block.right));
}

} // namespace postern
