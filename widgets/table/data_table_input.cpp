// DataTable's keyboard and pointer.
#include "widgets/table/data_table.h"
#include "widgets/table/sticky_column.h"
#include "widgets/table/table_filter.h"
#include "widgets/table/table_header.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QToolTip>

namespace postern {

void DataTable::keyPressEvent(QKeyEvent* event)
{
    const QModelIndex current = currentIndex();
    if (event->matches(QKeySequence::Copy)) {
        QGuiApplication::clipboard()->setText(selectionAsText());
        return;
    }
    const bool alt = event->modifiers() == Qt::AltModifier;
    switch (event->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (event->modifiers() == Qt::NoModifier || event->modifiers() == Qt::KeypadModifier) {
            activate(current);
            return;
        }
        break;
    case Qt::Key_Space:
        if (current.isValid())
            Q_EMIT previewed(m_filter->mapToSource(current));
        return;
    case Qt::Key_Down:
        if (alt && current.isValid()) {
            m_header->openFilter(current.column());
            return;
        }
        break;
    case Qt::Key_Up:
        if (alt && current.isValid()) {
            const bool again = m_header->sortIndicatorSection() == current.column();
            const bool flip = again && m_header->sortIndicatorOrder() == Qt::AscendingOrder;
            sortByColumn(current.column(), flip ? Qt::DescendingOrder : Qt::AscendingOrder);
            return;
        }
        break;
    default:
        break;
    }
    QTableView::keyPressEvent(event);
}

void DataTable::setHoveredRow(int row)
{
    if (row == m_hoveredRow)
        return;
    const int before = m_hoveredRow;
    m_hoveredRow = row;
    repaintRow(before);
    repaintRow(row);
}

void DataTable::repaintRow(int row)
{
    if (row < 0)
        return;
    const QRect line(0, rowViewportPosition(row), viewport()->width(), rowHeight(row));
    viewport()->update(line);
    if (m_sticky->isVisible())
        m_sticky->viewport()->update(line);
}

void DataTable::mouseMoveEvent(QMouseEvent* event)
{
    const QPoint position = event->position().toPoint();
    setHoveredRow(rowAt(position.y()));
    const QModelIndex index = indexAt(position);
    const bool link = m_roles.link >= 0 && !index.data(m_roles.link).toString().isEmpty();
    viewport()->setCursor(link ? Qt::PointingHandCursor : Qt::ArrowCursor);
    QTableView::mouseMoveEvent(event);
}

void DataTable::mouseReleaseEvent(QMouseEvent* event)
{
    QTableView::mouseReleaseEvent(event);
    const QModelIndex index = indexAt(event->position().toPoint());
    if (event->button() != Qt::LeftButton || m_roles.link < 0 || !index.isValid())
        return;
    const QString link = index.data(m_roles.link).toString();
    if (!link.isEmpty() && event->modifiers() == Qt::NoModifier)
        Q_EMIT linkActivated(link, m_filter->mapToSource(index));
}

void DataTable::leaveEvent(QEvent* event)
{
    setHoveredRow(-1);
    QTableView::leaveEvent(event);
}

void DataTable::resizeEvent(QResizeEvent* event)
{
    QTableView::resizeEvent(event);
    fill();
    m_fitSoon.start(0);
    m_sticky->place();
}

bool DataTable::viewportEvent(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QTableView::viewportEvent(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const QModelIndex index = indexAt(help->pos());
    const QString own = index.data(Qt::ToolTipRole).toString();
    const QString text = !index.isValid() ? QString() : own.isEmpty() ? m_rowHint : own;
    QToolTip::showText(help->globalPos(), text, viewport(), visualRect(index));
    return true;
}

void DataTable::currentChanged(const QModelIndex& current, const QModelIndex& previous)
{
    QTableView::currentChanged(current, previous);
    if (current.row() != previous.row() || current.isValid() != previous.isValid())
        Q_EMIT currentSourceChanged(m_filter->mapToSource(current));
}

} // namespace postern
