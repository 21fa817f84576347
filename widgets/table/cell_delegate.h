#pragma once

#include "widgets/table/cell_roles.h"
#include "widgets/theme/tokens.h"

#include <QStyledItemDelegate>

#include <optional>

namespace postern {

class DataTable;

/// Paints the cells of one column: background, hairline, text by state, emphasis and freshness. Subclasses
/// paint what is not text. Owned by the table; no widget is made per cell.
class CellDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    CellDelegate(const DataTable& table, CellKind kind);

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const final;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

protected:
    /// Inside the cell's padding, painter saved, font set to body.
    virtual void paintContent(QPainter& painter, const QRectF& box, const QModelIndex& index,
                              const Colours& colours) const;

    [[nodiscard]] const DataTable& table() const { return m_table; }
    [[nodiscard]] const CellRoles& roles() const;
    [[nodiscard]] std::optional<State> stateOf(const QModelIndex& index) const;
    [[nodiscard]] bool isStale(const QModelIndex& index) const;
    [[nodiscard]] QColor inkFor(const QModelIndex& index, const Colours& colours) const;
    /// As paintText(), but all or nothing: half a figure would be read as another figure.
    static void paintFigure(QPainter& painter, const QRectF& box, Qt::Alignment alignment,
                            const QString& text);
    static void paintText(QPainter& painter, const QRectF& box, Qt::Alignment alignment, const QString& text);

private:
    void paintBackground(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index,
                         const Colours& colours) const;

    const DataTable& m_table;
    CellKind m_kind;
};

/// The delegate for \a kind.
CellDelegate* makeDelegate(const DataTable& table, CellKind kind);

/// Whether a column of this kind is aligned to the right, heading and cells alike.
[[nodiscard]] bool isRightAligned(CellKind kind);

} // namespace postern
