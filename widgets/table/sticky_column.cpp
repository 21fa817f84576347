#include "widgets/table/sticky_column.h"

#include "widgets/table/data_table.h"
#include "widgets/table/table_header.h"
#include "widgets/theme/tokens.h"

#include <QApplication>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>

namespace postern {

StickyColumn::StickyColumn(DataTable& table) : QTableView(&table), m_table(table)
{
    auto* header = new TableHeader(table, this);
    setHorizontalHeader(header);
    header->setSectionsMovable(false);
    header->setStretchLastSection(false);
    verticalHeader()->hide();
    setFocusPolicy(Qt::NoFocus);
    setShowGrid(false);
    setFrameShape(QFrame::NoFrame);
    setMouseTracking(true);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    hide();
    connect(table.verticalScrollBar(), &QScrollBar::valueChanged, verticalScrollBar(), &QScrollBar::setValue);
    connect(verticalScrollBar(), &QScrollBar::valueChanged, table.verticalScrollBar(), &QScrollBar::setValue);
    connect(table.horizontalScrollBar(), &QScrollBar::valueChanged, this, [this] { place(); });
    connect(this, &QTableView::doubleClicked, &table, &DataTable::activate);
    connect(header, &QHeaderView::sectionClicked, this, [this] {
        const auto* own = horizontalHeader();
        m_table.sortByColumn(0, own->sortIndicatorOrder());
    });
}

void StickyColumn::follow()
{
    setModel(m_table.model());
    setSelectionModel(m_table.selectionModel());
    setItemDelegateForColumn(0, m_table.itemDelegateForColumn(0));
    for (int column = 1; column < model()->columnCount(); ++column)
        setColumnHidden(column, true);
    verticalHeader()->setDefaultSectionSize(m_table.verticalHeader()->defaultSectionSize());
    place();
}

void StickyColumn::place()
{
    const bool needed = model() && m_table.horizontalScrollBar()->value() > 0;
    if (needed) {
        const int width = m_table.columnWidth(0);
        setColumnWidth(0, width);
        horizontalHeader()->setSortIndicator(m_table.horizontalHeader()->sortIndicatorSection(),
                                             m_table.horizontalHeader()->sortIndicatorOrder());
        setGeometry(m_table.frameWidth(), m_table.frameWidth(), width + 1,
                    m_table.viewport()->height() + m_table.horizontalHeader()->height());
        verticalScrollBar()->setValue(m_table.verticalScrollBar()->value());
        raise();
    }
    setVisible(needed);
}

void StickyColumn::paintEvent(QPaintEvent* event)
{
    QTableView::paintEvent(event);
    QPainter painter(viewport());
    // The edge under which the other columns pass.
    painter.fillRect(QRect(viewport()->width() - 1, 0, 1, viewport()->height()), colours(palette()).line);
}

void StickyColumn::wheelEvent(QWheelEvent* event) { QApplication::sendEvent(m_table.viewport(), event); }

void StickyColumn::mouseMoveEvent(QMouseEvent* event)
{
    m_table.setHoveredRow(rowAt(event->position().toPoint().y()));
    QTableView::mouseMoveEvent(event);
}

} // namespace postern
