#pragma once

#include <QTableView>

namespace postern {

class DataTable;

/// The first column once more, over the table's left edge, while the table is scrolled sideways. Shares the
/// table's model, selection and scrolling; owned by it.
class StickyColumn final : public QTableView
{
    Q_OBJECT
public:
    explicit StickyColumn(DataTable& table);

    /// After the table got a model or other columns.
    void follow();
    /// Stands where the first column would be; hidden while that is itself in view.
    void place();

protected:
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

private:
    DataTable& m_table;
};

} // namespace postern
