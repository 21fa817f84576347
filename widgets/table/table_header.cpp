#include "widgets/table/table_header.h"

#include "widgets/table/cell_delegate.h"
#include "widgets/table/data_table.h"
#include "widgets/table/filter_popup.h"
#include "widgets/table/table_filter.h"
#include "widgets/theme/icon.h"

#include <QContextMenuEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>

namespace postern {
namespace {

constexpr int arrow = 10;
constexpr int funnel = 12;

} // namespace

TableHeader::TableHeader(DataTable& table, QWidget* parent)
    : QHeaderView(Qt::Horizontal, parent), m_table(table)
{
    setSectionsClickable(true);
    setSectionsMovable(true);
    setFirstSectionMovable(false);
    setHighlightSections(false);
    setStretchLastSection(false); // DataTable::fill() gives spare width to a column of words
    setMinimumSectionSize(40);
    setMouseTracking(true);
    setSortIndicatorShown(true);
    setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
}

QSize TableHeader::sizeHint() const { return {QHeaderView::sizeHint().width(), space::row}; }

QString TableHeader::textOf(int section) const
{
    const QString own = m_table.columns().value(section).header;
    return own.isEmpty() ? model()->headerData(section, orientation(), Qt::DisplayRole).toString() : own;
}

void TableHeader::paintSection(QPainter* painter, const QRect& rect, int section) const
{
    const Colours& c = colours(palette());
    painter->fillRect(rect, c.card);
    painter->fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), c.line);
    const bool sorted = sortIndicatorSection() == section;
    const bool right = isRightAligned(m_table.columns().value(section).kind);
    painter->setFont(textFont(textSize::caption, sorted ? Weight::Semibold : Weight::Regular));
    painter->setPen(sorted ? c.ink : c.muted);
    QRectF box = QRectF(rect).adjusted(space::gap, 0, -space::gap, -1);
    const QFontMetricsF metrics(painter->font());
    // The arrow stands on the side away from the alignment, so that text and figures stay in line.
    const QString text = metrics.elidedText(textOf(section), Qt::ElideRight, box.width());
    painter->drawText(box, int(right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter, text);
    if (sorted) {
        const qreal width = metrics.horizontalAdvance(text);
        const qreal x = right ? box.right() - width - arrow - 2 : box.left() + width + 2;
        const Icon icon = sortIndicatorOrder() == Qt::AscendingOrder ? Icon::SortUp : Icon::SortDown;
        paintIcon(*painter, QRectF(x, box.center().y() - arrow / 2.0, arrow, arrow), icon, c.accent);
    }
    const bool filtered = !m_table.filter().columnFilter(section).isEmpty();
    if (!filtered && m_hovered != section)
        return;
    const QRect place = funnelOf(section);
    painter->fillRect(place.adjusted(-2, -2, 2, 2), c.card);
    paintIcon(*painter, QRectF(place), Icon::Filter, filtered ? c.accent : c.muted);
}

QRect TableHeader::funnelOf(int section) const
{
    const int left = sectionViewportPosition(section);
    const bool right = isRightAligned(m_table.columns().value(section).kind);
    const int x = right ? left + 2 : left + sectionSize(section) - funnel - 5;
    return {x, (height() - funnel) / 2, funnel, funnel};
}

bool TableHeader::onFunnel(const QPoint& position) const
{
    const int section = logicalIndexAt(position);
    return section >= 0 && funnelOf(section).adjusted(-3, -6, 3, 6).contains(position);
}

void TableHeader::mousePressEvent(QMouseEvent* event)
{
    m_funnelPressed = event->button() == Qt::LeftButton && onFunnel(event->position().toPoint());
    if (!m_funnelPressed)
        QHeaderView::mousePressEvent(event);
}

void TableHeader::mouseReleaseEvent(QMouseEvent* event)
{
    if (!m_funnelPressed) {
        QHeaderView::mouseReleaseEvent(event);
        return;
    }
    m_funnelPressed = false;
    if (onFunnel(event->position().toPoint()))
        openFilter(logicalIndexAt(event->position().toPoint()));
}

void TableHeader::mouseMoveEvent(QMouseEvent* event)
{
    const int now = logicalIndexAt(event->position().toPoint());
    if (now != m_hovered) {
        m_hovered = now;
        viewport()->update();
    }
    setToolTip(onFunnel(event->position().toPoint()) ? tr("Filter by %1").arg(textOf(now))
                                                     : tr("Sort by %1").arg(textOf(now)));
    QHeaderView::mouseMoveEvent(event);
}

void TableHeader::leaveEvent(QEvent* event)
{
    m_hovered = -1;
    viewport()->update();
    QHeaderView::leaveEvent(event);
}

void TableHeader::openFilter(int section)
{
    auto* popup = new FilterPopup(m_table.filter(), section, textOf(section), this);
    popup->move(viewport()->mapToGlobal(QPoint(sectionViewportPosition(section), height())));
    popup->show();
    popup->focusLine();
}

void TableHeader::contextMenuEvent(QContextMenuEvent* event) { openColumnMenu(event->globalPos()); }

void TableHeader::openColumnMenu(const QPoint& globalPosition)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (int visual = 0; visual < count(); ++visual) {
        const int section = logicalIndex(visual);
        QAction* action = menu->addAction(textOf(section));
        action->setCheckable(true);
        action->setChecked(!isSectionHidden(section));
        action->setEnabled(section != 0); // the first names the row
        connect(action, &QAction::toggled, this, [this, section](bool shown) {
            setSectionHidden(section, !shown);
            Q_EMIT columnsChosen();
        });
    }
    menu->addSeparator();
    connect(menu->addAction(tr("Clear all filters")), &QAction::triggered, &m_table.filter(),
            &TableFilter::clear);
    menu->popup(globalPosition);
}

} // namespace postern
