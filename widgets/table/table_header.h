#pragma once

#include <QHeaderView>

namespace postern {

class DataTable;

/// The headings: caption size, muted, aligned as their cells; the sorted one strong with an arrow; a funnel
/// where the pointer is or a filter acts. The context menu chooses columns. Owned by the table.
class TableHeader final : public QHeaderView
{
    Q_OBJECT
public:
    TableHeader(DataTable& table, QWidget* parent);

    /// Opens the filter of \a section under its heading.
    void openFilter(int section);
    void openColumnMenu(const QPoint& globalPosition);
    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    void columnsChosen();

protected:
    void paintSection(QPainter* painter, const QRect& rect, int section) const override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    [[nodiscard]] QString textOf(int section) const;
    [[nodiscard]] QRect funnelOf(int section) const;
    [[nodiscard]] bool onFunnel(const QPoint& position) const;

    DataTable& m_table;
    int m_hovered = -1;
    bool m_funnelPressed = false;
};

} // namespace postern
